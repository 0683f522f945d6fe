//! The synthesizer's rows: counted, and held against what was recorded.
//!
//! In: the benchmark `icount` of the synthesizer, benches/instructions.tsv. Out: a table; an error
//! where a row takes more than was recorded. Rows that render voices are counted with each set of
//! vector instructions that valgrind knows: AVX2, and, with its name before theirs, each other.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::{Workload, build, workloads};
use crate::project::Project;
use crate::valgrind::{self, Run};

/// What is recorded.
const FILE: &str = "benches/instructions.tsv";

/// How much more than recorded a row may take.
const ALLOWED: f64 = 1.03;

/// How much less it takes before that is worth recording.
const NOTABLE: f64 = 0.97;

/// Rows that may take only so much more than another row of the same run.
const TIMES: [(&str, f64, &str); 3] = [
    ("tail-second-30", 1.05, "tail-second-2"),
    ("tail-second-60", 1.05, "tail-second-2"),
    ("tail-denormal", 1.5, "tail-second-2"),
];

/// Rows of at least this many operations in a turn render voices.
const VOICES: u32 = 1_024;

/// Sets of vector instructions that rows of voices are counted with. The first one's rows have no name
/// before theirs, and a record is not made without it.
const LEVELS: [&str; 4] = ["avx2", "portable", "sse2", "avx512"];

/// A row to be counted.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    /// In the table.
    name: String,
    /// In the program.
    workload: String,
    operations: u32,
    level: Option<&'static str>,
}

impl Row {
    /// Turns of the shorter run and of the longer one. A turn that renders is long.
    const fn turns(&self) -> (u64, u64) {
        if self.operations >= VOICES {
            (16, 48)
        } else {
            (256, 1_024)
        }
    }
}

/// Counts every row, prints the table, and judges it or records it.
///
/// # Errors
/// When the benchmark does not build or run, a row takes more than recorded, or a record cannot be
/// written here.
pub(super) fn run(project: &Project, is_recording: bool) -> Result<()> {
    let mut cargo = project.cargo();
    // In one piece: how code is cut for several compilers, and with it what is inlined, hangs on the
    // folder it lies in, which moved counts by more than is allowed here.
    cargo
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1")
        .env("CARGO_TARGET_DIR", project.target("icount"));
    let program = build(cargo, "dmus-synth")?;
    let program = program.as_path();
    let list = Command::new(program).arg("list").output();
    let list = list.with_context(|| format!("{} did not run", program.display()))?;
    let workloads = workloads(&String::from_utf8_lossy(&list.stdout))?;
    let mut levels = Vec::new();
    for level in LEVELS {
        let asks = Run {
            program,
            words: vec!["level".to_owned()],
            level: Some(level),
            within: None,
        };
        if asks.printed()?.trim() == level {
            levels.push(level);
        } else {
            println!("{level} is not here, or valgrind does not know it: its rows are left out");
        }
    }
    let is_best = levels.first() == LEVELS.first();
    let rows = rows(&workloads, &levels);
    let counts = counted(program, &rows)?;
    let file = project.path(FILE);
    let compiler = compiler()?;
    if is_recording {
        if !is_best {
            bail!("a record is made on a processor with {}", LEVELS[0]);
        }
        fs::write(&file, written(&compiler, &counts))
            .with_context(|| format!("{}", file.display()))?;
    }
    let text = fs::read_to_string(&file).with_context(|| format!("{}", file.display()))?;
    let recorded = read(&text)?;
    let mut faults = Vec::new();
    for (name, count) in &counts {
        let verdict = judged(*count, recorded.get(name).copied());
        println!("{name:<28} {count:>12.2}  {}", verdict.text());
        if let Some(fault) = verdict.fault() {
            faults.push(format!("{name} {fault}"));
        }
    }
    let dearer = dearer(&counts);
    if !dearer.is_empty() {
        bail!("{}", dearer.join("\n"));
    }
    // Another architecture has other instructions.
    if faults.is_empty() || !cfg!(target_arch = "x86_64") {
        return Ok(());
    }
    let with = text.lines().next().unwrap_or_default();
    bail!(
        "{}\n  make it faster; or, if it must be so, record anew (`cargo xtask icount --record`) and say \
         in CHANGELOG.md why\n  recorded with {}, this is {compiler}",
        faults.join("\n"),
        with.trim_start_matches("# ")
    )
}

/// What is counted: what renders voices with each level, the rest once.
fn rows(workloads: &[Workload], levels: &[&'static str]) -> Vec<Row> {
    let mut rows = Vec::new();
    for workload in workloads {
        let row = |name: String, level| Row {
            name,
            workload: workload.name.clone(),
            operations: workload.operations,
            level,
        };
        let name = &workload.name;
        if workload.operations < VOICES {
            rows.push(row(name.clone(), None));
            continue;
        }
        for level in levels {
            let name = match LEVELS.first() == Some(level) {
                true => name.clone(),
                false => format!("{level}-{name}"),
            };
            rows.push(row(name, Some(*level)));
        }
    }
    rows
}

/// Instructions of one operation of each row.
fn counted(program: &Path, rows: &[Row]) -> Result<Vec<(String, f64)>> {
    let run = |row: &Row, turns: u64| Run {
        program,
        words: vec![row.workload.clone(), turns.to_string()],
        level: row.level,
        within: None,
    };
    let both = |row: &Row| {
        let (few, many) = row.turns();
        [run(row, few), run(row, many)]
    };
    let runs: Vec<Run<'_>> = rows.iter().flat_map(both).collect();
    let counts = valgrind::instructions(&runs)?;
    let pairs = counts.as_chunks::<2>().0;
    let count = |(row, [few, many]): (&Row, &[u64; 2])| {
        let (fewer, more) = row.turns();
        #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
        let a_turn = many.saturating_sub(*few) as f64 / (more - fewer) as f64;
        (row.name.clone(), a_turn / f64::from(row.operations))
    };
    Ok(rows.iter().zip(pairs).map(count).collect())
}

/// Rows that take more than they may beside another.
fn dearer(counts: &[(String, f64)]) -> Vec<String> {
    let count = |name: &str| {
        let found = counts.iter().find(|(row, _)| row == name);
        found.map(|(_, count)| *count)
    };
    let fault = |(name, times, other): &(&str, f64, &str)| {
        let (count, beside) = count(name).zip(count(other))?;
        (count > times * beside).then(|| {
            format!("{name} takes {count:.2}, more than {times} times the {beside:.2} of {other}")
        })
    };
    TIMES.iter().filter_map(fault).collect()
}

/// How a count compares with the record.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Verdict {
    Kept(f64),
    Less(f64),
    More(f64),
    Unrecorded,
}

fn judged(count: f64, recorded: Option<f64>) -> Verdict {
    match recorded {
        None => Verdict::Unrecorded,
        Some(recorded) if count > recorded * ALLOWED => Verdict::More(recorded),
        Some(recorded) if count < recorded * NOTABLE => Verdict::Less(recorded),
        Some(recorded) => Verdict::Kept(recorded),
    }
}

impl Verdict {
    fn text(self) -> String {
        match self {
            Self::Kept(recorded) => format!("recorded: {recorded:.2}: kept"),
            Self::Less(recorded) => format!("recorded: {recorded:.2}: LESS, `--record` keeps it"),
            Self::More(recorded) => format!("recorded: {recorded:.2}: MORE"),
            Self::Unrecorded => "not recorded".to_owned(),
        }
    }

    fn fault(self) -> Option<String> {
        match self {
            Self::Kept(_) | Self::Less(_) => None,
            Self::More(recorded) => Some(format!("takes more than {recorded:.2} and 3 %")),
            Self::Unrecorded => Some("is not recorded".to_owned()),
        }
    }
}

/// The compiler's name and version.
fn compiler() -> Result<String> {
    let program = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(program).arg("--version").output();
    let output = output.context("rustc could not be started")?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The record as a file.
fn written(compiler: &str, counts: &[(String, f64)]) -> String {
    let mut text = format!("# {compiler}\n");
    for (name, count) in counts {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{name}\t{count:.2}");
    }
    text
}

fn read(text: &str) -> Result<BTreeMap<String, f64>> {
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    let row = |line: &str| {
        let row = line.split_once('\t');
        let row = row.and_then(|(name, count)| Some((name.to_owned(), count.parse().ok()?)));
        row.with_context(|| format!("{FILE} has a line '{line}'"))
    };
    rows.map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let counts = [("note-on".to_owned(), 61.25), ("idle".to_owned(), 0.5)];
        let text = written("rustc 1.95.0", &counts);
        assert_eq!(read(&text).unwrap(), counts.into_iter().collect());
        assert!(text.starts_with("# rustc 1.95.0\n"));
    }

    #[test]
    fn line_without_a_count_is_named() {
        let error = read("note-on\tmany\n").unwrap_err().to_string();
        assert!(error.contains("'note-on\tmany'"), "{error}");
    }

    #[test]
    fn more_than_three_per_cent_above_the_record_is_a_fault() {
        assert_eq!(judged(103.0, Some(100.0)), Verdict::Kept(100.0));
        assert_eq!(judged(103.1, Some(100.0)), Verdict::More(100.0));
        assert_eq!(judged(96.0, Some(100.0)), Verdict::Less(100.0));
        assert!(judged(103.1, Some(100.0)).fault().is_some());
        assert!(judged(96.0, Some(100.0)).fault().is_none());
        assert!(judged(1.0, None).fault().is_some());
    }

    #[test]
    fn tail_that_costs_more_at_its_end_is_a_fault() {
        let counts = |last| {
            [("tail-second-2", 100.0), ("tail-second-60", last)]
                .map(|(name, count)| (name.to_owned(), count))
        };
        assert!(dearer(&counts(105.0)).is_empty());
        let fault = dearer(&counts(105.1)).join("");
        assert!(fault.contains("tail-second-60 takes 105.10"), "{fault}");
    }

    #[test]
    fn voices_are_counted_with_each_level_and_the_rest_once() {
        let list = workloads("cubic-open 16384 -\nnote-on 1 -\n").unwrap();
        let names = |levels: &[&'static str]| -> Vec<String> {
            let rows = rows(&list, levels).into_iter();
            rows.map(|row| row.name).collect()
        };
        assert_eq!(
            names(&["avx2", "portable"]),
            ["cubic-open", "portable-cubic-open", "note-on"]
        );
        assert_eq!(names(&["sse2"]), ["sse2-cubic-open", "note-on"]);
    }
}
