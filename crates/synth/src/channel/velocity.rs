//! How hard a note counts: the curve that the host chooses for a part.
//!
//! In: a velocity, after all that MIDI makes of it. Out: a velocity. Owner: the channel. Thread: render.

/// Curves of velocity, by how much force a note needs.
///
/// A velocity `v` becomes `1 + 126 ((v - 1) / 126)^g`, rounded to the nearest whole number: 1 stays 1,
/// 127 stays 127, and more is never less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum VelocityCurve {
    /// As it is played; no number is changed.
    #[default]
    Linear,
    /// A light touch is louder, `g = 1/sqrt(2)`.
    Soft1,
    /// A light touch is much louder, `g = 1/2`.
    Soft2,
    /// Loud notes need more force, `g = sqrt(2)`.
    Hard1,
    /// Loud notes need much more force, `g = 2`.
    Hard2,
}

impl VelocityCurve {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Linear,
        Self::Soft1,
        Self::Soft2,
        Self::Hard1,
        Self::Hard2,
    ];

    /// The velocity that a note has behind the curve, `1..=127`.
    ///
    /// - `velocity`: held within `1..=127`
    ///
    /// # Real-time
    /// Render. Wait-free.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "1 to 127 before the cast"
    )]
    pub fn bend(self, velocity: u8) -> u8 {
        let velocity = velocity.clamp(1, 127);
        let exponent = match self {
            Self::Linear => return velocity,
            Self::Soft1 => core::f64::consts::FRAC_1_SQRT_2,
            Self::Soft2 => 0.5,
            Self::Hard1 => core::f64::consts::SQRT_2,
            Self::Hard2 => 2.0,
        };
        let part = f64::from(velocity - 1) / 126.0;
        libm::floor(1.5 + 126.0 * libm::pow(part, exponent)) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_curve_keeps_both_ends_and_never_falls() {
        for curve in VelocityCurve::ALL {
            assert_eq!((curve.bend(1), curve.bend(127)), (1, 127), "{curve:?}");
            for velocity in 1..127 {
                let (bent, next) = (curve.bend(velocity), curve.bend(velocity + 1));
                assert!(bent <= next, "{curve:?} at {velocity}: {bent}, then {next}");
            }
        }
    }

    #[test]
    fn linear_changes_no_velocity() {
        for velocity in 1..=127 {
            assert_eq!(VelocityCurve::Linear.bend(velocity), velocity);
        }
    }

    #[test]
    fn curves_have_the_documented_numbers() {
        let played = [1, 16, 32, 48, 64, 80, 96, 112, 127];
        let table = [
            (VelocityCurve::Soft1, [1, 29, 48, 64, 78, 92, 104, 116, 127]),
            (
                VelocityCurve::Soft2,
                [1, 44, 63, 78, 90, 101, 110, 119, 127],
            ),
            (VelocityCurve::Hard1, [1, 7, 18, 32, 48, 66, 86, 106, 127]),
            (VelocityCurve::Hard2, [1, 3, 9, 19, 33, 51, 73, 99, 127]),
        ];
        for (curve, expected) in table {
            let bent = played.map(|velocity| curve.bend(velocity));
            assert_eq!(bent, expected, "{curve:?}");
        }
    }

    #[test]
    fn softer_curves_lie_above_the_line_and_harder_ones_below_each_beyond_the_one_before() {
        for velocity in 10..=120 {
            let bent = |curve: VelocityCurve| curve.bend(velocity);
            let rising = [
                VelocityCurve::Hard2,
                VelocityCurve::Hard1,
                VelocityCurve::Linear,
                VelocityCurve::Soft1,
                VelocityCurve::Soft2,
            ]
            .map(bent);
            assert!(rising.is_sorted_by(|a, b| a < b), "{velocity}: {rising:?}");
        }
    }
}
