//! What a host shows beside the sound: presets in its browser, names of keys, pages of knobs.
//!
//! Source: \[CLAP\] factory/preset-discovery.h, ext/preset-load.h, ext/note-name.h,
//! ext/remote-controls.h.

use std::ffi::{CStr, CString};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use clack_extensions::note_name::{NoteNameBuffer, PluginNoteName};
use clack_extensions::preset_discovery::prelude::*;
use clack_extensions::remote_controls::{PluginRemoteControls, RemoteControlsPageBuffer};
use clack_host::events::Match;
use clack_host::host::{HostError, HostInfo};

use super::{Bundle, Plugin};

/// A preset as a browser shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preset {
    /// Name.
    pub name: String,
    /// What the plug-in needs to find it again.
    pub load_key: String,
    /// Plug-ins it is for.
    pub plugins: Vec<String>,
    /// Words it is filed under.
    pub features: Vec<String>,
}

/// What a plug-in says of its presets before any is looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Indexed {
    /// File extensions.
    pub extensions: Vec<String>,
    /// Folders and files; nothing is the plug-in itself.
    pub places: Vec<Option<PathBuf>>,
}

/// A page of knobs: a section, a name, parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Section it is in.
    pub section: String,
    /// Name.
    pub name: String,
    /// Parameters by id.
    pub params: Vec<u32>,
}

impl IndexerImpl for Indexed {
    fn declare_filetype(&mut self, file: FileType<'_>) -> Result<(), HostError> {
        self.extensions.push(owned(file.file_extension));
        Ok(())
    }

    fn declare_location(&mut self, location: LocationInfo<'_>) -> Result<(), HostError> {
        let path = location.location.file_path();
        self.places
            .push(path.map(|path| PathBuf::from(owned(Some(path)))));
        Ok(())
    }

    fn declare_soundpack(&mut self, _soundpack: Soundpack<'_>) -> Result<(), HostError> {
        Ok(())
    }
}

/// What a host hears of the presets of one place.
#[derive(Debug, Default)]
struct Heard {
    presets: Vec<Preset>,
    wrong: Option<String>,
}

impl Heard {
    fn last(&mut self, change: impl FnOnce(&mut Preset)) {
        if let Some(last) = self.presets.last_mut() {
            change(last);
        }
    }
}

impl MetadataReceiverImpl for Heard {
    fn on_error(&mut self, _code: i32, message: Option<&CStr>) {
        self.wrong = Some(owned(message));
    }

    fn begin_preset(&mut self, name: Option<&CStr>, key: Option<&CStr>) -> Result<(), HostError> {
        self.presets.push(Preset {
            name: owned(name),
            load_key: owned(key),
            ..Preset::default()
        });
        Ok(())
    }

    fn add_plugin_id(&mut self, plugin: UniversalPluginId<'_>) {
        let id = owned(Some(plugin.id));
        self.last(|preset| preset.plugins.push(id));
    }

    fn add_feature(&mut self, feature: &CStr) {
        self.last(|preset| preset.features.push(owned(Some(feature))));
    }

    fn set_soundpack_id(&mut self, _id: &CStr) {}
    fn set_flags(&mut self, _flags: Flags) {}
    fn add_creator(&mut self, _creator: &CStr) {}
    fn set_description(&mut self, _description: &CStr) {}
    fn set_timestamps(&mut self, _created: Option<Timestamp>, _modified: Option<Timestamp>) {}
    fn add_extra_info(&mut self, _key: &CStr, _value: &CStr) {}
}

impl Bundle {
    /// What a browser's indexer learns first.
    ///
    /// # Errors
    /// There is no provider of presets.
    pub fn index(&self) -> Result<Indexed> {
        Ok(self.provider()?.indexer().clone())
    }

    /// The presets of a file, or those inside the plug-in.
    ///
    /// # Errors
    /// There is no provider of presets, or it says what is wrong.
    pub fn presets(&self, file: Option<&Path>) -> Result<Vec<Preset>> {
        let mut heard = Heard::default();
        let path = file.map(c_path).transpose()?;
        self.provider()?
            .get_metadata(location(path.as_deref()), &mut heard);
        match heard.wrong {
            Some(wrong) => bail!(wrong),
            None => Ok(heard.presets),
        }
    }

    fn provider(&self) -> Result<Provider<Indexed>> {
        let entry = self.entry();
        let factory: PresetDiscoveryFactory<'_> =
            entry.get_factory().context("no preset discovery")?;
        let descriptor = factory.provider_descriptors().next();
        let id = descriptor.and_then(ProviderDescriptor::id);
        let id = id.context("no provider")?.to_owned();
        let info = HostInfo::new("DMus test host", "DMus", "https://dmus.invalid", "1")?;
        Ok(Provider::instantiate(
            Indexed::default(),
            entry,
            &id,
            &info,
        )?)
    }
}

impl Plugin {
    /// Plays a preset.
    ///
    /// - `file`: where it is; otherwise inside the plug-in
    ///
    /// # Errors
    /// The plug-in refuses; its reason is among the complaints of the preset listener.
    pub fn load_preset(&mut self, file: Option<&Path>, load_key: &str) -> Result<()> {
        let handle = self.instance.plugin_handle();
        let extension = handle.get_extension::<PluginPresetLoad>();
        let path = file.map(c_path).transpose()?;
        let key = CString::new(load_key)?;
        extension.context("no presets")?.load_from_location(
            &handle,
            location(path.as_deref()),
            Some(&key),
        )?;
        Ok(())
    }

    /// Channel, key and name of each key that has one, on the first note port.
    ///
    /// # Errors
    /// The plug-in knows no names, or one that is not for one key.
    pub fn note_names(&mut self) -> Result<Vec<(u16, u16, String)>> {
        let handle = self.instance.plugin_handle();
        let extension = handle.get_extension::<PluginNoteName>();
        let extension = extension.context("no names of keys")?;
        let mut buffer = NoteNameBuffer::new();
        let mut list = Vec::new();
        for index in 0..u32::try_from(extension.count(&handle))? {
            let name = extension.get(&handle, index, &mut buffer);
            let name = name.with_context(|| format!("name {index} is missing"))?;
            let (Match::Specific(channel), Match::Specific(key)) = (name.channel, name.key) else {
                bail!("a name is for several keys");
            };
            list.push((
                channel,
                key,
                String::from_utf8_lossy(name.name).into_owned(),
            ));
        }
        Ok(list)
    }

    /// Pages of knobs.
    ///
    /// # Errors
    /// The plug-in has none, or one that it does not show.
    pub fn pages(&mut self) -> Result<Vec<Page>> {
        let handle = self.instance.plugin_handle();
        let extension = handle.get_extension::<PluginRemoteControls>();
        let extension = extension.context("no pages")?;
        let mut buffer = RemoteControlsPageBuffer::new();
        (0..extension.count(&handle))
            .map(|index| {
                let page = extension.get(&handle, index, &mut buffer);
                let page = page.ok_or_else(|| anyhow!("page {index} is missing"))?;
                let ids = page.param_ids.iter().flatten();
                Ok(Page {
                    section: String::from_utf8_lossy(page.section_name).into_owned(),
                    name: String::from_utf8_lossy(page.page_name).into_owned(),
                    params: ids.map(|id| id.get()).collect(),
                })
            })
            .collect()
    }
}

fn location(path: Option<&CStr>) -> Location<'_> {
    path.map_or(Location::Plugin, |path| Location::File { path })
}

fn c_path(path: &Path) -> Result<CString> {
    Ok(CString::new(path.to_string_lossy().as_bytes())?)
}

fn owned(text: Option<&CStr>) -> String {
    text.unwrap_or_default().to_string_lossy().into_owned()
}
