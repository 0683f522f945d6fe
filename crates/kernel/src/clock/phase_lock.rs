//! Phase lock: keeps a foreign clock locked to the master clock.
//!
//! In: pairs of readings of both clocks. Out: the time of one clock on the other.
//! Owner: whoever reads both clocks, as a rule the render thread. Thread: [`PhaseLock`] one,
//! [`PhaseLockReader`] any. Source: \[WDK\] `ISynthSinkDMus::SyncToMaster`; Clock Synchronization;
//! \[DDKSynth\].
//!
//! ```text
//! predicted = slave reading on the line
//! error     = master reading - predicted
//! line      = through predicted + error / 100, its slope corrected by error / (40 000 * interval)
//! ```
//!
//! Only a fraction of each error is believed, so that jitter of the readings is smoothed. The slope
//! follows the error as well, critically damped: a foreign crystal that is off by some hundred ppm
//! leaves no lasting error, as it would with the offset alone. With an update every 20 ms
//!
//! - a constant drift of 300 ppm is never off by more than 0.5 ms, and after 60 s by less than 1 us;
//! - readings that jitter by +-2 ms are off by less than 0.4 ms after 15 s.
//!
//! \[WDK\] passes one time to `SyncToMaster` and \[DDKSynth\] takes it for that of the other clock;
//! here both are passed.

use crate::{
    sync::{Reader, Writer, published},
    time::{ReferenceTime, UNITS_PER_SECOND},
};

/// Updates over which an error is believed.
const UPDATES: i128 = 100;
/// An error beyond this is no drift: the line starts anew.
const ANCHOR_AGAIN: i128 = UNITS_PER_SECOND as i128;
/// Bits after the point of an offset.
const OFFSET_BITS: u32 = 16;
/// Bits after the point of a slope.
const SLOPE_BITS: u32 = 44;
/// The steepest drift that is followed: 1 000 ppm. No crystal is off by more.
const MAX_DRIFT: i128 = (1 << SLOPE_BITS) / 1_000;
/// The shortest interval between updates that the slope is corrected by, 100 ns.
const SHORTEST: i128 = 10_000;

/// A straight line between two clocks, exact in integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line {
    slave: i64,
    /// The master at `slave`.
    master: i64,
    /// Master units per slave unit beyond one, 2^-44.
    drift: i64,
    /// Counts re-anchorings, over which time may step back.
    epoch: u64,
}

impl Line {
    const fn to_words(self) -> [u64; 4] {
        [
            self.slave.cast_unsigned(),
            self.master.cast_unsigned(),
            self.drift.cast_unsigned(),
            self.epoch,
        ]
    }

    const fn from_words([slave, master, drift, epoch]: [u64; 4]) -> Self {
        Self {
            slave: slave.cast_signed(),
            master: master.cast_signed(),
            drift: drift.cast_signed(),
            epoch,
        }
    }

    fn to_master(self, slave: ReferenceTime) -> ReferenceTime {
        let way = i128::from(slave.units()) - i128::from(self.slave);
        let drifted = (way * i128::from(self.drift)) >> SLOPE_BITS;
        saturate(i128::from(self.master) + way + drifted)
    }

    fn to_slave(self, master: ReferenceTime) -> ReferenceTime {
        let way = i128::from(master.units()) - i128::from(self.master);
        let slope = (1_i128 << SLOPE_BITS) + i128::from(self.drift);
        saturate(i128::from(self.slave) + (way << SLOPE_BITS).div_euclid(slope))
    }
}

/// The last answer, which the next may not contradict.
#[derive(Clone, Copy, Debug)]
struct Last {
    slave: ReferenceTime,
    master: ReferenceTime,
    epoch: u64,
}

impl Last {
    /// The master time on `line`, moved so that it does not run against the last answer.
    fn ordered(last: &mut Option<Self>, line: Line, slave: ReferenceTime) -> ReferenceTime {
        let reckoned = line.to_master(slave);
        let master = match *last {
            Some(last) if last.epoch == line.epoch && slave >= last.slave => {
                reckoned.max(last.master)
            }
            Some(last) if last.epoch == line.epoch => reckoned.min(last.master),
            _ => reckoned,
        };
        *last = Some(Self {
            slave,
            master,
            epoch: line.epoch,
        });
        master
    }
}

/// The loop that locks a foreign clock to the master clock.
///
/// # Source
/// \[WDK\] `ISynthSinkDMus::SyncToMaster`.
#[derive(Debug)]
pub struct PhaseLock {
    line: Line,
    /// What of the line's master is below one unit, 2^-16 units.
    rest: i128,
    last: Option<Last>,
    published: Writer<4>,
}

impl PhaseLock {
    /// A lock that starts where the two clocks stand.
    ///
    /// # Real-time
    /// Not real-time: control side, allocates.
    #[must_use]
    pub fn new(master: ReferenceTime, slave: ReferenceTime) -> Self {
        let line = Line {
            slave: slave.units(),
            master: master.units(),
            drift: 0,
            epoch: 0,
        };
        let (published, _) = published(line.to_words());
        Self {
            line,
            rest: 0,
            last: None,
            published,
        }
    }

    /// Starts anew where the two clocks stand, as on entry to RUN.
    ///
    /// # Real-time
    /// The owning thread, wait-free.
    pub fn start(&mut self, master: ReferenceTime, slave: ReferenceTime) {
        self.line = Line {
            slave: slave.units(),
            master: master.units(),
            drift: 0,
            epoch: self.line.epoch.wrapping_add(1),
        };
        self.rest = 0;
        self.published.publish(self.line.to_words());
    }

    /// Takes a reading of both clocks at one instant, and returns how far the master was from what
    /// was predicted, 100 ns; beyond 1 s either way the lock has started anew.
    ///
    /// Called about every 20 ms; oftener does no harm.
    ///
    /// # Real-time
    /// The owning thread, wait-free.
    pub fn observe(&mut self, master: ReferenceTime, slave: ReferenceTime) -> ReferenceTime {
        let interval = i128::from(slave.units()) - i128::from(self.line.slave);
        let drifted = (interval * i128::from(self.line.drift)) >> (SLOPE_BITS - OFFSET_BITS);
        let way = (interval << OFFSET_BITS) + drifted;
        let predicted = (i128::from(self.line.master) << OFFSET_BITS) + self.rest + way;
        let error = (i128::from(master.units()) << OFFSET_BITS) - predicted;
        let off = saturate(error >> OFFSET_BITS);
        if i128::from(off.units()).abs() > ANCHOR_AGAIN {
            self.start(master, slave);
            return off;
        }
        let corrected = predicted + error / UPDATES;
        self.line.slave = slave.units();
        self.line.master = saturate(corrected >> OFFSET_BITS).units();
        self.rest = corrected & ((1 << OFFSET_BITS) - 1);
        self.correct_drift(error, interval);
        self.published.publish(self.line.to_words());
        off
    }

    /// Adds `error / (4 * UPDATES^2 * interval)` to the slope: the integral part that damps
    /// critically beside a proportional part of `1 / UPDATES`.
    fn correct_drift(&mut self, error: i128, interval: i128) {
        let scale = 4 * UPDATES * UPDATES * interval.abs().max(SHORTEST);
        let correction = (error << (SLOPE_BITS - OFFSET_BITS)) / scale;
        let drift = i128::from(self.line.drift) + correction;
        self.line.drift = saturate(drift.clamp(-MAX_DRIFT, MAX_DRIFT)).units();
    }

    /// The master time of a time of the foreign clock.
    ///
    /// For times that do not decrease, no answer is before the last one, unless the lock started
    /// anew in between: where a correction moved the line back, the last answer is repeated.
    ///
    /// # Real-time
    /// The owning thread, wait-free.
    pub fn to_master(&mut self, slave: ReferenceTime) -> ReferenceTime {
        Last::ordered(&mut self.last, self.line, slave)
    }

    /// The time of the foreign clock at a master time, within 1 unit of the way back.
    ///
    /// # Real-time
    /// The owning thread, wait-free.
    #[must_use]
    pub fn to_slave(&self, master: ReferenceTime) -> ReferenceTime {
        self.line.to_slave(master)
    }

    /// How fast the foreign clock runs slow against the master, parts per million, `-1_000.0..=1_000.0`.
    #[must_use]
    pub fn drift_ppm(&self) -> f64 {
        self.line.drift as f64 / (1_u64 << SLOPE_BITS) as f64 * 1e6
    }

    /// An end that converts on another thread, such as one that stamps MIDI as it arrives.
    ///
    /// # Real-time
    /// Not real-time: control side.
    #[must_use]
    pub fn reader(&self) -> PhaseLockReader {
        PhaseLockReader {
            published: self.published.reader(),
            line: self.line,
            last: None,
        }
    }
}

/// An end of a [`PhaseLock`] for another thread; clone one per thread.
#[derive(Clone, Debug)]
pub struct PhaseLockReader {
    published: Reader<4>,
    line: Line,
    last: Option<Last>,
}

impl PhaseLockReader {
    /// As [`PhaseLock::to_master`], by the line last read.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    pub fn to_master(&mut self, slave: ReferenceTime) -> ReferenceTime {
        self.refresh();
        Last::ordered(&mut self.last, self.line, slave)
    }

    /// As [`PhaseLock::to_slave`], by the line last read.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    pub fn to_slave(&mut self, master: ReferenceTime) -> ReferenceTime {
        self.refresh();
        self.line.to_slave(master)
    }

    fn refresh(&mut self) {
        if let Some(words) = self.published.read() {
            self.line = Line::from_words(words);
        }
    }
}

fn saturate(units: i128) -> ReferenceTime {
    ReferenceTime::new(i64::try_from(units).unwrap_or(if units < 0 { i64::MIN } else { i64::MAX }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_survives_the_journey_between_threads() {
        let line = Line {
            slave: -5,
            master: i64::MIN,
            drift: -77,
            epoch: u64::MAX,
        };
        assert_eq!(Line::from_words(line.to_words()), line);
    }

    #[test]
    fn the_ends_of_time_saturate() {
        let line = Line {
            slave: i64::MIN,
            master: i64::MAX,
            drift: 17_592_186_044,
            epoch: 0,
        };
        assert_eq!(line.to_master(ReferenceTime::MAX), ReferenceTime::MAX);
        assert_eq!(line.to_master(ReferenceTime::MIN), ReferenceTime::MAX);
        assert_eq!(line.to_slave(ReferenceTime::MIN), ReferenceTime::MIN);
        assert_eq!(line.to_slave(ReferenceTime::MAX), ReferenceTime::MIN);
    }
}
