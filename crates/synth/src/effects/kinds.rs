//! The kinds of each effect, and the values that each begins with.
//!
//! Source: \[GM2\] global parameters, reverb and chorus types; \[GS\] reverb, chorus and delay
//! macros. Where both name a kind they mean the same one.

use super::parameters::{ChorusParameters, DelayParameters, ReverbParameters};

/// Reverberation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ReverbKind {
    /// A small room, \[GM2\] type 0; Room 1 of \[GS\].
    SmallRoom,
    /// A medium room, \[GM2\] type 1; Room 2 of \[GS\].
    MediumRoom,
    /// A large room, \[GM2\] type 2; Room 3 of \[GS\].
    LargeRoom,
    /// A medium hall, \[GM2\] type 3; Hall 1 of \[GS\].
    MediumHall,
    /// A large hall, \[GM2\] type 4; Hall 2 of \[GS\].
    #[default]
    LargeHall,
    /// A plate, \[GM2\] type 8; Plate of \[GS\].
    Plate,
    /// Repetitions in the middle, \[GS\] macro 6.
    Delay,
    /// Repetitions from side to side, \[GS\] macro 7.
    PanningDelay,
}

impl ReverbKind {
    /// All of them, by number of the \[GS\] macro.
    pub const ALL: [Self; 8] = [
        Self::SmallRoom,
        Self::MediumRoom,
        Self::LargeRoom,
        Self::MediumHall,
        Self::LargeHall,
        Self::Plate,
        Self::Delay,
        Self::PanningDelay,
    ];

    /// By number of the \[GS\] macro or character, `0..=7`.
    pub(super) fn from_gs(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// By number of the \[GM2\] type: 0 to 4, and 8.
    pub(super) fn from_gm2(number: u8) -> Option<Self> {
        match number {
            0..=4 => Self::from_gs(number),
            8 => Some(Self::Plate),
            _ => None,
        }
    }

    /// Whether it repeats instead of reverberating.
    pub(super) const fn repeats(self) -> bool {
        matches!(self, Self::Delay | Self::PanningDelay)
    }

    /// Number of the \[GM2\] time that the \[GM2\] type begins with.
    pub(super) const fn gm2_time(self) -> u8 {
        match self {
            Self::SmallRoom => 44,
            Self::MediumRoom | Self::Plate => 50,
            Self::LargeRoom => 56,
            _ => 64,
        }
    }

    /// All values of the \[GS\] macro.
    pub(super) const fn gs(self) -> ReverbParameters {
        let (lowpass, time, feedback) = match self {
            Self::SmallRoom => (3, 80, 0),
            Self::MediumRoom => (4, 56, 0),
            Self::LargeRoom | Self::LargeHall => (0, 64, 0),
            Self::MediumHall => (4, 72, 0),
            Self::Plate => (0, 88, 0),
            Self::Delay => (0, 32, 40),
            Self::PanningDelay => (0, 64, 32),
        };
        ReverbParameters {
            kind: self,
            lowpass,
            level: 64,
            time,
            feedback,
            pre_delay: 0,
        }
    }
}

/// Chorus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ChorusKind {
    /// \[GM2\] type 0, \[GS\] macro 0.
    Chorus1,
    /// \[GM2\] type 1, \[GS\] macro 1.
    Chorus2,
    /// \[GM2\] type 2, \[GS\] macro 2.
    #[default]
    Chorus3,
    /// \[GM2\] type 3, \[GS\] macro 3.
    Chorus4,
    /// Chorus with much feedback: \[GM2\] type 4, \[GS\] macro 4.
    Feedback,
    /// Flanger: \[GM2\] type 5, \[GS\] macro 5.
    Flanger,
    /// One short repetition, \[GS\] macro 6.
    ShortDelay,
    /// Short repetitions, \[GS\] macro 7.
    ShortDelayFeedback,
}

impl ChorusKind {
    /// All of them, by number of the \[GS\] macro.
    pub const ALL: [Self; 8] = [
        Self::Chorus1,
        Self::Chorus2,
        Self::Chorus3,
        Self::Chorus4,
        Self::Feedback,
        Self::Flanger,
        Self::ShortDelay,
        Self::ShortDelayFeedback,
    ];

    /// By number of the \[GS\] macro, `0..=7`.
    pub(super) fn from_gs(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// By number of the \[GM2\] type, `0..=5`.
    pub(super) fn from_gm2(number: u8) -> Option<Self> {
        Self::from_gs(number).filter(|_| number <= 5)
    }

    /// All its values.
    ///
    /// Deviation: \[GS\] lists a delay of 127 for the feedback chorus and the flanger, the same as
    /// for its short delays, and publishes no unit; here they are 10 ms and 1 ms.
    pub(super) const fn values(self) -> ChorusParameters {
        let (feedback, delay, rate, depth) = match self {
            Self::Chorus1 => (0, 112, 3, 5),
            Self::Chorus2 => (5, 80, 9, 19),
            Self::Chorus3 => (8, 80, 3, 19),
            Self::Chorus4 => (16, 64, 9, 16),
            Self::Feedback => (64, 80, 2, 24),
            Self::Flanger => (112, 37, 1, 5),
            Self::ShortDelay => (0, 127, 0, 127),
            Self::ShortDelayFeedback => (80, 127, 0, 127),
        };
        ChorusParameters {
            lowpass: 0,
            level: 64,
            feedback,
            delay,
            rate,
            depth,
            to_reverb: 0,
            to_delay: 0,
        }
    }
}

/// Delay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum DelayKind {
    /// 340 ms, \[GS\] macro 0.
    #[default]
    Delay1,
    /// 550 ms, \[GS\] macro 1.
    Delay2,
    /// 1 s, \[GS\] macro 2.
    Delay3,
    /// 130 ms, \[GS\] macro 3.
    Delay4,
    /// From side to side, 500 ms, \[GS\] macro 4.
    Panning1,
    /// From side to side, 700 ms, \[GS\] macro 5.
    Panning2,
    /// From side to side, 1 s, \[GS\] macro 6.
    Panning3,
    /// From side to side, 260 ms, \[GS\] macro 7.
    Panning4,
    /// From side to side and into the reverb, \[GS\] macro 8.
    IntoReverb,
    /// Middle, left and right, 750 ms, \[GS\] macro 9.
    PanningRepeat,
}

impl DelayKind {
    /// All of them, by number of the \[GS\] macro.
    pub const ALL: [Self; 10] = [
        Self::Delay1,
        Self::Delay2,
        Self::Delay3,
        Self::Delay4,
        Self::Panning1,
        Self::Panning2,
        Self::Panning3,
        Self::Panning4,
        Self::IntoReverb,
        Self::PanningRepeat,
    ];

    /// By number of the \[GS\] macro, `0..=9`.
    pub(super) fn from_gs(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// All its values.
    pub(super) const fn values(self) -> DelayParameters {
        let (time, feedback) = match self {
            Self::Delay1 => (97, 80),
            Self::Delay2 => (106, 80),
            Self::Delay3 => (115, 72),
            Self::Delay4 => (83, 72),
            Self::Panning1 => (105, 74),
            Self::Panning2 => (109, 71),
            Self::Panning3 => (115, 73),
            Self::Panning4 => (93, 72),
            Self::IntoReverb => (109, 61),
            Self::PanningRepeat => (110, 40),
        };
        let (ratio_left, ratio_right) = match self {
            Self::Delay1 | Self::Delay2 | Self::Delay3 | Self::Delay4 => (1, 1),
            Self::PanningRepeat => (21, 32),
            _ => (12, 24),
        };
        let (level_centre, level_left, level_right) = match self {
            Self::Delay1 | Self::Delay2 | Self::Delay3 | Self::Delay4 => (127, 0, 0),
            Self::Panning1 | Self::Panning2 => (0, 125, 60),
            Self::Panning3 | Self::Panning4 => (0, 120, 64),
            Self::IntoReverb => (0, 114, 60),
            Self::PanningRepeat => (97, 127, 67),
        };
        DelayParameters {
            lowpass: 0,
            time,
            ratio_left,
            ratio_right,
            level_centre,
            level_left,
            level_right,
            level: 64,
            feedback,
            to_reverb: if matches!(self, Self::IntoReverb) {
                36
            } else {
                0
            },
        }
    }
}
