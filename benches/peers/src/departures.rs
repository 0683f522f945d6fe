//! What other synthesizers do otherwise, written into a bank, so that ours does it too.
//!
//! In: a bank from a SoundFont, and names. Out: the bank with other connections. With them a
//! difference in sound can be put down to its cause: with the departure in, it must vanish.

#[path = "departures/sweeps.rs"]
mod sweeps;

use dmus_dls::Bank;
use dmus_dls::bank::{Connection, Destination, Region, Source, WaveSample};

use crate::{BLOCK, RATE_HZ, cents, constant};

/// The key of all notes that are compared one by one.
const MIDDLE_C: u8 = 60;

/// The time of -12000 time cents, 1/1024 s, in blocks.
const SHORTEST_BLOCKS: f64 = RATE_HZ as f64 / 1024.0 / BLOCK as f64;

/// Units of a decibel in a connection.
const DECIBEL: f64 = 655_360.0;

/// Writes departures into every region.
pub(crate) fn apply(bank: &mut Bank, names: &[&str]) {
    let is = |name| names.contains(&name);
    if is("early") {
        early(bank);
    }
    for instrument in &mut bank.instruments {
        for region in &mut instrument.regions {
            if is("correction") {
                let wave = bank.waves.get(region.wave);
                let own = wave.and_then(|wave| wave.sample.as_ref());
                correction(region, own.map_or(0, |sample| sample.fine_tune));
            }
            let Some(list) = &mut region.articulation else {
                continue;
            };
            if is("fade") {
                fade_in(list);
            }
            if is("wait") {
                wait(list);
            }
            if is("range") {
                // 96 dB instead of 100 dB in the same time.
                let longer = 1200.0 * (100.0_f64 / 96.0).log2();
                for destination in [Destination::Eg1Decay, Destination::Eg1Release] {
                    change(list, destination, |value| value + cents(longer));
                }
            }
            if is("sustain") {
                // Centibels as thousandths of 96 dB: the level lies 4 % less deep.
                change(list, Destination::Eg1Sustain, |value| {
                    let whole = 100.0 * DECIBEL;
                    (whole - (whole - f64::from(value)) * 0.96) as i32
                });
            }
            if is("peak") {
                // The quality is 3.01 dB below the resonance: no peak up to 0 dB of it.
                resonance(list, 3.01);
            }
            if is("hump") {
                // 3.01 taken as centibels: every filter resonates, the more the less it should.
                resonance(list, 0.301);
            }
            if is("sweep") {
                sweeps::fluid(list);
            }
            if is("stuck") {
                let key = if region.keys.contains(&MIDDLE_C) {
                    MIDDLE_C
                } else {
                    region.keys.start().midpoint(*region.keys.end())
                };
                let sample = region.sample.as_ref();
                sweeps::spessa(list, sample.is_none_or(|sample| sample.unity_note <= key));
            }
        }
    }
}

/// Every wave without its first frame. Loops that begin on it stay where they are.
fn early(bank: &mut Bank) {
    let moved = |sample: Option<&mut WaveSample>| {
        if let Some(around) = sample.and_then(|sample| sample.wave_loop.as_mut()) {
            around.start = around.start.saturating_sub(1);
        }
    };
    for wave in &mut bank.waves {
        wave.frames = wave.frames.part(1..wave.frames.len());
        moved(wave.sample.as_mut());
    }
    for instrument in &mut bank.instruments {
        for region in &mut instrument.regions {
            moved(region.sample.as_mut());
        }
    }
}

/// FluidSynth's beginning: an attack has a block more, so that every note fades in over one, and a hold
/// of -12000 time cents, 1 ms, is a block too.
fn fade_in(list: &mut Vec<Connection>) {
    let attack = blocks(list, Destination::Eg1Attack).unwrap_or(0.0).floor() + 1.0;
    let hold = blocks(list, Destination::Eg1Hold)
        .unwrap_or(SHORTEST_BLOCKS)
        .round();
    set_blocks(list, Destination::Eg1Attack, attack);
    set_blocks(list, Destination::Eg1Hold, hold);
}

/// SpessaSynth's beginning: delay, attack and hold of -12000 time cents are 1 ms each, but a note that
/// is at its top after two blocks fades in over one.
fn wait(list: &mut Vec<Connection>) {
    let [delay, attack, hold] = [
        Destination::Eg1Delay,
        Destination::Eg1Attack,
        Destination::Eg1Hold,
    ]
    .map(|destination| blocks(list, destination).unwrap_or(SHORTEST_BLOCKS));
    let is_quick = delay + attack <= 2.0;
    let (delay, attack, hold) = if is_quick {
        (0.0, 1.0, delay + attack + hold - 1.0)
    } else {
        (delay, attack, hold)
    };
    set_blocks(list, Destination::Eg1Delay, delay);
    set_blocks(list, Destination::Eg1Attack, attack);
    set_blocks(list, Destination::Eg1Hold, hold);
}

/// A time of an envelope in blocks, where a region says one.
fn blocks(list: &[Connection], destination: Destination) -> Option<f64> {
    let rows = constants(list, destination).map(|row| f64::from(row.scale) / 65_536.0);
    let time_cents = rows.reduce(|one, other| one + other)?;
    Some((time_cents / 1200.0).exp2() * f64::from(RATE_HZ) / BLOCK as f64)
}

/// Sets a time of an envelope.
fn set_blocks(list: &mut Vec<Connection>, destination: Destination, blocks: f64) {
    list.retain(|row| row.destination != destination || row.source != Source::None);
    if blocks > 0.0 {
        let seconds = blocks * BLOCK as f64 / f64::from(RATE_HZ);
        list.push(constant(destination, cents(1200.0 * seconds.log2())));
    }
}

/// A wave's own correction scaled as the key is.
///
/// - `own`: the correction, cents
fn correction(region: &mut Region, own: i16) {
    let list = region.articulation.iter().flatten();
    let mut keys =
        list.filter(|row| row.source == Source::KeyNumber && row.destination == Destination::Pitch);
    let Some(row) = keys.next() else { return };
    let part = f64::from(row.scale) / (12_800.0 * 65_536.0);
    if let Some(sample) = &mut region.sample {
        sample.fine_tune += (f64::from(own) * (part - 1.0)).round() as i16;
    }
}

/// Changes every filter: its quality is so many decibels below the resonance, and half of the
/// resonance is taken off its gain as before.
fn resonance(list: &mut Vec<Connection>, below_db: f64) {
    if constants(list, Destination::FilterCutoff).next().is_none() {
        return;
    }
    let db: f64 = constants(list, Destination::FilterQ)
        .map(|row| f64::from(row.scale) / DECIBEL)
        .sum();
    let q = 10_f64.powf((db - below_db) / 20.0);
    let height = 20.0 * (q * q / (q * q - 0.25).max(0.25).sqrt()).log10();
    list.retain(|row| row.destination != Destination::FilterQ || row.source != Source::None);
    list.push(constant(Destination::FilterQ, (height * DECIBEL) as i32));
    list.push(constant(
        Destination::Gain,
        ((height - db) / 2.0 * DECIBEL) as i32,
    ));
}

fn constants(list: &[Connection], destination: Destination) -> impl Iterator<Item = &Connection> {
    list.iter()
        .filter(move |row| row.destination == destination && row.source == Source::None)
}

fn change(list: &mut [Connection], destination: Destination, to: impl Fn(i32) -> i32) {
    for row in list {
        if row.destination == destination && row.source == Source::None && row.scale != i32::MIN {
            row.scale = to(row.scale);
        }
    }
}
