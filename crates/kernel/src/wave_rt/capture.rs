//! Capture: the device writes frames as they come, clients read them.
//!
//! In: blocks of the render thread. Out: frames by number, packets in order.
//! Owner: [`CaptureDevice`] the render thread, each reader its own thread. Thread: as each says.
//! Source: \[WDK\] `IMiniportWaveRTInputStream::GetReadPacket`; \[SAS\].

use std::ops::Range;

use crate::{
    state::StreamState,
    sync::{CyclicMemory, CyclicMiss, CyclicReader, CyclicWriter},
    time::{ReferenceTime, SampleRate, SampleTime},
    wave_rt::{
        FrameMiss, Position, WaveRtError,
        device::DevicePin,
        frame_word, frames_of, low_word,
        status::{Status, StatusReader},
        word_frame,
    },
};

/// Frames copied at a time, on the reader's stack.
const CHUNK: usize = 128;

/// The render thread's end of a capture stream: may move to another thread, but not be shared.
///
/// Dropping it frees memory: hand it back to its stream, or drop it on the control side.
///
/// ```compile_fail,E0277
/// fn shared<T: Sync>() {}
/// shared::<dmus_kernel::wave_rt::CaptureDevice>();
/// ```
#[derive(Debug)]
pub struct CaptureDevice {
    pub(super) pin: DevicePin,
    words: CyclicWriter,
}

impl CaptureDevice {
    pub(super) const fn new(pin: DevicePin, words: CyclicWriter) -> Self {
        Self { pin, words }
    }

    /// The state it is in; STOP when it is made.
    #[must_use]
    pub const fn state(&self) -> StreamState {
        self.pin.status.state
    }

    /// Takes the stream to `state`, step by step. STOP takes the position back to 0 and gives up
    /// all frames; PAUSE and ACQUIRE freeze the position.
    ///
    /// # Real-time
    /// Render, wait-free; three steps at most.
    ///
    /// # Source
    /// \[WDK\] `IMiniportWaveRTStream::SetState`.
    pub fn set_state(&mut self, state: StreamState) {
        let words = &mut self.words;
        self.pin.set_state(state, || {
            words.retire(words.written());
            words.written()
        });
    }

    /// Writes a block that begins at master frame `now`: as many frames as the shorter side has. Out
    /// of RUN the frames are dropped and only the clock moves.
    ///
    /// Of a block larger than the buffer the last frames remain; every notification point in it
    /// counts.
    ///
    /// # Real-time
    /// Render, wait-free; O(frames + events).
    pub fn process(&mut self, now: SampleTime, left: &[f32], right: &[f32]) {
        let frames = left.iter().zip(right);
        let count = frames_of(frames.len());
        if self.pin.runs() {
            self.words
                .append(frames.map(|(left, right)| frame_word(*left, *right)));
        }
        self.pin.end_block(count, now);
    }
}

/// Reads frames by their number; clone one per thread.
#[derive(Clone, Debug)]
pub struct FrameReader {
    status: StatusReader,
    words: CyclicReader,
}

impl FrameReader {
    pub(super) const fn new(status: StatusReader, words: CyclicReader) -> Self {
        Self { status, words }
    }

    /// The memory of the buffer, for another one; nothing while another end of it is left.
    ///
    /// # Real-time
    /// Not real-time: frees.
    #[must_use]
    pub fn into_memory(self) -> Option<CyclicMemory> {
        self.words.into_memory()
    }

    /// The state the stream was in after the last block.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    pub fn state(&mut self) -> StreamState {
        self.status.read().state
    }

    /// Frames written since STOP, which is the number of the next.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    pub fn frames_written(&mut self) -> u64 {
        self.status.read().frames
    }

    /// Number of the oldest frame left; equal to the frames written if none is.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    pub fn oldest(&mut self) -> u64 {
        let status = self.status.read();
        self.oldest_of(&status)
    }

    fn oldest_of(&self, status: &Status) -> u64 {
        let oldest = self.words.oldest().saturating_sub(status.base);
        oldest.min(status.frames)
    }

    /// Frames the buffer holds.
    #[must_use]
    pub fn capacity(&self) -> u64 {
        self.words.capacity()
    }

    /// The numbers of the last `count` frames, or of as many as there are.
    ///
    /// The first of them may be overwritten before they are read: a reader that wants to be sure
    /// asks for some less than [`capacity`](Self::capacity).
    ///
    /// # Real-time
    /// Any thread, wait-free.
    pub fn latest(&mut self, count: u64) -> Range<u64> {
        let status = self.status.read();
        let first = status.frames.saturating_sub(count);
        first.max(self.oldest_of(&status))..status.frames
    }

    /// Copies the frames from number `from` on, as many as both sides hold. All of them are of the
    /// same run.
    ///
    /// # Errors
    /// [`FrameMiss`]; what the sides hold means nothing then.
    ///
    /// # Real-time
    /// Any thread, wait-free; O(frames).
    pub fn read(
        &mut self,
        from: u64,
        left: &mut [f32],
        right: &mut [f32],
    ) -> Result<(), FrameMiss> {
        if left.len() != right.len() {
            let (left, right) = (left.len(), right.len());
            return Err(FrameMiss::Lengths { left, right });
        }
        let status = self.status.read();
        let end = from.saturating_add(frames_of(left.len()));
        if end > status.frames {
            let written = status.frames;
            return Err(FrameMiss::NotYet { written });
        }
        let mut next = status.base.wrapping_add(from);
        let mut chunk = [0; CHUNK];
        for (left, right) in left.chunks_mut(CHUNK).zip(right.chunks_mut(CHUNK)) {
            let words = chunk.get_mut(..left.len()).unwrap_or_default();
            self.words
                .read(next, words)
                .map_err(|miss| self.miss(miss, &status))?;
            for ((left, right), word) in left.iter_mut().zip(right).zip(&*words) {
                (*left, *right) = word_frame(*word);
            }
            next = next.wrapping_add(frames_of(words.len()));
        }
        Ok(())
    }

    fn miss(&self, miss: CyclicMiss, status: &Status) -> FrameMiss {
        match miss {
            CyclicMiss::Overwritten { oldest } => FrameMiss::Overwritten {
                oldest: oldest.saturating_sub(status.base),
            },
            CyclicMiss::NotYet { .. } => FrameMiss::NotYet {
                written: status.frames,
            },
        }
    }
}

/// A captured packet.
///
/// # Source
/// \[WDK\] `IMiniportWaveRTInputStream::GetReadPacket`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadPacket {
    /// Its number, counted from 0 and wrapping after 2^32.
    pub number: u32,
    /// What is said about it: nothing, `0`.
    pub flags: u32,
    /// When its first frame was captured, on the master clock.
    pub time: ReferenceTime,
    /// Whether another packet is ready: call again at once.
    pub more: bool,
    /// Number of its first frame, for [`FrameReader::read`].
    pub first_frame: u64,
}

/// A client of a capture stream; clone one per thread, each goes on from where it was.
#[derive(Clone, Debug)]
pub struct CaptureClient {
    frames: FrameReader,
    rate: SampleRate,
    /// The run that `next` belongs to.
    run: u64,
    /// The packet to be read next.
    next: u64,
    /// Packets that were overwritten before they were read.
    dropped: u64,
}

impl CaptureClient {
    pub(super) const fn new(frames: FrameReader, rate: SampleRate) -> Self {
        Self {
            frames,
            rate,
            run: 0,
            next: 0,
            dropped: 0,
        }
    }

    /// Where the device is. Nothing is kept between converter and buffer, so both are the same: the
    /// end of what may be read.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    ///
    /// # Source
    /// \[WDK\] `IMiniportWaveRTStream::GetPosition`.
    pub fn position(&mut self) -> Position {
        let status = self.frames.status.read();
        let offset = status.offset(status.frames);
        Position {
            play: offset,
            write: offset,
        }
    }

    /// The frames, by number.
    pub const fn frames(&mut self) -> &mut FrameReader {
        &mut self.frames
    }

    /// Packets this client was too slow to read.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The oldest packet not read yet. Packets that were overwritten are passed over, and numbering
    /// goes on.
    ///
    /// # Errors
    /// [`WaveRtError::NotSupported`] without notifications; [`WaveRtError::InvalidDeviceState`] below
    /// PAUSE; [`WaveRtError::NotReady`] if there is no new packet.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    ///
    /// # Source
    /// \[WDK\] `IMiniportWaveRTInputStream::GetReadPacket`; \[SAS\].
    pub fn get_read_packet(&mut self) -> Result<ReadPacket, WaveRtError> {
        let status = self.frames.status.read();
        if status.packet == 0 {
            return Err(WaveRtError::NotSupported);
        }
        if status.state < StreamState::Pause {
            return Err(WaveRtError::InvalidDeviceState(status.state));
        }
        if self.run != status.run {
            (self.run, self.next) = (status.run, 0);
        }
        let completed = status.completed();
        let whole = self.frames.oldest_of(&status).div_ceil(status.packet);
        let first = whole.min(completed);
        self.dropped = self.dropped.saturating_add(first.saturating_sub(self.next));
        self.next = self.next.max(first);
        if self.next >= completed {
            return Err(WaveRtError::NotReady);
        }
        let packet = self.next;
        self.next = packet.saturating_add(1);
        Ok(ReadPacket {
            number: low_word(packet),
            flags: 0,
            time: self
                .rate
                .sample_to_ref(SampleTime::new(status.start_of(packet))),
            more: self.next < completed,
            first_frame: packet.saturating_mul(status.packet),
        })
    }
}

#[cfg(test)]
#[cfg(not(dmus_loom))]
mod tests {
    use std::iter;

    use super::*;
    use crate::wave_rt::{
        Capture, MiniportWaveRt, NotificationCount, PortWaveRtStream, WaveFormat, WaveRtConfig,
    };

    #[test]
    fn packets_keep_their_order_where_the_number_wraps() {
        let format = WaveFormat::stereo(SampleRate::new(10_000).unwrap());
        let mut stream = MiniportWaveRt::new(WaveRtConfig::default())
            .new_stream::<Capture>(PortWaveRtStream::new(1), format)
            .unwrap();
        let two = NotificationCount::Two;
        let buffer = stream.allocate_buffer_with_notification(two, 2 * 3 * 8);
        let buffer = buffer.unwrap();
        let (mut device, mut client) = (buffer.device, buffer.client);
        // As after 2^32 - 1 packets of three frames: nobody waits that long.
        let passed = ((1 << 32) - 1) * 3;
        device.set_state(StreamState::Run);
        device.words.append(iter::repeat_n(0, passed));
        device.pin.status.frames = frames_of(passed);
        device.process(SampleTime::ZERO, &[0.5; 6], &[0.5; 6]);
        let numbers = [(); 2].map(|()| {
            let packet = client.get_read_packet().unwrap();
            (packet.number, packet.time.units(), packet.more)
        });
        assert_eq!(numbers, [(u32::MAX, 0, true), (0, 3_000, false)]);
        assert_eq!(client.get_read_packet(), Err(WaveRtError::NotReady));
        let (mut left, mut right) = ([0.0; 6], [0.0; 6]);
        let frames = client.frames();
        frames
            .read(frames_of(passed), &mut left, &mut right)
            .unwrap();
        assert_eq!((left, right), ([0.5; 6], [0.5; 6]));
    }
}
