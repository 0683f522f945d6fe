//! DMus: the DirectMusic kernel synthesizer pipeline as an instrument in a host.
//!
//! This file speaks the framework's language and holds no logic: it turns parameters into trims,
//! the framework's events into ours, and its buffer into two slices, and lets the
//! [`Shell`] do the rest.
#![forbid(unsafe_code)]

pub mod banks;
pub mod commands;
pub mod control;
pub mod downloads;
pub mod drawing;
pub mod drum_names;
#[cfg(feature = "editor")]
pub mod editor;
pub mod kept;
pub mod notice;
pub mod params;
pub mod presets;
pub mod shell;
pub mod state;
pub mod tasks;
pub mod view;
pub mod worker;

use std::ffi::CStr;
use std::num::NonZeroU32;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use nice_plug::midi::{Channel, Key, VoiceID};
use nice_plug::prelude::*;

use crate::control::{Control, SharedControl};
use crate::drawing::DrawingThread;
use crate::params::per_note::PerNote;
use crate::params::{DmusParams, PARTS, VOLUME_OFF_DB};
use crate::presets::Presets;
use crate::shell::outputs::OUTPUTS_BESIDE;
use crate::shell::pipeline::{EVENTS_PER_BLOCK, VOICES};
use crate::shell::sysex::SysExHandle;
use crate::shell::{Asked, Pace, Shell};
use crate::state::{SavedBank, SavedParts};
use crate::tasks::Task;
use crate::view::ProgramNames;
use crate::worker::Membership;
use dmus_entry::{BlockFacts, HostLink, NoteName, PresetChoice, PresetSource, WindowEnd};
use dmus_kernel::SampleRate;
use dmus_kernel::clock::{LoopRange, TimeSignature, Transport};

/// The plug-in as the framework holds it.
#[expect(
    missing_debug_implementations,
    reason = "the pipeline inside has none to offer"
)]
pub struct Dmus {
    /// First, so that nobody looks after an instance that is going.
    membership: Membership,
    params: Arc<DmusParams>,
    control: SharedControl,
    shell: Shell,
    /// What the host bends for single notes.
    per_note: PerNote,
    host: HostLink,
    /// Of the window, where there is one.
    drawing: DrawingThread,
}

/// Channels of every output.
const TWO: NonZeroU32 = NonZeroU32::MIN.saturating_add(1);

/// The mix alone.
const STEREO: AudioIOLayout = AudioIOLayout {
    main_output_channels: Some(TWO),
    names: PortNames {
        layout: Some("Stereo"),
        main_output: Some("Main"),
        ..PortNames::const_default()
    },
    ..AudioIOLayout::const_default()
};

/// The outputs beside the main one, in their order.
const OUTPUT_NAMES: [&str; OUTPUTS_BESIDE] = [
    "Part 01",
    "Part 02",
    "Part 03",
    "Part 04",
    "Part 05",
    "Part 06",
    "Part 07",
    "Part 08",
    "Part 09",
    "Part 10",
    "Part 11",
    "Part 12",
    "Part 13",
    "Part 14",
    "Part 15",
    "Part 16",
    "Reverb",
    "Chorus and Delay",
];

impl Default for Dmus {
    fn default() -> Self {
        let bank = Arc::new(SavedBank::default());
        let parts = Arc::new(SavedParts::default());
        let names = ProgramNames::default();
        let control = Control::new(Arc::clone(&bank), Arc::clone(&parts), names.clone());
        let params = Arc::new(DmusParams::new(
            Arc::clone(&bank),
            parts,
            control.saved_device(),
            &names,
        ));
        let control = SharedControl::new(control);
        let saving = control.downgrade();
        bank.before_save(move || {
            if let Some(control) = saving.upgrade() {
                tasks::refresh_copies(&control);
            }
        });
        Self {
            membership: Membership::new(&control),
            params,
            shell: Shell::new(control.clone()),
            per_note: PerNote::default(),
            host: HostLink::default(),
            drawing: DrawingThread::default(),
            control,
        }
    }
}

impl Plugin for Dmus {
    const NAME: &'static str = "DMus";
    const VENDOR: &'static str = "The DMus contributors";
    const URL: &'static str = "https://crates.io/crates/dmus";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = &[
        STEREO,
        AudioIOLayout {
            aux_output_ports: &[TWO; OUTPUTS_BESIDE],
            names: PortNames {
                layout: Some("Main, 16 parts, 2 effects"),
                aux_outputs: &OUTPUT_NAMES,
                ..STEREO.names
            },
            ..STEREO
        },
    ];
    const MIDI_INPUT: MidiConfig = MidiConfig::MidiCCs;
    const MIDI_OUTPUT: MidiConfig = MidiConfig::Basic;
    const SAMPLE_ACCURATE_AUTOMATION: bool = true;
    const INPUT_EVENT_CAPACITY: usize = EVENTS_PER_BLOCK;

    #[cfg(feature = "editor")]
    type Editor = nice_plug_egui::EguiEditor<editor::Window>;
    #[cfg(not(feature = "editor"))]
    type Editor = ();
    type SysExMessage = SysExHandle;
    type BackgroundTask = Task;

    fn task_executor(&mut self) -> TaskExecutor<Self> {
        let control = self.control.clone();
        Box::new(move |task| tasks::run(task, &control))
    }

    fn filter_state(state: &mut PluginState) {
        params::added::fill_in(state);
    }

    fn params(&self) -> Arc<dyn Params> {
        Arc::clone(&self.params) as Arc<dyn Params>
    }

    #[cfg(feature = "editor")]
    fn editor(&mut self, async_executor: AsyncExecutor<Self>) -> Option<Self::Editor> {
        let send = Box::new(move |task| async_executor.execute_background(task));
        let (params, control) = (Arc::clone(&self.params), self.control.clone());
        editor::create(params, control, self.drawing.clone(), send)
    }

    fn activate(
        &mut self,
        audio_io_layout: &AudioIOLayout,
        buffer_config: &BufferConfig,
        _context: &mut impl ActivateContext<Self>,
    ) -> bool {
        self.host.set_voices(u32::from(self.params.trims().voices));
        // The worker reads the banks that activation waits for.
        self.membership.start(&self.control);
        let pace = pace(buffer_config.process_mode == ProcessMode::Offline);
        let apart_frames = match audio_io_layout.aux_output_ports {
            [] => 0,
            _ => buffer_config.max_buffer_size as usize,
        };
        let rate_hz = buffer_config.sample_rate;
        self.shell.activate(rate_hz, pace, apart_frames)
    }

    fn deactivate(&mut self) {
        self.shell.deactivate();
    }

    fn reset(&mut self) {
        self.shell.reset();
    }

    fn stop_processing(&mut self) {
        self.shell.stop_processing();
    }

    fn process(
        &mut self,
        buffer: &mut Buffer<'_>,
        aux: &mut AuxiliaryBuffers<'_>,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        let trims = self.params.trims();
        let song = song(context.transport());
        self.host.set_voices(u32::from(trims.voices));
        let (params, per_note) = (&self.params, &mut self.per_note);
        let mut looked_at = 0;
        let events = core::iter::from_fn(|| {
            if let Some(moved) = per_note.moved(&mut looked_at, params, trims.is_solo) {
                return Some((moved, 0));
            }
            loop {
                let event = context.next_event()?;
                if let Some(inbound) = per_note.inbound(&event, params, trims.is_solo) {
                    return Some((inbound, event.timing() as usize));
                }
            }
        });
        let [left, right, ..] = buffer.as_slice() else {
            return ProcessStatus::Error("the output is not stereo");
        };
        let asked = Asked {
            trims: &trims,
            song: &song,
        };
        let frames = left.len();
        self.shell.process(left, right, &asked, events);
        for (index, output) in aux.outputs.iter_mut().enumerate() {
            if let [left, right, ..] = output.as_slice() {
                self.shell.read_output(index, left, right);
            }
        }
        let last_frame = u32::try_from(frames.saturating_sub(1)).unwrap_or(u32::MAX);
        self.send_back(last_frame, context);
        status(self.shell.is_at_rest())
    }
}

impl Dmus {
    /// Sends the host what came of its events, in the order of the frames.
    fn send_back(&mut self, last_frame: u32, context: &mut impl ProcessContext<Self>) {
        let (mut reply, mut ended) = (self.shell.take_reply(), self.shell.take_ended());
        loop {
            let is_reply_next = match (&reply, &ended) {
                (None, None) => return,
                (Some((_, reply)), Some((_, ended))) => reply <= ended,
                (reply, _) => reply.is_some(),
            };
            if is_reply_next && let Some((message, timing)) = reply {
                let event = NoteEvent::MidiSysEx { timing, message };
                if context.try_send_event(event).is_err() {
                    self.shell.note_lost_reply();
                }
                reply = self.shell.take_reply();
            } else if let Some((note, frame)) = ended {
                // A voice ends where a tick does, which may be in the next block.
                let event = NoteEvent::VoiceTerminated {
                    timing: frame.min(last_frame),
                    voice_id: VoiceID::ID(note.note_id),
                    channel: Channel::Number(note.part % 16),
                    key: Key::Number(note.key),
                };
                // Who does not hear of an end keeps something for a note that is over, no more.
                let _full = context.try_send_event(event);
                ended = self.shell.take_ended();
            }
        }
    }
}

/// Whether the host may leave blocks out.
///
/// While anything sounds it may not: how long a note or a reverb rings nobody can say in advance.
/// The next event wakes the instrument.
const fn status(is_at_rest: bool) -> ProcessStatus {
    if is_at_rest {
        ProcessStatus::Normal
    } else {
        ProcessStatus::KeepAlive
    }
}

/// Whether somebody listens.
const fn pace(is_offline: bool) -> Pace {
    if is_offline {
        Pace::Offline
    } else {
        Pace::Live
    }
}

/// Where the host's song stands.
fn song(host: &nice_plug::prelude::Transport) -> Transport {
    let byte = |number: i32| u8::try_from(number).ok();
    let signature = host.time_sig_numerator.zip(host.time_sig_denominator);
    Transport {
        playing: Some(host.playing),
        recording: Some(host.recording),
        looping: Some(host.loop_range_beats().is_some()),
        tempo_bpm: host.tempo,
        signature: signature.and_then(|(numerator, denominator)| {
            Some(TimeSignature {
                numerator: byte(numerator)?,
                denominator: byte(denominator)?,
            })
        }),
        song_quarters: host.pos_beats(),
        song_seconds: host.pos_seconds(),
        loop_range: host.loop_range_beats().map(|(start, end)| LoopRange {
            start_quarters: start,
            end_quarters: end,
        }),
    }
}

/// A volume parameter's bottom is silence.
fn gain_db(volume_db: f32) -> f32 {
    if volume_db <= VOLUME_OFF_DB {
        f32::NEG_INFINITY
    } else {
        volume_db
    }
}

impl ClapPlugin for Dmus {
    const CLAP_ID: &'static str = "org.dmus.instrument";
    const CLAP_DESCRIPTION: Option<&'static str> =
        Some("General MIDI and DLS banks through the DirectMusic kernel synthesizer pipeline");
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] = &[
        ClapFeature::Instrument,
        ClapFeature::Synthesizer,
        ClapFeature::Sampler,
        ClapFeature::Stereo,
    ];

    const CLAP_POLY_MODULATION_CONFIG: Option<PolyModulationConfig> = Some(PolyModulationConfig {
        max_voice_capacity: VOICES as u32,
        supports_overlapping_voices: true,
    });

    fn remote_controls(&self, context: &mut impl RemoteControlsContext) {
        self.params.lay_out(context);
    }
}

impl dmus_entry::Vst3 for Dmus {
    const CLASS_ID: [u8; 16] = *b"DMusInstrument01";
    const CATEGORIES: &'static str = "Instrument|Synth|Sampler";
    const PROGRAM_NAMES: &'static [&'static str] = &[
        "p01_prog", "p02_prog", "p03_prog", "p04_prog", "p05_prog", "p06_prog", "p07_prog",
        "p08_prog", "p09_prog", "p10_prog", "p11_prog", "p12_prog", "p13_prog", "p14_prog",
        "p15_prog", "p16_prog",
    ];
    const SAMPLE_RATES_HZ: RangeInclusive<u32> = SampleRate::MIN_HZ..=SampleRate::MAX_HZ;
}

impl dmus_entry::Boundary for Dmus {
    const REPORT_ID: &'static CStr = c"org.dmus.report/1";
    const COMMAND_ID: &'static CStr = c"org.dmus.command/1";
    const NOTE_PORTS: u32 = shell::NOTE_PORTS;

    fn meet_host(&mut self, host: HostLink) {
        host.set_voices(u32::from(self.params.trims().voices));
        self.host = host.clone();
        self.control.lock().meet_host(host);
    }

    fn window_end(&self) -> WindowEnd {
        let drawing = self.drawing.clone();
        Arc::new(move || drawing.end())
    }

    fn begin_block(&mut self, facts: &BlockFacts<'_>) {
        if let Some(is_offline) = facts.is_offline {
            self.shell.set_pace(pace(is_offline));
        }
        self.shell
            .begin_block(facts.steady_time, facts.outputs, facts.events.clone());
    }

    fn report(reply: SyncSender<String>) -> Task {
        Task::Report(reply)
    }

    fn command(line: String, reply: SyncSender<String>) -> Task {
        Task::Command(line, reply)
    }

    fn notice(text: String) -> Task {
        Task::Fault(text)
    }

    fn presets() -> Option<&'static dyn PresetSource> {
        Some(&Presets)
    }

    fn load_preset(choice: PresetChoice, reply: SyncSender<Result<(), String>>) -> Option<Task> {
        Some(Task::LoadPreset(choice, reply))
    }

    fn programs(reply: SyncSender<Vec<u8>>) -> Option<Task> {
        Some(Task::Programs(reply))
    }

    fn note_names(reply: SyncSender<Vec<NoteName>>) -> Option<Task> {
        Some(Task::NoteNames(reply))
    }
}

dmus_entry::export_clap!(Dmus);
dmus_entry::export_vst3!(Dmus);

/// Parts and trims are counted alike.
const _: () = assert!(PARTS == 16);
