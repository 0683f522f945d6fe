//! System exclusive messages that a synthesizer answers to.
//!
//! In: a complete message, `F0` to `F7`. Out: what it asks for, or nothing.
//! Device ids are not compared: inside a plug-in every message is for us.
//! Source: \[MIDI1\] universal messages; the manufacturers' published maps of GS and XG.

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
pub(crate) enum Request {
    /// Power-on state with new rules.
    Reset(Mode),
    /// Gain of everything, 14 bit.
    MasterVolume(u16),
    /// A part plays drums, or no longer does.
    RhythmPart { channel: u8, drums: bool },
    /// Understood, and nothing to be done.
    Nothing,
}

/// A request, and whether its check sum was right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Parsed {
    pub(crate) request: Request,
    /// False where a check sum is due and wrong; the request holds all the same, because many
    /// files carry wrong sums.
    pub(crate) checksum_is_right: bool,
}

const fn sound(request: Request) -> Parsed {
    Parsed {
        request,
        checksum_is_right: true,
    }
}

/// Reads a message; `None` if it means nothing to us.
///
/// # Real-time
/// Render. Bounded by the length of the message.
pub(crate) fn parse(bytes: &[u8]) -> Option<Parsed> {
    match bytes {
        [0xF0, 0x7E, _, rest @ .., 0xF7] => non_real_time(rest).map(sound),
        [0xF0, 0x7F, _, rest @ .., 0xF7] => real_time(rest).map(sound),
        [0xF0, 0x41, _, 0x42, 0x12, rest @ .., 0xF7] => gs(rest),
        [0xF0, 0x43, device, 0x4C, rest @ .., 0xF7] if device & 0xF0 == 0x10 => xg(rest).map(sound),
        _ => None,
    }
}

const fn non_real_time(rest: &[u8]) -> Option<Request> {
    match rest {
        [0x09, 0x01] => Some(Request::Reset(Mode::Gm1)),
        [0x09, 0x02] => Some(Request::Reset(Mode::Dls)),
        [0x09, 0x03] => Some(Request::Reset(Mode::Gm2)),
        // Downloads on, off, static voice allocation off, on: always on, always dynamic.
        [0x0A, 0x01..=0x04] => Some(Request::Nothing),
        _ => None,
    }
}

const fn real_time(rest: &[u8]) -> Option<Request> {
    match rest {
        [0x04, 0x01, lsb, msb] => Some(Request::MasterVolume(
            ((*msb as u16 & 0x7F) << 7) | (*lsb as u16 & 0x7F),
        )),
        _ => None,
    }
}

/// Address, data and check sum of a GS data set.
fn gs(rest: &[u8]) -> Option<Parsed> {
    let (&checksum, body) = rest.split_last()?;
    let sum = body.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    let checksum_is_right = sum.wrapping_add(checksum) & 0x7F == 0;
    let request = match body {
        [0x40, 0x00, 0x7F, 0x00] | [0x00, 0x00, 0x7F, 0x00 | 0x01] => Request::Reset(Mode::Gs),
        [0x40, 0x00, 0x7F, 0x7F] => Request::Reset(Mode::Gm1),
        [0x40, 0x00, 0x04, level] => Request::MasterVolume(u16::from(*level & 0x7F) << 7),
        [0x40, part @ 0x10..=0x1F, 0x15, map] => Request::RhythmPart {
            channel: gs_channel(part & 0x0F),
            drums: *map != 0,
        },
        _ => return None,
    };
    Some(Parsed {
        request,
        checksum_is_right,
    })
}

/// Channel (`0..=15`) of a GS part number: part 0 is channel 10.
const fn gs_channel(part: u8) -> u8 {
    match part {
        0 => 9,
        1..=9 => part - 1,
        _ => part,
    }
}

const fn xg(rest: &[u8]) -> Option<Request> {
    match rest {
        [0x00, 0x00, 0x7E | 0x7F, 0x00] => Some(Request::Reset(Mode::Xg)),
        [0x00, 0x00, 0x04, level] => Some(Request::MasterVolume((*level as u16 & 0x7F) << 7)),
        [0x08, part @ 0x00..=0x0F, 0x07, mode] => Some(Request::RhythmPart {
            channel: *part,
            drums: *mode != 0,
        }),
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
    fn gs_numbers_its_parts_with_the_drums_first() {
        let channels: Vec<u8> = (0..16).map(gs_channel).collect();
        assert_eq!(
            channels,
            [9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15]
        );
    }

    #[test]
    fn the_master_volume_has_fourteen_bits() {
        let bytes = [0xF0, 0x7F, 0x7F, 0x04, 0x01, 0x01, 0x40, 0xF7];
        assert_eq!(
            parse(&bytes),
            Some(sound(Request::MasterVolume(0x40 * 128 + 1)))
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
}
