//! What is measured of a sound: level, onset, envelope, spectrum, pitch.
//!
//! In: stereo frames at 48 kHz. Out: numbers. Pure functions; powers are of both sides together.

use std::f64::consts::TAU;

use realfft::RealFftPlanner;

/// Frames per second of everything that is compared.
pub(super) const RATE_HZ: f64 = 48_000.0;

/// Length of a spectrum's window, frames; shorter sounds are filled up with silence.
pub(super) const WINDOW: usize = 1 << 16;

/// Frames of one point of an envelope: 10 ms.
pub(super) const STEP: usize = 480;

/// Left and right of one instant.
pub(super) type Frame = [f32; 2];

/// A power in decibels; silence is -300.
pub(super) fn decibels(power: f64) -> f64 {
    10.0 * power.max(1e-30).log10()
}

/// Mean power.
pub(super) fn power(frames: &[Frame]) -> f64 {
    let sum: f64 = frames.iter().map(energy).sum();
    sum / frames.len().max(1) as f64
}

fn energy(&[left, right]: &Frame) -> f64 {
    f64::from(left).powi(2) + f64::from(right).powi(2)
}

/// First frame above a hundredth of the loudest one.
pub(super) fn onset(frames: &[Frame]) -> Option<usize> {
    let loudest = frames.iter().map(energy).fold(0.0, f64::max);
    let threshold = loudest * 1e-4;
    (loudest > 0.0).then(|| frames.iter().position(|frame| energy(frame) > threshold))?
}

/// Mean powers of steps, dB.
pub(super) fn envelope(frames: &[Frame], step: usize) -> Vec<f64> {
    let steps = frames.chunks_exact(step.max(1));
    steps.map(|step| decibels(power(step))).collect()
}

/// Largest difference of two envelopes beside `offset_db`, and its step; looked at where the first
/// one is within `range_db` of its top.
pub(super) fn departure(
    ours: &[f64],
    theirs: &[f64],
    offset_db: f64,
    range_db: f64,
) -> Option<(usize, f64)> {
    let top = ours.iter().copied().fold(f64::MIN, f64::max);
    let pairs = ours.iter().zip(theirs).enumerate();
    pairs
        .filter(|(_, (ours, _))| **ours > top - range_db)
        .map(|(step, (ours, theirs))| (step, ours - theirs - offset_db))
        .max_by(|(_, one), (_, other)| one.abs().total_cmp(&other.abs()))
}

/// Steps until a curve of decibels has risen to 6 dB below its top, in parts of a step.
pub(super) fn rise(curve: &[f64]) -> Option<f64> {
    let top = curve.iter().copied().fold(f64::MIN, f64::max);
    crossing(curve.iter().map(|level| top - 6.0 - level))
}

/// Steps until a curve of decibels has fallen by `range_db` from where it begins.
pub(super) fn fall(curve: &[f64], range_db: f64) -> Option<f64> {
    let goal = curve.first()? - range_db;
    crossing(curve.iter().map(|level| level - goal))
}

/// Where a curve first comes to zero or below, by a straight line between its points.
fn crossing(curve: impl Iterator<Item = f64>) -> Option<f64> {
    let mut before: Option<f64> = None;
    for (step, value) in curve.enumerate() {
        if value <= 0.0 {
            let part = before.map_or(1.0, |before| before / (before - value));
            return Some((step as f64 - 1.0 + part).max(0.0));
        }
        before = Some(value);
    }
    None
}

/// Powers of frequencies, one for each `RATE_HZ / WINDOW`, through a Hann window; the sum over all
/// is the sound's mean power.
pub(super) fn spectrum(frames: &[Frame]) -> Vec<f64> {
    let length = frames.len().min(WINDOW);
    let mut powers = vec![0.0; WINDOW / 2 + 1];
    let transform = RealFftPlanner::<f64>::new().plan_fft_forward(WINDOW);
    let mut input = transform.make_input_vec();
    let mut output = transform.make_output_vec();
    for side in 0..2 {
        input.fill(0.0);
        for (n, (sample, frame)) in input.iter_mut().zip(frames).enumerate() {
            let window = 0.5 - 0.5 * (TAU * n as f64 / length as f64).cos();
            *sample = window * f64::from(frame.get(side).copied().unwrap_or(0.0));
        }
        // It fails only for wrong lengths; these are its own.
        if transform.process(&mut input, &mut output).is_ok() {
            // Both halves of the spectrum, and what the window takes away.
            let scale = 2.0 / (WINDOW as f64 * length.max(1) as f64 * 0.375);
            for (power, value) in powers.iter_mut().zip(&output) {
                *power += value.norm_sqr() * scale;
            }
        }
    }
    powers
}

/// What a power is raised to so that the top of a Hann window's lobe looks like a parabola.
const LOBE_EXPONENT: f64 = 0.115;

/// Frequency of the strongest partial between two frequencies, Hz.
pub(super) fn strongest(spectrum: &[f64], lowest_hz: f64, highest_hz: f64) -> Option<f64> {
    let bin_hz = RATE_HZ / WINDOW as f64;
    let within = |bin: usize| (lowest_hz..=highest_hz).contains(&(bin as f64 * bin_hz));
    let bins = spectrum.windows(3).zip(1..).filter(|(_, bin)| within(*bin));
    let (around, bin) =
        bins.max_by(|(one, _), (other, _)| middle(one).total_cmp(&middle(other)))?;
    let around = <[f64; 3]>::try_from(around).ok()?;
    // The top of the parabola through three powers, bent so that a Hann window's lobe is one: of all
    // exponents this one errs least, by less than a thousandth of a bin.
    let [low, peak, high] = around.map(|power| power.max(0.0).powf(LOBE_EXPONENT));
    let bend = low - 2.0 * peak + high;
    let shift = if bend < 0.0 {
        0.5 * (low - high) / bend
    } else {
        0.0
    };
    (decibels(middle(&around)) > -120.0).then_some((bin as f64 + shift.clamp(-1.0, 1.0)) * bin_hz)
}

fn middle(around: &[f64]) -> f64 {
    around.get(1).copied().unwrap_or(0.0)
}

/// Difference of two spectra's strongest partial, cents; the second's is looked for nearby.
pub(super) fn cents(ours: &[f64], theirs: &[f64]) -> Option<f64> {
    let one = strongest(ours, 25.0, 20_000.0)?;
    let other = strongest(theirs, one * 0.97, one * 1.03)?;
    Some(1200.0 * (one / other).log2())
}

/// Centre (Hz) and level (dB) of third-octave bands, 50 Hz to 16 kHz.
pub(super) fn bands(spectrum: &[f64]) -> Vec<(f64, f64)> {
    let bin_hz = RATE_HZ / WINDOW as f64;
    let band = |number: i32| {
        let centre = 1000.0 * 2_f64.powf(f64::from(number) / 3.0);
        let edges = centre / 2_f64.powf(1.0 / 6.0)..centre * 2_f64.powf(1.0 / 6.0);
        let inside = spectrum.iter().zip(0_u32..);
        let sum: f64 = inside
            .filter(|(_, bin)| edges.contains(&(f64::from(*bin) * bin_hz)))
            .map(|(power, _)| power)
            .sum();
        (centre, decibels(sum))
    };
    (-13..=12).map(band).collect()
}

/// A median; 0 of nothing.
pub(super) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, reason = "test signals in f32")]
mod tests {
    use super::*;

    /// A sine on the left, silent before a frame, with an amplitude by time.
    fn tone(hertz: f64, start: usize, amplitude: impl Fn(f64) -> f64) -> Vec<Frame> {
        (0..2 * WINDOW)
            .map(|n| {
                let time = n as f64 / RATE_HZ;
                let sounds = f64::from(u8::from(n >= start));
                let value = sounds * amplitude(time) * (TAU * hertz * time).cos();
                [value as f32, 0.0]
            })
            .collect()
    }

    fn close(value: f64, expected: f64, tolerance: f64) {
        assert!(
            (value - expected).abs() < tolerance,
            "{value} is not {expected}"
        );
    }

    #[test]
    fn a_full_sine_has_half_a_unit_of_power_in_time_and_in_frequency() {
        let tone = tone(1000.0, 0, |_| 1.0);
        close(decibels(power(&tone)), -3.01, 0.01);
        close(decibels(spectrum(&tone).iter().sum()), -3.01, 0.01);
        let (centre, level) = bands(&spectrum(&tone))
            .into_iter()
            .max_by(|(_, one), (_, other)| one.total_cmp(other))
            .unwrap();
        close(centre, 1000.0, 1.0);
        close(level, -3.01, 0.01);
    }

    #[test]
    fn a_cent_is_told_from_another() {
        for hertz in [55.0, 261.6, 1760.0] {
            let ours = spectrum(&tone(hertz, 0, |_| 0.1));
            let theirs = spectrum(&tone(hertz * 2_f64.powf(3.0 / 1200.0), 0, |_| 0.2));
            close(cents(&ours, &theirs).unwrap(), -3.0, 0.1);
        }
        assert_eq!(cents(&spectrum(&[]), &spectrum(&[])), None);
    }

    #[test]
    fn the_onset_is_where_it_sounds_and_silence_has_none() {
        assert_eq!(onset(&tone(1000.0, 4800, |_| 0.5)), Some(4800));
        assert_eq!(onset(&[[0.0, 0.0]; 100]), None);
    }

    #[test]
    fn a_fall_of_thirty_decibels_takes_its_time() {
        let falling = tone(1000.0, 0, |time| 10_f64.powf(-time * 100.0 / 20.0));
        let steps = fall(&envelope(&falling, STEP), 30.0).unwrap();
        close(steps, 30.0, 0.1);
        assert_eq!(fall(&[0.0, -10.0, -20.0], 30.0), None);
    }

    #[test]
    fn a_rise_ends_six_decibels_below_the_top() {
        close(rise(&[-40.0, -20.0, -10.0, -2.0, 0.0]).unwrap(), 2.5, 1e-9);
        close(rise(&[0.0, -3.0]).unwrap(), 0.0, 1e-9);
    }

    #[test]
    fn the_largest_departure_is_found_where_it_sounds() {
        let ours = [0.0, -10.0, -20.0, -90.0];
        let theirs = [-1.0, -11.0, -24.0, -20.0];
        assert_eq!(departure(&ours, &theirs, 1.0, 50.0), Some((2, 3.0)));
    }

    #[test]
    fn the_median_stands_in_the_middle() {
        close(median([9.0, 1.0, 2.0]), 2.0, 1e-12);
        close(median([]), 0.0, 1e-12);
    }
}
