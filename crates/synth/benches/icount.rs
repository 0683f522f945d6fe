//! What voices and messages cost, to be run under an instruction counter.
//!
//! In: the name of a workload, a number of turns. Out: nothing but the work. `list` prints the
//! names, each with the operations in one turn and the workload whose turn is to be taken off
//! first, `level` the vector instructions in use; without a name every workload takes one turn.
//! Two runs with different numbers of turns differ by those turns alone, so set-up cancels out:
//! `cargo xtask icount` does just that.
#![expect(clippy::unwrap_used, reason = "a workload that fails must stop")]
#![expect(clippy::print_stdout, reason = "the list of workloads is asked for")]

#[path = "workloads/rig.rs"]
mod rig;

use std::hint::black_box;

use dmus_synth::{Engine, Interpolation};
use rig::{BLOCK, articulations, engine};

/// Voices that sound.
const VOICES: u16 = 256;

/// One thing to be measured.
struct Workload {
    name: &'static str,
    /// Operations in one turn.
    operations: usize,
    /// Sets up, then takes this many turns.
    run: fn(u64),
}

impl Workload {
    const fn new(name: &'static str, operations: usize, run: fn(u64)) -> Self {
        Self {
            name,
            operations,
            run,
        }
    }

    /// What one frame of one voice costs.
    const fn voices(name: &'static str, run: fn(u64)) -> Self {
        Self::new(name, VOICES as usize * BLOCK, run)
    }
}

/// Everything that is measured. A new path gets a row here, and a target in `cargo xtask icount`.
const WORKLOADS: [Workload; 9] = [
    Workload::voices("cubic-open", |turns| voices(0, Interpolation::Cubic, turns)),
    Workload::voices("cubic-filtered", |turns| {
        voices(1, Interpolation::Cubic, turns)
    }),
    Workload::voices("cubic-modulated", |turns| {
        voices(2, Interpolation::Cubic, turns)
    }),
    Workload::voices("linear-open", |turns| {
        voices(0, Interpolation::Linear, turns)
    }),
    Workload::voices("sinc-open", |turns| voices(0, Interpolation::Sinc, turns)),
    Workload::voices("sinc-modulated", |turns| {
        voices(2, Interpolation::Sinc, turns)
    }),
    Workload::new("note-on", 1, note_on),
    Workload::new("controller", 1, controller),
    Workload::new("idle-frame", BLOCK, idle),
];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["list"] => {
            for Workload {
                name, operations, ..
            } in &WORKLOADS
            {
                println!("{name} {operations} -");
            }
        }
        ["level"] => println!("{}", engine(Vec::new(), 1).level()),
        [name, turns] => {
            let workload = WORKLOADS.iter().find(|workload| workload.name == name);
            (workload.unwrap().run)(turns.parse().unwrap());
        }
        // As a test, or with a word of cargo's own: all of them must run.
        _ => WORKLOADS.iter().for_each(|workload| (workload.run)(1)),
    }
}

fn render(engine: &mut Engine, blocks: u64) {
    let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
    for _ in 0..blocks {
        engine.render(&mut left, &mut right);
        black_box((&left, &right));
    }
}

fn sounding(articulation: usize) -> Engine {
    let (_, connections) = articulations()[articulation].clone();
    engine(connections, VOICES)
}

fn voices(articulation: usize, interpolation: Interpolation, turns: u64) {
    let mut engine = sounding(articulation);
    engine.set_interpolation(interpolation);
    render(&mut engine, turns);
    assert_eq!(engine.stats().voices, u32::from(VOICES));
}

fn note_on(turns: u64) {
    let mut engine = sounding(0);
    for turn in 0..turns {
        let key = u8::try_from(turn % 128).unwrap();
        engine.message(1, &[0x90, black_box(key), 100]);
    }
}

fn controller(turns: u64) {
    let mut engine = sounding(0);
    for turn in 0..turns {
        let value = u8::try_from(turn % 128).unwrap();
        engine.message(1, &[0xB0, 1, black_box(value)]);
    }
}

fn idle(turns: u64) {
    let mut engine = sounding(0);
    engine.reset();
    render(&mut engine, turns);
}
