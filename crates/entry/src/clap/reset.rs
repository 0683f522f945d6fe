//! A parameter that goes back to where it begins because a host's menu says so.
//!
//! The framework's way from the plug-in's side to a parameter ends in its window, which need not be
//! open. So the value goes in as the host's own automation does, and out again to tell the host.
//!
//! In: the wish, from the main thread. Out: the value, with the next block or flush. Thread: the
//! one that renders, or the main one while nobody does.

use std::ffi::c_void;
use std::ptr;

use clap_sys::events::*;
use clap_sys::id::clap_id;
use nice_plug::prelude::ParamPtr;

use super::extensions::params::steps;
use super::instance::Instance;
use crate::boundary::Boundary;
use crate::made::{header, value_event};

/// A list of one event.
struct One(clap_event_param_value);

impl One {
    /// The list; it is read through `self`.
    fn list(&self) -> clap_input_events {
        clap_input_events {
            ctx: ptr::from_ref(self).cast_mut().cast::<c_void>(),
            size: Some(Self::size),
            get: Some(Self::get),
        }
    }

    unsafe extern "C" fn size(_list: *const clap_input_events) -> u32 {
        1
    }

    unsafe extern "C" fn get(list: *const clap_input_events, _: u32) -> *const clap_event_header {
        // SAFETY: only `list` makes such a list, whose context is the event of an object that lives.
        unsafe { list.as_ref() }.map_or(ptr::null(), |list| list.ctx.cast_const().cast())
    }
}

impl<P: Boundary> Instance<P> {
    /// Wishes that a parameter goes back to where it begins; false if another such wish still waits.
    pub(super) fn reset_param(&self, id: clap_id) -> bool {
        let is_noted = self.to_be_reset.offer(id);
        if is_noted {
            self.host.request_flush();
        }
        is_noted
    }

    /// Carries the wish out, if there is one.
    ///
    /// # Safety
    /// `out_events` is null or a list that lives during the call, and nobody else runs the
    /// framework's render side meanwhile.
    ///
    /// # Real-time
    /// Render. Wait-free.
    pub(super) unsafe fn obey_reset(&self, out_events: *const clap_output_events) {
        let Some(id) = self.to_be_reset.take() else {
            return;
        };
        let Some(param) = self.params.get(&id) else {
            return;
        };
        let event = One(value_event(id, default_value(*param), CLAP_EVENT_IS_LIVE));
        // SAFETY: our own list of a whole event; nobody else runs the render side.
        unsafe { self.wrapper().handle_in_events(&event.list(), 0, 0) };
        // SAFETY: our caller's promise.
        let Some(host) = (unsafe { out_events.as_ref() }) else {
            return;
        };
        let Some(try_push) = host.try_push else {
            return;
        };
        let gesture = |type_| clap_event_param_gesture {
            header: header::<clap_event_param_gesture>(type_, CLAP_EVENT_IS_LIVE),
            param_id: id,
        };
        let begin = gesture(CLAP_EVENT_PARAM_GESTURE_BEGIN);
        let end = gesture(CLAP_EVENT_PARAM_GESTURE_END);
        for event in [
            &raw const begin.header,
            &raw const event.0.header,
            &raw const end.header,
        ] {
            // SAFETY: the host's own function with its own list, and a whole event that it copies.
            unsafe { try_push(host, event) };
        }
    }
}

/// Where a parameter begins, in the range that hosts see: a step is one where there are steps.
fn default_value(param: ParamPtr) -> f64 {
    // SAFETY: parameters live as long as the framework's instance.
    let normalized = f64::from(unsafe { param.default_normalized_value() });
    normalized * steps(param).unwrap_or(1.0)
}
