//! Song facts: what a host says of its song, and what of it holds.
//!
//! In: one block's facts. Out: the sum of all facts so far. Owner: the transport tracker.
//! Thread: render. Source: \[CLAP\] transport event; \[VST3\] process context.

use super::{annotation::TimeSignature, song_line::LoopRange};

/// What holds until a host tells its tempo, quarter notes per minute.
const DEFAULT_TEMPO_BPM: f64 = 120.0;
/// The slowest tempo that is believed, quarter notes per minute.
const MIN_TEMPO_BPM: f64 = 0.01;
/// The fastest tempo that is believed, quarter notes per minute.
const MAX_TEMPO_BPM: f64 = 100_000.0;
/// The farthest position that is believed, quarter notes: 150 years at 120.
const MAX_QUARTERS: f64 = 1e10;

/// What the host says of its song at the start of a block. What it does not say stays as it was;
/// numbers that are not finite or out of range count as not said.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Transport {
    /// The song runs.
    pub playing: Option<bool>,
    /// The host records.
    pub recording: Option<bool>,
    /// The loop is on.
    pub looping: Option<bool>,
    /// Quarter notes per minute, `0.01..=100_000.0`.
    pub tempo_bpm: Option<f64>,
    /// Time signature.
    pub signature: Option<TimeSignature>,
    /// Position at the first frame, quarter notes, within 1e10 of zero.
    pub song_quarters: Option<f64>,
    /// Position at the first frame, s; used if there is none in quarter notes.
    pub song_seconds: Option<f64>,
    /// The loop.
    pub loop_range: Option<LoopRange>,
}

/// What the host has said so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Held {
    pub(super) playing: bool,
    pub(super) recording: bool,
    pub(super) looping: bool,
    pub(super) tempo_bpm: Option<f64>,
    pub(super) signature: Option<TimeSignature>,
    pub(super) range: Option<LoopRange>,
}

impl Held {
    /// What holds after a host has spoken.
    pub(super) fn told(self, facts: &Transport) -> Self {
        let tempo = facts
            .tempo_bpm
            .filter(|bpm| (MIN_TEMPO_BPM..=MAX_TEMPO_BPM).contains(bpm));
        let signature = facts
            .signature
            .filter(|it| it.numerator > 0 && it.denominator > 0);
        let range = facts.loop_range.filter(|it| {
            is_position(it.start_quarters) && is_position(it.end_quarters) && it.length() > 0.0
        });
        Self {
            playing: facts.playing.unwrap_or(self.playing),
            recording: facts.recording.unwrap_or(self.recording),
            looping: facts.looping.unwrap_or(self.looping),
            tempo_bpm: tempo.or(self.tempo_bpm),
            signature: signature.or(self.signature),
            range: range.or(self.range),
        }
    }

    pub(super) fn tempo(&self) -> f64 {
        self.tempo_bpm.unwrap_or(DEFAULT_TEMPO_BPM)
    }

    pub(super) fn quarters_per_second(&self) -> f64 {
        self.tempo() / 60.0
    }
}

/// True for a position that is believed.
pub(super) fn is_position(value: f64) -> bool {
    value.abs() <= MAX_QUARTERS
}
