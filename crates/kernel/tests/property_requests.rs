//! Properties of a synthesizer pin as requests in bytes: every check, every structure.
//!
//! Long because: each structure is compared byte by byte, through the same few helpers.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

#[path = "fake/property_pin.rs"]
mod property_pin;

use std::sync::Arc;

use assert_no_alloc::AllocDisabler;
use dmus_kernel::{
    SampleRate, SynthCaps,
    property::{
        BlockAccount, Completion, PropertyConfig, PropertyControl, PropertySet, Request, Status,
        SupportQuery, SynthItem, Target, Unloaded, ValidParams, Value, Verb, layout,
        request::TOPOLOGY,
        set::{Item, ItemTraits},
    },
};
use property_pin::{CLASS, Shelf, Synth, block, caps, config, pair, pair_of, reading};
use proptest::prelude::*;

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

const GET: u32 = Verb::Get as u32;
const SET: u32 = Verb::Set as u32;
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

fn target(traits: &ItemTraits) -> Target {
    if traits.stream {
        Target::Pin(0)
    } else {
        Target::Filter
    }
}

fn flags(traits: &ItemTraits, verb: u32) -> u32 {
    if traits.node { verb | TOPOLOGY } else { verb }
}

/// Instance data in order: a node, then what the item needs, a chunk of three bytes for downloads.
fn instance(traits: &ItemTraits) -> Vec<u8> {
    let node = if traits.node { layout::NODE } else { 0 };
    let mut bytes = vec![0; node];
    if traits.value == layout::DOWNLOAD {
        bytes.extend([3, 0, 0, 0, 7, 7, 7]);
    } else {
        bytes.resize(node + traits.instance, 0);
    }
    bytes
}

/// Sends a request that is in order but for its value.
fn send(
    control: &mut PropertyControl,
    (set, item): (PropertySet, u32),
    verb: u32,
    value: Value<'_>,
) -> Result<Completion, Status> {
    let traits = Item::find(set, item).unwrap().traits();
    control.request(Request {
        target: target(&traits),
        set,
        item,
        flags: flags(&traits, verb),
        instance: &instance(&traits),
        value,
    })
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
fn get_u32(control: &mut PropertyControl, set: PropertySet, item: u32) -> Result<u32, Status> {
    let mut value = [0; 4];
    send(control, (set, item), GET, Value::Bytes(&mut value))?;
    Ok(u32::from_le_bytes(value))
}

#[test]
fn numbers_are_set_and_read_in_little_endian() {
    let (mut control, mut node) = pair();
    let synth = PropertySet::Synth;
    let mut set = |item, bytes: [u8; 4]| {
        send(
            &mut control,
            (synth, item),
            SET,
            Value::Bytes(&mut bytes.clone()),
        )
    };
    set(0, [0x18, 0xFC, 0xFF, 0xFF]).unwrap();
    set(1, [0x58, 0x02, 0, 0]).unwrap();
    set(4, [2, 0, 0, 0]).unwrap();
    assert_eq!(set(0, [0, 0, 0, 0x80]), Err(Status::InvalidParameter));
    let read = [0, 1, 4].map(|item| get_u32(&mut control, synth, item).unwrap());
    assert_eq!(read, [(-1_000_i32).cast_unsigned(), 600, 2]);
    let mut heard = Synth::default();
    node.serve(Some(&mut heard));
    assert_eq!((heard.gains, heard.groups), (vec![-1_000, -400], vec![2]));
}

#[test]
fn a_priority_in_bytes_counts_groups_from_zero_and_channels_from_zero() {
    let (mut control, mut node) = pair();
    let mut priority = |group: u32, channel: u32, flags, value: &mut [u8; 4]| {
        let mut instance = vec![0; 8];
        instance.extend(group.to_le_bytes());
        instance.extend(channel.to_le_bytes());
        control.request(Request {
            target: Target::Pin(0),
            set: PropertySet::Synth,
            item: 5,
            flags: flags | TOPOLOGY,
            instance: &instance,
            value: Value::Bytes(value),
        })
    };
    let mut value = [0; 4];
    priority(0, 9, GET, &mut value).unwrap();
    assert_eq!(value, [0x0F, 0, 0, 0x80]);
    priority(3, 9, SET, &mut [1, 0, 0, 0xC0]).unwrap();
    priority(3, 9, GET, &mut value).unwrap();
    assert_eq!(value, [1, 0, 0, 0xC0]);
    assert_eq!(
        priority(4, 0, GET, &mut value),
        Err(Status::InvalidParameter)
    );
    assert_eq!(
        priority(0, 16, SET, &mut value),
        Err(Status::InvalidParameter)
    );
    let mut synth = Synth::default();
    node.serve(Some(&mut synth));
    assert_eq!(synth.priorities, [(3, 9, 0xC000_0001)]);
}

#[test]
fn capabilities_have_the_layout_of_the_original() {
    let (mut control, _node) = pair();
    let mut value = [0xEE; layout::CAPS];
    send(
        &mut control,
        (PropertySet::Synth, 2),
        GET,
        Value::Bytes(&mut value),
    )
    .unwrap();
    assert_eq!((value.len(), &value[..16]), (296, &CLASS[..]));
    let dword = |at: usize| u32::from_le_bytes(value[at..at + 4].try_into().unwrap());
    let numbers = [16, 20, 24, 28, 32, 36].map(dword);
    assert_eq!(numbers, [5, 0x7FFF_FFFF, 4, 64, 2, 1]);
    let units = value[40..]
        .chunks(2)
        .map(|two| u16::from_le_bytes([two[0], two[1]]));
    let text: Vec<u16> = units.collect();
    assert_eq!(text.len(), 128);
    let end = text.iter().position(|unit| *unit == 0).unwrap();
    assert_eq!(String::from_utf16(&text[..end]).unwrap(), "Synth für Tests");
    assert!(text[end..].iter().all(|unit| *unit == 0));
}

#[test]
fn what_a_miniport_cannot_tell_is_all_ones_and_a_long_name_is_cut() {
    let mut value = [0; layout::CAPS];
    let unknown = SynthCaps {
        max_voices: None,
        max_audio_channels: None,
        memory_size: Some(1),
        description: "0123456789012345678901234567890123456789012345678901234567890123456789\
            0123456789012345678901234567890123456789012345678901234567890123456789",
        ..caps()
    };
    layout::write_caps(&unknown, CLASS, &mut value);
    assert_eq!(value[20..24], [1, 0, 0, 0]);
    assert_eq!(value[28..36], [0xFF; 8]);
    assert_eq!(value[292..], [b'6', 0, 0, 0]);
}

#[test]
fn port_parameters_in_bytes_report_what_was_changed() {
    let (mut control, _node) = pair();
    let mut ask = |fields: [u32; 7]| {
        let mut instance = vec![0; 8];
        instance.extend(fields.iter().flat_map(|field| field.to_le_bytes()));
        let mut value = [0; 28];
        let done = control.request(Request {
            target: Target::Pin(0),
            set: PropertySet::Synth,
            item: 3,
            flags: GET | TOPOLOGY,
            instance: &instance,
            value: Value::Bytes(&mut value),
        });
        let read = layout::read_port_params(&value);
        (done.unwrap().status, read)
    };
    let (status, params) = ask([0x0A, 9, 1, 9, 48_000, 9, 9]);
    assert_eq!(
        (status, params.channel_groups, params.voices),
        (Status::Success, 1, 32)
    );
    let (status, params) = ask([0x0A, 9, 9, 9, 22_050, 9, 9]);
    assert_eq!(status, Status::NotAllAssigned);
    assert_eq!((params.channel_groups, params.sample_rate_hz), (4, 48_000));
    assert_eq!(params.valid, ValidParams::ALL);
}

#[test]
fn statistics_have_the_layout_of_the_original() {
    let (mut control, mut node) = pair();
    node.enter_run();
    node.account(&BlockAccount {
        busy_ns: Some(500_000),
        ..block(0, Some(reading(2, 3, 0.5)))
    });
    let mut value = [0; layout::STATS];
    send(
        &mut control,
        (PropertySet::Synth, 7),
        GET,
        Value::Bytes(&mut value),
    )
    .unwrap();
    let fields: Vec<i32> = value
        .chunks(4)
        .map(|four| i32::from_le_bytes(four.try_into().unwrap()))
        .collect();
    assert_eq!(fields, [0x3F, 2, 500, 250, 3, 12_345, -602]);
}

#[test]
fn both_clocks_are_64_bits_of_100_ns() {
    let (mut control, mut node) = pair();
    node.account(&block(1 << 30, None));
    let mut value = [0; 8];
    send(
        &mut control,
        (PropertySet::Synth, 6),
        GET,
        Value::Bytes(&mut value),
    )
    .unwrap();
    assert_eq!(i64::from_le_bytes(value), ((1 << 30) + 1) * 100_000);
    send(
        &mut control,
        (PropertySet::SynthClock, 0),
        GET,
        Value::Bytes(&mut value),
    )
    .unwrap();
    assert_eq!(i64::from_le_bytes(value), (1 << 30) * 100_000);
}

/// Sends a download whose size claims what it likes.
fn download(control: &mut PropertyControl, size: u32, chunk: &[u8]) -> Result<u64, Status> {
    let mut instance = vec![0; 8];
    instance.extend(size.to_le_bytes());
    instance.extend(chunk);
    let mut value = [0xEE; layout::DOWNLOAD];
    control.request(Request {
        target: Target::Pin(0),
        set: PropertySet::SynthDls,
        item: 0,
        flags: GET | TOPOLOGY,
        instance: &instance,
        value: Value::Bytes(&mut value),
    })?;
    // The client may always free its memory.
    assert_eq!(value[8..], [1, 0, 0, 0, 0, 0, 0, 0]);
    Ok(u64::from_le_bytes(value[..8].try_into().unwrap()))
}

#[test]
fn a_download_in_bytes_gives_a_handle_and_frees_the_client() {
    let (mut control, _node) = pair();
    assert_eq!(download(&mut control, 4, &[1; 10]), Ok(0x1_0000_0001));
    assert_eq!(
        download(&mut control, 0, &[1; 10]),
        Err(Status::Unsuccessful)
    );
    assert_eq!(
        download(&mut control, 11, &[1; 10]),
        Err(Status::BufferTooSmall)
    );
    assert_eq!(
        download(&mut control, u32::MAX, &[]),
        Err(Status::BufferTooSmall)
    );
    assert_eq!(
        download(&mut control, 2, &[1; 10]),
        Err(Status::Unsuccessful)
    );
    assert_eq!(
        download(&mut control, 101, &[1; 101]),
        Err(Status::NoMemory)
    );
}

#[test]
fn an_unload_is_done_or_pending_or_unknown() {
    for (unloads, status) in [
        (Unloaded::Now, Status::Success),
        (Unloaded::Pending, Status::Pending),
    ] {
        let shelf = Shelf {
            chunks: Arc::default(),
            unloads,
            compacted: Arc::default(),
        };
        let (mut control, _node) = pair_of(PropertyConfig {
            downloads: Some(Box::new(shelf)),
            ..config()
        });
        let handle = download(&mut control, 4, &[1; 4]).unwrap();
        let mut unload = |handle: u64| {
            let mut value = handle.to_le_bytes();
            send(
                &mut control,
                (PropertySet::SynthDls, 1),
                SET,
                Value::Bytes(&mut value),
            )
        };
        assert_eq!(unload(handle).map(|it| it.status), Ok(status));
        assert_eq!(unload(9), Err(Status::Unsuccessful));
    }
}

#[test]
fn the_wave_format_is_stereo_floats_at_the_rate_of_the_wave_pin() {
    let (mut control, _node) = pair();
    control.set_sample_rate(SampleRate::new(44_100).unwrap());
    let mut value = [0; layout::WAVE_FORMAT];
    send(
        &mut control,
        (PropertySet::SynthDls, 4),
        GET,
        Value::Bytes(&mut value),
    )
    .unwrap();
    let rate = 44_100_u32.to_le_bytes();
    let bytes = (44_100_u32 * 8).to_le_bytes();
    let expected = [&[3, 0, 2, 0][..], &rate, &bytes, &[8, 0, 32, 0, 0, 0]].concat();
    assert_eq!(value[..], expected[..]);
}

#[test]
fn questions_of_what_there_is_are_answered_from_the_capabilities() {
    let (mut control, _node) = pair();
    for query in SupportQuery::ALL {
        let expected = match query {
            SupportQuery::GsCapable | SupportQuery::XgCapable | SupportQuery::Dls1 => Ok(1),
            SupportQuery::Effects | SupportQuery::Volume => Ok(1),
            SupportQuery::SampleMemorySize => Ok(0x7FFF_FFFF),
            SupportQuery::MemorySize => Ok(12_345),
            SupportQuery::SamplePlaybackRate => Ok(48_000),
            SupportQuery::WavesReverb | SupportQuery::WriteLatency | SupportQuery::WritePeriod => {
                Err(Status::InvalidDeviceRequest)
            }
            _ => Ok(0),
        };
        let answer = get_u32(&mut control, PropertySet::Support(query), 0);
        assert_eq!(answer, expected, "{query:?}");
    }
}

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
