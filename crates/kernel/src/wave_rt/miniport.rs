//! The miniport: makes streams of one kind and says what its device can do.
//!
//! In: a configuration. Out: streams. Owner: the adapter. Thread: control.
//! Source: \[WDK\] `IMiniportWaveRT`.

use crate::{
    time::SampleRate,
    wave_rt::{
        CacheType, Direction, FRAME_BYTES, HwLatency, PortWaveRtStream, RegisterWidth, WaveRtError,
        WaveRtStream,
    },
};

/// The form of the frames.
///
/// # Source
/// \[WDK\] WAVEFORMATEX, as `IMiniportWaveRT::NewStream` is given it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaveFormat {
    /// Frames per second.
    pub rate: SampleRate,
    /// Samples of a frame; only 2 is supported.
    pub channels: u16,
    /// Bits of a sample; only 32 is supported.
    pub bits_per_sample: u16,
    /// Whether samples are floating-point numbers; only these are supported.
    pub float: bool,
}

impl WaveFormat {
    /// The form that is supported, at `rate`.
    #[must_use]
    pub const fn stereo(rate: SampleRate) -> Self {
        Self {
            rate,
            channels: 2,
            bits_per_sample: 32,
            float: true,
        }
    }

    /// Bytes of a frame.
    #[must_use]
    pub fn block_align(self) -> u32 {
        u32::from(self.channels) * u32::from(self.bits_per_sample).div_ceil(8)
    }

    /// Whether a stream can have this form.
    #[must_use]
    pub fn is_supported(self) -> bool {
        self == Self::stereo(self.rate)
    }
}

/// What a device has to offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaveRtConfig {
    /// Delays behind the buffer.
    pub latency: HwLatency,
    /// Frames of the longest block: the most a position moves at once.
    pub block: u32,
    /// Width of the position register, if there is one.
    pub position_register: Option<RegisterWidth>,
    /// Width of the clock register, if there is one.
    pub clock_register: Option<RegisterWidth>,
    /// Whether buffers may have notifications.
    pub notification: bool,
    /// Whether a buffer's pages may lie anywhere; else they must be contiguous.
    pub scatter_gather: bool,
    /// How buffers are cached.
    pub cache: CacheType,
}

impl Default for WaveRtConfig {
    /// A software device: no latency of its own, both registers, notifications, pages anywhere.
    fn default() -> Self {
        Self {
            latency: HwLatency::default(),
            block: 4_096,
            position_register: Some(RegisterWidth::Bits64),
            clock_register: Some(RegisterWidth::Bits64),
            notification: true,
            scatter_gather: true,
            cache: CacheType::Cached,
        }
    }
}

/// What a device says about its access to memory.
///
/// # Source
/// \[WDK\] `IMiniportWaveRT::GetDeviceDescription`, DEVICE_DESCRIPTION.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceDescription {
    /// It moves the frames itself.
    pub master: bool,
    /// Its buffers need not be contiguous.
    pub scatter_gather: bool,
    /// It reaches addresses of 64 bits.
    pub dma64_bit_addresses: bool,
    /// Bytes of its largest buffer.
    pub maximum_length: u32,
}

/// A device's miniport. Making it is its `Init`: a miniport that exists is ready.
///
/// # Real-time
/// Not real-time: control side.
///
/// # Source
/// \[WDK\] `IMiniportWaveRT`.
#[derive(Clone, Copy, Debug, Default)]
pub struct MiniportWaveRt {
    config: WaveRtConfig,
}

impl MiniportWaveRt {
    /// The miniport of a device.
    ///
    /// # Source
    /// \[WDK\] `IMiniportWaveRT::Init`.
    #[must_use]
    pub const fn new(config: WaveRtConfig) -> Self {
        Self { config }
    }

    /// A stream in STOP at position 0, which takes its memory from `port`; its direction is its type.
    ///
    /// # Errors
    /// [`WaveRtError::InvalidParameter`] if the format is not supported.
    ///
    /// # Source
    /// \[WDK\] `IMiniportWaveRT::NewStream`.
    pub fn new_stream<D: Direction>(
        &self,
        port: PortWaveRtStream,
        format: WaveFormat,
    ) -> Result<WaveRtStream<D>, WaveRtError> {
        WaveRtStream::new(self.config, port, format)
    }

    /// How the device reaches memory.
    ///
    /// # Source
    /// \[WDK\] `IMiniportWaveRT::GetDeviceDescription`.
    #[must_use]
    pub const fn device_description(&self) -> DeviceDescription {
        DeviceDescription {
            master: true,
            scatter_gather: self.config.scatter_gather,
            dma64_bit_addresses: true,
            maximum_length: u32::MAX / FRAME_BYTES * FRAME_BYTES,
        }
    }
}
