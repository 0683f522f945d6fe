//! Annotation: one change of the host's transport, stamped on the master clock.
//!
//! In: what [`TransportTracker`](super::TransportTracker) noticed. Out: a value, or its words.
//! Owner: whoever has it. Thread: any. Source: \[WDK\] Clock Synchronization: the master clock never
//! pauses, so that what happens to a song is told beside it.

use crate::time::ReferenceTime;

/// What happened to the song.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum AnnotationKind {
    /// The song begins to run, at the position told.
    Play = 1,
    /// The song stands still, at the position told.
    Stop = 2,
    /// The song goes on from another position.
    Locate = 3,
    /// The song passed the end of its loop; the position is the one inside the loop.
    LoopWrap = 4,
    /// The song has another tempo from here on.
    Tempo = 5,
    /// The song has another time signature from here on.
    Signature = 6,
    /// The host begins to record.
    RecordOn = 7,
    /// The host ceases to record.
    RecordOff = 8,
}

impl AnnotationKind {
    /// The kind of this number, if it is one.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Play,
            2 => Self::Stop,
            3 => Self::Locate,
            4 => Self::LoopWrap,
            5 => Self::Tempo,
            6 => Self::Signature,
            7 => Self::RecordOn,
            8 => Self::RecordOff,
            _ => return None,
        })
    }

    /// The number of this kind, `1..=8`.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }
}

/// How the transport stood after the change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TransportFlags(u8);

impl TransportFlags {
    /// None of those below.
    pub const NONE: Self = Self(0);
    /// The song runs.
    pub const PLAYING: Self = Self(0x01);
    /// The host records.
    pub const RECORDING: Self = Self(0x02);
    /// The loop is on.
    pub const LOOPING: Self = Self(0x04);
    /// The host told the position; otherwise it is 0.
    pub const POSITION: Self = Self(0x08);
    /// The host told the tempo; otherwise it is 120.
    pub const TEMPO: Self = Self(0x10);
    /// The host told the time signature; otherwise it is 4/4.
    pub const SIGNATURE: Self = Self(0x20);

    const ALL: u8 = 0x3F;

    /// The flags of these bits, or nothing if there is an unknown one among them.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Option<Self> {
        if bits & !Self::ALL == 0 {
            Some(Self(bits))
        } else {
            None
        }
    }

    /// The bits.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The flags of both.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These flags, and those of `other` on condition.
    #[must_use]
    pub const fn with_if(self, condition: bool, other: Self) -> Self {
        if condition { self.with(other) } else { self }
    }

    /// True if all flags of `other` are set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// Beats of a bar, and the note that is one beat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeSignature {
    /// Beats of a bar, as the host counts them.
    pub numerator: u8,
    /// The beat as a fraction of a whole note: 4 for a quarter.
    pub denominator: u8,
}

impl TimeSignature {
    /// Four quarters: what holds until a host says otherwise.
    pub const COMMON: Self = Self {
        numerator: 4,
        denominator: 4,
    };
}

/// One change of the host's transport.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Annotation {
    /// When it happened: the stamp of its frame on the master clock.
    pub time: ReferenceTime,
    /// What happened.
    pub kind: AnnotationKind,
    /// Position of the song after the change, quarter notes from its start; may be negative.
    pub song_quarters: f64,
    /// Tempo after the change, quarter notes per minute, above 0.
    pub tempo_bpm: f64,
    /// Time signature after the change.
    pub signature: TimeSignature,
    /// How the transport stood after the change, and what of it the host told.
    pub flags: TransportFlags,
}

impl Annotation {
    /// Words of [`to_words`](Self::to_words).
    pub const WORDS: usize = 4;

    /// The annotation as words; nothing is rounded.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    #[must_use]
    pub const fn to_words(&self) -> [u64; Self::WORDS] {
        let small = u64::from_le_bytes([
            self.kind.number(),
            self.flags.bits(),
            self.signature.numerator,
            self.signature.denominator,
            0,
            0,
            0,
            0,
        ]);
        [
            self.time.units().cast_unsigned(),
            small,
            self.song_quarters.to_bits(),
            self.tempo_bpm.to_bits(),
        ]
    }

    /// The annotation of these words, or nothing if they are not one.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    #[must_use]
    pub fn from_words(words: [u64; Self::WORDS]) -> Option<Self> {
        let [time, small, song_quarters, tempo_bpm] = words;
        let [kind, flags, numerator, denominator, 0, 0, 0, 0] = small.to_le_bytes() else {
            return None;
        };
        Some(Self {
            time: ReferenceTime::new(time.cast_signed()),
            kind: AnnotationKind::from_number(kind)?,
            song_quarters: f64::from_bits(song_quarters),
            tempo_bpm: f64::from_bits(tempo_bpm),
            signature: TimeSignature {
                numerator,
                denominator,
            },
            flags: TransportFlags::from_bits(flags)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn words_that_are_an_annotation_come_back_as_they_were(
            time in any::<u64>(),
            (kind, flags, bar, beat) in (1_u8..=8, 0_u8..0x40, any::<u8>(), any::<u8>()),
            (quarters, tempo) in (any::<u64>(), any::<u64>()),
        ) {
            let small = u64::from_le_bytes([kind, flags, bar, beat, 0, 0, 0, 0]);
            let words = [time, small, quarters, tempo];
            let annotation = Annotation::from_words(words);
            prop_assert_eq!(annotation.map(|it| it.to_words()), Some(words));
        }
    }

    #[test]
    fn words_of_something_else_are_no_annotation() {
        for small in [0, 9, 0x4001, 0x1_0000_0001, u64::MAX] {
            assert_eq!(Annotation::from_words([0, small, 0, 0]), None);
        }
    }
}
