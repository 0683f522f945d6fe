//! Clocks: the master clock of the port, a stream's clock against it, what others may read.
//!
//! In: frames the host asks for, its own steady count of frames if it has one. Out: master time.
//! Owner: the port. Thread: render; [`LatencyClock`] any. Source: \[WDK\] `IMasterClock::GetTime`;
//! Latency Clocks; Clock Synchronization.
//!
//! - **master**: frames since the port was built; never pauses, never steps back.
//! - **stream**: frames rendered since STOP; stands still outside RUN.
//! - **latency**: master time of the first frame not yet rendered.

mod annotation;
mod latency;
mod phase_lock;
mod song_facts;
mod song_line;
mod transport;

pub use annotation::{Annotation, AnnotationKind, TimeSignature, TransportFlags};
pub use latency::LatencyClock;
pub(crate) use latency::LatencyWriter;
pub use phase_lock::{PhaseLock, PhaseLockReader};
pub use song_facts::Transport;
pub use song_line::LoopRange;
pub use transport::TransportTracker;

use crate::time::{ReferenceTime, SampleRate, SampleTime};

/// A host's leap ahead beyond this is taken for a new origin, s. A bypassed plug-in may be
/// away for a night; a clock that is further off has nothing to do with its last reading.
const LONGEST_LEAP_S: i64 = 86_400;

/// The 100 ns clock everything is stamped by, driven by frames.
#[derive(Clone, Debug)]
pub struct MasterClock {
    rate: SampleRate,
    now: SampleTime,
    /// Ours minus the host's; nothing before its first reading.
    offset: Option<SampleTime>,
}

impl MasterClock {
    /// A clock at zero.
    #[must_use]
    pub const fn new(rate: SampleRate) -> Self {
        Self {
            rate,
            now: SampleTime::ZERO,
            offset: None,
        }
    }

    /// The same clock counting in another rate: time goes on, never back.
    #[must_use]
    pub fn at_rate(&self, rate: SampleRate) -> Self {
        Self {
            rate,
            now: rate.first_sample_at(self.now()),
            offset: None,
        }
    }

    /// The stamp of the frame at hand.
    ///
    /// # Real-time
    /// Render, wait-free.
    #[must_use]
    pub fn now(&self) -> ReferenceTime {
        self.rate.sample_to_ref(self.now)
    }

    /// The frame at hand.
    #[must_use]
    pub const fn position(&self) -> SampleTime {
        self.now
    }

    /// Frames per second.
    #[must_use]
    pub const fn rate(&self) -> SampleRate {
        self.rate
    }

    /// Moves on by the frames of a block.
    ///
    /// # Real-time
    /// Render, wait-free.
    pub fn advance(&mut self, frames: usize) {
        self.now = self.now.after_frames(frames);
    }

    /// Follows the host's steady count of frames at the start of a block.
    ///
    /// The first reading only tells how far apart the two counts are. From then on a count that is
    /// ahead, since the host skipped blocks, is followed. A count that stepped back, or leapt by
    /// more than a day, is taken for a new origin: this clock stays where it is.
    ///
    /// # Real-time
    /// Render, wait-free.
    pub fn follow(&mut self, steady: SampleTime) {
        let ahead = self
            .offset
            .map(|offset| steady.saturating_add(offset).saturating_sub(self.now));
        let longest = LONGEST_LEAP_S.saturating_mul(i64::from(self.rate.hz()));
        match ahead.map(SampleTime::frames) {
            Some(frames) if (0..=longest).contains(&frames) => {
                self.now = self.now.saturating_add(SampleTime::new(frames));
            }
            _ => self.offset = Some(self.now.saturating_sub(steady)),
        }
    }
}

/// Where the two clocks of a stream stand at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MasterSync {
    /// The frame about to be rendered.
    pub position: SampleTime,
    /// The master clock at that frame.
    pub master: ReferenceTime,
    /// True for the first time after entering RUN: the mapping starts afresh here.
    pub start: bool,
}

/// The clock of a stream against the master clock: both count frames, some frames apart.
///
/// Since both run on the same frames there is no drift; each sync is exact, and so are both
/// conversions, which undo each other.
///
/// # Source
/// \[WDK\] `ISynthSinkDMus::SyncToMaster`, `SampleToRefTime`, `RefTimeToSample`.
#[derive(Clone, Copy, Debug)]
pub struct SampleClock {
    rate: SampleRate,
    /// Master frame minus stream frame.
    offset: SampleTime,
}

impl SampleClock {
    /// A clock whose frame zero is the master's zero.
    #[must_use]
    pub const fn new(rate: SampleRate) -> Self {
        Self {
            rate,
            offset: SampleTime::ZERO,
        }
    }

    /// Takes over where the two clocks stand.
    ///
    /// # Real-time
    /// Render, wait-free.
    pub const fn sync(&mut self, sync: MasterSync) {
        self.offset = self
            .rate
            .ref_to_sample(sync.master)
            .saturating_sub(sync.position);
    }

    /// The master time of a frame of the stream.
    #[must_use]
    pub fn sample_to_ref(&self, frame: SampleTime) -> ReferenceTime {
        self.rate.sample_to_ref(frame.saturating_add(self.offset))
    }

    /// The frame of the stream at a master time.
    #[must_use]
    pub const fn ref_to_sample(&self, time: ReferenceTime) -> SampleTime {
        self.rate.ref_to_sample(time).saturating_sub(self.offset)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn clock() -> MasterClock {
        MasterClock::new(SampleRate::new(48_000).unwrap())
    }

    fn frames(frames: i64) -> SampleTime {
        SampleTime::new(frames)
    }

    #[test]
    fn the_first_reading_of_the_host_moves_nothing() {
        let mut clock = clock();
        clock.advance(64);
        clock.follow(frames(1_000_000));
        assert_eq!(clock.position(), frames(64));
    }

    #[test]
    fn skipped_blocks_are_caught_up() {
        let mut clock = clock();
        clock.follow(frames(500));
        clock.advance(64);
        clock.follow(frames(500 + 64 + 640));
        assert_eq!(clock.position(), frames(704));
    }

    #[test]
    fn a_host_that_steps_back_is_re_based() {
        let mut clock = clock();
        clock.follow(frames(10_000));
        clock.advance(64);
        clock.follow(frames(0));
        assert_eq!(clock.position(), frames(64));
        clock.advance(64);
        clock.follow(frames(64 + 10));
        assert_eq!(clock.position(), frames(138));
    }

    #[test]
    fn a_leap_of_more_than_a_day_is_a_new_origin() {
        let mut clock = clock();
        clock.follow(frames(0));
        clock.follow(frames(i64::MAX));
        assert_eq!(clock.position(), frames(0));
        let day = 86_400 * 48_000;
        clock.follow(frames(0));
        clock.follow(frames(day));
        assert_eq!(clock.position(), frames(day));
    }

    #[test]
    fn another_rate_goes_on_from_the_same_time() {
        let mut clock = clock();
        clock.advance(48_000);
        let other = clock.at_rate(SampleRate::new(44_100).unwrap());
        assert_eq!(other.position(), frames(44_100));
        assert_eq!(other.now(), clock.now());
        clock.advance(1);
        let other = clock.at_rate(SampleRate::new(8_000).unwrap());
        assert!(other.now() >= clock.now());
    }

    #[test]
    fn the_clock_of_a_stream_undoes_its_own_conversion() {
        let rate = SampleRate::new(44_100).unwrap();
        let mut stream = SampleClock::new(rate);
        let master = rate.sample_to_ref(frames(123_457));
        stream.sync(MasterSync {
            position: frames(1_000),
            master,
            start: true,
        });
        assert_eq!(stream.sample_to_ref(frames(1_000)), master);
        for frame in [-200_000, -1, 0, 999, 1_000, 1 << 33] {
            let time = stream.sample_to_ref(frames(frame));
            assert_eq!(stream.ref_to_sample(time), frames(frame));
        }
    }

    proptest! {
        #[test]
        fn no_host_makes_the_clock_step_back(
            steps in proptest::collection::vec((any::<i64>(), 0_usize..100_000), 1..40),
        ) {
            let mut clock = clock();
            for (steady, block) in steps {
                let before = clock.now();
                clock.follow(frames(steady));
                prop_assert!(clock.now() >= before);
                let start = clock.now();
                clock.advance(block);
                prop_assert!(clock.now() > start || block == 0);
            }
        }
    }
}
