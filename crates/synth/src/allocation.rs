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
    /// Index of the voice.
    pub(crate) voice: usize,
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

/// Order of dying; the smallest goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    /// Whether anybody would hear it go.
    audible: bool,
    priority: VoicePriority,
    state: State,
    /// Level in bits for released voices: quietest first. Levels are not negative, so their
    /// bits sort as they do.
    level: u32,
    /// Age for all others: oldest first.
    note: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Released,
    Pedalled,
    Held,
}

impl Candidate {
    const fn rank(&self) -> Rank {
        let (state, level) = if self.released {
            (State::Released, self.level.to_bits())
        } else if self.pedalled {
            (State::Pedalled, 0)
        } else {
            (State::Held, 0)
        };
        Rank {
            audible: !(self.released && self.level < INAUDIBLE),
            priority: self.priority,
            state,
            level,
            note: self.note,
        }
    }
}

/// Chooses the voice that makes room for a new one, or none if the new one has to go without.
///
/// A more important channel's voice is never taken, nor one of the new note's own.
///
/// - `priority`: of the new voice's channel
/// - `note`: number of the new voice's note
pub(crate) fn choose_victim(
    candidates: impl Iterator<Item = Candidate>,
    priority: VoicePriority,
    note: u64,
) -> Option<usize> {
    candidates
        .filter(|candidate| candidate.priority <= priority && candidate.note != note)
        .min_by_key(Candidate::rank)
        .map(|candidate| candidate.voice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(voice: usize, priority: u32, note: u64) -> Candidate {
        Candidate {
            voice,
            priority: VoicePriority::new(priority),
            note,
            released: false,
            pedalled: false,
            level: 0.5,
        }
    }

    fn victim(candidates: &[Candidate], priority: u32) -> Option<usize> {
        let priority = VoicePriority::new(priority);
        choose_victim(candidates.iter().copied(), priority, 1000)
    }

    #[test]
    fn a_more_important_channel_is_never_robbed() {
        let released = Candidate {
            released: true,
            level: 0.0,
            ..held(0, 14, 1)
        };
        assert_eq!(victim(&[released], 13), None);
        assert_eq!(victim(&[released], 14), Some(0));
    }

    #[test]
    fn the_least_important_channel_pays_first() {
        let voices = [held(0, 14, 1), held(1, 2, 9), held(2, 6, 3)];
        assert_eq!(victim(&voices, 15), Some(1));
    }

    #[test]
    fn priorities_are_compared_without_a_sign() {
        let voices = [held(0, 0x7FFF_FFFF, 9), held(1, 0x8000_0000, 1)];
        assert_eq!(victim(&voices, 0xFFFF_FFFF), Some(0));
        assert_eq!(victim(&voices, 0x7FFF_FFFE), None);
    }

    #[test]
    fn of_equal_priorities_a_new_note_takes_the_oldest() {
        let voices = [held(0, 5, 3), held(1, 5, 1), held(2, 5, 2)];
        assert_eq!(victim(&voices, 5), Some(1));
    }

    #[test]
    fn released_go_before_pedalled_before_held() {
        let pedalled = Candidate {
            pedalled: true,
            ..held(1, 5, 8)
        };
        let released = Candidate {
            released: true,
            ..held(2, 5, 9)
        };
        assert_eq!(victim(&[held(0, 5, 1), pedalled, released], 5), Some(2));
        assert_eq!(victim(&[held(0, 5, 1), pedalled], 5), Some(1));
    }

    #[test]
    fn of_released_voices_the_quietest_goes_and_of_held_ones_the_oldest() {
        let released = |voice, level| Candidate {
            released: true,
            level,
            ..held(voice, 5, 7)
        };
        assert_eq!(victim(&[released(0, 0.3), released(1, 0.2)], 5), Some(1));
        assert_eq!(victim(&[held(0, 5, 9), held(1, 5, 4)], 5), Some(1));
    }

    #[test]
    fn an_inaudible_tail_goes_before_a_less_important_held_note() {
        let tail = Candidate {
            released: true,
            level: 0.0005,
            ..held(0, 14, 1)
        };
        assert_eq!(victim(&[tail, held(1, 2, 2)], 14), Some(0));
    }

    #[test]
    fn a_note_does_not_rob_itself() {
        let own = [held(0, 5, 1000), held(1, 5, 1000)];
        assert_eq!(victim(&own, 15), None);
    }
}
