//! One connection in words and units: what drives it, what it moves, by how much.
//!
//! Source: \[DLS2\] connection blocks and data units.

use dmus_dls::bank::{Connection, Curve, Destination, Source, Transform};
use dmus_dls::defaults::{NO_FILTER, ZERO_TIME};
use dmus_dls::units::{AbsolutePitch, Percent, RelativeGain, RelativePitch};

use super::words::{hertz, seconds, short};

/// The amount of a connection in its unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Amount {
    /// dB.
    Decibels(f64),
    /// Cents of pitch.
    Cents(f64),
    /// Percent.
    Percent(f64),
    /// Hertz, of a constant.
    Hertz(f64),
    /// Seconds, of a constant.
    Seconds(f64),
    /// Time cents, which lengthen or shorten a time: 1200 double it.
    TimeCents(f64),
    /// Frames of a wave.
    Frames(i32),
    /// A number without a unit.
    Plain(f64),
    /// The filter is taken out of the signal.
    FilterOff,
}

impl Amount {
    /// What a connection adds where its source and its control are at their full.
    pub(super) fn of(connection: &Connection) -> Self {
        let scale = connection.scale;
        let constant = connection.source == Source::None && connection.control == Source::None;
        let cents = RelativePitch(scale).cents();
        match connection.destination {
            Destination::Gain | Destination::FilterQ => Self::Decibels(RelativeGain(scale).db()),
            Destination::Pan
            | Destination::Chorus
            | Destination::Reverb
            | Destination::Eg1Sustain
            | Destination::Eg2Sustain => Self::Percent(Percent(scale).percent()),
            Destination::Pitch | Destination::KeyNumber => Self::Cents(cents),
            Destination::FilterCutoff if constant && scale == NO_FILTER => Self::FilterOff,
            Destination::FilterCutoff
            | Destination::ModLfoFrequency
            | Destination::VibLfoFrequency => {
                if constant {
                    Self::Hertz(AbsolutePitch(scale).hz())
                } else {
                    Self::Cents(cents)
                }
            }
            Destination::SampleStart => Self::Frames(scale),
            Destination::Link(_) | Destination::None => Self::Plain(cents),
            // All others are times.
            _ if constant && scale == ZERO_TIME => Self::Seconds(0.0),
            _ if constant => Self::Seconds((cents / 1200.0).exp2()),
            _ => Self::TimeCents(cents),
        }
    }

    /// The number, where there is one, and the word for its unit.
    pub(super) fn parts(self) -> (Option<f64>, &'static str) {
        match self {
            Self::Decibels(number) => (Some(number), "dB"),
            Self::Cents(number) => (Some(number), "cents"),
            Self::Percent(number) => (Some(number), "%"),
            Self::Hertz(number) => (Some(number), "Hz"),
            Self::Seconds(number) => (Some(number), "s"),
            Self::TimeCents(number) => (Some(number), "time cents"),
            Self::Frames(number) => (Some(f64::from(number)), "frames"),
            Self::Plain(number) => (Some(number), ""),
            Self::FilterOff => (None, "Hz"),
        }
    }

    /// For a person.
    fn words(self) -> String {
        match self {
            Self::Hertz(number) => hertz(number),
            Self::Seconds(number) => seconds(number),
            Self::FilterOff => "off".to_owned(),
            _ => {
                let (number, unit) = self.parts();
                let number = short(number.unwrap_or_default());
                if unit.is_empty() {
                    number
                } else {
                    format!("{number} {unit}")
                }
            }
        }
    }
}

/// `EG1 attack 12.0 ms`, or `vibrato LFO x CC 1 -> pitch 50 cents`.
pub(super) fn words(connection: &Connection) -> String {
    let destination = destination(connection.destination);
    let amount = Amount::of(connection).words();
    let inputs = [
        (connection.source, connection.source_transform),
        (connection.control, connection.control_transform),
    ];
    let inputs: Vec<String> = inputs
        .into_iter()
        .filter(|(source, _)| *source != Source::None)
        .map(|(source, transform)| input(source, transform))
        .collect();
    let mut text = if inputs.is_empty() {
        format!("{destination} {amount}")
    } else {
        format!("{} -> {destination} {amount}", inputs.join(" x "))
    };
    if connection.output_curve != Curve::Linear {
        text.push_str(&format!(" ({} result)", curve(connection.output_curve)));
    }
    text
}

/// A source with whatever is done to it beyond its nature.
fn input(source: Source, transform: Transform) -> String {
    let mut notes = Vec::new();
    if transform.curve != Curve::Linear {
        notes.push(curve(transform.curve));
    }
    if transform.invert {
        notes.push("inverted");
    }
    match (transform.bipolar, is_bipolar(source)) {
        (true, false) => notes.push("bipolar"),
        (false, true) => notes.push("unipolar"),
        _ => {}
    }
    let name = source_words(source);
    if notes.is_empty() {
        name
    } else {
        format!("{name} ({})", notes.join(", "))
    }
}

/// Whether a source goes both ways by nature.
const fn is_bipolar(source: Source) -> bool {
    matches!(
        source,
        Source::ModLfo
            | Source::VibLfo
            | Source::PitchWheel
            | Source::Controller(10)
            | Source::Rpn1
            | Source::Rpn2
    )
}

/// A source for a person.
fn source_words(source: Source) -> String {
    match source {
        Source::None => "constant".to_owned(),
        Source::ModLfo => "modulation LFO".to_owned(),
        Source::Velocity => "velocity".to_owned(),
        Source::KeyNumber => "key".to_owned(),
        Source::Eg1 => "EG1".to_owned(),
        Source::Eg2 => "EG2".to_owned(),
        Source::PitchWheel => "pitch wheel".to_owned(),
        Source::PolyPressure => "key pressure".to_owned(),
        Source::ChannelPressure => "channel pressure".to_owned(),
        Source::VibLfo => "vibrato LFO".to_owned(),
        Source::Controller(number) => format!("CC {number}"),
        Source::Rpn0 => "bend range".to_owned(),
        Source::Rpn1 => "fine tuning".to_owned(),
        Source::Rpn2 => "coarse tuning".to_owned(),
        Source::Link(number) => format!("link {number}"),
    }
}

/// A destination for a person.
fn destination(destination: Destination) -> String {
    let text = match destination {
        Destination::None => "nothing",
        Destination::Gain => "gain",
        Destination::Pitch => "pitch",
        Destination::Pan => "pan",
        Destination::KeyNumber => "key",
        Destination::Chorus => "chorus send",
        Destination::Reverb => "reverb send",
        Destination::ModLfoFrequency => "modulation LFO frequency",
        Destination::ModLfoDelay => "modulation LFO delay",
        Destination::VibLfoFrequency => "vibrato LFO frequency",
        Destination::VibLfoDelay => "vibrato LFO delay",
        Destination::Eg1Attack => "EG1 attack",
        Destination::Eg1Decay => "EG1 decay",
        Destination::Eg1Release => "EG1 release",
        Destination::Eg1Sustain => "EG1 sustain",
        Destination::Eg1Delay => "EG1 delay",
        Destination::Eg1Hold => "EG1 hold",
        Destination::Eg1Shutdown => "EG1 shutdown",
        Destination::Eg2Attack => "EG2 attack",
        Destination::Eg2Decay => "EG2 decay",
        Destination::Eg2Release => "EG2 release",
        Destination::Eg2Sustain => "EG2 sustain",
        Destination::Eg2Delay => "EG2 delay",
        Destination::Eg2Hold => "EG2 hold",
        Destination::FilterCutoff => "filter cutoff",
        Destination::FilterQ => "filter resonance",
        Destination::SampleStart => "first frame",
        Destination::Link(number) => return format!("link {number}"),
    };
    text.to_owned()
}

/// A curve for a person and for a program.
pub(super) const fn curve(curve: Curve) -> &'static str {
    match curve {
        Curve::Linear => "linear",
        Curve::Concave => "concave",
        Curve::Convex => "convex",
        Curve::Switch => "switch",
        Curve::Absolute => "absolute",
    }
}

/// A source for a program: one word, stable.
pub(super) fn source_id(source: Source) -> String {
    let text = match source {
        Source::None => "none",
        Source::ModLfo => "mod_lfo",
        Source::Velocity => "velocity",
        Source::KeyNumber => "key",
        Source::Eg1 => "eg1",
        Source::Eg2 => "eg2",
        Source::PitchWheel => "pitch_wheel",
        Source::PolyPressure => "key_pressure",
        Source::ChannelPressure => "channel_pressure",
        Source::VibLfo => "vib_lfo",
        Source::Controller(number) => return format!("cc{number}"),
        Source::Rpn0 => "rpn0",
        Source::Rpn1 => "rpn1",
        Source::Rpn2 => "rpn2",
        Source::Link(number) => return format!("link{number}"),
    };
    text.to_owned()
}

/// A destination for a program: one word, stable.
pub(super) fn destination_id(destination: Destination) -> String {
    let text = match destination {
        Destination::None => "none",
        Destination::Gain => "gain",
        Destination::Pitch => "pitch",
        Destination::Pan => "pan",
        Destination::KeyNumber => "key",
        Destination::Chorus => "chorus",
        Destination::Reverb => "reverb",
        Destination::ModLfoFrequency => "mod_lfo_frequency",
        Destination::ModLfoDelay => "mod_lfo_delay",
        Destination::VibLfoFrequency => "vib_lfo_frequency",
        Destination::VibLfoDelay => "vib_lfo_delay",
        Destination::Eg1Attack => "eg1_attack",
        Destination::Eg1Decay => "eg1_decay",
        Destination::Eg1Release => "eg1_release",
        Destination::Eg1Sustain => "eg1_sustain",
        Destination::Eg1Delay => "eg1_delay",
        Destination::Eg1Hold => "eg1_hold",
        Destination::Eg1Shutdown => "eg1_shutdown",
        Destination::Eg2Attack => "eg2_attack",
        Destination::Eg2Decay => "eg2_decay",
        Destination::Eg2Release => "eg2_release",
        Destination::Eg2Sustain => "eg2_sustain",
        Destination::Eg2Delay => "eg2_delay",
        Destination::Eg2Hold => "eg2_hold",
        Destination::FilterCutoff => "filter_cutoff",
        Destination::FilterQ => "filter_q",
        Destination::SampleStart => "sample_start",
        Destination::Link(number) => return format!("link{number}"),
    };
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use dmus_dls::units::TimeCents;

    use super::*;

    fn connection(source: Source, control: Source, destination: Destination) -> Connection {
        Connection {
            source,
            source_transform: Transform {
                bipolar: is_bipolar(source),
                ..Transform::default()
            },
            control,
            control_transform: Transform::default(),
            destination,
            output_curve: Curve::Linear,
            scale: 0,
        }
    }

    #[test]
    fn constants_have_units_and_modulations_have_arrows() {
        let constant = |destination, scale| {
            words(&Connection {
                scale,
                ..connection(Source::None, Source::None, destination)
            })
        };
        let twelve_ms = TimeCents::from_seconds(0.012).0;
        assert_eq!(
            constant(Destination::Eg1Attack, twelve_ms),
            "EG1 attack 12.0 ms"
        );
        assert_eq!(
            constant(Destination::Eg1Attack, ZERO_TIME),
            "EG1 attack 0 s"
        );
        assert_eq!(
            constant(Destination::FilterCutoff, NO_FILTER),
            "filter cutoff off"
        );
        let hertz = AbsolutePitch::from_hz(1200.0).0;
        assert_eq!(
            constant(Destination::FilterCutoff, hertz),
            "filter cutoff 1 200 Hz"
        );
        assert_eq!(
            constant(Destination::SampleStart, 77),
            "first frame 77 frames"
        );

        let vibrato = Connection {
            scale: 50 * 65_536,
            ..connection(Source::VibLfo, Source::Controller(1), Destination::Pitch)
        };
        assert_eq!(words(&vibrato), "vibrato LFO x CC 1 -> pitch 50 cents");
        let longer = Connection {
            scale: -1200 * 65_536,
            ..connection(Source::Velocity, Source::None, Destination::Eg1Attack)
        };
        assert_eq!(words(&longer), "velocity -> EG1 attack -1200 time cents");
    }

    #[test]
    fn what_is_done_to_a_source_stands_behind_it() {
        let mut louder = connection(Source::Velocity, Source::None, Destination::Gain);
        louder.scale = -96 * 655_360;
        louder.source_transform = Transform {
            curve: Curve::Concave,
            bipolar: false,
            invert: true,
        };
        assert_eq!(
            words(&louder),
            "velocity (concave, inverted) -> gain -96 dB"
        );
        louder.output_curve = Curve::Absolute;
        assert!(words(&louder).ends_with("gain -96 dB (absolute result)"));
        let mut half = connection(Source::ModLfo, Source::Link(3), Destination::Pan);
        half.source_transform.bipolar = false;
        assert_eq!(
            words(&half),
            "modulation LFO (unipolar) x link 3 -> pan 0 %"
        );
    }
}
