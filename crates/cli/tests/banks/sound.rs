//! Every program of a bank, played: a note in the middle of its range, and what it sounds like.

use std::path::Path;
use std::sync::Arc;

use dmus_dls::bank::Instrument;
use dmus_dls::{Bank, Image, ReadOptions};
use dmus_synth::{Collection, Compiler, Engine, EngineConfig, Layer};

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
    let collection = Arc::new(Collection::compile(bank).unwrap());
    let mut engine = Engine::new(EngineConfig {
        sample_rate: RATE_HZ,
        voices: 128,
        channel_groups: 1,
    })
    .unwrap();
    engine.download(Layer::User(0), Some(collection)).unwrap();
    let instruments = bank.instruments.iter();
    instruments
        .map(|instrument| play(&mut engine, instrument))
        .collect()
}

/// One note, from silence to its release.
fn play(engine: &mut Engine, instrument: &Instrument) -> Heard {
    engine.reset();
    let patch = instrument.patch;
    let channel = if patch.drums { 9 } else { 0 };
    let (key, velocity) = middle(instrument);
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
    // Not above its recorded pitch, where the keys allow it: of a high sound transposed up, what lies
    // above half the rate is rightly not heard.
    let unity = nearest.sample.map_or(127, |sample| sample.unity_note);
    let played = key(nearest).min(unity).max(*nearest.keys.start());
    (played, velocity(nearest).max(1))
}

fn render(engine: &mut Engine, frames: usize, heard: &mut Vec<f32>) {
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    engine.render(&mut left, &mut right);
    heard.extend(left);
    heard.extend(right);
}

/// Asserts that every program is heard, but those that are known to be silent.
#[track_caller]
pub(crate) fn assert_audible(file: &str, programs: &[Heard], silent: &[&str]) {
    let quiet: Vec<String> = programs
        .iter()
        .filter(|it| it.peak_db().partial_cmp(&FLOOR_DB) != Some(std::cmp::Ordering::Greater))
        .filter(|it| !silent.contains(&it.name.as_str()))
        .map(|it| format!("{} ({:.1} dB)", it.name, it.peak_db()))
        .collect();
    assert!(quiet.is_empty(), "{file}: not heard: {quiet:?}");
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
