//! Where a stream is: the pair of positions a client may ask for.
//!
//! Thread: any. Source: \[WDK\] `IMiniportWaveRTStream::GetPosition`, KSAUDIO_POSITION.

use crate::wave_rt::FRAME_BYTES;

/// Two offsets in the cyclic buffer, in frames, each below the buffer's size: of one moment.
///
/// # Source
/// \[WDK\] KSAUDIO_POSITION; Audio Position Property.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The frame at the converter.
    pub play: u64,
    /// The limit beyond which the client may write (render) or not read (capture). What lies
    /// between both belongs to the device.
    pub write: u64,
}

impl Position {
    /// Both in bytes, as the original counts them.
    #[must_use]
    pub const fn bytes(self) -> (u64, u64) {
        let size = FRAME_BYTES as u64;
        (
            self.play.saturating_mul(size),
            self.write.saturating_mul(size),
        )
    }
}
