//! Recorder: a capture stream behind the main output, always ready to be looked into.
//!
//! In: blocks of the render thread. Out: the last frames, on any thread.
//! Owner: [`FrameWriter`] the render thread. Thread: render writes, any reads.
//! Source: \[WDK\] `IMiniportWaveRTStream`, capture.

use crate::{
    state::StreamState,
    sync::CyclicMemory,
    time::{SampleRate, SampleTime},
    wave_rt::{
        Capture, CaptureDevice, FRAME_BYTES, FrameReader, MiniportWaveRt, PAGE_BYTES, Parameter,
        PortWaveRtStream, WaveFormat, WaveRtConfig, WaveRtError, WaveRtStream,
    },
};

/// Seconds a recorder usually holds.
const USUAL_SECONDS: u64 = 120;

/// Frames of two minutes, what a recorder usually holds.
#[must_use]
pub const fn two_minutes(rate: SampleRate) -> u64 {
    rate.hz() as u64 * USUAL_SECONDS
}

/// Both ends of a recorder of the last `frames` frames, eight bytes each, in STOP.
///
/// ```
/// use dmus_kernel::{SampleRate, StreamState, wave_rt};
/// let (mut writer, mut reader) = wave_rt::recorder(SampleRate::new(48_000)?, 480)?;
/// writer.set_state(StreamState::Run);
/// writer.write(&[0.5; 64], &[-0.5; 64]);
/// let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
/// let last = reader.latest(64);
/// reader.read(last.start, &mut left, &mut right)?;
/// assert_eq!((last, left[63], right[63]), (0..64, 0.5, -0.5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`WaveRtError::InvalidParameter`] for no frames; [`WaveRtError::InsufficientPages`] for more than
/// 2^32 pages hold.
///
/// # Real-time
/// Not real-time: allocates all memory.
pub fn recorder(rate: SampleRate, frames: u64) -> Result<(FrameWriter, FrameReader), WaveRtError> {
    recorder_in(None, rate, frames)
}

/// As [`recorder`], in the memory of one before it, where that has the same size.
///
/// # Errors
/// As [`recorder`].
///
/// # Real-time
/// Not real-time: allocates.
pub fn recorder_in(
    memory: Option<CyclicMemory>,
    rate: SampleRate,
    frames: u64,
) -> Result<(FrameWriter, FrameReader), WaveRtError> {
    let bytes = frames.saturating_mul(u64::from(FRAME_BYTES));
    let pages = u32::try_from(bytes.div_ceil(PAGE_BYTES));
    let pages = pages.map_err(|_| Parameter::BufferSize(bytes))?;
    let miniport = MiniportWaveRt::new(WaveRtConfig::default());
    let port = PortWaveRtStream::new(pages).with_memory(memory);
    let mut stream = miniport.new_stream::<Capture>(port, WaveFormat::stereo(rate))?;
    let mut buffer = stream.allocate_audio_buffer(bytes)?;
    let reader = buffer.client.frames().clone();
    let writer = FrameWriter {
        device: buffer.device,
        stream,
        now: SampleTime::ZERO,
    };
    Ok((writer, reader))
}

/// The end that records: the device of a capture stream, with the stream itself.
///
/// Dropping it frees memory: on the control side.
#[derive(Debug)]
pub struct FrameWriter {
    device: CaptureDevice,
    stream: WaveRtStream<Capture>,
    /// The next block's first frame: a recorder counts from its own beginning.
    now: SampleTime,
}

impl FrameWriter {
    /// Starts and stops the recording. STOP gives up all frames; PAUSE and ACQUIRE keep them.
    ///
    /// # Real-time
    /// Render, wait-free.
    pub fn set_state(&mut self, state: StreamState) {
        self.device.set_state(state);
    }

    /// Records a block in RUN: as many frames as the shorter side has.
    ///
    /// # Real-time
    /// Render, wait-free; O(frames).
    pub fn write(&mut self, left: &[f32], right: &[f32]) {
        self.device.process(self.now, left, right);
        self.now = self.now.after_frames(left.len().min(right.len()));
    }

    /// The stream it belongs to: registers, format.
    ///
    /// # Real-time
    /// Not real-time: what is done with it is the control side's.
    pub const fn stream(&mut self) -> &mut WaveRtStream<Capture> {
        &mut self.stream
    }
}
