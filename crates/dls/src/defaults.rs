//! The implicit connections of every region, before a bank adds its own.
//!
//! One table for each [`Dialect`]. Rows whose amount is 0 add nothing and are left out; the key
//! generator's rows are the instrument's and live with the engine.
//! Source: \[DLS2\] default connections, of which Level 1's are a subset; \[SF2\] generator
//! defaults and default modulators.

use crate::bank::{Connection, Curve, Destination, Dialect, Source, Transform};

/// What holds for a region whose bank says nothing.
#[must_use]
pub const fn of(dialect: Dialect) -> &'static [Connection] {
    match dialect {
        Dialect::Dls => &DLS,
        Dialect::SoundFont => &SOUND_FONT,
    }
}

/// Time of exactly 0 s, which no modulation can change.
///
/// # Source
/// \[DLS2\] time units.
pub const ZERO_TIME: i32 = i32::MIN;

/// Cutoff of a filter that is not there.
///
/// # Source
/// \[DLS2\] initial Fc.
pub const NO_FILTER: i32 = i32::MAX;

/// -96 dB, 1/655360 dB.
const FULL_RANGE: i32 = -96 * 655_360;

/// 100 % in a percent unit.
const WHOLE: i32 = 1000 * 65_536;

/// 20 % in a percent unit.
const FIFTH: i32 = 200 * 65_536;

/// 50 cents: vibrato of the modulation wheel and of pressure.
const VIBRATO: i32 = 50 * 65_536;

/// 50.8 %: controller 10 reaches the hard right at 127.
const PAN_RANGE: i32 = 508 * 65_536;

/// 15 ms in time cents.
const SHUTDOWN: i32 = -476_490_788;

/// 5 Hz in absolute pitch.
const LFO_FREQUENCY: i32 = -55_791_972;

/// 10 ms in time cents.
const LFO_DELAY: i32 = -522_494_111;

const PLAIN: Transform = Transform {
    curve: Curve::Linear,
    bipolar: false,
    invert: false,
};

const BIPOLAR: Transform = Transform {
    curve: Curve::Linear,
    bipolar: true,
    invert: false,
};

/// Loud to soft along General MIDI's curve.
const ATTENUATING: Transform = Transform {
    curve: Curve::Concave,
    bipolar: false,
    invert: true,
};

const fn row(
    source: Source,
    source_transform: Transform,
    control: Source,
    destination: Destination,
    scale: i32,
) -> Connection {
    Connection {
        source,
        source_transform,
        control,
        control_transform: PLAIN,
        destination,
        output_curve: Curve::Linear,
        scale,
    }
}

const fn base(destination: Destination, scale: i32) -> Connection {
    row(Source::None, PLAIN, Source::None, destination, scale)
}

const fn from(
    source: Source,
    transform: Transform,
    destination: Destination,
    scale: i32,
) -> Connection {
    row(source, transform, Source::None, destination, scale)
}

/// Downloadable sounds.
const DLS: [Connection; 28] = [
    base(Destination::ModLfoFrequency, LFO_FREQUENCY),
    base(Destination::ModLfoDelay, LFO_DELAY),
    base(Destination::VibLfoFrequency, LFO_FREQUENCY),
    base(Destination::VibLfoDelay, LFO_DELAY),
    base(Destination::Eg1Delay, ZERO_TIME),
    base(Destination::Eg1Attack, ZERO_TIME),
    base(Destination::Eg1Hold, ZERO_TIME),
    base(Destination::Eg1Decay, ZERO_TIME),
    base(Destination::Eg1Sustain, WHOLE),
    base(Destination::Eg1Release, ZERO_TIME),
    base(Destination::Eg1Shutdown, SHUTDOWN),
    base(Destination::Eg2Delay, ZERO_TIME),
    base(Destination::Eg2Attack, ZERO_TIME),
    base(Destination::Eg2Hold, ZERO_TIME),
    base(Destination::Eg2Decay, ZERO_TIME),
    base(Destination::Eg2Sustain, WHOLE),
    base(Destination::Eg2Release, ZERO_TIME),
    base(Destination::FilterCutoff, NO_FILTER),
    from(Source::Velocity, ATTENUATING, Destination::Gain, FULL_RANGE),
    from(
        Source::Controller(7),
        ATTENUATING,
        Destination::Gain,
        FULL_RANGE,
    ),
    from(
        Source::Controller(11),
        ATTENUATING,
        Destination::Gain,
        FULL_RANGE,
    ),
    row(
        Source::PitchWheel,
        BIPOLAR,
        Source::Rpn0,
        Destination::Pitch,
        12_800 * 65_536,
    ),
    from(Source::Rpn1, BIPOLAR, Destination::Pitch, 100 * 65_536),
    from(Source::Controller(10), BIPOLAR, Destination::Pan, PAN_RANGE),
    from(Source::Controller(91), PLAIN, Destination::Reverb, WHOLE),
    from(Source::Controller(93), PLAIN, Destination::Chorus, WHOLE),
    from(
        Source::KeyNumber,
        PLAIN,
        Destination::Pitch,
        12_800 * 65_536,
    ),
    from(Source::Eg1, PLAIN, Destination::Gain, 96 * 655_360),
];

/// SoundFont 2: generators at their defaults, and the default modulators.
///
/// Oscillators run at 8.176 Hz, which is 0 absolute cents. Left out, as its readers agree to, is
/// velocity to filter cutoff. Pan covers what the specification means to: both ends.
const SOUND_FONT: [Connection; 30] = [
    base(Destination::ModLfoFrequency, 0),
    base(Destination::ModLfoDelay, ZERO_TIME),
    base(Destination::VibLfoFrequency, 0),
    base(Destination::VibLfoDelay, ZERO_TIME),
    base(Destination::Eg1Delay, ZERO_TIME),
    base(Destination::Eg1Attack, ZERO_TIME),
    base(Destination::Eg1Hold, ZERO_TIME),
    base(Destination::Eg1Decay, ZERO_TIME),
    base(Destination::Eg1Sustain, WHOLE),
    base(Destination::Eg1Release, ZERO_TIME),
    base(Destination::Eg1Shutdown, SHUTDOWN),
    base(Destination::Eg2Delay, ZERO_TIME),
    base(Destination::Eg2Attack, ZERO_TIME),
    base(Destination::Eg2Hold, ZERO_TIME),
    base(Destination::Eg2Decay, ZERO_TIME),
    base(Destination::Eg2Sustain, WHOLE),
    base(Destination::Eg2Release, ZERO_TIME),
    base(Destination::FilterCutoff, NO_FILTER),
    from(Source::Velocity, ATTENUATING, Destination::Gain, FULL_RANGE),
    from(
        Source::Controller(7),
        ATTENUATING,
        Destination::Gain,
        FULL_RANGE,
    ),
    from(
        Source::Controller(11),
        ATTENUATING,
        Destination::Gain,
        FULL_RANGE,
    ),
    row(
        Source::PitchWheel,
        BIPOLAR,
        Source::Rpn0,
        Destination::Pitch,
        12_800 * 65_536,
    ),
    row(
        Source::VibLfo,
        BIPOLAR,
        Source::Controller(1),
        Destination::Pitch,
        VIBRATO,
    ),
    row(
        Source::VibLfo,
        BIPOLAR,
        Source::ChannelPressure,
        Destination::Pitch,
        VIBRATO,
    ),
    from(Source::Rpn1, BIPOLAR, Destination::Pitch, 100 * 65_536),
    from(Source::Controller(10), BIPOLAR, Destination::Pan, PAN_RANGE),
    from(Source::Controller(91), PLAIN, Destination::Reverb, FIFTH),
    from(Source::Controller(93), PLAIN, Destination::Chorus, FIFTH),
    from(
        Source::KeyNumber,
        PLAIN,
        Destination::Pitch,
        12_800 * 65_536,
    ),
    from(Source::Eg1, PLAIN, Destination::Gain, 96 * 655_360),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(scale: i32) -> f64 {
        libm::exp2(f64::from(scale) / 65_536.0 / 1200.0)
    }

    #[test]
    fn the_times_and_the_speed_are_the_documented_ones() {
        assert!((seconds(SHUTDOWN) - 0.015).abs() < 1e-8);
        assert!((seconds(LFO_DELAY) - 0.010).abs() < 1e-8);
        let cents = f64::from(LFO_FREQUENCY) / 65_536.0;
        let hertz = 440.0 * libm::exp2((cents - 6900.0) / 1200.0);
        assert!((hertz - 5.0).abs() < 1e-6);
    }

    #[test]
    fn no_two_rows_have_one_key() {
        for table in [Dialect::Dls, Dialect::SoundFont].map(of) {
            for (i, a) in table.iter().enumerate() {
                assert!(table[i + 1..].iter().all(|b| a.key() != b.key()));
            }
        }
    }
}
