//! Measures the built-in bank: `dmus-gauge PAGE.md SHEET.png`.
//!
//! Writes the page and the contact sheet, and prints what is not kept.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "a command-line tool speaks")]

use std::fs;
use std::path::Path;
use std::thread;

use anyhow::{Context, Result, anyhow, bail};
use dmus_gauge::{identity, kit, page, programs, sheet, variations};
use dmus_host_tests::picture;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [page_file, sheet_file] = words.as_slice() else {
        bail!("usage: dmus-gauge PAGE.md SHEET.png");
    };
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
    let kits = kit::measure(&bank)?;
    let others = variations::measure(&bank)?;
    let facts = identity::measure(&bank)?;
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
    for kit in kits.iter().filter(|kit| !kit.broken().is_empty()) {
        println!("{}: {}", kit.name, kit.broken().join(", "));
    }
    for other in others.iter().filter(|other| !other.broken().is_empty()) {
        println!("{}: {}", other.name, other.broken().join(", "));
    }
    for fact in facts.iter().filter(|fact| !fact.holds()) {
        println!("{}: {:.3}", fact.what, fact.ours);
    }
    let text = page::page(&figures, &kits, &others, &facts);
    fs::write(page_file, text).with_context(|| page_file.clone())?;
    picture::sheet(
        Path::new(sheet_file),
        &sheet::notes(&bank)?,
        dmus_gauge::stage::RATE_HZ,
    )
}
