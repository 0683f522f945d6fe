//! What a device holds: keys that are down and pedals that are pressed, by what was sent to it.

/// Controllers of a foot: sustain, sostenuto, soft.
const PEDALS: [u8; 3] = [64, 66, 67];

/// A pedal is down from this value on.
const DOWN: u8 = 64;

/// Start, continue and stop of a clock.
const START: u8 = 0xFA;
const CONTINUE: u8 = 0xFB;
const STOP: u8 = 0xFC;

/// One channel.
#[derive(Debug, Clone, Copy, Default)]
struct Channel {
    /// Bit by bit the keys that are down.
    keys: u128,
    /// The same of [`PEDALS`].
    pedals: u8,
}

/// All sixteen channels of a device, and its clock.
#[derive(Debug, Default)]
pub(crate) struct Held {
    channels: [Channel; 16],
    /// It was started by a clock.
    is_running: bool,
}

impl Held {
    /// Writes down what a message puts down or lifts.
    pub(crate) fn hear(&mut self, message: &[u8]) {
        let &[status, number, value] = message else {
            match message {
                [START | CONTINUE] => self.is_running = true,
                [STOP] => self.is_running = false,
                _ => {}
            }
            return;
        };
        let Some(channel) = self.channels.get_mut(usize::from(status & 0x0F)) else {
            return;
        };
        let key = 1_u128 << (number & 0x7F);
        match (status & 0xF0, number) {
            (0x90, _) if value > 0 => channel.keys |= key,
            (0x80 | 0x90, _) => channel.keys &= !key,
            (0xB0, 120 | 123..=127) => channel.keys = 0,
            (0xB0, 121) => channel.pedals = 0,
            (0xB0, _) => {
                let place = PEDALS.iter().position(|pedal| *pedal == number);
                let bit = place.map_or(0, |place| 1 << place);
                if value >= DOWN {
                    channel.pedals |= bit;
                } else {
                    channel.pedals &= !bit;
                }
            }
            _ => {}
        }
    }

    /// Lets go of everything on some channels, once: the keys first, then the pedals.
    ///
    /// - `channels`: bit by bit
    pub(crate) fn release(&mut self, channels: u16, mut end: impl FnMut(&[u8])) {
        for (number, channel) in (0_u8..).zip(&mut self.channels) {
            if channels >> number & 1 == 0 {
                continue;
            }
            let Channel { keys, pedals } = core::mem::take(channel);
            for key in (0_u8..128).filter(|key| keys >> key & 1 != 0) {
                end(&[0x80 | number, key, 64]);
            }
            for (place, pedal) in PEDALS.iter().enumerate() {
                if pedals >> place & 1 != 0 {
                    end(&[0xB0 | number, *pedal, 0]);
                }
            }
        }
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

    fn released(held: &mut Held, channels: u16) -> Vec<Vec<u8>> {
        let mut ends = Vec::new();
        held.release(channels, |message| ends.push(message.to_vec()));
        ends
    }

    #[test]
    fn what_is_down_ends_once_and_what_was_lifted_does_not() {
        let mut held = Held::default();
        for message in [
            [0x90, 60, 100],
            [0x90, 64, 100],
            [0x80, 64, 0],
            [0x93, 127, 1],
            [0x93, 0, 1],
            [0x93, 0, 0],
            [0xB3, 64, 127],
            [0xB3, 66, 127],
            [0xB3, 66, 0],
            [0xB0, 1, 127],
        ] {
            held.hear(&message);
        }
        assert_eq!(released(&mut held, 1), [vec![0x80, 60, 64]]);
        let rest = [vec![0x83, 127, 64], vec![0xB3, 64, 0]];
        assert_eq!(released(&mut held, u16::MAX), rest);
        assert!(released(&mut held, u16::MAX).is_empty());
    }

    #[test]
    fn what_a_clock_has_started_is_stopped_once_and_only_with_everything() {
        let mut held = Held::default();
        held.hear(&[CONTINUE]);
        assert!(released(&mut held, u16::MAX).is_empty());
        let mut ends = Vec::new();
        held.release_all(|message| ends.push(message.to_vec()));
        held.release_all(|message| ends.push(message.to_vec()));
        held.hear(&[START]);
        held.hear(&[STOP]);
        held.release_all(|message| ends.push(message.to_vec()));
        assert_eq!(ends, [vec![STOP]]);
    }

    #[test]
    fn controllers_that_end_everything_leave_nothing_to_end() {
        let mut held = Held::default();
        held.hear(&[0x90, 60, 100]);
        held.hear(&[0xB0, 67, 127]);
        held.hear(&[0xB0, 123, 0]);
        assert_eq!(released(&mut held, 1), [vec![0xB0, 67, 0]]);
        held.hear(&[0xB0, 67, 127]);
        held.hear(&[0xB0, 121, 0]);
        assert!(released(&mut held, 1).is_empty());
    }
}
