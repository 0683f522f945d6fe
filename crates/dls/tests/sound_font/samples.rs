//! Samples: their frames, loops, rates, pairs.

use dmus_dls::bank::{Destination, LoopKind, WaveLoop};
use dmus_dls::{Bank, Defect, Image};

use crate::sf2::{Font, HEADER, Header, frames, zone};
use crate::{base, defects, flawless, read};

/// A looped font of one sample with a header.
fn font(header: Header) -> Font {
    let mut font = Font::of(&[zone(&[(54, 1), (53, 0)])]);
    font.samples = vec![header];
    font
}

#[test]
fn frames_are_played_where_they_lie() {
    let file = font(Header {
        start: 3,
        end: 7,
        loop_start: 4,
        loop_end: 6,
        ..HEADER
    });
    let image = Image::from_bytes(&file.bytes());
    let bank = Bank::from_image(&image).unwrap();
    assert_eq!(bank.waves[0].frames.high(), [3, 4, 5, 6]);
    let of_file = dmus_dls::bank::Frames::in_image(&image, 0..2);
    if cfg!(target_endian = "little") {
        assert!(bank.waves[0].frames.share_memory(&of_file));
    }
}

#[test]
fn frames_of_24_bits_need_their_version_and_size() {
    let mut font = font(HEADER);
    for (version, bytes, fits) in [
        ([2, 4], 146, true),
        ([2, 10], 146, true),
        ([3, 0], 146, true),
        ([2, 1], 146, false),
        ([2, 4], 145, false),
        ([2, 4], 147, false),
        ([2, 4], 200, false),
    ] {
        font.version = version;
        font.low = Some(vec![9; bytes]);
        let bank = read(&font);
        let expected = (!fits).then_some(Defect::LowBytes {
            declared: bytes,
            used: 146,
        });
        assert_eq!(
            defects(&bank),
            Vec::from_iter(expected),
            "{version:?} {bytes}"
        );
        assert_eq!(bank.waves[0].frames.low().is_some(), fits);
        assert_eq!(bank.waves[0].frames.high()[5], 5);
    }
}

#[test]
fn third_bytes_of_an_odd_number_of_frames_may_be_padded() {
    let mut font = font(HEADER);
    font.data = frames(147);
    for bytes in [147, 148] {
        font.low = Some((0..bytes).collect());
        let bank = flawless(&font);
        assert_eq!(bank.waves[0].frames.low().unwrap()[99], 99);
    }
}

#[test]
fn half_a_frame_at_the_end_is_not_there() {
    let mut font = font(HEADER);
    font.data.push(1);
    assert_eq!(flawless(&font).waves[0].frames.len(), 100);
}

#[test]
fn key_255_is_60_and_so_are_those_that_are_none() {
    for (key, root, warnings) in [
        (0, 0, 0),
        (127, 127, 0),
        (255, 60, 0),
        (128, 60, 1),
        (254, 60, 1),
    ] {
        let bank = read(&font(Header { key, ..HEADER }));
        let sample = bank.instruments[0].regions[0].sample.unwrap();
        assert_eq!(sample.unity_note, root);
        assert_eq!(bank.warnings.len(), warnings);
    }
}

#[test]
fn rate_that_cannot_be_is_44_100_hz() {
    for rate_hz in [0, 768_001, u32::MAX] {
        let bank = read(&font(Header { rate_hz, ..HEADER }));
        assert_eq!(defects(&bank), [Defect::WaveRate { hz: rate_hz }]);
        assert_eq!(bank.waves[0].sample_rate, 44_100);
    }
    for rate_hz in [1, 400, 50_000, 192_000] {
        let bank = flawless(&font(Header { rate_hz, ..HEADER }));
        assert_eq!(bank.waves[0].sample_rate, rate_hz);
    }
}

#[test]
fn loops_of_any_length_are_played() {
    for (start, end) in [(0, 1), (99, 100), (10, 12), (0, 100), (50, 81)] {
        let bank = flawless(&font(Header {
            loop_start: start,
            loop_end: end,
            ..HEADER
        }));
        let expected = WaveLoop {
            kind: LoopKind::Forward,
            start,
            length: end - start,
        };
        let sample = bank.instruments[0].regions[0].sample.unwrap();
        assert_eq!(sample.wave_loop, Some(expected));
    }
}

#[test]
fn loop_that_reaches_out_of_its_sample_is_cut_to_it() {
    let header = Header {
        start: 20,
        end: 60,
        ..HEADER
    };
    for (start, end, cut) in [(10, 50, (0, 30)), (30, 90, (10, 30)), (0, 999, (0, 40))] {
        let bank = read(&font(Header {
            loop_start: start,
            loop_end: end,
            ..header
        }));
        let expected = Defect::LoopCut {
            start: i64::from(start) - 20,
            end: i64::from(end) - 20,
            frames: 40,
        };
        assert_eq!(defects(&bank), [expected]);
        let wave_loop = bank.instruments[0].regions[0]
            .sample
            .unwrap()
            .wave_loop
            .unwrap();
        assert_eq!((wave_loop.start, wave_loop.length), cut);
    }
}

#[test]
fn loop_of_which_nothing_is_in_the_sample_is_none() {
    for (loop_start, loop_end) in [(0, 0), (50, 50), (60, 50), (100, 120), (u32::MAX, 3)] {
        let bank = read(&font(Header {
            loop_start,
            loop_end,
            ..HEADER
        }));
        assert!(matches!(defects(&bank)[..], [Defect::LoopLost { .. }]));
        assert_eq!(
            bank.instruments[0].regions[0].sample.unwrap().wave_loop,
            None
        );
    }
}

#[test]
fn sample_past_the_end_of_the_data_is_cut() {
    let bank = read(&font(Header { end: 500, ..HEADER }));
    assert_eq!(
        defects(&bank),
        [Defect::SampleCut {
            start: 0,
            end: 500,
            frames: 146
        }]
    );
    assert_eq!(bank.waves[0].frames.len(), 146);
}

#[test]
fn sample_without_frames_is_dropped() {
    for (start, end) in [(5, 5), (9, 5), (146, 200), (u32::MAX, u32::MAX)] {
        let mut font = Font::of(&[zone(&[(53, 0)]), zone(&[(53, 1)])]);
        font.samples.push(Header {
            start,
            end,
            ..HEADER
        });
        let bank = read(&font);
        assert_eq!(
            defects(&bank),
            [Defect::ZoneSample { sample: 1 }, Defect::WaveEmpty]
        );
        assert_eq!(bank.waves.len(), 1);
    }
}

#[test]
fn pair_of_samples_is_a_phase_group_of_hard_left_and_right() {
    let mut font = Font::of(&[zone(&[(17, -500), (53, 0)]), zone(&[(17, 500), (53, 1)])]);
    font.samples = vec![
        Header {
            link: 1,
            kind: 4,
            ..HEADER
        },
        Header {
            link: 0,
            kind: 2,
            ..HEADER
        },
    ];
    let bank = flawless(&font);
    let regions = &bank.instruments[0].regions;
    assert_eq!(regions.len(), 2);
    let (left, right) = (&regions[0], &regions[1]);
    assert_eq!(base(left, Destination::Pan), -500 * 65_536);
    assert_eq!(base(right, Destination::Pan), 500 * 65_536);
    for region in [left, right] {
        assert_eq!(region.sample.unwrap().gain.0, 0);
        assert_eq!(region.link.phase_group, 1);
        assert!(!region.link.multi_channel);
    }
    assert!(left.link.phase_master && !right.link.phase_master);
    assert_eq!((left.link.channels, right.link.channels), (1, 2));
}

#[test]
fn links_that_are_not_answered_make_no_pair() {
    for (link, kind) in [(0, 4), (7, 2), (1, 4), (1, 8), (1, 1)] {
        let mut font = Font::of(&[zone(&[(53, 0)]), zone(&[(53, 1)])]);
        font.samples = vec![
            Header {
                link,
                kind,
                ..HEADER
            },
            Header {
                link: 0,
                kind: 4,
                ..HEADER
            },
        ];
        for region in &flawless(&font).instruments[0].regions {
            assert_eq!(region.link.phase_group, 0, "{link} {kind}");
        }
    }
}
