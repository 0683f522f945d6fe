//! Entry, factory, descriptor and extensions, asked properly and otherwise.

use std::ffi::{CStr, c_char, c_void};
use std::ptr;

use clap_sys::ext::audio_ports::{CLAP_EXT_AUDIO_PORTS, clap_plugin_audio_ports};
use clap_sys::ext::audio_ports_config::{
    CLAP_EXT_AUDIO_PORTS_CONFIG, clap_plugin_audio_ports_config,
};
use clap_sys::ext::latency::{CLAP_EXT_LATENCY, clap_plugin_latency};
use clap_sys::ext::note_ports::{CLAP_EXT_NOTE_PORTS, clap_plugin_note_ports};
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_host_params};
use clap_sys::ext::remote_controls::{CLAP_EXT_REMOTE_CONTROLS, clap_plugin_remote_controls};
use clap_sys::ext::render::{CLAP_EXT_RENDER, CLAP_RENDER_OFFLINE, clap_plugin_render};
use clap_sys::ext::tail::{CLAP_EXT_TAIL, clap_plugin_tail};
use clap_sys::factory::plugin_factory::CLAP_PLUGIN_FACTORY_ID;
use clap_sys::factory::preset_discovery::{
    CLAP_PRESET_DISCOVERY_FACTORY_ID, clap_preset_discovery_factory,
};
use clap_sys::host::clap_host;
use dmus_entry::Entry;

use crate::host::{Block, Events, Host, ID, Instance, all, c_string, factory};
use crate::probe::{BAD_DEFAULT, BAD_EXECUTOR, BAD_PARAMS, MULTI, PLAIN, Probe};

/// Whether the factory makes an instance; it is not destroyed.
fn creates<const KIND: u8>(host: *const clap_host, id: *const c_char) -> bool {
    let create = factory::<KIND>().create_plugin.unwrap();
    // SAFETY: null, or whole.
    unsafe { !create(factory::<KIND>(), host, id).is_null() }
}

#[test]
fn entry_answers_only_to_the_factory_it_has() {
    let entry = Entry::<Probe<PLAIN>>::ENTRY;
    // SAFETY: calls CLAP knows.
    unsafe {
        assert!(entry.init.unwrap()(ptr::null()));
        assert!(entry.init.unwrap()(c"/nowhere".as_ptr()));
        assert!(entry.get_factory.unwrap()(ptr::null()).is_null());
        assert!(entry.get_factory.unwrap()(c"clap.other-factory".as_ptr()).is_null());
        assert!(!entry.get_factory.unwrap()(CLAP_PLUGIN_FACTORY_ID.as_ptr()).is_null());
        entry.deinit.unwrap()();
    }
}

#[test]
fn a_plug_in_without_presets_has_no_provider_of_them() {
    let entry = Entry::<Probe<PLAIN>>::ENTRY;
    // SAFETY: calls CLAP knows; a factory lives as long as the library.
    unsafe {
        let factory = entry.get_factory.unwrap()(CLAP_PRESET_DISCOVERY_FACTORY_ID.as_ptr());
        let factory = factory.cast::<clap_preset_discovery_factory>();
        assert_eq!((*factory).count.unwrap()(factory), 0);
        assert!((*factory).get_descriptor.unwrap()(factory, 0).is_null());
        let create = (*factory).create.unwrap();
        assert!(create(factory, ptr::null(), c"x".as_ptr()).is_null());
        assert!(create(factory, ptr::null(), ptr::null()).is_null());
    }
}

#[test]
fn descriptor_is_the_plug_ins() {
    let describe = factory::<PLAIN>().get_plugin_descriptor.unwrap();
    // SAFETY: calls CLAP knows; descriptors live as long as the library.
    unsafe {
        assert_eq!(
            factory::<PLAIN>().get_plugin_count.unwrap()(factory::<PLAIN>()),
            1
        );
        let descriptor = &*describe(factory::<PLAIN>(), 0);
        assert_eq!(CStr::from_ptr(descriptor.id), ID);
        assert_eq!(CStr::from_ptr(descriptor.name), c"Probe");
        assert_eq!(CStr::from_ptr(descriptor.version), c"1.2.3");
        assert_eq!(CStr::from_ptr(*descriptor.features), c"instrument");
        assert!(describe(factory::<PLAIN>(), 1).is_null());
        let instance = Instance::<PLAIN>::created();
        assert_eq!((*instance.raw).desc, ptr::from_ref(descriptor));
    }
}

#[test]
fn create_wants_a_host_and_its_own_identifier() {
    let host = Host::new();
    assert!(!creates::<PLAIN>(ptr::null(), ID.as_ptr()));
    assert!(!creates::<PLAIN>(&raw const *host.raw, ptr::null()));
    assert!(!creates::<PLAIN>(
        &raw const *host.raw,
        c_string("org.example.other").as_ptr()
    ));
}

#[test]
fn create_wants_every_basic_function_of_the_host() {
    let cases: [fn(&mut clap_host); 4] = [
        |host| host.get_extension = None,
        |host| host.request_callback = None,
        |host| host.request_process = None,
        |host| host.request_restart = None,
    ];
    for take_away in cases {
        let mut host = Host::new();
        take_away(&mut host.raw);
        assert!(!creates::<PLAIN>(&raw const *host.raw, ID.as_ptr()));
    }
}

#[test]
fn plug_in_that_panics_while_it_is_made_is_refused() {
    let host = Host::new();
    assert!(!creates::<BAD_DEFAULT>(&raw const *host.raw, ID.as_ptr()));
    assert!(!creates::<BAD_PARAMS>(&raw const *host.raw, ID.as_ptr()));
    assert!(!creates::<BAD_EXECUTOR>(&raw const *host.raw, ID.as_ptr()));
}

static HALF_PARAMS: clap_host_params = clap_host_params {
    rescan: None,
    clear: None,
    request_flush: None,
};

unsafe extern "C" fn half_extension(_host: *const clap_host, id: *const c_char) -> *const c_void {
    // SAFETY: the plug-in passes a C string.
    if unsafe { CStr::from_ptr(id) } == CLAP_EXT_PARAMS {
        ptr::from_ref(&HALF_PARAMS).cast()
    } else {
        ptr::null()
    }
}

#[test]
fn init_refuses_a_host_whose_extension_has_no_functions() {
    let mut instance = Instance::<PLAIN>::created();
    instance.host.raw.get_extension = Some(half_extension);
    assert!(!instance.init());
    assert!(!instance.activate(48_000.0, 1, 64));
}

#[test]
fn unknown_extensions_are_null() {
    let instance = Instance::<PLAIN>::ready();
    for id in [
        c"clap.nothing",
        c"",
        c"org.example.report/2",
        c"clap.voice-info",
    ] {
        assert!(instance.extension::<u8>(id).is_none());
    }
    // SAFETY: a call CLAP knows.
    let none = unsafe { (*instance.raw).get_extension.unwrap()(instance.raw, ptr::null()) };
    assert!(none.is_null());
}

#[test]
fn audio_ports_have_the_layouts_names_and_sizes() {
    let instance = Instance::<MULTI>::ready();
    let ports: &clap_plugin_audio_ports = instance.extension(CLAP_EXT_AUDIO_PORTS).unwrap();
    // SAFETY: calls CLAP knows, with room for the answer.
    unsafe {
        let mut info = std::mem::zeroed();
        assert_eq!(ports.count.unwrap()(instance.raw, false), 2);
        assert_eq!(ports.count.unwrap()(instance.raw, true), 0);
        let get = ports.get.unwrap();
        assert!(get(instance.raw, 0, false, &raw mut info));
        assert_eq!(CStr::from_ptr(info.name.as_ptr()), c"Main Mix");
        assert_eq!((info.channel_count, info.flags), (2, 1));
        assert!(get(instance.raw, 1, false, &raw mut info));
        assert_eq!(CStr::from_ptr(info.name.as_ptr()), c"Auxiliary Output");
        assert!(!get(instance.raw, 2, false, &raw mut info));
        assert!(!get(instance.raw, 0, true, &raw mut info));
        assert!(!get(instance.raw, 0, false, ptr::null_mut()));
    }
}

#[test]
fn layout_can_be_chosen_only_while_inactive() {
    let instance = Instance::<MULTI>::ready();
    let config: &clap_plugin_audio_ports_config =
        instance.extension(CLAP_EXT_AUDIO_PORTS_CONFIG).unwrap();
    let select = config.select.unwrap();
    let mut block = Block::new(&[2, 2], 8);
    // SAFETY: calls CLAP knows.
    unsafe {
        assert_eq!(config.count.unwrap()(instance.raw), 2);
        assert!(!config.get.unwrap()(
            instance.raw,
            2,
            &raw mut *Box::new(std::mem::zeroed())
        ));
        assert!(!config.get.unwrap()(instance.raw, 0, ptr::null_mut()));
        assert!(!select(instance.raw, 2));
        assert!(select(instance.raw, 1));
        assert!(instance.activate(48_000.0, 1, 8));
        assert!(!select(instance.raw, 0));
    }
    instance.process(&mut block, &Events::new().note_on(0, 60));
    assert!(all(block.out(0, 0), 0.5));
    assert!(all(block.out(0, 1), 0.0) && all(block.out(1, 0), 0.0));
}

#[test]
fn parameters_are_asked_for_within_their_number() {
    let instance = Instance::<PLAIN>::ready();
    let params = instance.params();
    // SAFETY: calls CLAP knows, with room for the answer.
    unsafe {
        assert_eq!(params.count.unwrap()(instance.raw), 3);
        let mut info = std::mem::zeroed();
        for index in [3, 4, u32::MAX] {
            assert!(!params.get_info.unwrap()(
                instance.raw,
                index,
                &raw mut info
            ));
        }
        assert!(!params.get_info.unwrap()(instance.raw, 0, ptr::null_mut()));
        let mut value = 0.0;
        assert!(!params.get_value.unwrap()(
            instance.raw,
            12_345,
            &raw mut value
        ));
        assert!(!params.get_value.unwrap()(
            instance.raw,
            instance.param_id(0),
            ptr::null_mut()
        ));
    }
}

#[test]
fn parameter_texts_go_both_ways() {
    let instance = Instance::<PLAIN>::ready();
    let (params, fault) = (instance.params(), instance.param_id(0));
    // SAFETY: calls CLAP knows, with as much room as they are told.
    unsafe {
        let mut text = [1_u8; 8];
        let to_text = params.value_to_text.unwrap();
        assert!(to_text(
            instance.raw,
            fault,
            3.0,
            text.as_mut_ptr().cast(),
            8
        ));
        assert_eq!(CStr::from_bytes_until_nul(&text).unwrap(), c"fault 3");
        assert!(to_text(
            instance.raw,
            fault,
            3.0,
            text.as_mut_ptr().cast(),
            3
        ));
        assert_eq!(&text[..4], b"fa\0l");
        assert!(to_text(
            instance.raw,
            fault,
            3.0,
            text.as_mut_ptr().cast(),
            0
        ));
        assert!(!to_text(instance.raw, fault, 3.0, ptr::null_mut(), 8));
        assert!(!to_text(
            instance.raw,
            12_345,
            3.0,
            text.as_mut_ptr().cast(),
            8
        ));
        let mut value = 0.0;
        let to_value = params.text_to_value.unwrap();
        assert!(to_value(
            instance.raw,
            fault,
            c"fault 4".as_ptr(),
            &raw mut value
        ));
        assert_eq!(value, 4.0);
        assert!(!to_value(
            instance.raw,
            fault,
            c"nonsense".as_ptr(),
            &raw mut value
        ));
        assert!(!to_value(
            instance.raw,
            fault,
            c"\xFF".as_ptr(),
            &raw mut value
        ));
        assert!(!to_value(instance.raw, fault, ptr::null(), &raw mut value));
        assert!(!to_value(
            instance.raw,
            fault,
            c"fault 4".as_ptr(),
            ptr::null_mut()
        ));
    }
}

#[test]
fn remaining_extensions_answer() {
    let instance = Instance::<PLAIN>::playing(64);
    let latency: &clap_plugin_latency = instance.extension(CLAP_EXT_LATENCY).unwrap();
    let notes: &clap_plugin_note_ports = instance.extension(CLAP_EXT_NOTE_PORTS).unwrap();
    let pages: &clap_plugin_remote_controls = instance.extension(CLAP_EXT_REMOTE_CONTROLS).unwrap();
    let render: &clap_plugin_render = instance.extension(CLAP_EXT_RENDER).unwrap();
    let tail: &clap_plugin_tail = instance.extension(CLAP_EXT_TAIL).unwrap();
    instance.process(&mut Block::new(&[2], 64), &Events::new());
    // SAFETY: calls CLAP knows.
    unsafe {
        assert_eq!(latency.get.unwrap()(instance.raw), 64);
        assert_eq!(notes.count.unwrap()(instance.raw, true), 1);
        assert!(!notes.get.unwrap()(instance.raw, 0, true, ptr::null_mut()));
        assert_eq!(pages.count.unwrap()(instance.raw), 0);
        assert!(!pages.get.unwrap()(instance.raw, 0, ptr::null_mut()));
        assert!(!render.has_hard_realtime_requirement.unwrap()(instance.raw));
        assert!(render.set.unwrap()(instance.raw, CLAP_RENDER_OFFLINE));
        assert_eq!(tail.get.unwrap()(instance.raw), u32::MAX);
        assert_eq!(tail.get.unwrap()(ptr::null()), 0);
    }
}
