//! Long buffers: a number of equal pieces of memory for data an event cannot hold in itself.
//!
//! In: a size, once; more buffers of it. Out: [`BufferBox`], the only handle to a buffer, until an
//! event holds it.
//! Owner: the event pool. Thread: render. Source: \[WDK\] `IAllocatorMXF::GetBuffer`.

use super::{PoolTag, slots::MAX_EXTENSIONS};

/// No buffer: the end of the list of free ones.
const NONE: u32 = u32::MAX;
/// In place of the next free buffer: this one is not free.
const TAKEN: u32 = u32::MAX - 1;

/// The only handle to one long buffer that is not attached to an event.
#[must_use = "a buffer that is not attached must be given to the allocator"]
#[derive(Debug)]
pub struct BufferBox {
    index: u32,
    pool: PoolTag,
}

impl BufferBox {
    /// Ends the handle without a cry: its buffer is now accounted for elsewhere.
    fn into_index(self) -> u32 {
        let index = self.index;
        std::mem::forget(self);
        index
    }
}

impl Drop for BufferBox {
    fn drop(&mut self) {
        let index = self.index;
        debug_assert!(
            std::thread::panicking(),
            "buffer {index} dropped outside the pool"
        );
    }
}

/// Buffers that lie side by side.
#[derive(Debug)]
pub(super) struct Piece {
    bytes: Box<[u8]>,
    /// For each buffer the next free one, or [`TAKEN`].
    links: Box<[u32]>,
}

impl Piece {
    pub(super) fn new(count: u32, size: u16) -> Self {
        let bytes = count as usize * usize::from(size);
        Self {
            bytes: vec![0; bytes].into_boxed_slice(),
            links: vec![NONE; count as usize].into_boxed_slice(),
        }
    }

    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.links.len()).unwrap_or(u32::MAX)
    }
}

/// All long buffers of a pool. Their indices run through all pieces.
#[derive(Debug)]
pub(super) struct LongBuffers {
    /// Never grows itself: room for every extension is reserved when it is built.
    pieces: Vec<Piece>,
    first_free: u32,
    /// The first buffer that was never taken; those from it on are in no list.
    untouched: u32,
    free: u32,
    count: u32,
    size: u16,
    pool: PoolTag,
}

impl LongBuffers {
    pub(super) fn new(count: u32, size: u16, pool: PoolTag) -> Self {
        let mut pieces = Vec::with_capacity(MAX_EXTENSIONS + 1);
        pieces.push(Piece::new(count, size));
        Self {
            pieces,
            first_free: NONE,
            untouched: 0,
            free: count,
            count,
            size,
            pool,
        }
    }

    /// Adds buffers of the same size. Same cost for any number.
    pub(super) fn grow(&mut self, piece: Piece) {
        debug_assert!(self.pieces.len() <= MAX_EXTENSIONS, "too many pieces");
        let count = piece.count();
        self.count = self.count.saturating_add(count);
        self.free = self.free.saturating_add(count);
        self.pieces.push(piece);
    }

    /// Bytes of each.
    pub(super) const fn size(&self) -> u16 {
        self.size
    }

    /// All there are.
    pub(super) const fn count(&self) -> u32 {
        self.count
    }

    /// Those that are free.
    pub(super) const fn count_free(&self) -> u32 {
        self.free
    }

    /// True if the handle was made here.
    pub(super) fn owns(&self, buffer: &BufferBox) -> bool {
        buffer.pool == self.pool
    }

    /// A free buffer, its bytes as the last owner left them.
    pub(super) fn take(&mut self) -> Option<BufferBox> {
        let listed = self.first_free;
        let index = if listed == NONE {
            self.untouched
        } else {
            listed
        };
        let link = self.link_mut(index)?;
        let next = std::mem::replace(link, TAKEN);
        if listed == NONE {
            self.untouched = self.untouched.saturating_add(1);
        } else {
            self.first_free = next;
        }
        self.free = self.free.saturating_sub(1);
        Some(self.detach(index))
    }

    /// Takes a buffer back; hands back one of another pool.
    pub(super) fn put(&mut self, buffer: BufferBox) -> Result<(), BufferBox> {
        if !self.owns(&buffer) {
            return Err(buffer);
        }
        self.free(buffer.into_index());
        Ok(())
    }

    /// Gives a buffer to an event, which keeps its index in place of the handle.
    pub(super) fn attach(buffer: BufferBox) -> u32 {
        buffer.into_index()
    }

    /// The handle of a buffer that an event held and no longer does.
    pub(super) const fn detach(&self, index: u32) -> BufferBox {
        BufferBox {
            index,
            pool: self.pool,
        }
    }

    /// Takes back a buffer that an event held.
    pub(super) fn free(&mut self, index: u32) {
        let next = self.first_free;
        let link = self.link_mut(index);
        debug_assert!(
            link.as_ref().is_some_and(|link| **link == TAKEN),
            "buffer {index} is not in use"
        );
        if let Some(link) = link {
            *link = next;
            self.first_free = index;
            self.free = self.free.saturating_add(1);
        }
    }

    /// The whole of a buffer that an event holds.
    pub(super) fn bytes(&self, index: u32) -> &[u8] {
        let range = |local| range(local, self.size);
        self.locate(index)
            .and_then(|(at, local)| self.pieces.get(at)?.bytes.get(range(local)))
            .unwrap_or(&[])
    }

    /// The whole of a buffer; empty for another pool's.
    pub(super) fn bytes_mut(&mut self, buffer: &mut BufferBox) -> &mut [u8] {
        if !self.owns(buffer) {
            return &mut [];
        }
        let size = self.size;
        self.locate(buffer.index)
            .and_then(|(at, local)| self.pieces.get_mut(at)?.bytes.get_mut(range(local, size)))
            .unwrap_or(&mut [])
    }

    fn link_mut(&mut self, index: u32) -> Option<&mut u32> {
        let (at, local) = self.locate(index)?;
        self.pieces.get_mut(at)?.links.get_mut(local)
    }

    /// The piece a buffer lies in, and its number there. Bounded by the times the pool has grown.
    fn locate(&self, index: u32) -> Option<(usize, usize)> {
        let mut local = index as usize;
        for (at, piece) in self.pieces.iter().enumerate() {
            if local < piece.links.len() {
                return Some((at, local));
            }
            local = local.saturating_sub(piece.links.len());
        }
        None
    }
}

fn range(local: usize, size: u16) -> std::ops::Range<usize> {
    let size = usize::from(size);
    let start = local.saturating_mul(size);
    start..start.saturating_add(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buffers(count: u32) -> LongBuffers {
        LongBuffers::new(count, 16, PoolTag::next())
    }

    #[test]
    fn each_buffer_has_bytes_of_its_own_before_and_after_growth() {
        let mut buffers = buffers(3);
        let mut taken: Vec<BufferBox> = std::iter::from_fn(|| buffers.take()).collect();
        assert_eq!((taken.len(), buffers.count_free()), (3, 0));
        buffers.grow(Piece::new(2, 16));
        taken.extend(std::iter::from_fn(|| buffers.take()));
        assert_eq!((taken.len(), buffers.count_free()), (5, 0));
        for (mark, buffer) in (1_u8..).zip(&mut taken) {
            buffers.bytes_mut(buffer).fill(mark);
        }
        for (mark, mut buffer) in (1_u8..).zip(taken) {
            assert_eq!(buffers.bytes_mut(&mut buffer), [mark; 16]);
            buffers.put(buffer).unwrap();
        }
        assert_eq!((buffers.count_free(), buffers.count()), (5, 5));
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "dropped outside the pool")]
    fn dropping_a_buffer_outside_the_allocator_is_noticed() {
        drop(buffers(1).take());
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "is not in use")]
    fn a_buffer_that_comes_home_twice_is_noticed() {
        let mut buffers = buffers(1);
        let index = LongBuffers::attach(buffers.take().unwrap());
        buffers.free(index);
        buffers.free(index);
    }
}
