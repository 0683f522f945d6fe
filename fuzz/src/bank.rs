//! Any bytes as a bank: read, sound, written and read again, compiled, played.
//!
//! In: bytes. Out: what was read; an assertion where a promise is broken.
//! Source: the promises of `dmus_dls::bank`.

use std::cell::RefCell;
use std::sync::Arc;

use dmus_dls::bank::{Connection, Destination, LINKS, Region, Source, WaveSample};
use dmus_dls::{Bank, ReadError, limits, write};
use dmus_synth::{Collection, Engine, EngineConfig, Layer};

/// Instruments of a bank that are played.
const PLAYED: usize = 4;

/// Frames of one block: a control tick and a half.
const BLOCK: usize = 96;

thread_local! {
    /// Built once: its tables take longer than most files.
    static ENGINE: RefCell<Engine> = RefCell::new(
        Engine::new(EngineConfig { sample_rate: 44_100, voices: 32, channel_groups: 1 })
            .expect("the numbers are in range"),
    );
}

/// Reads the bytes, as whatever kind of bank they say they are.
///
/// # Errors
/// What the reader says: to refuse is right too.
pub fn read(bytes: &[u8]) -> Result<Bank, ReadError> {
    Bank::read(bytes)
}

/// Everything that has to hold of a bank that was read.
///
/// # Panics
/// When something does not.
pub fn check(bank: &Bank) {
    assert_sound(bank);
    assert_survives_writing(bank);
    let collection = Collection::compile(bank).expect("a bank from a reader compiles");
    ENGINE.with_borrow_mut(|engine| play(engine, bank, collection));
}

/// Asserts what the model promises.
fn assert_sound(bank: &Bank) {
    assert!(bank.warnings.len() <= limits::WARNINGS + 1);
    assert!(bank.instruments.len() <= limits::INSTRUMENTS);
    for wave in &bank.waves {
        assert!(!wave.frames.is_empty());
        assert!((1..=limits::SAMPLE_RATE_HZ).contains(&wave.sample_rate));
        assert_sample(wave.sample.as_ref(), wave.frames.len());
    }
    for instrument in &bank.instruments {
        let patch = instrument.patch;
        assert!(patch.bank_msb < 128 && patch.bank_lsb < 128 && patch.program < 128);
        assert!(!instrument.regions.is_empty());
        assert!(instrument.regions.len() <= limits::REGIONS);
        assert_connections(&instrument.articulation);
        for region in &instrument.regions {
            assert_region(bank, region);
        }
    }
}

fn assert_region(bank: &Bank, region: &Region) {
    for range in [&region.keys, &region.velocities] {
        assert!(!range.is_empty() && *range.end() < 128);
    }
    assert!(region.fixed_key.is_none_or(|key| key < 128));
    assert!(
        region
            .fixed_velocity
            .is_none_or(|velocity| (1..128).contains(&velocity))
    );
    assert_connections(region.articulation.as_deref().unwrap_or_default());
    let wave = bank.waves.get(region.wave).expect("the region has a wave");
    assert_sample(region.sample.as_ref(), wave.frames.len());
}

fn assert_connections(connections: &[Connection]) {
    assert!(connections.len() <= limits::CONNECTIONS);
    for connection in connections {
        for source in [connection.source, connection.control] {
            match source {
                Source::Controller(number) => assert!(number < 128),
                Source::Link(number) => assert!(number < LINKS),
                _ => {}
            }
        }
        if let Destination::Link(number) = connection.destination {
            assert!(number < LINKS);
        }
    }
}

fn assert_sample(sample: Option<&WaveSample>, frames: usize) {
    let Some(sample) = sample else {
        return;
    };
    assert!(sample.unity_note < 128);
    assert!(sample.gain.db().abs() <= 96.0);
    if let Some(wave_loop) = sample.wave_loop {
        assert!(wave_loop.length >= 1);
        let end = u64::from(wave_loop.start) + u64::from(wave_loop.length);
        assert!(usize::try_from(end).is_ok_and(|end| end <= frames));
    }
}

/// Asserts that a bank comes back from the file that is written of it.
fn assert_survives_writing(bank: &Bank) {
    if bank.instruments.is_empty() {
        return;
    }
    let again = Bank::read(&write::to_dls(bank)).expect("what was written can be read");
    let bare = |bank: &Bank| Bank {
        warnings: Vec::new(),
        ..bank.clone()
    };
    assert!(again.warnings.is_empty(), "{:?}", again.warnings);
    assert!(bare(&again) == bare(bank), "another bank came back");
}

/// Plays a note of a few instruments; every sample is a number.
fn play(engine: &mut Engine, bank: &Bank, collection: Collection) {
    engine
        .download(Layer::User(0), Some(Arc::new(collection)))
        .expect("nothing else is there");
    for instrument in bank.instruments.iter().take(PLAYED) {
        let patch = instrument.patch;
        let channel = if patch.drums { 9 } else { 0 };
        engine.message(1, &[0xB0 | channel, 0, patch.bank_msb]);
        engine.message(1, &[0xB0 | channel, 32, patch.bank_lsb]);
        engine.message(1, &[0xC0 | channel, patch.program]);
        for region in instrument.regions.iter().take(2) {
            let [key, velocity] = [&region.keys, &region.velocities]
                .map(|range| range.start().midpoint(*range.end()));
            engine.message(1, &[0x90 | channel, key, velocity.max(1)]);
            render(engine);
            engine.message(1, &[0xB0 | channel, 1, 127]);
            engine.message(1, &[0xE0 | channel, 0, 127]);
            render(engine);
            engine.message(1, &[0x80 | channel, key, 64]);
            render(engine);
        }
    }
    engine.reset();
    engine
        .download(Layer::User(0), None)
        .expect("one collection is no crowd");
    while engine.take_retired().is_some() {}
}

fn render(engine: &mut Engine) {
    let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
    engine.render(&mut left, &mut right);
    let finite = left.iter().chain(&right).all(|sample| sample.is_finite());
    assert!(finite, "a sample is no number");
}
