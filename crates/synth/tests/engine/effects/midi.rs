//! Messages that set effects, and resets that forget them.

use dmus_synth::EffectsSettings;

use super::{CHORUS, DELAY, Hall, REVERB, SENDS};

/// What an effect gives for a short noise.
fn returned(hall: &mut Hall, bus: usize) -> Vec<f32> {
    hall.play(2, bus);
    let heard = hall.run_s(0.3);
    heard.returns[bus][0].clone()
}

#[test]
fn every_reset_restores_the_hall_and_the_third_chorus() {
    let resets: [&[u8]; 5] = [
        &[0xF0, 0x7E, 0x7F, 9, 1, 0xF7],
        &[0xF0, 0x7E, 0x7F, 9, 3, 0xF7],
        &[0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0, 0x7F, 0, 0x41, 0xF7],
        &[0xF0, 0x43, 0x10, 0x4C, 0, 0, 0x7E, 0, 0xF7],
        &[0xFF],
    ];
    for reset in resets {
        for (bus, address) in [(REVERB, 0x30), (CHORUS, 0x38), (DELAY, 0x50)] {
            let after = |changes: bool| {
                let mut hall = Hall::new();
                if changes {
                    hall.gs(address, 5);
                }
                hall.send(reset);
                hall.run_s(0.1);
                hall.prepare();
                returned(&mut hall, bus)
            };
            assert_eq!(after(true), after(false), "{reset:02X?} {bus}");
        }
    }
}

#[test]
fn macros_of_both_makers_and_the_host_mean_the_same() {
    let with = |set: fn(&mut Hall)| {
        let mut hall = Hall::new();
        set(&mut hall);
        returned(&mut hall, REVERB)
    };
    let gs = with(|hall| {
        hall.gs(0x30, 5);
        hall.gs(0x34, 50);
    });
    assert_eq!(gs, with(|hall| hall.gm2(1, 0, 8)));
    assert_ne!(gs, with(|_| {}));
    let xg = with(|hall| {
        hall.send(&[0xF0, 0x43, 0x10, 0x4C, 2, 1, 0, 4, 0, 0xF7]);
        hall.gm2(1, 1, 50);
    });
    assert_eq!(gs, xg);
}

#[test]
fn a_level_of_nothing_is_no_effect() {
    let mut hall = Hall::new();
    hall.gs(0x33, 0);
    hall.gs(0x3A, 0);
    hall.gs(0x58, 0);
    hall.run_s(0.1);
    for bus in [REVERB, CHORUS, DELAY] {
        assert!(returned(&mut hall, bus).iter().all(|s| s.to_bits() == 0));
    }
}

#[test]
fn a_level_of_one_hundred_and_twenty_seven_is_six_decibels_more() {
    let level = |value| {
        let mut hall = Hall::new();
        hall.gs(0x3A, value);
        let samples = returned(&mut hall, CHORUS);
        samples
            .iter()
            .map(|s| f64::from(*s).powi(2))
            .sum::<f64>()
            .sqrt()
    };
    assert!((level(127) / level(64) - 127.0 / 64.0).abs() < 0.001);
}

#[test]
fn the_three_send_controllers_reach_their_buses() {
    for bus in [REVERB, CHORUS, DELAY] {
        let mut hall = Hall::new();
        hall.send(&[0xB0, SENDS[bus], 64]);
        hall.send(&[0xC0, 2]);
        hall.send(&[0x90, 69, 127]);
        let heard = hall.run_s(0.5);
        for (other, returns) in heard.returns.iter().enumerate() {
            let sounds = returns[0].iter().any(|s| s.abs() > 0.001);
            assert_eq!(sounds, other == bus, "{bus} {other}");
        }
        let part = hall.engine.part(0, 0).unwrap();
        let sends = [part.reverb_send, part.chorus_send, part.delay_send];
        assert!((sends[bus] - 0.5).abs() < 1e-6);
    }
}

#[test]
fn sends_follow_volume_and_are_taken_before_pan() {
    let reverb = |messages: &[[u8; 3]]| {
        let mut hall = Hall::new();
        for message in messages {
            hall.send(message);
        }
        returned(&mut hall, CHORUS)
    };
    assert_eq!(reverb(&[]), reverb(&[[0xB0, 10, 0]]));
    let peak = |samples: Vec<f32>| samples.iter().fold(0.0_f32, |most, s| most.max(s.abs()));
    let ratio = peak(reverb(&[[0xB0, 7, 64]])) / peak(reverb(&[]));
    assert!(
        (ratio - (64.0_f32 / 127.0).powi(2)).abs() < 0.005,
        "{ratio}"
    );
}

#[test]
fn messages_to_effects_are_known_and_bad_sums_are_counted() {
    let mut hall = Hall::new();
    let before = hall.engine.stats();
    hall.send(&[0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 1, 0x30, 4, 0x0C, 0xF7]);
    hall.gm2(2, 0, 3);
    let after = hall.engine.stats();
    assert_eq!(after.unknown, before.unknown);
    assert_eq!(after.bad_checksums - before.bad_checksums, 1);
}

#[test]
fn an_engine_without_effects_has_no_settings_of_them() {
    let mut rig = crate::rig::Rig::new(&super::sounds());
    rig.engine.set_effects(EffectsSettings::default());
    assert_eq!(rig.engine.effects(), None);
    assert!(rig.engine.effects_sleep());
}
