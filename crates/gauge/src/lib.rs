//! What the built-in bank sounds like, in numbers.
//!
//! In: [`dmus_factory::bank`], played by [`dmus_synth::Engine`] at 48 kHz. Out: figures of each
//! program and drum, whether they keep what is promised, and docs/factory-bank.md, which holds them
//! all. [`programs::measure`] is the way in; [`declared`] says what is promised to whom.
//! Thread: any; a whole bank takes a minute or two, for tools and tests only.
#![forbid(unsafe_code)]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "frame counts of a few seconds, keys and bins; samples are f32"
)]

pub mod beside;
pub mod declared;
pub mod identity;
pub mod kit;
pub mod page;
pub mod programs;
pub mod sheet;
pub mod songs;
mod spectrum;
pub mod stage;
mod still;
pub mod variations;
pub mod waves;
