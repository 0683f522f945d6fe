//! The plug-in under test: writes down what reaches it, and answers when it is asked to.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::CStr;
use std::num::NonZeroU32;
use std::ops::RangeInclusive;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex};

use dmus_entry::{BlockFacts, Boundary, Vst3};
use nice_plug::midi::{Channel, Key, VoiceID};
use nice_plug::prelude::*;

/// A key that is answered with one event of each kind that can be sent.
pub(crate) const KEY_ANSWER: u8 = 1;
/// A key that panics.
pub(crate) const KEY_PANIC: u8 = 2;
/// While this key is held, the outputs are loud.
pub(crate) const KEY_LOUD: u8 = 3;

thread_local! {
    /// The log of the plug-in that was made last on this thread.
    static LAST: RefCell<Option<SharedLog>> = const { RefCell::new(None) };
}

/// The log of the plug-in that was made last on this thread.
pub(crate) fn last_log() -> SharedLog {
    LAST.with(|last| last.borrow().clone()).unwrap()
}

pub(crate) type SharedLog = Arc<Mutex<Log>>;

/// What the plug-in saw; room is made before it plays.
pub(crate) struct Log {
    /// Frames since the last activation, and what came then.
    pub(crate) events: Vec<(u64, NoteEvent<SysEx>)>,
    /// Frame, port and bytes of what came through further ports.
    pub(crate) ported: Vec<(u64, u16, [u8; 3])>,
    /// Frames at which a block began, and the level there.
    pub(crate) levels: Vec<(u64, f32)>,
    pub(crate) steady: Vec<Option<i64>>,
    /// Whether nobody listens, as the last activation and the last block were told.
    pub(crate) is_offline: bool,
    pub(crate) blocks_offline: Option<bool>,
    pub(crate) beats: f64,
    pub(crate) activations: u32,
    pub(crate) resets: u32,
    pub(crate) notices: u32,
    frames: u64,
    /// What the programs are called.
    pub(crate) names: &'static str,
}

impl Log {
    /// Events in words, with their frames.
    pub(crate) fn lines(&self) -> Vec<String> {
        let own = self
            .events
            .iter()
            .map(|(frame, event)| format!("{frame} {}", words(event)));
        let ported = self.ported.iter();
        let ported = ported.map(|(frame, port, bytes)| format!("{frame} port {port} {bytes:02x?}"));
        own.chain(ported).collect()
    }
}

/// An event in words.
#[expect(clippy::too_many_lines, reason = "an arm for each kind of event")]
fn words(event: &NoteEvent<SysEx>) -> String {
    let place = |channel: &Channel, key: &Key, id: &VoiceID| {
        let id = match id {
            VoiceID::ID(id) => format!(" id {id}"),
            VoiceID::Wildcard => String::new(),
        };
        match (channel, key) {
            (Channel::Number(channel), Key::Number(key)) => format!("{channel}/{key}{id}"),
            _ => format!("everywhere{id}"),
        }
    };
    match event {
        NoteEvent::NoteOn {
            channel,
            key,
            velocity,
            voice_id,
            ..
        } => format!("on {} {velocity:.2}", place(channel, key, voice_id)),
        NoteEvent::NoteOff {
            channel,
            key,
            velocity,
            voice_id,
            ..
        } => format!("off {} {velocity:.2}", place(channel, key, voice_id)),
        NoteEvent::PolyPressure {
            channel,
            key,
            pressure,
            voice_id,
            ..
        } => format!("pressure {} {pressure:.2}", place(channel, key, voice_id)),
        NoteEvent::PolyVolume {
            channel,
            key,
            gain,
            voice_id,
            ..
        } => format!("volume {} {gain:.2}", place(channel, key, voice_id)),
        NoteEvent::PolyPan {
            channel,
            key,
            pan,
            voice_id,
            ..
        } => format!("pan {} {pan:.2}", place(channel, key, voice_id)),
        NoteEvent::PolyTuning {
            channel,
            key,
            tuning,
            voice_id,
            ..
        } => format!("tuning {} {tuning:.2}", place(channel, key, voice_id)),
        NoteEvent::PolyExpression {
            channel,
            key,
            expression,
            voice_id,
            ..
        } => format!(
            "expression {} {expression:.2}",
            place(channel, key, voice_id)
        ),
        NoteEvent::PolyBrightness {
            channel,
            key,
            brightness,
            voice_id,
            ..
        } => format!(
            "brightness {} {brightness:.2}",
            place(channel, key, voice_id)
        ),
        NoteEvent::MidiCC {
            channel, cc, value, ..
        } => format!("cc {channel} {cc} {:.0}", value * 127.0),
        NoteEvent::MidiPitchBend { channel, value, .. } => {
            format!("bend {channel} {:.0}", value * 16_383.0)
        }
        NoteEvent::MidiChannelPressure {
            channel, pressure, ..
        } => format!("pressure {channel} {:.0}", pressure * 127.0),
        NoteEvent::MidiProgramChange {
            channel, program, ..
        } => format!("program {channel} {program}"),
        NoteEvent::MidiSysEx { message, .. } => format!("sysex {}", message.0),
        other => format!("{other:?}"),
    }
}

/// Any system message, by its length.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SysEx(pub(crate) usize);

impl SysExMessage for SysEx {
    type Buffer = [u8; 3];

    fn from_buffer(buffer: &[u8]) -> Option<Self> {
        Some(Self(buffer.len()))
    }

    fn as_buffer(&self) -> (Self::Buffer, usize) {
        ([0xF0, 0x7D, 0xF7], 3)
    }
}

pub(crate) struct RecorderParams {
    pub(crate) level: FloatParam,
    steps: IntParam,
    bypass: BoolParam,
    programs: Vec<IntParam>,
    text: Mutex<String>,
}

impl RecorderParams {
    fn new(log: &SharedLog) -> Self {
        let programs = (1..=16).map(|channel| {
            let log = Arc::clone(log);
            IntParam::new(
                format!("Program {channel}"),
                0,
                IntRange::Linear { min: 0, max: 128 },
            )
            .with_value_to_string(Arc::new(move |value| {
                let names = log.lock().unwrap().names;
                format!("{value:03} {names} {channel}.{value}")
            }))
        });
        Self {
            level: FloatParam::new("Level", 0.5, FloatRange::Linear { min: 0.0, max: 2.0 }),
            steps: IntParam::new("Steps", 3, IntRange::Linear { min: 0, max: 10 })
                .with_value_to_string(Arc::new(|value| format!("step {value}")))
                .with_string_to_value(Arc::new(|text| text.strip_prefix("step ")?.parse().ok())),
            bypass: BoolParam::new("Bypass", false).make_bypass(),
            programs: programs.collect(),
            text: Mutex::new(String::from("first")),
        }
    }
}

// SAFETY: the pointers lead to fields of this object.
unsafe impl Params for RecorderParams {
    fn param_map(&self) -> Vec<(String, ParamPtr, String)> {
        let mut map = vec![
            ("level".into(), self.level.as_ptr(), "Main/Amount".into()),
            ("steps".into(), self.steps.as_ptr(), "Main".into()),
            ("bypass".into(), self.bypass.as_ptr(), String::new()),
        ];
        for (index, program) in self.programs.iter().enumerate() {
            let channel = index + 1;
            map.push((
                format!("p{channel:02}_prog"),
                program.as_ptr(),
                format!("Part {channel:02}"),
            ));
        }
        map
    }

    fn serialize_fields(&self) -> BTreeMap<String, String> {
        BTreeMap::from([("text".into(), self.text.lock().unwrap().clone())])
    }

    fn deserialize_fields(&self, serialized: &BTreeMap<String, String>) {
        if let Some(text) = serialized.get("text") {
            text.clone_into(&mut self.text.lock().unwrap());
        }
    }
}

pub(crate) enum Task {
    Report(SyncSender<String>),
    Command(String, SyncSender<String>),
    Notice(String),
}

pub(crate) struct Recorder {
    pub(crate) params: Arc<RecorderParams>,
    log: SharedLog,
    is_loud: bool,
}

impl Default for Recorder {
    fn default() -> Self {
        let log = Arc::new(Mutex::new(Log {
            events: Vec::with_capacity(20_000),
            ported: Vec::with_capacity(20_000),
            levels: Vec::with_capacity(1_000),
            steady: Vec::with_capacity(1_000),
            is_offline: false,
            blocks_offline: None,
            beats: 0.0,
            activations: 0,
            resets: 0,
            notices: 0,
            frames: 0,
            names: "Sound",
        }));
        LAST.with(|last| *last.borrow_mut() = Some(Arc::clone(&log)));
        Self {
            params: Arc::new(RecorderParams::new(&log)),
            log,
            is_loud: false,
        }
    }
}

impl Recorder {
    /// One event of each kind.
    fn answer(context: &mut impl ProcessContext<Self>, timing: u32) {
        let (channel, key) = (Channel::Number(4), Key::Number(60));
        for event in [
            NoteEvent::NoteOn {
                timing,
                voice_id: VoiceID::ID(9),
                channel,
                key,
                velocity: 0.5,
            },
            NoteEvent::NoteOff {
                timing,
                voice_id: VoiceID::ID(9),
                channel,
                key,
                velocity: 0.25,
            },
            NoteEvent::MidiCC {
                timing,
                channel: 4,
                cc: 7,
                value: 1.0,
            },
            NoteEvent::MidiPitchBend {
                timing,
                channel: 4,
                value: 1.0,
            },
            NoteEvent::MidiProgramChange {
                timing,
                channel: 4,
                program: 12,
            },
            NoteEvent::MidiSysEx {
                timing,
                message: SysEx(3),
            },
        ] {
            assert!(context.try_send_event(event).is_ok());
        }
    }
}

const TWO: NonZeroU32 = new_nonzero_u32(2);

impl Plugin for Recorder {
    const NAME: &'static str = "Recorder";
    const VENDOR: &'static str = "Tests";
    const URL: &'static str = "https://example.org";
    const EMAIL: &'static str = "a@example.org";
    const VERSION: &'static str = "1.2.3";
    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = &[AudioIOLayout {
        main_output_channels: Some(TWO),
        aux_output_ports: &[TWO, TWO],
        names: PortNames {
            main_output: Some("Mix"),
            aux_outputs: &["First", "Second"],
            ..PortNames::const_default()
        },
        ..AudioIOLayout::const_default()
    }];
    const MIDI_INPUT: MidiConfig = MidiConfig::MidiCCs;
    const MIDI_OUTPUT: MidiConfig = MidiConfig::MidiCCs;
    const SAMPLE_ACCURATE_AUTOMATION: bool = true;
    const INPUT_EVENT_CAPACITY: usize = 16_384;

    type Editor = crate::view::Pane;
    type SysExMessage = SysEx;
    type BackgroundTask = Task;

    fn task_executor(&mut self) -> TaskExecutor<Self> {
        let log = Arc::clone(&self.log);
        Box::new(move |task| match task {
            Task::Report(reply) => reply.try_send(String::from("recorder 1\n")).unwrap(),
            Task::Command(line, reply) => reply.try_send(line).unwrap(),
            Task::Notice(text) => {
                assert!(!text.is_empty());
                if let Ok(mut log) = log.lock() {
                    log.notices += 1;
                }
            }
        })
    }

    fn params(&self) -> Arc<dyn Params> {
        self.params.clone()
    }

    fn editor(&mut self, _executor: AsyncExecutor<Self>) -> Option<Self::Editor> {
        Some(crate::view::Pane::new(Arc::clone(&self.params)))
    }

    fn activate(
        &mut self,
        _layout: &AudioIOLayout,
        config: &BufferConfig,
        context: &mut impl ActivateContext<Self>,
    ) -> bool {
        let mut log = self.log.lock().unwrap();
        log.activations += 1;
        log.is_offline = config.process_mode == ProcessMode::Offline;
        log.frames = 0;
        self.is_loud = false;
        context.set_latency_samples(config.max_buffer_size / 2);
        config.sample_rate < 1_000_000.0
    }

    fn reset(&mut self) {
        self.log.lock().unwrap().resets += 1;
    }

    fn process(
        &mut self,
        buffer: &mut Buffer<'_>,
        aux: &mut AuxiliaryBuffers<'_>,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        let log = Arc::clone(&self.log);
        {
            let mut log = log.lock().unwrap();
            let frames = log.frames;
            log.levels.push((frames, self.params.level.value()));
            log.beats = context.transport().pos_beats().unwrap_or(-1.0);
            log.frames += buffer.samples() as u64;
        }
        let start = log.lock().unwrap().frames - buffer.samples() as u64;
        while let Some(event) = context.next_event() {
            let timing = event.timing();
            match event {
                NoteEvent::NoteOn {
                    key: Key::Number(KEY_ANSWER),
                    ..
                } => Self::answer(context, timing),
                NoteEvent::NoteOn {
                    key: Key::Number(KEY_LOUD),
                    ..
                } => self.is_loud = true,
                NoteEvent::NoteOff {
                    key: Key::Number(KEY_LOUD),
                    ..
                } => self.is_loud = false,
                NoteEvent::NoteOn { key, .. } => {
                    assert!(key != Key::Number(KEY_PANIC), "note on demand");
                }
                _ => (),
            }
            let mut log = log.lock().unwrap();
            if log.events.len() < log.events.capacity() {
                log.events.push((start + u64::from(timing), event));
            }
        }
        let level = if self.is_loud { 0.5 } else { 0.0 };
        for channel in buffer.as_slice() {
            channel.fill(level);
        }
        for port in aux.outputs.iter_mut() {
            for channel in port.as_slice() {
                channel.fill(level / 2.0);
            }
        }
        ProcessStatus::KeepAlive
    }
}

impl ClapPlugin for Recorder {
    const CLAP_ID: &'static str = "org.example.recorder";
    const CLAP_DESCRIPTION: Option<&'static str> = None;
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] = &[ClapFeature::Instrument];
}

impl Boundary for Recorder {
    const REPORT_ID: &'static CStr = c"org.example.recorder/1";
    const COMMAND_ID: &'static CStr = c"org.example.recorder-command/1";
    const NOTE_PORTS: u32 = 4;

    fn begin_block(&mut self, facts: &BlockFacts<'_>) {
        let mut log = self.log.lock().unwrap();
        log.steady.push(facts.steady_time);
        log.blocks_offline = facts.is_offline;
        let start = log.frames;
        for event in facts.events.clone() {
            let mut bytes = [0; 3];
            for (to, from) in bytes.iter_mut().zip(event.bytes) {
                *to = *from;
            }
            let frame = start + u64::from(event.offset_frames);
            log.ported.push((frame, event.port, bytes));
        }
    }

    fn report(reply: SyncSender<String>) -> Task {
        Task::Report(reply)
    }

    fn command(line: String, reply: SyncSender<String>) -> Task {
        Task::Command(line, reply)
    }

    fn notice(text: String) -> Task {
        Task::Notice(text)
    }
}

impl Vst3 for Recorder {
    const CLASS_ID: [u8; 16] = *b"Recorder.of.test";
    const CATEGORIES: &'static str = "Instrument|Synth|Sampler";
    const PROGRAM_NAMES: &'static [&'static str] = &[
        "p01_prog", "p02_prog", "p03_prog", "p04_prog", "p05_prog", "p06_prog", "p07_prog",
        "p08_prog", "p09_prog", "p10_prog", "p11_prog", "p12_prog", "p13_prog", "p14_prog",
        "p15_prog", "p16_prog",
    ];
    const SAMPLE_RATES_HZ: RangeInclusive<u32> = 1_000..=3_000_000;
}
