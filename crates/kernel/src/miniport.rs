//! The miniport contract: what a synthesizer or a device offers, and what the port asks of it.
//!
//! Owner: the port. Thread: control for [`Miniport`], render for its stream.
//! Source: \[WDK\] `IMiniportDMus`; `ISynthSinkDMus`; SYNTHCAPS.

use std::error::Error;

mod adapter;
mod raw;

pub use adapter::{Adapter, Either};
pub use raw::{DeviceError, FromRaw, RawMiniport, RawPin, RawStream};

pub use crate::clock::MasterSync;

use crate::{
    mxf::Mxf,
    service::{Notifier, ServiceControl, ServiceGroup},
    time::{ReferenceTime, SampleRate, SampleTime},
};

/// What a miniport can do at most.
///
/// # Source
/// \[WDK\] SYNTHCAPS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SynthCaps {
    /// What kind of instrument it is.
    pub flags: CapsFlags,
    /// Bytes of memory for samples; nothing for as much as the system has.
    pub memory_size: Option<u32>,
    /// Groups of sixteen channels, `1..`.
    pub max_channel_groups: u16,
    /// Voices; nothing if the miniport cannot tell.
    pub max_voices: Option<u32>,
    /// Channels of audio; nothing if the miniport cannot tell.
    pub max_audio_channels: Option<u16>,
    /// Effects it can apply.
    pub effects: EffectFlags,
    /// What users see, at most 127 UTF-16 units.
    pub description: &'static str,
}

/// What kind of instrument a miniport is.
///
/// # Source
/// \[WDK\] SYNTHCAPS, Flags; values of the user-mode twin, \[hdr\] dmusicc.h.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CapsFlags(u32);

impl CapsFlags {
    /// None of those below.
    pub const NONE: Self = Self(0);
    /// Takes downloaded DLS Level 1 instruments.
    pub const DLS: Self = Self(0x0001);
    /// Sounds outside of this machine.
    pub const EXTERNAL: Self = Self(0x0002);
    /// Is a program.
    pub const SOFTWARE_SYNTH: Self = Self(0x0004);
    /// Its memory for samples has a fixed size.
    pub const MEMORY_SIZE_FIXED: Self = Self(0x0008);
    /// Has General MIDI instruments in read-only memory.
    pub const GM_IN_HARDWARE: Self = Self(0x0010);
    /// Has GS instruments in read-only memory.
    pub const GS_IN_HARDWARE: Self = Self(0x0020);
    /// Takes downloaded DLS Level 2 instruments.
    pub const DLS2: Self = Self(0x0200);

    /// The flags of both.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// True if all flags of `other` are set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The bits as the original has them.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }
}

/// Effects of a synthesizer.
///
/// # Source
/// \[WDK\] SYNTHCAPS, EffectFlags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct EffectFlags(u32);

impl EffectFlags {
    /// No effect.
    pub const NONE: Self = Self(0);
    /// Reverberation.
    pub const REVERB: Self = Self(1);
    /// Chorus.
    pub const CHORUS: Self = Self(2);
    /// Delay.
    pub const DELAY: Self = Self(4);

    /// The flags of these bits; unknown ones are left out.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits & 7)
    }

    /// Those that both have.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The bits as the original has them.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }
}

/// What a stream is for.
///
/// # Source
/// \[WDK\] `IMiniportDMus::NewStream`, DMUS_STREAM_TYPE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StreamKind {
    /// Takes events: the MIDI pin of a virtual synthesizer, or the output of a device.
    Render,
    /// Gives events: the input of a device.
    Capture,
    /// Gives audio: the wave pin of a virtual synthesizer whose MIDI pin is open.
    WaveSink,
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

/// One end of a pin: a virtual instrument, or one direction of a device.
///
/// What it offers beside the graph is asked for, as the original queries an object for its
/// interfaces.
pub trait Stream: Mxf + Send {
    /// The side the wave sink pulls audio from, if this stream makes any.
    ///
    /// # Source
    /// \[WDK\] A Wave Sink for Kernel-Mode Software Synthesizers: the port queries the stream for
    /// `ISynthSinkDMus`.
    fn synth_sink(&mut self) -> Option<&mut dyn SynthSink> {
        None
    }

    /// The side that obeys synthesizer properties, if this stream is a synthesizer.
    fn synth_node(&mut self) -> Option<&mut dyn SynthNode> {
        None
    }
}

/// What a synthesizer stream does for its properties. Channel groups are counted from 0 here, as
/// property structures do.
///
/// # Real-time
/// Render: every method is bounded, allocates and frees nothing.
///
/// # Source
/// \[WDK\] KSPROPSETID_Synth.
pub trait SynthNode {
    /// Groups of sixteen channels to answer to, `1..=` those it was opened with. Voices of groups
    /// that vanish are released at once.
    fn set_channel_groups(&mut self, groups: u16);

    /// The priority of a channel's voices.
    fn set_voice_priority(&mut self, group: u16, channel: u8, priority: VoicePriority);

    /// Gain of everything, 1/100 dB: the sum of volume and boost.
    fn set_gain(&mut self, hundredths_db: i32);

    /// What it is doing now.
    fn reading(&mut self) -> SynthReading;
}

/// What a synthesizer says of itself at one instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SynthReading {
    /// Voices sounding.
    pub voices: u32,
    /// Notes that found no voice, since the stream was opened.
    pub lost_notes: u64,
    /// Largest absolute sample since the last reading, as the bits of an `f32`.
    pub peak_bits: u32,
}

/// How important a channel's voices are: compared unsigned, the larger wins.
///
/// # Source
/// \[WDK\] KSPROPERTY_SYNTH_VOICEPRIORITY; \[hdr\] dmusprop.h.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VoicePriority(u32);

impl VoicePriority {
    /// Level of voices that must sound.
    pub const CRITICAL: u32 = 0xF000_0000;
    /// Level above the usual.
    pub const HIGH: u32 = 0xC000_0000;
    /// The usual level.
    pub const STANDARD: u32 = 0x8000_0000;
    /// Level below the usual.
    pub const LOW: u32 = 0x4000_0000;
    /// The lowest level.
    pub const PERSIST: u32 = 0x1000_0000;

    /// The priority of this value: a level or-ed with an offset.
    #[must_use]
    pub const fn new(value: u32) -> Self {
        Self(value)
    }

    /// The value.
    #[must_use]
    pub const fn value(self) -> u32 {
        self.0
    }

    /// The offset of a channel inside its level, `0x0..=0xF`: percussion first, then the channels
    /// in order.
    ///
    /// - `channel`: counted from 0, `0..=15`
    #[must_use]
    pub const fn offset(channel: u8) -> u32 {
        match channel & 0x0F {
            9 => 0xF,
            before @ 0..=8 => 0xE - before as u32,
            after => 0xF - after as u32,
        }
    }

    /// What a channel begins with.
    #[must_use]
    pub const fn of_channel(channel: u8) -> Self {
        Self(Self::STANDARD | Self::offset(channel))
    }
}

/// A stream as its miniport hands it over, in STOP.
#[derive(Debug)]
pub struct NewStream<S> {
    /// The stream.
    pub stream: S,
    /// How far ahead it wants its events.
    pub schedule_prefetch: SchedulePrefetch,
    /// The group that is notified for this stream alone, if there is one.
    pub service_group: Option<ServiceGroup>,
}

impl<S> NewStream<S> {
    /// A stream that takes each event at its time and has no service group of its own.
    #[must_use]
    pub const fn at_time(stream: S) -> Self {
        Self {
            stream,
            schedule_prefetch: SchedulePrefetch::AT_TIME,
            service_group: None,
        }
    }

    /// The same with another stream made of this one.
    pub fn map<T>(self, wrap: impl FnOnce(S) -> T) -> NewStream<T> {
        NewStream {
            stream: wrap(self.stream),
            schedule_prefetch: self.schedule_prefetch,
            service_group: self.service_group,
        }
    }
}

/// What a miniport is given when it is initialised.
///
/// # Source
/// \[WDK\] `IMiniportDMus::Init`.
#[derive(Debug)]
pub struct Init<'a> {
    /// What the miniport, and every thread of it, notifies its port by.
    pub notifier: Notifier,
    /// Where service groups are made.
    pub services: &'a mut ServiceControl,
}

/// The device half: creates streams.
///
/// # Source
/// \[WDK\] `IMiniportDMus`.
pub trait Miniport: Send {
    /// One virtual instrument: takes events, gives frames.
    type Stream: Stream + 'static;
    /// Why a stream cannot be had.
    type Error: Error + Send + Sync + 'static;

    /// What can be asked for at most.
    fn caps(&self) -> SynthCaps;

    /// Gets the device ready and gives back its own service group, if it has one.
    ///
    /// Called once, before any stream is opened. From here on the device may notify.
    ///
    /// # Errors
    /// The miniport's own; the port is not built then.
    ///
    /// # Real-time
    /// Not real-time: control side, may allocate.
    fn init(&mut self, init: &mut Init<'_>) -> Result<Option<ServiceGroup>, Self::Error> {
        let _ = init;
        Ok(None)
    }

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
