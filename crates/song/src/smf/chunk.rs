//! Chunks of a file: found, measured against what is really there, never trusted.
//!
//! Source: \[SMF\] chunks and header; \[RMID\] for the RIFF form.

use super::Warnings;
use crate::error::{SongError, WarningKind};

/// How far into a file a header may stand when something else was put before it.
const MAX_JUNK: usize = 4_096;

/// A chunk and where its data lies.
#[derive(Debug)]
pub(super) struct Chunk<'a> {
    pub(super) id: [u8; 4],
    /// Position of `data` in the file.
    pub(super) offset: usize,
    pub(super) data: &'a [u8],
}

/// Walks chunks of the form: 4 bytes name, 4 bytes length (most significant first), data.
#[derive(Debug)]
pub(super) struct Chunks<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Chunks<'a> {
    pub(super) const fn new(bytes: &'a [u8], start: usize) -> Self {
        Self { bytes, at: start }
    }

    /// The next chunk, cut to what the file holds; `None` at the end.
    pub(super) fn next_chunk(&mut self, warnings: &mut Warnings) -> Option<Chunk<'a>> {
        let rest = self.bytes.get(self.at..)?;
        let (head, rest) = rest.split_at_checked(8)?;
        let (id, length) = head.split_first_chunk::<4>()?;
        let declared = u32::from_be_bytes(*length.first_chunk::<4>()?);
        let offset = self.at + 8;
        let wanted = usize::try_from(declared).unwrap_or(usize::MAX);
        let data = rest.get(..wanted).unwrap_or_else(|| {
            let kind = WarningKind::TruncatedChunk {
                declared,
                found: rest.len(),
            };
            warnings.push(offset, None, kind);
            rest
        });
        self.at = offset + data.len();
        Some(Chunk {
            id: *id,
            offset,
            data,
        })
    }
}

/// What the header says.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) format: u16,
    pub(super) tracks: u16,
    pub(super) division: u16,
}

/// Where `MThd` stands: at the start, in the `data` chunk of a RIFF `RMID`, or a little further.
pub(super) fn find_header(bytes: &[u8], warnings: &mut Warnings) -> Result<usize, SongError> {
    let not_midi = SongError::NotMidi { len: bytes.len() };
    if bytes.starts_with(b"MThd") {
        return Ok(0);
    }
    if let Some(start) = riff_data(bytes, warnings) {
        return Ok(start);
    }
    let searched = bytes.get(..MAX_JUNK).unwrap_or(bytes);
    let start = searched
        .windows(4)
        .position(|window| window == b"MThd")
        .ok_or(not_midi)?;
    warnings.push(0, None, WarningKind::LeadingJunk);
    Ok(start)
}

/// The `data` chunk of a RIFF `RMID` when it begins with a header.
fn riff_data(bytes: &[u8], warnings: &mut Warnings) -> Option<usize> {
    if !(bytes.starts_with(b"RIFF") && bytes.get(8..12)? == b"RMID") {
        return None;
    }
    let mut at = 12_usize;
    let mut found = None;
    loop {
        let Some((head, rest)) = bytes.get(at..).and_then(|rest| rest.split_at_checked(8)) else {
            return found;
        };
        let (id, length) = head.split_at_checked(4)?;
        let length = u32::from_le_bytes(*length.first_chunk::<4>()?);
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        match id {
            b"data" if found.is_none() && rest.starts_with(b"MThd") => found = Some(at + 8),
            b"RIFF" if rest.starts_with(b"DLS ") => {
                warnings.push(at, None, WarningKind::EmbeddedBank);
            }
            _ => {}
        }
        // Chunks are padded to even lengths.
        at = at
            .saturating_add(8)
            .saturating_add(length)
            .saturating_add(length % 2);
    }
}

/// Reads the header chunk at `start` and moves `start` behind it.
pub(super) fn read_header(
    bytes: &[u8],
    start: &mut usize,
    warnings: &mut Warnings,
) -> Result<Header, SongError> {
    let mut chunks = Chunks::new(bytes, *start);
    let chunk = chunks.next_chunk(warnings).ok_or(SongError::ShortHeader {
        offset: *start + 4,
        found: 0,
    })?;
    let short = SongError::ShortHeader {
        offset: chunk.offset,
        found: chunk.data.len(),
    };
    let &[a, b, c, d, e, f] = chunk.data.first_chunk::<6>().ok_or(short)?;
    *start = chunks.at;
    Ok(Header {
        format: u16::from_be_bytes([a, b]),
        tracks: u16::from_be_bytes([c, d]),
        division: u16::from_be_bytes([e, f]),
    })
}
