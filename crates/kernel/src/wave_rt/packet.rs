//! Packets: which may be written now, and what a write position says.
//!
//! In: packet numbers of 32 bits, offsets in the buffer. Out: verdicts. Thread: any.
//! Source: \[WDK\] `IMiniportWaveRTOutputStream::SetWritePacket`; \[SAS\].

use crate::wave_rt::{Parameter, WaveRtError, low_word};

/// Notification points in one turn of the buffer, each the end of a packet.
///
/// # Source
/// \[WDK\] `IMiniportWaveRTStreamNotification::AllocateBufferWithNotification`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotificationCount {
    /// At the end of the buffer.
    One,
    /// In the middle and at the end.
    Two,
}

impl NotificationCount {
    /// The count as a number.
    #[must_use]
    pub const fn get(self) -> u32 {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }
}

impl TryFrom<u32> for NotificationCount {
    type Error = WaveRtError;

    fn try_from(count: u32) -> Result<Self, WaveRtError> {
        match count {
            1 => Ok(Self::One),
            2 => Ok(Self::Two),
            _ => Err(Parameter::NotificationCount(count).into()),
        }
    }
}

/// What a client says about a packet.
///
/// # Source
/// \[WDK\] `IMiniportWaveRTOutputStream::SetWritePacket`, KSSTREAM_HEADER options.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PacketFlags(u32);

impl PacketFlags {
    /// An ordinary packet.
    pub const NONE: Self = Self(0);
    /// The stream ends in this packet.
    pub const END_OF_STREAM: Self = Self(0x200);

    /// Flags from their bits; which of them exist is judged when the packet is written.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// Whether the stream ends here, or the bits if some do not exist.
    pub(super) const fn ends(self) -> Result<bool, u32> {
        match self {
            Self::NONE => Ok(false),
            Self::END_OF_STREAM => Ok(true),
            Self(bits) => Err(bits),
        }
    }
}

/// A packet that a client hands to the device.
///
/// # Source
/// \[WDK\] `IMiniportWaveRTOutputStream::SetWritePacket`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WritePacket {
    /// Its number, counted from 0 and wrapping after 2^32.
    pub number: u32,
    /// What is said about it.
    pub flags: PacketFlags,
    /// Frames that are valid where the stream ends, `0..=` frames of a packet; else not looked at.
    pub eos_length: u32,
}

/// Where the device is, in packets.
#[derive(Clone, Copy, Debug)]
pub(super) struct PacketClock {
    /// Packets transferred whole.
    pub completed: u64,
    /// Whether the next one is being transferred: it can be written no more.
    pub in_transfer: bool,
    /// Packets the buffer holds.
    pub in_buffer: u64,
}

impl PacketClock {
    /// The packet, counted without wrapping, that `number` means; or why it cannot be written.
    ///
    /// A number up to 2^31 packets behind is late, one up to 2^31 packets ahead is early. With one
    /// packet in the buffer none can be written while it is in transfer: it is the whole buffer.
    pub(super) fn writable(self, number: u32) -> Result<u64, WaveRtError> {
        let Self {
            completed,
            in_transfer,
            in_buffer,
        } = self;
        let next = completed.saturating_add(u64::from(in_transfer));
        let distance = number.wrapping_sub(low_word(completed)).cast_signed();
        let packet = completed.wrapping_add_signed(i64::from(distance));
        if distance < i32::from(in_transfer) {
            let next = low_word(next);
            return Err(WaveRtError::DataLate { number, next });
        }
        let end = completed.saturating_add(in_buffer);
        if packet >= end {
            let last = low_word(end.wrapping_sub(1));
            return Err(WaveRtError::DataOverrun { number, last });
        }
        Ok(packet)
    }
}

/// Frames between two write positions in a cyclic buffer of `size` frames; nothing if they are
/// equal, which is a glitch: the client wrote nothing, or a whole buffer too late.
///
/// # Source
/// \[WDK\] KSPROPERTY_AUDIO_WAVERT_CURRENT_WRITE_POSITION; \[SAS\].
#[must_use]
pub const fn written_between(old: u64, new: u64, size: u64) -> Option<u64> {
    if new > old {
        Some(new - old)
    } else if new < old {
        Some(new.saturating_add(size).saturating_sub(old))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn clock(completed: u64, in_transfer: bool) -> PacketClock {
        PacketClock {
            completed,
            in_transfer,
            in_buffer: 2,
        }
    }

    #[test]
    fn one_packet_is_late_one_fits_and_the_next_is_an_overrun_while_running() {
        // As documented: count 5 means 0 to 4 done, 5 in progress, write 6.
        let clock = clock(5, true);
        assert_eq!(
            clock.writable(5),
            Err(WaveRtError::DataLate { number: 5, next: 6 })
        );
        assert_eq!(clock.writable(6), Ok(6));
        assert_eq!(
            clock.writable(7),
            Err(WaveRtError::DataOverrun { number: 7, last: 6 })
        );
    }

    #[test]
    fn both_packets_can_be_written_before_the_first_run() {
        let clock = clock(0, false);
        assert_eq!([0, 1].map(|number| clock.writable(number)), [Ok(0), Ok(1)]);
        assert_eq!(
            clock.writable(2),
            Err(WaveRtError::DataOverrun { number: 2, last: 1 })
        );
        let before = u32::MAX;
        assert_eq!(
            clock.writable(before),
            Err(WaveRtError::DataLate {
                number: before,
                next: 0
            })
        );
    }

    #[test]
    fn late_and_early_packets_are_told_apart_where_the_number_wraps() {
        let wrap = 1_u64 << 32;
        let ahead = clock(wrap - 1, true);
        assert_eq!(ahead.writable(0), Ok(wrap));
        assert_eq!(
            ahead.writable(1),
            Err(WaveRtError::DataOverrun { number: 1, last: 0 })
        );
        assert_eq!(
            ahead.writable(u32::MAX),
            Err(WaveRtError::DataLate {
                number: u32::MAX,
                next: 0
            })
        );
        let behind = clock(wrap, true);
        for number in [u32::MAX, 0] {
            assert_eq!(
                behind.writable(number),
                Err(WaveRtError::DataLate { number, next: 1 })
            );
        }
        assert_eq!(behind.writable(1), Ok(wrap + 1));
    }

    #[test]
    fn the_one_packet_of_a_buffer_cannot_be_written_while_it_is_in_transfer() {
        let clock = PacketClock {
            in_buffer: 1,
            ..clock(3, true)
        };
        assert_eq!(
            clock.writable(3),
            Err(WaveRtError::DataLate { number: 3, next: 4 })
        );
        assert_eq!(
            clock.writable(4),
            Err(WaveRtError::DataOverrun { number: 4, last: 3 })
        );
    }

    #[test]
    fn flags_that_do_not_exist_are_named() {
        assert_eq!(PacketFlags::NONE.ends(), Ok(false));
        assert_eq!(PacketFlags::END_OF_STREAM.ends(), Ok(true));
        assert_eq!(PacketFlags::from_bits(0x201).ends(), Err(0x201));
    }

    #[test]
    fn a_buffer_has_one_notification_or_two() {
        assert_eq!(
            NotificationCount::try_from(2).map(NotificationCount::get),
            Ok(2)
        );
        assert_eq!(
            NotificationCount::try_from(1).map(NotificationCount::get),
            Ok(1)
        );
        for count in [0, 3] {
            let error = Parameter::NotificationCount(count).into();
            assert_eq!(NotificationCount::try_from(count), Err(error));
        }
    }

    #[test]
    fn the_same_write_position_twice_is_a_glitch() {
        assert_eq!(written_between(3, 3, 10), None);
        assert_eq!(written_between(3, 9, 10), Some(6));
        assert_eq!(written_between(9, 3, 10), Some(4));
        assert_eq!(written_between(9, 0, 10), Some(1));
    }

    proptest! {
        #[test]
        fn what_was_written_leads_from_the_old_position_to_the_new(
            size in 2_u64..100_000,
            old in 0_u64..100_000,
            frames in 1_u64..100_000,
        ) {
            let (old, frames) = (old % size, frames % (size - 1) + 1);
            prop_assert_eq!(written_between(old, (old + frames) % size, size), Some(frames));
        }

        #[test]
        fn any_number_is_late_or_fits_or_is_early(completed: u64, number: u32, in_transfer: bool) {
            let completed = completed / 2;
            let low = low_word(completed);
            let ahead = number.wrapping_sub(low);
            let verdict = clock(completed, in_transfer).writable(number);
            if ahead >= 1 << 31 || (ahead == 0 && in_transfer) {
                let late = matches!(verdict, Err(WaveRtError::DataLate { .. }));
                prop_assert!(late);
            } else if ahead < 2 {
                prop_assert_eq!(verdict, Ok(completed + u64::from(ahead)));
            } else {
                let early = matches!(verdict, Err(WaveRtError::DataOverrun { .. }));
                prop_assert!(early);
            }
        }
    }
}
