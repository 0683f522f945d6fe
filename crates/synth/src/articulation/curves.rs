//! Normalising: raw controller values and internal signals to what a connection multiplies.
//!
//! Source: \[DLS2\] transforms: invert first, then curve, then polarity. The range of a 7-bit input
//! is 128 and its maximum 127; of a 14-bit input 16384 and 16383.

use dmus_dls::bank::{Curve, Transform};

/// 10^(-12/5): where the curves leave or reach their ends, 96 dB from the other end.
const FOOT: f64 = 0.003_981_071_705_534_972_5;

/// Range and maximum of an input.
#[derive(Debug, Clone, Copy)]
struct Span {
    range: f64,
    max: f64,
}

/// 7 bits.
const SEVEN_BIT: Span = Span {
    range: 128.0,
    max: 127.0,
};

/// 14 bits.
const FOURTEEN_BIT: Span = Span {
    range: 16_384.0,
    max: 16_383.0,
};

/// An internal signal, already normalised.
const UNIT: Span = Span {
    range: 1.0,
    max: 1.0,
};

/// Unipolar curve of an input, `0..=1`.
fn unipolar(curve: Curve, input: f64, span: Span) -> f64 {
    match curve {
        Curve::Linear | Curve::Absolute => input / span.range,
        Curve::Concave => {
            if input > (1.0 - FOOT) * span.max {
                1.0
            } else {
                -(5.0 / 12.0) * libm::log10(1.0 - input / span.max)
            }
        }
        Curve::Convex => {
            if input < FOOT * span.max {
                0.0
            } else {
                1.0 + (5.0 / 12.0) * libm::log10(input / span.max)
            }
        }
        Curve::Switch => {
            if input >= 0.5 * span.range {
                1.0
            } else {
                0.0
            }
        }
    }
}

/// Any transform of an input within `0..=span.max`.
fn transformed(transform: Transform, input: f64, span: Span) -> f64 {
    let input = if transform.invert {
        span.max - input
    } else {
        input
    };
    if !transform.bipolar {
        return unipolar(transform.curve, input, span);
    }
    match transform.curve {
        Curve::Linear | Curve::Absolute | Curve::Switch => {
            2.0 * unipolar(transform.curve, input, span) - 1.0
        }
        Curve::Concave | Curve::Convex => {
            let signed = 2.0 * input - span.max;
            let value = unipolar(transform.curve, signed.abs(), span);
            if signed < 0.0 { -value } else { value }
        }
    }
}

/// A key number, `0.0..=127.0`, possibly between two keys.
pub(crate) fn key_number(transform: Transform, key: f64) -> f64 {
    transformed(transform, key.clamp(0.0, SEVEN_BIT.max), SEVEN_BIT)
}

/// A 14-bit value, `0.0..=16383.0`.
pub(crate) fn fourteen_bit(transform: Transform, value: f64) -> f64 {
    transformed(transform, value.clamp(0.0, FOURTEEN_BIT.max), FOURTEEN_BIT)
}

/// An envelope, `0.0..=1.0`.
pub(crate) fn envelope(transform: Transform, value: f64) -> f64 {
    transformed(transform, value.clamp(0.0, 1.0), UNIT)
}

/// An oscillator, `-1.0..=1.0`.
pub(crate) fn oscillator(transform: Transform, value: f64) -> f64 {
    if !transform.bipolar {
        return envelope(transform, 0.5 * (value + 1.0));
    }
    let value = if transform.invert { -value } else { value };
    match transform.curve {
        Curve::Linear | Curve::Absolute => value,
        Curve::Concave | Curve::Convex => {
            let curved = unipolar(transform.curve, value.abs().min(1.0), UNIT);
            if value < 0.0 { -curved } else { curved }
        }
        Curve::Switch => {
            if value >= 0.0 {
                1.0
            } else {
                -1.0
            }
        }
    }
}

/// An input that is not connected: constant 1.
pub(crate) const fn constant(transform: Transform) -> f64 {
    if transform.invert { -1.0 } else { 1.0 }
}

/// A curve on the product of source and control, `-1.0..=1.0`.
pub(crate) fn output(curve: Curve, product: f64) -> f64 {
    match curve {
        Curve::Linear => product,
        Curve::Absolute => product.abs(),
        curve => {
            let value = unipolar(curve, product.abs().min(1.0), UNIT);
            if product < 0.0 { -value } else { value }
        }
    }
}

/// Every transform of every 7-bit value, computed once.
#[derive(Debug)]
pub(crate) struct CurveTables {
    /// By curve, polarity and inversion, then by value.
    seven_bit: Box<[[f64; 128]; 16]>,
}

impl CurveTables {
    /// # Real-time
    /// Control. Not real-time: allocates and computes.
    pub(crate) fn new() -> Self {
        let mut seven_bit = Box::new([[0.0; 128]; 16]);
        for curve in [Curve::Linear, Curve::Concave, Curve::Convex, Curve::Switch] {
            for (bipolar, invert) in [(false, false), (false, true), (true, false), (true, true)] {
                let transform = Transform {
                    curve,
                    bipolar,
                    invert,
                };
                if let Some(row) = seven_bit.get_mut(row(transform)) {
                    for (value, entry) in (0_u8..).zip(row.iter_mut()) {
                        *entry = transformed(transform, f64::from(value), SEVEN_BIT);
                    }
                }
            }
        }
        Self { seven_bit }
    }

    /// A controller, velocity or pressure, `0..=127`.
    pub(crate) fn seven_bit(&self, transform: Transform, value: u8) -> f64 {
        self.seven_bit
            .get(row(transform))
            .and_then(|row| row.get(usize::from(value)))
            .copied()
            .unwrap_or(0.0)
    }
}

/// Row of a transform in the table.
fn row(transform: Transform) -> usize {
    let curve = match transform.curve {
        // An input is never without its sign.
        Curve::Linear | Curve::Absolute => 0,
        Curve::Concave => 1,
        Curve::Convex => 2,
        Curve::Switch => 3,
    };
    curve * 4 + usize::from(transform.bipolar) * 2 + usize::from(transform.invert)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn transform(curve: Curve, bipolar: bool, invert: bool) -> Transform {
        Transform {
            curve,
            bipolar,
            invert,
        }
    }

    #[test]
    fn the_general_midi_curve_in_decibels() {
        let tables = CurveTables::new();
        let velocity = transform(Curve::Concave, false, true);
        for (value, level_db) in [
            (0, -96.000),
            (1, -84.152),
            (8, -48.029),
            (16, -35.987),
            (32, -23.946),
            (64, -11.905),
            (100, -4.152),
            (120, -0.985),
            (127, 0.000),
        ] {
            let got = -96.0 * tables.seven_bit(velocity, value);
            assert!((got - level_db).abs() < 0.001, "{value}: {got}");
        }
    }

    #[test]
    fn concave_and_convex_mirror_each_other() {
        let tables = CurveTables::new();
        for (value, concave, convex) in [
            (1, 0.001_430, 0.123_415),
            (32, 0.052_533, 0.750_561),
            (64, 0.126_860, 0.875_990),
            (127, 1.0, 1.0),
        ] {
            let a = tables.seven_bit(transform(Curve::Concave, false, false), value);
            let b = tables.seven_bit(transform(Curve::Convex, false, false), value);
            assert!((a - concave).abs() < 1e-6, "{value}: {a}");
            assert!((b - convex).abs() < 1e-6, "{value}: {b}");
        }
    }

    #[test]
    fn the_wheel_is_centred_and_reaches_the_bottom() {
        let wheel = transform(Curve::Linear, true, false);
        assert!(fourteen_bit(wheel, 8192.0).abs() < 1e-15);
        assert!((fourteen_bit(wheel, 0.0) + 1.0).abs() < 1e-15);
        assert!((fourteen_bit(wheel, 12_288.0) - 0.5).abs() < 1e-15);
    }

    #[test]
    fn a_switch_turns_at_the_middle() {
        let tables = CurveTables::new();
        let switch = transform(Curve::Switch, false, false);
        assert!(tables.seven_bit(switch, 63) < 0.5);
        assert!(tables.seven_bit(switch, 64) > 0.5);
    }

    #[test]
    fn a_unipolar_oscillator_stays_above_zero() {
        let plain = transform(Curve::Linear, false, false);
        assert!(oscillator(plain, -1.0).abs() < 1e-15);
        assert!((oscillator(plain, 1.0) - 1.0).abs() < 1e-15);
    }
}
