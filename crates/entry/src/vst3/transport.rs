//! The host's song and steady count of a block, as CLAP tells them.
//!
//! Thread: render. Source: \[VST3\] ivstprocesscontext.h; \[CLAP\] events.h.

use clap_sys::events::{
    CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_TRANSPORT, CLAP_TRANSPORT_HAS_BEATS_TIMELINE,
    CLAP_TRANSPORT_HAS_SECONDS_TIMELINE, CLAP_TRANSPORT_HAS_TEMPO,
    CLAP_TRANSPORT_HAS_TIME_SIGNATURE, CLAP_TRANSPORT_IS_LOOP_ACTIVE, CLAP_TRANSPORT_IS_PLAYING,
    CLAP_TRANSPORT_IS_RECORDING, clap_event_header, clap_event_transport,
};
use clap_sys::fixedpoint::{CLAP_BEATTIME_FACTOR, CLAP_SECTIME_FACTOR};
use vst3::Steinberg::Vst::ProcessContext;

use super::codes;

/// The song at the first frame of a block.
pub(super) fn song(context: &ProcessContext, rate_hz: f64) -> clap_event_transport {
    let has = |flag| context.state & flag != 0;
    let mut flags = 0;
    for (is_so, flag) in [
        (has(codes::PLAYING), CLAP_TRANSPORT_IS_PLAYING),
        (has(codes::RECORDING), CLAP_TRANSPORT_IS_RECORDING),
        (
            has(codes::CYCLING) && has(codes::HAS_CYCLE),
            CLAP_TRANSPORT_IS_LOOP_ACTIVE,
        ),
        (has(codes::HAS_TEMPO), CLAP_TRANSPORT_HAS_TEMPO),
        (has(codes::HAS_BEATS), CLAP_TRANSPORT_HAS_BEATS_TIMELINE),
        (rate_hz > 0.0, CLAP_TRANSPORT_HAS_SECONDS_TIMELINE),
        (has(codes::HAS_SIGNATURE), CLAP_TRANSPORT_HAS_TIME_SIGNATURE),
    ] {
        if is_so {
            flags |= flag;
        }
    }
    let short = |number: i32| u16::try_from(number).unwrap_or(0);
    let (numerator, denominator) = (
        short(context.timeSigNumerator),
        short(context.timeSigDenominator),
    );
    clap_event_transport {
        header: clap_event_header {
            size: u32::try_from(size_of::<clap_event_transport>()).unwrap_or(0),
            time: 0,
            space_id: CLAP_CORE_EVENT_SPACE_ID,
            type_: CLAP_EVENT_TRANSPORT,
            flags: 0,
        },
        flags,
        song_pos_beats: fixed(context.projectTimeMusic, CLAP_BEATTIME_FACTOR),
        song_pos_seconds: seconds(context.projectTimeSamples, rate_hz),
        tempo: context.tempo,
        tempo_inc: 0.0,
        loop_start_beats: fixed(context.cycleStartMusic, CLAP_BEATTIME_FACTOR),
        loop_end_beats: fixed(context.cycleEndMusic, CLAP_BEATTIME_FACTOR),
        loop_start_seconds: 0,
        loop_end_seconds: 0,
        bar_start: fixed(context.barPositionMusic, CLAP_BEATTIME_FACTOR),
        bar_number: bar(context, numerator, denominator),
        tsig_num: numerator,
        tsig_denom: denominator,
    }
}

/// The host's steady count of frames, if it has one.
pub(super) fn steady(context: &ProcessContext) -> Option<i64> {
    let time = context.continousTimeSamples;
    (context.state & codes::HAS_STEADY != 0 && time >= 0).then_some(time)
}

/// The bar's number as far as it follows from where it begins, with one signature throughout.
fn bar(context: &ProcessContext, numerator: u16, denominator: u16) -> i32 {
    let known = context.state & codes::HAS_BAR != 0 && context.state & codes::HAS_SIGNATURE != 0;
    if !known || numerator == 0 || denominator == 0 {
        return 0;
    }
    let quarters = f64::from(numerator) * 4.0 / f64::from(denominator);
    floor(context.barPositionMusic / quarters)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast of a float saturates"
)]
fn floor(value: f64) -> i32 {
    value.floor() as i32
}

/// Frames as seconds in CLAP's fixed point.
#[expect(
    clippy::cast_precision_loss,
    reason = "a song of 2^53 frames would last for thousands of years"
)]
fn seconds(frames: i64, rate_hz: f64) -> i64 {
    if rate_hz > 0.0 {
        fixed(frames as f64 / rate_hz, CLAP_SECTIME_FACTOR)
    } else {
        0
    }
}

/// A time in CLAP's fixed-point form; `factor` is what one unit counts.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "the factor is a power of two, and a cast of a float saturates"
)]
fn fixed(value: f64, factor: i64) -> i64 {
    (value * factor as f64).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vst3::binding::blank;

    #[test]
    fn song_of_a_host_is_told_in_clap_s_numbers() {
        // SAFETY: numbers only.
        let mut context: ProcessContext = unsafe { blank() };
        context.state = codes::PLAYING
            | codes::CYCLING
            | codes::HAS_BEATS
            | codes::HAS_TEMPO
            | codes::HAS_BAR
            | codes::HAS_CYCLE
            | codes::HAS_SIGNATURE;
        context.projectTimeSamples = 96_000;
        context.projectTimeMusic = 10.5;
        context.barPositionMusic = 9.0;
        context.cycleStartMusic = 3.0;
        context.cycleEndMusic = 12.0;
        context.tempo = 90.0;
        context.timeSigNumerator = 3;
        context.timeSigDenominator = 4;
        let song = song(&context, 48_000.0);
        assert_eq!(song.song_pos_seconds, 2 * CLAP_SECTIME_FACTOR);
        assert_eq!(song.song_pos_beats, 21 * CLAP_BEATTIME_FACTOR / 2);
        assert_eq!(song.loop_end_beats, 12 * CLAP_BEATTIME_FACTOR);
        assert_eq!((song.tsig_num, song.tsig_denom), (3, 4));
        assert_eq!(song.bar_number, 3);
        assert_ne!(song.flags & CLAP_TRANSPORT_IS_LOOP_ACTIVE, 0);
        assert_eq!(song.flags & CLAP_TRANSPORT_IS_RECORDING, 0);
        assert_eq!(steady(&context), None);
        context.state |= codes::HAS_STEADY;
        context.continousTimeSamples = 77;
        assert_eq!(steady(&context), Some(77));
    }
}
