//! Saving and loading: one state for both formats, and streams of every kind.

use std::ptr;

use vst3::ComWrapper;
use vst3::Steinberg::Vst::*;
use vst3::Steinberg::*;

use crate::objects::Stream;
use crate::rig::Rig;

/// A component with a level of its own.
fn changed() -> (Rig, u32) {
    let rig = Rig::new();
    let level = rig.titled("Level").id;
    unsafe { rig.controller.setParamNormalized(level, 0.875) };
    (rig, level)
}

#[test]
fn state_is_clap_s_with_its_length_before_it() {
    let (rig, level) = changed();
    let saved = rig.save();
    let (length, rest) = saved.split_first_chunk::<8>().unwrap();
    assert_eq!(u64::from_le_bytes(*length), rest.len() as u64);
    let other = Rig::new();
    assert_eq!(other.load(&saved), kResultOk);
    assert_eq!(other.value(level), 0.875);
}

#[test]
fn state_of_the_framework_s_own_export_is_read() {
    let (rig, level) = changed();
    let without_length = rig.save().split_off(8);
    let other = Rig::new();
    assert_eq!(other.load(&without_length), kResultOk);
    assert_eq!(other.value(level), 0.875);
}

#[test]
fn state_in_small_portions_is_whole() {
    let (rig, level) = changed();
    let stream = ComWrapper::new(Stream::in_portions(7));
    let raw = stream.as_com_ref::<IBStream>().unwrap().as_ptr();
    assert_eq!(unsafe { rig.component.getState(raw) }, kResultOk);
    let other = Rig::new();
    assert_eq!(unsafe { other.component.setState(raw) }, kResultOk);
    assert_eq!(other.value(level), 0.875);
}

#[test]
fn state_that_is_none_changes_nothing() {
    let (rig, level) = changed();
    let saved = rig.save();
    let mut broken = saved.clone();
    for byte in &mut broken[8..] {
        *byte = !*byte;
    }
    let cuts = (0..saved.len()).map(|end| saved[..end].to_vec());
    for state in cuts.chain([broken, b"nonsense".to_vec(), vec![0; 64]]) {
        assert_ne!(rig.load(&state), kResultOk, "{} bytes", state.len());
        assert_eq!(rig.value(level), 0.875);
    }
    assert_ne!(
        unsafe { rig.component.setState(ptr::null_mut()) },
        kResultOk
    );
    assert_ne!(
        unsafe { rig.component.getState(ptr::null_mut()) },
        kResultOk
    );
    assert_eq!(rig.load(&saved), kResultOk);
}

#[test]
fn controller_has_no_state_of_its_own() {
    let (rig, level) = changed();
    let stream = ComWrapper::new(Stream::of(b"anything"));
    let raw = stream.as_com_ref::<IBStream>().unwrap().as_ptr();
    unsafe {
        assert_eq!(rig.controller.setComponentState(raw), kResultOk);
        assert_eq!(rig.controller.setState(raw), kResultOk);
        assert_eq!(rig.controller.getState(raw), kResultOk);
    }
    assert_eq!(stream.bytes.borrow().len(), 8);
    assert_eq!(rig.value(level), 0.875);
}

#[test]
fn state_loaded_while_blocks_come_is_played() {
    let (rig, level) = changed();
    let saved = rig.save();
    let other = Rig::playing();
    other.play(&[], &[]);
    assert_eq!(other.load(&saved), kResultOk);
    other.play(&[], &[]);
    other.play(&[], &[]);
    assert_eq!(other.value(level), 0.875);
    assert_eq!(other.log.lock().unwrap().levels.last().unwrap().1, 1.75);
}
