//! What parameters add to MIDI: mode, tuning, voices, groups; of a part mute, solo, sends, filter,
//! times, lock.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use dmus_host_tests::audio;
use dmus_host_tests::audio::pitch;
use dmus_host_tests::bundle;
use dmus_host_tests::fixture::{self, Folder, program};
use dmus_host_tests::host::{Bundle, Event, Plugin};
use dmus_host_tests::player::{Partition, Take, play};
use dmus_host_tests::timeline::Timeline;

const RATE: u32 = 48_000;

/// Resets to the rules of GS and of XG.
const GS: &str = "sysex F0 41 10 42 12 40 00 7F 00 41 F7";
const XG: &str = "sysex F0 43 10 4C 00 00 7E 00 F7";

fn instance() -> Plugin {
    let bundle = Bundle::load(&bundle::clap().unwrap()).unwrap();
    bundle.instance().unwrap()
}

fn with_fixture() -> (Plugin, Folder) {
    let folder = Folder::new().unwrap();
    let bank = folder.write("known.dls", &fixture::bank()).unwrap();
    let mut plugin = instance();
    plugin.load_state(&fixture::state_naming(&bank)).unwrap();
    plugin.run(RATE, 4_096).unwrap();
    (plugin, folder)
}

/// One second of a script.
fn play_in(plugin: &mut Plugin, script: &str, partition: Partition) -> Take {
    let timeline = Timeline::of_script(script, RATE).unwrap();
    play(plugin, &timeline, u64::from(RATE), partition).unwrap()
}

/// One second of a program without reverb while a script runs.
fn hear(program: u8, script: &str) -> Take {
    let (mut plugin, _folder) = with_fixture();
    let text = format!("0f cc 91 0; 0f program {program}; {script}");
    play_in(&mut plugin, &text, Partition::Fixed(512))
}

fn cents(take: &Take, near_hz: f64) -> f64 {
    let found = pitch::frequency_hz(&take.left[20_000..], f64::from(RATE), near_hz).unwrap();
    pitch::cents(440.0, found)
}

/// Level at a moment over that of another take, dB.
fn over(take: &Take, other: &Take, frame: usize) -> f64 {
    let level = |take: &Take| audio::rms(&take.left[frame..frame + 480]);
    audio::dbfs(level(take) / level(other))
}

/// Drums by the rules of XG, a melody by those of GS.
fn ambiguous(before: &str) -> Take {
    let mut plugin = instance();
    plugin.run(RATE, 4_096).unwrap();
    let script = format!("{before}; 20ms cc 0 127; 20ms program 0; 30ms on 40 100; 300ms off 40");
    play_in(&mut plugin, &script, Partition::Fixed(512))
}

#[test]
fn a_mode_holds_whatever_messages_ask_for() {
    let same = |a: &Take, b: &Take| audio::first_difference(&a.left, &b.left).is_none();
    let (gs, xg) = (
        ambiguous(&format!("10ms {GS}")),
        ambiguous(&format!("10ms {XG}")),
    );
    assert!(!same(&gs, &xg) && audio::peak(&gs.left) > 0.001);
    let locked = |mode: &str, asked: &str| {
        ambiguous(&format!("0f param Master Mode = {mode}; 10ms {asked}"))
    };
    assert!(same(&locked("GS", XG), &gs));
    assert!(same(&locked("XG", GS), &xg));
    assert!(same(&locked("Auto", XG), &xg));
}

#[test]
fn a_saved_mode_holds_and_the_programs_saved_with_it_play() {
    let (mut first, _folder) = with_fixture();
    let choose = format!("0f param Master Mode = GS; 10ms program {}", program::FIFTH);
    play_in(&mut first, &choose, Partition::Fixed(512));
    let saved = first.save_state().unwrap();
    let mut second = instance();
    second.load_state(&saved).unwrap();
    assert_eq!(second.text("Master Mode").unwrap(), "GS");
    second.run(RATE, 4_096).unwrap();
    let take = play_in(
        &mut second,
        &format!("5ms {XG}; 10ms on 69 127"),
        Partition::Fixed(512),
    );
    // The reset has put the part back to its first program, under the rules of GS.
    assert!(audio::peak(&take.left) > 0.01);
    let mut third = instance();
    third.load_state(&saved).unwrap();
    third.run(RATE, 4_096).unwrap();
    let take = play_in(&mut third, "10ms on 69 127", Partition::Fixed(512));
    assert!((cents(&take, 660.0) - pitch::cents(440.0, 660.0)).abs() < 0.5);
}

#[test]
fn everything_and_a_part_are_tuned_and_transposed() {
    for (script, near_hz, expected) in [
        ("0f param Master Tune = 50 ct", 452.9, 50.0),
        ("0f param Part 01 Tune = -30 ct", 432.4, -30.0),
        ("0f param Part 02 Tune = -30 ct", 440.0, 0.0),
        ("0f param Master Transpose = 12 st", 880.0, 1200.0),
        (
            "0f param Master Tune = 50 ct; 0f param Part 01 Tune = 50 ct; 5ms cc 101 0",
            466.2,
            100.0,
        ),
    ] {
        let take = hear(program::SINE, &format!("{script}; 10ms on 69 127"));
        let found = cents(&take, near_hz);
        assert!((found - expected).abs() < 0.5, "{script}: {found}");
    }
    // A note that sounds is tuned too, and keeps its key.
    let held =
        "10ms on 69 127; 200ms param Master Tune = 50 ct; 200ms param Master Transpose = 12 st";
    assert!((cents(&hear(program::SINE, held), 452.9) - 50.0).abs() < 0.5);
}

#[test]
fn voices_are_as_many_as_the_parameter_says() {
    let (mut plugin, _folder) = with_fixture();
    let notes: Vec<String> = (40..80).map(|key| format!("10ms on {key} 100")).collect();
    let notes = notes.join("; ");
    for (voices, most) in [("256", 40), ("8", 8), ("1", 1)] {
        let script =
            format!("0f cc 120 0; 0f program 5; 0f param Master Voices = {voices}; {notes}");
        play_in(&mut plugin, &script, Partition::Fixed(512));
        assert_eq!(plugin.report().unwrap().number("voices"), Some(most));
    }
    let most = plugin.text_value("Master Voices", "4096").unwrap();
    assert_eq!(plugin.value_text("Master Voices", most).unwrap(), "4096");
}

#[test]
fn groups_beyond_those_asked_for_are_silent() {
    let note = |port| Event::Midi {
        port,
        bytes: [0x90, 60, 127],
    };
    for (groups, is_heard) in [("4", true), ("2", true), ("1", false)] {
        let mut plugin = instance();
        plugin.flush_text("Master Channel Groups", groups).unwrap();
        plugin.run(RATE, 4_096).unwrap();
        let mut timeline = Timeline::default();
        timeline.push(1_000, note(1));
        let take = play(&mut plugin, &timeline, 20_000, Partition::Fixed(512)).unwrap();
        assert_eq!(audio::peak(&take.left) > 0.001, is_heard, "{groups}");
    }
}

#[test]
fn a_muted_part_is_silent_and_one_alone_silences_all_others() {
    let heard = |params: &str| {
        let (mut plugin, _folder) = with_fixture();
        let script = format!(
            "0f program {0}; 0f ch2 program {0}; 0f cc 91 0; 0f ch2 cc 91 0; {params}",
            program::SINE
        );
        let mut timeline = Timeline::of_script(&script, RATE).unwrap();
        // Keys of octaves: a part each, and a group without parameters.
        for (port, status, key) in [(0, 0x90, 57), (0, 0x91, 69)] {
            let bytes = [status, key, 127];
            timeline.push(4_000, Event::Midi { port, bytes });
        }
        for bytes in [[0xC0, program::FIFTH, 0], [0xB0, 91, 0], [0x90, 69, 127]] {
            timeline.push(4_000, Event::Midi { port: 1, bytes });
        }
        let take = play(
            &mut plugin,
            &timeline,
            u64::from(RATE),
            Partition::Fixed(512),
        )
        .unwrap();
        [220.0, 440.0, 660.0].map(|hz| {
            let all = &take.left[20_000..44_000];
            let rest = pitch::without_tone(all, f64::from(RATE), hz);
            audio::rms(all) - audio::rms(&rest) > 1e-4
        })
    };
    assert_eq!(heard(""), [true, true, true]);
    assert_eq!(heard("0f param Part 01 Mute = On"), [false, true, true]);
    assert_eq!(heard("0f param Part 02 Solo = On"), [false, true, false]);
    assert_eq!(
        heard("0f param Part 01 Solo = On; 0f param Part 02 Solo = On"),
        [true, true, false]
    );
    assert_eq!(
        heard("0f param Part 02 Solo = On; 900f param Part 02 Solo = Off"),
        [true, true, true]
    );
}

#[test]
fn times_and_filter_of_a_part_are_moved() {
    let with = |number, param: &str| hear(number, &format!("0f param {param}; 0f on 60 127"));
    let plain = |number| hear(number, "0f on 60 127");
    let attack = over(
        &with(program::ATTACK, "Part 01 Attack = 50 %"),
        &plain(program::ATTACK),
        24_000,
    );
    assert!((attack - 6.02).abs() < 0.3, "{attack}");
    let decay = over(
        &with(program::FADE, "Part 01 Decay = 50 %"),
        &plain(program::FADE),
        12_000,
    );
    assert!((decay + 24.0).abs() < 1.5, "{decay}");
    let ended = |param: &str| {
        hear(
            program::RELEASE,
            &format!("{param}0f on 60 127; 1000f off 60"),
        )
    };
    let release = over(
        &ended("0f param Part 01 Release = 50 %; "),
        &ended(""),
        25_000,
    );
    assert!((release + 24.0).abs() < 1.0, "{release}");
    let dark = with(program::SINE, "Part 01 Cutoff = -84 st");
    let cut = over(&dark, &plain(program::SINE), 24_000);
    assert!(cut < -6.0, "{cut}");
    let peaked = hear(
        program::SINE,
        "0f param Part 01 Cutoff = -66 st; 0f param Part 01 Resonance = 12 dB; 0f on 69 127",
    );
    let flat = hear(
        program::SINE,
        "0f param Part 01 Cutoff = -66 st; 0f on 69 127",
    );
    let peak = over(&peaked, &flat, 24_000);
    assert!(peak > 3.0, "{peak}");
}

#[test]
fn a_velocity_curve_serves_the_note_of_its_own_frame_and_those_behind_it() {
    let notes = |curve: &str, second: u8| {
        let script = format!("{curve}480f on 69 64; 481f off 69; 481f on 76 {second}");
        hear(program::SINE, &script).left
    };
    for (text, second) in [("Linear", 64), ("Soft 2", 90), ("Hard 1", 48)] {
        let curve = format!("481f param Part 01 Velocity Curve = {text}; ");
        assert!(notes(&curve, 64) == notes("", second), "{text}");
    }
}

#[test]
fn sends_of_a_part_are_added_to_its_controllers() {
    let wet = |script: &str| {
        let (mut plugin, _folder) = with_fixture();
        let script = format!(
            "0f param Master Dry = Off; 0f program {}; {script}; 10ms on 60 127",
            program::CLICK
        );
        let take = play_in(&mut plugin, &script, Partition::Fixed(512));
        audio::rms(&take.left[12_000..])
    };
    let dry = wet("0f cc 91 0");
    assert!(dry < 1e-9, "{dry}");
    let reverb = wet("0f cc 91 0; 0f param Part 01 Reverb = 50 %");
    assert!(reverb > 1e-6, "{reverb}");
    let delay = wet("0f cc 91 0; 0f param Part 01 Delay = 50 %");
    assert!(delay > 1e-6, "{delay}");
    assert!(wet("0f cc 91 100; 0f param Part 01 Reverb = -100 %") < 1e-9);
    let (half, whole) = (
        wet("0f cc 91 0; 0f param Part 01 Reverb = 25 %"),
        wet("0f cc 91 0; 0f param Part 01 Reverb = 50 %"),
    );
    assert!((audio::dbfs(whole / half) - 6.02).abs() < 0.1);
}

#[test]
fn a_locked_part_keeps_its_program() {
    let lock = format!(
        "5ms param Part 01 Lock = On; 10ms program {}",
        program::FIFTH
    );
    let take = hear(program::SINE, &format!("{lock}; 20ms on 69 127"));
    assert!(cents(&take, 440.0).abs() < 0.5);
    let free = format!("{lock}; 15ms param Part 01 Lock = Off; 20ms on 69 127");
    assert!(cents(&hear(program::SINE, &free), 440.0).abs() < 0.5);
    let later = format!(
        "{lock}; 15ms param Part 01 Lock = Off; 16ms program {}; 20ms on 69 127",
        program::FIFTH
    );
    let found = cents(&hear(program::SINE, &later), 660.0);
    assert!((found - pitch::cents(440.0, 660.0)).abs() < 0.5);
}

#[test]
fn a_state_chooses_the_programs_of_locked_parts_too() {
    let (mut first, _folder) = with_fixture();
    let choose = format!(
        "10ms program {}; 20ms param Part 01 Lock = On",
        program::FIFTH
    );
    play_in(&mut first, &choose, Partition::Fixed(512));
    let saved = first.save_state().unwrap();
    let mut second = instance();
    second.load_state(&saved).unwrap();
    second.run(RATE, 4_096).unwrap();
    let take = play_in(
        &mut second,
        "5ms program 1; 10ms on 69 127",
        Partition::Fixed(512),
    );
    assert!((cents(&take, 660.0) - pitch::cents(440.0, 660.0)).abs() < 0.5);
}

#[test]
fn automation_of_all_of_them_gives_the_same_bits_in_blocks_of_any_size() {
    let script = format!(
        "0f program {0}; 0f on 69 100; 0f ch2 program {0}; 0f ch2 on 76 90; \
         401f param Part 01 Cutoff = -40 st; 503f param Part 01 Resonance = 9 dB; \
         1009f param Part 01 Tune = 33 ct; 2003f param Master Tune = -17 ct; \
         3001f param Part 02 Mute = On; 4001f param Part 02 Mute = Off; \
         5003f param Part 01 Solo = On; 7001f param Part 01 Solo = Off; \
         7003f param Part 01 Reverb = 40 %; 7013f param Part 02 Delay = 30 %; \
         8009f param Part 01 Attack = 300 %; 8009f param Master Transpose = -5 st; \
         8010f on 62 100; 8011f param Part 01 Velocity Curve = Hard 2; 9001f param Part 01 Release = 20 %; 9011f off 69; \
         10007f param Master Voices = 1; 10009f on 50 100; 12000f param Master Mode = XG; \
         12001f on 55 100; 15000f param Part 01 Lock = On; 15001f program 5; 15002f on 57 100",
        program::SINE
    );
    let take = |partition| {
        let (mut plugin, _folder) = with_fixture();
        play_in(&mut plugin, &script, partition)
    };
    let one = take(Partition::Fixed(4_096));
    for partition in [
        Partition::Fixed(1),
        Partition::Fixed(64),
        Partition::Random { seed: 8, most: 900 },
    ] {
        let other = take(partition);
        assert_eq!(audio::first_difference(&one.left, &other.left), None);
        assert_eq!(audio::first_difference(&one.right, &other.right), None);
    }
}
