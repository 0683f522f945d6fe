//! What a file may ask of the reader, whatever it declares.
//!
//! Counts beside these are bounded by the file's own length: nothing is allocated for a declared
//! number, only for bytes that are there. Frames of all waves of a collection together never exceed
//! twice the bytes of the file, since a frame takes at least half of one and no wave is read twice;
//! those of a SoundFont look at the file's own memory, or are decoded within [`decoded_frames`].
//! Nesting is bounded by construction: the reader descends only into the lists it knows, seven deep,
//! and skips all others whole.

/// Instruments of one bank: every program in every bank of one bank select byte.
pub const INSTRUMENTS: usize = 128 * 128;

/// Regions of one instrument: every key at every velocity.
pub const REGIONS: usize = 128 * 128;

/// Connections of one list, instrument's or region's. A Level 2 device needs 8192 for a whole
/// bank; the implied connections are fewer than sixty.
pub const CONNECTIONS: usize = 1024;

/// Bytes for each byte of a file that copies of what it says once may take: the second channels of
/// its recordings, what the aliases of a mobile bank stand for.
pub const COPIES: usize = 4;

/// Bytes of one text.
pub const TEXT_BYTES: usize = 65_536;

/// Texts of one part: more than three times those that are known.
pub const TEXTS: usize = 64;

/// Warnings kept; of the rest only the number is kept.
pub const WARNINGS: usize = 256;

/// Highest rate of a recording, frames per second.
pub const SAMPLE_RATE_HZ: u32 = 768_000;

/// Values on the stack of a conditional chunk. A device has to offer 8.
pub const CONDITION_STACK: usize = 64;

/// Generators of one zone of a SoundFont. There are 61, each once.
pub const GENERATORS: usize = 1024;

/// Modulators of one zone of a SoundFont.
pub const MODULATORS: usize = 64;

/// Pairs of a preset's and an instrument's zone that are compared, in the whole file.
pub const ZONE_PAIRS: usize = 1 << 24;

/// Bytes that the regions of a SoundFont may take: a small file can name very many of them, since
/// every zone of a preset repeats all zones of an instrument.
#[must_use]
pub const fn region_bytes(file_bytes: usize) -> usize {
    file_bytes.saturating_mul(6).saturating_add(1 << 20)
}

/// Frames that the compressed samples of a SoundFont may have together.
#[must_use]
pub const fn decoded_frames(file_bytes: usize) -> usize {
    file_bytes.saturating_mul(8).saturating_add(1 << 16)
}

/// Numbers that the codebooks of compressed samples may hold, in all different heads together.
#[must_use]
pub const fn codebook_numbers(file_bytes: usize) -> usize {
    file_bytes.saturating_mul(64).saturating_add(1 << 22)
}
