//! Downloads while notes sound: what plays, what is refused, what stays as it is.

use std::sync::Arc;

use assert_no_alloc::assert_no_alloc;
use dmus_dls::Bank;
use dmus_dls::bank::Destination;
use dmus_dls::download::{InstrumentChunk, WaveChunk, chunks_of};
use dmus_kernel::property::{DownloadError, DownloadHandle, Downloads, Unloaded};
use dmus_synth::{DownloadTable, Layer};
use proptest::prelude::*;

use crate::bank::{base, decibels, harness, patch, seconds};
use crate::block_size::lively;
use crate::measure::{Stereo, close};
use crate::rig::{Rig, compile};

/// A table beside an engine, as the two sides of a stream.
pub(crate) struct Client {
    pub(crate) table: DownloadTable,
    pub(crate) rig: Rig,
}

impl Client {
    /// An engine without banks.
    pub(crate) fn new() -> Self {
        Self::over(None)
    }

    /// An engine with a bank for its user.
    pub(crate) fn over(bank: Option<&Bank>) -> Self {
        let mut rig = Rig::new(&harness(&[]));
        let user = bank.map(compile);
        rig.engine.download(Layer::User(0), user).unwrap();
        while rig.engine.take_retired().is_some() {}
        Self {
            table: DownloadTable::new(),
            rig,
        }
    }

    /// Carries to and fro what waits on either side.
    pub(crate) fn sync(&mut self) {
        if let Some(collection) = self.table.take_changed() {
            let given = self.rig.engine.download(Layer::Download, collection);
            given.unwrap();
        }
        while let Some(home) = self.rig.engine.take_retired() {
            self.table.retired(&home);
        }
    }

    pub(crate) fn download(&mut self, chunk: &[u8]) -> DownloadHandle {
        let handle = self.table.download(chunk).unwrap();
        self.sync();
        handle
    }

    pub(crate) fn unload(&mut self, handle: DownloadHandle) -> Unloaded {
        let unloaded = self.table.unload(handle).unwrap();
        self.sync();
        unloaded
    }

    pub(crate) fn completed(&mut self) -> Vec<DownloadHandle> {
        std::iter::from_fn(|| self.table.take_completed()).collect()
    }
}

/// The wave of the harness.
pub(crate) fn wave(id: u32) -> Vec<u8> {
    let wave = harness(&[]).waves.remove(0);
    WaveChunk { id, wave }.to_bytes()
}

/// The instrument of the harness at a program, at a level, with a release of 0.2 s.
pub(crate) fn instrument(id: u32, wave: u32, program: u8, level_db: f64) -> Vec<u8> {
    let mut bank = harness(&[
        base(Destination::Gain, decibels(level_db)),
        base(Destination::Eg1Release, seconds(0.2)),
    ]);
    bank.instruments[0].patch = patch(false, 0, program);
    InstrumentChunk::of(&bank, 0, id, &[wave])
        .unwrap()
        .to_bytes()
}

fn level(client: &mut Client) -> f64 {
    client.rig.strike(69);
    let level = client.rig.run_s(0.3).level_db(0.1, 0.3);
    client.rig.lift(69);
    client.rig.run_s(0.5);
    level
}

pub(crate) fn assert_same(one: &Stereo, other: &Stereo) {
    let bits = |samples: &[f32]| samples.iter().map(|s| s.to_bits()).collect::<Vec<_>>();
    assert!(bits(&one.left) == bits(&other.left));
    assert!(bits(&one.right) == bits(&other.right));
}

#[test]
fn a_downloaded_instrument_covers_the_banks() {
    let mut client = Client::over(Some(&harness(&[])));
    close(level(&mut client), 0.0, 0.05);
    client.download(&wave(1));
    client.download(&instrument(2, 1, 0, -12.0));
    close(level(&mut client), -12.0, 0.05);
    assert_eq!(client.rig.part(0).layer, Some(Layer::Download));
}

#[test]
fn memory_of_a_client_is_free_at_once() {
    let mut client = Client::new();
    for chunk in [wave(1), instrument(2, 1, 0, -6.0)] {
        let mut chunk = chunk;
        client.table.download(&chunk).unwrap();
        chunk.fill(0xFF);
    }
    client.sync();
    close(level(&mut client), -6.0, 0.05);
}

#[test]
fn a_bank_downloaded_piece_by_piece_sounds_as_the_whole() {
    let play = |rig: &mut Rig| {
        for key in [40, 60, 77] {
            rig.strike(key);
            rig.send(&[0x99, key, 99]);
        }
        let first = rig.run(3001);
        rig.lift(60);
        let second = rig.run(9000);
        (first, second)
    };
    let mut whole = Rig::new(&lively());
    let whole = play(&mut whole);
    let mut client = Client::new();
    for chunk in chunks_of(&lively(), 100) {
        client.table.download(&chunk).unwrap();
    }
    client.sync();
    let pieces = play(&mut client.rig);
    assert!(whole.0.largest_step() > 0.01);
    assert_same(&whole.0, &pieces.0);
    assert_same(&whole.1, &pieces.1);
}

#[test]
fn an_instrument_before_its_wave_is_refused() {
    let mut client = Client::new();
    let early = client.table.download(&instrument(2, 1, 0, 0.0));
    assert_eq!(early, Err(DownloadError::BadWaveLink(1)));
    assert!(client.table.is_empty());
    client.download(&wave(1));
    client.download(&instrument(2, 1, 0, 0.0));
    // The id of an instrument is no wave's.
    let wrong = client.table.download(&instrument(3, 2, 0, 0.0));
    assert_eq!(wrong, Err(DownloadError::BadWaveLink(2)));
}

#[test]
fn an_id_in_force_cannot_be_downloaded_twice() {
    let mut client = Client::new();
    client.download(&wave(1));
    client.download(&instrument(2, 1, 0, 0.0));
    for chunk in [wave(1), wave(2), instrument(1, 1, 5, 0.0)] {
        let id = if chunk == wave(2) { 2 } else { 1 };
        let again = client.table.download(&chunk);
        assert_eq!(again, Err(DownloadError::DuplicateId(id)));
    }
    assert_eq!(client.table.len(), 2);
}

#[test]
fn a_truncated_download_leaves_nothing_behind() {
    let mut client = Client::new();
    client.download(&wave(1));
    let whole = instrument(2, 1, 0, 0.0);
    for end in 0..whole.len() {
        let refused = client.table.download(&whole[..end]);
        assert!(matches!(refused, Err(DownloadError::Truncated { .. })));
    }
    assert_eq!(client.table.len(), 1);
    client.download(&whole);
    close(level(&mut client), 0.0, 0.05);
}

#[test]
fn a_handle_is_never_given_out_twice() {
    let mut client = Client::new();
    let mut last = DownloadHandle(0);
    for _ in 0..5 {
        let handle = client.download(&wave(1));
        assert!(handle > last);
        last = handle;
        assert_eq!(client.unload(handle), Unloaded::Now);
    }
}

#[test]
fn a_download_while_others_play_changes_no_bit_of_them() {
    let mut quiet = Client::over(Some(&lively()));
    let mut busy = Client::over(Some(&lively()));
    for client in [&mut quiet, &mut busy] {
        client.rig.strike(60);
        client.rig.send(&[0x99, 40, 100]);
        client.rig.run(1000);
    }
    for n in 0..8_u32 {
        busy.download(&wave(2 * n));
        busy.download(&instrument(2 * n + 1, 2 * n, 9, 0.0));
        let (quiet, busy) = (quiet.rig.run(777), busy.rig.run(777));
        assert!(quiet.largest_step() > 0.001);
        assert_same(&quiet, &busy);
    }
}

#[test]
fn a_newer_version_leaves_the_note_that_sounds_alone() {
    let mut quiet = Client::new();
    let mut busy = Client::new();
    for client in [&mut quiet, &mut busy] {
        client.download(&wave(1));
        client.download(&instrument(2, 1, 0, 0.0));
        client.rig.strike(69);
        client.rig.run(1000);
    }
    busy.download(&instrument(3, 1, 0, -12.0));
    assert_same(&quiet.rig.run(5000), &busy.rig.run(5000));
    for client in [&mut quiet, &mut busy] {
        client.rig.lift(69);
        client.rig.run_s(0.5);
    }
    close(level(&mut quiet), 0.0, 0.05);
    close(level(&mut busy), -12.0, 0.05);
}

#[test]
fn of_two_downloads_at_one_patch_the_newer_plays_and_the_older_comes_back() {
    let mut client = Client::new();
    client.download(&wave(1));
    client.download(&instrument(2, 1, 0, -6.0));
    let newer = client.download(&instrument(3, 1, 0, -12.0));
    close(level(&mut client), -12.0, 0.05);
    client.unload(newer);
    close(level(&mut client), -6.0, 0.05);
}

#[test]
fn compacting_while_notes_sound_changes_no_bit() {
    let mut left = Client::new();
    let mut compacted = Client::new();
    for client in [&mut left, &mut compacted] {
        let one = client.download(&wave(1));
        client.download(&wave(3));
        client.download(&instrument(2, 3, 0, 0.0));
        client.unload(one);
        client.rig.strike(60);
    }
    for _ in 0..10 {
        compacted.table.compact();
        compacted.sync();
        assert_same(&left.rig.run(333), &compacted.rig.run(333));
    }
    assert_eq!(compacted.table.free_memory(), None);
    assert_eq!(compacted.table.append(), 0);
}

#[test]
fn a_loop_past_its_wave_is_cut_to_it() {
    let mut client = Client::new();
    client.download(&wave(1));
    for (start, length) in [(0, u32::MAX), (40, 100), (99, 1), (100, 1), (u32::MAX, 9)] {
        let mut bank = harness(&[]);
        let sample = bank.waves[0].sample.as_mut().unwrap();
        let wave_loop = sample.wave_loop.as_mut().unwrap();
        (wave_loop.start, wave_loop.length) = (start, length);
        let chunk = InstrumentChunk::of(&bank, 0, 2, &[1]).unwrap().to_bytes();
        let handle = client.download(&chunk);
        client.rig.strike(60);
        client.rig.run(1000);
        // A wave without a loop is over after its hundred frames.
        assert_eq!(client.rig.voices() > 0, start < 100, "{start} {length}");
        client.rig.send(&[0xB0, 120, 0]);
        client.rig.run(1000);
        client.unload(handle);
    }
}

#[test]
fn a_new_stream_is_given_what_is_in_force() {
    let mut client = Client::new();
    client.download(&wave(1));
    client.download(&instrument(2, 1, 0, -12.0));
    let gone = client.download(&instrument(3, 1, 1, 0.0));
    client.rig.send(&[0xC0, 1]);
    client.rig.strike(69);
    client.rig.run(100);
    assert_eq!(client.unload(gone), Unloaded::Pending);
    // The stream goes with all it holds.
    client.rig = Client::new().rig;
    client.table.stream_closed();
    assert_eq!(client.completed(), [gone]);
    client.sync();
    close(level(&mut client), -12.0, 0.05);
}

#[test]
fn an_owner_whose_collection_was_lost_is_given_another() {
    let mut client = Client::new();
    client.table.download(&wave(1)).unwrap();
    client.table.download(&instrument(2, 1, 0, -12.0)).unwrap();
    let lost = client.table.take_changed().unwrap().unwrap();
    assert!(client.table.take_changed().is_none());
    assert!(client.table.retired(&lost));
    assert!(!client.table.retired(&lost));
    client.table.send_again();
    client.sync();
    close(level(&mut client), -12.0, 0.05);
}

#[test]
fn the_engine_side_of_a_download_allocates_nothing() {
    let mut client = Client::new();
    client.download(&wave(1));
    client.download(&instrument(2, 1, 0, 0.0));
    client.rig.strike(60);
    client.table.download(&instrument(3, 1, 0, 0.0)).unwrap();
    let next = client.table.take_changed().unwrap();
    let mut home = None;
    let (mut left, mut right) = (vec![0.0; 30_000], vec![0.0; 30_000]);
    assert_no_alloc(|| {
        let engine = &mut client.rig.engine;
        engine.download(Layer::Download, next).unwrap();
        engine.message(1, &[0x90, 64, 100]);
        engine.message(1, &[0x80, 60, 0]);
        engine.render(&mut left, &mut right);
        home = engine.take_retired();
    });
    let home = home.unwrap();
    assert!(client.table.retired(&home));
    // The table let go of it too: what is here is the last, and it ends on this side.
    assert_eq!(Arc::strong_count(&home), 1);
}

/// What a client may do.
#[derive(Debug, Clone, Copy)]
enum Act {
    Wave(u32),
    Instrument(u32, u32, u8),
    Unload(usize),
    Strike(u8),
    Lift(u8),
    Sync,
    Run(usize),
    Stop,
}

fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => (0_u32..6).prop_map(Act::Wave),
        4 => (0_u32..6, 0_u32..6, 0_u8..3).prop_map(|(id, wave, program)| Act::Instrument(id, wave, program)),
        4 => (0_usize..40).prop_map(Act::Unload),
        4 => (50_u8..60).prop_map(Act::Strike),
        3 => (50_u8..60).prop_map(Act::Lift),
        4 => Just(Act::Sync),
        4 => (1_usize..2000).prop_map(Act::Run),
        1 => Just(Act::Stop),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_pending_unload_is_completed_once_whatever_happens(
        acts in proptest::collection::vec(acts(), 0..120),
    ) {
        let mut client = Client::new();
        let mut handles = Vec::new();
        let mut pending = Vec::new();
        let mut completed = Vec::new();
        for act in acts {
            match act {
                Act::Wave(id) => handles.extend(client.table.download(&wave(id))),
                Act::Instrument(id, wave, program) => {
                    let chunk = instrument(id, wave, program, 0.0);
                    handles.extend(client.table.download(&chunk));
                }
                Act::Unload(index) => {
                    if let Some(handle) = handles.get(index)
                        && client.table.unload(*handle) == Ok(Unloaded::Pending)
                    {
                        pending.push(*handle);
                    }
                }
                Act::Strike(key) => {
                    client.rig.send(&[0xC0, key % 3]);
                    client.rig.strike(key);
                }
                Act::Lift(key) => client.rig.lift(key),
                Act::Sync => client.sync(),
                Act::Run(frames) => {
                    client.rig.run(frames);
                }
                Act::Stop => client.rig.engine.reset(),
            }
            completed.extend(client.completed());
            for handle in &completed {
                prop_assert!(!client.table.is_pending(*handle));
            }
        }
        let mut sorted = handles.clone();
        sorted.dedup();
        prop_assert_eq!(sorted.len(), handles.len());
        for handle in &handles {
            if client.table.unload(*handle) == Ok(Unloaded::Pending) {
                pending.push(*handle);
            }
        }
        client.rig.engine.reset();
        client.sync();
        completed.extend(client.completed());
        prop_assert!(client.table.is_empty());
        pending.sort_unstable();
        completed.sort_unstable();
        prop_assert_eq!(completed, pending);
    }
}
