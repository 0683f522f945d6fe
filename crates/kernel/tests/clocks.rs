//! Clocks against each other: master, stream, latency, and a foreign one on its lock.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

#[path = "fake/recorder.rs"]
#[expect(dead_code, reason = "these tests hear nothing, they only read clocks")]
mod recorder;

use std::sync::atomic::{AtomicBool, Ordering};

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use dmus_kernel::{
    PortConfig, ReferenceTime, SampleRate, SampleTime, SchedulePrefetch, StreamState,
    clock::{MasterClock, MasterSync, PhaseLock, SampleClock},
    error::PortError,
    time::UNITS_PER_SECOND,
};
use proptest::prelude::*;
use recorder::{running, small};

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

/// 1 ms, 100 ns units.
const MS: i64 = 10_000;
/// The interval of updates, 20 ms.
const UPDATE: i64 = 20 * MS;

fn time(units: i64) -> ReferenceTime {
    ReferenceTime::new(units)
}

fn rate(hz: u32) -> SampleRate {
    SampleRate::new(hz).unwrap()
}

/// Numbers that repeat: `-range..=range`.
fn noise(seed: &mut u64, range: i64) -> i64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    (*seed >> 1).cast_signed() % (range + 1) * if *seed & 1 == 0 { 1 } else { -1 }
}

/// A foreign clock that ran from 7 s at the master's zero, slow by some ppm.
fn foreign(master: i64, ppm: i64) -> i64 {
    7 * UNITS_PER_SECOND + master - master * ppm / 1_000_000
}

fn started() -> PhaseLock {
    PhaseLock::new(time(0), time(foreign(0, 0)))
}

#[test]
fn a_lock_starts_exactly_where_the_clocks_stand() {
    let mut lock = PhaseLock::new(time(500), time(-90));
    assert_eq!(assert_no_alloc(|| lock.to_master(time(-90))), time(500));
    assert_eq!(lock.to_slave(time(510)), time(-80));
    assert_no_alloc(|| lock.start(time(3), time(4_000)));
    assert_eq!(assert_no_alloc(|| lock.to_master(time(4_010))), time(13));
    assert_eq!(lock.to_slave(time(0)), time(3_997));
}

#[test]
fn a_lock_believes_a_hundredth_of_an_error() {
    let mut lock = started();
    let slave = foreign(UPDATE, 0);
    assert_eq!(
        assert_no_alloc(|| lock.observe(time(UPDATE + 1_000), time(slave))),
        time(1_000)
    );
    assert_eq!(
        assert_no_alloc(|| lock.to_master(time(slave))),
        time(UPDATE + 10)
    );
}

#[test]
fn jitter_of_2_ms_is_smoothed_to_less_than_0_4_ms() {
    for mut seed in [1, 0xDEAD_BEEF, 0x1234_5678_9ABC] {
        let mut lock = PhaseLock::new(time(2 * MS), time(foreign(0, 0)));
        for update in 1..10_000 {
            let master = update * UPDATE;
            let slave = foreign(master, 0);
            assert_no_alloc(|| lock.observe(time(master + noise(&mut seed, 2 * MS)), time(slave)));
            let off = assert_no_alloc(|| lock.to_master(time(slave))).units() - master;
            assert!(update < 750 || off.abs() < 4 * MS / 10, "{update}: {off}");
        }
    }
}

#[test]
fn drift_of_300_ppm_is_never_off_by_half_a_ms_and_in_the_end_by_nothing() {
    for ppm in [300, -300] {
        let mut lock = started();
        for update in 1..5_000 {
            let master = update * UPDATE;
            let slave = foreign(master, ppm);
            let off = assert_no_alloc(|| lock.to_master(time(slave))).units() - master;
            assert_no_alloc(|| lock.observe(time(master), time(slave)));
            assert!(off.abs() < MS / 2, "{ppm} {update}: {off}");
            assert!(update < 3_000 || off.abs() < 10, "{ppm} {update}: {off}");
        }
        let expected = if ppm > 0 { 300.0 } else { -300.0 };
        assert!(
            (lock.drift_ppm() - expected).abs() < 1.0,
            "{}",
            lock.drift_ppm()
        );
    }
}

#[test]
fn drift_is_followed_whatever_the_interval_of_the_updates() {
    for interval in [MS / 3, 3 * MS, 100 * MS, UNITS_PER_SECOND] {
        let mut lock = started();
        let mut off = 0;
        for update in 1..8_000 {
            let master = update * interval;
            off =
                assert_no_alloc(|| lock.observe(time(master), time(foreign(master, 300)))).units();
        }
        assert!(off.abs() < 10, "{interval}: {off}");
    }
}

#[test]
fn a_step_of_more_than_a_second_starts_anew() {
    for step in [UNITS_PER_SECOND + 1, -UNITS_PER_SECOND - 1] {
        let mut lock = started();
        assert_no_alloc(|| lock.observe(time(UPDATE), time(foreign(UPDATE, 0))));
        let slave = foreign(2 * UPDATE, 0);
        let master = 2 * UPDATE + step;
        assert_eq!(
            assert_no_alloc(|| lock.observe(time(master), time(slave))),
            time(step)
        );
        assert_eq!(
            assert_no_alloc(|| lock.to_master(time(slave))),
            time(master)
        );
    }
}

#[test]
fn a_step_of_a_second_is_crept_over() {
    let mut lock = started();
    let master = UPDATE + UNITS_PER_SECOND;
    let slave = time(foreign(UPDATE, 0));
    assert_no_alloc(|| lock.observe(time(master), slave));
    assert_eq!(
        assert_no_alloc(|| lock.to_master(slave)),
        time(UPDATE + UNITS_PER_SECOND / 100)
    );
}

#[test]
fn a_lock_never_steps_back_between_starts() {
    let (mut lock, mut seed) = (started(), 99);
    let mut reader = lock.reader();
    let mut last = (ReferenceTime::MIN, ReferenceTime::MIN);
    for tenth in 1..20_000 {
        let master = tenth * UPDATE / 10;
        let slave = foreign(master, -200);
        if tenth % 10 == 0 {
            let jitter = noise(&mut seed, 900 * MS);
            assert_no_alloc(|| lock.observe(time(master + jitter), time(slave)));
        }
        let now = (
            assert_no_alloc(|| lock.to_master(time(slave))),
            assert_no_alloc(|| reader.to_master(time(slave))),
        );
        assert!(now.0 >= last.0 && now.1 >= last.1);
        last = now;
    }
}

#[test]
fn another_thread_converts_as_the_owner_does() {
    let mut lock = started();
    let mut reader = lock.reader();
    for update in 1..500 {
        let master = update * UPDATE;
        let slave = time(foreign(master, 250));
        assert_no_alloc(|| lock.observe(time(master), slave));
        assert_eq!(
            assert_no_alloc(|| reader.to_master(slave)),
            assert_no_alloc(|| lock.to_master(slave))
        );
        assert_eq!(reader.to_slave(time(master)), lock.to_slave(time(master)));
    }
    let other = std::thread::spawn(move || {
        assert_no_alloc(|| reader.to_master(time(foreign(500 * UPDATE, 250))))
    });
    let here = assert_no_alloc(|| lock.to_master(time(foreign(500 * UPDATE, 250))));
    assert_eq!(other.join().unwrap(), here);
}

proptest! {
    #[test]
    fn a_lock_survives_any_pair_of_clocks(
        pairs in proptest::collection::vec(any::<(i64, i64)>(), 1..50),
        ends in proptest::collection::vec(
            prop_oneof![Just(i64::MIN), Just(i64::MAX), Just(0)], 4),
    ) {
        let mut lock = PhaseLock::new(time(ends[0]), time(ends[1]));
        assert_no_alloc(|| lock.observe(time(ends[2]), time(ends[3])));
        for (master, slave) in pairs {
            assert_no_alloc(|| lock.observe(time(master), time(slave)));
            assert_no_alloc(|| lock.to_master(time(ends[0])));
            let _ = lock.to_slave(time(ends[1]));
            prop_assert!(lock.drift_ppm().abs() <= 1_000.0);
        }
    }

    #[test]
    fn a_lock_undoes_its_own_conversion(
        drift in -900_i64..900, master in -1_000_000_000_i64..1_000_000_000,
    ) {
        let mut lock = started();
        for update in 1..200 {
            assert_no_alloc(|| lock.observe(time(update * UPDATE), time(foreign(update * UPDATE, drift))));
        }
        let slave = lock.to_slave(time(master));
        let back = assert_no_alloc(|| lock.to_master(slave)).units();
        prop_assert!((back - master).abs() <= 1, "{} {}", back, master);
    }
}

#[test]
fn frames_beyond_32_bits_keep_their_time() {
    // 27 hours at 44.1 kHz, where a count of 32 bits wraps.
    let mut clock = MasterClock::new(rate(44_100));
    assert_no_alloc(|| clock.follow(SampleTime::ZERO));
    assert_no_alloc(|| clock.advance((1 << 32) - 1));
    let before = clock.now();
    assert_no_alloc(|| clock.advance(2));
    assert_eq!(clock.position(), SampleTime::new((1 << 32) + 1));
    let frame = clock.now().units() - before.units();
    assert!((453..=454).contains(&frame), "{frame}");
}

#[test]
fn a_year_at_44_100_hz_drifts_by_nothing() {
    let mut clock = MasterClock::new(rate(44_100));
    let seconds = 86_400 * 365;
    for _ in 0..365 {
        assert_no_alloc(|| clock.advance(86_400 * 44_100));
    }
    assert_eq!(clock.now(), time(seconds * UNITS_PER_SECOND));
    let mut stream = SampleClock::new(rate(44_100));
    stream.sync(MasterSync {
        position: SampleTime::ZERO,
        master: clock.now(),
        start: true,
    });
    assert_eq!(stream.sample_to_ref(SampleTime::ZERO), clock.now());
    let next = stream.sample_to_ref(SampleTime::new(44_100));
    assert_eq!(next.units() - clock.now().units(), UNITS_PER_SECOND);
}

proptest! {
    #[test]
    fn frames_of_a_stream_come_back_from_their_times_at_every_rate(
        hz in 8_000_u32..=768_000,
        frame in -(1_i64 << 40)..1 << 40,
        position in 0_i64..1 << 36,
        master in 0_i64..1 << 36,
    ) {
        let rate = rate(hz);
        let mut stream = SampleClock::new(rate);
        stream.sync(MasterSync {
            position: SampleTime::new(position),
            master: rate.sample_to_ref(SampleTime::new(master)),
            start: true,
        });
        let frame = SampleTime::new(frame);
        prop_assert_eq!(stream.ref_to_sample(stream.sample_to_ref(frame)), frame);
    }

    #[test]
    fn the_time_before_a_stream_rounds_down_to_its_frames(
        hz in 8_000_u32..=768_000, units in -(1_i64 << 40)..0,
    ) {
        let stream = SampleClock::new(rate(hz));
        let frame = stream.ref_to_sample(time(units));
        prop_assert!(stream.sample_to_ref(frame) <= time(units));
        let next = frame.saturating_add(SampleTime::new(1));
        prop_assert!(stream.sample_to_ref(next) > time(units));
    }
}

#[test]
fn a_host_without_steady_time_is_counted_by_its_blocks() {
    let mut clock = MasterClock::new(rate(48_000));
    for _ in 0..1_000 {
        assert_no_alloc(|| clock.advance(48));
    }
    assert_eq!(clock.now(), time(UNITS_PER_SECOND));
}

#[test]
fn rendering_faster_than_real_time_is_no_matter_of_the_clock() {
    // The same frames, whether they took an hour or a second, are the same time.
    let mut port = running(small(), SchedulePrefetch::AT_TIME);
    let before = port.master_clock().now();
    let (mut left, mut right) = ([0.0; 4_800], [0.0; 4_800]);
    let frames = 10 * 4_800;
    for block in 0..10 {
        assert_no_alloc(|| port.follow(SampleTime::new(block * 4_800)));
        assert_no_alloc(|| port.render(&mut left, &mut right));
    }
    let hz = i64::from(port.config().sample_rate.hz());
    let span = port.master_clock().now().units() - before.units();
    assert_eq!(span, (frames * UNITS_PER_SECOND + hz - 1) / hz);
}

#[test]
fn the_rate_changes_only_in_stop() {
    let mut port = running(small(), SchedulePrefetch::AT_TIME);
    let config = PortConfig {
        sample_rate: rate(96_000),
        ..small()
    };
    let refused = port.configure(config).unwrap_err();
    assert!(matches!(refused, PortError::NotStopped(StreamState::Run)));
    assert_eq!(port.master_clock().rate(), small().sample_rate);
    let before = port.master_clock().now();
    assert_no_alloc(|| port.set_state(StreamState::Stop)).unwrap();
    port.configure(config).unwrap();
    assert_eq!(port.master_clock().rate(), rate(96_000));
    assert!(port.master_clock().now() >= before);
}

#[test]
fn the_latency_clock_reads_the_master_clock_before_the_first_block_and_after_stop() {
    let mut port = running(small(), SchedulePrefetch::AT_TIME);
    let mut latency = port.latency_clock();
    assert_eq!(latency.now(), port.master_clock().now());
    let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
    assert_no_alloc(|| port.render(&mut left, &mut right));
    assert_no_alloc(|| port.set_state(StreamState::Stop)).unwrap();
    assert_eq!(latency.now(), port.master_clock().now());
    assert_no_alloc(|| port.render(&mut left, &mut right));
    assert_eq!(latency.now(), port.master_clock().now());
}

#[test]
fn while_running_the_latency_clock_is_ahead_of_the_block_that_is_heard() {
    let mut port = running(small(), SchedulePrefetch::AT_TIME);
    let mut latency = port.latency_clock();
    for frames in [1, 2, 64, 4_096, 1] {
        let heard = port.master_clock().now();
        let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
        assert_no_alloc(|| port.render(&mut left, &mut right));
        assert!(latency.now() > heard);
        assert_eq!(latency.now(), port.stamp(0));
    }
}

#[test]
fn the_latency_clock_is_read_from_another_thread_while_rendering() {
    let mut port = running(small(), SchedulePrefetch::AT_TIME);
    let mut latency = port.latency_clock();
    let done = AtomicBool::new(false);
    let last = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut last = latency.now();
            while !done.load(Ordering::Acquire) {
                let now = latency.now();
                assert!(now >= last);
                last = now;
            }
            latency.now()
        });
        let (mut left, mut right) = ([0.0; 16], [0.0; 16]);
        for _ in 0..5_000 {
            assert_no_alloc(|| port.render(&mut left, &mut right));
        }
        done.store(true, Ordering::Release);
        reader.join().unwrap()
    });
    assert_eq!(last, port.master_clock().now());
}

#[test]
fn keeping_a_lock_allocates_nothing() {
    let mut lock = started();
    let mut reader = lock.reader();
    assert_no_alloc(|| {
        for update in 1..1_000 {
            lock.observe(time(update * UPDATE), time(foreign(update * UPDATE, 100)));
            lock.to_master(time(update));
            reader.to_master(time(update));
        }
        lock.start(time(0), time(0));
    });
}
