//! `install`: the bundles, copied to where the user's hosts look for plug-ins.

use std::env::{self, consts::OS};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::bundle;
use crate::project::Project;

const HELP: &str = "\
cargo xtask install [--to DIR]

Copies DMus.clap and DMus.vst3 to your own plug-in folders; builds them first when missing.
  --to DIR   put both into DIR instead";

/// A bundle's two homes: the built one and the user's folder.
#[derive(Debug, PartialEq, Eq)]
struct Copy {
    from: PathBuf,
    folder: PathBuf,
}

/// Runs the task.
///
/// # Errors
/// On unknown options, when the build fails, or a folder cannot be written.
pub(crate) fn run(project: &Project, words: &[String]) -> Result<()> {
    let to = match words {
        [] => None,
        [option] if option == "--help" || option == "-h" => {
            println!("{HELP}");
            return Ok(());
        }
        [option, folder] if option == "--to" => Some(
            env::current_dir()
                .context("the current folder is unknown")?
                .join(folder),
        ),
        _ => bail!("not understood: '{}'\n\n{HELP}", words.join(" ")),
    };
    if !project.clap().exists() || !project.vst3().exists() {
        bundle::release(project)?;
    }
    let [clap, vst3] = match to {
        Some(folder) => [folder.clone(), folder],
        None => user_folders()?,
    };
    let copies = [
        Copy {
            from: project.clap(),
            folder: clap,
        },
        Copy {
            from: project.vst3(),
            folder: vst3,
        },
    ];
    for copy in copies {
        let placed = place(&copy.from, &copy.folder)?;
        println!("{} -> {}", project.show(&copy.from), placed.display());
    }
    println!("Hosts find it at their next scan: look for DMus among the instruments.");
    Ok(())
}

/// The user's own folders for CLAP and VST3, in this order.
pub(crate) fn user_folders() -> Result<[PathBuf; 2]> {
    let variable = if OS == "windows" {
        "LOCALAPPDATA"
    } else {
        "HOME"
    };
    let base = env::var_os(variable)
        .with_context(|| format!("the environment variable {variable} is not set; use --to DIR"))?;
    let base = PathBuf::from(base);
    Ok(folders_of(OS).map(|inside| base.join(inside)))
}

/// Folders below the home folder (on Windows: below the local application data).
fn folders_of(system: &str) -> [&'static str; 2] {
    match system {
        "windows" => ["Programs/Common/CLAP", "Programs/Common/VST3"],
        "macos" => ["Library/Audio/Plug-Ins/CLAP", "Library/Audio/Plug-Ins/VST3"],
        _ => [".clap", ".vst3"],
    }
}

/// Copies a bundle into a folder, replacing an older one; gives its new path.
///
/// The copy is finished under another name and then takes the old one's place: a host that has the
/// old file open keeps it whole.
///
/// # Errors
/// When something cannot be read or written.
pub(crate) fn place(bundle: &Path, folder: &Path) -> Result<PathBuf> {
    let name = bundle.file_name().context("a bundle without a name")?;
    let placed = folder.join(name);
    let coming = folder.join(format!(".{}.new", name.to_string_lossy()));
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    remove(&coming)?;
    copy(bundle, &coming)?;
    remove(&placed)?;
    fs::rename(&coming, &placed).with_context(|| format!("writing {}", placed.display()))?;
    Ok(placed)
}

/// Removes a file or a folder; content with finding none.
pub(crate) fn remove(path: &Path) -> Result<()> {
    let done = match fs::symlink_metadata(path) {
        Err(_) => return Ok(()),
        Ok(data) if data.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
    };
    done.with_context(|| format!("removing {} (is a host using it?)", path.display()))
}

/// Copies a file, or a folder with all it holds.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if !from.is_dir() {
        fs::copy(from, to)
            .with_context(|| format!("copying {} to {}", from.display(), to.display()))?;
        return Ok(());
    }
    fs::create_dir_all(to).with_context(|| format!("making {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("reading {}", from.display()))? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of this test's own, empty.
    fn scratch(name: &str) -> PathBuf {
        let folder = env::temp_dir().join(format!("dmus-xtask-{}-{name}", std::process::id()));
        remove(&folder).unwrap();
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn folder_bundle_is_copied_with_all_it_holds() {
        let home = scratch("whole");
        fs::create_dir_all(home.join("A.vst3/Contents/x")).unwrap();
        fs::write(home.join("A.vst3/Contents/x/A.so"), "code").unwrap();
        let placed = place(&home.join("A.vst3"), &home.join("user/folder")).unwrap();
        assert_eq!(
            fs::read_to_string(placed.join("Contents/x/A.so")).unwrap(),
            "code"
        );
        remove(&home).unwrap();
    }

    #[test]
    fn older_bundle_is_replaced_and_leaves_nothing_behind() {
        let home = scratch("older");
        fs::create_dir_all(home.join("user/A.vst3")).unwrap();
        fs::write(home.join("user/A.vst3/stale"), "old").unwrap();
        fs::create_dir_all(home.join("A.vst3")).unwrap();
        fs::write(home.join("A.vst3/fresh"), "new").unwrap();
        let placed = place(&home.join("A.vst3"), &home.join("user")).unwrap();
        assert!(placed.join("fresh").exists());
        assert!(!placed.join("stale").exists());
        assert_eq!(fs::read_dir(home.join("user")).unwrap().count(), 1);
        remove(&home).unwrap();
    }

    #[test]
    fn every_system_has_its_own_folders() {
        assert_eq!(folders_of("linux"), [".clap", ".vst3"]);
        assert!(folders_of("windows")[0].ends_with("Common/CLAP"));
        assert!(folders_of("macos")[1].ends_with("Plug-Ins/VST3"));
    }
}
