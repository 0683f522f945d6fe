//! `dmus render`, option by option, as a person calls it.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use dmus_song::Recording;

/// Frames per second of every song here.
const RATE: &str = "8000";

/// A folder with a song in it, for one test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("render")
            .join(name);
        // Of an earlier run nothing may be left.
        let _gone = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("song.mid"), song()).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// `dmus render song.mid` with options, in the folder.
    fn render(&self, options: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_dmus"))
            .current_dir(&self.0)
            .args(["render", "song.mid", "--rate", RATE])
            .args(options.split_whitespace())
            .output()
            .unwrap()
    }

    /// The same, which must succeed; what it says.
    fn page(&self, options: &str) -> String {
        let output = self.render(options);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{options}: {errors}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The same, which must fail; what it complains about.
    fn error(&self, options: &str) -> String {
        let output = self.render(options);
        assert!(!output.status.success(), "{options} is taken");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// Samples of a file of floats.
    fn floats(&self, name: &str) -> Vec<f32> {
        let reader = hound::WavReader::open(self.path(name)).unwrap();
        assert_eq!(reader.spec().sample_format, hound::SampleFormat::Float);
        reader.into_samples().map(Result::unwrap).collect()
    }

    /// Samples of a file of whole numbers, and their bits.
    fn whole(&self, name: &str) -> (u16, Vec<i32>) {
        let reader = hound::WavReader::open(self.path(name)).unwrap();
        assert_eq!(reader.spec().sample_format, hound::SampleFormat::Int);
        let bits = reader.spec().bits_per_sample;
        (bits, reader.into_samples().map(Result::unwrap).collect())
    }

    /// The hash that is printed.
    fn hash(&self, options: &str) -> String {
        let page = self.page(options);
        let line = page.lines().find_map(|line| line.strip_prefix("blake3 "));
        line.unwrap().to_owned()
    }
}

/// Half a second: a lead in one group, a bass in another, drums; all effects are sent to. In bank 8
/// of GS a part has a program that it has nowhere else.
fn song() -> Vec<u8> {
    let mut recording = Recording::new("");
    let mut add = |ms: u64, group, bytes: &[u8]| {
        recording.message(ms * 10_000, group, bytes).unwrap();
    };
    for controller in [91, 93, 94] {
        add(0, 0, &[0xB0, controller, 90]);
    }
    add(0, 1, &[0xC0, 40]);
    add(0, 2, &[0xC1, 33]);
    for step in 0..4 {
        let key = 60 + 5 * u8::try_from(step).unwrap();
        add(step * 100, 1, &[0x90, key + 1, 100]);
        add(step * 100, 1, &[0x99, 38, 110]);
        add(step * 100, 2, &[0x91, key - 24, 90]);
        add(step * 100 + 90, 1, &[0x80, key + 1, 0]);
        add(step * 100 + 90, 2, &[0x81, key - 24, 0]);
    }
    recording.lasts(5_000_000);
    recording.into_song().to_smf()
}

fn largest(samples: impl IntoIterator<Item = f32>) -> f32 {
    samples.into_iter().map(f32::abs).fold(0.0, f32::max)
}

#[test]
fn whole_numbers_are_the_samples_rounded_to_their_bits() {
    let folder = Folder::new("bits");
    folder.page("-o floats.wav");
    let floats = folder.floats("floats.wav");
    assert!(largest(floats.iter().copied()) > 0.01);
    for (option, bits) in [("16", 16), ("24", 24)] {
        folder.page(&format!("-o whole.wav --bits {option}"));
        let (found, whole) = folder.whole("whole.wav");
        assert_eq!((found, whole.len()), (bits, floats.len()));
        let full = f64::from(1_u32 << (bits - 1));
        for (whole, float) in whole.iter().zip(&floats) {
            assert!((f64::from(*whole) - f64::from(*float) * full).abs() <= 0.5);
        }
    }
    folder.page("-o again.wav --bits 32f");
    assert!(
        fs::read(folder.path("again.wav")).unwrap() == fs::read(folder.path("floats.wav")).unwrap()
    );
}

#[test]
fn a_flac_file_holds_what_a_wav_file_of_its_bits_does() {
    let folder = Folder::new("flac");
    for (options, in_wav, bits) in [
        ("--bits 16 --dither", "--bits 16 --dither", 16),
        ("--bits 24", "--bits 24", 24),
        ("", "--bits 24", 24),
    ] {
        folder.page(&format!("-o song.flac {options}"));
        folder.page(&format!("-o song.wav {in_wav}"));
        let mut reader = claxon::FlacReader::open(folder.path("song.flac")).unwrap();
        let info = reader.streaminfo();
        assert_eq!((info.sample_rate, info.channels), (8_000, 2));
        assert_eq!(info.bits_per_sample, bits);
        let flac: Vec<i32> = reader.samples().map(Result::unwrap).collect();
        assert_eq!(
            info.samples.map(|frames| frames * 2),
            Some(flac.len() as u64)
        );
        let (_, wav) = folder.whole("song.wav");
        assert!(flac == wav, "{options}");
        let size = |name| fs::metadata(folder.path(name)).unwrap().len();
        assert!(size("song.flac") < size("song.wav"));
    }
}

#[test]
fn dither_is_noise_of_one_step_and_the_same_each_time() {
    let folder = Folder::new("dither");
    folder.page("-o plain.wav --bits 16");
    folder.page("-o first.wav --bits 16 --dither");
    folder.page("-o second.wav --bits 16 --dither");
    let [(_, plain), (_, first), (_, second)] =
        ["plain.wav", "first.wav", "second.wav"].map(|name| folder.whole(name));
    assert!(first == second);
    assert!(first != plain);
    let apart = first.iter().zip(&plain).map(|(one, two)| (one - two).abs());
    assert_eq!(apart.max(), Some(1));
}

#[test]
fn every_interpolation_sounds_otherwise_and_sinc_is_the_usual_one() {
    let folder = Folder::new("interpolation");
    let hashes = ["linear", "cubic", "sinc"]
        .map(|way| folder.hash(&format!("--verify-hash --interpolation {way}")));
    assert_ne!(hashes[0], hashes[1]);
    assert_ne!(hashes[1], hashes[2]);
    assert_ne!(hashes[0], hashes[2]);
    assert_eq!(folder.hash("--verify-hash"), hashes[2]);
}

#[test]
fn a_mode_is_the_reset_of_its_rules_before_the_song() {
    let folder = Folder::new("mode");
    let plain = fs::read(folder.path("song.mid")).unwrap();
    let resets: [(&str, &[u8]); 4] = [
        ("gm", &[0xF0, 0x7E, 0x7F, 9, 1, 0xF7]),
        ("gm2", &[0xF0, 0x7E, 0x7F, 9, 3, 0xF7]),
        (
            "gs",
            &[0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0, 0x7F, 0, 0x41, 0xF7],
        ),
        ("xg", &[0xF0, 0x43, 0x10, 0x4C, 0, 0, 0x7E, 0, 0xF7]),
    ];
    for (mode, reset) in resets {
        let page = folder.page(&format!("-o mode.wav --mode {mode} --capture played.mid"));
        assert!(page.contains(" 0 lost"), "{page}");
        let played = fs::read(folder.path("played.mid")).unwrap();
        let song = dmus_song::Song::read_smf(&played).unwrap();
        let first = song.messages().first().unwrap();
        assert_eq!((first.bytes(), first.tick()), (reset, 0), "{mode}");
        let asked = folder.hash(&format!("--verify-hash --mode {mode}"));
        fs::write(folder.path("song.mid"), played).unwrap();
        assert_eq!(folder.hash("--verify-hash"), asked, "{mode}");
        fs::write(folder.path("song.mid"), &plain).unwrap();
    }
    let usual = folder.hash("--verify-hash");
    assert_eq!(folder.hash("--verify-hash --mode dls"), usual);
}

#[test]
fn a_mode_holds_whatever_the_song_asks_for() {
    let folder = Folder::new("lock");
    let gs = [0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0, 0x7F, 0, 0x41, 0xF7];
    let xg = [0xF0, 0x43, 0x10, 0x4C, 0, 0, 0x7E, 0, 0xF7];
    let hash_of = |reset: &[u8], options: &str| {
        let mut recording = Recording::new("");
        let mut add = |ms: u64, bytes: &[u8]| recording.message(ms * 10_000, 1, bytes).unwrap();
        add(10, reset);
        // Drums by the rules of XG, a melody by those of GS.
        for bytes in [&[0xB0, 0, 127][..], &[0xC0, 0], &[0x90, 40, 100]] {
            add(20, bytes);
        }
        add(200, &[0x80, 40, 0]);
        fs::write(folder.path("song.mid"), recording.into_song().to_smf()).unwrap();
        folder.hash(&format!("--verify-hash {options}"))
    };
    let (as_gs, as_xg) = (hash_of(&gs, ""), hash_of(&xg, ""));
    assert_ne!(as_gs, as_xg);
    assert_eq!(hash_of(&xg, "--mode gs"), as_gs);
    assert_eq!(hash_of(&gs, "--mode xg"), as_xg);
    assert_eq!(hash_of(&xg, "--mode auto"), as_xg);
}

#[test]
fn dry_leaves_every_effect_out() {
    let folder = Folder::new("dry");
    folder.page("-o wet.wav --stems");
    folder.page("-o dry.wav --dry --stems");
    let (wet, dry) = (folder.floats("wet.wav"), folder.floats("dry.wav"));
    assert!(wet.len() > dry.len(), "a reverb rings");
    // What is left without the returns is what is dry.
    let returns = ["reverb", "chorus", "delay"].map(|name| {
        assert!(!folder.path(&format!("dry-{name}.wav")).exists());
        folder.floats(&format!("wet-{name}.wav"))
    });
    let rest = dry.iter().enumerate().map(|(index, dry)| {
        wet[index] - dry - returns.iter().map(|samples| samples[index]).sum::<f32>()
    });
    assert!(largest(rest) < 1e-6);
}

#[test]
fn an_echo_after_a_second_of_silence_is_not_cut_off() {
    let folder = Folder::new("echo");
    let mut recording = Recording::new("");
    let mut add = |ms: u64, bytes: &[u8]| {
        recording.message(ms * 10_000, 1, bytes).unwrap();
    };
    // A delay of 1 s of GS, sent to by a closed hi-hat without reverb and chorus.
    let check = (0_u8.wrapping_sub(0x40 + 0x01 + 0x50 + 0x02)) & 0x7F;
    let third = [
        0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0x01, 0x50, 0x02, check, 0xF7,
    ];
    add(0, &third);
    for (controller, value) in [(91, 0), (93, 0), (94, 127)] {
        add(0, &[0xB9, controller, value]);
    }
    add(10, &[0x99, 42, 127]);
    fs::write(folder.path("song.mid"), recording.into_song().to_smf()).unwrap();
    folder.page("-o out.wav");
    let samples = folder.floats("out.wav");
    // 10 ms each, in frames of two samples.
    let loud = |ms: usize| largest(samples[ms * 16..(ms + 10) * 16].iter().copied());
    assert!(loud(10) > 1e-2, "the note");
    assert!(loud(980) < 3.2e-5, "silence: {}", loud(980));
    assert!(loud(1_010) > 1e-3, "its first repetition");
    assert!(loud(3_010) > 1e-5, "its third");
    assert!(samples.len() / 16_000 < 30, "it ends by itself");
}

#[test]
fn stems_are_there_for_the_parts_that_sound_and_sum_up_to_the_mix() {
    let folder = Folder::new("stems");
    let page = folder.page("-o out.wav --stems");
    let mix = folder.floats("out.wav");
    let mut sum = vec![0.0_f64; mix.len()];
    for name in ["01", "10", "18", "reverb", "chorus", "delay"] {
        let file = format!("out-{name}.wav");
        assert!(page.contains(&file), "{page}");
        let stem = folder.floats(&file);
        assert_eq!(stem.len(), mix.len(), "{name}");
        assert!(largest(stem.iter().copied()) > 1e-3, "{name}");
        for (sum, sample) in sum.iter_mut().zip(stem) {
            *sum += f64::from(sample);
        }
    }
    let files = fs::read_dir(&folder.0).unwrap().count();
    assert_eq!(files, 1 + 1 + 6, "no other file but song and mix");
    let apart = sum
        .iter()
        .zip(&mix)
        .map(|(sum, mix)| (sum - f64::from(*mix)).abs());
    let apart = apart.fold(0.0, f64::max);
    assert!(apart < 1e-6, "{apart}");
}

#[test]
fn stems_are_of_the_kind_of_the_mix() {
    let folder = Folder::new("stems_flac");
    folder.page("-o out.flac --bits 16 --stems --dry --interpolation linear");
    let samples = |name: &str| -> Vec<i32> {
        let mut reader = claxon::FlacReader::open(folder.path(name)).unwrap();
        assert_eq!(reader.streaminfo().bits_per_sample, 16);
        reader.samples().map(Result::unwrap).collect()
    };
    let mix = samples("out.flac");
    let stems = ["out-01.flac", "out-10.flac", "out-18.flac"].map(samples);
    let apart =
        (0..mix.len()).map(|at| (mix[at] - stems.iter().map(|it| it[at]).sum::<i32>()).abs());
    assert!(apart.max().unwrap() <= 2, "each is rounded once");
}

#[test]
fn a_hash_is_that_of_the_samples_and_another_one_fails() {
    let folder = Folder::new("hash");
    let hash = folder.hash("-o out.wav --verify-hash");
    let bytes: Vec<u8> = folder
        .floats("out.wav")
        .into_iter()
        .flat_map(f32::to_le_bytes)
        .collect();
    assert_eq!(hash, blake3::hash(&bytes).to_hex().to_string());
    assert_eq!(folder.hash(&format!("--verify-hash {hash}")), hash);
    // Of the samples as they were computed, whatever is written.
    let other = folder.hash(&format!("-o out.flac --bits 16 --verify-hash {hash}"));
    assert_eq!(other, hash);
    let error = folder.error(&format!("--verify-hash {}", "0".repeat(64)));
    assert!(
        error.contains(&hash) && error.contains("expected"),
        "{error}"
    );
}

#[test]
fn what_is_not_allowed_is_refused_with_what_is() {
    let folder = Folder::new("errors");
    for (options, allowed) in [
        ("-o out.mp3", ".wav nor .flac"),
        ("-o out", ".wav nor .flac"),
        ("-o out.wav --bits 8", "16, 24, 32f"),
        ("-o out.flac --bits 32f", "16 or 24"),
        ("-o out.wav --dither", "--bits 16 or --bits 24"),
        ("-o out.wav --interpolation best", "linear, cubic, sinc"),
        ("-o out.wav --mode mt32", "auto, gm, gm2, gs, xg, dls"),
        ("-o out.wav --verify-hash abc", "64 hexadecimal digits"),
        ("--stems --verify-hash", "--output"),
        ("", "--output"),
    ] {
        let error = folder.error(options);
        assert!(error.contains(allowed), "{options}: {error}");
    }
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1, "only the song");
}

#[test]
fn a_rate_that_a_file_cannot_have_is_refused_with_those_it_can() {
    let folder = Folder::new("rate");
    let render = |options: &str| {
        Command::new(env!("CARGO_BIN_EXE_dmus"))
            .current_dir(&folder.0)
            .args(["render", "song.mid"])
            .args(options.split_whitespace())
            .output()
            .unwrap()
    };
    for (options, allowed) in [
        ("-o out.flac --rate 96001", "96000"),
        ("-o out.wav --rate 999", "1000..=768000"),
    ] {
        let refused = render(options);
        let error = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success());
        assert!(
            error.contains("--rate") && error.contains(allowed),
            "{error}"
        );
    }
    for rate_hz in [1_000, 44_101, 96_000] {
        let output = render(&format!("-o out.flac --rate {rate_hz} --dry"));
        assert!(output.status.success(), "{rate_hz}");
        let reader = claxon::FlacReader::open(folder.path("out.flac")).unwrap();
        assert_eq!(reader.streaminfo().sample_rate, rate_hz);
    }
}

#[test]
fn nobody_at_a_terminal_sees_no_bar() {
    let folder = Folder::new("bar");
    let output = folder.render("-o out.wav");
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn nobody_need_read_what_it_says() {
    let folder = Folder::new("unread");
    let mut child = Command::new(env!("CARGO_BIN_EXE_dmus"))
        .current_dir(&folder.0)
        .args(["render", "song.mid", "--rate", RATE, "-o", "out.wav"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
    assert!(folder.path("out.wav").is_file());
}
