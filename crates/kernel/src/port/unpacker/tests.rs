//! Records in, events out: what each event is told, and that the short way says the same as the long.

use proptest::prelude::*;

use super::*;
use crate::{
    allocator::Allocator,
    error::StateReason,
    miniport::SchedulePrefetch,
    mxf::Mxf,
    pool::{EventBox, PoolConfig},
    port::{sequencer::Sequencer, stats::Tally},
    state::StreamState,
    time::{SampleRate, SampleTime},
};

/// What an event was told: time, group, position, bytes.
type Told = (i64, u16, Option<u64>, Vec<u8>);

#[derive(Debug, Default)]
struct Sink(Vec<Told>);

impl Mxf for Sink {
    fn put_message(&mut self, chain: EventBox, cx: &mut RenderCx<'_>) {
        cx.allocator.consume(chain, |event| {
            self.0.push((
                event.time.units(),
                event.group.number(),
                event.byte_position,
                event.bytes().to_vec(),
            ));
        });
    }

    fn set_state(&mut self, _: StreamState, _: &mut RenderCx<'_>) -> Result<(), StateReason> {
        Ok(())
    }
}

/// Unpacks each buffer at the second frame of 10 000 units, and delivers everything at the end.
fn unpacked(buffers: &[MusicBuffer], is_open: bool, events: u32) -> (Vec<Told>, Tally) {
    let rate = SampleRate::new(1_000).unwrap();
    let now = SampleTime::new(1);
    let config = PoolConfig {
        events,
        long_buffers: 2,
        buffer_size: 16,
    };
    let mut allocator = Allocator::new(config).unwrap();
    let mut sequencer = Sequencer::new(events, SchedulePrefetch::DONT_HOLD, rate);
    let mut tally = Tally::default();
    let mut cx = RenderCx::new(&mut allocator, rate, now, now);
    for buffer in buffers {
        let mut inlet = Inlet {
            sequencer: &mut sequencer,
            tally: &mut tally,
            channel_groups: 2,
            is_open,
        };
        unpack(buffer, &mut inlet, &mut cx);
    }
    let mut sink = Sink::default();
    sequencer.advance::<_, false>(now.after_frames(1), &mut sink, &mut cx, |_, cx, until| {
        cx.now = until;
    });
    assert!(allocator.pool().is_whole());
    (sink.0, tally)
}

fn buffer(records: &[(u16, i64, bool, &[u8])]) -> MusicBuffer {
    let mut buffer = MusicBuffer::with_capacity(1 << 12);
    buffer.clear(ReferenceTime::ZERO);
    for &(group, delta, is_structured, bytes) in records {
        let group = ChannelGroup::new(group);
        let delta = ReferenceTime::new(delta);
        buffer.push(group, delta, is_structured, bytes).unwrap();
    }
    buffer
}

#[test]
fn every_event_is_told_where_its_record_begins_in_the_stream() {
    let first = buffer(&[(1, 10, true, &[0xC0, 5]), (1, 11, true, &[0x90, 60, 1])]);
    let long = [0xF0, 1, 2, 3, 4, 5, 6, 7, 8, 0xF7];
    let second = buffer(&[(1, 12, false, &long), (2, 13, true, &[0x80, 60, 0])]);
    let (told, _) = unpacked(&[first, second], true, 64);
    let positions: Vec<_> = told.iter().map(|told| told.2).collect();
    assert_eq!(positions, [Some(0), Some(24), Some(48), Some(80)]);
}

#[test]
fn records_sent_in_stop_do_not_move_the_stream() {
    let rate = SampleRate::new(1_000).unwrap();
    let mut sequencer = Sequencer::new(8, SchedulePrefetch::AT_TIME, rate);
    let mut inlet = Inlet {
        sequencer: &mut sequencer,
        tally: &mut Tally::default(),
        channel_groups: 1,
        is_open: false,
    };
    assert_eq!(inlet.pass_stream(48), 0);
    assert_eq!(inlet.pass_stream(48), 0);
}

#[test]
fn in_stop_everything_is_recycled_and_counted() {
    let records = buffer(&[(1, 10, true, &[0xC0, 5]), (9, 11, true, &[0x90, 60, 1])]);
    let (told, tally) = unpacked(&[records], false, 64);
    assert!(told.is_empty());
    assert_eq!((tally.lost.stopped, tally.lost.groups), (1, 1));
}

#[test]
fn stamp_zero_means_now_on_the_short_way_and_on_the_long() {
    let records = buffer(&[(1, 0, true, &[0xC0, 5]), (1, 0, false, &[0xC0, 6])]);
    let (told, _) = unpacked(&[records], true, 64);
    assert!(told.iter().all(|told| told.0 == 10_000), "{told:?}");
    assert_eq!(told.len(), 2);
}

#[test]
fn ordinary_messages_stop_at_the_reserve_and_endings_go_on() {
    let on: (u16, i64, bool, &[u8]) = (1, 5, true, &[0x90, 60, 1]);
    let off: (u16, i64, bool, &[u8]) = (1, 5, true, &[0x80, 60, 0]);
    let records = [vec![on; 20], vec![off; 20]].concat();
    let (told, tally) = unpacked(&[buffer(&records)], true, 16);
    let statuses: Vec<u8> = told.iter().map(|told| told.3[0]).collect();
    assert_eq!(statuses, [vec![0x90; 14], vec![0x80; 2]].concat());
    assert_eq!(tally.lost.pool, 24);
}

#[test]
fn a_status_byte_in_place_of_data_is_malformed_on_the_short_way_too() {
    for bytes in [
        &[0x90, 0x80, 1][..],
        &[0x90, 1, 0x80],
        &[0xC0, 0x80],
        &[0xF0, 1, 2],
        &[0xC0, 1, 2],
    ] {
        let (told, tally) = unpacked(&[buffer(&[(1, 1, true, bytes)])], true, 64);
        assert!(told.is_empty(), "{bytes:02X?}");
        assert_eq!(tally.lost.malformed, 1);
    }
}

proptest! {
    #[test]
    fn the_short_way_tells_what_the_long_way_tells(
        records in proptest::collection::vec(
            (0_u16..4, 0_i64..5, prop_oneof![
                Just(vec![0x90, 60, 100]), Just(vec![0xB3, 7, 9]), Just(vec![0xC1, 4]),
                Just(vec![0xE0, 1, 2]), Just(vec![0x90, 0x90, 1]), Just(vec![]), Just(vec![0xF8]),
            ]),
            0..30,
        ),
    ) {
        // A channel message may go as unstructured data too, which takes the long way.
        let way = |is_structured: bool| {
            let of = |(group, delta, bytes): &(u16, i64, Vec<u8>)| {
                let is_structured = is_structured && bytes != &[0xF8];
                (*group, *delta, is_structured, bytes.clone())
            };
            let owned: Vec<_> = records.iter().map(of).collect();
            let borrowed: Vec<_> = owned.iter().map(|(g, d, s, b)| (*g, *d, *s, &b[..])).collect();
            unpacked(&[buffer(&borrowed)], true, 256)
        };
        let ((short, short_tally), (long, long_tally)) = (way(true), way(false));
        prop_assert_eq!(short, long);
        prop_assert_eq!(short_tally.lost, long_tally.lost);
        prop_assert_eq!(short_tally.submitted, long_tally.submitted);
    }
}

#[test]
fn every_status_byte_is_judged_alike_on_the_short_way_and_on_the_long() {
    for status in 0..=255 {
        for bytes in [&[status, 1, 2][..], &[status, 1], &[status]] {
            let (told, tally) = unpacked(&[buffer(&[(1, 1, true, bytes)])], true, 64);
            let is_message = Message::whole(bytes).is_some_and(Message::is_channel_message);
            assert_eq!(told.len(), usize::from(is_message), "{bytes:02X?}");
            assert_eq!(tally.lost.malformed, u64::from(!is_message), "{bytes:02X?}");
        }
    }
}
