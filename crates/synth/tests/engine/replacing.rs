//! A bank that is replaced again and again in the middle of a song.

use std::sync::Arc;

use assert_no_alloc::assert_no_alloc;
use dmus_dls::Bank;
use dmus_dls::bank::Destination;
use dmus_synth::{Collection, Layer};

use crate::bank::{bank, base, decibels, instrument, looped, patch, region, seconds, sine};
use crate::measure::db;
use crate::rig::{Rig, compile};

/// Replacements.
const STEPS: usize = 200;

/// Frames between two of them, not a whole number of ticks.
const STEP_FRAMES: usize = 443;

/// Notes struck in each step.
const CHORD: usize = 4;

/// Steps for which a note is held.
const HELD: usize = 25;

/// Steps until the last note has ended.
const ALL_STEPS: usize = STEPS + 100;

/// A bank of one instrument, with its own sound.
fn plain(frames_per_cycle: u32, level_db: f64) -> Bank {
    let mut only = region(0);
    only.self_non_exclusive = true;
    let mut instrument = instrument(patch(false, 0, 0), vec![only]);
    instrument.articulation = vec![
        base(Destination::Gain, decibels(level_db)),
        base(Destination::Eg1Attack, seconds(0.004)),
        base(Destination::Eg1Release, seconds(0.3)),
    ];
    let wave = looped(sine(frames_per_cycle, 3), 44_100);
    bank(vec![instrument], vec![wave])
}

fn banks() -> [Bank; 2] {
    [plain(100, -30.0), plain(50, -36.0)]
}

/// Channel and key of a note of a step: none sounds twice at a time.
fn address(step: usize, note: usize) -> (u8, u8) {
    ((note + 4 * (step % 2)) as u8, 30 + (step * 7 % 64) as u8)
}

/// Plays one step of the song, or only lets sound what was struck before.
fn play(rig: &mut Rig, step: usize, strikes: bool, left: &mut [f32], right: &mut [f32]) {
    for note in 0..CHORD {
        if let Some(begun) = step.checked_sub(HELD) {
            let (channel, key) = address(begun, note);
            rig.send(&[0x80 | channel, key, 0]);
        }
        if strikes {
            let (channel, key) = address(step, note);
            rig.send(&[0x90 | channel, key, 100]);
        }
    }
    rig.engine.render(left, right);
}

/// The notes of every other step alone, on the one bank that they are struck on.
fn alone(parity: usize) -> Vec<f32> {
    let mut rig = Rig::with(&banks()[parity], 44_100, 256);
    let mut left = vec![0.0; ALL_STEPS * STEP_FRAMES];
    let mut right = vec![0.0; STEP_FRAMES];
    for (step, left) in left.chunks_mut(STEP_FRAMES).enumerate() {
        let strikes = step < STEPS && step % 2 == parity;
        play(&mut rig, step, strikes, left, &mut right);
    }
    left
}

#[test]
fn two_hundred_banks_in_a_dense_song_lose_no_note_and_all_come_home_without_a_click() {
    let mut next: Vec<Option<Arc<Collection>>> = (0..STEPS)
        .map(|step| Some(compile(&banks()[step % 2])))
        .collect();
    let mut rig = Rig::with(&banks()[1], 44_100, 256);
    let mut left = vec![0.0; ALL_STEPS * STEP_FRAMES];
    let mut right = vec![0.0; STEP_FRAMES];
    let mut home = Vec::with_capacity(STEPS + 1);
    let mut refused = 0;
    let mut peak_voices = 0;
    assert_no_alloc(|| {
        for (step, left) in left.chunks_mut(STEP_FRAMES).enumerate() {
            if let Some(bank) = next.get_mut(step) {
                let given = rig.engine.download(Layer::User(0), bank.take());
                refused += usize::from(given.is_err());
            }
            play(&mut rig, step, step < STEPS, left, &mut right);
            peak_voices = peak_voices.max(rig.engine.stats().voices);
            while let Some(bank) = rig.engine.take_retired() {
                home.push(bank);
            }
        }
    });
    let stats = rig.engine.stats();
    assert_eq!(
        (
            refused,
            stats.lost_notes,
            stats.unmatched_notes,
            stats.stolen
        ),
        (0, 0, 0, 0)
    );
    assert_eq!(rig.voices(), 0);
    assert!(peak_voices > 150, "{peak_voices} voices");

    rig.engine.download(Layer::User(0), None).unwrap();
    home.extend(rig.engine.take_retired());
    assert_eq!(home.len(), STEPS + 1);
    assert!(home.iter().all(|bank| Arc::strong_count(bank) == 1));

    // Each note sounds as if its bank had never been replaced.
    let expected = alone(0).into_iter().zip(alone(1)).map(|(a, b)| a + b);
    let peak = left.iter().fold(0.0_f32, |peak, s| peak.max(s.abs()));
    let error = left
        .iter()
        .zip(expected)
        .map(|(got, expected)| (got - expected).abs())
        .fold(0.0, f32::max);
    let error_db = db(f64::from(error / peak));
    println!("{peak_voices} voices, differs by {error_db:.1} dB of the peak {peak}");
    assert!(error_db < -100.0, "{error_db} dB");
}
