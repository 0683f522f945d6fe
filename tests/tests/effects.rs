//! Reverb, chorus and delay as a host has them: parameters, states, tails.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use clack_host::process::ProcessStatus;
use dmus_host_tests::audio;
use dmus_host_tests::bundle;
use dmus_host_tests::fixture;
use dmus_host_tests::host::{Bundle, Event, Plugin};
use dmus_host_tests::player::{Partition, Take, play};
use dmus_host_tests::timeline::Timeline;

const RATE: u32 = 48_000;

/// A short note that is sent to everything.
const NOTE: &str = "0f cc 91 127; 0f cc 93 127; 0f cc 94 127; 0f on 60 127; 100ms off 60";

fn instance() -> Plugin {
    Bundle::load(&bundle::clap().unwrap())
        .unwrap()
        .instance()
        .unwrap()
}

/// Plays a script for three seconds, with parameters set before.
fn hear(params: &[(&str, &str)], script: &str, partition: Partition) -> Take {
    let mut plugin = instance();
    for (name, text) in params {
        plugin.flush_text(name, text).unwrap();
    }
    plugin.run(RATE, 1_024).unwrap();
    let timeline = Timeline::of_script(script, RATE).unwrap();
    play(&mut plugin, &timeline, 3 * u64::from(RATE), partition).unwrap()
}

/// Loudest sample of the last second.
fn rest(take: &Take) -> f32 {
    audio::peak(&take.left[2 * RATE as usize..])
}

#[test]
fn effects_are_heard_unless_their_parameters_switch_them_off() {
    let fixed = Partition::Fixed(512);
    let wet = hear(&[], NOTE, fixed);
    assert!(rest(&wet) > 1e-4, "the reverb rings: {}", rest(&wet));
    let dry = hear(&[("Master Dry", "On")], NOTE, fixed);
    assert!(rest(&dry) < 1e-6, "{}", rest(&dry));
    let off = [
        ("Reverb On", "Off"),
        ("Chorus Level", "off"),
        ("Delay On", "Off"),
    ];
    let each_off = hear(&off, NOTE, fixed);
    assert_eq!(audio::first_difference(&dry.left, &each_off.left), None);
    for change in [
        ("Reverb Type", "Plate"),
        ("Reverb Time", "0.5 s"),
        ("Reverb Level", "-6 dB"),
        ("Chorus Type", "Flanger"),
        ("Chorus Rate", "3 Hz"),
        ("Delay Type", "Panning Delay 2"),
        ("Delay Time", "100 ms"),
        ("Master Interpolation", "Linear"),
    ] {
        let other = hear(&[change], NOTE, fixed);
        let differs = audio::first_difference(&wet.left, &other.left);
        assert!(differs.is_some(), "{change:?} changes nothing");
    }
}

#[test]
fn automated_effects_give_the_same_bits_in_blocks_of_any_size() {
    let script = format!(
        "{NOTE}; 30ms param Reverb Level = -12 dB; 61ms param Chorus Rate = 2 Hz; \
         93ms param Delay Time = 333 ms; 150ms param Reverb Type = Small Room; \
         400ms param Master Interpolation = Cubic; 401ms on 64 100; 700ms param Master Dry = On; \
         1100ms param Master Dry = Off; 1200ms off 64"
    );
    let one = hear(&[], &script, Partition::Fixed(512));
    for seed in [1, 2] {
        let two = hear(&[], &script, Partition::Random { seed, most: 900 });
        assert_eq!(audio::first_difference(&one.left, &two.left), None);
        assert_eq!(audio::first_difference(&one.right, &two.right), None);
    }
}

#[test]
fn a_host_is_kept_awake_until_the_last_sample_of_the_reverb() {
    let mut plugin = instance();
    plugin.run(RATE, 512).unwrap();
    let mut block = |events: &[Event]| {
        let (mut left, mut right) = ([0.0; 512], [0.0; 512]);
        let events: Vec<(u32, &Event)> = events.iter().map(|event| (0, event)).collect();
        let status = plugin.process(&events, &mut left, &mut right).unwrap();
        (status, audio::peak(&left).max(audio::peak(&right)))
    };
    let note = [
        Event::midi(0, &[0xB0, 91, 127]),
        Event::midi(0, &[0x90, 60, 127]),
    ];
    assert_eq!(block(&note).0, ProcessStatus::Continue);
    assert_eq!(
        block(&[Event::midi(0, &[0x80, 60, 0])]).0,
        ProcessStatus::Continue
    );
    let mut blocks = 0;
    while block(&[]).0 == ProcessStatus::Continue {
        blocks += 1;
        assert!(blocks < 6_000, "a minute, and still not at rest");
    }
    assert!(
        blocks > 2 * RATE / 512,
        "the reverb was cut: {blocks} blocks"
    );
    for _ in 0..100 {
        let (status, peak) = block(&[]);
        assert_eq!(status, ProcessStatus::ContinueIfNotQuiet);
        assert!(peak <= 0.0, "{peak}");
    }
    assert_eq!(block(&note).0, ProcessStatus::Continue);
}

#[test]
fn effects_are_saved_and_a_state_from_before_them_brings_their_defaults() {
    let settings = [
        ("Master Interpolation", "Cubic"),
        ("Master Dry", "On"),
        ("Reverb Type", "Medium Hall"),
        ("Reverb Time", "4.50 s"),
        ("Chorus On", "Off"),
        ("Chorus Rate", "0.25 Hz"),
        ("Delay Type", "Delay to Reverb"),
        ("Delay Time", "250.0 ms"),
    ];
    let mut first = instance();
    let defaults = settings.map(|(name, _)| first.text(name).unwrap());
    for (name, text) in settings {
        first.flush_text(name, text).unwrap();
    }
    let saved = first.save_state().unwrap();
    let mut second = instance();
    second.load_state(&saved).unwrap();
    for (name, text) in settings {
        assert_eq!(second.text(name).unwrap(), text, "{name}");
    }
    for before in [
        include_str!("../../plugin/tests/states/format-1.json"),
        include_str!("../../plugin/tests/states/format-2.json"),
        include_str!("../../plugin/tests/states/format-3.json"),
    ] {
        second.load_state(&saved).unwrap();
        second.load_state(&fixture::state_of(before)).unwrap();
        for ((name, _), text) in settings.iter().zip(&defaults) {
            assert_eq!(second.text(name).unwrap(), *text, "{name}");
        }
        assert_eq!(second.text("Part 01 Volume").unwrap(), "-6.00 dB");
    }
}
