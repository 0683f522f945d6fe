//! Measures the built-in bank: `dmus-gauge PAGE.md SHEET.png SONGS.png OTHER.sf2 FOLDER`.
//!
//! Writes the page, the contact sheet and the picture of the songs of a folder with this bank and
//! another, and prints what is not kept. While a recipe is worked on, `dmus-gauge --programs 53,54`
//! prints the rows of these programs, counted from 1, and `dmus-gauge --facts` the published figures;
//! both write nothing.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "a command-line tool speaks")]

use std::fs;
use std::path::Path;
use std::thread;

use anyhow::{Context, Result, anyhow, bail};
use dmus_dls::Bank;
use dmus_gauge::{beside, identity, kit, page, programs, sheet, variations};
use dmus_host_tests::picture;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.as_slice() {
        [option, list] if option == "--programs" => {
            for figures in measured(&dmus_factory::bank(), &numbers(list)?)? {
                println!("{}", page::row(&figures));
            }
            Ok(())
        }
        [option] if option == "--facts" => {
            for fact in identity::measure(&dmus_factory::bank())? {
                println!("{}", page::facts::row(&fact));
            }
            Ok(())
        }
        [page, sheet, songs, other, folder] => write_all([page, sheet, songs, other, folder]),
        _ => bail!(
            "usage: dmus-gauge PAGE.md SHEET.png SONGS.png OTHER.sf2 FOLDER, or dmus-gauge \
             --programs 1,2,3, or dmus-gauge --facts"
        ),
    }
}

/// Measures everything and writes the page with its pictures.
fn write_all([page_file, sheet_file, songs_file, other_file, folder]: [&String; 5]) -> Result<()> {
    let other = Bank::read(&fs::read(other_file).with_context(|| other_file.clone())?)
        .with_context(|| other_file.clone())?;
    let bank = dmus_factory::bank();
    let all: Vec<u8> = (0..=127).collect();
    let figures = measured(&bank, &all)?;
    let kits = kit::measure(&bank)?;
    let others = variations::measure(&bank)?;
    let facts = identity::measure(&bank)?;
    let beside = beside::measure(&bank, &other, Path::new(folder))?;
    print_broken(&figures);
    for kit in kits.iter().filter(|kit| !kit.broken().is_empty()) {
        println!("{}: {}", kit.name, kit.broken().join(", "));
    }
    for other in others.iter().filter(|other| !other.broken().is_empty()) {
        println!("{}: {}", other.name, other.broken().join(", "));
    }
    for fact in facts.iter().filter(|fact| !fact.holds()) {
        println!("{}: {:.3}", fact.what, fact.ours);
    }
    let text = page::page(&figures, &kits, &others, &facts, &beside);
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

/// Programs out of a list that counts from 1.
fn numbers(list: &str) -> Result<Vec<u8>> {
    let numbers = list.split(',').map(|word| match word.trim().parse() {
        Ok(number @ 1..=128_u8) => Ok(number - 1),
        _ => bail!("'{word}' is no program, 1 to 128"),
    });
    numbers.collect()
}

/// The promises that programs do not keep, each with what was measured.
fn print_broken(figures: &[programs::Figures]) {
    for figures in figures.iter().filter(|one| !one.broken().is_empty()) {
        println!("{}", page::row(figures));
    }
}

/// Measures programs on two threads.
fn measured(bank: &Bank, all: &[u8]) -> Result<Vec<programs::Figures>> {
    // Every other program each: the slow ones stand together.
    let halves = [0, 1].map(|half| {
        let own = all.iter().skip(half).step_by(2);
        own.copied().collect::<Vec<u8>>()
    });
    let mut figures = thread::scope(|scope| -> Result<Vec<programs::Figures>> {
        let running = halves
            .each_ref()
            .map(|half| scope.spawn(|| programs::measure(bank, half)));
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
    Ok(figures)
}
