//! The packer's ring: whole records or none, for a client on another thread.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::thread;

use assert_no_alloc::assert_no_alloc;
use dmus_kernel::{
    Allocator, ChannelGroup, EventBox, Mxf, ReferenceTime, RenderCx, SampleRate, SampleTime,
    StreamState,
    pool::{Claim, PoolConfig},
    port::{PackedReader, Packer, packer},
};
use proptest::prelude::*;

#[cfg(debug_assertions)]
#[global_allocator]
static ALLOCATOR: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;

/// Bytes of one long buffer.
const BUFFER: u16 = 32;

fn pool() -> Allocator {
    let config = PoolConfig {
        events: 64,
        long_buffers: 32,
        buffer_size: BUFFER,
    };
    Allocator::new(config).unwrap()
}

/// Does something on the render thread; the pool must be whole afterwards.
fn render(allocator: &mut Allocator, act: impl FnOnce(&mut RenderCx<'_>)) {
    let rate = SampleRate::new(48_000).unwrap();
    let mut cx = RenderCx::new(allocator, rate, SampleTime::ZERO, SampleTime::ZERO);
    assert_no_alloc(|| act(&mut cx));
    assert!(allocator.pool().is_whole());
}

/// A message as a chain of events, all but the last of them incomplete.
fn message(time: i64, group: u16, bytes: &[u8], cx: &mut RenderCx<'_>) -> EventBox {
    let mut chain: Option<EventBox> = None;
    let mut pieces = bytes.chunks(usize::from(BUFFER)).peekable();
    while let Some(piece) = pieces.next() {
        let mut event = cx.allocator.get_message(Claim::Release).unwrap();
        cx.allocator.address(
            &mut event,
            ReferenceTime::new(time),
            ChannelGroup::new(group),
        );
        cx.allocator.write(&mut event, piece).unwrap();
        if pieces.peek().is_some() {
            cx.allocator.mark_incomplete(&mut event);
        }
        chain = Some(match chain {
            Some(chain) => cx.allocator.join(chain, event),
            None => event,
        });
    }
    chain.unwrap()
}

fn running(capacity: usize, allocator: &mut Allocator) -> (Packer, PackedReader) {
    let (mut packer, reader) = packer(capacity);
    render(allocator, |cx| {
        assert_no_alloc(|| packer.set_state(StreamState::Run, cx)).unwrap()
    });
    (packer, reader)
}

fn pack(packer: &mut Packer, time: i64, bytes: &[u8], allocator: &mut Allocator) {
    render(allocator, |cx| {
        let chain = message(time, 2, bytes, cx);
        assert_no_alloc(|| packer.put_message(chain, cx));
    });
}

fn read(reader: &mut PackedReader) -> Option<(i64, u16, bool, Vec<u8>)> {
    let mut scratch = vec![0xEE; 3];
    let record = reader.next(&mut scratch)?;
    let (time, group) = (record.time.units(), record.group.number());
    Some((time, group, record.structured, record.bytes.to_vec()))
}

const ON: &[u8] = &[0x90, 60, 100];

#[test]
fn a_record_holds_the_message_with_its_absolute_time_and_group() {
    let mut allocator = pool();
    let (mut packer, mut reader) = running(1_024, &mut allocator);
    pack(&mut packer, -77, ON, &mut allocator);
    pack(
        &mut packer,
        i64::MAX,
        &[0xF0, 1, 2, 3, 0xF7],
        &mut allocator,
    );
    pack(&mut packer, i64::MIN, &[0xF8], &mut allocator);
    assert_eq!(read(&mut reader), Some((-77, 2, true, ON.to_vec())));
    assert_eq!(
        read(&mut reader),
        Some((i64::MAX, 2, false, vec![0xF0, 1, 2, 3, 0xF7]))
    );
    assert_eq!(read(&mut reader), Some((i64::MIN, 2, false, vec![0xF8])));
    assert_eq!(read(&mut reader), None);
    assert_eq!((packer.packed(), packer.lost(), reader.lost()), (3, 0, 0));
}

#[test]
fn a_record_that_fits_exactly_is_taken_and_one_byte_more_is_not() {
    let mut allocator = pool();
    for (capacity, longest) in [(24, 4), (31, 4), (32, 12), (40, 20), (104, 84)] {
        let (mut packer, mut reader) = running(capacity, &mut allocator);
        let fits: Vec<u8> = (1..=longest).collect();
        pack(&mut packer, 1, &[&fits[..], &[9]].concat(), &mut allocator);
        assert_eq!(
            (packer.lost(), read(&mut reader)),
            (1, None),
            "{capacity} bytes"
        );
        pack(&mut packer, 1, &fits, &mut allocator);
        assert_eq!(packer.lost(), 1);
        pack(&mut packer, 1, &[0xF8], &mut allocator);
        assert_eq!(packer.lost(), 2, "now it is full");
        assert_eq!(read(&mut reader), Some((1, 2, false, fits)));
        pack(&mut packer, 2, &[0xF8], &mut allocator);
        assert_eq!(read(&mut reader), Some((2, 2, false, vec![0xF8])));
        assert_eq!(reader.lost(), 2);
    }
}

#[test]
fn a_full_ring_loses_the_newest_message_whole_and_goes_on() {
    let mut allocator = pool();
    let (mut packer, mut reader) = running(72, &mut allocator);
    for time in 0..5 {
        pack(&mut packer, time, ON, &mut allocator);
    }
    assert_eq!((packer.packed(), reader.lost()), (3, 2));
    assert_eq!(read(&mut reader).unwrap().0, 0);
    pack(&mut packer, 9, ON, &mut allocator);
    let times: Vec<i64> = std::iter::from_fn(|| read(&mut reader))
        .map(|record| record.0)
        .collect();
    assert_eq!(times, [1, 2, 9]);
}

#[test]
fn a_ring_for_nothing_loses_everything_and_counts_it() {
    let mut allocator = pool();
    let (mut packer, mut reader) = running(0, &mut allocator);
    pack(&mut packer, 1, ON, &mut allocator);
    assert_eq!((read(&mut reader), reader.lost()), (None, 1));
}

#[test]
fn a_message_in_pieces_is_one_record() {
    let mut allocator = pool();
    let (mut packer, mut reader) = running(1_024, &mut allocator);
    let long: Vec<u8> = std::iter::once(0xF0)
        .chain((0..100).map(|n| n & 0x7F))
        .chain([0xF7])
        .collect();
    render(&mut allocator, |cx| {
        let first = message(1, 1, ON, cx);
        let middle = message(2, 3, &long, cx);
        let last = message(3, 1, &[0xC0, 5], cx);
        let chain = cx.allocator.join(first, middle);
        let chain = cx.allocator.join(chain, last);
        assert_no_alloc(|| packer.put_message(chain, cx));
    });
    assert_eq!(read(&mut reader), Some((1, 1, true, ON.to_vec())));
    assert_eq!(read(&mut reader), Some((2, 3, false, long)));
    assert_eq!(read(&mut reader), Some((3, 1, true, vec![0xC0, 5])));
}

#[test]
fn pieces_without_an_end_are_counted_and_never_seen() {
    let mut allocator = pool();
    let (mut packer, mut reader) = running(1_024, &mut allocator);
    render(&mut allocator, |cx| {
        let mut event = message(1, 1, &[0xF0, 1], cx);
        cx.allocator.mark_incomplete(&mut event);
        assert_no_alloc(|| packer.put_message(event, cx));
    });
    assert_eq!(
        (read(&mut reader), reader.lost(), packer.packed()),
        (None, 1, 0)
    );
}

#[test]
fn a_package_is_packed_message_by_message_at_its_own_time() {
    let mut allocator = pool();
    let (mut packer, mut reader) = running(1_024, &mut allocator);
    render(&mut allocator, |cx| {
        let inner = message(1, 1, ON, cx);
        let mut shell = message(8, 1, &[0xF8], cx);
        cx.allocator.set_package(&mut shell, inner).unwrap();
        let mut outer = message(9, 1, &[0xF8], cx);
        cx.allocator.set_package(&mut outer, shell).unwrap();
        assert_no_alloc(|| packer.put_message(outer, cx));
    });
    assert_eq!(read(&mut reader), Some((9, 1, true, ON.to_vec())));
    assert_eq!(read(&mut reader), None);
}

#[test]
fn a_packer_in_stop_packs_nothing() {
    let mut allocator = pool();
    let (mut packer, mut reader) = running(1_024, &mut allocator);
    pack(&mut packer, 1, ON, &mut allocator);
    render(&mut allocator, |cx| {
        assert_no_alloc(|| packer.set_state(StreamState::Stop, cx)).unwrap()
    });
    pack(&mut packer, 2, ON, &mut allocator);
    assert_eq!(
        read(&mut reader).unwrap().0,
        1,
        "records stay for the client"
    );
    assert_eq!((read(&mut reader), packer.lost()), (None, 0));
}

/// The client reads while the packer writes: it must see every record whole, in order, its bytes as
/// its time says, or find it among those lost.
#[test]
fn a_client_on_another_thread_never_sees_half_a_record() {
    const MESSAGES: i64 = 20_000;
    let mut allocator = pool();
    let (mut packer, mut reader) = running(600, &mut allocator);
    let body = |time: i64| {
        vec![u8::try_from(time % 128).unwrap(); 1 + usize::try_from(time % 97).unwrap()]
    };
    let writer = thread::spawn(move || {
        for time in 0..MESSAGES {
            let bytes = body(time);
            pack(&mut packer, time, &bytes, &mut allocator);
            if time % 16 == 0 {
                thread::yield_now();
            }
        }
        (packer.packed(), packer.lost())
    });
    let (mut seen, mut last) = (0, -1);
    loop {
        let is_over = writer.is_finished();
        while let Some((time, _, _, bytes)) = read(&mut reader) {
            assert!(time > last);
            assert!(bytes == body(time), "record {time}");
            last = time;
            seen += 1;
        }
        if is_over {
            break;
        }
        thread::yield_now();
    }
    let (packed, lost) = writer.join().unwrap();
    assert_eq!((seen, packed + lost), (packed, 20_000));
}

proptest! {
    #[test]
    fn records_come_back_as_they_were_through_any_wrap(
        bytes in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..70), 1..40),
        capacity in 96..300_usize,
    ) {
        let mut allocator = pool();
        let (mut packer, mut reader) = running(capacity, &mut allocator);
        for (time, bytes) in (0..).zip(&bytes) {
            pack(&mut packer, time, bytes, &mut allocator);
            let record = read(&mut reader);
            prop_assert_eq!(record.map(|r| (r.0, r.3)), Some((time, bytes.clone())));
        }
        prop_assert_eq!(packer.lost(), 0);
    }
}
