//! The life of an instance in every order a host may choose.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::process::Command;

use dmus_host_tests::audio;
use dmus_host_tests::bundle;
use dmus_host_tests::fixture::{self, Folder};
use dmus_host_tests::host::{Activation, Bundle, Event, Plugin};
use dmus_host_tests::player::{Partition, Player, play};
use dmus_host_tests::timeline::Timeline;

const RATE: u32 = 48_000;

fn instance() -> Plugin {
    Bundle::load(&bundle::clap().unwrap())
        .unwrap()
        .instance()
        .unwrap()
}

/// A few bars on several channels, bends and pedal included.
fn music() -> Timeline {
    Timeline::of_song(&dmus_song::sixteen_parts(), RATE)
}

#[test]
fn it_is_an_instrument_with_a_name() {
    let bundle = Bundle::load(&bundle::clap().unwrap()).unwrap();
    let descriptors = bundle.descriptors().unwrap();
    assert_eq!(descriptors.len(), 1);
    let only = &descriptors[0];
    assert_eq!(
        (only.id.as_str(), only.name.as_str()),
        ("org.dmus.instrument", "DMus")
    );
    for feature in ["instrument", "stereo"] {
        assert!(
            only.features.iter().any(|known| known == feature),
            "{:?}",
            only.features
        );
    }
}

#[test]
fn it_has_a_stereo_output_and_four_note_inputs() {
    let mut plugin = instance();
    let outputs = plugin.audio_ports(false);
    assert!(outputs[0].main && outputs[0].channels == 2, "{outputs:?}");
    assert!(plugin.audio_ports(true).is_empty());
    assert_eq!(plugin.note_ports(true).len(), 4);
}

#[test]
fn it_can_be_destroyed_in_any_state() {
    drop(instance());
    let activation = Activation {
        rate_hz: RATE,
        min_frames: 1,
        max_frames: 64,
    };
    let mut active = instance();
    active.activate(activation).unwrap();
    drop(active);
    let mut started = instance();
    started.run(RATE, 64).unwrap();
    drop(started);
    let mut stopped = instance();
    stopped.run(RATE, 64).unwrap();
    stopped.stop().unwrap();
    drop(stopped);
}

#[test]
fn it_can_be_activated_again_at_any_rate_and_block_size() {
    let mut plugin = instance();
    for (rate_hz, max_frames) in [
        (44_100, 1),
        (8_000, 4_096),
        (192_000, 37),
        (768_000, 512),
        (48_000, 65_536),
        (44_100, 64),
    ] {
        plugin.run(rate_hz, max_frames).unwrap();
        let timeline = Timeline::of_script("0ms on 60 100; 100ms off 60", rate_hz).unwrap();
        let take = play(
            &mut plugin,
            &timeline,
            u64::from(rate_hz) / 5,
            Partition::Fixed(max_frames),
        );
        let take = take.unwrap();
        assert!(audio::is_finite(&take.left) && audio::is_finite(&take.right));
        assert!(audio::peak(&take.left) > 0.001, "silent at {rate_hz} Hz");
        plugin.deactivate().unwrap();
    }
}

#[test]
fn activation_without_processing_leaves_no_trace() {
    let mut plugin = instance();
    for _ in 0..3 {
        plugin
            .activate(Activation {
                rate_hz: RATE,
                min_frames: 1,
                max_frames: 64,
            })
            .unwrap();
        plugin.reset().unwrap();
        plugin.start().unwrap();
        plugin.stop().unwrap();
        plugin.start().unwrap();
        plugin.reset().unwrap();
        plugin.stop().unwrap();
        plugin.deactivate().unwrap();
    }
    plugin.run(RATE, 512).unwrap();
    let used = play(&mut plugin, &music(), 48_000, Partition::Fixed(512)).unwrap();
    let mut fresh = instance();
    fresh.run(RATE, 512).unwrap();
    let new = play(&mut fresh, &music(), 48_000, Partition::Fixed(512)).unwrap();
    assert_eq!(audio::first_difference(&used.left, &new.left), None);
}

#[test]
fn a_silent_instance_stays_silent() {
    let mut plugin = instance();
    plugin.run(RATE, 512).unwrap();
    let take = play(
        &mut plugin,
        &Timeline::default(),
        48_000,
        Partition::Fixed(512),
    )
    .unwrap();
    assert!(audio::peak(&take.left) < 1e-9 && audio::peak(&take.right) < 1e-9);
}

#[test]
fn reset_in_the_middle_of_a_song_equals_fresh() {
    let timeline = music();
    let mut plugin = instance();
    plugin.run(RATE, 256).unwrap();
    let fresh = play(&mut plugin, &timeline, 96_000, Partition::Fixed(256)).unwrap();
    plugin.reset().unwrap();
    let again = play(&mut plugin, &timeline, 96_000, Partition::Fixed(256)).unwrap();
    assert_eq!(audio::first_difference(&fresh.left, &again.left), None);
    assert_eq!(audio::first_difference(&fresh.right, &again.right), None);
}

#[test]
fn stopping_and_starting_keeps_the_programs() {
    let folder = Folder::new().unwrap();
    let bank = folder.write("known.dls", &fixture::bank()).unwrap();
    let mut plugin = instance();
    plugin.load_state(&fixture::state_naming(&bank)).unwrap();
    plugin.run(RATE, 256).unwrap();
    // Hosts suspend what is silent; the program chosen by MIDI must still be there afterwards.
    let text = format!(
        "0f program {}; 10000f on 60 127",
        fixture::program::CONSTANT
    );
    let timeline = Timeline::of_script(&text, RATE).unwrap();
    let mut player = Player::new(&mut plugin, &timeline, Partition::Fixed(256)).unwrap();
    for _ in 0..3 {
        player.render(3_000).unwrap();
        player.plugin().stop().unwrap();
        player.plugin().start().unwrap();
    }
    player.render(9_000).unwrap();
    let take = player.finish();
    assert!(audio::is_finite(&take.left));
    // The constant still sounds long after the click of program 0 would have ended.
    assert!(take.left[15_000] > 0.1 && audio::greatest_step(&take.left[12_000..]) < 1e-4);
    assert_eq!(plugin.report().unwrap().losses(), []);
}

#[test]
fn two_instances_do_not_hear_each_other() {
    let bundle = Bundle::load(&bundle::clap().unwrap()).unwrap();
    let timeline = music();
    let mut alone = bundle.instance().unwrap();
    alone.run(RATE, 128).unwrap();
    let expected = play(&mut alone, &timeline, 48_000, Partition::Fixed(128)).unwrap();

    let other =
        Timeline::of_script("0ms on 40 127; 300ms program 40; 310ms on 72 127", RATE).unwrap();
    let (mut first, mut second) = (bundle.instance().unwrap(), bundle.instance().unwrap());
    first.run(RATE, 128).unwrap();
    second.run(RATE, 128).unwrap();
    let mut first = Player::new(&mut first, &timeline, Partition::Fixed(128)).unwrap();
    let mut second = Player::new(&mut second, &other, Partition::Fixed(128)).unwrap();
    for _ in 0..48 {
        first.render(1_000).unwrap();
        second.render(1_000).unwrap();
    }
    let heard = first.finish();
    assert_eq!(audio::first_difference(&expected.left, &heard.left), None);
    assert!(audio::peak(&second.finish().left) > 0.001);
}

#[test]
fn instances_on_several_threads_play_the_same() {
    let path = bundle::clap().unwrap();
    let takes: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut plugin = Bundle::load(&path).unwrap().instance().unwrap();
                    plugin.run(RATE, 512).unwrap();
                    play(&mut plugin, &music(), 96_000, Partition::Fixed(512)).unwrap()
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    for take in &takes[1..] {
        assert_eq!(audio::first_difference(&takes[0].left, &take.left), None);
    }
}

#[test]
fn blocks_longer_than_agreed_are_refused_by_this_host() {
    let mut plugin = instance();
    plugin.run(RATE, 64).unwrap();
    let (mut left, mut right) = ([0.0; 65], [0.0; 65]);
    assert!(plugin.process(&[], &mut left, &mut right).is_err());
}

/// Loads and unloads in a process of its own, which a crash would end.
fn check_unloading(rounds: &str, depth: &[&str], expected: usize) {
    let mut scan = Command::new(env!("CARGO_BIN_EXE_scan"));
    let output = scan
        .arg(bundle::clap().unwrap())
        .arg(rounds)
        .args(depth)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", output.status);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        text.matches("plugin org.dmus.instrument").count(),
        expected,
        "{text}"
    );
}

#[test]
fn the_library_can_be_loaded_and_unloaded_many_times() {
    check_unloading("20", &[], 20);
}

#[test]
fn threads_that_made_an_instance_may_end_while_another_unloads_the_library() {
    check_unloading("50", &["create"], 200);
}

#[test]
fn threads_that_played_may_end_while_another_unloads_the_library() {
    check_unloading("50", &["play"], 200);
}

/// Peak of a block with these messages at its first frame.
fn peak_of(plugin: &mut Plugin, messages: &[(u16, [u8; 3])]) -> f32 {
    let midi = |(port, bytes): &(u16, [u8; 3])| Event::Midi {
        port: *port,
        bytes: *bytes,
    };
    let events: Vec<Event> = messages.iter().map(midi).collect();
    let events: Vec<(u32, &Event)> = events.iter().map(|event| (0, event)).collect();
    let (mut left, mut right) = ([0.0; 512], [0.0; 512]);
    plugin.process(&events, &mut left, &mut right).unwrap();
    audio::peak(&left)
}

#[test]
fn a_panic_ends_notes_and_pedals_of_every_port_and_nothing_else() {
    let dry = || {
        let mut plugin = instance();
        plugin.flush_text("Master Dry", "on").unwrap();
        plugin.run(RATE, 512).unwrap();
        plugin
    };
    let voices = |plugin: &mut Plugin| plugin.report().unwrap().number("voices").unwrap();
    let on = (0, [0x90, 60, 100]);
    let mut plugin = dry();
    for port in 0..4 {
        let held = [
            (port, [0xB0, 7, 40]),
            (port, [0xB0, 64, 127]),
            (port, [0xB0, 66, 127]),
            (port, [0x90, 60, 100]),
            (port, [0x80, 60, 0]),
            (port, [0x90, 64, 100]),
        ];
        peak_of(&mut plugin, &held);
    }
    for _ in 0..16 {
        peak_of(&mut plugin, &[]);
    }
    assert!(voices(&mut plugin) >= 8);
    assert_eq!(plugin.command("panic").unwrap(), "ok");
    for _ in 0..20 {
        peak_of(&mut plugin, &[]);
    }
    assert_eq!(voices(&mut plugin), 0);

    let mut fresh = dry();
    peak_of(&mut fresh, &[(0, [0xB0, 7, 40])]);
    for _ in 0..20 {
        peak_of(&mut fresh, &[]);
    }
    let peaks = [&mut plugin, &mut fresh].map(|plugin| peak_of(plugin, &[on]).to_bits());
    assert_eq!(peaks[0], peaks[1], "the volume is what it was");
    peak_of(&mut plugin, &[(0, [0x80, 60, 0])]);
    for _ in 0..1_000 {
        peak_of(&mut plugin, &[]);
    }
    assert_eq!(voices(&mut plugin), 0, "a pedal that is up holds nothing");
}
