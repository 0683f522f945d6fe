//! The render half: one block from events to frames.
//!
//! In: commands by ring, trims, messages stamped with their frame. Out: frames, retired banks by
//! ring, telemetry. Owner: `Shell`. Thread: render; nothing here allocates, frees, locks or
//! waits.

use std::sync::Arc;

use dmus_dls::bank::Patch;
use dmus_kernel::sync::Writer;
use dmus_kernel::{ChannelGroup, MusicBuffer, Port, ReferenceTime, StreamState};
use dmus_synth::{Collection, Engine, NoRoom, PartTrim, SynthMiniport};
use rtrb::{Consumer, Producer};

use super::inbound::{Inbound, Shape};
use super::pipeline::{CHANNEL_GROUPS, Command};
use super::sysex::MAX_MESSAGE;
use super::telemetry::{PartTelemetry, Telemetry, WORDS};
use crate::params::PARTS;
use crate::state::PartProgram;

/// Retired banks sent home in one block at most.
const RETIRED_PER_BLOCK: usize = 8;

/// How often the telemetry is published while blocks come, 1/s.
const PUBLICATIONS_PER_S: u32 = 100;

/// What the parameters ask for, in the engine's units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trims {
    /// Gain of everything, dB.
    pub master_gain_db: f32,
    /// Of the sixteen parts of group 1.
    pub parts: [PartTrim; PARTS],
}

/// Everything that runs on the render thread.
#[expect(missing_debug_implementations, reason = "the port has none to offer")]
pub struct Render {
    port: Port<SynthMiniport>,
    music: MusicBuffer,
    commands: Consumer<Command>,
    retired: Producer<Arc<Collection>>,
    telemetry: Writer<WORDS>,
    /// What the engine was told last; nothing before the first block.
    trims: Option<Trims>,
    /// A command that the engine could not take yet.
    postponed: Option<Command>,
    scratch: Box<[u8]>,
    /// The state load whose programs are in force.
    programs_of_load: u64,
    lost_inbound: u64,
    unsupported: u64,
    frames: u64,
    /// Frames rendered when the telemetry was published last.
    published_at: u64,
    /// Frames between two publications: blocks may be as short as one frame.
    publish_every: u64,
    peak: [f32; 2],
    /// Frames in which a held peak halves.
    peak_half_life: f32,
}

/// Whether the control side has something to do after a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AfterBlock {
    /// A bank was sent home and waits to be freed.
    pub retired: bool,
}

impl Render {
    /// Puts the half together; see [`Pipeline`](super::pipeline::Pipeline).
    ///
    /// # Real-time
    /// Not real-time: allocates.
    pub(super) fn new(
        port: Port<SynthMiniport>,
        music: MusicBuffer,
        commands: Consumer<Command>,
        retired: Producer<Arc<Collection>>,
        telemetry: Writer<WORDS>,
    ) -> Self {
        let rate_hz = port.config().sample_rate.hz();
        Self {
            port,
            music,
            commands,
            retired,
            telemetry,
            trims: None,
            postponed: None,
            scratch: vec![0; MAX_MESSAGE].into_boxed_slice(),
            programs_of_load: 0,
            lost_inbound: 0,
            unsupported: 0,
            frames: 0,
            published_at: 0,
            publish_every: u64::from(rate_hz / PUBLICATIONS_PER_S),
            peak: [0.0; 2],
            peak_half_life: rate_hz as f32 * 0.1,
        }
    }

    /// Begins a block: commands, then trims, then an empty music buffer.
    ///
    /// The stream is brought to RUN here, since some hosts never say that they start.
    ///
    /// # Real-time
    /// Render. Bounded by the commands waiting.
    pub fn begin(&mut self, trims: &Trims) {
        if self.port.state() != StreamState::Run {
            // A stream that cannot run stays silent; its state is seen in the next block again.
            let _silent = self.port.set_state(StreamState::Run);
        }
        while let Some(command) = self.postponed.take().or_else(|| self.commands.pop().ok()) {
            if let Some(refused) = self.obey(command) {
                self.postponed = Some(refused);
                break;
            }
        }
        self.apply(trims);
        self.music.clear(self.port.stamp(0));
    }

    /// Adds a host event to the block.
    ///
    /// - `offset_frames`: from the start of the block; beyond its end, the event belongs to a
    ///   later one
    ///
    /// # Real-time
    /// Render. Bounded by the length of the message.
    pub fn add(&mut self, event: Inbound, offset_frames: usize) {
        let delta = self.delta(offset_frames);
        let music = &mut self.music;
        let refused = event.put_into(&mut self.scratch, |bytes, shape| {
            let structured = shape == Shape::Structured;
            music
                .push(ChannelGroup::FIRST, delta, structured, bytes)
                .is_ok()
        });
        self.lost_inbound = self.lost_inbound.saturating_add(refused);
        if event == Inbound::Unsupported {
            self.unsupported = self.unsupported.saturating_add(1);
        }
    }

    /// Time from the start of the block to a frame of it.
    fn delta(&self, offset_frames: usize) -> ReferenceTime {
        let units = self.port.stamp(offset_frames).units();
        ReferenceTime::new(units.saturating_sub(self.port.stamp(0).units()))
    }

    /// Ends a block: plays what was added, overwrites both outputs, publishes the telemetry.
    ///
    /// # Real-time
    /// Render. Bounded by frames, messages and voices.
    pub fn run(&mut self, left: &mut [f32], right: &mut [f32]) -> AfterBlock {
        self.port.submit(&self.music);
        self.port.render(left, right);
        let retired = self.send_home();
        self.measure(left.len());
        if self.frames.wrapping_sub(self.published_at) >= self.publish_every {
            self.publish();
        }
        AfterBlock { retired }
    }

    /// The effects of STOP, without freeing anything; banks and programs stay.
    ///
    /// # Real-time
    /// Render. Bounded by the messages held and the voices.
    pub fn reset(&mut self) {
        let programs = self.programs();
        // A stream that refuses stays in the state it is in, which the next block sees.
        let _refused = self.port.reset();
        for (index, programs) in (0..CHANNEL_GROUPS).zip(programs) {
            for (channel, program) in (0_u8..16).zip(programs) {
                self.choose(ChannelGroup::from_index(index), channel, program);
            }
        }
        self.peak = [0.0; 2];
        self.trims = None;
        self.publish();
    }

    /// What MIDI has chosen on every channel of every group.
    fn programs(&self) -> [[PartProgram; PARTS]; CHANNEL_GROUPS as usize] {
        let engine = self.port.stream().engine();
        let mut programs = [[PartProgram::default(); PARTS]; CHANNEL_GROUPS as usize];
        for (group, programs) in (0..CHANNEL_GROUPS).zip(&mut programs) {
            for (channel, program) in (0_u8..16).zip(programs) {
                *program = engine
                    .midi_patch(group, channel)
                    .map_or(*program, program_of);
            }
        }
        programs
    }

    /// Goes to a lower state; events are held from PAUSE on and recycled in STOP.
    ///
    /// # Real-time
    /// Render. Bounded by the messages held.
    pub fn lower(&mut self, state: StreamState) {
        if self.port.state() > state {
            // Going down is never refused by the synthesizer.
            let _refused = self.port.set_state(state);
        }
        self.publish();
    }

    /// Prepares the stream so that RUN is one step away.
    ///
    /// # Real-time
    /// Not real-time: control side.
    pub fn prepare(&mut self) {
        // As in `begin`: a refusal is silence, and is tried again there.
        let _silent = self.port.set_state(StreamState::Pause);
    }

    /// Publishes what there is to tell.
    fn publish(&mut self) {
        self.published_at = self.frames;
        self.telemetry.publish(self.read_telemetry().to_words());
    }

    fn engine(&mut self) -> &mut Engine {
        self.port.stream_mut().engine_mut()
    }

    /// Obeys a command, or gives it back to be tried again: the render side frees nothing.
    fn obey(&mut self, command: Command) -> Option<Command> {
        match command {
            Command::Download { layer, collection } => {
                let NoRoom(collection) = self.engine().download(layer, collection).err()?;
                Some(Command::Download { layer, collection })
            }
            Command::Programs { programs, loads } => {
                for (channel, program) in (0_u8..16).zip(programs) {
                    self.choose(ChannelGroup::FIRST, channel, program);
                }
                self.programs_of_load = loads;
                None
            }
        }
    }

    /// Chooses a program as MIDI would.
    fn choose(&mut self, group: ChannelGroup, channel: u8, program: PartProgram) {
        let group = group.number();
        let engine = self.engine();
        engine.message(group, &[0xB0 | channel, 0, program.bank_msb]);
        engine.message(group, &[0xB0 | channel, 32, program.bank_lsb]);
        engine.message(group, &[0xC0 | channel, program.program]);
    }

    /// Tells the engine what has changed.
    fn apply(&mut self, trims: &Trims) {
        let before = self.trims.replace(*trims);
        let engine = self.port.stream_mut().engine_mut();
        if before
            .is_none_or(|before| before.master_gain_db.to_bits() != trims.master_gain_db.to_bits())
        {
            engine.set_master_gain_db(trims.master_gain_db);
        }
        for (channel, trim) in (0_u8..16).zip(&trims.parts) {
            let old = before.and_then(|before| before.parts.get(usize::from(channel)).copied());
            if old.as_ref() != Some(trim) {
                engine.set_part_trim(0, channel, *trim);
            }
        }
    }

    /// Sends banks home whose last voice has ended; what finds no room waits in the engine.
    fn send_home(&mut self) -> bool {
        let mut sent = false;
        for _ in 0..RETIRED_PER_BLOCK {
            if self.retired.is_full() {
                break;
            }
            let Some(collection) = self.engine().take_retired() else {
                break;
            };
            // There is room: this side alone fills the ring.
            sent |= self.retired.push(collection).is_ok();
        }
        sent
    }

    /// Follows the output level: up at once, down by half in a tenth of a second.
    fn measure(&mut self, frames: usize) {
        self.frames = self.frames.saturating_add(frames as u64);
        let (left, right) = self.engine().take_peak();
        let fall = frames as f32 / self.peak_half_life;
        let factor = 1.0 / (1.0 + fall + 0.5 * fall * fall);
        for (held, now) in self.peak.iter_mut().zip([left, right]) {
            *held = now.max(*held * factor);
        }
    }

    /// Everything there is to tell.
    fn read_telemetry(&self) -> Telemetry {
        let port = self.port.stats();
        let engine = self.port.stream().engine();
        let synth = engine.stats();
        let mut parts = [PartTelemetry::default(); PARTS];
        for (channel, part) in (0_u8..16).zip(&mut parts) {
            let Some(info) = engine.part(0, channel) else {
                continue;
            };
            *part = PartTelemetry {
                saved: engine
                    .midi_patch(0, channel)
                    .map(program_of)
                    .unwrap_or_default(),
                program: info.patch.map(program_of).unwrap_or_default(),
                silent: info.patch.is_none(),
                drums: info.requested.drums,
                voices: u16::try_from(info.voices).unwrap_or(u16::MAX),
            };
        }
        Telemetry {
            events_in: port.submitted.saturating_add(self.lost_inbound),
            events_delivered: port.delivered,
            events_late: port.late,
            lost_pool: port.lost.pool.saturating_add(port.lost.buffers),
            lost_sequencer: port.lost.sequencer,
            lost_inbound: self.lost_inbound,
            lost_malformed: port
                .lost
                .groups
                .saturating_add(port.lost.malformed)
                .saturating_add(port.lost.empty),
            stopped: port.lost.stopped,
            notes_lost: synth.lost_notes,
            voices_stolen: synth.stolen,
            unsupported: self.unsupported,
            pool_free: port.pool.events_free,
            pool_capacity: port.pool.events_capacity,
            buffers_free: port.pool.buffers_free,
            buffers_capacity: port.pool.buffers_capacity,
            voices: synth.voices,
            voices_peak: synth.peak_voices,
            peak: self.peak,
            frames: self.frames,
            programs_of_load: self.programs_of_load,
            parts,
        }
    }
}

/// A patch without its drum flag, which belongs to the channel.
const fn program_of(patch: Patch) -> PartProgram {
    PartProgram {
        bank_msb: patch.bank_msb,
        bank_lsb: patch.bank_lsb,
        program: patch.program,
    }
}
