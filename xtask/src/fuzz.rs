//! `fuzz` and `corpus`: any bytes against our readers, from seeds that our own builders made.
//!
//! In: the package `fuzz`, which lies outside the workspace in the layout of cargo-fuzz. Out: a row
//! for each target: executions, coverage, the slowest input. The counters are compiled in by the
//! stable compiler; no other toolchain and no further program is needed.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use toml::{Table, Value};

use crate::process::Job;
use crate::project::Project;

const HELP: &str = "\
cargo xtask fuzz [TARGET ...] [--runs N]

Feeds inputs to the targets of fuzz/, all of them when none is named.
  --runs N   executions of each target (default: 100000)";

/// Executions of a target when nobody says how many.
const RUNS: u64 = 100_000;
/// Longest input, bytes.
const LONGEST: u32 = 16_384;
/// Longest execution, s.
const TIMEOUT_S: u32 = 1;
/// Most memory of the whole process, MiB; what one reading may take is checked by the targets.
const MEMORY_MIB: u32 = 1024;

/// What puts the counters in, as cargo-fuzz does without a sanitizer.
const COVERAGE: &str = "--cfg fuzzing -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Ccodegen-units=1";

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
struct Options {
    targets: Vec<String>,
    runs: u64,
}

impl Options {
    /// Reads the words after `fuzz`; nothing when help is asked for.
    fn parse(words: &[String]) -> Result<Option<Self>> {
        let mut options = Self {
            targets: Vec::new(),
            runs: RUNS,
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let place = match word.as_str() {
                "-h" | "--help" => return Ok(None),
                "--runs" => &mut options.runs,
                _ if word.starts_with('-') => bail!("unknown option '{word}'\n\n{HELP}"),
                _ => {
                    options.targets.push(word.clone());
                    continue;
                }
            };
            let value = words
                .next()
                .with_context(|| format!("{word} needs a number"))?;
            let number = value.parse().ok().filter(|number| *number > 0);
            *place = number.with_context(|| format!("{word} needs a number above 0"))?;
        }
        Ok(Some(options))
    }
}

/// Runs the targets.
///
/// # Errors
/// On unknown options and targets, when a build fails, or at the first input that breaks a check.
pub(crate) fn run(project: &Project, words: &[String]) -> Result<()> {
    let Some(options) = Options::parse(words)? else {
        println!("{HELP}");
        return Ok(());
    };
    let all = targets(&fs::read_to_string(project.path("fuzz/Cargo.toml"))?)?;
    if let Some(unknown) = options.targets.iter().find(|name| !all.contains(name)) {
        bail!(
            "there is no target '{unknown}'; the targets are {}",
            all.join(", ")
        );
    }
    let chosen = if options.targets.is_empty() {
        &all
    } else {
        &options.targets
    };
    let programs = build(project)?;
    let mut rows = Vec::new();
    for name in chosen {
        let program = programs.join(format!("{name}{}", env::consts::EXE_SUFFIX));
        rows.push(fuzz(project, name, program, &options)?);
    }
    println!(
        "\n{:<8} {:>12} {:>8} {:>8}",
        "target", "executions", "edges", "features"
    );
    for (name, row) in chosen.iter().zip(rows) {
        let Row {
            runs,
            edges,
            features,
        } = row;
        println!("{name:<8} {runs:>12} {edges:>8} {features:>8}");
    }
    Ok(())
}

/// Writes the seeds anew.
///
/// # Errors
/// When the builders do not build or a file cannot be written.
pub(crate) fn corpus(project: &Project) -> Result<()> {
    Job::new("the seeds", project.cargo())
        .env("CARGO_TARGET_DIR", project.target("fuzz"))
        .args([
            "run",
            "--manifest-path",
            "fuzz/Cargo.toml",
            "--example",
            "seeds",
            "--",
        ])
        .args([project.path("fuzz/corpus")])
        .screen()
}

/// The programs that a manifest names, in its order.
fn targets(manifest: &str) -> Result<Vec<String>> {
    let table: Table = manifest.parse().context("fuzz/Cargo.toml")?;
    let programs = table.get("bin").and_then(Value::as_array);
    let names = programs.into_iter().flatten();
    Ok(names
        .filter_map(|program| Some(program.get("name")?.as_str()?.to_owned()))
        .collect())
}

/// Builds all targets; gives the folder they are in.
fn build(project: &Project) -> Result<PathBuf> {
    let target = host()?;
    Job::new("the build of the fuzz targets", project.cargo())
        .env("RUSTFLAGS", COVERAGE)
        .env("CARGO_TARGET_DIR", project.target("fuzz"))
        // With a target named, the flags are not meant for build scripts.
        .args([
            "build",
            "--release",
            "--bins",
            "--manifest-path",
            "fuzz/Cargo.toml",
        ])
        .args(["--target", &target])
        .screen()?;
    Ok(project.target("fuzz").join(target).join("release"))
}

/// This machine's target triple.
fn host() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output();
    let output = output.context("rustc could not be asked for its target")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .context("rustc does not say its target")
}

/// What a target came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Row {
    runs: u64,
    edges: u64,
    features: u64,
}

/// Runs one target; what it finds new is kept under the target directory, beside what it breaks.
fn fuzz(project: &Project, name: &str, program: PathBuf, options: &Options) -> Result<Row> {
    let seeds = project.path("fuzz/corpus").join(name);
    let found = project.target("fuzz/found").join(name);
    let broken = project.target("fuzz/broken").join(name);
    for folder in [&found, &broken] {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    println!("\n== {name}");
    let job = Job::new(&format!("the target '{name}'"), Command::new(program))
        .args([&found, &seeds])
        .args([format!("-runs={}", options.runs)])
        .args([
            format!("-max_len={LONGEST}"),
            format!("-timeout={TIMEOUT_S}"),
        ])
        .args([format!("-rss_limit_mb={MEMORY_MIB}")])
        .args([format!("-artifact_prefix={}/", broken.display())])
        .args(["-print_final_stats=1"]);
    let lines = job.lines()?;
    lines
        .verdict
        .with_context(|| format!("the input is kept in {}", project.show(&broken)))?;
    enough(row(&lines.text), options.runs)
}

/// A row of as many executions as were asked for: a run that ended early has shown less.
fn enough(row: Row, asked: u64) -> Result<Row> {
    if row.runs < asked {
        bail!("only {} executions of {asked} are told of", row.runs);
    }
    Ok(row)
}

/// Reads libFuzzer's last report.
fn row(lines: &[String]) -> Row {
    let mut row = Row::default();
    for line in lines {
        let mut words = line.split_whitespace();
        while let Some(word) = words.next() {
            let place = match word {
                "cov:" => &mut row.edges,
                "ft:" => &mut row.features,
                "stat::number_of_executed_units:" => &mut row.runs,
                _ => continue,
            };
            if let Some(number) = words.next().and_then(|word| word.parse().ok()) {
                *place = number;
            }
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Option<Options>> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Options::parse(&words)
    }

    #[test]
    fn targets_and_numbers_come_in_any_order() {
        let options = parse("--runs 7 dls smf").unwrap().unwrap();
        assert_eq!(options.runs, 7);
        assert_eq!(options.targets, ["dls", "smf"]);
        assert!(parse("--runs 0").is_err() && parse("--runs").is_err());
        assert!(parse("--fast").is_err());
        assert_eq!(parse("dls --help").unwrap(), None);
    }

    #[test]
    fn targets_are_the_programs_of_the_manifest() {
        let manifest = "[[bin]]\nname = \"a\"\n[[bin]]\nname = \"b\"\n";
        assert_eq!(targets(manifest).unwrap(), ["a", "b"]);
    }

    #[test]
    fn last_report_counts() {
        let lines = [
            "#2\tINITED cov: 10 ft: 11 corp: 1/1b exec/s: 0",
            "#9\tDONE   cov: 90 ft: 200 corp: 1/1b",
            "stat::number_of_executed_units: 1000",
        ]
        .map(str::to_owned);
        let expected = Row {
            runs: 1000,
            edges: 90,
            features: 200,
        };
        assert_eq!(row(&lines), expected);
    }

    #[test]
    fn a_run_that_ended_early_or_told_nothing_fails() {
        let told = |runs| Row {
            runs,
            ..Row::default()
        };
        assert!(enough(told(1_000), 1_000).is_ok());
        assert!(enough(told(999), 1_000).is_err());
        assert!(enough(told(0), 1).is_err());
    }
}
