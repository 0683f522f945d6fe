//! Runs that take time and instructions.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::rows::{CONTENDERS, Contender, Row, Unit};
use crate::valgrind::{self, Run};

/// Runs of each contender, one after the other, so that a slow moment of the machine meets all.
const ROUNDS: usize = 7;

/// The functions of the programs that count.
const MEASURED: &str = "*measured_*";

/// Where programs and files are.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) rust: PathBuf,
    pub(super) fluid: PathBuf,
    /// A real bank.
    pub(super) bank: PathBuf,
    /// Of the workloads.
    pub(super) folder: PathBuf,
}

/// Who can be measured here, by contender: in time, and in instructions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Able {
    timed: [bool; CONTENDERS.len()],
    counted: [bool; CONTENDERS.len()],
}

impl Able {
    /// Asks for the levels of this processor, and for those that valgrind knows; says what is missing.
    ///
    /// # Errors
    /// When our program does not run.
    pub(super) fn asked(place: &Place) -> Result<Self> {
        let mut able = Self {
            timed: [true; CONTENDERS.len()],
            counted: [true; CONTENDERS.len()],
        };
        let slots = able.timed.iter_mut().zip(&mut able.counted);
        for (contender, (timed, counted)) in CONTENDERS.iter().zip(slots) {
            let Some(level) = contender.level else {
                continue;
            };
            let run = Run {
                program: &place.rust,
                words: vec!["level".to_owned()],
                level: Some(level),
                within: None,
            };
            *timed = run.printed_alone()?.trim() == level;
            *counted = *timed && run.printed()?.trim() == level;
            if !*counted {
                let what = if *timed { "counted" } else { "measured" };
                println!("{} cannot be {what} here", contender.heading);
            }
        }
        Ok(able)
    }
}

/// What a contender took for a row.
#[derive(Clone, Debug, Default)]
pub(super) struct Cost {
    /// Nanoseconds of each block (or what else is timed together), the least over all rounds, in
    /// order of time.
    pub(super) blocks: Vec<u32>,
    /// Frames or events of all blocks.
    pub(super) count: u64,
    /// Frames of all voices, where the synthesizer tells.
    pub(super) voice_frames: u64,
    /// For one of the row's unit.
    pub(super) instructions: Option<f64>,
}

/// Costs by row and contender.
pub(super) type Results = Vec<[Option<Cost>; CONTENDERS.len()]>;

impl Cost {
    /// Nanoseconds for one of the row's unit, from the least time of every block.
    pub(super) fn floor(&self, row: &Row) -> f64 {
        let sum: f64 = self.blocks.iter().copied().map(f64::from).sum();
        sum / units(row, self.count)
    }

    /// Microseconds of the block in the middle and of the worst.
    pub(super) fn blocks_us(&self) -> (f64, f64) {
        let mut blocks = self.blocks.clone();
        blocks.sort_unstable();
        let at = |index: usize| blocks.get(index).copied().unwrap_or_default();
        let last = blocks.len().saturating_sub(1);
        (f64::from(at(last / 2)) / 1e3, f64::from(at(last)) / 1e3)
    }
}

/// How many of the row's unit so many frames or events are.
fn units(row: &Row, count: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    let count = count as f64;
    match row.unit {
        Unit::VoiceFrame => count * f64::from(row.voices),
        Unit::Frame | Unit::Event => count,
    }
}

/// Times every row.
///
/// # Errors
/// When a run fails.
pub(super) fn times(place: &Place, able: Able, rows: &[Row]) -> Result<Results> {
    let mut results = Vec::new();
    for row in rows {
        println!("timing {}", row.name);
        let mut costs = [const { None }; CONTENDERS.len()];
        for _ in 0..ROUNDS {
            let contenders = CONTENDERS.iter().zip(able.timed);
            for ((contender, is_able), cost) in contenders.zip(&mut costs) {
                if is_able && row.is_for(contender) {
                    let once = timed(place, row, contender)?;
                    *cost = Some(least(cost.take(), once));
                }
            }
        }
        results.push(costs);
    }
    Ok(results)
}

/// The least of each block.
fn least(before: Option<Cost>, mut now: Cost) -> Cost {
    if let Some(before) = before {
        for (block, earlier) in now.blocks.iter_mut().zip(before.blocks) {
            *block = earlier.min(*block);
        }
    }
    now
}

fn timed(place: &Place, row: &Row, contender: &Contender) -> Result<Cost> {
    let file = place.folder.join("times");
    let (program, words) = played(place, row, contender, row.count, &file);
    let mut command = Command::new(program);
    command.args(words);
    if let Some(level) = contender.level {
        command.env("DMUS_SIMD", level);
    }
    let heading = contender.heading;
    let output = command
        .output()
        .with_context(|| format!("{heading} did not run"))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        bail!("{heading} failed at '{}': {errors}", row.name);
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let numbers: Vec<u64> = text
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect();
    let [_, count, _, voice_frames] = numbers[..] else {
        bail!("{heading} said '{}'", text.trim());
    };
    let bytes = fs::read(&file).with_context(|| format!("{}", file.display()))?;
    let blocks = bytes.as_chunks().0.iter();
    Ok(Cost {
        blocks: blocks.map(|bytes| u32::from_le_bytes(*bytes)).collect(),
        count,
        voice_frames,
        instructions: None,
    })
}

/// A program and its words for a row.
fn played<'a>(
    place: &'a Place,
    row: &Row,
    contender: &Contender,
    count: u32,
    times: &Path,
) -> (&'a Path, Vec<String>) {
    let font = match row.is_bench {
        true => place.folder.join("bench.sf2"),
        false => place.bank.clone(),
    };
    let mut words = vec!["play".to_owned()];
    let program = match contender.name {
        "fluidsynth" => &place.fluid,
        name => {
            words.push(name.to_owned());
            &place.rust
        }
    };
    words.extend([
        font.display().to_string(),
        place.folder.join(&row.events).display().to_string(),
        row.taps.to_string(),
        u8::from(row.has_effects).to_string(),
        row.voices.to_string(),
        row.mode.to_owned(),
        count.to_string(),
        row.grain.to_string(),
        times.display().to_string(),
    ]);
    (program, words)
}

fn counting<'a>(place: &'a Place, row: &Row, contender: &Contender) -> Run<'a> {
    // The times of a run under valgrind are nobody's.
    let (program, words) = played(place, row, contender, row.counted, Path::new("/dev/null"));
    Run {
        program,
        words,
        level: contender.level,
        within: Some(MEASURED),
    }
}

/// Counts instructions of the rows that want it.
///
/// # Errors
/// When a run fails.
pub(super) fn instructions(
    place: &Place,
    able: Able,
    rows: &[Row],
    results: &mut Results,
) -> Result<()> {
    let mut runs = Vec::new();
    let mut costs = Vec::new();
    for (row, results) in rows.iter().zip(results).filter(|(row, _)| row.counted > 0) {
        let contenders = CONTENDERS.iter().zip(able.counted);
        for ((contender, is_able), cost) in contenders.zip(results) {
            if let Some(cost) = cost.as_mut().filter(|_| is_able) {
                runs.push(counting(place, row, contender));
                costs.push((row, cost));
            }
        }
    }
    println!("counting instructions of {} runs", runs.len());
    let counts = valgrind::instructions(&runs)?;
    for ((row, cost), count) in costs.into_iter().zip(counts) {
        // A chord is many note-ons.
        let each = if row.mode == "notes" { 64 } else { 1 };
        #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
        let count = count as f64;
        cost.instructions = Some(count / units(row, u64::from(row.counted) * each));
    }
    Ok(())
}

/// The functions of ours that take most in a row.
///
/// # Errors
/// When the run fails.
pub(super) fn profile(place: &Place, row: &Row) -> Result<Vec<(String, f64)>> {
    let [ours, ..] = CONTENDERS;
    let run = counting(place, row, &ours);
    run.profile(&place.folder.join("profile"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_block_keeps_its_least_time() {
        let cost = |blocks: &[u32]| Cost {
            blocks: blocks.to_vec(),
            count: 128,
            ..Cost::default()
        };
        let cost = least(
            Some(cost(&[9_000, 5_000, 7_000])),
            cost(&[8_000, 6_000, 7_500]),
        );
        assert_eq!(cost.blocks, [8_000, 5_000, 7_000]);
        assert_eq!(cost.blocks_us(), (7.0, 8.0));
    }

    #[test]
    fn floor_is_for_a_frame_of_one_voice_where_the_row_says_so() {
        let rows = super::super::rows::all();
        let cost = Cost {
            blocks: vec![64_000, 64_000],
            count: 128,
            ..Cost::default()
        };
        let floors = |unit: Unit| {
            let row = rows.iter().find(|row| row.unit == unit).unwrap();
            (row.voices, cost.floor(row).round())
        };
        assert_eq!(floors(Unit::VoiceFrame), (64, 16.0));
        assert_eq!(floors(Unit::Frame), (256, 1_000.0));
    }
}
