//! Membership changes on one thread while another serves without a pause.
//!
//! A render side that allocates aborts this binary.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

#[path = "fake/probe.rs"]
#[expect(dead_code, reason = "some helpers are for the tests of one thread")]
mod probe;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use atomic_refcell::AtomicRefCell;
use dmus_kernel::{
    RenderCx,
    service::{Delay, Membership, ServiceControl, ServiceGroup, ServiceSink, Sink, services},
    sync::Counter,
};
use probe::{Renderer, is_free};

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

const ROUNDS: u64 = if cfg!(miri) { 20 } else { 300 };

/// Counts its calls, and leaves after the first if it is told to.
struct Tally {
    calls: Arc<Counter>,
    leaves: bool,
}

impl ServiceSink for Tally {
    fn request_service(&mut self, _: &mut RenderCx<'_>) -> Membership {
        self.calls.add(1);
        if self.leaves {
            Membership::Leaves
        } else {
            Membership::Stays
        }
    }
}

fn tally(leaves: bool) -> (Arc<Counter>, Sink) {
    let calls = Arc::new(Counter::new());
    let tally = Tally {
        calls: Arc::clone(&calls),
        leaves,
    };
    (calls, Arc::new(AtomicRefCell::new(tally)))
}

/// Ends the render thread however the control thread ends.
struct Finish<'a>(&'a Counter);

impl Drop for Finish<'_> {
    fn drop(&mut self) {
        self.0.add(1);
    }
}

/// Waits for a call, for longer than any scheduler takes; changes that wait for room are sent.
fn await_call(calls: &Counter, control: &mut ServiceControl) {
    let start = Instant::now();
    while calls.get() == 0 {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "a request was lost"
        );
        if control.waiting() > 0 {
            control.collect();
        }
        std::thread::yield_now();
    }
}

/// Serves until there have been `ROUNDS` rounds of `control` on this thread.
fn churn(changes: usize, request: impl Fn(&ServiceGroup)) {
    let (mut control, table) = services(changes);
    let mut renderer = Renderer::new(table);
    let finished = &Counter::new();
    let mut sinks = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            assert_no_alloc(|| {
                while finished.get() == 0 {
                    renderer.serve();
                    renderer.now += 16;
                    std::thread::yield_now();
                }
            });
        });
        let _finish = Finish(finished);
        let group = control.new_group().unwrap();
        group.support_delayed_service();
        for round in 0..ROUNDS {
            let (calls, sink) = tally(round % 3 == 0);
            control.add_member(&group, Arc::clone(&sink)).unwrap();
            request(&group);
            await_call(&calls, &mut control);
            if round % 2 == 0 {
                control.remove_member(&group, &sink);
            }
            if round % 8 == 0 {
                control.collect();
            }
            sinks.push(sink);
            // A few stay; what is gone must be free in the end.
            if round % 64 == 63 {
                for sink in &sinks {
                    control.remove_member(&group, sink);
                }
            }
        }
    });
    drop(control);
    assert!(sinks.iter().all(is_free), "a reference was kept");
}

#[test]
fn a_member_added_before_a_request_is_served_by_it() {
    churn(64, ServiceGroup::request_service);
}

#[test]
fn a_member_that_had_to_wait_for_room_is_served_all_the_same() {
    churn(1, ServiceGroup::request_service);
}

#[test]
fn a_member_added_before_a_delay_is_served_by_it() {
    churn(64, |group| {
        group.request_delayed_service(Delay::from_units(0)).unwrap();
    });
}
