//! Notification: what an interrupt may do at any time, from any thread, and what comes of it.
//!
//! A render side that allocates aborts this binary.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

#[path = "fake/probe.rs"]
#[expect(dead_code, reason = "frames are looked at in `delayed_service`")]
mod probe;

use std::sync::{Arc, Barrier};

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use dmus_kernel::{
    error::ServiceError,
    service::{Membership, Notifier, ServiceControl, Sink, services},
    sync::Counter,
};
use probe::{Log, Renderer, acting, calls, is_free, log, probe};

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

/// A port that has made a handle for a miniport, which is not initialised yet.
fn port() -> (ServiceControl, Renderer, Notifier, Log) {
    let (control, table) = services(64);
    let notifier = control.notifier();
    (control, Renderer::new(table), notifier, log())
}

#[test]
fn a_notification_without_any_group_is_nobodys() {
    let (_control, mut renderer, notifier, _log) = port();
    notifier.notify(None);
    assert_eq!(renderer.serve().groups, 0);
}

#[test]
fn a_notification_for_one_group_serves_that_group_only() {
    let (mut control, mut renderer, notifier, log) = port();
    let groups = ['a', 'b'].map(|name| {
        let group = control.new_group().unwrap();
        let sink = probe(name, &log);
        control.open_stream(&notifier, &group, &sink).unwrap();
        group
    });
    renderer.serve();
    calls(&log);
    notifier.notify(Some(&groups[1]));
    renderer.serve();
    assert_eq!(calls(&log), "b");
}

#[test]
fn a_notification_for_no_group_serves_the_own_one_and_those_of_all_streams() {
    let (mut control, mut renderer, notifier, log) = port();
    let [own, stream, other] = [(); 3].map(|()| control.new_group().unwrap());
    control
        .adopt(&notifier, Some(&own), &probe('o', &log))
        .unwrap();
    let sink = probe('s', &log);
    control.open_stream(&notifier, &stream, &sink).unwrap();
    control.add_member(&other, probe('x', &log)).unwrap();
    renderer.serve();
    calls(&log);
    notifier.notify(None);
    assert_no_alloc(|| renderer.serve());
    assert_eq!(calls(&log), "os");
    control.close_stream(&notifier, &stream, &sink);
    notifier.notify(None);
    renderer.serve();
    assert_eq!(calls(&log), "o", "a closed stream is left alone");
}

#[test]
fn two_miniports_are_notified_apart() {
    let (mut control, mut renderer, first, log) = port();
    let second = control.notifier();
    for (notifier, name) in [(&first, 'f'), (&second, 's')] {
        let group = control.new_group().unwrap();
        control
            .adopt(notifier, Some(&group), &probe(name, &log))
            .unwrap();
    }
    renderer.serve();
    calls(&log);
    second.notify(None);
    renderer.serve();
    assert_eq!(calls(&log), "s");
}

#[test]
fn a_notification_before_the_initialisation_is_over_is_served_after_it() {
    for ahead in [false, true] {
        let (mut control, mut renderer, notifier, log) = port();
        // The miniport's side: registers, and is interrupted before it has given the group back.
        let group = control.new_group().unwrap();
        notifier.register_service_group(&group).unwrap();
        notifier.notify(None);
        if ahead {
            // The render side is quick and finds nobody to serve.
            assert_eq!(renderer.serve().sinks, 0);
        }
        control
            .adopt(&notifier, Some(&group), &probe('p', &log))
            .unwrap();
        renderer.serve();
        assert_eq!(calls(&log), "p");
    }
}

#[test]
fn registering_and_giving_back_one_group_makes_the_port_a_member_once() {
    let (mut control, mut renderer, notifier, log) = port();
    let group = control.new_group().unwrap();
    let sink = probe('p', &log);
    notifier.register_service_group(&group).unwrap();
    notifier.register_service_group(&group).unwrap();
    control.adopt(&notifier, Some(&group), &sink).unwrap();
    control.adopt(&notifier, None, &sink).unwrap();
    control.open_stream(&notifier, &group, &sink).unwrap();
    notifier.notify(None);
    renderer.serve();
    assert_eq!(calls(&log), "p");
}

#[test]
fn a_group_that_was_registered_but_not_given_back_is_adopted_all_the_same() {
    let (mut control, mut renderer, notifier, log) = port();
    let group = control.new_group().unwrap();
    notifier.register_service_group(&group).unwrap();
    control.adopt(&notifier, None, &probe('p', &log)).unwrap();
    drop(group);
    control.collect();
    notifier.notify(None);
    renderer.serve();
    assert_eq!(calls(&log), "p", "the port keeps the group");
}

#[test]
fn a_second_own_group_is_refused_and_so_is_a_foreign_one() {
    let (mut control, _renderer, notifier, log) = port();
    let [group, other] = [(); 2].map(|()| control.new_group().unwrap());
    notifier.register_service_group(&group).unwrap();
    assert_eq!(
        notifier.register_service_group(&other),
        Err(ServiceError::Registered)
    );
    assert_eq!(
        control.adopt(&notifier, Some(&other), &probe('p', &log)),
        Err(ServiceError::Registered)
    );
    let foreign = services(1).0.new_group().unwrap();
    assert_eq!(
        notifier.register_service_group(&foreign),
        Err(ServiceError::Foreign)
    );
}

#[test]
fn a_group_that_two_streams_share_is_served_until_both_are_closed() {
    let (mut control, mut renderer, notifier, log) = port();
    let group = control.new_group().unwrap();
    let sinks = ['a', 'b'].map(|name| probe(name, &log));
    for sink in &sinks {
        control.open_stream(&notifier, &group, sink).unwrap();
    }
    renderer.serve();
    calls(&log);
    for (sink, expected) in sinks.iter().zip(["ab", "b"]) {
        notifier.notify(None);
        renderer.serve();
        assert_eq!(calls(&log), expected);
        control.close_stream(&notifier, &group, sink);
    }
    notifier.notify(None);
    assert_eq!(renderer.serve().groups, 0);
}

#[test]
fn what_a_forgotten_miniport_notifies_is_nobodys() {
    let (mut control, mut renderer, notifier, log) = port();
    let [own, stream] = [(); 2].map(|()| control.new_group().unwrap());
    let sink = probe('p', &log);
    control.adopt(&notifier, Some(&own), &sink).unwrap();
    control.open_stream(&notifier, &stream, &sink).unwrap();
    renderer.serve();
    calls(&log);
    control.forget(&notifier);
    drop((own, stream));
    notifier.notify(None);
    renderer.serve();
    assert_eq!(calls(&log), "");
    control.collect();
    renderer.serve();
    control.collect();
    assert!(is_free(&sink));
}

#[test]
fn a_notification_in_stop_is_served_when_blocks_come_again() {
    let (mut control, mut renderer, notifier, log) = port();
    let group = control.new_group().unwrap();
    control
        .adopt(&notifier, Some(&group), &probe('p', &log))
        .unwrap();
    renderer.serve();
    calls(&log);
    for _ in 0..10 {
        notifier.notify(None);
    }
    renderer.now = 480_000;
    renderer.serve();
    assert_eq!(calls(&log), "p");
}

#[test]
fn nobody_is_called_back_from_inside_a_notification() {
    let (mut control, _renderer, notifier, log) = port();
    let group = control.new_group().unwrap();
    control
        .adopt(&notifier, Some(&group), &probe('p', &log))
        .unwrap();
    assert_no_alloc(|| {
        notifier.notify(None);
        notifier.notify(Some(&group));
    });
    assert_eq!(calls(&log), "");
}

/// A sink that counts all bytes of some rings, however many there are.
fn drain(rings: Vec<rtrb::Consumer<u8>>, bytes: &Arc<Counter>) -> Sink {
    let (mut rings, bytes) = (rings, Arc::clone(bytes));
    acting('d', &log(), move |_| {
        for ring in &mut rings {
            while ring.pop().is_ok() {
                bytes.add(1);
            }
        }
        Membership::Stays
    })
}

#[test]
fn a_thousand_bytes_with_a_notification_each_are_drained_by_one_service() {
    let (mut control, mut renderer, notifier, _log) = port();
    let (mut ring, bytes) = rtrb::RingBuffer::new(1_000);
    let drained = Arc::new(Counter::new());
    let group = control.new_group().unwrap();
    let sink = drain(vec![bytes], &drained);
    control.adopt(&notifier, Some(&group), &sink).unwrap();
    renderer.serve();
    for byte in 0..1_000_u16 {
        ring.push(byte.to_le_bytes()[0]).unwrap();
        notifier.notify(None);
    }
    let served = assert_no_alloc(|| renderer.serve());
    assert_eq!((served.sinks, drained.get()), (1, 1_000));
}

#[test]
fn no_byte_of_three_interrupting_threads_is_left_behind() {
    const BYTES: u64 = if cfg!(miri) { 50 } else { 4_000 };
    let (mut control, mut renderer, notifier, _log) = port();
    let drained = Arc::new(Counter::new());
    let (mut ends, mut others) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let (producer, consumer) = rtrb::RingBuffer::new(usize::try_from(BYTES).unwrap());
        ends.push(producer);
        others.push(consumer);
    }
    let group = control.new_group().unwrap();
    let sink = drain(others, &drained);
    control.adopt(&notifier, Some(&group), &sink).unwrap();
    let (start, finished) = (&Barrier::new(4), &Counter::new());
    std::thread::scope(|scope| {
        for mut ring in ends {
            let notifier = notifier.clone();
            scope.spawn(move || {
                start.wait();
                for _ in 0..BYTES {
                    ring.push(1).unwrap();
                    notifier.notify(None);
                }
                finished.add(1);
            });
        }
        start.wait();
        while finished.get() < 3 {
            assert_no_alloc(|| renderer.serve());
            std::thread::yield_now();
        }
    });
    renderer.serve();
    assert_eq!(drained.get(), 3 * BYTES);
}
