//! Saved state: foreign bytes, lying streams, and a plug-in that panics over them.

use std::cell::RefCell;
use std::ffi::{CStr, c_void};
use std::ptr;
use std::time::{Duration, Instant};

use clap_sys::ext::state::{CLAP_EXT_STATE, clap_plugin_state};
use clap_sys::ext::state_context::{CLAP_EXT_STATE_CONTEXT, clap_plugin_state_context};
use clap_sys::stream::{clap_istream, clap_ostream};

use crate::host::Instance;
use crate::probe::{IN_SAVE, PLAIN};

struct Source<'a> {
    bytes: RefCell<&'a [u8]>,
    /// Added to the number of bytes it says it read.
    lie: i64,
}

unsafe extern "C" fn read(stream: *const clap_istream, buffer: *mut c_void, size: u64) -> i64 {
    // SAFETY: made by `load_from`.
    let source = unsafe { &*(*stream).ctx.cast::<Source<'_>>() };
    let mut bytes = source.bytes.borrow_mut();
    // In small portions, as some hosts do.
    let count = bytes.len().min(size as usize).min(7);
    let (now, later) = bytes.split_at(count);
    // SAFETY: room for `size` bytes.
    unsafe {
        buffer
            .cast::<u8>()
            .copy_from_nonoverlapping(now.as_ptr(), count)
    };
    *bytes = later;
    count as i64 + source.lie
}

unsafe extern "C" fn write(stream: *const clap_ostream, buffer: *const c_void, size: u64) -> i64 {
    // SAFETY: made by `save`.
    let target = unsafe { &*(*stream).ctx.cast::<RefCell<Vec<u8>>>() };
    let count = (size as usize).min(5);
    // SAFETY: `size` bytes to read.
    let bytes = unsafe { std::slice::from_raw_parts(buffer.cast::<u8>(), count) };
    target.borrow_mut().extend_from_slice(bytes);
    count as i64
}

unsafe extern "C" fn boast(_: *const clap_ostream, _: *const c_void, size: u64) -> i64 {
    size as i64 + 1_000
}

fn extension(instance: &Instance<PLAIN>) -> &clap_plugin_state {
    instance.extension(CLAP_EXT_STATE).unwrap()
}

fn save(instance: &Instance<PLAIN>) -> Option<Vec<u8>> {
    let target = RefCell::new(Vec::new());
    let stream = clap_ostream {
        ctx: ptr::from_ref(&target).cast_mut().cast(),
        write: Some(write),
    };
    // SAFETY: a call CLAP knows.
    let saved = unsafe { extension(instance).save.unwrap()(instance.raw, &raw const stream) };
    saved.then(|| target.into_inner())
}

fn load_from(instance: &Instance<PLAIN>, bytes: &[u8], lie: i64) -> bool {
    let source = Source {
        bytes: RefCell::new(bytes),
        lie,
    };
    let stream = clap_istream {
        ctx: ptr::from_ref(&source).cast_mut().cast(),
        read: Some(read),
    };
    // SAFETY: a call CLAP knows.
    unsafe { extension(instance).load.unwrap()(instance.raw, &raw const stream) }
}

/// The framework's form: the length in eight bytes, then JSON.
fn form(version: &str, params: &str, text: &str) -> Vec<u8> {
    let json =
        format!(r#"{{"version":"{version}","params":{{{params}}},"fields":{{"text":"{text}"}}}}"#);
    let mut bytes = (json.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(json.as_bytes());
    bytes
}

fn load(instance: &Instance<PLAIN>, params: &str) -> bool {
    load_from(instance, &form("1.2.3", params, "loaded"), 0)
}

#[test]
fn loading_what_was_saved_restores_it() {
    let instance = Instance::ready();
    instance.set(1, 0.5);
    let bytes = save(&instance).unwrap();
    let other = Instance::ready();
    assert!(load(&other, ""));
    assert_eq!(other.fact("text"), "loaded");
    assert!(load_from(&other, &bytes, 0));
    assert_eq!(other.fact("level"), "1");
    assert_eq!(other.fact("text"), "saved");
    assert_eq!(save(&other).unwrap(), bytes);
}

/// Has the plug-in ask for a state from another thread, and waits until the host has heard of it.
fn ask_later(instance: &Instance<PLAIN>, line: &CStr) {
    let before = instance.host.callbacks();
    instance.say(line);
    let start = Instant::now();
    while instance.host.callbacks() == before {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "nothing was heard"
        );
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_state_that_the_plug_in_asks_for_is_loaded_on_the_main_thread_and_not_before() {
    let instance = Instance::ready();
    instance.set(1, 0.5);
    ask_later(&instance, c"later chosen");
    assert_eq!(instance.fact("text"), "saved");
    instance.on_main_thread();
    assert_eq!(instance.fact("text"), "chosen");
    assert_eq!(instance.fact("level"), "1", "it was the state as it stood");

    ask_later(&instance, c"later panic");
    instance.on_main_thread();
    assert_eq!(instance.fact("text"), "chosen");
    assert_eq!(instance.fact("panics"), "1");
}

#[test]
fn whole_numbers_out_of_range_are_brought_into_it() {
    let instance = Instance::ready();
    for (loaded, kept) in [
        (i32::MIN, "0"),
        (i32::MAX, "10"),
        (-1, "0"),
        (11, "10"),
        (7, "7"),
    ] {
        assert!(load(&instance, &format!(r#""fault":{{"i32":{loaded}}}"#)));
        assert_eq!(instance.fact("fault"), kept);
    }
    instance.set_fault(0);
}

#[test]
fn real_numbers_out_of_range_are_brought_into_it() {
    let instance = Instance::ready();
    for (loaded, kept) in [("-1e30", "0"), ("1e300", "2"), ("2.5", "2"), ("1.5", "1.5")] {
        assert!(load(&instance, &format!(r#""level":{{"f32":{loaded}}}"#)));
        assert_eq!(instance.fact("level"), kept);
    }
}

#[test]
fn unknown_choices_are_left_out() {
    let instance = Instance::ready();
    assert!(load(&instance, r#""shape":{"i32":1}"#));
    assert_eq!(instance.fact("shape"), "Steep");
    for loaded in [-1, 2, i32::MAX, i32::MIN] {
        assert!(load(&instance, &format!(r#""shape":{{"i32":{loaded}}}"#)));
        assert_eq!(instance.fact("shape"), "Steep");
    }
}

#[test]
fn values_of_the_wrong_kind_and_unknown_names_are_passed_over() {
    let instance = Instance::ready();
    let params = r#""level":{"i32":3},"fault":{"bool":true},"nobody":{"f32":1.0}"#;
    assert!(load(&instance, params));
    assert_eq!(instance.fact("level"), "0");
}

#[test]
fn state_cut_at_any_byte_fails() {
    let instance = Instance::ready();
    let bytes = form("1.2.3", r#""level":{"f32":1.0}"#, "loaded");
    for length in 0..bytes.len() {
        assert!(!load_from(&instance, &bytes[..length], 0), "{length} bytes");
    }
    assert_eq!(instance.fact("level"), "0");
    assert!(load_from(&instance, &bytes, 0));
}

#[test]
fn impossible_length_fails() {
    let instance = Instance::ready();
    for length in [u64::MAX, 1 << 40, (1 << 28) + 1] {
        assert!(!load_from(&instance, &length.to_le_bytes(), 0));
    }
}

#[test]
fn stream_that_claims_more_than_it_read_fails() {
    let instance = Instance::ready();
    let bytes = form("1.2.3", "", "loaded");
    for lie in [1_000, i64::from(i32::MAX), -1_000] {
        assert!(!load_from(&instance, &bytes, lie));
    }
}

#[test]
fn stream_that_claims_more_than_it_wrote_fails() {
    let instance = Instance::<PLAIN>::ready();
    let stream = clap_ostream {
        ctx: ptr::null_mut(),
        write: Some(boast),
    };
    // SAFETY: a call CLAP knows.
    assert!(!unsafe { extension(&instance).save.unwrap()(instance.raw, &raw const stream) });
}

#[test]
fn streams_may_be_null_or_lack_their_function() {
    let instance = Instance::<PLAIN>::ready();
    let input = clap_istream {
        ctx: ptr::null_mut(),
        read: None,
    };
    let output = clap_ostream {
        ctx: ptr::null_mut(),
        write: None,
    };
    let state = extension(&instance);
    // SAFETY: calls CLAP knows.
    unsafe {
        assert!(!state.save.unwrap()(instance.raw, ptr::null()));
        assert!(!state.load.unwrap()(instance.raw, ptr::null()));
        assert!(!state.save.unwrap()(instance.raw, &raw const output));
        assert!(!state.load.unwrap()(instance.raw, &raw const input));
    }
}

#[test]
fn panic_while_saving_fails_the_save() {
    let instance = Instance::ready();
    instance.set_fault(IN_SAVE);
    assert!(save(&instance).is_none());
    assert_eq!(
        instance.notices(),
        ["Saving or loading the state failed: save on demand."]
    );
    instance.set_fault(0);
    assert!(save(&instance).is_some());
}

#[test]
fn panic_while_loading_fails_the_load() {
    let instance = Instance::ready();
    assert!(!load_from(&instance, &form("1.2.3", "", "panic"), 0));
    assert_eq!(
        instance.notices(),
        ["Saving or loading the state failed: load on demand."]
    );
    assert_eq!(instance.fact("text"), "saved");
    assert!(load(&instance, ""));
}

#[test]
fn panic_while_migrating_applies_nothing() {
    let instance = Instance::ready();
    assert!(!load_from(
        &instance,
        &form("panic", r#""level":{"f32":1.0}"#, "loaded"),
        0
    ));
    assert_eq!(
        instance.notices(),
        ["Saving or loading the state failed: filter on demand."]
    );
    assert_eq!(instance.fact("level"), "0");
    assert_eq!(instance.fact("text"), "saved");
}

#[test]
fn a_state_in_any_context_is_the_same_state() {
    let instance = Instance::<PLAIN>::ready();
    instance.set(0, 0.25);
    let plain = save(&instance).unwrap();
    let contexts: &clap_plugin_state_context = instance.extension(CLAP_EXT_STATE_CONTEXT).unwrap();
    for context in 0..5 {
        let target = RefCell::new(Vec::<u8>::new());
        let stream = clap_ostream {
            ctx: ptr::from_ref(&target).cast_mut().cast(),
            write: Some(write),
        };
        // SAFETY: a call CLAP knows, with contexts it does not know among them.
        let saved = unsafe { contexts.save.unwrap()(instance.raw, &raw const stream, context) };
        assert_eq!(saved, (1..=3).contains(&context), "context {context}");
        let source = Source {
            bytes: RefCell::new(&plain),
            lie: 0,
        };
        let stream = clap_istream {
            ctx: ptr::from_ref(&source).cast_mut().cast(),
            read: Some(read),
        };
        // SAFETY: as above.
        let loaded = unsafe { contexts.load.unwrap()(instance.raw, &raw const stream, context) };
        assert_eq!(loaded, saved);
        if saved {
            assert_eq!(target.into_inner(), plain);
        }
    }
}
