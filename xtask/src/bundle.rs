//! The plug-in in each system's form, made by the framework's bundler and finished here.

mod apple;

use std::path::Path;
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, bail};
use goblin::Object;

use crate::process::Job;
use crate::project::{COMMAND_LINE, PLUGIN, Project};

/// What a Linux plug-in may ask for at load time: the C library's own parts and no more.
///
/// Everything else (windows, graphics, clipboard) is opened when an editor is shown, so that the
/// plug-in loads on any distribution, in a container and without a display.
const LINUX_LIBRARIES: [&str; 8] = [
    "libc.so.6",
    "libm.so.6",
    "libdl.so.2",
    "libpthread.so.0",
    "librt.so.1",
    "libgcc_s.so.1",
    "ld-linux-x86-64.so.2",
    "ld-linux-aarch64.so.1",
];

/// Builds the release bundles and checks what they link.
///
/// # Errors
/// When the build fails, or the plug-in needs libraries that a bare system lacks.
pub(crate) fn release(project: &Project) -> Result<()> {
    Job::new("the build of the plug-in", project.cargo())
        .args(["build", "--package", PLUGIN, "--release"])
        .screen()?;
    let library = project.plugin_library("release");
    let foreign = foreign(libraries(&library)?);
    if !foreign.is_empty() {
        let file = library.display();
        let names = foreign.join(", ");
        bail!("{file} links {names}, which a bare system lacks; open it at run time instead");
    }
    // The bundler looks for its settings in the current folder.
    env::set_current_dir(project.root()).context("the project's folder cannot be entered")?;
    nice_plug_xtask::bundle(
        &project.target(""),
        PLUGIN,
        &["--release".to_owned()],
        false,
    )?;
    finish(project)
}

/// Hands the words to the framework's bundler, as they are.
///
/// # Errors
/// The bundler's.
pub(crate) fn pass_through(project: &Project, words: &[String]) -> Result<()> {
    nice_plug_xtask::main_with_args("cargo xtask", words.iter().cloned())?;
    if words.iter().any(|word| word.contains("standalone")) {
        return Ok(());
    }
    finish(project)
}

/// Does what the bundler leaves undone.
fn finish(project: &Project) -> Result<()> {
    remove_stray(project)?;
    for bundle in [project.clap(), project.vst3()] {
        if apple::describe(&bundle)? && cfg!(target_os = "macos") {
            // Nobody's name: whoever hands it on signs it with their own.
            Job::new("the signature", Command::new("codesign"))
                .args(["--force", "--sign", "-"])
                .args([bundle.as_os_str()])
                .screen()?;
        }
    }
    Ok(())
}

/// Removes what the bundler takes for the plug-in's standalone form.
///
/// The command line's program bears the name of the plug-in's package; where it was built before,
/// the bundler wraps it up as well.
fn remove_stray(project: &Project) -> Result<()> {
    for stray in ["bundled/DMus", "bundled/DMus.exe", "bundled/DMus.app"] {
        let stray = project.target(stray);
        let removed = match fs::metadata(&stray) {
            Err(_) => continue,
            Ok(data) if data.is_dir() => fs::remove_dir_all(&stray),
            Ok(_) => fs::remove_file(&stray),
        };
        removed.with_context(|| format!("removing {}", stray.display()))?;
    }
    Ok(())
}

/// Builds the command line, whose samples the host tests compare with the plug-in's.
///
/// # Errors
/// When the build fails.
pub(crate) fn command_line(project: &Project) -> Result<()> {
    Job::new("the build of the command line", project.cargo())
        .args(["build", "--package", COMMAND_LINE, "--release"])
        .screen()
}

/// Builds the plug-in with the framework's allocation guard, for the tests that must not allocate.
///
/// Without the editor: no host test opens a window of it, and the window's crates need not be
/// built another time.
///
/// # Errors
/// When the build fails.
pub(crate) fn checked(project: &Project) -> Result<()> {
    Job::new("the checked build", project.cargo())
        .args([
            "build",
            "--package",
            PLUGIN,
            "--profile",
            "checked",
            "--lib",
        ])
        .args([
            "--no-default-features",
            "--features",
            "assert-process-allocs",
        ])
        .screen()
}

/// The libraries that a Linux shared object asks for; empty for other systems' formats.
fn libraries(file: &Path) -> Result<Vec<String>> {
    let bytes = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    let object = Object::parse(&bytes).with_context(|| format!("parsing {}", file.display()))?;
    Ok(match object {
        Object::Elf(elf) => elf.libraries.iter().map(|&name| name.to_owned()).collect(),
        _ => Vec::new(),
    })
}

/// Those of the libraries that a bare Linux system lacks.
fn foreign(mut needed: Vec<String>) -> Vec<String> {
    needed.retain(|name| !LINUX_LIBRARIES.contains(&name.as_str()));
    needed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn window_library_is_foreign() {
        let needed = ["libc.so.6", "libX11.so.6", "libm.so.6"].map(str::to_owned);
        assert_eq!(foreign(needed.to_vec()), ["libX11.so.6"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn own_program_asks_for_the_c_library() {
        let needed = libraries(&env::current_exe().unwrap()).unwrap();
        assert!(needed.iter().any(|name| name == "libc.so.6"), "{needed:?}");
    }
}
