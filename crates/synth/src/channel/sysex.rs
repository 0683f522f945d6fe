//! System exclusive messages that a synthesizer answers to.
//!
//! In: a complete message, `F0` to `F7`. Out: what it asks for, or nothing.
//! Device ids are not compared: inside a plug-in every message is for us.
//! Source: \[MIDI1\] universal messages; \[GS\] and \[XG\] address maps.

mod gs;
mod universal;
mod xg;

pub(crate) use universal::key_and_frequency;

use super::PartEdit;
use super::keys::KeySlot;

/// The rules that name banks and drum parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Mode {
    /// Bank numbers as the bank has them; channel 10 plays drums.
    #[default]
    Dls,
    /// General MIDI 1.
    Gm1,
    /// General MIDI 2: bank 121 is melodic, 120 is drums.
    Gm2,
    /// GS: drum parts are chosen by message.
    Gs,
    /// XG: banks 126 and 127 are drums.
    Xg,
}

/// What a message asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Request<'a> {
    /// Power-on state with new rules.
    Reset(Mode),
    /// One thing of the whole group.
    System(SystemEdit),
    /// Values of consecutive addresses of a maker.
    Block(Block<'a>),
    /// Pairs of what the pressure of a channel reaches, and how far.
    Pressed { channel: u8, pairs: &'a [u8] },
    /// The same of the pressure on a key.
    KeyPressed { channel: u8, pairs: &'a [u8] },
    /// The same of a controller.
    Controlled {
        channel: u8,
        controller: u8,
        pairs: &'a [u8],
    },
    /// Pairs of a controller's number and its value for one drum.
    Drum {
        channel: u8,
        key: u8,
        pairs: &'a [u8],
    },
    /// A tuning of all keys, for new notes.
    AllKeys {
        bank: u8,
        program: u8,
        frequencies: &'a [[u8; 3]],
    },
    /// A tuning of some keys.
    SomeKeys {
        bank: u8,
        program: u8,
        keys: &'a [[u8; 4]],
        is_real_time: bool,
    },
    /// Cents of the pitch classes from C on.
    Scale {
        /// One bit for each channel.
        channels: u16,
        cents: [f64; 12],
        is_real_time: bool,
    },
    /// A tuning is to be sent.
    TuningWanted { bank: u8, program: u8 },
    /// Who is there?
    Identity,
    /// Understood, and nothing to be done.
    Nothing,
}

/// What is set for all channels of a group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum SystemEdit {
    /// 14 bit.
    Volume(u16),
    /// 14 bit, centre 0x2000.
    Balance(u16),
    /// Cents.
    FineTuning(f64),
    /// Semitones; not for drums.
    KeyShift(i8),
}

/// One thing that is set by one byte or a few.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Edit {
    System(SystemEdit),
    Part {
        /// `0..=15`.
        channel: u8,
        edit: PartEdit,
    },
    /// A part listens to another channel; 16 and above is none.
    Listens {
        /// `0..=15`.
        part: u8,
        channel: u8,
    },
    /// For one key of every part that plays a drum setup.
    Drum {
        /// 1-based.
        map: u8,
        key: u8,
        slot: KeySlot,
        value: u8,
    },
}

/// Whose addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Maker {
    Gs,
    Xg,
}

/// Values of consecutive addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Block<'a> {
    maker: Maker,
    high: u8,
    middle: u8,
    low: u8,
    data: &'a [u8],
}

impl<'a> Block<'a> {
    /// A block of which something is understood.
    fn known(self) -> Option<Request<'a>> {
        let is_sound = self.data.iter().all(|byte| byte & 0x80 == 0);
        (is_sound && self.edits().next().is_some()).then_some(Request::Block(self))
    }

    /// All that it sets, in order.
    pub(crate) fn edits(self) -> impl Iterator<Item = Edit> {
        (self.low..0x80)
            .zip(0..self.data.len())
            .filter_map(move |(low, index)| {
                let data = self.data.get(index..)?;
                match self.maker {
                    Maker::Gs => gs::edit(self.high, self.middle, low, data),
                    Maker::Xg => xg::edit(self.high, self.middle, low, data),
                }
            })
    }
}

/// Four nibbles around 0x400, tenths of a cent.
fn nibbles(data: &[u8]) -> Option<f64> {
    let nibbles = data.first_chunk::<4>()?;
    let value = nibbles
        .iter()
        .fold(0_i32, |value, nibble| value << 4 | i32::from(nibble & 0x0F));
    Some(f64::from((value - 0x400).clamp(-1000, 1000)) / 10.0)
}

/// Semitones around 64.
fn semitones(value: u8) -> i8 {
    i8::try_from(i16::from(value & 0x7F) - 64).unwrap_or(0)
}

/// The same, held within two octaves.
fn two_octaves(value: u8) -> i8 {
    semitones(value).clamp(-24, 24)
}

/// A request, and whether its check sum was right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Parsed<'a> {
    pub(crate) request: Request<'a>,
    /// False where a check sum is due and wrong; the request holds all the same, because many
    /// files carry wrong sums.
    pub(crate) checksum_is_right: bool,
}

const fn sound(request: Request<'_>) -> Parsed<'_> {
    Parsed {
        request,
        checksum_is_right: true,
    }
}

/// Reads a message; `None` if it means nothing to us.
///
/// # Real-time
/// Render. Bounded by the length of the message.
pub(crate) fn parse(bytes: &[u8]) -> Option<Parsed<'_>> {
    match bytes {
        [0xF0, kind @ (0x7E | 0x7F), device, rest @ .., 0xF7] => {
            universal::read(*kind, *device, rest)
        }
        [0xF0, 0x41, _, 0x42, 0x12, rest @ .., 0xF7] => gs(rest),
        [0xF0, 0x43, device, 0x4C, rest @ .., 0xF7] if device & 0xF0 == 0x10 => xg(rest).map(sound),
        _ => None,
    }
}

/// Address, data and check sum of a GS data set.
fn gs(rest: &[u8]) -> Option<Parsed<'_>> {
    let (&checksum, body) = rest.split_last()?;
    let sum = body.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    let request = match body {
        [0x40, 0x00, 0x7F, 0x00] | [0x00, 0x00, 0x7F, 0x00 | 0x01] => Request::Reset(Mode::Gs),
        [0x40, 0x00, 0x7F, 0x7F] => Request::Reset(Mode::Gm1),
        [high, middle, low, data @ ..] => Block {
            maker: Maker::Gs,
            high: *high,
            middle: *middle,
            low: *low,
            data,
        }
        .known()?,
        _ => return None,
    };
    Some(Parsed {
        request,
        checksum_is_right: sum.wrapping_add(checksum) & 0x7F == 0,
    })
}

fn xg(rest: &[u8]) -> Option<Request<'_>> {
    match rest {
        [0x00, 0x00, 0x7E | 0x7F, 0x00] => Some(Request::Reset(Mode::Xg)),
        [high, middle, low, data @ ..] => Block {
            maker: Maker::Xg,
            high: *high,
            middle: *middle,
            low: *low,
            data,
        }
        .known(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resets_of_every_maker_are_known() {
        for (bytes, mode) in [
            (&[0xF0, 0x7E, 0x7F, 0x09, 0x01, 0xF7][..], Mode::Gm1),
            (&[0xF0, 0x7E, 0x10, 0x09, 0x03, 0xF7], Mode::Gm2),
            (
                &[
                    0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0x00, 0x7F, 0x00, 0x41, 0xF7,
                ],
                Mode::Gs,
            ),
            (
                &[0xF0, 0x43, 0x10, 0x4C, 0x00, 0x00, 0x7E, 0x00, 0xF7],
                Mode::Xg,
            ),
        ] {
            assert_eq!(parse(bytes), Some(sound(Request::Reset(mode))));
        }
    }

    #[test]
    fn a_wrong_check_sum_is_noticed_and_obeyed() {
        let bytes = [
            0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0x00, 0x7F, 0x00, 0x42, 0xF7,
        ];
        let parsed = parse(&bytes).unwrap();
        assert!(!parsed.checksum_is_right);
        assert_eq!(parsed.request, Request::Reset(Mode::Gs));
    }

    #[test]
    fn the_master_volume_has_fourteen_bits() {
        let bytes = [0xF0, 0x7F, 0x7F, 0x04, 0x01, 0x01, 0x40, 0xF7];
        assert_eq!(
            parse(&bytes),
            Some(sound(Request::System(SystemEdit::Volume(0x40 * 128 + 1))))
        );
    }

    #[test]
    fn fragments_mean_nothing() {
        for bytes in [
            &[][..],
            &[0xF0],
            &[0xF0, 0xF7],
            &[0xF0, 0x7E, 0xF7],
            &[0xF0, 0x41, 0x10, 0x42, 0x12, 0xF7],
            &[0xF0, 0x7E, 0x7F, 0x09, 0x01],
        ] {
            assert_eq!(parse(bytes), None);
        }
    }

    fn edits(bytes: &[u8]) -> Vec<Edit> {
        match parse(bytes).unwrap().request {
            Request::Block(block) => block.edits().collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn one_message_sets_consecutive_addresses() {
        let mut bytes = vec![0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0x11, 0x40];
        bytes.extend([0x40; 12]);
        bytes.extend([0x6F, 0xF7]);
        assert!(parse(&bytes).unwrap().checksum_is_right);
        let edits = edits(&bytes);
        assert_eq!(edits.len(), 12);
        let last = Edit::Part {
            channel: 0,
            edit: PartEdit::Scale(11, 0.0),
        };
        assert_eq!(edits.last(), Some(&last));
    }

    #[test]
    fn a_master_tuning_in_nibbles_is_in_tenths_of_a_cent() {
        let tune = |data: [u8; 4]| {
            let [a, b, c, d] = data;
            let sum: u8 = data.iter().sum::<u8>() + 0x40;
            let sum = sum.wrapping_neg() & 0x7F;
            let bytes = [
                0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0, 0, a, b, c, d, sum, 0xF7,
            ];
            assert!(parse(&bytes).unwrap().checksum_is_right);
            edits(&bytes)
        };
        let cents = |cents| vec![Edit::System(SystemEdit::FineTuning(cents))];
        assert_eq!(tune([0, 4, 0, 0]), cents(0.0));
        assert_eq!(tune([0, 0, 1, 8]), cents(-100.0));
        assert_eq!(tune([0, 7, 0xE, 8]), cents(100.0));
    }

    #[test]
    fn data_with_a_status_byte_is_no_data() {
        let bytes = [
            0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0x11, 0x19, 0x90, 0x00, 0xF7,
        ];
        assert_eq!(parse(&bytes), None);
    }

    #[test]
    fn a_key_shift_stays_within_two_octaves() {
        let shifts = [0x28, 0x40, 0x58, 0, 127].map(two_octaves);
        assert_eq!(shifts, [-24, 0, 24, -24, 24]);
    }
}
