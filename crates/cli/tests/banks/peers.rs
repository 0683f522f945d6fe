//! What other programs make of our files, and we of theirs.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use dmus_dls::bank::{Destination, Instrument, Region, Source};
use dmus_dls::{Bank, write};
use serde_json::Value;

use crate::known::{Known, THEIR_SF_GMBANK, THEIR_TIMGM6MB};
use crate::{bank_file, read, sound};

/// Opens the part of Java that its readers of banks are in.
const JAVA: [&str; 2] = [
    "--add-exports",
    "java.desktop/com.sun.media.sound=ALL-UNNAMED",
];

/// What a program answered; nothing, and said so, where it is not installed.
fn answer(program: &str, command: &mut Command) -> Option<Output> {
    match command.output() {
        Ok(output) => Some(output),
        Err(_) => {
            println!("absent: {program} is not installed");
            None
        }
    }
}

/// The script that speaks with spessasynth_core.
fn spessa(words: &[&Path]) -> Option<String> {
    let script = env::var_os("DMUS_NODE").map(|folder| Path::new(&folder).join("spessa.mjs"));
    let Some(script) = script.filter(|script| script.is_file()) else {
        println!("absent: spessasynth_core (`cargo xtask banks` installs it)");
        return None;
    };
    let output = answer("node", Command::new("node").arg(script).args(words))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Our conversion of a bank, as a file.
fn converted(file: &Path, name: &str) -> (Bank, PathBuf) {
    let bank = read(file);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    write::to_writer(&bank, fs::File::create(&path).unwrap()).unwrap();
    (bank, path)
}

fn regions(bank: &Bank) -> usize {
    bank.instruments.iter().map(|it| it.regions.len()).sum()
}

#[test]
fn our_file_is_read_whole_and_sounds_in_spessasynth() {
    let Some(file) = bank_file("TimGM6mb.sf2") else {
        return;
    };
    let (bank, path) = converted(&file, "spessa.dls");
    let Some(line) = spessa(&["read".as_ref(), &path]) else {
        return;
    };
    println!("spessasynth_core: {line}");
    let found: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(found["presets"], bank.instruments.len());
    assert_eq!(found["regions"], regions(&bank));
    assert_eq!(found["samples"], bank.waves.len());
    assert!(found["peak"].as_f64().unwrap() > 0.01);
}

#[test]
fn our_file_sounds_in_fluidsynth() {
    let Some(file) = bank_file("TimGM6mb.sf2") else {
        return;
    };
    let (_, path) = converted(&file, "fluid.dls");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (song, wav) = (folder.join("fluid.mid"), folder.join("fluid.wav"));
    fs::write(&song, dmus_song::demo().to_smf()).unwrap();
    let mut command = Command::new("fluidsynth");
    command
        .args(["-ni", "-q", "-g", "0.5", "-r", "44100", "-F"])
        .args([&wav, &path, &song]);
    let Some(output) = answer("FluidSynth", &mut command) else {
        return;
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let mut reader = hound::WavReader::open(&wav).unwrap();
    let samples: Vec<i32> = reader
        .samples::<i16>()
        .map(|it| it.unwrap().into())
        .collect();
    let peak = samples.iter().map(|it| it.abs()).max().unwrap();
    println!("FluidSynth: {} frames, peak {peak}", samples.len() / 2);
    assert!(peak > 1000, "{errors}");
}

#[test]
fn our_file_is_read_whole_by_java() {
    let Some(file) = bank_file("TimGM6mb.sf2") else {
        return;
    };
    let (bank, path) = converted(&file, "java.dls");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/peers/Soundbank.java");
    let Some(output) = answer(
        "java",
        Command::new("java").args(JAVA).arg(source).arg(path),
    ) else {
        return;
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    if errors.contains("jdk.compiler") {
        println!("absent: this Java has no compiler");
        return;
    }
    assert!(output.status.success(), "{errors}");
    println!("Java: {text}");
    let expected = format!(
        "com.sun.media.sound.DLSSoundbank {} {} {}",
        bank.instruments.len(),
        regions(&bank),
        bank.waves.len()
    );
    assert_eq!(text.trim(), expected);
}

/// A bank as spessasynth_core writes it as DLS, beside the bank itself; `None` where either is
/// absent.
fn theirs(name: &str) -> Option<(Bank, Bank)> {
    let file = bank_file(name)?;
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.spessa.dls"));
    spessa(&["convert".as_ref(), &file, &path])?;
    Some((read(&file), read(&path)))
}

#[test]
fn their_timgm6mb_loads_sounds_and_has_the_regions_of_the_soundfont() {
    check_theirs(&THEIR_TIMGM6MB);
}

#[test]
fn their_sf_gmbank_loads_sounds_and_has_the_regions_of_the_soundfont() {
    check_theirs(&THEIR_SF_GMBANK);
}

#[track_caller]
fn check_theirs(known: &Known) {
    let Some((direct, dls)) = theirs(known.file) else {
        return;
    };
    known.assert_explains(&dls.warnings);
    let heard = sound::programs(&dls);
    sound::assert_audible(known, &heard);
    assert_eq!(dls.instruments.len(), direct.instruments.len());
    assert_eq!(regions(&dls), regions(&direct));
    for instrument in &direct.instruments {
        let mut found = dls.instruments.iter();
        let found = found.find(|it| it.patch == instrument.patch).unwrap();
        assert_eq!(found.name.trim(), instrument.name.trim());
        let (ours, others) = (facts(&direct, instrument), facts(&dls, found));
        for (ours, others) in ours.iter().zip(&others) {
            let place = format!("{}: {}", instrument.name, ours.text);
            assert_eq!(ours.text, others.text, "{place}");
            // We keep the sum of fine tunings within 99 cents, they do not: one of 100 is there.
            assert!(ours.tune.abs_diff(others.tune) <= 1, "{place}");
            // Scaled keys turn about another one there, and they lose the scaling of presets.
            let scaled = ours.scaled || others.scaled;
            assert!(scaled || ours.unity_note == others.unity_note, "{place}");
        }
    }
}

/// What a region says that both formats say alike; sorted by the text first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Facts {
    text: String,
    unity_note: u8,
    tune: i16,
    /// A key is not 100 cents.
    scaled: bool,
}

fn facts(bank: &Bank, instrument: &Instrument) -> Vec<Facts> {
    let of = |region: &Region| {
        let wave = &bank.waves[region.wave];
        let sample = region.sample.or(wave.sample).unwrap_or_default();
        let connections = region.articulation.as_ref();
        let mut connections = connections.unwrap_or(&instrument.articulation).iter();
        Facts {
            text: format!(
                "{:?} {:?} {} frames at {} Hz, loop {:?}, group {}",
                region.keys,
                region.velocities,
                wave.frames.len(),
                wave.sample_rate,
                sample.wave_loop.map(|it| (it.start, it.length)),
                region.key_group,
            ),
            unity_note: sample.unity_note,
            tune: sample.fine_tune,
            scaled: connections
                .any(|it| (it.source, it.destination) == (Source::KeyNumber, Destination::Pitch)),
        }
    };
    let mut facts: Vec<Facts> = instrument.regions.iter().map(of).collect();
    facts.sort();
    facts
}
