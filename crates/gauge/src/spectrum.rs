//! Spectra of what is heard, and what is read off them.

use std::f64::consts::TAU;

use realfft::RealFftPlanner;

use crate::stage::RATE_HZ;

/// Powers by frequency, `0..=rate / 2`.
#[derive(Debug)]
pub(crate) struct Powers {
    pub(crate) bins: Vec<f64>,
    pub(crate) bin_hz: f64,
}

impl Powers {
    /// Of frames through a window of four cosines (Blackman and Harris), whose lobes beside the
    /// main one lie 92 dB below it; the main one reaches four bins either way.
    pub(crate) fn of(frames: &[f32]) -> Self {
        let len = frames.len().max(2);
        let transform = RealFftPlanner::<f64>::new().plan_fft_forward(len);
        let mut input = transform.make_input_vec();
        let mut output = transform.make_output_vec();
        for (n, (place, frame)) in input.iter_mut().zip(frames).enumerate() {
            let turn = TAU * n as f64 / len as f64;
            let window = 0.358_75 - 0.488_29 * turn.cos() + 0.141_28 * (2.0 * turn).cos()
                - 0.011_68 * (3.0 * turn).cos();
            *place = window * f64::from(*frame);
        }
        // It fails only for wrong lengths; these are its own.
        let done = transform.process(&mut input, &mut output).is_ok();
        debug_assert!(done);
        Self {
            bins: output.iter().map(|value| value.norm_sqr()).collect(),
            bin_hz: f64::from(RATE_HZ) / len as f64,
        }
    }

    /// Of a stroke: the window is widest open in its middle, and there the stroke has to lie, which is
    /// the brightest moment of a drum.
    pub(crate) fn of_stroke(frames: &[f32]) -> Self {
        let mut padded = vec![0.0; frames.len()];
        padded.extend(frames);
        Self::of(&padded)
    }

    /// Mean frequency, weighted by power between 20 Hz and 20 kHz, Hz.
    pub(crate) fn centroid_hz(&self) -> f64 {
        self.middle_hz(20.0, 20_000.0)
    }

    /// Mean frequency, weighted by amplitude, of what lies within 60 dB of the strongest: what a
    /// quick beginning adds weighs more in it than in [`Self::centroid_hz`].
    pub(crate) fn brightness_hz(&self) -> f64 {
        let floor = self.bins.iter().copied().fold(1e-30, f64::max) * 1e-6;
        let (mut sum, mut moment) = (1e-30, 0.0);
        for (hz, power) in self.within(20.0, 20_000.0) {
            if power > floor {
                sum += power.sqrt();
                moment += hz * power.sqrt();
            }
        }
        moment / sum
    }

    /// Power between two frequencies.
    pub(crate) fn power(&self, low_hz: f64, high_hz: f64) -> f64 {
        self.within(low_hz, high_hz).map(|(_, power)| power).sum()
    }

    /// The middle of all power between two frequencies, weighted by it, Hz.
    pub(crate) fn middle_hz(&self, low_hz: f64, high_hz: f64) -> f64 {
        let (mut sum, mut moment) = (1e-30, 0.0);
        for (hz, power) in self.within(low_hz, high_hz) {
            sum += power;
            moment += hz * power;
        }
        moment / sum
    }

    /// The strongest frequency between two, by the middle of its lobe, and its power.
    pub(crate) fn strongest(&self, low_hz: f64, high_hz: f64) -> (f64, f64) {
        let top = self
            .within(low_hz, high_hz)
            .max_by(|(_, one), (_, other)| one.total_cmp(other));
        let (hz, power) = top.unwrap_or((low_hz, 0.0));
        let lobe = 4.0 * self.bin_hz;
        (self.middle_hz(hz - lobe, hz + lobe), power)
    }

    /// Frequencies and powers between two frequencies.
    pub(crate) fn within(&self, low_hz: f64, high_hz: f64) -> impl Iterator<Item = (f64, f64)> {
        let low = (low_hz / self.bin_hz).ceil().max(0.0) as usize;
        let high = (high_hz / self.bin_hz).floor().max(0.0) as usize + 1;
        let high = high.min(self.bins.len());
        let bins = self.bins.get(low.min(high)..high).unwrap_or_default();
        let bin_hz = self.bin_hz;
        bins.iter()
            .zip(low..)
            .map(move |(power, bin)| (bin as f64 * bin_hz, *power))
    }
}

/// A power in decibels; silence is -300.
pub(crate) fn decibels(power: f64) -> f64 {
    10.0 * power.max(1e-30).log10()
}

/// Mean power.
pub(crate) fn power(frames: &[f32]) -> f64 {
    let sum: f64 = frames.iter().map(|frame| f64::from(*frame).powi(2)).sum();
    sum / frames.len().max(1) as f64
}

/// Frames between two moments.
pub(crate) fn between(frames: &[f32], from_s: f64, to_s: f64) -> &[f32] {
    let frame = |seconds: f64| ((seconds * f64::from(RATE_HZ)) as usize).min(frames.len());
    frames.get(frame(from_s)..frame(to_s)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(hertz: f64, amplitude: f64) -> Vec<f32> {
        (0..48_000)
            .map(|n| (amplitude * (TAU * hertz * f64::from(n) / 48_000.0).cos()) as f32)
            .collect()
    }

    #[test]
    fn the_centroid_of_two_equal_tones_lies_between_them() {
        let both: Vec<f32> = tone(500.0, 0.3)
            .iter()
            .zip(tone(1500.0, 0.3))
            .map(|(one, other)| one + other)
            .collect();
        let centroid = Powers::of(&both).centroid_hz();
        assert!((centroid - 1000.0).abs() < 1.0, "{centroid}");
    }

    #[test]
    fn the_strongest_tone_is_found_between_bins() {
        let (hertz, _) = Powers::of(&tone(440.3, 0.3)).strongest(400.0, 500.0);
        assert!((hertz - 440.3).abs() < 0.01, "{hertz}");
    }

    #[test]
    fn half_the_amplitude_is_a_quarter_of_the_power() {
        let ratio = power(&tone(440.0, 0.6)) / power(&tone(440.0, 0.3));
        assert!((ratio - 4.0).abs() < 1e-4, "{ratio}");
    }
}
