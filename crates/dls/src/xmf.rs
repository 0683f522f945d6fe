//! Extensible music files: a tree of resources, of which one is a bank.
//!
//! In: the bytes of a file that begins with `XMF_`. Out: where its bank lies, to be read in place.
//! Every node is looked at once; nothing recurses.
//! Source: \[XMF\] file header, nodes, references; version 2 is Mobile XMF.

use std::ops::Range;

use crate::error::{FourCc, ReadError, ReadErrorKind};
use crate::riff::RIFF;

/// The first bytes of such a file.
pub(crate) const XMF: FourCc = FourCc(*b"XMF_");

/// The resource follows the head of its node.
const IN_LINE: u64 = 1;
/// The resource lies elsewhere in the file.
const IN_FILE: u64 = 2;

/// Finds the bank of a file.
pub(crate) fn bank_in(bytes: &[u8]) -> Result<Range<usize>, ReadError> {
    let error = |kind, offset| ReadError {
        kind,
        offset,
        path: XMF.to_string(),
    };
    let mut packed = None;
    let mut open: Vec<Range<usize>> = root(bytes).into_iter().collect();
    while let Some(mut nodes) = open.pop() {
        let Some(node) = Node::read(bytes, nodes.clone()) else {
            continue;
        };
        nodes.start = node.end;
        if !nodes.is_empty() {
            open.push(nodes);
        }
        if node.is_folder {
            open.push(node.content);
        } else if node.is_packed {
            packed = packed.or(Some(node.content.start));
        } else if bytes.get(node.content.clone()).is_some_and(is_bank) {
            return Ok(node.content);
        }
    }
    Err(match packed {
        Some(offset) => error(ReadErrorKind::Packed, offset),
        None => {
            let list = FourCc(*b"DLS ");
            error(ReadErrorKind::Missing { list }, 0)
        }
    })
}

fn is_bank(resource: &[u8]) -> bool {
    resource.starts_with(&RIFF.0)
}

/// The tree of a file, which is one node.
fn root(bytes: &[u8]) -> Option<Range<usize>> {
    let mut cursor = Cursor { bytes, at: 4 };
    let version = bytes.get(4..8)?;
    cursor.at = if version == b"2.00" { 16 } else { 8 };
    let _length = cursor.number()?;
    let types = cursor.number()?;
    cursor.skip(types)?;
    let start = usize::try_from(cursor.number()?).ok()?;
    let root = Node::read(bytes, start..bytes.len())?;
    Some(start..root.end)
}

/// A folder or a file of the tree.
struct Node {
    /// Where the next node begins, past the beginning of this one.
    end: usize,
    /// Its nodes, or the resource.
    content: Range<usize>,
    is_folder: bool,
    /// The resource has to be unpacked first.
    is_packed: bool,
}

impl Node {
    /// The first of several nodes.
    fn read(bytes: &[u8], nodes: Range<usize>) -> Option<Self> {
        let whole = bytes.len();
        let bytes = bytes.get(..nodes.end)?;
        let start = nodes.start;
        let mut cursor = Cursor { bytes, at: start };
        let length = cursor.number()?;
        let items = cursor.number()?;
        let head = cursor.number()?;
        let texts = cursor.number()?;
        cursor.skip(texts)?;
        let unpackers = cursor.number()?;
        let mut body = Cursor { bytes, at: start };
        body.skip(length)?;
        let end = body.at.max(start + 1);
        body.at = start;
        body.skip(head)?;
        let content = match body.number()? {
            IN_LINE => body.at..end,
            IN_FILE if items == 0 => usize::try_from(body.number()?).ok()?..whole,
            _ => end..end,
        };
        Some(Self {
            end,
            content,
            is_folder: items > 0,
            is_packed: unpackers > 0,
        })
    }
}

/// Numbers of seven bits a byte, most significant first.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    /// The next number; at most nine bytes are one.
    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for _ in 0..9 {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            number = number << 7 | u64::from(byte & 0x7F);
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// Steps over bytes that are there.
    fn skip(&mut self, bytes: u64) -> Option<()> {
        let at = self.at.checked_add(usize::try_from(bytes).ok()?)?;
        self.at = at;
        (at <= self.bytes.len()).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A node of content; lengths here fit in one byte each.
    fn node(items: u8, unpackers: &[u8], reference: u8, content: &[u8]) -> Vec<u8> {
        let head = 5 + u8::try_from(unpackers.len()).unwrap();
        let length = head + 1 + u8::try_from(content.len()).unwrap();
        let sizes = [length, items, head, 0, head - 5];
        [&sizes[..], unpackers, &[reference], content].concat()
    }

    fn file(version: &[u8], root: &[u8]) -> Vec<u8> {
        let types = if version == b"2.00" {
            &[0, 0, 0, 2, 0, 0, 0, 1][..]
        } else {
            &[]
        };
        let start = u8::try_from(8 + types.len() + 5).unwrap();
        let head = [&[99, 1, 7][..], &[start, 99]].concat();
        [b"XMF_", version, types, &head, root].concat()
    }

    fn song() -> Vec<u8> {
        node(0, &[], 1, b"MThd")
    }

    #[test]
    fn a_bank_is_found_behind_the_song_in_either_version() {
        let bank = node(0, &[], 1, b"RIFF....");
        let folder = node(1, &[], 1, &bank);
        let root = node(2, &[], 1, &[song(), folder].concat());
        for version in [b"1.00", b"2.00"] {
            let file = file(version, &root);
            let found = bank_in(&file).unwrap();
            assert_eq!(&file[found], b"RIFF....");
        }
    }

    #[test]
    fn a_bank_elsewhere_in_the_file_is_found() {
        let mut file = file(b"1.00", &node(1, &[], 1, &node(0, &[], 2, &[40])));
        file.resize(40, 0);
        file.extend(b"RIFF");
        assert_eq!(bank_in(&file).unwrap(), 40..44);
    }

    #[test]
    fn a_packed_bank_is_refused_by_its_place() {
        let root = node(1, &[], 1, &node(0, &[0, 1, 9], 1, b"zlib"));
        let error = bank_in(&file(b"2.00", &root)).unwrap_err();
        assert_eq!(error.kind, ReadErrorKind::Packed);
        assert_eq!(error.path, "XMF_");
    }

    #[test]
    fn a_file_without_a_bank_or_cut_anywhere_is_refused() {
        let whole = file(b"2.00", &node(1, &[], 1, &song()));
        for end in 0..=whole.len() {
            let list = FourCc(*b"DLS ");
            let error = bank_in(&whole[..end]).unwrap_err();
            assert_eq!(error.kind, ReadErrorKind::Missing { list });
        }
    }
}
