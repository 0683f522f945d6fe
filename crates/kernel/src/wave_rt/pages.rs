//! The pages of one stream: allocated, mapped, unmapped, freed, in this order only.
//!
//! In: sizes in bytes. Out: page lists. Owner: the stream. Thread: control.
//! Source: \[WDK\] `IPortWaveRTStream`.
//!
//! In one address space a page needs no translation: its address is its index times
//! [`PAGE_BYTES`], counted from the start of the memory the stream was given. Pages are an account
//! of that memory; the frames behind them come into being when they are mapped and the buffer's
//! size is known to the frame.

use std::{iter, sync::Arc};

use crate::{
    sync::{CyclicMemory, CyclicReader, CyclicWriter},
    wave_rt::FRAME_BYTES,
};

/// Bytes of a page.
pub const PAGE_BYTES: u64 = 4_096;

/// How the processor's caches treat mapped memory.
///
/// # Source
/// \[WDK\] MEMORY_CACHING_TYPE.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CacheType {
    /// No cache: each access reaches the memory.
    NonCached,
    /// Cached and coherent: what a software device needs.
    #[default]
    Cached,
    /// Writes are combined; a client must issue a memory barrier before it tells the device.
    WriteCombined,
}

/// A list of whole pages. Moved, never copied: whoever frees it has it no more.
///
/// ```compile_fail,E0382
/// # use dmus_kernel::wave_rt::PortWaveRtStream;
/// let mut port = PortWaveRtStream::new(4);
/// let mdl = port.allocate_pages(u64::MAX, 4_096).unwrap();
/// port.free_pages(mdl).unwrap();
/// port.physical_pages_count(&mdl); // freed: the list is gone
/// ```
///
/// # Source
/// \[WDK\] MDL, as `IPortWaveRTStream` hands it out.
#[must_use = "pages that are not freed stay taken"]
#[derive(Debug)]
pub struct Mdl {
    owner: Arc<()>,
    /// Index of each page, in the order they appear in memory.
    pages: Vec<u32>,
}

impl Mdl {
    /// Bytes of all its pages: a multiple of [`PAGE_BYTES`], which may be **less** than asked for.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        bytes_of(self.pages.len())
    }
}

/// A page list while it is mapped as one stretch of memory.
///
/// ```compile_fail,E0308
/// # use dmus_kernel::wave_rt::{CacheType, PortWaveRtStream};
/// let mut port = PortWaveRtStream::new(4);
/// let mdl = port.allocate_pages(u64::MAX, 4_096).unwrap();
/// let mapped = port.map_allocated_pages(mdl, CacheType::Cached).unwrap();
/// port.free_pages(mapped).unwrap(); // still mapped: unmap it first
/// ```
#[must_use = "pages that are not unmapped cannot be freed"]
#[derive(Debug)]
pub struct Mapped {
    mdl: Mdl,
    cache: CacheType,
}

impl Mapped {
    /// The page list under it.
    pub const fn mdl(&self) -> &Mdl {
        &self.mdl
    }

    /// How it is cached.
    #[must_use]
    pub const fn cache(&self) -> CacheType {
        self.cache
    }
}

/// The port's side of one stream: gives it memory.
///
/// # Real-time
/// Not real-time: control side.
///
/// # Source
/// \[WDK\] `IPortWaveRTStream`.
#[derive(Debug)]
pub struct PortWaveRtStream {
    id: Arc<()>,
    /// Of each page whether it is taken.
    taken: Vec<bool>,
    /// What lay behind the pages of a stream before this one.
    memory: Option<CyclicMemory>,
}

impl PortWaveRtStream {
    /// A stream with `pages` pages to give away.
    #[must_use]
    pub fn new(pages: u32) -> Self {
        Self {
            id: Arc::new(()),
            taken: iter::repeat_n(false, usize::try_from(pages).unwrap_or(usize::MAX)).collect(),
            memory: None,
        }
    }

    /// Takes the memory of a stream that is no more: the next buffer of the same size lies in it.
    #[must_use]
    pub fn with_memory(mut self, memory: Option<CyclicMemory>) -> Self {
        self.memory = memory;
        self
    }

    /// Both ends of the first `frames` frames of a mapping as a ring, if its pages hold as many.
    /// Allocates.
    pub(super) fn ring(
        &mut self,
        mapped: &Mapped,
        frames: u64,
    ) -> Option<(CyclicWriter, CyclicReader)> {
        let bytes = frames.checked_mul(u64::from(FRAME_BYTES))?;
        let frames = usize::try_from(frames).ok()?;
        let ring = || CyclicMemory::again(self.memory.take(), frames).ring();
        (bytes <= mapped.mdl.bytes()).then(ring)
    }

    /// Bytes of all pages that are free.
    #[must_use]
    pub fn free_bytes(&self) -> u64 {
        bytes_of(self.taken.iter().filter(|taken| !**taken).count())
    }

    /// Whole pages for `bytes`, wherever they lie below `high`, the highest address allowed.
    ///
    /// Nothing if no page is free. Delivers **less** than asked for if fewer are: see
    /// [`Mdl::bytes`].
    ///
    /// # Source
    /// \[WDK\] `IPortWaveRTStream::AllocatePagesForMdl`.
    pub fn allocate_pages(&mut self, high: u64, bytes: u64) -> Option<Mdl> {
        let wanted = usize::try_from(bytes.div_ceil(PAGE_BYTES)).unwrap_or(usize::MAX);
        let pages: Vec<u32> = (0..)
            .zip(&self.taken)
            .take_while(|(page, _)| last_byte(*page) <= high)
            .filter_map(|(page, taken)| (!taken).then_some(page))
            .take(wanted)
            .collect();
        self.take(pages)
    }

    /// Whole pages for `bytes` in one piece between the addresses `low` and `high`, or nothing.
    ///
    /// # Source
    /// \[WDK\] `IPortWaveRTStream::AllocateContiguousPagesForMdl`.
    pub fn allocate_contiguous_pages(&mut self, low: u64, high: u64, bytes: u64) -> Option<Mdl> {
        let wanted = u32::try_from(bytes.div_ceil(PAGE_BYTES)).ok()?;
        let mut run = 0..0;
        for (page, taken) in (0..).zip(&self.taken) {
            if *taken || address(page) < low || last_byte(page) > high {
                run = page + 1..page + 1;
                continue;
            }
            run.end = page + 1;
            if run.end - run.start >= wanted {
                break;
            }
        }
        if run.end - run.start != wanted {
            return None;
        }
        self.take(run.collect())
    }

    fn take(&mut self, pages: Vec<u32>) -> Option<Mdl> {
        if pages.is_empty() {
            return None;
        }
        self.mark(&pages, true);
        Some(Mdl {
            owner: Arc::clone(&self.id),
            pages,
        })
    }

    fn mark(&mut self, pages: &[u32], as_taken: bool) {
        for page in pages {
            let taken = usize::try_from(*page)
                .ok()
                .and_then(|page| self.taken.get_mut(page));
            debug_assert!(taken.is_some(), "pages are our own");
            if let Some(taken) = taken {
                *taken = as_taken;
            }
        }
    }

    /// Makes the pages one stretch of memory, scattered or not.
    ///
    /// # Errors
    /// The list itself, if another stream allocated it.
    ///
    /// # Source
    /// \[WDK\] `IPortWaveRTStream::MapAllocatedPages`.
    pub fn map_allocated_pages(&self, mdl: Mdl, cache: CacheType) -> Result<Mapped, Mdl> {
        if !self.owns(&mdl) {
            return Err(mdl);
        }
        Ok(Mapped { mdl, cache })
    }

    /// Ends a mapping and gives the page list back, so that it can be freed.
    ///
    /// # Errors
    /// The mapping itself, if another stream made it.
    ///
    /// # Source
    /// \[WDK\] `IPortWaveRTStream::UnmapAllocatedPages`.
    pub fn unmap_allocated_pages(&self, mapped: Mapped) -> Result<Mdl, Mapped> {
        if !self.owns(&mapped.mdl) {
            return Err(mapped);
        }
        Ok(mapped.mdl)
    }

    /// How many pages the list has.
    ///
    /// # Source
    /// \[WDK\] `IPortWaveRTStream::GetPhysicalPagesCount`.
    #[must_use]
    pub fn physical_pages_count(&self, mdl: &Mdl) -> u32 {
        u32::try_from(mdl.pages.len()).unwrap_or(u32::MAX)
    }

    /// The address of page `index` of the list; nothing behind its end.
    ///
    /// # Source
    /// \[WDK\] `IPortWaveRTStream::GetPhysicalPageAddress`.
    #[must_use]
    pub fn physical_page_address(&self, mdl: &Mdl, index: u32) -> Option<u64> {
        let page = mdl.pages.get(usize::try_from(index).ok()?)?;
        Some(address(*page))
    }

    /// Takes the pages back.
    ///
    /// # Errors
    /// The list itself, if another stream allocated it.
    ///
    /// # Source
    /// \[WDK\] `IPortWaveRTStream::FreePagesFromMdl`.
    pub fn free_pages(&mut self, mdl: Mdl) -> Result<(), Mdl> {
        if !self.owns(&mdl) {
            return Err(mdl);
        }
        self.mark(&mdl.pages, false);
        Ok(())
    }

    fn owns(&self, mdl: &Mdl) -> bool {
        Arc::ptr_eq(&self.id, &mdl.owner)
    }
}

fn bytes_of(pages: usize) -> u64 {
    u64::try_from(pages)
        .unwrap_or(u64::MAX)
        .saturating_mul(PAGE_BYTES)
}

const fn address(page: u32) -> u64 {
    page as u64 * PAGE_BYTES
}

const fn last_byte(page: u32) -> u64 {
    address(page) + (PAGE_BYTES - 1)
}

#[cfg(test)]
#[cfg(not(dmus_loom))]
mod tests {
    use super::*;

    fn addresses(port: &PortWaveRtStream, mdl: &Mdl) -> Vec<u64> {
        (0..port.physical_pages_count(mdl))
            .map(|index| port.physical_page_address(mdl, index).unwrap() / PAGE_BYTES)
            .collect()
    }

    #[test]
    fn pages_are_whole_and_never_given_twice() {
        let mut port = PortWaveRtStream::new(4);
        let one = port.allocate_pages(u64::MAX, 1).unwrap();
        let two = port.allocate_pages(u64::MAX, PAGE_BYTES + 1).unwrap();
        assert_eq!((one.bytes(), two.bytes()), (PAGE_BYTES, 2 * PAGE_BYTES));
        assert_eq!(
            (addresses(&port, &one), addresses(&port, &two)),
            (vec![0], vec![1, 2])
        );
        assert_eq!(port.physical_page_address(&two, 2), None);
        assert_eq!(port.free_bytes(), PAGE_BYTES);
    }

    #[test]
    fn scattered_pages_may_be_fewer_than_asked_for_and_none_at_all_is_nothing() {
        let mut port = PortWaveRtStream::new(3);
        let low = port.allocate_pages(2 * PAGE_BYTES - 1, u64::MAX).unwrap();
        assert_eq!(addresses(&port, &low), [0, 1], "no page above the limit");
        let rest = port.allocate_pages(u64::MAX, 2 * PAGE_BYTES).unwrap();
        assert_eq!(rest.bytes(), PAGE_BYTES);
        assert!(port.allocate_pages(u64::MAX, 1).is_none());
        assert!(
            PortWaveRtStream::new(3)
                .allocate_pages(u64::MAX, 0)
                .is_none()
        );
    }

    #[test]
    fn contiguous_pages_come_all_or_not_at_all_and_fail_when_memory_is_fragmented() {
        let mut port = PortWaveRtStream::new(5);
        let held: Vec<_> = (0..5)
            .filter_map(|_| port.allocate_pages(u64::MAX, 1))
            .collect();
        for (index, mdl) in held.into_iter().enumerate() {
            if index != 2 {
                port.free_pages(mdl).unwrap();
            }
        }
        assert_eq!(port.free_bytes(), 4 * PAGE_BYTES);
        assert!(
            port.allocate_contiguous_pages(0, u64::MAX, 3 * PAGE_BYTES)
                .is_none()
        );
        let pair = port
            .allocate_contiguous_pages(1, u64::MAX, 2 * PAGE_BYTES)
            .unwrap();
        assert_eq!(
            addresses(&port, &pair),
            [3, 4],
            "page 1 stands alone above the low end"
        );
        let scattered = port.allocate_pages(u64::MAX, 3 * PAGE_BYTES).unwrap();
        assert_eq!(addresses(&port, &scattered), [0, 1]);
        assert!(port.allocate_contiguous_pages(0, u64::MAX, 0).is_none());
    }

    #[test]
    fn contiguous_pages_stay_below_the_high_end() {
        let mut port = PortWaveRtStream::new(4);
        assert!(
            port.allocate_contiguous_pages(0, 2 * PAGE_BYTES - 2, 2 * PAGE_BYTES)
                .is_none()
        );
        assert!(
            port.allocate_contiguous_pages(0, 2 * PAGE_BYTES - 1, 2 * PAGE_BYTES)
                .is_some()
        );
    }

    #[test]
    fn freed_pages_are_given_out_again() {
        let mut port = PortWaveRtStream::new(1);
        for _ in 0..3 {
            let mdl = port.allocate_pages(u64::MAX, 1).unwrap();
            let mapped = port.map_allocated_pages(mdl, CacheType::Cached).unwrap();
            assert_eq!(
                (mapped.cache(), mapped.mdl().bytes()),
                (CacheType::Cached, PAGE_BYTES)
            );
            let mdl = port.unmap_allocated_pages(mapped).unwrap();
            port.free_pages(mdl).unwrap();
        }
        assert_eq!(port.free_bytes(), PAGE_BYTES);
    }

    #[test]
    fn pages_of_another_stream_are_handed_back() {
        let (mut one, mut other) = (PortWaveRtStream::new(1), PortWaveRtStream::new(1));
        let mdl = one.allocate_pages(u64::MAX, 1).unwrap();
        let mdl = other.free_pages(mdl).unwrap_err();
        let mdl = other
            .map_allocated_pages(mdl, CacheType::Cached)
            .unwrap_err();
        let mapped = one.map_allocated_pages(mdl, CacheType::NonCached).unwrap();
        let mapped = other.unmap_allocated_pages(mapped).unwrap_err();
        one.free_pages(one.unmap_allocated_pages(mapped).unwrap())
            .unwrap();
    }

    #[test]
    fn a_mapping_holds_as_many_frames_as_its_pages_and_no_more() {
        let mut port = PortWaveRtStream::new(1);
        let mdl = port.allocate_pages(u64::MAX, 1).unwrap();
        let mapped = port.map_allocated_pages(mdl, CacheType::Cached).unwrap();
        assert!(port.ring(&mapped, 513).is_none() && port.ring(&mapped, u64::MAX).is_none());
        let ring = port.ring(&mapped, 511);
        assert_eq!(ring.map(|(writer, _)| writer.capacity()), Some(511));
    }
}
