//! What GS and XG set for a part.

use dmus_dls::bank::{Destination, Source};
use dmus_synth::SynthStats;

use crate::bank::{base, cents, from, harness, patch, seconds};
use crate::measure::close;
use crate::rig::Rig;

use super::{gs, programs, xg};

/// The first part of each maker.
fn part(address: u8, data: &[u8], in_xg: u8, data_in_xg: &[u8]) -> [Vec<u8>; 2] {
    [
        gs([0x40, 0x11, address], data),
        xg([0x08, 0x00, in_xg], data_in_xg),
    ]
}

fn is_understood(stats: SynthStats) -> bool {
    stats.unknown == 0 && stats.bad_checksums == 0
}

#[test]
fn a_part_has_a_tone_number() {
    for messages in [
        vec![gs([0x40, 0x11, 0x00], &[8, 5])],
        vec![xg([0x08, 0x00, 0x01], &[8, 0, 5])],
    ] {
        let mut rig = Rig::new(&programs());
        messages.iter().for_each(|message| rig.send(message));
        assert_eq!(rig.part(0).patch, Some(patch(false, 8, 5)));
        assert!(is_understood(rig.engine.stats()));
    }
}

#[test]
fn a_part_hears_the_channel_it_was_given() {
    for (messages, is_deaf) in [
        (part(0x02, &[4], 0x04, &[4]), false),
        (part(0x02, &[16], 0x04, &[0x7F]), true),
    ] {
        for message in messages {
            let mut rig = Rig::new(&harness(&[]));
            rig.send(&message);
            rig.strike(69);
            assert_eq!(rig.voices(), 0);
            rig.send(&[0x94, 69, 127]);
            // Part 5 hears its channel as before, part 1 too if it can.
            assert_eq!(rig.part(4).voices, 1);
            assert_eq!(rig.part(0).voices, u32::from(!is_deaf));
        }
    }
}

#[test]
fn a_part_plays_one_note_at_a_time_or_many() {
    for messages in [part(0x13, &[0], 0x05, &[0])] {
        for message in messages {
            let mut rig = Rig::new(&harness(&[]));
            rig.send(&message);
            rig.strike(57);
            rig.run(441);
            rig.strike(69);
            rig.run(2000);
            assert_eq!(rig.voices(), 1);
        }
    }
}

#[test]
fn a_key_struck_again_ends_all_its_notes_or_none() {
    let bank = harness(&[base(Destination::Eg1Release, seconds(4.0))]);
    for (data, in_xg, sounding) in [(0, 0, 1), (1, 2, 2), (2, 1, 3)] {
        for message in part(0x14, &[data], 0x06, &[in_xg]) {
            let mut rig = Rig::new(&bank);
            rig.send(&message);
            rig.strike(60);
            rig.run(441);
            rig.lift(60);
            rig.run(441);
            rig.strike(60);
            rig.run(441);
            rig.strike(60);
            rig.run(2000);
            assert_eq!(rig.voices(), sounding, "{message:02X?}");
        }
    }
}

#[test]
fn a_part_is_shifted_by_keys() {
    for message in part(0x16, &[0x4C], 0x08, &[0x4C]) {
        let mut rig = Rig::new(&harness(&[]));
        rig.send(&message);
        rig.strike(57);
        close(rig.run_s(0.5).frequency(441.0), 441.0, 0.05);
    }
}

#[test]
fn level_place_and_sends_of_a_part_are_its_controllers() {
    for messages in [
        [
            gs([0x40, 0x11, 0x19], &[64]),
            gs([0x40, 0x11, 0x1C], &[127]),
            gs([0x40, 0x11, 0x21], &[32, 16]),
            gs([0x40, 0x11, 0x2C], &[64]),
        ],
        [
            xg([8, 0, 0x0B], &[64]),
            xg([8, 0, 0x0E], &[127]),
            xg([8, 0, 0x12], &[32, 16]),
            xg([8, 0, 0x14], &[64]),
        ],
    ] {
        let mut rig = Rig::new(&harness(&[]));
        messages.iter().for_each(|message| rig.send(message));
        rig.strike(69);
        let frames = rig.run_s(0.5);
        close(frames.right_db(0.1, 0.4), -11.905, 0.05);
        assert!(frames.left_db(0.1, 0.4) < -90.0);
        let part = rig.part(0);
        close(f64::from(part.chorus_send), 0.25, 1e-6);
        close(f64::from(part.reverb_send), 0.125, 1e-6);
        close(f64::from(part.delay_send), 0.5, 1e-6);
    }
}

#[test]
fn a_part_may_put_its_notes_anywhere() {
    for message in part(0x1C, &[0], 0x0E, &[0]) {
        let mut rig = Rig::new(&harness(&[]));
        rig.send(&message);
        let mut places = Vec::new();
        for _ in 0..4 {
            rig.strike(69);
            let frames = rig.run_s(0.3);
            places.push(frames.left_db(0.1, 0.2) - frames.right_db(0.1, 0.2));
            rig.send(&[0xB0, 120, 0]);
            rig.run(4410);
        }
        let differ = |place: &f64| (place - places[0]).abs() > 1.0;
        assert!(places.iter().any(differ), "{places:?}");
    }
}

#[test]
fn a_part_turns_and_moves_velocities() {
    for messages in [
        [gs([0x40, 0x11, 0x1A], &[32, 74])],
        [xg([8, 0, 0x0C], &[32, 74])],
    ] {
        let mut rig = Rig::new(&harness(&[]));
        messages.iter().for_each(|message| rig.send(message));
        rig.send(&[0x90, 69, 100]);
        // 100 by a half and 20 more.
        let level_db = 40.0 * libm::log10(70.0 / 127.0);
        close(rig.run_s(0.5).level_db(0.1, 0.4), level_db, 0.05);
    }
}

#[test]
fn a_part_answers_to_a_range_of_keys() {
    for message in part(0x1D, &[60, 62], 0x0F, &[60, 62]) {
        let mut rig = Rig::new(&harness(&[]));
        rig.send(&message);
        for key in 58..66 {
            rig.strike(key);
        }
        assert_eq!(rig.voices(), 3);
    }
}

#[test]
fn the_scale_of_a_part_is_tuned_in_cents() {
    for message in part(
        0x40,
        &[64, 64, 64, 64, 64, 64, 64, 64, 64, 84],
        0x41,
        &[64, 64, 64, 64, 64, 64, 64, 64, 64, 84],
    ) {
        let mut rig = Rig::new(&harness(&[]));
        rig.strike(69);
        rig.run(441);
        rig.send(&message);
        // A note that sounds follows.
        close(rig.run_s(0.5).pitch_at(441.0, 0.3), 20.0, 0.5);
        rig.lift(69);
        rig.run(4410);
        rig.strike(81);
        close(rig.run_s(0.5).pitch_at(882.0, 0.3), 20.0, 0.5);
        rig.lift(81);
        rig.run(4410);
        rig.strike(70);
        close(rig.run_s(0.5).pitch_at(441.0, 0.3), 100.0, 0.5);
    }
}

#[test]
fn the_bend_range_of_a_part_is_in_semitones() {
    for message in [gs([0x40, 0x21, 0x10], &[0x4C]), xg([8, 0, 0x23], &[0x4C])] {
        let mut rig = Rig::new(&harness(&[]));
        rig.send(&message);
        rig.send(&[0xE0, 0, 0]);
        rig.strike(81);
        close(rig.run_s(0.5).frequency(441.0), 441.0, 0.05);
    }
}

#[test]
fn a_part_is_tuned_finely() {
    let mut rig = Rig::new(&harness(&[]));
    rig.send(&gs([0x40, 0x11, 0x2A], &[0x60, 0x00]));
    rig.strike(69);
    close(rig.run_s(0.5).pitch_at(441.0, 0.3), 50.0, 0.5);
}

#[test]
fn two_controllers_of_a_part_reach_what_gs_says() {
    let mut rig = Rig::new(&harness(&[]));
    rig.send(&gs([0x40, 0x11, 0x1F], &[3, 9]));
    rig.send(&gs([0x40, 0x21, 0x40], &[66]));
    rig.send(&gs([0x40, 0x21, 0x50], &[67]));
    rig.send(&[0xB0, 3, 127]);
    rig.send(&[0xB0, 9, 127]);
    rig.strike(69);
    close(rig.run_s(0.5).pitch_at(441.0, 0.3), 500.0, 0.5);
}

#[test]
fn the_sound_of_a_part_is_that_of_its_sound_controllers() {
    let bank = harness(&[from(Source::VibLfo, Destination::Pitch, cents(20.0))]);
    let play = |messages: &[Vec<u8>]| {
        let mut rig = Rig::new(&bank);
        messages.iter().for_each(|message| rig.send(message));
        assert!(is_understood(rig.engine.stats()));
        rig.strike(69);
        rig.run(20_000).left
    };
    let controllers: Vec<Vec<u8>> = (0_u8..8)
        .map(|n| {
            vec![
                0xB0,
                [76, 77, 74, 71, 73, 75, 72, 78][usize::from(n)],
                40 + n,
            ]
        })
        .collect();
    let expected = play(&controllers);
    let data: Vec<u8> = (40..48).collect();
    assert!(play(&[gs([0x40, 0x11, 0x30], &data)]) == expected);
    let in_xg = xg([8, 0, 0x15], &[40, 41, 47, 42, 43, 44, 45, 46]);
    assert!(play(&[in_xg]) == expected);
    assert!(play(&[]) != expected);
}

#[test]
fn a_part_of_xg_becomes_a_kit_by_its_mode() {
    let mut rig = Rig::new(&programs());
    rig.send(&xg([8, 0, 7], &[1]));
    assert_eq!(rig.part(0).patch, Some(patch(true, 0, 0)));
    rig.send(&xg([8, 0, 7], &[0]));
    assert_eq!(rig.part(0).patch, Some(patch(false, 0, 0)));
}

#[test]
fn portamento_of_a_part_is_that_of_its_controllers() {
    let mut rig = Rig::new(&harness(&[]));
    rig.send(&xg([8, 0, 0x67], &[1, 64]));
    rig.strike(57);
    rig.run(441);
    rig.lift(57);
    rig.run(4410);
    rig.strike(69);
    close(rig.run_s(0.5).pitch_at(441.0, 2.06 / 6.0), -600.0, 8.0);
}
