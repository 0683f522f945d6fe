//! The pipeline: a port around the synthesizer miniport, sized once, split into two halves.
//!
//! In: a sample rate and a block length. Out: [`ControlLink`] for the control side, [`Render`]
//! for the render side; both may change threads, neither is shared. Owner: `Shell` builds it.
//! Thread: built on the host's main thread.

use core::fmt;
use std::sync::Arc;

use dmus_kernel::error::RateError;
use dmus_kernel::sync::{Reader, published};
use dmus_kernel::{MusicBuffer, Port, PortConfig, SampleRate};
use dmus_synth::{Collection, Layer, SynthMiniport};
use rtrb::{Consumer, Producer, RingBuffer};

use super::render::Render;
use super::telemetry::{Telemetry, WORDS};
use crate::params::PARTS;
use crate::state::PartProgram;

/// Commands that fit into the ring; more than one activation and a few changes of bank need.
const COMMANDS: usize = 64;

/// Replaced banks that fit into the ring on their way home.
const RETIRED: usize = 64;

/// Host events of one block that are sure to find room.
pub const EVENTS_PER_BLOCK: usize = 16_384;

/// Bytes of music buffer: 24 for each short message, and the longest system message twice.
const MUSIC_BYTES: usize = EVENTS_PER_BLOCK * 24 + 2 * 65_536;

/// Voices, as long as no parameter asks for others.
const VOICES: u16 = 256;

/// Groups of sixteen channels.
pub(super) const CHANNEL_GROUPS: u16 = 4;

/// What the control side may ask of the render side.
#[derive(Debug)]
pub enum Command {
    /// Play this bank in this layer, or none.
    Download {
        /// Which of the two layers.
        layer: Layer,
        /// The bank.
        collection: Option<Arc<Collection>>,
    },
    /// Choose these programs on the channels of group 1.
    Programs {
        /// One for each channel.
        programs: [PartProgram; PARTS],
        /// The state load that they come from, counted.
        loads: u64,
    },
}

/// Why no pipeline could be built.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PipelineError {
    /// The sample rate is outside of what the kernel takes.
    Rate(RateError),
    /// The port or its miniport refused a size.
    Port(String),
}

impl fmt::Display for PipelineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rate(error) => error.fmt(f),
            Self::Port(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for PipelineError {}

/// Both halves before they part.
#[expect(missing_debug_implementations, reason = "the port has none to offer")]
pub struct Pipeline {
    link: ControlLink,
    render: Render,
}

impl Pipeline {
    /// Builds a port in STOP with everything that it will ever need.
    ///
    /// - `sample_rate`: Hz, `1_000..=768_000`
    ///
    /// # Errors
    /// [`PipelineError`], which says what was asked for and what is allowed.
    ///
    /// # Real-time
    /// Not real-time: allocates.
    pub fn new(sample_rate: u32) -> Result<Self, PipelineError> {
        let rate = SampleRate::new(sample_rate).map_err(PipelineError::Rate)?;
        let config = PortConfig {
            channel_groups: CHANNEL_GROUPS,
            ..PortConfig::new(rate)
        };
        let port = Port::new(SynthMiniport::new(VOICES), config)
            .map_err(|error| PipelineError::Port(error.to_string()))?;
        let (commands_down, commands) = RingBuffer::new(COMMANDS);
        let (retired, retired_up) = RingBuffer::new(RETIRED);
        let (telemetry, reader) = published(Telemetry::default().to_words());
        let music = MusicBuffer::with_capacity(MUSIC_BYTES);
        Ok(Self {
            link: ControlLink {
                commands: commands_down,
                retired: retired_up,
                telemetry: TelemetryReader { reader },
            },
            render: Render::new(port, music, commands, retired, telemetry),
        })
    }

    /// The halves, each for its thread.
    #[must_use]
    pub fn split(self) -> (ControlLink, Render) {
        (self.link, self.render)
    }
}

/// The control half: commands down, retired banks up, the latest telemetry.
#[derive(Debug)]
pub struct ControlLink {
    commands: Producer<Command>,
    retired: Consumer<Arc<Collection>>,
    telemetry: TelemetryReader,
}

impl ControlLink {
    /// Sends a command; false when the ring is full.
    pub fn send(&mut self, command: Command) -> bool {
        self.commands.push(command).is_ok()
    }

    /// Frees the banks that the render side has sent home.
    pub fn collect(&mut self) {
        while self.retired.pop().is_ok() {}
    }

    /// Where the latest telemetry is read; may be kept elsewhere.
    #[must_use]
    pub fn telemetry(&self) -> TelemetryReader {
        self.telemetry.clone()
    }
}

/// Reads the latest telemetry.
#[derive(Debug, Clone)]
pub struct TelemetryReader {
    reader: Reader<WORDS>,
}

impl TelemetryReader {
    /// The latest telemetry, or nothing when the render side is just writing.
    ///
    /// # Real-time
    /// Any thread. Wait-free.
    #[must_use]
    pub fn read(&self) -> Option<Telemetry> {
        self.reader
            .read()
            .map(|words| Telemetry::from_words(&words))
    }
}
