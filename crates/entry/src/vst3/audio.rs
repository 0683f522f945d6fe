//! Audio buses: what a host is told of them, and its memory of a block as CLAP ports.
//!
//! The boundary that plays the block bears missing ports, channels and samples by itself; here the
//! host's struct is put into its form, and what it must not touch is left out of it.
//!
//! Owner: [`Core`](super::core::Core), the ports of a block the render side. Thread: render;
//! nothing is allocated after construction.

use std::ptr;

use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::ext::audio_ports::clap_audio_port_info;
use vst3::Steinberg::Vst::{AudioBusBuffers, BusInfo, ProcessData};

use super::binding::blank;
use super::codes;
use super::plugin::{Plugin, ask};
use super::text::{read_bytes, write_wide};
use crate::signals::Flag;

/// More buses than this nobody has; what a host offers beyond is not looked at.
const MOST_BUSES: usize = 64;
/// More channels than silence can be told of.
const MOST_CHANNELS: u32 = 64;

/// One audio port of the plug-in as a bus.
pub(super) struct Bus {
    pub(super) name: String,
    pub(super) channels: u32,
    /// Whether the host listens to it.
    pub(super) active: Flag,
}

impl Bus {
    /// What a host is told of it.
    ///
    /// Every output is a main one, for several hosts offer no others for routing; the first alone
    /// is active from the start.
    pub(super) fn info(&self, direction: i32, index: usize) -> BusInfo {
        // SAFETY: numbers and arrays of numbers.
        let mut info: BusInfo = unsafe { blank() };
        info.mediaType = codes::AUDIO;
        info.direction = direction;
        info.channelCount = i32::try_from(self.channels).unwrap_or(0);
        write_wide(&mut info.name, &self.name);
        info.busType = codes::MAIN_BUS;
        info.flags = if index == 0 {
            codes::ACTIVE_BY_DEFAULT
        } else {
            0
        };
        info
    }

    /// Its speakers: mono, stereo, or as many as there are channels.
    pub(super) fn arrangement(&self) -> u64 {
        use vst3::Steinberg::Vst::SpeakerArr;
        match self.channels {
            0 => SpeakerArr::kEmpty,
            1 => SpeakerArr::kMono,
            2 => SpeakerArr::kStereo,
            channels @ 3..64 => (1 << channels) - 1,
            _ => u64::MAX,
        }
    }
}

/// The buses of one direction. Main thread.
pub(super) fn buses(plugin: &Plugin, is_input: bool) -> Vec<Bus> {
    let count = ask!(plugin.audio_ports, count(is_input), 0);
    let mut buses = Vec::new();
    for index in 0..count.min(u32::try_from(MOST_BUSES).unwrap_or(0)) {
        // SAFETY: numbers, arrays of numbers and a pointer.
        let mut info: clap_audio_port_info = unsafe { blank() };
        if ask!(
            plugin.audio_ports,
            get(index, is_input, &raw mut info),
            false
        ) {
            let active = Flag::default();
            if index == 0 {
                active.raise();
            }
            buses.push(Bus {
                name: read_bytes(&info.name),
                channels: info.channel_count,
                active,
            });
        }
    }
    buses
}

/// The host's memory of one block.
pub(super) struct Ports {
    inputs: Vec<clap_audio_buffer>,
    outputs: Vec<clap_audio_buffer>,
}

// SAFETY: the raw pointers are the host's, set anew for each block and used only within it.
unsafe impl Send for Ports {}
// SAFETY: as above; a shared reference gives no access to what they lead to.
unsafe impl Sync for Ports {}

impl Ports {
    /// Room for the most buses there can be. Allocates.
    pub(super) fn new() -> Self {
        Self {
            inputs: Vec::with_capacity(MOST_BUSES),
            outputs: Vec::with_capacity(MOST_BUSES),
        }
    }

    /// Takes the memory of a block.
    ///
    /// Buses that the host has switched off are without memory, whatever it passes.
    ///
    /// # Safety
    /// The arrays of `data` are null or as long as their counts say.
    pub(super) unsafe fn take(&mut self, data: &ProcessData, inputs: &[Bus], outputs: &[Bus]) {
        let is_wide = data.symbolicSampleSize != codes::SAMPLES_32;
        self.inputs.clear();
        for index in 0..inputs.len().min(MOST_BUSES) {
            // SAFETY: our caller's promise.
            let bus = unsafe { bus_at(data.inputs, data.numInputs, index) };
            self.inputs.push(port(bus, is_wide));
        }
        self.outputs.clear();
        let offered = usize::try_from(data.numOutputs).unwrap_or(0);
        for index in 0..outputs.len().max(offered).min(MOST_BUSES) {
            // SAFETY: our caller's promise.
            let bus = unsafe { bus_at(data.outputs, data.numOutputs, index) };
            // What lies beyond our buses is silenced by the boundary.
            let is_wanted = outputs.get(index).is_none_or(|bus| bus.active.is_raised());
            self.outputs.push(port(bus.filter(|_| is_wanted), is_wide));
        }
    }

    /// The inputs of the block, and its outputs.
    pub(super) fn both(&mut self) -> (&[clap_audio_buffer], &mut [clap_audio_buffer]) {
        (&self.inputs, &mut self.outputs)
    }
}

/// Bus `index` of a host's array.
///
/// # Safety
/// `buses` is null or has `count` elements.
unsafe fn bus_at(buses: *mut AudioBusBuffers, count: i32, index: usize) -> Option<AudioBusBuffers> {
    if buses.is_null() || index >= usize::try_from(count).unwrap_or(0) {
        return None;
    }
    // SAFETY: within the array.
    let bus = unsafe { buses.add(index) };
    // SAFETY: as above.
    Some(unsafe { bus.read_unaligned() })
}

/// A bus of the host's as a CLAP port; without memory if there is none.
fn port(bus: Option<AudioBusBuffers>, is_wide: bool) -> clap_audio_buffer {
    let channels = bus.map_or(0, |bus| u32::try_from(bus.numChannels).unwrap_or(0));
    let memory = bus.map_or(ptr::null_mut(), |bus| {
        // SAFETY: both fields of the union are an address.
        unsafe { bus.__field0.channelBuffers32 }
    });
    clap_audio_buffer {
        data32: if is_wide { ptr::null_mut() } else { memory },
        data64: if is_wide {
            memory.cast()
        } else {
            ptr::null_mut()
        },
        channel_count: channels,
        latency: 0,
        constant_mask: 0,
    }
}

/// Silences all outputs of a block that is not played.
///
/// # Safety
/// The arrays of `data` are null or as long as their counts say, and the channels have as many
/// samples as the block frames.
///
/// # Real-time
/// Render. Bounded by the block.
pub(super) unsafe fn silence(data: &ProcessData) {
    // SAFETY: our caller's promise.
    unsafe { each_channel(data, |_, samples| samples.fill(0.0)) };
    // SAFETY: our caller's promise.
    unsafe { tell_silence(data, &[]) };
}

/// Tells the host which channels of each output bus are silent.
///
/// # Safety
/// As [`silence`].
///
/// # Real-time
/// Render. Bounded by the block.
pub(super) unsafe fn tell_silence(data: &ProcessData, outputs: &[Bus]) {
    let count = usize::try_from(data.numOutputs).unwrap_or(0);
    for index in 0..count {
        // SAFETY: our caller's promise.
        let Some(bus) = (unsafe { bus_at(data.outputs, data.numOutputs, index) }) else {
            return;
        };
        let channels = u32::try_from(bus.numChannels).unwrap_or(0);
        let is_off = outputs
            .get(index)
            .is_some_and(|bus| !bus.active.is_raised());
        let mut flags = 0_u64;
        for channel in 0..channels.min(MOST_CHANNELS) {
            // SAFETY: our caller's promise.
            let samples = unsafe { channel_of(&bus, channel, data.numSamples) };
            let is_silent = samples.is_none_or(|samples| samples.iter().all(|it| *it == 0.0));
            if is_off || (data.symbolicSampleSize == codes::SAMPLES_32 && is_silent) {
                flags |= 1 << channel;
            }
        }
        // SAFETY: within the array, which was looked at above.
        let place = unsafe { data.outputs.add(index) };
        // SAFETY: as above; only a field's address is taken.
        let place = unsafe { &raw mut (*place).silenceFlags };
        // SAFETY: as above; the flags are the host's to read after the block.
        unsafe { place.write_unaligned(flags) };
    }
}

/// Calls `visit` for each channel of each output that has memory for 32-bit samples.
///
/// # Safety
/// As [`silence`].
unsafe fn each_channel(data: &ProcessData, mut visit: impl FnMut(usize, &mut [f32])) {
    if data.symbolicSampleSize != codes::SAMPLES_32 {
        return;
    }
    for index in 0..usize::try_from(data.numOutputs).unwrap_or(0) {
        // SAFETY: our caller's promise.
        let Some(bus) = (unsafe { bus_at(data.outputs, data.numOutputs, index) }) else {
            return;
        };
        for channel in 0..u32::try_from(bus.numChannels).unwrap_or(0) {
            // SAFETY: our caller's promise.
            if let Some(samples) = unsafe { channel_of(&bus, channel, data.numSamples) } {
                visit(index, samples);
            }
        }
    }
}

/// The samples of a channel with 32 bits.
///
/// # Safety
/// The bus's array is null or as long as its count says, the channel null or as long as `frames`.
unsafe fn channel_of<'a>(
    bus: &AudioBusBuffers,
    channel: u32,
    frames: i32,
) -> Option<&'a mut [f32]> {
    // SAFETY: both fields of the union are an address.
    let channels = unsafe { bus.__field0.channelBuffers32 };
    if channels.is_null() {
        return None;
    }
    // SAFETY: within the array, by our caller's promise.
    let place = unsafe { channels.add(channel as usize) };
    // SAFETY: as above.
    let samples = unsafe { place.read_unaligned() };
    if samples.is_null() || !samples.is_aligned() {
        return None;
    }
    let frames = usize::try_from(frames).unwrap_or(0);
    // SAFETY: our caller's promise; no other reference to it is alive.
    Some(unsafe { std::slice::from_raw_parts_mut(samples, frames) })
}
