//! Chunks of single instruments and waves: what is read, what is refused, and what comes back.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests may unwrap, and fail in helpers"
)]

use dmus_dls::bank::{
    Connection, Curve, Destination, Dialect, Instrument, LoopKind, Patch, Region, Source,
    Transform, Wave, WaveLink, WaveLoop, WaveSample,
};
use dmus_dls::download::{ChunkError, Download, InstrumentChunk, WaveChunk, chunks_of};
use dmus_dls::units::RelativeGain;
use dmus_dls::{Bank, Image};
use proptest::prelude::*;

#[path = "download/chunks.rs"]
mod chunks;
#[path = "download/random.rs"]
mod random;
#[path = "random/bank.rs"]
mod random_bank;

use chunks::{
    Chunk, articulation_1, articulation_2, extension, instrument, list, own_extension, region, wave,
};
use random::{instrument_chunks, wave_chunks};
use random_bank::banks;

fn read(bytes: &[u8]) -> Result<Download, ChunkError> {
    Download::read(bytes)
}

#[track_caller]
fn read_instrument(chunk: &Chunk) -> InstrumentChunk {
    match read(&chunk.bytes(3)) {
        Ok(Download::Instrument(instrument)) => instrument,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn refused(chunk: &Chunk, kind: u32) -> ChunkError {
    read(&chunk.bytes(kind)).unwrap_err()
}

/// One region on the wave of id 7.
fn smallest() -> Chunk {
    Chunk::new(vec![instrument(1, 0, 0, 0), region(0, 0, 0, 7)])
}

#[test]
fn an_instrument_is_read_field_by_field() {
    let mut object = instrument(1, 0, 0, 0);
    object.set_u32(0, 0x8012_3405);
    object.set_u32(20, 1);
    let mut first = region(0, 2, 0, 7);
    first.set_u16s(0, &[10, 20, 30, 200]);
    first.set_u16s(8, &[1, 5]);
    first.set_u16s(24, &[3, 9]);
    first.set_u32(28, 2);
    first.set_u16s(40, &[61, 0xFFFE]);
    first.set_u32(44, (-655_360_i32).cast_unsigned());
    for (at, value) in [(48, 3), (52, 1), (60, 1), (64, 100), (68, 200)] {
        first.set_u32(at, value);
    }
    let chunk = read_instrument(&Chunk::new(vec![object, first, region(0, 0, 0, 8)]));
    assert_eq!(chunk.id, 77);
    assert!(chunk.general_midi);
    assert_eq!(chunk.waves, [7, 8]);
    let patch = Patch {
        drums: true,
        bank_msb: 0x12,
        bank_lsb: 0x34,
        program: 5,
    };
    assert_eq!(chunk.instrument.patch, patch);
    let expected = Region {
        keys: 10..=20,
        velocities: 30..=127,
        self_non_exclusive: true,
        key_group: 5,
        layer: None,
        wave: 0,
        link: WaveLink {
            phase_master: true,
            multi_channel: true,
            phase_group: 9,
            channels: 2,
        },
        sample: Some(WaveSample {
            unity_note: 61,
            fine_tune: -2,
            gain: RelativeGain(-655_360),
            wave_loop: Some(WaveLoop {
                kind: LoopKind::UntilRelease,
                start: 100,
                length: 200,
            }),
            no_truncation: true,
            no_compression: true,
        }),
        articulation: None,
        fixed_key: None,
        fixed_velocity: None,
        about: Default::default(),
    };
    assert_eq!(chunk.instrument.regions[0], expected);
    assert_eq!(chunk.instrument.regions[1].wave, 1);
}

#[test]
fn regions_come_in_the_order_of_their_chain() {
    let mut parts = vec![instrument(3, 0, 0, 0)];
    parts.extend([region(0, 0, 0, 1), region(0, 1, 0, 2), region(0, 2, 0, 3)]);
    let chunk = read_instrument(&Chunk::new(parts));
    assert_eq!(chunk.waves, [3, 2, 1]);
}

#[test]
fn a_wave_of_sixteen_bits_is_read_frame_by_frame() {
    let chunk = Chunk::new(wave(16, &[0x01, 0x00, 0xFF, 0xFF, 0x00, 0x80]));
    let Ok(Download::Wave(found)) = read(&chunk.bytes(2)) else {
        panic!("no wave");
    };
    assert_eq!(found.wave.frames.high(), [1, -1, i16::MIN]);
    assert_eq!(found.wave.sample_rate, 22_050);
}

#[test]
fn a_wave_of_eight_bits_is_widened() {
    let chunk = Chunk::new(wave(8, &[0x80, 0xFF, 0x00]));
    let Ok(Download::Wave(found)) = read(&chunk.bytes(2)) else {
        panic!("no wave");
    };
    assert_eq!(found.wave.frames.high(), [0, 0x7F00, i16::MIN]);
}

#[test]
fn level_1_articulation_becomes_twenty_connections() {
    let mut parts = vec![instrument(1, 2, 0, 0), region(0, 0, 0, 7)];
    parts.extend(articulation_1(3, &(100..120).collect::<Vec<i32>>()));
    let Ok(Download::Instrument(chunk)) = read(&Chunk::new(parts).bytes(1)) else {
        panic!("no instrument");
    };
    let found: Vec<_> = chunk
        .instrument
        .articulation
        .iter()
        .map(|it| (it.source, it.control, it.destination, it.scale))
        .collect();
    let (none, lfo, wheel) = (Source::None, Source::ModLfo, Source::Controller(1));
    let (velocity, key) = (Source::Velocity, Source::KeyNumber);
    let expected = [
        (none, none, Destination::ModLfoFrequency),
        (none, none, Destination::ModLfoDelay),
        (lfo, none, Destination::Gain),
        (lfo, none, Destination::Pitch),
        (lfo, wheel, Destination::Gain),
        (lfo, wheel, Destination::Pitch),
        (none, none, Destination::Eg1Attack),
        (none, none, Destination::Eg1Decay),
        (none, none, Destination::Eg1Sustain),
        (none, none, Destination::Eg1Release),
        (velocity, none, Destination::Eg1Attack),
        (key, none, Destination::Eg1Decay),
        (none, none, Destination::Eg2Attack),
        (none, none, Destination::Eg2Decay),
        (none, none, Destination::Eg2Sustain),
        (none, none, Destination::Eg2Release),
        (velocity, none, Destination::Eg2Attack),
        (key, none, Destination::Eg2Decay),
        (Source::Eg2, none, Destination::Pitch),
        (none, none, Destination::Pan),
    ];
    let expected: Vec<_> = expected
        .into_iter()
        .zip(100..)
        .map(|((source, control, destination), scale)| (source, control, destination, scale))
        .collect();
    assert_eq!(found, expected);
    // Level 1 leaves the oscillator's polarity unsaid.
    assert!(chunk.instrument.articulation[3].source_transform.bipolar);
}

#[test]
fn level_2_articulations_follow_each_other_in_one_list() {
    let block = |scale: i32| ([0, 0, 0x0500, 0], scale);
    let mut parts = vec![instrument(1, 0, 0, 0), region(2, 0, 0, 7)];
    parts.push(articulation_2(4, 3));
    parts.push(articulation_2(5, 0));
    parts.push(list(&[block(1)]));
    parts.push(list(&[block(2), block(3)]));
    let chunk = read_instrument(&Chunk::new(parts));
    let own = chunk.instrument.regions[0].articulation.as_ref().unwrap();
    assert_eq!(own.iter().map(|it| it.scale).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(chunk.instrument.articulation.is_empty());
}

#[test]
fn an_empty_list_of_a_region_is_a_list() {
    let parts = vec![
        instrument(1, 0, 0, 0),
        region(2, 0, 0, 7),
        articulation_2(3, 0),
        list(&[]),
    ];
    let chunk = read_instrument(&Chunk::new(parts));
    assert_eq!(chunk.instrument.regions[0].articulation, Some(Vec::new()));
}

#[test]
fn extensions_are_skipped_wherever_they_stand() {
    let parts = vec![
        instrument(1, 2, 4, 0),
        region(0, 0, 4, 7),
        {
            let mut part = articulation_2(3, 0);
            part.set_u32(4, 5);
            part
        },
        list(&[]),
        extension(5, b"some"),
        extension(0, b"more!"),
    ];
    let chunk = read_instrument(&Chunk::new(parts));
    assert_eq!(chunk.instrument.regions.len(), 1);
}

#[test]
fn a_copyright_is_skipped_and_has_to_lie_within_the_chunk() {
    let parts = vec![
        instrument(1, 0, 0, 2),
        region(0, 0, 0, 7),
        chunks::text(b"somebody"),
    ];
    let mut chunk = Chunk::new(parts);
    assert_eq!(read_instrument(&chunk).instrument.regions.len(), 1);
    chunk.parts[2].set_u32(0, 9);
    assert!(matches!(refused(&chunk, 3), ChunkError::Truncated { .. }));
}

#[test]
fn a_table_without_entries_is_refused() {
    let mut bytes = smallest().bytes(3);
    bytes[8..12].fill(0);
    assert_eq!(read(&bytes), Err(ChunkError::BadOffsetTable { index: 0 }));
}

#[test]
fn an_object_that_does_not_follow_the_table_is_refused() {
    let mut bytes = smallest().bytes(3);
    bytes[16] += 4;
    assert_eq!(read(&bytes), Err(ChunkError::BadOffsetTable { index: 0 }));
}

#[test]
fn an_offset_outside_the_declared_size_is_refused() {
    let good = smallest().bytes(3);
    let total = u32::try_from(good.len()).unwrap();
    for offset in [0, 15, 16, 23, total, total + 1, u32::MAX] {
        let mut bytes = good.clone();
        bytes[20..24].copy_from_slice(&offset.to_le_bytes());
        // Bytes behind the declared size do not count.
        bytes.extend([0; 64]);
        let error = read(&bytes).unwrap_err();
        assert_eq!(error, ChunkError::BadOffsetTable { index: 1 }, "{offset}");
    }
}

#[test]
fn an_index_outside_the_table_is_refused() {
    let chunk = Chunk::new(vec![instrument(2, 0, 0, 0), region(0, 0, 0, 7)]);
    assert_eq!(refused(&chunk, 3), ChunkError::BadOffsetTable { index: 2 });
}

#[test]
fn a_declared_size_beyond_the_buffer_is_refused() {
    let mut bytes = smallest().bytes(3);
    bytes.pop();
    let offset = u32::try_from(bytes.len()).unwrap();
    assert_eq!(read(&bytes), Err(ChunkError::Truncated { offset }));
}

#[test]
fn more_entries_than_bytes_are_refused() {
    for entries in [1 << 10, u32::MAX / 4, u32::MAX] {
        let mut bytes = smallest().bytes(3);
        bytes[8..12].copy_from_slice(&entries.to_le_bytes());
        assert!(matches!(read(&bytes), Err(ChunkError::Truncated { .. })));
    }
}

#[test]
fn types_beyond_instrument_and_wave_are_unknown() {
    for kind in [0, 4, 5, 6, u32::MAX] {
        let error = refused(&smallest(), kind);
        assert_eq!(error, ChunkError::UnknownType(kind));
    }
}

#[test]
fn a_chain_of_regions_that_comes_back_is_refused() {
    for (second, index) in [(1, 1), (2, 2)] {
        let parts = vec![
            instrument(1, 0, 0, 0),
            region(0, 2, 0, 7),
            region(0, second, 0, 7),
        ];
        assert_eq!(refused(&Chunk::new(parts), 3), ChunkError::Cycle { index });
    }
}

#[test]
fn a_chain_of_extensions_that_comes_back_is_refused() {
    let parts = vec![
        instrument(1, 0, 2, 0),
        region(0, 0, 0, 7),
        extension(3, b""),
        extension(2, b""),
    ];
    let error = refused(&Chunk::new(parts), 3);
    assert_eq!(error, ChunkError::Cycle { index: 2 });
}

#[test]
fn a_chain_of_articulations_that_comes_back_is_refused() {
    let parts = vec![
        instrument(1, 2, 0, 0),
        region(0, 0, 0, 7),
        articulation_2(0, 3),
        articulation_2(0, 2),
    ];
    let error = refused(&Chunk::new(parts), 3);
    assert!(matches!(error, ChunkError::Cycle { index: 2 | 3 }));
}

#[test]
fn a_field_out_of_range_is_refused_by_name() {
    let with = |change: &dyn Fn(&mut chunks::Part)| {
        let mut chunk = smallest();
        change(&mut chunk.parts[1]);
        refused(&chunk, 3)
    };
    let bad = |field, value| ChunkError::BadField { field, value };
    assert_eq!(
        with(&|r| r.set_u16s(0, &[9, 8])),
        bad("RangeKey", 0x0008_0009)
    );
    assert_eq!(
        with(&|r| r.set_u16s(4, &[128, 255])),
        bad("RangeVelocity", 0x00FF_0080)
    );
    assert_eq!(with(&|r| r.set_u16s(40, &[128])), bad("usUnityNote", 128));
    assert_eq!(with(&|r| r.set_u32(52, 2)), bad("cSampleLoops", 2));
    let kind = with(&|r| {
        r.set_u32(52, 1);
        r.set_u32(60, 2);
    });
    assert_eq!(kind, bad("ulType", 2));
    let mut chunk = smallest();
    chunk.parts[0].set_u32(0, 0x80);
    assert_eq!(refused(&chunk, 3), bad("ulPatch", 0x80));
    let none = Chunk::new(vec![instrument(0, 0, 0, 0)]);
    assert_eq!(refused(&none, 3), bad("ulFirstRegionIdx", 0));
    let mut bytes = smallest().bytes(3);
    bytes[4..8].fill(0xFF);
    assert_eq!(read(&bytes), Err(bad("dwDLId", u32::MAX)));
}

#[test]
fn a_wave_that_is_not_mono_pcm_is_refused() {
    let with = |at: usize, value: u16| {
        let mut chunk = Chunk::new(wave(16, &[0; 8]));
        chunk.parts[0].set_u16s(at, &[value]);
        refused(&chunk, 2)
    };
    let coding = |tag, bits| ChunkError::BadWaveFormat { tag, bits };
    assert_eq!(with(12, 2), coding(2, 16));
    assert_eq!(with(26, 24), coding(1, 24));
    let bad = |field, value| ChunkError::BadField { field, value };
    assert_eq!(with(14, 2), bad("nChannels", 2));
    let mut chunk = Chunk::new(wave(16, &[0; 8]));
    chunk.parts[0].set_u32(16, 0);
    assert_eq!(refused(&chunk, 2), bad("nSamplesPerSec", 0));
    let empty = Chunk::new(wave(16, &[]));
    assert_eq!(refused(&empty, 2), bad("ulWaveDataIdx", 1));
}

#[test]
fn wave_data_longer_than_the_chunk_is_refused() {
    for size in [9, 1 << 20, u32::MAX] {
        let mut chunk = Chunk::new(wave(16, &[0; 8]));
        chunk.parts[1].set_u32(0, size);
        assert!(matches!(refused(&chunk, 2), ChunkError::Truncated { .. }));
    }
}

#[test]
fn a_shared_list_cannot_blow_up_memory() {
    // A thousand connections that five hundred regions share: half a million copies.
    let blocks = vec![([0, 0, 0x0500, 0], 1); 1000];
    let mut parts = vec![instrument(3, 0, 0, 0), articulation_2(2, 0), list(&blocks)];
    for n in 0..500 {
        let next = if n == 499 { 0 } else { n + 4 };
        parts.push(region(1, next, 0, 7));
    }
    assert_eq!(refused(&Chunk::new(parts), 3), ChunkError::TooLarge);
}

#[test]
fn a_chunk_cut_anywhere_is_refused() {
    let chunks = [everything().bytes(3), Chunk::new(wave(8, &[1; 9])).bytes(2)];
    for whole in chunks {
        assert!(read(&whole).is_ok());
        for end in 0..whole.len() {
            let cut = &whole[..end];
            assert!(
                matches!(read(cut), Err(ChunkError::Truncated { .. })),
                "{end}"
            );
            // The same with a head that says so.
            let mut honest = cut.to_vec();
            if let Some(total) = honest.get_mut(12..16) {
                total.copy_from_slice(&u32::try_from(end).unwrap().to_le_bytes());
            }
            assert!(read(&honest).is_err(), "{end}");
        }
    }
}

/// A chunk with every kind of part.
fn everything() -> Chunk {
    Chunk::new(vec![
        instrument(1, 3, 5, 0),
        region(3, 2, 5, 7),
        region(0, 0, 0, 8),
        articulation_2(4, 0),
        list(&[([0, 0, 0x0500, 0], 5)]),
        extension(0, b"name"),
    ])
}

#[test]
fn a_bank_is_downloaded_waves_first() {
    let frames = Wave {
        name: "lost".to_owned(),
        sample_rate: 44_100,
        about: Default::default(),
        frames: vec![1, 2, 3, 4].into(),
        sample: Some(WaveSample {
            unity_note: 72,
            ..WaveSample::default()
        }),
    };
    let plain = Region {
        layer: Some(1),
        ..Region::of_wave(1)
    };
    let bank = Bank {
        instruments: vec![Instrument {
            patch: Patch {
                drums: false,
                bank_msb: 1,
                bank_lsb: 2,
                program: 3,
            },
            name: "lost".to_owned(),
            regions: vec![plain],
            articulation: vec![Connection {
                source: Source::None,
                source_transform: Transform::default(),
                control: Source::None,
                control_transform: Transform::default(),
                destination: Destination::Pan,
                output_curve: Curve::Linear,
                scale: 5,
            }],
            dialect: Dialect::Dls,
            about: Default::default(),
        }],
        waves: vec![frames.clone(), frames],
        ..Bank::default()
    };
    let chunks = chunks_of(&bank, 40);
    assert_eq!(chunks.len(), 3);
    for (index, bytes) in chunks.iter().enumerate() {
        match read(bytes).unwrap() {
            Download::Wave(wave) => {
                assert_eq!(wave.id as usize, 40 + index);
                assert_eq!(wave.wave.frames.high(), [1, 2, 3, 4]);
            }
            Download::Instrument(found) => {
                assert_eq!((index, found.id), (2, 42));
                assert_eq!(found.waves, [41]);
                assert_eq!(found.instrument.patch, bank.instruments[0].patch);
                assert_eq!(
                    found.instrument.articulation,
                    bank.instruments[0].articulation
                );
                // What the region left to its wave is said at the region.
                let sample = found.instrument.regions[0].sample.unwrap();
                assert_eq!(sample.unity_note, 72);
            }
        }
    }
}

proptest! {
    #[test]
    fn an_instrument_comes_back_as_it_was(chunk in instrument_chunks()) {
        prop_assert_eq!(read(&chunk.to_bytes()), Ok(Download::Instrument(chunk)));
    }

    #[test]
    fn whatever_a_bank_says_beyond_dls_comes_back(bank in banks()) {
        let ids: Vec<u32> = (0..).take(bank.waves.len()).collect();
        let instrument = InstrumentChunk::of(&bank, 0, 7, &ids).unwrap();
        prop_assert_eq!(read(&instrument.to_bytes()), Ok(Download::Instrument(instrument)));
        for wave in bank.waves {
            let wave = WaveChunk {
                id: 7,
                wave: Wave { name: String::new(), sample: None, about: Default::default(), ..wave },
            };
            let bytes = wave.to_bytes();
            let image = Image::from_bytes(&bytes);
            prop_assert_eq!(Download::from_image(&image), Ok(Download::Wave(wave.clone())));
            prop_assert_eq!(read(&bytes), Ok(Download::Wave(wave)));
        }
    }

    #[test]
    fn a_wave_comes_back_as_it_was(chunk in wave_chunks()) {
        prop_assert_eq!(read(&chunk.to_bytes()), Ok(Download::Wave(chunk)));
    }

    #[test]
    fn no_lie_makes_the_reader_panic(
        kind in 0_u32..5,
        lies in proptest::collection::vec((any::<prop::sample::Index>(), any::<u32>()), 0..6),
    ) {
        let mut bytes = everything().bytes(kind);
        for (index, value) in lies {
            let words = bytes.len() / 4;
            let at = 4 * index.index(words);
            let value = if value % 3 == 0 { value % 200 } else { value };
            bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
        }
        if let Ok(Download::Instrument(found)) = read(&bytes) {
            for region in &found.instrument.regions {
                prop_assert!(region.wave < found.waves.len());
                prop_assert!(*region.keys.end() < 128 && !region.keys.is_empty());
            }
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes);
    }
}

#[test]
fn frames_of_a_chunk_in_memory_stay_there() {
    let bytes = Chunk::new(wave(16, &[1, 0, 2, 0])).bytes(2);
    let image = Image::from_bytes(&bytes);
    let frames = || match Download::from_image(&image) {
        Ok(Download::Wave(wave)) => wave.wave.frames,
        other => panic!("{other:?}"),
    };
    assert_eq!(frames().high(), [1, 2]);
    if cfg!(target_endian = "little") {
        assert!(frames().share_memory(&frames()));
    }
}

#[test]
fn an_extension_of_ours_that_is_wrong_is_refused() {
    let insertion_of_unknown_source = [&[0, 0, 1, 0, 0, 0][..], &[0xFF; 12]].concat();
    for (id, body) in [
        (b"DMUI", &[2, 0, 0, 0][..]),
        (b"DMUI", &[1, 0, 1, 0]),
        (b"DMUI", &insertion_of_unknown_source),
    ] {
        let parts = vec![
            instrument(1, 0, 2, 0),
            region(0, 0, 0, 7),
            own_extension(id, body),
        ];
        let field = "DMUI";
        let error = ChunkError::BadField { field, value: 0 };
        assert_eq!(refused(&Chunk::new(parts), 3), error);
    }
}

#[test]
fn an_instrument_with_a_wave_that_has_no_id_gives_no_chunk() {
    let mut bank = Bank::default();
    assert_eq!(InstrumentChunk::of(&bank, 0, 1, &[]), None);
    let Ok(Download::Instrument(found)) = read(&smallest().bytes(3)) else {
        panic!("no instrument");
    };
    bank.instruments.push(found.instrument);
    assert_eq!(InstrumentChunk::of(&bank, 0, 1, &[7]), None);
    bank.waves.push(Wave {
        name: String::new(),
        sample_rate: 8_000,
        about: Default::default(),
        frames: vec![7].into(),
        sample: None,
    });
    assert_eq!(InstrumentChunk::of(&bank, 0, 1, &[]), None);
    assert!(InstrumentChunk::of(&bank, 0, 1, &[7]).is_some());
}
