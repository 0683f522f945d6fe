//! `sound`: how it sounds, in figures, and beside other synthesizers.
//!
//! In: the package benches/peers, the bank and the synthesizers that `banks` fetches. Out: figures
//! and a table under docs/sound, of which docs/sound.md speaks, and a summary on the screen. What is
//! rendered in between lies under target/sound.

mod causes;
mod compare;
mod cutoff;
mod figures;
mod measure;
mod notes;
mod peers;
mod plot;
mod signal;
mod still;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::Job;
use crate::project::Project;
use measure::Frame;

/// Where figures and tables go.
const FOLDER: &str = "docs/sound";

/// Draws the figures and compares; with `--figures` only the first.
///
/// # Errors
/// When something cannot be had, built, run or written.
pub(crate) fn run(project: &Project, words: &[String]) -> Result<()> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let compares = match words[..] {
        [] => true,
        ["--figures"] => false,
        _ => bail!("not understood: '{}' (--figures)", words.join(" ")),
    };
    let bench = Bench::new(project)?;
    let folder = project.path(FOLDER);
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    figures::run(project, &bench)?;
    if compares {
        peers::run(project, &bench)?;
    }
    Ok(())
}

/// Our program, and a place for what it renders.
struct Bench {
    program: PathBuf,
    folder: PathBuf,
}

impl Bench {
    /// The program, to be given words.
    fn command(&self) -> Command {
        Command::new(&self.program)
    }

    /// Builds the program.
    fn new(project: &Project) -> Result<Self> {
        let target = project.target("peers");
        Job::new("the build of the peers", project.cargo())
            .env("CARGO_TARGET_DIR", &target)
            .args(["build", "--release", "--manifest-path"])
            .args(["benches/peers/Cargo.toml"])
            .screen()?;
        let folder = project.target("sound");
        fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
        Ok(Self {
            program: target.join("release/sound"),
            folder,
        })
    }
}

/// Reads what a driver has written.
fn read(file: &Path) -> Result<Vec<Frame>> {
    let bytes = fs::read(file).with_context(|| format!("{}", file.display()))?;
    let (frames, _) = bytes.as_chunks::<8>();
    let side = |bytes: &[u8]| bytes.try_into().map_or(0.0, f32::from_le_bytes);
    Ok(frames
        .iter()
        .map(|frame| {
            let (left, right) = frame.split_at(4);
            [side(left), side(right)]
        })
        .collect())
}
