//! Where the project lies: its root, its build products and its packages.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand};

/// The plug-in's package, as cargo knows it.
pub(crate) const PLUGIN: &str = "dmus";
/// The package of the program `dmus`.
pub(crate) const COMMAND_LINE: &str = "dmus-cli";
/// The package that holds the test host and the demonstration.
pub(crate) const HOST_TESTS: &str = "dmus-host-tests";

/// The workspace and where cargo puts what it builds.
#[derive(Debug)]
pub(crate) struct Project {
    root: PathBuf,
    target: PathBuf,
    metadata: Metadata,
}

impl Project {
    /// Asks cargo about the workspace that this program was built from.
    ///
    /// # Errors
    /// When cargo cannot be run or does not understand the manifests.
    pub(crate) fn find() -> Result<Self> {
        // `cargo run` sets the variable; the constant serves a program started by hand.
        let here = env::var("CARGO_MANIFEST_DIR")
            .unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
        let root = Path::new(&here)
            .parent()
            .context("xtask's own folder has no parent")?
            .to_owned();
        let metadata = MetadataCommand::new()
            .manifest_path(root.join("Cargo.toml"))
            .no_deps()
            .exec()
            .context("cargo could not describe the workspace")?;
        let target = metadata.target_directory.clone().into_std_path_buf();
        Ok(Self {
            root,
            target,
            metadata,
        })
    }

    /// The folder of the virtual manifest.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A file or folder of the repository, by its path from the root.
    pub(crate) fn path(&self, inside: impl AsRef<Path>) -> PathBuf {
        self.root.join(inside)
    }

    /// A build product, by its path from cargo's target directory.
    pub(crate) fn target(&self, inside: impl AsRef<Path>) -> PathBuf {
        self.target.join(inside)
    }

    /// A cargo command that runs at the root, with the cargo that runs this program.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(&self.root);
        // Whole, since a relative one would mean another folder from here.
        command.env("CARGO_TARGET_DIR", &self.target);
        command
    }

    /// The oldest compiler that the plug-in's manifest accepts, as `(major, minor, patch)`.
    pub(crate) fn oldest_rustc(&self) -> Option<(u64, u64, u64)> {
        let package = self
            .metadata
            .packages
            .iter()
            .find(|package| package.name == PLUGIN)?;
        let version = package.rust_version.as_ref()?;
        Some((version.major, version.minor, version.patch))
    }

    /// The names of all benchmarks of the workspace.
    pub(crate) fn benches(&self) -> Vec<String> {
        let targets = self
            .metadata
            .packages
            .iter()
            .flat_map(|package| &package.targets);
        targets
            .filter(|target| target.is_bench())
            .map(|target| target.name.clone())
            .collect()
    }

    /// The file that cargo builds the plug-in into, for a profile's folder (`release`, `checked`).
    pub(crate) fn plugin_library(&self, profile_folder: &str) -> PathBuf {
        let file = format!(
            "{}{PLUGIN}{}",
            env::consts::DLL_PREFIX,
            env::consts::DLL_SUFFIX
        );
        self.target(profile_folder).join(file)
    }

    /// The command line's program.
    pub(crate) fn command_line(&self) -> PathBuf {
        let file = format!("{PLUGIN}{}", env::consts::EXE_SUFFIX);
        self.target("release").join(file)
    }

    /// The CLAP bundle: a file, on macOS a folder.
    pub(crate) fn clap(&self) -> PathBuf {
        self.target("bundled/DMus.clap")
    }

    /// The VST3 bundle: a folder.
    pub(crate) fn vst3(&self) -> PathBuf {
        self.target("bundled/DMus.vst3")
    }

    /// A path for the screen: from the root where it lies inside, whole otherwise.
    pub(crate) fn show(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .display()
            .to_string()
    }
}
