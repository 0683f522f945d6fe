//! Several instruments and groups behind one port, and both of its doors, by what is heard.

use assert_no_alloc::assert_no_alloc;
use dmus_dls::Bank;
use dmus_dls::bank::Destination;
use dmus_kernel::event::ChannelGroup;
use dmus_kernel::miniport::StreamKind;
use dmus_kernel::music::MusicBuffer;
use dmus_kernel::port::{PinId, RawDoor};
use dmus_kernel::state::StreamState;
use dmus_kernel::time::{ReferenceTime, SampleRate};
use dmus_kernel::{Port, PortConfig};
use dmus_synth::{Layer, Mode, SynthMiniport, SynthStream};

use crate::bank::{bank, base, instrument, looped, patch, region, seconds, sine};
use crate::measure::Stereo;
use crate::rig::compile;

type SynthPort = Port<SynthMiniport>;

const SECOND: PinId = PinId::Render(1);
/// Units of 100 ns in a millisecond.
const MS: i64 = 10_000;

/// Program 0 is a sine at the pitch of its key, program 1 an octave above; both end slowly.
fn two_programs() -> Bank {
    let programs = [(0, 0), (1, 1)].map(|(program, wave)| {
        let mut one = instrument(patch(false, 0, program), vec![region(wave)]);
        one.articulation = vec![base(Destination::Eg1Release, seconds(4.0))];
        one
    });
    let waves = [100, 50].map(|frames| looped(sine(frames, 1), 44_100));
    bank(programs.to_vec(), waves.to_vec())
}

fn load(stream: &mut SynthStream) {
    let bank = Some(compile(&two_programs()));
    stream.engine_mut().download(Layer::User(0), bank).unwrap();
}

/// A port in STOP with so many render pins, each with the bank.
fn port(channel_groups: u16, pins: u16) -> SynthPort {
    let mut config = PortConfig::new(SampleRate::new(44_100).unwrap());
    config.channel_groups = channel_groups;
    config.buffer_size = 64;
    let mut port = Port::new(SynthMiniport::new(32), config).unwrap();
    for pin in 0..pins {
        if pin > 0 {
            port.open(StreamKind::Render).unwrap();
        }
        port.with_stream(PinId::Render(pin), load).unwrap();
    }
    port
}

/// Messages of one record each: milliseconds from now, group, bytes.
fn send(port: &mut SynthPort, pin: PinId, music: &[(i64, u16, &[u8])]) {
    let mut buffer = MusicBuffer::with_capacity(8_192);
    buffer.clear(port.stamp(0));
    for (ms, group, bytes) in music {
        let (group, delta) = (ChannelGroup::new(*group), ReferenceTime::new(ms * MS));
        buffer.push(group, delta, false, bytes).unwrap();
    }
    assert_eq!(port.submit_to(pin, &buffer).unwrap().lost, 0);
}

fn run(port: &mut SynthPort, frames: usize, block: usize) -> Stereo {
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    let blocks = left.chunks_mut(block).zip(right.chunks_mut(block));
    assert_no_alloc(|| blocks.for_each(|(left, right)| port.render(left, right)));
    Stereo {
        left,
        right,
        sample_rate: 44_100.0,
    }
}

fn bits(frames: &Stereo) -> Vec<(u32, u32)> {
    let pairs = frames.left.iter().zip(&frames.right);
    pairs
        .map(|(left, right)| (left.to_bits(), right.to_bits()))
        .collect()
}

fn finish(mut port: SynthPort) {
    port.set_state(StreamState::Stop).unwrap();
    let stats = port.stats();
    assert!(port.is_whole(), "{stats:?}");
    assert_eq!(stats.submitted, stats.delivered + stats.lost.total());
}

/// The note of the first pin, of the second on the same channel with another program, or both.
fn duet(first: bool, second: bool, block: usize) -> Stereo {
    let mut port = port(1, 2);
    port.set_state(StreamState::Run).unwrap();
    if first {
        send(&mut port, PinId::MAIN, &[(3, 1, &[0x90, 69, 127])]);
    }
    if second {
        let music: &[(i64, u16, &[u8])] = &[(0, 1, &[0xC0, 1]), (5, 1, &[0x90, 69, 127])];
        send(&mut port, SECOND, music);
    }
    let frames = run(&mut port, 22_050, block);
    finish(port);
    frames
}

#[test]
fn two_pins_sound_their_own_programs_on_the_same_channel() {
    let first = duet(true, false, 512).frequency(441.0);
    let second = duet(false, true, 512).frequency(882.0);
    assert!((first - 441.0).abs() < 1.0, "{first} Hz");
    assert!((second - 882.0).abs() < 1.0, "{second} Hz");
}

#[test]
fn two_pins_together_are_the_sum_of_each_alone() {
    let (first, second) = (duet(true, false, 512), duet(false, true, 512));
    let sum = |one: &[f32], other: &[f32]| -> Vec<u32> {
        let pairs = one.iter().zip(other);
        pairs.map(|(one, other)| (one + other).to_bits()).collect()
    };
    for block in [1, 441, 512, 22_050] {
        let both = duet(true, true, block);
        let of = |samples: &[f32]| samples.iter().map(|s| s.to_bits()).collect::<Vec<_>>();
        assert!(of(&both.left) == sum(&first.left, &second.left), "{block}");
        assert!(
            of(&both.right) == sum(&first.right, &second.right),
            "{block}"
        );
    }
}

#[test]
fn a_controller_of_one_pin_is_none_of_the_others() {
    let mut port = port(1, 2);
    port.set_state(StreamState::Run).unwrap();
    send(&mut port, SECOND, &[(0, 1, &[0xC0, 1, 0xB0, 7, 1])]);
    run(&mut port, 64, 64);
    let program = |port: &mut SynthPort, pin| {
        let part = |stream: &mut SynthStream| stream.engine().part(0, 0).unwrap();
        port.with_stream(pin, part).unwrap().requested.program
    };
    assert_eq!(program(&mut port, PinId::MAIN), 0);
    assert_eq!(program(&mut port, SECOND), 1);
    finish(port);
}

fn voices(port: &SynthPort) -> [u32; 4] {
    let engine = port.stream().engine();
    [0, 1, 2, 3].map(|group| engine.part(group, 0).map_or(0, |part| part.voices))
}

#[test]
fn a_message_to_all_groups_reaches_each_of_them() {
    let mut port = port(4, 1);
    port.set_state(StreamState::Run).unwrap();
    send(&mut port, PinId::MAIN, &[(0, 0, &[0x90, 60, 100])]);
    run(&mut port, 256, 64);
    assert_eq!(voices(&port), [1; 4]);
    send(&mut port, PinId::MAIN, &[(0, 3, &[0x90, 64, 100])]);
    run(&mut port, 256, 64);
    assert_eq!(voices(&port), [1, 1, 2, 1]);
    finish(port);
}

#[test]
fn a_program_on_group_two_leaves_group_one_as_it_sounds() {
    let play = |group: u16, with_change: bool| {
        let mut port = port(4, 1);
        port.set_state(StreamState::Run).unwrap();
        if with_change {
            send(&mut port, PinId::MAIN, &[(0, 2, &[0xC0, 1])]);
        }
        send(&mut port, PinId::MAIN, &[(1, group, &[0x90, 69, 127])]);
        let frames = run(&mut port, 22_050, 512);
        finish(port);
        frames
    };
    assert!(bits(&play(1, true)) == bits(&play(1, false)));
    let second = play(2, true).frequency(882.0);
    assert!((second - 882.0).abs() < 1.0, "{second} Hz");
}

#[test]
fn groups_that_vanish_while_they_sound_release_their_voices_and_their_messages() {
    let mut port = port(4, 1);
    port.set_state(StreamState::Run).unwrap();
    let long: Vec<u8> = [&[0xF0][..], &[1; 500], &[0xF7]].concat();
    let music: &[(i64, u16, &[u8])] = &[
        (0, 0, &[0x90, 60, 100]),
        (50, 3, &[0x90, 62, 100]),
        (50, 4, &long),
        (50, 2, &[0x90, 64, 100]),
    ];
    send(&mut port, PinId::MAIN, music);
    run(&mut port, 1_000, 64);
    assert_eq!(voices(&port), [1; 4]);
    assert_eq!(port.set_channel_groups(2), 2);
    run(&mut port, 2_000, 64);
    assert_eq!(voices(&port), [1, 2, 0, 0], "the last note is of group two");
    assert_eq!(port.stream().engine().stats().voices, 3);
    assert_eq!(port.stats().lost.groups, 2, "the messages held for them");
    assert!(port.is_whole());
    // They come back empty.
    assert_eq!(port.set_channel_groups(4), 4);
    run(&mut port, 64, 64);
    assert_eq!(voices(&port), [1, 2, 0, 0]);
    finish(port);
}

/// A song: milliseconds after the message before, and the message.
const SONG: &[(u32, &[u8])] = &[
    (0, &[0xF0, 0x7E, 0x7F, 0x09, 0x03, 0xF7]),
    (100, &[0xB0, 7, 110]),
    (0, &[0xB0, 10, 30]),
    (0, &[0x90, 60, 100]),
    (0, &[0x90, 64, 90]),
    (7, &[0x90, 67, 80]),
    (40, &[0xE0, 0, 80]),
    (0, &[0xC1, 1]),
    (0, &[0x91, 72, 127]),
    (13, &[0xF0, 0x7F, 0x7F, 4, 1, 0, 96, 0xF7]),
    (60, &[0x80, 60, 0]),
    (0, &[0x90, 64, 0]),
    (1, &[0xB0, 64, 127]),
    (1, &[0xF8]),
    (30, &[0xB0, 123, 0]),
    (30, &[0xB0, 64, 0]),
];

fn by_events(block: usize) -> (Stereo, Mode) {
    let mut port = port(1, 1);
    port.set_state(StreamState::Run).unwrap();
    let mut at = 0;
    let music: Vec<(i64, u16, &[u8])> = SONG
        .iter()
        .map(|(delta, bytes)| {
            at += i64::from(*delta);
            (at, 1, *bytes)
        })
        .collect();
    send(&mut port, PinId::MAIN, &music);
    listen(port, block)
}

/// The same as bytes: running status, and messages cut anywhere by the records.
fn by_bytes(block: usize) -> (Stereo, Mode) {
    let mut port = port(1, 1);
    port.set_state(StreamState::Run).unwrap();
    let mut door = RawDoor::new(ChannelGroup::FIRST);
    let mut packet = Vec::new();
    let mut record = |delta_ms: u32, bytes: &[u8]| {
        packet.extend(delta_ms.to_le_bytes());
        packet.extend((bytes.len() as u32).to_le_bytes());
        packet.extend(bytes);
        packet.resize(packet.len().next_multiple_of(4), 0);
    };
    let mut status = None;
    for (delta_ms, bytes) in SONG {
        let is_channel = bytes[0] < 0xF0;
        let repeats = is_channel && status == Some(bytes[0]);
        if bytes[0] < 0xF8 {
            status = is_channel.then_some(bytes[0]);
        }
        let (begin, end) = bytes[usize::from(repeats)..].split_at(1);
        record(*delta_ms, begin);
        if !end.is_empty() {
            record(0, end);
        }
    }
    let start = port.stamp(0);
    assert_eq!(
        assert_no_alloc(|| door.submit(&mut port, start, &packet)).lost,
        0
    );
    assert_eq!((door.malformed(), door.lost_bytes()), (0, 0));
    listen(port, block)
}

fn listen(mut port: SynthPort, block: usize) -> (Stereo, Mode) {
    let frames = run(&mut port, 22_050, block);
    let stats = port.stats();
    assert_eq!((stats.delivered, stats.late), (SONG.len() as u64, 0));
    let mode = port.stream().engine().part(0, 0).unwrap().mode;
    finish(port);
    (frames, mode)
}

#[test]
fn a_song_through_either_door_is_the_same_to_the_bit() {
    let (song, mode) = by_events(512);
    assert_eq!(mode, Mode::Gm2);
    assert!(song.largest_step() > 0.001, "it must be heard");
    for block in [1, 64, 333, 22_050] {
        let (same, mode_of_bytes) = by_bytes(block);
        assert_eq!(mode_of_bytes, mode);
        assert!(bits(&same) == bits(&song), "blocks of {block}");
        assert!(
            bits(&by_events(block).0) == bits(&song),
            "blocks of {block}"
        );
    }
}
