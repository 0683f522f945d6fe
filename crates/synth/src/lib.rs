//! Events to frames: the synthesizer.
//!
//! # Life of a note
//!
//! A bank is compiled once, on the control side, into a [`Collection`]: patches sorted, every
//! region's connections filled up with the defaults and sorted by how often they can change, every
//! wave read where it lies. [`Engine::download`] puts it in
//! force.
//!
//! [`Engine::message`] takes a note-on at the frame that is rendered next. The part's patch,
//! latched by its last program change, names an instrument: single downloads cover the user's
//! banks, each of those the ones below it, and all of them the factory's.
//! The instrument's key generator makes a key of the note; every region that holds key and
//! velocity starts a voice. Older notes that the region excludes are shut down; if all voices are
//! in use, a less important one is robbed and fades.
//!
//! A voice has two halves. Its modulation settles times and levels at note-on; then, once per
//! control tick of 64 frames, it evaluates envelopes, oscillators and connections at the tick's
//! end. Its lane reads the wave, filters it and mixes it frame by frame, moving linearly towards
//! what the modulation said. Ticks lie at fixed frames of the stream, and what a frame gets is a
//! function of its number, so [`Engine::render`] gives the same bits for any partition into
//! blocks.
//!
//! Note-off, choke and theft bend the lane at their exact frame. The voice ends when its envelope
//! has fallen by 96 dB or its wave is over. A collection that was replaced meanwhile goes home
//! through [`Engine::take_retired`] after its last voice.
//!
//! What a voice sends to reverb, chorus and delay is taken behind its gain and before its pan.
//! The returns are summed into the mix, or given apart by [`Engine::render_buses`]; so are parts that
//! have an output of their own.
//!
//! Clients that download single instruments and waves speak to a [`DownloadTable`] on the control
//! side, which turns them into one collection after the other.
//!
//! # What it is not
//!
//! It has no thread, file, clock or atomic. Without [`Engine::with_effects`] effect sends are
//! evaluated and reported, and nothing hears them. What of MIDI it answers to, and what not, is in
//! `docs/conformance.md`, row by row.
//!
//! # Source
//! \[DLS2\], \[MIDI1\], \[WDK\] synthesizer statistics and voice priority.

#![forbid(unsafe_code)]

mod allocation;
mod articulation;
mod channel;
mod collection;
mod download_table;
mod downloads;
mod dsp;
mod effects;
mod engine;
mod error;
mod level;
mod miniport;
mod mixer;
mod numbers;
mod outputs;
mod polyphony;
mod sends;
mod setup;
mod stats;
mod unique;
mod voice;

pub use channel::sysex::Mode;
pub use channel::{NoteTrim, PartTrim, VelocityCurve};
pub use collection::{Collection, Compiler};
pub use download_table::DownloadTable;
pub use downloads::{Layer, USER_BANKS};
pub use dsp::interpolation::Interpolation;
pub use dsp::tables::TICK_FRAMES;
pub use effects::{
    ChorusKind, ChorusSettings, Convolution, DelayKind, DelaySettings, EffectsSettings, ReverbKind,
    ReverbSettings, Space,
};
pub use engine::{Buses, Engine, EngineConfig, NoteAddress, Reply, Stereo};
pub use error::{ConfigError, DownloadError, NoRoom, ResponseBusy, ResponseError};
pub use miniport::{Aside, Output, SynthMiniport, SynthStream};
pub use outputs::OUTPUTS;
pub use polyphony::EndedNote;
pub use setup::{SETUP_BYTES, Setup};
pub use stats::{PartInfo, SynthStats};
pub use voice::NoteExpression;
