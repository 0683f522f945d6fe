//! Playback: a client writes frames ahead of the device, which plays them at its own pace.
//!
//! In: frames of one client. Out: blocks of the render thread.
//! Owner: [`RenderDevice`] the render thread, [`RenderClient`] the client. Thread: as each says.
//! Source: \[WDK\] `IMiniportWaveRTOutputStream`; \[SAS\].
//!
//! The device never waits: what the client has not written is silence, is counted, and is late when
//! it comes. The client then goes on from where the device is.

mod client;

pub use client::{Glitches, PresentationPosition, RenderClient};

use crate::{
    state::StreamState,
    sync::{CyclicReader, CyclicWriter, Reader, published},
    time::{SampleRate, SampleTime},
    wave_rt::{HwLatency, device::DevicePin, frames_of, word_frame},
};

/// Frames fetched at a time, on the stack.
const CHUNK: usize = 128;

/// The end of a stream that has none.
const NO_END: u64 = u64::MAX;

/// Both ends of a render stream.
pub(super) fn playback(
    pin: DevicePin,
    (writer, reader): (CyclicWriter, CyclicReader),
    rate: SampleRate,
    latency: HwLatency,
) -> (RenderDevice, RenderClient) {
    let (end_writer, end_reader) = published([0, NO_END]);
    let client = RenderClient::new(pin.reader(), (writer, end_writer), rate, latency);
    let device = RenderDevice {
        pin,
        words: reader,
        end: end_reader,
        last_end: [0, NO_END],
        starving: false,
    };
    (device, client)
}

/// The render thread's end of a render stream: may move to another thread, but not be shared.
///
/// Dropping it frees memory: hand it back to its stream, or drop it on the control side.
#[derive(Debug)]
pub struct RenderDevice {
    pub(super) pin: DevicePin,
    words: CyclicReader,
    /// The run, and the frame at which it ends.
    end: Reader<2>,
    last_end: [u64; 2],
    /// Whether the last frame was missing: one underrun lasts until a frame is there again.
    starving: bool,
}

impl RenderDevice {
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
        self.pin.set_state(state, || self.words.written());
        if state == StreamState::Stop {
            self.starving = false;
        }
    }

    /// Plays a block that begins at master frame `now`: as many frames as the shorter side has, the
    /// rest of the other is silence. Out of RUN all is silence and only the clock moves.
    ///
    /// # Real-time
    /// Render, wait-free; O(frames + events).
    pub fn process(&mut self, now: SampleTime, left: &mut [f32], right: &mut [f32]) {
        let count = left.len().min(right.len());
        let (left, more_left) = left.split_at_mut(count);
        let (right, more_right) = right.split_at_mut(count);
        more_left.fill(0.0);
        more_right.fill(0.0);
        if self.pin.runs() {
            self.play(left, right);
        } else {
            left.fill(0.0);
            right.fill(0.0);
        }
        self.pin.end_block(frames_of(count), now);
    }

    fn play(&mut self, left: &mut [f32], right: &mut [f32]) {
        let mut frame = self.pin.status.frames;
        let mut chunk = [0; CHUNK];
        for (left, right) in left.chunks_mut(CHUNK).zip(right.chunks_mut(CHUNK)) {
            let words = chunk.get_mut(..left.len()).unwrap_or_default();
            let found = self.fetch(frame, words);
            for ((left, right), word) in left.iter_mut().zip(right).zip(&*words) {
                (*left, *right) = word_frame(*word);
            }
            self.account(frame, found, frames_of(words.len()));
            frame = frame.saturating_add(frames_of(words.len()));
        }
    }

    /// Fills `words` from `frame` on with what is written, then with silence; returns how many are.
    fn fetch(&self, frame: u64, words: &mut [u64]) -> u64 {
        let index = self.pin.status.base.wrapping_add(frame);
        let there = self.words.written().saturating_sub(index);
        let count = usize::try_from(there).map_or(words.len(), |there| there.min(words.len()));
        let (found, missing) = words.split_at_mut(count);
        missing.fill(0);
        if self.words.read(index, found).is_err() {
            found.fill(0);
            return 0;
        }
        frames_of(count)
    }

    /// Counts what was missing of `count` frames from `frame` on, `found` being there. Silence behind
    /// the end of the stream is not missing.
    fn account(&mut self, frame: u64, found: u64, count: u64) {
        if found > 0 {
            self.starving = false;
        }
        if found == count {
            return;
        }
        let end = frame.saturating_add(count).min(self.end());
        let missing = end.saturating_sub(frame.saturating_add(found));
        if missing == 0 {
            return;
        }
        let status = &mut self.pin.status;
        status.starved = status.starved.saturating_add(missing);
        if !self.starving {
            status.underruns = status.underruns.saturating_add(1);
        }
        self.starving = true;
    }

    /// The frame at which this run ends, as far as is known. Looked up when frames are missing: the
    /// client tells the end before it writes the last of them.
    fn end(&mut self) -> u64 {
        if let Some(end) = self.end.read() {
            self.last_end = end;
        }
        let [run, end] = self.last_end;
        if run == self.pin.status.run {
            end
        } else {
            NO_END
        }
    }
}

#[cfg(test)]
#[cfg(not(dmus_loom))]
mod tests {
    use super::*;
    use crate::wave_rt::{
        AudioBuffer, MiniportWaveRt, NotificationCount, PortWaveRtStream, RegisterWidth, Render,
        WaveFormat, WaveRtConfig, WaveRtError, WaveRtStream, WritePacket,
    };

    /// Packets of three frames, as after `packets` of them: nobody waits that long.
    fn after(packets: u64) -> (WaveRtStream<Render>, AudioBuffer<Render>) {
        let format = WaveFormat::stereo(SampleRate::new(10_000).unwrap());
        let config = WaveRtConfig {
            clock_register: Some(RegisterWidth::Bits32),
            ..WaveRtConfig::default()
        };
        let mut stream = MiniportWaveRt::new(config)
            .new_stream::<Render>(PortWaveRtStream::new(1), format)
            .unwrap();
        let two = NotificationCount::Two;
        let buffer = stream.allocate_buffer_with_notification(two, 2 * 3 * 8);
        let mut buffer = buffer.unwrap();
        buffer.device.set_state(StreamState::Run);
        buffer.device.pin.status.frames = packets * 3;
        buffer.device.pin.status.clock = packets * 3;
        buffer.device.process(SampleTime::ZERO, &mut [], &mut []);
        (stream, buffer)
    }

    fn give(buffer: &mut AudioBuffer<Render>, number: u32) -> Result<(), WaveRtError> {
        let packet = WritePacket {
            number,
            ..WritePacket::default()
        };
        let client = &mut buffer.client;
        client.set_write_packet(packet, &[0.25; 3], &[0.25; 3])
    }

    #[test]
    fn late_and_overrun_packets_are_told_apart_where_the_number_wraps() {
        let (_stream, mut buffer) = after((1 << 32) - 1);
        assert_eq!(buffer.client.packet_count(), Ok(u32::MAX));
        let late = |number, next| Err(WaveRtError::DataLate { number, next });
        let early = |number, last| Err(WaveRtError::DataOverrun { number, last });
        assert_eq!(give(&mut buffer, u32::MAX - 1), late(u32::MAX - 1, 0));
        assert_eq!(give(&mut buffer, u32::MAX), late(u32::MAX, 0));
        assert_eq!(give(&mut buffer, 1), early(1, 0));
        assert_eq!(give(&mut buffer, 0), Ok(()));
        let (mut left, mut right) = ([9.0; 6], [9.0; 6]);
        buffer
            .device
            .process(SampleTime::ZERO, &mut left, &mut right);
        assert_eq!(left.to_vec(), [0.0, 0.0, 0.0, 0.25, 0.25, 0.25]);
        assert_eq!(buffer.client.packet_count(), Ok(1));
        assert_eq!(give(&mut buffer, 1), late(1, 2));
        assert_eq!(give(&mut buffer, 2), Ok(()));
    }

    #[test]
    fn a_32_bit_clock_register_wraps_and_its_difference_does_not() {
        let (mut stream, mut buffer) = after((1 << 32) / 3);
        let mut clock = stream.clock_register().unwrap();
        let earlier = clock.read();
        assert_eq!(earlier, (1 << 32) - 1);
        buffer
            .device
            .process(SampleTime::ZERO, &mut [0.0; 30], &mut [0.0; 30]);
        let later = clock.read();
        assert_eq!((later, clock.width().difference(later, earlier)), (29, 30));
    }
}
