//! The miniport contract: what a synthesizer or a device offers, and what the port asks of it.
//!
//! Owner: the port. Thread: control for [`Miniport`], render for its stream.
//! Source: \[WDK\] `IMiniportDMus`; `ISynthSinkDMus`; SYNTHCAPS.

use std::error::Error;

pub use crate::clock::MasterSync;

use crate::{
    mxf::Mxf,
    time::{ReferenceTime, SampleRate, SampleTime},
};

/// What a miniport can do at most.
///
/// # Source
/// \[WDK\] SYNTHCAPS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SynthCaps {
    /// Groups of sixteen channels, `1..`.
    pub max_channel_groups: u16,
    /// Voices; nothing if the miniport cannot tell.
    pub max_voices: Option<u32>,
    /// Channels of audio; nothing if the miniport cannot tell.
    pub max_audio_channels: Option<u16>,
}

/// What a stream is for.
///
/// # Source
/// \[WDK\] `IMiniportDMus::NewStream`, DMUS_STREAM_TYPE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StreamKind {
    /// Takes events and gives audio: the MIDI pin and the wave pin of one virtual synthesizer.
    Render,
}

/// What the port asks for when it opens a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamRequest {
    /// Number of the pin, `0..`.
    pub pin: u16,
    /// What the stream is for.
    pub kind: StreamKind,
    /// Frames per second.
    pub sample_rate: SampleRate,
    /// Groups of sixteen channels, `1..=`[`SynthCaps::max_channel_groups`].
    pub channel_groups: u16,
    /// The most bytes one event will hold; a longer message comes in pieces.
    pub buffer_size: u16,
}

impl StreamRequest {
    /// A request for a render stream on the first pin.
    #[must_use]
    pub const fn render(sample_rate: SampleRate, channel_groups: u16, buffer_size: u16) -> Self {
        Self {
            pin: 0,
            kind: StreamKind::Render,
            sample_rate,
            channel_groups,
            buffer_size,
        }
    }
}

/// How far ahead of its time an event is delivered to a stream.
///
/// # Source
/// \[WDK\] `IMiniportDMus::NewStream`, SchedulePreFetch; DONT_HOLD_FOR_SEQUENCING.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SchedulePrefetch(u64);

impl SchedulePrefetch {
    /// Delivers each event at its time.
    pub const AT_TIME: Self = Self(0);
    /// Delivers everything at once: the stream queues for itself.
    pub const DONT_HOLD: Self = Self(0x8000_0000_0000_0000);

    /// Delivers each event this many units of 100 ns ahead.
    #[must_use]
    pub const fn new(units: u64) -> Self {
        Self(units)
    }

    /// The lead, 100 ns.
    #[must_use]
    pub const fn units(self) -> u64 {
        self.0
    }

    /// The latest stamp that is due at `now`.
    #[must_use]
    pub const fn horizon(self, now: ReferenceTime) -> ReferenceTime {
        if self.0 == Self::DONT_HOLD.0 {
            return ReferenceTime::MAX;
        }
        ReferenceTime::new(now.units().saturating_add_unsigned(self.0))
    }

    /// When an event stamped `time` is due.
    #[must_use]
    pub const fn due(self, time: ReferenceTime) -> ReferenceTime {
        if self.0 == Self::DONT_HOLD.0 {
            return ReferenceTime::MIN;
        }
        ReferenceTime::new(time.units().saturating_sub_unsigned(self.0))
    }
}

/// A stream as its miniport hands it over, in STOP.
#[derive(Debug)]
pub struct NewStream<S> {
    /// The stream.
    pub stream: S,
    /// How far ahead it wants its events.
    pub schedule_prefetch: SchedulePrefetch,
}

/// The device half: creates streams.
///
/// # Source
/// \[WDK\] `IMiniportDMus`.
pub trait Miniport: Send {
    /// One virtual instrument: takes events, gives frames.
    type Stream: Mxf + SynthSink + Send;
    /// Why a stream cannot be had.
    type Error: Error + Send + Sync + 'static;

    /// What can be asked for at most.
    fn caps(&self) -> SynthCaps;

    /// Opens a stream, in STOP, with all the memory it will ever use.
    ///
    /// # Errors
    /// The miniport's own; nothing is open then.
    ///
    /// # Real-time
    /// Not real-time: control side, may allocate.
    fn new_stream(
        &mut self,
        request: StreamRequest,
    ) -> Result<NewStream<Self::Stream>, Self::Error>;
}

/// What the wave sink pulls audio from.
///
/// # Source
/// \[WDK\] `ISynthSinkDMus`. Deviation: lengths and positions are frames, not bytes, as
/// \[DDKSynth\] has them.
pub trait SynthSink {
    /// Overwrites both channels with the frames from `position` on.
    ///
    /// - `left`, `right`: the same length, `0..`
    /// - `position`: goes on where the last slice ended; zero after STOP
    ///
    /// # Real-time
    /// Render. Bounded by frames and voices.
    fn render(&mut self, left: &mut [f32], right: &mut [f32], position: SampleTime);

    /// Tells the stream where the master clock stands; once per block in RUN, before the first
    /// slice. [`SampleClock`](crate::clock::SampleClock) does what is needed.
    ///
    /// # Real-time
    /// Render, wait-free.
    fn sync_to_master(&mut self, sync: MasterSync);

    /// The master time of a frame of the stream; rounds up.
    fn sample_to_ref(&self, frame: SampleTime) -> ReferenceTime;

    /// The frame of the stream at a master time; rounds down.
    fn ref_to_sample(&self, time: ReferenceTime) -> SampleTime;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_that_is_not_held_for_has_everything_due() {
        for now in [i64::MIN, -5, 0, i64::MAX] {
            let horizon = SchedulePrefetch::DONT_HOLD.horizon(ReferenceTime::new(now));
            assert_eq!(horizon, ReferenceTime::MAX);
        }
        assert_eq!(
            SchedulePrefetch::DONT_HOLD.due(ReferenceTime::MAX),
            ReferenceTime::MIN
        );
    }

    #[test]
    fn a_lead_saturates_at_the_ends_of_time() {
        let lead = SchedulePrefetch::new(u64::MAX);
        assert_eq!(lead.horizon(ReferenceTime::ZERO), ReferenceTime::MAX);
        assert_eq!(lead.due(ReferenceTime::ZERO), ReferenceTime::MIN);
        let lead = SchedulePrefetch::new(10);
        assert_eq!(lead.horizon(ReferenceTime::new(5)).units(), 15);
        assert_eq!(lead.due(ReferenceTime::new(15)).units(), 5);
        assert_eq!(lead.horizon(ReferenceTime::MAX), ReferenceTime::MAX);
        assert_eq!(lead.due(ReferenceTime::MIN), ReferenceTime::MIN);
    }
}
