//! Blocks: events in, frames out.
//!
//! Source: \[CLAP\] process.h.

use anyhow::{Context, Result, anyhow, ensure};
use clack_host::events::io::{InputEvents, OutputEvents};
use clack_host::process::ProcessStatus;
use clack_host::process::audio_buffers::{
    AudioPortBuffer, AudioPortBufferType, AudioPorts, InputAudioBuffers,
};

use super::event::Encoded;
use super::outgoing::{Exclusive, Outgoing};
use super::settings::Directory;
use super::{Event, Plugin, Transport};

/// What processing needs, allocated once.
pub(super) struct Blocks {
    pub(super) input: Encoded,
    pub(super) output: Outgoing,
    pub(super) ports: AudioPorts,
    /// By port, then channel.
    pub(super) audio: Vec<Vec<Vec<f32>>>,
    /// Outputs that the host has memory for, from the first on.
    pub(super) outputs_given: usize,
    /// Frames of the last block.
    pub(super) frames: usize,
    /// The host's steady count of frames; `None` for a host without one.
    pub(super) steady_frames: Option<u64>,
    pub(super) transport: Option<Transport>,
}

impl Blocks {
    pub(super) fn new() -> Self {
        Self {
            input: Encoded::new(),
            output: Outgoing::default(),
            ports: AudioPorts::with_capacity(64, 20),
            audio: Vec::new(),
            outputs_given: usize::MAX,
            frames: 0,
            steady_frames: Some(0),
            transport: None,
        }
    }

    /// Makes room for blocks of up to `frames`, with these channels for each output port.
    pub(super) fn resize(&mut self, outputs: &[u32], frames: usize) {
        let channels = |count: &u32| (0..*count).map(|_| vec![0.0; frames]).collect();
        self.audio = outputs.iter().map(channels).collect();
        self.steady_frames = Some(0);
    }
}

impl Plugin {
    /// What the plug-in sees as transport from the next block on; `None` for a host without one.
    pub const fn set_transport(&mut self, transport: Option<Transport>) {
        self.blocks.transport = transport;
    }

    /// The host's steady count of frames at the next block; it counts on from there. `None` for a
    /// host that has no such count.
    pub const fn set_steady_frames(&mut self, frames: Option<u64>) {
        self.blocks.steady_frames = frames;
    }

    /// One block into `left` and `right`, which have its length.
    ///
    /// Every output is filled with not-a-number first, so a frame that is not written shows.
    ///
    /// - `events`: with their frame in the block, in order
    ///
    /// # Errors
    /// The instance is not processing, the block is longer than agreed, a parameter does not
    /// exist, or the plug-in reports an error.
    pub fn process(
        &mut self,
        events: &[(u32, &Event)],
        left: &mut [f32],
        right: &mut [f32],
    ) -> Result<ProcessStatus> {
        let frames = left.len();
        let most = self.activation.context("not active")?.max_frames;
        ensure!(
            frames == right.len(),
            "left has {frames} frames, right has {}",
            right.len()
        );
        ensure!(
            frames <= usize::try_from(most)?,
            "{frames} frames, at most {most} agreed"
        );
        let directory = Directory::new(&self.params, self.instance.plugin_handle());
        let blocks = &mut self.blocks;
        blocks.input.fill(events, &directory)?;
        blocks.output.clear();
        blocks.frames = frames;
        for channel in blocks.audio.iter_mut().flatten() {
            channel.get_mut(..frames).unwrap_or_default().fill(f32::NAN);
        }
        let processor = self.processor.as_mut().context("not active")?;
        let processor = processor
            .as_started_mut()
            .map_err(|_| anyhow!("not processing"))?;
        let transport = blocks.transport.map(|transport| transport.event());
        let mut audio = blocks.ports.with_output_buffers(
            blocks
                .audio
                .iter_mut()
                .take(blocks.outputs_given)
                .map(|port| {
                    let channels = port.iter_mut();
                    let channels =
                        channels.map(|channel| channel.get_mut(..frames).unwrap_or_default());
                    AudioPortBuffer {
                        latency: 0,
                        channels: AudioPortBufferType::f32_output_only(channels),
                    }
                }),
        );
        let status = processor.process(
            &InputAudioBuffers::empty(),
            &mut audio,
            &InputEvents::from_buffer(&blocks.input.events),
            &mut OutputEvents::from_buffer(&mut blocks.output),
            blocks.steady_frames,
            transport.as_ref(),
        );
        blocks.input.spoil();
        let frames_count = u64::try_from(frames)?;
        blocks.steady_frames = blocks.steady_frames.map(|steady| steady + frames_count);
        if let Some([main_left, main_right]) = blocks.audio.first().map(Vec::as_slice) {
            left.copy_from_slice(main_left.get(..frames).unwrap_or_default());
            right.copy_from_slice(main_right.get(..frames).unwrap_or_default());
        }
        status.map_err(|error| anyhow!("process() failed: {error}"))
    }

    /// Events the plug-in sent out in the last block.
    #[must_use]
    pub fn events_out(&self) -> u32 {
        self.blocks.output.events
    }

    /// System exclusive messages the plug-in sent out in the last block.
    #[must_use]
    pub fn exclusive_out(&self) -> &[Exclusive] {
        &self.blocks.output.exclusive
    }

    /// Frames and numbers of the notes that have ended in the last block.
    #[must_use]
    pub fn ends_out(&self) -> &[(u32, u32)] {
        &self.blocks.output.ends
    }

    /// From the next block on the host takes no event, or takes all again.
    pub const fn set_deaf(&mut self, is_deaf: bool) {
        self.blocks.output.is_deaf = is_deaf;
    }
}
