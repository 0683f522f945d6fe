//! `ardour`: the VST3 bundle in a real DAW that opens a project and exports it without a window.
//!
//! In: the bundle, the command line, Ardour 7; on Debian as root it is installed. Out: files under
//! target/ardour, and a verdict: the export has the command line's samples, bit by bit, until an
//! automation changes them on its frame. Where Ardour 7 cannot be had, that is named; other
//! versions write other projects.

mod judge;
mod session;

use std::env::consts::OS;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::install;
use crate::machine::{self, Need};
use crate::process::Job;
use crate::project::Project;
use crate::suites::Outcome;

/// Where Debian puts the version that the project is written for.
const PROGRAMS: &str = "/usr/lib/ardour7";

/// Longest that one of its programs may take, s; each takes two.
const PATIENCE_S: &str = "60";

/// Attempts at an export.
const EXPORTS: usize = 8;

/// The step of `cargo xtask test`.
pub(crate) fn step(project: &Project) -> Outcome {
    if let Err(error) = provide() {
        println!("absent: a project in Ardour: {error:#}");
        return Outcome {
            note: "absent: Ardour 7".to_owned(),
            ..Ok(()).into()
        };
    }
    match run(project) {
        Ok(note) => Outcome {
            note,
            ..Ok(()).into()
        },
        Err(error) => Err(error).into(),
    }
}

/// Finds Ardour 7, or installs it where the system has it.
fn provide() -> Result<()> {
    if OS != "linux" {
        bail!("it is looked for on Linux only");
    }
    let is_there = || Path::new(PROGRAMS).join("luasession").exists();
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    if !is_there() && release.contains("VERSION_CODENAME=bookworm") {
        machine::provide(Need::Ardour)?;
    }
    if !is_there() {
        bail!("{PROGRAMS} is not there; Debian 12 has it in its package ardour");
    }
    Ok(())
}

/// Makes the project, exports it and compares; gives what was found.
fn run(project: &Project) -> Result<String> {
    let ardour = Ardour::new(project)?;
    ardour.scan(project)?;
    let made = ardour.make_session()?;
    let song = ardour.folder.join("song.mid");
    fs::write(&song, session::song()).with_context(|| format!("writing {}", song.display()))?;
    session::lists_no_controller(&made)?;
    session::fill_in(&made)?;
    let export = ardour.export()?;
    let expected = ardour.folder.join("expected.wav");
    let render = Job::new("`dmus render`", Command::new(project.command_line()));
    render
        .args(["render", "--bits", "32f", "--rate", "48000"])
        .args(["-o".as_ref(), expected.as_os_str(), song.as_os_str()])
        .screen()?;
    let note = judge::compare(&export, &expected)?;
    println!("{note}");
    Ok("samples as on the command line".to_owned())
}

/// Ardour with a home of its own, so that nobody's settings count and none are changed.
struct Ardour {
    folder: PathBuf,
}

impl Ardour {
    fn new(project: &Project) -> Result<Self> {
        let folder = project.target("ardour");
        for part in ["home", session::NAME] {
            install::remove(&folder.join(part))?;
        }
        let home = folder.join("home");
        fs::create_dir_all(&home).with_context(|| format!("making {}", home.display()))?;
        Ok(Self { folder })
    }

    /// One of its programs, with the variables that its own scripts set.
    fn job(&self, program: &str) -> Job {
        let home = self.folder.join("home");
        Job::new(&format!("Ardour's {program}"), Command::new("timeout"))
            .args([PATIENCE_S])
            .args([Path::new(PROGRAMS).join(program)])
            .env("HOME", &home)
            .env("XDG_CONFIG_HOME", home.join(".config"))
            .env("XDG_CACHE_HOME", home.join(".cache"))
            .env("LD_LIBRARY_PATH", PROGRAMS)
            .env("ARDOUR_DLL_PATH", PROGRAMS)
            .env("ARDOUR_DATA_PATH", "/usr/share/ardour7")
            .env("ARDOUR_CONFIG_PATH", "/etc/ardour7")
    }

    /// Has the bundle looked at as after an installation.
    fn scan(&self, project: &Project) -> Result<()> {
        let bundle = install::place(&project.vst3(), &self.folder.join("home/.vst3"))?;
        // What was found in the same second as the file was written counts as old.
        thread::sleep(Duration::from_millis(1_100));
        let scanned = self.job("ardour-vst3-scanner").args(["-f"]).args([&bundle]);
        scanned.screen()
    }

    /// Has a project made with one track that the plug-in plays; gives its file.
    fn make_session(&self) -> Result<PathBuf> {
        let folder = self.folder.join(session::NAME);
        let script = self.folder.join("make.lua");
        fs::write(&script, session::script(&folder))
            .with_context(|| format!("writing {}", script.display()))?;
        self.job("luasession").args([&script]).screen()?;
        let file = folder.join(session::NAME).with_extension("ardour");
        if !file.exists() {
            bail!("Ardour made no {}", file.display());
        }
        Ok(file)
    }

    /// Has the project opened again and exported as floating point.
    ///
    /// Version 7.3 ends now and then at its first block with a broken heap, as often for a track
    /// without a plug-in: 2 of 24 runs. So it is asked again.
    fn export(&self) -> Result<PathBuf> {
        let out = self.folder.join("export.wav");
        let export = || {
            install::remove(&out)?;
            self.job("utils/ardour7-export")
                .args(["-b", "float", "-o"])
                .args([&out, &self.folder.join(session::NAME)])
                .args([session::NAME])
                .screen()
        };
        let mut attempts = (0..EXPORTS).map(|_| export());
        let last = attempts.find(Result::is_ok);
        last.with_context(|| format!("no export in {EXPORTS} attempts"))??;
        Ok(out)
    }
}
