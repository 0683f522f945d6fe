//! Measures the built-in bank: `dmus-gauge PAGE.md SHEET.png`.
//!
//! Writes the page and the contact sheet, and prints what is not kept. While a recipe is worked on
//! `dmus-gauge --programs 53,54` prints that for these programs, counted from 1, and writes nothing.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "a command-line tool speaks")]

use std::fs;
use std::path::Path;
use std::thread;

use anyhow::{Context, Result, anyhow, bail};
use dmus_dls::Bank;
use dmus_gauge::{identity, kit, page, programs, sheet};
use dmus_host_tests::picture;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let bank = dmus_factory::bank();
    let (page_file, sheet_file) = match words.as_slice() {
        [option, list] if option == "--programs" => {
            print_broken(&measured(&bank, &numbers(list)?)?);
            return Ok(());
        }
        [page_file, sheet_file] => (page_file, sheet_file),
        _ => bail!("usage: dmus-gauge PAGE.md SHEET.png, or dmus-gauge --programs 1,2,3"),
    };
    let all: Vec<u8> = (0..=127).collect();
    let figures = measured(&bank, &all)?;
    let (drums, cuts) = kit::measure(&bank)?;
    let facts = identity::measure(&bank)?;
    print_broken(&figures);
    for fact in facts.iter().filter(|fact| !fact.holds()) {
        println!("{}: {:.3}", fact.what, fact.ours);
    }
    let text = page::page(&figures, &drums, &cuts, &facts);
    fs::write(page_file, text).with_context(|| page_file.clone())?;
    picture::sheet(
        Path::new(sheet_file),
        &sheet::notes(&bank)?,
        dmus_gauge::stage::RATE_HZ,
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

fn print_broken(figures: &[programs::Figures]) {
    for figures in figures {
        let broken = figures.broken();
        if !broken.is_empty() {
            let number = u16::from(figures.program) + 1;
            println!("{number} {}: {}", figures.name, broken.join(", "));
        }
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
