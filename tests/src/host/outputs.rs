//! Outputs: layouts to choose from, outputs that a host does not take.
//!
//! Source: \[CLAP\] ext/audio-ports-config.h, ext/audio-ports-activation.h.

use anyhow::{Context, Result, bail, ensure};
use clack_extensions::audio_ports_activation::{PluginAudioPortsActivation, SampleSize};
use clack_extensions::audio_ports_config::{AudioPortsConfigBuffer, PluginAudioPortsConfig};
use clack_host::prelude::ClapId;

use super::Plugin;

/// A layout of audio ports as hosts see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Name.
    pub name: String,
    /// What the host selects it by.
    pub id: u32,
    /// Output ports.
    pub outputs: u32,
}

impl Plugin {
    /// The layouts there are.
    pub fn layouts(&mut self) -> Vec<Layout> {
        let handle = self.instance.plugin_handle();
        let Some(extension) = handle.get_extension::<PluginAudioPortsConfig>() else {
            return Vec::new();
        };
        let mut buffer = AudioPortsConfigBuffer::new();
        let mut list = Vec::new();
        for index in 0..extension.count(&handle) {
            if let Some(layout) = extension.get(&handle, index, &mut buffer) {
                list.push(Layout {
                    name: String::from_utf8_lossy(layout.name).into_owned(),
                    id: layout.id.get(),
                    outputs: layout.output_port_count,
                });
            }
        }
        list
    }

    /// Selects the layout with so many output ports; the instance is not active.
    ///
    /// # Errors
    /// There is none, or the plug-in refuses.
    pub fn select_layout(&mut self, outputs: u32) -> Result<()> {
        ensure!(
            self.processor.is_none(),
            "a layout is selected before activation"
        );
        let layouts = self.layouts();
        let layout = layouts.iter().find(|layout| layout.outputs == outputs);
        let layout = layout.with_context(|| format!("no layout of {outputs} in {layouts:?}"))?;
        let handle = self.instance.plugin_handle();
        let extension = handle.get_extension::<PluginAudioPortsConfig>();
        let extension = extension.context("no layouts")?;
        let id = ClapId::from_raw(layout.id).context("an id that is none")?;
        extension
            .select(&handle, id)
            .context("selecting a layout")?;
        let ports = self.audio_ports(false);
        self.outputs = ports.iter().map(|port| port.channels).collect();
        Ok(())
    }

    /// Switches an output port on or off while the instance is active.
    ///
    /// # Errors
    /// It is not active, or the plug-in refuses.
    pub fn switch_output(&mut self, port: u32, is_on: bool) -> Result<()> {
        let extension = self
            .instance
            .plugin_handle()
            .get_extension::<PluginAudioPortsActivation>()
            .context("outputs cannot be switched")?;
        let processor = self.processor.as_mut().context("not active")?;
        let mut handle = processor.plugin_handle();
        let size = SampleSize::Float32;
        let is_taken = extension.set_active_audio_active(&mut handle, false, port, is_on, size);
        ensure!(is_taken, "output {port} cannot be switched");
        Ok(())
    }

    /// From the next block on the host has memory for the first so many outputs only.
    pub const fn set_outputs_given(&mut self, outputs: usize) {
        self.blocks.outputs_given = outputs;
    }

    /// Both sides of an output of the last block.
    ///
    /// # Errors
    /// There is no such stereo output.
    pub fn output(&self, port: usize) -> Result<[&[f32]; 2]> {
        match self.blocks.audio.get(port).map(Vec::as_slice) {
            Some([left, right]) => {
                let frames = ..self.blocks.frames;
                Ok([
                    left.get(frames).unwrap_or_default(),
                    right.get(frames).unwrap_or_default(),
                ])
            }
            _ => bail!("no stereo output {port}"),
        }
    }
}
