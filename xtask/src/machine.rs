//! What this machine lacks for building, said in plain words with the command that mends it.

use std::env::consts::OS;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{Job, answers};
use crate::project::Project;

/// Something the project needs from the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// A C compiler: rustc links with it, and the state's compression library is C.
    CCompiler,
    /// Python with its `venv` module: one of the test hosts is a Python package.
    PythonVenv,
    /// Another synthesizer: it reads the banks that we write.
    FluidSynth,
    /// A processor in software: it counts instructions.
    Valgrind,
    /// The system's sound as a program uses it, and a server that needs no sound card.
    Sound,
    /// A digital audio workstation: it opens a project with the plug-in and exports it.
    Ardour,
    /// A display in memory, and graphics without a card: the window is shown there.
    Display,
}

impl Need {
    /// What is missing and what for.
    fn what(self) -> &'static str {
        match self {
            Self::CCompiler => "a C compiler (`cc`), which links the plug-in",
            Self::PythonVenv => {
                "Python 3.11 or newer with its `venv` module, which runs one of the test hosts"
            }
            Self::FluidSynth => "FluidSynth, which reads the banks that we write",
            Self::Valgrind => "Valgrind, which counts instructions",
            Self::Sound => {
                "ALSA and JACK, which the standalone program and external devices are played through"
            }
            Self::Ardour => "Ardour 7, which plays the plug-in in a project",
            Self::Display => "Xvfb and what a window needs, on which the window is tried",
        }
    }

    /// The packages of the distributions that use `apt-get`.
    fn debian_packages(self) -> &'static [&'static str] {
        match self {
            Self::CCompiler => &["gcc", "libc6-dev"],
            Self::PythonVenv => &["python3", "python3-venv"],
            Self::FluidSynth => &["fluidsynth"],
            Self::Valgrind => &["valgrind"],
            Self::Sound => &[
                "libasound2-dev",
                "libjack-jackd2-dev",
                "pkg-config",
                "jackd2",
            ],
            Self::Ardour => &["ardour"],
            Self::Display => &[
                "xvfb",
                "libegl1",
                "libgl1",
                "libgl1-mesa-dri",
                "libx11-xcb1",
                "libxcursor1",
                "libxkbcommon-x11-0",
            ],
        }
    }

    /// The exact command for a person to type.
    fn remedy(self, system: System) -> String {
        let packages = match (self, system) {
            (_, System::Debian) => self.debian_packages().join(" "),
            (Self::CCompiler, System::MacOs) => return "xcode-select --install".to_owned(),
            (Self::PythonVenv, System::MacOs) => return "brew install python@3.13".to_owned(),
            (Self::FluidSynth, System::MacOs) => return "brew install fluid-synth".to_owned(),
            (Self::Ardour, System::MacOs | System::Windows) => {
                return "play it on Linux: the project is made for Ardour's file names there"
                    .to_owned();
            }
            (Self::Display, System::MacOs | System::Windows) => {
                return "try it on Linux: there is no such display here".to_owned();
            }
            // It runs on neither.
            (Self::Valgrind, System::MacOs | System::Windows) => {
                return "count on Linux: Valgrind does not run here".to_owned();
            }
            (Self::Sound, System::MacOs) => return "brew install jack pkgconf".to_owned(),
            (Self::Sound, System::Windows) => {
                return "install JACK from https://jackaudio.org".to_owned();
            }
            (Self::CCompiler, System::Windows) => {
                return "winget install Microsoft.VisualStudio.2022.BuildTools".to_owned();
            }
            (Self::PythonVenv, System::Windows) => {
                return "winget install Python.Python.3.13".to_owned();
            }
            (Self::CCompiler, _) => "gcc".to_owned(),
            (Self::FluidSynth, _) => "fluidsynth".to_owned(),
            (Self::Valgrind, _) => "valgrind".to_owned(),
            (Self::Sound, _) => "the development files of ALSA and JACK, and jackd".to_owned(),
            (Self::Ardour, _) => "ardour".to_owned(),
            (Self::Display, _) => "Xvfb and Mesa's software renderer".to_owned(),
            (Self::PythonVenv, System::Arch) => "python".to_owned(),
            (Self::PythonVenv, _) => "python3".to_owned(),
        };
        match system {
            System::Debian => format!("sudo apt-get install {packages}"),
            System::Fedora => format!("sudo dnf install {packages}"),
            System::Arch => format!("sudo pacman -S {packages}"),
            _ => format!("install {packages} with your system's package manager"),
        }
    }
}

/// Systems whose install command we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum System {
    Debian,
    Fedora,
    Arch,
    OtherUnix,
    MacOs,
    Windows,
}

impl System {
    fn here() -> Self {
        match OS {
            "macos" => Self::MacOs,
            "windows" => Self::Windows,
            _ => Self::of_release(&fs::read_to_string("/etc/os-release").unwrap_or_default()),
        }
    }

    /// Reads the `ID` and `ID_LIKE` lines of an `os-release` file.
    fn of_release(text: &str) -> Self {
        let ids = text
            .lines()
            .filter_map(|line| {
                line.strip_prefix("ID=")
                    .or_else(|| line.strip_prefix("ID_LIKE="))
            })
            .flat_map(|value| value.trim_matches('"').split_whitespace());
        for id in ids {
            match id {
                "debian" | "ubuntu" => return Self::Debian,
                "fedora" | "rhel" => return Self::Fedora,
                "arch" => return Self::Arch,
                _ => {}
            }
        }
        Self::OtherUnix
    }
}

/// Checks the compiler and the C compiler; on Debian as root installs the latter by itself.
///
/// Nothing else is looked for: the window, the graphics and the clipboard libraries are opened at
/// run time, when an editor is shown, and `bundle` refuses a plug-in that links others.
///
/// # Errors
/// Names what is missing and the command that installs it.
pub(crate) fn check(project: &Project) -> Result<()> {
    let found = rustc_version()?;
    if let Some(oldest) = project.oldest_rustc()
        && found < oldest
    {
        bail!(
            "rustc {} is too old: {} or newer is needed\n  rustup update stable",
            dotted(found),
            dotted(oldest)
        );
    }
    // On Windows rustc finds its linker by itself and this program is the proof that it did.
    if OS != "windows" && !answers("cc", "--version") {
        provide(Need::CCompiler)?;
    }
    Ok(())
}

/// Checks the parts of the toolchain that `check` and `test` use beside the compiler.
///
/// # Errors
/// Names the command that installs them.
pub(crate) fn check_toolchain(project: &Project) -> Result<()> {
    for (part, task) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        let answer = Job::new(part, project.cargo()).args([task, "--version"]);
        if !answer.succeeds()? {
            bail!("the toolchain lacks {part}\n  rustup component add rustfmt clippy");
        }
    }
    Ok(())
}

/// Installs what is missing where that is ours to do (Debian, as root).
///
/// # Errors
/// Elsewhere, or when the installation fails: names what is missing and the command to type.
pub(crate) fn provide(need: Need) -> Result<()> {
    let system = System::here();
    if system != System::Debian || !is_root() {
        bail!(
            "this machine lacks {}\n  {}",
            need.what(),
            need.remedy(system)
        );
    }
    println!("This machine lacks {}; installing it.", need.what());
    let apt = |args: &[&str]| {
        Job::new("apt-get", Command::new("apt-get"))
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(args)
            .screen()
            .with_context(|| format!("could not install it; try\n  {}", need.remedy(system)))
    };
    apt(&["update", "-q"])?;
    let install = ["install", "-q", "-y", "--no-install-recommends"];
    apt(&[&install, need.debian_packages()].concat())
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn rustc_version() -> Result<(u64, u64, u64)> {
    let program = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(program).arg("--version").output().context(
        "rustc could not be started; install Rust with\n  \
         curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh",
    )?;
    let text = String::from_utf8_lossy(&output.stdout);
    version_in(&text).with_context(|| format!("no version in rustc's answer '{}'", text.trim()))
}

/// The first `a.b.c` of a program's answer to `--version`; what follows a number is ignored.
pub(crate) fn version_in(text: &str) -> Option<(u64, u64, u64)> {
    text.split_whitespace().find_map(|word| {
        let mut parts = word.split('.').map(|part| {
            let digits = part
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(part.len());
            part[..digits].parse().ok()
        });
        Some((parts.next()??, parts.next()??, parts.next()??))
    })
}

fn dotted((major, minor, patch): (u64, u64, u64)) -> String {
    format!("{major}.{minor}.{patch}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stable_and_nightly_versions_are_read() {
        assert_eq!(
            version_in("rustc 1.95.0 (59807616e 2026-04-14)"),
            Some((1, 95, 0))
        );
        assert_eq!(
            version_in("rustc 1.97.2-nightly (abc 2026-07-01)"),
            Some((1, 97, 2))
        );
        assert_eq!(version_in("Python 3.11.7"), Some((3, 11, 7)));
    }

    #[test]
    fn text_without_a_version_gives_none() {
        assert_eq!(version_in("rustc, unknown"), None);
        assert_eq!(version_in("about 1.95"), None);
    }

    #[test]
    fn newer_minor_wins_over_older_by_number_not_by_letter() {
        assert!(version_in("rustc 1.100.0") > version_in("rustc 1.95.0"));
    }

    #[test]
    fn distributions_are_told_apart() {
        assert_eq!(System::of_release("NAME=x\nID=debian\n"), System::Debian);
        assert_eq!(
            System::of_release("ID=pop\nID_LIKE=\"ubuntu debian\"\n"),
            System::Debian
        );
        assert_eq!(
            System::of_release("ID=\"rocky\"\nID_LIKE=\"rhel fedora\"\n"),
            System::Fedora
        );
        assert_eq!(System::of_release("ID=arch\n"), System::Arch);
        assert_eq!(System::of_release(""), System::OtherUnix);
    }

    #[test]
    fn remedy_is_a_command_with_the_packages() {
        assert_eq!(
            Need::PythonVenv.remedy(System::Debian),
            "sudo apt-get install python3 python3-venv"
        );
        assert_eq!(
            Need::CCompiler.remedy(System::Fedora),
            "sudo dnf install gcc"
        );
        assert_eq!(
            Need::CCompiler.remedy(System::MacOs),
            "xcode-select --install"
        );
    }
}
