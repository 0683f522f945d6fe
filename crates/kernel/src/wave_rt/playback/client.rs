//! The client of a render stream: writes frames, by position or by packet.
//!
//! In: frames. Out: the ring; positions, counts of glitches.
//! Owner: the client. Thread: the client's, one.
//! Source: \[WDK\] `IMiniportWaveRTOutputStream`; \[SAS\].

use std::iter;

use crate::{
    state::StreamState,
    sync::{CyclicWriter, Writer},
    time::{ReferenceTime, SampleRate, SampleTime},
    wave_rt::{
        HwLatency, Parameter, Position, WaveRtError, WritePacket, frame_word, frames_of, low_word,
        packet::{PacketClock, written_between},
        status::{Status, StatusReader},
    },
};

/// What a listener may have heard, counted since the stream was made.
///
/// # Source
/// \[WDK\] KSPROPERTY_AUDIO_WAVERT_CURRENT_WRITE_POSITION; \[SAS\].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Glitches {
    /// Times the device found nothing to play.
    pub underruns: u64,
    /// Frames of silence it played instead.
    pub starved_frames: u64,
    /// Times the client gave the same write position twice.
    pub same_write_position: u64,
    /// Frames the client passed over, since the device was there before it or a packet was left out.
    pub skipped_frames: u64,
}

/// What is audible, and when it was.
///
/// # Source
/// \[WDK\] `IMiniportWaveRTOutputStream::GetOutputStreamPresentationPosition`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PresentationPosition {
    /// Frames that have left the converter since STOP; the first of packet 0 is 0.
    pub frames: u64,
    /// The master clock at that moment.
    pub time: ReferenceTime,
}

/// The client of a render stream: may move to another thread, but not be shared by two.
///
/// Writing is append-only: a frame that was handed over cannot be taken back. A client stops writing
/// before the stream goes to STOP; what it writes afterwards is the beginning of the next run.
///
/// ```compile_fail,E0277
/// fn shared<T: Sync>() {}
/// shared::<dmus_kernel::wave_rt::RenderClient>();
/// ```
#[derive(Debug)]
pub struct RenderClient {
    status: StatusReader,
    words: CyclicWriter,
    end: Writer<2>,
    rate: SampleRate,
    /// Frames between buffer and converter.
    fifo: u64,
    /// Frames between buffer and ear.
    latency: u64,
    /// The run that all below belongs to.
    run: u64,
    ended: bool,
    write_position: u64,
    same_write_position: u64,
    skipped: u64,
}

impl RenderClient {
    pub(super) fn new(
        status: StatusReader,
        (words, end): (CyclicWriter, Writer<2>),
        rate: SampleRate,
        latency: HwLatency,
    ) -> Self {
        let mut client = Self {
            status,
            words,
            end,
            rate,
            fifo: u64::from(latency.fifo_frames()),
            latency: latency.frames(rate),
            run: 0,
            ended: false,
            write_position: 0,
            same_write_position: 0,
            skipped: 0,
        };
        client.refresh();
        client
    }

    /// Where the device is: it has taken the frames up to `write`, and plays that at `play`.
    ///
    /// # Real-time
    /// Client, wait-free.
    ///
    /// # Source
    /// \[WDK\] `IMiniportWaveRTStream::GetPosition`.
    pub fn position(&mut self) -> Position {
        let status = self.status.read();
        Position {
            play: status.offset(status.frames.saturating_sub(self.fifo)),
            write: status.offset(status.frames),
        }
    }

    /// Packets transferred whole, modulo 2^32; 0 in STOP. The next one is in transfer.
    ///
    /// # Errors
    /// [`WaveRtError::NotSupported`] without notifications.
    ///
    /// # Real-time
    /// Client, wait-free.
    ///
    /// # Source
    /// \[WDK\] `IMiniportWaveRTOutputStream::GetPacketCount`.
    pub fn packet_count(&mut self) -> Result<u32, WaveRtError> {
        let status = self.status.read();
        if status.packet == 0 {
            return Err(WaveRtError::NotSupported);
        }
        Ok(low_word(status.completed()))
    }

    /// What is audible: the frames transferred less the device's latency.
    ///
    /// # Errors
    /// [`WaveRtError::NotSupported`] without notifications.
    ///
    /// # Real-time
    /// Client, wait-free.
    ///
    /// # Source
    /// \[WDK\] `IMiniportWaveRTOutputStream::GetOutputStreamPresentationPosition`; \[SAS\].
    pub fn presentation_position(&mut self) -> Result<PresentationPosition, WaveRtError> {
        let status = self.status.read();
        if status.packet == 0 {
            return Err(WaveRtError::NotSupported);
        }
        Ok(PresentationPosition {
            frames: status.frames.saturating_sub(self.latency),
            time: self.rate.sample_to_ref(SampleTime::new(status.now)),
        })
    }

    /// What went wrong so far.
    ///
    /// # Real-time
    /// Client, wait-free.
    pub fn glitches(&mut self) -> Glitches {
        let status = self.status.read();
        Glitches {
            underruns: status.underruns,
            starved_frames: status.starved,
            same_write_position: self.same_write_position,
            skipped_frames: self.skipped,
        }
    }

    /// Writes as many frames as there is room for behind those written before, and returns how many:
    /// `0..=` the length of the shorter side. If the device is ahead, they begin where it is.
    ///
    /// # Errors
    /// [`WaveRtError::InvalidDeviceState`] after the end of the stream.
    ///
    /// # Real-time
    /// Client, wait-free; O(frames).
    pub fn write(&mut self, left: &[f32], right: &[f32]) -> Result<usize, WaveRtError> {
        let status = self.refresh();
        self.not_ended(&status)?;
        self.skip_to(status.frames, &status);
        let queued = self.cursor(&status).saturating_sub(status.frames);
        let room = status.size.saturating_sub(queued);
        let count = left.len().min(right.len());
        let count = usize::try_from(room).map_or(count, |room| room.min(count));
        self.append(left, right, count);
        Ok(count)
    }

    /// Tells how far the client has written, an offset in frames; returns the frames since it last
    /// told, or nothing if the offset is the same as then, which is counted as a glitch.
    ///
    /// # Errors
    /// [`WaveRtError::InvalidParameter`] for an offset behind the buffer.
    ///
    /// # Real-time
    /// Client, wait-free.
    ///
    /// # Source
    /// \[WDK\] KSPROPERTY_AUDIO_WAVERT_CURRENT_WRITE_POSITION.
    pub fn set_write_position(&mut self, offset: u64) -> Result<Option<u64>, WaveRtError> {
        let status = self.refresh();
        if offset >= status.size {
            return Err(Parameter::Offset(offset).into());
        }
        let written = written_between(self.write_position, offset, status.size);
        self.write_position = offset;
        if written.is_none() {
            self.same_write_position = self.same_write_position.saturating_add(1);
        }
        Ok(written)
    }

    /// Hands over one whole packet, or the last one up to its end; what it lacks is silence. A packet
    /// that was left out before it is silence too.
    ///
    /// # Errors
    /// [`WaveRtError::NotSupported`] without notifications; [`WaveRtError::InvalidDeviceState`] after
    /// the end of the stream; [`WaveRtError::InvalidParameter`] for flags or lengths;
    /// [`WaveRtError::DataLate`] for a packet in transfer, over, or written before;
    /// [`WaveRtError::DataOverrun`] for one that does not fit yet.
    ///
    /// # Real-time
    /// Client, wait-free; O(frames of the buffer).
    ///
    /// # Source
    /// \[WDK\] `IMiniportWaveRTOutputStream::SetWritePacket`; \[SAS\].
    pub fn set_write_packet(
        &mut self,
        packet: WritePacket,
        left: &[f32],
        right: &[f32],
    ) -> Result<(), WaveRtError> {
        let status = self.refresh();
        if status.packet == 0 {
            return Err(WaveRtError::NotSupported);
        }
        self.not_ended(&status)?;
        let ends = packet.flags.ends().map_err(Parameter::PacketFlags)?;
        let valid = valid_frames(&packet, ends, &status, left, right)?;
        let first = self.first_frame(&packet, &status)?;
        self.skip_to(first, &status);
        if ends {
            let end = first.saturating_add(frames_of(valid));
            self.end.publish([self.run, end]);
            self.ended = true;
        }
        self.append(left, right, valid);
        let rest = status.packet.saturating_sub(frames_of(valid));
        self.append_silence(rest);
        Ok(())
    }

    /// Number of the packet's first frame, if it may be written now.
    fn first_frame(&self, packet: &WritePacket, status: &Status) -> Result<u64, WaveRtError> {
        let begun = status.frames.checked_rem(status.packet) != Some(0);
        let clock = PacketClock {
            completed: status.completed(),
            in_transfer: begun || status.state == StreamState::Run,
            in_buffer: status.size.checked_div(status.packet).unwrap_or(0),
        };
        let number = packet.number;
        let first = clock.writable(number)?.saturating_mul(status.packet);
        let cursor = self.cursor(status);
        if first < cursor {
            let next = cursor.div_ceil(status.packet.max(1));
            let next = low_word(next);
            return Err(WaveRtError::DataLate { number, next });
        }
        Ok(first)
    }

    /// The last record; with a new run everything begins anew.
    fn refresh(&mut self) -> Status {
        let status = self.status.read();
        if status.run != self.run {
            self.run = status.run;
            self.ended = false;
            self.write_position = 0;
        }
        status
    }

    const fn not_ended(&self, status: &Status) -> Result<(), WaveRtError> {
        if self.ended {
            return Err(WaveRtError::InvalidDeviceState(status.state));
        }
        Ok(())
    }

    /// Number of the frame to be written next.
    const fn cursor(&self, status: &Status) -> u64 {
        self.words.written().saturating_sub(status.base)
    }

    fn skip_to(&mut self, frame: u64, status: &Status) {
        let behind = frame.saturating_sub(self.cursor(status));
        self.skipped = self.skipped.saturating_add(behind);
        self.append_silence(behind);
    }

    fn append_silence(&mut self, frames: u64) {
        let frames = usize::try_from(frames).unwrap_or(usize::MAX);
        self.words.append(iter::repeat_n(0, frames));
    }

    fn append(&mut self, left: &[f32], right: &[f32], count: usize) {
        let frames = left.iter().zip(right).take(count);
        self.words
            .append(frames.map(|(left, right)| frame_word(*left, *right)));
    }
}

/// Frames of the packet that are given, which must be all that are valid.
fn valid_frames(
    packet: &WritePacket,
    ends: bool,
    status: &Status,
    left: &[f32],
    right: &[f32],
) -> Result<usize, Parameter> {
    let valid = if ends {
        u64::from(packet.eos_length)
    } else {
        status.packet
    };
    if valid > status.packet {
        return Err(Parameter::PacketLength(valid));
    }
    let wrong = [left, right].map(<[f32]>::len).into_iter();
    match wrong.map(frames_of).find(|given| *given != valid) {
        Some(given) => Err(Parameter::PacketLength(given)),
        None => Ok(left.len()),
    }
}
