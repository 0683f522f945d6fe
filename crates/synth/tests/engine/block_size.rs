//! The same stream cut in any way gives the same bits.

use dmus_dls::bank::{Destination, LoopKind, Source, WaveLoop};
use dmus_synth::{Layer, PartTrim};
use proptest::prelude::*;

use crate::bank::{
    bank, base, cents, decibels, from, hertz, instrument, looped, modulate, patch, percent, region,
    seconds, sine,
};
use crate::rig::{Rig, compile};

/// An instrument in which everything moves, with a drum kit of one-shots.
pub(crate) fn lively() -> dmus_dls::Bank {
    let mut short_loop = looped(sine(20, 1), 44_100);
    short_loop.frames = short_loop
        .frames
        .iter()
        .copied()
        .chain(sine(20, 30))
        .collect();
    if let Some(sample) = &mut short_loop.sample {
        sample.wave_loop = Some(WaveLoop {
            kind: LoopKind::UntilRelease,
            start: 20,
            length: 20,
        });
    }
    let mut one_shot = looped(sine(37, 60), 22_050);
    if let Some(sample) = &mut one_shot.sample {
        sample.wave_loop = None;
    }
    let mut low = region(0);
    low.keys = 0..=64;
    let mut high = region(1);
    high.keys = 50..=127;
    high.articulation = Some(vec![
        base(Destination::Eg1Release, seconds(0.3)),
        base(Destination::Eg1Attack, seconds(0.002)),
        base(Destination::FilterCutoff, hertz(900.0)),
        base(Destination::FilterQ, decibels(14.0)),
        from(Source::ModLfo, Destination::FilterCutoff, cents(2400.0)),
        from(
            Source::Controller(74),
            Destination::FilterCutoff,
            cents(9000.0),
        ),
    ]);
    let mut melodic = instrument(patch(false, 0, 0), vec![low, high]);
    melodic.articulation = vec![
        base(Destination::Eg1Decay, seconds(2.0)),
        base(Destination::Eg1Sustain, percent(40.0)),
        base(Destination::Eg1Release, seconds(0.1)),
        base(Destination::Eg2Decay, seconds(0.2)),
        base(Destination::Eg2Sustain, percent(0.0)),
        from(Source::Eg2, Destination::Pitch, cents(300.0)),
        from(Source::VibLfo, Destination::Pitch, cents(30.0)),
        from(Source::ModLfo, Destination::Gain, decibels(3.0)),
        modulate(
            Source::ModLfo,
            Source::ChannelPressure,
            Destination::Pan,
            percent(30.0),
        ),
    ];
    let mut hat = region(2);
    hat.key_group = 1;
    bank(
        vec![melodic, instrument(patch(true, 0, 0), vec![hat])],
        vec![looped(sine(100, 3), 48_000), short_loop, one_shot],
    )
}

/// Something that happens at a frame.
pub(crate) type Script = Vec<(usize, Vec<u8>)>;

/// Every kind of message, none of them at a round frame.
pub(crate) fn script() -> Script {
    let mut script = Script::new();
    for n in 0..40_usize {
        let at = n * 397 + n * n % 61;
        let key = 36 + (n * 7 % 60) as u8;
        script.push((at, vec![0x90 | (n % 3) as u8, key, 60 + n as u8]));
        script.push((at + 3, vec![0x99, 42 + (n % 5) as u8, 100]));
        script.push((at + 150, vec![0xE0, 0, (n * 3) as u8]));
        script.push((at + 201, vec![0xB1, 74, (n * 3) as u8]));
        script.push((at + 260, vec![0xB0, 7, 127 - n as u8]));
        script.push((at + 311, vec![0xD0, (n * 2) as u8]));
        script.push((at + 777, vec![0x80 | (n % 3) as u8, key, 0]));
    }
    // Edits of parts, drums and tunings, glides, one note at a time.
    for (at, message) in [
        (1009, &[0xB1, 99, 1][..]),
        (1009, &[0xB1, 98, 0x09]),
        (1010, &[0xB1, 6, 100]),
        (2017, &[0xB9, 99, 0x18]),
        (2017, &[0xB9, 98, 44]),
        (2018, &[0xB9, 6, 60]),
        (3011, &[0xB2, 71, 90]),
        (3500, &[0xB0, 65, 127]),
        (3500, &[0xB0, 5, 20]),
        (4099, &[0xB2, 126, 1]),
        (4100, &[0xB2, 68, 127]),
        (6007, &[0xF0, 0x7F, 0x7F, 4, 2, 0, 0x30, 0xF7]),
        (7019, &[0xF0, 0x7F, 0x7F, 4, 3, 0, 0x50, 0xF7]),
        (8053, &[0xF0, 0x7F, 0x7F, 9, 1, 1, 0, 66, 4, 50, 0xF7]),
        (10_007, &[0xB0, 84, 50]),
        (12_011, &[0xF0, 0x7F, 0x7F, 8, 2, 0, 1, 50, 51, 3, 0, 0xF7]),
    ] {
        script.push((at, message.to_vec()));
    }
    script.push((5003, vec![0xB0, 64, 127]));
    script.push((9001, vec![0xB0, 64, 0]));
    script.push((11_111, vec![0xF0, 0x7F, 0x7F, 4, 1, 0, 0x50, 0xF7]));
    script.push((15_001, vec![0xB2, 120, 0]));
    script.sort_by_key(|(at, _)| *at);
    script
}

/// Length of the stream, frames.
const LENGTH: usize = 18_000;

/// Plays the script in blocks, cut at events as a port does; returns all bits.
fn play(blocks: impl Iterator<Item = usize>, voices: u16) -> Vec<u32> {
    let mut rig = Rig::with(&lively(), 48_000, voices);
    rig.engine
        .download(Layer::Factory, Some(compile(&lively())))
        .unwrap();
    let script = script();
    let mut events = script.iter().peekable();
    let mut bits = Vec::new();
    let mut position = 0;
    for block in blocks {
        let mut left = block.min(LENGTH - position);
        while left > 0 {
            while let Some((_, message)) = events.next_if(|(at, _)| *at <= position) {
                rig.send(message);
                if position > 7000 {
                    rig.engine.set_part_trim(
                        0,
                        1,
                        PartTrim {
                            gain_db: -(position as f32) / 4000.0,
                            pan: 0.2,
                            program: None,
                            ..PartTrim::default()
                        },
                    );
                    rig.engine.set_master_gain_db(-(position as f32) / 9000.0);
                }
            }
            let next = events.peek().map_or(LENGTH, |(at, _)| *at);
            let run = left.min(next - position);
            let frames = rig.run(run);
            for (l, r) in frames.left.iter().zip(&frames.right) {
                bits.push(l.to_bits());
                bits.push(r.to_bits());
            }
            position += run;
            left -= run;
        }
        if position >= LENGTH {
            break;
        }
    }
    assert!(rig.engine.stats().messages > 250);
    bits
}

/// Index of the first difference, to keep failures readable.
fn first_difference(a: &[u32], b: &[u32]) -> Option<usize> {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).position(|(a, b)| a != b)
}

#[test]
fn every_block_size_gives_the_same_bits() {
    for voices in [64, 5] {
        let expected = play(std::iter::repeat(LENGTH), voices);
        assert!(expected.iter().any(|bits| *bits != 0));
        for block in [1, 7, 64, 441, 4096] {
            let got = play(std::iter::repeat(block), voices);
            assert_eq!(first_difference(&got, &expected), None, "block {block}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn random_blocks_give_the_same_bits(
        blocks in proptest::collection::vec(1_usize..700, 1..40),
    ) {
        let expected = play(std::iter::repeat(LENGTH), 24);
        let got = play(blocks.iter().copied().cycle(), 24);
        prop_assert_eq!(first_difference(&got, &expected), None);
    }
}
