//! Parts on outputs of their own: the same audio as in the mix.

use assert_no_alloc::assert_no_alloc;
use dmus_synth::{Buses, Engine, EngineConfig, Layer, OUTPUTS, Stereo};

use crate::block_size::{lively, script};
use crate::rig::compile;

/// Length of the stream, frames.
const LENGTH: usize = 18_000;

/// Both sides of the mix, of each output, of each return.
struct Heard {
    main: [Vec<f32>; 2],
    parts: [[Vec<f32>; 2]; OUTPUTS],
    returns: [[Vec<f32>; 2]; 3],
}

fn sides() -> [Vec<f32>; 2] {
    [vec![7.0; LENGTH], vec![7.0; LENGTH]]
}

impl Heard {
    fn new() -> Self {
        Self {
            main: sides(),
            parts: core::array::from_fn(|_| sides()),
            returns: core::array::from_fn(|_| sides()),
        }
    }

    /// Everything added up.
    fn sum(&self) -> [Vec<f32>; 2] {
        let mut sum = self.main.clone();
        for bus in self.parts.iter().chain(&self.returns) {
            for (sum, side) in sum.iter_mut().zip(bus) {
                for (sum, sample) in sum.iter_mut().zip(side) {
                    *sum += sample;
                }
            }
        }
        sum
    }
}

/// The parts on outputs of their own: group, channel, output.
type Routes<'a> = &'a [(u16, u8, u8)];

fn engine(routes: Routes<'_>) -> Engine {
    let mut engine = Engine::with_effects(EngineConfig {
        sample_rate: 48_000,
        voices: 48,
        channel_groups: 2,
    })
    .unwrap();
    let layer = Layer::User(0);
    engine.download(layer, Some(compile(&lively()))).unwrap();
    for (group, channel, output) in routes {
        engine.set_output(*group, *channel, Some(*output));
    }
    engine
}

/// Plays the lively script, as far as `which` lets it, in blocks of up to `block` frames.
fn play(engine: &mut Engine, which: fn(&[u8]) -> bool, block: usize, heard: &mut Heard) {
    let script = script();
    let mut events = script
        .iter()
        .filter(|(_, message)| which(message))
        .peekable();
    let mut position = 0;
    while position < LENGTH {
        while let Some((_, message)) = events.next_if(|(at, _)| *at <= position) {
            engine.message(1, message);
        }
        let next = events.peek().map_or(LENGTH, |(at, _)| (*at).min(LENGTH));
        let end = next.min(position + block);
        engine.render_buses(Buses {
            main: cut(&mut heard.main, position, end),
            parts: Some(heard.parts.each_mut().map(|bus| cut(bus, position, end))),
            returns: Some(heard.returns.each_mut().map(|bus| cut(bus, position, end))),
        });
        position = end;
    }
}

fn cut([left, right]: &mut [Vec<f32>; 2], start: usize, end: usize) -> Stereo<'_> {
    Stereo {
        left: &mut left[start..end],
        right: &mut right[start..end],
    }
}

fn bits(sides: &[Vec<f32>; 2]) -> Vec<u32> {
    sides
        .iter()
        .flatten()
        .map(|sample| sample.to_bits())
        .collect()
}

fn peak<'a>(samples: impl Iterator<Item = &'a f32>) -> f32 {
    samples.fold(0.0, |peak, sample| peak.max(sample.abs()))
}

fn is_silent<'a>(samples: impl Iterator<Item = &'a f32>) -> bool {
    peak(samples) <= 0.0
}

/// Messages of the first channel, and those that are for no channel.
fn first_channel(message: &[u8]) -> bool {
    message[0] >= 0xF0 || message[0] & 0x0F == 0
}

#[test]
fn a_part_alone_has_the_same_bits_on_its_own_output_as_in_the_mix() {
    let (mut mixed, mut routed) = (Heard::new(), Heard::new());
    play(&mut engine(&[]), first_channel, LENGTH, &mut mixed);
    play(
        &mut engine(&[(0, 0, 11)]),
        first_channel,
        LENGTH,
        &mut routed,
    );
    assert!(peak(mixed.main.iter().flatten()) > 0.05);
    assert_eq!(bits(&routed.parts[11]), bits(&mixed.main));
    assert!(is_silent(routed.main.iter().flatten()));
    for (of_routed, of_mixed) in routed.returns.iter().zip(&mixed.returns) {
        assert_eq!(bits(of_routed), bits(of_mixed), "effects hear every part");
    }
}

#[test]
fn outputs_summed_are_the_mix_but_for_the_last_bits() {
    let mut mixed = Heard::new();
    play(&mut engine(&[]), |_| true, LENGTH, &mut mixed);
    let expected = mixed.sum();
    let level = peak(expected.iter().flatten());
    for routes in [
        &[(0, 0, 0), (0, 1, 1), (0, 2, 2), (0, 9, 15)][..],
        &[(0, 1, 4), (0, 2, 4)],
        &[(0, 9, 3)],
    ] {
        let mut routed = Heard::new();
        play(&mut engine(routes), |_| true, LENGTH, &mut routed);
        for (_, _, output) in routes {
            let own = &routed.parts[usize::from(*output)];
            assert!(peak(own.iter().flatten()) > 1e-3, "output {output}");
        }
        let sum = routed.sum();
        let both = sum.iter().flatten().zip(expected.iter().flatten());
        let worst = both.fold(0.0_f32, |worst, (a, b)| worst.max((a - b).abs()));
        let worst_db = 20.0 * (worst / level).log10();
        assert!(worst_db < -130.0, "{worst_db} dB for {routes:?}");
    }
}

#[test]
fn outputs_have_the_same_bits_at_any_block_size() {
    let routes = [(0, 0, 5), (0, 9, 0)];
    let mut whole = Heard::new();
    play(&mut engine(&routes), |_| true, LENGTH, &mut whole);
    for block in [1, 7, 64, 441] {
        let mut cut = Heard::new();
        play(&mut engine(&routes), |_| true, block, &mut cut);
        assert_eq!(bits(&cut.main), bits(&whole.main), "{block}");
        for output in [5, 0] {
            assert_eq!(
                bits(&cut.parts[output]),
                bits(&whole.parts[output]),
                "{block}"
            );
        }
    }
}

#[test]
fn without_outputs_to_go_to_every_part_is_in_the_mix() {
    let mut mixed = Heard::new();
    play(&mut engine(&[]), |_| true, LENGTH, &mut mixed);
    let mut engine = engine(&[(0, 0, 5), (0, 1, 200), (7, 1, 3), (0, 200, 3)]);
    let script = script();
    let mut events = script.iter().peekable();
    let (mut left, mut right) = (vec![7.0; LENGTH], vec![7.0; LENGTH]);
    for (frame, (left, right)) in left.iter_mut().zip(&mut right).enumerate() {
        while let Some((_, message)) = events.next_if(|(at, _)| *at <= frame) {
            engine.message(1, message);
        }
        engine.render(core::slice::from_mut(left), core::slice::from_mut(right));
    }
    assert_eq!(bits(&[left, right]), bits(&mixed.sum()));
}

#[test]
fn routes_outlast_a_reset_and_can_be_taken_back() {
    let mut engine = engine(&[(0, 0, 2)]);
    engine.reset();
    let mut heard = Heard::new();
    play(&mut engine, first_channel, LENGTH, &mut heard);
    assert!(peak(heard.parts[2].iter().flatten()) > 0.05);
    engine.reset();
    engine.set_output(0, 0, None);
    play(&mut engine, first_channel, LENGTH, &mut heard);
    assert!(is_silent(heard.parts.iter().flatten().flatten()));
    assert!(peak(heard.main.iter().flatten()) > 0.05);
}

#[test]
fn routing_while_it_plays_allocates_nothing() {
    let mut engine = engine(&[]);
    let mut heard = Heard::new();
    let mut went = 0;
    assert_no_alloc(|| {
        for n in 0..120_u8 {
            engine.set_output(0, n % 3, (n % 5 != 0).then_some(n % 16));
            engine.message(1, &[0x90 | (n % 3), n, 100]);
            engine.render_buses(Buses {
                main: cut(&mut heard.main, 0, 150),
                parts: Some(heard.parts.each_mut().map(|bus| cut(bus, 0, 150))),
                returns: None,
            });
            let sides = heard.parts.iter().flatten();
            let rendered = sides.flat_map(|side| &side[..150]);
            went += usize::from(peak(rendered) > 0.0);
        }
    });
    assert!(went > 60, "{went}");
}
