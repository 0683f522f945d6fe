//! Universal messages, in real time and not.
//!
//! Source: \[MIDI1\] universal system exclusive; \[GM2\] global and channel parameters; \[MTS\].

use crate::channel::tunings::Frequency;

use super::{Mode, Parsed, Request, SystemEdit, semitones, sound};

/// A value of 14 bits, upper byte second.
const fn fourteen(lsb: u8, msb: u8) -> u16 {
    ((msb as u16 & 0x7F) << 7) | (lsb as u16 & 0x7F)
}

/// Reads what stands between the device and `F7`.
///
/// - `kind`: `7E` or `7F`
pub(super) fn read(kind: u8, device: u8, rest: &[u8]) -> Option<Parsed<'_>> {
    let is_real_time = kind == 0x7F;
    let request = match (kind, rest) {
        (0x7E, [0x06, 0x01]) => Request::Identity,
        (0x7E, [0x09, 0x01]) => Request::Reset(Mode::Gm1),
        (0x7E, [0x09, 0x02]) => Request::Reset(Mode::Dls),
        (0x7E, [0x09, 0x03]) => Request::Reset(Mode::Gm2),
        // Downloads on, off, static voice allocation off, on: always on, always dynamic.
        (0x7E, [0x0A, 0x01..=0x04]) => Request::Nothing,
        (0x7E, [0x08, 0x00, program]) => Request::TuningWanted {
            bank: 0,
            program: *program,
        },
        (0x7E, [0x08, 0x01, program, data @ ..]) => return dump(device, rest, 0, *program, data),
        (0x7E, [0x08, 0x03, bank, program]) => Request::TuningWanted {
            bank: *bank,
            program: *program,
        },
        (0x7E, [0x08, 0x04, bank, program, data @ ..]) => {
            return dump(device, rest, *bank, *program, data);
        }
        (0x7F, [0x08, 0x02, program, count, keys @ ..]) => tuning(0, *program, *count, keys, true)?,
        (_, [0x08, 0x07, bank, program, count, keys @ ..]) => {
            tuning(*bank, *program, *count, keys, is_real_time)?
        }
        (_, [0x08, 0x08, channels @ ..]) => scale(channels, 1, is_real_time)?,
        (_, [0x08, 0x09, channels @ ..]) => scale(channels, 2, is_real_time)?,
        (0x7F, [0x04, 0x01, lsb, msb]) => Request::System(SystemEdit::Volume(fourteen(*lsb, *msb))),
        (0x7F, [0x04, 0x02, lsb, msb]) => {
            Request::System(SystemEdit::Balance(fourteen(*lsb, *msb)))
        }
        (0x7F, [0x04, 0x03, lsb, msb]) => {
            let steps = f64::from(fourteen(*lsb, *msb)) - 8192.0;
            Request::System(SystemEdit::FineTuning(100.0 * steps / 8192.0))
        }
        (0x7F, [0x04, 0x04, _, msb]) => Request::System(SystemEdit::KeyShift(semitones(*msb))),
        (0x7F, [0x09, 0x01, channel @ 0x00..=0x0F, pairs @ ..]) => Request::Pressed {
            channel: *channel,
            pairs,
        },
        (0x7F, [0x09, 0x02, channel @ 0x00..=0x0F, pairs @ ..]) => Request::KeyPressed {
            channel: *channel,
            pairs,
        },
        (0x7F, [0x09, 0x03, channel @ 0x00..=0x0F, controller, pairs @ ..]) => {
            Request::Controlled {
                channel: *channel,
                controller: *controller,
                pairs,
            }
        }
        (0x7F, [0x0A, 0x01, channel @ 0x00..=0x0F, key, pairs @ ..]) => Request::Drum {
            channel: *channel,
            key: *key,
            pairs,
        },
        _ => return None,
    };
    Some(sound(request))
}

/// A tuning of all keys, with a name of sixteen letters before and a check sum behind.
fn dump<'a>(device: u8, rest: &[u8], bank: u8, program: u8, data: &'a [u8]) -> Option<Parsed<'a>> {
    let (_, data) = data.split_at_checked(16)?;
    let (&checksum, data) = data.split_last()?;
    let (frequencies, []) = data.as_chunks::<3>() else {
        return None;
    };
    if frequencies.len() != 128 {
        return None;
    }
    // Over everything between F0 and itself.
    let body = rest.split_last()?.1;
    let sum = body.iter().fold(0x7E ^ device, |sum, byte| sum ^ byte);
    Some(Parsed {
        request: Request::AllKeys {
            bank,
            program,
            frequencies,
        },
        checksum_is_right: (sum ^ checksum) & 0x7F == 0,
    })
}

/// A tuning of some keys.
fn tuning(
    bank: u8,
    program: u8,
    count: u8,
    keys: &[u8],
    is_real_time: bool,
) -> Option<Request<'_>> {
    let (keys, []) = keys.as_chunks::<4>() else {
        return None;
    };
    (keys.len() == usize::from(count)).then_some(Request::SomeKeys {
        bank,
        program,
        keys,
        is_real_time,
    })
}

/// A tuning of the twelve pitch classes.
fn scale(data: &[u8], bytes: usize, is_real_time: bool) -> Option<Request<'_>> {
    let [high, middle, low, steps @ ..] = data else {
        return None;
    };
    if steps.len() != 12 * bytes {
        return None;
    }
    let mut cents = [0.0; 12];
    for (slot, step) in cents.iter_mut().zip(steps.chunks_exact(bytes)) {
        *slot = match *step {
            [step] => f64::from(step) - 64.0,
            [msb, lsb] => 100.0 * (f64::from(fourteen(lsb, msb)) - 8192.0) / 8192.0,
            _ => return None,
        };
    }
    let channels =
        u16::from(*low & 0x7F) | u16::from(*middle & 0x7F) << 7 | u16::from(*high & 3) << 14;
    Some(Request::Scale {
        channels,
        cents,
        is_real_time,
    })
}

/// The frequency in a row of a key and its three bytes.
pub(crate) const fn key_and_frequency(row: [u8; 4]) -> (u8, Frequency) {
    let [key, semitone, high, low] = row;
    (key, Frequency([semitone, high, low]))
}
