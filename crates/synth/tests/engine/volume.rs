//! Volume and boost: one gain with the host's, in dB, reached without a step.

use dmus_kernel::miniport::{CapsFlags, Miniport, NewStream, Stream, StreamRequest, VoicePriority};
use dmus_kernel::time::SampleRate;
use dmus_synth::{Layer, SynthMiniport, SynthStream};

use crate::bank::harness;
use crate::download_table::assert_same;
use crate::measure::close;
use crate::rig::{Rig, compile};

/// Level of a note with a gain, and a master gain, dB.
fn level(hundredths_db: i32, master_db: f32) -> f64 {
    let mut rig = Rig::new(&harness(&[]));
    rig.engine.set_gain(hundredths_db);
    rig.engine.set_master_gain_db(master_db);
    rig.strike(69);
    rig.run_s(0.4).level_db(0.1, 0.4)
}

#[test]
fn volume_and_master_are_summed_in_decibels() {
    for (hundredths_db, master_db, expected) in [
        (0, 0.0, 0.0),
        (2_000, 0.0, 20.0),
        (-600, 0.0, -6.0),
        (600, -12.0, -6.0),
        (-4_000, 24.0, -16.0),
        (1, 0.0, 0.01),
        (i32::MAX, 0.0, 40.0),
    ] {
        close(level(hundredths_db, master_db), expected, 0.005);
    }
}

#[test]
fn the_lowest_volume_is_silence() {
    for (hundredths_db, master_db) in [
        (-20_000, 0.0),
        (-20_000, 24.0),
        (i32::MIN, 0.0),
        (-9_600, 0.0),
        (2_000, -96.0),
    ] {
        let mut rig = Rig::new(&harness(&[]));
        rig.engine.set_gain(hundredths_db);
        rig.engine.set_master_gain_db(master_db);
        rig.run(1000);
        rig.strike(69);
        let frames = rig.run(4000);
        assert!(rig.voices() == 1 && frames.end() == 0, "{hundredths_db}");
    }
}

#[test]
fn no_gain_is_no_change_of_a_single_bit() {
    let mut plain = Rig::new(&harness(&[]));
    let mut set = Rig::new(&harness(&[]));
    set.engine.set_gain(0);
    for rig in [&mut plain, &mut set] {
        rig.engine.set_master_gain_db(-3.3);
        rig.strike(60);
    }
    assert_same(&plain.run(5000), &set.run(5000));
}

/// A note on a wave that stands still, one second in.
fn flat() -> Rig {
    let mut flat = harness(&[]);
    flat.waves[0].frames = vec![16_384; 100].into();
    let mut rig = Rig::new(&flat);
    rig.strike(60);
    rig.run(44_100);
    rig
}

#[test]
fn a_step_of_the_volume_under_a_note_is_a_ramp_of_ten_milliseconds() {
    for (from, to) in [(0, 2_000), (0, -20_000), (-20_000, 0), (-600, 600)] {
        for offset in [0, 1, 33, 63] {
            let mut rig = flat();
            rig.engine.set_gain(from);
            rig.run(4410 + offset);
            let before = f64::from(rig.run(1).left[0]);
            rig.engine.set_gain(to);
            let frames = rig.run(1000);
            let after = f64::from(frames.left[999]);
            // Seven ticks of 64 frames: a straight line has steps of one 448th.
            let straight = (after - before).abs() / 448.0;
            assert!(straight > 0.0);
            assert!(
                frames.largest_step() < 1.01 * straight + 1e-7,
                "{from} to {to}: {} of {straight}",
                frames.largest_step()
            );
            // It has arrived after its ten milliseconds and at most one tick more.
            let arrived = f64::from(frames.left[512]);
            assert!((arrived - after).abs() < 1e-6);
        }
    }
}

#[test]
fn a_volume_set_in_stop_is_in_force_from_the_first_frame() {
    let mut early = Rig::new(&harness(&[]));
    early.engine.set_gain(-600);
    early.engine.reset();
    let mut late = Rig::new(&harness(&[]));
    late.engine.set_gain(-600);
    late.run(4410);
    late.engine.reset();
    for rig in [&mut early, &mut late] {
        rig.strike(60);
    }
    assert_same(&early.run(2000), &late.run(2000));
}

#[test]
fn a_reading_has_the_peak_since_the_last_one() {
    let mut rig = flat();
    let peak = |rig: &mut Rig| f32::from_bits(rig.engine.reading().peak_bits);
    let loudest = peak(&mut rig);
    assert!(loudest > 0.1);
    // Nothing has been rendered since.
    assert_eq!(peak(&mut rig).to_bits(), 0);
    // A meter of the host's does not take it away.
    rig.run(100);
    let _ = rig.engine.take_peak();
    assert!(peak(&mut rig) > 0.1);
    assert_eq!(rig.engine.reading().voices, 1);
    rig.send(&[0xB0, 120, 0]);
    rig.run(4410);
    rig.engine.reading();
    rig.run(4410);
    assert_eq!(peak(&mut rig).to_bits(), 0);
    assert_eq!(rig.engine.reading().voices, 0);
}

fn stream() -> SynthStream {
    let rate = SampleRate::new(44_100).unwrap();
    let NewStream { mut stream, .. } = SynthMiniport::new(2)
        .new_stream(StreamRequest::render(rate, 2, 64))
        .unwrap();
    let bank = compile(&harness(&[]));
    stream
        .engine_mut()
        .download(Layer::User(0), Some(bank))
        .unwrap();
    stream
}

#[test]
fn a_stream_obeys_its_properties() {
    let mut stream = stream();
    let critical = VoicePriority::new(VoicePriority::CRITICAL);
    let node = stream.synth_node().unwrap();
    node.set_voice_priority(1, 3, critical);
    node.set_gain(-20_000);
    let engine = stream.engine_mut();
    assert_eq!(engine.voice_priority(1, 3), Some(critical));
    let (mut left, mut right) = (vec![0.0; 4410], vec![0.0; 4410]);
    engine.render(&mut left, &mut right);
    engine.message(2, &[0x90, 60, 127]);
    engine.render(&mut left, &mut right);
    assert!(left.iter().all(|sample| sample.to_bits() << 1 == 0));
    let node = stream.synth_node().unwrap();
    assert_eq!(node.reading().voices, 1);
    node.set_channel_groups(1);
    stream.engine_mut().render(&mut left, &mut right);
    let node = stream.synth_node().unwrap();
    assert_eq!(node.reading().voices, 0);
    assert_eq!(stream.engine().channel_groups(), 1);
}

#[test]
fn the_synthesizer_says_that_it_takes_downloads_of_both_levels() {
    let caps = SynthMiniport::new(2).caps();
    let all = CapsFlags::SOFTWARE_SYNTH
        .with(CapsFlags::DLS)
        .with(CapsFlags::DLS2);
    assert_eq!(caps.flags, all);
    assert_eq!(caps.memory_size, None);
}
