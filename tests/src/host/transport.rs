//! The transport a host shows its plug-ins.
//!
//! Source: \[CLAP\] events.h, `clap_event_transport`.

use clack_host::events::event_types::{TransportEvent, TransportFlags};
use clack_host::events::{EventFlags, EventHeader};
use clack_host::utils::{BeatTime, SecondsTime};
use dmus_song::SongPosition;

/// Where the song is at the start of a block.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transport {
    /// The song runs.
    pub playing: bool,
    /// Seconds since its start.
    pub seconds: f64,
    /// Beats, tempo, bar and meter there.
    pub position: SongPosition,
}

impl Transport {
    /// A transport that stands at the start, at 120 quarter notes a minute.
    #[must_use]
    pub fn stopped() -> Self {
        Self {
            playing: false,
            seconds: 0.0,
            position: SongPosition {
                quarters: 0.0,
                bpm: 120.0,
                bar_start_quarters: 0.0,
                bar: 0,
                numerator: 4,
                denominator: 4,
            },
        }
    }

    pub(super) fn event(&self) -> TransportEvent {
        let position = &self.position;
        let mut flags = TransportFlags::HAS_TEMPO
            | TransportFlags::HAS_BEATS_TIMELINE
            | TransportFlags::HAS_SECONDS_TIMELINE
            | TransportFlags::HAS_TIME_SIGNATURE;
        flags.set(TransportFlags::IS_PLAYING, self.playing);
        TransportEvent {
            header: EventHeader::new_core(0, EventFlags::empty()),
            flags,
            song_pos_beats: BeatTime::from_float(position.quarters),
            song_pos_seconds: SecondsTime::from_float(self.seconds),
            tempo: position.bpm,
            tempo_inc: 0.0,
            loop_start_beats: BeatTime::from_int(0),
            loop_end_beats: BeatTime::from_int(0),
            loop_start_seconds: SecondsTime::from_int(0),
            loop_end_seconds: SecondsTime::from_int(0),
            bar_start: BeatTime::from_float(position.bar_start_quarters),
            bar_number: i32::try_from(position.bar).unwrap_or(i32::MAX),
            time_signature_numerator: u16::from(position.numerator),
            time_signature_denominator: position.denominator,
        }
    }
}
