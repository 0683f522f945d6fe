//! A tone whose level stands still: what lies beside its partials turns their phases only.
//!
//! A loop comes round ten times a second or more, and with it whatever its level does. The lines
//! around a partial make it louder and softer and turn it to and fro. Only the turning is kept: a
//! vibrato, the roughness of a breath or a bow.

use core::f64::consts::TAU;

use crate::spectrum::Spectrum;

/// Times that a partial is brought to one level and back into its band; each leaves less to do.
const TURNS: usize = 12;

/// Moments of a loop at which a partial is looked at, for each of its lines.
const MOMENTS: usize = 4;

/// Times that the level of the whole is made even.
const SWEEPS: usize = 6;

/// A loop of so many periods whose level stands still, of its spectrum.
pub(crate) fn steady(spectrum: Spectrum, periods: usize) -> Vec<f64> {
    // Lines nearer to a partial than to another.
    let reach = periods.saturating_sub(1) / 2;
    let mut frames = spectrum.steady_partials(periods, reach).into_loop();
    // What two lines do that are both no partials is little, and left.
    for _ in 0..SWEEPS {
        let squares: Vec<f64> = frames.iter().map(|frame| frame * frame).collect();
        let squares = Spectrum::of(&squares);
        // A line's amplitude is twice what the mean has of it.
        let mean = (0.5 * squares.line(0).0).max(1e-30);
        let level = squares.up_to(reach).into_loop();
        for (frame, level) in frames.iter_mut().zip(level) {
            *frame /= (1.0 + level / mean).max(0.25).sqrt();
        }
    }
    frames
}

impl Spectrum {
    /// Takes the changes of level out of the partials: each, with the lines within its reach, is a
    /// turning pointer whose length is made the same at all moments.
    fn steady_partials(mut self, periods: usize, reach: usize) -> Self {
        let moments = MOMENTS * (2 * reach + 1);
        let circle: Vec<(f64, f64)> = (0..moments)
            .map(|n| libm::sincos(TAU * n as f64 / moments as f64))
            .collect();
        for partial in (periods..self.bins().saturating_sub(reach)).step_by(periods) {
            let mut lines: Vec<(f64, f64)> = (partial - reach..=partial + reach)
                .map(|bin| self.line(bin))
                .collect();
            for _ in 0..TURNS {
                let mut pointer = turned(&lines, &circle);
                level(&mut pointer);
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
fn level(pointer: &mut [(f64, f64)]) {
    let square = |at: &(f64, f64)| at.0 * at.0 + at.1 * at.1;
    let mean = pointer.iter().map(square).sum::<f64>() / pointer.len() as f64;
    for at in pointer {
        let gain = (mean / square(at).max(1e-30)).sqrt();
        *at = (at.0 * gain, at.1 * gain);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::Noise;

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
        let swing = |frames: &[f64]| {
            let squares: Vec<f64> = frames.iter().map(|frame| frame * frame).collect();
            let lines = Spectrum::of(&squares);
            let beats = (1..periods / 2).map(|bin| {
                let (re, im) = lines.line(bin);
                libm::hypot(re, im) / lines.line(0).0
            });
            beats.fold(0.0, f64::max)
        };
        let before = spectrum.clone().into_loop();
        let after = steady(spectrum, periods);
        assert!(swing(&before) > 1e-3, "{}", swing(&before));
        assert!(swing(&after) < 1e-5, "{}", swing(&after));
        let kept = power(&after) / power(&before);
        assert!((kept - 1.0).abs() < 0.02, "{kept}");
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
