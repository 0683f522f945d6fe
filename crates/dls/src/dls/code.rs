//! The numbers by which a file names sources, destinations and transforms.
//!
//! Both directions, so that reader and writer cannot disagree.
//! Source: \[DLS2\] connection sources, destinations and transforms.

use crate::bank::{Curve, Destination, LINKS, Source, Transform};

/// Destinations in the order of their numbers. The reserved ones, 0x0002, 0x0208 and 0x030C, and
/// the optional speakers from 0x0010 are left out.
const DESTINATIONS: [(u16, Destination); 27] = [
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
    (0x7E80, Destination::SampleStart),
];

/// Link 0; the others follow. A number of ours, which no specification gives away.
const LINK: u16 = 0x7E00;

/// Controller 0; the others follow.
const CONTROLLER: u16 = 0x0080;

/// The source or control of a number.
///
/// Any controller is taken, not only those the specification lists.
pub(crate) fn source(code: u16) -> Option<Source> {
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
        _ if (LINK..LINK + u16::from(LINKS)).contains(&code) => {
            Source::Link(u8::try_from(code - LINK).ok()?)
        }
        _ => {
            let number = code
                .checked_sub(CONTROLLER)
                .filter(|number| *number < 128)?;
            Source::Controller(u8::try_from(number).ok()?)
        }
    })
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
pub(crate) fn destination(code: u16) -> Option<Destination> {
    if let Some(Source::Link(number)) = source(code) {
        return Some(Destination::Link(number));
    }
    DESTINATIONS
        .iter()
        .find(|row| row.0 == code)
        .map(|row| row.1)
}

/// The number of a destination.
pub(crate) fn destination_code(destination: Destination) -> u16 {
    if let Destination::Link(number) = destination {
        return source_code(Source::Link(number));
    }
    DESTINATIONS
        .iter()
        .find(|row| row.1 == destination)
        .map_or(0, |row| row.0)
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
    pub(crate) fn unpack(word: u16) -> (Self, bool) {
        let (source, source_known) = input(word >> SOURCE_SHIFT);
        let (control, control_known) = input(word >> CONTROL_SHIFT);
        let output = curve(word);
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

fn input(bits: u16) -> (Transform, bool) {
    let known = curve(bits);
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
fn curve(bits: u16) -> Option<Curve> {
    match bits & 0xF {
        0 => Some(Curve::Linear),
        1 => Some(Curve::Concave),
        2 => Some(Curve::Convex),
        3 => Some(Curve::Switch),
        _ => None,
    }
}

fn curve_code(curve: Curve) -> u16 {
    match curve {
        Curve::Linear => 0,
        Curve::Concave => 1,
        Curve::Convex => 2,
        Curve::Switch => 3,
        Curve::Absolute => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_source_number_comes_back() {
        let mut known = 0;
        for code in 0..=u16::MAX {
            if let Some(source) = source(code) {
                assert_eq!(source_code(source), code);
                known += 1;
            }
        }
        assert_eq!(known, 10 + 3 + 128 + usize::from(LINKS));
    }

    #[test]
    fn every_known_destination_number_comes_back() {
        for (code, destination_of_row) in DESTINATIONS {
            assert_eq!(destination(code), Some(destination_of_row));
            assert_eq!(destination_code(destination_of_row), code);
        }
    }

    #[test]
    fn reserved_destinations_are_unknown() {
        for code in [0x0002, 0x0010, 0x0015, 0x0208, 0x030C] {
            assert_eq!(destination(code), None);
        }
    }

    #[test]
    fn every_transform_word_of_known_curves_comes_back() {
        for word in 0..=u16::MAX {
            let (transforms, known) = Transforms::unpack(word);
            if known {
                assert_eq!(transforms.pack(), word);
            }
        }
    }

    #[test]
    fn unknown_curve_is_linear_and_said_so() {
        let (transforms, known) = Transforms::unpack(0x0005);
        assert_eq!(transforms.output, Curve::Linear);
        assert!(!known);
    }
}
