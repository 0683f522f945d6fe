//! Envelopes: what happens to a note over time, as functions of its age.
//!
//! In: times in frames, levels, the age of note-off. Out: a level at any age.
//! Nothing is accumulated: a level depends on the age alone, so ticks may be skipped or cut.
//! Source: \[DLS2\] EG1 and EG2.

use super::units::{RANGE_DB, amplitude_to_decibels};

/// Times and levels of one envelope; times in frames, `>= 0`.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Shape {
    /// Silence before the attack.
    pub(crate) delay: f64,
    /// From nothing to full.
    pub(crate) attack: f64,
    /// At full level.
    pub(crate) hold: f64,
    /// Time in which the decay would cross the whole range.
    pub(crate) decay: f64,
    /// Part of the range at which the decay stops, `0.0..=1.0`.
    pub(crate) sustain: f64,
    /// Time in which the release would cross the whole range.
    pub(crate) release: f64,
}

/// Where a shape stands, as the fraction its segments speak of.
enum Position {
    /// Before or in the attack: amplitude or value so far, `0.0..1.0`.
    Rising(f64),
    /// Hold, decay and sustain: part of the range still left, `0.0..=1.0`.
    Falling(f64),
}

impl Shape {
    /// Position at an age while the gate is open.
    fn position(&self, age: f64) -> Position {
        let attacking = age - self.delay;
        if attacking < 0.0 {
            return Position::Rising(0.0);
        }
        if attacking < self.attack {
            return Position::Rising(attacking / self.attack);
        }
        let falling = attacking - self.attack - self.hold;
        if falling <= 0.0 {
            return Position::Falling(1.0);
        }
        if falling < self.decay {
            return Position::Falling((1.0 - falling / self.decay).max(self.sustain));
        }
        Position::Falling(self.sustain)
    }
}

/// Level of the volume envelope.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Level {
    /// In the attack, which is linear in amplitude: `0.0..1.0`.
    Amplitude(f64),
    /// After it, linear in decibels: `-96.0..=0.0`.
    Decibels(f64),
}

impl Level {
    /// In decibels, `-96.0..=0.0`.
    pub(crate) fn decibels(self) -> f64 {
        match self {
            Self::Amplitude(amplitude) => amplitude_to_decibels(amplitude),
            Self::Decibels(level_db) => level_db,
        }
    }

    /// Whether it is at the bottom, from where it never rises again.
    pub(crate) fn is_bottom(self) -> bool {
        match self {
            Self::Amplitude(_) => false,
            Self::Decibels(level_db) => level_db <= -RANGE_DB,
        }
    }

    /// As a part of the 96 dB range, `0.0..=1.0`: what a connection from the envelope sees.
    pub(crate) fn part_of_range(self) -> f64 {
        1.0 + self.decibels() / RANGE_DB
    }
}

/// A fall that has been decided: release or shutdown.
#[derive(Debug, Clone, Copy)]
struct Fall {
    /// Age at which it begins, frames.
    begin: f64,
    /// Level at that age: decibels for EG1, value for EG2.
    from: f64,
    /// Frames for the whole range.
    frames: f64,
}

/// Volume envelope (EG1): attack linear in amplitude, all falls linear in decibels.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct VolumeEnvelope {
    shape: Shape,
    fall: Option<Fall>,
}

impl VolumeEnvelope {
    /// An envelope with its gate open since age 0.
    pub(crate) const fn new(shape: Shape) -> Self {
        Self { shape, fall: None }
    }

    /// Whether it stays where it is from this age on until something happens.
    pub(crate) fn rests(&self, age: f64) -> bool {
        let Shape {
            delay,
            attack,
            hold,
            decay,
            sustain,
            ..
        } = self.shape;
        // A decay to no less than full is none.
        let falls = if sustain < 1.0 { hold + decay } else { 0.0 };
        self.fall.is_none() && age >= delay + attack + falls
    }

    /// Level at an age in frames.
    pub(crate) fn at(&self, age: f64) -> Level {
        match self.fall {
            Some(fall) if age >= fall.begin => {
                let level_db = fall.from - RANGE_DB * (age - fall.begin) / fall.frames;
                Level::Decibels(level_db.max(-RANGE_DB))
            }
            _ => match self.shape.position(age) {
                Position::Rising(amplitude) => Level::Amplitude(amplitude),
                Position::Falling(left) => Level::Decibels(RANGE_DB * (left - 1.0)),
            },
        }
    }

    /// Note-off: falls from the level of this age with the shape's release.
    pub(crate) fn release(&mut self, age: f64) {
        self.fall_from(age, self.shape.release);
    }

    /// Falls from the level of this age, 96 dB in `frames`, unless it already falls faster.
    pub(crate) fn fall_from(&mut self, age: f64, frames: f64) {
        // A fall of no length would be a division by zero as well as a click.
        let frames = frames.max(1.0);
        if self.fall.is_some_and(|fall| fall.frames <= frames) {
            return;
        }
        self.fall = Some(Fall {
            begin: age,
            from: self.at(age).decibels(),
            frames,
        });
    }
}

/// How the modulation envelope rises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Attack {
    /// As time passes.
    #[default]
    Linear,
    /// Steeply at first: along the logarithm of time, over 48 dB of it.
    Convex,
}

impl Attack {
    /// Value at a part of the attack, both `0.0..=1.0`.
    fn at(self, part: f64) -> f64 {
        match self {
            Self::Linear => part,
            Self::Convex => (1.0 + 2.0 * amplitude_to_decibels(part) / RANGE_DB).max(0.0),
        }
    }
}

/// Modulation envelope (EG2): all segments but perhaps the attack linear in the value.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ModulationEnvelope {
    shape: Shape,
    attack: Attack,
    fall: Option<Fall>,
}

impl ModulationEnvelope {
    /// An envelope with its gate open since age 0.
    pub(crate) const fn new(shape: Shape, attack: Attack) -> Self {
        Self {
            shape,
            attack,
            fall: None,
        }
    }

    /// Value at an age in frames, `0.0..=1.0`.
    pub(crate) fn at(&self, age: f64) -> f64 {
        match self.fall {
            Some(fall) if age >= fall.begin => {
                (fall.from - (age - fall.begin) / fall.frames).max(0.0)
            }
            _ => match self.shape.position(age) {
                Position::Rising(part) => self.attack.at(part),
                Position::Falling(value) => value,
            },
        }
    }

    /// Note-off: falls from the value of this age with the shape's release.
    pub(crate) fn release(&mut self, age: f64) {
        if self.fall.is_none() {
            self.fall = Some(Fall {
                begin: age,
                from: self.at(age),
                frames: self.shape.release.max(1.0),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_that_rests_stays_where_it_is() {
        for sustain in [0.0, 0.4, 1.0] {
            let shape = Shape {
                delay: 10.0,
                attack: 100.0,
                hold: 50.0,
                decay: 300.0,
                sustain,
                release: 500.0,
            };
            let mut envelope = VolumeEnvelope::new(shape);
            let mut rested = None;
            for age in (0..2000).map(f64::from) {
                if let Some(level) = rested {
                    assert_eq!(envelope.at(age), level);
                    assert!(envelope.rests(age));
                } else if envelope.rests(age) {
                    rested = Some(envelope.at(age));
                }
            }
            assert!(rested.is_some());
            envelope.release(2000.0);
            assert!(!envelope.rests(2000.0) && !envelope.rests(1e9));
        }
    }

    fn shape() -> Shape {
        Shape {
            delay: 100.0,
            attack: 200.0,
            hold: 50.0,
            decay: 1000.0,
            sustain: 0.5,
            release: 400.0,
        }
    }

    #[test]
    fn passes_through_its_segments() {
        let envelope = VolumeEnvelope::new(shape());
        assert_eq!(envelope.at(99.0), Level::Amplitude(0.0));
        assert_eq!(envelope.at(200.0), Level::Amplitude(0.5));
        assert!((envelope.at(349.0).decibels()).abs() < 1e-12);
        assert!((envelope.at(600.0).decibels() + 24.0).abs() < 1e-9);
        assert!((envelope.at(9000.0).decibels() + 48.0).abs() < 1e-9);
    }

    #[test]
    fn releases_from_where_it_stands() {
        let mut envelope = VolumeEnvelope::new(shape());
        envelope.release(200.0);
        assert!((envelope.at(200.0).decibels() + 6.0206).abs() < 1e-3);
        assert!((envelope.at(300.0).decibels() + 30.0206).abs() < 1e-3);
        assert!(!envelope.at(570.0).is_bottom());
        assert!(envelope.at(580.0).is_bottom());
    }

    #[test]
    fn a_shutdown_never_slows_a_release() {
        let mut envelope = VolumeEnvelope::new(shape());
        envelope.release(400.0);
        let quick = envelope.at(500.0).decibels();
        envelope.fall_from(450.0, 4000.0);
        assert!((envelope.at(500.0).decibels() - quick).abs() < 1e-12);
    }

    #[test]
    fn a_convex_attack_is_the_convex_transform_of_its_time() {
        let envelope = ModulationEnvelope::new(shape(), Attack::Convex);
        // 1 + 5/12 log10(x).
        for (age, value) in [
            (100.0, 0.0),
            (100.5, 0.0),
            (102.0, 0.166_667),
            (150.0, 0.749_142),
            (200.0, 0.874_571),
            (300.0, 1.0),
        ] {
            assert!((envelope.at(age) - value).abs() < 1e-6, "{age}");
        }
    }

    #[test]
    fn the_modulation_envelope_is_linear_in_its_value() {
        let mut envelope = ModulationEnvelope::new(shape(), Attack::Linear);
        assert!((envelope.at(200.0) - 0.5).abs() < 1e-12);
        assert!((envelope.at(600.0) - 0.75).abs() < 1e-12);
        assert!((envelope.at(5000.0) - 0.5).abs() < 1e-12);
        envelope.release(5000.0);
        assert!((envelope.at(5100.0) - 0.25).abs() < 1e-12);
        assert!(envelope.at(5300.0).abs() < 1e-12);
    }
}
