//! What a connection's own nature says of its source, where a block leaves that open.
//!
//! Source: \[DLS2\] default connections, Level 2 and Level 1.

use crate::bank::{Curve, Destination, Source, Transform};

/// A bend wheel, an oscillator, a pan controller: -1..1.
pub(super) const BIPOLAR: Transform = Transform {
    curve: Curve::Linear,
    bipolar: true,
    invert: false,
};
/// Velocity, volume and expression on gain: 0 is 0, the maximum is no attenuation.
pub(super) const ATTENUATION: Transform = Transform {
    curve: Curve::Concave,
    bipolar: false,
    invert: true,
};

const VOLUME: Source = Source::Controller(7);
const PAN: Source = Source::Controller(10);
const EXPRESSION: Source = Source::Controller(11);
const MODULATION: Source = Source::Controller(1);

/// How the source of an implied connection is normalised, where that is not plain.
pub(super) fn transform(
    source: Source,
    control: Source,
    destination: Destination,
) -> Option<Transform> {
    use Destination as To;
    let modulated = matches!(control, Source::None | MODULATION | Source::ChannelPressure);
    match (source, control, destination) {
        (Source::ModLfo, _, To::Gain | To::Pitch | To::FilterCutoff)
        | (Source::VibLfo, _, To::Pitch)
            if modulated =>
        {
            Some(BIPOLAR)
        }
        (Source::PitchWheel, Source::Rpn0, To::Pitch)
        | (Source::Rpn1, Source::None, To::Pitch)
        | (Source::Rpn2, Source::None, To::KeyNumber | To::Pitch)
        | (PAN, Source::None, To::Pan) => Some(BIPOLAR),
        (Source::Velocity | VOLUME | EXPRESSION, Source::None, To::Gain) => Some(ATTENUATION),
        _ => None,
    }
}

/// Sources that rest in the middle.
pub(super) fn is_bipolar(source: Source) -> bool {
    matches!(
        source,
        Source::ModLfo | Source::VibLfo | Source::PitchWheel | PAN | Source::Rpn1 | Source::Rpn2
    )
}

/// Destinations whose unit is a time.
pub(super) fn is_time(destination: Destination) -> bool {
    use Destination as To;
    matches!(
        destination,
        To::ModLfoDelay
            | To::VibLfoDelay
            | To::Eg1Delay
            | To::Eg1Attack
            | To::Eg1Hold
            | To::Eg1Decay
            | To::Eg1Release
            | To::Eg1Shutdown
            | To::Eg2Delay
            | To::Eg2Attack
            | To::Eg2Hold
            | To::Eg2Decay
            | To::Eg2Release
    )
}
