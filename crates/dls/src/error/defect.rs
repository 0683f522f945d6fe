//! Everything the reader forgives, with what it does about it.

use std::fmt;

use super::FourCc;

/// One kind of leniency, with the values that were found.
///
/// # Source
/// \[DLS2\] for what is right; what is done about the rest is this reader's choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[expect(
    missing_docs,
    reason = "the fields say in their names what the text of a variant shows"
)]
pub enum Defect {
    // Structure
    /// A chunk claims more bytes than its list or file has: cut to what is there.
    SizeBeyondEnd { declared: u32, available: usize },
    /// The form claims too little to hold anything: taken to the end of the file.
    FormSizeTooSmall { declared: u32 },
    /// Too few bytes for another chunk: ignored.
    TrailingBytes { bytes: usize },
    /// No chunk begins here: the rest of the list is ignored.
    NotAChunk { bytes: usize },
    /// An odd chunk is not padded: the next one is taken where it stands.
    MissingPad,
    /// A second chunk of a kind that occurs once: ignored.
    Duplicate { id: FourCc },
    /// A structure is shorter than it has to be: ignored.
    TooShort { bytes: usize, needed: usize },
    /// A structure declares a head smaller or larger than it can be: taken as usual.
    HeadSize { declared: u32, used: u32 },
    /// A count does not agree with what is there: what is there is trusted.
    CountMismatch { declared: u32, found: usize },
    /// More than the reader takes: the rest is ignored.
    OverLimit { limit: usize },
    /// A condition is malformed: taken as true.
    MalformedCondition,
    /// Reserved bits are set: masked.
    ReservedBits { value: u32 },
    /// A chunk of mobile banks with a size that it never has: taken as it always is.
    KnownSize { declared: u32, used: u32 },
    /// An id by the name `guid`: ignored.
    MisnamedId,
    /// Offsets of 64 bit, as samplers write them: their lower halves are taken.
    WideCues,
    /// Rules of a number that is not known: taken as those of DLS.
    UnknownDialect { number: u16 },
    /// More was found than warnings are kept.
    Unlisted { warnings: usize },

    // Instruments and regions
    /// An instrument or region without a part it needs: dropped.
    MissingPart { id: FourCc },
    /// An instrument none of whose regions can play: dropped.
    NoPlayableRegion,
    /// A key of a drum kit stands for one that plays nothing: ignored.
    AliasNowhere { key: u8, target: u8 },
    /// A program stands for one that is not there: ignored.
    AliasOfNothing { program: u8 },
    /// A program that is there stands for another: the one that is there is taken.
    AliasHidden { program: u8 },
    /// There is no room to play the second channel of a recording: only the left one is.
    StereoHalved,
    /// A fixed key or velocity out of range: ignored.
    FixedOutOfRange { value: u8 },
    /// A range of keys that is empty or out of bounds: region dropped.
    KeyRange { low: u16, high: u16 },
    /// A range of velocities that is empty or out of bounds: region dropped.
    VelocityRange { low: u16, high: u16 },
    /// Velocities 0 to 0, as some writers say for all: taken as 0 to 127.
    VelocityRangeZero,
    /// The upper end of a range lies beyond 127: taken as 127.
    RangeEnd { high: u16 },
    /// A cue leads nowhere: the wave of the cue's ordinal is taken.
    CueByOrdinal { cue: u32 },
    /// A cue leads nowhere and has no wave of its ordinal either: region dropped.
    CueNowhere { cue: u32 },
    /// The region's wave could not be read: region dropped.
    WaveUnavailable { cue: u32 },

    // Articulation
    /// Connections with an unknown or reserved source or control: ignored.
    UnknownSource { code: u16, blocks: usize },
    /// Connections with an unknown, optional or reserved destination: ignored.
    UnknownDestination { code: u16, blocks: usize },
    /// Connections with an unknown transform: taken as linear.
    UnknownTransform { word: u16, blocks: usize },
    /// Connections to the key number at a region, where they do not count: ignored.
    KeyNumberAtRegion { blocks: usize },
    /// Connections are stated more than once: the last one counts.
    StatedTwice { connections: usize },
    /// Level 2 connections leave the transform of their source open: taken from the
    /// specification's tables.
    TransformImplied { blocks: usize },
    /// Key or velocity changes a time from the middle on: taken from 0 on.
    TimeBipolar { blocks: usize },
    /// Connections beyond DLS in numbers that are not known: ignored.
    UnknownInsertion { blocks: usize },
    /// A gain outside -96..=96 dB: clamped.
    GainClamped { value: i32 },

    // Waves
    /// A unity note above 127: taken as 60.
    UnityNote { value: u16 },
    /// More than one loop: the first is taken.
    ExtraLoops { declared: u32 },
    /// A loop of unknown type: taken as forward.
    LoopType { value: u32 },
    /// A loop reaches past the end of the wave: shortened.
    LoopShortened {
        start: u32,
        length: u32,
        frames: usize,
    },
    /// Nothing of a loop lies within the wave: played as a one-shot.
    LoopRemoved {
        start: u32,
        length: u32,
        frames: usize,
    },
    /// A coding the reader does not decode: wave dropped.
    WaveCoding { tag: u16 },
    /// A coding of a width the reader does not decode: wave dropped.
    WaveBits { bits: u16 },
    /// A wave of more than two channels, or of none: wave dropped.
    WaveChannels { channels: u16 },
    /// A coding that is not one of DLS: decoded to 16 or 24 bit.
    WaveForeign { tag: u16, bits: u16 },
    /// Two channels in one wave: parted into two that play together.
    WaveStereo,
    /// Not as many lower bytes as frames: ignored.
    LowBytes { declared: usize, used: usize },
    /// A frame size that contradicts width and channels: ignored.
    WaveFrameSize { declared: u16, used: u16 },
    /// A rate out of bounds: taken as 44 100 Hz.
    WaveRate { hz: u32 },
    /// Half a frame at the end of the data: ignored.
    HalfFrame,
    /// A wave without a single frame: wave dropped.
    WaveEmpty,

    // SoundFont tables
    /// The version is missing or none that is known: read all the same.
    Version { major: u16, minor: u16 },
    /// Bytes at the end of a table that are no whole record: ignored.
    RecordRest { bytes: usize, record: usize },
    /// A table is missing without which the others can be read: taken as empty.
    TableMissing { id: FourCc },
    /// The last record of a table is no terminal one: taken as any other.
    TerminalMissing,
    /// An index beyond the end of a table: taken as its end.
    IndexBeyond { index: usize, count: usize },
    /// An index behind the end of what was taken before: taken from there.
    IndexBack { index: usize, taken: usize },
    /// An earlier preset has the same bank and program: this one is kept and not reached.
    SamePatch,

    // SoundFont zones
    /// A zone behind the first that leads nowhere: ignored.
    ZoneOpen,
    /// A zone leads to something that is not there: ignored.
    ZoneTarget { index: u16, count: usize },
    /// A zone leads to a sample that cannot be played: ignored.
    ZoneSample { sample: u16 },
    /// Nothing is left of a sample between the offsets of a zone: ignored.
    ZoneEmpty { start: i32, end: i32 },
    /// Generators that are unused or unknown: ignored.
    GeneratorUnknown { generator: u16, count: usize },
    /// Generators that mean nothing at a preset: ignored.
    GeneratorAtPreset { generator: u16, count: usize },
    /// Generators behind the one that ends the zone: ignored.
    GeneratorBehind { generator: u16, count: usize },
    /// A range that does not stand first: taken all the same.
    GeneratorOrder { generator: u16, count: usize },
    /// A generator twice in one zone: the last counts.
    GeneratorTwice { generator: u16, count: usize },
    /// Generators out of their range: clamped, as sums are.
    GeneratorRange {
        generator: u16,
        value: i32,
        count: usize,
    },
    /// Modulators with an unknown transform: ignored.
    ModulatorTransform { word: u16, count: usize },
    /// A modulator twice in one zone: the last counts.
    ModulatorTwice { count: usize },
    /// Modulators linked to none that listens: ignored.
    ModulatorUnheard { count: usize },
    /// Modulators that would take more links than there are: ignored.
    ModulatorLinks { count: usize },

    // SoundFont samples
    /// A sample in the memory of a sound card: dropped.
    SampleInRom,
    /// A sample reaches past the end of the data: cut.
    SampleCut { start: u32, end: u32, frames: usize },
    /// A loop that reaches out of its wave: cut to it.
    LoopCut { start: i64, end: i64, frames: u32 },
    /// A loop of which nothing lies within its wave: played as a one-shot.
    LoopLost { start: i64, end: i64, frames: u32 },
    /// A compressed sample that cannot be decoded: dropped.
    StreamBroken,
    /// A compressed sample with a fault in it: played as far as it could be decoded.
    StreamCut { frames: usize },
    /// Compressed samples become larger than the file may ask for: dropped.
    StreamTooLong,
}

impl fmt::Display for Defect {
    #[expect(
        clippy::too_many_lines,
        reason = "a table with one short arm per variant"
    )]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::SizeBeyondEnd {
                declared,
                available,
            } => {
                write!(f, "size {declared} is beyond the end, cut to {available}")
            }
            Self::FormSizeTooSmall { declared } => {
                write!(
                    f,
                    "size {declared} is too small for a form, taken to the end of the file"
                )
            }
            Self::TrailingBytes { bytes } => write!(f, "{bytes} trailing bytes are ignored"),
            Self::NotAChunk { bytes } => {
                write!(
                    f,
                    "no chunk begins here, the last {bytes} bytes of the list are ignored"
                )
            }
            Self::MissingPad => write!(f, "the pad byte after an odd chunk is missing"),
            Self::Duplicate { id } => write!(f, "a second `{id}` is ignored"),
            Self::TooShort { bytes, needed } => {
                write!(f, "{bytes} bytes are too few, {needed} are needed; ignored")
            }
            Self::HeadSize { declared, used } => {
                write!(f, "head size {declared} cannot be, taken as {used}")
            }
            Self::CountMismatch { declared, found } => {
                write!(f, "{declared} declared, {found} found and taken")
            }
            Self::OverLimit { limit } => write!(f, "more than {limit}, the rest is ignored"),
            Self::MalformedCondition => write!(f, "the condition is malformed, taken as true"),
            Self::ReservedBits { value } => write!(f, "reserved bits of {value:#010x} are masked"),
            Self::KnownSize { declared, used } => {
                write!(f, "size {declared} leads nowhere, taken as {used}")
            }
            Self::MisnamedId => {
                write!(f, "`guid` is no chunk of a wave (an id is `dlid`), ignored")
            }
            Self::WideCues => write!(f, "offsets of 64 bit, their lower halves are taken"),
            Self::UnknownDialect { number } => {
                write!(f, "rules {number} are unknown, taken as those of DLS")
            }
            Self::Unlisted { warnings } => write!(f, "{warnings} more warnings are not listed"),
            Self::MissingPart { id } => write!(f, "`{id}` is missing or unusable, dropped"),
            Self::NoPlayableRegion => write!(f, "no region can play, instrument dropped"),
            Self::AliasNowhere { key, target } => write!(
                f,
                "key {key} stands for {target}, which plays nothing; ignored"
            ),
            Self::AliasOfNothing { program } => {
                write!(f, "alias of program {program}, which is not there; ignored")
            }
            Self::AliasHidden { program } => {
                write!(f, "alias for program {program}, which is there; ignored")
            }
            Self::StereoHalved => write!(
                f,
                "no room for the second channel of a region, the left one is taken"
            ),
            Self::FixedOutOfRange { value } => {
                write!(f, "fixed key or velocity {value} is out of range, ignored")
            }
            Self::KeyRange { low, high } => {
                write!(f, "keys {low} to {high} are no range, region dropped")
            }
            Self::VelocityRange { low, high } => {
                write!(f, "velocities {low} to {high} are no range, region dropped")
            }
            Self::VelocityRangeZero => write!(f, "velocities 0 to 0 are taken as 0 to 127"),
            Self::RangeEnd { high } => write!(f, "upper end {high} of a range is taken as 127"),
            Self::CueByOrdinal { cue } => {
                write!(
                    f,
                    "cue {cue} leads nowhere, wave number {cue} of the pool is taken"
                )
            }
            Self::CueNowhere { cue } => write!(f, "cue {cue} leads to no wave, region dropped"),
            Self::WaveUnavailable { cue } => {
                write!(f, "the wave of cue {cue} could not be read, region dropped")
            }
            Self::UnknownSource { code, blocks } => {
                write!(
                    f,
                    "{blocks} connections ignored, the first for its source {code:#06x}"
                )
            }
            Self::UnknownDestination { code, blocks } => {
                write!(
                    f,
                    "{blocks} connections ignored, the first for its destination {code:#06x}"
                )
            }
            Self::UnknownTransform { word, blocks } => {
                write!(
                    f,
                    "{blocks} transforms taken as linear, the first of them {word:#06x}"
                )
            }
            Self::KeyNumberAtRegion { blocks } => {
                write!(
                    f,
                    "{blocks} connections to the key number ignored at a region"
                )
            }
            Self::StatedTwice { connections } => write!(
                f,
                "{connections} connections are stated again, the last counts"
            ),
            Self::TransformImplied { blocks } => {
                write!(
                    f,
                    "{blocks} connections leave their source open, taken from the tables"
                )
            }
            Self::TimeBipolar { blocks } => {
                write!(
                    f,
                    "{blocks} connections scale a time from the middle, taken from 0 on"
                )
            }
            Self::UnknownInsertion { blocks } => {
                write!(f, "{blocks} connections beyond DLS are unknown and ignored")
            }
            Self::GainClamped { value } => {
                write!(f, "gain {value} is outside -96..=96 dB and clamped")
            }
            Self::UnityNote { value } => write!(f, "unity note {value} is taken as 60"),
            Self::ExtraLoops { declared } => write!(f, "of {declared} loops the first is taken"),
            Self::LoopType { value } => write!(f, "loop type {value} is taken as forward"),
            Self::LoopShortened {
                start,
                length,
                frames,
            } => {
                write!(
                    f,
                    "loop of {length} from {start} is shortened to a wave of {frames} frames"
                )
            }
            Self::LoopRemoved {
                start,
                length,
                frames,
            } => {
                write!(
                    f,
                    "loop of {length} from {start} is removed, the wave has {frames} frames"
                )
            }
            Self::WaveCoding { tag } => {
                write!(f, "coding {tag:#06x} is not decoded, wave dropped")
            }
            Self::WaveBits { bits } => {
                write!(f, "{bits} bit of this coding are not decoded, wave dropped")
            }
            Self::WaveChannels { channels } => {
                write!(
                    f,
                    "{channels} channels in one wave, 1 or 2 are decoded; wave dropped"
                )
            }
            Self::WaveForeign { tag, bits } => {
                write!(
                    f,
                    "coding {tag:#06x} of {bits} bit is none of DLS, but decoded"
                )
            }
            Self::WaveStereo => write!(
                f,
                "two channels in one wave, parted into two that play together"
            ),
            Self::LowBytes { declared, used } => {
                write!(f, "{declared} lower bytes for {used} frames are ignored")
            }
            Self::WaveFrameSize { declared, used } => {
                write!(f, "frame size {declared} bytes is taken as {used}")
            }
            Self::WaveRate { hz } => write!(f, "rate {hz} Hz is taken as 44100 Hz"),
            Self::HalfFrame => write!(f, "half a frame at the end of the data is ignored"),
            Self::WaveEmpty => write!(f, "the wave has no frames and is dropped"),
            Self::Version { major, minor } => {
                write!(f, "version {major}.{minor:02} is unknown, read as 2.04")
            }
            Self::RecordRest { bytes, record } => {
                write!(f, "{bytes} bytes are no record of {record}, ignored")
            }
            Self::TableMissing { id } => write!(f, "table `{id}` is missing, taken as empty"),
            Self::TerminalMissing => {
                write!(f, "the terminal record is missing, the last one is taken")
            }
            Self::IndexBeyond { index, count } => {
                write!(
                    f,
                    "index {index} is beyond {count} records, taken as their end"
                )
            }
            Self::IndexBack { index, taken } => {
                write!(
                    f,
                    "index {index} goes back, the first {taken} records are taken already"
                )
            }
            Self::SamePatch => {
                write!(
                    f,
                    "an earlier preset has this bank and program and is the one that plays"
                )
            }
            Self::ZoneOpen => write!(f, "a zone that leads nowhere is ignored"),
            Self::ZoneTarget { index, count } => {
                write!(
                    f,
                    "a zone leads to number {index} of {count} and is ignored"
                )
            }
            Self::ZoneSample { sample } => {
                write!(f, "sample {sample} cannot be played, its zone is ignored")
            }
            Self::ZoneEmpty { start, end } => {
                write!(
                    f,
                    "offsets of {start} and {end} frames leave nothing of the sample, zone ignored"
                )
            }
            Self::GeneratorUnknown { generator, count } => {
                write!(f, "{count} generators ignored, the first is {generator}")
            }
            Self::GeneratorAtPreset { generator, count } => {
                write!(
                    f,
                    "{count} generators ignored that presets may not have, the first is {generator}"
                )
            }
            Self::GeneratorBehind { generator, count } => {
                write!(
                    f,
                    "{count} generators ignored behind the end of a zone, the first is {generator}"
                )
            }
            Self::GeneratorOrder { generator, count } => {
                write!(
                    f,
                    "{count} ranges do not stand first and are taken, the first is {generator}"
                )
            }
            Self::GeneratorTwice { generator, count } => {
                write!(
                    f,
                    "{count} generators stand twice in a zone, the last counts; the first is {generator}"
                )
            }
            Self::GeneratorRange {
                generator,
                value,
                count,
            } => {
                write!(
                    f,
                    "{count} generators out of range are clamped, the first is {generator} with {value}"
                )
            }
            Self::ModulatorTransform { word, count } => {
                write!(
                    f,
                    "{count} modulators ignored, the first for its transform {word}"
                )
            }
            Self::ModulatorTwice { count } => {
                write!(
                    f,
                    "{count} modulators stand twice in a zone, the last counts"
                )
            }
            Self::ModulatorUnheard { count } => {
                write!(
                    f,
                    "{count} modulators ignored that are linked to none that listens"
                )
            }
            Self::ModulatorLinks { count } => {
                write!(
                    f,
                    "{count} modulators ignored that would take too many links"
                )
            }
            Self::SampleInRom => write!(f, "the sample lies in a ROM and is dropped"),
            Self::SampleCut { start, end, frames } => {
                write!(
                    f,
                    "sample from {start} to {end} is cut to the {frames} there are"
                )
            }
            Self::LoopCut { start, end, frames } => {
                write!(
                    f,
                    "loop from {start} to {end} is cut to a wave of {frames} frames"
                )
            }
            Self::LoopLost { start, end, frames } => {
                write!(
                    f,
                    "loop from {start} to {end} is removed, the wave has {frames} frames"
                )
            }
            Self::StreamBroken => write!(f, "the stream cannot be decoded, sample dropped"),
            Self::StreamCut { frames } => {
                write!(f, "the stream is damaged, {frames} frames of it are played")
            }
            Self::StreamTooLong => {
                write!(
                    f,
                    "the stream is longer than a file of this size may ask for, dropped"
                )
            }
        }
    }
}
