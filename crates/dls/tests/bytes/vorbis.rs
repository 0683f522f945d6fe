//! Ogg Vorbis streams put together bit by bit, and what they sound like by the textbook.
//!
//! Blocks of 64, a flat floor at 0 dB, and 32 coefficients of 8 bit that stand as they are.

use std::f64::consts::PI;

/// Coefficients of a packet, and frames between two of them.
pub(crate) const HALF: usize = 32;
/// Amplitude of one step of a coefficient.
const STEP: f64 = 1.0 / 256.0;

/// Coefficients of one packet, in steps.
pub(crate) type Spectrum = [i8; HALF];

/// A stream of packets that ends after a number of frames.
pub(crate) fn stream(spectra: &[Spectrum], frames: u64) -> Vec<u8> {
    let packets: Vec<Vec<u8>> = [identification(1), comment(), setup()]
        .into_iter()
        .chain(spectra.iter().map(audio))
        .collect();
    let (heads, audio) = packets.split_at(3);
    let mut bytes = page(2, 0, 0, &heads[..1]);
    bytes.extend(page(0, 0, 1, &heads[1..]));
    bytes.extend(page(4, frames, 2, audio));
    bytes
}

/// What the stream sounds like: inverse transform, window, overlapping halves.
///
/// # Source
/// Vorbis I 4.3.7 and 4.3.8, without any of the usual speed.
pub(crate) fn sound(spectra: &[Spectrum]) -> Vec<f64> {
    let blocks: Vec<Vec<f64>> = spectra.iter().map(block).collect();
    blocks
        .windows(2)
        .flat_map(|pair| {
            let [before, after] = pair else {
                return Vec::new();
            };
            (0..HALF).map(|n| before[HALF + n] + after[n]).collect()
        })
        .collect()
}

fn block(spectrum: &Spectrum) -> Vec<f64> {
    let size = 2 * HALF;
    (0..size)
        .map(|n| {
            let n = n as f64;
            let sum: f64 = spectrum
                .iter()
                .enumerate()
                .map(|(k, step)| {
                    let phase = (2.0 * n + 1.0 + HALF as f64) * (2.0 * k as f64 + 1.0);
                    f64::from(*step) * STEP * (PI / (2.0 * size as f64) * phase).cos()
                })
                .sum();
            let slope = ((n + 0.5) / size as f64 * PI).sin();
            sum * (PI / 2.0 * slope * slope).sin()
        })
        .collect()
}

/// The first packet.
pub(crate) fn identification(channels: u8) -> Vec<u8> {
    let mut bits = Bits::packet(1);
    bits.put(0, 32);
    bits.put(channels.into(), 8);
    bits.put(22_050, 32);
    bits.put(0, 96);
    bits.put(0x66, 8);
    bits.put(1, 8);
    bits.bytes
}

/// The second.
pub(crate) fn comment() -> Vec<u8> {
    let mut bits = Bits::packet(3);
    bits.put(0, 64);
    bits.put(1, 8);
    bits.bytes
}

/// The third: two codebooks, one of everything else; its floor is flat.
pub(crate) fn setup() -> Vec<u8> {
    setup_with(|bits| {
        bits.put(0, 5);
        bits.put(0, 2);
        bits.put(5, 4);
    })
}

/// A stream of one packet whose floor has two points at one place.
pub(crate) fn stream_of_a_broken_floor() -> Vec<u8> {
    let setup = setup_with(|bits| {
        bits.put(1, 5);
        bits.put(0, 4 + 3 + 2);
        bits.put(2, 8);
        bits.put(1, 2);
        bits.put(5, 4);
        bits.put(0, 5);
    });
    let mut audio = Bits::default();
    audio.put(0, 1);
    audio.put(1, 1);
    audio.put(5, 7);
    audio.put(5, 7);
    audio.put(255, 8);
    audio.put(0, 100);
    let mut bytes = page(2, 0, 0, &[identification(1)]);
    bytes.extend(page(0, 0, 1, &[comment(), setup]));
    bytes.extend(page(4, 64, 2, &[audio.bytes]));
    bytes
}

fn setup_with(floor: impl FnOnce(&mut Bits)) -> Vec<u8> {
    let mut bits = Bits::packet(5);
    bits.put(1, 8);
    // Two classes, one bit each.
    bits.put(0x56_4342, 24);
    bits.put(1, 16);
    bits.put(2, 24);
    bits.put(0, 2);
    bits.put(0, 5);
    bits.put(0, 5);
    bits.put(0, 4);
    // 256 values from -128 steps on, eight bits each.
    bits.put(0x56_4342, 24);
    bits.put(1, 16);
    bits.put(256, 24);
    bits.put(0, 2);
    for _ in 0..256 {
        bits.put(7, 5);
    }
    bits.put(1, 4);
    // -0.5 and 1/256 as mantissa and exponent.
    bits.put(1 << 31 | 787 << 21 | 1, 32);
    bits.put(780 << 21 | 1, 32);
    bits.put(7, 4);
    bits.put(0, 1);
    for value in 0..256 {
        bits.put(value, 8);
    }
    // Time: nothing.
    bits.put(0, 6 + 16);
    // One floor of type 1.
    bits.put(0, 6);
    bits.put(1, 16);
    floor(&mut bits);
    // One residue of type 1: a partition of all coefficients, by the second codebook or not at all.
    bits.put(0, 6);
    bits.put(1, 16);
    bits.put(0, 24);
    bits.put(HALF as u128, 24);
    bits.put(HALF as u128 - 1, 24);
    bits.put(1, 6);
    bits.put(0, 8);
    bits.put(0, 4);
    bits.put(1, 4);
    bits.put(1, 8);
    // One mapping, one mode.
    bits.put(0, 6 + 16 + 1 + 1 + 2 + 8 + 8 + 8);
    bits.put(0, 6 + 1 + 16 + 16 + 8);
    bits.put(1, 1);
    bits.bytes
}

/// A packet of sound.
fn audio(spectrum: &Spectrum) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.put(0, 1);
    // A floor that is there, at 0 dB from end to end.
    bits.put(1, 1);
    bits.put(255, 8);
    bits.put(255, 8);
    bits.put(1, 1);
    for step in spectrum {
        // Codewords stand highest bit first.
        let entry = u8::try_from(i16::from(*step) + 128).unwrap();
        bits.put(entry.reverse_bits().into(), 8);
    }
    bits.bytes
}

/// A page of whole packets.
pub(crate) fn page(flags: u8, frames: u64, number: u32, packets: &[Vec<u8>]) -> Vec<u8> {
    let mut segments = Vec::new();
    for packet in packets {
        segments.extend(vec![255; packet.len() / 255]);
        segments.push(u8::try_from(packet.len() % 255).unwrap());
    }
    let mut bytes = b"OggS\0".to_vec();
    bytes.push(flags);
    bytes.extend(frames.to_le_bytes());
    bytes.extend(7_u32.to_le_bytes());
    bytes.extend(number.to_le_bytes());
    // No checksum: the reader plays what can be decoded.
    bytes.extend([0; 4]);
    bytes.push(u8::try_from(segments.len()).unwrap());
    bytes.extend(segments);
    bytes.extend(packets.concat());
    bytes
}

/// Bits, lowest first.
#[derive(Default)]
pub(crate) struct Bits {
    pub(crate) bytes: Vec<u8>,
    used: usize,
}

impl Bits {
    /// A packet of the head.
    pub(crate) fn packet(kind: u8) -> Self {
        let bytes = [&[kind], b"vorbis".as_slice()].concat();
        let used = 8 * bytes.len();
        Self { bytes, used }
    }

    /// Adds the lower bits of a number.
    pub(crate) fn put(&mut self, value: u128, count: usize) {
        for bit in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let one = u8::from(value >> bit & 1 == 1);
            *self.bytes.last_mut().unwrap() |= one << (self.used % 8);
            self.used += 1;
        }
    }
}
