//! Where the built bundles lie.
//!
//! `cargo xtask test` names them in the environment; without it they are where the build put
//! them. A bundle that is missing is a failure that says which command builds it, never a test
//! that is skipped.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The CLAP bundle as users get it.
///
/// # Errors
/// There is none; the message names the command that builds it.
pub fn clap() -> Result<PathBuf> {
    find(
        "DMUS_CLAP",
        "bundled/DMus.clap",
        "cargo xtask bundle dmus --release",
    )
}

/// The CLAP library built with debug assertions and the framework's allocation guard.
///
/// # Errors
/// There is none; the message names the command that builds it.
pub fn checked_clap() -> Result<PathBuf> {
    let name = format!(
        "checked/{}dmus{}",
        env::consts::DLL_PREFIX,
        env::consts::DLL_SUFFIX
    );
    find(
        "DMUS_CLAP_CHECKED",
        &name,
        "cargo build --package dmus --profile checked --features assert-process-allocs",
    )
}

/// The VST3 bundle as users get it.
///
/// # Errors
/// There is none; the message names the command that builds it.
pub fn vst3() -> Result<PathBuf> {
    find(
        "DMUS_VST3",
        "bundled/DMus.vst3",
        "cargo xtask bundle dmus --release",
    )
}

/// The command line.
///
/// # Errors
/// There is none; the message names the command that builds it.
pub fn command_line() -> Result<PathBuf> {
    let name = format!("release/dmus{}", env::consts::EXE_SUFFIX);
    find(
        "DMUS_COMMAND",
        &name,
        "cargo build --release --package dmus-cli",
    )
}

/// A Python with DawDreamer and pedalboard in it.
///
/// # Errors
/// There is none; the message names the command that makes it.
pub fn python() -> Result<PathBuf> {
    let name = if cfg!(windows) {
        "venv/Scripts/python.exe"
    } else {
        "venv/bin/python"
    };
    find("DMUS_PYTHON", name, "cargo xtask test")
}

/// The file named by `variable`, or else `name` in the workspace's target folder.
fn find(variable: &str, name: &str, command: &str) -> Result<PathBuf> {
    if let Some(path) = env::var_os(variable).map(PathBuf::from) {
        let found = path.exists().then(|| path.clone());
        return found.with_context(|| {
            format!(
                "{variable} names {}, which does not exist; build it with `{command}`",
                path.display()
            )
        });
    }
    let path = target_folder().join(name);
    if !path.exists() {
        bail!(
            "{} does not exist: build it with `{command}`, or name it in {variable}",
            path.display()
        );
    }
    Ok(path)
}

/// `CARGO_TARGET_DIR`, or `target` beside the workspace's manifest.
fn target_folder() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    workspace.join(target)
}
