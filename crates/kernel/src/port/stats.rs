//! What became of everything a port was given: counted, published, shown.
//!
//! In: one count per fate. Out: [`PortStats`]. Thread: render counts, any reads.
//!
//! Every message has one of four fates, so `submitted` is always the sum of `delivered`, `held`
//! and [`Losses::total`].

use crate::{
    allocator::Allocator,
    pool::PoolStats,
    sync::{Reader, Writer, published},
};

/// Why a message was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    Pool,
    Buffers,
    Sequencer,
    Groups,
    Malformed,
    Empty,
    Stopped,
}

/// Messages that were not delivered, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    /// No event was free, or only the reserve.
    pub pool: u64,
    /// Too few long buffers were free.
    pub buffers: u64,
    /// The sequencer was full, or all but its reserve.
    pub sequencer: u64,
    /// Addressed to a channel group there is not.
    pub groups: u64,
    /// Records whose length or data is not what it claims.
    pub malformed: u64,
    /// Records without data: nothing to play.
    pub empty: u64,
    /// Sent in STOP, or held when STOP or a reset came.
    pub stopped: u64,
}

impl Losses {
    /// All losses together.
    #[must_use]
    pub const fn total(&self) -> u64 {
        let Self {
            pool,
            buffers,
            sequencer,
            groups,
            malformed,
            empty,
            stopped,
        } = *self;
        let stores = pool.wrapping_add(buffers).wrapping_add(sequencer);
        let records = groups.wrapping_add(malformed).wrapping_add(empty);
        stores.wrapping_add(records).wrapping_add(stopped)
    }

    /// The losses of both.
    const fn and(&self, other: &Self) -> Self {
        Self {
            pool: self.pool.wrapping_add(other.pool),
            buffers: self.buffers.wrapping_add(other.buffers),
            sequencer: self.sequencer.wrapping_add(other.sequencer),
            groups: self.groups.wrapping_add(other.groups),
            malformed: self.malformed.wrapping_add(other.malformed),
            empty: self.empty.wrapping_add(other.empty),
            stopped: self.stopped.wrapping_add(other.stopped),
        }
    }

    const fn of(&mut self, loss: Loss) -> &mut u64 {
        match loss {
            Loss::Pool => &mut self.pool,
            Loss::Buffers => &mut self.buffers,
            Loss::Sequencer => &mut self.sequencer,
            Loss::Groups => &mut self.groups,
            Loss::Malformed => &mut self.malformed,
            Loss::Empty => &mut self.empty,
            Loss::Stopped => &mut self.stopped,
        }
    }
}

/// What a call to submit messages came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Submitted {
    /// Messages that are now held for their time.
    pub accepted: u64,
    /// Messages, or records that hold none, that are lost; [`PortStats::lost`] tells why.
    pub lost: u64,
}

/// The running counts of a pin.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) submitted: u64,
    pub(crate) delivered: u64,
    pub(crate) late: u64,
    pub(crate) lost: Losses,
}

impl Tally {
    /// Counts messages that came in.
    pub(crate) const fn submit(&mut self, messages: u64) {
        self.submitted = self.submitted.wrapping_add(messages);
    }

    /// Counts messages that are lost.
    pub(crate) const fn lose(&mut self, loss: Loss, messages: u64) {
        let count = self.lost.of(loss);
        *count = count.wrapping_add(messages);
    }

    /// What came of everything since `before`.
    pub(crate) const fn since(&self, before: &Self) -> Submitted {
        let lost = self.lost.total().wrapping_sub(before.lost.total());
        let submitted = self.submitted.wrapping_sub(before.submitted);
        Submitted {
            accepted: submitted.wrapping_sub(lost),
            lost,
        }
    }
}

/// What became of everything one render pin was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PinStats {
    /// Messages handed to the pin, and records that hold none.
    pub submitted: u64,
    /// Messages handed to the stream.
    pub delivered: u64,
    /// Messages among these whose time had passed.
    pub late: u64,
    /// Messages held for their time at the moment.
    pub held: u64,
    /// Messages that will never be delivered.
    pub lost: Losses,
}

/// Words that carry [`PortStats`] between threads.
const WORDS: usize = 16;

/// The counts of a port since it was built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PortStats {
    /// Messages handed to the port, and records that hold none.
    pub submitted: u64,
    /// Messages handed to the stream.
    pub delivered: u64,
    /// Messages among these whose time had passed.
    pub late: u64,
    /// Messages held for their time at the moment.
    pub held: u64,
    /// Messages that will never be delivered.
    pub lost: Losses,
    /// How full the pool is.
    pub pool: PoolStats,
    /// Chains of another pool that ended here: `0` in a sound graph.
    pub foreign_chains: u64,
}

impl PortStats {
    /// The counts of all pins, added up, with those of the allocator they share.
    pub(super) fn of(pins: impl IntoIterator<Item = PinStats>, allocator: &Allocator) -> Self {
        let mut sum = Self {
            pool: allocator.pool(),
            foreign_chains: allocator.foreign_chains(),
            ..Self::default()
        };
        for pin in pins {
            sum.submitted = sum.submitted.wrapping_add(pin.submitted);
            sum.delivered = sum.delivered.wrapping_add(pin.delivered);
            sum.late = sum.late.wrapping_add(pin.late);
            sum.held = sum.held.wrapping_add(pin.held);
            sum.lost = sum.lost.and(&pin.lost);
        }
        sum
    }

    fn to_words(self) -> [u64; WORDS] {
        let Self {
            submitted,
            delivered,
            late,
            held,
            lost,
            pool,
            foreign_chains,
        } = self;
        [
            submitted,
            delivered,
            late,
            held,
            lost.pool,
            lost.buffers,
            lost.sequencer,
            lost.groups,
            lost.malformed,
            lost.empty,
            lost.stopped,
            u64::from(pool.events_free),
            u64::from(pool.events_capacity),
            u64::from(pool.buffers_free),
            u64::from(pool.buffers_capacity),
            foreign_chains,
        ]
    }

    fn from_words(words: [u64; WORDS]) -> Self {
        let [submitted, delivered, late, held, words @ ..] = words;
        let [
            pool,
            buffers,
            sequencer,
            groups,
            malformed,
            empty,
            stopped,
            words @ ..,
        ] = words;
        let [
            events_free,
            events_capacity,
            buffers_free,
            buffers_capacity,
            foreign_chains,
        ] = words;
        // Written from 32 bits, so nothing is cut.
        let narrow = |word| u32::try_from(word).unwrap_or(u32::MAX);
        Self {
            submitted,
            delivered,
            late,
            held,
            lost: Losses {
                pool,
                buffers,
                sequencer,
                groups,
                malformed,
                empty,
                stopped,
            },
            pool: PoolStats {
                events_free: narrow(events_free),
                events_capacity: narrow(events_capacity),
                buffers_free: narrow(buffers_free),
                buffers_capacity: narrow(buffers_capacity),
            },
            foreign_chains,
        }
    }
}

/// The render side of the published counts.
#[derive(Debug)]
pub(crate) struct StatsWriter(Writer<WORDS>);

impl StatsWriter {
    pub(crate) fn new(stats: PortStats) -> Self {
        Self(published(stats.to_words()).0)
    }

    pub(crate) fn publish(&mut self, stats: PortStats) {
        self.0.publish(stats.to_words());
    }

    pub(crate) fn reader(&self, last: PortStats) -> StatsReader {
        StatsReader {
            published: self.0.reader(),
            last,
        }
    }
}

/// A reading end of a port's counts; clone one per thread.
#[derive(Clone, Debug)]
pub struct StatsReader {
    published: Reader<WORDS>,
    last: PortStats,
}

impl StatsReader {
    /// The counts at the end of the last block, all of the same moment; those of the last reading
    /// if the render thread was in the way.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    pub fn read(&mut self) -> PortStats {
        if let Some(words) = self.published.read() {
            self.last = PortStats::from_words(words);
        }
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_count_survives_the_journey() {
        let words = std::array::from_fn(|index| 100 + index as u64);
        assert_eq!(PortStats::from_words(words).to_words(), words);
    }

    #[test]
    fn the_total_holds_every_reason() {
        let mut tally = Tally::default();
        let before = tally;
        let reasons = [
            Loss::Pool,
            Loss::Buffers,
            Loss::Sequencer,
            Loss::Groups,
            Loss::Malformed,
            Loss::Empty,
            Loss::Stopped,
        ];
        for (count, loss) in (1..).zip(reasons) {
            tally.lose(loss, count);
        }
        tally.submitted = 40;
        assert_eq!(tally.lost.total(), 28);
        assert_eq!(
            tally.since(&before),
            Submitted {
                accepted: 12,
                lost: 28
            }
        );
    }
}
