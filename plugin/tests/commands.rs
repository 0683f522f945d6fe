//! What is kept and what properties do, asked for by commands as a host would.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use dmus::commands;
use dmus::control::{Control, SharedControl};
use dmus::shell::inbound::Inbound;
use dmus::shell::render::Trims;
use dmus::shell::{Asked, Pace, Shell};
use dmus::state::{SavedBank, SavedParts};
use dmus::tasks;
use dmus::view::ProgramNames;
use dmus_dls::Bank;
use dmus_dls::download::chunks_of;
use dmus_entry::PortEvent;
use dmus_kernel::clock::{TimeSignature, Transport};
use dmus_song::Song;
use nice_plug::midi::NoteEvent;

const BLOCK: usize = 512;
const RATE: u32 = 48_000;

struct Rig {
    shell: Shell,
    control: SharedControl,
    played: Vec<(u32, u32)>,
    beat: f64,
}

/// A file of the test's own that goes with it.
struct TempFile(PathBuf);

impl TempFile {
    fn new(name: &str) -> Self {
        let nanos = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.subsec_nanos());
        let id = std::process::id();
        Self(std::env::temp_dir().join(format!("dmus-{id}-{nanos}-{name}")))
    }

    fn path(&self) -> String {
        self.0.display().to_string()
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _gone = std::fs::remove_file(&self.0);
    }
}

impl Rig {
    fn new() -> Self {
        Self::at(48_000.0)
    }

    /// Active at a rate, Hz.
    fn at(rate: f32) -> Self {
        let control = SharedControl::new(Control::new(
            Arc::new(SavedBank::default()),
            Arc::new(SavedParts::default()),
            ProgramNames::default(),
        ));
        let mut shell = Shell::new(control.clone());
        assert!(shell.activate(rate, Pace::Live, 0));
        Self {
            shell,
            control,
            played: Vec::new(),
            beat: 0.0,
        }
    }

    /// Plays one block of messages, each at a frame of it; those of group 2 come by another port.
    fn play(&mut self, messages: &[(usize, u16, &[u8])]) {
        let (mut left, mut right) = (vec![0.0; BLOCK], vec![0.0; BLOCK]);
        let trims = Trims::default();
        let song = Transport {
            playing: Some(true),
            tempo_bpm: Some(90.0),
            signature: Some(TimeSignature {
                numerator: 3,
                denominator: 4,
            }),
            song_quarters: Some(self.beat),
            ..Transport::default()
        };
        self.beat += BLOCK as f64 / f64::from(RATE) * 1.5;
        let others = messages.iter().filter(|(_, group, _)| *group > 1);
        let others = others.map(|(offset, group, bytes)| PortEvent {
            offset_frames: u32::try_from(*offset).unwrap_or(0),
            port: group - 1,
            is_live: true,
            bytes,
        });
        self.shell.begin_block(None, 1, others);
        let mut first = messages.iter().filter(|(_, group, _)| *group == 1);
        self.shell.process(
            &mut left,
            &mut right,
            &Asked {
                trims: &trims,
                song: &song,
            },
            core::iter::from_fn(|| {
                let (offset, _, bytes) = first.next()?;
                let event = NoteEvent::from_midi(0, bytes).ok()?;
                Some((Inbound::from_event(&event), *offset))
            }),
        );
        let bits = left.iter().zip(&right);
        self.played
            .extend(bits.map(|(left, right)| (left.to_bits(), right.to_bits())));
    }

    fn silent_blocks(&mut self, blocks: usize) {
        for _ in 0..blocks {
            self.play(&[]);
        }
    }

    fn say(&self, line: &str) -> String {
        commands::run(line, &self.control)
    }

    /// Largest sample since the frame given.
    fn peak_since(&self, frame: usize) -> f32 {
        let bits = self.played.iter().skip(frame);
        bits.flat_map(|(left, right)| [*left, *right])
            .fold(0.0, |peak, bits| f32::from_bits(bits).abs().max(peak))
    }
}

#[test]
fn what_was_played_is_saved_and_plays_again_bit_for_bit() {
    let mut rig = Rig::new();
    rig.play(&[
        (3, 1, &[0xC0, 40]),
        (100, 1, &[0x90, 60, 100]),
        (7, 2, &[0xC1, 19]),
    ]);
    rig.silent_blocks(20);
    rig.play(&[
        (511, 2, &[0x91, 48, 90]),
        (17, 1, &[0xE0, 0, 80]),
        (18, 1, &[0x80, 60, 0]),
    ]);
    rig.silent_blocks(30);
    rig.play(&[(0, 2, &[0x81, 48, 0])]);
    rig.silent_blocks(10);

    let file = TempFile::new("take.mid");
    let said = rig.say(&format!("save-midi 600 {}", file.path()));
    assert!(said.starts_with("ok "), "{said}");
    let bytes = std::fs::read(&file.0).expect("the file");
    let song = Song::read_smf(&bytes).expect("a song");
    assert!(
        song.tempos()
            .iter()
            .any(|tempo| (tempo.bpm() - 90.0).abs() < 0.01)
    );

    let mut again = Rig::new();
    let mut waiting = song.messages().iter().peekable();
    for block in 0..rig.played.len() / BLOCK {
        let start = (block * BLOCK) as u64;
        let mut due = Vec::new();
        while let Some(message) =
            waiting.next_if(|message| message.time().frame(RATE) < start + BLOCK as u64)
        {
            let offset = usize::try_from(message.time().frame(RATE) - start).unwrap_or(0);
            due.push((offset, message.group(), message.bytes()));
        }
        again.play(&due);
    }
    assert!(rig.peak_since(0) > 0.01);
    assert!(again.played == rig.played, "another sound");
}

/// A second of 44.1 kHz is no whole number of the synthesizer's ticks.
#[test]
fn a_take_from_the_middle_sounds_as_it_did() {
    const RATE: u32 = 44_100;
    let mut rig = Rig::at(44_100.0);
    rig.play(&[(3, 1, &[0xC0, 48]), (5, 1, &[0xB0, 1, 90])]);
    rig.silent_blocks(150);
    rig.play(&[(77, 1, &[0x90, 60, 100])]);
    rig.silent_blocks(50);
    let file = TempFile::new("middle.mid");
    let said = rig.say(&format!("save-midi 1 {}", file.path()));
    assert!(said.starts_with("ok 1 "), "{said}");
    let song = Song::read_smf(&std::fs::read(&file.0).expect("the file")).expect("a song");

    let start = rig.played.len() - RATE as usize;
    let start = start - start % 64;
    let mut again = Rig::at(44_100.0);
    let mut waiting = song.messages().iter().peekable();
    while again.played.len() + start < rig.played.len() {
        let from = again.played.len() as u64;
        let mut due = Vec::new();
        while let Some(message) =
            waiting.next_if(|message| message.time().frame(RATE) < from + BLOCK as u64)
        {
            let offset = usize::try_from(message.time().frame(RATE) - from).unwrap_or(0);
            due.push((offset, message.group(), message.bytes()));
        }
        again.play(&due);
    }
    let heard = &rig.played[start..];
    assert!(rig.peak_since(start) > 0.01);
    assert!(again.played[..heard.len()] == *heard, "another sound");
}

#[test]
fn what_was_heard_is_saved_sample_for_sample() {
    let mut rig = Rig::new();
    rig.play(&[(3, 1, &[0x90, 60, 100])]);
    rig.silent_blocks(20);
    let file = TempFile::new("take.wav");
    let frames = rig.played.len();
    let said = rig.say(&format!("save-audio {}", file.path()));
    assert!(said.starts_with(&format!("ok {frames} ")), "{said}");
    let mut wav = hound::WavReader::open(&file.0).expect("a WAV file");
    assert_eq!((wav.spec().channels, wav.spec().sample_rate), (2, RATE));
    let samples: Vec<u32> = wav
        .samples::<f32>()
        .map(|sample| sample.expect("a sample").to_bits())
        .collect();
    let expected: Vec<u32> = rig
        .played
        .iter()
        .flat_map(|(left, right)| [*left, *right])
        .collect();
    assert!(samples == expected);
    // After the instrument was switched off it is still there.
    rig.shell.deactivate();
    assert!(
        rig.say(&format!("save-audio {}", file.path()))
            .starts_with("ok ")
    );
}

#[test]
fn before_anything_is_played_there_is_nothing_to_save() {
    let rig = Rig::new();
    let file = TempFile::new("none.wav");
    let said = rig.say(&format!("save-audio {}", file.path()));
    assert_eq!(said, "error nothing was played yet");
    let said = rig.say("save-midi /no/such/folder/a.mid");
    assert!(said.starts_with("error "), "{said}");
}

#[test]
fn volume_is_heard_and_outlives_an_activation() {
    let mut rig = Rig::new();
    assert_eq!(rig.say("volume"), "ok 0");
    assert_eq!(rig.say("volume -20000"), "ok");
    assert!(rig.say("volume 2001").starts_with("error "));
    rig.silent_blocks(4);
    let from = rig.played.len();
    rig.play(&[(0, 1, &[0x90, 60, 127])]);
    rig.silent_blocks(10);
    assert!(rig.peak_since(from) < 1e-6);
    rig.shell.deactivate();
    assert_eq!(rig.say("volume"), "error the instrument is not active");
    assert!(rig.shell.activate(48_000.0, Pace::Live, 0));
    assert_eq!(rig.say("volume"), "ok -20000");
    assert_eq!(rig.say("volume 0"), "ok");
    let from = rig.played.len();
    rig.play(&[(0, 1, &[0x90, 60, 127])]);
    rig.silent_blocks(10);
    assert!(rig.peak_since(from) > 0.01);
}

#[test]
fn groups_shrink_while_notes_sound_and_come_back() {
    let mut rig = Rig::new();
    assert_eq!(rig.say("groups"), "ok 4");
    // No reverb, which would ring on for the voices that are taken away.
    rig.play(&[(0, 2, &[0xB0, 91, 0]), (0, 2, &[0x90, 60, 127])]);
    rig.silent_blocks(10);
    assert_eq!(rig.say("groups 1"), "ok");
    rig.silent_blocks(10);
    let from = rig.played.len();
    rig.play(&[(0, 2, &[0x90, 64, 127])]);
    rig.silent_blocks(10);
    assert!(rig.peak_since(from) < 1e-6, "group 2 is gone");
    assert_eq!(rig.say("groups 4"), "ok");
    let from = rig.played.len();
    rig.play(&[]);
    rig.play(&[(0, 2, &[0x90, 64, 127])]);
    rig.silent_blocks(10);
    assert!(rig.peak_since(from) > 0.01, "group 2 is back");
    assert!(rig.say("groups 5").starts_with("error "));
    assert!(rig.say("groups 0").starts_with("error "));
}

#[test]
fn statistics_count_voices_and_time() {
    let mut rig = Rig::new();
    rig.play(&[(0, 1, &[0x90, 60, 127]), (0, 1, &[0x90, 64, 127])]);
    rig.silent_blocks(20);
    let said = rig.say("stats");
    let words: Vec<&str> = said.split(' ').collect();
    let number = |key: &str| {
        let at = words.iter().position(|word| *word == key);
        at.and_then(|at| words.get(at + 1)?.parse::<i64>().ok())
    };
    assert!(number("voices") >= Some(2), "{said}");
    assert!(number("cpu") > Some(0), "{said}");
    assert_eq!(number("lost_notes"), Some(0), "{said}");
    assert!(number("peak") > Some(-6_000), "{said}");
    let said = rig.say("clocks");
    let clocks: Vec<i64> = said
        .split(' ')
        .skip(1)
        .filter_map(|it| it.parse().ok())
        .collect();
    assert!(clocks[0] < clocks[1], "{said}");
    assert!(rig.say("caps").contains("groups 4"));
}

#[test]
fn a_downloaded_instrument_plays_and_is_unloaded_under_its_note() {
    let bank = Bank::read(include_bytes!("../../presets/dmus-gm.dls")).expect("the built-in bank");
    let file = TempFile::new("chunk");
    let mut rig = Rig::new();
    let chunks = chunks_of(&bank, 1);
    let mut handles = Vec::new();
    // Waves come first; the instruments link to them.
    for chunk in &chunks {
        std::fs::write(&file.0, chunk).expect("written");
        let said = rig.say(&format!("download {}", file.path()));
        let handle = said.strip_prefix("ok ").expect(&said);
        handles.push(handle.to_owned());
    }
    tasks::attend(&rig.control);
    rig.play(&[(0, 1, &[0x90, 60, 127])]);
    rig.silent_blocks(10);
    assert!(rig.peak_since(0) > 0.01);
    for handle in handles.iter().rev() {
        let said = rig.say(&format!("unload {handle}"));
        assert!(said.starts_with("ok "), "{said}");
    }
    let last = handles.last().expect("a handle");
    assert!(rig.say(&format!("unload {last}")).starts_with("error "));
    rig.play(&[(0, 1, &[0x80, 60, 127])]);
    rig.silent_blocks(400);
    tasks::attend(&rig.control);
    assert!(rig.control.lock().downloads().lock().is_empty());
    let truncated = &chunks[0][..chunks[0].len() / 2];
    std::fs::write(&file.0, truncated).expect("written");
    assert!(
        rig.say(&format!("download {}", file.path()))
            .starts_with("error ")
    );
}

#[test]
fn nonsense_is_answered_with_what_was_wrong() {
    let rig = Rig::new();
    for line in [
        "",
        "frobnicate",
        "volume loud",
        "priority 0",
        "unload 12",
        "save-midi",
    ] {
        assert!(rig.say(line).starts_with("error "), "{line}");
    }
    assert!(rig.say("help").contains("save-midi"));
    assert_eq!(rig.say("priority 0 9"), format!("ok {}", 0x8000_000F_u32));
    assert_eq!(rig.say("priority 0 9 1"), "ok");
    assert_eq!(rig.say("priority 0 9"), "ok 1");
}

#[test]
fn a_pool_that_was_too_small_grows_while_it_plays() {
    let mut rig = Rig::new();
    let long: Vec<u8> = [0xF0]
        .into_iter()
        .chain([0x7D; 100])
        .chain([0xF7])
        .collect();
    let flood: Vec<(usize, u16, &[u8])> = vec![(500, 2, &long[..]); 400];
    let fact = |rig: &Rig, key: &str| {
        let report = rig.control.lock().report();
        let line = report
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix(' '));
        line.and_then(|value| value.parse::<u64>().ok())
    };
    rig.play(&flood);
    rig.silent_blocks(4);
    assert_eq!(
        fact(&rig, "lost_pool"),
        Some(400 - 256),
        "no buffer was free"
    );
    rig.silent_blocks(4);
    assert_eq!(fact(&rig, "buffers_capacity"), Some(512));
    rig.play(&flood);
    rig.silent_blocks(4);
    assert_eq!(
        fact(&rig, "lost_pool"),
        Some(400 - 256),
        "there was room for all"
    );
    assert_eq!(fact(&rig, "buffers_free"), Some(512));
}
