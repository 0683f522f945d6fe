//! The data of a wave to frames, channel by channel.
//!
//! In: bytes and their format. Out: one recording for each channel, of 16 bit or of 24.
//! Source: WAVEFORMATEX; ITU-T G.711.

use super::adpcm;
use super::format::{Coding, Format};
use crate::bank::Frames;

/// The frames of one channel as far as they are decoded.
#[derive(Debug, Default)]
pub(super) struct Track {
    high: Vec<i16>,
    /// Lower bytes, where the coding has more than 16 bits.
    low: Option<Vec<u8>>,
}

impl Track {
    fn new(frames: usize, deep: bool) -> Self {
        Self {
            high: Vec::with_capacity(frames),
            low: deep.then(|| Vec::with_capacity(frames)),
        }
    }

    /// Adds a frame of 16 bit.
    pub(super) fn push(&mut self, frame: i16) {
        self.high.push(frame);
    }

    /// Adds the upper 24 bits of a frame of 32.
    fn push_deep(&mut self, frame: i32) {
        let [_, low, high, highest] = frame.to_le_bytes();
        self.high.push(i16::from_le_bytes([high, highest]));
        if let Some(lows) = &mut self.low {
            lows.push(low);
        }
    }

    fn into_frames(self, limit: usize) -> Frames {
        let frames = match self.low {
            Some(low) => Frames::of_24_bits(self.high, &low),
            None => Frames::from(self.high),
        };
        frames.part(0..limit)
    }
}

/// Decodes all channels.
///
/// - `limit`: most frames of a channel, where a block ends in padding
pub(super) fn channels(data: &[u8], format: &Format, limit: usize) -> Vec<Frames> {
    let deep = matches!(format.coding, Coding::Pcm(3 | 4) | Coding::Float(_));
    let samples = match format.coding.sample_bytes() {
        Some(bytes) => data.len() / bytes,
        None => 2 * data.len(),
    };
    let empty = || Track::new(samples / format.channels, deep);
    let mut tracks: Vec<Track> = (0..format.channels).map(|_| empty()).collect();
    match &format.coding {
        Coding::Ima { block } => adpcm::ima(data, *block, &mut tracks),
        Coding::Ms { block, weights } => adpcm::ms(data, *block, weights, &mut tracks),
        coding => {
            let bytes = coding.sample_bytes().unwrap_or(1);
            for frame in data.chunks_exact(bytes * format.channels) {
                for (sample, track) in frame.chunks_exact(bytes).zip(&mut tracks) {
                    track.push_deep(sample_of(sample, coding));
                }
            }
        }
    }
    tracks
        .into_iter()
        .map(|track| track.into_frames(limit))
        .collect()
}

/// A sample in the upper bits of 32.
fn sample_of(bytes: &[u8], coding: &Coding) -> i32 {
    match (coding, bytes) {
        (Coding::ALaw, [code]) => i32::from(a_law(*code)) << 16,
        (Coding::MuLaw, [code]) => i32::from(mu_law(*code)) << 16,
        (Coding::Float(_), &[a, b, c, d]) => of_float(f64::from(f32::from_le_bytes([a, b, c, d]))),
        (Coding::Float(_), &[a, b, c, d, e, f, g, h]) => {
            of_float(f64::from_le_bytes([a, b, c, d, e, f, g, h]))
        }
        (_, &[only]) => i32::from_le_bytes([0, 0, 0, only ^ 0x80]),
        (_, &[low, high]) => i32::from_le_bytes([0, 0, low, high]),
        (_, &[low, middle, high]) => i32::from_le_bytes([0, low, middle, high]),
        (_, &[lowest, low, high, highest]) => i32::from_le_bytes([lowest, low, high, highest]),
        _ => 0,
    }
}

/// The nearest frame of 24 bit; what is no number is silence.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a float to integer cast saturates and takes NaN to zero, which is what is wanted"
)]
fn of_float(value: f64) -> i32 {
    const ONE: f64 = 8_388_608.0;
    let frame = libm::round(value * ONE).clamp(-ONE, ONE - 1.0);
    (frame as i32) << 8
}

/// European companding: sign, three bits of a power of two, four bits within it.
///
/// # Source
/// ITU-T G.711, A-law.
fn a_law(code: u8) -> i16 {
    let code = code ^ 0x55;
    let within = (i16::from(code & 0x0F) << 4) + 8;
    let power = code >> 4 & 7;
    let magnitude = match power {
        0 => within,
        _ => (within + 0x100) << (power - 1),
    };
    if code & 0x80 == 0 {
        -magnitude
    } else {
        magnitude
    }
}

/// American companding: all bits inverted, a bias below the first power of two.
///
/// # Source
/// ITU-T G.711, mu-law.
fn mu_law(code: u8) -> i16 {
    const BIAS: i16 = 0x84;
    let code = !code;
    let magnitude = (((i16::from(code & 0x0F) << 3) + BIAS) << (code >> 4 & 7)) - BIAS;
    if code & 0x80 == 0 {
        magnitude
    } else {
        -magnitude
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(coding: Coding, channels: usize, data: &[u8]) -> Vec<Frames> {
        let format = Format {
            rate_hz: 8000,
            channels,
            coding,
        };
        super::channels(data, &format, usize::MAX)
    }

    #[test]
    fn eight_bits_are_unsigned_and_widened() {
        let frames = decoded(Coding::Pcm(1), 1, &[0x00, 0x80, 0xFF]);
        assert_eq!(frames[0].high(), [-32_768, 0, 127 * 256]);
        assert_eq!(frames[0].low(), None);
    }

    #[test]
    fn the_upper_24_bits_of_wider_frames_are_kept() {
        let three = decoded(Coding::Pcm(3), 1, &[0x56, 0x34, 0x12, 0xFF, 0xFF, 0xFF]);
        assert_eq!(three[0].high(), [0x1234, -1]);
        assert_eq!(three[0].low(), Some(&[0x56, 0xFF][..]));
        let four = decoded(Coding::Pcm(4), 1, &[0x78, 0x56, 0x34, 0x12]);
        assert_eq!(four[0], three[0].part(0..1));
    }

    #[test]
    fn floating_point_is_rounded_to_24_bits_and_stays_within_them() {
        let values = [0.0, 0.5, -1.0, 1.0, 7.0, f32::NAN, 1.0 / 8_388_608.0];
        let wide = values.map(f64::from).map(f64::to_le_bytes).concat();
        let narrow = values.map(f32::to_le_bytes).concat();
        let frames = decoded(Coding::Float(8), 1, &wide);
        assert_eq!(frames, decoded(Coding::Float(4), 1, &narrow));
        assert_eq!(frames[0].high(), [0, 0x4000, -32_768, 32_767, 32_767, 0, 0]);
        assert_eq!(frames[0].low(), Some(&[0, 0, 0, 255, 255, 0, 1][..]));
    }

    #[test]
    fn telephone_codes_have_the_values_of_the_recommendation() {
        let a = [0xD5, 0x55, 0xAA, 0x2A, 0x80, 0xD4];
        assert_eq!(
            decoded(Coding::ALaw, 1, &a)[0].high(),
            [8, -8, 32_256, -32_256, 5_504, 24]
        );
        let mu = [0xFF, 0x7F, 0x80, 0x00, 0xFE, 0xF0];
        assert_eq!(
            decoded(Coding::MuLaw, 1, &mu)[0].high(),
            [0, 0, 32_124, -32_124, 8, 120]
        );
    }

    #[test]
    fn two_channels_are_taken_apart() {
        let frames = decoded(Coding::Pcm(2), 2, &[1, 0, 2, 0, 3, 0, 4, 0, 5, 0]);
        assert_eq!(frames[0].high(), [1, 3]);
        assert_eq!(frames[1].high(), [2, 4]);
    }
}
