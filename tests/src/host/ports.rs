//! What else an instance tells about itself: ports, latency, its report.
//!
//! Source: \[CLAP\] ext/audio-ports.h, ext/note-ports.h, ext/latency.h.

use std::ffi::CString;

use anyhow::{Context, Result, bail};
use clack_extensions::audio_ports::{AudioPortFlags, AudioPortInfoBuffer, PluginAudioPorts};
use clack_extensions::latency::PluginLatency;
use clack_extensions::note_ports::{NotePortInfoBuffer, PluginNotePorts};

use super::Plugin;
use crate::command::PluginCommand;
use crate::report::{PluginReport, Report};

/// A port as hosts see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// Name.
    pub name: String,
    /// Channels of audio; 0 for a note port.
    pub channels: u32,
    /// The main port of its direction.
    pub main: bool,
}

impl Plugin {
    /// Latency the plug-in reports, frames.
    pub fn latency_frames(&mut self) -> u32 {
        let handle = self.instance.plugin_handle();
        let extension = handle.get_extension::<PluginLatency>();
        extension.map_or(0, |extension| extension.get(&handle))
    }

    /// Audio ports of one direction.
    pub fn audio_ports(&mut self, inputs: bool) -> Vec<Port> {
        let handle = self.instance.plugin_handle();
        let Some(extension) = handle.get_extension::<PluginAudioPorts>() else {
            return Vec::new();
        };
        let mut list = Vec::new();
        let mut buffer = AudioPortInfoBuffer::new();
        for index in 0..extension.count(&handle, inputs) {
            if let Some(info) = extension.get(&handle, index, inputs, &mut buffer) {
                list.push(Port {
                    name: String::from_utf8_lossy(info.name).into_owned(),
                    channels: info.channel_count,
                    main: info.flags.contains(AudioPortFlags::IS_MAIN),
                });
            }
        }
        list
    }

    /// Note ports of one direction.
    pub fn note_ports(&mut self, inputs: bool) -> Vec<Port> {
        let handle = self.instance.plugin_handle();
        let Some(extension) = handle.get_extension::<PluginNotePorts>() else {
            return Vec::new();
        };
        let mut list = Vec::new();
        let mut buffer = NotePortInfoBuffer::new();
        for index in 0..extension.count(&handle, inputs) {
            if let Some(info) = extension.get(&handle, index, inputs, &mut buffer) {
                let name = String::from_utf8_lossy(info.name).into_owned();
                list.push(Port {
                    name,
                    channels: 0,
                    main: index == 0,
                });
            }
        }
        list
    }

    /// What the plug-in says about its events, voices, pool and bank.
    ///
    /// # Errors
    /// It has no report, or one that is not text.
    pub fn report(&mut self) -> Result<Report> {
        let handle = self.instance.plugin_handle();
        let Some(extension) = handle.get_extension::<PluginReport>() else {
            bail!("the plug-in has no extension `org.dmus.report/1`");
        };
        extension
            .get(&handle)
            .context("the report is empty or not UTF-8")
    }

    /// Has the plug-in do what a line says, and gives its answer.
    ///
    /// # Errors
    /// It takes no commands, or answers with what is not text.
    pub fn command(&mut self, line: &str) -> Result<String> {
        let line = CString::new(line).context("a line has no NUL")?;
        let handle = self.instance.plugin_handle();
        let Some(extension) = handle.get_extension::<PluginCommand>() else {
            bail!("the plug-in has no extension `org.dmus.command/1`");
        };
        let answer = extension.call(&handle, &line);
        answer.context("the answer is not UTF-8")
    }
}
