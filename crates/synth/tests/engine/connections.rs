//! Connections of the default tables that a bank may fill in, each by what is heard of it.

use dmus_dls::bank::{Connection, Destination, Source};

use crate::bank::{
    INSTANT, base, cents, decibels, from, harness, hertz, modulate, percent, seconds,
};
use crate::measure::close;
use crate::rig::Rig;

/// Both oscillators at 1 Hz from the start, and what else is connected.
fn slow(connections: &[Connection]) -> Vec<Connection> {
    let oscillators = [
        base(Destination::ModLfoFrequency, hertz(1.0)),
        base(Destination::ModLfoDelay, INSTANT),
        base(Destination::VibLfoFrequency, hertz(1.0)),
        base(Destination::VibLfoDelay, INSTANT),
    ];
    [&oscillators, connections].concat()
}

/// The rig with controller 1 and the pressure at half.
fn half_pressed(connections: &[Connection]) -> Rig {
    let mut rig = Rig::new(&harness(connections));
    rig.send(&[0xB0, 1, 64]);
    rig.send(&[0xD0, 64]);
    rig
}

/// What controls a depth, and how much of it is left at half.
const CONTROLS: [(Source, f64); 3] = [
    (Source::None, 1.0),
    (Source::Controller(1), 0.5),
    (Source::ChannelPressure, 0.5),
];

#[test]
fn both_oscillators_move_the_pitch_by_themselves_by_the_wheel_and_by_pressure() {
    for oscillator in [Source::ModLfo, Source::VibLfo] {
        for (control, share) in CONTROLS {
            let depth = modulate(oscillator, control, Destination::Pitch, cents(200.0));
            let mut rig = half_pressed(&slow(&[depth]));
            rig.strike(69);
            let frames = rig.run_s(1.0);
            close(frames.pitch_at(441.0, 0.125), 100.0 * share, 2.0);
            close(frames.pitch_at(441.0, 0.625), -100.0 * share, 2.0);
        }
    }
}

#[test]
fn the_modulation_oscillator_moves_the_gain_by_itself_by_the_wheel_and_by_pressure() {
    for (control, share) in CONTROLS {
        let depth = modulate(Source::ModLfo, control, Destination::Gain, decibels(12.0));
        let mut rig = half_pressed(&slow(&[depth]));
        rig.strike(69);
        let frames = rig.run_s(1.0);
        close(frames.level_at(0.125), 6.0 * share, 0.1);
        close(frames.level_at(0.625), -6.0 * share, 0.1);
    }
}

/// Level of 441 Hz through a filter of 441 Hz that is moved by so many cents, dB.
fn through(moved_cents: f64) -> f64 {
    let cutoff = 441.0 * libm::exp2(moved_cents / 1200.0);
    let list = [base(Destination::FilterCutoff, hertz(cutoff))];
    let mut rig = Rig::new(&harness(&list));
    rig.strike(69);
    rig.run_s(0.5).level_db(0.2, 0.5)
}

#[test]
fn the_modulation_oscillator_moves_the_cutoff_by_itself_by_the_wheel_and_by_pressure() {
    for (control, share) in CONTROLS {
        let sweep = [
            base(Destination::FilterCutoff, hertz(441.0)),
            modulate(
                Source::ModLfo,
                control,
                Destination::FilterCutoff,
                cents(2400.0),
            ),
        ];
        let mut rig = half_pressed(&slow(&sweep));
        rig.strike(69);
        let frames = rig.run_s(1.0);
        close(frames.level_at(0.125), through(1200.0 * share), 0.15);
        close(frames.level_at(0.625), through(-1200.0 * share), 0.3);
    }
}

#[test]
fn velocity_key_and_the_second_envelope_move_the_cutoff() {
    let flat = from(Source::Velocity, Destination::Gain, 0);
    let moved = |connection, velocity: u8| {
        let list = [
            base(Destination::FilterCutoff, hertz(441.0)),
            flat,
            connection,
        ];
        let mut rig = Rig::new(&harness(&list));
        rig.send(&[0x90, 69, velocity]);
        rig.run_s(0.5).level_db(0.2, 0.5)
    };
    let to = |source| from(source, Destination::FilterCutoff, cents(-1280.0));
    close(moved(to(Source::Velocity), 64), through(-640.0), 0.1);
    // From key 0 up, whatever the unity note.
    close(moved(to(Source::KeyNumber), 127), through(-690.0), 0.1);
    close(moved(to(Source::Eg2), 127), through(-1280.0), 0.1);
}

/// An octave of pitch by the second envelope.
fn by_eg2(connections: &[Connection]) -> Rig {
    let octave = [from(Source::Eg2, Destination::Pitch, cents(1200.0))];
    Rig::new(&harness(&[&octave, connections].concat()))
}

#[test]
fn the_second_envelope_has_all_its_segments() {
    let mut rig = by_eg2(&[
        base(Destination::Eg2Delay, seconds(0.1)),
        base(Destination::Eg2Attack, seconds(0.2)),
        base(Destination::Eg2Hold, seconds(0.1)),
        base(Destination::Eg2Decay, seconds(0.4)),
        base(Destination::Eg2Sustain, percent(50.0)),
        base(Destination::Eg2Release, seconds(1.0)),
        base(Destination::Eg1Release, seconds(10.0)),
    ]);
    rig.strike(69);
    let frames = rig.run_s(0.8);
    for (time_s, expected) in [
        (0.08, 0.0),
        (0.2, 600.0),
        (0.35, 1200.0),
        (0.5, 900.0),
        (0.7, 600.0),
    ] {
        close(frames.pitch_at(441.0, time_s), expected, 10.0);
    }
    rig.lift(69);
    let frames = rig.run_s(0.8);
    close(frames.pitch_at(441.0, 0.25), 300.0, 5.0);
    close(frames.pitch_at(441.0, 0.7), 0.0, 1.0);
}

#[test]
fn velocity_and_key_scale_the_times_of_the_second_envelope() {
    let mut rig = by_eg2(&[
        base(Destination::Eg2Attack, seconds(0.8)),
        from(Source::Velocity, Destination::Eg2Attack, cents(-1280.0)),
    ]);
    rig.send(&[0x90, 69, 120]);
    // Half of it after 0.4 s times 2^(-1200/1200).
    close(rig.run_s(0.5).pitch_at(441.0, 0.2), 600.0, 8.0);

    let mut rig = by_eg2(&[
        base(Destination::Eg2Hold, seconds(0.4)),
        from(
            Source::KeyNumber,
            Destination::Eg2Hold,
            cents(-1200.0 / 69.0 * 128.0),
        ),
        base(Destination::Eg2Decay, seconds(0.8)),
        from(
            Source::KeyNumber,
            Destination::Eg2Decay,
            cents(-1200.0 / 69.0 * 128.0),
        ),
        base(Destination::Eg2Sustain, 0),
    ]);
    rig.strike(69);
    let frames = rig.run_s(0.8);
    close(frames.pitch_at(441.0, 0.19), 1200.0, 1.0);
    close(frames.pitch_at(441.0, 0.4), 600.0, 10.0);
    close(frames.pitch_at(441.0, 0.7), 0.0, 1.0);
}

#[test]
fn the_key_scales_the_hold_of_the_volume_envelope() {
    let list = [
        base(Destination::Eg1Hold, seconds(0.4)),
        from(
            Source::KeyNumber,
            Destination::Eg1Hold,
            cents(-1200.0 / 69.0 * 128.0),
        ),
        base(Destination::Eg1Decay, seconds(1.0)),
        base(Destination::Eg1Sustain, 0),
    ];
    let mut rig = Rig::new(&harness(&list));
    rig.strike(69);
    let frames = rig.run_s(0.6);
    close(frames.level_at(0.19), 0.0, 0.1);
    close(frames.level_at(0.45), -24.0, 0.5);
}

#[test]
fn constants_of_pan_and_sends_add_to_the_controllers() {
    let list = [
        base(Destination::Reverb, percent(25.0)),
        base(Destination::Chorus, percent(50.0)),
    ];
    let mut rig = Rig::new(&harness(&list));
    rig.send(&[0xB0, 91, 32]);
    rig.send(&[0xB0, 93, 16]);
    rig.strike(69);
    rig.run(64);
    let part = rig.part(0);
    close(f64::from(part.reverb_send), 0.5, 1e-4);
    close(f64::from(part.chorus_send), 0.625, 1e-4);
}

#[test]
fn a_shutdown_of_its_own_length_is_kept() {
    let list = [
        base(Destination::Eg1Shutdown, seconds(0.5)),
        base(Destination::Eg1Release, seconds(0.01)),
    ];
    let mut rig = Rig::new(&harness(&list));
    rig.strike(69);
    rig.run(441);
    rig.strike(69);
    rig.run(10_000);
    assert_eq!(rig.voices(), 2);
    rig.run(14_000);
    assert_eq!(rig.voices(), 1);
}
