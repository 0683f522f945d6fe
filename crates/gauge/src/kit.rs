//! The drum kits: every key sounds, kits differ where their maps say so, what is struck cuts what
//! cannot ring beside it, a softer stroke is darker, and what has a pitch has the right one.

pub mod maps;

use anyhow::{Context, Result};
use dmus_dls::Bank;
use dmus_dls::bank::{Instrument, Patch};
use dmus_host_tests::audio::pitch;

use crate::programs::{VELOCITIES, short_term_lufs};
use crate::spectrum::{Powers, between, decibels, power};
use crate::stage::{Heard, Note, Part, Stage};
use crate::waves;
use maps::{MAPS, Map};

/// Keys whose levels make a kit's level: General MIDI's.
const MAP_KEYS: std::ops::RangeInclusive<u8> = 35..=81;

/// What a kit may be louder or quieter than the standard one, dB.
const BESIDE_DB: f64 = 3.0;

/// A tuned drum's pitch is looked for this near to what it is to be, as a ratio.
const NEAR: f64 = 1.12;

/// Cents that a tuned drum may be off.
const TUNE_CENTS: f64 = 3.0;

/// Loudest component of a tonal drum that is no partial, dB below the strongest.
const ALIAS_DB: f64 = -70.0;

/// What is measured of a drum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drum {
    /// Its key.
    pub key: u8,
    /// Whether it sounds unlike the standard kit's drum on this key.
    pub is_own: bool,
    /// Loudest twentieth of a second at velocity 100, dB of full scale.
    pub peak_db: f64,
    /// Loudest three seconds, LUFS.
    pub loudness_lufs: f64,
    /// Seconds until it has fallen 40 dB from its loudest twentieth of a second.
    pub fall_s: f64,
    /// Mean frequency of its first half second, Hz.
    pub centroid_hz: f64,
}

impl Drum {
    /// Whether it is heard.
    #[must_use]
    pub fn sounds(&self) -> bool {
        self.peak_db > -60.0
    }
}

/// What one drum leaves of another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cut {
    /// The key that rings.
    pub rings: u8,
    /// The key that is struck.
    pub cuts: u8,
    /// Level that is left of the first a tenth of a second after, beside what would have been, dB.
    pub left_db: f64,
}

impl Cut {
    /// Whether the first is gone.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.left_db < -20.0
    }
}

/// A drum struck at [`VELOCITIES`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Strokes {
    /// Its key.
    pub key: u8,
    /// RMS of the first quarter of a second, dB.
    pub levels_db: [f64; 4],
    /// Brightness of the same, Hz.
    pub centroids_hz: [f64; 4],
}

impl Strokes {
    /// Whether each harder stroke is louder and brighter.
    #[must_use]
    pub fn rise(&self) -> bool {
        let louder = self.levels_db.windows(2).all(|step| match step {
            [soft, loud] => loud - soft >= 1.0,
            _ => false,
        });
        let brighter = self.centroids_hz.windows(2).all(|step| match step {
            [soft, loud] => loud / soft >= 1.01,
            _ => false,
        });
        louder && brighter
    }
}

/// A drum with a pitch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tone {
    /// Its key.
    pub key: u8,
    /// The key whose pitch it is to have.
    pub pitch: u8,
    /// Cents above that.
    pub cents: f64,
}

/// What is measured of a kit.
#[derive(Debug)]
pub struct Kit {
    /// What is expected of it.
    pub map: &'static Map,
    /// Its name in the bank.
    pub name: String,
    /// Every key.
    pub drums: Vec<Drum>,
    /// The main drums.
    pub strokes: Vec<Strokes>,
    /// The tuned drums.
    pub tones: Vec<Tone>,
    /// The exclusive groups.
    pub cuts: Vec<Cut>,
    /// The worst of its tonal drums: key, and loudest component that is no partial, dB.
    pub alias: Option<(u8, f64)>,
    /// Mean level of the keys 35 to 81 beside the standard kit's, dB.
    pub beside_db: f64,
}

impl Kit {
    /// What is not kept, in words.
    #[must_use]
    pub fn broken(&self) -> Vec<String> {
        let mut broken = Vec::new();
        for drum in &self.drums {
            if !drum.sounds() {
                broken.push(format!("{} is silent", drum.key));
            }
            if drum.is_own != self.map.is_own(drum.key) {
                broken.push(format!("{} is not what the map says", drum.key));
            }
        }
        for strokes in self.strokes.iter().filter(|strokes| !strokes.rise()) {
            broken.push(format!("{} does not answer to velocity", strokes.key));
        }
        for tone in &self.tones {
            if tone.cents.abs() > TUNE_CENTS {
                broken.push(format!("{} is out of tune", tone.key));
            }
        }
        for cut in self.cuts.iter().filter(|cut| !cut.holds()) {
            broken.push(format!("{} goes on under {}", cut.rings, cut.cuts));
        }
        if let Some((key, _)) = self.alias.filter(|(_, level_db)| *level_db > ALIAS_DB) {
            broken.push(format!("{key} folds"));
        }
        if self.beside_db.abs() > BESIDE_DB {
            broken.push("level".to_owned());
        }
        broken
    }

    /// Keys that sound unlike the standard kit's.
    pub fn own(&self) -> impl Iterator<Item = &Drum> {
        self.drums.iter().filter(|drum| drum.is_own)
    }
}

/// Measures the kits of a bank, the standard one first.
///
/// # Errors
/// A bank that does not compile, or lacks a kit.
pub fn measure(bank: &Bank) -> Result<Vec<Kit>> {
    let mut bench = Bench {
        bank,
        stage: Stage::new(bank)?,
        standard: Vec::new(),
    };
    MAPS.iter().map(|map| bench.kit(map)).collect()
}

/// The patch of a kit, where GS has it.
#[must_use]
pub const fn patch(program: u8) -> Patch {
    Patch {
        drums: true,
        bank_msb: 0,
        bank_lsb: 0,
        program,
    }
}

/// The bank on a stage, with what was heard and measured of the standard kit.
struct Bench<'a> {
    bank: &'a Bank,
    stage: Stage,
    standard: Vec<(Heard, Drum)>,
}

impl Bench<'_> {
    fn kit(&mut self, map: &'static Map) -> Result<Kit> {
        let mut instruments = self.bank.instruments.iter();
        let instrument = instruments
            .find(|instrument| instrument.patch == patch(map.program))
            .with_context(|| format!("kit {} is missing", map.program))?;
        let part = Part::Patch(instrument.patch);
        let is_standard = self.standard.is_empty();
        let mut drums = Vec::new();
        for key in map.keys.clone() {
            let (heard, drum) = self.drum(part, key)?;
            drums.push(drum);
            if is_standard {
                self.standard.push((heard, drum));
            }
        }
        let level = level_db(&drums);
        let standard: Vec<Drum> = self.standard.iter().map(|(_, drum)| *drum).collect();
        Ok(Kit {
            map,
            name: instrument.name.clone(),
            strokes: map
                .main
                .iter()
                .map(|key| self.strokes(part, *key))
                .collect(),
            tones: map
                .tuned
                .iter()
                .map(|tuned| self.tone(part, *tuned))
                .collect(),
            cuts: map.cuts.iter().map(|cut| self.cut(part, *cut)).collect(),
            alias: self.alias(instrument, map)?,
            beside_db: level - level_db(&standard),
            drums,
        })
    }

    fn drum(&mut self, part: Part, key: u8) -> Result<(Heard, Drum)> {
        const STEP: usize = 2_400;
        let heard = self.stage.play(&Note::new(part, key, 3.0));
        let same = self.standard.iter().find(|(_, drum)| drum.key == key);
        if let Some((_, drum)) = same.filter(|(standard, _)| *standard == heard) {
            return Ok((
                heard,
                Drum {
                    is_own: false,
                    ..*drum
                },
            ));
        }
        let mono = heard.mono();
        let levels: Vec<f64> = mono
            .chunks(STEP)
            .map(|step| decibels(power(step)))
            .collect();
        let peak_db = levels.iter().copied().fold(-300.0, f64::max);
        let sounding = levels.iter().rposition(|level| *level > peak_db - 40.0);
        let drum = Drum {
            key,
            is_own: true,
            peak_db,
            loudness_lufs: short_term_lufs(&heard)?,
            fall_s: (sounding.unwrap_or(0) + 1) as f64 * 0.05,
            centroid_hz: Powers::of(between(&mono, 0.0, 0.5)).centroid_hz(),
        };
        Ok((heard, drum))
    }

    fn strokes(&mut self, part: Part, key: u8) -> Strokes {
        let heard = VELOCITIES.map(|velocity| {
            let note = Note::new(part, key, 0.25);
            self.stage.play(&Note { velocity, ..note }).mono()
        });
        let brightness_hz = |heard: &Vec<f32>| Powers::of_stroke(heard).brightness_hz();
        Strokes {
            key,
            levels_db: heard.each_ref().map(|heard| decibels(power(heard))),
            centroids_hz: heard.each_ref().map(brightness_hz),
        }
    }

    /// The pitch on which a drum comes to rest.
    fn tone(&mut self, part: Part, (key, own): (u8, u8)) -> Tone {
        let wanted_hz = 440.0 * ((f64::from(own) - 69.0) / 12.0).exp2();
        let heard = self.stage.play(&Note::new(part, key, 0.6)).mono();
        // What is struck is sharp at first.
        let rest = Powers::of(between(&heard, 0.15, 0.55));
        let (found_hz, _) = rest.strongest(wanted_hz / NEAR, wanted_hz * NEAR);
        Tone {
            key,
            pitch: own,
            cents: pitch::cents(wanted_hz, found_hz),
        }
    }

    fn cut(&mut self, part: Part, (rings, cuts): (u8, u8)) -> Cut {
        const STRUCK_S: f64 = 0.06;
        let alone = Note::new(part, rings, 0.4);
        let both = Note {
            then: Some((STRUCK_S, cuts)),
            ..alone
        };
        // The second by itself, on the same frame: key 0 is silent.
        let second = Note { key: 0, ..both };
        let [alone, both, second] = [alone, both, second].map(|note| self.stage.play(&note).mono());
        let left: Vec<f32> = both.iter().zip(&second).map(|(a, b)| a - b).collect();
        let after = |heard| power(between(heard, STRUCK_S + 0.1, STRUCK_S + 0.15));
        Cut {
            rings,
            cuts,
            left_db: decibels(after(&left) / after(&alone).max(1e-12)),
        }
    }

    fn alias(&self, instrument: &Instrument, map: &Map) -> Result<Option<(u8, f64)>> {
        let mut worst = None;
        for key in map.tonal {
            let regions = instrument.regions.iter();
            for region in regions.filter(|region| region.keys.contains(key)) {
                if let Some(level_db) = waves::alias_db(self.bank, region, *key)?
                    && worst.is_none_or(|(_, most)| level_db > most)
                {
                    worst = Some((*key, level_db));
                }
            }
        }
        Ok(worst)
    }
}

/// Mean power of the loudest moments of a kit, dB.
fn level_db(drums: &[Drum]) -> f64 {
    let heart = drums.iter().filter(|drum| MAP_KEYS.contains(&drum.key));
    let powers: Vec<f64> = heart.map(|drum| 10_f64.powf(drum.peak_db / 10.0)).collect();
    decibels(powers.iter().sum::<f64>() / powers.len().max(1) as f64)
}
