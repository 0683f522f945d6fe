//! Four note ports, one for each group of sixteen channels, and the host's steady time.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use dmus_host_tests::audio;
use dmus_host_tests::fixture::{self, Folder, program};
use dmus_host_tests::host::{Event, Plugin};
use dmus_host_tests::player::{Partition, Player, Take, play};
use dmus_host_tests::timeline::Timeline;

const RATE: u32 = 48_000;
const PORTS: u16 = 4;
const PARTITIONS: [Partition; 6] = [
    Partition::Fixed(1),
    Partition::Fixed(7),
    Partition::Fixed(64),
    Partition::Fixed(441),
    Partition::Fixed(4_096),
    Partition::Random { seed: 3, most: 700 },
];

/// An instance that plays the fixture's bank; the folder must live as long.
fn with_fixture() -> (Plugin, Folder) {
    fixture::playing(RATE, 4_096).unwrap()
}

const fn midi(port: u16, bytes: [u8; 3]) -> Event {
    Event::Midi { port, bytes }
}

/// One click for each entry: frame and port, the four ports in turn, in both forms of events.
fn clicks() -> Vec<(u64, u16)> {
    let steps = [1_000_u64, 1_001, 1_063, 1_024, 997, 1_013, 937];
    let mut at = 0;
    (0..48_u16)
        .map(|index| {
            at += steps[usize::from(index) % steps.len()];
            (at, index % PORTS)
        })
        .collect()
}

/// The clicks as events, with automation on every second click's frame that cuts the block.
fn timeline() -> Timeline {
    let mut timeline = Timeline::default();
    for (index, (frame, port)) in clicks().into_iter().enumerate() {
        let is_clap = index / 4 % 2 == 0;
        let (on, off) = if is_clap {
            (
                Event::NoteOn {
                    port,
                    channel: 2,
                    key: 60,
                    velocity: 1.0,
                    id: None,
                },
                Event::NoteOff {
                    port,
                    channel: 2,
                    key: 60,
                    id: None,
                },
            )
        } else {
            (midi(port, [0x92, 60, 127]), midi(port, [0x82, 60, 64]))
        };
        timeline.push(frame, on);
        if index % 2 == 0 {
            // Inaudible: the other part of a channel that nobody plays.
            let automation = Event::ParamText {
                name: "Part 16 Volume".to_owned(),
                text: format!("-{} dB", index % 12),
            };
            timeline.push(frame, automation);
        }
        timeline.push(frame + 500, off);
    }
    timeline
}

/// Where clicks begin: the first loud frame after silence.
fn onsets(take: &Take) -> Vec<u64> {
    let threshold = audio::peak(&take.left) / 4.0;
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(frame) = audio::onset(&take.left, threshold, at) {
        found.push(frame as u64);
        at = frame + 400;
    }
    found
}

/// Every click on its frame, and nothing lost.
fn check(take: &Take, plugin: &mut Plugin, what: &str) {
    let frames: Vec<u64> = clicks().into_iter().map(|(frame, _)| frame).collect();
    assert_eq!(onsets(take), frames, "{what}");
    let report = plugin.report().unwrap();
    assert_eq!(report.losses(), [], "{what}");
    assert_eq!(report.number("events_late"), Some(0), "{what}");
    assert_eq!(report.number("events_dropped"), Some(0), "{what}");
    let count = u64::try_from(2 * clicks().len()).unwrap();
    assert_eq!(report.number("events_in"), Some(count), "{what}");
    assert_eq!(report.number("events_delivered"), Some(count), "{what}");
    assert!(report.pool_is_whole(), "{what}");
}

fn total() -> u64 {
    clicks().last().unwrap().0 + 4_000
}

#[test]
fn the_note_ports_are_the_four_groups() {
    let (mut plugin, _folder) = with_fixture();
    let ports = plugin.note_ports(true);
    let names: Vec<&str> = ports.iter().map(|port| port.name.as_str()).collect();
    assert_eq!(names, ["Group 1", "Group 2", "Group 3", "Group 4"]);
    // Replies go out.
    assert_eq!(plugin.note_ports(false).len(), 1);
}

#[test]
fn events_of_every_port_land_on_their_frame_at_any_block_size() {
    let timeline = timeline();
    let mut reference: Option<Take> = None;
    for partition in PARTITIONS {
        let (mut plugin, _folder) = with_fixture();
        let take = play(&mut plugin, &timeline, total(), partition).unwrap();
        check(&take, &mut plugin, &format!("{partition:?}"));
        let first = reference.get_or_insert_with(|| take.clone());
        let difference = audio::first_difference(&first.left, &take.left);
        assert_eq!(difference, None, "{partition:?}");
    }
}

#[test]
fn a_program_chosen_on_one_port_is_that_ports_alone() {
    let (mut plugin, _folder) = with_fixture();
    let mut timeline = Timeline::default();
    timeline.push(0, midi(1, [0xC0, program::CONSTANT, 0]));
    for port in 0..PORTS {
        let frame = 2_000 + 10_000 * u64::from(port);
        timeline.push(frame, midi(port, [0x90, 60, 127]));
        timeline.push(frame + 5_000, midi(port, [0x80, 60, 64]));
    }
    let take = play(&mut plugin, &timeline, 44_000, Partition::Fixed(441)).unwrap();
    for port in 0..4 {
        let start = 2_000 + 10_000 * port;
        let later = audio::peak(&take.left[start + 1_000..start + 4_000]);
        assert!(take.left[start].abs() > 0.01, "port {port} is silent");
        assert_eq!(later > 0.01, port == 1, "port {port}: {later}");
    }
}

#[test]
fn the_ports_play_together_what_each_plays_alone() {
    let key = |port: u16| 60 + 4 * u8::try_from(port).unwrap();
    let song = |ports: core::ops::Range<u16>| {
        let mut timeline = Timeline::default();
        for port in ports {
            timeline.push(0, midi(port, [0xC5, program::SINE, 0]));
            timeline.push(100 + u64::from(port), midi(port, [0x95, key(port), 60]));
            timeline.push(9_000, midi(port, [0x85, key(port), 0]));
        }
        timeline
    };
    let sound = |ports: core::ops::Range<u16>| {
        let (mut plugin, _folder) = with_fixture();
        play(&mut plugin, &song(ports), 8_000, Partition::Fixed(64)).unwrap()
    };
    let together = sound(0..PORTS);
    let mut sum = vec![0.0; together.left.len()];
    for port in 0..PORTS {
        let alone = sound(port..port + 1);
        assert!(audio::peak(&alone.left) > 0.001, "port {port} is silent");
        for (sum, sample) in sum.iter_mut().zip(&alone.left) {
            *sum += sample;
        }
    }
    let snr = audio::snr_db(&sum, &together.left);
    assert!(snr > 100.0, "{snr} dB");
}

#[test]
fn an_event_for_all_ports_ends_the_notes_of_each() {
    let (mut plugin, _folder) = with_fixture();
    let mut timeline = Timeline::default();
    for port in 0..PORTS {
        timeline.push(0, midi(port, [0xC0, program::CONSTANT, 0]));
        timeline.push(0, midi(port, [0x90, 60, 127]));
    }
    let mut player = Player::new(&mut plugin, &timeline, Partition::Fixed(512)).unwrap();
    player.render(9_600).unwrap();
    assert_eq!(
        player.plugin().report().unwrap().number("voices"),
        Some(u64::from(PORTS))
    );
    let off = Event::NoteOff {
        port: u16::MAX,
        channel: 0,
        key: 60,
        id: None,
    };
    let (mut left, mut right) = ([0.0; 512], [0.0; 512]);
    let plugin = player.plugin();
    plugin.process(&[(9, &off)], &mut left, &mut right).unwrap();
    for _ in 0..20 {
        plugin.process(&[], &mut left, &mut right).unwrap();
    }
    assert_eq!(plugin.report().unwrap().number("voices"), Some(0));
}

#[test]
fn an_event_for_a_port_there_is_not_is_counted_and_not_played() {
    let (mut plugin, _folder) = with_fixture();
    let mut timeline = Timeline::default();
    timeline.push(100, midi(PORTS, [0x90, 60, 127]));
    timeline.push(
        200,
        Event::SysEx {
            port: 77,
            bytes: vec![0xF0, 0x7E, 0x7F, 0x09, 0x01, 0xF7],
        },
    );
    let take = play(&mut plugin, &timeline, 4_800, Partition::Fixed(64)).unwrap();
    assert_eq!(audio::peak(&take.left).to_bits(), 0.0_f32.to_bits());
    let report = plugin.report().unwrap();
    assert_eq!(report.number("events_dropped"), Some(2));
    assert_eq!(report.number("events_in"), Some(0));
}

#[test]
fn long_system_messages_on_every_port_arrive_whole() {
    let (mut plugin, _folder) = with_fixture();
    let mut bytes = vec![0x11; 60_000];
    bytes[0] = 0xF0;
    *bytes.last_mut().unwrap() = 0xF7;
    let mut timeline = Timeline::default();
    for port in 0..PORTS {
        let bytes = bytes.clone();
        timeline.push(100 + u64::from(port), Event::SysEx { port, bytes });
    }
    timeline.push(1_000, midi(3, [0x90, 60, 127]));
    let take = play(&mut plugin, &timeline, 4_800, Partition::Fixed(512)).unwrap();
    assert_eq!(onsets(&take), [1_000]);
    let report = plugin.report().unwrap();
    assert_eq!(report.number("events_in"), Some(5));
    assert_eq!(report.number("events_delivered"), Some(5));
    assert_eq!(report.losses(), []);
    assert_eq!(report.number("events_dropped"), Some(0));
    assert!(report.pool_is_whole());
}

#[test]
fn a_flood_through_all_ports_loses_nothing() {
    let (mut plugin, _folder) = with_fixture();
    let mut timeline = Timeline::default();
    for index in 0..8_000_u64 {
        let value = u8::try_from(index % 128).unwrap();
        let port = u16::try_from(index % 4).unwrap();
        timeline.push(index % 512, midi(port, [0xB0, 1, value]));
    }
    play(&mut plugin, &timeline, 4_096, Partition::Fixed(512)).unwrap();
    let report = plugin.report().unwrap();
    assert_eq!(report.number("events_in"), Some(8_000));
    assert_eq!(report.number("events_delivered"), Some(8_000));
    assert_eq!(report.losses(), []);
    assert!(report.pool_is_whole());
}

/// The host's count of frames for a stretch, from its number and its first frame.
type Steady<'a> = &'a dyn Fn(u64, u64) -> Option<u64>;

/// Plays the clicks in stretches; before each the host's count of frames becomes what `steady`
/// says, given the frame the stretch begins with.
fn with_steady_time(what: &str, steady: impl Fn(u64, u64) -> Option<u64>) -> Take {
    let timeline = timeline();
    let (mut plugin, _folder) = with_fixture();
    let partition = Partition::Random { seed: 9, most: 300 };
    let mut player = Player::new(&mut plugin, &timeline, partition).unwrap();
    let mut stretch = 0;
    while player.position() < total() {
        let at = player.position();
        player.plugin().set_steady_frames(steady(stretch, at));
        player.render((total() - at).min(1_777)).unwrap();
        stretch += 1;
    }
    let take = player.finish();
    check(&take, &mut plugin, what);
    take
}

#[test]
fn no_steady_time_of_a_host_loses_or_moves_an_event() {
    const LAST: u64 = i64::MAX as u64;
    let usual = with_steady_time("as it should be", |_, at| Some(at));
    let others: [(&str, Steady<'_>); 9] = [
        ("absent", &|_, _| None),
        ("far from zero", &|_, at| Some(at + 123_456_789_012)),
        ("skipping blocks", &|stretch, at| Some(at + stretch * 4_321)),
        ("leaping by hours", &|stretch, at| {
            Some(at + stretch * 400_000_000)
        }),
        ("leaping by months", &|stretch, at| {
            Some(at + stretch * 1_000_000_000_000)
        }),
        ("stepping back", &|stretch, at| {
            Some(1_000_000_000 + at - stretch * 10_000)
        }),
        ("standing still", &|_, _| Some(77)),
        ("coming and going", &|stretch, at| {
            (stretch % 3 != 1).then_some(at + stretch % 2 * 5_000)
        }),
        ("at the end of time", &|stretch, at| {
            Some(if stretch % 2 == 0 { LAST - 5_000 } else { at })
        }),
    ];
    for (what, steady) in others {
        let take = with_steady_time(what, steady);
        assert_eq!(
            audio::first_difference(&usual.left, &take.left),
            None,
            "{what}"
        );
    }
}
