//! The host under no rule: CLAP by hand, so that every argument can be wrong.

use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};
use std::thread::{self, ThreadId};

use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::events::*;
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_plugin_params};
use clap_sys::factory::plugin_factory::{CLAP_PLUGIN_FACTORY_ID, clap_plugin_factory};
use clap_sys::host::clap_host;
use clap_sys::plugin::clap_plugin;
use clap_sys::process::{clap_process, clap_process_status};
use clap_sys::version::CLAP_VERSION;
use dmus_entry::Entry;

use crate::probe::Probe;

/// Samples that nobody may touch after each channel.
const GUARD_FRAMES: usize = 8;
/// What output memory holds before the plug-in writes it.
pub(crate) const GARBAGE: f32 = 7.5;

/// The host's own struct; `host_data` leads to the calls.
pub(crate) struct Host {
    pub(crate) raw: Box<clap_host>,
    calls: Box<Calls>,
}

/// What the plug-in asked for.
struct Calls {
    callbacks: AtomicU32,
    main_thread: ThreadId,
    /// Called back at once when it asks for that on the main thread; null for nobody.
    eager_for: AtomicPtr<clap_plugin>,
}

unsafe extern "C" fn no_extension(_host: *const clap_host, _id: *const c_char) -> *const c_void {
    ptr::null()
}

unsafe extern "C" fn ignore(_host: *const clap_host) {}

unsafe extern "C" fn count_callback(host: *const clap_host) {
    // SAFETY: `host_data` leads to the calls of the same `Host`.
    let calls = unsafe { &*(*host).host_data.cast::<Calls>() };
    // ORDER: Relaxed, a count only.
    calls.callbacks.fetch_add(1, Ordering::Relaxed);
    // ORDER: Relaxed, set and read on the main thread.
    let plugin = calls.eager_for.load(Ordering::Relaxed).cast_const();
    if thread::current().id() == calls.main_thread
        // SAFETY: null, or an instance that lives as long as its host.
        && let Some(vtable) = unsafe { plugin.as_ref() }
    {
        // SAFETY: a call CLAP knows, on the main thread.
        unsafe { vtable.on_main_thread.unwrap()(plugin) };
    }
}

impl Host {
    pub(crate) fn new() -> Self {
        let calls = Box::new(Calls {
            callbacks: AtomicU32::new(0),
            main_thread: thread::current().id(),
            eager_for: AtomicPtr::default(),
        });
        let raw = Box::new(clap_host {
            clap_version: CLAP_VERSION,
            host_data: ptr::from_ref(&*calls).cast_mut().cast(),
            name: c"Test".as_ptr(),
            vendor: c"".as_ptr(),
            url: c"".as_ptr(),
            version: c"1".as_ptr(),
            get_extension: Some(no_extension),
            request_restart: Some(ignore),
            request_process: Some(ignore),
            request_callback: Some(count_callback),
        });
        Self { raw, calls }
    }

    pub(crate) fn callbacks(&self) -> u32 {
        // ORDER: Relaxed, a count only.
        self.calls.callbacks.load(Ordering::Relaxed)
    }

    /// From now on an instance that asks for a callback on the main thread is called back from
    /// within its request.
    fn answer_at_once(&self, plugin: *const clap_plugin) {
        // ORDER: Relaxed, set and read on the main thread.
        let eager_for = &self.calls.eager_for;
        eager_for.store(plugin.cast_mut(), Ordering::Relaxed);
    }
}

/// The factory of a probe.
pub(crate) fn factory<const KIND: u8>() -> &'static clap_plugin_factory {
    let get_factory = Entry::<Probe<KIND>>::ENTRY.get_factory.unwrap();
    // SAFETY: the name stands for the type, and factories live as long as the library.
    unsafe { &*get_factory(CLAP_PLUGIN_FACTORY_ID.as_ptr()).cast() }
}

/// An instance with its host. Destroyed when dropped.
pub(crate) struct Instance<const KIND: u8> {
    pub(crate) raw: *const clap_plugin,
    pub(crate) host: Host,
}

// SAFETY: the boundary promises that its functions survive being called on any thread.
unsafe impl<const KIND: u8> Send for Instance<KIND> {}
// SAFETY: as above.
unsafe impl<const KIND: u8> Sync for Instance<KIND> {}

impl<const KIND: u8> Instance<KIND> {
    /// Created, not initialised.
    pub(crate) fn created() -> Self {
        let host = Host::new();
        let create = factory::<KIND>().create_plugin.unwrap();
        // SAFETY: a whole host and a C string.
        let raw = unsafe { create(factory::<KIND>(), &raw const *host.raw, ID.as_ptr()) };
        assert!(!raw.is_null());
        Self { raw, host }
    }

    /// Initialised.
    pub(crate) fn ready() -> Self {
        let instance = Self::created();
        assert!(instance.init());
        instance
    }

    /// Activated at 48 kHz for blocks of up to `max_frames`, and processing.
    pub(crate) fn playing(max_frames: u32) -> Self {
        let instance = Self::ready();
        assert!(instance.activate(48_000.0, 1, max_frames));
        assert!(instance.start());
        instance
    }

    /// Initialised, by a host that answers every request for a callback at once.
    pub(crate) fn eager() -> Self {
        let instance = Self::ready();
        instance.host.answer_at_once(instance.raw);
        instance
    }

    fn vtable(&self) -> &clap_plugin {
        // SAFETY: alive until `drop`.
        unsafe { &*self.raw }
    }

    pub(crate) fn init(&self) -> bool {
        // SAFETY: a call CLAP knows.
        unsafe { self.vtable().init.unwrap()(self.raw) }
    }

    pub(crate) fn activate(&self, sample_rate: f64, min: u32, max: u32) -> bool {
        // SAFETY: a call CLAP knows.
        unsafe { self.vtable().activate.unwrap()(self.raw, sample_rate, min, max) }
    }

    pub(crate) fn deactivate(&self) {
        // SAFETY: a call CLAP knows.
        unsafe { self.vtable().deactivate.unwrap()(self.raw) }
    }

    pub(crate) fn start(&self) -> bool {
        // SAFETY: a call CLAP knows.
        unsafe { self.vtable().start_processing.unwrap()(self.raw) }
    }

    pub(crate) fn stop(&self) {
        // SAFETY: a call CLAP knows.
        unsafe { self.vtable().stop_processing.unwrap()(self.raw) }
    }

    pub(crate) fn reset(&self) {
        // SAFETY: a call CLAP knows.
        unsafe { self.vtable().reset.unwrap()(self.raw) }
    }

    pub(crate) fn on_main_thread(&self) {
        // SAFETY: a call CLAP knows.
        unsafe { self.vtable().on_main_thread.unwrap()(self.raw) }
    }

    pub(crate) fn process_raw(&self, process: *const clap_process) -> clap_process_status {
        // SAFETY: null, or a block whose arrays hold what they claim.
        unsafe { self.vtable().process.unwrap()(self.raw, process) }
    }

    pub(crate) fn process(&self, block: &mut Block, events: &Events) -> clap_process_status {
        let list = events.list();
        let mut process = block.process();
        process.in_events = &raw const list;
        self.process_raw(&raw const process)
    }

    pub(crate) fn extension<T>(&self, id: &CStr) -> Option<&T> {
        // SAFETY: a call CLAP knows; the caller names the type that belongs to the id.
        unsafe {
            self.vtable().get_extension.unwrap()(self.raw, id.as_ptr())
                .cast::<T>()
                .as_ref()
        }
    }

    pub(crate) fn params(&self) -> &clap_plugin_params {
        self.extension(CLAP_EXT_PARAMS).unwrap()
    }

    /// The identifier of the parameter in place `index`: fault, level, shape.
    pub(crate) fn param_id(&self, index: u32) -> u32 {
        // SAFETY: a struct of numbers and characters.
        let mut info = unsafe { std::mem::zeroed() };
        // SAFETY: a call CLAP knows.
        assert!(unsafe { self.params().get_info.unwrap()(self.raw, index, &raw mut info) });
        info.id
    }

    /// Sets a parameter by a flush.
    pub(crate) fn set(&self, index: u32, value: f64) {
        let list = Events::new().param(0, self.param_id(index), value);
        let list = list.list();
        // SAFETY: a call CLAP knows, on the only thread.
        unsafe { self.params().flush.unwrap()(self.raw, &raw const list, ptr::null()) };
    }

    /// Sets the parameter `fault`.
    pub(crate) fn set_fault(&self, fault: i32) {
        self.set(0, f64::from(fault));
    }

    /// The answer to a command, through the private extension.
    pub(crate) fn say(&self, line: &CStr) -> String {
        let extension: &CommandExtension = self.extension(c"org.example.command/1").unwrap();
        let mut text = vec![0_u8; 256];
        // SAFETY: a C string, and memory for as many bytes.
        let length =
            unsafe { (extension.call)(self.raw, line.as_ptr(), text.as_mut_ptr().cast(), 256) };
        assert!((length as usize) < text.len());
        let answer = CStr::from_bytes_until_nul(&text).unwrap();
        answer.to_str().unwrap().to_owned()
    }

    /// The report, through the private extension.
    pub(crate) fn report(&self) -> String {
        let extension: &ReportExtension = self.extension(c"org.example.report/1").unwrap();
        let mut text = vec![0_u8; 16_384];
        // SAFETY: memory for as many bytes.
        let length = unsafe { (extension.get)(self.raw, text.as_mut_ptr().cast(), 16_384) };
        assert!((length as usize) < text.len());
        CStr::from_bytes_until_nul(&text)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
    }

    /// The value of the first line of the report that starts with `key`.
    pub(crate) fn fact(&self, key: &str) -> String {
        let report = self.report();
        let line = report
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix(' '));
        line.expect(key).to_owned()
    }

    /// The values of all lines of the report that start with `notice`.
    pub(crate) fn notices(&self) -> Vec<String> {
        let report = self.report();
        report
            .lines()
            .filter_map(|line| line.strip_prefix("notice "))
            .map(str::to_owned)
            .collect()
    }
}

impl<const KIND: u8> Drop for Instance<KIND> {
    fn drop(&mut self) {
        // SAFETY: the last call.
        unsafe { self.vtable().destroy.unwrap()(self.raw) }
    }
}

pub(crate) const ID: &CStr = c"org.example.probe";

/// The private extension that takes commands.
#[repr(C)]
pub(crate) struct CommandExtension {
    pub(crate) call:
        unsafe extern "C" fn(*const clap_plugin, *const c_char, *mut c_char, u32) -> u32,
}

/// The private extension.
#[repr(C)]
pub(crate) struct ReportExtension {
    pub(crate) get: unsafe extern "C" fn(*const clap_plugin, *mut c_char, u32) -> u32,
}

/// One port of a block: memory with guards, and the arrays of pointers that lead to it.
pub(crate) struct Port {
    pub(crate) samples32: Vec<Vec<f32>>,
    pub(crate) samples64: Vec<Vec<f64>>,
    pub(crate) pointers32: Vec<*mut f32>,
    pub(crate) pointers64: Vec<*mut f64>,
    pub(crate) has32: bool,
    pub(crate) has64: bool,
}

/// One block of audio; every part of it may be taken away.
pub(crate) struct Block {
    pub(crate) frames: u32,
    pub(crate) inputs: Vec<Port>,
    pub(crate) outputs: Vec<Port>,
    raw_inputs: Vec<clap_audio_buffer>,
    pub(crate) raw_outputs: Vec<clap_audio_buffer>,
}

impl Port {
    fn new(channels: usize, frames: u32) -> Self {
        let length = frames as usize + GUARD_FRAMES;
        let mut samples32 = vec![vec![GARBAGE; length]; channels];
        let mut samples64 = vec![vec![f64::from(GARBAGE); length]; channels];
        Self {
            pointers32: samples32.iter_mut().map(Vec::as_mut_ptr).collect(),
            pointers64: samples64.iter_mut().map(Vec::as_mut_ptr).collect(),
            samples32,
            samples64,
            has32: true,
            has64: false,
        }
    }

    fn raw(&mut self) -> clap_audio_buffer {
        let pointers32 = self.pointers32.as_mut_ptr();
        let pointers64 = self.pointers64.as_mut_ptr();
        clap_audio_buffer {
            data32: if self.has32 {
                pointers32
            } else {
                ptr::null_mut()
            },
            data64: if self.has64 {
                pointers64
            } else {
                ptr::null_mut()
            },
            channel_count: self.pointers32.len() as u32,
            latency: 0,
            constant_mask: u64::MAX,
        }
    }

    fn assert_guards(&self, frames: usize) {
        for channel in &self.samples32 {
            assert!(channel[frames..].iter().all(|sample| *sample == GARBAGE));
        }
        for channel in &self.samples64 {
            assert!(
                channel[frames..]
                    .iter()
                    .all(|sample| *sample == f64::from(GARBAGE))
            );
        }
    }
}

impl Block {
    /// Output ports with as many channels each, full of garbage.
    pub(crate) fn new(outputs: &[usize], frames: u32) -> Self {
        Self {
            frames,
            inputs: Vec::new(),
            outputs: outputs
                .iter()
                .map(|channels| Port::new(*channels, frames))
                .collect(),
            raw_inputs: Vec::new(),
            raw_outputs: Vec::new(),
        }
    }

    /// With input ports of as many channels each, whose samples are all 0.125.
    pub(crate) fn with_inputs(mut self, inputs: &[usize]) -> Self {
        self.inputs = inputs
            .iter()
            .map(|channels| Port::new(*channels, self.frames))
            .collect();
        for port in &mut self.inputs {
            port.samples32
                .iter_mut()
                .for_each(|channel| channel.fill(0.125));
            port.samples64
                .iter_mut()
                .for_each(|channel| channel.fill(0.125));
        }
        self
    }

    /// The C struct, without events and transport.
    pub(crate) fn process(&mut self) -> clap_process {
        self.raw_inputs = self.inputs.iter_mut().map(Port::raw).collect();
        self.raw_outputs = self.outputs.iter_mut().map(Port::raw).collect();
        clap_process {
            steady_time: -1,
            frames_count: self.frames,
            transport: ptr::null(),
            audio_inputs: self.raw_inputs.as_ptr(),
            audio_outputs: self.raw_outputs.as_mut_ptr(),
            audio_inputs_count: self.raw_inputs.len() as u32,
            audio_outputs_count: self.raw_outputs.len() as u32,
            in_events: ptr::null(),
            out_events: ptr::null(),
        }
    }

    /// The samples of one output channel, after looking at all guards.
    pub(crate) fn out(&self, port: usize, channel: usize) -> &[f32] {
        self.outputs
            .iter()
            .for_each(|port| port.assert_guards(self.frames as usize));
        &self.outputs[port].samples32[channel][..self.frames as usize]
    }

    /// As `out`, in 64 bits.
    pub(crate) fn out64(&self, port: usize, channel: usize) -> &[f64] {
        self.outputs
            .iter()
            .for_each(|port| port.assert_guards(self.frames as usize));
        &self.outputs[port].samples64[channel][..self.frames as usize]
    }
}

/// Whether all samples have one value, and there are some.
pub(crate) fn all(samples: &[f32], value: f32) -> bool {
    !samples.is_empty() && samples.iter().all(|sample| *sample == value)
}

/// Memory for any event.
#[repr(C, align(8))]
#[derive(Clone, Copy)]
pub(crate) struct AnyEvent([u8; 128]);

impl AnyEvent {
    pub(crate) fn new<T: Copy>(event: T) -> Self {
        let mut memory = Self([0; 128]);
        assert!(size_of::<T>() <= 128);
        // SAFETY: room for it, as checked; plain data.
        unsafe { ptr::from_mut(&mut memory).cast::<T>().write(event) };
        memory
    }
}

/// A list of events; `None` is a null pointer in it.
#[derive(Clone, Default)]
pub(crate) struct Events(pub(crate) Vec<Option<AnyEvent>>);

pub(crate) fn header<T>(time: u32, type_: u16) -> clap_event_header {
    clap_event_header {
        size: size_of::<T>() as u32,
        time,
        space_id: CLAP_CORE_EVENT_SPACE_ID,
        type_,
        flags: 0,
    }
}

impl Events {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn add<T: Copy>(mut self, event: T) -> Self {
        self.0.push(Some(AnyEvent::new(event)));
        self
    }

    pub(crate) fn note_on(self, time: u32, key: u8) -> Self {
        self.add(clap_event_note {
            header: header::<clap_event_note>(time, CLAP_EVENT_NOTE_ON),
            note_id: -1,
            port_index: 0,
            channel: 0,
            key: i16::from(key),
            velocity: 1.0,
        })
    }

    pub(crate) fn param(self, time: u32, param_id: u32, value: f64) -> Self {
        self.add(clap_event_param_value {
            header: header::<clap_event_param_value>(time, CLAP_EVENT_PARAM_VALUE),
            param_id,
            cookie: ptr::null_mut(),
            note_id: -1,
            port_index: -1,
            channel: -1,
            key: -1,
            value,
        })
    }

    /// A running transport at `beats`, 120 to the minute.
    pub(crate) fn transport(time: u32, beats: i64) -> clap_event_transport {
        clap_event_transport {
            header: header::<clap_event_transport>(time, CLAP_EVENT_TRANSPORT),
            flags: CLAP_TRANSPORT_HAS_TEMPO
                | CLAP_TRANSPORT_HAS_BEATS_TIMELINE
                | CLAP_TRANSPORT_IS_PLAYING,
            song_pos_beats: beats << 31,
            song_pos_seconds: 0,
            tempo: 120.0,
            tempo_inc: 0.0,
            loop_start_beats: 0,
            loop_end_beats: 0,
            loop_start_seconds: 0,
            loop_end_seconds: 0,
            bar_start: 0,
            bar_number: 0,
            tsig_num: 4,
            tsig_denom: 4,
        }
    }

    /// The C list; it borrows this one in fact, if not in type.
    pub(crate) fn list(&self) -> clap_input_events {
        clap_input_events {
            ctx: ptr::from_ref(self).cast_mut().cast(),
            size: Some(size),
            get: Some(get),
        }
    }
}

unsafe extern "C" fn size(list: *const clap_input_events) -> u32 {
    // SAFETY: made by `Events::list`.
    unsafe { &*(*list).ctx.cast::<Events>() }.0.len() as u32
}

unsafe extern "C" fn get(list: *const clap_input_events, index: u32) -> *const clap_event_header {
    // SAFETY: made by `Events::list`.
    let events = unsafe { &*(*list).ctx.cast::<Events>() };
    match events.0.get(index as usize) {
        Some(Some(event)) => ptr::from_ref(event).cast(),
        _ => ptr::null(),
    }
}

/// Receives events.
#[derive(Default)]
pub(crate) struct Received(std::cell::RefCell<Vec<(u16, u32)>>);

impl Received {
    pub(crate) fn list(&self) -> clap_output_events {
        clap_output_events {
            ctx: ptr::from_ref(self).cast_mut().cast(),
            try_push: Some(push),
        }
    }

    /// Type and time of each.
    pub(crate) fn all(&self) -> Vec<(u16, u32)> {
        self.0.borrow().clone()
    }
}

unsafe extern "C" fn push(
    list: *const clap_output_events,
    event: *const clap_event_header,
) -> bool {
    // SAFETY: made by `Received::list`.
    let received = unsafe { &*(*list).ctx.cast::<Received>() };
    // SAFETY: an event has a header.
    let header = unsafe { event.read() };
    received.0.borrow_mut().push((header.type_, header.time));
    true
}

/// A C string, for calls that want one.
pub(crate) fn c_string(text: &str) -> CString {
    CString::new(text).unwrap()
}
