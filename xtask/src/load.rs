//! `load`: how long and how much memory loading a bank takes, here and in other synthesizers.
//!
//! In: the banks that `banks` fetches, the package benches/peers, FluidSynth's library. Out: a table
//! of medians, and an error where a target is missed. Every load has a process of its own, whose
//! high-water mark is its memory; the loads of one round follow each other, so that all see the
//! same machine.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::banks;
use crate::peers;
use crate::project::Project;

/// Rounds; each loads every bank into every synthesizer once.
const ROUNDS: usize = 9;

/// A small bank, and one of the largest that people use.
const BANKS: [&str; 2] = ["TimGM6mb.sf2", "FluidR3_GM.sf2"];

/// Synthesizers, ours first.
const ENGINES: [&str; 3] = ["dmus", "rustysynth", "fluidsynth"];

/// What a load took.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Load {
    milliseconds: f64,
    kib: f64,
}

/// Loads everything, prints the table, and judges it.
///
/// # Errors
/// When a bank or a synthesizer is missing, or a target is missed.
pub(crate) fn run(project: &Project) -> Result<()> {
    banks::fetch_banks(project)?;
    let programs = peers::build(project)?;
    let mut missed = Vec::new();
    println!(
        "{:<16} {:<12} {:>10} {:>12}",
        "bank", "synthesizer", "ms", "KiB"
    );
    for bank in BANKS {
        let file = project.target("banks").join(bank);
        let bytes =
            fs::metadata(&file).with_context(|| format!("{} is not there", file.display()))?;
        let mut loads = [const { Vec::new() }; ENGINES.len()];
        for _ in 0..ROUNDS {
            for (index, loads) in loads.iter_mut().enumerate() {
                loads.push(load(&programs, index, &file)?);
            }
        }
        let medians = loads.map(|loads| median(&loads));
        for (engine, load) in ENGINES.iter().zip(medians) {
            let Load { milliseconds, kib } = load;
            println!("{bank:<16} {engine:<12} {milliseconds:>10.1} {kib:>12.0}");
        }
        let faults = judged(bytes.len(), medians);
        missed.extend(faults.into_iter().map(|fault| format!("{bank}: {fault}")));
    }
    if missed.is_empty() {
        return Ok(());
    }
    bail!("{}", missed.join("\n"))
}

/// What is demanded and missed.
fn judged(file_bytes: u64, [ours, others @ ..]: [Load; ENGINES.len()]) -> Vec<String> {
    let mut faults = Vec::new();
    for (engine, other) in ENGINES.iter().skip(1).zip(others) {
        if ours.milliseconds >= other.milliseconds {
            faults.push(format!("not faster than {engine}"));
        }
        if ours.kib >= other.kib {
            let more = ours.kib - other.kib;
            faults.push(format!("not smaller than {engine}, by {more:.0} KiB"));
        }
    }
    // A process that does nothing takes 2 to 3 MiB.
    let allowed = file_bytes as f64 / 1024.0 * 1.1 + 6.0 * 1024.0;
    if ours.kib > allowed {
        faults.push(format!(
            "takes more than its file and a tenth, {allowed:.0} KiB"
        ));
    }
    faults
}

fn load([rust, fluid]: &[PathBuf; 2], engine: usize, file: &PathBuf) -> Result<Load> {
    let name = ENGINES.get(engine).copied().unwrap_or_default();
    let mut command = match name {
        "fluidsynth" => Command::new(fluid),
        _ => Command::new(rust),
    };
    command.arg("load");
    if name != "fluidsynth" {
        command.arg(name);
    }
    let output = command
        .arg(file)
        .output()
        .with_context(|| format!("{name} did not run"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    answer(&text).with_context(|| {
        let errors = String::from_utf8_lossy(&output.stderr);
        format!("{name} said '{}': {errors}", text.trim())
    })
}

/// Reads a line of milliseconds and KiB.
fn answer(text: &str) -> Option<Load> {
    let (milliseconds, kib) = text.trim().split_once(' ')?;
    Some(Load {
        milliseconds: milliseconds.parse().ok()?,
        kib: kib.parse().ok()?,
    })
}

fn median(loads: &[Load]) -> Load {
    let middle = |number: fn(&Load) -> f64| {
        let mut numbers: Vec<f64> = loads.iter().map(number).collect();
        numbers.sort_by(f64::total_cmp);
        numbers.get(numbers.len() / 2).copied().unwrap_or_default()
    };
    Load {
        milliseconds: middle(|load| load.milliseconds),
        kib: middle(|load| load.kib),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn took(milliseconds: f64, kib: f64) -> Load {
        Load { milliseconds, kib }
    }

    #[test]
    fn a_line_of_two_numbers_is_an_answer() {
        assert_eq!(answer("12.5 2048\n"), Some(took(12.5, 2048.0)));
        assert_eq!(answer("12.5"), None);
        assert_eq!(answer(""), None);
    }

    #[test]
    fn median_is_taken_of_each_number() {
        let loads = [took(1.0, 9.0), took(3.0, 8.0), took(2.0, 7.0)];
        assert_eq!(median(&loads), took(2.0, 8.0));
    }

    #[test]
    fn slower_or_larger_than_any_other_is_a_fault() {
        let judge = |ours| judged(1 << 20, [ours, took(5.0, 3000.0), took(9.0, 9000.0)]);
        assert_eq!(judge(took(4.0, 2000.0)), Vec::<String>::new());
        assert_eq!(
            judge(took(6.0, 4000.0)),
            [
                "not faster than rustysynth",
                "not smaller than rustysynth, by 1000 KiB"
            ]
        );
        assert_eq!(
            judge(took(4.0, 3000.0)),
            ["not smaller than rustysynth, by 0 KiB"]
        );
        // Both others, and more than the file and a tenth of it allow.
        assert_eq!(judge(took(4.0, 9500.0)).len(), 3);
    }
}
