//! Several players on one note: each a little out of tune, with a vibrato of its own.
//!
//! Every wandering of pitch and level is a whole number of cycles per loop, and every detuning a
//! whole number of bins, so the crowd repeats without a seam however long its vibrato is.

use core::f64::consts::TAU;

use crate::noise::Noise;
use crate::plan::LoopPlan;
use crate::spectrum::{Spectrum, spread_phases};

/// Frames of the single-cycle table that a player reads.
const TABLE: usize = 8192;

/// Performances of which the one is kept whose colour is steadiest.
const REHEARSALS: u64 = 32;

/// Parts of a loop whose colours are compared.
const PARTS: usize = 16;

/// How a group plays.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Players {
    /// How many.
    pub(crate) count: usize,
    /// Largest detuning either way.
    pub(crate) detune_cents: f64,
    /// Depth of the vibrato.
    pub(crate) vibrato_cents: f64,
    /// Rate of the vibrato, spread by a quarter either way.
    pub(crate) vibrato_hz: f64,
    /// Depth of slow level changes, `0.0..1.0`.
    pub(crate) breathing: f64,
    /// What makes this group unlike any other.
    pub(crate) seed: u64,
}

/// A slow sine that fits the loop.
struct Wander {
    cycles: f64,
    depth: f64,
    turns: f64,
}

impl Wander {
    fn at(&self, position: f64) -> f64 {
        self.depth * libm::sin(TAU * (self.cycles * position + self.turns))
    }
}

impl Players {
    /// One loop of the group, each player playing `harmonic(n, hz)` as amplitude of harmonic `n`; all
    /// harmonics of a player begin together.
    pub(crate) fn play(&self, plan: &LoopPlan, harmonic: impl Fn(usize, f64) -> f64) -> Vec<f64> {
        self.play_from(plan, harmonic, |amplitudes| vec![0.0; amplitudes.len()])
    }

    /// The same, the harmonics of one who plays alone spread over the period: louder at the same peak.
    /// Several players do not pile up anyway.
    pub(crate) fn play_spread(
        &self,
        plan: &LoopPlan,
        harmonic: impl Fn(usize, f64) -> f64,
    ) -> Vec<f64> {
        if self.count > 1 {
            return self.play(plan, harmonic);
        }
        self.play_from(plan, harmonic, spread_phases)
    }

    fn play_from(
        &self,
        plan: &LoopPlan,
        harmonic: impl Fn(usize, f64) -> f64,
        phases: impl Fn(&[f64]) -> Vec<f64>,
    ) -> Vec<f64> {
        let table = single_cycle(plan, &harmonic, phases);
        // The same for all keys: neighbouring waves are the same players.
        let seed = self.seed.wrapping_mul(131);
        if self.count == 1 {
            return self.perform(plan, &table, seed);
        }
        let takes = (0..REHEARSALS).map(|number| {
            let frames = self.perform(plan, &table, seed.wrapping_add(number));
            self.tune(plan, Spectrum::of(&frames), &harmonic)
                .into_loop()
        });
        let rated = takes.map(|take| (unrest(&take), take));
        let steadiest = rated.min_by(|(one, _), (other, _)| one.total_cmp(other));
        steadiest.map(|(_, take)| take).unwrap_or_default()
    }

    /// Brings each harmonic to the power that so many players have, and the middle of that power to
    /// the pitch.
    ///
    /// Players who meet on one bin of the loop add up or cancel as chance has it, and a loop repeats
    /// one chance for ever: it would be loud or faint, sharp or flat, for as long as a note is held.
    /// As much power on each line below the pitch as on the one as far above it is in tune for an
    /// ear of any width, and wanders as before, since the phases are left alone.
    fn tune(
        &self,
        plan: &LoopPlan,
        mut spectrum: Spectrum,
        harmonic: &impl Fn(usize, f64) -> f64,
    ) -> Spectrum {
        // Up to where the next harmonic begins.
        let half = (plan.periods - 1) / 2;
        for number in 1.. {
            let bin = plan.periods * number;
            if bin + half >= plan.len / 2 {
                break;
            }
            spectrum.balance(bin, half);
            let meant = harmonic(number, plan.hz(bin));
            let bins = bin - half..=bin + half;
            let power = spectrum.power(bins.clone());
            if meant > 0.0 && power > 1e-12 {
                let wanted = self.count as f64 * meant * meant;
                spectrum.scale(bins, libm::sqrt(wanted / power));
            }
        }
        spectrum
    }

    fn perform(&self, plan: &LoopPlan, table: &[f64], seed: u64) -> Vec<f64> {
        let mut noise = Noise::new(seed);
        let mut frames = vec![0.0; plan.len];
        for player in 0..self.count {
            self.add_player(&mut frames, plan, table, player, &mut noise);
        }
        frames
    }

    fn add_player(
        &self,
        frames: &mut [f64],
        plan: &LoopPlan,
        table: &[f64],
        player: usize,
        noise: &mut Noise,
    ) {
        let f0 = plan.fundamental_hz();
        let seconds = plan.len as f64 / plan.rate_hz();
        // Players stand evenly across the detuning, so the group as a whole is in tune.
        let place = if self.count > 1 {
            2.0 * player as f64 / (self.count - 1) as f64 - 1.0
        } else {
            0.0
        };
        let off_hz = f0 * (libm::exp2(self.detune_cents * place / 1200.0) - 1.0);
        let cycles = plan.periods as f64 + (off_hz * seconds).round();
        let vibrato = (self.vibrato_hz * noise.between(0.75, 1.25) * seconds)
            .round()
            .max(1.0);
        let swing_hz = f0 * (libm::exp2(self.vibrato_cents / 1200.0) - 1.0);
        let pitch = [
            Wander {
                cycles: vibrato,
                depth: swing_hz * seconds / (TAU * vibrato),
                turns: noise.unit(),
            },
            Wander {
                cycles: 1.0,
                depth: 0.4 * swing_hz * seconds / TAU,
                turns: noise.unit(),
            },
        ];
        let level = [
            Wander {
                cycles: vibrato,
                depth: 0.5 * self.breathing,
                turns: noise.unit(),
            },
            Wander {
                cycles: 2.0,
                depth: 0.5 * self.breathing,
                turns: noise.unit(),
            },
        ];
        let start = noise.unit();
        for (n, value) in frames.iter_mut().enumerate() {
            let position = n as f64 / plan.len as f64;
            let turns = start
                + cycles * position
                + pitch.iter().map(|wander| wander.at(position)).sum::<f64>();
            let gain = 1.0 + level.iter().map(|wander| wander.at(position)).sum::<f64>();
            *value += gain * read(table, turns);
        }
    }
}

/// How far the colour of a loop goes up and down, as a share of it: the power of its slope over its own,
/// part by part. Its level is made to stand still later on; a colour that comes round with the loop
/// would be heard as a pulse as well.
fn unrest(frames: &[f64]) -> f64 {
    let parts = frames.chunks(frames.len().div_ceil(PARTS).max(1));
    let colours: Vec<f64> = parts
        .map(|part| {
            let slopes = part.windows(2).map(|pair| pair[1] - pair[0]);
            let slope = slopes.map(|slope| slope * slope).sum::<f64>();
            slope
                / part
                    .iter()
                    .map(|value| value * value)
                    .sum::<f64>()
                    .max(1e-12)
        })
        .collect();
    let mean = colours.iter().sum::<f64>() / colours.len().max(1) as f64;
    let off = colours
        .iter()
        .map(|colour| (colour - mean) * (colour - mean));
    libm::sqrt(off.sum::<f64>() / colours.len().max(1) as f64) / mean.max(1e-12)
}

/// Sum of the harmonics that fit under the plan's top, as one cycle of [`TABLE`] frames; `phases` finds
/// their phases in turns from their amplitudes.
fn single_cycle(
    plan: &LoopPlan,
    harmonic: &impl Fn(usize, f64) -> f64,
    phases: impl Fn(&[f64]) -> Vec<f64>,
) -> Vec<f64> {
    let f0 = plan.fundamental_hz();
    let sine: Vec<f64> = (0..TABLE)
        .map(|n| libm::sin(TAU * n as f64 / TABLE as f64))
        .collect();
    let mut table = vec![0.0; TABLE];
    // A little room above the top for detuning and vibrato.
    let count = ((plan.top_hz() / (1.02 * f0)) as usize).min(TABLE / 16);
    let amplitudes: Vec<f64> = (1..=count)
        .map(|number| harmonic(number, number as f64 * f0))
        .collect();
    let starts = phases(&amplitudes);
    for ((amplitude, phase), number) in amplitudes.iter().zip(starts).zip(1..) {
        let start = (phase * TABLE as f64) as usize;
        for (n, value) in table.iter_mut().enumerate() {
            *value += amplitude * sine[(start + n * number) % TABLE];
        }
    }
    table
}

/// The table at a phase in turns, interpolated through four points.
fn read(table: &[f64], turns: f64) -> f64 {
    let position = (turns - libm::floor(turns)) * TABLE as f64;
    let whole = position as usize;
    let x = position - whole as f64;
    let point = |offset: usize| table[(whole + TABLE + offset - 1) % TABLE];
    let (a, b, c, d) = (point(0), point(1), point(2), point(3));
    let even = 0.5 * (c - a);
    let curve = a - 2.5 * b + 2.0 * c - 0.5 * d;
    let cubic = 0.5 * (d - a) + 1.5 * (b - c);
    ((cubic * x + curve) * x + even) * x + b
}

#[cfg(test)]
mod tests {
    use super::*;

    const CROWD: Players = Players {
        count: 7,
        detune_cents: 8.0,
        vibrato_cents: 10.0,
        vibrato_hz: 5.2,
        breathing: 0.2,
        seed: 3,
    };

    #[test]
    fn a_crowd_is_in_tune_in_each_of_its_harmonics() {
        let plan = LoopPlan::new(60, 8192, 18_000.0);
        let frames = CROWD.play(&plan, |n, _| 1.0 / n as f64);
        let spectrum = Spectrum::of(&frames);
        for number in 1..=10 {
            let (bin, reach) = (plan.periods * number, plan.periods / 3);
            let around = bin - reach..=bin + reach;
            let moment: f64 = around
                .clone()
                .map(|line| line as f64 * spectrum.power(line..=line))
                .sum();
            let middle = moment / spectrum.power(around);
            let cents = 1200.0 * libm::log2(middle / bin as f64);
            assert!(cents.abs() < 1e-6, "harmonic {number}: {cents} cents");
        }
    }

    #[test]
    fn the_take_that_is_kept_is_steadier_than_most() {
        let plan = LoopPlan::new(60, 8192, 18_000.0);
        let level = |n: usize, _: f64| 1.0 / n as f64;
        let kept = unrest(&CROWD.play(&plan, level));
        let table = single_cycle(&plan, &level, |amplitudes| vec![0.0; amplitudes.len()]);
        let steadier = (900..930)
            .filter(|seed| unrest(&CROWD.perform(&plan, &table, *seed)) < kept)
            .count();
        assert!(steadier < 5, "{steadier} of 30 are steadier than {kept}");
    }
}
