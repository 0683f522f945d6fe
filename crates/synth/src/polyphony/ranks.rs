//! Who goes first where a place is wanted: the ranks of all slots, close together.
//!
//! In: a rank whenever it changes. Out: the slot with the smallest one. Slots stand in blocks, and
//! each block knows its smallest ranks until one in it changes, so that few are looked at.
//! Owner: the voice pool. Thread: render.

use crate::allocation::{Fate, NO_RANK};

/// Slots of a block.
const BLOCK: usize = 16;

/// Some neighbouring slots.
#[derive(Debug, Clone, Copy)]
struct Block {
    /// By slot.
    ranks: [u128; BLOCK],
    /// The smallest by [`Fate`]; none if a rank has changed since.
    least: Option<[u128; 2]>,
}

impl Block {
    const EMPTY: Self = Self {
        ranks: [NO_RANK; BLOCK],
        least: Some([NO_RANK; 2]),
    };

    /// The smallest rank of a fate.
    fn least(&mut self, fate: Fate) -> u128 {
        let ranks = &self.ranks;
        let [playing, fading] = *self.least.get_or_insert_with(|| {
            let mut least = [NO_RANK; 2];
            for rank in ranks {
                let slot = &mut least[Fate::of(*rank) as usize];
                *slot = (*slot).min(*rank);
            }
            least
        });
        match fate {
            Fate::Playing => playing,
            Fate::Fading => fading,
        }
    }
}

/// Ranks by slot.
#[derive(Debug)]
pub(super) struct Ranks {
    blocks: Vec<Block>,
}

impl Ranks {
    /// So many slots without a voice.
    ///
    /// # Real-time
    /// Control. Not real-time: allocates.
    pub(super) fn new(slots: usize) -> Self {
        Self {
            blocks: vec![Block::EMPTY; slots.div_ceil(BLOCK)],
        }
    }

    /// Forgets all voices.
    pub(super) fn clear(&mut self) {
        self.blocks.fill(Block::EMPTY);
    }

    /// Takes what a slot's rank is now.
    pub(super) fn set(&mut self, slot: usize, rank: u128) {
        if let Some(block) = self.blocks.get_mut(slot / BLOCK) {
            block.ranks[slot % BLOCK] = rank;
            block.least = None;
        }
    }

    /// The slot with the smallest rank of those that may go, the lowest among equals.
    pub(super) fn first(&mut self, fate: Fate, may_go: impl Fn(usize) -> bool) -> Option<usize> {
        let mut first = None;
        let mut least = NO_RANK;
        for (number, block) in self.blocks.iter_mut().enumerate() {
            if block.least(fate) >= least {
                continue;
            }
            for (slot, rank) in (number * BLOCK..).zip(&block.ranks) {
                if *rank < least && Fate::of(*rank) == fate && may_go(slot) {
                    least = *rank;
                    first = Some(slot);
                }
            }
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocation::fading_rank;

    #[test]
    fn the_smallest_of_those_that_may_go_is_found_wherever_it_stands() {
        let mut ranks = Ranks::new(40);
        let mut state = 1_u32;
        for _ in 0..2000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let slot = (state >> 16) as usize % 40;
            let rank = match state >> 30 {
                0 => NO_RANK,
                1 => fading_rank((state >> 8 & 7) as f32),
                _ => u128::from(state >> 8 & 31),
            };
            ranks.set(slot, rank);
            let may_go = |slot: usize| !slot.is_multiple_of(3);
            let all = ranks.blocks.iter().flat_map(|block| block.ranks);
            let all: Vec<(u128, usize)> = all.zip(0..).collect();
            for fate in [Fate::Playing, Fate::Fading] {
                let known = all.iter().filter(|(rank, slot)| {
                    *rank != NO_RANK && Fate::of(*rank) == fate && may_go(*slot)
                });
                let first = known.min().map(|(_, slot)| *slot);
                assert_eq!(ranks.first(fate, may_go), first);
            }
        }
        ranks.clear();
        assert_eq!(ranks.first(Fate::Playing, |_| true), None);
        assert_eq!(ranks.first(Fate::Fading, |_| true), None);
    }
}
