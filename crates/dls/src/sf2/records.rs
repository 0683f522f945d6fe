//! A table of the hydra: records of one size, and runs of them that belong to somebody.
//!
//! In: a chunk. Out: records by number, and ranges of numbers that never overlap, whatever the
//! indices of the file say, so that walking all of them is linear in the table.
//! Source: \[SF2\] the hydra.

use std::ops::Range;

use crate::error::{Defect, FourCc};
use crate::findings::{Findings, Place};
use crate::riff::{Chunk, Fields, HEADER};

/// Records of `N` bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table<'a, const N: usize> {
    /// The chunk's id.
    pub(super) id: FourCc,
    records: &'a [[u8; N]],
    /// Records without a terminal one.
    count: usize,
    /// Of the first record in the file.
    offset: usize,
}

impl<'a, const N: usize> Table<'a, N> {
    /// The whole records of a chunk.
    pub(super) fn read(chunk: &Chunk<'a>, place: &Place<'_>, findings: &mut Findings) -> Self {
        let (records, rest) = chunk.body.as_chunks();
        if !rest.is_empty() {
            let defect = Defect::RecordRest {
                bytes: rest.len(),
                record: N,
            };
            findings.note(&place.chunk(chunk.id), chunk.offset, defect);
        }
        Self {
            id: chunk.id,
            records,
            count: records.len(),
            offset: chunk.offset.saturating_add(HEADER),
        }
    }

    /// A table that is not there.
    pub(super) const fn empty(id: FourCc, offset: usize) -> Self {
        Self {
            id,
            records: &[],
            count: 0,
            offset,
        }
    }

    /// Number of records, without a terminal one that was found.
    pub(super) const fn len(&self) -> usize {
        self.count
    }

    /// One record; the one behind the last is the terminal one.
    pub(super) fn get(&self, index: usize) -> Option<Fields<'a>> {
        self.records.get(index).map(|record| Fields(record))
    }

    /// The records of a range, as far as they are there.
    pub(super) fn slice(&self, range: &Range<usize>) -> &'a [[u8; N]] {
        self.records.get(range.clone()).unwrap_or_default()
    }

    /// Where a record stands in the file.
    pub(super) const fn offset(&self, index: usize) -> usize {
        self.offset.saturating_add(index.saturating_mul(N))
    }

    /// The table without its terminal record.
    ///
    /// - `is_terminal`: whether the last record is one; where it is not, it is taken as any other
    pub(super) fn without_terminal(
        mut self,
        is_terminal: impl Fn(Fields<'_>) -> bool,
        place: &Place<'_>,
        findings: &mut Findings,
    ) -> Self {
        if let Some((last, others)) = self.records.split_last() {
            if is_terminal(Fields(last)) {
                self.count = others.len();
            } else {
                let offset = self.offset(others.len());
                findings.note(&place.chunk(self.id), offset, Defect::TerminalMissing);
            }
        }
        self
    }
}

/// Bytes from which on allocators give a vector pages of its own, of which those count that are
/// written to, and which go back to the system with it.
const ROOM: usize = 128 << 10;

/// Bytes below which a vector is not worth pages of its own: a small file takes little memory.
const SMALL: usize = 32 << 10;

/// A vector for something of every record, which is forgotten when the file has been read.
///
/// - `count`: of the records, in the file
pub(super) fn passing<T>(count: usize) -> Vec<T> {
    let size = size_of::<T>().max(1);
    if count.saturating_mul(size) < SMALL {
        return Vec::with_capacity(count);
    }
    Vec::with_capacity(count.max(ROOM.div_ceil(size)))
}

/// Hands out runs of a table, one after the other.
#[derive(Debug)]
pub(super) struct Runs {
    /// Records of the table.
    count: usize,
    /// Records that were handed out.
    taken: usize,
}

impl Runs {
    /// - `count`: records of the table that runs are taken from
    pub(super) const fn of(count: usize) -> Self {
        Self { count, taken: 0 }
    }

    /// The run between two indices.
    ///
    /// - `end`: of the next owner; nothing if there is none, and all that is left belongs to this
    pub(super) fn take(
        &mut self,
        start: Option<u16>,
        end: Option<u16>,
        note: &mut dyn FnMut(Defect),
    ) -> Range<usize> {
        let start = self.within(start, note).unwrap_or(self.count);
        let end = self.within(end, note).unwrap_or(self.count);
        if start < self.taken && start < end {
            note(Defect::IndexBack {
                index: start,
                taken: self.taken,
            });
        } else if end < start {
            note(Defect::IndexBack {
                index: end,
                taken: start,
            });
        }
        let start = start.max(self.taken);
        let end = end.max(start);
        self.taken = end;
        start..end
    }

    fn within(&self, index: Option<u16>, note: &mut dyn FnMut(Defect)) -> Option<usize> {
        let index = usize::from(index?);
        if index > self.count {
            note(Defect::IndexBeyond {
                index,
                count: self.count,
            });
        }
        Some(index.min(self.count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(count: usize, indices: &[u16]) -> (Vec<Range<usize>>, Vec<Defect>) {
        let mut runs = Runs::of(count);
        let mut defects = Vec::new();
        let ends = indices.iter().skip(1).map(|end| Some(*end)).chain([None]);
        let taken = indices
            .iter()
            .zip(ends)
            .map(|(start, end)| runs.take(Some(*start), end, &mut |defect| defects.push(defect)))
            .collect();
        (taken, defects)
    }

    #[test]
    fn rising_indices_divide_a_table_in_silence() {
        let (taken, defects) = runs(9, &[0, 2, 2, 7]);
        assert_eq!(taken, [0..2, 2..2, 2..7, 7..9]);
        assert_eq!(defects, []);
    }

    #[test]
    fn no_record_is_taken_twice_when_indices_go_back() {
        let (taken, defects) = runs(9, &[0, 5, 1, 6]);
        assert_eq!(taken, [0..5, 5..5, 5..6, 6..9]);
        assert_eq!(defects.len(), 2);
    }

    #[test]
    fn index_beyond_the_table_is_its_end() {
        let (taken, defects) = runs(3, &[1, 9]);
        assert_eq!(taken, [1..3, 3..3]);
        assert_eq!(defects, [Defect::IndexBeyond { index: 9, count: 3 }; 2]);
    }
}
