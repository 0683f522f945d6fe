//! What parameters choose from: names that hosts show, ids that states save.
//!
//! The first of each effect's kinds is MIDI's own choice. Ids are never reused; a kind may be added
//! at the end of a list, but none may move, for automation counts them.

use dmus_synth::{ChorusKind, DelayKind, Interpolation, Mode, ReverbKind, VelocityCurve};
use nice_plug::prelude::*;

/// How waves are read between their frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum InterpolationChoice {
    /// A straight line.
    #[id = "linear"]
    Linear,
    /// A curve through four frames.
    #[id = "cubic"]
    Cubic,
    /// A windowed sinc over sixteen frames.
    #[id = "sinc"]
    Sinc,
}

impl InterpolationChoice {
    /// In the engine's words.
    #[must_use]
    pub const fn chosen(self) -> Interpolation {
        match self {
            Self::Linear => Interpolation::Linear,
            Self::Cubic => Interpolation::Cubic,
            Self::Sinc => Interpolation::Sinc,
        }
    }
}

/// Rules that name banks and drum parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum ModeChoice {
    /// Those that messages ask for.
    #[id = "auto"]
    Auto,
    /// General MIDI 1.
    #[id = "gm1"]
    #[name = "GM1"]
    Gm1,
    /// General MIDI 2.
    #[id = "gm2"]
    #[name = "GM2"]
    Gm2,
    /// GS.
    #[id = "gs"]
    #[name = "GS"]
    Gs,
    /// XG.
    #[id = "xg"]
    #[name = "XG"]
    Xg,
    /// Bank numbers as the bank has them.
    #[id = "dls"]
    #[name = "DLS"]
    Dls,
}

impl ModeChoice {
    /// In the engine's words; nothing leaves it to messages.
    #[must_use]
    pub const fn chosen(self) -> Option<Mode> {
        Some(match self {
            Self::Auto => return None,
            Self::Gm1 => Mode::Gm1,
            Self::Gm2 => Mode::Gm2,
            Self::Gs => Mode::Gs,
            Self::Xg => Mode::Xg,
            Self::Dls => Mode::Dls,
        })
    }
}

/// What a part makes of velocities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum VelocityChoice {
    /// As they are played.
    #[id = "linear"]
    Linear,
    /// A light touch is louder.
    #[id = "soft1"]
    #[name = "Soft 1"]
    Soft1,
    /// A light touch is much louder.
    #[id = "soft2"]
    #[name = "Soft 2"]
    Soft2,
    /// Loud notes need more force.
    #[id = "hard1"]
    #[name = "Hard 1"]
    Hard1,
    /// Loud notes need much more force.
    #[id = "hard2"]
    #[name = "Hard 2"]
    Hard2,
}

impl VelocityChoice {
    /// In the engine's words.
    #[must_use]
    pub const fn chosen(self) -> VelocityCurve {
        match self {
            Self::Linear => VelocityCurve::Linear,
            Self::Soft1 => VelocityCurve::Soft1,
            Self::Soft2 => VelocityCurve::Soft2,
            Self::Hard1 => VelocityCurve::Hard1,
            Self::Hard2 => VelocityCurve::Hard2,
        }
    }
}

/// Where the returns of the effects are heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum ReturnsChoice {
    /// In the mix.
    #[id = "main"]
    Main,
    /// On outputs of their own, where the host has them.
    #[id = "own"]
    #[name = "Own Outputs"]
    Own,
}

/// Who plays a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum DeviceRole {
    /// The synthesizer.
    #[id = "internal"]
    Internal,
    /// The external device.
    #[id = "device"]
    Device,
    /// Both of them.
    #[id = "both"]
    Both,
}

/// Kinds of reverb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum ReverbChoice {
    /// The one that MIDI chose.
    #[id = "midi"]
    #[name = "MIDI"]
    Midi,
    /// A small room.
    #[id = "room1"]
    #[name = "Small Room"]
    SmallRoom,
    /// A medium room.
    #[id = "room2"]
    #[name = "Medium Room"]
    MediumRoom,
    /// A large room.
    #[id = "room3"]
    #[name = "Large Room"]
    LargeRoom,
    /// A medium hall.
    #[id = "hall1"]
    #[name = "Medium Hall"]
    MediumHall,
    /// A large hall.
    #[id = "hall2"]
    #[name = "Large Hall"]
    LargeHall,
    /// A plate.
    #[id = "plate"]
    Plate,
    /// Repetitions in the middle.
    #[id = "delay"]
    Delay,
    /// Repetitions from side to side.
    #[id = "pandelay"]
    #[name = "Panning Delay"]
    PanningDelay,
}

impl ReverbChoice {
    /// In the engine's words; nothing leaves it to MIDI.
    #[must_use]
    pub const fn chosen(self) -> Option<ReverbKind> {
        Some(match self {
            Self::Midi => return None,
            Self::SmallRoom => ReverbKind::SmallRoom,
            Self::MediumRoom => ReverbKind::MediumRoom,
            Self::LargeRoom => ReverbKind::LargeRoom,
            Self::MediumHall => ReverbKind::MediumHall,
            Self::LargeHall => ReverbKind::LargeHall,
            Self::Plate => ReverbKind::Plate,
            Self::Delay => ReverbKind::Delay,
            Self::PanningDelay => ReverbKind::PanningDelay,
        })
    }
}

/// Kinds of chorus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum ChorusChoice {
    /// The one that MIDI chose.
    #[id = "midi"]
    #[name = "MIDI"]
    Midi,
    /// The slightest.
    #[id = "chorus1"]
    #[name = "Chorus 1"]
    Chorus1,
    /// A faster one.
    #[id = "chorus2"]
    #[name = "Chorus 2"]
    Chorus2,
    /// The usual one.
    #[id = "chorus3"]
    #[name = "Chorus 3"]
    Chorus3,
    /// The fullest.
    #[id = "chorus4"]
    #[name = "Chorus 4"]
    Chorus4,
    /// With much feedback.
    #[id = "feedback"]
    #[name = "Feedback Chorus"]
    Feedback,
    /// A flanger.
    #[id = "flanger"]
    Flanger,
    /// One short repetition.
    #[id = "short"]
    #[name = "Short Delay"]
    ShortDelay,
    /// Short repetitions.
    #[id = "shortfb"]
    #[name = "Short Delay with Feedback"]
    ShortDelayFeedback,
}

impl ChorusChoice {
    /// In the engine's words; nothing leaves it to MIDI.
    #[must_use]
    pub const fn chosen(self) -> Option<ChorusKind> {
        Some(match self {
            Self::Midi => return None,
            Self::Chorus1 => ChorusKind::Chorus1,
            Self::Chorus2 => ChorusKind::Chorus2,
            Self::Chorus3 => ChorusKind::Chorus3,
            Self::Chorus4 => ChorusKind::Chorus4,
            Self::Feedback => ChorusKind::Feedback,
            Self::Flanger => ChorusKind::Flanger,
            Self::ShortDelay => ChorusKind::ShortDelay,
            Self::ShortDelayFeedback => ChorusKind::ShortDelayFeedback,
        })
    }
}

/// Kinds of delay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum DelayChoice {
    /// The one that MIDI chose.
    #[id = "midi"]
    #[name = "MIDI"]
    Midi,
    /// 340 ms.
    #[id = "delay1"]
    #[name = "Delay 1"]
    Delay1,
    /// 550 ms.
    #[id = "delay2"]
    #[name = "Delay 2"]
    Delay2,
    /// 1 s.
    #[id = "delay3"]
    #[name = "Delay 3"]
    Delay3,
    /// 130 ms.
    #[id = "delay4"]
    #[name = "Delay 4"]
    Delay4,
    /// From side to side, 500 ms.
    #[id = "pan1"]
    #[name = "Panning Delay 1"]
    Panning1,
    /// From side to side, 700 ms.
    #[id = "pan2"]
    #[name = "Panning Delay 2"]
    Panning2,
    /// From side to side, 1 s.
    #[id = "pan3"]
    #[name = "Panning Delay 3"]
    Panning3,
    /// From side to side, 260 ms.
    #[id = "pan4"]
    #[name = "Panning Delay 4"]
    Panning4,
    /// From side to side and into the reverb.
    #[id = "toreverb"]
    #[name = "Delay to Reverb"]
    IntoReverb,
    /// Middle, left and right.
    #[id = "repeat"]
    #[name = "Panning Repeat"]
    PanningRepeat,
}

impl DelayChoice {
    /// In the engine's words; nothing leaves it to MIDI.
    #[must_use]
    pub const fn chosen(self) -> Option<DelayKind> {
        Some(match self {
            Self::Midi => return None,
            Self::Delay1 => DelayKind::Delay1,
            Self::Delay2 => DelayKind::Delay2,
            Self::Delay3 => DelayKind::Delay3,
            Self::Delay4 => DelayKind::Delay4,
            Self::Panning1 => DelayKind::Panning1,
            Self::Panning2 => DelayKind::Panning2,
            Self::Panning3 => DelayKind::Panning3,
            Self::Panning4 => DelayKind::Panning4,
            Self::IntoReverb => DelayKind::IntoReverb,
            Self::PanningRepeat => DelayKind::PanningRepeat,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Kinds behind the choices of an effect, which MIDI's own choice leads.
    fn kinds<C: Enum, K>(chosen: impl Fn(C) -> Option<K>) -> Vec<K> {
        let count = C::variants().len();
        assert!(chosen(C::from_index(0)).is_none());
        (1..count)
            .filter_map(|index| chosen(C::from_index(index)))
            .collect()
    }

    #[test]
    fn every_kind_can_be_chosen_in_the_order_of_its_macros() {
        assert_eq!(kinds(ReverbChoice::chosen), ReverbKind::ALL);
        assert_eq!(kinds(ChorusChoice::chosen), ChorusKind::ALL);
        assert_eq!(kinds(DelayChoice::chosen), DelayKind::ALL);
        let modes = [Mode::Gm1, Mode::Gm2, Mode::Gs, Mode::Xg, Mode::Dls];
        assert_eq!(kinds(ModeChoice::chosen), modes);
    }

    #[test]
    fn every_velocity_curve_can_be_chosen() {
        let count = VelocityChoice::variants().len();
        let chosen: Vec<_> = (0..count)
            .map(|index| VelocityChoice::from_index(index).chosen())
            .collect();
        assert_eq!(chosen, VelocityCurve::ALL);
    }

    #[test]
    fn every_interpolation_can_be_chosen_from_the_plainest_up() {
        let chosen = [0, 1, 2].map(|index| InterpolationChoice::from_index(index).chosen());
        let expected = [
            Interpolation::Linear,
            Interpolation::Cubic,
            Interpolation::Sinc,
        ];
        assert_eq!(chosen, expected);
    }
}
