//! Bounds-checked walk over RIFF chunks.
//!
//! In: a slice of the file and its offset. Out: chunks that borrow from it.
//! A declared length is compared with the bytes that are left, never added to a position and
//! never used to allocate. Nothing here recurses: whoever wants a list's children asks for them.
//! Source: \[DLS2\] RIFF; the tolerance is for files met in the wild.

use crate::error::{Defect, FourCc};
use crate::findings::{Findings, Place};

/// The id of a chunk that holds a type and other chunks.
pub(crate) const LIST: FourCc = FourCc(*b"LIST");
/// The id of a whole file, or of a file within a file.
pub(crate) const RIFF: FourCc = FourCc(*b"RIFF");
/// Bytes before a chunk's body: id and size.
pub(crate) const HEADER: usize = 8;

/// One chunk, its body already cut to the bytes that are there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chunk<'a> {
    /// What it is.
    pub(crate) id: FourCc,
    /// Offset of the id in the file.
    pub(crate) offset: usize,
    /// What it holds, pad byte not included.
    pub(crate) body: &'a [u8],
}

/// A chunk by its id, or a list by its type: neither passes for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Holds a structure or data.
    Plain(FourCc),
    /// Holds other chunks.
    List(FourCc),
}

impl Kind {
    /// The id or type alone.
    pub(crate) fn name(self) -> FourCc {
        match self {
            Self::Plain(name) | Self::List(name) => name,
        }
    }
}

impl<'a> Chunk<'a> {
    /// The type of a `LIST` or `RIFF` chunk.
    pub(crate) fn list_type(&self) -> Option<FourCc> {
        if self.id != LIST && self.id != RIFF {
            return None;
        }
        self.body.first_chunk().map(|id| FourCc(*id))
    }

    /// What the chunk is to a reader.
    pub(crate) fn kind(&self) -> Kind {
        self.list_type().map_or(Kind::Plain(self.id), Kind::List)
    }

    /// The chunks of a list, from the first byte after its type.
    pub(crate) fn children(&self) -> Chunks<'a> {
        Chunks {
            rest: self.body.get(4..).unwrap_or_default(),
            offset: self.offset.saturating_add(HEADER + 4),
        }
    }

    /// The numbers of a chunk that holds a structure.
    pub(crate) fn fields(&self) -> Fields<'a> {
        Fields(self.body)
    }
}

/// Chunks that follow each other. As an iterator it says nothing of what it forgives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chunks<'a> {
    /// What has not been walked yet.
    rest: &'a [u8],
    /// Offset of `rest` in the file.
    offset: usize,
}

impl<'a> Chunks<'a> {
    /// Offset of the next chunk in the file.
    pub(crate) fn offset(&self) -> usize {
        self.offset
    }

    /// The next chunk; what had to be forgiven on the way goes to `findings`.
    pub(crate) fn next_noted(
        &mut self,
        place: &Place<'_>,
        findings: &mut Findings,
    ) -> Option<Chunk<'a>> {
        self.advance(&mut |offset, defect| findings.note(place, offset, defect))
    }

    fn advance(&mut self, note: &mut dyn FnMut(usize, Defect)) -> Option<Chunk<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let Some((id, declared, after)) = header(self.rest) else {
            note(
                self.offset,
                Defect::TrailingBytes {
                    bytes: self.rest.len(),
                },
            );
            self.rest = &[];
            return None;
        };
        if !id.is_printable() {
            note(
                self.offset,
                Defect::NotAChunk {
                    bytes: self.rest.len(),
                },
            );
            self.rest = &[];
            return None;
        }
        let used = known_size(id)
            .filter(|known| *known != declared && !leads_on(after, declared))
            .filter(|known| leads_on(after, *known));
        if let Some(used) = used {
            note(self.offset, Defect::KnownSize { declared, used });
        }
        let declared = used.unwrap_or(declared);
        let (body, tail) = after.split_at_checked(length(declared)).unwrap_or_else(|| {
            note(
                self.offset,
                Defect::SizeBeyondEnd {
                    declared,
                    available: after.len(),
                },
            );
            (after, &[])
        });
        let chunk = Chunk {
            id,
            offset: self.offset,
            body,
        };
        let body_end = self
            .offset
            .saturating_add(HEADER)
            .saturating_add(body.len());
        let odd = body.len() % 2 == 1 && body.len() == length(declared);
        let pad = usize::from(odd && has_pad(tail));
        if odd && pad == 0 {
            note(body_end, Defect::MissingPad);
        }
        self.rest = tail.get(pad..).unwrap_or_default();
        self.offset = body_end.saturating_add(pad);
        Some(chunk)
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.advance(&mut |_, _| {})
    }
}

/// Id, declared size and everything after them.
pub(crate) fn header(bytes: &[u8]) -> Option<(FourCc, u32, &[u8])> {
    let (id, rest) = bytes.split_first_chunk()?;
    let (size, after) = rest.split_first_chunk()?;
    Some((FourCc(*id), u32::from_le_bytes(*size), after))
}

/// A declared length as a number of bytes.
pub(crate) fn length(declared: u32) -> usize {
    usize::try_from(declared).unwrap_or(usize::MAX)
}

/// The size of a chunk that some writers of mobile banks get wrong.
fn known_size(id: FourCc) -> Option<u32> {
    match &id.0 {
        b"crs1" => Some(28),
        b"crs2" => Some(0),
        _ => None,
    }
}

/// Whether a body of this size is followed by the end or another chunk.
fn leads_on(after: &[u8], size: u32) -> bool {
    match after.get(length(size)..) {
        None => false,
        Some([]) => true,
        Some([_]) => size % 2 == 1,
        Some(tail @ [_, padded @ ..]) => {
            starts_chunk(tail) || (size % 2 == 1 && starts_chunk(padded))
        }
    }
}

/// Whether the pad byte after an odd body is there.
///
/// Some writers leave it out. It is missing when a whole chunk follows at once and none follows
/// one byte later.
fn has_pad(tail: &[u8]) -> bool {
    match tail {
        [] => false,
        [_, padded @ ..] => starts_chunk(padded) || !starts_chunk(tail),
    }
}

/// Whether a chunk with a sound id and a size within bounds begins here.
fn starts_chunk(bytes: &[u8]) -> bool {
    header(bytes)
        .is_some_and(|(id, declared, after)| id.is_printable() && length(declared) <= after.len())
}

/// Little-endian numbers at offsets within a structure; `None` past its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl<'a> Fields<'a> {
    /// The structure from `at` on, empty past the end.
    pub(crate) fn from(&self, at: usize) -> Self {
        Self(self.0.get(at..).unwrap_or_default())
    }

    /// Bytes of the structure.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// `N` bytes at `at`.
    pub(crate) fn array<const N: usize>(&self, at: usize) -> Option<&'a [u8; N]> {
        self.0.get(at..)?.first_chunk()
    }

    /// Unsigned 16 bit number at `at`.
    pub(crate) fn u16(&self, at: usize) -> Option<u16> {
        self.array(at).map(|bytes| u16::from_le_bytes(*bytes))
    }

    /// Signed 16 bit number at `at`.
    pub(crate) fn i16(&self, at: usize) -> Option<i16> {
        self.array(at).map(|bytes| i16::from_le_bytes(*bytes))
    }

    /// Unsigned 32 bit number at `at`.
    pub(crate) fn u32(&self, at: usize) -> Option<u32> {
        self.array(at).map(|bytes| u32::from_le_bytes(*bytes))
    }

    /// Signed 32 bit number at `at`.
    pub(crate) fn i32(&self, at: usize) -> Option<i32> {
        self.array(at).map(|bytes| i32::from_le_bytes(*bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Id, offset and length of the body.
    type Found = (FourCc, usize, usize);

    fn walk(bytes: &[u8]) -> (Vec<Found>, Vec<(usize, Defect)>) {
        let mut chunks = Chunks {
            rest: bytes,
            offset: 100,
        };
        let mut defects = Vec::new();
        let mut found = Vec::new();
        while let Some(chunk) = chunks.advance(&mut |offset, defect| defects.push((offset, defect)))
        {
            found.push((chunk.id, chunk.offset, chunk.body.len()));
        }
        (found, defects)
    }

    const ONE: FourCc = FourCc(*b"one ");
    const TWO: FourCc = FourCc(*b"two ");

    #[test]
    fn padded_chunks_follow_each_other_in_silence() {
        let (found, defects) = walk(b"one \x03\0\0\0abc\0two \x02\0\0\0de");
        assert_eq!(found, [(ONE, 100, 3), (TWO, 112, 2)]);
        assert_eq!(defects, []);
    }

    #[test]
    fn missing_pad_is_noticed_where_it_is_missing() {
        let (found, defects) = walk(b"one \x03\0\0\0abctwo \x02\0\0\0de");
        assert_eq!(found, [(ONE, 100, 3), (TWO, 111, 2)]);
        assert_eq!(defects, [(111, Defect::MissingPad)]);
    }

    #[test]
    fn size_that_looks_like_a_letter_does_not_hide_a_missing_pad() {
        let mut bytes = b"one \x03\0\0\0abctwo !\0\0\0".to_vec();
        bytes.extend([0xFF; 0x21]);
        let (found, defects) = walk(&bytes);
        assert_eq!(found, [(ONE, 100, 3), (TWO, 111, 0x21)]);
        assert!(defects.contains(&(111, Defect::MissingPad)));
    }

    #[test]
    fn crystal_chunk_of_a_wrong_size_is_as_long_as_it_always_is() {
        for (id, declared, length) in [(b"crs1", 4_u32, 28), (b"crs1", 400, 28), (b"crs2", 7, 0)] {
            let size = declared.to_le_bytes();
            let bytes = [&id[..], &size, &vec![7; length], b"two \x02\0\0\0de"].concat();
            let (found, defects) = walk(&bytes);
            assert_eq!(found, [(FourCc(*id), 100, length), (TWO, 108 + length, 2)]);
            let used = u32::try_from(length).unwrap();
            assert_eq!(defects, [(100, Defect::KnownSize { declared, used })]);
        }
    }

    #[test]
    fn crystal_chunk_whose_size_leads_on_is_believed() {
        for bytes in [
            &b"crs2\x02\0\0\0abtwo \x02\0\0\0de"[..],
            b"crs1\x03\0\0\0abc\0two \x02\0\0\0de",
            b"crs1\x02\0\0\0ab",
        ] {
            assert_eq!(walk(bytes).1, []);
        }
    }

    #[test]
    fn pad_that_is_not_zero_is_still_a_pad() {
        let (found, defects) = walk(b"one \x03\0\0\0abc!two \x02\0\0\0de");
        assert_eq!(found, [(ONE, 100, 3), (TWO, 112, 2)]);
        assert_eq!(defects, []);
    }

    #[test]
    fn pad_before_a_cut_chunk_is_a_pad() {
        let (found, defects) = walk(b"one \x03\0\0\0abc\0two \x09\0\0\0de");
        assert_eq!(found, [(ONE, 100, 3), (TWO, 112, 2)]);
        assert_eq!(
            defects,
            [(
                112,
                Defect::SizeBeyondEnd {
                    declared: 9,
                    available: 2
                }
            )]
        );
    }

    #[test]
    fn size_is_cut_to_what_is_there() {
        let (found, defects) = walk(b"one \xFF\xFF\xFF\xFFabc");
        assert_eq!(found, [(ONE, 100, 3)]);
        let cut = Defect::SizeBeyondEnd {
            declared: u32::MAX,
            available: 3,
        };
        assert_eq!(defects, [(100, cut)]);
    }

    #[test]
    fn too_few_bytes_for_a_chunk_end_the_walk() {
        let (found, defects) = walk(b"one \0\0\0\0two \0\0\0");
        assert_eq!(found, [(ONE, 100, 0)]);
        assert_eq!(defects, [(108, Defect::TrailingBytes { bytes: 7 })]);
    }

    #[test]
    fn list_type_is_no_child() {
        let body = b"INFOone \0\0\0\0";
        let list = Chunk {
            id: LIST,
            offset: 100,
            body,
        };
        assert_eq!(list.kind(), Kind::List(FourCc(*b"INFO")));
        let children: Vec<usize> = list.children().map(|child| child.offset).collect();
        assert_eq!(children, [112]);
    }

    #[test]
    fn list_without_a_type_is_plain_and_has_no_children() {
        let list = Chunk {
            id: LIST,
            offset: 0,
            body: b"abc",
        };
        assert_eq!(list.kind(), Kind::Plain(LIST));
        assert_eq!(list.children().count(), 0);
    }

    #[test]
    fn fields_end_with_the_structure() {
        let fields = Fields(&[1, 2, 3, 4, 5]);
        assert_eq!(fields.u32(0), Some(0x0403_0201));
        assert_eq!(fields.u16(3), Some(0x0504));
        assert_eq!(fields.u16(4), None);
        assert_eq!(fields.u32(usize::MAX), None);
        assert_eq!(fields.from(3).len(), 2);
        assert_eq!(fields.from(9).len(), 0);
    }
}
