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
    /// Whether it may be taken: a more important channel's voice never is, nor one of the new note's
    /// own. Of all voices that may, the one with the smallest rank goes.
    ///
    /// - `priority`: of the new voice's channel
    /// - `note`: number of the new voice's note
    pub(crate) fn gives_way_to(&self, priority: VoicePriority, note: u64) -> bool {
        self.priority <= priority && self.note != note
    }

    /// Order of dying, in one number; the smallest goes first. From the top: a bit that is 0; whether
    /// anybody would hear it go, 1 bit; priority, 32; released before held by a pedal before held, 2;
    /// of released ones the quietest, 32 (levels are not negative, so their bits sort as they do); the
    /// oldest, 60.
    #[inline]
    pub(crate) fn rank(&self) -> u128 {
        let (state, level) = if self.released {
            (0, self.level.to_bits())
        } else {
            (if self.pedalled { 1 } else { 2 }, 0)
        };
        let is_audible = !(self.released && self.level < INAUDIBLE);
        let importance =
            u64::from(is_audible) << 34 | u64::from(self.priority.value()) << 2 | state;
        u128::from(importance) << 92 | u128::from(level) << 60 | u128::from(self.note & OLDEST)
    }
}

/// Notes are told apart by 60 bits of their number, more than a stream can have.
const OLDEST: u64 = (1 << 60) - 1;

/// Ranks of voices that fade already begin here.
const FADING: u128 = 1 << 127;

/// Rank of a slot without a voice: never the smallest.
pub(crate) const NO_RANK: u128 = u128::MAX;

/// What becomes of a voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It plays, until its place is wanted.
    Playing,
    /// It fades, or its slot is empty.
    Fading,
}

impl Fate {
    /// What a rank tells.
    pub(crate) const fn of(rank: u128) -> Self {
        if rank < FADING {
            Self::Playing
        } else {
            Self::Fading
        }
    }
}

/// Rank of a voice that fades: the quietest is cut off first.
pub(crate) fn fading_rank(level: f32) -> u128 {
    FADING | u128::from(level.to_bits())
}

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
        let may_go = candidates.iter().enumerate();
        let may_go = may_go.filter(|(_, candidate)| candidate.gives_way_to(priority, 1000));
        may_go
            .min_by_key(|(_, candidate)| candidate.rank())
            .map(|(index, _)| index)
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
    fn what_fades_is_not_among_what_plays() {
        let last = held(u32::MAX, u64::MAX);
        assert_eq!(Fate::of(last.rank()), Fate::Playing);
        let quietest = [0.0, 0.5, f32::MAX].map(fading_rank);
        assert!(quietest.is_sorted());
        assert!(quietest.iter().all(|rank| Fate::of(*rank) == Fate::Fading));
        assert!(quietest.iter().all(|rank| *rank < NO_RANK));
    }

    #[test]
    fn a_note_does_not_rob_itself() {
        let own = [held(5, 1000), held(5, 1000)];
        assert_eq!(victim(&own, 15), None);
    }
}
