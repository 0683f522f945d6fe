//! The shell without a framework: states, resets and changes of bank, with no allocation in between.

use std::sync::Arc;

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use dmus::control::{Control, SharedControl};
use dmus::params::PARTS;
use dmus::shell::Shell;
use dmus::shell::inbound::Inbound;
use dmus::shell::render::Trims;
use dmus::state::{PartProgram, PartPrograms, SavedBank, SavedParts, Shared};
use dmus::tasks::{self, Task};
use dmus::view::ProgramNames;
use dmus_synth::PartTrim;
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
    left: Vec<f32>,
    right: Vec<f32>,
}

impl Rig {
    fn new() -> Self {
        let parts = Arc::new(SavedParts::default());
        let bank = Arc::new(SavedBank::default());
        let control = SharedControl::new(Control::new(
            bank,
            Arc::clone(&parts),
            ProgramNames::default(),
        ));
        let mut shell = Shell::new(control.clone());
        assert!(shell.activate(48_000.0));
        let (left, right) = (vec![0.0; BLOCK], vec![0.0; BLOCK]);
        Self {
            shell,
            control,
            parts: Shared(parts),
            left,
            right,
        }
    }

    /// Plays one block of messages at its first frame and returns its peak.
    fn play(&mut self, messages: &[&[u8]]) -> f32 {
        let Self {
            shell, left, right, ..
        } = self;
        let trims = Trims {
            master_gain_db: 0.0,
            parts: [PartTrim::default(); PARTS],
        };
        let mut events = messages.iter();
        assert_no_alloc(|| {
            shell.process(
                left,
                right,
                &trims,
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
fn a_state_with_programs_alone_reaches_the_parts() {
    let mut rig = Rig::new();
    rig.play(&[]);
    let mut programs = vec![PartProgram::default(); PARTS];
    programs[5] = PartProgram {
        program: 48,
        ..PartProgram::default()
    };
    rig.parts.set(PartPrograms { programs });
    tasks::run(Task::Restore, &rig.control);
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
        tasks::run(Task::Collect, &rig.control);
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
fn a_rate_that_is_none_is_refused_with_a_notice() {
    let mut rig = Rig::new();
    for rate in [f32::NAN, -48_000.0, 0.0, 999.0, 1e9] {
        assert!(!rig.shell.activate(rate), "{rate}");
    }
    assert!(!rig.control.view().notices.is_empty());
    assert_eq!(rig.play(&[&[0x90, 60, 100]]).to_bits(), 0.0_f32.to_bits());
}
