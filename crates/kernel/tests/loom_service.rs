//! Every interleaving and reordering of interrupts that notify a table of services and one server.
//!
//! The model must pass, and fail with any one ordering weakened or any one pair of steps swapped: see
//! `tests/mutants.txt`. The rings that lists travel by are the model's own; those of the library are tried by its
//! authors.
#![cfg(dmus_loom)]
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::sync::Arc;

use atomic_refcell::AtomicRefCell;
use dmus_kernel::{
    Allocator, ReferenceTime, RenderCx, SampleRate, SampleTime,
    pool::PoolConfig,
    service::{Delay, Membership, ServiceGroup, ServiceSink, ServiceTable, Sink, services},
};
use loom::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

/// Takes what two interrupts have stored. Relaxed: the service alone must carry it across.
struct Drain {
    bytes: Arc<[AtomicU64; 2]>,
    taken: Arc<[AtomicU64; 2]>,
}

impl ServiceSink for Drain {
    fn request_service(&mut self, _: &mut RenderCx<'_>) -> Membership {
        for (byte, taken) in self.bytes.iter().zip(self.taken.iter()) {
            taken.store(byte.load(Ordering::Relaxed), Ordering::Relaxed);
        }
        Membership::Stays
    }
}

fn pair() -> Arc<[AtomicU64; 2]> {
    Arc::new([AtomicU64::new(0), AtomicU64::new(0)])
}

/// The bytes, what was taken of them, and the sink that takes.
fn drain() -> (Arc<[AtomicU64; 2]>, Arc<[AtomicU64; 2]>, Sink) {
    let (bytes, taken) = (pair(), pair());
    let sink = Drain {
        bytes: Arc::clone(&bytes),
        taken: Arc::clone(&taken),
    };
    (bytes, taken, Arc::new(AtomicRefCell::new(sink)))
}

fn serve(table: &mut ServiceTable, frame: i64) -> u32 {
    let size = PoolConfig {
        events: 1,
        long_buffers: 0,
        buffer_size: 16,
    };
    let mut allocator = Allocator::new(size).unwrap();
    let rate = SampleRate::new(10_000).unwrap();
    let now = SampleTime::new(frame);
    table
        .serve(&mut RenderCx::new(&mut allocator, rate, now, now))
        .sinks
}

#[test]
fn whatever_was_stored_before_a_notification_is_taken_and_none_is_lost() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(|| {
        let (mut control, mut table) = services(4);
        let (bytes, taken, sink) = drain();
        let notifier = control.notifier();
        let group = control.new_group().unwrap();
        control.adopt(&notifier, Some(&group), &sink).unwrap();
        let interrupts = [0, 1].map(|index| {
            let (notifier, bytes) = (notifier.clone(), Arc::clone(&bytes));
            thread::spawn(move || {
                bytes[index].store(7, Ordering::Relaxed);
                notifier.notify(None);
            })
        });
        serve(&mut table, 0);
        for interrupt in interrupts {
            interrupt.join().unwrap();
        }
        serve(&mut table, 1);
        for byte in taken.iter() {
            assert_eq!(byte.load(Ordering::Relaxed), 7, "a byte was left behind");
        }
        assert_eq!(serve(&mut table, 2), 0, "something is pending for ever");
    });
}

#[test]
fn whoever_finds_a_group_registered_carries_over_what_was_prepared_for_it() {
    loom::model(|| {
        let (mut control, mut table) = services(4);
        let (bytes, taken, sink) = drain();
        let notifier = control.notifier();
        let group = control.new_group().unwrap();
        control.add_member(&group, sink).unwrap();
        let control_side = {
            let (notifier, bytes, group) = (notifier.clone(), Arc::clone(&bytes), group.clone());
            thread::spawn(move || {
                bytes[0].store(7, Ordering::Relaxed);
                notifier.register_service_group(&group).unwrap();
            })
        };
        // Two notifications in a row, each from the serving thread itself: what the register alone
        // carries over.
        for frame in 0..2 {
            notifier.notify(None);
            if serve(&mut table, frame) > 0 {
                assert_eq!(taken[0].load(Ordering::Relaxed), 7, "served too early");
            }
        }
        control_side.join().unwrap();
        notifier.notify(None);
        assert_eq!(serve(&mut table, 2), 1);
    });
}

#[test]
fn of_two_delays_requested_at_once_one_is_obeyed_and_nothing_before_it_is_lost() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(|| {
        let (mut control, mut table) = services(4);
        let (bytes, taken, sink) = drain();
        let group = control.new_group().unwrap();
        control.add_member(&group, sink).unwrap();
        group.support_delayed_service();
        let requests = [0, 1].map(|index| {
            let (group, bytes) = (group.clone(), Arc::clone(&bytes));
            thread::spawn(move || {
                bytes[index].store(7, Ordering::Relaxed);
                let time = ReferenceTime::new(1_000 + i64::try_from(index).unwrap() * 1_000);
                group.request_delayed_service(Delay::At(time)).unwrap();
            })
        });
        assert_eq!(serve(&mut table, 0), 0, "neither is due");
        for request in requests {
            request.join().unwrap();
        }
        assert_eq!(serve(&mut table, 2), 1, "both have been due");
        for byte in taken.iter() {
            assert_eq!(byte.load(Ordering::Relaxed), 7, "a byte was left behind");
        }
        assert_eq!(serve(&mut table, 3), 0);
        assert_eq!(table.next_deadline(), None);
    });
}

/// Counts its calls.
struct Tally(Arc<AtomicU64>);

impl ServiceSink for Tally {
    fn request_service(&mut self, _: &mut RenderCx<'_>) -> Membership {
        self.0.fetch_add(1, Ordering::Relaxed);
        Membership::Stays
    }
}

fn tally() -> (Arc<AtomicU64>, Sink) {
    let calls = Arc::new(AtomicU64::new(0));
    let sink = Tally(Arc::clone(&calls));
    (calls, Arc::new(AtomicRefCell::new(sink)))
}

/// A member is added and `request` made on one thread, while another serves.
fn added_before(request: fn(&ServiceGroup)) {
    let (mut control, mut table) = services(4);
    let (calls, sink) = tally();
    let group = control.new_group().unwrap();
    group.support_delayed_service();
    let control_side = thread::spawn(move || {
        control.add_member(&group, sink).unwrap();
        request(&group);
        control
    });
    serve(&mut table, 0);
    let _control = control_side.join().unwrap();
    serve(&mut table, 1);
    let calls = calls.load(Ordering::Relaxed);
    assert_eq!(calls, 1, "served by the list before, or twice");
}

#[test]
fn a_request_is_served_by_the_list_that_was_sent_down_before_it() {
    loom::model(|| added_before(ServiceGroup::request_service));
}

#[test]
fn a_delay_is_served_by_the_list_that_was_sent_down_before_it() {
    loom::model(|| {
        added_before(|group| group.request_delayed_service(Delay::from_units(0)).unwrap());
    });
}

#[test]
fn a_request_made_while_its_list_had_to_wait_for_room_is_served_by_that_list() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(|| {
        // Room for one list under way, which the first member takes.
        let (mut control, mut table) = services(1);
        let ((_, first), (calls, second)) = (tally(), tally());
        let group = control.new_group().unwrap();
        control.add_member(&group, first).unwrap();
        control.add_member(&group, second).unwrap();
        assert_eq!(control.waiting(), 1, "there is no room");
        let control_side = {
            let group = group.clone();
            thread::spawn(move || {
                group.request_service();
                control.collect();
                control
            })
        };
        serve(&mut table, 0);
        serve(&mut table, 1);
        let mut control = control_side.join().unwrap();
        serve(&mut table, 2);
        control.collect();
        assert_eq!(control.waiting(), 0, "there is room");
        serve(&mut table, 3);
        let calls = calls.load(Ordering::Relaxed);
        assert!(calls > 0, "served by the list before only");
    });
}
