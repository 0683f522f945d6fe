//! Audio memory between host and framework: every port and channel of the layout, always.
//!
//! The framework skips a whole block when one output is missing, reads past the host's array when
//! there are too few ports, and follows null channel pointers. So it never sees the host's array:
//! it sees ours, in which each channel is the host's own memory where that is usable, and scratch
//! memory of ours where it is not.
//!
//! Owner: the instance. Thread: render; sized on the main thread at activation.

use std::num::NonZeroU32;
use std::ops::Range;
use std::ptr;

use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::process::clap_process;
use nice_plug::prelude::AudioIOLayout;

use super::host_audio::{HostAudio, HostPort};

/// One port: per channel, the memory in use now and the scratch memory behind it.
struct Port {
    channels: Vec<*mut f32>,
    scratch: Vec<Vec<f32>>,
}

/// The audio memory of one activation.
pub(super) struct Blocks {
    sample_rate_hz: f64,
    max_frames: u32,
    inputs: Vec<Port>,
    outputs: Vec<Port>,
    raw_inputs: Vec<clap_audio_buffer>,
    raw_outputs: Vec<clap_audio_buffer>,
    /// Addresses of the host's output memory in use; capacity for all channels.
    taken: Vec<Range<usize>>,
    /// Outputs for which the host has memory in this piece, by bits.
    heard: u64,
}

// SAFETY: the raw pointers lead to the vectors of the same object, which move with it, or to the
// host's memory; the latter are set anew at the start of every piece and used only within it.
unsafe impl Send for Blocks {}
// SAFETY: as above; a shared reference gives no access to the pointers.
unsafe impl Sync for Blocks {}

impl Port {
    fn new(channels: NonZeroU32, frames: u32) -> Self {
        let count = channels.get() as usize;
        Self {
            channels: vec![ptr::null_mut(); count],
            scratch: vec![vec![0.0; frames as usize]; count],
        }
    }

    fn raw(&mut self) -> clap_audio_buffer {
        clap_audio_buffer {
            data32: self.channels.as_mut_ptr(),
            data64: ptr::null_mut(),
            channel_count: length(&self.channels),
            latency: 0,
            constant_mask: 0,
        }
    }
}

impl Blocks {
    /// No ports and no frames: what an inactive instance has.
    pub(super) fn empty() -> Self {
        Self::new(&AudioIOLayout::const_default(), 0.0, 0)
    }

    /// Memory for pieces of up to `max_frames` frames in `layout`. Allocates.
    pub(super) fn new(layout: &AudioIOLayout, sample_rate_hz: f64, max_frames: u32) -> Self {
        let ports = |main: Option<NonZeroU32>, aux: &[NonZeroU32]| -> Vec<Port> {
            let all = main.into_iter().chain(aux.iter().copied());
            all.map(|channels| Port::new(channels, max_frames))
                .collect()
        };
        let mut inputs = ports(layout.main_input_channels, layout.aux_input_ports);
        let mut outputs = ports(layout.main_output_channels, layout.aux_output_ports);
        let taken = Vec::with_capacity(outputs.iter().map(|port| port.channels.len()).sum());
        Self {
            sample_rate_hz,
            max_frames,
            raw_inputs: inputs.iter_mut().map(Port::raw).collect(),
            raw_outputs: outputs.iter_mut().map(Port::raw).collect(),
            inputs,
            outputs,
            taken,
            heard: 0,
        }
    }

    /// The outputs for which the host has memory in the piece that was prepared last, by bits;
    /// those beyond the 64th are never among them.
    pub(super) fn heard(&self) -> u64 {
        self.heard
    }

    /// Frames per second.
    pub(super) fn sample_rate_hz(&self) -> f64 {
        self.sample_rate_hz
    }

    /// Longest piece this memory can hold, frames.
    pub(super) fn max_frames(&self) -> u32 {
        self.max_frames
    }

    /// Gets ready for `piece` of the host's block, not longer than
    /// [`max_frames`](Self::max_frames), and writes our ports into `call`.
    ///
    /// Inputs are copied; outputs the host offers beyond the layout are cleared.
    pub(super) fn prepare(
        &mut self,
        host: HostAudio<'_>,
        piece: &Range<u32>,
        call: &mut clap_process,
    ) {
        debug_assert!(piece.len() <= self.max_frames as usize);
        for (index, port) in host.outputs().enumerate() {
            let known = self
                .outputs
                .get(index)
                .map_or(0, |port| port.channels.len());
            port.clear(known, piece);
        }
        self.taken.clear();
        self.heard = 0;
        for (index, port) in self.outputs.iter_mut().enumerate() {
            let offered = host.output(index);
            let bit = u32::try_from(index)
                .ok()
                .and_then(|bit| 1_u64.checked_shl(bit));
            let channels = port.channels.iter_mut().zip(&mut port.scratch);
            for (channel, (memory, scratch)) in channels.enumerate() {
                let theirs = offered.and_then(|port| port.channel32(channel, piece));
                let wide = offered.and_then(|port| port.channel64(channel, piece));
                if theirs.is_some() || wide.is_some() {
                    self.heard |= bit.unwrap_or(0);
                }
                // Two slices over the same memory would not be Rust: the first one gets it.
                let theirs = theirs.filter(|theirs| is_apart(&self.taken, *theirs));
                *memory = theirs.map_or(scratch.as_mut_ptr(), |theirs| {
                    self.taken.push(addresses(theirs));
                    theirs.cast::<f32>()
                });
            }
        }
        for (index, port) in self.inputs.iter_mut().enumerate() {
            let offered = host.input(index);
            let channels = port.channels.iter_mut().zip(&mut port.scratch);
            for (channel, (memory, scratch)) in channels.enumerate() {
                let scratch_part = scratch.get_mut(..piece.len()).unwrap_or_default();
                read_input(offered, channel, piece, scratch_part);
                *memory = scratch.as_mut_ptr();
            }
        }
        call.audio_inputs = self.raw_inputs.as_ptr();
        call.audio_outputs = self.raw_outputs.as_mut_ptr();
        call.audio_inputs_count = length(&self.raw_inputs);
        call.audio_outputs_count = length(&self.raw_outputs);
        call.frames_count = piece.end - piece.start;
    }

    /// Takes the rendered piece to the outputs with 64-bit samples.
    ///
    /// Follows [`prepare`](Self::prepare) with the same block and piece.
    pub(super) fn finish(&mut self, host: HostAudio<'_>, piece: &Range<u32>) {
        for (index, port) in self.outputs.iter().enumerate() {
            let Some(offered) = host.output(index) else {
                continue;
            };
            for (channel, memory) in port.channels.iter().enumerate() {
                let theirs = offered.channel64(channel, piece);
                let Some(theirs) = theirs.filter(|theirs| is_apart(&self.taken, *theirs)) else {
                    continue;
                };
                let rendered = ptr::slice_from_raw_parts(*memory, piece.len());
                // SAFETY: `prepare` pointed `memory` at as many frames; nobody writes them now.
                let rendered = unsafe { &*rendered };
                // SAFETY: the host's own memory for the block, apart from what we just read.
                let theirs = unsafe { &mut *theirs };
                for (target, sample) in theirs.iter_mut().zip(rendered) {
                    *target = f64::from(*sample);
                }
            }
        }
    }
}

/// Copies one input channel into `into`; silence where the host has none.
fn read_input(port: Option<HostPort<'_>>, channel: usize, piece: &Range<u32>, into: &mut [f32]) {
    if let Some(theirs) = port.and_then(|port| port.channel32(channel, piece)) {
        // SAFETY: the host's memory for the block; `into` is ours, and nobody writes meanwhile.
        into.copy_from_slice(unsafe { &*theirs });
    } else if let Some(theirs) = port.and_then(|port| port.channel64(channel, piece)) {
        // SAFETY: as above.
        for (target, sample) in into.iter_mut().zip(unsafe { &*theirs }) {
            *target = narrow(*sample);
        }
    } else {
        into.fill(0.0);
    }
}

/// Whether `samples` share no byte with any of `taken`.
fn is_apart<T>(taken: &[Range<usize>], samples: *mut [T]) -> bool {
    let wanted = addresses(samples);
    taken
        .iter()
        .all(|other| wanted.end <= other.start || other.end <= wanted.start)
}

/// The addresses of the bytes of `samples`.
fn addresses<T>(samples: *mut [T]) -> Range<usize> {
    let start = samples.cast::<T>().addr();
    start..start.saturating_add(samples.len().saturating_mul(size_of::<T>()))
}

/// The length of an array as CLAP counts it.
fn length<T>(array: &[T]) -> u32 {
    u32::try_from(array.len()).unwrap_or(u32::MAX)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the plug-in's samples are 32 bits wide"
)]
fn narrow(sample: f64) -> f32 {
    sample as f32
}
