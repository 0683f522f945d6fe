//! One instance, and everything that is done to it.

use std::ffi::{CStr, c_char, c_void};
use std::ptr;

use clap_sys::events::clap_output_events;
use clap_sys::ext::latency::{CLAP_EXT_LATENCY, clap_plugin_latency};
use clap_sys::ext::note_name::{CLAP_EXT_NOTE_NAME, clap_note_name, clap_plugin_note_name};
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_param_info, clap_plugin_params};
use clap_sys::ext::preset_load::{CLAP_EXT_PRESET_LOAD, clap_plugin_preset_load};
use clap_sys::ext::remote_controls::{
    CLAP_EXT_REMOTE_CONTROLS, clap_plugin_remote_controls, clap_remote_controls_page,
};
use clap_sys::ext::render::{CLAP_EXT_RENDER, clap_plugin_render};
use clap_sys::ext::state::{CLAP_EXT_STATE, clap_plugin_state};
use clap_sys::ext::tail::{CLAP_EXT_TAIL, clap_plugin_tail};
use clap_sys::factory::plugin_factory::clap_plugin_factory;
use clap_sys::plugin::clap_plugin;
use clap_sys::process::clap_process;
use clap_sys::stream::{clap_istream, clap_ostream};

use super::Failure;
use super::blocks::{MOST_FRAMES, Memory};
use super::chance::Chance;
use super::events::{self, Events};
use super::host::Host;
use super::tally::Tally;

/// All sound off.
const SILENCE: u8 = 120;

/// An instance in the hands of this host.
#[derive(Debug)]
pub(crate) struct Victim {
    pub(crate) raw: *const clap_plugin,
    /// After the instance: it may be asked until that has gone.
    host: Host,
    pub(crate) params: Vec<u32>,
    memory: Memory,
    /// What it saved last, and what a state may be made of.
    state: Vec<u8>,
    has_window: bool,
}

/// Calls a function of the instance, if it is there, and counts it.
macro_rules! call {
    ($victim:ident, $tally:ident, $kind:literal, $function:expr $(, $argument:expr)*) => {{
        $tally.call($kind);
        // SAFETY: the plug-in's function with its own struct; what else it gets is what a careless
        // host passes, and memory of ours where there is any.
        $function.map(|function| unsafe { function($victim.raw $(, $argument)*) })
    }};
}
pub(crate) use call;

impl Victim {
    /// Makes and initialises one.
    pub(crate) fn create(
        factory: &clap_plugin_factory,
        tally: &mut Tally,
    ) -> Result<Self, Failure> {
        let host = Host::new();
        let describe = factory.get_plugin_descriptor.ok_or("no descriptors")?;
        // SAFETY: a call CLAP knows; descriptors live as long as the library.
        let descriptor = unsafe { describe(factory, 0).as_ref() }.ok_or("no plug-in")?;
        let create = factory.create_plugin.ok_or("nothing can be created")?;
        tally.call("create");
        // SAFETY: a call CLAP knows, with a host that outlives the instance.
        let raw = unsafe { create(factory, host.as_ptr(), descriptor.id) };
        if raw.is_null() {
            return Err("an instance was refused".into());
        }
        let mut victim = Self {
            raw,
            host,
            params: Vec::new(),
            memory: Memory::new(),
            state: Vec::new(),
            has_window: false,
        };
        if call!(victim, tally, "init", victim.plugin().init) != Some(true) {
            return Err("an instance does not initialise".into());
        }
        victim.params = victim.read_params(tally);
        victim.host.answer_with(victim.raw);
        Ok(victim)
    }

    fn plugin(&self) -> &clap_plugin {
        // SAFETY: the instance lives as long as this object.
        unsafe { &*self.raw }
    }

    /// The extension of that name.
    pub(crate) fn extension<T>(&self, id: &CStr) -> Option<&T> {
        let get = self.plugin().get_extension?;
        // SAFETY: the plug-in's function with its own struct; the name stands for the type.
        unsafe { get(self.raw, id.as_ptr()).cast::<T>().as_ref() }
    }

    fn read_params(&self, tally: &mut Tally) -> Vec<u32> {
        let Some(params) = self.extension::<clap_plugin_params>(CLAP_EXT_PARAMS) else {
            return Vec::new();
        };
        let count = call!(self, tally, "params count", params.count).unwrap_or(0);
        let ids = (0..count).filter_map(|index| {
            // SAFETY: a description of zeros is one.
            let mut info: clap_param_info = unsafe { std::mem::zeroed() };
            let got = call!(
                self,
                tally,
                "params get_info",
                params.get_info,
                index,
                &raw mut info
            );
            (got == Some(true)).then_some(info.id)
        });
        ids.collect()
    }

    /// Something, at random.
    pub(crate) fn suffer(&mut self, chance: &mut Chance, tally: &mut Tally, window: bool) {
        match chance.below(1_000) {
            0..450 => self.rendering(|victim| victim.block(chance, tally)),
            450..640 => self.ask_parameters(chance, tally),
            640..680 => self.rendering(|victim| victim.flush(chance, tally)),
            680..760 => self.ask_ports(chance, tally),
            760..820 => self.ask_extensions(chance, tally),
            820..850 => self.save(chance, tally),
            850..870 => self.load(chance, tally),
            870..900 => self.rendering(|victim| {
                call!(victim, tally, "reset", victim.plugin().reset);
            }),
            900..940 => self.idle(tally),
            940..955 => self.rendering(|victim| {
                let start = victim.plugin().start_processing;
                call!(victim, tally, "start_processing", start);
            }),
            955..957 => self.rendering(|victim| {
                let stop = victim.plugin().stop_processing;
                call!(victim, tally, "stop_processing", stop);
            }),
            957..958 => {
                call!(self, tally, "deactivate", self.plugin().deactivate);
            }
            958..964 => self.activate(chance, tally),
            964..980 => self.ask_names(chance, tally),
            980..982 => self.load_preset(chance, tally),
            984..990 => self.ask_marks(chance, tally),
            982..984 if window => self.window(chance, tally),
            _ => self.ask_rest(chance, tally),
        }
    }

    /// Does what belongs to the audio thread: the host's main thread is busy meanwhile.
    fn rendering(&mut self, work: impl FnOnce(&mut Self)) {
        self.host.answer_with(ptr::null());
        work(self);
        self.host.answer_with(self.raw);
    }

    fn activate(&self, chance: &mut Chance, tally: &mut Tally) {
        let wrong = chance.of([0.0, -1.0, f64::NAN, f64::INFINITY, 48_000.0]);
        let rate = chance.of([48_000.0, 44_100.0, 8_000.0, 96_000.0, wrong]);
        let wrong = chance.of([0, 1, u32::MAX]);
        let most = chance.of([64, 512, 1_024, MOST_FRAMES, wrong]);
        let least = chance.of([0, 1, most, u32::MAX]);
        let activate = self.plugin().activate;
        call!(self, tally, "activate", activate, rate, least, most);
    }

    /// One block, or none.
    fn block(&mut self, chance: &mut Chance, tally: &mut Tally) {
        let frames = match chance.below(500) {
            0 => MOST_FRAMES,
            1..20 => 1_000,
            20..40 => 0,
            _ => u32::try_from(chance.below(65)).unwrap_or(0),
        };
        let events = Events::random(chance, frames, &self.params);
        let list = events.list();
        let mut outputs = self.memory.outputs(chance);
        let (ports, count) = outputs.raw();
        let block = clap_process {
            steady_time: chance.of([-1, 0, 1 << 40, i64::MAX]),
            frames_count: frames,
            transport: ptr::null(),
            audio_inputs: ptr::null(),
            audio_outputs: if chance.one_in(50) {
                ptr::null_mut()
            } else {
                ports
            },
            audio_inputs_count: 0,
            audio_outputs_count: count,
            in_events: if chance.one_in(50) {
                ptr::null()
            } else {
                &raw const list
            },
            out_events: out_list(chance),
        };
        let block = if chance.one_in(300) {
            ptr::null()
        } else {
            &raw const block
        };
        call!(self, tally, "process", self.plugin().process, block);
        if self.memory.take_sound() {
            tally.note("blocks that sounded");
        }
    }

    fn flush(&self, chance: &mut Chance, tally: &mut Tally) {
        let Some(params) = self.extension::<clap_plugin_params>(CLAP_EXT_PARAMS) else {
            return;
        };
        let events = Events::random(chance, 64, &self.params);
        let list = events.list();
        let list = if chance.one_in(20) {
            ptr::null()
        } else {
            &raw const list
        };
        call!(
            self,
            tally,
            "params flush",
            params.flush,
            list,
            out_list(chance)
        );
    }

    fn ask_parameters(&self, chance: &mut Chance, tally: &mut Tally) {
        let Some(params) = self.extension::<clap_plugin_params>(CLAP_EXT_PARAMS) else {
            return;
        };
        let id = events::param(chance, &self.params);
        let mut text: [c_char; 64] = [0; 64];
        let room = chance.of([64, 1, 0, 7]);
        let mut value = 0.0;
        match chance.below(4) {
            0 => {
                let target = if chance.one_in(10) {
                    ptr::null_mut()
                } else {
                    &raw mut value
                };
                call!(
                    self,
                    tally,
                    "params get_value",
                    params.get_value,
                    id,
                    target
                );
            }
            1 => {
                let shown = chance.value() * chance.of([1.0, 100.0, 128.0]);
                let text = text.as_mut_ptr();
                call!(
                    self,
                    tally,
                    "params value_to_text",
                    params.value_to_text,
                    id,
                    shown,
                    text,
                    room
                );
            }
            2 => {
                let typed = chance.of([
                    c"",
                    c"-6 dB",
                    c"off",
                    c"C4",
                    c"120 ms",
                    c"\xff\xfe",
                    c"1e400",
                ]);
                let typed = if chance.one_in(10) {
                    ptr::null()
                } else {
                    typed.as_ptr()
                };
                let value = &raw mut value;
                call!(
                    self,
                    tally,
                    "params text_to_value",
                    params.text_to_value,
                    id,
                    typed,
                    value
                );
            }
            _ => {
                // SAFETY: a description of zeros is one.
                let mut info: clap_param_info = unsafe { std::mem::zeroed() };
                let index = chance.of([0, 5, 1_000, u32::MAX]);
                let info = if chance.one_in(10) {
                    ptr::null_mut()
                } else {
                    &raw mut info
                };
                call!(self, tally, "params get_info", params.get_info, index, info);
            }
        }
    }

    fn ask_extensions(&self, chance: &mut Chance, tally: &mut Tally) {
        let id = chance.of([
            c"",
            c"clap.params",
            c"clap.surround/4",
            c"\xff",
            c"clap.gui",
        ]);
        let id = if chance.one_in(5) {
            ptr::null()
        } else {
            id.as_ptr()
        };
        call!(
            self,
            tally,
            "get_extension",
            self.plugin().get_extension,
            id
        );
    }

    fn ask_names(&self, chance: &mut Chance, tally: &mut Tally) {
        let index = chance.of([0, 40, 10_000, u32::MAX]);
        if let Some(names) = self.extension::<clap_plugin_note_name>(CLAP_EXT_NOTE_NAME) {
            // SAFETY: a name of zeros is one.
            let mut name: clap_note_name = unsafe { std::mem::zeroed() };
            let name = if chance.one_in(10) {
                ptr::null_mut()
            } else {
                &raw mut name
            };
            if chance.one_in(4) {
                call!(self, tally, "note_name count", names.count);
            }
            call!(self, tally, "note_name get", names.get, index, name);
        }
        if let Some(pages) = self.extension::<clap_plugin_remote_controls>(CLAP_EXT_REMOTE_CONTROLS)
        {
            // SAFETY: a page of zeros is one.
            let mut page: clap_remote_controls_page = unsafe { std::mem::zeroed() };
            let page = if chance.one_in(10) {
                ptr::null_mut()
            } else {
                &raw mut page
            };
            call!(self, tally, "remote_controls get", pages.get, index, page);
        }
    }

    fn ask_rest(&self, chance: &mut Chance, tally: &mut Tally) {
        if let Some(latency) = self.extension::<clap_plugin_latency>(CLAP_EXT_LATENCY) {
            call!(self, tally, "latency get", latency.get);
        }
        if let Some(tail) = self.extension::<clap_plugin_tail>(CLAP_EXT_TAIL) {
            call!(self, tally, "tail get", tail.get);
        }
        if let Some(render) = self.extension::<clap_plugin_render>(CLAP_EXT_RENDER) {
            let requirement = render.has_hard_realtime_requirement;
            call!(self, tally, "render requirement", requirement);
            // Never offline: a block would wait for banks, as it should.
            let mode = chance.of([0, 7, -1]);
            call!(self, tally, "render set", render.set, mode);
        }
    }

    fn load_preset(&self, chance: &mut Chance, tally: &mut Tally) {
        let presets = self.extension::<clap_plugin_preset_load>(CLAP_EXT_PRESET_LOAD);
        let Some(presets) = presets else { return };
        let kind = chance.of([0, 1, 1, 9]);
        let place = chance.of([c"", c"/nowhere/a.dls", c"/", c"\xff"]);
        let place = if chance.one_in(3) {
            ptr::null()
        } else {
            place.as_ptr()
        };
        let key = chance.of([
            c"melodic 0 0 40",
            c"drums 0 0 0",
            c"",
            c"x",
            c"melodic 9 9 9",
        ]);
        let key = if chance.one_in(6) {
            ptr::null()
        } else {
            key.as_ptr()
        };
        call!(
            self,
            tally,
            "preset_load",
            presets.from_location,
            kind,
            place,
            key
        );
    }

    fn save(&mut self, chance: &mut Chance, tally: &mut Tally) {
        let mut written = Vec::new();
        {
            let Some(state) = self.extension::<clap_plugin_state>(CLAP_EXT_STATE) else {
                return;
            };
            let stream = clap_ostream {
                ctx: (&raw mut written).cast::<c_void>(),
                write: if chance.one_in(20) { None } else { Some(write) },
            };
            let stream = if chance.one_in(20) {
                ptr::null()
            } else {
                &raw const stream
            };
            call!(self, tally, "state save", state.save, stream);
        }
        if !written.is_empty() {
            self.state = written;
        }
    }

    fn load(&self, chance: &mut Chance, tally: &mut Tally) {
        let Some(state) = self.extension::<clap_plugin_state>(CLAP_EXT_STATE) else {
            return;
        };
        let bytes = chance.damaged(&self.state);
        let mut rest: &[u8] = &bytes;
        let stream = clap_istream {
            ctx: (&raw mut rest).cast::<c_void>(),
            read: if chance.one_in(20) { None } else { Some(read) },
        };
        let stream = if chance.one_in(20) {
            ptr::null()
        } else {
            &raw const stream
        };
        call!(self, tally, "state load", state.load, stream);
    }

    /// A window over and over, where there is a display.
    fn window(&mut self, chance: &mut Chance, tally: &mut Tally) {
        use clap_sys::ext::gui::{CLAP_EXT_GUI, clap_plugin_gui};
        let is_open = {
            let Some(gui) = self.extension::<clap_plugin_gui>(CLAP_EXT_GUI) else {
                return;
            };
            if self.has_window && chance.one_in(2) {
                call!(self, tally, "gui destroy", gui.destroy);
                false
            } else {
                let api = chance.of([c"x11", c"win32", c""]);
                let floating = chance.one_in(4);
                let create = gui.create;
                call!(self, tally, "gui create", create, api.as_ptr(), floating) == Some(true)
                    || self.has_window
            }
        };
        self.has_window = is_open;
    }

    /// What the plug-in has asked for.
    fn idle(&self, tally: &mut Tally) {
        for _ in 0..self.host.take_answered() {
            tally.call("on_main_thread at once");
        }
        if self.host.take_call() {
            call!(self, tally, "on_main_thread", self.plugin().on_main_thread);
        }
    }

    /// After all of it: it must play, fall silent when told to, and have caught no panic.
    pub(crate) fn judge(&mut self, tally: &mut Tally) -> Result<(), Failure> {
        call!(self, tally, "deactivate", self.plugin().deactivate);
        let activate = self.plugin().activate;
        let is_active = call!(self, tally, "activate", activate, 48_000.0, 1, 512) == Some(true)
            && call!(
                self,
                tally,
                "start_processing",
                self.plugin().start_processing
            ) == Some(true);
        if !is_active {
            return Err("an instance does not become active any more".into());
        }
        for controller in [SILENCE, SILENCE] {
            let events = Events::controller(controller);
            for _ in 0..8 {
                let list = events.list();
                let mut outcome = Ok(());
                self.rendering(|victim| outcome = victim.proper_block(&list, tally));
                outcome?;
            }
        }
        let report = self.report();
        for line in ["voices 0", "panics 0"] {
            if !report.lines().any(|is| is == line) {
                return Err(format!("no `{line}` in:\n{report}").into());
            }
        }
        Ok(())
    }

    fn proper_block(
        &mut self,
        events: &clap_sys::events::clap_input_events,
        tally: &mut Tally,
    ) -> Result<(), Failure> {
        let mut outputs = self.memory.proper();
        let (ports, count) = outputs.raw();
        let block = clap_process {
            steady_time: -1,
            frames_count: 512,
            transport: ptr::null(),
            audio_inputs: ptr::null(),
            audio_outputs: ports,
            audio_inputs_count: 0,
            audio_outputs_count: count,
            in_events: events,
            out_events: &raw const events::OUT,
        };
        call!(
            self,
            tally,
            "process",
            self.plugin().process,
            &raw const block
        );
        if self.memory.is_finite(512) {
            Ok(())
        } else {
            Err("a block is not made of numbers".into())
        }
    }

    /// What the instance says of itself.
    fn report(&self) -> String {
        /// The private extension.
        #[repr(C)]
        struct Report {
            get: Option<unsafe extern "C" fn(*const clap_plugin, *mut c_char, u32) -> u32>,
        }
        let get = self
            .extension::<Report>(c"org.dmus.report/1")
            .and_then(|report| report.get);
        let mut text: Vec<c_char> = vec![0; 8_192];
        if let Some(get) = get {
            // SAFETY: the plug-in's function with its own struct, and memory of that length.
            unsafe { get(self.raw, text.as_mut_ptr(), 8_192) };
        }
        // SAFETY: zeros, or what the plug-in ended with one.
        let text = unsafe { CStr::from_ptr(text.as_ptr()) };
        text.to_string_lossy().into_owned()
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        self.host.answer_with(ptr::null());
        if let Some(destroy) = self.plugin().destroy {
            // SAFETY: the last call.
            unsafe { destroy(self.raw) };
        }
    }
}

fn out_list(chance: &mut Chance) -> *const clap_output_events {
    if chance.one_in(50) {
        ptr::null()
    } else {
        &raw const events::OUT
    }
}

unsafe extern "C" fn write(stream: *const clap_ostream, buffer: *const c_void, size: u64) -> i64 {
    // SAFETY: made by `save`.
    let target = unsafe { &mut *(*stream).ctx.cast::<Vec<u8>>() };
    let count = usize::try_from(size.min(999)).unwrap_or(0);
    // SAFETY: the plug-in passes that many bytes.
    target.extend_from_slice(unsafe { std::slice::from_raw_parts(buffer.cast::<u8>(), count) });
    i64::try_from(count).unwrap_or(-1)
}

unsafe extern "C" fn read(stream: *const clap_istream, buffer: *mut c_void, size: u64) -> i64 {
    // SAFETY: made by `load`.
    let rest = unsafe { &mut *(*stream).ctx.cast::<&[u8]>() };
    let count = rest.len().min(usize::try_from(size).unwrap_or(0)).min(777);
    let (now, later) = rest.split_at(count);
    // SAFETY: the plug-in passes room for `size` bytes.
    unsafe {
        buffer
            .cast::<u8>()
            .copy_from_nonoverlapping(now.as_ptr(), count)
    };
    *rest = later;
    i64::try_from(count).unwrap_or(-1)
}
