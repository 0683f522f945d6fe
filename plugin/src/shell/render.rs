//! The render half: one block from events to frames.
//!
//! In: commands by ring, trims, messages stamped with their frame. Out: frames, retired banks by
//! ring, telemetry. Owner: `Shell`. Thread: render; nothing here allocates, frees, locks or
//! waits.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use dmus_dls::bank::Patch;
use dmus_entry::PortEvent;
use dmus_kernel::music::record_bytes;
use dmus_kernel::pool::GrowthRefused;
use dmus_kernel::sync::Writer;
use dmus_kernel::wave_rt::FrameWriter;
use dmus_kernel::{ChannelGroup, MusicBuffer, Port, ReferenceTime, SampleTime, StreamState};
use dmus_synth::{Collection, Engine, Mode, NoRoom, SynthMiniport};
use rtrb::{Consumer, Producer};

use super::external::External;
use super::inbound::{Inbound, Shape};
use super::outputs::Outputs;
use super::pipeline::{CHANNEL_GROUPS, Command, EVENTS_PER_BLOCK, Ends};
use super::setup::SetupLine;
use super::song::SongHolds;
use super::sysex::MAX_MESSAGE;
use super::telemetry::{PartTelemetry, Telemetry, WORDS};
pub use super::trims::Trims;
use super::waiting::Waiting;
use crate::params::PARTS;
use crate::state::{LoadWatch, PartProgram};

/// Retired banks sent home in one block at most.
const RETIRED_PER_BLOCK: usize = 8;

/// How often the telemetry is published while blocks come, 1/s.
const PUBLICATIONS_PER_S: u32 = 100;

/// A held peak below this (-90 dB) is out of the meter's sight.
const REST: f32 = 3.2e-5;

/// How often somebody who waits offline looks again.
const GLANCE: Duration = Duration::from_millis(1);

/// Bytes for the messages of the further note ports: as many short ones as a block may have, and
/// four of the longest.
const PORT_BYTES: usize = EVENTS_PER_BLOCK * record_bytes(3) + 4 * record_bytes(MAX_MESSAGE);

/// Everything that runs on the render thread.
#[expect(missing_debug_implementations, reason = "the port has none to offer")]
pub struct Render {
    pub(super) port: Port<SynthMiniport>,
    pub(super) music: MusicBuffer,
    /// Messages of the note ports after the first, submitted after those of the first.
    port_music: MusicBuffer,
    commands: Consumer<Command>,
    retired: Producer<Arc<Collection>>,
    /// Instruments that have played.
    played: Producer<Patch>,
    telemetry: Writer<WORDS>,
    /// Where the last minutes of the output are kept.
    pub(super) recorder: FrameWriter,
    pub(super) setup: SetupLine,
    /// What the engine was told last; nothing before the first block.
    pub(super) trims: Option<Trims>,
    /// Channel groups and mode that were told last.
    pub(super) rules: (u16, Option<Mode>),
    /// More memory than the pool takes; freed with this half, on the control side.
    refused: Option<GrowthRefused>,
    /// A command that the engine could not take yet.
    postponed: Option<Command>,
    scratch: Box<[u8]>,
    /// The state load whose programs are in force.
    programs_of_load: u64,
    /// What a state has asked for and is not there yet; nothing where nobody loads states.
    waiting: Option<Waiting>,
    /// What the song holds down.
    pub(super) song_holds: SongHolds,
    pub(super) lost_inbound: u64,
    unsupported: u64,
    /// Replies that found no place on their way to the host.
    pub(super) lost_replies: u64,
    /// The stream's first frame of the last block.
    pub(super) block_start: u64,
    frames: u64,
    /// Frames rendered when the telemetry was published last.
    published_at: u64,
    /// Frames between two publications: blocks may be as short as one frame.
    publish_every: u64,
    peak: [f32; 2],
    /// Frames in which a held peak halves.
    peak_half_life: f32,
    pub(super) outputs: Outputs,
    pub(super) external: External,
}

impl Render {
    /// Puts the half together; see [`Pipeline`](super::pipeline::Pipeline).
    ///
    /// # Real-time
    /// Not real-time: allocates.
    pub(super) fn new(port: Port<SynthMiniport>, music: MusicBuffer, ends: Ends) -> Self {
        let Ends {
            commands,
            retired,
            played,
            telemetry,
            recorder,
            setup,
            device,
        } = ends;
        let rate_hz = port.config().sample_rate.hz();
        Self {
            port,
            music,
            port_music: MusicBuffer::with_capacity(PORT_BYTES),
            commands,
            retired,
            played,
            telemetry,
            recorder,
            setup,
            trims: None,
            rules: (CHANNEL_GROUPS, None),
            refused: None,
            postponed: None,
            scratch: vec![0; MAX_MESSAGE].into_boxed_slice(),
            programs_of_load: 0,
            waiting: None,
            song_holds: SongHolds::new(),
            lost_inbound: 0,
            unsupported: 0,
            lost_replies: 0,
            block_start: 0,
            frames: 0,
            published_at: 0,
            publish_every: u64::from(rate_hz / PUBLICATIONS_PER_S),
            peak: [0.0; 2],
            peak_half_life: rate_hz as f32 * 0.1,
            outputs: Outputs::default(),
            external: External::new(device),
        }
    }

    /// Holds messages from now on while what a state has asked for is not there.
    ///
    /// - `is_offline`: nobody listens, so a block waits instead
    ///
    /// # Real-time
    /// Not real-time: control side.
    pub fn wait_for(&mut self, watch: LoadWatch, is_offline: bool) {
        let rate_hz = self.port.config().sample_rate.hz();
        self.waiting = Some(Waiting::new(watch, rate_hz, is_offline));
        self.external.set_offline(is_offline);
    }

    /// Nobody listens from now on, or somebody does.
    ///
    /// # Real-time
    /// Render. Wait-free.
    pub fn set_offline(&mut self, is_offline: bool) {
        if let Some(waiting) = &mut self.waiting {
            waiting.set_offline(is_offline);
        }
        self.external.set_offline(is_offline);
    }

    /// Waits until what a state has asked for is there, if nobody listens.
    ///
    /// # Real-time
    /// Render, wait-free; offline the one place where it waits: for the control side, by sleeping,
    /// and not for ever.
    pub fn wait_offline(&mut self) {
        let patience = self.waiting.as_ref().and_then(Waiting::patience);
        let Some(patience) = patience else { return };
        let begun = Instant::now();
        self.obey_all();
        while self.waiting.as_ref().is_some_and(Waiting::is_behind) && begun.elapsed() < patience {
            thread::sleep(GLANCE);
            self.obey_all();
        }
    }

    /// Has messages wait as long as it must be.
    fn hold(&mut self) {
        let stats = self.port.stats();
        let sequencer = self.port.config().sequencer;
        if let Some(waiting) = &mut self.waiting {
            let holds = waiting.holds(self.frames, &stats, sequencer);
            self.port.hold(holds);
        }
    }

    /// Takes what comes past the framework; a block begins after it.
    ///
    /// The master clock follows the host's count first, since every stamp of the block is made
    /// from it.
    ///
    /// - `steady_time`: the host's steady count of frames, `0..`
    /// - `events`: messages of the note ports after the first
    ///
    /// # Real-time
    /// Render. Bounded by the messages.
    pub fn take_ports<'a>(
        &mut self,
        steady_time: Option<i64>,
        events: impl Iterator<Item = PortEvent<'a>>,
    ) {
        if let Some(frames) = steady_time {
            self.port.follow(SampleTime::new(frames));
        }
        self.port_music.clear(self.port.stamp(0));
        self.song_holds.begin_block();
        for event in events {
            self.add_from_port(event);
        }
    }

    /// Adds a message of a further note port, for the group of that number; one of the first port
    /// comes through the framework, and is only marked as live here.
    fn add_from_port(&mut self, event: PortEvent<'_>) {
        let structured = match event.bytes.first() {
            Some(0x80..=0xEF) => true,
            Some(0xF0) => false,
            _ => {
                self.unsupported = self.unsupported.saturating_add(1);
                return;
            }
        };
        let delta = self.delta(event.offset_frames as usize);
        self.song_holds
            .take(event.port, delta, event.bytes, event.is_live);
        if event.port == 0 {
            return;
        }
        let group = ChannelGroup::from_index(event.port);
        let put = self.port_music.push(group, delta, structured, event.bytes);
        self.lost_inbound = self.lost_inbound.saturating_add(u64::from(put.is_err()));
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
            self.recorder.set_state(StreamState::Run);
        }
        self.apply_rules(trims);
        self.obey_all();
        self.hold();
        self.apply(trims);
        self.music.clear(self.port.stamp(0));
        self.external
            .begin_block(self.port.stamp(0), trims.external);
    }

    /// Obeys the commands that are there, up to one that the engine cannot take yet.
    fn obey_all(&mut self) {
        while let Some(command) = self.postponed.take().or_else(|| self.commands.pop().ok()) {
            if let Some(refused) = self.obey(command) {
                self.postponed = Some(refused);
                break;
            }
        }
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
        self.cut_until(Some(delta));
        let (music, port, holds) = (&mut self.music, &mut self.port, &mut self.song_holds);
        let (external, due) = (&mut self.external, port.stamp(offset_frames));
        let start = port.stream_bytes();
        let refused = event.put_into(&mut self.scratch, |bytes, shape, aside| {
            let structured = shape == Shape::Structured;
            if let (true, [status, first, second]) = (structured, bytes) {
                holds.hear_first(delta, [*status, *first, *second]);
            }
            external.message(due, bytes);
            let position = start.wrapping_add(music.records().len() as u64);
            let put = music.push(ChannelGroup::FIRST, delta, structured, bytes);
            if put.is_ok()
                && let Some(aside) = aside
            {
                port.stream_mut().put_aside(position, aside);
            }
            put.is_ok()
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
    pub fn run(&mut self, left: &mut [f32], right: &mut [f32]) {
        self.cut_until(None);
        self.song_holds.begin_block();
        self.block_start = u64::try_from(self.port.position().frames()).unwrap_or(0);
        self.port.submit(&self.music);
        self.port.submit(&self.port_music);
        self.port_music.clear(ReferenceTime::ZERO);
        self.begin_outputs();
        self.port.render(left, right);
        self.keep_unheard(left, right);
        self.record(left, right);
        self.tell_setup();
        self.send_home();
        self.measure(left.len());
        if self.frames.wrapping_sub(self.published_at) >= self.publish_every {
            self.publish();
        }
    }

    /// The effects of STOP, without freeing anything; banks and programs stay.
    ///
    /// # Real-time
    /// Render. Bounded by the messages held and the voices.
    pub fn reset(&mut self) {
        let programs = self.programs();
        if self.frames > 0 {
            for channel in 0_u8..16 {
                // All sound off, reset all controllers: what a reset does, in MIDI's words.
                self.note(ChannelGroup::BROADCAST, &[0xB0 | channel, 120, 0]);
                self.note(ChannelGroup::BROADCAST, &[0xB0 | channel, 121, 0]);
            }
        }
        // A stream that refuses stays in the state it is in, which the next block sees.
        let _refused = self.port.reset();
        self.port.stream_mut().set_up_again(false);
        self.song_holds.forget();
        self.external.stop();
        for (index, programs) in (0..CHANNEL_GROUPS).zip(programs) {
            for (channel, program) in (0_u8..16).zip(programs) {
                // The engine has forgotten it; whoever keeps the messages has not.
                self.tell(ChannelGroup::from_index(index), channel, program);
            }
        }
        self.port.stream_mut().set_up_again(true);
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
                    .map_or(*program, PartProgram::of);
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
        if state == StreamState::Stop {
            self.external.stop();
        }
        // STOP would give up what was recorded, which is still to be had when all is over.
        self.recorder.set_state(state.max(StreamState::Pause));
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

    pub(super) fn engine(&mut self) -> &mut Engine {
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
                // Edits of drums hold for parts that play drums, which programs may decide.
                self.port.stream_mut().set_up_again(true);
                self.programs_of_load = loads;
                None
            }
            Command::Setup { length } => {
                (!self.obey_setup(length)).then_some(Command::Setup { length })
            }
            Command::InForce(loads) => {
                if let Some(waiting) = &mut self.waiting {
                    waiting.arrived(loads);
                }
                None
            }
            Command::Grow(extension) => {
                let refused = self.port.grow(extension).err();
                // The control side sends another only when one was taken, so this place is free.
                self.refused = self.refused.take().or(refused);
                None
            }
            Command::Panic => {
                self.panic();
                None
            }
            Command::Device(is_chosen) => {
                self.external.set_chosen(is_chosen);
                None
            }
        }
    }

    /// Chooses a program as MIDI would, and keeps that like all messages if it is another one.
    fn choose(&mut self, group: ChannelGroup, channel: u8, program: PartProgram) {
        let index = group.index().unwrap_or(0);
        let patch = self.engine().midi_patch(index, channel);
        let is_new = patch.map(PartProgram::of) != Some(program);
        self.tell(group, channel, program);
        if is_new {
            for message in messages_of(channel, program) {
                self.note(group, &message);
            }
        }
    }

    /// Tells the engine which program a channel has.
    fn tell(&mut self, group: ChannelGroup, channel: u8, program: PartProgram) {
        let index = group.index().unwrap_or(0);
        let patch = (program.bank_msb, program.bank_lsb, program.program);
        self.engine().choose_program(index, channel, patch);
    }

    /// Keeps a message that says what has just been done in another way.
    pub(super) fn note(&mut self, group: ChannelGroup, message: &[u8]) {
        let now = self.port.stamp(0);
        if let Some(history) = self.port.history_mut() {
            history.record(now, group, message);
        }
    }

    /// Notes what the last block has cost, ns.
    ///
    /// # Real-time
    /// Render, wait-free.
    pub const fn note_busy(&mut self, busy_ns: u64) {
        self.port.note_busy(busy_ns);
    }

    /// Sends banks home whose last voice has ended, and tells what has played; what finds no room
    /// waits in the engine.
    fn send_home(&mut self) {
        while !self.played.is_full() {
            let Some(patch) = self.engine().take_played() else {
                break;
            };
            // There is room: this side alone fills the ring.
            let _pushed = self.played.push(patch);
        }
        for _ in 0..RETIRED_PER_BLOCK {
            if self.retired.is_full() {
                break;
            }
            let Some(collection) = self.engine().take_retired() else {
                break;
            };
            // There is room: this side alone fills the ring.
            let _pushed = self.retired.push(collection);
        }
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

    /// Whether more blocks would be silent and change nothing.
    ///
    /// # Real-time
    /// Render. Bounded by the pins.
    pub fn is_at_rest(&self) -> bool {
        let engine = self.port.stream().engine();
        self.port.stats().held == 0 && engine.is_idle() && self.peak.iter().all(|peak| *peak < REST)
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
                    .map(PartProgram::of)
                    .unwrap_or_default(),
                program: info.patch.map(PartProgram::of).unwrap_or_default(),
                silent: info.patch.is_none(),
                drums: info.requested.drums,
                voices: u16::try_from(info.voices).unwrap_or(u16::MAX),
            };
        }
        Telemetry {
            events_in: port.submitted.saturating_add(self.lost_inbound),
            events_delivered: port.delivered,
            events_late: port.late,
            events_held: port.held,
            holds_given_up: self.waiting.as_ref().map_or(0, Waiting::given_up),
            lost_pool: port.lost.pool.saturating_add(port.lost.buffers),
            lost_sequencer: port.lost.sequencer,
            lost_inbound: self.lost_inbound,
            lost_malformed: port
                .lost
                .groups
                .saturating_add(port.lost.malformed)
                .saturating_add(port.lost.empty),
            lost_asides: self.port.stream().lost_asides(),
            lost_replies: synth.lost_replies.saturating_add(self.lost_replies),
            lost_setup: self.port.stream().setup().lost(),
            lost_device: self.external.lost(),
            device_offline: self.external.unsent(),
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

/// The messages that choose a program: both bank bytes, then the program, whose third byte is no
/// part of it.
fn messages_of(channel: u8, program: PartProgram) -> [Selection; 3] {
    [
        Selection([0xB0 | channel, 0, program.bank_msb], 3),
        Selection([0xB0 | channel, 32, program.bank_lsb], 3),
        Selection([0xC0 | channel, program.program, 0], 2),
    ]
}

/// One of these messages, and its length.
struct Selection([u8; 3], usize);

impl core::ops::Deref for Selection {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0.get(..self.1).unwrap_or(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::pipeline::Pipeline;
    use super::*;
    use crate::downloads::SharedDownloads;
    use crate::kept::KeptMemory;
    use dmus_kernel::SampleRate;

    fn render() -> Render {
        let rate = SampleRate::new(48_000).expect("a usual rate");
        let (memory, downloads) = (KeptMemory::default(), SharedDownloads::default());
        let pipeline = Pipeline::new(rate, memory, 1, downloads, 0).expect("a usual size");
        pipeline.split().1
    }

    /// Plays 64 frames, with what came past the framework.
    fn block(render: &mut Render, steady_time: Option<i64>, events: &[PortEvent<'_>]) {
        let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
        render.take_ports(steady_time, events.iter().copied());
        render.begin(&Trims::default());
        render.run(&mut left, &mut right);
    }

    #[test]
    fn the_master_clock_follows_the_hosts_count_before_anything_is_stamped() {
        let mut render = render();
        let event = PortEvent {
            offset_frames: 63,
            port: 1,
            is_live: false,
            bytes: &[0x90, 60, 100],
        };
        block(&mut render, Some(5_000), &[event]);
        assert_eq!(render.port.now(), SampleTime::new(64));
        block(&mut render, Some(6_064), &[event]);
        assert_eq!(render.port.now(), SampleTime::new(1_128), "1000 skipped");
        block(&mut render, None, &[event]);
        assert_eq!(render.port.now(), SampleTime::new(1_192));
        let stats = render.port.stats();
        assert_eq!((stats.delivered, stats.late), (3, 0));
    }

    #[test]
    fn what_came_through_a_port_is_played_once() {
        let mut render = render();
        let event = PortEvent {
            offset_frames: 0,
            port: 3,
            is_live: true,
            bytes: &[0xB0, 7, 100],
        };
        block(&mut render, None, &[event]);
        // A block that nobody announced.
        let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
        render.begin(&Trims::default());
        render.run(&mut left, &mut right);
        assert_eq!(render.port.stats().delivered, 1);
    }

    #[test]
    fn what_no_port_can_say_is_counted() {
        let mut render = render();
        let event = |bytes| PortEvent {
            offset_frames: 0,
            port: 1,
            is_live: false,
            bytes,
        };
        block(&mut render, None, &[event(&[]), event(&[0xF8])]);
        assert_eq!((render.unsupported, render.lost_inbound), (2, 0));
        let mut long = vec![1; MAX_MESSAGE];
        long[0] = 0xF0;
        long[MAX_MESSAGE - 1] = 0xF7;
        let flood = vec![event(&long); 12];
        block(&mut render, None, &flood);
        assert_eq!(render.lost_inbound, 3, "of twelve, nine fit");
    }
}
