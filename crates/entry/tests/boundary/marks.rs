//! What a host shows and does at a parameter: marks, menus, and how many voices there are.

use std::ffi::{CStr, c_char, c_void};
use std::ptr;
use std::sync::Mutex;

use clap_sys::color::clap_color;
use clap_sys::events::{
    CLAP_EVENT_PARAM_GESTURE_BEGIN, CLAP_EVENT_PARAM_GESTURE_END, CLAP_EVENT_PARAM_VALUE,
};
use clap_sys::ext::context_menu::{
    CLAP_CONTEXT_MENU_ITEM_ENTRY, CLAP_CONTEXT_MENU_TARGET_KIND_GLOBAL,
    CLAP_CONTEXT_MENU_TARGET_KIND_PARAM, CLAP_EXT_CONTEXT_MENU, clap_context_menu_builder,
    clap_context_menu_entry, clap_context_menu_item_kind, clap_context_menu_target,
    clap_host_context_menu, clap_plugin_context_menu,
};
use clap_sys::ext::param_indication::{
    CLAP_EXT_PARAM_INDICATION, CLAP_EXT_PARAM_INDICATION_COMPAT,
    CLAP_PARAM_INDICATION_AUTOMATION_NONE, CLAP_PARAM_INDICATION_AUTOMATION_PLAYING,
    clap_plugin_param_indication,
};
use clap_sys::ext::voice_info::{
    CLAP_EXT_VOICE_INFO, CLAP_VOICE_INFO_SUPPORTS_OVERLAPPING_NOTES, clap_host_voice_info,
    clap_plugin_voice_info, clap_voice_info,
};
use clap_sys::host::clap_host;

use crate::host::{Block, Events, Instance, Received};
use crate::probe::{PLAIN, VOICES};

/// Index of the parameter `level`, whose values are 0 to 1 here and 0 to 2 in its own unit.
const LEVEL: u32 = 1;

fn target(id: u32) -> clap_context_menu_target {
    clap_context_menu_target {
        kind: CLAP_CONTEXT_MENU_TARGET_KIND_PARAM,
        id,
    }
}

#[test]
fn marks_are_kept_for_each_parameter_until_the_host_takes_them_back() {
    let instance = Instance::<PLAIN>::ready();
    for name in [CLAP_EXT_PARAM_INDICATION, CLAP_EXT_PARAM_INDICATION_COMPAT] {
        let marks: &clap_plugin_param_indication = instance.extension(name).unwrap();
        let (map, automate) = (marks.set_mapping.unwrap(), marks.set_automation.unwrap());
        let red = clap_color {
            alpha: 9,
            red: 255,
            green: 1,
            blue: 2,
        };
        let id = instance.param_id(LEVEL);
        let (playing, none) = (
            CLAP_PARAM_INDICATION_AUTOMATION_PLAYING,
            CLAP_PARAM_INDICATION_AUTOMATION_NONE,
        );
        assert_eq!(instance.say(c"mark"), "None");
        // SAFETY: calls CLAP knows, with C strings, colours and nothing.
        unsafe {
            map(
                instance.raw,
                id,
                true,
                &raw const red,
                c"K1".as_ptr(),
                ptr::null(),
            );
            automate(instance.raw, id, playing, ptr::null());
            // Of a parameter that there is not.
            automate(instance.raw, id.wrapping_add(1), playing, &raw const red);
            automate(ptr::null(), id, playing, &raw const red);
        }
        let mark = instance.say(c"mark");
        for part in ["color: Some([255, 1, 2])", "label: \"K1\"", "Playing"] {
            assert!(mark.contains(part), "{part} in {mark}");
        }
        // SAFETY: as above.
        unsafe {
            map(
                instance.raw,
                id,
                false,
                ptr::null(),
                ptr::null(),
                c"\xff".as_ptr(),
            );
            automate(instance.raw, id, none, &raw const red);
        }
        assert_eq!(instance.say(c"mark"), "None");
    }
}

/// Labels of what was added to a menu, and whether each can be chosen.
type Entries = Vec<(String, bool)>;

unsafe extern "C" fn add_item(
    builder: *const clap_context_menu_builder,
    kind: clap_context_menu_item_kind,
    item: *const c_void,
) -> bool {
    assert_eq!(kind, CLAP_CONTEXT_MENU_ITEM_ENTRY);
    // SAFETY: an entry, by its kind.
    let entry = unsafe { &*item.cast::<clap_context_menu_entry>() };
    // SAFETY: made by `menu_of`.
    let entries = unsafe { &mut *(*builder).ctx.cast::<Entries>() };
    // SAFETY: a C string.
    let label = unsafe { CStr::from_ptr(entry.label) };
    entries.push((label.to_str().unwrap().to_owned(), entry.is_enabled));
    true
}

/// What the plug-in adds to a menu; nothing if it refuses.
fn menu_of(instance: &Instance<PLAIN>, target: *const clap_context_menu_target) -> Option<Entries> {
    let mut entries = Entries::new();
    let builder = clap_context_menu_builder {
        ctx: ptr::from_mut(&mut entries).cast(),
        add_item: Some(add_item),
        supports: None,
    };
    let menu: &clap_plugin_context_menu = instance.extension(CLAP_EXT_CONTEXT_MENU).unwrap();
    // SAFETY: a call CLAP knows.
    let is_filled = unsafe { menu.populate.unwrap()(instance.raw, target, &raw const builder) };
    is_filled.then_some(entries)
}

#[test]
fn a_menu_at_a_parameter_has_our_entries_and_no_other_menu_has() {
    let instance = Instance::<PLAIN>::ready();
    let level = target(instance.param_id(LEVEL));
    let entries = menu_of(&instance, &raw const level).unwrap();
    let expected = [("Reset to default", true), ("Enter value\u{2026}", false)];
    assert_eq!(
        entries,
        expected.map(|(label, is_enabled)| (label.to_owned(), is_enabled))
    );
    let everything = clap_context_menu_target {
        kind: CLAP_CONTEXT_MENU_TARGET_KIND_GLOBAL,
        ..level
    };
    assert_eq!(menu_of(&instance, &raw const everything), None);
    let unknown = target(12_345);
    assert_eq!(menu_of(&instance, &raw const unknown), None);
    assert_eq!(menu_of(&instance, ptr::null()), None);
}

/// Chooses an entry of the menu at `level`.
fn choose(instance: &Instance<PLAIN>, action: u32) -> bool {
    let menu: &clap_plugin_context_menu = instance.extension(CLAP_EXT_CONTEXT_MENU).unwrap();
    let level = target(instance.param_id(LEVEL));
    // SAFETY: a call CLAP knows.
    unsafe { menu.perform.unwrap()(instance.raw, &raw const level, action) }
}

#[test]
fn a_parameter_is_reset_by_the_next_block_and_the_host_hears_of_it() {
    let instance = Instance::<PLAIN>::playing(64);
    instance.set(LEVEL, 0.5);
    assert_eq!(instance.fact("level"), "1");
    assert!(choose(&instance, 0));
    assert!(!choose(&instance, 0), "one waits already");
    let received = Received::default();
    let list = received.list();
    let mut block = Block::new(&[2], 64);
    let mut process = block.process();
    process.out_events = &raw const list;
    instance.process_raw(&raw const process);
    let expected = [
        CLAP_EVENT_PARAM_GESTURE_BEGIN,
        CLAP_EVENT_PARAM_VALUE,
        CLAP_EVENT_PARAM_GESTURE_END,
    ];
    assert_eq!(received.all(), expected.map(|type_| (type_, 0)));
    assert_eq!(instance.fact("level"), "0");
    assert!(choose(&instance, 0));
    instance.set(LEVEL, 0.25);
    assert_eq!(
        instance.fact("level"),
        "0.5",
        "the host's own is the newer one"
    );
    assert!(!choose(&instance, 1), "no window to type into");
    assert!(!choose(&instance, 2));
}

/// What the host was asked for.
static SHOWN: Mutex<Vec<(u32, i32, i32)>> = Mutex::new(Vec::new());
static CHANGED: Mutex<u32> = Mutex::new(0);

unsafe extern "C" fn popup(
    _host: *const clap_host,
    target: *const clap_context_menu_target,
    _screen: i32,
    x: i32,
    y: i32,
) -> bool {
    // SAFETY: the plug-in passes a target.
    SHOWN.lock().unwrap().push((unsafe { (*target).id }, x, y));
    true
}

unsafe extern "C" fn voices_changed(_host: *const clap_host) {
    *CHANGED.lock().unwrap() += 1;
}

unsafe extern "C" fn with_menu(_host: *const clap_host, id: *const c_char) -> *const c_void {
    static MENU: clap_host_context_menu = clap_host_context_menu {
        populate: None,
        perform: None,
        can_popup: None,
        popup: Some(popup),
    };
    static VOICES: clap_host_voice_info = clap_host_voice_info {
        changed: Some(voices_changed),
    };
    // SAFETY: the plug-in passes a C string.
    let id = unsafe { CStr::from_ptr(id) };
    if id == CLAP_EXT_CONTEXT_MENU {
        ptr::from_ref(&MENU).cast()
    } else if id == CLAP_EXT_VOICE_INFO {
        ptr::from_ref(&VOICES).cast()
    } else {
        ptr::null()
    }
}

#[test]
fn the_hosts_menu_is_shown_from_its_main_thread() {
    let mut instance = Instance::<PLAIN>::created();
    instance.host.raw.get_extension = Some(with_menu);
    assert!(instance.init());
    let before = instance.host.callbacks();
    assert_eq!(instance.say(c"menu"), "true");
    assert!(
        SHOWN.lock().unwrap().is_empty(),
        "not from where it was wanted"
    );
    assert!(instance.host.callbacks() > before);
    instance.on_main_thread();
    instance.on_main_thread();
    let id = instance.param_id(LEVEL);
    assert_eq!(*SHOWN.lock().unwrap(), [(id, 10, 20)]);
    assert_eq!(Instance::<PLAIN>::ready().say(c"menu"), "false");
}

#[test]
fn the_host_hears_of_another_number_of_voices_on_its_main_thread() {
    let mut instance = Instance::<VOICES>::created();
    instance.host.raw.get_extension = Some(with_menu);
    assert!(instance.init());
    let voices: &clap_plugin_voice_info = instance.extension(CLAP_EXT_VOICE_INFO).unwrap();
    let get = |info| {
        // SAFETY: a call CLAP knows.
        unsafe { voices.get.unwrap()(instance.raw, info) }
    };
    let told = || {
        let mut info = clap_voice_info {
            voice_count: 0,
            voice_capacity: 0,
            flags: 0,
        };
        assert!(get(&raw mut info));
        (info.voice_count, info.voice_capacity, info.flags)
    };
    let overlapping = CLAP_VOICE_INFO_SUPPORTS_OVERLAPPING_NOTES;
    assert_eq!(told(), (16, 16, overlapping), "before the plug-in has said");
    for (line, count, changes) in [
        (c"voices 8", 8, 0),
        (c"voices 4", 4, 1),
        (c"voices 4", 4, 1),
    ] {
        instance.say(line);
        instance.on_main_thread();
        assert_eq!(told(), (count, 16, overlapping));
        assert_eq!(*CHANGED.lock().unwrap(), changes);
    }
    assert!(!get(ptr::null_mut()));
    let silent = Events::new();
    assert!(instance.activate(48_000.0, 1, 64) && instance.start());
    instance.process(&mut Block::new(&[2], 64), &silent);
}
