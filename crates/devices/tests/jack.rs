//! Messages through a real server: sent by the threads of a device, heard by another client.
//!
//! Needs a JACK server that runs; the step `devices` of the tests starts one without a sound card.
#![expect(clippy::expect_used, reason = "tests may expect")]

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use dmus_devices::{Connection, DeviceId, DeviceLink, event_line, system};
use dmus_kernel::ReferenceTime;
use midir::os::unix::VirtualInput as _;
use midir::{MidiInput, MidiInputConnection};

/// Frames of a block of the host that is played here, at 48 kHz.
const BLOCK: u64 = 256;

/// Period of the server, which hands all of it over at once, and what a busy machine adds.
const PERIOD: Duration = Duration::from_micros(5_334);
const BUSY: Duration = Duration::from_millis(30);

/// Longest time until a port is there.
const PATIENCE: Duration = Duration::from_secs(10);

type Heard = mpsc::Receiver<(Instant, Vec<u8>)>;

/// A port of another program that keeps what it hears.
fn listener(client: &str) -> (MidiInputConnection<()>, Heard) {
    let (tell, heard) = mpsc::channel();
    let begun = Instant::now();
    let input = loop {
        match MidiInput::new(client) {
            Ok(input) => break input,
            // A server that was just started takes a moment.
            Err(error) => assert!(begun.elapsed() < PATIENCE, "no JACK server: {error}"),
        }
        thread::sleep(Duration::from_millis(100));
    };
    let hear = move |_: u64, message: &[u8], (): &mut ()| {
        // A test that has ended hears nothing.
        let _gone = tell.send((Instant::now(), message.to_vec()));
    };
    let port = input.create_virtual("in", hear, ()).expect("a port");
    (port, heard)
}

fn wait_for(link: &DeviceLink, connection: &Connection) {
    let begun = Instant::now();
    while link.status().connection != *connection {
        assert!(begun.elapsed() < PATIENCE, "{:?}", link.status());
        thread::sleep(Duration::from_millis(5));
    }
}

fn frame_time(frame: u64) -> ReferenceTime {
    let units = (frame * 10_000_000).div_ceil(48_000);
    ReferenceTime::new(i64::try_from(units).expect("a minute"))
}

#[test]
fn two_hundred_notes_arrive_whole_in_order_and_in_time_and_a_device_comes_back() {
    let (port, heard) = listener("dmus-listener");
    let mut link = DeviceLink::new(system());
    let device = DeviceId::of("dmus-listener:in");
    assert!(link.outputs().list().expect("a list").contains(&device));
    let (mut line, source) = event_line();
    link.attach(source);
    link.choose(Some(device.clone()));
    wait_for(&link, &Connection::Open);

    let begun = Instant::now();
    let (mut due, mut sent) = (Vec::new(), Vec::new());
    for block in 0..400 {
        let at = Duration::from_nanos(block * BLOCK * 1_000_000_000 / 48_000);
        thread::sleep(at.saturating_sub(begun.elapsed()));
        line.begin_block(frame_time(block * BLOCK), 10);
        if block % 2 == 1 {
            let index = u8::try_from(block / 2).expect("two hundred");
            let offset = u64::from(index);
            let message = vec![0x90 | (index & 0x0F), index & 0x7F, 100];
            line.message(frame_time(block * BLOCK + offset), &message);
            let frames = Duration::from_nanos(offset * 1_000_000_000 / 48_000);
            due.push(begun + at + frames + Duration::from_millis(10));
            sent.push(message);
        }
    }
    let long: Vec<u8> = [vec![0xF0], (0..=127).collect(), vec![0xF7]].concat();
    line.message(frame_time(400 * BLOCK), &long);
    sent.push(long);
    let got: Vec<_> = (0..sent.len())
        .map(|index| {
            heard
                .recv_timeout(PATIENCE)
                .unwrap_or_else(|_| panic!("{index} came"))
        })
        .collect();
    let messages: Vec<_> = got.iter().map(|(_, message)| message.clone()).collect();
    assert_eq!(messages, sent);
    // The first second settles the line. A busy machine may hold up this host, the server or the
    // thread at any time, but not for half of all messages.
    let mut late = Vec::new();
    for ((at, _), due) in got.iter().zip(&due).skip(100) {
        assert!(*at + PERIOD > *due, "early by {:?}", *due - *at);
        late.push(at.saturating_duration_since(*due));
    }
    late.sort_unstable();
    let middle = late[late.len() / 2];
    assert!(middle < 2 * PERIOD + BUSY, "late by {middle:?}");
    thread::sleep(Duration::from_millis(200));
    line.begin_block(frame_time(440 * BLOCK), 10);
    thread::sleep(Duration::from_millis(200));
    let status = link.status();
    println!(
        "sent {} late_p50_us {} late_p95_us {} late_worst_us {} lost {}",
        status.sent,
        status.late_p50_us,
        status.late_p95_us,
        status.late_worst_us,
        status.lost_absent
    );
    assert_eq!((status.sent, status.lost_absent), (201, 0));
    assert!(status.late_p50_us < 5_000, "{status:?}");

    drop(port);
    wait_for(&link, &Connection::Absent);
    let (_port, heard) = listener("dmus-listener");
    wait_for(&link, &Connection::Open);
    line.begin_block(frame_time(480 * BLOCK), 10);
    line.message(frame_time(480 * BLOCK), &[0xC0, 5]);
    let back = heard.recv_timeout(PATIENCE).expect("it is heard again");
    assert_eq!(back.1, [0xC0, 5]);
}
