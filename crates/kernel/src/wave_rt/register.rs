//! Registers that a client may read without asking the stream: position, clock, packet.
//!
//! In: the device's record. Out: readings. Thread: any.
//! Source: \[WDK\] KSRTAUDIO_HWREGISTER; KSRTAUDIO_PACKETVREGISTER.

use crate::{
    time::{ReferenceTime, SampleRate, SampleTime},
    wave_rt::{FRAME_BYTES, low_word, status::StatusReader},
};

/// Bits of a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegisterWidth {
    /// 32 bits: a clock of that width wraps within hours or minutes.
    Bits32,
    /// 64 bits.
    Bits64,
}

impl RegisterWidth {
    /// The width as a number of bits.
    #[must_use]
    pub const fn bits(self) -> u32 {
        match self {
            Self::Bits32 => 32,
            Self::Bits64 => 64,
        }
    }

    /// Ticks from the reading `earlier` to `later`, right as long as the register wrapped once at
    /// most in between.
    ///
    /// # Source
    /// \[WDK\] KSPROPERTY_RTAUDIO_CLOCKREGISTER: differences are taken modulo the register's range.
    #[must_use]
    pub fn difference(self, later: u64, earlier: u64) -> u64 {
        self.low_bits(later.wrapping_sub(earlier))
    }

    fn low_bits(self, value: u64) -> u64 {
        match self {
            Self::Bits32 => u64::from(low_word(value)),
            Self::Bits64 => value,
        }
    }
}

/// What a register counts.
#[derive(Clone, Copy, Debug)]
enum Counted {
    /// Bytes: offset in the buffer of the next one moved.
    Position,
    /// Ticks of the device's clock.
    Clock,
}

/// A position or clock register, mapped.
///
/// # Source
/// \[WDK\] KSRTAUDIO_HWREGISTER.
#[derive(Debug)]
pub struct HwRegister {
    counted: Counted,
    status: StatusReader,
    width: RegisterWidth,
    numerator: u64,
    denominator: u64,
    accuracy: u32,
}

impl HwRegister {
    /// The position register; `block` is the longest block, frames.
    pub(super) fn position(status: StatusReader, width: RegisterWidth, block: u32) -> Self {
        Self {
            counted: Counted::Position,
            status,
            width,
            numerator: 0,
            denominator: 0,
            accuracy: block.saturating_mul(FRAME_BYTES),
        }
    }

    /// The clock register of a stream at `rate`; `block` is the longest block, frames.
    pub(super) fn clock(
        status: StatusReader,
        width: RegisterWidth,
        block: u32,
        rate: SampleRate,
    ) -> Self {
        Self {
            counted: Counted::Clock,
            status,
            width,
            numerator: u64::from(rate.hz()),
            denominator: 1,
            accuracy: block,
        }
    }

    /// What the register holds: bytes from the start of the buffer, below its size; or ticks since
    /// the stream was made, whatever its state, modulo the register's range.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    pub fn read(&mut self) -> u64 {
        let status = self.status.read();
        let value = match self.counted {
            Counted::Position => status
                .offset(status.frames)
                .saturating_mul(u64::from(FRAME_BYTES)),
            Counted::Clock => status.clock,
        };
        self.width.low_bits(value)
    }

    /// Its width.
    #[must_use]
    pub const fn width(&self) -> RegisterWidth {
        self.width
    }

    /// Ticks per second as numerator and denominator; of a clock register only.
    #[must_use]
    pub fn frequency(&self) -> Option<(u64, u64)> {
        (self.denominator != 0).then_some((self.numerator, self.denominator))
    }

    /// The most it moves at once: bytes (position) or ticks (clock).
    #[must_use]
    pub const fn accuracy(&self) -> u32 {
        self.accuracy
    }
}

/// The packet completed last, with a check sum that shows a torn copy.
///
/// # Source
/// \[WDK\] KSRTAUDIO_PACKETVREGISTER.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketReading {
    /// Packets completed in this run.
    pub completed: u64,
    /// When the last of them was, on the master clock.
    pub at: ReferenceTime,
    /// Made of the low words of both.
    pub hash: u32,
}

impl PacketReading {
    /// Whether count and time belong together, as far as their low words tell.
    #[must_use]
    pub const fn is_whole(self) -> bool {
        self.hash == Self::hash(self.completed, self.at)
    }

    const fn hash(completed: u64, at: ReferenceTime) -> u32 {
        // The count moves by ones: turned by half a word it cannot hide in the time's low bits.
        low_word(completed).rotate_left(16) ^ low_word(at.units().cast_unsigned())
    }
}

/// The packet register, mapped.
///
/// # Source
/// \[WDK\] KSRTAUDIO_PACKETVREGISTER.
#[derive(Debug)]
pub struct PacketRegister {
    status: StatusReader,
    rate: SampleRate,
}

impl PacketRegister {
    pub(super) const fn new(status: StatusReader, rate: SampleRate) -> Self {
        Self { status, rate }
    }

    /// What the register holds.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    pub fn read(&mut self) -> PacketReading {
        let status = self.status.read();
        let completed = status.completed();
        let at = self
            .rate
            .sample_to_ref(SampleTime::new(status.completed_at));
        PacketReading {
            completed,
            at,
            hash: PacketReading::hash(completed, at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_of_32_bit_readings_survives_the_wrap() {
        let narrow = RegisterWidth::Bits32;
        assert_eq!(narrow.difference(5, 0xFFFF_FFF0), 21);
        assert_eq!(narrow.difference(0xFFFF_FFF0, 0xFFFF_FFF0), 0);
        assert_eq!(narrow.difference(7, 2), 5);
        assert_eq!(RegisterWidth::Bits64.difference(3, u64::MAX - 1), 5);
        assert_eq!((narrow.bits(), RegisterWidth::Bits64.bits()), (32, 64));
    }

    #[test]
    fn a_hash_tells_a_count_from_another_time() {
        let whole = |completed, units| {
            let at = ReferenceTime::new(units);
            PacketReading {
                completed,
                at,
                hash: PacketReading::hash(completed, at),
            }
        };
        let (old, new) = (whole(41, 410_000), whole(42, 420_000));
        assert!(old.is_whole() && new.is_whole());
        assert!(!PacketReading { at: new.at, ..old }.is_whole());
        assert!(
            !PacketReading {
                completed: new.completed,
                ..old
            }
            .is_whole()
        );
        let (small, swapped) = (whole(1, 2), whole(2, 1));
        let hash = small.hash;
        assert!(!PacketReading { hash, ..swapped }.is_whole());
    }
}
