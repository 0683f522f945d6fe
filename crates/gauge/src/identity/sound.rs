//! A sound: noise beside its partials, the stretch of a string, the fall of its modes.

use std::f64::consts::TAU;

use crate::spectrum::{Powers, between, decibels};
use crate::stage::RATE_HZ;

/// Partials up to which noise is looked for between them: a vibrato blurs the higher ones.
const CLEAR: u32 = 20;

/// Window in which a single mode is weighed, seconds: it tells modes apart that lie 30 Hz from each
/// other.
const MODE_S: f64 = 0.15;

/// Window in which a band is weighed, seconds.
const BAND_S: f64 = 0.2;

/// Time over which a drum's slap is smoothed away before its turns are counted, seconds.
const SLAP_S: f64 = 0.003;

/// Power that belongs to no partial of a tone, dB of all of it up to the twentieth partial: what lies
/// more than a quarter of the way from one partial to the next, twice.
pub(super) fn noise_db(powers: &Powers, first_hz: f64) -> f64 {
    let (mut noise, mut all) = (0.0, 0.0);
    for (hz, power) in powers.within(0.5 * first_hz, (f64::from(CLEAR) + 0.5) * first_hz) {
        let number = hz / first_hz;
        all += power;
        if (number - number.round()).abs() > 0.25 {
            noise += 2.0 * power;
        }
    }
    decibels(noise / all)
}

/// Inharmonicity B of a stiff string by two partials, of which the higher one is looked for near the
/// place that `guess` gives it.
///
/// Partials n and m: (f_m / m f_1)^2 and (f_n / n f_1)^2 differ by B (m^2 - n^2).
pub(super) fn stretch(powers: &Powers, first_hz: f64, guess: f64, [low, high]: [f64; 2]) -> f64 {
    let squared = |number: f64| {
        let near = number * first_hz * (1.0 + guess * number * number).sqrt();
        let (hz, _) = powers.strongest(near * 0.985, near * 1.015);
        (hz / (number * first_hz)).powi(2)
    };
    (squared(high) - squared(low)) / (high * high - low * low)
}

/// How fast a mode falls between two moments, dB a second.
pub(super) fn mode_fall(frames: &[f32], hz: f64, from_s: f64, to_s: f64) -> f64 {
    let level = |moment_s: f64| {
        let window = between(frames, moment_s, moment_s + MODE_S);
        let (mut real, mut imaginary) = (0.0, 0.0);
        for (n, frame) in window.iter().enumerate() {
            let place = TAU * n as f64 / window.len() as f64;
            let weight = f64::from(*frame) * (0.5 - 0.5 * place.cos());
            let (sine, cosine) = (TAU * hz * n as f64 / f64::from(RATE_HZ)).sin_cos();
            real += weight * cosine;
            imaginary += weight * sine;
        }
        decibels(real * real + imaginary * imaginary)
    };
    (level(from_s) - level(to_s)) / (to_s - from_s)
}

/// How fast a band falls between two moments, dB a second.
pub(super) fn band_fall(
    frames: &[f32],
    [low_hz, high_hz]: [f64; 2],
    from_s: f64,
    to_s: f64,
) -> f64 {
    let level = |moment_s: f64| {
        let window = between(frames, moment_s, moment_s + BAND_S);
        decibels(Powers::of(window).power(low_hz, high_hz))
    };
    (level(from_s) - level(to_s)) / (to_s - from_s)
}

/// How often a drum's skin goes to and fro between two moments, Hz, by the turns of the smoothed wave;
/// not a number where it turns less than twice.
pub(super) fn turns_hz(frames: &[f32], from_s: f64, to_s: f64) -> f64 {
    let rate = f64::from(RATE_HZ);
    let reach = (SLAP_S * rate) as usize;
    let smooth: Vec<f64> = between(frames, from_s, to_s + SLAP_S)
        .windows(reach)
        .map(|near| near.iter().map(|frame| f64::from(*frame)).sum())
        .collect();
    let rises: Vec<f64> = smooth
        .windows(2)
        .enumerate()
        .filter_map(|(n, pair)| match pair {
            [before, after] if *before < 0.0 && *after >= 0.0 => {
                Some(n as f64 + before / (before - after))
            }
            _ => None,
        })
        .collect();
    match rises.as_slice() {
        [first, .., last] => (rises.len() - 1) as f64 * rate / (last - first),
        _ => f64::NAN,
    }
}

/// How many modes stand out between two frequencies, not further than so many dB below the
/// strongest.
pub(super) fn modes(powers: &Powers, [low_hz, high_hz]: [f64; 2], below_db: f64) -> usize {
    let bins: Vec<f64> = powers
        .within(low_hz, high_hz)
        .map(|(_, power)| power)
        .collect();
    let floor = bins.iter().copied().fold(0.0, f64::max) * 10.0_f64.powf(-below_db / 10.0);
    // Nine bins are the lobe of one mode.
    let peaks = bins.windows(9).filter(|near| {
        let middle = near.get(4).copied().unwrap_or_default();
        middle > floor && near.iter().all(|other| *other <= middle)
    });
    peaks.count()
}

/// Decibels by which levels change in an octave, over frequencies or numbers: the slope of the line
/// through them.
pub(super) fn slope_db(points: &[(f64, f64)]) -> f64 {
    let count = points.len() as f64;
    let mean = |value: &dyn Fn(&(f64, f64)) -> f64| points.iter().map(value).sum::<f64>() / count;
    let (place, level) = (mean(&|(hz, _)| hz.log2()), mean(&|(_, level)| *level));
    let lean = mean(&|(hz, own)| (hz.log2() - place) * (own - level));
    lean / mean(&|(hz, _)| (hz.log2() - place).powi(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds of tones of frequency, amplitude and fall in dB a second.
    fn tones(seconds: f64, tones: &[(f64, f64, f64)]) -> Vec<f32> {
        let rate = f64::from(RATE_HZ);
        (0..(seconds * rate) as usize)
            .map(|n| {
                let time = n as f64 / rate;
                let heard = tones.iter().map(|(hz, amplitude, fall)| {
                    amplitude * 10.0_f64.powf(-fall * time / 20.0) * (TAU * hz * time).sin()
                });
                heard.sum::<f64>() as f32
            })
            .collect()
    }

    #[test]
    fn a_line_between_partials_is_noise_and_partials_are_none() {
        let pure = Powers::of(&tones(1.0, &[(440.0, 0.3, 0.0), (880.0, 0.1, 0.0)]));
        assert!(noise_db(&pure, 440.0) < -80.0);
        let rough = Powers::of(&tones(1.0, &[(440.0, 0.3, 0.0), (660.0, 0.03, 0.0)]));
        // A hundredth of the power, counted twice.
        let found = noise_db(&rough, 440.0);
        assert!((found + 17.0).abs() < 0.3, "{found}");
    }

    #[test]
    fn a_stiff_string_has_the_stretch_that_it_was_given() {
        let stiff: Vec<(f64, f64, f64)> = (1..=10)
            .map(|number| {
                let n = f64::from(number);
                (n * 110.0 * (1.0 + 2e-4 * n * n).sqrt(), 0.05, 0.0)
            })
            .collect();
        let powers = Powers::of(&tones(2.0, &stiff));
        let found = stretch(&powers, 110.0, 1e-4, [2.0, 10.0]);
        assert!((found - 2e-4).abs() < 2e-6, "{found}");
    }

    #[test]
    fn modes_and_bands_fall_each_at_their_own_rate() {
        let two = tones(1.0, &[(100.0, 0.3, 30.0), (150.0, 0.3, 10.0)]);
        for (hz, rate) in [(100.0, 30.0), (150.0, 10.0)] {
            let found = mode_fall(&two, hz, 0.1, 0.6);
            assert!((found - rate).abs() < 1.0, "{found}");
        }
        let two = tones(1.0, &[(1000.0, 0.3, 30.0), (5000.0, 0.3, 10.0)]);
        let found = band_fall(&two, [800.0, 1200.0], 0.1, 0.6);
        assert!((found - 30.0).abs() < 1.0, "{found}");
    }

    #[test]
    fn turns_are_counted_under_a_slap() {
        let skin = tones(0.4, &[(50.0, 0.5, 20.0), (3000.0, 0.2, 60.0)]);
        let found = turns_hz(&skin, 0.05, 0.3);
        assert!((found - 50.0).abs() < 0.5, "{found}");
        assert!(turns_hz(&[0.0; 4800], 0.0, 0.1).is_nan());
    }

    #[test]
    fn modes_are_counted_down_to_a_level() {
        let plate = tones(
            1.0,
            &[(1000.0, 0.3, 0.0), (1500.0, 0.1, 0.0), (2200.0, 0.001, 0.0)],
        );
        let powers = Powers::of(&plate);
        assert_eq!(modes(&powers, [500.0, 4000.0], 40.0), 2);
        assert_eq!(modes(&powers, [500.0, 4000.0], 60.0), 3);
    }

    #[test]
    fn levels_that_halve_with_each_octave_fall_six_decibels() {
        let points = [(1.0, 0.0), (2.0, -6.0), (4.0, -12.0)];
        assert!((slope_db(&points) + 6.0).abs() < 1e-9);
    }
}
