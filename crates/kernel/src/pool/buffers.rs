//! Long buffers: a fixed number of equal pieces of memory for data an event cannot hold in itself.
//!
//! In: a size, once. Out: [`BufferBox`], the only handle to a buffer, until an event holds it.
//! Owner: the event pool. Thread: render. Source: \[WDK\] `IAllocatorMXF::GetBuffer`.

/// The only handle to one long buffer that is not attached to an event.
#[must_use = "a buffer that is not attached must be given to the allocator"]
#[derive(Debug)]
pub struct BufferBox {
    index: u32,
    /// Where the memory of all buffers begins; tells pools apart.
    home: usize,
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

/// All long buffers of a pool.
#[derive(Debug)]
pub(super) struct LongBuffers {
    bytes: Box<[u8]>,
    /// Indices of those that are free; its capacity is the number of all.
    free: Vec<u32>,
    size: u16,
    count: u32,
}

impl LongBuffers {
    pub(super) fn new(count: u32, size: u16) -> Self {
        let bytes = count as usize * usize::from(size);
        let bytes = vec![0; bytes].into_boxed_slice();
        Self {
            bytes,
            free: (0..count).rev().collect(),
            size,
            count,
        }
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
    pub(super) fn count_free(&self) -> u32 {
        u32::try_from(self.free.len()).unwrap_or(u32::MAX)
    }

    /// True if the handle was made here.
    pub(super) fn owns(&self, buffer: &BufferBox) -> bool {
        buffer.home == self.home()
    }

    fn home(&self) -> usize {
        self.bytes.as_ptr().addr()
    }

    /// A free buffer, its bytes as the last owner left them.
    pub(super) fn take(&mut self) -> Option<BufferBox> {
        let index = self.free.pop()?;
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
    pub(super) fn detach(&self, index: u32) -> BufferBox {
        BufferBox {
            index,
            home: self.home(),
        }
    }

    /// Takes back a buffer that an event held.
    pub(super) fn free(&mut self, index: u32) {
        debug_assert!(index < self.count, "buffer {index} of {}", self.count);
        debug_assert!(
            !self.free.contains(&index),
            "buffer {index} is free already"
        );
        // Never grows: there are no more indices than there is capacity.
        self.free.push(index);
    }

    /// The whole of a buffer that an event holds.
    pub(super) fn bytes(&self, index: u32) -> &[u8] {
        self.bytes.get(self.range(index)).unwrap_or(&[])
    }

    /// The whole of a buffer; empty for another pool's.
    pub(super) fn bytes_mut(&mut self, buffer: &mut BufferBox) -> &mut [u8] {
        if !self.owns(buffer) {
            return &mut [];
        }
        let range = self.range(buffer.index);
        self.bytes.get_mut(range).unwrap_or(&mut [])
    }

    fn range(&self, index: u32) -> std::ops::Range<usize> {
        let size = usize::from(self.size);
        let start = (index as usize).saturating_mul(size);
        start..start.saturating_add(size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_buffer_has_bytes_of_its_own() {
        let mut buffers = LongBuffers::new(3, 16);
        let mut taken: Vec<BufferBox> = std::iter::from_fn(|| buffers.take()).collect();
        assert_eq!((taken.len(), buffers.count_free()), (3, 0));
        for (mark, buffer) in (1_u8..).zip(&mut taken) {
            buffers.bytes_mut(buffer).fill(mark);
        }
        for (mark, mut buffer) in (1_u8..).zip(taken) {
            assert_eq!(buffers.bytes_mut(&mut buffer), [mark; 16]);
            buffers.put(buffer).unwrap();
        }
        assert_eq!(buffers.count_free(), 3);
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "dropped outside the pool")]
    fn dropping_a_buffer_outside_the_allocator_is_noticed() {
        drop(LongBuffers::new(1, 16).take());
    }
}
