//! An instance's parameters and its state.
//!
//! Source: \[CLAP\] ext/params.h, ext/state.h.

use std::ffi::CString;

use anyhow::{Context, Result, anyhow};
use clack_extensions::params::{ParamInfoBuffer, ParamInfoFlags, PluginParams};
use clack_extensions::render::{PluginRender, RenderMode};
use clack_extensions::state::PluginState;
use clack_host::events::io::{InputEvents, OutputEvents};
use clack_host::plugin::PluginMainThreadHandle;
use clack_host::utils::ClapId;

use super::event::Encoded;
use super::{Event, Plugin};

/// A parameter as hosts see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// Stable identity.
    pub id: u32,
    /// Name.
    pub name: String,
    /// Group, with `/` between levels.
    pub module: String,
    /// Least value, in the range that hosts see.
    pub min: f64,
    /// Greatest value.
    pub max: f64,
    /// Value at the start.
    pub default: f64,
    /// Only whole values.
    pub stepped: bool,
    /// May be automated.
    pub automatable: bool,
    /// May be bent for single notes by their numbers.
    pub per_note: bool,
}

impl Plugin {
    /// All parameters, as they were when the instance was made.
    #[must_use]
    pub fn params(&self) -> &[Param] {
        &self.params
    }

    /// A parameter by name.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn param(&self, name: &str) -> Result<&Param> {
        find(&self.params, name)
    }

    pub(super) fn read_params(&mut self) -> Result<Vec<Param>> {
        let handle = self.instance.plugin_handle();
        let Some(extension) = handle.get_extension::<PluginParams>() else {
            return Ok(Vec::new());
        };
        let mut list = Vec::new();
        let mut buffer = ParamInfoBuffer::new();
        for index in 0..extension.count(&handle) {
            let info = extension.get_info(&handle, index, &mut buffer);
            let info = info.with_context(|| format!("parameter {index} has no description"))?;
            list.push(Param {
                id: info.id.get(),
                name: String::from_utf8_lossy(info.name).into_owned(),
                module: String::from_utf8_lossy(info.module).into_owned(),
                min: info.min_value,
                max: info.max_value,
                default: info.default_value,
                stepped: info.flags.contains(ParamInfoFlags::IS_STEPPED),
                automatable: info.flags.contains(ParamInfoFlags::IS_AUTOMATABLE),
                per_note: (info.flags).contains(ParamInfoFlags::IS_MODULATABLE_PER_NOTE_ID),
            });
        }
        Ok(list)
    }

    /// The value of a parameter, in the range that hosts see.
    ///
    /// # Errors
    /// There is none of that name, or it has no value.
    pub fn value(&mut self, name: &str) -> Result<f64> {
        let id = id_of(&self.params, name)?;
        let handle = self.instance.plugin_handle();
        let extension = handle
            .get_extension::<PluginParams>()
            .context("no parameters")?;
        extension
            .get_value(&handle, id)
            .with_context(|| format!("`{name}` has no value"))
    }

    /// A value, in the range that hosts see, as the plug-in writes it.
    ///
    /// # Errors
    /// There is no parameter of that name, or it has no text.
    pub fn value_text(&mut self, name: &str, value: f64) -> Result<String> {
        let id = id_of(&self.params, name)?;
        let handle = self.instance.plugin_handle();
        let extension = handle
            .get_extension::<PluginParams>()
            .context("no parameters")?;
        let mut buffer = [0; 256];
        let text = extension.value_to_text(&handle, id, value, &mut buffer);
        let text = text.map_err(|_| anyhow!("`{name}` has no text for {value}"))?;
        Ok(String::from_utf8_lossy(text).into_owned())
    }

    /// The value, in the range that hosts see, that a text means.
    ///
    /// # Errors
    /// There is no parameter of that name, or it does not understand the text.
    pub fn text_value(&mut self, name: &str, text: &str) -> Result<f64> {
        Directory::new(&self.params, self.instance.plugin_handle()).value(name, text)
    }

    /// The text of a parameter's value as it is.
    ///
    /// # Errors
    /// There is no parameter of that name, or it has no text.
    pub fn text(&mut self, name: &str) -> Result<String> {
        let value = self.value(name)?;
        self.value_text(name, value)
    }

    /// Sets a parameter without processing, as hosts do while an instance rests.
    ///
    /// - `text`: as a user would type it
    ///
    /// # Errors
    /// The instance is active, there is no parameter of that name, or it does not understand.
    pub fn flush_text(&mut self, name: &str, text: &str) -> Result<()> {
        let mut encoded = Encoded::new();
        let event = Event::ParamText {
            name: name.to_owned(),
            text: text.to_owned(),
        };
        let directory = Directory::new(&self.params, self.instance.plugin_handle());
        encoded.fill(&[(0, &event)], &directory)?;
        let extension = self
            .instance
            .plugin_handle()
            .get_extension::<PluginParams>();
        let extension = extension.context("no parameters")?;
        let mut handle = self
            .instance
            .inactive_plugin_handle()
            .context("the instance is active")?;
        extension.flush(
            &mut handle,
            &InputEvents::from_buffer(&encoded.events),
            &mut OutputEvents::from_buffer(&mut self.blocks.output),
        );
        Ok(())
    }

    /// Says that nobody listens: the plug-in may take its time.
    ///
    /// # Errors
    /// The plug-in has no such mode, or refuses.
    pub fn set_offline(&mut self) -> Result<()> {
        let handle = self.instance.plugin_handle();
        let extension = handle
            .get_extension::<PluginRender>()
            .context("no render extension")?;
        extension
            .set(&handle, RenderMode::Offline)
            .context("setting the render mode")
    }

    /// What the plug-in wants saved.
    ///
    /// # Errors
    /// The plug-in cannot save, or refuses.
    pub fn save_state(&mut self) -> Result<Vec<u8>> {
        let handle = self.instance.plugin_handle();
        let extension = handle
            .get_extension::<PluginState>()
            .context("no state extension")?;
        let mut bytes = Vec::new();
        extension
            .save(&handle, &mut bytes)
            .context("saving the state")?;
        Ok(bytes)
    }

    /// Gives the plug-in what it saved.
    ///
    /// # Errors
    /// The plug-in cannot load, or refuses these bytes.
    pub fn load_state(&mut self, bytes: &[u8]) -> Result<()> {
        let handle = self.instance.plugin_handle();
        let extension = handle
            .get_extension::<PluginState>()
            .context("no state extension")?;
        extension
            .load(&handle, &mut &*bytes)
            .context("loading the state")
    }
}

/// Finds parameters for events by name and by text.
pub(super) struct Directory<'a> {
    params: &'a [Param],
    plugin: PluginMainThreadHandle<'a>,
}

impl<'a> Directory<'a> {
    pub(super) const fn new(params: &'a [Param], plugin: PluginMainThreadHandle<'a>) -> Self {
        Self { params, plugin }
    }

    pub(super) fn id(&self, name: &str) -> Result<ClapId> {
        id_of(self.params, name)
    }

    pub(super) fn value(&self, name: &str, text: &str) -> Result<f64> {
        let id = self.id(name)?;
        let extension = self
            .plugin
            .get_extension::<PluginParams>()
            .context("no parameters")?;
        let value = extension.text_to_value(&self.plugin, id, &CString::new(text)?);
        value.with_context(|| format!("`{name}` does not understand `{text}`"))
    }
}

fn find<'a>(params: &'a [Param], name: &str) -> Result<&'a Param> {
    let found = params.iter().find(|param| param.name == name);
    found.with_context(|| format!("the plug-in has no parameter named `{name}`"))
}

fn id_of(params: &[Param], name: &str) -> Result<ClapId> {
    let id = find(params, name)?.id;
    ClapId::from_raw(id).with_context(|| format!("`{name}` has the invalid id {id}"))
}
