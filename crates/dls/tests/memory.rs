//! Memory of a reading: a small multiple of the file, whatever the file declares; and of a writing,
//! which is next to none.
//!
//! In a binary of its own, one test at a time, since the count is of the whole process.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::io;

use dmus_dls::write::{length, to_dls, to_writer};
use dmus_dls::{Bank, Image, limits};
use peak_alloc::PeakAlloc;

#[path = "bytes/file.rs"]
mod file;
#[path = "bytes/sample.rs"]
mod sample;

use file::{
    art, chunk, collection, fmt, instrument, list, parts, region, rgnh, riff, u16s, u32s, wave,
    wlnk, wsmp,
};
use sample::{beyond, everything, smallest};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Bytes taken for each byte of a file, at most.
const FACTOR: usize = 8;
/// Bytes taken beside that: the warnings that are kept, with their paths.
const FIXED: usize = 96 * 1024;

/// The most bytes in use at one time during a reading, beside those before it.
fn taken<T>(read: impl FnOnce() -> T) -> usize {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let bank = read();
    let taken = MEMORY.peak_usage().saturating_sub(before);
    drop(bank);
    taken
}

/// Reads a file as bytes, then as an image, which is there already.
///
/// - `factor`: bytes that may be taken for each byte of the file
#[track_caller]
fn assert_bounded(name: &str, file: &[u8], factor: usize) {
    let allowed = factor * file.len() + FIXED;
    let image = Image::from_bytes(file);
    let of_image = taken(|| Bank::from_image(&image));
    let of_bytes = taken(|| Bank::read(file));
    for taken in [of_image, of_bytes.saturating_sub(file.len())] {
        assert!(
            taken <= allowed,
            "{name}: {taken} bytes beside the copy of a file of {}",
            file.len()
        );
    }
}

/// Bytes that the warnings, texts, regions and waves of one small bank take.
const TABLES: usize = 16 * 1024;

/// Two megabytes of recordings of 16 bit.
fn recordings() -> Vec<u8> {
    let data = chunk(b"data", &[0x55; 100_000]);
    let wide = list(b"wave", &[fmt(1, 1, 16), data]);
    collection(&[instrument(&[region(&[])], &[])], &vec![wide; 20])
}

fn recordings_of_16_bit_are_in_memory_once() {
    let file = recordings();
    let image = Image::from_bytes(&file);
    let of_image = taken(|| Bank::from_image(&image).unwrap());
    assert!(of_image <= TABLES, "{of_image} bytes beside the file");
    let of_bytes = taken(|| Bank::read(&file).unwrap());
    assert!(of_bytes <= file.len() + TABLES, "{of_bytes} bytes");

    let song = riff(b"RMID", &[chunk(b"data", &[0; 6]), file]);
    let image = Image::from_bytes(&song);
    let of_song = taken(|| Bank::from_image(&image).unwrap());
    assert!(of_song <= TABLES, "{of_song} bytes beside the song");
}

/// Files of about a megabyte, each of the parts that take the most for what they are.
fn dense_files() -> Vec<(&'static str, Vec<u8>)> {
    let one = || instrument(&[region(&[])], &[]);
    let pcm = |bits, data: &[u8]| list(b"wave", &[fmt(1, 1, bits), chunk(b"data", data)]);
    let stub = list(b"rgn2", &[rgnh(), wlnk(0)]);
    let blocks = vec![([0, 0, 3, 0], 1); 1000];
    let connections = instrument(&[region(&[])], &[list(b"lar2", &[art(b"art2", &blocks)])]);
    let text = list(b"INFO", &[chunk(b"INAM", &[0xFC; 60_000])]);
    let broken = list(
        b"rgn2",
        &[
            wsmp(200, Some([9, 9])),
            chunk(b"rgnh", &u16s(&[3, 2, 1, 0])),
        ],
    );
    vec![
        (
            "narrow frames",
            collection(&[one()], &[pcm(8, &[0x55; 1_000_000])]),
        ),
        (
            "wide frames",
            collection(&[one()], &[pcm(16, &[0x55; 1_000_000])]),
        ),
        (
            "waves",
            collection(&[one()], &vec![pcm(8, &[1, 2]); 17_000]),
        ),
        (
            "empty waves",
            collection(&[one()], &vec![list(b"wave", &[]); 80_000]),
        ),
        (
            "regions",
            collection(&[instrument(&vec![stub; 16_384], &[])], &[wave(&[])]),
        ),
        (
            "instruments",
            collection(&vec![one(); 10_000], &[wave(&[])]),
        ),
        (
            "connections",
            collection(&vec![connections; 80], &[wave(&[])]),
        ),
        (
            "texts",
            collection(&vec![instrument(&[region(&[])], &[text]); 16], &[wave(&[])]),
        ),
        (
            "defects",
            collection(&[instrument(&vec![broken; 10_000], &[])], &[wave(&[])]),
        ),
        (
            "empty chunks",
            riff(b"DLS ", &vec![chunk(b"xxxx", &[]); 120_000]),
        ),
    ]
}

/// Files of what is decoded to more than it was, or said once and held several times.
fn copying_files() -> Vec<(&'static str, Vec<u8>)> {
    let one = |regions: &[Vec<u8>], more: &[Vec<u8>]| instrument(regions, more);
    let of = |fmt: Vec<u8>| list(b"wave", &[fmt, chunk(b"data", &[0x55; 1_000_000])]);
    let blocks_of = |tag: u16, size: u16| {
        let body = [u16s(&[tag, 1]), u32s(&[8000, 0]), u16s(&[size, 4])].concat();
        of(chunk(b"fmt ", &body))
    };
    let pair = list(b"wave", &[fmt(1, 2, 16), chunk(b"data", &[1; 40])]);
    let blocks: Vec<_> = (0..128).map(|n| ([0x80 + n, 0, 3, 0], 1)).collect();
    let shared = list(b"lar2", &[art(b"art2", &blocks)]);
    let names: Vec<Vec<u8>> = (0..64)
        .map(|n| chunk(&[b'I', b'X', b'0' + n / 8, b'0' + n % 8], b"a"))
        .collect();
    let texts = list(b"INFO", &names);
    let named = region(&[texts]);
    let records: Vec<u8> = (0..100_000_u32)
        .flat_map(|n| [n & 0x3FFF | (n >> 14) << 16, 0])
        .flat_map(u32::to_le_bytes)
        .collect();
    let aliases = [vec![9; 4], (0..128).collect(), u32s(&[100_000]), records].concat();
    let mut aliased = parts(
        &[one(&vec![region(&[]); 500], std::slice::from_ref(&shared))],
        &[wave(&[])],
    );
    aliased.push(chunk(b"pgal", &aliases));
    vec![
        (
            "24 bit",
            collection(&[one(&[region(&[])], &[])], &[of(fmt(1, 1, 24))]),
        ),
        (
            "float",
            collection(&[one(&[region(&[])], &[])], &[of(fmt(3, 1, 32))]),
        ),
        (
            "IMA",
            collection(&[one(&[region(&[])], &[])], &[blocks_of(0x11, 512)]),
        ),
        (
            "MS",
            collection(&[one(&[region(&[])], &[])], &[blocks_of(2, 512)]),
        ),
        (
            "stereo regions",
            collection(&[one(&vec![region(&[]); 16_000], &[shared])], &[pair]),
        ),
        (
            "many texts",
            collection(&[one(&vec![named; 1000], &[])], &[wave(&[])]),
        ),
        ("aliases", riff(b"DLS ", &aliased)),
    ]
}

/// Small files in which every number, one after the other, is as large as it can be.
fn lying_files() -> impl Iterator<Item = Vec<u8>> {
    [everything(), smallest(), beyond()]
        .into_iter()
        .flat_map(|file| {
            (0..file.len() - 3).map(move |at| {
                let mut file = file.clone();
                file.splice(at..at + 4, u32::MAX.to_le_bytes());
                file
            })
        })
}

fn writing_holds_nothing_of_the_recordings() {
    let bank = Bank::read(&recordings()).unwrap();
    let nowhere = io::sink();
    let streamed = taken(|| to_writer(&bank, nowhere).unwrap());
    assert!(streamed <= TABLES, "{streamed} bytes to stream");
    let measured = taken(|| length(&bank));
    assert!(measured <= TABLES, "{measured} bytes to measure");
    let length = usize::try_from(length(&bank)).unwrap();
    let held = taken(|| to_dls(&bank));
    assert!(held <= length + TABLES, "{held} bytes to hold {length}");
    let part = taken(|| bank.trimmed(|_| true));
    assert!(part <= TABLES, "{part} bytes for a part");
}

/// The count is of the process, in which two tests would run at a time.
#[test]
fn reading_takes_a_small_multiple_of_the_file() {
    recordings_of_16_bit_are_in_memory_once();
    writing_holds_nothing_of_the_recordings();
    for (name, file) in dense_files() {
        assert_bounded(name, &file, FACTOR);
    }
    for (name, file) in copying_files() {
        assert_bounded(name, &file, FACTOR + limits::COPIES);
    }
    for file in lying_files() {
        assert_bounded("lie", &file, FACTOR);
    }
    let mut parts = parts(&[instrument(&[region(&[])], &[])], &[wave(&[])]);
    parts[2] = chunk(b"ptbl", &u32s(&[8, 0x4000_0000]));
    assert_bounded("table", &riff(b"DLS ", &parts), FACTOR);
}
