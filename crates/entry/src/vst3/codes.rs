//! Numbers of VST3 that its headers give a different type on each system, in the type they are
//! used with.
//!
//! Source: \[VST3\] ivstaudioprocessor.h, ivstcomponent.h, ivstprocesscontext.h, ivstevents.h,
//! ivsteditcontroller.h, ivstnoteexpression.h.

/// Media of a bus.
pub(super) const AUDIO: i32 = 0;
pub(super) const EVENTS: i32 = 1;

/// Directions of a bus.
pub(super) const INPUT: i32 = 0;
pub(super) const OUTPUT: i32 = 1;

/// The kind of every bus of ours: hosts do not offer auxiliary ones for routing.
pub(super) const MAIN_BUS: i32 = 0;
pub(super) const ACTIVE_BY_DEFAULT: u32 = 1;

/// Process modes.
pub(super) const PREFETCH: i32 = 1;
pub(super) const OFFLINE: i32 = 2;

/// Sample sizes.
pub(super) const SAMPLES_32: i32 = 0;

/// How far a component lets a host run ahead: as far as it likes while nothing is played live.
pub(super) const YET_PREFETCHABLE: u32 = 1;

/// Flags of a process context.
pub(super) const PLAYING: u32 = 1 << 1;
pub(super) const CYCLING: u32 = 1 << 2;
pub(super) const RECORDING: u32 = 1 << 3;
pub(super) const HAS_BEATS: u32 = 1 << 9;
pub(super) const HAS_TEMPO: u32 = 1 << 10;
pub(super) const HAS_BAR: u32 = 1 << 11;
pub(super) const HAS_CYCLE: u32 = 1 << 12;
pub(super) const HAS_SIGNATURE: u32 = 1 << 13;
pub(super) const HAS_STEADY: u32 = 1 << 17;

/// What of the context we read: steady count, beats, bar, cycle, tempo, signature, state.
pub(super) const CONTEXT_NEEDS: u32 = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 6 | 1 << 7 | 1 << 10;

/// Types of events.
pub(super) const NOTE_ON: u16 = 0;
pub(super) const NOTE_OFF: u16 = 1;
pub(super) const DATA: u16 = 2;
pub(super) const POLY_PRESSURE: u16 = 3;
pub(super) const EXPRESSION_VALUE: u16 = 4;
pub(super) const CONTROLLER_OUT: u16 = u16::MAX;
pub(super) const SYSEX_DATA: u32 = 0;
pub(super) const IS_LIVE: u16 = 1;

/// Controllers beyond the 128 of MIDI.
pub(super) const CHANNEL_PRESSURE: u8 = 128;
pub(super) const PITCH_BEND: u8 = 129;
pub(super) const PROGRAM_CHANGE: u8 = 130;
pub(super) const KEY_PRESSURE: u8 = 131;

/// What a restart is asked for.
pub(super) const VALUES_CHANGED: i32 = 4;
pub(super) const LATENCY_CHANGED: i32 = 8;
pub(super) const TITLES_CHANGED: i32 = 16;

/// All programs of a list.
pub(super) const ALL_PROGRAMS: i32 = -1;
/// The highest program.
pub(super) const LAST_PROGRAM: u16 = 127;

/// Note expressions.
pub(super) const VOLUME: u32 = 0;
pub(super) const PAN: u32 = 1;
pub(super) const TUNING: u32 = 2;
pub(super) const VIBRATO: u32 = 3;
pub(super) const EXPRESSION: u32 = 4;
pub(super) const BRIGHTNESS: u32 = 5;
/// An expression whose middle is its rest.
pub(super) const BIPOLAR: i32 = 1;

#[cfg(test)]
mod tests {
    use super::*;
    use vst3::Steinberg::Vst::*;

    /// Compares numbers whatever their types.
    macro_rules! same {
        ($($ours:expr => $theirs:expr),+ $(,)?) => {
            $(assert_eq!(i128::from($ours), i128::from($theirs), stringify!($ours));)+
        };
    }

    #[test]
    fn numbers_are_those_of_the_headers() {
        use IProcessContextRequirements_::Flags_ as needs;
        use ProcessContext_::StatesAndFlags_ as state;
        let read = needs::kNeedContinousTimeSamples
            | needs::kNeedProjectTimeMusic
            | needs::kNeedBarPositionMusic
            | needs::kNeedCycleMusic
            | needs::kNeedTempo
            | needs::kNeedTimeSignature
            | needs::kNeedTransportState;
        same!(
            AUDIO => MediaTypes_::kAudio,
            EVENTS => MediaTypes_::kEvent,
            INPUT => BusDirections_::kInput,
            OUTPUT => BusDirections_::kOutput,
            MAIN_BUS => BusTypes_::kMain,
            ACTIVE_BY_DEFAULT => BusInfo_::BusFlags_::kDefaultActive,
            PREFETCH => ProcessModes_::kPrefetch,
            OFFLINE => ProcessModes_::kOffline,
            SAMPLES_32 => SymbolicSampleSizes_::kSample32,
            YET_PREFETCHABLE => ePrefetchableSupport_::kIsYetPrefetchable,
            PLAYING => state::kPlaying,
            CYCLING => state::kCycleActive,
            RECORDING => state::kRecording,
            HAS_BEATS => state::kProjectTimeMusicValid,
            HAS_TEMPO => state::kTempoValid,
            HAS_BAR => state::kBarPositionValid,
            HAS_CYCLE => state::kCycleValid,
            HAS_SIGNATURE => state::kTimeSigValid,
            HAS_STEADY => state::kContTimeValid,
            CONTEXT_NEEDS => read,
            NOTE_ON => Event_::EventTypes_::kNoteOnEvent,
            NOTE_OFF => Event_::EventTypes_::kNoteOffEvent,
            DATA => Event_::EventTypes_::kDataEvent,
            POLY_PRESSURE => Event_::EventTypes_::kPolyPressureEvent,
            EXPRESSION_VALUE => Event_::EventTypes_::kNoteExpressionValueEvent,
            CONTROLLER_OUT => Event_::EventTypes_::kLegacyMIDICCOutEvent,
            SYSEX_DATA => DataEvent_::DataTypes_::kMidiSysEx,
            IS_LIVE => Event_::EventFlags_::kIsLive,
            CHANNEL_PRESSURE => ControllerNumbers_::kAfterTouch,
            PITCH_BEND => ControllerNumbers_::kPitchBend,
            PROGRAM_CHANGE => ControllerNumbers_::kCtrlProgramChange,
            KEY_PRESSURE => ControllerNumbers_::kCtrlPolyPressure,
            VALUES_CHANGED => RestartFlags_::kParamValuesChanged,
            LATENCY_CHANGED => RestartFlags_::kLatencyChanged,
            TITLES_CHANGED => RestartFlags_::kParamTitlesChanged,
            VOLUME => NoteExpressionTypeIDs_::kVolumeTypeID,
            PAN => NoteExpressionTypeIDs_::kPanTypeID,
            TUNING => NoteExpressionTypeIDs_::kTuningTypeID,
            VIBRATO => NoteExpressionTypeIDs_::kVibratoTypeID,
            EXPRESSION => NoteExpressionTypeIDs_::kExpressionTypeID,
            BRIGHTNESS => NoteExpressionTypeIDs_::kBrightnessTypeID,
            BIPOLAR => NoteExpressionTypeInfo_::NoteExpressionTypeFlags_::kIsBipolar,
        );
    }
}
