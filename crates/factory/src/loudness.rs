//! Loudness of a note: how loud an ear finds it, so that instruments can be balanced by number.
//!
//! A shelf and a high pass weigh the frequencies, then the loudest stretch of 0.3 s counts.
//! Source: the weighting is that of ITU-R BS.1770, by its corner frequencies.

use crate::filter::Biquad;
use crate::recording::Recording;

/// Time over which the power is averaged.
const WINDOW_S: f64 = 0.3;

/// Time of the note that is looked at.
const NOTE_S: f64 = 0.9;

/// Loudness in dB of a note played at its own key, full velocity, with `level` as wave gain.
pub(crate) fn of_note(recording: &Recording, level: f64) -> f64 {
    let rate = f64::from(recording.rate);
    let decay = recording.decay_s.map_or(0.0, |seconds| -96.0 / seconds);
    let mut shelf = Biquad::high_shelf(rate, 1500.0, 4.0);
    let mut rumble = Biquad::high_pass(rate, 38.0, 0.5);
    let window = (WINDOW_S * rate) as usize;
    let hop = (window / 6).max(1);
    let per_frame = libm::pow(10.0, decay / (20.0 * rate));
    let mut gain = level;
    let mut hops = vec![];
    let mut power = 0.0;
    for n in 0..(NOTE_S * rate) as usize {
        let value = rumble.step(shelf.step(frame(recording, n) * gain));
        gain *= per_frame;
        power += value * value;
        if (n + 1) % hop == 0 {
            hops.push(power / hop as f64);
            power = 0.0;
        }
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
        let (full, half) = (of_note(&recording, 1.0), of_note(&recording, 0.5));
        assert!((full + 3.0).abs() < 0.7, "{full}");
        assert!((full - half - 6.02).abs() < 0.01, "{full} {half}");
    }
}
