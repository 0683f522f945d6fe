//! Banks out of Debian's packages, by the ordinary client, as any user.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{self, Job};
use crate::project::Project;

/// A bank, and where it comes from.
struct Bank {
    package: &'static str,
    /// Its place in the package.
    inside: &'static str,
    /// Of the file, so that the tests know what they count.
    sha256: &'static str,
}

/// What is fetched: a small bank, a large one, one of many variations, one of synthetic waves,
/// and one that is compressed.
const BANKS: [Bank; 5] = [
    Bank {
        package: "timgm6mb-soundfont",
        inside: "usr/share/sounds/sf2/TimGM6mb.sf2",
        sha256: "c5378b62028c920cb11e4803327983fee2f2cdff5dc89c708e39da417e51c854",
    },
    Bank {
        package: "csound-soundfont",
        inside: "usr/share/sounds/sf2/sf_GMbank.sf2",
        sha256: "9f39fc53bd3a1a69f13cb486838944eded358b3b6e8afbd6c1c2c33675b2034b",
    },
    Bank {
        package: "fluid-soundfont-gm",
        inside: "usr/share/sounds/sf2/FluidR3_GM.sf2",
        sha256: "74594e8f4250680adf590507a306655a299935343583256f3b722c48a1bc1cb0",
    },
    Bank {
        package: "opl3-soundfont",
        inside: "usr/share/sounds/sf2/OPL-3_FM_128M.sf2",
        sha256: "39bff96eee3dcfbce9665e3968701b894ca2136c7d0bd580281b2bbf59e80392",
    },
    Bank {
        package: "musescore-general-soundfont-small",
        inside: "usr/share/sounds/sf3/MuseScore_General_Lite.sf3",
        sha256: "916aaca6b0eb9f9083eb42399614acb2ff4ec72ce28dffff1814592a9696b479",
    },
];

impl Bank {
    fn name(&self) -> &'static str {
        self.inside.rsplit('/').next().unwrap_or(self.inside)
    }
}

/// Fetches every bank that is not there yet; says in words which are absent.
///
/// # Errors
/// When a file cannot be written. A package that cannot be had is no error.
pub(super) fn banks(project: &Project) -> Result<Vec<String>> {
    let folder = made(project)?;
    let mut absent = Vec::new();
    for bank in &BANKS {
        if let Err(error) = provide(&folder, bank) {
            absent.push(format!("{} with all its checks: {error:#}", bank.name()));
        }
    }
    Ok(absent)
}

/// Fetches one bank, unless it is there; gives where it is.
///
/// # Errors
/// When it cannot be had.
pub(super) fn one(project: &Project, name: &str) -> Result<PathBuf> {
    let folder = made(project)?;
    let bank = BANKS.iter().find(|bank| bank.name() == name);
    provide(
        &folder,
        bank.with_context(|| format!("no package has {name}"))?,
    )?;
    Ok(folder.join(name))
}

/// The folder of the banks.
fn made(project: &Project) -> Result<PathBuf> {
    let folder = project.target("banks");
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    Ok(folder)
}

fn provide(folder: &Path, bank: &Bank) -> Result<()> {
    if is(&folder.join(bank.name()), bank.sha256) {
        return Ok(());
    }
    println!(
        "fetching {} from Debian's package {}",
        bank.name(),
        bank.package
    );
    fetch(folder, bank)
}

/// Downloads a package, takes the bank out, and looks at its checksum.
fn fetch(folder: &Path, bank: &Bank) -> Result<()> {
    if !process::answers("apt-get", "--version") {
        bail!("this system has no `apt-get`");
    }
    let work = folder.join("package");
    clear(&work)?;
    let file = download(&work, bank.package)?;
    let tree = work.join("tree");
    Job::new("the unpacking", Command::new("dpkg-deb"))
        .args(["-x".as_ref(), file.as_os_str(), tree.as_os_str()])
        .screen()?;
    let found = tree.join(bank.inside);
    if !is(&found, bank.sha256) {
        bail!(
            "the package {} of this system has another version of it",
            bank.package
        );
    }
    let kept = folder.join(bank.name());
    fs::rename(&found, &kept).with_context(|| format!("{}", kept.display()))?;
    fs::remove_dir_all(&work).with_context(|| format!("removing {}", work.display()))
}

fn clear(work: &Path) -> Result<()> {
    if work.exists() {
        fs::remove_dir_all(work).with_context(|| format!("removing {}", work.display()))?;
    }
    fs::create_dir_all(work).with_context(|| format!("making {}", work.display()))
}

/// Downloads a package into a folder; where lists of packages are missing and ours to fetch,
/// fetches them first.
fn download(work: &Path, package: &str) -> Result<PathBuf> {
    let try_once = || {
        let mut apt = Command::new("apt-get");
        apt.current_dir(work);
        Job::new("the download", apt)
            .args(["download", "-qq", package])
            .succeeds()
    };
    // Only root may fetch the lists; for others the second try fails like the first.
    let fetched = try_once()?
        || (Job::new("apt-get", Command::new("apt-get"))
            .args(["update", "-qq"])
            .succeeds()?
            && try_once()?);
    if !fetched {
        bail!("`apt-get download {package}` failed; the lists of packages may be missing");
    }
    let entries = fs::read_dir(work).with_context(|| format!("{}", work.display()))?;
    let file = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|end| end == "deb"));
    file.with_context(|| format!("`apt-get download {package}` left no file"))
}

/// Whether a file is there and has the checksum.
fn is(file: &Path, sha256: &str) -> bool {
    let output = Command::new("sha256sum").arg(file).output();
    output.is_ok_and(|output| {
        let text = String::from_utf8_lossy(&output.stdout);
        // A backslash stands before the sum where the name was escaped.
        text.trim_start_matches('\\').starts_with(sha256)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn banks_have_names_and_whole_checksums() {
        for bank in &BANKS {
            assert!(bank.name().contains(".sf"), "{}", bank.name());
            assert_eq!(bank.sha256.len(), 64);
        }
    }

    #[test]
    fn a_file_that_is_not_there_has_no_checksum() {
        assert!(!is(Path::new("no/such/file"), BANKS[0].sha256));
    }
}
