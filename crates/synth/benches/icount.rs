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

use std::sync::Arc;

use dmus_synth::{
    Collection, EffectsSettings, Engine, EngineConfig, Interpolation, Layer, NoteAddress,
    NoteExpression, ReverbKind,
};
use rig::{BLOCK, articulations, bank, engine};

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
const WORKLOADS: [Workload; 13] = [
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
    Workload::new("tail-second-2", BLOCK, |turns| tail(1, turns)),
    Workload::new("tail-second-30", BLOCK, |turns| tail(29, turns)),
    Workload::new("tail-second-60", BLOCK, |turns| tail(59, turns)),
    Workload::new("tail-denormal", BLOCK, denormal),
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

/// Frames a second of the engine with effects.
const RATE: u32 = 48_000;

/// An engine whose one part sends to the longest reverb and to a delay that repeats.
fn ringing() -> Engine {
    let config = EngineConfig {
        sample_rate: RATE,
        voices: 16,
        channel_groups: 1,
    };
    let mut engine = Engine::with_effects(config).unwrap();
    let collection = Arc::new(Collection::compile(&bank(Vec::new(), RATE)).unwrap());
    engine.download(Layer::User(0), Some(collection)).unwrap();
    let mut settings = EffectsSettings::default();
    settings.reverb.kind = Some(ReverbKind::LargeHall);
    settings.reverb.time_s = Some(30.0);
    engine.set_effects(settings);
    for (controller, value) in [(7, 127), (91, 127), (93, 0), (94, 127)] {
        engine.message(1, &[0xB0, controller, value]);
    }
    // Feedback of the delay of GS, of which little is lost.
    engine.message(
        1,
        &[
            0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0x01, 0x59, 126, 0x68, 0xF7,
        ],
    );
    engine
}

fn seconds(engine: &mut Engine, seconds: u64) {
    render(engine, seconds * u64::from(RATE) / BLOCK as u64);
}

/// Frames of a tail, so many seconds after its notes: it costs the same until it is over.
fn tail(after_s: u64, turns: u64) {
    let mut engine = ringing();
    for key in 60..76 {
        engine.message(1, &[0x90, key, 127]);
    }
    seconds(&mut engine, 1);
    engine.message(1, &[0xB0, 120, 0]);
    seconds(&mut engine, after_s);
    render(&mut engine, turns);
    assert!(!engine.effects_sleep(), "the tail is over");
}

/// Frames of effects that are fed with numbers too small for full precision, after a tail.
fn denormal(turns: u64) {
    let mut engine = ringing();
    engine.strike_note(0, 0, 60, 127, 1);
    seconds(&mut engine, 1);
    engine.express(0, NoteAddress::default(), NoteExpression::Volume(1e-36));
    seconds(&mut engine, 1);
    render(&mut engine, turns);
    assert_eq!(engine.stats().voices, 1);
}
