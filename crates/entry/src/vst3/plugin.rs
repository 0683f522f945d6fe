//! Our CLAP instance as its host holds it: the struct, and the extensions it has.
//!
//! Owner: [`Core`](super::core::Core), from its creation to its destruction. Thread: each function
//! says whose; the instance itself bears any.

use std::ffi::CStr;
use std::ptr::{self, NonNull};

use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::events::{clap_event_transport, clap_input_events, clap_output_events};
use clap_sys::ext::audio_ports::{CLAP_EXT_AUDIO_PORTS, clap_plugin_audio_ports};
use clap_sys::ext::audio_ports_config::{
    CLAP_EXT_AUDIO_PORTS_CONFIG, clap_audio_ports_config, clap_plugin_audio_ports_config,
};
#[cfg(feature = "editor")]
use clap_sys::ext::gui::{CLAP_EXT_GUI, clap_plugin_gui};
use clap_sys::ext::latency::{CLAP_EXT_LATENCY, clap_plugin_latency};
use clap_sys::ext::note_ports::{CLAP_EXT_NOTE_PORTS, clap_plugin_note_ports};
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_plugin_params};
use clap_sys::ext::render::{
    CLAP_EXT_RENDER, CLAP_RENDER_OFFLINE, CLAP_RENDER_REALTIME, clap_plugin_render,
};
use clap_sys::ext::state::{CLAP_EXT_STATE, clap_plugin_state};
use clap_sys::ext::tail::{CLAP_EXT_TAIL, clap_plugin_tail};
use clap_sys::plugin::clap_plugin;
use clap_sys::process::{CLAP_PROCESS_ERROR, clap_process};

use super::binding::blank;
use super::stream::{Sink, Source};
use super::text::read_bytes;

/// Room for a text of a parameter's value, bytes.
const TEXT_BYTES: usize = 256;

/// The instance. Extensions that it lacks are null.
pub(super) struct Plugin {
    raw: NonNull<clap_plugin>,
    pub(super) params: *const clap_plugin_params,
    pub(super) state: *const clap_plugin_state,
    pub(super) note_ports: *const clap_plugin_note_ports,
    pub(super) audio_ports: *const clap_plugin_audio_ports,
    layouts: *const clap_plugin_audio_ports_config,
    pub(super) latency: *const clap_plugin_latency,
    pub(super) render: *const clap_plugin_render,
    pub(super) tail: *const clap_plugin_tail,
    #[cfg(feature = "editor")]
    pub(super) gui: *const clap_plugin_gui,
}

// SAFETY: the instance is the one of this crate, which keeps its host's calls apart by itself.
unsafe impl Send for Plugin {}
// SAFETY: as above.
unsafe impl Sync for Plugin {}

/// Calls a function of the plug-in or of one of its extensions, if it is there.
///
/// `ask!(plugin.params, get_value(id, place), false)`; without an extension `ask!(plugin, ...)`.
macro_rules! ask {
    ($plugin:ident, $function:ident($($argument:expr),*), $failure:expr) => {{
        let plugin = $plugin.raw();
        // SAFETY: the instance lives as long as its holder.
        match unsafe { (*plugin).$function } {
            // SAFETY: the instance's own function with its own struct; the arguments are what the
            // function expects.
            Some(function) => unsafe { function(plugin $(, $argument)*) },
            None => $failure,
        }
    }};
    ($plugin:ident.$extension:ident, $function:ident($($argument:expr),*), $failure:expr) => {{
        // SAFETY: null, or a struct that lives as long as the instance.
        let extension = unsafe { $plugin.$extension.as_ref() };
        match extension.and_then(|extension| extension.$function) {
            // SAFETY: the instance's own function with its own struct; the arguments are what the
            // function expects.
            Some(function) => unsafe { function($plugin.raw() $(, $argument)*) },
            None => $failure,
        }
    }};
}
pub(super) use ask;

impl Plugin {
    /// Takes an instance and brings it to life; `None` if there is none or it refuses. Main thread.
    ///
    /// # Safety
    /// `raw` is null or an instance just made, which nobody else uses.
    pub(super) unsafe fn new(raw: *const clap_plugin) -> Option<Self> {
        let mut plugin = Self {
            raw: NonNull::new(raw.cast_mut())?,
            params: ptr::null(),
            state: ptr::null(),
            note_ports: ptr::null(),
            audio_ports: ptr::null(),
            layouts: ptr::null(),
            latency: ptr::null(),
            render: ptr::null(),
            tail: ptr::null(),
            #[cfg(feature = "editor")]
            gui: ptr::null(),
        };
        let this = &plugin;
        if !ask!(this, init(), false) {
            return None;
        }
        plugin.params = plugin.extension(CLAP_EXT_PARAMS);
        plugin.state = plugin.extension(CLAP_EXT_STATE);
        plugin.note_ports = plugin.extension(CLAP_EXT_NOTE_PORTS);
        plugin.audio_ports = plugin.extension(CLAP_EXT_AUDIO_PORTS);
        plugin.layouts = plugin.extension(CLAP_EXT_AUDIO_PORTS_CONFIG);
        plugin.latency = plugin.extension(CLAP_EXT_LATENCY);
        plugin.render = plugin.extension(CLAP_EXT_RENDER);
        plugin.tail = plugin.extension(CLAP_EXT_TAIL);
        #[cfg(feature = "editor")]
        {
            plugin.gui = plugin.extension(CLAP_EXT_GUI);
        }
        plugin.select_widest_layout();
        Some(plugin)
    }

    /// Selects the layout with the most outputs: VST3 hosts see one list of buses for good, and
    /// switch on what they want of it.
    fn select_widest_layout(&self) {
        let count = ask!(self.layouts, count(), 0);
        let layouts = (0..count).filter_map(|index| {
            // SAFETY: numbers, arrays of numbers and pointers.
            let mut layout: clap_audio_ports_config = unsafe { blank() };
            ask!(self.layouts, get(index, &raw mut layout), false).then_some(layout)
        });
        // Of several with as many the first, which is the plug-in's own choice.
        let widest = layouts.reduce(|widest, layout| {
            if layout.output_port_count > widest.output_port_count {
                layout
            } else {
                widest
            }
        });
        if let Some(layout) = widest {
            let _selected = ask!(self.layouts, select(layout.id), false);
        }
    }

    /// The instance's struct.
    pub(super) fn raw(&self) -> *const clap_plugin {
        self.raw.as_ptr()
    }

    fn extension<T>(&self, id: &CStr) -> *const T {
        ask!(self, get_extension(id.as_ptr()), ptr::null()).cast()
    }

    /// Ports for notes.
    pub(super) fn note_ports(&self, is_input: bool) -> u32 {
        ask!(self.note_ports, count(is_input), 0)
    }

    /// Frames by which the output lags. Main thread.
    pub(super) fn latency(&self) -> u32 {
        ask!(self.latency, get(), 0)
    }

    /// Frames for which the output rings on.
    pub(super) fn tail(&self) -> u32 {
        ask!(self.tail, get(), 0)
    }

    /// Says whether somebody listens. Main thread.
    pub(super) fn set_offline(&self, is_offline: bool) {
        let mode = if is_offline {
            CLAP_RENDER_OFFLINE
        } else {
            CLAP_RENDER_REALTIME
        };
        let _accepted = ask!(self.render, set(mode), false);
    }

    /// Main thread.
    pub(super) fn activate(&self, rate_hz: f64, max_frames: u32) -> bool {
        ask!(self, activate(rate_hz, 1, max_frames), false)
    }

    /// Main thread.
    pub(super) fn deactivate(&self) {
        ask!(self, deactivate(), ());
    }

    /// Render thread.
    pub(super) fn start(&self) -> bool {
        ask!(self, start_processing(), false)
    }

    /// Render thread.
    pub(super) fn stop(&self) {
        ask!(self, stop_processing(), ());
    }

    /// Forgets notes and tails. Render thread.
    pub(super) fn reset(&self) {
        ask!(self, reset(), ());
    }

    /// Main thread.
    pub(super) fn on_main_thread(&self) {
        ask!(self, on_main_thread(), ());
    }

    /// Renders a block; false if it is silent for a reason.
    ///
    /// # Safety
    /// Everything in `block` is what the host of the block said.
    ///
    /// # Real-time
    /// Render. As the boundary's `process`.
    pub(super) unsafe fn process(&self, block: &Block<'_>) -> bool {
        let process = clap_process {
            steady_time: block.steady_time,
            frames_count: block.frames,
            transport: block.transport.map_or(ptr::null(), ptr::from_ref),
            audio_inputs: block.inputs.as_ptr(),
            audio_outputs: block.outputs.as_ptr().cast_mut(),
            audio_inputs_count: u32::try_from(block.inputs.len()).unwrap_or(0),
            audio_outputs_count: u32::try_from(block.outputs.len()).unwrap_or(0),
            in_events: ptr::from_ref(block.events),
            out_events: ptr::from_ref(block.answers),
        };
        ask!(self, process(&raw const process), CLAP_PROCESS_ERROR) != CLAP_PROCESS_ERROR
    }

    /// Sets parameters while nothing is rendered.
    pub(super) fn flush(&self, events: &clap_input_events, answers: &clap_output_events) {
        ask!(
            self.params,
            flush(ptr::from_ref(events), ptr::from_ref(answers)),
            ()
        );
    }

    /// A parameter's value in CLAP's range.
    pub(super) fn value(&self, id: u32) -> Option<f64> {
        let mut value = 0.0;
        ask!(self.params, get_value(id, &raw mut value), false).then_some(value)
    }

    /// A value as a person reads it. Main thread.
    pub(super) fn value_text(&self, id: u32, value: f64) -> Option<String> {
        let mut text = [0; TEXT_BYTES];
        let capacity = u32::try_from(text.len()).unwrap_or(0);
        let place = text.as_mut_ptr();
        let shown = ask!(
            self.params,
            value_to_text(id, value, place, capacity),
            false
        );
        shown.then(|| read_bytes(&text))
    }

    /// What a person typed as a value. Main thread.
    pub(super) fn text_value(&self, id: u32, text: &CStr) -> Option<f64> {
        let mut value = 0.0;
        let place = &raw mut value;
        let read = ask!(self.params, text_to_value(id, text.as_ptr(), place), false);
        read.then_some(value)
    }

    /// The state as it is saved. Main thread.
    pub(super) fn save(&self) -> Option<Vec<u8>> {
        let mut sink = Sink::default();
        let stream = sink.stream();
        let saved = ask!(self.state, save(&raw const stream), false);
        saved.then_some(sink.0)
    }

    /// Takes a saved state; false if it is none, and then nothing changes. Main thread.
    pub(super) fn load(&self, state: &[u8]) -> bool {
        let mut source = Source(state);
        let stream = source.stream();
        ask!(self.state, load(&raw const stream), false)
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        let this = &*self;
        ask!(this, destroy(), ());
    }
}

/// One block for the instance.
pub(super) struct Block<'a> {
    /// The host's count of frames at the first one.
    pub(super) steady_time: i64,
    pub(super) frames: u32,
    pub(super) transport: Option<&'a clap_event_transport>,
    pub(super) inputs: &'a [clap_audio_buffer],
    pub(super) outputs: &'a mut [clap_audio_buffer],
    pub(super) events: &'a clap_input_events,
    pub(super) answers: &'a clap_output_events,
}
