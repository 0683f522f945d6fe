//! A file that is gone through twice: first to learn how long each chunk is, then to write it.
//!
//! In: numbers, bytes, and chunks around them. Out: sizes, then bytes in one stream.
//! Nothing of the file is held but one number for each chunk, so that a bank of any size is written
//! beside itself.
//! Source: Microsoft RIFF.

use std::io::{self, Write};

use crate::bank::Frames;
use crate::error::FourCc;

/// Frames that are turned round at a time where the machine puts the highest byte first.
const STEP: usize = 4096;

/// What the first pass found out.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// Bytes of the whole file.
    pub(super) length: u64,
    /// Bytes of every chunk, in the order in which they begin.
    sizes: Vec<u64>,
    /// Marks, in the order in which they were set.
    marks: Vec<u64>,
}

impl Layout {
    /// Measures what `content` writes.
    pub(super) fn of(content: impl FnOnce(&mut File<'_>)) -> Self {
        let mut layout = Self::default();
        let mut file = File {
            position: 0,
            layout: &Self::default(),
            pass: Pass::Measure(&mut layout),
            chunks: 0,
            marked: 0,
        };
        content(&mut file);
        layout.length = file.position;
        layout
    }

    /// Writes the same content.
    pub(super) fn write(
        &self,
        out: &mut dyn Write,
        content: impl FnOnce(&mut File<'_>),
    ) -> io::Result<()> {
        let mut result = Ok(());
        content(&mut File {
            position: 0,
            layout: self,
            pass: Pass::Write(out, &mut result),
            chunks: 0,
            marked: 0,
        });
        result
    }
}

/// What becomes of the bytes.
enum Pass<'w> {
    /// They are counted.
    Measure(&'w mut Layout),
    /// They are written, as long as that succeeds.
    Write(&'w mut dyn Write, &'w mut io::Result<()>),
}

/// A file as far as it has been gone through.
pub(super) struct File<'w> {
    /// Bytes so far.
    position: u64,
    /// What is known from the first pass; nothing during it.
    layout: &'w Layout,
    pass: Pass<'w>,
    /// Chunks that have begun.
    chunks: usize,
    /// Marks that have been asked for.
    marked: usize,
}

impl File<'_> {
    /// A chunk of chunks.
    pub(super) fn container(&mut self, id: FourCc, kind: FourCc, children: impl FnOnce(&mut Self)) {
        self.chunk(id, |file| {
            file.bytes(&kind.0);
            children(file);
        });
    }

    /// A chunk of what `body` writes, padded to an even length.
    pub(super) fn chunk(&mut self, id: FourCc, body: impl FnOnce(&mut Self)) {
        let index = self.chunks;
        self.chunks += 1;
        if let Pass::Measure(layout) = &mut self.pass {
            layout.sizes.push(0);
        }
        self.bytes(&id.0);
        self.u32(saturated(self.layout.sizes.get(index)));
        let start = self.position;
        body(self);
        let written = self.position - start;
        if let Pass::Measure(layout) = &mut self.pass
            && let Some(size) = layout.sizes.get_mut(index)
        {
            *size = written;
        }
        if written % 2 == 1 {
            self.bytes(&[0]);
        }
    }

    /// Bytes since `start`, for [`marks`](Self::mark_ahead) that stand before what they point at.
    pub(super) fn mark(&mut self, start: u64) {
        let mark = self.position - start;
        if let Pass::Measure(layout) = &mut self.pass {
            layout.marks.push(mark);
        }
    }

    /// The next mark that has not been asked for; 0 during the first pass.
    pub(super) fn mark_ahead(&mut self) {
        let mark = saturated(self.layout.marks.get(self.marked));
        self.marked += 1;
        self.u32(mark);
    }

    /// Bytes so far.
    pub(super) const fn position(&self) -> u64 {
        self.position
    }

    /// Bytes as they are.
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.position += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if let Pass::Write(out, result) = &mut self.pass
            && result.is_ok()
        {
            **result = out.write_all(bytes);
        }
    }

    /// The upper 16 bits of every frame, lowest byte first.
    pub(super) fn frames(&mut self, frames: &Frames) {
        if cfg!(target_endian = "little") {
            return self.bytes(bytemuck::cast_slice(frames.high()));
        }
        for frames in frames.high().chunks(STEP) {
            let turned: Vec<u8> = frames.iter().flat_map(|it| it.to_le_bytes()).collect();
            self.bytes(&turned);
        }
    }

    /// How many there are.
    pub(super) fn count(&mut self, value: usize) {
        self.u32(u32::try_from(value).unwrap_or(u32::MAX));
    }

    /// A number of 16 bit.
    pub(super) fn u16(&mut self, value: u16) {
        self.bytes(&value.to_le_bytes());
    }

    /// A number of 32 bit.
    pub(super) fn u32(&mut self, value: u32) {
        self.bytes(&value.to_le_bytes());
    }
}

fn saturated(value: Option<&u64>) -> u32 {
    let value = value.copied().unwrap_or_default();
    u32::try_from(value).unwrap_or(u32::MAX)
}
