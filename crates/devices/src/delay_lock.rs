//! Delay lock: when on the system's clock a frame of the master clock is due.
//!
//! In: at the start of each block, the time of its first frame on the master clock and the reading
//! of the system's monotonic clock. Out: the moment of any frame. Owner: the thread of a device.
//!
//! A host calls a block when it happens to wake, a little early or late each time. A line through
//! all readings is steadier than any of them: each reading moves it by a share of its error. The
//! shares are those of a straight line fitted to all readings so far, `2 (2n - 1) / (n (n + 1))`
//! for its place and `6 / (n (n + 1))` for its slope, until `n` reaches [`MEMORY`] and stays there:
//! the line is good after few blocks, and better after many. A host that asks for several blocks at
//! once is read at the first of them: the line is about when a block is due, and the others are
//! before their time.
//!
//! The kernel's `PhaseLock` is for a clock that is read at one instant with the master; here a
//! whole block lies between two readings, the first one counts, and a host may be ahead.

use dmus_kernel::ReferenceTime;

/// Readings over which an error is believed in the end.
const MEMORY: u32 = 800;

/// Readings closer than this to the last one are left out, 100 ns.
const SHORTEST: i64 = 20_000;

/// A block that is called later than this against the line begins a new one, ns: the host had
/// stopped calling.
const LATE_NS: f64 = 100e6;

/// A block that is called this much before the line is no jitter, ns: the host renders ahead.
const AHEAD_NS: f64 = 50e6;

/// Nanoseconds of one unit of the master clock.
const UNIT_NS: f64 = 100.0;

/// The steepest drift between two clocks that is believed.
const MAX_DRIFT: f64 = 1e-3;

/// What a reading said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// It was near the line.
    Steady,
    /// The host asked for the block far before its time; the line does not follow it there.
    Ahead,
    /// The stream had stood still, or this is its first block: the line begins here.
    Anew,
}

/// A line from the master clock to the system's.
#[derive(Debug, Clone, Copy, Default)]
pub struct DelayLock {
    line: Option<Line>,
}

#[derive(Debug, Clone, Copy)]
struct Line {
    master: ReferenceTime,
    /// The system's clock at `master`, ns.
    moment_ns: f64,
    /// The last reading that was believed, ns.
    called_ns: f64,
    /// Nanoseconds of the system in one of the master, beyond one.
    drift: f64,
    /// Readings so far, up to [`MEMORY`].
    readings: u32,
}

impl Line {
    fn moment_ns(self, master: ReferenceTime) -> f64 {
        let way = master.saturating_sub(self.master).units() as f64 * UNIT_NS;
        self.moment_ns + way * (1.0 + self.drift)
    }
}

impl DelayLock {
    /// A line that begins with the first reading.
    #[must_use]
    pub const fn new() -> Self {
        Self { line: None }
    }

    /// Takes a reading at the start of a block.
    ///
    /// - `master`: of its first frame
    /// - `moment_ns`: the system's monotonic clock, ns since any instant
    pub fn observe(&mut self, master: ReferenceTime, moment_ns: u64) -> Reading {
        let moment_ns = moment_ns as f64;
        let Some(line) = &mut self.line else {
            self.begin(master, moment_ns, 0.0);
            return Reading::Anew;
        };
        let interval = master.saturating_sub(line.master).units();
        let predicted = line.moment_ns(master);
        let error = moment_ns - predicted;
        if error > LATE_NS || interval < 0 {
            let drift = line.drift;
            self.begin(master, moment_ns, drift);
            return Reading::Anew;
        }
        if error < -AHEAD_NS {
            return Reading::Ahead;
        }
        let passed_ns = moment_ns - line.called_ns;
        if interval < SHORTEST || passed_ns < 0.5 * interval as f64 * UNIT_NS {
            return Reading::Steady;
        }
        line.called_ns = moment_ns;
        line.readings = line.readings.saturating_add(1).min(MEMORY);
        let n = f64::from(line.readings);
        let (place, slope) = (2.0 * (2.0 * n - 1.0), 6.0);
        let weight = 1.0 / (n * (n + 1.0));
        line.master = master;
        line.moment_ns = predicted + error * place * weight;
        let steeper = error * slope * weight / (interval as f64 * UNIT_NS);
        line.drift = (line.drift + steeper).clamp(-MAX_DRIFT, MAX_DRIFT);
        Reading::Steady
    }

    /// When a frame is due, ns on the clock of the readings; nothing before the first of them.
    #[must_use]
    pub fn moment_ns(&self, master: ReferenceTime) -> Option<u64> {
        self.line.map(|line| whole(line.moment_ns(master)))
    }

    /// Forgets the line, since the master clock begins anew.
    pub const fn forget(&mut self) {
        self.line = None;
    }

    const fn begin(&mut self, master: ReferenceTime, moment_ns: f64, drift: f64) {
        self.line = Some(Line {
            master,
            moment_ns,
            called_ns: moment_ns,
            drift,
            readings: 1,
        });
    }
}

/// The next whole number, so that nothing is early; below 0 is 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a conversion to an integer saturates"
)]
fn whole(ns: f64) -> u64 {
    ns.ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SplitMix64, `-1.0..1.0`: the same numbers everywhere.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self) -> f64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut value = self.0;
            value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (value >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
        }
    }

    /// The true clock: starts at 5 s and runs by this much fast.
    fn truth_ns(master: i64, ppm: f64) -> f64 {
        5e9 + master as f64 * UNIT_NS * (1.0 + ppm * 1e-6)
    }

    /// Plays a minute; the worst error of a frame anywhere in a block after 10 s, ms.
    fn worst_error_ms(frames: i64, ppm: f64, jitter_ms: f64) -> f64 {
        let (mut lock, mut dice) = (DelayLock::new(), Dice(7));
        let length = frames * 10_000_000 / 48_000;
        let mut worst: f64 = 0.0;
        let mut last = 0;
        for block in 0..600_000_000 / length {
            let master = block * length;
            let called = truth_ns(master, ppm) + jitter_ms * 1e6 * dice.roll();
            lock.observe(ReferenceTime::new(master), whole(called));
            if master < 100_000_000 {
                continue;
            }
            for frame in [master, master + length / 2, master + length] {
                let moment = lock.moment_ns(ReferenceTime::new(frame)).expect("a line");
                worst = worst.max((moment as f64 - truth_ns(frame, ppm)).abs() / 1e6);
                // Within a block the order is that of the frames.
                assert!(frame == master || moment > last);
                last = moment;
            }
        }
        worst
    }

    #[test]
    fn a_jittered_clock_is_followed_within_a_tenth_of_a_millisecond() {
        for frames in [64, 256, 480, 1_024] {
            for ppm in [-100.0, 0.0, 100.0] {
                let worst = worst_error_ms(frames, ppm, 0.5);
                assert!(worst < 0.1, "{frames} frames, {ppm} ppm: {worst:.4} ms");
            }
        }
    }

    #[test]
    fn a_steady_clock_is_followed_exactly_whatever_its_drift() {
        for ppm in [-500.0, 0.0, 500.0] {
            let worst = worst_error_ms(256, ppm, 0.0);
            assert!(worst < 0.001, "{ppm} ppm: {worst:.6} ms");
        }
    }

    #[test]
    fn a_host_that_renders_ahead_is_noticed_and_its_line_kept() {
        let mut lock = DelayLock::new();
        let length = 53_333;
        let mut ahead = 0;
        for block in 0..400_i64 {
            // Two hundred milliseconds are asked for in one go.
            let master = block * length;
            let called = truth_ns(master - master % (40 * length), 0.0);
            let reading = lock.observe(ReferenceTime::new(master), whole(called));
            ahead += u32::from(reading == Reading::Ahead);
        }
        assert!(ahead > 200, "{ahead}");
        let moment = lock
            .moment_ns(ReferenceTime::new(400 * length))
            .expect("a line");
        let error_ms = (moment as f64 - truth_ns(400 * length, 0.0)) / 1e6;
        assert!(error_ms.abs() < 0.1, "{error_ms} ms");
    }

    #[test]
    fn a_stream_that_stood_still_goes_on_from_where_it_is() {
        let mut lock = DelayLock::new();
        let at = ReferenceTime::new;
        assert_eq!(lock.observe(at(0), 1_000_000), Reading::Anew);
        assert_eq!(lock.observe(at(100_000), 11_000_000), Reading::Steady);
        assert_eq!(lock.observe(at(200_000), 2_021_000_000), Reading::Anew);
        assert_eq!(lock.moment_ns(at(200_000)), Some(2_021_000_000));
        assert_eq!(lock.observe(at(100_000), 2_031_000_000), Reading::Anew);
    }
}
