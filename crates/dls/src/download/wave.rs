//! The wave of a chunk: its format, and its frames where they lie.
//!
//! Source: \[hdr\] dmdls.h: DMUS_WAVE, DMUS_WAVEDATA.

use super::ChunkError;
use super::chunk::{Chunk, Part};
use super::read::Reader;
use crate::bank::{Frames, Wave};
use crate::dls::wave::PCM;
use crate::extension::LOW;
use crate::image::Image;
use crate::limits;

/// Coding named by the first number of a GUID.
const EXTENSIBLE: u16 = 0xFFFE;

/// Where that number stands in the format.
const SUB_FORMAT: usize = 24;

/// A wave: its format and its frames.
///
/// - `image`: the memory of the chunk, if its frames may stay there
pub(super) fn read(
    chunk: &Chunk<'_>,
    object: Part<'_>,
    image: Option<&Image>,
) -> Result<Wave, ChunkError> {
    // The chains of a wave are as those of an instrument, and there is no articulation in them.
    let mut reader = Reader::new(*chunk, false);
    let low = reader.own(object.u32(0)?, LOW)?;
    chunk.counted(object.u32(4)?)?;
    let data = object.u32(8)?;
    let (mut tag, channels) = (object.u16(12)?, object.u16(14)?);
    let (sample_rate, bits) = (object.u32(16)?, object.u16(26)?);
    if tag == EXTENSIBLE {
        tag = object.u16(12 + SUB_FORMAT)?;
    }
    if tag != PCM || !matches!(bits, 8 | 16) {
        return Err(ChunkError::BadWaveFormat { tag, bits });
    }
    let bad = |field, value| Err(ChunkError::BadField { field, value });
    if channels != 1 {
        return bad("nChannels", u32::from(channels));
    }
    if sample_rate == 0 || sample_rate > limits::SAMPLE_RATE_HZ {
        return bad("nSamplesPerSec", sample_rate);
    }
    let bytes = chunk.counted(data)?.unwrap_or_default();
    let start = chunk.data_offset(data);
    let frames: Frames = match (bits, image, low) {
        (8, ..) => {
            let wide = |byte: &u8| i16::from_be_bytes([byte ^ 0x80, 0]);
            bytes.iter().map(wide).collect()
        }
        (_, Some(image), None) => Frames::in_image(image, start..start + bytes.len()),
        (_, _, low) => {
            let (frames, _) = bytes.as_chunks();
            let frames: Vec<i16> = frames.iter().map(|it| i16::from_le_bytes(*it)).collect();
            match low {
                Some(low) if low.len() == frames.len() => Frames::of_24_bits(frames, low),
                Some(_) => return bad("DMUL", data),
                None => frames.into(),
            }
        }
    };
    if frames.is_empty() {
        return bad("ulWaveDataIdx", data);
    }
    Ok(Wave {
        name: String::new(),
        sample_rate,
        frames,
        sample: None,
        about: Default::default(),
    })
}
