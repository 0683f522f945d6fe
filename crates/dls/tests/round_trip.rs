//! Writing a bank and reading it back gives the same bank.

use dmus_dls::Bank;
use dmus_dls::bank::{
    Connection, Curve, Destination, Dialect, Instrument, Patch, Region, Source, Transform, Wave,
    WaveLink,
};
use dmus_dls::write::{length, to_dls, to_writer};
use proptest::prelude::*;

#[path = "random/bank.rs"]
mod random;

use random::banks;

proptest! {
    #[test]
    fn bank_comes_back_as_it_was(bank in banks()) {
        let found = Bank::read(&to_dls(&bank)).unwrap();
        prop_assert_eq!(found, bank);
    }

    #[test]
    fn what_is_streamed_is_what_is_held_and_as_long_as_was_said(bank in banks()) {
        let held = to_dls(&bank);
        let mut streamed = Vec::new();
        to_writer(&bank, &mut streamed).unwrap();
        prop_assert_eq!(u64::try_from(held.len()).unwrap(), length(&bank));
        prop_assert_eq!(streamed, held);
    }

    #[test]
    fn every_chunk_stands_at_an_even_offset(bank in banks()) {
        let file = to_dls(&bank);
        prop_assert_eq!(file.len() % 2, 0);
        let size = u32::from_le_bytes(*file[4..].first_chunk().unwrap());
        prop_assert_eq!(usize::try_from(size).unwrap(), file.len() - 8);
    }
}

#[test]
fn plain_velocity_on_gain_comes_back_as_it_is_though_plain_files_mean_the_table() {
    let mut bank = smallest();
    bank.instruments[0].articulation = vec![Connection {
        source: Source::Velocity,
        source_transform: Transform::default(),
        control: Source::None,
        control_transform: Transform::default(),
        destination: Destination::Gain,
        output_curve: Curve::Linear,
        scale: -1,
    }];
    let file = to_dls(&bank);
    assert_eq!(Bank::read(&file).unwrap(), bank);
    let at = file.windows(4).position(|id| id == b"DMUI").unwrap();
    let mut plain = file;
    plain[at..at + 4].copy_from_slice(b"none");
    let found = Bank::read(&plain).unwrap();
    let defect = dmus_dls::Defect::TransformImplied { blocks: 1 };
    assert_eq!(found.warnings[0].defect, defect);
    let transform = found.instruments[0].articulation[0].source_transform;
    assert_eq!(
        transform,
        Transform {
            curve: Curve::Concave,
            bipolar: false,
            invert: true
        }
    );
}

#[test]
fn smallest_bank_is_written_to_the_byte() {
    let file = to_dls(&smallest());
    let head = b"RIFF\xCA\0\0\0DLS colh\x04\0\0\0\x01\0\0\0LIST";
    assert_eq!(&file[..head.len()], head);
    let table = b"ptbl\x0C\0\0\0\x08\0\0\0\x01\0\0\0\0\0\0\0LIST";
    assert!(file.windows(table.len()).any(|window| window == table));
    let wave =
        b"wavefmt \x10\0\0\0\x01\0\x01\0\x40\x1F\0\0\x80\x3E\0\0\x02\0\x10\0data\x02\0\0\0\x07\0";
    assert!(file.ends_with(wave));
}

/// One region of one frame.
fn smallest() -> Bank {
    let region = Region {
        link: WaveLink {
            phase_master: false,
            ..WaveLink::default()
        },
        ..Region::of_wave(0)
    };
    let instrument = Instrument {
        patch: Patch {
            drums: false,
            bank_msb: 0,
            bank_lsb: 0,
            program: 0,
        },
        name: String::new(),
        regions: vec![region],
        articulation: Vec::new(),
        dialect: Dialect::Dls,
        about: Default::default(),
    };
    let wave = Wave {
        name: String::new(),
        sample_rate: 8000,
        about: Default::default(),
        frames: vec![7].into(),
        sample: None,
    };
    Bank {
        instruments: vec![instrument],
        waves: vec![wave],
        ..Bank::default()
    }
}
