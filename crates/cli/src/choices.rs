//! What options of `dmus render` choose from.

use clap::ValueEnum;
use dmus_synth::{Interpolation, Mode};

/// [`Interpolation`] on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Reading {
    /// A straight line between two frames.
    Linear,
    /// A curve through four frames.
    Cubic,
    /// A windowed sinc over 16 frames.
    Sinc,
}

impl Reading {
    /// In the engine's words.
    pub(crate) const fn interpolation(self) -> Interpolation {
        match self {
            Self::Linear => Interpolation::Linear,
            Self::Cubic => Interpolation::Cubic,
            Self::Sinc => Interpolation::Sinc,
        }
    }
}

/// The rules that a song is played under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Rules {
    /// Those the song asks for.
    Auto,
    /// General MIDI 1.
    Gm,
    /// General MIDI 2.
    Gm2,
    /// GS.
    Gs,
    /// XG.
    Xg,
    /// Bank numbers as the bank has them.
    Dls,
}

impl Rules {
    /// The rules that hold whatever the song asks for.
    pub(crate) const fn lock(self) -> Option<Mode> {
        Some(match self {
            Self::Auto => return None,
            Self::Gm => Mode::Gm1,
            Self::Gm2 => Mode::Gm2,
            Self::Gs => Mode::Gs,
            Self::Xg => Mode::Xg,
            Self::Dls => Mode::Dls,
        })
    }

    /// The message that puts them in force; nothing for those of power-on.
    ///
    /// # Source
    /// \[GM2\] GM system on; the manufacturers' published maps of GS and XG.
    pub(crate) const fn reset(self) -> Option<&'static [u8]> {
        Some(match self {
            Self::Gm => &[0xF0, 0x7E, 0x7F, 9, 1, 0xF7],
            Self::Gm2 => &[0xF0, 0x7E, 0x7F, 9, 3, 0xF7],
            Self::Gs => &[0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0, 0x7F, 0, 0x41, 0xF7],
            Self::Xg => &[0xF0, 0x43, 0x10, 0x4C, 0, 0, 0x7E, 0, 0xF7],
            Self::Auto | Self::Dls => return None,
        })
    }
}

/// What a sample is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Bits {
    /// Whole numbers of 16 bits.
    #[value(name = "16")]
    Whole16,
    /// Whole numbers of 24 bits.
    #[value(name = "24")]
    Whole24,
    /// Floating point, as it was computed.
    #[value(name = "32f")]
    Float,
}
