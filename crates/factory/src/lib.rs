//! Recipes of the General MIDI bank that is always there.
//!
//! Out: [`bank`], 128 melodic programs with variations and nine drum kits, computed from nothing but
//! the code of this crate: no recording, no file, no other bank. It is the same bank, bit for bit, on
//! every machine and every run: all transcendental functions are `libm`'s and all noise is seeded.
//!
//! A family of instruments is a file in `families/`. It makes `recording`s with the tools of
//! the workshop (`strike` for what is hit or plucked, `winds` for what is blown or bowed,
//! `players` for sections, `spectrum` for any other loop, `steady` for the level of any of them,
//! `canvas` for what ends by itself), hands them to the `assembly`, and lays programs over them with a
//! `voicing` each.
//! Thread: any; takes seconds, for tools and tests only. The instrument reads the finished file.
#![forbid(unsafe_code)]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "frame counts and rates are small, levels are bounded by the peak, float casts saturate"
)]

mod assembly;
mod canvas;
mod connections;
mod decay_law;
mod families;
mod filter;
mod loudness;
mod noise;
mod oscillators;
mod plan;
mod players;
mod recording;
mod spectrum;
mod steady;
mod strike;
mod trims;
mod units;
mod voicing;
mod winds;

use dmus_dls::Bank;
use dmus_dls::bank::BankInfo;

use crate::assembly::Assembly;

/// Computes the bank: programs 0 to 127 in bank 0, variations where GS and General MIDI 2 select them,
/// and drum kits in bank 0, where players find them for both.
///
/// # Real-time
/// Not real-time: renders every wave, which takes seconds.
///
/// # Source
/// \[GM1\] sound set and percussion map; \[GS\] and \[GM2\] for variations and kits.
#[must_use]
pub fn bank() -> Bank {
    bank_watched(|_| {})
}

/// Waves of the bank.
pub const WAVES: usize = 1134;

/// Computes [`bank`] for someone who waits.
///
/// - `watch`: called with the name of each of [`WAVES`] waves, once it is there
#[must_use]
pub fn bank_watched(watch: impl FnMut(&str) + 'static) -> Bank {
    let info = BankInfo {
        name: "DMus General MIDI".to_owned(),
        engineer: String::new(),
        copyright: "The DMus authors; MIT OR Apache-2.0".to_owned(),
        comment: "Computed by dmus-factory; holds no recordings.".to_owned(),
        software: "dmus-factory".to_owned(),
        version: Some([0, 1, 0, 0]),
        about: Default::default(),
    };
    let mut assembly = Assembly::new(info, watch);
    families::build(&mut assembly);
    assembly.finish()
}
