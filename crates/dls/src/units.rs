//! Units of a bank's numbers: 16.16 fixed point to and from real units.
//!
//! Every type wraps the 32 bits as they stand in the file, so that nothing is lost on the way
//! through a bank; equality and order are those of the file's number. Conversions into the file's
//! number round to the nearest step, saturate at its ends and take NaN as the smallest amount.
//! Powers and logarithms come from one software library: the same bits on every machine.
//!
//! Thread: any. Real-time: wait-free, no allocation.
//! Source: \[DLS2\] data units.

/// Steps of a 16.16 number in one unit.
const ONE: f64 = 65_536.0;

/// Nearest 16.16 number.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a float to integer cast saturates and takes NaN to zero, which is what is wanted"
)]
fn fixed(units: f64) -> i32 {
    libm::round(units * ONE) as i32
}

/// Time as cents of a doubling of one second, or a factor on a time.
///
/// # Source
/// \[DLS2\] data units, absolute and relative time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TimeCents(pub i32);

impl TimeCents {
    /// Exactly 0 s, which no modulation changes.
    pub const ZERO: Self = Self(i32::MIN);
    /// 1 s, or a factor of 1.
    pub const ONE_SECOND: Self = Self(0);

    /// Time cents; -32768 for [`Self::ZERO`].
    #[must_use]
    pub fn time_cents(self) -> f64 {
        f64::from(self.0) / ONE
    }

    /// From time cents, as a base time or as a scale on one.
    ///
    /// The number that means exactly 0 s is not reached: only [`Self::ZERO`] means that.
    #[must_use]
    pub fn from_time_cents(time_cents: f64) -> Self {
        Self(fixed(time_cents).max(i32::MIN + 1))
    }

    /// Seconds, `0..`; 0 for [`Self::ZERO`].
    #[must_use]
    pub fn seconds(self) -> f64 {
        if self == Self::ZERO {
            0.0
        } else {
            self.factor()
        }
    }

    /// From seconds; nothing, less than nothing or NaN is [`Self::ZERO`].
    #[must_use]
    pub fn from_seconds(seconds: f64) -> Self {
        if seconds > 0.0 {
            Self::from_time_cents(1200.0 * libm::log2(seconds))
        } else {
            Self::ZERO
        }
    }

    /// Factor on a time when this is a relative time: +1200 time cents double.
    #[must_use]
    pub fn factor(self) -> f64 {
        libm::exp2(self.time_cents() / 1200.0)
    }
}

/// Frequency as cents above MIDI key 0, with key 69 at 440 Hz.
///
/// # Source
/// \[DLS2\] data units, absolute pitch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct AbsolutePitch(pub i32);

impl AbsolutePitch {
    /// The cutoff that takes the filter out of the signal.
    pub const FILTER_OFF: Self = Self(i32::MAX);

    /// Cents above MIDI key 0.
    #[must_use]
    pub fn cents(self) -> f64 {
        f64::from(self.0) / ONE
    }

    /// From cents above MIDI key 0.
    #[must_use]
    pub fn from_cents(cents: f64) -> Self {
        Self(fixed(cents))
    }

    /// Hertz, above 0.
    #[must_use]
    pub fn hz(self) -> f64 {
        440.0 * libm::exp2((self.cents() - 6900.0) / 1200.0)
    }

    /// From hertz; nothing, less than nothing or NaN is the lowest pitch.
    #[must_use]
    pub fn from_hz(hz: f64) -> Self {
        if hz > 0.0 {
            Self::from_cents(1200.0 * libm::log2(hz / 440.0) + 6900.0)
        } else {
            Self(i32::MIN)
        }
    }
}

/// Pitch difference in 1/65536 cent.
///
/// # Source
/// \[DLS2\] data units, relative pitch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RelativePitch(pub i32);

impl RelativePitch {
    /// Cents.
    #[must_use]
    pub fn cents(self) -> f64 {
        f64::from(self.0) / ONE
    }

    /// From cents.
    #[must_use]
    pub fn from_cents(cents: f64) -> Self {
        Self(fixed(cents))
    }
}

/// Gain in 1/655360 dB; positive is louder.
///
/// Level 1 texts call the number an attenuation; its sign is the same there.
///
/// # Source
/// \[DLS2\] data units, gain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RelativeGain(pub i32);

impl RelativeGain {
    /// 0 dB.
    pub const UNITY: Self = Self(0);
    /// +96 dB, the whole range of a volume envelope.
    pub const FULL_RANGE: Self = Self(96 * 655_360);
    /// -96 dB: silence.
    pub const SILENCE: Self = Self(-96 * 655_360);

    /// Decibels.
    #[must_use]
    pub fn db(self) -> f64 {
        f64::from(self.0) / (10.0 * ONE)
    }

    /// From decibels.
    #[must_use]
    pub fn from_db(db: f64) -> Self {
        Self(fixed(10.0 * db))
    }
}

/// Share in 1/655360 percent: pan, sends and sustain levels.
///
/// # Source
/// \[DLS2\] data units, percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Percent(pub i32);

impl Percent {
    /// 0 %.
    pub const ZERO: Self = Self(0);
    /// 100 %.
    pub const WHOLE: Self = Self(1000 * 65_536);

    /// Percent: 100 is the whole.
    #[must_use]
    pub fn percent(self) -> f64 {
        f64::from(self.0) / (10.0 * ONE)
    }

    /// From percent: 100 is the whole.
    #[must_use]
    pub fn from_percent(percent: f64) -> Self {
        Self(fixed(10.0 * percent))
    }
}
