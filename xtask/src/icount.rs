//! `icount`: the instructions that hot paths take, the kernel's held against targets, the
//! synthesizer's against what was recorded.
//!
//! In: the benchmarks `icount` of both, valgrind. Out: tables; an error where a target is missed.
//! Each workload runs twice with different numbers of turns, so that set-up cancels out.

mod recorded;

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use cargo_metadata::Message;

use crate::project::Project;
use crate::suites::Outcome;
use crate::valgrind::{self, Run};

/// Turns of the shorter run and of the longer one.
const TURNS: (u64, u64) = (4_096, 12_288);

/// What a workload's count is held against.
#[derive(Clone, Copy, Debug)]
enum Limit {
    /// A number of instructions.
    Instructions(f64),
    /// A multiple of another workload's count in the same run.
    Times(f64, &'static str),
}

/// The workloads that have a target, and which.
const TARGETS: [(&str, Limit); 12] = [
    ("get-put", Limit::Times(1.0, "rtrb-word")),
    // What a message adds to a frame on which others are due.
    ("further-1024", Limit::Instructions(150.0)),
    // A message with all it takes: among others of its frame, on a frame of its own, and alone in its
    // block, in order and out of it.
    ("chord-1024", Limit::Instructions(150.0)),
    ("run-1024", Limit::Instructions(150.0)),
    ("alone-ascending-1024", Limit::Instructions(150.0)),
    ("alone-random-1024", Limit::Instructions(150.0)),
    ("chord-16384", Limit::Times(2.0, "chord-16")),
    ("run-16384", Limit::Times(2.0, "run-16")),
    (
        "alone-ascending-16384",
        Limit::Times(2.0, "alone-ascending-16"),
    ),
    ("alone-random-16384", Limit::Times(2.0, "alone-random-16")),
    (
        "queue-ascending-16384",
        Limit::Times(2.0, "queue-ascending-16"),
    ),
    ("queue-random-16384", Limit::Times(2.0, "queue-random-16")),
];

/// One row of the program's list.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Workload {
    name: String,
    /// Operations in one turn.
    operations: u32,
    /// The workload whose turn is taken off first.
    without: Option<String>,
}

/// Counts everything; with `--record` writes down what the synthesizer's rows take.
///
/// # Errors
/// When valgrind is missing, a benchmark does not build or run, or a target is missed.
pub(crate) fn run(project: &Project, words: &[String]) -> Result<()> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let is_recording = match words[..] {
        [] => false,
        ["--record"] => true,
        _ => bail!("not understood: '{}' (--record)", words.join(" ")),
    };
    valgrind::provide()?;
    recorded::run(project, is_recording)?;
    kernel(project)
}

/// The step of `cargo xtask test`: where valgrind cannot be had it says so; under CI on Linux that
/// is a fault.
pub(crate) fn step(project: &Project) -> Outcome {
    if let Err(error) = valgrind::provide() {
        let is_ci = env::var("CI").is_ok_and(|value| value == "true");
        if is_ci && env::consts::OS == "linux" {
            return Err(error).into();
        }
        println!("absent: {error:#}");
        return Outcome {
            note: "absent: valgrind".to_owned(),
            ..Ok(()).into()
        };
    }
    run(project, &[]).into()
}

/// Counts the kernel's workloads, prints the table, and judges it.
fn kernel(project: &Project) -> Result<()> {
    let program = build(project.cargo(), "dmus-kernel")?;
    let list = Command::new(&program).arg("list").output();
    let list = list.with_context(|| format!("{} did not run", program.display()))?;
    let workloads = workloads(&String::from_utf8_lossy(&list.stdout))?;
    let turns = per_turn(&program, &workloads)?;
    let counts = per_operation(&workloads, &turns)?;
    println!("{:<28} {:>12}", "workload", "instructions");
    let mut missed = Vec::new();
    for Workload { name, .. } in &workloads {
        let count = counts.get(name.as_str()).copied().unwrap_or_default();
        let mut judged = String::new();
        if let Some(limit) = limit(&TARGETS, name, &counts)? {
            judged = verdict(count, limit);
            if count > limit {
                missed.push(format!(
                    "{name} takes {count:.1}, at most {limit:.1} allowed"
                ));
            }
        }
        println!("{name:<28} {count:>12.1}  {judged}");
    }
    if missed.is_empty() {
        return Ok(());
    }
    bail!("targets are missed: {}", missed.join("; "))
}

/// Builds the benchmark as it is released; returns where it lies.
fn build(mut cargo: Command, package: &str) -> Result<PathBuf> {
    cargo
        .args(["build", "--release", "--package", package])
        .args(["--bench", "icount"])
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit());
    let built = cargo.output().context("cargo could not be started")?;
    if !built.status.success() {
        bail!("the benchmark does not build");
    }
    let program = Message::parse_stream(built.stdout.as_slice())
        .filter_map(Result::ok)
        .find_map(|message| match message {
            Message::CompilerArtifact(artifact) if artifact.target.name == "icount" => {
                artifact.executable
            }
            _ => None,
        });
    let program = program.context("cargo named no program for the benchmark")?;
    Ok(program.into_std_path_buf())
}

fn workloads(list: &str) -> Result<Vec<Workload>> {
    let row = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [name, operations, without] = words[..] else {
            bail!("not a workload: '{line}'");
        };
        Ok(Workload {
            name: name.to_owned(),
            operations: operations
                .parse()
                .with_context(|| format!("operations of '{name}': '{operations}'"))?,
            without: (without != "-").then(|| without.to_owned()),
        })
    };
    list.lines().map(row).collect()
}

/// Instructions of one turn of each workload.
fn per_turn<'a>(program: &Path, workloads: &'a [Workload]) -> Result<BTreeMap<&'a str, f64>> {
    let (few, many) = TURNS;
    let run = |name: &str, turns: u64| Run {
        program,
        words: vec![name.to_owned(), turns.to_string()],
        level: None,
        within: None,
    };
    let names = || workloads.iter().map(|workload| workload.name.as_str());
    let runs: Vec<Run<'_>> = names()
        .flat_map(|name| [run(name, few), run(name, many)])
        .collect();
    let counts = valgrind::instructions(&runs)?;
    let pairs = counts.as_chunks::<2>().0.iter();
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    let spent = pairs.map(|[less, more]| more.saturating_sub(*less) as f64 / (many - few) as f64);
    Ok(names().zip(spent).collect())
}

/// Instructions of one operation of each workload.
fn per_operation<'a>(
    workloads: &'a [Workload],
    turns: &BTreeMap<&str, f64>,
) -> Result<BTreeMap<&'a str, f64>> {
    let turn = |name: &str| {
        let count = turns.get(name).copied();
        count.with_context(|| format!("there is no workload '{name}'"))
    };
    let count = |workload: &'a Workload| {
        let without = workload.without.as_deref().map_or(Ok(0.0), turn)?;
        let count = (turn(&workload.name)? - without) / f64::from(workload.operations);
        Ok((workload.name.as_str(), count))
    };
    workloads.iter().map(count).collect()
}

/// What a count is held against, and how it compares.
fn verdict(count: f64, limit: f64) -> String {
    let met = if count <= limit { "met" } else { "MISSED" };
    format!("at most {limit:.1}: {met}")
}

/// The most instructions a workload may take, if it is in the list.
fn limit(list: &[(&str, Limit)], name: &str, counts: &BTreeMap<&str, f64>) -> Result<Option<f64>> {
    let entry = list.iter().find(|(entry, _)| *entry == name);
    Ok(match entry {
        None => None,
        Some((_, Limit::Instructions(most))) => Some(*most),
        Some((_, Limit::Times(factor, other))) => {
            let other = counts.get(other).copied();
            Some(factor * other.with_context(|| format!("nothing to hold '{name}' against"))?)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn share_of_another_workload_is_taken_off_before_dividing() {
        let list = workloads("block 1 -\nport 16 block\n").unwrap();
        let turns = BTreeMap::from([("block", 100.0), ("port", 1_700.0)]);
        let counts = per_operation(&list, &turns).unwrap();
        assert_eq!(counts.get("port").map(|count| count.round()), Some(100.0));
        assert!(per_operation(&list, &BTreeMap::new()).is_err());
    }

    #[test]
    fn line_that_is_no_workload_is_named() {
        let error = workloads("port many\n").unwrap_err().to_string();
        assert!(error.contains("'port many'"), "{error}");
    }

    #[test]
    fn verdict_says_whether_the_limit_is_kept() {
        assert_eq!(verdict(50.0, 46.0), "at most 46.0: MISSED");
        assert_eq!(verdict(46.0, 46.0), "at most 46.0: met");
    }

    #[test]
    fn target_may_hang_on_another_workload() {
        let counts = BTreeMap::from([("rtrb-word", 46.0)]);
        assert_eq!(
            limit(&TARGETS, "get-put", &counts).unwrap().map(f64::round),
            Some(46.0)
        );
        assert!(limit(&TARGETS, "get-put", &BTreeMap::new()).is_err());
        assert!(limit(&TARGETS, "block-16", &counts).unwrap().is_none());
    }
}
