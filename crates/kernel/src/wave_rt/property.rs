//! The property set of WaveRT pins: item numbers with what may be asked of each.
//!
//! Thread: any. Source: \[hdr\] `ksmedia.h`; \[WDK\] KSPROPSETID_RtAudio.

/// What may be done with a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It is read.
    Get,
    /// It is written.
    Set,
    /// It is asked for and answered in either way.
    GetOrSet,
}

/// An item of the set, by its number; each is a method of the stream or of one of its ends.
///
/// # Source
/// \[hdr\] `ksmedia.h`, KSPROPERTY_RTAUDIO.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u32)]
pub enum RtAudioProperty {
    /// A function that tells the position: the client end's `position`.
    GetPositionFunction = 0,
    /// [`WaveRtStream::allocate_audio_buffer`](super::WaveRtStream::allocate_audio_buffer).
    Buffer = 1,
    /// [`WaveRtStream::hw_latency`](super::WaveRtStream::hw_latency).
    HwLatency = 2,
    /// [`WaveRtStream::position_register`](super::WaveRtStream::position_register).
    PositionRegister = 3,
    /// [`WaveRtStream::clock_register`](super::WaveRtStream::clock_register).
    ClockRegister = 4,
    /// [`WaveRtStream::allocate_buffer_with_notification`](super::WaveRtStream::allocate_buffer_with_notification).
    BufferWithNotification = 5,
    /// [`WaveRtStream::register_notification_event`](super::WaveRtStream::register_notification_event).
    RegisterNotificationEvent = 6,
    /// [`WaveRtStream::unregister_notification_event`](super::WaveRtStream::unregister_notification_event).
    UnregisterNotificationEvent = 7,
    /// [`WaveRtStream::supports_notification`](super::WaveRtStream::supports_notification).
    QueryNotificationSupport = 8,
    /// [`RenderClient::packet_count`](super::RenderClient::packet_count).
    PacketCount = 9,
    /// [`RenderClient::presentation_position`](super::RenderClient::presentation_position).
    PresentationPosition = 10,
    /// [`CaptureClient::get_read_packet`](super::CaptureClient::get_read_packet).
    GetReadPacket = 11,
    /// [`RenderClient::set_write_packet`](super::RenderClient::set_write_packet).
    SetWritePacket = 12,
    /// [`WaveRtStream::packet_register`](super::WaveRtStream::packet_register).
    PacketVRegister = 13,
}

impl RtAudioProperty {
    /// All items in the order of their numbers.
    pub const ALL: [Self; 14] = [
        Self::GetPositionFunction,
        Self::Buffer,
        Self::HwLatency,
        Self::PositionRegister,
        Self::ClockRegister,
        Self::BufferWithNotification,
        Self::RegisterNotificationEvent,
        Self::UnregisterNotificationEvent,
        Self::QueryNotificationSupport,
        Self::PacketCount,
        Self::PresentationPosition,
        Self::GetReadPacket,
        Self::SetWritePacket,
        Self::PacketVRegister,
    ];

    /// The item with that number, if there is one.
    #[must_use]
    pub fn from_item(item: u32) -> Option<Self> {
        Self::ALL.get(usize::try_from(item).ok()?).copied()
    }

    /// What may be done with it: the set as a whole is read-only, three items are not.
    #[must_use]
    pub const fn access(self) -> Access {
        match self {
            Self::RegisterNotificationEvent | Self::UnregisterNotificationEvent => Access::GetOrSet,
            Self::SetWritePacket => Access::Set,
            _ => Access::Get,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_have_the_numbers_of_the_header() {
        for (item, property) in (0..).zip(RtAudioProperty::ALL) {
            assert_eq!(property as u32, item);
            assert_eq!(RtAudioProperty::from_item(item), Some(property));
        }
        assert_eq!(RtAudioProperty::from_item(14), None);
    }

    #[test]
    fn access_is_judged_item_by_item() {
        use RtAudioProperty as Item;
        let writable: Vec<_> = RtAudioProperty::ALL
            .into_iter()
            .filter(|item| item.access() != Access::Get)
            .collect();
        assert_eq!(
            writable,
            [
                Item::RegisterNotificationEvent,
                Item::UnregisterNotificationEvent,
                Item::SetWritePacket
            ]
        );
        assert_eq!(Item::SetWritePacket.access(), Access::Set);
    }
}
