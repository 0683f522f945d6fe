//! The kernel event: one message with a time, as a filter sees it.
//!
//! In: a slot of the pool. Out: a borrowed view. Owner: whoever holds the `EventBox`.
//! Thread: render. Source: \[WDK\] DMUS_KERNEL_EVENT.

use crate::time::ReferenceTime;

/// Data bytes an event holds in itself; longer data lies in a buffer of the pool.
///
/// Fixed, never derived from the pointer size as in the original, so that events are the same on
/// every machine.
pub const INLINE_BYTES: usize = 8;

/// Whom an event addresses: all groups of sixteen channels, or one of them.
///
/// # Source
/// \[WDK\] DMUS_KERNEL_EVENT, `usChannelGroup`. Events count from 1, with 0 for all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelGroup(u16);

impl ChannelGroup {
    /// Every group.
    pub const BROADCAST: Self = Self(0);
    /// The first group of sixteen channels.
    pub const FIRST: Self = Self(1);

    /// The group of this number: 0 is every group, `1..` is a single one.
    #[must_use]
    pub const fn new(number: u16) -> Self {
        Self(number)
    }

    /// The single group of this index, counted from 0 as property structures and arrays do.
    #[must_use]
    pub const fn from_index(index: u16) -> Self {
        Self(index.saturating_add(1))
    }

    /// The number: 0 is every group, `1..` is a single one.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }

    /// The index of a single group, counted from 0; nothing for a broadcast.
    #[must_use]
    pub const fn index(self) -> Option<u16> {
        self.0.checked_sub(1)
    }
}

/// What an event's data is: a whole message, a piece of one, or a package of events.
///
/// # Source
/// \[WDK\] DMUS_KERNEL_EVENT, `usFlags`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct EventFlags(u16);

impl EventFlags {
    /// A whole message: the empty set, as in the original.
    pub const COMPLETE: Self = Self(0x0000);
    /// A piece of a message that goes on in the next event.
    pub const INCOMPLETE: Self = Self(0x0001);
    /// A chain of events to be treated as one.
    pub const PACKAGE: Self = Self(0x0002);

    /// The bits as in the original structure.
    #[must_use]
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// True if the message goes on in the next event.
    #[must_use]
    #[inline]
    pub const fn is_incomplete(self) -> bool {
        self.0 & Self::INCOMPLETE.0 != 0
    }

    /// True if the event holds a chain of events.
    #[must_use]
    #[inline]
    pub const fn is_package(self) -> bool {
        self.0 & Self::PACKAGE.0 != 0
    }
}

/// The data of an event; the original's union with its rule made explicit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload<'a> {
    /// `0..=8` bytes, held in the event itself.
    Inline(&'a [u8]),
    /// More than eight bytes, held in one long buffer of the pool.
    Buffer(&'a [u8]),
    /// A chain of events, to be taken out with
    /// [`Allocator::take_package`](crate::Allocator::take_package).
    Package,
}

/// A view of one event in the pool.
///
/// # Source
/// \[WDK\] DMUS_KERNEL_EVENT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KernelEvent<'a> {
    /// When it is to sound, master clock.
    pub time: ReferenceTime,
    /// Which channels it addresses.
    pub group: ChannelGroup,
    /// Whole message, piece, or package.
    pub flags: EventFlags,
    /// Its data.
    pub payload: Payload<'a>,
    /// Where its record begins in the client's byte stream, bytes since STOP; nothing for an event
    /// that came another way.
    ///
    /// # Source
    /// \[hdr\] dmusicks.h, ullBytePosition and kBytePositionNone.
    pub byte_position: Option<u64>,
}

impl<'a> KernelEvent<'a> {
    /// The data bytes, wherever they lie; none for a package.
    #[must_use]
    #[inline]
    pub const fn bytes(&self) -> &'a [u8] {
        match self.payload {
            Payload::Inline(bytes) | Payload::Buffer(bytes) => bytes,
            Payload::Package => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_count_from_one_and_indices_from_zero() {
        assert_eq!(ChannelGroup::BROADCAST.index(), None);
        assert_eq!(ChannelGroup::FIRST.index(), Some(0));
        assert_eq!(ChannelGroup::from_index(3), ChannelGroup::new(4));
        assert_eq!(ChannelGroup::from_index(3).index(), Some(3));
    }

    #[test]
    fn flags_have_the_bits_of_the_original() {
        assert_eq!(EventFlags::COMPLETE.bits(), 0);
        assert_eq!(EventFlags::INCOMPLETE.bits(), 1);
        assert_eq!(EventFlags::PACKAGE.bits(), 2);
        assert!(!EventFlags::COMPLETE.is_incomplete() && !EventFlags::COMPLETE.is_package());
        assert!(EventFlags::INCOMPLETE.is_incomplete() && EventFlags::PACKAGE.is_package());
    }

    #[test]
    fn a_package_has_no_bytes_to_read() {
        let event = KernelEvent {
            time: ReferenceTime::ZERO,
            group: ChannelGroup::FIRST,
            flags: EventFlags::PACKAGE,
            payload: Payload::Package,
            byte_position: None,
        };
        assert!(event.bytes().is_empty());
    }
}
