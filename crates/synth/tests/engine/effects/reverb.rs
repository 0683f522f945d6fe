//! The reverb: how long, how dense, how wide.

use dmus_synth::{EffectsSettings, ReverbKind};

use super::measures::{
    correlation, db, echo_density, octave, reverberation_time_s, spectrum, sustained,
};
use super::{CLICK, Hall, RATE, REVERB};

const ROOMS: [ReverbKind; 6] = [
    ReverbKind::SmallRoom,
    ReverbKind::MediumRoom,
    ReverbKind::LargeRoom,
    ReverbKind::MediumHall,
    ReverbKind::LargeHall,
    ReverbKind::Plate,
];

/// The response of a kind to a click, both sides.
fn response(kind: ReverbKind, time_s: f32, seconds: f64) -> [Vec<f32>; 2] {
    let mut hall = Hall::new();
    let mut settings = EffectsSettings::default();
    settings.reverb.kind = Some(kind);
    settings.reverb.time_s = Some(time_s);
    hall.engine.set_effects(settings);
    hall.play(0, REVERB);
    let [reverb, ..] = hall.run_s(seconds).returns;
    reverb
}

/// Times that messages can ask for: the shortest, those of General MIDI, the longest.
const TIMES_S: [f32; 5] = [0.37, 1.1, 1.82, 3.5, 8.8];

#[test]
fn a_room_decays_in_the_time_it_was_given() {
    for kind in ROOMS {
        for time_s in TIMES_S {
            let sides = response(kind, time_s, f64::from(time_s) * 1.2 + 0.3);
            for side in sides {
                let band = octave(&side, 1000.0, f64::from(RATE));
                let measured = reverberation_time_s(&band, f64::from(RATE));
                let ratio = measured / f64::from(time_s);
                assert!((0.9..1.1).contains(&ratio), "{kind:?} {time_s} {ratio}");
            }
        }
    }
}

#[test]
fn general_midi_gives_every_type_its_own_time() {
    for (number, seconds) in [
        (0, 1.105),
        (1, 1.284),
        (2, 1.492),
        (3, 1.822),
        (4, 1.822),
        (8, 1.284),
    ] {
        let mut hall = Hall::new();
        hall.gm2(1, 0, number);
        hall.play(0, REVERB);
        let [reverb, ..] = hall.run_s(3.0).returns;
        let band = octave(&reverb[0], 1000.0, f64::from(RATE));
        let ratio = reverberation_time_s(&band, f64::from(RATE)) / seconds;
        assert!((0.9..1.1).contains(&ratio), "{number} {ratio}");
    }
}

#[test]
fn high_frequencies_decay_sooner() {
    for kind in ROOMS {
        let [left, _] = response(kind, 1.82, 2.6);
        let time = |hertz| reverberation_time_s(&octave(&left, hertz, 48_000.0), 48_000.0);
        let ratio = time(5000.0) / time(1000.0);
        assert!((0.5..0.9).contains(&ratio), "{kind:?} {ratio}");
        let ratio = time(250.0) / time(1000.0);
        assert!((0.95..1.25).contains(&ratio), "{kind:?} {ratio}");
    }
}

#[test]
fn a_tenth_of_a_second_after_a_click_the_echoes_are_as_dense_as_noise() {
    for kind in ROOMS {
        let [left, _] = response(kind, 1.82, 0.4);
        for at in [4_800, 7_200, 9_600, 14_400] {
            let density = echo_density(&left[at..at + 960]);
            assert!(density > 0.8, "{kind:?} frame {at}: {density}");
        }
    }
}

#[test]
fn no_mode_rings_above_the_others() {
    // Bins of noise are 0.56 flat, and the highest of eight thousand stands 9.5 dB out.
    for kind in ROOMS {
        for time_s in [1.82, 8.8] {
            let [left, _] = response(kind, time_s, 2.0);
            let left: Vec<f64> = left.iter().map(|s| f64::from(*s)).collect();
            let tail = sustained(&left, f64::from(time_s));
            let power = spectrum(&tail[14_400..14_400 + 65_536]);
            let (mut flatness, mut highest, mut bands) = (0.0, 0.0_f64, 0.0);
            for band in power[273..8000].chunks_exact(128) {
                let mean = band.iter().sum::<f64>() / 128.0;
                flatness += (band.iter().map(|p| p.ln()).sum::<f64>() / 128.0).exp() / mean;
                highest = band.iter().fold(highest, |most, p| most.max(p / mean));
                bands += 1.0;
            }
            assert!(
                flatness / bands > 0.35,
                "{kind:?} {time_s} {}",
                flatness / bands
            );
            assert!(db(highest) < 15.0, "{kind:?} {time_s} {}", db(highest));
        }
    }
}

#[test]
fn the_sides_have_little_in_common() {
    for kind in ROOMS {
        let [left, right] = response(kind, 1.82, 2.0);
        let common = correlation(&left, &right);
        assert!(common.abs() < 0.1, "{kind:?} {common}");
    }
}

#[test]
fn every_room_is_about_as_loud() {
    // At 1 kHz each side holds half of the energy sent.
    for kind in ROOMS {
        for time_s in [1.1, 3.5] {
            let [left, right] = response(kind, time_s, 4.0);
            for side in [left, right] {
                let energy = |signal: Vec<f64>| signal.iter().map(|s| s * s).sum::<f64>();
                let mut click = vec![0.0; 4_800];
                click[0] = (CLICK * 127.0 / 128.0) as f32;
                let level = db(energy(octave(&side, 1000.0, 48_000.0))
                    / energy(octave(&click, 1000.0, 48_000.0)));
                assert!((level + 3.0).abs() < 2.0, "{kind:?} {time_s} {level}");
            }
        }
    }
}

#[test]
fn a_pre_delay_moves_the_first_echo() {
    let first = |pre_delay| {
        let mut hall = Hall::new();
        hall.gs(0x30, 0);
        hall.gs(0x37, pre_delay);
        hall.play(0, REVERB);
        let [reverb, ..] = hall.run_s(0.3).returns;
        reverb[0].iter().position(|s| s.abs() > 0.0).unwrap()
    };
    assert_eq!(first(100) - first(0), 4_799);
    assert_eq!(first(50) - first(0), 2_399);
}

#[test]
fn the_repeating_kinds_repeat() {
    let mut hall = Hall::new();
    hall.gs(0x30, 7);
    hall.gs(0x34, 127);
    hall.gs(0x35, 64);
    hall.run_s(0.1);
    hall.play(0, REVERB);
    let [reverb, ..] = hall.run_s(2.2).returns;
    let click = (CLICK * 127.0 / 128.0) as f32;
    let near = |side: usize, frame: usize, expected: f32| {
        let got = reverb[side][frame];
        assert!((got - expected).abs() < 0.01, "{side} {frame} {got}");
    };
    near(0, 24_000, click);
    near(1, 24_000, 0.0);
    near(1, 48_000, click);
    near(0, 72_000, click / 2.0);
    near(1, 96_000, click / 2.0);
}

#[test]
fn the_low_pass_before_it_darkens() {
    let high = |lowpass| {
        let mut hall = Hall::new();
        hall.gs(0x32, lowpass);
        hall.play(0, REVERB);
        let [reverb, ..] = hall.run_s(0.5).returns;
        let energy = |hertz| -> f64 {
            let band: Vec<f32> = octave(&reverb[0], hertz, 48_000.0)
                .iter()
                .map(|s| *s as f32)
                .collect();
            octave(&band, hertz, 48_000.0).iter().map(|s| s * s).sum()
        };
        db(energy(8_000.0) / energy(500.0))
    };
    assert!(high(0) - high(7) > 14.0, "{}", high(0) - high(7));
    assert!(high(0) - high(1) < 4.0, "{}", high(0) - high(1));
}
