//! Service groups: order, nesting, membership that changes, requests from anywhere.
//!
//! A render side that allocates aborts this binary.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

#[path = "fake/probe.rs"]
#[expect(dead_code, reason = "frames are looked at in `delayed_service`")]
mod probe;

use std::sync::{Arc, Mutex};

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use atomic_refcell::AtomicRefCell;
use dmus_kernel::{
    error::ServiceError,
    service::{
        Delay, MAX_CALLS, MAX_GROUPS, Membership, PASSES, ServiceControl, ServiceGroup, Sink,
        services,
    },
};
use probe::{Log, Renderer, acting, calls, is_free, log, probe};

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

/// A table with a group of these members.
fn group_of(names: &str) -> (ServiceControl, Renderer, ServiceGroup, Vec<Sink>, Log) {
    let (mut control, table) = services(64);
    let (group, log) = (control.new_group().unwrap(), log());
    let sinks: Vec<Sink> = names.chars().map(|name| probe(name, &log)).collect();
    for sink in &sinks {
        control.add_member(&group, Arc::clone(sink)).unwrap();
    }
    (control, Renderer::new(table), group, sinks, log)
}

#[test]
fn a_thousand_notifications_are_one_service() {
    let (_control, mut renderer, group, _sinks, log) = group_of("a");
    for _ in 0..1_000 {
        group.request_service();
    }
    let served = assert_no_alloc(|| renderer.serve());
    assert_eq!((served.groups, served.sinks), (1, 1));
    assert_eq!(calls(&log), "a");
    renderer.serve();
    assert_eq!(calls(&log), "", "served once");
}

#[test]
fn members_are_served_in_the_order_they_were_added() {
    let (_control, mut renderer, group, _sinks, log) = group_of("cabd");
    group.request_service();
    assert_no_alloc(|| renderer.serve());
    assert_eq!(calls(&log), "cabd");
}

#[test]
fn a_member_added_twice_is_served_twice_and_removed_one_at_a_time() {
    let (mut control, mut renderer, group, sinks, log) = group_of("ab");
    control.add_member(&group, Arc::clone(&sinks[0])).unwrap();
    group.request_service();
    renderer.serve();
    assert_eq!(calls(&log), "aba");
    assert!(control.remove_member(&group, &sinks[0]));
    group.request_service();
    renderer.serve();
    assert_eq!(calls(&log), "ba", "the first match goes");
}

#[test]
fn a_member_added_once_is_served_once_however_often_it_is_added() {
    let (mut control, mut renderer, group, sinks, log) = group_of("a");
    assert_eq!(control.add_member_once(&group, &sinks[0]), Ok(false));
    let other = probe('b', &log);
    assert_eq!(control.add_member_once(&group, &other), Ok(true));
    assert_eq!(control.add_member_once(&group, &other), Ok(false));
    group.request_service();
    renderer.serve();
    assert_eq!(calls(&log), "ab");
}

#[test]
fn removing_what_is_no_member_changes_nothing() {
    let (mut control, mut renderer, group, _sinks, log) = group_of("ab");
    let stranger = probe('z', &log);
    assert!(!control.remove_member(&group, &stranger));
    assert!(!control.remove_group(&group, &group));
    group.request_service();
    renderer.serve();
    assert_eq!(calls(&log), "ab");
}

#[test]
fn adding_takes_a_reference_and_removing_drops_it() {
    let (mut control, mut renderer, group, sinks, _log) = group_of("a");
    assert!(!is_free(&sinks[0]));
    renderer.serve();
    control.remove_member(&group, &sinks[0]);
    assert_no_alloc(|| renderer.serve());
    assert!(!is_free(&sinks[0]), "nothing is freed on the render side");
    control.collect();
    assert!(is_free(&sinks[0]));
}

#[test]
fn a_sink_that_leaves_while_it_is_served_leaves_the_others_served_once() {
    let (mut control, mut renderer, group, _sinks, log) = group_of("a");
    let leaver = acting('l', &log, |_| Membership::Leaves);
    let last = probe('z', &log);
    control.add_member(&group, Arc::clone(&leaver)).unwrap();
    control.add_member(&group, last).unwrap();
    for expected in ["alz", "az", "az"] {
        group.request_service();
        assert_no_alloc(|| renderer.serve());
        assert_eq!(calls(&log), expected);
    }
    control.collect();
    renderer.serve();
    control.collect();
    assert!(is_free(&leaver), "its place is cleared away");
    group.request_service();
    renderer.serve();
    assert_eq!(calls(&log), "az");
}

#[test]
fn a_sink_that_left_stays_away_when_another_is_added() {
    let (mut control, mut renderer, group, _sinks, log) = group_of("");
    let leaver = acting('l', &log, |_| Membership::Leaves);
    control.add_member(&group, Arc::clone(&leaver)).unwrap();
    group.request_service();
    renderer.serve();
    control.add_member(&group, probe('b', &log)).unwrap();
    group.request_service();
    renderer.serve();
    assert_eq!(calls(&log), "lb");
    assert_eq!(control.add_member_once(&group, &leaver), Ok(true));
    group.request_service();
    renderer.serve();
    assert_eq!(calls(&log), "bl", "it may come again");
}

#[test]
fn a_sink_removed_while_its_group_is_served_is_gone_with_the_next_block() {
    let (mut control, table) = services(8);
    let (group, log) = (control.new_group().unwrap(), log());
    let victim = probe('v', &log);
    let control = Arc::new(Mutex::new(control));
    let remover = {
        let (control, group, victim) = (Arc::clone(&control), group.clone(), Arc::clone(&victim));
        acting('r', &log, move |_| {
            control.lock().unwrap().remove_member(&group, &victim);
            Membership::Stays
        })
    };
    for sink in [remover, victim, probe('z', &log)] {
        control.lock().unwrap().add_member(&group, sink).unwrap();
    }
    let mut renderer = Renderer::new(table);
    for expected in ["rvz", "rz"] {
        group.request_service();
        renderer.serve();
        assert_eq!(calls(&log), expected);
    }
}

#[test]
fn a_nested_group_is_served_in_its_place() {
    let (mut control, mut renderer, outer, _sinks, log) = group_of("a");
    let inner = control.new_group().unwrap();
    control.add_group(&outer, &inner).unwrap();
    control.add_member(&outer, probe('z', &log)).unwrap();
    for name in ['i', 'j'] {
        control.add_member(&inner, probe(name, &log)).unwrap();
    }
    outer.request_service();
    let served = assert_no_alloc(|| renderer.serve());
    assert_eq!(calls(&log), "aijz");
    assert_eq!((served.groups, served.sinks), (2, 4));
    inner.request_service();
    renderer.serve();
    assert_eq!(calls(&log), "ij", "a nested group by itself");
    assert!(control.remove_group(&outer, &inner));
    outer.request_service();
    renderer.serve();
    assert_eq!(calls(&log), "az");
}

#[test]
fn a_group_inside_itself_is_refused_however_deep() {
    let (mut control, _table) = services(8);
    let groups = [(); 3].map(|()| control.new_group().unwrap());
    control.add_group(&groups[0], &groups[1]).unwrap();
    control.add_group(&groups[1], &groups[2]).unwrap();
    for (group, member) in [(0, 0), (2, 2), (1, 0), (2, 0), (2, 1)] {
        assert_eq!(
            control.add_group(&groups[group], &groups[member]),
            Err(ServiceError::Cycle)
        );
    }
    assert_eq!(
        control.add_group(&groups[0], &groups[2]),
        Ok(()),
        "twice is no cycle"
    );
}

#[test]
fn a_request_that_would_make_too_many_calls_is_refused() {
    let (mut control, mut renderer, leaf, sinks, log) = group_of("a");
    let mut outer = leaf.clone();
    // Each group holds the one before four times: the calls multiply.
    let refused = (0..20).find_map(|_| {
        let group = control.new_group().unwrap();
        let added = (0..4).try_for_each(|_| control.add_group(&group, &outer));
        outer = group;
        added.err()
    });
    let Some(ServiceError::Calls { asked, limit }) = refused else {
        unreachable!()
    };
    assert!(asked > limit && limit == MAX_CALLS);
    outer.request_service();
    let served = renderer.serve();
    assert!(served.groups + served.sinks <= MAX_CALLS);
    assert!(calls(&log).len() >= 4, "what was there before is served");
    assert!(control.remove_member(&leaf, &sinks[0]));
}

#[test]
fn a_group_of_another_table_is_refused_but_can_pass_requests_on() {
    let (mut control, mut renderer, group, sinks, log) = group_of("a");
    let (mut other, mut others, foreign, ..) = group_of("");
    assert_eq!(
        other.add_member(&group, Arc::clone(&sinks[0])),
        Err(ServiceError::Foreign)
    );
    assert_eq!(
        control.add_group(&group, &foreign),
        Err(ServiceError::Foreign)
    );
    assert_eq!(
        control.add_group(&foreign, &group),
        Err(ServiceError::Foreign)
    );
    assert!(!other.remove_member(&group, &sinks[0]));
    let bridge: Sink = Arc::new(AtomicRefCell::new(group.clone()));
    other.add_member(&foreign, bridge).unwrap();
    foreign.request_service();
    others.serve();
    assert_eq!(calls(&log), "");
    renderer.serve();
    assert_eq!(calls(&log), "a");
}

#[test]
fn a_request_made_while_serving_is_served_in_the_same_or_the_next_block() {
    let (mut control, mut renderer, group, _sinks, log) = group_of("a");
    let mut left = 1;
    let again = group.clone();
    let once_more = acting('o', &log, move |_| {
        if left > 0 {
            left -= 1;
            again.request_service();
        }
        Membership::Stays
    });
    control.add_member(&group, once_more).unwrap();
    group.request_service();
    assert_no_alloc(|| renderer.serve());
    assert_eq!(calls(&log), "aoao");
    renderer.serve();
    assert_eq!(calls(&log), "");
}

#[test]
fn sinks_that_request_each_other_for_ever_do_not_hold_up_a_block() {
    let (mut control, mut renderer, first, _sinks, log) = group_of("");
    let second = control.new_group().unwrap();
    for (from, to, name) in [(&first, &second, 'f'), (&second, &first, 's')] {
        let to = to.clone();
        let sink = acting(name, &log, move |_| {
            to.request_service();
            Membership::Stays
        });
        control.add_member(from, sink).unwrap();
    }
    first.request_service();
    for _ in 0..3 {
        let served = assert_no_alloc(|| renderer.serve());
        assert_eq!(served.sinks, PASSES, "the rest is for the next block");
    }
    assert_eq!(calls(&log).len(), 12);
}

#[test]
fn a_sink_that_somebody_holds_is_served_with_the_next_block() {
    let (_control, mut renderer, group, sinks, log) = group_of("ab");
    group.request_service();
    let held = sinks[0].borrow();
    let served = renderer.serve();
    assert_eq!((served.sinks, served.busy), (1, 1));
    drop(held);
    renderer.serve();
    assert_eq!(calls(&log), "bab");
    assert_eq!(renderer.serve().groups, 0);
}

#[test]
fn changes_that_find_no_room_are_late_but_not_lost() {
    let (mut control, table) = services(1);
    let mut renderer = Renderer::new(table);
    let (group, log) = (control.new_group().unwrap(), log());
    for name in ['a', 'b', 'c'] {
        control.add_member(&group, probe(name, &log)).unwrap();
    }
    assert_eq!(control.waiting(), 1);
    group.request_service();
    renderer.serve();
    assert_eq!(calls(&log), "a", "the first change only");
    control.collect();
    assert_eq!(control.waiting(), 0);
    renderer.serve();
    assert_eq!(calls(&log), "abc", "what was requested meanwhile");
}

#[test]
fn a_group_is_taken_back_when_its_last_handle_is_gone() {
    let (mut control, _table) = services(8);
    let mut groups: Vec<_> = (0..MAX_GROUPS)
        .map(|_| control.new_group().unwrap())
        .collect();
    let full = ServiceError::Groups { limit: MAX_GROUPS };
    assert_eq!(control.new_group().err(), Some(full));
    groups.truncate(MAX_GROUPS - 2);
    assert!(control.new_group().is_ok());
}

#[test]
fn a_group_lives_as_long_as_one_it_is_nested_in() {
    let (mut control, mut renderer, outer, _sinks, log) = group_of("");
    let inner = control.new_group().unwrap();
    let sink = probe('i', &log);
    control.add_member(&inner, Arc::clone(&sink)).unwrap();
    control.add_group(&outer, &inner).unwrap();
    drop(inner);
    control.collect();
    outer.request_service();
    renderer.serve();
    assert_eq!(calls(&log), "i");
    drop(outer);
    // One block for the list of each: the outer group's, then the inner one's.
    for _ in 0..2 {
        control.collect();
        renderer.serve();
    }
    control.collect();
    assert!(is_free(&sink));
}

#[test]
fn a_group_that_takes_the_place_of_another_has_none_of_its_members() {
    let (mut control, mut renderer, group, sinks, log) = group_of("a");
    group.support_delayed_service();
    drop(group);
    let next = control.new_group().unwrap();
    let after = control.new_group().unwrap();
    for group in [&next, &after] {
        group.request_service();
        assert_eq!(
            group.request_delayed_service(Delay::from_units(0)),
            Err(ServiceError::NotSupported)
        );
    }
    renderer.serve();
    assert_eq!(calls(&log), "");
    control.collect();
    assert!(is_free(&sinks[0]));
}

#[test]
fn everything_is_freed_whichever_half_goes_first() {
    for control_first in [true, false] {
        let (mut control, mut renderer, group, sinks, _log) = group_of("ab");
        renderer.serve();
        control.remove_member(&group, &sinks[0]);
        renderer.serve();
        control.add_member(&group, Arc::clone(&sinks[0])).unwrap();
        if control_first {
            drop(control);
            renderer.serve();
            drop(renderer);
        } else {
            drop(renderer);
            control.collect();
            drop(control);
        }
        assert!(sinks.iter().all(is_free));
    }
}
