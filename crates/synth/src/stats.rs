//! What the engine tells about itself.

use dmus_dls::bank::Patch;

use crate::channel::sysex::Mode;
use crate::downloads::Layer;

/// Running statistics; counts are since the engine was built or reset.
///
/// # Source
/// \[WDK\] `SYNTH_STATS`, with counts of our own.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SynthStats {
    /// Voices sounding, those fading out included.
    pub voices: u32,
    /// Most voices that sounded at a time.
    pub peak_voices: u32,
    /// Notes of which no voice could sound because all were taken by more important ones.
    pub lost_notes: u64,
    /// Voices taken from older notes to make room.
    pub stolen: u64,
    /// Notes for which no instrument, or no region of it, was there.
    pub unmatched_notes: u64,
    /// Messages taken.
    pub messages: u64,
    /// Messages that mean nothing to us: unknown system exclusive, wrong group, malformed.
    pub unknown: u64,
    /// System exclusive messages obeyed in spite of a wrong check sum.
    pub bad_checksums: u64,
    /// Replies that found no place because nobody took the earlier ones.
    pub lost_replies: u64,
    /// Highest absolute sample on the left since [`crate::Engine::take_peak`].
    pub peak_left: f32,
    /// Highest absolute sample on the right since [`crate::Engine::take_peak`].
    pub peak_right: f32,
}

/// What one part is doing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PartInfo {
    /// The patch MIDI and trim ask for.
    pub requested: Patch,
    /// The patch of the instrument that answers, if any.
    pub patch: Option<Patch>,
    /// The layer whose bank holds that instrument.
    pub layer: Option<Layer>,
    /// The rules in force.
    pub mode: Mode,
    /// Voices sounding, those fading out included.
    pub voices: u32,
    /// Largest reverb send of its sounding voices, fraction of the amplitude.
    pub reverb_send: f32,
    /// Largest chorus send of its sounding voices, fraction of the amplitude.
    pub chorus_send: f32,
    /// Largest delay send of its sounding voices, fraction of the amplitude.
    pub delay_send: f32,
}
