//! The frame of a chunk: its table of offsets, and reads that never leave the chunk.
//!
//! Source: \[hdr\] dmdls.h: DMUS_DOWNLOADINFO, DMUS_OFFSETTABLE.

use super::{ChunkError, HEAD};
use crate::riff::{Fields, length};

/// A chunk whose table is sound.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chunk<'a> {
    bytes: &'a [u8],
    /// Offsets from the start, each past the table and within the chunk.
    table: &'a [[u8; 4]],
}

/// What stands at an offset: reads past the end of the chunk are errors.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    fields: Fields<'a>,
    /// Bytes of the whole chunk.
    end: usize,
}

impl<'a> Chunk<'a> {
    /// - `bytes`: the whole chunk
    /// - `entries`: declared size of its table
    pub(super) fn new(bytes: &'a [u8], entries: usize) -> Result<Self, ChunkError> {
        if entries == 0 {
            return Err(ChunkError::BadOffsetTable { index: 0 });
        }
        let (table, _) = bytes.get(HEAD..).unwrap_or_default().as_chunks::<4>();
        let table = table.get(..entries).ok_or(ChunkError::Truncated {
            offset: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
        })?;
        // The table fits into the bytes: the sum cannot overflow.
        let first = HEAD + 4 * entries;
        for (index, offset) in (0..).zip(table) {
            let offset = length(u32::from_le_bytes(*offset));
            let follows = if index == 0 {
                offset == first
            } else {
                offset >= first
            };
            if !follows || offset >= bytes.len() {
                return Err(ChunkError::BadOffsetTable { index });
            }
        }
        Ok(Self { bytes, table })
    }

    /// Number of entries in the table, at least 1.
    pub(super) const fn entries(&self) -> usize {
        self.table.len()
    }

    /// What stands at an entry's offset.
    pub(super) fn part(&self, index: u32) -> Result<Part<'a>, ChunkError> {
        let offset = self
            .table
            .get(length(index))
            .ok_or(ChunkError::BadOffsetTable { index })?;
        Ok(Part {
            fields: Fields(self.bytes).from(length(u32::from_le_bytes(*offset))),
            end: self.bytes.len(),
        })
    }

    /// The part of an index that may be 0 for none.
    pub(super) fn optional(&self, index: u32) -> Result<Option<Part<'a>>, ChunkError> {
        if index == 0 {
            return Ok(None);
        }
        self.part(index).map(Some)
    }

    /// Where the bytes of a counted part begin, from the start of the chunk.
    pub(super) fn data_offset(&self, index: u32) -> usize {
        let offset = self.table.get(length(index)).copied().unwrap_or_default();
        length(u32::from_le_bytes(offset)).saturating_add(4)
    }

    /// Bytes of a part that begins with their number.
    pub(super) fn counted(&self, index: u32) -> Result<Option<&'a [u8]>, ChunkError> {
        let Some(part) = self.optional(index)? else {
            return Ok(None);
        };
        let size = part.u32(0)?;
        part.bytes(4, length(size)).map(Some)
    }
}

impl<'a> Part<'a> {
    fn truncated(&self) -> ChunkError {
        ChunkError::Truncated {
            offset: u32::try_from(self.end).unwrap_or(u32::MAX),
        }
    }

    pub(super) fn u16(&self, at: usize) -> Result<u16, ChunkError> {
        self.fields.u16(at).ok_or_else(|| self.truncated())
    }

    pub(super) fn i16(&self, at: usize) -> Result<i16, ChunkError> {
        self.fields.i16(at).ok_or_else(|| self.truncated())
    }

    pub(super) fn u32(&self, at: usize) -> Result<u32, ChunkError> {
        self.fields.u32(at).ok_or_else(|| self.truncated())
    }

    pub(super) fn i32(&self, at: usize) -> Result<i32, ChunkError> {
        self.fields.i32(at).ok_or_else(|| self.truncated())
    }

    pub(super) fn bytes(&self, at: usize, count: usize) -> Result<&'a [u8], ChunkError> {
        let Fields(bytes) = self.fields.from(at);
        bytes.get(..count).ok_or_else(|| self.truncated())
    }
}
