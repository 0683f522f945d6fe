//! Nothing on the render side allocates or frees.

use std::sync::Arc;

use assert_no_alloc::assert_no_alloc;
use dmus_dls::bank::Destination;
use dmus_synth::{Layer, PartTrim};

use crate::bank::{base, cents, decibels, from, harness, hertz, seconds};
use crate::rig::{Rig, compile};

#[test]
fn playing_swapping_and_resetting_allocate_nothing() {
    let bank = harness(&[
        base(Destination::Eg1Release, seconds(0.5)),
        base(Destination::FilterCutoff, hertz(1000.0)),
        base(Destination::FilterQ, decibels(9.0)),
        from(
            dmus_dls::bank::Source::ModLfo,
            Destination::FilterCutoff,
            cents(1200.0),
        ),
    ]);
    let mut rig = Rig::with(&bank, 48_000, 32);
    let mut spare = Some(compile(&bank));
    let keep = compile(&bank);
    rig.engine
        .download(Layer::Factory, Some(Arc::clone(&keep)))
        .unwrap();
    let mut left = vec![0.0; 500];
    let mut right = vec![0.0; 500];
    let mut home = Vec::with_capacity(4);
    let mut heard = false;
    assert_no_alloc(|| {
        let engine = &mut rig.engine;
        for n in 0..600_u32 {
            let key = (n * 7 % 128) as u8;
            engine.message(0, &[0x90 | (n % 16) as u8, key, 100]);
            engine.message(0, &[0xE0, 0, key]);
            engine.message(1, &[0xB0, key, 127 - key]);
            engine.message(2, &[0xC0 | (n % 16) as u8, key]);
            engine.message(1, &[0xF0, 0x7F, 0x7F, 4, 1, 0, key, 0xF7]);
            engine.set_part_trim(
                0,
                (n % 16) as u8,
                PartTrim {
                    gain_db: -1.0,
                    pan: 0.1,
                    program: Some(key),
                    ..PartTrim::default()
                },
            );
            engine.set_master_gain_db(-(f32::from(key)) / 10.0);
            if n == 300 {
                let new = spare.take();
                engine.download(Layer::User(0), new).unwrap();
            }
            engine.render(&mut left, &mut right);
            heard |= left.iter().any(|s| s.abs() > 0.0);
            engine.message(0, &[0x80 | (n % 16) as u8, key, 0]);
            if let Some(retired) = engine.take_retired() {
                home.push(retired);
            }
            if n % 100 == 99 {
                engine.message(0, &[0xF0, 0x7E, 0x7F, 9, 1, 0xF7]);
            }
            if n == 450 {
                engine.reset();
            }
            let _ = (engine.stats(), engine.part(0, 0), engine.take_peak());
        }
    });
    assert_eq!(home.len(), 1);
    assert!(heard);
}
