//! The factory bank as its players see it: complete, in tune, without seams, the same every time.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::LazyLock;

use dmus_dls::Bank;
use dmus_dls::bank::{Destination, Instrument, Region, Wave, WaveLoop};
use dmus_dls::units::TimeCents;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../presets/dmus-gm.dls");

/// As it is compiled into the plug-in; the first of the tests holds it to what the code computes,
/// which takes too long to be done for each of them.
static BANK: LazyLock<Bank> = LazyLock::new(|| Bank::read(&std::fs::read(FILE).unwrap()).unwrap());

const MELODIC_KEYS: std::ops::RangeInclusive<u8> = 21..=108;
const DRUM_KEYS: std::ops::RangeInclusive<u8> = 35..=81;

fn melodic(program: u8) -> &'static Instrument {
    BANK.instruments
        .iter()
        .find(|instrument| {
            let patch = instrument.patch;
            !patch.drums && patch.bank_msb == 0 && patch.program == program
        })
        .unwrap()
}

/// Programs of the kits, the same in GS and General MIDI 2.
const KITS: [u8; 9] = [0, 8, 16, 24, 25, 32, 40, 48, 56];

fn kit(program: u8) -> &'static Instrument {
    BANK.instruments
        .iter()
        .find(|instrument| instrument.patch.drums && instrument.patch.program == program)
        .unwrap()
}

/// Melodic instruments outside bank 0.
fn variations() -> impl Iterator<Item = &'static Instrument> {
    let melodic = BANK.instruments.iter().filter(|i| !i.patch.drums);
    melodic.filter(|instrument| instrument.patch.bank_msb != 0)
}

fn regions(instrument: &Instrument, key: u8, velocity: u8) -> Vec<&Region> {
    instrument
        .regions
        .iter()
        .filter(|region| region.keys.contains(&key) && region.velocities.contains(&velocity))
        .collect()
}

fn loops() -> impl Iterator<Item = (&'static Wave, WaveLoop)> {
    BANK.waves
        .iter()
        .filter_map(|wave| Some((wave, wave.sample?.wave_loop?)))
}

/// A frame of the wave as a player's interpolation sees it, with the loop wrapped.
fn looped(wave: &Wave, wave_loop: WaveLoop, offset: i64) -> f64 {
    let at = i64::from(wave_loop.start) + offset.rem_euclid(i64::from(wave_loop.length));
    f64::from(wave.frames[usize::try_from(at).unwrap()])
}

#[test]
fn committed_file_is_the_computed_bank_and_reads_back_as_it() {
    let committed = std::fs::read(FILE).unwrap();
    let bank = dmus_factory::bank();
    let computed = dmus_dls::write::to_dls(&bank);
    let at = committed.iter().zip(&computed).position(|(a, b)| a != b);
    assert!(
        committed == computed,
        "presets/dmus-gm.dls ({} bytes) is not the computed bank ({} bytes), first at {at:?}; \
         run `cargo xtask bank`",
        committed.len(),
        computed.len()
    );
    assert!(committed.len() <= 12_000_000, "{} bytes", committed.len());
    assert!(BANK.warnings.is_empty(), "{}", BANK.warnings[0]);
    assert!(bank == *BANK);
}

#[test]
fn computing_twice_gives_the_same_bits() {
    let told = Rc::new(RefCell::new(Vec::new()));
    let watch = Rc::clone(&told);
    let bank = dmus_factory::bank_watched(move |wave| watch.borrow_mut().push(wave.to_owned()));
    assert!(bank == dmus_factory::bank());
    // Whoever waits hears of each wave, and knew how many there would be.
    let waves: Vec<&str> = bank.waves.iter().map(|wave| wave.name.as_str()).collect();
    assert_eq!(*told.borrow(), waves);
    assert_eq!(waves.len(), dmus_factory::WAVES);
}

#[test]
fn every_program_sounds_on_every_key_at_every_velocity() {
    for program in 0..=127 {
        let instrument = melodic(program);
        assert!(!instrument.name.is_empty(), "program {program} has no name");
        for key in MELODIC_KEYS {
            for velocity in 1..=127 {
                let sounding = regions(instrument, key, velocity);
                let name = &instrument.name;
                assert!(
                    !sounding.is_empty(),
                    "{name}: key {key}, velocity {velocity}"
                );
                assert!(
                    sounding.len() <= 5,
                    "{name}: {} regions on key {key}",
                    sounding.len()
                );
            }
        }
    }
}

#[test]
fn programs_come_first_then_their_variations_then_the_kits() {
    let (melodic, kits): (Vec<&Instrument>, Vec<&Instrument>) =
        BANK.instruments.iter().partition(|i| !i.patch.drums);
    let capital = |i: &&&Instrument| i.patch.bank_msb == 0 && i.patch.bank_lsb == 0;
    let programs: Vec<u8> = melodic
        .iter()
        .take_while(capital)
        .map(|i| i.patch.program)
        .collect();
    assert_eq!(programs, (0..=127).collect::<Vec<u8>>());
    assert!(melodic.iter().skip(128).all(|i| i.patch.bank_msb != 0));
    let kits: Vec<_> = kits
        .iter()
        .map(|i| (i.patch.bank_msb, i.patch.bank_lsb, i.patch.program))
        .collect();
    assert_eq!(kits, KITS.map(|program| (0, 0, program)));
    assert!(
        BANK.instruments
            .is_sorted_by(|one, other| one.patch < other.patch)
    );
}

#[test]
fn a_variation_of_gs_is_one_of_general_midi_2_under_the_same_name() {
    let (gm2, gs): (Vec<&Instrument>, Vec<&Instrument>) =
        variations().partition(|i| i.patch.bank_msb == 121);
    assert!(gm2.len() >= 70, "{} variations", gm2.len());
    for one in gs {
        assert_eq!(one.patch.bank_lsb, 0, "{}", one.name);
        let twins = gm2
            .iter()
            .filter(|other| other.patch.program == one.patch.program && other.name == one.name);
        let twins: Vec<_> = twins.collect();
        assert_eq!(twins.len(), 1, "{}", one.name);
        assert!(twins[0].regions == one.regions, "{}", one.name);
        assert!(twins[0].articulation == one.articulation, "{}", one.name);
    }
}

#[test]
fn every_variation_sounds_on_every_key_at_every_velocity() {
    for instrument in variations() {
        for key in MELODIC_KEYS {
            for velocity in 1..=127 {
                let sounding = regions(instrument, key, velocity).len();
                let name = &instrument.name;
                assert!(
                    (1..=5).contains(&sounding),
                    "{name}: {sounding} on key {key}, velocity {velocity}"
                );
            }
        }
    }
}

#[test]
fn every_kit_has_one_drum_on_every_key() {
    for program in KITS {
        let last = if program == 48 { 88 } else { 87 };
        for key in 27..=last {
            for velocity in [1, 64, 127] {
                let sounding = regions(kit(program), key, velocity).len();
                assert_eq!(sounding, 1, "kit {program}: key {key}, velocity {velocity}");
            }
        }
    }
}

#[test]
fn every_drum_of_the_standard_kit_is_near_its_recorded_speed() {
    for key in DRUM_KEYS {
        let sample = regions(kit(0), key, 100)[0].sample.unwrap();
        let keys = i32::from(key) - i32::from(sample.unity_note);
        assert!(
            (-12..=12).contains(&keys),
            "key {key} is {keys} keys off its wave"
        );
    }
}

#[test]
fn hi_hats_and_other_pairs_cut_each_other() {
    let standard = [
        [42, 44],
        [42, 46],
        [29, 30],
        [71, 72],
        [73, 74],
        [78, 79],
        [80, 81],
        [86, 87],
    ];
    let group = |program: u8, key: u8| regions(kit(program), key, 100)[0].key_group;
    for program in KITS {
        let pairs = match program {
            48 => vec![[27, 28], [27, 29], [73, 74], [80, 81]],
            56 => vec![[41, 42]],
            _ => standard.to_vec(),
        };
        for pair in pairs {
            assert_ne!(group(program, pair[0]), 0, "kit {program}: {pair:?}");
            assert_eq!(
                group(program, pair[0]),
                group(program, pair[1]),
                "kit {program}: {pair:?}"
            );
        }
    }
    assert_ne!(group(0, 42), group(0, 80));
    assert_eq!(group(0, 38), 0);
    assert_eq!(group(48, 42), 0, "timpani ring through each other");
}

#[test]
fn pianos_organs_strings_and_leads_stay_near_their_recorded_pitch() {
    for program in [0, 1, 16, 18, 48, 49, 50, 51, 80, 81] {
        let instrument = melodic(program);
        for key in 36..=92 {
            for region in regions(instrument, key, 100) {
                let keys = i32::from(key) - i32::from(region.sample.unwrap().unity_note);
                assert!(
                    (-9..=9).contains(&keys),
                    "{}: key {key} by {keys}",
                    instrument.name
                );
            }
        }
    }
}

#[test]
fn loops_close_in_value_and_slope() {
    for (wave, wave_loop) in loops() {
        // The largest second difference inside the loop bounds the one across its seam.
        let bend = |n: i64| {
            let at = |offset| looped(wave, wave_loop, n + offset);
            (at(-1) - 2.0 * at(0) + at(1)).abs()
        };
        let length = i64::from(wave_loop.length);
        let inside = (2..length - 2).map(bend).fold(0.0, f64::max);
        let seam = (-1..=1).map(bend).fold(0.0, f64::max);
        // Two units allow for rounding to 16 bits.
        assert!(
            seam <= inside + 2.0,
            "{}: bend {seam} at the seam, {inside} inside",
            wave.name
        );
    }
}

#[test]
fn loops_go_on_from_what_leads_to_them() {
    for (wave, wave_loop) in loops().filter(|(_, wave_loop)| wave_loop.start >= 4) {
        let start = usize::try_from(wave_loop.start).unwrap();
        let at = |n: usize| f64::from(wave.frames[n]);
        let into = (at(start - 1) - 2.0 * at(start) + at(start + 1)).abs();
        let back = looped(wave, wave_loop, -1);
        let round = (back - 2.0 * at(start) + at(start + 1)).abs();
        // What precedes the loop is nearly what precedes it again at its end.
        assert!(
            (into - round).abs() <= 700.0,
            "{}: {into} against {round}",
            wave.name
        );
    }
}

#[test]
fn looped_waves_are_in_tune() {
    for (wave, wave_loop) in loops() {
        let sample = wave.sample.unwrap();
        let key_hz = 440.0 * libm::exp2((f64::from(sample.unity_note) - 69.0) / 12.0);
        // Organ waves are planned an octave down: half periods of the key are whole there.
        let halves = 2.0 * key_hz * f64::from(wave_loop.length) / f64::from(wave.sample_rate);
        let hz = halves.round() * f64::from(wave.sample_rate) / f64::from(wave_loop.length) / 2.0;
        let cents = 1200.0 * libm::log2(hz / key_hz) - f64::from(sample.fine_tune);
        assert!(
            cents.abs() <= 1.0,
            "{}: key {} is {cents} off",
            wave.name,
            sample.unity_note
        );
    }
}

#[test]
fn no_wave_clips_or_is_empty() {
    for wave in &BANK.waves {
        let peak = wave
            .frames
            .iter()
            .map(|frame| frame.unsigned_abs())
            .max()
            .unwrap();
        assert!(
            (29_000..=29_300).contains(&peak),
            "{}: peak {peak}",
            wave.name
        );
        assert!(
            (8_000..=44_100).contains(&wave.sample_rate),
            "{}",
            wave.name
        );
    }
}

#[test]
fn no_wave_has_a_constant_part() {
    for wave in &BANK.waves {
        let (start, length) = match wave.sample.unwrap().wave_loop {
            Some(sustain) => (sustain.start as usize, sustain.length as usize),
            None => (0, wave.frames.len()),
        };
        let frames = &wave.frames[start..start + length];
        let mean = frames.iter().map(|frame| f64::from(*frame)).sum::<f64>() / length as f64;
        assert!(mean.abs() < 32.768, "{}: mean {mean} of 32768", wave.name);
    }
}

#[test]
fn one_shots_begin_and_end_in_silence() {
    for wave in BANK
        .waves
        .iter()
        .filter(|wave| wave.sample.unwrap().wave_loop.is_none())
    {
        let first = wave.frames[0].unsigned_abs();
        let last = wave.frames.last().unwrap().unsigned_abs();
        assert!(first <= 400, "{} begins at {first}", wave.name);
        assert!(last <= 8, "{} ends at {last}", wave.name);
    }
}

#[test]
fn notes_without_an_attack_begin_in_silence() {
    for instrument in &BANK.instruments {
        for region in &instrument.regions {
            let list = region
                .articulation
                .as_ref()
                .unwrap_or(&instrument.articulation);
            if list
                .iter()
                .all(|connection| connection.destination != Destination::Eg1Attack)
            {
                let first = BANK.waves[region.wave].frames[0].unsigned_abs();
                assert!(first <= 400, "{} begins at {first}", instrument.name);
            }
        }
    }
}

#[test]
fn held_notes_end_without_a_click() {
    for instrument in &BANK.instruments {
        for region in &instrument.regions {
            let list = region
                .articulation
                .as_ref()
                .unwrap_or(&instrument.articulation);
            let release = list
                .iter()
                .find(|c| c.destination == Destination::Eg1Release)
                .unwrap();
            let seconds = TimeCents(release.scale).seconds();
            assert!(
                (0.09..=20.1).contains(&seconds),
                "{}: {seconds} s",
                instrument.name
            );
        }
    }
}

#[test]
fn gains_only_take_away() {
    for instrument in &BANK.instruments {
        for region in &instrument.regions {
            let db = region.sample.unwrap().gain.db();
            assert!((-40.0..=0.0).contains(&db), "{}: {db} dB", instrument.name);
        }
    }
}
