//! Adaptive differential PCM of four bits, in blocks that can be decoded by themselves.
//!
//! In: bytes of whole and, at the end, broken blocks. Out: frames as far as they go.
//! Source: IMA Recommended Practices for Enhancing Digital Audio Compatibility;
//! Microsoft Multimedia Standards Update, ADPCM.

use super::decode::Track;
use crate::riff::Fields;

/// Step sizes of the IMA's coding, each about 1.1 times the one before it.
///
/// # Source
/// IMA ADPCM, step size table.
const STEPS: [i32; 89] = [
    7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66,
    73, 80, 88, 97, 107, 118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449,
    494, 544, 598, 658, 724, 796, 876, 963, 1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272,
    2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894, 6484, 7132, 7845, 8630, 9493,
    10_442, 11_487, 12_635, 13_899, 15_289, 16_818, 18_500, 20_350, 22_385, 24_623, 27_086, 29_794,
    32_767,
];

/// Decodes blocks of the IMA's coding: for each channel a start of four bytes, then four bytes for
/// each channel in turn, lower half of a byte first.
pub(super) fn ima(data: &[u8], block: usize, tracks: &mut [Track]) {
    let channels = tracks.len().max(1);
    if block <= 4 * channels {
        return;
    }
    for block in data.chunks(block) {
        let Some((heads, body)) = block.split_at_checked(4 * channels) else {
            return;
        };
        for (channel, track) in tracks.iter_mut().enumerate() {
            let head = Fields(heads).from(4 * channel);
            let mut state = Ima {
                frame: i32::from(head.i16(0).unwrap_or_default()),
                index: i32::from(head.0.get(2).copied().unwrap_or_default()).min(88),
            };
            track.push(narrowed(state.frame));
            let words = body.chunks(4).skip(channel).step_by(channels);
            for byte in words.flatten() {
                track.push(state.advance(byte & 0x0F));
                track.push(state.advance(byte >> 4));
            }
        }
    }
}

/// Where the IMA's coding stands.
struct Ima {
    frame: i32,
    /// Into the steps, `0..89`.
    index: i32,
}

impl Ima {
    fn advance(&mut self, code: u8) -> i16 {
        let step = usize::try_from(self.index)
            .ok()
            .and_then(|index| STEPS.get(index))
            .copied()
            .unwrap_or_default();
        let mut difference = step >> 3;
        for (bit, part) in [(4, step), (2, step >> 1), (1, step >> 2)] {
            if code & bit != 0 {
                difference += part;
            }
        }
        if code & 8 != 0 {
            difference = -difference;
        }
        self.frame = i32::from(narrowed(self.frame + difference));
        let louder = i32::from(code & 7) - 3;
        self.index = (self.index + if louder > 0 { 2 * louder } else { -1 }).clamp(0, 88);
        narrowed(self.frame)
    }
}

/// Weights of a format that brings none.
///
/// # Source
/// Microsoft ADPCM, standard coefficients, 256 to 1.
const WEIGHTS: [[i32; 2]; 7] = [
    [256, 0],
    [512, -256],
    [0, 0],
    [192, 64],
    [240, 0],
    [460, -208],
    [392, -232],
];

/// Factor on the step after each code, 256 to 1.
///
/// # Source
/// Microsoft ADPCM, adaptation table.
const ADAPTATION: [i32; 16] = [
    230, 230, 230, 230, 307, 409, 512, 614, 768, 614, 512, 409, 307, 230, 230, 230,
];

/// The weights that a format declares, or the standard ones.
pub(super) fn weights(fmt: Fields<'_>) -> Vec<[i32; 2]> {
    let declared = usize::from(fmt.u16(20).unwrap_or_default());
    let (pairs, _) = fmt.from(22).0.as_chunks::<4>();
    let pair = |bytes: &[u8; 4]| {
        let [a, b, c, d] = *bytes;
        [i16::from_le_bytes([a, b]), i16::from_le_bytes([c, d])].map(i32::from)
    };
    let weights: Vec<[i32; 2]> = pairs.iter().take(declared.min(256)).map(pair).collect();
    if weights.is_empty() {
        WEIGHTS.to_vec()
    } else {
        weights
    }
}

/// Decodes blocks of Microsoft's coding: a start of seven bytes for each channel, then one code
/// for each channel in turn, upper half of a byte first.
pub(super) fn ms(data: &[u8], block: usize, weights: &[[i32; 2]], tracks: &mut [Track]) {
    let channels = tracks.len().max(1);
    if block <= 7 * channels {
        return;
    }
    for block in data.chunks(block) {
        let Some((head, body)) = block.split_at_checked(7 * channels) else {
            return;
        };
        let head = Fields(head);
        let mut states: Vec<Ms> = (0..channels)
            .filter_map(|channel| Ms::read(head, channel, channels, weights))
            .collect();
        for (state, track) in states.iter().zip(tracks.iter_mut()) {
            track.push(narrowed(state.before));
            track.push(narrowed(state.last));
        }
        let codes = body.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]);
        for (index, code) in codes.enumerate() {
            let channel = index % channels;
            if let (Some(state), Some(track)) = (states.get_mut(channel), tracks.get_mut(channel)) {
                track.push(state.advance(code));
            }
        }
    }
}

/// Where Microsoft's coding stands.
struct Ms {
    weights: [i32; 2],
    step: i32,
    last: i32,
    before: i32,
}

impl Ms {
    /// The start of a block, of which each field stands for all channels together.
    fn read(
        head: Fields<'_>,
        channel: usize,
        channels: usize,
        weights: &[[i32; 2]],
    ) -> Option<Self> {
        let choice = usize::from(*head.0.get(channel)?);
        let field = |number: usize| {
            let value = head.i16(channels * (1 + 2 * number) + 2 * channel)?;
            Some(i32::from(value))
        };
        Some(Self {
            weights: weights.get(choice).copied().unwrap_or_default(),
            step: field(0)?,
            last: field(1)?,
            before: field(2)?,
        })
    }

    fn advance(&mut self, code: u8) -> i16 {
        let [first, second] = self.weights;
        let predicted = self
            .last
            .saturating_mul(first)
            .saturating_add(self.before.saturating_mul(second))
            / 256;
        let signed = (i32::from(code) ^ 8) - 8;
        let frame = narrowed(predicted.saturating_add(signed.saturating_mul(self.step)));
        self.before = self.last;
        self.last = i32::from(frame);
        let factor = ADAPTATION.get(usize::from(code)).copied().unwrap_or(256);
        // A hundred loud codes in a row would leave the range of any recording.
        self.step = (self.step.saturating_mul(factor) / 256).clamp(16, 1 << 20);
        frame
    }
}

fn narrowed(frame: i32) -> i16 {
    i16::try_from(frame.clamp(-32_768, 32_767)).unwrap_or_default()
}
