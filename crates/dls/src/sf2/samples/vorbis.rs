//! Compressed samples: Ogg Vorbis streams to frames of 16 bit.
//!
//! In: the bytes of a stream. Out: its frames, or as many as there are before the first fault.
//! The decoding is a library's. What it may be asked is looked at first: a head of a few hundred
//! bytes can ask for gigabytes of tables, and samples of one bank mostly have the same head, which
//! is set up once.
//! Thread: any, each with a decoder of its own.
//! Source: Ogg and Vorbis I, as version 3 SoundFonts hold them.

use std::panic::{AssertUnwindSafe, catch_unwind};

use symphonia_codec_vorbis::VorbisDecoder;
use symphonia_core::audio::{Audio, GenericAudioBufferRef};
use symphonia_core::codecs::audio::well_known::CODEC_ID_VORBIS;
use symphonia_core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia_core::packet::PacketRef;
use symphonia_core::units::{Duration, Timestamp};

mod ogg;
mod setup;

use ogg::Packets;

/// What came of a stream.
#[derive(Debug)]
pub(super) struct Decoded {
    /// The frames, at least one.
    pub(super) frames: Vec<i16>,
    /// There would be more, but for a fault.
    pub(super) damaged: bool,
}

/// Why nothing came of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is no mono Vorbis stream, or a broken one.
    Broken,
    /// It asks for more than is left.
    TooLong,
}

/// Decodes streams of one bank, one after the other.
pub(super) struct Decoder {
    /// Frames that streams may still have.
    frames: usize,
    /// What heads may still ask for; see [`setup::work`].
    work: usize,
    last: Option<(Head, VorbisDecoder)>,
}

/// Two packets that say how all others are coded.
#[derive(Debug, Default, PartialEq, Eq)]
struct Head {
    identification: Vec<u8>,
    setup: Vec<u8>,
}

impl Decoder {
    /// - `frames`: frames that all streams may have together
    /// - `work`: what all different heads may ask for together
    pub(super) const fn new(frames: usize, work: usize) -> Self {
        Self {
            frames,
            work,
            last: None,
        }
    }

    /// Decodes a whole stream.
    ///
    /// # Errors
    /// [`Fault`], if there is not a single frame, or there are too many.
    pub(super) fn decode(&mut self, stream: &[u8]) -> Result<Decoded, Fault> {
        // The library is meant not to panic, but it divides and indexes by numbers of the stream.
        let result = catch_unwind(AssertUnwindSafe(|| self.try_decode(stream)));
        let decoded = result.unwrap_or_else(|_| {
            self.last = None;
            Err(Fault::Broken)
        })?;
        self.frames = self.frames.saturating_sub(decoded.frames.len());
        Ok(decoded)
    }

    fn try_decode(&mut self, stream: &[u8]) -> Result<Decoded, Fault> {
        let limit = self.frames;
        let mut packets = Packets::of(stream);
        let codec = self.codec(&mut packets)?;
        let mut frames = Vec::new();
        let mut damaged = false;
        let mut packet = Vec::new();
        while packets.next(&mut packet) {
            let Some(plane) = decode_packet(codec, &packet, &mut frames) else {
                damaged = true;
                break;
            };
            if plane > limit {
                return Err(Fault::TooLong);
            }
        }
        damaged |= packets.damaged();
        // The last page says where within its last packet the recording ends.
        if let Some(end) = packets.end().filter(|_| !damaged) {
            frames.truncate(end);
        }
        if frames.is_empty() {
            return Err(Fault::Broken);
        }
        frames.shrink_to_fit();
        Ok(Decoded { frames, damaged })
    }

    /// The codec of a stream, from its first three packets.
    fn codec(&mut self, packets: &mut Packets<'_>) -> Result<&mut VorbisDecoder, Fault> {
        let mut head = Head::default();
        let mut comment = Vec::new();
        let found = packets.next(&mut head.identification)
            && packets.next(&mut comment)
            && packets.next(&mut head.setup);
        // Behind the seven bytes of a packet's name and the four of a version: channels.
        if !found || head.identification.get(11) != Some(&1) {
            return Err(Fault::Broken);
        }
        if self.last.as_ref().is_none_or(|(last, _)| *last != head) {
            self.last = None;
            let work = setup::work(&head.setup).ok_or(Fault::Broken)?;
            self.work = self.work.checked_sub(work).ok_or(Fault::TooLong)?;
            let mut parameters = AudioCodecParameters::new();
            let extra = [head.identification.as_slice(), &head.setup].concat();
            parameters
                .for_codec(CODEC_ID_VORBIS)
                .with_extra_data(extra.into());
            let options = AudioDecoderOptions::default();
            let codec = VorbisDecoder::try_new(&parameters, &options).map_err(|_| Fault::Broken)?;
            self.last = Some((head, codec));
        }
        let (_, codec) = self.last.as_mut().ok_or(Fault::Broken)?;
        codec.reset();
        Ok(codec)
    }
}

/// Adds the frames of a packet; returns how many there are now, nothing if it is broken.
fn decode_packet(codec: &mut VorbisDecoder, packet: &[u8], frames: &mut Vec<i16>) -> Option<usize> {
    let packet = PacketRef::new(0, Timestamp::ZERO, Duration::ZERO, packet);
    let GenericAudioBufferRef::F32(buffer) = codec.decode_ref(&packet).ok()? else {
        return None;
    };
    frames.extend(buffer.plane(0)?.iter().copied().map(to_16_bit));
    Some(frames.len())
}

/// The nearest of the 65 536 steps.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a float to integer cast saturates and takes NaN to zero, which is what is wanted"
)]
fn to_16_bit(sample: f32) -> i16 {
    (sample * 32_768.0).round() as i16
}
