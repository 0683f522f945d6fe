//! What a file may ask of the reader, whatever it declares.
//!
//! Counts beside these are bounded by the file's own length: nothing is allocated for a declared
//! number, only for bytes that are there. Frames of all waves together never exceed twice the bytes
//! of the file, since a frame takes at least half of one and no wave is read twice. Nesting is
//! bounded by construction: the reader descends only into the lists it knows, seven deep, and
//! skips all others whole.

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
