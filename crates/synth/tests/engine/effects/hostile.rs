//! Nothing that can be said makes effects fall over, overflow, allocate or emit nonsense.

use assert_no_alloc::assert_no_alloc;
use dmus_synth::{
    Buses, ChorusKind, ChorusSettings, Convolution, DelayKind, DelaySettings, EffectsSettings,
    ReverbKind, ReverbSettings, Space, Stereo,
};
use proptest::prelude::*;

use super::{Hall, RATE};

/// Numbers that hosts may come up with.
fn odd_f32() -> impl Strategy<Value = f32> {
    prop_oneof![
        Just(f32::NAN),
        Just(f32::INFINITY),
        Just(f32::NEG_INFINITY),
        Just(f32::MAX),
        Just(f32::MIN_POSITIVE / 3.0),
        Just(0.0),
        Just(-0.0),
        -100.0_f32..100.0,
        0.0_f32..2.0,
    ]
}

prop_compose! {
    fn any_settings()(
        dry in prop::bool::weighted(0.1),
        on in any::<[bool; 3]>(),
        levels in [odd_f32(), odd_f32(), odd_f32()],
        numbers in [prop::option::of(odd_f32()), prop::option::of(odd_f32()), prop::option::of(odd_f32())],
        kinds in [0_usize..9, 0..9, 0..11],
    ) -> EffectsSettings {
        EffectsSettings {
            dry,
            reverb: ReverbSettings {
                on: on[0],
                level_db: levels[0],
                kind: ReverbKind::ALL.get(kinds[0]).copied(),
                time_s: numbers[0],
            },
            chorus: ChorusSettings {
                on: on[1],
                level_db: levels[1],
                kind: ChorusKind::ALL.get(kinds[1]).copied(),
                rate_hz: numbers[1],
            },
            delay: DelaySettings {
                on: on[2],
                level_db: levels[2],
                kind: DelayKind::ALL.get(kinds[2]).copied(),
                time_s: numbers[2],
            },
        }
    }
}

/// A step of a hostile client.
#[derive(Debug, Clone)]
enum Step {
    Settings(EffectsSettings),
    Gs(u8, u8),
    Gm2(u8, u8, u8),
    Xg(u8, u8, u8),
    Bytes(Vec<u8>),
    Play(u8, usize),
    Run(usize),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        any_settings().prop_map(Step::Settings),
        (0x30_u8..0x60, 0_u8..128).prop_map(|(at, value)| Step::Gs(at, value)),
        (0_u8..4, 0_u8..6, 0_u8..128).prop_map(|(slot, at, value)| Step::Gm2(slot, at, value)),
        (0_u8..0x60, 0_u8..128, 0_u8..128).prop_map(|(at, msb, lsb)| Step::Xg(at, msb, lsb)),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Step::Bytes),
        (0_u8..3, 0_usize..3).prop_map(|(program, bus)| Step::Play(program, bus)),
        (1_usize..3000).prop_map(Step::Run),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn every_frame_is_a_number_whatever_is_set(
        rate in prop::sample::select(vec![1_000_u32, 8_000, 44_100, 48_000, 192_000, 768_000]),
        convolve in any::<bool>(),
        steps in prop::collection::vec(any_step(), 1..40),
    ) {
        let mut hall = Hall::at(rate);
        if convolve {
            let response = Convolution::new(&[1.0, -0.5], &[0.3; 3000]).unwrap();
            hall.engine.set_response(Some(Box::new(response))).unwrap();
        }
        for step in steps {
            match step {
                Step::Settings(settings) => hall.engine.set_effects(settings),
                Step::Gs(at, value) => hall.gs(at, value),
                Step::Gm2(slot, at, value) => hall.gm2(slot, at, value),
                Step::Xg(at, msb, lsb) => {
                    hall.send(&[0xF0, 0x43, 0x10, 0x4C, 2, 1, at, msb, lsb, 0xF7]);
                }
                Step::Bytes(mut bytes) => {
                    bytes.insert(0, 0xF0);
                    bytes.push(0xF7);
                    hall.send(&bytes);
                }
                Step::Play(program, bus) => hall.play(program, bus),
                Step::Run(frames) => {
                    let heard = hall.run(frames);
                    for side in heard.main.iter().chain(heard.returns.iter().flatten()) {
                        prop_assert!(side.iter().all(|s| s.abs() < 1e4));
                    }
                }
            }
        }
    }
}

#[test]
fn playing_and_changing_effects_allocates_nothing() {
    let mut hall = Hall::new();
    let mut spares: Vec<Option<Box<Convolution>>> = Space::ALL
        .iter()
        .map(|space| Some(Box::new(Convolution::of_space(*space, RATE))))
        .collect();
    let mut home = Vec::with_capacity(8);
    let mut sides = [[0.0_f32; 700]; 8];
    let mut sounded = false;
    assert_no_alloc(|| {
        for n in 0..500_u32 {
            let byte = (n % 128) as u8;
            hall.play(byte % 3, (n % 3) as usize);
            hall.gs(0x30 + byte % 0x2B, byte);
            hall.gm2(1 + byte % 2, byte % 5, byte);
            let mut settings = EffectsSettings {
                dry: n % 50 == 49,
                ..EffectsSettings::default()
            };
            settings.reverb.kind = ReverbKind::ALL.get(usize::from(byte / 10)).copied();
            hall.engine.set_effects(settings);
            if n % 60 == 10 {
                let spare = spares.pop().flatten();
                if let Err(busy) = hall.engine.set_response(spare) {
                    spares.push(busy.0);
                }
            }
            let [a, b, c, d, e, f, g, h] = &mut sides;
            hall.engine.render_buses(Buses {
                main: Stereo { left: a, right: b },
                parts: None,
                returns: Some([
                    Stereo { left: c, right: d },
                    Stereo { left: e, right: f },
                    Stereo { left: g, right: h },
                ]),
            });
            sounded |= sides.iter().all(|side| side.iter().any(|s| s.abs() > 0.0));
            if let Some(response) = hall.engine.take_retired_response() {
                home.push(response);
            }
            if n == 400 {
                hall.engine.reset();
            }
        }
    });
    assert!(sounded);
    assert_eq!(home.len(), 4);
}

#[test]
fn sides_of_different_lengths_lose_frames_and_nothing_else() {
    let mut hall = Hall::new();
    hall.play(2, 0);
    let (mut a, mut b, mut c) = ([7.0_f32; 100], [7.0_f32; 90], [7.0_f32; 40]);
    let (mut d, mut e, mut f, mut g, mut h) = (
        [7.0_f32; 0],
        [7.0_f32; 200],
        [7.0_f32; 90],
        [7.0_f32; 90],
        [7.0_f32; 90],
    );
    hall.engine.render_buses(Buses {
        main: Stereo {
            left: &mut a,
            right: &mut b,
        },
        parts: None,
        returns: Some([
            Stereo {
                left: &mut c,
                right: &mut d,
            },
            Stereo {
                left: &mut e,
                right: &mut f,
            },
            Stereo {
                left: &mut g,
                right: &mut h,
            },
        ]),
    });
    assert_eq!(hall.engine.position(), 90);
    assert!(a[90..].iter().all(|s| s.to_bits() == 7.0_f32.to_bits()));
}
