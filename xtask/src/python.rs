//! The Python environment of the host tests: pinned packages in a folder of the target directory.

use std::env::consts::OS;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::machine::{self, Need, version_in};
use crate::process::Job;
use crate::project::Project;

/// Two more VST3 hosts, independent of ours, the arrays that they hand their audio over in, and a
/// client of JACK.
const PINS: [(&str, &str); 4] = [
    ("dawdreamer", "0.9.0"),
    ("numpy", "2.3.4"),
    ("pedalboard", "0.9.21"),
    ("JACK-Client", "0.5.5"),
];
/// The oldest Python that the pinned packages are built for.
const OLDEST: (u64, u64, u64) = (3, 11, 0);

/// Makes the environment, or finds it complete; gives its interpreter.
///
/// # Errors
/// Names what is missing and the command that installs it.
pub(crate) fn prepare(project: &Project) -> Result<PathBuf> {
    let folder = project.target("venv");
    let python = interpreter(&folder);
    if holds_pins(&python) {
        println!("{} is complete", project.show(&folder));
        return Ok(python);
    }
    let system = match system_python() {
        Some(name) => name,
        None => {
            machine::provide(Need::PythonVenv)?;
            system_python().context(
                "the Python of this system is older than 3.11, or cannot make environments",
            )?
        }
    };
    // Cleared first: a folder left by another Python version cannot be completed.
    Job::new("the Python environment", Command::new(system))
        .args(["-m", "venv", "--clear"])
        .args([&folder])
        .screen()?;
    let packages = PINS.map(|(name, version)| format!("{name}=={version}"));
    let pip = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ];
    Job::new(
        "the installation of the Python packages",
        Command::new(&python),
    )
    .args(pip)
    .args(["--only-binary=:all:"])
    .args(&packages)
    .screen()
    .with_context(|| format!("the host tests need {}", packages.join(" and ")))?;
    if !holds_pins(&python) {
        bail!(
            "{} was made but does not hold {}",
            folder.display(),
            packages.join(" and ")
        );
    }
    println!(
        "{} now holds {}",
        project.show(&folder),
        packages.join(" and ")
    );
    Ok(python)
}

/// The interpreter of an environment, where `venv` puts it on this system.
pub(crate) fn interpreter(folder: &Path) -> PathBuf {
    folder.join(if OS == "windows" {
        "Scripts/python.exe"
    } else {
        "bin/python"
    })
}

/// The first Python of the system that is new enough and can make environments.
fn system_python() -> Option<&'static str> {
    // `ensurepip` is what Debian leaves out without python3-venv.
    let able = |name: &str| {
        let job = Job::new("Python", Command::new(name)).args(["-c", "import venv, ensurepip"]);
        job.succeeds().unwrap_or(false)
    };
    ["python3", "python"]
        .into_iter()
        .find(|name| new_enough(name) && able(name))
}

fn new_enough(name: &str) -> bool {
    let output = Command::new(name).arg("--version").output();
    let version = output
        .ok()
        .and_then(|out| version_in(&String::from_utf8_lossy(&out.stdout)));
    version.is_some_and(|version| version >= OLDEST)
}

/// Asks an interpreter which versions it has of the pinned packages.
fn holds_pins(python: &Path) -> bool {
    if !python.exists() {
        return false;
    }
    let job = Job::new("Python", Command::new(python)).args(["-c", &question(&PINS)]);
    job.succeeds().unwrap_or(false)
}

/// A Python program that ends well only where exactly these versions are installed.
fn question(pins: &[(&str, &str)]) -> String {
    let mut program = String::from("from importlib.metadata import version\n");
    for (name, wanted) in pins {
        program.push_str(&format!("assert version('{name}') == '{wanted}'\n"));
    }
    program
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn question_asks_for_every_pin_and_version() {
        let program = question(&[("a", "1.0"), ("b", "2.5")]);
        assert!(program.contains("version('a') == '1.0'"));
        assert!(program.contains("version('b') == '2.5'"));
    }

    #[test]
    fn folder_without_an_interpreter_holds_nothing() {
        assert!(!holds_pins(Path::new("no/such/folder/python")));
    }
}
