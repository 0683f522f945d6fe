//! Every program of a bank, played: a note in the middle of its range, and what it sounds like.

use std::path::Path;
use std::sync::Arc;

use dmus_dls::bank::Instrument;
use dmus_dls::{Bank, Image, ReadOptions};
use dmus_synth::{Collection, Compiler, Engine, EngineConfig, Layer};

use crate::known::Known;

/// Frames per second.
const RATE_HZ: u32 = 44_100;
/// Length of a note, and of what is heard of its release, frames.
const HELD: usize = 44_100;
const RELEASED: usize = 11_025;
/// Below this nobody hears it.
const FLOOR_DB: f64 = -60.0;

/// What one program sounds like.
pub(crate) struct Heard {
    name: String,
    frames: Vec<f32>,
}

impl Heard {
    /// dB below full scale.
    pub(crate) fn peak_db(&self) -> f64 {
        let peak = self
            .frames
            .iter()
            .fold(0.0_f32, |peak, it| peak.max(it.abs()));
        20.0 * f64::from(peak).log10()
    }
}

/// What is compiled as it is read is what the whole bank is compiled into.
#[track_caller]
pub(crate) fn assert_compiles_part_by_part(file: &Path, bank: &Bank) {
    let image = Image::from_bytes(&std::fs::read(file).unwrap());
    let mut compiler = Compiler::new();
    let rest = Bank::deliver(&image, ReadOptions::default(), &mut compiler).unwrap();
    let parts = compiler.finish(rest.info.name).unwrap();
    let whole = Collection::compile(bank).unwrap();
    assert!(
        format!("{parts:?}") == format!("{whole:?}"),
        "collections differ"
    );
}

/// Plays every instrument of a bank.
pub(crate) fn programs(bank: &Bank) -> Vec<Heard> {
    let mut engine = engine_of(bank);
    let instruments = bank.instruments.iter();
    instruments
        .map(|instrument| play(&mut engine, instrument, middle(instrument)))
        .collect()
}

fn engine_of(bank: &Bank) -> Engine {
    let collection = Arc::new(Collection::compile(bank).unwrap());
    let mut engine = Engine::new(EngineConfig {
        sample_rate: RATE_HZ,
        voices: 128,
        channel_groups: 1,
    })
    .unwrap();
    engine.download(Layer::User(0), Some(collection)).unwrap();
    engine
}

/// Asserts that an instrument is heard where it plays its first region as recorded.
#[track_caller]
pub(crate) fn assert_heard_at_its_pitch(bank: &Bank, name: &str) {
    let mut engine = engine_of(bank);
    let mut instruments = bank.instruments.iter();
    let instrument = instruments.find(|it| it.name == name).unwrap();
    let region = instrument.regions.first().unwrap();
    let key = region.sample.unwrap().unity_note;
    assert!(region.keys.contains(&key) && region.velocities.contains(&100));
    let heard = play(&mut engine, instrument, (key, 100));
    assert!(
        heard.peak_db() > FLOOR_DB,
        "{name}: {:.1} dB",
        heard.peak_db()
    );
}

/// One note, from silence to its release.
fn play(engine: &mut Engine, instrument: &Instrument, (key, velocity): (u8, u8)) -> Heard {
    engine.reset();
    let patch = instrument.patch;
    let channel = if patch.drums { 9 } else { 0 };
    for message in [
        [0xB0 | channel, 0, patch.bank_msb],
        [0xB0 | channel, 32, patch.bank_lsb],
        // What is blown or bowed by a controller is silent without it.
        [0xB0 | channel, 2, 127],
    ] {
        engine.message(1, &message);
    }
    engine.message(1, &[0xC0 | channel, patch.program]);
    engine.message(1, &[0x90 | channel, key, velocity]);
    let mut frames = Vec::with_capacity(2 * (HELD + RELEASED));
    render(engine, HELD, &mut frames);
    engine.message(1, &[0x80 | channel, key, 64]);
    render(engine, RELEASED, &mut frames);
    Heard {
        name: instrument.name.clone(),
        frames,
    }
}

/// A key that has a region, as near the middle of the range as there is one, and a velocity that
/// this region has, as near 100.
fn middle(instrument: &Instrument) -> (u8, u8) {
    let regions = &instrument.regions;
    let low = regions.iter().map(|it| *it.keys.start()).min().unwrap();
    let high = regions.iter().map(|it| *it.keys.end()).max().unwrap();
    let middle = low.midpoint(high);
    let key =
        |region: &dmus_dls::bank::Region| middle.clamp(*region.keys.start(), *region.keys.end());
    let velocity = |region: &dmus_dls::bank::Region| {
        100.clamp(*region.velocities.start(), *region.velocities.end())
    };
    let nearest = regions
        .iter()
        .min_by_key(|it| (key(it).abs_diff(middle), velocity(it).abs_diff(100)))
        .unwrap();
    (key(nearest), velocity(nearest).max(1))
}

fn render(engine: &mut Engine, frames: usize, heard: &mut Vec<f32>) {
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    engine.render(&mut left, &mut right);
    heard.extend(left);
    heard.extend(right);
}

/// Asserts that every program is heard but those that are known, and those are not.
#[track_caller]
pub(crate) fn assert_audible(known: &Known, programs: &[Heard]) {
    let quiet: Vec<(&str, f64)> = programs
        .iter()
        .map(|it| (it.name.as_str(), it.peak_db()))
        .filter(|(_, peak_db)| peak_db.partial_cmp(&FLOOR_DB) != Some(std::cmp::Ordering::Greater))
        .collect();
    let names: Vec<&str> = quiet.iter().map(|(name, _)| *name).collect();
    let expected: Vec<&str> = known.silent.iter().chain(known.beyond).copied().collect();
    let unknown: Vec<_> = quiet
        .iter()
        .filter(|(name, _)| !expected.contains(name))
        .collect();
    assert!(unknown.is_empty(), "{}: not heard: {unknown:?}", known.file);
    let heard: Vec<_> = known
        .beyond
        .iter()
        .filter(|name| !names.contains(name))
        .collect();
    assert!(
        heard.is_empty(),
        "{}: heard after all: {heard:?}",
        known.file
    );
}

/// The largest difference of one program in two banks, dB; minus infinity when all are equal.
pub(crate) fn worst_difference_db(first: &[Heard], second: &[Heard]) -> f64 {
    assert_eq!(first.len(), second.len());
    let pairs = first.iter().zip(second);
    let worst = pairs
        .flat_map(|(first, second)| first.frames.iter().zip(&second.frames))
        .fold(0.0_f32, |worst, (a, b)| worst.max((a - b).abs()));
    20.0 * f64::from(worst).log10()
}
