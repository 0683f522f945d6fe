//! Blocks of audio: whole, missing, in parts, shared.

use std::ptr;

use clap_sys::audio_buffer::clap_audio_buffer;
use vst3::Steinberg::Vst::{AudioBusBuffers, AudioBusBuffers__type0};

use crate::chance::Chance;

/// Most frames for which there is memory.
pub(crate) const MOST_FRAMES: u32 = 8_192;

/// Ports for which there is memory.
const PORTS: usize = 20;

/// Channels that a port may claim to have.
const MOST_CHANNELS: usize = 4;

/// Memory for the outputs of one block.
#[derive(Debug)]
pub(crate) struct Memory {
    samples: Vec<Vec<f32>>,
}

/// One block: pointers into a [`Memory`].
#[derive(Debug)]
pub(crate) struct Outputs {
    channels: Vec<*mut f32>,
    ports: Vec<clap_audio_buffer>,
}

impl Memory {
    pub(crate) fn new() -> Self {
        Self {
            samples: vec![vec![0.0; MOST_FRAMES as usize]; PORTS * 2 + MOST_CHANNELS],
        }
    }

    /// Outputs as a careless host passes them.
    pub(crate) fn outputs(&mut self, chance: &mut Chance) -> Outputs {
        let mut channels: Vec<*mut f32> = self.samples.iter_mut().map(Vec::as_mut_ptr).collect();
        match chance.below(20) {
            0 => channels.fill(ptr::null_mut()),
            1 => {
                if let Some(first) = channels.first_mut() {
                    *first = ptr::null_mut();
                }
            }
            2 => {
                // Both channels in one memory.
                let shared = channels.first().copied();
                channels.fill(shared.unwrap_or(ptr::null_mut()));
            }
            _ => {}
        }
        let kind = chance.below(30);
        let mut port = |index: usize| clap_audio_buffer {
            data32: match channels.get_mut(index * 2..) {
                Some(first) if !chance.one_in(40) => first.as_mut_ptr(),
                _ => ptr::null_mut(),
            },
            data64: ptr::null_mut(),
            channel_count: chance.of([2, 2, 2, 2, 1, 0, 4]),
            latency: 0,
            constant_mask: chance.next(),
        };
        let ports = match kind {
            0 => Vec::new(),
            // The same memory three times.
            1 => vec![port(0); 3],
            2 => (0..2).map(port).collect(),
            3..8 => (0..PORTS).map(port).collect(),
            _ => vec![port(0)],
        };
        Outputs { channels, ports }
    }

    /// Outputs as they should be.
    pub(crate) fn proper(&mut self) -> Outputs {
        let mut channels: Vec<*mut f32> = self.samples.iter_mut().map(Vec::as_mut_ptr).collect();
        let port = clap_audio_buffer {
            data32: channels.as_mut_ptr(),
            data64: ptr::null_mut(),
            channel_count: 2,
            latency: 0,
            constant_mask: 0,
        };
        Outputs {
            channels,
            ports: vec![port],
        }
    }

    /// Whether something was written, which is forgotten.
    pub(crate) fn take_sound(&mut self) -> bool {
        let mut sounds = false;
        for channel in &mut self.samples {
            if let Some(first) = channel.first_mut() {
                sounds |= *first != 0.0;
                *first = 0.0;
            }
        }
        sounds
    }

    /// Whether the first `frames` of both channels are zero.
    pub(crate) fn is_silent(&self, frames: usize) -> bool {
        let channels = self.samples.iter().take(2);
        channels
            .flat_map(|channel| channel.iter().take(frames))
            .all(|sample| *sample == 0.0)
    }

    /// Whether the first `frames` of both channels are numbers.
    pub(crate) fn is_finite(&self, frames: usize) -> bool {
        let channels = self.samples.iter().take(2);
        channels
            .flat_map(|channel| channel.iter().take(frames))
            .all(|sample| sample.is_finite())
    }
}

impl Outputs {
    /// The same for a VST3 host.
    pub(crate) fn buses(&mut self) -> Vec<AudioBusBuffers> {
        let bus = |port: &clap_audio_buffer| AudioBusBuffers {
            numChannels: i32::try_from(port.channel_count).unwrap_or(0),
            silenceFlags: port.constant_mask,
            __field0: AudioBusBuffers__type0 {
                channelBuffers32: port.data32,
            },
        };
        self.ports.iter().map(bus).collect()
    }

    /// Ports, and how many.
    pub(crate) fn raw(&mut self) -> (*mut clap_audio_buffer, u32) {
        debug_assert!(!self.channels.is_empty());
        let count = u32::try_from(self.ports.len()).unwrap_or(0);
        (self.ports.as_mut_ptr(), count)
    }
}
