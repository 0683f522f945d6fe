//! The pipeline: a port around the synthesizer miniport, sized once, split into two halves.
//!
//! In: a sample rate and a block length. Out: [`ControlLink`] for the control side, [`Render`]
//! for the render side; both may change threads, neither is shared. Owner: `Shell` builds it.
//! Thread: built on the host's main thread.

use core::fmt;
use std::sync::Arc;

use dmus_devices::{EventLine, EventSource, event_line};
use dmus_dls::bank::Patch;
use dmus_kernel::history::{DEFAULT_WORDS, history_in};
use dmus_kernel::pool::PoolExtension;
use dmus_kernel::property::{ParamLimits, PropertyConfig, PropertyControl, properties};
use dmus_kernel::sync::{Reader, Writer, published};
use dmus_kernel::wave_rt::{FrameWriter, recorder_in};
use dmus_kernel::{Miniport, MusicBuffer, Port, PortConfig, SampleRate};
use dmus_synth::{Collection, Layer, SynthMiniport};
use rtrb::{Consumer, Producer, RingBuffer};

use super::render::Render;
use super::setup::{self, SetupLine, SetupMirror};
use super::song::MOST_ENDED;
use super::telemetry::{Telemetry, WORDS};
use crate::downloads::SharedDownloads;
use crate::kept::{Kept, KeptMemory};
use crate::params::PARTS;
use crate::state::{Loads, PartProgram};

/// Commands that fit into the ring; more than one activation and a few changes of bank need.
const COMMANDS: usize = 128;

/// Replaced banks that fit into the ring on their way home.
const RETIRED: usize = 64;

/// Instruments on their way to the control side, which looks ten times a second.
const PLAYED: usize = 4096;

/// Host events of one block that are sure to find room.
pub const EVENTS_PER_BLOCK: usize = 16_384;

/// Bytes of music buffer: 24 for each short message, those that end what the song held among them,
/// and the longest system message twice.
const MUSIC_BYTES: usize = (EVENTS_PER_BLOCK + MOST_ENDED) * 24 + 2 * 65_536;

/// Most voices that a parameter can ask for; those that nothing has needed take no memory.
pub const VOICES: u16 = 4096;

/// Voices, as long as no parameter asks for others.
pub const DEFAULT_VOICES: u16 = 256;

/// Tells this synthesizer from others, and the same number for ever.
const CLASS_ID: [u8; 16] = *b"DMusInstrument01";

/// Groups of sixteen channels.
pub const CHANNEL_GROUPS: u16 = 4;

/// What the control side may ask of the render side.
#[derive(Debug)]
pub enum Command {
    /// Play this bank in this layer, or none.
    Download {
        /// Which of the layers.
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
    /// Bring into force what lies in the ring of setups; programs follow.
    Setup {
        /// Bytes of it.
        length: usize,
    },
    /// All that these loads of states asked for has been sent.
    InForce(Loads),
    /// Take more events and long buffers.
    Grow(PoolExtension),
    /// End every note and lift every pedal.
    Panic,
    /// An external device was chosen, or none.
    Device(bool),
}

/// No pipeline could be built: the port or its miniport refused a size, and says which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PipelineError(String);

impl fmt::Display for PipelineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
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
    /// - `memory`: of what a pipeline before this one has kept
    /// - `audio_seconds`: of the last audio to keep, 8 bytes a frame
    /// - `downloads`: who takes single instruments and waves
    /// - `apart_frames`: longest block of which parts and effects can leave beside the mix; 0 where
    ///   there are no outputs for them
    ///
    /// # Errors
    /// [`PipelineError`], which says what was asked for and what is allowed.
    ///
    /// # Real-time
    /// Not real-time: allocates.
    pub fn new(
        rate: SampleRate,
        memory: KeptMemory,
        audio_seconds: u64,
        downloads: SharedDownloads,
        apart_frames: usize,
    ) -> Result<Self, PipelineError> {
        let config = PortConfig {
            channel_groups: CHANNEL_GROUPS,
            ..PortConfig::new(rate)
        };
        let refused = |error: &dyn std::error::Error| PipelineError(error.to_string());
        let miniport = SynthMiniport::new(VOICES)
            .with_effects()
            .with_outputs(apart_frames);
        let mut port = Port::new(miniport, config).map_err(|error| refused(&error))?;
        let (history, history_reader) = history_in(memory.history, DEFAULT_WORDS, CHANNEL_GROUPS);
        port.set_history(Some(history));
        let (properties, node) = properties(property_config(&port, downloads));
        port.set_properties(Some(node));
        let kept_frames = audio_seconds.max(1).saturating_mul(u64::from(rate.hz()));
        let (recorder, frames) =
            recorder_in(memory.frames, rate, kept_frames).map_err(|error| refused(&error))?;
        let (commands_down, commands) = RingBuffer::new(COMMANDS);
        let (retired, retired_up) = RingBuffer::new(RETIRED);
        let (played, played_up) = RingBuffer::new(PLAYED);
        let (telemetry, reader) = published(Telemetry::default().to_words());
        let (setup, mirror) = setup::line();
        let (device, device_source) = event_line();
        let music = MusicBuffer::with_capacity(MUSIC_BYTES);
        Ok(Self {
            link: ControlLink {
                commands: commands_down,
                retired: retired_up,
                played: played_up,
                telemetry: TelemetryReader { reader },
                kept: Kept::new(history_reader, frames, rate),
                properties,
                setup: mirror,
                device_source: Some(device_source),
            },
            render: Render::new(
                port,
                music,
                Ends {
                    commands,
                    retired,
                    played,
                    telemetry,
                    recorder,
                    setup,
                    device,
                },
            ),
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
    played: Consumer<Patch>,
    telemetry: TelemetryReader,
    kept: Kept,
    properties: PropertyControl,
    setup: SetupMirror,
    device_source: Option<EventSource>,
}

/// What the render half has of the borders.
pub(super) struct Ends {
    pub(super) commands: Consumer<Command>,
    pub(super) retired: Producer<Arc<Collection>>,
    pub(super) played: Producer<Patch>,
    pub(super) telemetry: Writer<WORDS>,
    pub(super) recorder: FrameWriter,
    pub(super) setup: SetupLine,
    pub(super) device: EventLine,
}

/// What clients of the properties may ask of the first pin.
fn property_config(port: &Port<SynthMiniport>, downloads: SharedDownloads) -> PropertyConfig {
    let caps = port.miniport().caps();
    PropertyConfig {
        pin: 0,
        class_id: CLASS_ID,
        caps,
        limits: ParamLimits {
            voices: u32::from(VOICES),
            default_voices: u32::from(DEFAULT_VOICES),
            channel_groups: CHANNEL_GROUPS,
            audio_channels: 2,
            sample_rate: port.config().sample_rate,
            effects: caps.effects,
        },
        downloads: Some(Box::new(downloads)),
        capacity: PropertyConfig::CAPACITY,
    }
}

impl ControlLink {
    /// Sends a command; false when the ring is full.
    pub fn send(&mut self, command: Command) -> bool {
        self.commands.push(command).is_ok()
    }

    /// Sends a bank down; gives it back when the ring is full.
    pub fn send_bank(&mut self, layer: Layer, bank: Option<Arc<Collection>>) -> SentBank {
        let command = Command::Download {
            layer,
            collection: bank,
        };
        match self.commands.push(command) {
            Err(rtrb::PushError::Full(Command::Download { collection, .. })) => {
                SentBank::Full(collection)
            }
            _ => SentBank::Sent,
        }
    }

    /// Sends a setup down: groups, from 1 or 0 for all, and messages; false when a ring is full.
    pub fn send_setup(&mut self, messages: &[(u16, Vec<u8>)]) -> bool {
        // Looked at first: bytes without their command would be taken for those of the next.
        if self.commands.is_full() {
            return false;
        }
        let length = self.setup.send(messages);
        length.is_some_and(|length| self.send(Command::Setup { length }))
    }

    /// Frees the banks that the render side has sent home, after a last look at each.
    pub fn collect(&mut self, mut look: impl FnMut(&Arc<Collection>)) {
        while let Ok(bank) = self.retired.pop() {
            look(&bank);
        }
    }

    /// Tells which instruments have played since it was asked last, some of them twice.
    pub fn collect_played(&mut self, mut tell: impl FnMut(Patch)) {
        while let Ok(patch) = self.played.pop() {
            tell(patch);
        }
    }

    /// What is always kept; may be held beyond the pipeline.
    #[must_use]
    pub fn kept(&self) -> Kept {
        self.kept.clone()
    }

    /// The properties of the synthesizer.
    pub const fn properties(&mut self) -> &mut PropertyControl {
        &mut self.properties
    }

    /// What system messages have set; may be kept elsewhere.
    #[must_use]
    pub fn setup(&self) -> SetupMirror {
        self.setup.clone()
    }

    /// What the render side writes for the external device; given once.
    pub const fn take_device_source(&mut self) -> Option<EventSource> {
        self.device_source.take()
    }

    /// Where the latest telemetry is read; may be kept elsewhere.
    #[must_use]
    pub fn telemetry(&self) -> TelemetryReader {
        self.telemetry.clone()
    }
}

/// What became of a bank on its way down.
#[derive(Debug)]
pub enum SentBank {
    /// It is in the ring.
    Sent,
    /// There was no room; here it is.
    Full(Option<Arc<Collection>>),
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
