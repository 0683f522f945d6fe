//! The states of a stream with the order in which they are passed.
//!
//! Thread: any. Source: \[WDK\] KSSTATE; `IMXF::SetState`; State Transitions.

use std::fmt;

/// The states of a stream, in the order they are passed.
///
/// # Source
/// \[WDK\] KSSTATE; `IMXF::SetState`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StreamState {
    /// Events that arrive are recycled, and so is all that was held; positions are zero.
    #[default]
    Stop,
    /// Ready to be prepared: events are held.
    Acquire,
    /// Ready to run at once: events are held, the position stands still.
    Pause,
    /// Events are delivered, the position moves.
    Run,
}

impl StreamState {
    /// The neighbour of this state on the way to `target`; nothing on arrival.
    #[must_use]
    pub const fn step_towards(self, target: Self) -> Option<Self> {
        let up = (self as u8) < (target as u8);
        match (self, up) {
            _ if self as u8 == target as u8 => None,
            (Self::Acquire, false) => Some(Self::Stop),
            (Self::Stop, _) | (Self::Pause, false) => Some(Self::Acquire),
            (Self::Acquire, true) | (Self::Run, _) => Some(Self::Pause),
            (Self::Pause, true) => Some(Self::Run),
        }
    }
}

impl fmt::Display for StreamState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stop => "STOP",
            Self::Acquire => "ACQUIRE",
            Self::Pause => "PAUSE",
            Self::Run => "RUN",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::StreamState::{self, Acquire, Pause, Run, Stop};

    #[test]
    fn states_are_passed_one_at_a_time_in_order() {
        let path = |from: StreamState, to| {
            std::iter::successors(from.step_towards(to), |state| state.step_towards(to))
                .collect::<Vec<_>>()
        };
        assert_eq!(path(Stop, Run), [Acquire, Pause, Run]);
        assert_eq!(path(Run, Stop), [Pause, Acquire, Stop]);
        assert_eq!(path(Pause, Stop), [Acquire, Stop]);
        assert_eq!(path(Acquire, Pause), [Pause]);
        assert_eq!(path(Pause, Pause), []);
        assert!(Stop < Acquire && Acquire < Pause && Pause < Run);
    }
}
