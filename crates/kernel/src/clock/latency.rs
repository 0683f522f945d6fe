//! The latency clock: the earliest master time at which a new event can still sound on time.
//!
//! In: the end of each rendered block. Out: a reading any thread may take.
//! Thread: render writes, any reads. Source: \[WDK\] Latency Clocks; Synthesizer Latency.

use crate::{
    sync::{Reader, Writer, published},
    time::ReferenceTime,
};

/// The render side of the latency clock.
#[derive(Debug)]
pub(crate) struct LatencyWriter {
    published: Writer<1>,
    last: ReferenceTime,
}

impl LatencyWriter {
    pub(crate) fn new(start: ReferenceTime) -> Self {
        let (published, _) = published([to_word(start)]);
        Self {
            published,
            last: start,
        }
    }

    /// Publishes `time`, or the last one if that was later.
    pub(crate) fn publish(&mut self, time: ReferenceTime) {
        self.last = self.last.max(time);
        self.published.publish([to_word(self.last)]);
    }

    pub(crate) fn clock(&self) -> LatencyClock {
        LatencyClock {
            published: self.published.reader(),
            last: self.last,
        }
    }
}

/// A reading end of the latency clock; clone one per thread.
///
/// Never earlier than the master clock at the end of the last block, and never steps back.
/// "As soon as possible" is an event stamped with its reading.
#[derive(Clone, Debug)]
pub struct LatencyClock {
    published: Reader<1>,
    last: ReferenceTime,
}

impl LatencyClock {
    /// The reading; the last one if the render thread was in the way.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    pub fn now(&mut self) -> ReferenceTime {
        if let Some([word]) = self.published.read() {
            self.last = ReferenceTime::new(word.cast_signed());
        }
        self.last
    }
}

const fn to_word(time: ReferenceTime) -> u64 {
    time.units().cast_unsigned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latency_clock_never_steps_back() {
        let mut writer = LatencyWriter::new(ReferenceTime::ZERO);
        let mut clock = writer.clock();
        for (published, expected) in [(5, 5), (3, 5), (9, 9), (-1, 9)] {
            writer.publish(ReferenceTime::new(published));
            assert_eq!(clock.now(), ReferenceTime::new(expected));
        }
    }

    #[test]
    fn time_before_zero_survives_the_journey() {
        let writer = LatencyWriter::new(ReferenceTime::new(-7));
        assert_eq!(writer.clock().now(), ReferenceTime::new(-7));
    }
}
