//! What a scan sees, and which interfaces an instance has.

use std::ffi::{c_char, c_void};
use std::ptr;

use vst3::Interface;
use vst3::Steinberg::Vst::*;
use vst3::Steinberg::*;

use crate::rig::{Rig, factory, wide};

/// A text of bytes.
fn narrow(text: &[c_char]) -> String {
    let bytes = text.iter().map(|byte| byte.to_ne_bytes()[0]);
    String::from_utf8(bytes.take_while(|byte| *byte != 0).collect()).unwrap()
}

#[test]
fn class_says_who_it_is() {
    let factory = factory();
    unsafe {
        assert_eq!(factory.countClasses(), 1);
        let mut info = std::mem::zeroed::<PClassInfo2>();
        assert_eq!(factory.getClassInfo2(0, &raw mut info), kResultOk);
        assert_eq!(narrow(&info.category), "Audio Module Class");
        assert_eq!(narrow(&info.subCategories), "Instrument|Synth|Sampler");
        assert_eq!(narrow(&info.name), "Recorder");
        assert_eq!(narrow(&info.version), "1.2.3");
        let mut info = std::mem::zeroed::<PClassInfoW>();
        assert_eq!(factory.getClassInfoUnicode(0, &raw mut info), kResultOk);
        assert_eq!(wide(&info.name), "Recorder");
        assert_eq!(wide(&info.vendor), "Tests");
        let mut info = std::mem::zeroed::<PFactoryInfo>();
        assert_eq!(factory.getFactoryInfo(&raw mut info), kResultOk);
        assert_eq!(narrow(&info.url), "https://example.org");
    }
}

#[test]
fn class_has_its_bytes_in_the_order_of_the_system() {
    let mut info = unsafe { std::mem::zeroed::<PClassInfo>() };
    unsafe { factory().getClassInfo(0, &raw mut info) };
    let bytes = info.cid.map(|byte| byte.to_ne_bytes()[0]);
    let expected = if cfg!(windows) {
        *b"oceRdrre"
    } else {
        *b"Recorder"
    };
    assert_eq!(bytes[..8], expected);
    assert_eq!(bytes[8..], *b".of.test");
}

#[test]
fn what_is_not_there_is_refused() {
    let factory = factory();
    let mut object = ptr::null_mut::<c_void>();
    let iid = IComponent::IID.as_ptr().cast();
    let unknown = [1; 16];
    unsafe {
        let result = factory.createInstance(unknown.as_ptr(), iid, &raw mut object);
        assert_ne!(result, kResultOk);
        assert!(object.is_null());
        assert_ne!(
            factory.createInstance(ptr::null(), iid, &raw mut object),
            kResultOk
        );
        let mut info = std::mem::zeroed::<PClassInfo>();
        assert_ne!(factory.getClassInfo(1, &raw mut info), kResultOk);
        assert_ne!(factory.getClassInfo(-1, &raw mut info), kResultOk);
        assert_ne!(factory.getClassInfo(0, ptr::null_mut()), kResultOk);
    }
}

#[test]
fn one_object_has_every_interface() {
    let rig = Rig::new();
    macro_rules! has {
        ($($interface:ty),+ $(,)?) => {
            $(assert!(rig.component.cast::<$interface>().is_some(), stringify!($interface));)+
        };
    }
    has!(
        FUnknown,
        IPluginBase,
        IAudioProcessor,
        IEditController,
        IEditController2,
        IMidiMapping,
        IUnitInfo,
        INoteExpressionController,
        IProcessContextRequirements,
        IPrefetchableSupport,
    );
    assert!(rig.component.cast::<IPlugView>().is_none());
    let mut class = [0; 16];
    assert_ne!(
        unsafe { rig.component.getControllerClassId(&raw mut class) },
        kResultOk,
        "there is no other class"
    );
}

#[test]
fn host_may_run_ahead_and_is_asked_for_what_is_read() {
    let rig = Rig::new();
    let mut support = 0;
    let result = unsafe {
        rig.cast::<IPrefetchableSupport>()
            .getPrefetchableSupport(&raw mut support)
    };
    assert_eq!((result, support), (kResultOk, 1));
    let needs = unsafe {
        rig.cast::<IProcessContextRequirements>()
            .getProcessContextRequirements()
    };
    assert_ne!(needs & 1 << 1, 0, "the steady count");
    assert_eq!(needs & 1, 0, "not the system's time");
}
