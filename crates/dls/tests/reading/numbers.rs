//! The documented numbers of sources, controls, destinations and transforms, one by one.

use dmus_dls::bank::{Curve, Destination, Source, Transform};

use crate::read_connections;

const SOURCES: [(u16, Source); 19] = [
    (0x0000, Source::None),
    (0x0001, Source::ModLfo),
    (0x0002, Source::Velocity),
    (0x0003, Source::KeyNumber),
    (0x0004, Source::Eg1),
    (0x0005, Source::Eg2),
    (0x0006, Source::PitchWheel),
    (0x0007, Source::PolyPressure),
    (0x0008, Source::ChannelPressure),
    (0x0009, Source::VibLfo),
    (0x0081, Source::Controller(1)),
    (0x0087, Source::Controller(7)),
    (0x008A, Source::Controller(10)),
    (0x008B, Source::Controller(11)),
    (0x00DB, Source::Controller(91)),
    (0x00DD, Source::Controller(93)),
    (0x0100, Source::Rpn0),
    (0x0101, Source::Rpn1),
    (0x0102, Source::Rpn2),
];

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

#[test]
fn every_source_and_control_has_its_documented_number() {
    // To the chorus, to which nothing is implied.
    let as_source = SOURCES.map(|(code, _)| ([code, 0, 0x0080, 0], 1));
    let as_control = SOURCES.map(|(code, _)| ([0x00FF, code, 0x0080, 0], 1));
    let sources = read_connections(b"art2", &as_source);
    let controls = read_connections(b"art2", &as_control);
    assert_eq!((sources.len(), controls.len()), (19, 19));
    for ((_, expected), (source, control)) in SOURCES.iter().zip(sources.iter().zip(&controls)) {
        assert_eq!((source.source, control.control), (*expected, *expected));
    }
}

#[test]
fn every_destination_has_its_documented_number() {
    let blocks = DESTINATIONS.map(|(code, _)| ([0, 0, code, 0], 1));
    let found = read_connections(b"art2", &blocks);
    assert_eq!(found.len(), DESTINATIONS.len());
    for ((_, expected), found) in DESTINATIONS.iter().zip(found) {
        assert_eq!(found.destination, *expected);
    }
}

#[test]
fn every_part_of_a_transform_word_has_its_documented_bits() {
    let curves = [Curve::Linear, Curve::Concave, Curve::Convex, Curve::Switch];
    for (number, curve) in (0..).zip(curves) {
        for flags in 0..4_u16 {
            let (bipolar, invert) = (flags & 1 != 0, flags & 2 != 0);
            let expected = Transform {
                curve,
                bipolar,
                invert,
            };
            let input = number | flags << 4;
            let source = read_connections(b"art2", &[([5, 0, 0x0080, input << 10], 1)])[0];
            assert_eq!(source.source_transform, expected);
            let control = read_connections(b"art2", &[([5, 0x81, 0x0080, input << 4], 1)])[0];
            assert_eq!(control.control_transform, expected);
        }
        let output = read_connections(b"art2", &[([5, 0, 0x0080, number], 1)])[0];
        assert_eq!(output.output_curve, curve);
    }
}
