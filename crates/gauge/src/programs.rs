//! Melodic programs: what is measured of each, and whether it keeps what is promised.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use dmus_dls::Bank;
use dmus_dls::bank::{Instrument, Region};
use dmus_host_tests::audio::pitch;
use ebur128::{EbuR128, Mode};

use crate::declared::{self, Pitch};
use crate::spectrum::{Powers, between, decibels, power};
use crate::stage::{Heard, Note, Part, RATE_HZ, Stage};
use crate::still::still;
use crate::waves;

/// Keys on which every program has to sound.
pub const KEYS: std::ops::RangeInclusive<u8> = 24..=96;

/// Velocities at which level and brightness are compared.
pub const VELOCITIES: [u8; 4] = [30, 64, 100, 127];

/// Time in which the longest loops come round several times.
const LONGEST_LOOPS_S: f64 = 3.0;

/// Rounds of a section's loop after which the lines of its spectrum stand apart under the window of
/// [`Powers`]. Over fewer, what is found is where the players happen to be in their wandering.
const ROUNDS: f64 = 8.0;

/// A figure and the key it was worst on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Worst {
    /// The figure.
    pub value: f64,
    /// The key.
    pub key: u8,
}

impl Worst {
    /// The one that is larger, by magnitude.
    fn further(self, value: f64, key: u8) -> Self {
        if value.abs() > self.value.abs() {
            Self { value, key }
        } else {
            self
        }
    }
}

/// What is measured of a program.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// From 0.
    pub program: u8,
    /// Its name in the bank.
    pub name: String,
    /// Distance from the pitch of the key, cents; `None` for what has no pitch.
    pub tuning: Option<Worst>,
    /// Level of the quietest of [`KEYS`], dB of full scale.
    pub quietest: Worst,
    /// Loudest three seconds on the middle key at velocity 100, LUFS.
    pub loudness_lufs: f64,
    /// Jump of the centroid where a wave ends and the next begins, per cent.
    pub centroid_step: Worst,
    /// Jump of the loudness there, dB.
    pub level_step: Worst,
    /// Levels at [`VELOCITIES`], dB of full scale.
    pub levels_db: [f64; 4],
    /// Centroids there, Hz.
    pub centroids_hz: [f64; 4],
    /// What the full modulation wheel changes, dB of the note.
    pub wheel_db: f64,
    /// Seconds until a note has fallen 60 dB after its key was let go; 4 is not in the time heard.
    pub release_s: f64,
    /// Worst click of a loop, dB.
    pub click_db: f64,
    /// Worst beat of a loop, dB; -120 where none of its loops is of whole periods.
    pub beat_db: f64,
    /// Worst component that is no partial, dB below the strongest.
    pub alias: Worst,
}

impl Figures {
    /// The promises that are not kept, as words.
    #[must_use]
    pub fn broken(&self) -> Vec<&'static str> {
        let program = self.program;
        let is_pitched = Pitch::of(program) != Pitch::None;
        let tolerance = Pitch::of(program).tolerance_cents();
        let off = self.loudness_lufs - declared::loudness_lufs(program);
        let rises = |values: &[f64; 4], least: f64| {
            let mut pairs = values.iter().zip(values.iter().skip(1));
            pairs.all(|(soft, loud)| loud / soft >= least)
        };
        let gains = self.levels_db.map(|level| 10_f64.powf(level / 20.0));
        [
            (
                "tuning",
                self.tuning.is_some_and(|off| off.value.abs() > tolerance),
            ),
            ("silent", self.quietest.value < -60.0),
            ("loudness", off.abs() > 1.5),
            (
                "centroid step",
                is_pitched && self.centroid_step.value.abs() > 15.0,
            ),
            (
                "level step",
                is_pitched && self.level_step.value.abs() > 1.0,
            ),
            ("dynamics", !rises(&gains, 1.12)),
            ("brightness", !rises(&self.centroids_hz, 1.01)),
            ("wheel", is_pitched && self.wheel_db < -30.0),
            ("release", self.releases_wrongly()),
            ("click", self.click_db > -60.0),
            ("beat", !declared::beats(program) && self.beat_db > -60.0),
            ("alias", is_pitched && self.alias.value > -70.0),
        ]
        .into_iter()
        .filter_map(|(name, is_broken)| is_broken.then_some(name))
        .collect()
    }

    fn releases_wrongly(&self) -> bool {
        !declared::rings_on(self.program) && self.release_s > declared::release_s(self.program)
    }
}

/// Measures programs of a bank.
///
/// # Errors
/// A bank that does not compile, or has not all of the programs.
pub fn measure(bank: &Bank, programs: &[u8]) -> Result<Vec<Figures>> {
    let mut bench = Bench {
        bank,
        plain: Stage::new(bank)?,
        still: still(bank),
    };
    programs
        .iter()
        .map(|program| bench.figures(*program))
        .collect()
}

/// Loudest three seconds of a note, LUFS.
///
/// # Errors
/// None in practice: the meter knows two channels at this rate.
pub fn short_term_lufs(heard: &Heard) -> Result<f64> {
    let mut meter = EbuR128::new(2, RATE_HZ, Mode::S)?;
    meter.add_frames_planar_f32(&[&heard.left, &heard.right])?;
    Ok(meter.loudness_shortterm()?)
}

/// Loudness of the first three quarters of a second, LUFS.
fn beginning_lufs(heard: &Heard) -> Result<f64> {
    let mut meter = EbuR128::new(2, RATE_HZ, Mode::S)?;
    let sides = [&heard.left, &heard.right].map(|side| between(side, 0.0, 0.75));
    meter.add_frames_planar_f32(&sides)?;
    Ok(meter.loudness_window(750)?)
}

/// A program in bank 0.
fn find(bank: &Bank, program: u8) -> Result<&Instrument> {
    let mut instruments = bank.instruments.iter();
    instruments
        .find(|i| !i.patch.drums && i.patch.program == program && i.patch.bank_msb == 0)
        .with_context(|| format!("program {program} is missing"))
}

/// A bank on a stage, and the same standing still.
struct Bench<'a> {
    bank: &'a Bank,
    plain: Stage,
    still: Bank,
}

impl Bench<'_> {
    fn figures(&mut self, program: u8) -> Result<Figures> {
        let instrument = find(self.bank, program)?;
        let still = find(&self.still, program)?.clone();
        let still = &still;
        let key = declared::middle_key(program);
        let long = self
            .plain
            .play(&Note::new(Part::Program(program), key, 3.0));
        let (levels_db, centroids_hz) = self.dynamics(program, key);
        let (centroid_step, level_step) = self.steps(instrument)?;
        Ok(Figures {
            program,
            name: instrument.name.clone(),
            tuning: match Pitch::of(program) {
                Pitch::None => None,
                _ => Some(self.tuning(program, still)?),
            },
            quietest: self.quietest(program),
            loudness_lufs: short_term_lufs(&long)?,
            centroid_step,
            level_step,
            levels_db,
            centroids_hz,
            wheel_db: self.wheel(program, key, &long),
            release_s: self.release(program, key),
            click_db: self.clicks(instrument),
            beat_db: self.beats(instrument),
            alias: self.aliases(instrument)?,
        })
    }

    /// The first partial of every region on its outer keys, each region by itself.
    fn tuning(&self, program: u8, instrument: &Instrument) -> Result<Worst> {
        let mut worst = Worst { value: 0.0, key: 0 };
        for region in &instrument.regions {
            let (Some(wave), Some(sample)) = (self.still.waves.get(region.wave), region.sample)
            else {
                continue;
            };
            let own_key = wave.sample.map_or(sample.unity_note, |own| own.unity_note);
            let transposed = f64::from(own_key) - f64::from(sample.unity_note);
            let own_hz = 440.0 * ((f64::from(own_key) - 69.0) / 12.0).exp2();
            let mut stage = Stage::new(&self.apart(instrument, &[region]))?;
            for key in outer_keys(region) {
                let key_hz = 440.0 * ((f64::from(key) + transposed - 69.0) / 12.0).exp2();
                let rate_hz = f64::from(wave.sample_rate) * key_hz / own_hz;
                let rounds_s = match (Pitch::of(program), sample.wave_loop) {
                    (Pitch::Section, Some(once)) => ROUNDS * f64::from(once.length) / rate_hz,
                    _ => 0.0,
                };
                let steady_s = (17.0 * 8.0 / key_hz).max(rounds_s);
                let seconds = (0.6 + steady_s).max(LONGEST_LOOPS_S);
                let note = Note::new(Part::Program(0), key, seconds);
                let velocity = *region.velocities.end();
                let heard = stage.play(&Note { velocity, ..note }).mono();
                let steady = between(&heard, 0.55, seconds);
                let powers = Powers::of(steady);
                let near = audible_partial(&powers, key_hz);
                let found = match Pitch::of(program) {
                    Pitch::Section => Some(powers.middle_hz(near * 0.98, near * 1.02)),
                    _ => pitch::frequency_hz(steady, f64::from(RATE_HZ), near),
                };
                let off = found.map_or(100.0, |found| pitch::cents(near, found));
                worst = worst.further(off, key);
            }
        }
        Ok(worst)
    }

    /// A bank of some regions of an instrument of the still bank, with their articulation.
    fn apart(&self, instrument: &Instrument, regions: &[&Region]) -> Bank {
        let waves = regions
            .iter()
            .filter_map(|region| self.still.waves.get(region.wave));
        let alone = regions.iter().zip(0..).map(|(region, wave)| Region {
            wave,
            ..(*region).clone()
        });
        waves::lone(
            waves.cloned().collect(),
            alone.collect(),
            instrument.articulation.clone(),
        )
    }

    fn quietest(&mut self, program: u8) -> Worst {
        let mut worst = Worst { value: 0.0, key: 0 };
        for key in KEYS {
            let heard = self
                .plain
                .play(&Note::new(Part::Program(program), key, 1.5));
            let steps = heard.mono();
            let loudest = steps.chunks(2400).map(power).fold(0.0, f64::max);
            worst = worst.further(decibels(loudest), key);
        }
        worst
    }

    /// Levels and centroids at [`VELOCITIES`].
    fn dynamics(&mut self, program: u8, key: u8) -> ([f64; 4], [f64; 4]) {
        let heard = VELOCITIES.map(|velocity| {
            let note = Note::new(Part::Program(program), key, 0.5);
            self.plain.play(&Note { velocity, ..note }).mono()
        });
        (
            heard.each_ref().map(|heard| decibels(power(heard))),
            heard.each_ref().map(|heard| match Pitch::of(program) {
                Pitch::None => Powers::of_stroke(heard).brightness_hz(),
                _ => Powers::of(heard).brightness_hz(),
            }),
        )
    }

    /// Jumps of centroid and loudness where one wave of a layer follows another.
    ///
    /// Played as it is: a wave that was flattened for its envelope is heard falling only, and what its
    /// loop weighs against its beginning is the envelope's doing.
    fn steps(&self, instrument: &Instrument) -> Result<(Worst, Worst)> {
        let (mut centroid, mut level) =
            (Worst { value: 0.0, key: 0 }, Worst { value: 0.0, key: 0 });
        let pairs = instrument
            .regions
            .iter()
            .zip(instrument.regions.iter().skip(1));
        for (low, high) in pairs {
            let edge = *low.keys.end();
            let follows = edge.checked_add(1) == Some(*high.keys.start())
                && low.velocities == high.velocities
                && low.velocities.contains(&100)
                && low.wave != high.wave;
            if !follows || !(*KEYS.start()..*KEYS.end()).contains(&edge) {
                continue;
            }
            let mut stage = Stage::new(&self.apart(instrument, &[low, high]))?;
            let [below, above] =
                [edge, edge + 1].map(|key| stage.play(&Note::new(Part::Program(0), key, 1.0)));
            let [below_hz, above_hz] =
                [&below, &above].map(|heard| Powers::of(&heard.mono()).centroid_hz());
            centroid = centroid.further(100.0 * (above_hz / below_hz - 1.0), edge);
            level = level.further(beginning_lufs(&above)? - beginning_lufs(&below)?, edge);
        }
        Ok((centroid, level))
    }

    fn wheel(&mut self, program: u8, key: u8, plain: &Heard) -> f64 {
        let note = Note::new(Part::Program(program), key, 1.5);
        let moved = self.plain.play(&Note { wheel: 127, ..note }).mono();
        let plain = plain.mono();
        let differences: Vec<f32> = moved.iter().zip(&plain).map(|(a, b)| a - b).collect();
        decibels(power(&differences) / power(between(&plain, 0.0, 1.5)).max(1e-12))
    }

    fn release(&mut self, program: u8, key: u8) -> f64 {
        const STEP: usize = 480;
        let note = Note {
            held_s: 0.8,
            ..Note::new(Part::Program(program), key, 4.8)
        };
        let heard = self.plain.play(&note).mono();
        let before = power(between(&heard, 0.75, 0.8));
        if decibels(before) < -90.0 {
            return 0.0;
        }
        let after = between(&heard, 0.8, 4.8);
        let steps = after
            .chunks(STEP)
            .take_while(|step| power(step) > before * 1e-6);
        steps.count() as f64 * STEP as f64 / f64::from(RATE_HZ)
    }

    fn clicks(&self, instrument: &Instrument) -> f64 {
        let clicks = instrument.regions.iter().filter_map(|region| {
            let wave = self.bank.waves.get(region.wave)?;
            Some(waves::click_db(wave, region.sample?.wave_loop?))
        });
        clicks.fold(-120.0, f64::max)
    }

    fn beats(&self, instrument: &Instrument) -> f64 {
        let below = declared::octaves_below(instrument.patch.program);
        let beats = instrument.regions.iter().filter_map(|region| {
            let wave = self.bank.waves.get(region.wave)?;
            waves::beat_db(wave, region.sample?, below)
        });
        beats.fold(-120.0, f64::max)
    }

    /// The bare waves on the outer keys of their regions.
    fn aliases(&self, instrument: &Instrument) -> Result<Worst> {
        let mut worst = Worst {
            value: -200.0,
            key: 0,
        };
        for region in &instrument.regions {
            for key in outer_keys(region) {
                if let Some(value) = waves::alias_db(self.bank, region, key)?
                    && value > worst.value
                {
                    worst = Worst { value, key };
                }
            }
        }
        Ok(worst)
    }
}

/// The lowest and the highest key of a region, as far as [`KEYS`] go.
fn outer_keys(region: &Region) -> BTreeSet<u8> {
    let low = *region.keys.start().max(KEYS.start());
    let high = *region.keys.end().min(KEYS.end());
    [low, high].into_iter().filter(|_| low <= high).collect()
}

/// Frequency of the lowest partial of a key that is heard: its own, or a multiple where that one lies
/// 50 dB below the rest.
fn audible_partial(powers: &Powers, key_hz: f64) -> f64 {
    let all = powers.power(0.4 * key_hz, 20_000.0);
    let near = |hz: f64| powers.power(hz * 0.97, hz * 1.03);
    let partials = [1.0, 2.0, 3.0].map(|number| number * key_hz);
    let heard = partials.into_iter().find(|hz| near(*hz) > all * 1e-5);
    heard.unwrap_or(key_hz)
}
