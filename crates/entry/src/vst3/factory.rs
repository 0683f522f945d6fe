//! The factory: what a scan sees of the class, and the making of its instances.
//!
//! Thread: any. Nothing here reads a file, opens a device or uses the network.

use std::ffi::{c_char, c_void};
use std::ptr;

use vst3::Steinberg::{
    FIDString, FUnknown, IPluginFactory, IPluginFactory2, IPluginFactory2Trait, IPluginFactory3,
    IPluginFactory3Trait, IPluginFactoryTrait, PClassInfo, PClassInfo2, PClassInfoW, PFactoryInfo,
    TUID, kInvalidArgument, kNoInterface, kOutOfMemory, kResultOk, tresult,
};
use vst3::{Class, ComWrapper, Interface};

use super::Facts;
use super::binding::{FAILED, blank, give, read};
use super::component::Component;
use super::core::Core;
use super::text::{write_bytes, write_wide};
use crate::clap::quietly;

/// Any number of instances can be made.
const MANY: i32 = i32::MAX;
/// Names are in UTF-16 too.
const UNICODE: i32 = 1 << 4;
/// The one kind of class that there is.
const CATEGORY: &str = "Audio Module Class";
/// The version of the interfaces.
const SDK: &str = "VST 3.7";
/// The order of this factory's classes never changes.
const FIRST: i32 = 0;

struct Factory {
    facts: &'static Facts,
}

impl Class for Factory {
    type Interfaces = (IPluginFactory, IPluginFactory2, IPluginFactory3);
}

/// A factory for the host to hold.
pub(super) fn make(facts: &'static Facts) -> *mut c_void {
    let factory = ComWrapper::new(Factory { facts });
    let factory = factory.to_com_ptr::<IPluginFactory>();
    factory.map_or(ptr::null_mut(), |factory| factory.into_raw().cast())
}

impl Factory {
    fn class(&self) -> TUID {
        self.facts
            .class_id
            .map(|byte| c_char::from_ne_bytes([byte]))
    }
}

impl IPluginFactoryTrait for Factory {
    unsafe fn getFactoryInfo(&self, info: *mut PFactoryInfo) -> tresult {
        quietly(FAILED, || {
            // SAFETY: numbers and arrays of numbers.
            let mut found: PFactoryInfo = unsafe { blank() };
            write_bytes(&mut found.vendor, self.facts.vendor);
            write_bytes(&mut found.url, self.facts.url);
            write_bytes(&mut found.email, self.facts.email);
            found.flags = UNICODE;
            // SAFETY: the host passes null or memory for one.
            unsafe { give(info, found) }
        })
    }

    unsafe fn countClasses(&self) -> i32 {
        1
    }

    unsafe fn getClassInfo(&self, index: i32, info: *mut PClassInfo) -> tresult {
        quietly(FAILED, || {
            if index != FIRST {
                return kInvalidArgument;
            }
            // SAFETY: numbers and arrays of numbers.
            let mut found: PClassInfo = unsafe { blank() };
            found.cid = self.class();
            found.cardinality = MANY;
            write_bytes(&mut found.category, CATEGORY);
            write_bytes(&mut found.name, self.facts.name);
            // SAFETY: the host passes null or memory for one.
            unsafe { give(info, found) }
        })
    }

    unsafe fn createInstance(
        &self,
        class: FIDString,
        interface: FIDString,
        object: *mut *mut c_void,
    ) -> tresult {
        quietly(FAILED, || {
            // SAFETY: the host passes null or sixteen bytes.
            let wanted = unsafe { read(class.cast::<TUID>()) };
            if interface.is_null() || object.is_null() || wanted != Some(self.class()) {
                return kInvalidArgument;
            }
            // SAFETY: not null, and the host passes memory for one.
            unsafe { object.write_unaligned(ptr::null_mut()) };
            let Some(core) = Core::new(self.facts) else {
                return kOutOfMemory;
            };
            let component = ComWrapper::new(Component(core));
            // SAFETY: the host passes sixteen bytes, and memory for one address.
            unsafe { query(&component, interface, object) }
        })
    }
}

/// Hands out one interface of a component.
///
/// # Safety
/// `interface` leads to sixteen bytes, `object` to memory for one address.
unsafe fn query(
    component: &ComWrapper<Component>,
    interface: FIDString,
    object: *mut *mut c_void,
) -> tresult {
    let Some(unknown) = component.as_com_ref::<FUnknown>() else {
        return kNoInterface;
    };
    let pointer = unknown.as_ptr();
    // SAFETY: our own object, alive here.
    let table = unsafe { (*pointer).vtbl };
    // SAFETY: every object has a table.
    let query = unsafe { (*table).queryInterface };
    // SAFETY: our own object and function; the rest is our caller's promise.
    unsafe { query(pointer, interface.cast::<TUID>(), object) }
}

impl IPluginFactory2Trait for Factory {
    unsafe fn getClassInfo2(&self, index: i32, info: *mut PClassInfo2) -> tresult {
        quietly(FAILED, || {
            if index != FIRST {
                return kInvalidArgument;
            }
            // SAFETY: numbers and arrays of numbers.
            let mut found: PClassInfo2 = unsafe { blank() };
            found.cid = self.class();
            found.cardinality = MANY;
            write_bytes(&mut found.category, CATEGORY);
            write_bytes(&mut found.name, self.facts.name);
            write_bytes(&mut found.subCategories, self.facts.categories);
            write_bytes(&mut found.vendor, self.facts.vendor);
            write_bytes(&mut found.version, self.facts.version);
            write_bytes(&mut found.sdkVersion, SDK);
            // SAFETY: the host passes null or memory for one.
            unsafe { give(info, found) }
        })
    }
}

impl IPluginFactory3Trait for Factory {
    unsafe fn getClassInfoUnicode(&self, index: i32, info: *mut PClassInfoW) -> tresult {
        quietly(FAILED, || {
            if index != FIRST {
                return kInvalidArgument;
            }
            // SAFETY: numbers and arrays of numbers.
            let mut found: PClassInfoW = unsafe { blank() };
            found.cid = self.class();
            found.cardinality = MANY;
            write_bytes(&mut found.category, CATEGORY);
            write_wide(&mut found.name, self.facts.name);
            write_bytes(&mut found.subCategories, self.facts.categories);
            write_wide(&mut found.vendor, self.facts.vendor);
            write_wide(&mut found.version, self.facts.version);
            write_wide(&mut found.sdkVersion, SDK);
            // SAFETY: the host passes null or memory for one.
            unsafe { give(info, found) }
        })
    }

    unsafe fn setHostContext(&self, _context: *mut FUnknown) -> tresult {
        kResultOk
    }
}

/// Identifiers are compared byte by byte.
const _: () = assert!(size_of::<TUID>() == IPluginFactory::IID.len());
