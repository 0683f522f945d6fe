//! Property sets: which items there are, and what each can be asked.
//!
//! In: a set with the number of an item. Out: the item, its verbs, the sizes it needs.
//! Owner: none, tables only. Thread: any. Source: \[WDK\] KSPROPSETID_Synth;
//! KSPROPSETID_SynthClock; KSPROPSETID_Synth_Dls; Support for DirectMusic Properties.
//!
//! Numbers of items are ours, in the order the tables below have: a client of this crate names a
//! set and its item by these types.

use super::layout;

/// A set of properties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PropertySet {
    /// KSPROPSETID_Synth, items [`SynthItem`].
    Synth,
    /// KSPROPSETID_SynthClock, one item.
    SynthClock,
    /// KSPROPSETID_Synth_Dls, items [`DlsItem`].
    SynthDls,
    /// One question of what there is: a set of its own, with one item.
    Support(SupportQuery),
    /// Any other set: not one of ours.
    Other([u8; 16]),
}

/// Items of KSPROPSETID_Synth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum SynthItem {
    /// KSPROPERTY_SYNTH_VOLUME.
    Volume = 0,
    /// KSPROPERTY_SYNTH_VOLUMEBOOST.
    VolumeBoost = 1,
    /// KSPROPERTY_SYNTH_CAPS.
    Caps = 2,
    /// KSPROPERTY_SYNTH_PORTPARAMETERS.
    PortParameters = 3,
    /// KSPROPERTY_SYNTH_CHANNELGROUPS.
    ChannelGroups = 4,
    /// KSPROPERTY_SYNTH_VOICEPRIORITY.
    VoicePriority = 5,
    /// KSPROPERTY_SYNTH_LATENCYCLOCK.
    LatencyClock = 6,
    /// KSPROPERTY_SYNTH_RUNNINGSTATS.
    RunningStats = 7,
}

/// Items of KSPROPSETID_Synth_Dls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum DlsItem {
    /// KSPROPERTY_SYNTH_DLS_DOWNLOAD.
    Download = 0,
    /// KSPROPERTY_SYNTH_DLS_UNLOAD.
    Unload = 1,
    /// KSPROPERTY_SYNTH_DLS_COMPACT.
    Compact = 2,
    /// KSPROPERTY_SYNTH_DLS_APPEND.
    Append = 3,
    /// KSPROPERTY_SYNTH_DLS_WAVEFORMAT.
    WaveFormat = 4,
}

/// A question of what a synthesizer has: GUID_DMUS_PROP and one of these names.
///
/// # Source
/// \[WDK\] Support for DirectMusic Properties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SupportQuery {
    /// General MIDI instruments in read-only memory.
    GmHardware,
    /// GS instruments in read-only memory.
    GsHardware,
    /// XG instruments in read-only memory.
    XgHardware,
    /// Enough for GS instruments, if they are downloaded.
    GsCapable,
    /// Enough for XG instruments, if they are downloaded.
    XgCapable,
    /// DLS Level 1.
    Dls1,
    /// DLS Level 2.
    Dls2,
    /// The download form that came with DLS Level 2.
    Instrument2,
    /// Effects; may be set.
    Effects,
    /// Bytes of memory for samples.
    SampleMemorySize,
    /// Bytes of memory.
    MemorySize,
    /// Frames per second.
    SamplePlaybackRate,
    /// The reverberator of one maker.
    WavesReverb,
    /// Volume can be set.
    Volume,
    /// How far ahead a wave sink writes.
    WriteLatency,
    /// How often a wave sink writes.
    WritePeriod,
    /// A sink that writes to DirectSound.
    SynthSinkDsound,
    /// A sink that writes to a wave device.
    SynthSinkWave,
    /// A sink that can be changed.
    SetSynthSink,
    /// A port of the kind before DirectMusic.
    LegacyCaps,
}

impl SupportQuery {
    /// All questions.
    pub const ALL: [Self; 20] = [
        Self::GmHardware,
        Self::GsHardware,
        Self::XgHardware,
        Self::GsCapable,
        Self::XgCapable,
        Self::Dls1,
        Self::Dls2,
        Self::Instrument2,
        Self::Effects,
        Self::SampleMemorySize,
        Self::MemorySize,
        Self::SamplePlaybackRate,
        Self::WavesReverb,
        Self::Volume,
        Self::WriteLatency,
        Self::WritePeriod,
        Self::SynthSinkDsound,
        Self::SynthSinkWave,
        Self::SetSynthSink,
        Self::LegacyCaps,
    ];
}

/// One item of one set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Item {
    /// Of KSPROPSETID_Synth.
    Synth(SynthItem),
    /// KSPROPERTY_SYNTH_MASTERCLOCK.
    MasterClock,
    /// Of KSPROPSETID_Synth_Dls.
    Dls(DlsItem),
    /// A question of what there is.
    Support(SupportQuery),
}

/// What an item can be asked, and what it needs for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemTraits {
    /// It can be read.
    pub get: bool,
    /// It can be set.
    pub set: bool,
    /// It belongs to a node of the filter: its instance data begin with the node.
    pub node: bool,
    /// It belongs to a stream, so there must be one.
    pub stream: bool,
    /// Bytes of instance data beside the node.
    pub instance: usize,
    /// Bytes of the value.
    pub value: usize,
}

impl Item {
    /// The item of a set, or nothing if the set has no such number.
    #[must_use]
    pub fn find(set: PropertySet, number: u32) -> Option<Self> {
        let synth = [
            SynthItem::Volume,
            SynthItem::VolumeBoost,
            SynthItem::Caps,
            SynthItem::PortParameters,
            SynthItem::ChannelGroups,
            SynthItem::VoicePriority,
            SynthItem::LatencyClock,
            SynthItem::RunningStats,
        ];
        let dls = [
            DlsItem::Download,
            DlsItem::Unload,
            DlsItem::Compact,
            DlsItem::Append,
            DlsItem::WaveFormat,
        ];
        let index = usize::try_from(number).ok()?;
        match set {
            PropertySet::Synth => synth.get(index).copied().map(Self::Synth),
            PropertySet::SynthClock => (number == 0).then_some(Self::MasterClock),
            PropertySet::SynthDls => dls.get(index).copied().map(Self::Dls),
            PropertySet::Support(query) => (number == 0).then_some(Self::Support(query)),
            PropertySet::Other(_) => None,
        }
    }

    /// What it can be asked.
    #[must_use]
    pub const fn traits(self) -> ItemTraits {
        match self {
            Self::Synth(item) => item.traits(),
            Self::MasterClock => ItemTraits {
                node: false,
                stream: false,
                ..get(8)
            },
            Self::Dls(item) => item.traits(),
            Self::Support(query) => query.traits(),
        }
    }
}

/// A node item of a stream that can be read.
const fn get(value: usize) -> ItemTraits {
    ItemTraits {
        get: true,
        set: false,
        node: true,
        stream: true,
        instance: 0,
        value,
    }
}

/// The same that can be read and set.
const fn get_set(value: usize) -> ItemTraits {
    ItemTraits {
        set: true,
        ..get(value)
    }
}

/// The same that can be set only.
const fn set_only(value: usize) -> ItemTraits {
    ItemTraits {
        get: false,
        ..get_set(value)
    }
}

impl SynthItem {
    const fn traits(self) -> ItemTraits {
        match self {
            Self::Volume => ItemTraits {
                node: false,
                ..get_set(4)
            },
            Self::VolumeBoost | Self::ChannelGroups => get_set(4),
            Self::Caps => get(layout::CAPS),
            Self::PortParameters => ItemTraits {
                instance: layout::PORT_PARAMS,
                ..get(layout::PORT_PARAMS)
            },
            Self::VoicePriority => ItemTraits {
                instance: layout::VOICE_PRIORITY_INSTANCE,
                ..get_set(4)
            },
            Self::LatencyClock => get(8),
            Self::RunningStats => get(layout::STATS),
        }
    }
}

impl DlsItem {
    const fn traits(self) -> ItemTraits {
        match self {
            Self::Download => ItemTraits {
                instance: 4,
                ..get(layout::DOWNLOAD)
            },
            Self::Unload => set_only(8),
            Self::Compact => set_only(0),
            Self::Append => get(4),
            Self::WaveFormat => get(layout::WAVE_FORMAT),
        }
    }
}

impl SupportQuery {
    const fn traits(self) -> ItemTraits {
        match self {
            // What a wave sink of the original tunes, the host decides here.
            Self::WavesReverb | Self::WriteLatency | Self::WritePeriod => ItemTraits {
                get: false,
                ..get(4)
            },
            Self::Effects => get_set(4),
            _ => get(4),
        }
    }
}
