//! The pan law: constant power, -3.01 dB on each side in the middle.
//!
//! Source: \[DLS2\] pan; the same curve as General MIDI's within 0.1 dB.

/// Gains of the left and the right side.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Sides {
    /// Left, `0.0..=1.0`.
    pub(crate) left: f64,
    /// Right, `0.0..=1.0`.
    pub(crate) right: f64,
}

/// Gains for a position, `-0.5` (left) to `0.5` (right), clamped.
pub(crate) fn sides(position: f64) -> Sides {
    let position = position.clamp(-0.5, 0.5);
    let angle = core::f64::consts::FRAC_PI_2 * (position + 0.5);
    // At the ends cosine and sine leave a residue of 6e-17; hard sides are silent.
    if position >= 0.5 {
        return Sides {
            left: 0.0,
            right: 1.0,
        };
    }
    Sides {
        left: libm::cos(angle),
        right: libm::sin(angle),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_three_decibels_down_on_each_side() {
        let middle = sides(0.0);
        assert!((20.0 * libm::log10(middle.left) + 3.0103).abs() < 1e-4);
        assert!((20.0 * libm::log10(middle.right) + 3.0103).abs() < 1e-4);
    }

    #[test]
    fn the_ends_are_silent_on_the_other_side() {
        assert!(sides(0.7).left.abs() < 1e-300);
        assert!(sides(-0.5).right.abs() < 1e-300);
        assert!((sides(-9.0).left - 1.0).abs() < 1e-15);
    }

    #[test]
    fn the_law_of_level_1_has_the_same_power_and_its_quieter_side_less_far_down() {
        // Controller 10, and how much more ours has on the louder and the quieter side, dB.
        for (value, louder, quieter) in [
            (8, 0.25, -9.20),
            (16, 0.43, -5.62),
            (32, 0.60, -2.49),
            (48, 0.48, -0.92),
            (64, 0.03, -0.03),
        ] {
            // Level 1 shares the power out by the controller's value.
            let right = f64::from(value) / 127.0;
            let ours = sides(0.508 * (2.0 * f64::from(value) / 128.0 - 1.0));
            let more = |ours: f64, power: f64| 10.0 * libm::log10(ours * ours / power);
            assert!(
                (more(ours.left, 1.0 - right) - louder).abs() < 0.01,
                "{value}"
            );
            assert!((more(ours.right, right) - quieter).abs() < 0.01, "{value}");
            assert!((ours.left * ours.left + ours.right * ours.right - 1.0).abs() < 1e-12);
        }
    }
}
