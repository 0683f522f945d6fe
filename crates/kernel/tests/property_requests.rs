//! Properties of a synthesizer pin as requests in bytes: every check. What values look like is in
//! property_structures.rs.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

#[expect(dead_code, reason = "running pins are asked in `property_structures`")]
#[path = "fake/property_pin.rs"]
mod property_pin;
#[path = "fake/property_request.rs"]
mod property_request;

use assert_no_alloc::AllocDisabler;
use dmus_kernel::property::{
    Completion, PropertyConfig, PropertySet, Request, Status, SupportQuery, SynthItem, Target,
    Value, Verb, layout, request::TOPOLOGY, set::Item,
};
use property_pin::{Synth, block, config, pair, pair_of, reading};
use property_request::{GET, SET, flags, instance, send, target};
use proptest::prelude::*;

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

const SUPPORT: u32 = Verb::BasicSupport as u32;

/// All items with what addresses them, and the verdict of a value in order.
fn items() -> Vec<(PropertySet, u32, Item)> {
    let of = |set, count| (0..count).map(move |number| (set, number));
    let support = SupportQuery::ALL.map(|query| (PropertySet::Support(query), 0));
    of(PropertySet::Synth, 8)
        .chain(of(PropertySet::SynthClock, 1))
        .chain(of(PropertySet::SynthDls, 5))
        .chain(support)
        .map(|(set, number)| (set, number, Item::find(set, number).unwrap()))
        .collect()
}

/// What a value in order brings, if the verb is one of the item's.
fn expected(item: Item, verb: u32) -> Result<Status, Status> {
    match (item, verb) {
        // A value of zeros: no such handle, no groups, no choice of effects.
        (Item::Dls(_), SET) if item.traits().value == 8 => Err(Status::Unsuccessful),
        (Item::Synth(SynthItem::ChannelGroups), SET) => Err(Status::InvalidParameter),
        (Item::Support(SupportQuery::Effects), SET) => Err(Status::InvalidParameter),
        _ => Ok(Status::Success),
    }
}

#[test]
fn every_item_judges_every_verb_and_every_size_of_value() {
    let (mut control, mut node) = pair();
    for (set, number, item) in items() {
        let traits = item.traits();
        for (verb, has) in [(GET, traits.get), (SET, traits.set), (SUPPORT, true)] {
            let needed = if verb == SUPPORT { 4 } else { traits.value };
            let at = (set, number);
            let mut long = [0; 400];
            for size in [0, needed.saturating_sub(1), needed, needed + 50] {
                let answer = send(&mut control, at, verb, Value::Bytes(&mut long[..size]));
                let wanted = if !has {
                    Err(Status::InvalidDeviceRequest)
                } else if size == 0 && needed > 0 {
                    Ok((Status::BufferOverflow, needed))
                } else if size < needed {
                    Err(Status::BufferTooSmall)
                } else {
                    let right = if verb == SUPPORT {
                        Ok(Status::Success)
                    } else {
                        expected(item, verb)
                    };
                    right.map(|status| (status, needed))
                };
                let answer = answer.map(|it| (it.status, it.size));
                assert_eq!(answer, wanted, "{item:?}, verb {verb}, {size} bytes");
                long.fill(0);
            }
            node.serve(Some(&mut Synth::default()));
        }
    }
}

#[test]
fn no_byte_beyond_the_value_is_written() {
    let (mut control, _node) = pair();
    for (set, number, item) in items() {
        let traits = item.traits();
        if !traits.get {
            continue;
        }
        let mut value = [0xA5; 400];
        send(&mut control, (set, number), GET, Value::Bytes(&mut value)).unwrap();
        assert!(
            value[traits.value..].iter().all(|byte| *byte == 0xA5),
            "{item:?}"
        );
    }
}

#[test]
fn a_value_that_is_not_there_is_judged_by_its_size_first() {
    let (mut control, _node) = pair();
    let mut null = |verb, size| {
        send(
            &mut control,
            (PropertySet::Synth, 0),
            verb,
            Value::Null { size },
        )
    };
    let overflow = Completion {
        status: Status::BufferOverflow,
        size: 4,
    };
    for verb in [GET, SET, SUPPORT] {
        assert_eq!(null(verb, 0), Ok(overflow));
        assert_eq!(null(verb, 3), Err(Status::BufferTooSmall));
        assert_eq!(null(verb, 4), Err(Status::InvalidParameter));
    }
}

#[test]
fn an_item_without_a_value_needs_none() {
    let (mut control, _node) = pair();
    let compact = (PropertySet::SynthDls, 2);
    for value in [Value::Null { size: 0 }, Value::Bytes(&mut [])] {
        let done = send(&mut control, compact, SET, value).unwrap();
        assert_eq!((done.status, done.size), (Status::Success, 0));
    }
}

#[test]
fn instance_data_that_break_off_are_too_small() {
    let (mut control, _node) = pair();
    for (set, item, of) in items() {
        let traits = of.traits();
        let verb = if traits.get { GET } else { SET };
        if !(traits.get || traits.set) {
            continue;
        }
        let whole = instance(&traits);
        for length in 0..whole.len() {
            let mut value = [0; 400];
            let answer = control.request(Request {
                target: target(&traits),
                set,
                item,
                flags: flags(&traits, verb),
                instance: &whole[..length],
                value: Value::Bytes(&mut value),
            });
            assert_eq!(answer, Err(Status::BufferTooSmall), "{of:?} {length}");
        }
    }
}

#[test]
fn basic_support_tells_the_verbs_that_work() {
    let (mut control, _node) = pair();
    for (set, number, item) in items() {
        let mut value = [0; 4];
        send(
            &mut control,
            (set, number),
            SUPPORT,
            Value::Bytes(&mut value),
        )
        .unwrap();
        let told = u32::from_le_bytes(value);
        let works = |verb| {
            let mut value = [0; 400];
            // Told of itself by being refused as a verb, and not otherwise.
            let answer = send(&mut pair().0, (set, number), verb, Value::Bytes(&mut value));
            answer != Err(Status::InvalidDeviceRequest)
        };
        let get = if works(GET) { GET } else { 0 };
        let set_verb = if works(SET) { SET } else { 0 };
        assert_eq!(told, get | set_verb | SUPPORT, "{item:?}");
    }
}

#[test]
fn flags_that_are_not_one_verb_are_refused() {
    let (mut control, _node) = pair();
    for flags in [
        0,
        GET | SET,
        GET | SUPPORT,
        4,
        0x400,
        GET | 0x8000_0000,
        TOPOLOGY,
    ] {
        let answer = control.request(Request {
            target: Target::Pin(0),
            set: PropertySet::Synth,
            item: 0,
            flags,
            instance: &[],
            value: Value::Bytes(&mut [0; 4]),
        });
        assert_eq!(answer, Err(Status::InvalidDeviceRequest), "{flags:#x}");
    }
}

#[test]
fn a_node_is_addressed_for_the_items_that_have_one_and_no_others() {
    let (mut control, _node) = pair();
    for (set, item, of) in items() {
        let traits = of.traits();
        let wrong = if traits.node {
            SUPPORT
        } else {
            SUPPORT | TOPOLOGY
        };
        let answer = control.request(Request {
            target: target(&traits),
            set,
            item,
            flags: wrong,
            instance: &[0; 64],
            value: Value::Bytes(&mut [0; 4]),
        });
        assert_eq!(answer, Err(Status::InvalidDeviceRequest), "{of:?}");
    }
}

#[test]
fn volume_and_master_clock_have_no_node() {
    let without: Vec<Item> = items()
        .into_iter()
        .map(|(_, _, item)| item)
        .filter(|item| !item.traits().node)
        .collect();
    let volume = Item::Synth(SynthItem::Volume);
    assert_eq!(without, [volume, Item::MasterClock]);
}

#[test]
fn basic_support_needs_no_more_than_the_node() {
    let (mut control, _node) = pair();
    for item in [3, 5] {
        let answer = control.request(Request {
            target: Target::Pin(0),
            set: PropertySet::Synth,
            item,
            flags: SUPPORT | TOPOLOGY,
            instance: &[0; layout::NODE],
            value: Value::Bytes(&mut [0; 4]),
        });
        assert_eq!(answer.map(|it| it.status), Ok(Status::Success));
    }
}

#[test]
fn unknown_items_and_unknown_sets_are_told_apart() {
    let (mut control, _node) = pair();
    let mut ask = |set, item| {
        control.request(Request {
            target: Target::Pin(0),
            set,
            item,
            flags: GET,
            instance: &[],
            value: Value::Bytes(&mut [0; 4]),
        })
    };
    for (set, item) in [
        (PropertySet::Synth, 8),
        (PropertySet::SynthClock, 1),
        (PropertySet::SynthDls, 5),
        (PropertySet::Support(SupportQuery::Dls1), 1),
        (PropertySet::Synth, u32::MAX),
    ] {
        assert_eq!(ask(set, item), Err(Status::Unsuccessful));
    }
    assert_eq!(ask(PropertySet::Other([7; 16]), 0), Err(Status::NotFound));
}

#[test]
fn items_of_a_stream_want_a_stream_and_the_master_clock_wants_the_filter() {
    let (mut control, _node) = pair();
    for (set, item, of) in items() {
        let traits = of.traits();
        let wrong = if traits.stream {
            vec![Target::Filter, Target::Pin(1)]
        } else {
            vec![Target::Pin(0)]
        };
        for target in wrong {
            let answer = control.request(Request {
                target,
                set,
                item,
                flags: flags(&traits, SUPPORT),
                instance: &instance(&traits),
                value: Value::Bytes(&mut [0; 4]),
            });
            assert_eq!(answer, Err(Status::InvalidDeviceRequest), "{of:?}");
        }
    }
}

#[test]
fn the_checks_come_in_their_order() {
    // Each request is wrong in all that the later checks look at.
    let (mut control, _node) = pair();
    let mut ask = |set, item, flags, value| {
        control.request(Request {
            target: Target::Filter,
            set,
            item,
            flags,
            instance: &[],
            value,
        })
    };
    let null = |size| Value::Null { size };
    let other = PropertySet::Other([0; 16]);
    assert_eq!(ask(other, 99, 0, null(0)), Err(Status::NotFound));
    let synth = PropertySet::Synth;
    assert_eq!(ask(synth, 99, 0, null(0)), Err(Status::Unsuccessful));
    assert_eq!(ask(synth, 5, 0, null(0)), Err(Status::InvalidDeviceRequest));
    let get = GET | TOPOLOGY;
    let overflow = ask(synth, 5, get, null(0)).unwrap();
    assert_eq!(
        (overflow.status, overflow.size),
        (Status::BufferOverflow, 4)
    );
    assert_eq!(ask(synth, 5, get, null(3)), Err(Status::BufferTooSmall));
    assert_eq!(ask(synth, 5, get, null(4)), Err(Status::InvalidParameter));
    let bytes = Value::Bytes(&mut [0; 4]);
    assert_eq!(ask(synth, 5, get, bytes), Err(Status::BufferTooSmall));
}

/// Reads a property of 4 bytes.
#[test]
fn a_full_ring_is_insufficient_resources_in_bytes() {
    let (mut control, _node) = pair_of(PropertyConfig {
        capacity: 1,
        ..config()
    });
    let mut set = || {
        send(
            &mut control,
            (PropertySet::Synth, 0),
            SET,
            Value::Bytes(&mut [0; 4]),
        )
    };
    set().unwrap();
    assert_eq!(set(), Err(Status::InsufficientResources));
}

proptest! {
    #[test]
    fn no_request_panics_or_succeeds_by_accident(
        pick in any::<proptest::sample::Index>(),
        item in 0_u32..10,
        flags in prop_oneof![any::<u32>(), Just(GET | TOPOLOGY), Just(SET | TOPOLOGY), Just(GET)],
        instance in proptest::collection::vec(any::<u8>(), 0..48),
        mut value in proptest::collection::vec(any::<u8>(), 0..320),
        pin in 0_u16..2,
    ) {
        let all = items();
        let (set, _, _) = *pick.get(&all);
        let size = value.len();
        let answer = pair().0.request(Request {
            target: Target::Pin(pin),
            set,
            item,
            flags,
            instance: &instance,
            value: Value::Bytes(&mut value),
        });
        if let Ok(done) = answer {
            prop_assert!(Verb::from_flags(flags).is_some());
            prop_assert!(done.size <= size || done.status == Status::BufferOverflow);
        }
    }
}

#[test]
fn requests_are_answered_alike_in_every_state() {
    // In STOP, ACQUIRE and PAUSE nothing plays, so there is nothing to read from the synthesizer.
    for runs in [false, false, false, true] {
        let (mut control, mut node) = pair();
        let mut synth = Synth::default();
        node.account(&block(0, runs.then(|| reading(1, 0, 0.5))));
        for (set, number, item) in items() {
            let traits = item.traits();
            let verbs = [(GET, traits.get), (SET, traits.set), (SUPPORT, true)];
            for (verb, _) in verbs.into_iter().filter(|(_, has)| *has) {
                let value = &mut [0; 400];
                let answer = send(&mut control, (set, number), verb, Value::Bytes(value));
                let status = answer.map(|it| it.status);
                let expected = if verb == SUPPORT {
                    Ok(Status::Success)
                } else {
                    expected(item, verb)
                };
                assert_eq!(status, expected, "{item:?} {verb}");
            }
        }
        node.serve(Some(&mut synth));
        assert_eq!((synth.gains, synth.groups), (vec![0, 0], vec![4]));
    }
}
