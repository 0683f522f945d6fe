//! Gliding between notes: how long it takes, where it comes from, and which keys are down.
//!
//! Owner: the channel. Thread: render. Source: \[MIDI1\] portamento time, switch and control, mono
//! mode; times as they were measured on instruments of the period.

use super::controllers::{Controls, number};

/// Keys of which the order is kept.
const HELD: usize = 16;

/// Seconds of a glide over three octaves, by controller 5.
const TIMES: [(u8, f64); 15] = [
    (0, 0.0),
    (1, 0.006),
    (2, 0.023),
    (4, 0.05),
    (8, 0.11),
    (16, 0.25),
    (32, 0.5),
    (64, 2.06),
    (80, 4.2),
    (96, 8.4),
    (112, 19.5),
    (116, 26.7),
    (120, 40.0),
    (124, 80.0),
    (127, 480.0),
];

/// Semitones of the glide that [`TIMES`] speaks of.
const TABLE_SEMITONES: f64 = 36.0;

/// Seconds for three octaves.
fn table_seconds(time: u8) -> f64 {
    let mut below = (0, 0.0);
    for (at, seconds) in TIMES {
        if time == at {
            return seconds;
        }
        if time < at {
            let part = f64::from(time - below.0) / f64::from(at - below.0);
            return below.1 + part * (seconds - below.1);
        }
        below = (at, seconds);
    }
    below.1
}

/// Seconds of a glide over so many semitones.
///
/// With its fine byte the time is in milliseconds, whatever the distance.
pub(crate) fn glide_seconds(controls: &Controls, semitones: f64) -> f64 {
    let coarse = controls.controller(number::PORTAMENTO_TIME);
    if controls.has_fine_time {
        let fine = controls.controller(number::PORTAMENTO_TIME_LSB);
        (128.0 * f64::from(coarse) + f64::from(fine)) / 1000.0
    } else {
        table_seconds(coarse) * semitones.abs() / TABLE_SEMITONES
    }
}

/// A key that is down, and how hard it was struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct HeldKey {
    pub(crate) key: u8,
    pub(crate) velocity: u8,
}

/// Keys that are down on a channel of one note, the newest last.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct HeldKeys {
    keys: [HeldKey; HELD],
    count: usize,
}

impl HeldKeys {
    /// Nothing is down.
    pub(crate) const fn clear(&mut self) {
        self.count = 0;
    }

    /// A key goes down; of too many the oldest is forgotten.
    pub(crate) fn press(&mut self, pressed: HeldKey) {
        self.lift(pressed.key);
        if self.count == HELD {
            self.keys.rotate_left(1);
            self.count -= 1;
        }
        if let Some(slot) = self.keys.get_mut(self.count) {
            *slot = pressed;
            self.count += 1;
        }
    }

    /// A key goes up.
    pub(crate) fn lift(&mut self, key: u8) {
        let Some(keys) = self.keys.get_mut(..self.count) else {
            return;
        };
        if let Some(at) = keys.iter().position(|held| held.key == key) {
            if let Some(rest) = keys.get_mut(at..) {
                rest.rotate_left(1);
            }
            self.count -= 1;
        }
    }

    /// The key that went down last.
    pub(crate) fn newest(&self) -> Option<HeldKey> {
        self.keys.get(self.count.checked_sub(1)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(key: u8) -> HeldKey {
        HeldKey { key, velocity: 100 }
    }

    #[test]
    fn times_run_through_the_table_and_between_its_rows() {
        for (time, seconds) in TIMES {
            assert!((table_seconds(time) - seconds).abs() < 1e-12, "{time}");
        }
        assert!((table_seconds(24) - 0.375).abs() < 1e-12);
    }

    #[test]
    fn a_shorter_way_takes_less_time_unless_it_is_in_milliseconds() {
        let mut controls = Controls::power_on();
        controls.set(number::PORTAMENTO_TIME, 64);
        assert!((glide_seconds(&controls, 36.0) - 2.06).abs() < 1e-12);
        assert!((glide_seconds(&controls, -12.0) - 2.06 / 3.0).abs() < 1e-12);
        controls.set(number::PORTAMENTO_TIME, 1);
        controls.set(number::PORTAMENTO_TIME_LSB, 72);
        assert!((glide_seconds(&controls, 1.0) - 0.2).abs() < 1e-12);
    }

    #[test]
    fn the_newest_key_that_is_down_is_known() {
        let mut keys = HeldKeys::default();
        for key in [60, 62, 64] {
            keys.press(held(key));
        }
        keys.lift(64);
        assert_eq!(keys.newest(), Some(held(62)));
        keys.press(held(60));
        assert_eq!(keys.newest(), Some(held(60)));
        keys.lift(60);
        keys.lift(62);
        keys.lift(99);
        assert_eq!(keys.newest(), None);
    }

    #[test]
    fn of_too_many_keys_the_oldest_is_forgotten() {
        let mut keys = HeldKeys::default();
        for key in 0..20 {
            keys.press(held(key));
        }
        for key in (4..20).rev() {
            assert_eq!(keys.newest(), Some(held(key)));
            keys.lift(key);
        }
        assert_eq!(keys.newest(), None);
    }
}
