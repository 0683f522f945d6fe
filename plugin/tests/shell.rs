//! The shell without a framework: states, resets and changes of bank, with no allocation in between.

use std::sync::Arc;

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use dmus::control::{Control, SharedControl};
use dmus::params::PARTS;
use dmus::shell::inbound::Inbound;
use dmus::shell::render::Trims;
use dmus::shell::{Asked, Pace, Shell};
use dmus::state::{BankStack, PartProgram, PartPrograms, SavedBank, SavedParts, Shared};
use dmus::tasks::{self, Attention, Task};
use dmus::view::ProgramNames;
use dmus_entry::PortEvent;
use dmus_kernel::clock::Transport;
use dmus_synth::{Interpolation, ReverbKind};
use nice_plug::midi::NoteEvent;
use nice_plug::params::persist::PersistentField;

#[global_allocator]
static GUARD: AllocDisabler = AllocDisabler;

/// Frames of one block; the telemetry is published at least once in it.
const BLOCK: usize = 512;

/// A shell with its control side, active at 48 kHz.
struct Rig {
    shell: Shell,
    control: SharedControl,
    parts: Shared<SavedParts>,
    bank: Shared<SavedBank>,
    trims: Trims,
    left: Vec<f32>,
    right: Vec<f32>,
}

impl Rig {
    fn new() -> Self {
        let parts = Arc::new(SavedParts::default());
        let bank = Arc::new(SavedBank::default());
        let control = SharedControl::new(Control::new(
            Arc::clone(&bank),
            Arc::clone(&parts),
            ProgramNames::default(),
        ));
        let mut shell = Shell::new(control.clone());
        assert!(shell.activate(48_000.0, Pace::Live, 0));
        let (left, right) = (vec![0.0; BLOCK], vec![0.0; BLOCK]);
        Self {
            shell,
            control,
            parts: Shared(parts),
            bank: Shared(bank),
            trims: Trims::default(),
            left,
            right,
        }
    }

    /// Plays one block of messages at its first frame and returns its peak.
    fn play(&mut self, messages: &[&[u8]]) -> f32 {
        let Self {
            shell,
            trims,
            left,
            right,
            ..
        } = self;
        let mut events = messages.iter();
        assert_no_alloc(|| {
            shell.process(
                left,
                right,
                &Asked {
                    trims,
                    song: &Transport::default(),
                },
                core::iter::from_fn(|| {
                    let event = NoteEvent::from_midi(0, events.next()?).ok()?;
                    Some((Inbound::from_event(&event), 0))
                }),
            );
        });
        left.iter()
            .chain(right.iter())
            .fold(0.0, |peak, sample| sample.abs().max(peak))
    }

    /// Programs of all parts as the window shows them.
    fn programs(&self) -> Vec<u8> {
        self.control
            .view()
            .parts
            .iter()
            .map(|part| part.program)
            .collect()
    }
}

#[test]
fn a_key_sounds_at_once_and_a_reset_is_silent() {
    let mut rig = Rig::new();
    assert!(rig.play(&[&[0x90, 60, 100]]) > 0.0);
    assert_no_alloc(|| rig.shell.reset());
    assert_eq!(rig.play(&[]).to_bits(), 0.0_f32.to_bits());
}

/// Plays a short note with much reverb; says how many blocks sounded before the instrument rested.
fn blocks_until_rest(dry: bool) -> usize {
    let mut rig = Rig::new();
    rig.trims.effects.dry = dry;
    rig.play(&[&[0xB0, 91, 127], &[0x90, 60, 100]]);
    rig.play(&[&[0x80, 60, 0]]);
    let (mut block, mut last_heard) = (0, 0);
    while !rig.shell.is_at_rest() {
        assert!(block < 3_000, "still not at rest after half a minute");
        block += 1;
        if rig.play(&[]) > 0.0 {
            last_heard = block;
        }
    }
    assert_eq!(rig.play(&[]).to_bits(), 0.0_f32.to_bits());
    assert!(rig.shell.is_at_rest());
    rig.play(&[&[0x90, 60, 100]]);
    assert!(!rig.shell.is_at_rest(), "a key wakes it");
    last_heard
}

#[test]
fn a_note_rings_in_the_reverb_until_it_is_silent_and_no_host_may_rest_before() {
    let (dry, wet) = (blocks_until_rest(true), blocks_until_rest(false));
    let second = 48_000 / BLOCK;
    assert!(wet > dry + 2 * second, "{wet} blocks, {dry} without reverb");
}

#[test]
fn interpolation_and_effects_of_the_trims_reach_the_engine_and_outlive_a_reset() {
    let take = |change: fn(&mut Trims)| {
        let mut rig = Rig::new();
        change(&mut rig.trims);
        rig.play(&[]);
        assert_no_alloc(|| rig.shell.reset());
        rig.play(&[&[0xB0, 91, 127], &[0x90, 61, 100]]);
        (0..8).for_each(|_| {
            rig.play(&[]);
        });
        rig.left
    };
    let usual = take(|_| {});
    assert!(usual == take(|_| {}));
    assert!(usual != take(|trims| trims.interpolation = Interpolation::Linear));
    assert!(usual != take(|trims| trims.effects.dry = true));
    assert!(usual != take(|trims| trims.effects.reverb.kind = Some(ReverbKind::Plate)));
    let off = take(|trims| trims.effects.reverb.on = false);
    assert!(off != usual);
}

#[test]
fn programs_outlive_a_reset_and_a_stop() {
    let mut rig = Rig::new();
    rig.play(&[&[0xC3, 40], &[0xB4, 0, 0], &[0xC4, 73]]);
    assert_no_alloc(|| rig.shell.reset());
    assert_no_alloc(|| rig.shell.stop_processing());
    rig.play(&[]);
    assert_eq!((rig.programs()[3], rig.programs()[4]), (40, 73));
}

#[test]
fn notes_of_every_port_sound_with_the_program_of_their_group() {
    for port in 1..4 {
        let mut rig = Rig::new();
        let events = [[0xC0, 0, 0], [0x90, 60, 100]];
        let Rig { shell, .. } = &mut rig;
        assert_no_alloc(|| {
            let events = events.iter().map(|bytes| PortEvent {
                offset_frames: 0,
                port,
                is_live: true,
                bytes: bytes.get(..if bytes[0] == 0xC0 { 2 } else { 3 }).unwrap(),
            });
            shell.begin_block(Some(1_000), 1, events);
        });
        assert!(rig.play(&[]) > 0.0, "port {port}");
    }
}

#[test]
fn a_look_of_the_worker_acts_upon_a_state_and_only_while_active() {
    let mut rig = Rig::new();
    rig.play(&[]);
    let program = |program| {
        let chosen = PartProgram {
            program,
            ..PartProgram::default()
        };
        PartPrograms::of(vec![chosen], &[])
    };
    rig.parts.set(program(12));
    assert_eq!(tasks::attend(&rig.control), Attention::Watch);
    rig.play(&[]);
    assert_eq!(rig.programs()[0], 12);

    // What MIDI chose since is not taken back by another look.
    rig.play(&[&[0xC0, 33]]);
    assert_eq!(tasks::attend(&rig.control), Attention::Watch);
    rig.play(&[]);
    assert_eq!(rig.programs()[0], 33);

    rig.shell.deactivate();
    rig.parts.set(program(7));
    assert_eq!(tasks::attend(&rig.control), Attention::None);
    assert!(rig.control.lock().has_news());
    assert!(rig.shell.activate(48_000.0, Pace::Live, 0));
    rig.play(&[]);
    assert_eq!(rig.programs()[0], 7);
    assert!(!rig.control.lock().has_news());
}

#[test]
fn a_state_with_a_bank_alone_takes_back_no_program() {
    let mut rig = Rig::new();
    rig.play(&[&[0xC0, 5]]);
    // So short that nothing is published: the control side still believes in program 5.
    rig.left.truncate(64);
    rig.right.truncate(64);
    rig.play(&[&[0xC0, 33]]);
    rig.bank.set(BankStack::default());
    assert_eq!(tasks::attend(&rig.control), Attention::Watch);
    rig.left.resize(BLOCK, 0.0);
    rig.right.resize(BLOCK, 0.0);
    rig.play(&[]);
    assert_eq!(rig.programs()[0], 33);
}

#[test]
fn nobody_acts_upon_a_state_while_another_thread_does() {
    let rig = Rig::new();
    rig.parts.set(PartPrograms::default());
    let turn = rig.control.turn();
    assert_eq!(tasks::attend(&rig.control), Attention::Watch);
    assert!(rig.control.lock().has_news());
    drop(turn);
    assert_eq!(tasks::attend(&rig.control), Attention::Watch);
    assert!(!rig.control.lock().has_news());
}

#[test]
fn a_bank_opened_while_a_state_is_acted_upon_comes_after_it() {
    let rig = Rig::new();
    let turn = rig.control.turn();
    std::thread::scope(|scope| {
        let opening = scope.spawn(|| {
            tasks::run(Task::OpenBank("no/such/bank.dls".to_owned()), &rig.control);
        });
        std::thread::sleep(std::time::Duration::from_millis(50));
        assert!(rig.control.view().notices.is_empty(), "it did not wait");
        drop(turn);
        opening.join().unwrap();
    });
    assert!(!rig.control.view().notices.is_empty());
}

#[test]
fn a_state_that_was_given_up_is_not_tried_again() {
    let rig = Rig::new();
    rig.parts.set(PartPrograms::default());
    rig.control.lock().give_up_restoring();
    assert!(!rig.control.lock().has_news());
    assert!(!rig.control.view().notices.is_empty());
}

#[test]
fn a_state_with_programs_alone_reaches_the_parts() {
    let mut rig = Rig::new();
    rig.play(&[]);
    let mut programs = vec![PartProgram::default(); PARTS];
    programs[5] = PartProgram {
        program: 48,
        ..PartProgram::default()
    };
    rig.parts.set(PartPrograms::of(programs, &[]));
    tasks::restore(&rig.control);
    rig.play(&[]);
    assert_eq!(rig.programs()[5], 48);
}

#[test]
fn what_midi_chose_is_what_a_state_saves() {
    let mut rig = Rig::new();
    rig.play(&[&[0xB7, 0, 8], &[0xB7, 32, 3], &[0xC7, 99]]);
    let saved = rig.parts.get().all()[7];
    assert_eq!(
        saved,
        PartProgram {
            bank_msb: 8,
            bank_lsb: 3,
            program: 99
        }
    );
    rig.shell.deactivate();
    assert_eq!(rig.parts.get().all()[7], saved);
}

#[test]
fn a_bank_that_cannot_be_read_changes_nothing_but_the_notices() {
    let mut rig = Rig::new();
    tasks::run(Task::OpenBank("no/such/bank.dls".to_owned()), &rig.control);
    assert!(rig.play(&[&[0x90, 60, 100]]) > 0.0);
    let view = rig.control.view();
    assert_eq!(view.bank_origin, "built in");
    assert!(
        view.notices
            .iter()
            .any(|notice| notice.text.contains("no/such/bank.dls"))
    );
}

#[test]
fn another_bank_comes_and_goes_under_a_sounding_note() {
    let mut rig = Rig::new();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../presets/dmus-gm.dls");
    let mut sounding = rig.play(&[&[0xC0, 48], &[0x90, 60, 100]]);
    for round in 0..40 {
        let next = if round % 2 == 0 {
            path.to_owned()
        } else {
            String::new()
        };
        tasks::run(Task::OpenBank(next), &rig.control);
        for _ in 0..4 {
            sounding = rig.play(&[]);
        }
        rig.control.lock().collect();
    }
    assert!(sounding > 0.0);
    assert_eq!(rig.control.view().losses, []);
}

#[test]
fn the_report_counts_what_was_played() {
    let mut rig = Rig::new();
    rig.play(&[&[0x90, 60, 100], &[0x90, 64, 100], &[0x80, 60, 0]]);
    let (reply, answer) = std::sync::mpsc::sync_channel(1);
    tasks::run(Task::Report(reply), &rig.control);
    let report = answer.recv().unwrap();
    // Three messages, and three more for each of the sixteen parts when the programs were sent
    // past the port: those are no events.
    assert!(report.contains("events_in 3\n"), "{report}");
    assert!(report.contains("events_delivered 3\n"), "{report}");
    assert!(report.contains("events_lost 0\n"), "{report}");
}

#[test]
fn activation_waits_two_seconds_for_the_worker_and_what_is_played_waits_on() {
    let mut rig = Rig::new();
    rig.shell.deactivate();
    // A worker that is busy elsewhere.
    rig.control.lock().set_attended(true);
    rig.bank.set(BankStack::default());
    let start = std::time::Instant::now();
    assert!(rig.shell.activate(48_000.0, Pace::Live, 0));
    let waited = start.elapsed().as_secs_f64();
    assert!((2.0..8.0).contains(&waited), "{waited} s");

    assert_eq!(rig.play(&[&[0x90, 60, 100]]).to_bits(), 0);
    assert_eq!(tasks::attend(&rig.control), Attention::Watch);
    assert!(rig.play(&[]) > 0.0, "nothing waits any more");
    assert_eq!(rig.control.view().losses, []);
}

#[test]
fn a_rate_that_is_none_is_refused_with_a_notice() {
    let mut rig = Rig::new();
    for rate in [f32::NAN, -48_000.0, 0.0, 999.0, 1e9] {
        assert!(!rig.shell.activate(rate, Pace::Live, 0), "{rate}");
    }
    assert!(!rig.control.view().notices.is_empty());
    assert_eq!(rig.play(&[&[0x90, 60, 100]]).to_bits(), 0.0_f32.to_bits());
}
