//! What the instrument always keeps, and its properties, through the bundle as a host sees it.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use dmus_host_tests::audio;
use dmus_host_tests::bundle;
use dmus_host_tests::fixture::Folder;
use dmus_host_tests::host::{Bundle, Event, Plugin};
use dmus_host_tests::player::{Partition, Player, Take, play};
use dmus_host_tests::timeline::Timeline;
use dmus_song::Song;

const RATE: u32 = 48_000;

fn running() -> Plugin {
    let mut plugin = Bundle::load(&bundle::clap().unwrap())
        .unwrap()
        .instance()
        .unwrap();
    plugin.run(RATE, 512).unwrap();
    plugin
}

fn rendered(timeline: &Timeline, frames: u64, block: u32) -> (Plugin, Take) {
    let mut plugin = running();
    let take = play(&mut plugin, timeline, frames, Partition::Fixed(block)).unwrap();
    (plugin, take)
}

/// Ten minutes of a song are saved, and what was saved sounds the same to the last bit.
#[test]
fn a_song_that_was_played_is_saved_and_renders_to_the_same_bits() {
    let song = dmus_song::sixteen_parts();
    let frames = song.length().frame(RATE) + 48_000;
    let (mut plugin, first) = rendered(&Timeline::of_song(&song, RATE), frames, 512);

    let folder = Folder::new().unwrap();
    let path = folder.write("take.mid", &[]).unwrap();
    let answer = plugin
        .command(&format!("save-midi 600 {}", path.display()))
        .unwrap();
    assert!(answer.starts_with("ok "), "{answer}");

    let saved = Song::read_smf(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(saved.warnings(), []);
    assert_eq!(saved.messages().len(), song.messages().len());
    let (_, second) = rendered(&Timeline::of_song(&saved, RATE), frames, 441);
    assert!(audio::first_difference(&first.left, &second.left).is_none());
    assert!(audio::first_difference(&first.right, &second.right).is_none());
}

/// Beyond a deactivation it can still be saved; the next activation begins with nothing.
#[test]
fn what_was_played_is_kept_until_the_next_activation() {
    let timeline = Timeline::of_script("0ms on 60 100; 100ms off 60", RATE).unwrap();
    let (mut plugin, _) = rendered(&timeline, u64::from(RATE), 64);
    let folder = Folder::new().unwrap();
    let path = folder.write("take.mid", &[]).unwrap();
    let save = format!("save-midi 600 {}", path.display());
    plugin.deactivate().unwrap();
    let answer = plugin.command(&save).unwrap();
    assert!(answer.starts_with("ok 2 "), "{answer}");
    plugin.run(RATE, 64).unwrap();
    let answer = plugin.command(&save).unwrap();
    assert!(answer.starts_with("error nothing"), "{answer}");
    play(
        &mut plugin,
        &timeline,
        u64::from(RATE),
        Partition::Fixed(64),
    )
    .unwrap();
    let answer = plugin.command(&save).unwrap();
    assert!(answer.starts_with("ok 2 "), "{answer}");
}

/// Pages that the system had to put behind this thread's memory so far.
#[cfg(target_os = "linux")]
fn page_faults() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
    let (_, after_name) = stat.rsplit_once(')').unwrap();
    after_name
        .split_whitespace()
        .nth(7)
        .unwrap()
        .parse()
        .unwrap()
}

/// Whoever browses presets activates at each of them: 78 MB are asked of the system once.
#[cfg(target_os = "linux")]
#[test]
fn the_next_activation_keeps_things_in_the_memory_of_the_one_before() {
    let mut plugin = running();
    for _ in 0..3 {
        plugin.deactivate().unwrap();
        let before = page_faults();
        plugin.run(RATE, 512).unwrap();
        let faults = page_faults() - before;
        assert!(faults < 4_000, "{faults} pages of 4 KiB");
    }
}

/// Messages of all four ports, a long exclusive one among them.
#[test]
fn four_ports_and_long_messages_survive_being_saved() {
    let mut timeline = Timeline::default();
    let long: Vec<u8> = [0xF0, 0x7D]
        .into_iter()
        .chain((0..9_000_u32).map(|byte| (byte % 128) as u8))
        .chain([0xF7])
        .collect();
    for port in 0..4_u16 {
        let at = 1_000 + 777 * u64::from(port);
        let channel = u8::try_from(port).unwrap();
        let midi = |bytes| Event::Midi { port, bytes };
        timeline.push(at, midi([0xC0 | channel, 11 * (channel + 1), 0]));
        timeline.push(at + 1, midi([0x90 | channel, 60 + channel, 100]));
        timeline.push(at + 9_000, midi([0x80 | channel, 60 + channel, 0]));
    }
    timeline.push(
        5_000,
        Event::SysEx {
            port: 2,
            bytes: long.clone(),
        },
    );
    let frames = u64::from(RATE);
    let (mut plugin, first) = rendered(&timeline, frames, 64);
    let folder = Folder::new().unwrap();
    let path = folder.write("ports.mid", &[]).unwrap();
    let answer = plugin
        .command(&format!("save-midi {}", path.display()))
        .unwrap();
    assert!(answer.starts_with("ok 13 "), "{answer}");
    let saved = Song::read_smf(&std::fs::read(&path).unwrap()).unwrap();
    let groups: Vec<u16> = saved.messages().iter().map(|it| it.group()).collect();
    assert_eq!(groups.iter().max(), Some(&4));
    assert!(
        saved
            .messages()
            .iter()
            .any(|it| it.bytes() == long && it.group() == 3)
    );
    let (_, second) = rendered(&Timeline::of_song(&saved, RATE), frames, 512);
    assert!(audio::first_difference(&first.left, &second.left).is_none());
    assert!(audio::peak(&first.left) > 0.01);
}

#[test]
fn the_last_audio_is_saved_sample_for_sample() {
    let song = dmus_song::demo();
    let timeline = Timeline::of_song(&song, RATE);
    let (mut plugin, take) = rendered(&timeline, 10 * u64::from(RATE), 441);
    let folder = Folder::new().unwrap();
    let path = folder.write("take.wav", &[]).unwrap();
    let answer = plugin
        .command(&format!("save-audio 4 {}", path.display()))
        .unwrap();
    assert!(answer.starts_with("ok 192000 "), "{answer}");
    let mut wav = hound::WavReader::open(&path).unwrap();
    let samples: Vec<f32> = wav.samples::<f32>().map(Result::unwrap).collect();
    let left: Vec<f32> = samples.iter().step_by(2).copied().collect();
    let from = take.left.len() - left.len();
    assert!(audio::first_difference(&left, &take.left[from..]).is_none());
}

/// Readers on the main thread do not disturb the player.
#[test]
fn saving_while_it_plays_changes_no_bit() {
    let song = dmus_song::demo();
    let timeline = Timeline::of_song(&song, RATE);
    let frames = 8 * u64::from(RATE);
    let (_, alone) = rendered(&timeline, frames, 512);
    let mut plugin = running();
    let folder = Folder::new().unwrap();
    let midi = folder.write("a.mid", &[]).unwrap();
    let audio_path = folder.write("a.wav", &[]).unwrap();
    let mut player = Player::new(&mut plugin, &timeline, Partition::Fixed(512)).unwrap();
    for _ in 0..8 {
        player.render(u64::from(RATE)).unwrap();
        for line in [
            format!("save-midi {}", midi.display()),
            format!("save-audio {}", audio_path.display()),
        ] {
            let answer = player.plugin().command(&line).unwrap();
            assert!(answer.starts_with("ok "), "{line}: {answer}");
        }
    }
    let take = player.finish();
    assert!(audio::first_difference(&alone.left, &take.left).is_none());
}

#[test]
fn properties_answer_through_the_bundle() {
    let mut plugin = running();
    let mut say = |line: &str| plugin.command(line).unwrap();
    assert_eq!(say("groups"), "ok 4");
    assert_eq!(say("volume"), "ok 0");
    assert_eq!(say("volume -600"), "ok");
    assert_eq!(say("volume"), "ok -600");
    assert!(
        say("caps").starts_with("ok flags 0x205 "),
        "{}",
        say("caps")
    );
    assert!(say("stats").starts_with("ok voices "));
    assert!(say("nothing of the kind").starts_with("error "));
    assert!(say("").starts_with("error "));
}
