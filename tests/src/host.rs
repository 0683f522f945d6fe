//! One plug-in instance in the hands of a host: its life from creation to destruction.
//!
//! Source: \[CLAP\] plugin.h for the life cycle.

mod browser;
mod event;
mod handlers;
mod library;
mod outgoing;
mod outputs;
mod ports;
mod process;
mod settings;
mod transport;
#[cfg(all(feature = "screen", target_os = "linux"))]
mod window;

use std::fmt;

use anyhow::{Context, Result, ensure};
use clack_host::plugin::PluginInstance;
use clack_host::process::{PluginAudioConfiguration, PluginAudioProcessor};

use handlers::{Shared, TestHost};
use process::Blocks;

pub use browser::{Indexed, Page, Preset};
pub use clack_host::events::event_types::NoteExpressionType;
pub use event::Event;
pub use handlers::Requests;
pub use library::{Bundle, Descriptor};
pub use outgoing::Exclusive;
pub use outputs::Layout;
pub use ports::Port;
pub use settings::Param;
pub use transport::Transport;

/// The rate and the block sizes of an active instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Activation {
    /// Frames a second.
    pub rate_hz: u32,
    /// Fewest frames a block may have, at least 1.
    pub min_frames: u32,
    /// Most frames a block may have.
    pub max_frames: u32,
}

/// One instance.
///
/// Dropping it in any state is allowed: it is stopped, deactivated and destroyed.
pub struct Plugin {
    // Before the instance: it may only be destroyed when no processor is left.
    processor: Option<PluginAudioProcessor<TestHost>>,
    instance: PluginInstance<TestHost>,
    activation: Option<Activation>,
    params: Vec<Param>,
    /// Channels of each audio output port.
    outputs: Vec<u32>,
    blocks: Blocks,
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin")
            .field("activation", &self.activation)
            .finish_non_exhaustive()
    }
}

impl Plugin {
    fn new(instance: PluginInstance<TestHost>) -> Result<Self> {
        let mut plugin = Self {
            processor: None,
            instance,
            activation: None,
            params: Vec::new(),
            outputs: Vec::new(),
            blocks: Blocks::new(),
        };
        plugin.params = plugin.read_params()?;
        plugin.outputs = plugin
            .audio_ports(false)
            .iter()
            .map(|port| port.channels)
            .collect();
        ensure!(
            plugin.outputs.first() == Some(&2),
            "the first audio output must be stereo"
        );
        Ok(plugin)
    }

    /// Makes the instance ready to play.
    ///
    /// # Errors
    /// It is active already, or refuses.
    pub fn activate(&mut self, activation: Activation) -> Result<()> {
        ensure!(self.processor.is_none(), "already active");
        let configuration = PluginAudioConfiguration {
            sample_rate: f64::from(activation.rate_hz),
            min_frames_count: activation.min_frames,
            max_frames_count: activation.max_frames,
        };
        let processor = self.instance.activate(|_, _| (), configuration);
        let processor = processor.with_context(|| format!("activating at {activation:?}"))?;
        self.processor = Some(processor.into());
        self.activation = Some(activation);
        let frames = usize::try_from(activation.max_frames)?;
        self.blocks.resize(&self.outputs, frames);
        Ok(())
    }

    /// Begins continuous processing.
    ///
    /// # Errors
    /// The instance is not active, has started already, or refuses.
    pub fn start(&mut self) -> Result<()> {
        self.active()?
            .start_processing()
            .map(|_| ())
            .context("starting to process")
    }

    /// Activates with blocks of up to `max_frames` and starts.
    ///
    /// # Errors
    /// As [`Plugin::activate`] and [`Plugin::start`].
    pub fn run(&mut self, rate_hz: u32, max_frames: u32) -> Result<()> {
        self.activate(Activation {
            rate_hz,
            min_frames: 1,
            max_frames,
        })?;
        self.start()
    }

    /// Ends continuous processing.
    ///
    /// # Errors
    /// The instance is not active or has not started.
    pub fn stop(&mut self) -> Result<()> {
        self.active()?
            .stop_processing()
            .map(|_| ())
            .context("stopping to process")
    }

    /// Back to the state after activation, voices silenced.
    ///
    /// # Errors
    /// The instance is not active.
    pub fn reset(&mut self) -> Result<()> {
        self.active()?.reset();
        Ok(())
    }

    /// Stops if need be and gives up what `activate` made.
    ///
    /// # Errors
    /// The instance is not active.
    pub fn deactivate(&mut self) -> Result<()> {
        let processor = self.processor.take().context("not active")?;
        self.instance.deactivate(processor.into_stopped());
        self.activation = None;
        Ok(())
    }

    /// The rate and block sizes it is active with.
    #[must_use]
    pub const fn activation(&self) -> Option<Activation> {
        self.activation
    }

    fn active(&mut self) -> Result<&mut PluginAudioProcessor<TestHost>> {
        self.processor.as_mut().context("not active")
    }

    /// Serves what the plug-in asked for: the main-thread callback as often as it is asked again.
    pub fn idle(&mut self) -> Requests {
        let mut seen = Requests::default();
        for _ in 0..16 {
            let requests = self.instance.access_shared_handler(Shared::take_requests);
            seen.restart |= requests.restart;
            seen.process |= requests.process;
            seen.flush |= requests.flush;
            seen.dirty |= requests.dirty;
            seen.rescan |= requests.rescan;
            seen.callback |= requests.callback;
            if !requests.callback {
                break;
            }
            self.instance.call_on_main_thread_callback();
        }
        seen
    }

    /// Errors in the plug-in's log, and complaints about the host.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        self.instance.access_shared_handler(Shared::complaints)
    }
}
