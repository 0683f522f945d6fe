//! The drum kit: every key sounds, and what is struck cuts what cannot ring beside it.

use anyhow::Result;
use dmus_dls::Bank;

use crate::programs::short_term_lufs;
use crate::spectrum::{Powers, between, decibels, power};
use crate::stage::{Note, Part, Stage};

/// Keys of the kit.
pub const KEYS: std::ops::RangeInclusive<u8> = 27..=87;

/// A key that is cut, and by which.
pub const CUTS: [(u8, u8); 7] = [
    (46, 42),
    (46, 44),
    (72, 71),
    (74, 73),
    (79, 78),
    (81, 80),
    (87, 86),
];

/// What is measured of a drum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drum {
    /// Its key.
    pub key: u8,
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

/// Measures the kit of a bank.
///
/// # Errors
/// A bank that does not compile.
pub fn measure(bank: &Bank) -> Result<(Vec<Drum>, Vec<Cut>)> {
    const STEP: usize = 2_400;
    let mut stage = Stage::new(bank)?;
    let mut drums = Vec::new();
    for key in KEYS {
        let heard = stage.play(&Note::new(Part::Kit, key, 3.0));
        let mono = heard.mono();
        let levels: Vec<f64> = mono
            .chunks(STEP)
            .map(|step| decibels(power(step)))
            .collect();
        let peak_db = levels.iter().copied().fold(-300.0, f64::max);
        let sounding = levels.iter().rposition(|level| *level > peak_db - 40.0);
        drums.push(Drum {
            key,
            peak_db,
            loudness_lufs: short_term_lufs(&heard)?,
            fall_s: (sounding.unwrap_or(0) + 1) as f64 * 0.05,
            centroid_hz: Powers::of(between(&mono, 0.0, 0.5)).centroid_hz(),
        });
    }
    let cuts = CUTS.map(|(rings, cuts)| {
        let first = Note {
            held_s: 0.15,
            ..Note::new(Part::Kit, rings, 0.5)
        };
        let alone = stage.play(&first).mono();
        let both = stage
            .play(&Note {
                then: Some(cuts),
                ..first
            })
            .mono();
        let start = Note {
            held_s: 0.0,
            then: Some(cuts),
            ..Note::new(Part::Kit, 0, 0.35)
        };
        let second = stage.play(&start).mono();
        // What the second leaves of the first is what is heard beside the second by itself.
        let after = between(&both, 0.15, 0.5);
        let left: Vec<f32> = after
            .iter()
            .zip(&second)
            .map(|(both, own)| both - own)
            .collect();
        let rest = power(between(&alone, 0.25, 0.35)).max(1e-12);
        Cut {
            rings,
            cuts,
            left_db: decibels(power(between(&left, 0.1, 0.2)) / rest),
        }
    });
    Ok((drums, cuts.to_vec()))
}
