//! Parts on an external device: what it gets, when, and what the synthesizer makes of it.
//!
//! The device is one in memory; the threads are the real ones. The rules are those of
//! docs/devices.md.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use dmus::commands;
use dmus::control::{Control, SharedControl};
use dmus::shell::external::ExternalTrims;
use dmus::shell::inbound::Inbound;
use dmus::shell::render::Trims;
use dmus::shell::sysex::SysExHandle;
use dmus::shell::{Asked, Pace, Shell};
use dmus::state::{DeviceChoice, SavedBank, SavedParts, Shared};
use dmus::view::ProgramNames;
use dmus_devices::{DeviceId, MemoryOutputs};
use dmus_kernel::clock::Transport;
use nice_plug::midi::NoteEvent;
use nice_plug::params::persist::PersistentField;

#[global_allocator]
static GUARD: AllocDisabler = AllocDisabler;

const RATE: u32 = 48_000;

/// Longest time until a thread has done something.
const PATIENCE: Duration = Duration::from_secs(10);

const ON: [u8; 3] = [0x90, 60, 100];
const OFF: [u8; 3] = [0x80, 60, 64];
const PEDAL: [u8; 3] = [0xB0, 64, 127];
const LIFTED: [u8; 3] = [0xB0, 64, 0];

/// A shell whose device lies in memory, and a host in real time.
struct Rig {
    shell: Shell,
    control: SharedControl,
    outputs: MemoryOutputs,
    trims: Trims,
    song: Transport,
    left: Vec<f32>,
    right: Vec<f32>,
}

impl Rig {
    /// Active, with a device that is open and gets channel 1.
    fn new() -> Self {
        let mut rig = Self::without_device(Pace::Live);
        rig.trims.external = ExternalTrims {
            channels: 1,
            notes: 1,
            latency_ms: 0,
            clock: false,
        };
        rig.choose("Synth");
        rig.wait_for("open Synth");
        rig
    }

    fn without_device(pace: Pace) -> Self {
        let outputs = MemoryOutputs::new(&["Other", "Synth"]);
        let mut control = Control::new(
            Arc::new(SavedBank::default()),
            Arc::new(SavedParts::default()),
            ProgramNames::default(),
        );
        control.use_devices(Arc::new(outputs.clone()));
        let control = SharedControl::new(control);
        let mut shell = Shell::new(control.clone());
        assert!(shell.activate(RATE as f32, pace, 0));
        let mut trims = Trims::default();
        trims.effects.dry = true;
        Self {
            shell,
            control,
            outputs,
            trims,
            song: Transport::default(),
            left: Vec::new(),
            right: Vec::new(),
        }
    }

    fn choose(&self, name: &str) -> String {
        commands::run(&format!("device {name}"), &self.control)
    }

    /// Plays one block of messages at frames of it.
    fn block(&mut self, frames: usize, messages: &[(usize, &[u8])]) {
        self.left.resize(frames, 0.0);
        self.right.resize(frames, 0.0);
        let Self {
            shell,
            trims,
            song,
            left,
            right,
            ..
        } = self;
        let mut events = messages.iter();
        assert_no_alloc(|| {
            shell.process(
                left,
                right,
                &Asked { trims, song },
                core::iter::from_fn(|| {
                    let (frame, bytes) = events.next()?;
                    let event = match bytes.first() {
                        Some(0xF0) => NoteEvent::MidiSysEx {
                            timing: 0,
                            message: SysExHandle::store(bytes)?,
                        },
                        _ => NoteEvent::from_midi(0, bytes).ok()?,
                    };
                    Some((Inbound::from_event(&event), *frame))
                }),
            );
        });
    }

    fn is_silent(&self) -> bool {
        self.left.iter().all(|sample| *sample == 0.0)
    }

    fn wait_for(&self, state: &str) {
        let begun = Instant::now();
        while self.choose("") != format!("ok {state}") {
            assert!(begun.elapsed() < PATIENCE, "{state}: {}", self.choose(""));
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// What the device got, as soon as it is that many messages.
    fn sent(&self, count: usize) -> Vec<Vec<u8>> {
        let begun = Instant::now();
        let mut sent = self.outputs.take();
        while sent.len() < count {
            assert!(begun.elapsed() < PATIENCE, "{count} messages: {sent:02x?}");
            thread::sleep(Duration::from_millis(2));
            sent.extend(self.outputs.take());
        }
        sent
    }

    fn notices(&self) -> Vec<String> {
        let view = self.control.view();
        view.notices.iter().map(ToString::to_string).collect()
    }

    fn report(&self, key: &str) -> String {
        let report = self.control.lock().report();
        let value = report.lines().find_map(|line| line.strip_prefix(key));
        value.unwrap_or("nothing").trim().to_owned()
    }
}

#[test]
fn a_device_gets_the_messages_of_its_channels_in_order_and_no_others() {
    let mut rig = Rig::new();
    let gs: &[u8] = &[0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0, 0x7F, 0, 0x41, 0xF7];
    rig.block(
        512,
        &[
            (0, &[0xB0, 0, 8]),
            (0, &[0xC0, 19]),
            (1, gs),
            (2, &[0x91, 60, 100]),
            (3, &ON),
            (4, &[0xE0, 0, 96]),
            (4, &[0xD0, 33]),
            (9, &[0xA0, 60, 5]),
            (500, &OFF),
        ],
    );
    let expected: [&[u8]; 8] = [
        &[0xB0, 0, 8],
        &[0xC0, 19],
        gs,
        &ON,
        &[0xE0, 0, 96],
        &[0xD0, 33],
        &[0xA0, 60, 5],
        &OFF,
    ];
    assert_eq!(rig.sent(8), expected);
    assert_eq!(rig.report("device_sent"), "8");
    assert_eq!(rig.report("lost_device"), "0");
    assert_ne!(rig.report("device_late_worst_us"), "nothing");
}

#[test]
fn the_synthesizer_has_the_same_bits_with_a_device_and_without_however_blocks_are_cut() {
    let take = |mut rig: Rig, block: usize| {
        let mut heard = Vec::new();
        for start in (0..6_000).step_by(block) {
            let frames = block.min(6_000 - start);
            let due = |frame: usize| (start..start + frames).contains(&frame);
            let events: Vec<(usize, &[u8])> = [(700, &ON), (3_000, &OFF)]
                .into_iter()
                .filter(|(frame, _)| due(*frame))
                .map(|(frame, bytes)| (frame - start, bytes.as_slice()))
                .collect();
            rig.block(frames, &events);
            heard.extend(rig.left.iter().map(|sample| sample.to_bits()));
        }
        heard
    };
    let alone = take(Rig::without_device(Pace::Live), 6_000);
    assert!(alone.iter().any(|bits| *bits != 0));
    for block in [1_024, 64, 37] {
        assert!(take(Rig::new(), block) == alone, "{block} frames");
    }
}

#[test]
fn a_part_that_only_a_device_plays_is_silent_and_follows_its_programs() {
    let mut rig = Rig::new();
    rig.trims.parts[0].gain_db = f32::NEG_INFINITY;
    rig.block(512, &[(0, &[0xC0, 19]), (0, &ON)]);
    rig.block(4_800, &[]);
    assert!(rig.is_silent());
    assert_eq!(rig.sent(2), [vec![0xC0, 19], ON.to_vec()]);
    assert_eq!(rig.control.view().part(0).program, 19);
}

#[test]
fn a_stop_a_reset_a_panic_and_a_role_that_ends_let_go_of_what_the_device_holds_once() {
    let ends: [fn(&mut Rig); 6] = [
        |rig| rig.shell.deactivate(),
        |rig| rig.shell.reset(),
        |rig| {
            assert_eq!(commands::run("panic", &rig.control), "ok");
            rig.block(64, &[]);
        },
        |rig| {
            rig.trims.external.channels = 0;
            rig.trims.external.notes = 0;
            rig.block(64, &[]);
        },
        |rig| {
            rig.trims.external.notes = 0;
            rig.block(64, &[]);
        },
        |rig| {
            rig.choose("none");
        },
    ];
    for (number, end) in ends.into_iter().enumerate() {
        let mut rig = Rig::new();
        rig.block(64, &[(0, &ON), (1, &PEDAL)]);
        assert_eq!(rig.sent(2).len(), 2);
        end(&mut rig);
        assert_eq!(rig.sent(2), [OFF.to_vec(), LIFTED.to_vec()], "{number}");
        rig.shell.deactivate();
        thread::sleep(Duration::from_millis(50));
        assert!(rig.outputs.take().is_empty(), "{number}");
    }
}

#[test]
fn a_song_that_stops_ends_its_notes_on_the_device() {
    let mut rig = Rig::new();
    rig.song.playing = Some(true);
    rig.block(512, &[(0, &ON)]);
    rig.song.playing = Some(false);
    rig.block(512, &[]);
    assert_eq!(rig.sent(2), [ON, OFF].map(Vec::from));
}

#[test]
fn messages_are_sent_at_their_frame_and_the_latency_never_before() {
    let mut rig = Rig::new();
    rig.trims.external.latency_ms = 30;
    let begun = Instant::now();
    // Of one block whose last frame is a tenth of a second after its first.
    rig.block(4_801, &[(0, &ON), (2_400, &PEDAL), (4_800, &OFF)]);
    let mut sent = Vec::new();
    while sent.len() < 3 {
        assert!(begun.elapsed() < PATIENCE);
        sent.extend(rig.outputs.take_timed());
    }
    for ((at, _), due_ms) in sent.iter().zip([30, 80, 130]) {
        let due = Duration::from_millis(due_ms);
        assert!(at.duration_since(begun) >= due, "{due:?}");
    }
}

#[test]
fn the_clock_of_the_song_goes_to_the_device_while_it_is_asked_for() {
    let mut rig = Rig::new();
    rig.trims.external = ExternalTrims {
        latency_ms: 0,
        clock: true,
        ..ExternalTrims::default()
    };
    rig.song = Transport {
        playing: Some(true),
        tempo_bpm: Some(120.0),
        song_quarters: Some(0.0),
        ..Transport::default()
    };
    // A tick is a thousand frames.
    rig.block(2_001, &[(0, &ON)]);
    let position = vec![0xF2, 0, 0];
    let ticks = [0xFA, 0xF8, 0xF8, 0xF8].map(|byte| vec![byte]);
    // Told when the song was found there, and again at its start.
    let expected = [vec![position.clone(), position], ticks.to_vec()].concat();
    assert_eq!(rig.sent(6), expected, "and no note");
    rig.song.playing = Some(false);
    rig.song.song_quarters = Some(2_001.0 / 24_000.0);
    rig.block(64, &[]);
    assert_eq!(rig.sent(1), [[0xFC]]);
    rig.song.playing = Some(true);
    rig.block(6_000, &[]);
    let joined = rig.sent(4);
    assert_eq!(joined[..2], [vec![0xF2, 1, 0], vec![0xFB]]);
    rig.shell.deactivate();
    let last = rig.sent(1);
    assert_eq!(last.last(), Some(&vec![0xFC]), "{last:02x?}");
}

#[test]
fn offline_the_device_gets_nothing_and_that_is_said_once() {
    let mut rig = Rig::new();
    rig.block(64, &[(0, &ON)]);
    assert_eq!(rig.sent(1), [ON]);
    rig.shell.set_pace(Pace::Offline);
    assert_eq!(rig.sent(1), [OFF], "what was held ends");
    rig.trims.external.clock = true;
    rig.song.playing = Some(true);
    for _ in 0..20 {
        rig.block(4_800, &[(0, &ON), (9, &OFF)]);
    }
    assert_eq!(rig.report("device_offline"), "40");
    let said = |rig: &Rig| {
        let notices = rig.notices();
        notices
            .iter()
            .filter(|text| text.contains("offline"))
            .count()
    };
    assert_eq!((said(&rig), said(&rig)), (1, 1));
    assert!(rig.outputs.take().is_empty());
    rig.shell.set_pace(Pace::Live);
    rig.trims.external.clock = false;
    rig.block(64, &[(0, &ON)]);
    assert_eq!(rig.sent(1), [ON]);
}

#[test]
fn a_host_that_renders_ahead_is_told_what_to_do() {
    let mut rig = Rig::new();
    // A stumble is no habit.
    for block in 0..200 {
        rig.block(512, &[]);
        if block == 40 {
            thread::sleep(Duration::from_millis(50));
            assert!(rig.notices().iter().all(|text| !text.contains("ahead")));
        }
    }
    let begun = Instant::now();
    while !rig
        .notices()
        .iter()
        .any(|text| text.contains("ahead of time"))
    {
        assert!(begun.elapsed() < PATIENCE, "{:?}", rig.notices());
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_device_is_a_setting_of_the_project_that_outlives_its_absence() {
    let rig = Rig::without_device(Pace::Live);
    assert_eq!(commands::run("devices", &rig.control), "ok 2\nOther\nSynth");
    assert_eq!(rig.choose(""), "ok none");
    let saved = Shared(rig.control.lock().saved_device());
    assert_eq!(saved.get(), DeviceChoice::default());
    rig.choose("Piano #2");
    rig.wait_for("absent Piano #2");
    let piano = DeviceChoice::of(Some(DeviceId::of("Piano #2")));
    assert_eq!(saved.map(Clone::clone), piano);
    let mut missed = rig.notices();
    missed.retain(|text| text.contains("'Piano #2' is not there"));
    assert_eq!(missed.len(), 1);
    rig.outputs.plug(&["Piano", "Piano"]);
    rig.wait_for("open Piano #2");

    // As a host loads a state; the worker looks ten times a second.
    saved.set(DeviceChoice::of(Some(DeviceId::of("Piano"))));
    rig.control.lock().collect();
    rig.wait_for("open Piano");
    saved.set(DeviceChoice::default());
    rig.control.lock().collect();
    assert_eq!(rig.choose(""), "ok none");
}
