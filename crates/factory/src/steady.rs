//! A loop whose level stands still.
//!
//! A loop comes round ten times a second or more, and with it whatever its level does. The lines
//! around a partial make it louder and softer and turn it to and fro. Of one player only the turning
//! is kept: a vibrato, the roughness of a breath or a bow. Several players, and noises, take turns in
//! being loud; only the level of them all is made to stand still.

use core::f64::consts::TAU;

use crate::spectrum::Spectrum;

/// Times that a partial is brought to one level and back into its band; each leaves less to do.
const TURNS: usize = 12;

/// Moments of a loop at which a partial is looked at, for each of its lines.
const MOMENTS: usize = 4;

/// Times that the level of the whole is made even.
pub(crate) const SWEEPS: usize = 6;

/// Share by which a partial of a crowd is steadied, in decibels.
const SHARE: f64 = 0.5;

/// Times that a crowd is brought in tune and its level made even; each spoils a little of the other.
const AGREEMENTS: usize = 24;

/// Lines around a harmonic of a loop of so many periods that are nearer to it than to another.
pub(crate) fn reach(periods: usize) -> usize {
    periods.saturating_sub(1) / 2
}

/// Bins of the harmonics of a loop of so many periods, as far as all that is near them has room.
pub(crate) fn harmonics(spectrum: &Spectrum, periods: usize) -> Vec<usize> {
    let last = spectrum.bins().saturating_sub(reach(periods));
    (periods..last).step_by(periods).collect()
}

/// A loop of one player, of so many periods, whose partials stand still, of its spectrum.
pub(crate) fn steady(spectrum: Spectrum, periods: usize) -> Vec<f64> {
    let reach = reach(periods);
    let partials = harmonics(&spectrum, periods);
    let spectrum = spectrum.steady_partials(&partials, reach, TURNS, 1.0);
    let mut frames = spectrum.into_loop();
    // What two lines do that are both no partials is little, and left.
    even(&mut frames, reach, SWEEPS);
    frames
}

/// A loop of many players whose level as a whole stands still, of its spectrum. Each partial wanders
/// by half, keeps its power, and has the middle of it at its pitch.
///
/// - `partials`: their bins
/// - `reach`: how many lines around a partial belong to it
pub(crate) fn steady_crowd(spectrum: Spectrum, partials: &[usize], reach: usize) -> Vec<f64> {
    let near = |partial: usize| partial - reach..=partial + reach;
    let powers: Vec<f64> = partials
        .iter()
        .map(|partial| spectrum.power(near(*partial)))
        .collect();
    let mut spectrum = spectrum.steady_partials(partials, reach, 1, SHARE);
    for _ in 0..AGREEMENTS {
        for (partial, meant) in partials.iter().zip(&powers) {
            spectrum.balance(*partial, reach);
            let power = spectrum.power(near(*partial)).max(1e-30);
            spectrum.scale(near(*partial), (meant / power).sqrt());
        }
        let mut frames = spectrum.into_loop();
        even(&mut frames, reach, 1);
        spectrum = Spectrum::of(&frames);
    }
    let mut frames = spectrum.into_loop();
    even(&mut frames, reach, SWEEPS);
    frames
}

/// Brings the level of a loop to what it is on the whole.
fn even(frames: &mut [f64], reach: usize, sweeps: usize) {
    let gains = evening(frames, reach, sweeps);
    for (frame, gain) in frames.iter_mut().zip(gains) {
        *frame *= gain;
    }
}

/// What brings the level of a loop to what it is on the whole, frame by frame. Only changes of at most
/// `reach` turns a loop are changes of level; faster ones are the sound itself.
pub(crate) fn evening(frames: &[f64], reach: usize, sweeps: usize) -> Vec<f64> {
    let mut gains = vec![1.0; frames.len()];
    for _ in 0..sweeps {
        let squares: Vec<f64> = frames
            .iter()
            .zip(&gains)
            .map(|(frame, gain)| (frame * gain) * (frame * gain))
            .collect();
        let squares = Spectrum::of(&squares);
        // A line's amplitude is twice what the mean has of it.
        let mean = (0.5 * squares.line(0).0).max(1e-30);
        let level = squares.up_to(reach).into_loop();
        for (gain, level) in gains.iter_mut().zip(level) {
            *gain /= (1.0 + level / mean).max(0.25).sqrt();
        }
    }
    gains
}

impl Spectrum {
    /// Takes the changes of level out of the partials: each, with the lines within its reach, is a
    /// turning pointer whose length is made the same at all moments.
    ///
    /// - `share`: how much of the way there one of the `turns` goes, in decibels
    fn steady_partials(
        mut self,
        partials: &[usize],
        reach: usize,
        turns: usize,
        share: f64,
    ) -> Self {
        let moments = MOMENTS * (2 * reach + 1);
        let circle: Vec<(f64, f64)> = (0..moments)
            .map(|n| libm::sincos(TAU * n as f64 / moments as f64))
            .collect();
        for partial in partials {
            let mut lines: Vec<(f64, f64)> = (partial - reach..=partial + reach)
                .map(|bin| self.line(bin))
                .collect();
            for _ in 0..turns {
                let mut pointer = turned(&lines, &circle);
                level(&mut pointer, share);
                lines = lines_of(&pointer, &circle, lines.len());
            }
            for (bin, line) in (partial - reach..).zip(lines) {
                self.set_line(bin, line);
            }
        }
        self
    }
}

/// The sum of some lines at each moment, seen from the first of them.
fn turned(lines: &[(f64, f64)], circle: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let at = |moment: usize| {
        lines.iter().enumerate().fold((0.0, 0.0), |sum, (n, line)| {
            let (sin, cos) = circle[n * moment % circle.len()];
            let turned = (line.0 * cos - line.1 * sin, line.0 * sin + line.1 * cos);
            (sum.0 + turned.0, sum.1 + turned.1)
        })
    };
    (0..circle.len()).map(at).collect()
}

/// So many lines of what turns, the inverse.
fn lines_of(pointer: &[(f64, f64)], circle: &[(f64, f64)], count: usize) -> Vec<(f64, f64)> {
    let share = 1.0 / circle.len() as f64;
    let line = |n: usize| {
        let sum = pointer.iter().enumerate();
        sum.fold((0.0, 0.0), |sum, (moment, at)| {
            let (sin, cos) = circle[n * moment % circle.len()];
            let turned = (at.0 * cos + at.1 * sin, at.1 * cos - at.0 * sin);
            (sum.0 + share * turned.0, sum.1 + share * turned.1)
        })
    };
    (0..count).map(line).collect()
}

/// Gives a pointer the length everywhere that it has on the whole.
fn level(pointer: &mut [(f64, f64)], share: f64) {
    let square = |at: &(f64, f64)| at.0 * at.0 + at.1 * at.1;
    let mean = pointer.iter().map(square).sum::<f64>() / pointer.len() as f64;
    for at in pointer {
        let gain = libm::pow(mean / square(at).max(1e-30), 0.5 * share);
        *at = (at.0 * gain, at.1 * gain);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::Noise;

    /// Strongest change of level that is slower than half the pitch, as a share of it.
    fn swing(frames: &[f64], periods: usize) -> f64 {
        let squares: Vec<f64> = frames.iter().map(|frame| frame * frame).collect();
        let lines = Spectrum::of(&squares);
        let beats = (1..periods / 2).map(|bin| {
            let (re, im) = lines.line(bin);
            libm::hypot(re, im) / lines.line(0).0
        });
        beats.fold(0.0, f64::max)
    }

    #[test]
    fn what_beats_is_made_to_stand_still_and_keeps_its_power() {
        let (len, periods) = (1024, 20);
        let mut spectrum = Spectrum::new(len);
        let mut noise = Noise::new(7);
        for number in 1..20 {
            spectrum.add(periods * number, 1.0 / number as f64, noise.unit());
            // A partial that breathes.
            for side in [periods * number - 1, periods * number + 1] {
                spectrum.add(side, 0.05 / number as f64, noise.unit());
            }
        }
        spectrum.add_noise(22_050.0, 8, |_| 0.003);
        let power = |frames: &[f64]| frames.iter().map(|frame| frame * frame).sum::<f64>();
        let before = spectrum.clone().into_loop();
        let after = steady(spectrum, periods);
        assert!(
            swing(&before, periods) > 1e-3,
            "{}",
            swing(&before, periods)
        );
        assert!(swing(&after, periods) < 1e-5, "{}", swing(&after, periods));
        let kept = power(&after) / power(&before);
        assert!((kept - 1.0).abs() < 0.02, "{kept}");
    }

    #[test]
    fn a_crowd_stands_still_as_a_whole_and_wanders_in_each_of_its_partials() {
        let (len, periods) = (4096, 40);
        let reach = reach(periods);
        let mut spectrum = Spectrum::new(len);
        let mut noise = Noise::new(11);
        for number in 1..=8 {
            for side in 0..=8 {
                let level = noise.between(0.2, 1.0) / number as f64;
                spectrum.add(periods * number + side - 4, level, noise.unit());
            }
        }
        let partials = harmonics(&spectrum, periods);
        let power =
            |spectrum: &Spectrum, partial: usize| spectrum.power(partial - reach..=partial + reach);
        let before = spectrum.clone();
        let frames = steady_crowd(spectrum, &partials, reach);
        assert!(
            swing(&frames, periods) < 1e-5,
            "{}",
            swing(&frames, periods)
        );
        let after = Spectrum::of(&frames);
        for partial in partials.iter().take(8) {
            let kept = power(&after, *partial) / power(&before, *partial);
            assert!((kept - 1.0).abs() < 0.1, "{partial}: {kept}");
            let beside = 1.0 - after.power(*partial..=*partial) / power(&after, *partial);
            assert!(beside > 0.3, "{partial}: {beside} of it wanders");
            let moment = |bin: usize| bin as f64 * after.power(bin..=bin);
            let middle: f64 = (partial - reach..=partial + reach).map(moment).sum();
            let off = middle / power(&after, *partial) - *partial as f64;
            assert!(off.abs() < 0.1, "{partial}: {off} lines");
        }
    }

    #[test]
    fn a_tone_of_partials_alone_stays_as_it_is() {
        let mut spectrum = Spectrum::new(512);
        for number in 1..6 {
            spectrum.add(9 * number, 1.0 / number as f64, 0.1 * number as f64);
        }
        let before = spectrum.clone().into_loop();
        let after = steady(spectrum, 9);
        let worst = before
            .iter()
            .zip(&after)
            .map(|(before, after)| (before - after).abs());
        assert!(worst.fold(0.0, f64::max) < 1e-9);
    }
}
