//! Single instruments and waves downloaded into the running instrument.
//!
//! In: chunks, through the properties. Out: collections for the render side, answers when they come
//! home. Owner: the control side; the properties hold a second handle. Thread: any but render.
//! Source: \[WDK\] KSPROPSETID_Synth_Dls.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dmus_kernel::property::{DownloadError, DownloadHandle, Downloads, Unloaded};
use dmus_synth::DownloadTable;

/// The table of downloads as its users hold it.
#[derive(Debug, Clone, Default)]
pub struct SharedDownloads(Arc<Mutex<DownloadTable>>);

impl SharedDownloads {
    /// The table, alone.
    ///
    /// # Real-time
    /// Not real-time: a lock.
    pub fn lock(&self) -> MutexGuard<'_, DownloadTable> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Downloads for SharedDownloads {
    fn download(&mut self, chunk: &[u8]) -> Result<DownloadHandle, DownloadError> {
        self.lock().download(chunk)
    }

    fn unload(&mut self, handle: DownloadHandle) -> Result<Unloaded, DownloadError> {
        self.lock().unload(handle)
    }

    fn append(&self) -> u32 {
        self.lock().append()
    }

    fn compact(&mut self) {
        self.lock().compact();
    }

    fn free_memory(&self) -> Option<u32> {
        self.lock().free_memory()
    }
}
