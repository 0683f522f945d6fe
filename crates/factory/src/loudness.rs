//! Loudness of a note: how loud an ear finds it, so that instruments can be balanced by number.
//!
//! A shelf and a high pass weigh the frequencies. Of what ends by itself the loudest stretch of 0.3 s
//! counts, of what goes on its first 0.75 s: so long do neighbouring waves have to be equally loud.
//! Source: the weighting is that of ITU-R BS.1770, by its corner frequencies.

use crate::filter::Biquad;
use crate::recording::Recording;

/// Time over which the power is averaged.
const WINDOW_S: f64 = 0.3;

/// Time of the note that is looked at: of what ends, and of what goes on.
const NOTE_S: [f64; 2] = [0.9, 0.75];

/// How a wave is played.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Played {
    /// Keys above its own.
    pub(crate) keys: f64,
    /// Cutoff of a low pass over it.
    pub(crate) cutoff_hz: Option<f64>,
    /// Time in which an envelope takes 96 dB from it.
    pub(crate) decay_s: Option<f64>,
}

/// Loudness in dB of a note with `level` as wave gain.
pub(crate) fn of_note(recording: &Recording, level: f64, played: &Played) -> f64 {
    let rate = f64::from(recording.rate) * libm::exp2(played.keys / 12.0);
    let decay = played.decay_s.map_or(0.0, |seconds| -96.0 / seconds);
    let mut shelf = Biquad::high_shelf(rate, 1500.0, 4.0);
    let mut rumble = Biquad::high_pass(rate, 38.0, 0.5);
    let mut voiced = played
        .cutoff_hz
        .filter(|cutoff| *cutoff < 0.4 * rate)
        .map(|cutoff| Biquad::low_pass(rate, cutoff, 0.707));
    let window = (WINDOW_S * rate) as usize;
    let hop = (window / 6).max(1);
    let per_frame = libm::pow(10.0, decay / (20.0 * rate));
    let mut gain = level;
    let mut hops = vec![];
    let mut power = 0.0;
    let goes_on = recording.sustain.is_some();
    let note_s = NOTE_S[usize::from(goes_on)];
    for n in 0..(note_s * rate) as usize {
        let heard = frame(recording, n) * gain;
        let heard = voiced.as_mut().map_or(heard, |filter| filter.step(heard));
        let value = rumble.step(shelf.step(heard));
        gain *= per_frame;
        power += value * value;
        if (n + 1) % hop == 0 {
            hops.push(power / hop as f64);
            power = 0.0;
        }
    }
    if goes_on {
        let mean = hops.iter().sum::<f64>() / hops.len().max(1) as f64;
        return 10.0 * libm::log10(mean.max(1e-12));
    }
    let loudest = hops
        .windows(6)
        .map(|six| six.iter().sum::<f64>() / 6.0)
        .fold(1e-12, f64::max);
    10.0 * libm::log10(loudest)
}

/// Frame `n` of the held note.
fn frame(recording: &Recording, n: usize) -> f64 {
    let at = match recording.sustain {
        Some((start, length)) if n >= start => start + (n - start) % length,
        _ => n,
    };
    recording.frames.get(at).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::LoopPlan;
    use core::f64::consts::TAU;

    #[test]
    fn a_sine_of_half_level_is_six_db_quieter() {
        let plan = LoopPlan::new(69, 1024, 32_000.0);
        let sine = (0..plan.len)
            .map(|n| libm::sin(TAU * (plan.periods * n) as f64 / plan.len as f64))
            .collect();
        let recording = Recording::steady("sine", &plan, sine);
        let held = Played {
            keys: 0.0,
            cutoff_hz: None,
            decay_s: None,
        };
        let [full, half] = [1.0, 0.5].map(|level| of_note(&recording, level, &held));
        assert!((full + 3.0).abs() < 0.7, "{full}");
        assert!((full - half - 6.02).abs() < 0.01, "{full} {half}");
    }
}
