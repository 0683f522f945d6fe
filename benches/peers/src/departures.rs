//! What other synthesizers do otherwise, written into a bank, so that ours does it too.
//!
//! In: a bank from a SoundFont, and names. Out: the bank with other connections. With them a
//! difference in sound can be put down to its cause: with the departure in, it must vanish.

use dmus_dls::Bank;
use dmus_dls::bank::{Connection, Destination, Region, Source};

use crate::{cents, constant};

/// Units of a decibel in a connection.
const DECIBEL: f64 = 655_360.0;

/// Writes departures into every region.
pub(crate) fn apply(bank: &mut Bank, names: &[&str]) {
    let is = |name| names.contains(&name);
    for instrument in &mut bank.instruments {
        for (index, region) in instrument.regions.iter_mut().enumerate() {
            if is("correction") {
                correction(region);
            }
            let Some(list) = &mut region.articulation else {
                continue;
            };
            if is("layers") {
                // Up to half a cent either way, another for each region: what rounding to whole
                // cents does.
                let part = (index as f64 * 0.618).fract() - 0.5;
                list.push(constant(Destination::Pitch, cents(part)));
            }
            if is("swing") && list.iter().any(swings) {
                // The second envelope a block of 64 frames later.
                let block_s = 64.0 / 48_000.0_f64;
                list.push(constant(
                    Destination::Eg2Delay,
                    cents(1200.0 * block_s.log2()),
                ));
            }
            if is("start") {
                start(list);
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
                // A height over the slope of a filter without resonance, 3.01 dB less over the level.
                resonance(list, |db| {
                    if db > 0.0 {
                        ((db - 3.01).max(0.0), (3.01 - db.min(3.01)) / 2.0 - 1.505)
                    } else {
                        (0.0, 0.0)
                    }
                });
            }
            if is("hump") {
                // 3.01 taken as centibels: every filter resonates, the more the less it should.
                resonance(list, |db| {
                    let q = 10_f64.powf((db - 0.301) / 20.0);
                    let height = 20.0 * (q * q / (q * q - 0.25).sqrt()).log10();
                    (height, (height - db) / 2.0)
                });
            }
        }
    }
}

/// Whether the second envelope bends the pitch.
fn swings(row: &Connection) -> bool {
    row.source == Source::Eg2 && row.destination == Destination::Pitch
}

/// The first millisecond silent, the second a slope: time cents of -12000.
fn start(list: &mut Vec<Connection>) {
    for destination in [Destination::Eg1Delay, Destination::Eg1Attack] {
        if constants(list, destination).next().is_none() {
            list.push(constant(destination, cents(-12_000.0)));
        }
    }
}

/// The wave's own correction scaled as the key is.
fn correction(region: &mut Region) {
    let list = region.articulation.iter().flatten();
    let mut keys =
        list.filter(|row| row.source == Source::KeyNumber && row.destination == Destination::Pitch);
    let Some(row) = keys.next() else { return };
    let part = f64::from(row.scale) / (12_800.0 * 65_536.0);
    if let Some(sample) = &mut region.sample {
        sample.fine_tune = (f64::from(sample.fine_tune) * part).round() as i16;
    }
}

/// Changes every filter: resonance to another and a gain for it, dB.
fn resonance(list: &mut Vec<Connection>, of: impl Fn(f64) -> (f64, f64)) {
    if constants(list, Destination::FilterCutoff).next().is_none() {
        return;
    }
    let before = constants(list, Destination::FilterQ)
        .map(|row| f64::from(row.scale) / DECIBEL)
        .sum();
    let (db, gain_db) = of(before);
    list.retain(|row| row.destination != Destination::FilterQ || row.source != Source::None);
    list.push(constant(Destination::FilterQ, (db * DECIBEL) as i32));
    list.push(constant(Destination::Gain, (gain_db * DECIBEL) as i32));
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
