//! The filter, through whole notes.

use dmus_dls::bank::{Connection, Destination, Source};

use crate::bank::{
    INSTANT, bank, base, cents, decibels, from, harness, hertz, instrument, looped, patch, region,
    sine,
};
use crate::measure::close;
use crate::rig::{Rig, note};

/// Gain of the filter at a frequency: a note of a sine at that frequency.
fn gain(connections: &[Connection], frequency: f64) -> f64 {
    // Cycles of a whole number of frames at a sample rate that makes them the frequency.
    let frames = if frequency > 5000.0 { 16 } else { 100 };
    let mut instrument = instrument(patch(false, 0, 0), vec![region(0)]);
    instrument.articulation = connections.to_vec();
    let rate = (frequency * f64::from(frames)).round() as u32;
    let bank = bank(vec![instrument], vec![looped(sine(frames, 1), rate)]);
    let mut rig = Rig::with(&bank, 48_000, 4);
    rig.strike(69);
    rig.run_s(0.5);
    let cycles = (frequency * 0.5).floor();
    rig.run_s(0.6).gain_at(frequency, 0.0, cycles / frequency)
}

fn low_pass(cutoff_hz: f64, resonance_db: f64) -> [Connection; 2] {
    [
        base(Destination::FilterCutoff, hertz(cutoff_hz)),
        base(Destination::FilterQ, decibels(resonance_db)),
    ]
}

/// Height of the peak and the passband, dB.
fn peak_and_passband(cutoff_hz: f64, resonance_db: f64) -> (f64, f64) {
    let connections = low_pass(cutoff_hz, resonance_db);
    let peak = [0.9, 0.94, 0.97, 0.985, 1.0, 1.01]
        .iter()
        .map(|ratio| gain(&connections, cutoff_hz * ratio))
        .fold(f64::MIN, f64::max);
    (peak, gain(&connections, cutoff_hz / 30.0))
}

#[test]
fn a_filter_that_is_not_there_changes_no_bit() {
    let open = harness(&[
        base(Destination::FilterCutoff, i32::MAX),
        base(Destination::FilterQ, decibels(22.5)),
        from(Source::Eg2, Destination::FilterCutoff, cents(-9600.0)),
    ]);
    let with = note(&open, 60, 100, &[]);
    let without = note(&harness(&[]), 60, 100, &[]);
    let bits = |samples: &[f32]| samples.iter().map(|s| s.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&with.left), bits(&without.left));
}

#[test]
fn twelve_decibels_of_resonance_stand_evenly_around_the_level() {
    for cutoff_hz in [300.0, 1000.0, 4000.0] {
        let (peak, passband) = peak_and_passband(cutoff_hz, 12.0);
        close(passband, -6.0, 0.75);
        close(peak, 6.0, 1.5);
    }
}

#[test]
fn resonance_ends_at_its_limit() {
    let (peak, passband) = peak_and_passband(1000.0, 22.5);
    close(passband, -11.25, 0.75);
    close(peak, 11.25, 1.5);
    let (beyond, passband_beyond) = peak_and_passband(1000.0, 40.0);
    close(beyond, peak, 0.01);
    close(passband_beyond, passband, 0.01);
}

#[test]
fn without_resonance_there_is_no_peak_and_a_slope_of_two_poles() {
    let connections = low_pass(1000.0, 0.0);
    for frequency in [50.0, 200.0, 500.0, 700.0, 900.0] {
        assert!(gain(&connections, frequency) < 0.1);
    }
    let at_cutoff = gain(&connections, 1000.0);
    assert!((-4.0..=-3.0).contains(&at_cutoff), "{at_cutoff}");
    let slope = gain(&connections, 8000.0) - gain(&connections, 4000.0);
    assert!((-16.0..=-11.5).contains(&slope), "{slope} dB per octave");
}

#[test]
fn an_envelope_and_an_oscillator_move_the_cutoff() {
    // EG2 stands at 1: an octave up. The level at the new cutoff is the -3 dB point.
    let up = [
        base(Destination::FilterCutoff, hertz(1000.0)),
        from(Source::Eg2, Destination::FilterCutoff, cents(1200.0)),
    ];
    close(gain(&up, 2000.0), -3.01, 0.3);
    // A pressure source stands still at almost 1: an octave down.
    let down = [
        base(Destination::FilterCutoff, hertz(1000.0)),
        from(
            Source::Velocity,
            Destination::FilterCutoff,
            cents(-1200.0 * 128.0 / 127.0),
        ),
    ];
    close(gain(&down, 500.0), -3.01, 0.3);
}

#[test]
fn an_oscillator_sweeps_the_cutoff_both_ways() {
    // 0.5 Hz from the start: +1 at 0.5 s, -1 at 1.5 s. A 441 Hz note, cutoff 441 Hz.
    let bank = harness(&[
        base(Destination::FilterCutoff, hertz(441.0)),
        base(Destination::ModLfoFrequency, hertz(0.5)),
        base(Destination::ModLfoDelay, INSTANT),
        from(Source::ModLfo, Destination::FilterCutoff, cents(-1200.0)),
    ]);
    let mut rig = Rig::new(&bank);
    rig.strike(69);
    let frames = rig.run_s(2.0);
    // At cutoff / 2 a two-pole low pass is 12.3 dB down, at cutoff x 2 only 0.26 dB.
    close(frames.level_at(0.5), -12.3, 0.6);
    close(frames.level_at(1.5), -0.26, 0.2);
}

#[test]
fn a_cutoff_above_half_the_sample_rate_is_flat_whatever_the_resonance() {
    for frequency in [100.0, 1000.0, 9000.0] {
        let open = gain(&[], frequency);
        close(gain(&low_pass(25_000.0, 22.5), frequency), open, 0.001);
    }
}

#[test]
fn a_jumping_cutoff_does_not_click() {
    let bank = harness(&[
        base(Destination::FilterCutoff, hertz(200.0)),
        from(
            Source::Controller(74),
            Destination::FilterCutoff,
            cents(6000.0),
        ),
    ]);
    let mut rig = Rig::new(&bank);
    rig.send(&[0xB0, 74, 127]);
    rig.strike(69);
    rig.run(6400);
    let steady = rig.run(6400).largest_step();
    let mut moving = 0.0_f64;
    for value in [0, 127, 20, 100, 0, 127, 64, 0, 90, 127] {
        rig.send(&[0xB0, 74, value]);
        moving = moving.max(rig.run(211).largest_step());
    }
    assert!(moving < steady * 2.0, "{moving} against {steady}");
}
