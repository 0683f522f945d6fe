//! Which voice to take when all are in use: a pure function of what sounds.
//!
//! Source: \[DLS2\] voice allocation: static priority between channels, any order within one;
//! \[WDK\] KSPROPERTY_SYNTH_VOICEPRIORITY: priorities are set, and compared unsigned.

use dmus_kernel::miniport::VoicePriority;

/// Level below which a released voice is not missed, amplitude (-60 dB).
const INAUDIBLE: f32 = 0.001;

/// What the choice knows of a sounding voice.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate {
    /// Priority its channel has now.
    pub(crate) priority: VoicePriority,
    /// Number of the note it belongs to, in order of striking.
    pub(crate) note: u64,
    /// Its note is over.
    pub(crate) released: bool,
    /// Only a pedal holds it.
    pub(crate) pedalled: bool,
    /// Amplitude, `>= 0`.
    pub(crate) level: f32,
}

impl Candidate {
    /// Its place in the order of dying, if it may be taken: a more important channel's voice never is,
    /// nor one of the new note's own. Of all voices the one with the smallest goes.
    ///
    /// - `priority`: of the new voice's channel
    /// - `note`: number of the new voice's note
    #[inline]
    pub(crate) fn rank_for(&self, priority: VoicePriority, note: u64) -> Option<u128> {
        (self.priority <= priority && self.note != note).then(|| self.rank())
    }

    /// Order of dying, in one number; the smallest goes first. From the top: whether anybody would
    /// hear it go, 1 bit; priority, 32; released before held by a pedal before held, 2; of released
    /// ones the quietest, 32 (levels are not negative, so their bits sort as they do); the oldest,
    /// 61.
    #[inline]
    fn rank(&self) -> u128 {
        let (state, level) = if self.released {
            (0, self.level.to_bits())
        } else {
            (if self.pedalled { 1 } else { 2 }, 0)
        };
        let is_audible = !(self.released && self.level < INAUDIBLE);
        let importance =
            u64::from(is_audible) << 34 | u64::from(self.priority.value()) << 2 | state;
        u128::from(importance) << 93 | u128::from(level) << 61 | u128::from(self.note & OLDEST)
    }
}

/// Notes are told apart by 61 bits of their number, more than a stream can have.
const OLDEST: u64 = (1 << 61) - 1;

#[cfg(test)]
mod tests {
    use super::*;

    fn held(priority: u32, note: u64) -> Candidate {
        Candidate {
            priority: VoicePriority::new(priority),
            note,
            released: false,
            pedalled: false,
            level: 0.5,
        }
    }

    fn victim(candidates: &[Candidate], priority: u32) -> Option<usize> {
        let priority = VoicePriority::new(priority);
        let ranks = candidates.iter().map(|c| c.rank_for(priority, 1000));
        let ranks = ranks
            .enumerate()
            .filter_map(|(index, rank)| Some((rank?, index)));
        ranks.min().map(|(_, index)| index)
    }

    #[test]
    fn a_more_important_channel_is_never_robbed() {
        let released = Candidate {
            released: true,
            level: 0.0,
            ..held(14, 1)
        };
        assert_eq!(victim(&[released], 13), None);
        assert_eq!(victim(&[released], 14), Some(0));
    }

    #[test]
    fn the_least_important_channel_pays_first() {
        let voices = [held(14, 1), held(2, 9), held(6, 3)];
        assert_eq!(victim(&voices, 15), Some(1));
    }

    #[test]
    fn priorities_are_compared_without_a_sign() {
        let voices = [held(0x7FFF_FFFF, 9), held(0x8000_0000, 1)];
        assert_eq!(victim(&voices, 0xFFFF_FFFF), Some(0));
        assert_eq!(victim(&voices, 0x7FFF_FFFE), None);
    }

    #[test]
    fn of_equal_priorities_a_new_note_takes_the_oldest() {
        let voices = [held(5, 3), held(5, 1), held(5, 2)];
        assert_eq!(victim(&voices, 5), Some(1));
    }

    #[test]
    fn released_go_before_pedalled_before_held() {
        let pedalled = Candidate {
            pedalled: true,
            ..held(5, 8)
        };
        let released = Candidate {
            released: true,
            ..held(5, 9)
        };
        assert_eq!(victim(&[held(5, 1), pedalled, released], 5), Some(2));
        assert_eq!(victim(&[held(5, 1), pedalled], 5), Some(1));
    }

    #[test]
    fn of_released_voices_the_quietest_goes_and_of_held_ones_the_oldest() {
        let released = |level| Candidate {
            released: true,
            level,
            ..held(5, 7)
        };
        assert_eq!(victim(&[released(0.3), released(0.2)], 5), Some(1));
        assert_eq!(victim(&[held(5, 9), held(5, 4)], 5), Some(1));
    }

    #[test]
    fn an_inaudible_tail_goes_before_a_less_important_held_note() {
        let tail = Candidate {
            released: true,
            level: 0.0005,
            ..held(14, 1)
        };
        assert_eq!(victim(&[tail, held(2, 2)], 14), Some(0));
    }

    #[test]
    fn a_note_does_not_rob_itself() {
        let own = [held(5, 1000), held(5, 1000)];
        assert_eq!(victim(&own, 15), None);
    }
}
