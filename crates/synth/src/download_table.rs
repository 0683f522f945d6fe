//! Downloads as clients see them: chunks in, handles out, memory freed when no voice needs it.
//!
//! In: chunks of one instrument or wave. Out: a [`Collection`] of all instruments in force, anew
//! whenever they change, for [`Layer::Download`](crate::Layer::Download) of the engine.
//! Owner: whoever owns the control side of the stream. Thread: control; everything here allocates.
//! Source: \[WDK\] KSPROPSETID_Synth_Dls; DLS Download Support.
//!
//! # Life of a download
//!
//! A chunk is parsed and copied at once, so its client may free it; of equal waves one is kept. [`DownloadTable::take_changed`]
//! makes a collection of what is in force; its owner hands that to the engine, and every
//! collection that the engine lets go of back to [`DownloadTable::retired`]. An unload takes its
//! instrument out of the next collection. It is complete when every collection that had it is
//! home: no voice can play it any more, and its memory is freed here, on the control side.

use std::collections::BTreeMap;
use std::sync::Arc;

use dmus_dls::bank::{Instrument, WaveLoop};
use dmus_dls::download::{ChunkError, Download, InstrumentChunk, WaveChunk};
use dmus_kernel::property::{DownloadError, DownloadHandle, Downloads, Unloaded};

use crate::collection::{Collection, Compiler, Wave};

mod departures;

use departures::{Departures, Serial, Span};

/// Most downloads at a time, those on their way out included; their regions can all be counted.
const MAX_DOWNLOADS: usize = 65_536;

/// The control side of a synthesizer's downloads.
#[derive(Debug, Default)]
pub struct DownloadTable {
    /// The handle that was given out last.
    last_handle: u64,
    /// In force, the oldest first.
    instruments: BTreeMap<DownloadHandle, InstrumentEntry>,
    /// In force, or kept by an instrument that is.
    waves: BTreeMap<DownloadHandle, WaveEntry>,
    /// What new instruments and new downloads see.
    by_id: BTreeMap<u32, DownloadHandle>,
    /// What is out of force, but perhaps still heard.
    departures: Departures,
    /// The instruments in force are others than those of the last collection.
    is_changed: bool,
}

#[derive(Debug)]
struct InstrumentEntry {
    id: u32,
    /// Its wave numbers are indices into `waves`.
    instrument: Instrument,
    waves: Vec<DownloadHandle>,
    span: Span,
}

#[derive(Debug)]
struct WaveEntry {
    id: u32,
    wave: Arc<Wave>,
    /// Instruments in force that play it.
    users: usize,
    /// Its unload waits for its last user.
    unload_asked: bool,
    span: Span,
}

impl DownloadTable {
    /// A table without downloads.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What the engine is to have on its layer of downloads, if that has changed since the last
    /// call: a collection, or nothing when no instrument is left.
    ///
    /// Give it to [`Engine::download`](crate::Engine::download). One that never reaches the engine
    /// goes back to [`Self::retired`] as well.
    ///
    /// # Real-time
    /// Control. Not real-time: bounded by the regions and loops in force; waves are shared, not
    /// copied.
    pub fn take_changed(&mut self) -> Option<Option<Arc<Collection>>> {
        if !std::mem::take(&mut self.is_changed) {
            return None;
        }
        if self.instruments.is_empty() {
            return Some(None);
        }
        // Every link, loop and count was checked when its chunk came in.
        let serial = self.departures.next_serial();
        let assembled = self.assemble(serial);
        debug_assert!(assembled.is_some(), "what is in the table fits together");
        let collection = Arc::new(assembled?);
        self.departures.send(serial, Arc::clone(&collection));
        Some(Some(collection))
    }

    /// All instruments in force, the newest first: of two at one patch the newer one plays.
    fn assemble(&mut self, serial: Serial) -> Option<Collection> {
        let mut compiler = Compiler::default();
        let mut index_of = BTreeMap::new();
        for (handle, entry) in self.waves.iter_mut().filter(|(_, entry)| entry.users > 0) {
            entry.span.extend_to(serial);
            index_of.insert(*handle, index_of.len());
            compiler.add_wave(entry.wave.as_ref().clone(), None);
        }
        for entry in self.instruments.values_mut().rev() {
            entry.span.extend_to(serial);
            let links: Option<Vec<usize>> = entry
                .waves
                .iter()
                .map(|handle| index_of.get(handle).copied())
                .collect();
            compiler
                .add_instrument(&entry.instrument, Some(&links?))
                .ok()?;
        }
        compiler.finish(String::new()).ok()
    }

    /// Takes note that a collection is home: no voice plays it, and none will.
    ///
    /// - returns whether it is one of this table's; those of other layers are none of its business
    ///
    /// # Real-time
    /// Control. Not real-time: frees.
    pub fn retired(&mut self, collection: &Arc<Collection>) -> bool {
        self.departures.came_home(collection)
    }

    /// Takes note that the stream is gone, and all collections with it: pending unloads are
    /// complete, and the next stream is given what is in force.
    ///
    /// # Real-time
    /// Control. Not real-time: frees.
    ///
    /// # Source
    /// \[DDKSynth\] a synthesizer that is closed lets go of everything.
    pub fn stream_closed(&mut self) {
        self.departures.all_came_home();
        self.send_again();
    }

    /// Has [`Self::take_changed`] give what is in force once more, as a new collection; for an
    /// owner whose last one did not reach the engine.
    pub const fn send_again(&mut self) {
        self.is_changed = true;
    }

    /// An unload that was pending and is complete now, the earliest first.
    ///
    /// # Source
    /// \[WDK\] KSPROPERTY_SYNTH_DLS_UNLOAD: a pending request completes when no note uses the
    /// resource.
    pub fn take_completed(&mut self) -> Option<DownloadHandle> {
        self.departures.take_completed()
    }

    /// Whether an unload of this handle has been asked for and is not complete.
    #[must_use]
    pub fn is_pending(&self, handle: DownloadHandle) -> bool {
        self.departures.is_leaving(handle)
            || self
                .waves
                .get(&handle)
                .is_some_and(|entry| entry.unload_asked)
    }

    /// Downloads in force: instruments and waves, those that only an instrument keeps included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.instruments.len() + self.waves.len()
    }

    /// Whether nothing is in force.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn new_handle(&mut self) -> DownloadHandle {
        self.last_handle += 1;
        DownloadHandle(self.last_handle)
    }

    fn download_wave(&mut self, chunk: &WaveChunk) -> Result<DownloadHandle, DownloadError> {
        let mut known = self.waves.values().map(|entry| &entry.wave);
        let wave = match known.find(|known| known.is_of(&chunk.wave)) {
            Some(known) => Arc::clone(known),
            None => Wave::compile(0, &chunk.wave)
                .map(Arc::new)
                .map_err(|_| DownloadError::NoMemory)?,
        };
        let handle = self.new_handle();
        self.waves.insert(
            handle,
            WaveEntry {
                id: chunk.id,
                wave,
                users: 0,
                unload_asked: false,
                span: Span::default(),
            },
        );
        self.by_id.insert(chunk.id, handle);
        Ok(handle)
    }

    fn download_instrument(
        &mut self,
        chunk: InstrumentChunk,
    ) -> Result<DownloadHandle, DownloadError> {
        let InstrumentChunk {
            id,
            mut instrument,
            waves: ids,
            ..
        } = chunk;
        let mut waves = Vec::with_capacity(ids.len());
        let mut frames = Vec::with_capacity(ids.len());
        for id in ids {
            let (handle, entry) = self
                .by_id
                .get(&id)
                .and_then(|handle| Some((*handle, self.waves.get(handle)?)))
                .ok_or(DownloadError::BadWaveLink(id))?;
            waves.push(handle);
            frames.push(entry.wave.recording.length());
        }
        for region in &mut instrument.regions {
            if let (Some(sample), Some(frames)) = (&mut region.sample, frames.get(region.wave)) {
                sample.wave_loop = sample
                    .wave_loop
                    .and_then(|wave_loop| fitting(wave_loop, *frames));
            }
        }
        for wave in &waves {
            if let Some(entry) = self.waves.get_mut(wave) {
                entry.users += 1;
            }
        }
        let handle = self.new_handle();
        self.by_id.insert(id, handle);
        self.instruments.insert(
            handle,
            InstrumentEntry {
                id,
                instrument,
                waves,
                span: Span::default(),
            },
        );
        self.is_changed = true;
        Ok(handle)
    }

    /// Ends an instrument, and with it the waves that only it kept.
    fn unload_instrument(&mut self, handle: DownloadHandle, entry: &InstrumentEntry) -> Unloaded {
        self.forget_id(entry.id, handle);
        self.is_changed = true;
        for wave in &entry.waves {
            let Some(kept) = self.waves.get_mut(wave) else {
                continue;
            };
            kept.users = kept.users.saturating_sub(1);
            if kept.users == 0 && kept.unload_asked {
                let span = kept.span;
                self.waves.remove(wave);
                self.departures.leave_as_promised(*wave, span);
            }
        }
        self.departures.leave(handle, entry.span)
    }

    fn unload_wave(&mut self, handle: DownloadHandle) -> Result<Unloaded, DownloadError> {
        let entry = self
            .waves
            .get_mut(&handle)
            .filter(|entry| !entry.unload_asked)
            .ok_or(DownloadError::UnknownHandle(handle))?;
        entry.unload_asked = true;
        let (id, users, span) = (entry.id, entry.users, entry.span);
        self.forget_id(id, handle);
        if users > 0 {
            return Ok(Unloaded::Pending);
        }
        self.waves.remove(&handle);
        Ok(self.departures.leave(handle, span))
    }

    /// Frees an id for another download.
    fn forget_id(&mut self, id: u32, handle: DownloadHandle) {
        if self.by_id.get(&id) == Some(&handle) {
            self.by_id.remove(&id);
        }
    }
}

impl Downloads for DownloadTable {
    /// # Errors
    /// [`DownloadError`]; nothing was kept. Waves come before the instruments that link to them.
    fn download(&mut self, chunk: &[u8]) -> Result<DownloadHandle, DownloadError> {
        let download = Download::read(chunk).map_err(refusal)?;
        let (Download::Instrument(InstrumentChunk { id, .. })
        | Download::Wave(WaveChunk { id, .. })) = &download;
        if self.by_id.contains_key(id) {
            return Err(DownloadError::DuplicateId(*id));
        }
        if self.len() + self.departures.leaving() >= MAX_DOWNLOADS {
            return Err(DownloadError::NoMemory);
        }
        match download {
            Download::Wave(chunk) => self.download_wave(&chunk),
            Download::Instrument(chunk) => self.download_instrument(chunk),
        }
    }

    /// # Errors
    /// [`DownloadError::UnknownHandle`], for one unloaded before too, pending or not.
    fn unload(&mut self, handle: DownloadHandle) -> Result<Unloaded, DownloadError> {
        if let Some(entry) = self.instruments.remove(&handle) {
            return Ok(self.unload_instrument(handle, &entry));
        }
        self.unload_wave(handle)
    }

    /// Nothing: everything is copied, and what interpolation reads past an end is added then.
    fn append(&self) -> u32 {
        0
    }

    /// Gives back what lists hold in reserve; collections, and so all that plays, stay as they
    /// are.
    fn compact(&mut self) {
        self.departures.shrink_to_fit();
        for entry in self.instruments.values_mut() {
            entry.waves.shrink_to_fit();
            entry.instrument.regions.shrink_to_fit();
        }
    }

    /// Nothing: as many as the system has.
    fn free_memory(&self) -> Option<u32> {
        None
    }
}

/// A loop cut to its wave; none if nothing of it is left, and the wave plays to its end.
fn fitting(wave_loop: WaveLoop, frames: u32) -> Option<WaveLoop> {
    let length = wave_loop.length.min(frames.saturating_sub(wave_loop.start));
    (length > 0).then_some(WaveLoop {
        length,
        ..wave_loop
    })
}

/// The refusal that a client sees.
fn refusal(error: ChunkError) -> DownloadError {
    match error {
        ChunkError::Truncated { offset } => DownloadError::Truncated { offset },
        ChunkError::BadOffsetTable { index } => DownloadError::BadOffsetTable { index },
        ChunkError::UnknownType(kind) => DownloadError::UnknownType(kind),
        ChunkError::Cycle { index } => DownloadError::Cycle { index },
        ChunkError::BadField { field, value } => DownloadError::BadField { field, value },
        ChunkError::BadWaveFormat { tag, bits } => DownloadError::BadWaveFormat { tag, bits },
        _ => DownloadError::NoMemory,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmus_dls::bank::Wave as BankWave;

    #[test]
    fn equal_waves_are_kept_once_whatever_their_ids() {
        let mut table = DownloadTable::new();
        let mut download = |id, sample_rate, frames: [i16; 3]| {
            let wave = BankWave {
                name: format!("wave {id}"),
                sample_rate,
                frames: frames.to_vec().into(),
                sample: None,
                about: Default::default(),
            };
            table.download(&WaveChunk { id, wave }.to_bytes()).unwrap()
        };
        let first = download(1, 44_100, [1, 2, 3]);
        let others = [
            download(2, 44_100, [1, 2, 3]),
            download(3, 22_050, [1, 2, 3]),
            download(4, 44_100, [1, 2, 4]),
        ];
        let wave = |handle| Arc::clone(&table.waves[handle].wave);
        let same = others
            .each_ref()
            .map(|other| Arc::ptr_eq(&wave(other), &wave(&first)));
        assert_eq!(same, [true, false, false]);
        // Each has its own life.
        assert_eq!(table.unload(first), Ok(Unloaded::Now));
        assert_eq!(table.len(), 3);
    }
}
