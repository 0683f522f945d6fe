//! The comparison: single notes and songs through one bank, in ours and in the others.
//!
//! Out: `comparison.tsv`, one line for each sound and synthesizer, and a summary on the screen.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::causes::{ALL, Experiment, FLUID, QUANTITIES, SPESSA, STILL, cause, quantity};
use super::compare::{COLUMNS, Difference, Span};
use super::measure::{Frame, median};
use super::notes::{HELD, LEAD, OFF, SLOT, notes, script};
use super::{Bench, FOLDER, cutoff, read, still};
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

/// A synthesizer beside ours, and what is tried to explain where it differs.
pub(super) struct Peer {
    pub(super) name: &'static str,
    experiments: &'static [Experiment],
}

pub(super) const PEERS: [Peer; 2] = [
    Peer {
        name: "FluidSynth",
        experiments: &FLUID,
    },
    Peer {
        name: "SpessaSynth",
        experiments: &SPESSA,
    },
];

/// Plays everything in every synthesizer and writes the table.
///
/// # Errors
/// When a bank or a synthesizer is missing, or one of them fails.
pub(super) fn run(project: &Project, bench: &Bench) -> Result<()> {
    banks::fetch_peers(project)?;
    let stage = Stage::new(project, bench)?;
    cutoff::run(project, bench, &stage)?;
    let notes = notes();
    let events = bench.folder.join("notes.events");
    fs::write(&events, script(&notes)).with_context(|| format!("{}", events.display()))?;
    let spans: Vec<(String, Span)> = notes
        .iter()
        .enumerate()
        .map(|(index, note)| {
            let span = Span {
                start: index * SLOT + LEAD,
                held: HELD,
                released: OFF - LEAD - HELD - 480,
            };
            (note.name(), span)
        })
        .collect();
    let mut rows = stage.rows(&events, &spans)?;
    for song in SONGS {
        let name = Path::new(song).file_stem().unwrap_or_default();
        let name = name.to_string_lossy().into_owned();
        let events = bench.folder.join(format!("{name}.events"));
        Job::new("the song's events", bench.command())
            .args(["song".as_ref(), project.path(song).as_os_str()])
            .args([&events])
            .screen()?;
        let span = Span {
            start: 0,
            held: usize::MAX / 2,
            released: 0,
        };
        rows.extend(stage.rows(&events, &[(format!("song {name}"), span)])?);
    }
    report(project, rows)
}

/// A sound in one of the others.
struct Row {
    peer: &'static str,
    sound: String,
    difference: Difference,
    /// Ours with each experiment, beside the other's.
    tried: Vec<(&'static str, Difference)>,
}

/// What each synthesizer is started with.
pub(super) struct Stage {
    program: PathBuf,
    fluid: PathBuf,
    node: PathBuf,
    bank: PathBuf,
    /// The bank without what moves a pitch.
    still: PathBuf,
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
        let bank = project.target("banks").join(BANK);
        let still = bench.folder.join("still.sf2");
        let bytes = fs::read(&bank).with_context(|| format!("{}", bank.display()))?;
        fs::write(&still, still::bank(bytes)).with_context(|| format!("{}", still.display()))?;
        Ok(Self {
            program: bench.program.clone(),
            fluid,
            node,
            bank,
            still,
        })
    }

    /// Plays events in all, and compares the sounds that lie in them.
    fn rows(&self, events: &Path, spans: &[(String, Span)]) -> Result<Vec<Row>> {
        let text = fs::read_to_string(events).with_context(|| format!("{}", events.display()))?;
        let quiet = events.with_extension("still.events");
        fs::write(&quiet, still::events(&text)).with_context(|| format!("{}", quiet.display()))?;
        let (moving, standing) = ((&*self.bank, events), (&*self.still, &*quiet));
        let ours = self.ours(moving, "ours")?;
        let mut rows = Vec::new();
        for Peer { name, experiments } in &PEERS {
            let theirs = self.theirs(moving, name, "7")?;
            // What four points are in ours, four points are in the other.
            let theirs_of_four = self.theirs(moving, name, "4")?;
            let mut own: Vec<Row> = spans
                .iter()
                .map(|(sound, span)| Row {
                    peer: name,
                    sound: sound.clone(),
                    difference: Difference::of(&ours, &theirs, *span),
                    tried: Vec::new(),
                })
                .collect();
            let mut tries = |cause, ours: &[Frame], theirs: &[Frame]| {
                for (row, (_, span)) in own.iter_mut().zip(spans) {
                    let difference = Difference::of(ours, theirs, *span);
                    row.tried.push((cause, difference));
                }
            };
            for (cause, variant) in *experiments {
                let of_four = variant.contains("cubic");
                let theirs = if of_four { &theirs_of_four } else { &theirs };
                tries(*cause, &self.ours(moving, variant)?, theirs);
                if *cause == ALL {
                    let ours = self.ours(standing, variant)?;
                    tries(STILL, &ours, &self.theirs(standing, name, "4")?);
                }
            }
            rows.extend(own);
        }
        Ok(rows)
    }

    /// - `what`: bank and events
    pub(super) fn ours(&self, what: (&Path, &Path), variant: &str) -> Result<Vec<Frame>> {
        let mut command = Command::new(&self.program);
        command.arg("play");
        play("DMus", command, what, &[variant])
    }

    /// - `what`: bank and events
    /// - `points`: of the interpolation, where the other has a choice
    pub(super) fn theirs(
        &self,
        what: (&Path, &Path),
        peer: &str,
        points: &str,
    ) -> Result<Vec<Frame>> {
        let command = if peer == "FluidSynth" {
            Command::new(&self.fluid)
        } else {
            let mut node = Command::new("node");
            node.arg(&self.node);
            node
        };
        play(peer, command, what, &[points])
    }
}

fn play(
    name: &str,
    command: Command,
    (bank, events): (&Path, &Path),
    rest: &[&str],
) -> Result<Vec<Frame>> {
    let out = events.with_extension(format!("{name}.f32"));
    let played = Job::new(name, command)
        .args([bank, events, &out])
        .args(rest)
        .succeeds()?;
    anyhow::ensure!(played, "{name} did not play {}", events.display());
    read(&out)
}

/// The most that the experiments with everything in leave of any sound: name and value. The level that
/// is the same for all sounds is that of the experiment.
fn left(rows: &[&Row]) -> String {
    let of = |row: &Row, wanted| {
        let mut tried = row.tried.iter();
        tried.find_map(|(cause, difference)| (*cause == wanted).then(|| difference.clone()))
    };
    let usual_db = |wanted| {
        let whole = rows.iter().filter_map(|row| of(row, wanted));
        median(whole.map(|difference| difference.level_db))
    };
    let whole = [ALL, STILL].map(|wanted| (wanted, usual_db(wanted)));
    let most = QUANTITIES.map(|name| {
        let of_row = |row: &&Row| {
            let lefts = whole.iter().filter_map(|&(wanted, usual_db)| {
                Some(quantity(name, &of(row, wanted)?, usual_db).0)
            });
            lefts.fold(f64::MAX, f64::min)
        };
        let most = rows.iter().map(of_row).fold(0.0, f64::max);
        format!("{name} {most:.2}")
    });
    most.join(", ")
}

/// Writes the table, and says on the screen how much of it is beyond the limits, and why.
fn report(project: &Project, rows: Vec<Row>) -> Result<()> {
    let mut table = format!("beside\tsound\t{COLUMNS}\tlarge, and why\n");
    for Peer { name, .. } in &PEERS {
        let of_it = || rows.iter().filter(|row| row.peer == *name);
        let usual_db = median(of_it().map(|row| row.difference.level_db));
        println!(
            "\n{name}: {} sounds, ours {usual_db:.2} dB louder",
            of_it().count()
        );
        let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for row in of_it() {
            let large = row.difference.large(usual_db).into_iter().map(|what| {
                let why = cause(what, &row.tried, usual_db);
                *counts.entry((what, why)).or_default() += 1;
                format!("{what}: {why}")
            });
            let large: Vec<String> = large.collect();
            let (sound, difference) = (&row.sound, &row.difference);
            table.push_str(&format!(
                "{name}\t{sound}\t{difference}\t{}\n",
                large.join(", ")
            ));
        }
        let own: Vec<&Row> = of_it().collect();
        println!("  left with all of it in, at most: {}", left(&own));
        for ((what, why), count) in counts {
            println!("  {what:<10} {why:<14} {count:>3}");
        }
    }
    let folder = project.path(FOLDER);
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let file = folder.join("comparison.tsv");
    fs::write(&file, table).with_context(|| format!("{}", file.display()))?;
    println!("{}", project.show(&file));
    Ok(())
}
