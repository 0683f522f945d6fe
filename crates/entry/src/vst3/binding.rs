//! Calls into the host's objects, each checked and on one line for those who make them.
//!
//! Thread: that of the caller. The bindings' own calls are unsafe one by one; here they are made
//! for objects whose kind the host has promised by passing them.

#[cfg(feature = "editor")]
use std::ffi::CStr;
use std::ptr;

use vst3::ComRef;
#[cfg(feature = "editor")]
use vst3::Steinberg::FIDString;
use vst3::Steinberg::Vst::{
    Event, IEventList, IEventListTrait, IParamValueQueue, IParamValueQueueTrait, IParameterChanges,
    IParameterChangesTrait, ParamID,
};
use vst3::Steinberg::{kInternalError, kInvalidArgument, kResultFalse, kResultOk, tresult};

use super::codes::NOTE_ON;

/// Whether a host's text is `expected`.
///
/// # Safety
/// `text` is null or leads to a C string.
#[cfg(feature = "editor")]
pub(super) unsafe fn is_text(text: FIDString, expected: &CStr) -> bool {
    if text.is_null() {
        return false;
    }
    // SAFETY: our caller's promise.
    let text = unsafe { CStr::from_ptr(text) };
    text == expected
}

/// Writes a whole value to where a host wants it.
///
/// # Safety
/// `place` is null or leads to memory for one value.
pub(super) unsafe fn give<T>(place: *mut T, value: T) -> tresult {
    if place.is_null() {
        return kInvalidArgument;
    }
    // SAFETY: our caller's promise; the host need not align it.
    unsafe { place.write_unaligned(value) };
    kResultOk
}

/// A value that a host passes by address.
///
/// # Safety
/// `place` is null or leads to one value.
pub(super) unsafe fn read<T: Copy>(place: *const T) -> Option<T> {
    if place.is_null() {
        return None;
    }
    // SAFETY: our caller's promise; the host need not align it.
    Some(unsafe { place.read_unaligned() })
}

/// An answer of yes or no.
pub(super) const fn verdict(yes: bool) -> tresult {
    if yes { kResultOk } else { kResultFalse }
}

/// What is answered when something panicked.
pub(super) const FAILED: tresult = kInternalError;

/// The parameter changes that come with a block.
#[derive(Clone, Copy)]
pub(super) struct Changes<'a>(Option<ComRef<'a, IParameterChanges>>);

impl<'a> Changes<'a> {
    /// No changes.
    pub(super) const fn none() -> Self {
        Self(None)
    }

    /// # Safety
    /// `changes` is null or an object of the host's that lives as long as `'a`.
    pub(super) unsafe fn new(changes: *mut IParameterChanges) -> Self {
        // SAFETY: our caller's promise.
        Self(unsafe { ComRef::from_raw(changes) })
    }

    /// One queue for each parameter that changes.
    pub(super) fn queues(self) -> impl Iterator<Item = Queue<'a>> {
        let count = self.0.map_or(0, |changes| {
            // SAFETY: the host's object, alive by the promise made to `new`.
            unsafe { changes.getParameterCount() }
        });
        (0..count).filter_map(move |index| {
            // SAFETY: as above, with an index it has.
            let queue = unsafe { self.0?.getParameterData(index) };
            // SAFETY: null, or an object that lives as long as the changes.
            Some(Queue(unsafe { ComRef::from_raw(queue) }?))
        })
    }

    /// Adds a point to the host's queue of `id`; false if it takes none.
    pub(super) fn add(self, id: ParamID, frame: i32, value: f64) -> bool {
        let Some(changes) = self.0 else {
            return false;
        };
        let mut index = 0;
        // SAFETY: the host's object, and two numbers that live during the call.
        let queue = unsafe { changes.addParameterData(&raw const id, &raw mut index) };
        // SAFETY: null, or an object that lives as long as the changes.
        let Some(queue) = (unsafe { ComRef::from_raw(queue) }) else {
            return false;
        };
        // SAFETY: the host's object, and a number that lives during the call.
        unsafe { queue.addPoint(frame, value, &raw mut index) == kResultOk }
    }
}

/// The changes of one parameter in a block.
#[derive(Clone, Copy)]
pub(super) struct Queue<'a>(ComRef<'a, IParamValueQueue>);

impl Queue<'_> {
    /// The parameter.
    pub(super) fn id(self) -> ParamID {
        // SAFETY: the host's object, alive by the promise made to `Changes::new`.
        unsafe { self.0.getParameterId() }
    }

    /// Frames and values, as the host has them.
    pub(super) fn points(self) -> impl Iterator<Item = (i32, f64)> {
        // SAFETY: as above.
        let count = unsafe { self.0.getPointCount() };
        (0..count).filter_map(move |index| {
            let (mut frame, mut value) = (0_i32, 0.0_f64);
            // SAFETY: as above, and two numbers that live during the call.
            let result = unsafe { self.0.getPoint(index, &raw mut frame, &raw mut value) };
            (result == kResultOk && value.is_finite()).then_some((frame, value))
        })
    }
}

/// A list of events that comes with a block.
#[derive(Clone, Copy)]
pub(super) struct List<'a>(Option<ComRef<'a, IEventList>>);

impl<'a> List<'a> {
    /// No list.
    pub(super) const fn none() -> Self {
        Self(None)
    }

    /// # Safety
    /// `list` is null or an object of the host's that lives as long as `'a`.
    pub(super) unsafe fn new(list: *mut IEventList) -> Self {
        // SAFETY: our caller's promise.
        Self(unsafe { ComRef::from_raw(list) })
    }

    /// The events, in the host's order.
    pub(super) fn events(self) -> impl Iterator<Item = Event> {
        let count = self.0.map_or(0, |list| {
            // SAFETY: the host's object, alive by the promise made to `new`.
            unsafe { list.getEventCount() }
        });
        (0..count).filter_map(move |index| {
            let mut event = no_event();
            // SAFETY: as above, and an event that lives during the call.
            let result = unsafe { self.0?.getEvent(index, &raw mut event) };
            (result == kResultOk).then_some(event)
        })
    }

    /// Hands an event to the host; false if it takes none.
    pub(super) fn add(self, mut event: Event) -> bool {
        self.0.is_some_and(|list| {
            // SAFETY: the host's object, and an event that lives during the call.
            unsafe { list.addEvent(&raw mut event) == kResultOk }
        })
    }
}

/// An event with nothing in it.
pub(super) fn no_event() -> Event {
    // SAFETY: numbers and pointers only, for all of which zero is a value.
    let mut event: Event = unsafe { std::mem::zeroed() };
    event.r#type = NOTE_ON;
    event
}

/// A struct of the headers with all of it zero.
///
/// # Safety
/// `T` has numbers, arrays of numbers and pointers only.
pub(super) unsafe fn blank<T>() -> T {
    // SAFETY: zero is a value of each, by our caller's promise.
    unsafe { ptr::read(std::mem::MaybeUninit::<T>::zeroed().as_ptr()) }
}
