//! The numbers by which a file names sources, destinations and transforms.
//!
//! Both directions, so that reader and writer cannot disagree. What the specifications give no
//! number has one of ours, which counts in our own chunks alone: a plain file that holds it does
//! not mean what we do.
//! Source: \[DLS2\] connection sources, destinations and transforms.

use crate::bank::{Curve, Destination, LINKS, Source, Transform};

/// Destinations in the order of their numbers. The reserved ones, 0x0002, 0x0208 and 0x030C, and
/// the optional speakers from 0x0010 are left out.
const DESTINATIONS: [(u16, Destination); 26] = [
    (0x0000, Destination::None),
    (0x0001, Destination::Gain),
    (0x0003, Destination::Pitch),
    (0x0004, Destination::Pan),
    (0x0005, Destination::KeyNumber),
    (0x0080, Destination::Chorus),
    (0x0081, Destination::Reverb),
    (0x0104, Destination::ModLfoFrequency),
    (0x0105, Destination::ModLfoDelay),
    (0x0114, Destination::VibLfoFrequency),
    (0x0115, Destination::VibLfoDelay),
    (0x0206, Destination::Eg1Attack),
    (0x0207, Destination::Eg1Decay),
    (0x0209, Destination::Eg1Release),
    (0x020A, Destination::Eg1Sustain),
    (0x020B, Destination::Eg1Delay),
    (0x020C, Destination::Eg1Hold),
    (0x020D, Destination::Eg1Shutdown),
    (0x030A, Destination::Eg2Attack),
    (0x030B, Destination::Eg2Decay),
    (0x030D, Destination::Eg2Release),
    (0x030E, Destination::Eg2Sustain),
    (0x030F, Destination::Eg2Delay),
    (0x0310, Destination::Eg2Hold),
    (0x0500, Destination::FilterCutoff),
    (0x0501, Destination::FilterQ),
];

/// Link 0; the others follow. A number of ours, which no specification gives away.
const LINK: u16 = 0x7E00;

/// Where a wave begins. A number of ours.
const SAMPLE_START: u16 = 0x7E80;

/// A curve without its sign. A number of ours.
const ABSOLUTE: u16 = 4;

/// Whose numbers are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// The specifications'.
    Plain,
    /// Ours too.
    Extended,
}

/// Controller 0; the others follow.
const CONTROLLER: u16 = 0x0080;

/// The source or control of a number.
///
/// Any controller is taken, not only those the specification lists.
pub(crate) fn source(code: u16, numbers: Numbers) -> Option<Source> {
    Some(match code {
        0x0000 => Source::None,
        0x0001 => Source::ModLfo,
        0x0002 => Source::Velocity,
        0x0003 => Source::KeyNumber,
        0x0004 => Source::Eg1,
        0x0005 => Source::Eg2,
        0x0006 => Source::PitchWheel,
        0x0007 => Source::PolyPressure,
        0x0008 => Source::ChannelPressure,
        0x0009 => Source::VibLfo,
        0x0100 => Source::Rpn0,
        0x0101 => Source::Rpn1,
        0x0102 => Source::Rpn2,
        _ => match link(code, numbers) {
            Some(link) => Source::Link(link),
            None => Source::Controller(below(code, CONTROLLER, 128)?),
        },
    })
}

/// The link of a number, one and the same for sources and destinations.
fn link(code: u16, numbers: Numbers) -> Option<u8> {
    below(code, LINK, LINKS).filter(|_| numbers == Numbers::Extended)
}

/// How far a number lies above the first of `count`.
fn below(code: u16, first: u16, count: u8) -> Option<u8> {
    let number = u8::try_from(code.checked_sub(first)?).ok()?;
    (number < count).then_some(number)
}

/// The number of a source or control.
pub(crate) fn source_code(source: Source) -> u16 {
    match source {
        Source::None => 0x0000,
        Source::ModLfo => 0x0001,
        Source::Velocity => 0x0002,
        Source::KeyNumber => 0x0003,
        Source::Eg1 => 0x0004,
        Source::Eg2 => 0x0005,
        Source::PitchWheel => 0x0006,
        Source::PolyPressure => 0x0007,
        Source::ChannelPressure => 0x0008,
        Source::VibLfo => 0x0009,
        Source::Controller(number) => CONTROLLER + u16::from(number & 0x7F),
        Source::Rpn0 => 0x0100,
        Source::Rpn1 => 0x0101,
        Source::Rpn2 => 0x0102,
        Source::Link(number) => LINK + u16::from(number),
    }
}

/// The destination of a number.
pub(crate) fn destination(code: u16, numbers: Numbers) -> Option<Destination> {
    if let Some(link) = link(code, numbers) {
        return Some(Destination::Link(link));
    }
    if code == SAMPLE_START && numbers == Numbers::Extended {
        return Some(Destination::SampleStart);
    }
    DESTINATIONS
        .iter()
        .find(|row| row.0 == code)
        .map(|row| row.1)
}

/// The number of a destination.
pub(crate) fn destination_code(destination: Destination) -> u16 {
    match destination {
        Destination::Link(number) => source_code(Source::Link(number)),
        Destination::SampleStart => SAMPLE_START,
        _ => DESTINATIONS
            .iter()
            .find(|row| row.1 == destination)
            .map_or(0, |row| row.0),
    }
}

/// Position of the control's six bits in a transform word.
const CONTROL_SHIFT: u32 = 4;
/// Position of the source's six bits in a transform word.
const SOURCE_SHIFT: u32 = 10;
/// Output covers -1..1, within the six bits of one input.
const BIPOLAR: u16 = 1 << 4;
/// Maximum becomes minimum, within the six bits of one input.
const INVERT: u16 = 1 << 5;

/// The three parts of a transform word (`usTransform`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Transforms {
    /// Bits 10 to 15.
    pub(crate) source: Transform,
    /// Bits 4 to 9.
    pub(crate) control: Transform,
    /// Bits 0 to 3.
    pub(crate) output: Curve,
}

impl Transforms {
    /// Takes a word apart; an unknown curve is linear and makes the second value false.
    pub(crate) fn unpack(word: u16, numbers: Numbers) -> (Self, bool) {
        let (source, source_known) = input(word >> SOURCE_SHIFT, numbers);
        let (control, control_known) = input(word >> CONTROL_SHIFT, numbers);
        let output = curve(word, numbers);
        let transforms = Self {
            source,
            control,
            output: output.unwrap_or_default(),
        };
        (
            transforms,
            source_known && control_known && output.is_some(),
        )
    }

    /// Puts a word together.
    pub(crate) fn pack(self) -> u16 {
        input_code(self.source) << SOURCE_SHIFT
            | input_code(self.control) << CONTROL_SHIFT
            | curve_code(self.output)
    }
}

fn input(bits: u16, numbers: Numbers) -> (Transform, bool) {
    let known = curve(bits, numbers);
    let transform = Transform {
        curve: known.unwrap_or_default(),
        bipolar: bits & BIPOLAR != 0,
        invert: bits & INVERT != 0,
    };
    (transform, known.is_some())
}

fn input_code(transform: Transform) -> u16 {
    let mut code = curve_code(transform.curve);
    if transform.bipolar {
        code |= BIPOLAR;
    }
    if transform.invert {
        code |= INVERT;
    }
    code
}

/// The curve in the lowest four bits.
fn curve(bits: u16, numbers: Numbers) -> Option<Curve> {
    match bits & 0xF {
        0 => Some(Curve::Linear),
        1 => Some(Curve::Concave),
        2 => Some(Curve::Convex),
        3 => Some(Curve::Switch),
        ABSOLUTE if numbers == Numbers::Extended => Some(Curve::Absolute),
        _ => None,
    }
}

fn curve_code(curve: Curve) -> u16 {
    match curve {
        Curve::Linear => 0,
        Curve::Concave => 1,
        Curve::Convex => 2,
        Curve::Switch => 3,
        Curve::Absolute => ABSOLUTE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_source_number_comes_back() {
        for (numbers, ours) in [(Numbers::Plain, 0), (Numbers::Extended, usize::from(LINKS))] {
            let known = (0..=u16::MAX).filter_map(|code| Some((code, source(code, numbers)?)));
            let same = known.filter(|(code, source)| source_code(*source) == *code);
            assert_eq!(same.count(), 10 + 3 + 128 + ours);
        }
    }

    #[test]
    fn every_known_destination_number_comes_back() {
        for (numbers, ours) in [
            (Numbers::Plain, 0),
            (Numbers::Extended, 1 + usize::from(LINKS)),
        ] {
            let known = (0..=u16::MAX).filter_map(|code| Some((code, destination(code, numbers)?)));
            let same = known.filter(|(code, to)| destination_code(*to) == *code);
            assert_eq!(same.count(), DESTINATIONS.len() + ours);
        }
    }

    #[test]
    fn reserved_destinations_are_unknown() {
        for code in [0x0002, 0x0010, 0x0015, 0x0208, 0x030C] {
            assert_eq!(destination(code, Numbers::Extended), None);
        }
    }

    #[test]
    fn every_transform_word_of_known_curves_comes_back() {
        for numbers in [Numbers::Plain, Numbers::Extended] {
            for word in 0..=u16::MAX {
                let (transforms, known) = Transforms::unpack(word, numbers);
                if known {
                    assert_eq!(transforms.pack(), word);
                }
            }
        }
    }

    #[test]
    fn a_curve_of_ours_is_none_in_a_plain_file() {
        for (word, known) in [(0x0004, true), (0x0005, false)] {
            let (transforms, plain) = Transforms::unpack(word, Numbers::Plain);
            assert_eq!((transforms.output, plain), (Curve::Linear, false));
            assert_eq!(Transforms::unpack(word, Numbers::Extended).1, known);
        }
    }
}
