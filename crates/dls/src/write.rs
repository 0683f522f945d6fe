//! The writer: a bank to a DLS Level 2 file.
//!
//! In: a bank. Out: bytes that any reader of DLS takes and that [`Bank::read`] turns into an equal
//! bank. Owner: the caller. Thread: control.
//! Source: \[DLS2\] file structure.
//!
//! What plain DLS cannot say (SoundFont's rules, connections among connections, fixed keys, 24 bit)
//! stands in chunks of our own, which other readers skip; they get the nearest that DLS can say.
//! Instruments that play by SoundFont's rules are written with the connections that these imply
//! and DLS does not.

use std::io::{self, BufWriter, ErrorKind, Write};

use crate::bank::Bank;

mod file;
mod parts;

use file::Layout;

/// A DLS Level 2 file of a bank; [`Bank::warnings`] are no part of it.
///
/// [`Bank::read`] gives the same bank back, without a warning, if the bank is one that a file can
/// hold. It can hold whatever reading gave, if that has an instrument, and any other in which
/// - there is a wave, an instrument, and in every instrument a region,
/// - indices, ranges, loops and rates keep what [`crate::bank`] says of them, and lists and texts
///   the [`crate::limits`], of which a SoundFont instrument's list leaves ten connections free,
/// - no list holds a key twice or, at a SoundFont instrument, what its rules imply,
/// - texts hold no zero character and names of texts none but those of texts,
/// - gains of wave samples lie within -96..=96 dB.
///
/// Of a bank beyond that, a file is written that can be read, with what does not fit left out or
/// put right by the reader. A file holds at most 4 GiB; [`to_writer`] refuses a longer one.
///
/// # Real-time
/// Control side only. Not real-time: allocates.
///
/// # Source
/// \[DLS2\] file structure; Microsoft RIFF.
#[must_use]
pub fn to_dls(bank: &Bank) -> Vec<u8> {
    let layout = layout(bank);
    let mut bytes = Vec::with_capacity(usize::try_from(layout.length).unwrap_or_default());
    let written = layout.write(&mut bytes, |file| parts::bank(bank, file));
    debug_assert!(written.is_ok(), "memory takes every byte");
    bytes
}

/// Writes the same file to wherever bytes go; nothing of it is held in memory.
///
/// # Errors
/// What `out` says, or [`ErrorKind::FileTooLarge`] before anything is written.
///
/// # Real-time
/// Control side only. Not real-time: writes and allocates.
pub fn to_writer(bank: &Bank, out: impl Write) -> io::Result<()> {
    let layout = layout(bank);
    if layout.length > u64::from(u32::MAX) {
        return Err(ErrorKind::FileTooLarge.into());
    }
    let mut out = BufWriter::new(out);
    layout.write(&mut out, |file| parts::bank(bank, file))?;
    out.flush()
}

/// Bytes of the file that [`to_dls`] would give.
#[must_use]
pub fn length(bank: &Bank) -> u64 {
    layout(bank).length
}

fn layout(bank: &Bank) -> Layout {
    Layout::of(|file| parts::bank(bank, file))
}
