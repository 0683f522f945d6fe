//! Writes the seeds of the corpus: small files with something of every kind, made by our own
//! builders.
//!
//! In: the corpus folder, as the only argument. Out: a file for each seed. Called by
//! `cargo xtask corpus`; what a fuzzer once found lies beside them and stays.
#![forbid(unsafe_code)]

use std::path::Path;
use std::{env, fs, io};

use dmus_dls::bank::{Bank, LoopKind, Wave};
use dmus_dls::write::to_dls;
use dmus_song::{Mark, MarkKind, Recording};

#[path = "../../../crates/dls/tests/bytes/file.rs"]
mod file;
#[path = "../../../crates/dls/tests/bytes/sample.rs"]
mod sample;
#[path = "../../../crates/dls/tests/bytes/sf2.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod sf2;
mod sound_fonts;
#[path = "../../../crates/dls/tests/bytes/vorbis.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod vorbis;

fn main() -> io::Result<()> {
    let Some(folder) = env::args_os().nth(1) else {
        return Err(io::Error::other("which folder?"));
    };
    let seeds = [banks(), sound_fonts::seeds(), songs(), states()];
    for (target, name, bytes) in seeds.into_iter().flatten() {
        let folder = Path::new(&folder).join(target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(name), bytes)?;
    }
    Ok(())
}

/// A seed: its target, its name, its bytes.
type Seed = (&'static str, &'static str, Vec<u8>);

fn banks() -> Vec<Seed> {
    let everything = sample::everything();
    let mut rewritten = Bank::read(&everything).unwrap_or_default();
    shorten(&mut rewritten.waves);
    let cut = everything[..everything.len() * 2 / 3].to_vec();
    vec![
        ("dls", "smallest", sample::smallest()),
        ("dls", "cut", cut),
        ("dls", "rewritten", to_dls(&rewritten)),
        ("dls", "everything", everything),
    ]
}

/// Loops that end with the note, in waves of other rates.
fn shorten(waves: &mut [Wave]) {
    for wave in waves {
        wave.sample_rate = 8_000;
        if let Some(wave_loop) = wave
            .sample
            .as_mut()
            .and_then(|sample| sample.wave_loop.as_mut())
        {
            wave_loop.kind = LoopKind::UntilRelease;
        }
    }
}

fn songs() -> Vec<Seed> {
    let mut recording = Recording::new("Seed");
    for (units, group, bytes) in [
        (0, 0, &[0xF0, 0x7E, 0x7F, 9, 1, 0xF7][..]),
        (5_000, 1, &[0xC0, 5]),
        (10_000, 2, &[0x91, 60, 100]),
        (900_000, 2, &[0x81, 60, 0]),
        (900_001, 4, &[0xE3, 1, 2]),
    ] {
        // Whole messages are taken.
        let _taken = recording.message(units, group, bytes);
    }
    for (units, bpm) in [(0, 131.7), (500_001, 60.0)] {
        recording.mark(
            units,
            Mark {
                kind: MarkKind::State,
                playing: true,
                quarters: Some(1.5),
                bpm: Some(bpm),
                meter: None,
            },
        );
    }
    let demo = dmus_song::demo().to_smf();
    let cut = demo[..700.min(demo.len())].to_vec();
    // Format 1, one tick a quarter, running status, a tempo, a long gap, no end of track.
    let terse = b"MThd\0\0\0\x06\0\x01\0\x01\0\x01MTrk\0\0\0\x13\
        \0\xFF\x51\x03\x07\xA1\x20\0\x90\x3C\x40\x81\x00\x3C\0\0\xF0\x01\xF7";
    let frames = b"MThd\0\0\0\x06\0\0\0\x01\xE7\x28MTrk\0\0\0\x08\0\xB0\x07\x64\0\xFF\x2F\0";
    vec![
        ("smf", "recording", recording.into_song().to_smf()),
        ("smf", "demo-cut", cut),
        ("smf", "terse", terse.to_vec()),
        ("smf", "frames-a-second", frames.to_vec()),
    ]
}

fn states() -> Vec<Seed> {
    let whole = r#"{"version":"0.1.0","params":{"vol":{"f32":0.0},"p01_prog":{"i32":0}},"fields":{"bank":"{\"format\":1,\"path\":\"a/b.dls\",\"name\":\"B\",\"size\":123456}","parts":"{\"programs\":[{\"bank_msb\":121,\"bank_lsb\":3,\"program\":48},{\"program\":200}]}"}}"#;
    let stack = r#"{"fields":{"bank":"{\"format\":2,\"banks\":[{\"hash\":\"af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262\",\"name\":\"S\",\"size\":99,\"path\":\"/a/s.dls\",\"relative\":{\"to\":\"home\",\"path\":\"s.dls\"}},{\"path\":\"b.sf2\"}]}"}}"#;
    let bare = r#"{"fields":{"bank":"{}","parts":"{}"}}"#;
    vec![
        ("state", "whole", whole.into()),
        ("state", "stack", stack.into()),
        ("state", "bare", bare.into()),
    ]
}
