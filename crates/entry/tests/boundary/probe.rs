//! The plug-in under test: adds 0.5 to its main output while a note is held, and fails on demand.

use std::collections::BTreeMap;
use std::ffi::CStr;
use std::fmt::Write as _;
use std::num::NonZeroU32;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex};

use dmus_entry::{BlockFacts, Boundary, HostLink, WindowEnd};
use nice_plug::midi::{Channel, Key};
use nice_plug::prelude::*;

/// One stereo output.
pub(crate) const PLAIN: u8 = 0;
/// A stereo main output named "Main Mix" with a stereo auxiliary output, or a mono output alone.
pub(crate) const MULTI: u8 = 1;
/// `default` panics.
pub(crate) const BAD_DEFAULT: u8 = 2;
/// `params` panics.
pub(crate) const BAD_PARAMS: u8 = 3;
/// Stereo input, mono side chain and stereo output: the sum of what comes in.
pub(crate) const EFFECT: u8 = 4;
/// `task_executor` panics.
pub(crate) const BAD_EXECUTOR: u8 = 6;
/// As `PLAIN`, with automation exact to the frame.
pub(crate) const ACCURATE: u8 = 5;
/// As `ACCURATE`, with four note ports.
pub(crate) const PORTS: u8 = 7;
/// As `PLAIN`, with at most 16 voices.
pub(crate) const VOICES: u8 = 8;

/// Values of the parameter `fault`: who panics.
pub(crate) const IN_ACTIVATE: i32 = 1;
pub(crate) const IN_RESET: i32 = 2;
pub(crate) const IN_SAVE: i32 = 3;
pub(crate) const IN_DEACTIVATE: i32 = 4;
pub(crate) const IN_STOP: i32 = 5;
pub(crate) const IN_TEXT: i32 = 6;
pub(crate) const IN_DROP: i32 = 7;
pub(crate) const IN_NOTICE: i32 = 8;
pub(crate) const IN_REPORT: i32 = 9;
/// Not a fault: the task started by `KEY_WORK` takes 50 ms.
pub(crate) const HIGHEST: i32 = 10;

/// Keys that do something else than sound.
pub(crate) const KEY_PANIC: u8 = 13;
pub(crate) const KEY_PANIC_LATE: u8 = 14;
pub(crate) const KEY_TASK_PANIC: u8 = 15;
pub(crate) const KEY_BACKGROUND_PANIC: u8 = 16;
pub(crate) const KEY_WORK: u8 = 17;

/// What the plug-in saw, shown in its report.
#[derive(Default)]
struct Log {
    calls: u64,
    longest: usize,
    activations: u64,
    resets: u64,
    /// Frame of each note, counted from the start of its process call.
    notes: Vec<u32>,
    /// Value of `level` at the first frame of each call.
    levels: Vec<f32>,
    played: u64,
    sysex: u64,
    works: u64,
    beats: f64,
    /// Frames rendered.
    frames: u64,
    /// What came in through further ports.
    ports: Vec<PortLog>,
    ported: u64,
    /// Bytes of all messages of further ports, and their sum.
    port_bytes: (u64, u64),
    /// Steady time of each call.
    steady: Vec<Option<i64>>,
    /// What the last call was told of whether somebody listens.
    is_offline: Option<bool>,
    /// Outputs that the last call was told the host takes.
    outputs: u64,
    /// Windows that are closed, or were never open.
    windows_ended: u64,
    notices: Vec<String>,
}

/// One message of a further port: frame since activation, port, whether it is live, first bytes.
#[derive(Clone, Copy)]
struct PortLog {
    frame: u64,
    port: u16,
    is_live: bool,
    bytes: [u8; 3],
    len: usize,
}

impl Log {
    /// Notes what came past the framework, as long as there is room.
    fn facts(&mut self, facts: &BlockFacts<'_>) {
        self.is_offline = facts.is_offline;
        self.outputs = facts.outputs;
        if self.steady.len() < self.steady.capacity() {
            self.steady.push(facts.steady_time);
        }
        for event in facts.events.clone() {
            assert!(event.offset_frames < facts.frames);
            let mut bytes = [0; 3];
            for (to, from) in bytes.iter_mut().zip(event.bytes) {
                *to = *from;
            }
            self.ported += 1;
            self.port_bytes.0 += event.bytes.len() as u64;
            self.port_bytes.1 += event.bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>();
            if self.ports.len() < self.ports.capacity() {
                self.ports.push(PortLog {
                    frame: self.frames + u64::from(event.offset_frames),
                    port: event.port,
                    is_live: event.is_live,
                    bytes,
                    len: event.bytes.len(),
                });
            }
        }
    }

    /// Notes a note, as long as there is room.
    fn note(&mut self, frame: u32) {
        self.played += 1;
        if self.notes.len() < self.notes.capacity() {
            self.notes.push(frame);
        }
    }

    /// Notes a level, as long as there is room.
    fn level(&mut self, level: f32) {
        if self.levels.len() < self.levels.capacity() {
            self.levels.push(level);
        }
    }
}

pub(crate) struct ProbeParams {
    fault: IntParam,
    level: FloatParam,
    shape: EnumParam<Shape>,
    text: Mutex<String>,
}

#[derive(Enum, Debug, PartialEq)]
pub(crate) enum Shape {
    Flat,
    Steep,
}

impl Default for ProbeParams {
    fn default() -> Self {
        let fault = IntParam::new(
            "Fault",
            0,
            IntRange::Linear {
                min: 0,
                max: HIGHEST,
            },
        )
        .with_value_to_string(Arc::new(|value| {
            assert!(value != IN_TEXT, "no text for this");
            format!("fault {value}")
        }))
        .with_string_to_value(Arc::new(|text| {
            assert!(text != "panic", "no value for this");
            text.strip_prefix("fault ")?.parse().ok()
        }));
        Self {
            fault,
            level: FloatParam::new("Level", 0.0, FloatRange::Linear { min: 0.0, max: 2.0 }),
            shape: EnumParam::new("Shape", Shape::Flat),
            text: Mutex::new(String::from("saved")),
        }
    }
}

#[cfg(feature = "editor")]
impl ProbeParams {
    /// The value of `level`.
    pub(crate) fn level(&self) -> f32 {
        self.level.value()
    }
}

// SAFETY: the pointers lead to fields of this object.
unsafe impl Params for ProbeParams {
    fn param_map(&self) -> Vec<(String, ParamPtr, String)> {
        vec![
            (String::from("fault"), self.fault.as_ptr(), String::new()),
            (String::from("level"), self.level.as_ptr(), String::new()),
            (String::from("shape"), self.shape.as_ptr(), String::new()),
        ]
    }

    fn serialize_fields(&self) -> BTreeMap<String, String> {
        assert!(self.fault.value() != IN_SAVE, "save on demand");
        BTreeMap::from([(String::from("text"), self.text.lock().unwrap().clone())])
    }

    fn deserialize_fields(&self, serialized: &BTreeMap<String, String>) {
        if let Some(text) = serialized.get("text") {
            assert!(text != "panic", "load on demand");
            text.clone_into(&mut self.text.lock().unwrap());
        }
    }
}

pub(crate) enum Task {
    Report(SyncSender<String>),
    Command(String, SyncSender<String>),
    Notice(String),
    Panic,
    Work,
}

pub(crate) struct Probe<const KIND: u8> {
    params: Arc<ProbeParams>,
    log: Arc<Mutex<Log>>,
    held: u32,
    host: HostLink,
}

impl<const KIND: u8> Default for Probe<KIND> {
    fn default() -> Self {
        assert!(KIND != BAD_DEFAULT, "default on demand");
        let log = Log {
            notes: Vec::with_capacity(64),
            levels: Vec::with_capacity(64),
            ports: Vec::with_capacity(256),
            steady: Vec::with_capacity(256),
            is_offline: None,
            outputs: 0,
            ..Log::default()
        };
        Self {
            params: Arc::default(),
            log: Arc::new(Mutex::new(log)),
            held: 0,
            host: HostLink::default(),
        }
    }
}

impl<const KIND: u8> Probe<KIND> {
    fn event(&mut self, event: PluginNoteEvent<Self>, context: &mut impl ProcessContext<Self>) {
        match event {
            NoteEvent::NoteOn {
                timing,
                key: Key::Number(key),
                channel,
                ..
            } => {
                self.log.lock().unwrap().note(timing);
                match key {
                    KEY_PANIC => assert!(key != KEY_PANIC, "note on demand"),
                    KEY_TASK_PANIC => context.execute_gui(Task::Panic),
                    KEY_BACKGROUND_PANIC => context.execute_background(Task::Panic),
                    KEY_WORK => context.execute_background(Task::Work),
                    _ => self.held += 1,
                }
                let _full = context.try_send_event(NoteEvent::NoteOn {
                    timing,
                    voice_id: nice_plug::midi::VoiceID::Wildcard,
                    channel,
                    key: Key::Number(key),
                    velocity: 1.0,
                });
            }
            NoteEvent::NoteOff {
                key: Key::Number(_),
                channel: Channel::Number(_),
                ..
            } => {
                self.held = self.held.saturating_sub(1);
            }
            NoteEvent::MidiSysEx { .. } => self.log.lock().unwrap().sysex += 1,
            _ => (),
        }
    }
}

/// Any SysEx message, by its length.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SysEx(usize);

impl SysExMessage for SysEx {
    type Buffer = [u8; 1];

    fn from_buffer(buffer: &[u8]) -> Option<Self> {
        Some(Self(buffer.len()))
    }

    fn as_buffer(&self) -> (Self::Buffer, usize) {
        ([0xF7], 1)
    }
}

const TWO: NonZeroU32 = new_nonzero_u32(2);
const ONE: NonZeroU32 = new_nonzero_u32(1);

const STEREO: AudioIOLayout = AudioIOLayout {
    main_output_channels: Some(TWO),
    ..AudioIOLayout::const_default()
};

impl<const KIND: u8> Plugin for Probe<KIND> {
    const NAME: &'static str = "Probe";
    const VENDOR: &'static str = "Tests";
    const URL: &'static str = "";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = "1.2.3";
    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = match KIND {
        MULTI => &[
            AudioIOLayout {
                aux_output_ports: &[TWO],
                names: PortNames {
                    main_output: Some("Main Mix"),
                    ..PortNames::const_default()
                },
                ..STEREO
            },
            AudioIOLayout {
                main_output_channels: Some(ONE),
                ..AudioIOLayout::const_default()
            },
        ],
        EFFECT => &[AudioIOLayout {
            main_input_channels: Some(TWO),
            aux_input_ports: &[ONE],
            ..STEREO
        }],
        _ => &[STEREO],
    };
    const MIDI_INPUT: MidiConfig = MidiConfig::MidiCCs;
    const MIDI_OUTPUT: MidiConfig = MidiConfig::Basic;
    const SAMPLE_ACCURATE_AUTOMATION: bool = KIND == ACCURATE || KIND == PORTS;

    #[cfg(feature = "editor")]
    type Editor = crate::window::ProbeEditor;
    #[cfg(not(feature = "editor"))]
    type Editor = ();
    type SysExMessage = SysEx;
    type BackgroundTask = Task;

    fn task_executor(&mut self) -> TaskExecutor<Self> {
        assert!(KIND != BAD_EXECUTOR, "executor on demand");
        let log = Arc::clone(&self.log);
        let params = Arc::clone(&self.params);
        let host = self.host.clone();
        Box::new(move |task| match task {
            Task::Panic => assert!(log.is_poisoned(), "task on demand"),
            Task::Work => {
                std::thread::sleep(std::time::Duration::from_millis(50));
                log.lock().unwrap().works += 1;
            }
            Task::Notice(text) => {
                assert!(params.fault.value() != IN_NOTICE, "notice on demand");
                log.lock().unwrap().notices.push(text);
            }
            Task::Command(line, reply) => {
                assert!(line != "panic", "command on demand");
                let answer = match line.strip_prefix("later ") {
                    Some(text) => {
                        load_later(host.clone(), text.to_owned());
                        format!("said {line}")
                    }
                    None => obey(&line, &host, &params),
                };
                reply.try_send(answer).unwrap();
            }
            Task::Report(reply) => {
                assert!(params.fault.value() != IN_REPORT, "report on demand");
                reply
                    .try_send(report(&log.lock().unwrap(), &params))
                    .unwrap();
            }
        })
    }

    fn params(&self) -> Arc<dyn Params> {
        assert!(KIND != BAD_PARAMS, "params on demand");
        self.params.clone()
    }

    #[cfg(feature = "editor")]
    fn editor(&mut self, _executor: AsyncExecutor<Self>) -> Option<Self::Editor> {
        Some(crate::window::ProbeEditor::new(Arc::clone(&self.params)))
    }

    fn filter_state(state: &mut PluginState) {
        assert!(state.version != "panic", "filter on demand");
    }

    fn activate(
        &mut self,
        _layout: &AudioIOLayout,
        config: &BufferConfig,
        context: &mut impl ActivateContext<Self>,
    ) -> bool {
        assert!(
            self.params.fault.value() != IN_ACTIVATE,
            "activate on demand"
        );
        self.held = 0;
        self.log.lock().unwrap().activations += 1;
        context.set_latency_samples(config.max_buffer_size);
        config.sample_rate < 1_000_000.0
    }

    fn reset(&mut self) {
        self.log.lock().unwrap().resets += 1;
        assert!(self.params.fault.value() != IN_RESET, "reset on demand");
        self.held = 0;
    }

    fn process(
        &mut self,
        buffer: &mut Buffer<'_>,
        aux: &mut AuxiliaryBuffers<'_>,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        {
            let mut log = self.log.lock().unwrap();
            log.calls += 1;
            log.frames += buffer.samples() as u64;
            log.longest = log.longest.max(buffer.samples());
            log.beats = context.transport().pos_beats().unwrap_or(-1.0);
            log.level(self.params.level.value());
        }
        let mut late_panic = false;
        let mut next = context.next_event();
        for (frame, channels) in buffer.iter_samples().enumerate() {
            while let Some(event) = next.take_if(|event| event.timing() as usize <= frame) {
                late_panic |= matches!(
                    event,
                    NoteEvent::NoteOn {
                        key: Key::Number(KEY_PANIC_LATE),
                        ..
                    }
                );
                self.event(event, context);
                next = context.next_event();
            }
            let side_chain: f32 = aux
                .inputs
                .iter_mut()
                .map(|port| port.as_slice()[0][frame])
                .sum();
            for sample in channels {
                *sample += side_chain + if self.held > 0 { 0.5 } else { 0.0 };
            }
        }
        for port in aux.outputs.iter_mut() {
            for channel in port.as_slice() {
                channel.fill(0.25);
            }
        }
        // A message made at run time, after the outputs are written.
        assert!(!late_panic, "late {}", self.held);
        ProcessStatus::KeepAlive
    }

    fn stop_processing(&mut self) {
        assert!(self.params.fault.value() != IN_STOP, "stop on demand");
    }

    fn deactivate(&mut self) {
        assert!(
            self.params.fault.value() != IN_DEACTIVATE,
            "deactivate on demand"
        );
    }
}

impl<const KIND: u8> Drop for Probe<KIND> {
    fn drop(&mut self) {
        assert!(self.params.fault.value() != IN_DROP, "drop on demand");
    }
}

/// What the plug-in asks of its host on demand, and what it hears from there.
fn obey(line: &str, host: &HostLink, params: &ProbeParams) -> String {
    let level = params.level.as_ptr();
    let answer = match line {
        "change" => {
            host.state_changed();
            None
        }
        "mark" => Some(match host.mark(level) {
            Some(mark) => format!("{mark:?}"),
            None => "None".to_owned(),
        }),
        "menu" => {
            host.want_menu(level, [10, 20]);
            Some(host.has_menu().to_string())
        }
        "voices 8" | "voices 4" => {
            host.set_voices(if line == "voices 8" { 8 } else { 4 });
            None
        }
        _ => None,
    };
    host.ring();
    answer.unwrap_or_else(|| format!("said {line}"))
}

fn report(log: &Log, params: &ProbeParams) -> String {
    let mut text = format!(
        "calls {}\nlongest {}\nactivations {}\nresets {}\nplayed {}\nsysex {}\nworks {}\nbeats {}\nnotes {:?}\n\
         levels {:?}\ntext {}\nfault {}\nlevel {}\nshape {:?}\n",
        log.calls,
        log.longest,
        log.activations,
        log.resets,
        log.played,
        log.sysex,
        log.works,
        log.beats,
        log.notes,
        log.levels,
        params.text.lock().unwrap(),
        params.fault.value(),
        params.level.value(),
        params.shape.value(),
    );
    text.push_str("ports ");
    for event in &log.ports {
        let PortLog {
            frame, port, len, ..
        } = *event;
        let live = if event.is_live { "!" } else { "" };
        let bytes = &event.bytes[..len.min(3)];
        write!(text, "{frame}:{port}{live}:{bytes:02x?} ").unwrap();
    }
    let (bytes, sum) = log.port_bytes;
    writeln!(text, "\nported {}\nport_bytes {bytes} {sum}", log.ported).unwrap();
    let steady: Vec<i64> = log.steady.iter().map(|time| time.unwrap_or(-1)).collect();
    writeln!(text, "steady {steady:?}").unwrap();
    writeln!(text, "offline {:?}", log.is_offline).unwrap();
    writeln!(text, "outputs {:b}", log.outputs).unwrap();
    writeln!(text, "windows_ended {}", log.windows_ended).unwrap();
    for notice in &log.notices {
        writeln!(text, "notice {notice}").unwrap();
    }
    text
}

impl<const KIND: u8> ClapPlugin for Probe<KIND> {
    const CLAP_ID: &'static str = "org.example.probe";
    const CLAP_DESCRIPTION: Option<&'static str> = None;
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] = &[ClapFeature::Instrument];
    const CLAP_POLY_MODULATION_CONFIG: Option<PolyModulationConfig> = if KIND == VOICES {
        Some(PolyModulationConfig {
            max_voice_capacity: 16,
            supports_overlapping_voices: true,
        })
    } else {
        None
    };
}

/// From another thread, a while later: the state as it is then, with another text.
fn load_later(host: HostLink, text: String) {
    std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(20));
        let mut state = host.state().unwrap();
        state.fields.insert(String::from("text"), text);
        assert!(host.load_state(state));
        host.ring();
    });
}

impl<const KIND: u8> Boundary for Probe<KIND> {
    const REPORT_ID: &'static CStr = c"org.example.report/1";
    const COMMAND_ID: &'static CStr = c"org.example.command/1";
    const NOTE_PORTS: u32 = if KIND == PORTS { 4 } else { 1 };

    fn meet_host(&mut self, host: HostLink) {
        self.host = host;
    }

    fn window_end(&self) -> WindowEnd {
        let log = Arc::clone(&self.log);
        Arc::new(move || log.lock().unwrap().windows_ended += 1)
    }

    fn begin_block(&mut self, facts: &BlockFacts<'_>) {
        let mut log = self.log.lock().unwrap();
        log.facts(facts);
        drop(log);
        let mut events = facts.events.clone();
        assert!(
            !events.any(|event| event.bytes == [0x90, KEY_PANIC, 127]),
            "port on demand"
        );
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
