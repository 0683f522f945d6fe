//! Loudness of the computed bank beside that of a file: `cargo run --release -p dmus-gauge --example beside FILE`.
//!
//! One note of each program on its middle key at velocity 100, both banks in our engine: loudest three
//! seconds in LUFS. The last line is the median of the differences, ours above the other's.
#![expect(clippy::print_stdout, reason = "a command-line tool speaks")]

use anyhow::{Context, Result};
use dmus_dls::Bank;
use dmus_gauge::declared::middle_key;
use dmus_gauge::programs::short_term_lufs;
use dmus_gauge::stage::{Note, Part, Stage};

fn main() -> Result<()> {
    let file = std::env::args().nth(1).context("usage: beside FILE")?;
    let other = Bank::read(&std::fs::read(&file)?)?;
    let (mut ours, mut theirs) = (Stage::new(&dmus_factory::bank())?, Stage::new(&other)?);
    let mut differences = Vec::new();
    for program in 0..128 {
        let note = Note::new(Part::Program(program), middle_key(program), 3.0);
        let lufs = |stage: &mut Stage| short_term_lufs(&stage.play(&note));
        let (our, their) = (lufs(&mut ours)?, lufs(&mut theirs)?);
        println!(
            "{:3} {our:6.1} {their:6.1} {:+.1}",
            program + 1,
            our - their
        );
        differences.push(our - their);
    }
    differences.sort_by(f64::total_cmp);
    let median = differences.get(64).copied().unwrap_or_default();
    println!("median {median:+.1} dB");
    Ok(())
}
