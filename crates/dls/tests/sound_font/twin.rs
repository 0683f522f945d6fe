//! A slow, obvious twin: generators and modulators evaluated as the specification words them,
//! beside the connections that were made of them.

use dmus_dls::bank::{Connection, Curve, Destination, LINKS, Region, Source, Transform};
use proptest::prelude::*;

use crate::sf2::{Font, Modulator, modulated, zone};
use crate::{effective, read};

/// What is played: controllers by number, then what has a number of its own.
#[derive(Debug, Clone)]
struct Played {
    velocity: u8,
    key: u8,
    poly: u8,
    pressure: u8,
    wheel: u16,
    range: u16,
    controllers: Vec<u8>,
}

impl Played {
    /// Raw value, range and maximum.
    fn raw(&self, source: Source) -> Option<(f64, f64, f64)> {
        let seven = |value: u8| Some((f64::from(value), 128.0, 127.0));
        let fourteen = |value: u16| Some((f64::from(value), 16_384.0, 16_383.0));
        match source {
            Source::Velocity => seven(self.velocity),
            Source::KeyNumber => seven(self.key),
            Source::PolyPressure => seven(self.poly),
            Source::ChannelPressure => seven(self.pressure),
            Source::Controller(number) => seven(self.controllers[usize::from(number)]),
            Source::PitchWheel => fourteen(self.wheel),
            Source::Rpn0 => fourteen(self.range),
            _ => None,
        }
    }

    fn value(&self, source: Source, transform: Transform) -> f64 {
        self.raw(source).map_or(1.0, |(raw, range, max)| {
            normalised(raw, range, max, transform)
        })
    }
}

fn normalised(raw: f64, range: f64, max: f64, transform: Transform) -> f64 {
    let raw = if transform.invert { max - raw } else { raw };
    let curve = |value: f64| match transform.curve {
        Curve::Concave if value >= max * (1.0 - 10_f64.powf(-2.4)) => 1.0,
        Curve::Concave => -5.0 / 12.0 * (1.0 - value / max).log10(),
        Curve::Convex if value <= max * 10_f64.powf(-2.4) => 0.0,
        Curve::Convex => 1.0 + 5.0 / 12.0 * (value / max).log10(),
        Curve::Switch => f64::from(u8::from(value >= range / 2.0)),
        _ => value / range,
    };
    match (transform.bipolar, transform.curve) {
        (false, _) => curve(raw),
        (true, Curve::Concave | Curve::Convex) => {
            let signed = 2.0 * raw - max;
            signed.signum() * curve(signed.abs())
        }
        (true, _) => 2.0 * curve(raw) - 1.0,
    }
}

/// The sources that are tried, as the file and as the model name them.
const SOURCES: [(u16, Source); 10] = [
    (0, Source::None),
    (2, Source::Velocity),
    (3, Source::KeyNumber),
    (10, Source::PolyPressure),
    (13, Source::ChannelPressure),
    (14, Source::PitchWheel),
    (16, Source::Rpn0),
    (0x81, Source::Controller(1)),
    (0x87, Source::Controller(7)),
    (0xCA, Source::Controller(74)),
];

const CURVES: [Curve; 4] = [Curve::Linear, Curve::Concave, Curve::Convex, Curve::Switch];

/// The value of a source operator.
fn operator(word: u16, played: &Played) -> f64 {
    let (_, source) = SOURCES.into_iter().find(|it| it.0 == word & 0xFF).unwrap();
    if source == Source::None {
        return 1.0;
    }
    let transform = Transform {
        curve: CURVES[usize::from(word >> 10)],
        bipolar: word & 0x200 != 0,
        invert: word & 0x100 != 0,
    };
    played.value(source, transform)
}

/// What a modulator adds to its generator.
fn output(modulator: &Modulator, played: &Played) -> f64 {
    let [source, _, amount, amount_source, transform] = *modulator;
    let amount = f64::from(i16::from_le_bytes(amount.to_le_bytes()));
    let product = amount * operator(source, played) * operator(amount_source, played);
    if transform == 2 {
        product.abs()
    } else {
        product
    }
}

/// What oscillators and the modulation envelope are at.
const SIGNALS: [(Source, f64); 3] = [
    (Source::ModLfo, 0.3),
    (Source::VibLfo, -0.7),
    (Source::Eg2, 0.9),
];

/// The sum of a destination, links first.
fn sum(list: &[Connection], destination: Destination, played: &Played) -> f64 {
    let mut links = Vec::new();
    for link in 0..LINKS {
        let value = sum_with(list, Destination::Link(link), played, &links);
        links.push(value / 65_536.0);
    }
    sum_with(list, destination, played, &links) / 65_536.0
}

fn sum_with(list: &[Connection], to: Destination, played: &Played, links: &[f64]) -> f64 {
    let value = |source, transform| {
        let signal = SIGNALS.into_iter().find(|signal| signal.0 == source);
        match source {
            Source::Link(link) => links.get(usize::from(link)).copied().unwrap_or(0.0),
            Source::Eg1 | Source::Rpn1 => 0.0,
            _ => signal.map_or_else(|| played.value(source, transform), |signal| signal.1),
        }
    };
    list.iter()
        .filter(|it| it.destination == to)
        .map(|it| {
            let product =
                value(it.source, it.source_transform) * value(it.control, it.control_transform);
            let product = match it.output_curve {
                Curve::Absolute => product.abs(),
                _ => product,
            };
            product * f64::from(it.scale)
        })
        .sum()
}

/// Destinations that are compared, with the generators that make them up: number, what one unit of
/// it adds, what it is when nothing is said.
fn recipe(destination: Destination, key: f64) -> Vec<(u16, f64, f64)> {
    let [mod_lfo, vib_lfo, eg2] = SIGNALS.map(|signal| signal.1);
    match destination {
        Destination::Gain => vec![(48, -1.0, 0.0), (13, mod_lfo, 0.0)],
        Destination::Pitch => vec![
            (5, mod_lfo, 0.0),
            (6, vib_lfo, 0.0),
            (7, eg2, 0.0),
            (51, 100.0, 0.0),
            (52, 1.0, 0.0),
        ],
        Destination::FilterCutoff => {
            vec![(8, 1.0, 13_500.0), (10, mod_lfo, 0.0), (11, eg2, 0.0)]
        }
        Destination::Pan => vec![(17, 1.0, 0.0)],
        Destination::Eg1Hold => vec![(35, 1.0, -12_000.0), (39, 60.0 - key, 0.0)],
        Destination::Eg2Decay => vec![(28, 1.0, -12_000.0), (32, 60.0 - key, 0.0)],
        _ => vec![],
    }
}

const COMPARED: [Destination; 6] = [
    Destination::Gain,
    Destination::Pitch,
    Destination::FilterCutoff,
    Destination::Pan,
    Destination::Eg1Hold,
    Destination::Eg2Decay,
];

/// The same by the specification.
fn expected(destination: Destination, modulators: &[Modulator], played: &Played) -> f64 {
    let of = |generator: u16| {
        let mine = modulators.iter().filter(move |it| it[1] == generator);
        mine.map(|it| output(it, played)).sum::<f64>()
    };
    recipe(destination, f64::from(played.key))
        .into_iter()
        .map(|(generator, unit, default)| unit * (default + of(generator)))
        .sum()
}

/// Switches the default modulators off, so that the twin needs none.
fn without_defaults() -> Vec<Modulator> {
    [
        (0x0502, 48, 0),
        (0x000D, 6, 0),
        (0x0081, 6, 0),
        (0x0587, 48, 0),
        (0x028A, 17, 0),
        (0x058B, 48, 0),
        (0x020E, 52, 0x10),
    ]
    .map(|(source, destination, amount_source)| [source, destination, 0, amount_source, 0])
    .into()
}

fn any_source() -> impl Strategy<Value = u16> {
    (0..SOURCES.len(), 0_u16..4, 0_u16..4)
        .prop_map(|(index, curve, bits)| SOURCES[index].0 | curve << 10 | bits << 8)
}

fn any_modulator() -> impl Strategy<Value = Modulator> {
    let destinations = [5, 6, 7, 8, 10, 11, 13, 17, 28, 32, 35, 39, 48, 51, 52_u16];
    (
        any_source(),
        prop::sample::select(destinations.to_vec()),
        // Beyond 327 semitones a scale has no room.
        -300_i16..300,
        prop_oneof![Just(0), any_source()],
        prop_oneof![Just(0), Just(2)],
    )
        .prop_map(|(source, destination, amount, amount_source, transform)| {
            let amount = u16::from_le_bytes(amount.to_le_bytes());
            [source, destination, amount, amount_source, transform]
        })
}

fn any_played() -> impl Strategy<Value = Played> {
    (
        [1..128_u8, 0..128, 0..128, 0..128],
        0..16_384_u16,
        0..16_384_u16,
        prop::collection::vec(0..128_u8, 128),
    )
        .prop_map(
            |([velocity, key, poly, pressure], wheel, range, controllers)| Played {
                velocity,
                key,
                poly,
                pressure,
                wheel,
                range,
                controllers,
            },
        )
}

/// Constants are clamped as generators are: the twin leaves modulators without sources out.
fn is_constant(modulator: &Modulator) -> bool {
    modulator[0] & 0xFF == 0 && modulator[3] & 0xFF == 0
}

#[track_caller]
fn compare(region: &Region, modulators: &[Modulator], played: &Played) {
    let mut list = effective(region);
    // How pitch follows the key is no sum.
    list.retain(|it| it.key() != (Source::KeyNumber, Source::None, Destination::Pitch));
    for destination in COMPARED {
        let moved = list
            .iter()
            .any(|it| it.destination == destination && it.scale != 0 && it.source != Source::None);
        if !moved {
            continue;
        }
        let found = sum(&list, destination, played);
        let expected = expected(destination, modulators, played);
        let difference = (found - expected).abs();
        assert!(difference < 1.0, "{destination:?}: {found} for {expected}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn connections_add_what_modulators_add(
        modulators in prop::collection::vec(any_modulator(), 1..8),
        played in any_played(),
    ) {
        let mut unique: Vec<Modulator> = Vec::new();
        for modulator in modulators.into_iter().filter(|it| !is_constant(it)) {
            let identity = |it: &Modulator| (it[0], it[1], it[3], it[4]);
            if unique.iter().all(|it| identity(it) != identity(&modulator)) {
                unique.push(modulator);
            }
        }
        let all = [without_defaults(), unique.clone()].concat();
        let bank = read(&Font::of(&[modulated(&[(53, 0)], &all)]));
        // Eight modulators never need more links than there are.
        prop_assert!(bank.warnings.iter().all(|it| !it.to_string().contains("links")));
        compare(&bank.instruments[0].regions[0], &unique, &played);
    }
}

fn played(key: u8) -> Played {
    Played {
        velocity: 100,
        key,
        poly: 0,
        pressure: 0,
        wheel: 8192,
        range: 256,
        controllers: vec![0; 128],
    }
}

#[test]
fn key_scales_beyond_one_connection_are_exact() {
    for per_key in [-1200, -300, 255, 256, 1200] {
        let bank = read(&Font::of(&[zone(&[(39, per_key), (35, 100), (53, 0)])]));
        let list = effective(&bank.instruments[0].regions[0]);
        for key in [0, 36, 60, 127] {
            let found = sum(&list, Destination::Eg1Hold, &played(key));
            let expected = 100.0 + (60.0 - f64::from(key)) * f64::from(per_key);
            assert!((found - expected).abs() < 0.5, "{per_key} {key}: {found}");
        }
    }
}

#[test]
fn scale_tunings_beyond_one_connection_are_exact() {
    let follows = (Source::KeyNumber, Source::None, Destination::Pitch);
    for scale in [0, 50, 255, 256, 1200] {
        let bank = read(&Font::of(&[zone(&[(56, scale), (58, 72), (53, 0)])]));
        let mut list = effective(&bank.instruments[0].regions[0]);
        let row = list.iter().find(|it| it.key() == follows).unwrap();
        let per_key = f64::from(row.scale) / 128.0 / 65_536.0;
        list.retain(|it| it.key() != follows);
        for key in [30, 72, 127] {
            let distance = f64::from(key) - 72.0;
            let found = per_key * distance + sum(&list, Destination::Pitch, &played(key));
            assert!((found - f64::from(scale) * distance).abs() < 0.5);
        }
    }
}
