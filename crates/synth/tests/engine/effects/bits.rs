//! The same stream cut in any way gives the same bits, with and without buses.

use dmus_synth::{Convolution, Space};
use proptest::prelude::*;

use super::{Hall, Heard, RATE, SENDS};

/// Length of the stream, frames.
const LENGTH: usize = 60_000;

/// Something that happens at a frame.
type Script = Vec<(usize, u8)>;

/// Frames that are nowhere near a tick, with what happens there.
fn script() -> Script {
    (0..90_u8)
        .map(|n| {
            (
                usize::from(n) * 613 + usize::from(n) * usize::from(n) % 59,
                n,
            )
        })
        .collect()
}

fn act(hall: &mut Hall, n: u8) {
    match n % 9 {
        0 => {
            hall.send(&[0xC0 | (n % 4), n % 3]);
            hall.send(&[0x90 | (n % 4), 60 + n % 20, 100]);
        }
        1 => hall.send(&[0xB0 | (n % 4), SENDS[usize::from(n) % 3], n]),
        2 => hall.gs(0x30, n % 8),
        3 => hall.gs(0x38, n % 8),
        4 => hall.gs(0x50, n % 10),
        5 => hall.gs(0x30 + n % 42, n),
        6 => hall.send(&[0x80 | (n % 4), 60 + n % 20, 0]),
        7 if n.is_multiple_of(2) => {
            let mut settings = hall.engine.effects().unwrap();
            settings.chorus.on = !settings.chorus.on;
            settings.reverb.level_db = -f32::from(n) / 10.0;
            hall.engine.set_effects(settings);
        }
        7 => {
            let _ = hall.engine.take_retired_response();
            let _ = hall
                .engine
                .set_response(Some(Box::new(Convolution::of_space(Space::Room, RATE))));
        }
        _ if n > 80 => hall.send(&[0xF0, 0x7E, 0x7F, 9, 1, 0xF7]),
        _ => hall.send(&[0xB0 | (n % 4), 120, 0]),
    }
}

/// Plays the script in blocks, cut at events as a port does.
fn play(blocks: impl Iterator<Item = usize>) -> Heard {
    let mut hall = Hall::new();
    for channel in 0..4 {
        for controller in SENDS {
            hall.send(&[0xB0 | channel, controller, 70]);
        }
    }
    let mut events = script().into_iter().peekable();
    let mut all = Heard::default();
    let mut position = 0;
    for block in blocks {
        let mut left = block.min(LENGTH - position);
        while left > 0 {
            while let Some((_, n)) = events.next_if(|(at, _)| *at <= position) {
                act(&mut hall, n);
            }
            let next = events.peek().map_or(LENGTH, |(at, _)| *at);
            let run = left.min(next - position);
            append(&mut all, &hall.run(run));
            position += run;
            left -= run;
        }
        if position >= LENGTH {
            break;
        }
    }
    all
}

fn append(all: &mut Heard, more: &Heard) {
    let sides = |heard: &Heard| -> Vec<Vec<f32>> {
        heard
            .main
            .iter()
            .chain(heard.returns.iter().flatten())
            .cloned()
            .collect()
    };
    let targets = all.main.iter_mut().chain(all.returns.iter_mut().flatten());
    for (target, side) in targets.zip(sides(more)) {
        target.extend(side);
    }
}

fn bits(heard: &Heard) -> Vec<u32> {
    heard
        .main
        .iter()
        .chain(heard.returns.iter().flatten())
        .flatten()
        .map(|sample| sample.to_bits())
        .collect()
}

fn first_difference(a: &Heard, b: &Heard) -> Option<usize> {
    let (a, b) = (bits(a), bits(b));
    assert_eq!(a.len(), b.len());
    a.iter().zip(&b).position(|(a, b)| a != b)
}

#[test]
fn every_block_size_gives_the_same_bits_of_every_bus() {
    let expected = play(std::iter::repeat(LENGTH));
    for returns in &expected.returns {
        assert!(returns[0].iter().any(|s| s.abs() > 0.001));
    }
    for block in [1, 7, 64, 441, 4096] {
        let got = play(std::iter::repeat(block));
        assert_eq!(first_difference(&got, &expected), None, "block {block}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn random_blocks_give_the_same_bits_of_every_bus(
        blocks in proptest::collection::vec(1_usize..700, 1..40),
    ) {
        let expected = play(std::iter::repeat(LENGTH));
        let got = play(blocks.iter().copied().cycle());
        prop_assert_eq!(first_difference(&got, &expected), None);
    }
}

#[test]
fn the_buses_summed_are_the_mix_to_the_bit() {
    let (mut apart, mut mixed) = (Hall::new(), Hall::new());
    for hall in [&mut apart, &mut mixed] {
        hall.gs(0x3F, 40);
        for bus in 0..3 {
            hall.play(2, bus);
        }
    }
    let heard = apart.run(10_000);
    let (mut left, mut right) = (vec![0.0; 10_000], vec![0.0; 10_000]);
    mixed.engine.render(&mut left, &mut right);
    for (side, expected) in [left, right].iter().enumerate() {
        for (n, expected) in expected.iter().enumerate() {
            let [reverb, chorus, delay] = &heard.returns;
            let sum = heard.main[side][n] + reverb[side][n] + chorus[side][n] + delay[side][n];
            assert_eq!(sum.to_bits(), expected.to_bits(), "{side} {n}");
        }
    }
    assert_eq!(apart.engine.take_peak(), mixed.engine.take_peak());
}

#[test]
fn without_effects_an_engine_renders_the_bits_it_always_did() {
    let mut plain = crate::rig::Rig::new(&super::sounds());
    let mut dry = Hall::at(44_100);
    let mut settings = dry.engine.effects().unwrap();
    settings.dry = true;
    dry.engine.set_effects(settings);
    dry.run_s(0.1);
    plain.run_s(0.1);
    plain.send(&[0xC0, 2]);
    plain.strike(69);
    dry.play(2, 0);
    assert_eq!(plain.run(5_000).left, dry.run(5_000).main[0]);
}
