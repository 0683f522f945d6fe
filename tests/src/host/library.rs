//! A bundle in the process, and the plug-ins a host finds in it.

use std::ffi::{CStr, CString};
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clack_host::entry::PluginEntry;
use clack_host::host::HostInfo;
use clack_host::plugin::PluginInstance;

use super::Plugin;
use super::handlers::{MainThread, Shared, TestHost};

/// A loaded bundle.
///
/// The library stays in the process until the process ends, as in hosts; [`Bundle::load_once`]
/// is for the test that unloading works too.
pub struct Bundle {
    entry: PluginEntry,
    path: PathBuf,
}

impl fmt::Debug for Bundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bundle")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// What a host's browser shows of a plug-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Descriptor {
    /// Identity, such as `org.dmus.instrument`.
    pub id: String,
    /// Name.
    pub name: String,
    /// Maker.
    pub vendor: String,
    /// Version.
    pub version: String,
    /// Features, such as `instrument`.
    pub features: Vec<String>,
}

impl Bundle {
    /// Loads a `.clap` file and keeps it in the process.
    ///
    /// # Errors
    /// The file is no library, has no CLAP entry, or its `init` fails.
    pub fn load(path: &Path) -> Result<Self> {
        let bundle = Self::load_once(path)?;
        std::mem::forget(bundle.entry.clone());
        Ok(bundle)
    }

    /// Loads a `.clap` file; the last of its handles and instances unloads it.
    ///
    /// # Errors
    /// The file is no library, has no CLAP entry, or its `init` fails.
    pub fn load_once(path: &Path) -> Result<Self> {
        ensure!(path.exists(), "{}: no such file", path.display());
        #[expect(unsafe_code, reason = "loading a library runs its code")]
        // SAFETY: the plug-in under test is trusted to be a CLAP plug-in; that it behaves as one
        // is what the tests find out.
        let entry = unsafe { PluginEntry::load(path) };
        let entry = entry.with_context(|| format!("{}: not a CLAP plug-in", path.display()))?;
        Ok(Self {
            entry,
            path: path.to_owned(),
        })
    }

    /// The loaded entry.
    pub(super) const fn entry(&self) -> &PluginEntry {
        &self.entry
    }

    /// The plug-ins inside.
    ///
    /// # Errors
    /// There is no plug-in factory.
    pub fn descriptors(&self) -> Result<Vec<Descriptor>> {
        let factory = self
            .entry
            .get_plugin_factory()
            .context("no plug-in factory")?;
        let text = |text: Option<&CStr>| text.unwrap_or_default().to_string_lossy().into_owned();
        let list = factory.plugin_descriptors().map(|descriptor| Descriptor {
            id: text(descriptor.id()),
            name: text(descriptor.name()),
            vendor: text(descriptor.vendor()),
            version: text(descriptor.version()),
            features: descriptor
                .features()
                .map(|feature| text(Some(feature)))
                .collect(),
        });
        Ok(list.collect())
    }

    /// An instance of the first plug-in inside, created and initialised.
    ///
    /// # Errors
    /// There is none, or it refuses to be created.
    pub fn instance(&self) -> Result<Plugin> {
        let descriptors = self.descriptors()?;
        let first = descriptors.first().context("the bundle holds no plug-in")?;
        let id = CString::new(first.id.as_str())?;
        let info = HostInfo::new("DMus test host", "DMus", "https://dmus.invalid", "1")?;
        let instance = PluginInstance::<TestHost>::new(
            |()| Shared::default(),
            |shared| MainThread { shared },
            &self.entry,
            &id,
            &info,
        );
        Plugin::new(instance.with_context(|| format!("creating {}", first.id))?)
    }
}
