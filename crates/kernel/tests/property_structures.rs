//! Properties of a synthesizer pin as requests in bytes: what their values look like, byte by byte.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

#[path = "fake/property_pin.rs"]
mod property_pin;
#[path = "fake/property_request.rs"]
mod property_request;

use std::sync::Arc;

use assert_no_alloc::AllocDisabler;
use dmus_kernel::{
    SampleRate, SynthCaps,
    property::{
        BlockAccount, PropertyConfig, PropertyControl, PropertySet, Request, Status, SupportQuery,
        Target, Unloaded, ValidParams, Value, layout, request::TOPOLOGY,
    },
};
use property_pin::{CLASS, Shelf, Synth, block, caps, config, pair, pair_of, reading};
use property_request::{GET, SET, send};

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

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
