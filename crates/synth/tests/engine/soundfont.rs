//! What SoundFonts ask of an engine: their defaults, their rules, and what only they can say.
//!
//! Numbers follow the worked examples of \[SF2\]; see `gain_pan`, `pitch` and `envelopes` for what
//! both kinds of bank have in common.

use dmus_dls::Bank;
use dmus_dls::bank::{
    Connection, Curve, Destination, Dialect, Frames, Source, Transform, WaveSample,
};

use crate::bank::{
    INSTANT, PEAK, bank, base, cents, decibels, from, gain, harness, hertz, instrument, looped,
    modulate, patch, percent, region, seconds, sine, whole_loop,
};
use crate::measure::{Stereo, close, db};
use crate::rig::{Rig, note};

/// The harness, by the rules of SoundFonts.
pub(crate) fn soundfont(connections: &[Connection]) -> Bank {
    let mut bank = harness(connections);
    bank.instruments[0].dialect = Dialect::SoundFont;
    bank
}

/// The harness with a change to its one region's playback data.
fn soundfont_with(sample: WaveSample, connections: &[Connection]) -> Bank {
    let mut bank = soundfont(connections);
    bank.instruments[0].regions[0].sample = Some(sample);
    bank
}

/// A time in time cents.
pub(crate) fn time_cents(time: f64) -> i32 {
    cents(time)
}

/// Lowest and highest pitch of a note, cents around 441 Hz.
pub(crate) fn swing(frames: &Stereo) -> (f64, f64) {
    let pitches = frames.pitch(441.0);
    let cents = || pitches.iter().skip(1).map(|(_, cents)| *cents);
    (
        cents().fold(f64::MAX, f64::min),
        cents().fold(f64::MIN, f64::max),
    )
}

#[test]
fn an_attenuation_is_heard_as_it_was_settled_on_reading() {
    for (attenuation_db, level_db) in [(-10.0, -10.0), (-4.0, -4.0)] {
        let sample = WaveSample {
            gain: gain(attenuation_db),
            ..whole_loop()
        };
        let frames = note(&soundfont_with(sample, &[]), 69, 127, &[]);
        close(frames.level_db(0.1, 0.4), level_db, 0.01);
    }
}

#[test]
fn a_hold_that_follows_the_key_halves_every_two_octaves() {
    // keynumToVolEnvHold 50 about key 60 of -7973 time cents, as scale and base from key 0.
    let list = [
        base(Destination::Eg1Hold, time_cents(-4973.0)),
        from(Source::KeyNumber, Destination::Eg1Hold, time_cents(-6400.0)),
        base(Destination::Eg1Decay, seconds(0.96)),
        base(Destination::Eg1Sustain, percent(0.0)),
    ];
    for (key, hold_s) in [(36, 0.020), (60, 0.010), (84, 0.005)] {
        let mut bank = soundfont(&list);
        bank.instruments[0].regions[0].sample = Some(WaveSample {
            unity_note: key,
            ..whole_loop()
        });
        let frames = note(&bank, key, 127, &[]);
        // 100 dB a second after the hold.
        let level_db = frames.level_db(0.1, 0.2);
        let middle_db = -100.0 * (0.15 - hold_s);
        // The mean power over ten decibels lies 0.92 dB above the level in the middle.
        close(level_db - middle_db, 0.92, 0.1);
    }
}

#[test]
fn vibrato_runs_at_8_176_hz_unless_told_otherwise() {
    let bank = soundfont(&[from(Source::VibLfo, Destination::Pitch, cents(100.0))]);
    let mut rig = Rig::new(&bank);
    rig.strike(69);
    let frames = rig.run_s(3.0);
    let pitches = frames.pitch(441.0);
    let rising: Vec<f64> = pitches
        .windows(2)
        .filter(|pair| pair[0].1 < 0.0 && pair[1].1 >= 0.0)
        .map(|pair| {
            let part = pair[0].1 / (pair[0].1 - pair[1].1);
            pair[0].0 + part * (pair[1].0 - pair[0].0)
        })
        .collect();
    let cycles = rising.len() - 1;
    let hertz = cycles as f64 / (rising[cycles] - rising[0]);
    close(hertz, 8.1758, 0.02);
    let (low, high) = swing(&frames);
    close(low, -100.0, 3.0);
    close(high, 100.0, 3.0);
}

#[test]
fn the_modulation_wheel_and_pressure_bring_fifty_cents_of_vibrato() {
    for (message, depth) in [
        (&[0xB0, 1, 127][..], 49.6),
        (&[0xB0, 1, 64][..], 25.0),
        (&[0xD0, 127][..], 49.6),
        (&[0xB0, 1, 0][..], 0.0),
    ] {
        let frames = note(&soundfont(&[]), 69, 127, &[message]);
        let (low, high) = swing(&frames);
        close(low, -depth, 1.5);
        close(high, depth, 1.5);
    }
}

#[test]
fn tunings_of_preset_and_instrument_add_up() {
    let sample = WaveSample {
        fine_tune: 30,
        ..whole_loop()
    };
    let list = [base(Destination::Pitch, cents(150.0))];
    let frames = note(&soundfont_with(sample, &list), 69, 127, &[]);
    let expected_hz = 441.0 * 2.0_f64.powf(180.0 / 1200.0);
    close(frames.frequency(expected_hz), expected_hz, 0.02);
}

#[test]
fn a_pan_of_fifty_percent_leaves_one_side_alone() {
    for (pan, right) in [(-50.0, false), (50.0, true)] {
        let list = [base(Destination::Pan, percent(pan))];
        let frames = note(&soundfont(&list), 69, 127, &[]);
        let (loud, silent) = if right {
            (frames.right_db(0.1, 0.4), frames.left_db(0.1, 0.4))
        } else {
            (frames.left_db(0.1, 0.4), frames.right_db(0.1, 0.4))
        };
        close(loud, 0.0, 0.01);
        assert!(silent < -100.0, "{silent}");
    }
}

#[test]
fn a_key_scale_pivots_at_the_root_whatever_the_tuning() {
    let scale = |cents_per_key: f64, tuning: f64| {
        vec![
            from(
                Source::KeyNumber,
                Destination::Pitch,
                cents(128.0 * cents_per_key),
            ),
            base(Destination::Pitch, cents(tuning)),
        ]
    };
    for (cents_per_key, tuning, key, expected) in [
        (0.0, 0.0, 30, 0.0),
        (50.0, 0.0, 81, 600.0),
        // So much tuning would be compensation in DLS.
        (50.0, 9000.0, 69, 9000.0),
    ] {
        let wave = looped(sine(1000, 1), 44_100);
        let mut bank = soundfont(&scale(cents_per_key, tuning));
        bank.waves = vec![wave];
        let mut rig = Rig::new(&bank);
        rig.strike(key);
        let frames = rig.run_s(4.0);
        let expected_hz = 44.1 * 2.0_f64.powf(expected / 1200.0);
        close(frames.frequency(expected_hz), expected_hz, 0.05);
    }
}

#[test]
fn a_fixed_key_sounds_on_every_key_and_ends_with_its_own() {
    let mut bank = soundfont(&[from(
        Source::PolyPressure,
        Destination::Gain,
        decibels(-24.0),
    )]);
    bank.instruments[0].regions[0].keys = 30..=40;
    bank.instruments[0].regions[0].fixed_key = Some(81);
    let mut rig = Rig::new(&bank);
    rig.strike(69);
    assert_eq!(rig.voices(), 0);
    rig.strike(30);
    close(rig.run_s(0.5).frequency(882.0), 882.0, 0.05);
    // Pressure is on the key that was played.
    rig.send(&[0xA0, 81, 64]);
    rig.run(441);
    close(rig.run_s(0.2).level_db(0.0, 0.2), 0.0, 0.01);
    rig.send(&[0xA0, 30, 64]);
    rig.run(441);
    close(rig.run_s(0.2).level_db(0.0, 0.2), -12.0, 0.01);
    rig.lift(81);
    rig.run_s(0.1);
    assert_eq!(rig.voices(), 1);
    rig.lift(30);
    rig.run_s(0.1);
    assert_eq!(rig.voices(), 0);
}

#[test]
fn a_fixed_velocity_sounds_at_every_velocity() {
    let mut bank = soundfont(&[]);
    bank.instruments[0].regions[0].velocities = 1..=50;
    bank.instruments[0].regions[0].fixed_velocity = Some(64);
    for velocity in [1, 50] {
        let frames = note(&bank, 69, velocity, &[]);
        close(frames.level_db(0.1, 0.4), -11.905, 0.01);
    }
    assert_eq!(note(&bank, 69, 100, &[]).end(), 0);
}

#[test]
fn an_absolute_output_has_no_sign() {
    let bend = Connection {
        output_curve: Curve::Absolute,
        ..from(Source::PitchWheel, Destination::Gain, decibels(-12.0))
    };
    let list = [
        bend,
        // The wheel shall not bend the pitch.
        modulate(Source::PitchWheel, Source::Rpn0, Destination::Pitch, 0),
    ];
    for (wheel, level_db) in [(64, 0.0), (96, -6.0), (32, -6.0), (0, -12.0)] {
        let frames = note(&soundfont(&list), 69, 127, &[&[0xE0, 0, wheel]]);
        close(frames.level_db(0.1, 0.4), level_db, 0.01);
    }
}

#[test]
fn a_start_offset_begins_inside_of_the_wave() {
    // Silence, then a tone.
    let mut frames = vec![0_i16; 4410];
    frames.extend(sine(100, 441));
    let list = [
        base(Destination::SampleStart, 2205),
        Connection {
            source_transform: Transform::default(),
            ..from(Source::Velocity, Destination::SampleStart, 4410)
        },
    ];
    let mut bank = soundfont(&list);
    bank.waves = vec![looped(frames, 44_100)];
    bank.waves[0].sample = Some(WaveSample {
        unity_note: 69,
        ..WaveSample::default()
    });
    for (velocity, first_frame) in [(32, 4410 - 2205 - 1102), (64, 0), (127, 0)] {
        let rendered = note(&bank, 69, velocity, &[]);
        let first = rendered.left.iter().position(|s| s.abs() > 0.0).unwrap();
        assert!(first.abs_diff(first_frame) <= 2, "{velocity}: {first}");
    }
    // Past the end it is the last frame that is left.
    bank.instruments[0].articulation = vec![base(Destination::SampleStart, i32::MAX)];
    let mut rig = Rig::new(&bank);
    rig.strike(69);
    rig.run(64);
    assert_eq!(rig.voices(), 0);
}

#[test]
fn the_modulation_envelope_rises_steeply_at_first() {
    let list = [
        base(Destination::Eg2Attack, seconds(1.0)),
        base(Destination::Eg2Sustain, percent(100.0)),
        from(Source::Eg2, Destination::Pitch, cents(1200.0)),
    ];
    let mut rig = Rig::new(&soundfont(&list));
    rig.strike(69);
    let frames = rig.run_s(1.5);
    for (time_s, part) in [
        (0.1_f64, 0.583_33),
        (0.25, 0.749_14),
        (0.5, 0.874_57),
        (1.2, 1.0),
    ] {
        close(frames.pitch_at(441.0, time_s), 1200.0 * part, 4.0);
    }
}

#[test]
fn a_resonance_of_forty_decibels_stands_forty_above_its_passband() {
    let list = [
        base(Destination::FilterCutoff, hertz(4410.0)),
        base(Destination::FilterQ, decibels(40.0)),
    ];
    let level = |bank: &Bank, frames_per_cycle, frequency_hz| {
        let mut bank = bank.clone();
        bank.waves = vec![looped(sine(frames_per_cycle, 1), 44_100)];
        let mut rig = Rig::new(&bank);
        rig.strike(69);
        rig.run_s(1.0);
        rig.run_s(1.0).gain_at(frequency_hz, 0.0, 1.0)
    };
    let bank = soundfont(&list);
    close(level(&bank, 441, 100.0), -20.0, 0.1);
    close(level(&bank, 10, 4410.0), 20.0, 0.3);
    // Downloadable sounds end at 22.5 dB.
    close(level(&harness(&list), 441, 100.0), -11.25, 0.1);
    close(level(&harness(&list), 10, 4410.0), 11.25, 0.3);
}

#[test]
fn what_lies_below_sixteen_bits_is_heard() {
    // A sine of 0.4 steps of 16 bits, all of it in the third byte.
    let (high, low): (Vec<i16>, Vec<u8>) = (0..100)
        .map(|n| {
            let angle = std::f64::consts::TAU * f64::from(n) / 100.0;
            let frame = (0.4 * 256.0 * angle.sin()).round() as i32;
            ((frame >> 8) as i16, frame as u8)
        })
        .unzip();
    assert!(high.iter().all(|high| (-1..=0).contains(high)));
    let mut bank = soundfont(&[]);
    bank.waves[0].frames = Frames::of_24_bits(high, &low);
    let frames = note(&bank, 69, 127, &[]);
    let expected_db = db(0.4 / PEAK);
    close(frames.level_db(0.1, 0.4), expected_db, 0.05);
}

#[test]
fn an_exclusive_class_reaches_its_own_instrument_only() {
    let kit = |program, group| {
        let mut open = region(0);
        open.keys = 60..=69;
        let mut closed = region(0);
        closed.keys = 70..=79;
        for region in [&mut open, &mut closed] {
            region.key_group = group;
            region.self_non_exclusive = true;
        }
        // Two regions of one key: a note never ends its own.
        let twin = open.clone();
        let mut kit = instrument(patch(false, 0, program), vec![open, twin, closed]);
        kit.dialect = Dialect::SoundFont;
        kit
    };
    let bank = bank(
        vec![kit(0, 300), kit(1, 300)],
        vec![looped(sine(100, 1), 44_100)],
    );
    let mut rig = Rig::new(&bank);
    rig.strike(60);
    rig.run(441);
    assert_eq!(rig.voices(), 2);
    // Another instrument on the same channel, of the same class.
    rig.send(&[0xC0, 1]);
    rig.strike(61);
    rig.run_s(0.05);
    assert_eq!(rig.voices(), 4);
    // Its own: within 15 ms.
    rig.strike(70);
    rig.run_s(0.016);
    assert_eq!(rig.voices(), 3);
    rig.send(&[0xC0, 0]);
    rig.strike(71);
    rig.run_s(0.016);
    assert_eq!(rig.voices(), 2);
}

#[test]
fn long_times_are_those_of_soundfonts() {
    // 8000 time cents for the whole range: 101.6 s.
    let list = [
        base(Destination::Eg1Decay, time_cents(8000.0)),
        base(Destination::Eg1Sustain, percent(0.0)),
        base(Destination::Eg1Delay, INSTANT),
    ];
    let mut rig = Rig::new(&soundfont(&list));
    rig.strike(69);
    rig.run_s(10.0);
    close(
        rig.run_s(0.1).level_db(0.0, 0.1),
        -96.0 * 10.05 / 101.594,
        0.05,
    );
}

#[test]
fn velocity_counts_from_the_middle_where_a_soundfont_says_so() {
    let centred = Connection {
        source_transform: Transform {
            bipolar: true,
            ..Transform::default()
        },
        ..from(Source::Velocity, Destination::Eg1Delay, time_cents(2400.0))
    };
    let list = [base(Destination::Eg1Delay, seconds(0.1)), centred];
    for (velocity, delay_s) in [(64, 0.1), (96, 0.2), (32, 0.05)] {
        let frames = note(&soundfont(&list), 69, velocity, &[]);
        let first = frames.left.iter().position(|s| s.abs() > 0.0).unwrap();
        close(first as f64 / 44_100.0, delay_s, 0.002);
    }
}
