//! What is promised of each program: how near it stays to its key, how loud it is, how it answers.
//!
//! Programs count from 0 and families are runs of eight, as \[GM1\] groups them.

/// How a program relates to the pitch of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pitch {
    /// Within a cent.
    Harmonic,
    /// Stiff strings, bars and bells: the first partial within three cents.
    Inharmonic,
    /// Several players around the pitch: the middle of their power within a cent.
    Section,
    /// Drums and noises, which have none.
    None,
}

impl Pitch {
    /// Of a program.
    #[must_use]
    pub const fn of(program: u8) -> Self {
        match program {
            55 | 113 | 115..=127 => Self::None,
            44 | 48 | 49 | 52..=54 | 85 | 88 | 91..=94 | 97 | 99..=103 => Self::Section,
            0..=3 | 8..=15 | 24..=37 | 45..=47 | 104..=108 | 112..=114 => Self::Inharmonic,
            _ => Self::Harmonic,
        }
    }

    /// Cents that it may be off, either way.
    #[must_use]
    pub const fn tolerance_cents(self) -> f64 {
        match self {
            Self::Harmonic | Self::Section => 1.0,
            Self::Inharmonic => 3.0,
            Self::None => f64::INFINITY,
        }
    }
}

/// Key in the middle of an instrument's range.
#[must_use]
pub const fn middle_key(program: u8) -> u8 {
    match program {
        32..=39 | 43 => 40,
        47 | 57 | 58 | 67 | 70 => 48,
        42 => 52,
        9 | 10 | 72 | 78 => 84,
        8 | 13 | 14 | 98 | 112 => 72,
        40 | 56 | 59 | 64 | 68 | 73..=77 | 79 | 110 | 111 => 69,
        _ => 60,
    }
}

/// Whether a loop's level goes up and down because it is made of events: a bird's calls, a telephone's
/// strokes, a helicopter's blades, hands that clap.
#[must_use]
pub const fn beats(program: u8) -> bool {
    matches!(program, 123..=126)
}

/// Octaves by which the tone that all partials of a key are multiples of lies below it: a principal
/// chorus stands on sixteen feet, and a kettle's modes are as 2 to 3 to 4 to 5.
#[must_use]
pub const fn octaves_below(program: u8) -> u8 {
    match program {
        19 | 47 => 1,
        _ => 0,
    }
}

/// Target of a family: loudest three seconds of a note at velocity 100, LUFS.
///
/// A note that is held is loud for all of the three seconds and one that is struck only when it
/// begins, so those stand lower; wood lower than strings, and noises in the background.
#[must_use]
pub const fn loudness_lufs(program: u8) -> f64 {
    match program {
        0..=7 => -37.0,
        8..=15 | 46 | 47 => -38.5,
        16..=23 => -31.0,
        28 | 45 => -39.0,
        24..=31 => -36.0,
        32..=39 => -38.0,
        55 | 112..=119 => -40.5,
        104 | 107 | 108 => -40.0,
        105 | 106 => -41.5,
        88..=97 | 99..=101 | 103 => -31.5,
        98 | 102 => -36.0,
        120..=127 => -39.0,
        _ => -29.5,
    }
}

/// Whether a note rings on by itself, so that letting the key go does not end it.
#[must_use]
pub const fn rings_on(program: u8) -> bool {
    matches!(program, 8..=11 | 14 | 15 | 46 | 47 | 55 | 96..=104 | 107 | 112..=127)
}

/// Longest that a note may sound after its key is let go, seconds per 60 dB.
#[must_use]
pub const fn release_s(program: u8) -> f64 {
    match program {
        48..=54 | 88..=95 => 3.0,
        _ => 1.2,
    }
}
