//! From a device's bytes to a client's records: the capture half of the graph, whole.
//!
//! Render-side calls run under a guard that aborts this binary if one allocates.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::sync::Arc;

use assert_no_alloc::assert_no_alloc;
use atomic_refcell::AtomicRefCell;
use dmus_kernel::{
    Allocator, ChannelGroup, EventBox, Mxf, ReferenceTime, RenderCx, SampleRate, SampleTime,
    StreamState,
    interrupt::{InterruptDrain, InterruptFifo, interrupt_fifo},
    midi::{Message, ParserCounts},
    mxf::Joint,
    pool::{Claim, PoolConfig},
    port::{CaptureCounts, CaptureSink, PackedReader, Packer, packer},
};
use proptest::prelude::*;

#[cfg(debug_assertions)]
#[global_allocator]
static ALLOCATOR: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;

/// A record of the client: time, group, structured, bytes.
type Heard = (i64, u16, bool, Vec<u8>);

/// FIFO, drain, capture sink and packer, joined as a port joins them.
struct Rig {
    allocator: Allocator,
    fifo: InterruptFifo,
    drain: InterruptDrain,
    sink: Arc<AtomicRefCell<CaptureSink>>,
    packer: Arc<AtomicRefCell<Packer>>,
    reader: PackedReader,
    group: ChannelGroup,
}

impl Rig {
    fn with(pool: PoolConfig, sink: CaptureSink) -> Self {
        let (fifo, drain) = interrupt_fifo(4_096);
        let (packer, reader) = packer(1 << 21);
        let packer = Arc::new(AtomicRefCell::new(packer));
        let sink = Arc::new(AtomicRefCell::new(sink));
        let joint: Joint = Arc::clone(&packer) as Joint;
        sink.borrow_mut().connect_output(joint).unwrap();
        let allocator = Allocator::new(pool).unwrap();
        let group = ChannelGroup::FIRST;
        let mut rig = Self {
            allocator,
            fifo,
            drain,
            sink,
            packer,
            reader,
            group,
        };
        rig.set_state(StreamState::Run);
        rig
    }

    fn new() -> Self {
        Self::with(
            PoolConfig {
                events: 256,
                long_buffers: 8,
                buffer_size: 64,
            },
            CaptureSink::new(),
        )
    }

    fn set_state(&mut self, state: StreamState) {
        self.render(|rig, cx| {
            rig.sink.borrow_mut().set_state(state, cx).unwrap();
            rig.packer.borrow_mut().set_state(state, cx).unwrap();
        });
    }

    /// Does something on the render thread.
    fn render<R>(&mut self, act: impl FnOnce(&mut RenderSide<'_>, &mut RenderCx<'_>) -> R) -> R {
        let Self {
            allocator,
            drain,
            sink,
            packer,
            group,
            ..
        } = self;
        let rate = SampleRate::new(48_000).unwrap();
        let mut cx = RenderCx::new(allocator, rate, SampleTime::ZERO, SampleTime::ZERO);
        let mut side = RenderSide {
            drain,
            sink,
            packer,
            group: *group,
        };
        assert_no_alloc(|| act(&mut side, &mut cx))
    }

    /// The device sends bytes.
    fn send(&mut self, time: i64, bytes: &[u8]) {
        assert_eq!(
            self.fifo.write(bytes, ReferenceTime::new(time)),
            bytes.len()
        );
    }

    /// The service routine.
    fn service(&mut self) {
        self.render(|rig, cx| {
            if let Some(chain) = rig.drain.drain(rig.group, cx) {
                rig.sink.borrow_mut().put_message(chain, cx);
            }
        });
    }

    fn records(&mut self) -> Vec<Heard> {
        let mut scratch = Vec::new();
        let mut heard = Vec::new();
        while let Some(record) = self.reader.next(&mut scratch) {
            let (time, group) = (record.time.units(), record.group.number());
            heard.push((time, group, record.structured, record.bytes.to_vec()));
        }
        heard
    }

    /// Sends all, serves once, and gives the client's bytes with their times.
    fn capture(&mut self, music: &[(i64, &[u8])]) -> Vec<(i64, Vec<u8>)> {
        for (time, bytes) in music {
            self.send(*time, bytes);
        }
        self.service();
        let records = self.records();
        records
            .into_iter()
            .map(|(time, _, _, bytes)| (time, bytes))
            .collect()
    }

    fn counts(&self) -> CaptureCounts {
        self.sink.borrow().counts()
    }

    /// Stops, and checks that everything came home.
    fn finish(mut self) {
        self.set_state(StreamState::Stop);
        let pool = self.allocator.pool();
        assert!(pool.is_whole(), "the pool is not whole in STOP: {pool:?}");
        assert_eq!(self.allocator.foreign_chains(), 0);
    }
}

struct RenderSide<'a> {
    drain: &'a mut InterruptDrain,
    sink: &'a Arc<AtomicRefCell<CaptureSink>>,
    packer: &'a Arc<AtomicRefCell<Packer>>,
    group: ChannelGroup,
}

fn event(time: i64, bytes: &[u8], cx: &mut RenderCx<'_>) -> EventBox {
    let mut event = cx.allocator.get_message(Claim::Ordinary).unwrap();
    cx.allocator
        .address(&mut event, ReferenceTime::new(time), ChannelGroup::new(3));
    cx.allocator.write(&mut event, bytes).unwrap();
    event
}

fn exclusive(length: usize) -> Vec<u8> {
    let body = (0_u8..0x80).cycle().take(length - 2);
    std::iter::once(0xF0).chain(body).chain([0xF7]).collect()
}

const ON: &[u8] = &[0x90, 60, 100];

#[test]
fn a_note_arrives_with_the_stamp_and_the_group_it_came_with() {
    let mut rig = Rig::new();
    rig.group = ChannelGroup::new(2);
    rig.send(777, ON);
    rig.service();
    assert_eq!(rig.records(), [(777, 2, true, ON.to_vec())]);
    assert_eq!(
        rig.counts(),
        CaptureCounts {
            messages: 1,
            ..CaptureCounts::default()
        }
    );
    rig.finish();
}

#[test]
fn running_status_holds_across_runs_and_services() {
    let mut rig = Rig::new();
    let mut heard = rig.capture(&[(1, &[0x90, 60]), (2, &[100, 61])]);
    heard.extend(rig.capture(&[(3, &[90]), (4, &[62, 1])]));
    let expected = [
        (1, vec![0x90, 60, 100]),
        (2, vec![0x90, 61, 90]),
        (4, vec![0x90, 62, 1]),
    ];
    assert_eq!(heard, expected);
    rig.finish();
}

#[test]
fn a_message_in_single_bytes_has_the_stamp_of_its_first() {
    let mut rig = Rig::new();
    let heard = rig.capture(&[(5, &[0xE0]), (6, &[1]), (7, &[2])]);
    assert_eq!(heard, [(5, vec![0xE0, 1, 2])]);
    rig.finish();
}

#[test]
fn a_clock_byte_inside_an_exclusive_message_comes_first_and_moves_it_to_its_time() {
    let mut rig = Rig::new();
    let heard = rig.capture(&[(10, &[0xF0, 1]), (20, &[0xF8]), (30, &[2, 0xF7])]);
    assert_eq!(heard, [(20, vec![0xF8]), (20, vec![0xF0, 1, 2, 0xF7])]);
    assert_eq!((rig.counts().moved, rig.counts().clamped), (1, 0));
    rig.finish();
}

#[test]
fn stamps_of_a_device_never_decrease() {
    let mut rig = Rig::new();
    let heard = rig.capture(&[(50, ON), (40, ON), (45, ON), (60, ON), (-1, &[0xF8])]);
    let times: Vec<i64> = heard.iter().map(|(time, _)| *time).collect();
    assert_eq!(times, [50, 50, 50, 60, 60]);
    assert_eq!((rig.counts().clamped, rig.counts().moved), (3, 0));
    rig.finish();
}

#[test]
fn an_exclusive_message_broken_off_is_thrown_away_with_all_it_held() {
    let mut rig = Rig::new();
    let long = &exclusive(200)[..150];
    for part in long.chunks(48) {
        rig.send(1, part);
        rig.service();
    }
    assert!(!rig.allocator.pool().is_whole(), "pieces are held");
    assert_eq!(rig.capture(&[(9, ON)]), [(9, ON.to_vec())]);
    assert!(rig.allocator.pool().is_whole());
    assert_eq!(
        rig.counts().parser,
        ParserCounts {
            aborted: 1,
            ..ParserCounts::default()
        }
    );
    rig.finish();
}

#[test]
fn orphans_and_stray_ends_give_no_message() {
    let mut rig = Rig::new();
    assert_eq!(rig.capture(&[(1, &[1, 2, 0xF7, 3])]), []);
    let parser = rig.counts().parser;
    assert_eq!((parser.orphans, parser.stray_ends), (3, 1));
    rig.finish();
}

#[test]
fn exclusive_messages_of_every_length_around_a_piece_arrive_whole() {
    let mut rig = Rig::new();
    for length in [
        2, 3, 7, 8, 9, 10, 63, 64, 65, 66, 72, 73, 127, 128, 129, 136, 137, 300,
    ] {
        let message = exclusive(length);
        rig.send(4, &message);
        rig.service();
        assert_eq!(rig.records(), [(4, 1, false, message)], "{length} bytes");
        assert!(rig.allocator.pool().is_whole());
    }
    rig.finish();
}

#[test]
fn a_megabyte_of_exclusive_data_arrives_whole_from_buffers_of_4096_bytes() {
    let pool = PoolConfig {
        events: 1_024,
        long_buffers: 256,
        buffer_size: 4_096,
    };
    let mut rig = Rig::with(pool, CaptureSink::new());
    let message = exclusive(1 << 20);
    for part in message.chunks(2_000) {
        rig.send(8, part);
        rig.service();
    }
    assert!(
        rig.records() == [(8, 1, false, message)],
        "not the message that was sent"
    );
    assert_eq!((rig.counts().lost, rig.reader.lost()), (0, 0));
    rig.finish();
}

#[test]
fn an_exclusive_message_too_long_for_the_pool_is_lost_whole_and_the_next_is_not() {
    let mut rig = Rig::new();
    let too_long = exclusive(64 * 8 + 200);
    for part in too_long.chunks(32) {
        rig.send(1, part);
        rig.service();
    }
    assert_eq!((rig.records(), rig.counts().lost), (vec![], 1));
    assert!(
        rig.allocator.pool().is_whole(),
        "what it held went home at once"
    );
    let next = exclusive(100);
    assert_eq!(rig.capture(&[(2, &next)]), [(2, next.clone())]);
    rig.finish();
}

#[test]
fn an_exclusive_message_survives_a_pool_without_buffers_if_it_is_short() {
    let pool = PoolConfig {
        events: 4,
        long_buffers: 0,
        buffer_size: 9,
    };
    let mut rig = Rig::with(pool, CaptureSink::new());
    assert_eq!(rig.capture(&[(1, &exclusive(8))]), [(1, exclusive(8))]);
    assert_eq!(rig.capture(&[(1, &exclusive(9))]), []);
    assert_eq!(rig.counts().lost, 1);
    rig.finish();
}

#[test]
fn a_pool_of_one_event_loses_nothing_that_comes_message_by_message() {
    let pool = PoolConfig {
        events: 1,
        long_buffers: 1,
        buffer_size: 16,
    };
    let mut rig = Rig::with(pool, CaptureSink::new());
    for number in 0..100_i64 {
        rig.send(number, ON);
    }
    for number in 0..100 {
        rig.service();
        assert_eq!(rig.records(), [(number, 1, true, ON.to_vec())]);
    }
    assert!(rig.drain.is_empty());
    assert_eq!((rig.counts().lost, rig.drain.lost()), (0, 0));
    rig.finish();
}

#[test]
fn a_run_of_more_messages_than_there_are_events_loses_the_rest_and_counts_them() {
    let pool = PoolConfig {
        events: 2,
        long_buffers: 0,
        buffer_size: 9,
    };
    let mut rig = Rig::with(pool, CaptureSink::new());
    let heard = rig.capture(&[(1, &[0xF8, 0xF8, 0xF8, 0xF8, 0xF8])]);
    assert_eq!((heard.len(), rig.counts().lost), (2, 3));
    rig.finish();
}

#[test]
fn a_stop_forgets_running_status_and_a_message_begun() {
    for begun in [&[0x90, 60, 1][..], &[0x90, 60], &exclusive(100)[..90]] {
        let mut rig = Rig::new();
        rig.send(900, begun);
        rig.service();
        rig.records();
        rig.set_state(StreamState::Stop);
        assert!(rig.allocator.pool().is_whole());
        rig.set_state(StreamState::Run);
        assert_eq!(
            rig.capture(&[(5, &[61, 2])]),
            [],
            "after {} bytes",
            begun.len()
        );
        assert_eq!(
            rig.capture(&[(6, ON)]),
            [(6, ON.to_vec())],
            "the clock may begin anew"
        );
        rig.finish();
    }
}

#[test]
fn what_arrives_below_pause_is_thrown_away_and_in_pause_it_is_not() {
    let mut rig = Rig::new();
    for (state, heard) in [
        (StreamState::Pause, 1),
        (StreamState::Acquire, 0),
        (StreamState::Stop, 0),
        (StreamState::Acquire, 0),
        (StreamState::Pause, 1),
        (StreamState::Run, 1),
    ] {
        rig.set_state(state);
        assert_eq!(rig.capture(&[(1, ON)]).len(), heard, "{state}");
        assert!(rig.allocator.pool().is_whole(), "{state}");
    }
    rig.finish();
}

#[test]
fn a_complete_event_passes_as_it_is() {
    let mut rig = Rig::new();
    rig.render(|rig, cx| {
        let chain = event(7, ON, cx);
        rig.sink.borrow_mut().put_message(chain, cx);
    });
    assert_eq!(rig.records(), [(7, 3, true, ON.to_vec())]);
    rig.finish();
}

#[test]
fn a_complete_event_that_is_no_whole_message_is_read_like_a_raw_one() {
    let mut rig = Rig::new();
    rig.render(|rig, cx| {
        let many = event(7, &[0x90, 1, 2, 3, 4, 0xF8], cx);
        let empty = event(8, &[], cx);
        let chain = cx.allocator.join(many, empty);
        let long = event(9, &[0xF8; 20], cx);
        let chain = cx.allocator.join(chain, long);
        rig.sink.borrow_mut().put_message(chain, cx);
    });
    let heard = rig.records();
    assert_eq!(
        heard[..2],
        [
            (7, 3, true, vec![0x90, 1, 2]),
            (7, 3, true, vec![0x90, 3, 4])
        ]
    );
    assert_eq!(heard[2..].len(), 21);
    rig.finish();
}

#[test]
fn a_package_is_opened_where_it_stands_at_its_own_time() {
    let mut rig = Rig::new();
    rig.render(|rig, cx| {
        let (first, last) = (event(1, ON, cx), event(9, ON, cx));
        let inner = event(3, &[0xC0, 5], cx);
        let mut shell = event(4, &[], cx);
        cx.allocator.set_package(&mut shell, inner).unwrap();
        let chain = cx.allocator.join(first, shell);
        let chain = cx.allocator.join(chain, last);
        rig.sink.borrow_mut().put_message(chain, cx);
    });
    let seen: Vec<_> = rig
        .records()
        .into_iter()
        .map(|(time, _, _, bytes)| (time, bytes))
        .collect();
    assert_eq!(
        seen,
        [(1, ON.to_vec()), (4, vec![0xC0, 5]), (9, ON.to_vec())]
    );
    rig.finish();
}

#[test]
fn a_cable_number_addresses_what_follows_to_its_group() {
    let mut rig = Rig::with(PoolConfig::default(), CaptureSink::with_cable_select());
    rig.send(
        1,
        &[0x90, 60, 1, 0xF5, 2, 0x90, 60, 1, 0xF8, 0xF5, 0, 0xC0, 1],
    );
    rig.service();
    let groups: Vec<u16> = rig.records().iter().map(|(_, group, ..)| *group).collect();
    assert_eq!(groups, [1, 2, 2, 0]);
    rig.finish();
}

#[test]
fn what_is_kept_for_thru_comes_out_whole_and_in_order() {
    let mut rig = Rig::new();
    rig.packer.borrow_mut().keep_thru(true);
    let long = exclusive(100);
    assert_eq!(rig.capture(&[(1, ON), (2, &long)]).len(), 2);
    assert_eq!(rig.capture(&[(3, &[0xF8])]).len(), 1);
    let thru = rig
        .render(|rig, _| rig.packer.borrow_mut().take_thru())
        .unwrap();
    let allocator = &mut rig.allocator;
    let seen: Vec<(i64, usize, bool)> = allocator
        .events(&thru)
        .map(|event| {
            (
                event.time.units(),
                event.bytes().len(),
                event.flags.is_incomplete(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [(1, 3, false), (2, 64, true), (2, 36, false), (3, 1, false)]
    );
    allocator.put_message(thru);
    assert!(rig.packer.borrow_mut().take_thru().is_none());
    rig.finish();
}

#[test]
fn nothing_goes_thru_in_stop_and_what_was_kept_goes_home() {
    let mut rig = Rig::new();
    rig.packer.borrow_mut().keep_thru(true);
    rig.capture(&[(1, ON)]);
    rig.set_state(StreamState::Stop);
    assert!(rig.packer.borrow_mut().take_thru().is_none());
    assert!(rig.allocator.pool().is_whole());
    assert_eq!(rig.capture(&[(2, ON)]), []);
    assert!(rig.packer.borrow_mut().take_thru().is_none());
    rig.finish();
}

#[test]
fn a_sink_without_an_output_gives_everything_to_the_allocator() {
    let mut rig = Rig::new();
    let joint: Joint = Arc::clone(&rig.packer) as Joint;
    rig.sink
        .borrow_mut()
        .disconnect_output(Some(&joint))
        .unwrap();
    assert_eq!(rig.capture(&[(1, ON), (2, &exclusive(100))]), []);
    assert_eq!(rig.counts().messages, 2);
    assert!(rig.allocator.pool().is_whole());
    rig.sink.borrow_mut().connect_output(joint).unwrap();
    assert_eq!(rig.capture(&[(3, ON)]).len(), 1);
    rig.finish();
}

#[test]
fn a_loop_in_the_graph_feeds_nothing_back_and_is_counted() {
    let mut rig = Rig::new();
    let back: Joint = Arc::clone(&rig.sink) as Joint;
    rig.packer.borrow_mut().connect_output(back).unwrap();
    assert_eq!(rig.capture(&[(1, ON), (2, ON)]).len(), 2);
    assert_eq!(rig.capture(&[(3, ON)]).len(), 1);
    assert!(rig.allocator.pool().is_whole());
    rig.packer.borrow_mut().disconnect_output(None).unwrap();
    rig.finish();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_in_any_cuts_give_only_whole_messages_in_order_and_leak_nothing(
        runs in proptest::collection::vec(
            (
                0..100_i64,
                proptest::collection::vec(
                    prop_oneof![3 => any::<u8>(), 1 => 0xF0..=0xFF_u8, 3 => 0..0x80_u8],
                    0..30,
                ),
                any::<bool>(),
            ),
            0..30,
        ),
        events in 1..20_u32,
        long_buffers in 0..4_u32,
    ) {
        let pool = PoolConfig { events, long_buffers, buffer_size: 16 };
        let mut rig = Rig::with(pool, CaptureSink::new());
        let mut heard = Vec::new();
        for (time, bytes, serves) in &runs {
            rig.send(*time, bytes);
            if *serves {
                rig.service();
                heard.extend(rig.records());
            }
        }
        let mut last = i64::MIN;
        for (time, _, structured, bytes) in heard {
            let message = Message::whole(&bytes);
            prop_assert!(message.is_some(), "{bytes:02X?}");
            prop_assert_eq!(structured, message.is_some_and(Message::is_channel_message));
            prop_assert!(time >= last);
            last = time;
        }
        rig.finish();
    }

    #[test]
    fn how_bytes_are_cut_into_runs_changes_no_message(
        bytes in proptest::collection::vec(
            prop_oneof![2 => 0x80..=0xFF_u8, 5 => 0..0x80_u8],
            0..120,
        ),
        cuts in proptest::collection::vec(1..20_usize, 1..20),
    ) {
        let play = |cuts: &[usize]| {
            let mut rig = Rig::new();
            let (mut rest, mut heard) = (&bytes[..], Vec::new());
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (part, after) = rest.split_at((*cut).min(rest.len()));
                heard.extend(rig.capture(&[(1, part)]));
                rest = after;
            }
            rig.finish();
            heard
        };
        prop_assert_eq!(play(&cuts), play(&[200]));
    }
}
