//! What messages set for a part beside its controllers: what it makes of keys and velocities.
//!
//! Owner: the channel. Thread: render. Source: \[GS\] part addresses 40 1x; \[XG\] multi part.

/// What a key struck again does to its older notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Assign {
    /// What the bank says.
    Bank,
    /// It ends all of them, released ones too.
    Single,
    /// It leaves them alone.
    Full,
}

/// The settings of one part.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) assign: Assign,
    /// One note at a time.
    pub(crate) is_mono: bool,
    /// Semitones, before regions are chosen; not for drums.
    pub(crate) key_shift: i8,
    /// Around 64, 64ths of the velocity.
    pub(crate) velocity_depth: u8,
    /// Around 64, two steps of velocity each.
    pub(crate) velocity_offset: u8,
    /// Every note anywhere.
    pub(crate) random_pan: bool,
    /// Keys it answers to, inclusive.
    pub(crate) keys: (u8, u8),
    /// Cents.
    pub(crate) fine_cents: f64,
    /// Cents by pitch class from C on.
    pub(crate) scale: [f64; 12],
    /// Drum setup it plays, 1-based; it counts while the part plays drums.
    pub(crate) drum_map: u8,
}

impl Settings {
    /// A part that was never edited.
    pub(crate) const fn power_on() -> Self {
        Self {
            assign: Assign::Bank,
            is_mono: false,
            key_shift: 0,
            velocity_depth: 64,
            velocity_offset: 64,
            random_pan: false,
            keys: (0, 127),
            fine_cents: 0.0,
            scale: [0.0; 12],
            drum_map: 1,
        }
    }

    /// Whether it answers to a key.
    pub(crate) const fn answers(&self, key: u8) -> bool {
        self.keys.0 <= key && key <= self.keys.1
    }

    /// What a part makes of a velocity, `1..=127`.
    pub(crate) fn velocity(&self, velocity: u8) -> u8 {
        let depth = i32::from(self.velocity_depth);
        let offset = 2 * (i32::from(self.velocity_offset) - 64);
        let heard = (i32::from(velocity) * depth / 64 + offset).clamp(1, 127);
        u8::try_from(heard).unwrap_or(127)
    }

    /// Cents that the scale adds to a key.
    pub(crate) fn scale_cents(&self, key: u8) -> f64 {
        self.scale
            .get(usize::from(key % 12))
            .copied()
            .unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn velocity_is_turned_and_moved_and_stays_a_velocity() {
        let mut settings = Settings::power_on();
        assert_eq!(settings.velocity(100), 100);
        settings.velocity_depth = 32;
        assert_eq!(settings.velocity(100), 50);
        settings.velocity_offset = 74;
        assert_eq!(settings.velocity(100), 70);
        settings.velocity_offset = 0;
        assert_eq!(settings.velocity(100), 1);
        settings.velocity_depth = 127;
        settings.velocity_offset = 127;
        assert_eq!(settings.velocity(127), 127);
    }

    #[test]
    fn a_range_of_keys_is_inclusive() {
        let mut settings = Settings::power_on();
        settings.keys = (60, 62);
        let answers = [59, 60, 62, 63].map(|key| settings.answers(key));
        assert_eq!(answers, [false, true, true, false]);
    }
}
