//! `speed`: what playing costs, here and in other synthesizers.
//!
//! In: the package benches/peers, FluidSynth's library, a bank of Debian's, valgrind. Out: the tables
//! of docs/speed.md, on the screen and in a file.
//! Nothing is judged here but shown: times hang on the machine. `icount` judges.

mod measure;
mod rows;
mod tables;
mod targets;

use std::fs;

use anyhow::{Context, Result};

use crate::machine::{self, Need};
use crate::project::Project;
use crate::{banks, peers, process, valgrind};

/// Measures everything and prints the tables.
///
/// # Errors
/// When a synthesizer, the bank or valgrind is missing, or a run fails.
pub(crate) fn run(project: &Project) -> Result<()> {
    valgrind::provide()?;
    if !process::answers("fluidsynth", "--version") {
        machine::provide(Need::FluidSynth)?;
    }
    let bank = banks::fetch_bank(project, "TimGM6mb.sf2")?;
    let [rust, fluid] = peers::build(project)?;
    let folder = project.target("peers/workloads");
    process::Job::new("the making of workloads", std::process::Command::new(&rust))
        .args(["workloads".as_ref(), folder.as_os_str()])
        .screen()?;
    let place = measure::Place {
        rust,
        fluid,
        bank,
        folder,
    };
    let rows = rows::all();
    let able = measure::Able::asked(&place)?;
    let mut results = measure::times(&place, able, &rows)?;
    measure::instructions(&place, able, &rows, &mut results)?;
    let judged = targets::judged(&rows, &results);
    let mut page = vec![
        targets::table(&judged),
        tables::costs(&rows, &results),
        tables::blocks(&rows, &results),
        tables::voices(&rows, &results),
    ];
    for row in targets::missed(&judged) {
        page.push(tables::profile(row, &measure::profile(&place, row)?));
    }
    let page = page.join("\n");
    let file = project.target("peers/speed.md");
    fs::write(&file, &page).with_context(|| format!("{}", file.display()))?;
    println!("\n{page}\nAll tables are in {}", file.display());
    Ok(())
}
