//! Measures the built-in bank: `dmus-gauge PAGE.md SHEET.png SONGS.png OTHER.sf2 FOLDER`.
//!
//! Writes the page, the contact sheet and the picture of the songs of a folder with this bank and
//! another, and prints what is not kept.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "a command-line tool speaks")]

use std::fs;
use std::path::Path;
use std::thread;

use anyhow::{Context, Result, anyhow, bail};
use dmus_dls::Bank;
use dmus_gauge::{beside, identity, kit, page, programs, sheet};
use dmus_host_tests::picture;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [page_file, sheet_file, songs_file, other_file, folder] = words.as_slice() else {
        bail!("usage: dmus-gauge PAGE.md SHEET.png SONGS.png OTHER.sf2 FOLDER");
    };
    let other = Bank::read(&fs::read(other_file).with_context(|| other_file.clone())?)
        .with_context(|| other_file.clone())?;
    let bank = dmus_factory::bank();
    let all: Vec<u8> = (0..=127).collect();
    // Every other program each: the slow ones stand together.
    let halves = [0, 1].map(|half| {
        let own = all.iter().skip(half).step_by(2);
        own.copied().collect::<Vec<u8>>()
    });
    let mut figures = thread::scope(|scope| -> Result<Vec<programs::Figures>> {
        let running = halves
            .each_ref()
            .map(|half| scope.spawn(|| programs::measure(&bank, half)));
        let mut figures = Vec::new();
        for thread in running {
            let half = thread
                .join()
                .map_err(|_| anyhow!("a measurement panicked"))?;
            figures.extend(half?);
        }
        Ok(figures)
    })?;
    figures.sort_by_key(|figures| figures.program);
    let (drums, cuts) = kit::measure(&bank)?;
    let facts = identity::measure(&bank)?;
    let beside = beside::measure(&bank, &other, Path::new(folder))?;
    for figures in figures
        .iter()
        .filter(|figures| !figures.broken().is_empty())
    {
        println!(
            "{} {}: {}",
            u16::from(figures.program) + 1,
            figures.name,
            figures.broken().join(", ")
        );
    }
    for fact in facts.iter().filter(|fact| !fact.holds()) {
        println!("{}: {:.3}", fact.what, fact.ours);
    }
    let text = page::page(&figures, &drums, &cuts, &facts, &beside);
    fs::write(page_file, text).with_context(|| page_file.clone())?;
    let rate_hz = dmus_gauge::stage::RATE_HZ;
    let notes = sheet::notes(&bank)?;
    picture::sheet(Path::new(sheet_file), &picture::NOTES, &notes, rate_hz)?;
    picture::sheet(
        Path::new(songs_file),
        &picture::SONGS,
        &beside.sounds,
        rate_hz,
    )
}
