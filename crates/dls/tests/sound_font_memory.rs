//! Memory of reading a SoundFont: its tables and little more, whatever the file declares.
//!
//! One test in a binary of its own, since the count is of the whole process.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::ops::Range;

use dmus_dls::bank::{Instrument, Recipient, Region, Wave};
use dmus_dls::{Bank, Image, ReadOptions};
use peak_alloc::PeakAlloc;

#[path = "bytes/file.rs"]
#[expect(dead_code, reason = "what collections are made of stands beside it")]
mod file;
#[path = "bytes/sf2.rs"]
#[expect(
    dead_code,
    reason = "modulators and texts take no more than anything else"
)]
mod sf2;
#[path = "bytes/vorbis.rs"]
#[expect(dead_code, reason = "what streams sound like is asked elsewhere")]
mod vorbis;

use sf2::{Font, HEADER, Header, preset, span, zone};
use vorbis::stream;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Bytes taken for each byte of a file, at most, beside the file.
const FACTOR: usize = 20;
/// Bytes taken beside that: the regions that a small file may have, and the tables of one stream.
const FIXED: usize = 4 << 20;

/// The same of a file whose regions are no more than its zones, as the fuzz targets have it.
const FIXED_OF_SMALL: usize = 256 << 10;

/// The most bytes in use at one time during a reading, and those in use after it.
fn taken(image: &Image) -> (usize, usize) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let bank = Bank::from_image(image);
    let peak = MEMORY.peak_usage().saturating_sub(before);
    let kept = MEMORY.current_usage().saturating_sub(before);
    drop(bank);
    (peak, kept)
}

#[track_caller]
fn assert_bounded(name: &str, file: &[u8]) {
    let (peak, _) = taken(&Image::from_bytes(file));
    let allowed = FACTOR * file.len() + FIXED;
    assert!(
        peak <= allowed,
        "{name}: {peak} bytes for a file of {}",
        file.len()
    );
}

/// As many presets, zones and samples as large banks have, each zone with its generators.
fn large() -> Font {
    let zones: Vec<_> = (0..8)
        .map(|number| {
            let keys = span(16 * number, 16 * number + 15);
            let mut generators = vec![(43, keys)];
            generators.extend([(8, 9000), (9, 30), (17, -50), (34, -8000), (36, 1200)]);
            generators.extend([(37, 200), (38, -2000), (48, 90), (54, 1), (56, 100)]);
            generators.push((53, i16::from(number)));
            zone(&generators)
        })
        .collect();
    let mut font = Font::of(&[]);
    font.samples = vec![HEADER; 1418];
    font.instruments = vec![preset(0, 0, &zones); 300];
    font.presets = (0..189)
        .map(|number| {
            let layers: Vec<_> = (0..2).map(|layer| zone(&[(41, number + layer)])).collect();
            let number = u16::try_from(number).unwrap();
            preset(number / 128, number % 128, &layers)
        })
        .collect();
    font.data = vec![0; 20 << 20];
    font
}

fn dense_files() -> Vec<(&'static str, Font)> {
    let all = || vec![zone(&[(53, 0)]); 1000];
    let mut presets = Font::of(&all());
    let outer = vec![zone(&[(41, 0)]); 16];
    presets.presets = (0..2000)
        .map(|number| preset(number / 128, number % 128, &outer))
        .collect();
    let mut samples = Font::of(&[zone(&[(53, 0)])]);
    samples.samples = vec![HEADER; 20_000];
    let parts: Vec<_> = (0..90)
        .flat_map(|start| (0..9).map(move |end| zone(&[(0, start), (1, -end), (53, 0)])))
        .collect();
    let mut broken = Font::of(&vec![zone(&[(14, 0), (53, 9)]); 10_000]);
    broken.instruments.push(preset(0, 0, &all()));
    let spectra = [[9; vorbis::HALF]; 30];
    let one = stream(&spectra, 29 * 32);
    let mut streams = Font::of(&[zone(&[(53, 0)])]);
    streams.data.clear();
    streams.samples.clear();
    for _ in 0..200 {
        let start = u32::try_from(streams.data.len()).unwrap();
        streams.data.extend(&one);
        streams.samples.push(Header {
            start,
            end: u32::try_from(streams.data.len()).unwrap(),
            kind: 0x11,
            ..HEADER
        });
    }
    vec![
        ("presets", presets),
        ("samples", samples),
        ("parts", Font::of(&parts)),
        ("defects", broken),
        ("streams", streams),
        ("zones", Font::of(&vec![zone(&[(53, 0)]); 16_000])),
    ]
}

/// Somebody who keeps nothing, and counts.
#[derive(Debug, Default)]
struct Forgetful {
    waves: usize,
    instruments: usize,
    regions: usize,
}

impl Recipient for Forgetful {
    fn wave(&mut self, _wave: Wave) {
        self.waves += 1;
    }

    fn part(&mut self, whole: usize, _frames: Range<usize>) {
        assert!(whole < self.waves);
        self.waves += 1;
    }

    fn instrument(&mut self, instrument: Instrument) {
        assert!(instrument.regions.is_empty());
        self.instruments += 1;
    }

    fn region(&mut self, region: Region) {
        assert!(region.wave < self.waves && self.instruments > 0);
        self.regions += 1;
    }
}

/// The most bytes in use while a bank is handed over to somebody who keeps none of it.
fn taken_in_passing(image: &Image) -> usize {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let mut recipient = Forgetful::default();
    Bank::deliver(image, ReadOptions::default(), &mut recipient).unwrap();
    assert_eq!((recipient.instruments, recipient.waves), (189, 1418));
    assert_eq!(recipient.regions, 189 * 16);
    MEMORY.peak_usage().saturating_sub(before)
}

#[test]
fn reading_takes_the_tables_and_not_the_recordings() {
    let image = Image::from_bytes(&large().bytes());
    let passing = taken_in_passing(&image);
    assert!(passing < 600_000, "{passing} bytes in passing");
    let (peak, kept) = taken(&image);
    assert!(peak < 5_000_000, "{peak} bytes at the most");
    assert!(kept < 2_000_000, "{kept} bytes kept");
    for (name, font) in dense_files() {
        assert_bounded(name, &font.bytes());
    }
    for zones in [1, 10, 100, 600, 3_000] {
        let file = Font::of(&vec![zone(&[(53, 0)]); zones]).bytes();
        let (peak, _) = taken(&Image::from_bytes(&file));
        let allowed = FACTOR * file.len() + FIXED_OF_SMALL;
        assert!(
            peak <= allowed,
            "{peak} bytes for {} with {zones} zones",
            file.len()
        );
    }
    // A head of a few bytes that asks for 4 GB of codebooks.
    let mut setup = vorbis::Bits::packet(5);
    setup.put(255, 8);
    for _ in 0..256 {
        setup.put(0x56_4342, 24);
        setup.put(32, 16);
        setup.put(131_072, 24);
        setup.put(1, 1);
        setup.put(16, 5);
        setup.put(131_072, 18);
        setup.put(1, 4);
        setup.put(0, 64 + 4 + 1);
        setup.put(0, 1);
    }
    let heads = [vorbis::identification(1), vorbis::comment(), setup.bytes];
    let bytes = vorbis::page(4, 0, 0, &heads);
    let mut greedy = Font::of(&[zone(&[(53, 0)])]);
    greedy.samples[0].end = u32::try_from(bytes.len()).unwrap();
    greedy.samples[0].kind = 0x11;
    greedy.data = bytes;
    assert_bounded("codebooks", &greedy.bytes());
}
