//! What a device holds: keys, pedals, and a clock that runs, by what was sent to it.

use dmus_kernel::midi::HeldKeys;

/// Start, continue and stop of a clock.
const START: u8 = 0xFA;
const CONTINUE: u8 = 0xFB;
const STOP: u8 = 0xFC;

/// Everything that a device holds.
#[derive(Debug, Default)]
pub(crate) struct Held {
    keys: HeldKeys,
    /// It was started by a clock.
    is_running: bool,
}

impl Held {
    /// Writes down what a message puts down or lifts, starts or stops.
    pub(crate) fn hear(&mut self, message: &[u8]) {
        match *message {
            [START | CONTINUE] => self.is_running = true,
            [STOP] => self.is_running = false,
            [status, number, value] => self.keys.hear([status, number, value], true),
            _ => {}
        }
    }

    /// Lets go of keys and pedals on some channels, once.
    ///
    /// - `channels`: bit by bit
    pub(crate) fn release(&mut self, channels: u16, end: impl FnMut(&[u8])) {
        self.keys.release(channels, end);
    }

    /// Lets go of everything, and stops what a clock has started.
    pub(crate) fn release_all(&mut self, mut end: impl FnMut(&[u8])) {
        self.release(u16::MAX, &mut end);
        if core::mem::take(&mut self.is_running) {
            end(&[STOP]);
        }
    }

    /// Forgets everything: the device that held it is gone.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_clock_has_started_is_stopped_once_and_only_with_everything() {
        let mut held = Held::default();
        let mut ends = Vec::new();
        held.hear(&[CONTINUE]);
        held.hear(&[0x90, 60, 1]);
        held.release(u16::MAX, |message| ends.push(message.to_vec()));
        assert_eq!(ends, [vec![0x80, 60, 64]]);
        held.release_all(|message| ends.push(message.to_vec()));
        held.release_all(|message| ends.push(message.to_vec()));
        held.hear(&[START]);
        held.hear(&[STOP]);
        held.release_all(|message| ends.push(message.to_vec()));
        assert_eq!(ends[1..], [vec![STOP]]);
    }
}
