//! The comparison: single notes and songs through one bank, in ours and in the others.
//!
//! Out: `comparison.tsv`, one line for each sound and synthesizer, and a summary on the screen.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::compare::{COLUMNS, Difference, Span};
use super::measure::{Frame, median};
use super::notes::{HELD, LEAD, OFF, SLOT, notes, script};
use super::{Bench, FOLDER, read};
use crate::banks;
use crate::process::Job;
use crate::project::Project;

/// The bank that all play.
const BANK: &str = "TimGM6mb.sf2";

/// Text songs, by their paths in the repository.
const SONGS: [&str; 3] = [
    "presets/songs/first-sound.song",
    "benches/peers/songs/wide.song",
    "benches/peers/songs/drive.song",
];

/// Plays everything in every synthesizer and writes the table.
///
/// # Errors
/// When a bank or a synthesizer is missing, or one of them fails.
pub(super) fn run(project: &Project, bench: &Bench) -> Result<()> {
    banks::fetch_peers(project)?;
    let stage = Stage::new(project, bench)?;
    let mut rows = Vec::new();
    let notes = notes();
    let events = bench.folder.join("notes.events");
    fs::write(&events, script(&notes)).with_context(|| format!("{}", events.display()))?;
    let [ours, others @ ..] = stage.play(&events)?;
    for (synthesizer, theirs) in NAMES.into_iter().skip(1).zip(&others) {
        for (index, note) in notes.iter().enumerate() {
            let span = Span {
                start: index * SLOT + LEAD,
                held: HELD,
                released: OFF - LEAD - HELD - 480,
            };
            let difference = Difference::of(&ours, theirs, span);
            rows.push((synthesizer, note.name(), difference));
        }
    }
    for song in SONGS {
        let name = Path::new(song).file_stem().unwrap_or_default();
        let name = name.to_string_lossy().into_owned();
        let events = bench.folder.join(format!("{name}.events"));
        Job::new("the song's events", Command::new(&bench.program))
            .args(["song".as_ref(), project.path(song).as_os_str()])
            .args([&events])
            .screen()?;
        let [ours, others @ ..] = stage.play(&events)?;
        let span = Span {
            start: 0,
            held: ours.len(),
            released: 0,
        };
        for (synthesizer, theirs) in NAMES.into_iter().skip(1).zip(&others) {
            let difference = Difference::of(&ours, theirs, span);
            rows.push((synthesizer, format!("song {name}"), difference));
        }
    }
    report(project, &rows)
}

/// The synthesizers, ours first.
const NAMES: [&str; 3] = ["DMus", "FluidSynth", "SpessaSynth"];

/// A sound in one of the others.
type Row = (&'static str, String, Difference);

/// What each synthesizer is started with.
struct Stage {
    program: PathBuf,
    fluid: PathBuf,
    node: PathBuf,
    bank: PathBuf,
}

impl Stage {
    fn new(project: &Project, bench: &Bench) -> Result<Self> {
        let fluid = bench.folder.join("play");
        Job::new("the build of FluidSynth's driver", Command::new("cc"))
            .args(["-O2".as_ref(), "-o".as_ref(), fluid.as_os_str()])
            .args([project.path("benches/peers/play.c")])
            .args(["-ldl"])
            .screen()?;
        let node = banks::node_folder(project).join("play.mjs");
        let script = project.path("benches/peers/play.mjs");
        fs::copy(&script, &node).with_context(|| format!("{}", script.display()))?;
        Ok(Self {
            program: bench.program.clone(),
            fluid,
            node,
            bank: project.target("banks").join(BANK),
        })
    }

    /// Plays events in all, in the order of `NAMES`.
    fn play(&self, events: &Path) -> Result<[Vec<Frame>; 3]> {
        let mut node = Command::new("node");
        node.arg(&self.node);
        let mut ours = Command::new(&self.program);
        ours.arg("play");
        let commands = [ours, Command::new(&self.fluid), node];
        let mut sounds = [const { Vec::new() }; 3];
        for ((name, command), sound) in NAMES.into_iter().zip(commands).zip(&mut sounds) {
            let out = events.with_extension(format!("{name}.f32"));
            let silent = Job::new(name, command)
                .args([&self.bank, events, &out].map(AsRef::<Path>::as_ref))
                .succeeds()?;
            anyhow::ensure!(silent, "{name} did not play {}", events.display());
            *sound = read(&out)?;
        }
        Ok(sounds)
    }
}

/// Writes the table, and says on the screen how much of it is beyond the limits.
fn report(project: &Project, rows: &[Row]) -> Result<()> {
    let mut table = format!("beside\tsound\t{COLUMNS}\tlarge\n");
    for synthesizer in NAMES.into_iter().skip(1) {
        let of_it = || rows.iter().filter(|(name, ..)| *name == synthesizer);
        let usual_db = median(of_it().map(|(_, _, difference)| difference.level_db));
        println!("{synthesizer}: usually {usual_db:.2} dB louder is ours");
        for (_, sound, difference) in of_it() {
            let large = difference.large(usual_db).join(" ");
            table.push_str(&format!("{synthesizer}\t{sound}\t{difference}\t{large}\n"));
        }
    }
    let folder = project.path(FOLDER);
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let file = folder.join("comparison.tsv");
    fs::write(&file, table).with_context(|| format!("{}", file.display()))?;
    println!("{}", project.show(&file));
    Ok(())
}
