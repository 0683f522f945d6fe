//! WaveRT: a cyclic buffer of frames that a device fills or plays beside its client.
//!
//! In: blocks of the render thread, or frames of a client. Out: the other side's frames, positions,
//! notifications.
//! Owner: [`WaveRtStream`] the control side; a device end the render thread; a client end its
//! client. Thread: as each end says. Source: \[WDK\] WaveRT Port Driver; `IMiniportWaveRTStream`.
//!
//! ```text
//! MiniportWaveRt -- new_stream --> WaveRtStream (with its PortWaveRtStream: pages)
//!                                   | allocate_audio_buffer
//!                    +--------------+--------------+
//!           device end (render thread)      client end (any thread)
//!           CaptureDevice  == frames ==>    CaptureClient
//!           RenderDevice   <== frames ==    RenderClient
//! ```
//!
//! Frames of one run are numbered from 0 on; the offset in the cyclic buffer is that number modulo
//! the buffer's size. A frame is one word of the ring, so left and right are never torn apart, and
//! all positions of one moment are published together.
//!
//! The device end carries the stream's state, since steps between RUN and PAUSE come on the render
//! thread. Where the original shares raw memory, the client here copies frames in or out: a reader
//! that is too slow is told so, and never sees half a change.

mod capture;
mod device;
mod direction;
mod error;
mod event;
mod latency;
mod miniport;
mod packet;
mod pages;
mod playback;
mod position;
mod property;
mod recorder;
mod register;
mod status;
mod stream;

pub use capture::{CaptureClient, CaptureDevice, FrameReader, ReadPacket};
pub use direction::{Capture, Direction, Render};
pub use error::{FrameMiss, FreeError, Parameter, Register, WaveRtError};
pub use event::{MAX_EVENTS, NotificationEvent};
pub use latency::HwLatency;
pub use miniport::{DeviceDescription, MiniportWaveRt, WaveFormat, WaveRtConfig};
pub use packet::{NotificationCount, PacketFlags, WritePacket, written_between};
pub use pages::{CacheType, Mapped, Mdl, PAGE_BYTES, PortWaveRtStream};
pub use playback::{Glitches, PresentationPosition, RenderClient, RenderDevice};
pub use position::Position;
pub use property::{Access, RtAudioProperty};
pub use recorder::{FrameWriter, recorder, recorder_in, two_minutes};
pub use register::{HwRegister, PacketReading, PacketRegister, RegisterWidth};
pub use stream::{AudioBuffer, BufferDescription, WaveRtStream};

/// Bytes of a stereo frame: two 32-bit floating-point numbers.
pub const FRAME_BYTES: u32 = 8;

/// A frame as one word of the ring: left in the low half, right in the high one.
fn frame_word(left: f32, right: f32) -> u64 {
    u64::from(left.to_bits()) | u64::from(right.to_bits()) << 32
}

/// Left and right of a word of the ring.
fn word_frame(word: u64) -> (f32, f32) {
    (
        f32::from_bits(low_word(word)),
        f32::from_bits(low_word(word >> 32)),
    )
}

/// The low 32 bits, as counters of the original's width hold them.
const fn low_word(word: u64) -> u32 {
    let [a, b, c, d, ..] = word.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

/// A count of frames in memory as one of the stream.
fn frames_of(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{frame_word, low_word, word_frame};

    #[test]
    fn a_frame_comes_back_from_its_word_bit_for_bit() {
        for (left, right) in [
            (0.25, -1.5),
            (-0.0, 0.0),
            (f32::MIN_POSITIVE, f32::INFINITY),
        ] {
            let (l, r) = word_frame(frame_word(left, right));
            assert_eq!(
                (l.to_bits(), r.to_bits()),
                (left.to_bits(), right.to_bits())
            );
        }
        assert_eq!(low_word(0x1_0000_0002), 2);
    }
}
