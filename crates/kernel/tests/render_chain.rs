//! From packed records to a stream: what arrives, on which frame, in which company.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

#[path = "fake/recorder.rs"]
mod recorder;

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use dmus_kernel::{
    ChannelGroup, MusicBuffer, Port, PortConfig, ReferenceTime, SchedulePrefetch, event::Payload,
    midi::Message, pool::Claim, port::Losses,
};
use proptest::prelude::*;
use recorder::{Heard, Recorder, finish, render, running, small, submit};

#[global_allocator]
static GUARD: AllocDisabler = AllocDisabler;

const AT_TIME: SchedulePrefetch = SchedulePrefetch::AT_TIME;
const ON: &[u8] = &[0x90, 60, 100];
const OFF: &[u8] = &[0x80, 60, 0];

fn frames(port: &Port<Recorder>) -> Vec<i64> {
    port.stream()
        .heard()
        .iter()
        .map(|heard| heard.frame)
        .collect()
}

/// Plays `music`, sorted by frame, in blocks of the given lengths, submitting each message with
/// the block it falls in. Returns what was heard, less the chain numbers' meaning of blocks, and
/// the audio.
fn play(music: &[(usize, Vec<u8>)], blocks: &[usize]) -> (Vec<Heard>, Vec<f32>, Vec<f32>) {
    let mut port = running(small(), AT_TIME);
    let (mut left, mut right) = (Vec::new(), Vec::new());
    let mut start = 0;
    for &block in blocks {
        let inside: Vec<(usize, &[u8])> = music
            .iter()
            .filter(|(frame, _)| (start..start + block).contains(frame))
            .map(|(frame, bytes)| (frame - start, bytes.as_slice()))
            .collect();
        assert_eq!(submit(&mut port, &inside).lost, 0);
        let (l, r) = render(&mut port, block);
        left.extend(l);
        right.extend(r);
        start += block;
    }
    let heard = port.stream().heard();
    assert_eq!(port.stats().late, 0);
    finish(port);
    (heard, left, right)
}

fn whole_blocks(block: usize, total: usize) -> Vec<usize> {
    let mut blocks = vec![block; total / block];
    blocks.push(total % block);
    blocks
}

#[test]
fn block_length_changes_neither_frame_nor_order_nor_sound() {
    const TOTAL: usize = 9_000;
    let offsets = [
        0, 1, 6, 7, 7, 7, 63, 64, 440, 441, 442, 4_095, 4_096, 4_096, 8_192, 8_999,
    ];
    let music: Vec<(usize, Vec<u8>)> = (0_u8..)
        .zip(offsets)
        .map(|(key, frame)| (frame, vec![0x90, key, 100]))
        .chain([(5_000, [&[0xF0][..], &[1; 150], &[0xF7]].concat())])
        .collect();
    let expected = play(&music, &[TOTAL]);
    assert_eq!(
        expected.0.len(),
        offsets.len() + 3,
        "the long message comes in three pieces"
    );
    for block in [1, 7, 64, 441, 4_096] {
        assert_eq!(
            play(&music, &whole_blocks(block, TOTAL)),
            expected,
            "blocks of {block}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_partition_changes_frame_or_order_or_sound(
        mut music in proptest::collection::vec((0_usize..3_000, 0_u8..128), 0..100),
        cuts in proptest::collection::vec(0_usize..3_000, 0..40),
    ) {
        music.sort_by_key(|(frame, _)| *frame);
        let music: Vec<_> =
            music.into_iter().map(|(frame, key)| (frame, vec![0x90, key, 1])).collect();
        let mut ends = [cuts, vec![0, 3_000]].concat();
        ends.sort_unstable();
        let blocks: Vec<usize> = ends.windows(2).map(|pair| pair[1] - pair[0]).collect();
        prop_assert_eq!(play(&music, &blocks), play(&music, &[3_000]));
    }

    #[test]
    fn no_record_panics_or_leaks_or_escapes_the_count(
        records in proptest::collection::vec(any::<u8>(), 0..300),
        length in 0_u32..64,
        start in any::<i64>(),
    ) {
        // A plausible first length lets some records through.
        let records = [&length.to_le_bytes()[..], &[1, 0, 0, 0], &records].concat();
        let mut buffer = MusicBuffer::with_capacity(records.len());
        buffer.load(ReferenceTime::new(start), &records).unwrap();
        let mut port = running(small(), AT_TIME);
        let submitted = assert_no_alloc(|| port.submit(&buffer));
        render(&mut port, 64);
        let stats = port.stats();
        prop_assert_eq!(submitted.accepted + submitted.lost, stats.submitted);
        prop_assert_eq!(stats.submitted, stats.delivered + stats.held + stats.lost.total());
        for heard in port.stream().heard() {
            prop_assert!(Message::whole(&heard.bytes).is_some(), "{:02X?}", heard.bytes);
        }
        finish(port);
    }
}

#[test]
fn messages_of_one_frame_come_as_one_chain_in_order() {
    let mut port = running(small(), AT_TIME);
    submit(
        &mut port,
        &[(5, OFF), (5, ON), (9, &[0xC0, 1]), (5, &[0xB0, 7, 1])],
    );
    render(&mut port, 64);
    let heard = port.stream().heard();
    let seen: Vec<_> = heard
        .iter()
        .map(|h| (h.frame, h.chain, h.bytes.as_slice()))
        .collect();
    assert_eq!(
        seen,
        [
            (5, 0, OFF),
            (5, 0, ON),
            (5, 0, &[0xB0, 7, 1]),
            (9, 1, &[0xC0, 1])
        ]
    );
    finish(port);
}

#[test]
fn a_thousand_messages_on_one_frame_are_one_chain() {
    let config = PortConfig {
        events: 4_096,
        sequencer: 4_096,
        ..small()
    };
    let mut port = running(config, AT_TIME);
    let music: Vec<(usize, &[u8])> = vec![(33, ON); 1_000];
    assert_eq!(submit(&mut port, &music).accepted, 1_000);
    render(&mut port, 64);
    let heard = port.stream().heard();
    assert_eq!(heard.len(), 1_000);
    assert!(
        heard
            .iter()
            .all(|heard| (heard.frame, heard.chain) == (33, 0))
    );
    assert_eq!(port.stream().slices, [(0, 33), (33, 31)]);
    finish(port);
}

#[test]
fn slices_follow_each_other_and_add_up_to_the_block() {
    let mut port = running(small(), AT_TIME);
    submit(&mut port, &[(0, ON), (1, ON), (63, ON), (64, OFF)]);
    render(&mut port, 64);
    render(&mut port, 10);
    assert_eq!(port.stream().slices, [(0, 1), (1, 62), (63, 1), (64, 10)]);
    assert_eq!(frames(&port), [0, 1, 63, 64]);
    finish(port);
}

#[test]
fn a_block_of_no_frames_delivers_nothing_and_moves_nothing() {
    let mut port = running(small(), AT_TIME);
    submit(&mut port, &[(0, ON)]);
    render(&mut port, 0);
    assert_eq!(
        (frames(&port), port.now().frames(), port.position().frames()),
        (vec![], 0, 0)
    );
    render(&mut port, 1);
    assert_eq!(frames(&port), [0]);
    finish(port);
}

#[test]
fn outputs_of_unequal_length_play_the_shorter_and_silence_the_rest() {
    let mut port = running(small(), AT_TIME);
    let (mut left, mut right) = ([9.0; 10], [9.0; 4]);
    assert_no_alloc(|| port.render(&mut left, &mut right));
    assert_eq!(port.stream().slices, [(0, 4)]);
    assert!(left[..4].iter().all(|&sample| sample != 0.0));
    assert!(left[4..].iter().all(|&sample| sample == 0.0));
    assert_eq!(port.now().frames(), 4);
    finish(port);
}

#[test]
fn a_stream_is_asked_to_service_itself_once_per_block() {
    let mut port = running(small(), AT_TIME);
    submit(&mut port, &[(1, ON), (2, ON), (3, ON)]);
    render(&mut port, 64);
    render(&mut port, 0);
    assert_eq!(port.stream().services, 2);
    finish(port);
}

#[test]
fn a_long_message_comes_in_pieces_that_join_to_the_original() {
    for data in [6, 7, 62, 63, 126, 127, 300] {
        let message = [&[0xF0][..], &vec![0x55; data], &[0xF7]].concat();
        let mut port = running(small(), AT_TIME);
        submit(&mut port, &[(3, ON), (3, &message), (3, OFF)]);
        render(&mut port, 8);
        let heard = port.stream().heard();
        let [on, pieces @ .., off] = heard.as_slice() else {
            panic!("{heard:?}")
        };
        assert_eq!((on.bytes.as_slice(), off.bytes.as_slice()), (ON, OFF));
        assert_eq!(
            pieces.len(),
            message.len().div_ceil(64),
            "{data} data bytes"
        );
        let (last, first) = pieces.split_last().unwrap();
        assert!(!last.is_incomplete && first.iter().all(|piece| piece.is_incomplete));
        assert!(
            pieces
                .iter()
                .all(|piece| (piece.stamp, piece.frame) == (on.stamp, 3))
        );
        let joined: Vec<u8> = pieces
            .iter()
            .flat_map(|piece| piece.bytes.clone())
            .collect();
        assert_eq!(joined, message);
        finish(port);
    }
}

#[test]
fn a_long_message_that_does_not_fit_is_lost_whole() {
    let mut port = running(small(), AT_TIME);
    let too_long = [&[0xF0][..], &[1; 64 * 8 + 7], &[0xF7]].concat();
    let fits = [&[0xF0][..], &[2; 64 * 8 - 2], &[0xF7]].concat();
    let submitted = submit(&mut port, &[(0, &too_long), (0, &fits), (0, &fits)]);
    assert_eq!((submitted.accepted, submitted.lost), (1, 2));
    assert_eq!(
        port.stats().lost,
        Losses {
            buffers: 2,
            ..Losses::default()
        }
    );
    render(&mut port, 1);
    assert_eq!(port.stats().delivered, 1);
    assert!(
        port.stream()
            .heard()
            .iter()
            .all(|piece| piece.bytes[1] == 2)
    );
    assert!(port.is_whole());
    finish(port);
}

#[test]
fn a_flood_leaves_room_for_messages_that_end_sound() {
    let mut port = running(small(), AT_TIME);
    let flood: Vec<(usize, &[u8])> = vec![(0, ON); 1_024];
    assert_eq!(submit(&mut port, &flood).accepted, 896);
    let ends: [&[u8]; 4] = [OFF, &[0x90, 60, 0], &[0xB0, 64, 0], &[0xB0, 123, 0]];
    let ends: Vec<_> = ends
        .into_iter()
        .cycle()
        .take(129)
        .map(|bytes| (0, bytes))
        .collect();
    assert_eq!(submit(&mut port, &ends).accepted, 128);
    assert_eq!(
        port.stats().lost,
        Losses {
            pool: 129,
            ..Losses::default()
        }
    );
    render(&mut port, 1);
    assert_eq!(port.stats().delivered, 1_024);
    finish(port);
}

#[test]
fn a_full_sequencer_counts_and_recycles_and_keeps_its_own_reserve() {
    let mut port = running(
        PortConfig {
            sequencer: 16,
            ..small()
        },
        AT_TIME,
    );
    assert_eq!(submit(&mut port, &[(0, ON); 20]).accepted, 14);
    assert_eq!(submit(&mut port, &[(0, OFF); 3]).accepted, 2);
    assert_eq!(
        port.stats().lost,
        Losses {
            sequencer: 7,
            ..Losses::default()
        }
    );
    assert_eq!(port.stats().pool.events_free, 1_024 - 16);
    finish(port);
}

#[test]
fn a_chain_that_ends_sound_may_use_the_reserve_of_the_sequencer() {
    let config = PortConfig {
        sequencer: 16,
        ..small()
    };
    let mut port = running(config, AT_TIME);
    submit(&mut port, &[(0, ON); 20]);
    for (bytes, accepted) in [(ON, 0), (OFF, 1)] {
        let allocator = port.allocator_mut();
        let mut event = allocator.get_message(Claim::Ordinary).unwrap();
        allocator.write(&mut event, bytes).unwrap();
        assert_eq!(
            assert_no_alloc(|| port.put_message(event)).accepted,
            accepted
        );
    }
    finish(port);
}

/// Submits one record to a fresh port and returns the losses.
fn lost(group: u16, is_structured: bool, bytes: &[u8]) -> Losses {
    let mut buffer = MusicBuffer::with_capacity(1 << 10);
    buffer.clear(ReferenceTime::ZERO);
    buffer
        .push(
            ChannelGroup::new(group),
            ReferenceTime::ZERO,
            is_structured,
            bytes,
        )
        .unwrap();
    let mut port = running(small(), AT_TIME);
    assert_no_alloc(|| port.submit(&buffer));
    let lost = port.stats().lost;
    finish(port);
    lost
}

#[test]
fn a_structured_record_is_exactly_one_channel_message() {
    let malformed = Losses {
        malformed: 1,
        ..Losses::default()
    };
    for bytes in [
        &[0x90, 60][..],
        &[0x90, 60, 100, 0],
        &[0xC0, 1, 0],
        &[0xF8],
        &[60, 100],
        &[0xF0, 1, 0xF7],
    ] {
        assert_eq!(lost(1, true, bytes), malformed, "{bytes:02X?}");
    }
    assert_eq!(lost(1, true, ON), Losses::default());
}

#[test]
fn an_unstructured_record_is_whole_messages_of_any_kind() {
    let malformed = Losses {
        malformed: 1,
        ..Losses::default()
    };
    for bytes in [&[0xF8][..], &[0xF0, 1, 0xF7, 0x90, 60, 100, 0xF6], ON] {
        assert_eq!(lost(1, false, bytes), Losses::default(), "{bytes:02X?}");
    }
    for bytes in [
        &[0xF0, 1][..],
        &[0xF7],
        &[60, 100],
        &[0x90, 60, 100, 61, 100],
        &[0xF4],
    ] {
        assert_eq!(lost(1, false, bytes), malformed, "{bytes:02X?}");
    }
}

#[test]
fn records_without_data_or_without_a_group_are_counted() {
    assert_eq!(
        lost(1, true, &[]),
        Losses {
            empty: 1,
            ..Losses::default()
        }
    );
    assert_eq!(
        lost(5, true, ON),
        Losses {
            groups: 1,
            ..Losses::default()
        }
    );
    assert_eq!(lost(4, true, ON), Losses::default());
    assert_eq!(lost(0, true, ON), Losses::default());
}

#[test]
fn a_record_that_lies_about_its_length_ends_the_buffer_only() {
    let mut packed = MusicBuffer::with_capacity(96);
    packed.clear(ReferenceTime::ZERO);
    for _ in 0..4 {
        packed
            .push(ChannelGroup::FIRST, ReferenceTime::ZERO, true, ON)
            .unwrap();
    }
    for (lie, accepted) in [(5_u32, 2), (29, 2), (u32::MAX, 2), (0, 3), (4, 3)] {
        let mut records = packed.records().to_vec();
        records[48..52].copy_from_slice(&lie.to_le_bytes());
        let mut buffer = MusicBuffer::with_capacity(96);
        buffer.load(ReferenceTime::ZERO, &records).unwrap();
        let mut port = running(small(), AT_TIME);
        assert_eq!(
            assert_no_alloc(|| port.submit(&buffer)).accepted,
            accepted,
            "length {lie}"
        );
        finish(port);
    }
    for cut in 0..96 {
        let mut buffer = MusicBuffer::with_capacity(96);
        buffer
            .load(ReferenceTime::ZERO, &packed.records()[..cut])
            .unwrap();
        let mut port = running(small(), AT_TIME);
        let submitted = assert_no_alloc(|| port.submit(&buffer));
        let whole = u64::try_from(cut / 24).unwrap();
        assert_eq!(
            (submitted.accepted, submitted.lost),
            (whole, u64::from(cut % 24 != 0))
        );
        finish(port);
    }
}

#[test]
fn a_broadcast_reaches_the_stream_as_such() {
    let mut buffer = MusicBuffer::with_capacity(64);
    buffer.clear(ReferenceTime::ZERO);
    for group in [ChannelGroup::BROADCAST, ChannelGroup::new(3)] {
        buffer.push(group, ReferenceTime::ZERO, true, ON).unwrap();
    }
    let mut port = running(small(), AT_TIME);
    assert_no_alloc(|| port.submit(&buffer));
    render(&mut port, 1);
    let groups: Vec<_> = port
        .stream()
        .heard()
        .iter()
        .map(|heard| heard.group)
        .collect();
    assert_eq!(groups, [0, 3]);
    finish(port);
}

#[test]
fn a_package_is_played_at_its_own_time_with_nothing_in_between() {
    let mut port = running(small(), AT_TIME);
    let (at_4, at_9) = (port.stamp(4), port.stamp(9));
    let allocator = port.allocator_mut();
    let event = |allocator: &mut dmus_kernel::Allocator, time, bytes: &[u8]| {
        let mut event = allocator.get_message(Claim::Ordinary).unwrap();
        allocator.address(&mut event, time, ChannelGroup::FIRST);
        allocator.write(&mut event, bytes).unwrap();
        event
    };
    let (a, b) = (
        event(allocator, at_9, &[0xC0, 1]),
        event(allocator, at_9, &[0xC0, 2]),
    );
    let inner = allocator.join(a, b);
    let mut shell = event(allocator, at_4, &[]);
    allocator.set_package(&mut shell, inner).unwrap();
    assert_eq!(allocator.event(&shell).payload, Payload::Package);
    let plain = event(allocator, at_4, &[0xC0, 3]);
    let chain = allocator.join(shell, plain);
    assert_eq!(assert_no_alloc(|| port.put_message(chain)).accepted, 2);
    render(&mut port, 64);
    let heard: Vec<_> = port
        .stream()
        .heard()
        .iter()
        .map(|h| (h.frame, h.stamp, h.bytes[1]))
        .collect();
    let stamp = at_4.units();
    assert_eq!(heard, [(4, stamp, 1), (4, stamp, 2), (4, stamp, 3)]);
    finish(port);
}

#[test]
fn pieces_that_come_as_a_chain_stay_together() {
    let mut port = running(small(), AT_TIME);
    let times = [port.stamp(4), port.stamp(9)];
    let allocator = port.allocator_mut();
    let [first, last] =
        [(&[0xF0, 1][..], times[0]), (&[2, 0xF7], times[1])].map(|(bytes, time)| {
            let mut event = allocator.get_message(Claim::Ordinary).unwrap();
            allocator.address(&mut event, time, ChannelGroup::FIRST);
            allocator.write(&mut event, bytes).unwrap();
            if bytes[0] == 0xF0 {
                allocator.mark_incomplete(&mut event);
            }
            event
        });
    let chain = allocator.join(first, last);
    assert_eq!(assert_no_alloc(|| port.put_message(chain)).accepted, 1);
    render(&mut port, 5);
    assert_eq!(frames(&port), [4, 4]);
    finish(port);
}
