//! The neutral bank: what every bank file becomes, with no file format in it.
//!
//! In: a reader fills it. Out: the synthesizer compiles it, a writer turns it into a file again.
//! Owner: whoever holds it; it is plain data and never changes after reading. Thread: any.
//! Source: \[DLS2\] §1 and §2 for the words and the units.

use std::ops::RangeInclusive;

mod about;
mod delivery;
mod trim;

pub use about::{About, Guid, TEXTS};
pub use delivery::{Recipient, Remainder};

use crate::error::Warning;
pub use crate::frames::Frames;
use crate::units::RelativeGain;

/// Where an instrument is found: bank select, program and the drum flag.
///
/// Ordered by drum flag, most significant byte, least significant byte and program.
///
/// # Source
/// \[DLS2\] `insh`: `ulBank` and `ulInstrument`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Patch {
    /// A drum kit, reached on drum channels only.
    pub drums: bool,
    /// Bank select most significant byte (controller 0), `0..=127`.
    pub bank_msb: u8,
    /// Bank select least significant byte (controller 32), `0..=127`.
    pub bank_lsb: u8,
    /// Program, `0..=127`.
    pub program: u8,
}

/// Families of melodic programs, eight each, in the words of \[GM1\].
pub const GM_FAMILIES: [&str; 16] = [
    "Piano",
    "Chromatic Percussion",
    "Organ",
    "Guitar",
    "Bass",
    "Strings",
    "Ensemble",
    "Brass",
    "Reed",
    "Pipe",
    "Synth Lead",
    "Synth Pad",
    "Synth Effects",
    "Ethnic",
    "Percussive",
    "Sound Effects",
];

/// The texts a bank file carries about itself; each is empty when the file has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BankInfo {
    /// Title (`INAM`).
    pub name: String,
    /// Who engineered it (`IENG`).
    pub engineer: String,
    /// Copyright notice (`ICOP`).
    pub copyright: String,
    /// Comment (`ICMT`).
    pub comment: String,
    /// Program that wrote the file (`ISFT`).
    pub software: String,
    /// Content version (`vers`), most significant field first.
    pub version: Option<[u16; 4]>,
    /// All other texts, and the id of the file.
    pub about: About,
}

/// A whole bank: instruments, the waves they play, and what the reader had to forgive.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bank {
    /// Texts about the bank.
    pub info: BankInfo,
    /// Instruments in file order; a [`Patch`] that occurs twice means the first one.
    pub instruments: Vec<Instrument>,
    /// Waves; regions point at them by index.
    pub waves: Vec<Wave>,
    /// Leniencies of the reader, in file order; not part of the sound.
    pub warnings: Vec<Warning>,
}

/// One program or drum kit.
#[derive(Debug, Clone, PartialEq)]
pub struct Instrument {
    /// Where it is found.
    pub patch: Patch,
    /// Name (`INAM`), possibly empty.
    pub name: String,
    /// Regions in file order, at least one.
    pub regions: Vec<Region>,
    /// Connections that serve every region without a list of its own.
    pub articulation: Vec<Connection>,
    /// By whose rules it plays.
    pub dialect: Dialect,
    /// All texts but the name, and its id.
    pub about: About,
}

/// By whose rules an instrument plays where two specifications differ.
///
/// | | DLS | SoundFont |
/// | --- | --- | --- |
/// | implicit connections | [`defaults::of`](crate::defaults::of) | the same |
/// | attack of the modulation envelope | linear | convex |
/// | resonance | up to 22.5 dB | up to 96 dB |
/// | pitch per key | 100 cents pivot anywhere, others see \[DLS2\] | pivots at the unity note |
/// | key groups | of the channel | of the instrument |
///
/// # Source
/// \[DLS2\] articulation; \[SF2\] generators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Dialect {
    /// Downloadable sounds, Level 1 or 2.
    #[default]
    Dls,
    /// SoundFont 2.
    SoundFont,
}

/// A rectangle of keys and velocities that plays one wave.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// Keys, within `0..=127`, never empty.
    pub keys: RangeInclusive<u8>,
    /// Velocities, within `0..=127`, never empty.
    pub velocities: RangeInclusive<u8>,
    /// A key struck again does not shut down its own earlier notes.
    pub self_non_exclusive: bool,
    /// Notes of one group on one channel shut each other down; 0 is no group.
    pub key_group: u16,
    /// Editing hint, kept and never heard; absent in the 12-byte form of `rgnh`.
    pub layer: Option<u16>,
    /// Index into [`Bank::waves`], always valid.
    pub wave: usize,
    /// How the wave takes part in a phase-locked or multi-channel set.
    pub link: WaveLink,
    /// Replaces the wave's own [`WaveSample`] as a whole when present.
    pub sample: Option<WaveSample>,
    /// The region's own connections. `Some` discards the instrument's list as a whole.
    pub articulation: Option<Vec<Connection>>,
    /// Key that sounds instead of the one played, `0..=127`, once the region has been chosen.
    pub fixed_key: Option<u8>,
    /// Velocity that sounds instead of the one played, `1..=127`, once the region has been chosen.
    pub fixed_velocity: Option<u8>,
    /// All its texts.
    pub about: About,
}

impl Region {
    /// A region of one wave that says nothing else: all keys and velocities, the wave's own pitch and
    /// loop, the instrument's connections.
    ///
    /// - `wave`: index into [`Bank::waves`]
    #[must_use]
    pub fn of_wave(wave: usize) -> Self {
        Self {
            keys: 0..=127,
            velocities: 0..=127,
            self_non_exclusive: false,
            key_group: 0,
            layer: None,
            wave,
            link: WaveLink::default(),
            sample: None,
            articulation: None,
            fixed_key: None,
            fixed_velocity: None,
            about: About::default(),
        }
    }
}

/// The rest of a wave link (`wlnk`) beside the wave itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaveLink {
    /// This region leads its phase group.
    pub phase_master: bool,
    /// The channel mask chooses speakers; otherwise pan decides.
    pub multi_channel: bool,
    /// Phase-locked set within the instrument; 0 is none.
    pub phase_group: u16,
    /// Speaker bit mask; bit 0 is left or mono, bit 1 is right.
    pub channels: u32,
}

impl Default for WaveLink {
    /// A wave alone: it leads itself, in mono.
    fn default() -> Self {
        Self {
            phase_master: true,
            multi_channel: false,
            phase_group: 0,
            channels: 1,
        }
    }
}

/// Playback data of a wave (`wsmp`): pitch, gain and loop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WaveSample {
    /// Key at which the wave plays at its recorded pitch, `0..=127`.
    pub unity_note: u8,
    /// Fine tuning, cents.
    pub fine_tune: i16,
    /// Gain, positive is louder, -96..=96 dB.
    pub gain: RelativeGain,
    /// The sustained part; absent for a one-shot.
    pub wave_loop: Option<WaveLoop>,
    /// The wave's 16 bits may not be truncated.
    pub no_truncation: bool,
    /// The wave may not be compressed.
    pub no_compression: bool,
}

impl Default for WaveSample {
    /// What holds when neither region nor wave says anything: unity 60, no tuning, 0 dB, one-shot.
    fn default() -> Self {
        Self {
            unity_note: 60,
            fine_tune: 0,
            gain: RelativeGain::UNITY,
            wave_loop: None,
            no_truncation: false,
            no_compression: false,
        }
    }
}

/// What a loop does after note-off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoopKind {
    /// Goes on looping through the release.
    Forward,
    /// Plays on to the end of the wave.
    UntilRelease,
}

/// A sustained loop; the reader guarantees `start + length <= wave.frames()` and `length >= 1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaveLoop {
    /// What happens after note-off.
    pub kind: LoopKind,
    /// First frame of the loop, from the start of the wave.
    pub start: u32,
    /// Frames in the loop, at least 1.
    pub length: u32,
}

/// A recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Wave {
    /// Name (`INAM`), possibly empty.
    pub name: String,
    /// Frames per second at which it was recorded, `1..=`[`crate::limits::SAMPLE_RATE_HZ`].
    pub sample_rate: u32,
    /// Mono frames, at least one; 8-bit files are widened by 8 bits on reading.
    pub frames: Frames,
    /// Pitch, gain and loop for regions that have none of their own.
    pub sample: Option<WaveSample>,
    /// All texts but the name, and its id.
    pub about: About,
}

/// What drives a connection, and what scales it.
///
/// # Source
/// \[DLS2\] connection sources and controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// Constant 1.
    None,
    /// Modulation oscillator, -1..1.
    ModLfo,
    /// Note-on velocity.
    Velocity,
    /// Key number.
    KeyNumber,
    /// Volume envelope, 0..1.
    Eg1,
    /// Modulation envelope, 0..1.
    Eg2,
    /// Pitch wheel, 14 bit.
    PitchWheel,
    /// Key pressure.
    PolyPressure,
    /// Channel pressure.
    ChannelPressure,
    /// Vibrato oscillator, -1..1.
    VibLfo,
    /// A controller, `0..=127`.
    Controller(u8),
    /// Registered parameter 0: pitch bend range.
    Rpn0,
    /// Registered parameter 1: fine tuning.
    Rpn1,
    /// Registered parameter 2: coarse tuning.
    Rpn2,
    /// What the connections of the same list add to [`Destination::Link`] of this number,
    /// `0..`[`LINKS`]; neither transformed nor limited. 0 where nothing does.
    Link(u8),
}

/// Links of one list of connections.
pub const LINKS: u8 = 16;

/// What a connection adds to.
///
/// # Source
/// \[DLS2\] connection destinations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the field's own words")]
pub enum Destination {
    None,
    Gain,
    Pitch,
    Pan,
    KeyNumber,
    Chorus,
    Reverb,
    ModLfoFrequency,
    ModLfoDelay,
    VibLfoFrequency,
    VibLfoDelay,
    Eg1Attack,
    Eg1Decay,
    Eg1Release,
    Eg1Sustain,
    Eg1Delay,
    Eg1Hold,
    Eg1Shutdown,
    Eg2Attack,
    Eg2Decay,
    Eg2Release,
    Eg2Sustain,
    Eg2Delay,
    Eg2Hold,
    FilterCutoff,
    FilterQ,
    /// First frame that is played, in whole frames of the wave instead of 16.16; at note-on.
    SampleStart,
    /// A sum that other connections of the same list listen to as [`Source::Link`]. Links are
    /// settled in the order of their numbers, so one can be made of lower ones; never of an
    /// oscillator or an envelope. Scale: 16.16 without a unit.
    Link(u8),
}

/// Curve applied to a source or a control.
///
/// # Source
/// \[DLS2\] transforms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Curve {
    /// As it is.
    #[default]
    Linear,
    /// Slow, then steep towards the maximum.
    Concave,
    /// Steep from the minimum, then slow.
    Convex,
    /// 0 below the middle, 1 from there on.
    Switch,
    /// Without its sign; of outputs only.
    Absolute,
}

/// How one input of a connection is normalised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Transform {
    /// Curve after inversion.
    pub curve: Curve,
    /// Output covers -1..1 instead of 0..1.
    pub bipolar: bool,
    /// Maximum becomes minimum.
    pub invert: bool,
}

/// One connection block: `destination += source * control * scale`.
///
/// The key of a connection is `(source, control, destination)`; a list that holds a key twice
/// means the last one. No list that was read from a file does.
///
/// # Source
/// \[DLS2\] `art1`, `art2`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Connection {
    /// What drives it.
    pub source: Source,
    /// How the source is normalised.
    pub source_transform: Transform,
    /// What scales it.
    pub control: Source,
    /// How the control is normalised.
    pub control_transform: Transform,
    /// What it adds to.
    pub destination: Destination,
    /// Curve on the product; [`Curve::Linear`] in every valid file.
    pub output_curve: Curve,
    /// Amount in the destination's unit, 16.16 fixed point; see [`crate::units`].
    pub scale: i32,
}

/// Source, control and destination: what makes two connections the same one.
pub type ConnectionKey = (Source, Source, Destination);

impl Connection {
    /// What the connection replaces when it meets another list.
    #[must_use]
    pub const fn key(&self) -> ConnectionKey {
        (self.source, self.control, self.destination)
    }
}
