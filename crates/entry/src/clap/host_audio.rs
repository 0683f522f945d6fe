//! The host's audio ports of one block, with every null, short array and odd address told apart.
//!
//! Thread: render. Nothing here keeps a pointer longer than the block.

use std::marker::PhantomData;
use std::ops::Range;
use std::ptr::{self, NonNull};

use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::process::clap_process;

/// The ports of one block.
#[derive(Clone, Copy)]
pub(super) struct HostAudio<'a> {
    block: &'a clap_process,
}

/// One port of one block.
#[derive(Clone, Copy)]
pub(super) struct HostPort<'a> {
    port: NonNull<clap_audio_buffer>,
    block: PhantomData<&'a clap_process>,
}

impl<'a> HostAudio<'a> {
    /// Looks at the ports of `block`.
    ///
    /// # Safety
    /// - A port or channel array that is not null has as many elements as its count says.
    /// - A channel that is not null has `frames_count` samples, readable for inputs and writable
    ///   for outputs, and nobody else uses it during the block.
    /// - All of it lives as long as `'a`.
    pub(super) unsafe fn new(block: &'a clap_process) -> Self {
        Self { block }
    }

    /// The whole block as a piece of itself.
    pub(super) fn whole(self) -> Range<u32> {
        0..self.block.frames_count
    }

    /// The outputs that are there.
    pub(super) fn outputs(self) -> impl Iterator<Item = HostPort<'a>> {
        (0..self.block.audio_outputs_count).map_while(move |index| self.output(index as usize))
    }

    /// Output port `index`.
    pub(super) fn output(self, index: usize) -> Option<HostPort<'a>> {
        port_at(
            self.block.audio_outputs,
            self.block.audio_outputs_count,
            index,
        )
    }

    /// Input port `index`.
    pub(super) fn input(self, index: usize) -> Option<HostPort<'a>> {
        let inputs = self.block.audio_inputs.cast_mut();
        port_at(inputs, self.block.audio_inputs_count, index)
    }

    /// Marks no channel of any output as constant.
    pub(super) fn clear_constant_marks(self) {
        self.outputs().for_each(|port| port.mark_constant(0));
    }

    /// Writes zeros to every output channel and marks it constant.
    pub(super) fn silence(self) {
        for port in self.outputs() {
            port.clear(0, &self.whole());
            port.mark_constant(match port.channels() {
                channels @ 0..64 => (1 << channels) - 1,
                _ => u64::MAX,
            });
        }
    }
}

impl HostPort<'_> {
    fn get(&self) -> &clap_audio_buffer {
        // SAFETY: inside the host's array, by the promise made to `HostAudio::new`; marks are
        // written through the pointer only while no reference from here is alive.
        unsafe { self.port.as_ref() }
    }

    /// How many channels the port claims to have.
    pub(super) fn channels(self) -> u32 {
        self.get().channel_count
    }

    /// `piece` of a channel with 32-bit samples, if the host has one there.
    ///
    /// The memory holds the piece and is valid during the block; channels may overlap each other.
    pub(super) fn channel32(self, channel: usize, piece: &Range<u32>) -> Option<*mut [f32]> {
        channel_at(self.get().data32, self.channels(), channel, piece)
    }

    /// As [`channel32`](Self::channel32), with 64-bit samples.
    pub(super) fn channel64(self, channel: usize, piece: &Range<u32>) -> Option<*mut [f64]> {
        channel_at(self.get().data64, self.channels(), channel, piece)
    }

    /// Writes zeros to `piece` of every channel from `first` on. Only for outputs.
    pub(super) fn clear(self, first: usize, piece: &Range<u32>) {
        for channel in first..self.channels() as usize {
            if let Some(samples) = self.channel32(channel, piece) {
                // SAFETY: an output's memory is ours to write; no other reference is alive.
                unsafe { &mut *samples }.fill(0.0);
            }
            if let Some(samples) = self.channel64(channel, piece) {
                // SAFETY: as above.
                unsafe { &mut *samples }.fill(0.0);
            }
        }
    }

    /// Says which channels hold one value only, a bit each. Only for outputs.
    fn mark_constant(self, channels: u64) {
        // SAFETY: an output's port is ours to write; no reference to it is alive.
        unsafe { (*self.port.as_ptr()).constant_mask = channels };
    }
}

/// Port `index` of an array of `count`; the array keeps the promise made to [`HostAudio::new`].
fn port_at<'a>(ports: *mut clap_audio_buffer, count: u32, index: usize) -> Option<HostPort<'a>> {
    if ports.is_null() || index >= count as usize {
        return None;
    }
    // SAFETY: inside the array, by the check above and the promise made to `HostAudio::new`.
    let port = NonNull::new(unsafe { ports.add(index) })?;
    Some(HostPort {
        port,
        block: PhantomData,
    })
}

/// `piece` of a channel out of `count`; the array keeps the promise made to [`HostAudio::new`].
fn channel_at<T>(
    channels: *mut *mut T,
    count: u32,
    channel: usize,
    piece: &Range<u32>,
) -> Option<*mut [T]> {
    if channels.is_null() || channel >= count as usize {
        return None;
    }
    // SAFETY: inside the array, by the check above and the promise made to `HostAudio::new`.
    let slot = unsafe { channels.add(channel) };
    // SAFETY: as above.
    let start = unsafe { slot.read() };
    if start.is_null() || !start.is_aligned() {
        return None;
    }
    // SAFETY: inside the channel, because a piece is inside its block.
    let start = unsafe { start.add(piece.start as usize) };
    Some(ptr::slice_from_raw_parts_mut(start, piece.len()))
}
