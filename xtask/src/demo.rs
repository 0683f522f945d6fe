//! `demo`: builds the plug-in and plays a song through it, in a host of our own.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::Job;
use crate::project::{HOST_TESTS, Project};
use crate::{bundle, install, machine};

const HELP: &str = "\
cargo xtask demo [SONG.mid] [--bank FILE.dls] [-o OUT.wav] [--picture OUT.png]

Builds the plug-in, loads it in a small host, plays a song and writes what came out.
  SONG.mid             the song to play (default: one of our own)
  --bank FILE.dls      the bank to play it with (default: the built-in bank)
  -o, --out OUT.wav    where the audio goes (default: target/demo/demo.wav)
  --picture OUT.png    where the picture of it goes (default: target/demo/demo.png)";

/// The options, with paths as the user wrote them.
#[derive(Debug, Default, PartialEq, Eq)]
struct Options {
    song: Option<PathBuf>,
    bank: Option<PathBuf>,
    out: Option<PathBuf>,
    picture: Option<PathBuf>,
}

impl Options {
    /// Reads the words after `demo`; `None` when help is asked for.
    fn parse(words: &[String]) -> Result<Option<Self>> {
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let (option, attached) = match word.split_once('=') {
                Some((option, value)) if option.starts_with("--") => (option, Some(value)),
                _ => (word.as_str(), None),
            };
            let place = match option {
                "-h" | "--help" => return Ok(None),
                "--bank" => &mut options.bank,
                "-o" | "--out" => &mut options.out,
                "--picture" => &mut options.picture,
                _ if option.starts_with('-') => bail!("unknown option '{option}'\n\n{HELP}"),
                _ => {
                    set(&mut options.song, "the song", word)?;
                    continue;
                }
            };
            let value = attached.or_else(|| words.next().map(String::as_str));
            let value = value.with_context(|| format!("{option} needs a file name"))?;
            set(place, option, value)?;
        }
        Ok(Some(options))
    }

    /// Makes every path whole, seen from `folder`, and refuses inputs that do not exist.
    fn seen_from(mut self, folder: &Path) -> Result<Self> {
        let places = [
            &mut self.song,
            &mut self.bank,
            &mut self.out,
            &mut self.picture,
        ];
        for path in places.into_iter().flatten() {
            *path = folder.join(&*path);
        }
        for (what, input) in [("song", &self.song), ("bank", &self.bank)] {
            if let Some(path) = input
                && !path.is_file()
            {
                bail!("there is no {what} file at {}", path.display());
            }
        }
        Ok(self)
    }
}

fn set(place: &mut Option<PathBuf>, what: &str, value: &str) -> Result<()> {
    match place.replace(PathBuf::from(value)) {
        None => Ok(()),
        Some(first) => bail!("{what} is given twice: '{}' and '{value}'", first.display()),
    }
}

/// Runs the task.
///
/// # Errors
/// On unknown options, when something is missing on the machine, or a step of it fails.
pub(crate) fn run(project: &Project, words: &[String]) -> Result<()> {
    let Some(options) = Options::parse(words)? else {
        println!("{HELP}");
        return Ok(());
    };
    let options = options.seen_from(&env::current_dir().context("no current folder")?)?;
    machine::check(project)?;

    println!("Building the plug-in (the first time takes a few minutes) ...");
    bundle::release(project)?;
    println!("\nBuilding the host that plays it ...");
    Job::new("the build of the demonstration", project.cargo())
        .args([
            "build",
            "--release",
            "--package",
            HOST_TESTS,
            "--bin",
            "demo",
        ])
        .screen()?;

    println!();
    let out = options
        .out
        .unwrap_or_else(|| project.target("demo/demo.wav"));
    let picture = options
        .picture
        .unwrap_or_else(|| project.target("demo/demo.png"));
    for file in [&out, &picture] {
        let folder = file.parent().context("an output file without a folder")?;
        std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    let program = project
        .target("release")
        .join(format!("demo{}", env::consts::EXE_SUFFIX));
    let mut job = Job::new("the demonstration", Command::new(program))
        .args(["--plugin".as_ref(), project.clap().as_os_str()]);
    if let Some(bank) = &options.bank {
        job = job.args(["--bank".as_ref(), bank.as_os_str()]);
    }
    if let Some(song) = &options.song {
        job = job.args(["--song".as_ref(), song.as_os_str()]);
    }
    job.args([
        "-o".as_ref(),
        out.as_os_str(),
        "--picture".as_ref(),
        picture.as_os_str(),
    ])
    .screen()?;
    println!("\n{}", farewell(project));
    Ok(())
}

/// Where the bundles are, and how they get into a host.
fn farewell(project: &Project) -> String {
    let mut text = format!(
        "The plug-in:  {}\n              {}\nInstall it:   cargo xtask install",
        project.show(&project.clap()),
        project.show(&project.vst3()),
    );
    // Without a home folder there is nowhere to point to; `install --to` says so itself.
    if let Ok([clap, vst3]) = install::user_folders() {
        text.push_str(&format!(
            "\n              (or copy them to {} and {})",
            clap.display(),
            vst3.display()
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Option<Options>> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Options::parse(&words)
    }

    #[test]
    fn no_words_mean_all_defaults() {
        assert_eq!(parse("").unwrap(), Some(Options::default()));
    }

    #[test]
    fn every_option_finds_its_place_in_any_order() {
        let got = parse("--picture p.png song.mid -o o.wav --bank=b.dls")
            .unwrap()
            .unwrap();
        assert_eq!(got.song, Some("song.mid".into()));
        assert_eq!(got.bank, Some("b.dls".into()));
        assert_eq!(got.out, Some("o.wav".into()));
        assert_eq!(got.picture, Some("p.png".into()));
    }

    #[test]
    fn song_with_an_equals_sign_is_a_song() {
        assert_eq!(
            parse("a=b.mid").unwrap().unwrap().song,
            Some("a=b.mid".into())
        );
    }

    #[test]
    fn missing_value_second_song_and_unknown_option_are_refused() {
        assert!(
            parse("--bank")
                .unwrap_err()
                .to_string()
                .contains("--bank needs")
        );
        assert!(
            parse("a.mid b.mid")
                .unwrap_err()
                .to_string()
                .contains("twice")
        );
        assert!(
            parse("--loud")
                .unwrap_err()
                .to_string()
                .contains("'--loud'")
        );
    }

    #[test]
    fn help_is_recognised_anywhere() {
        assert_eq!(parse("song.mid --help").unwrap(), None);
    }

    #[test]
    fn relative_paths_are_seen_from_the_users_folder() {
        let folder = Path::new("somewhere");
        let options = parse("-o x/o.wav")
            .unwrap()
            .unwrap()
            .seen_from(folder)
            .unwrap();
        assert_eq!(options.out, Some(folder.join("x/o.wav")));
    }

    #[test]
    fn absent_song_is_refused_before_anything_is_built() {
        let options = parse("no-such-song.mid").unwrap().unwrap();
        let error = options
            .seen_from(Path::new("nowhere"))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("no song file") && error.contains("no-such-song.mid"),
            "{error}"
        );
    }
}
