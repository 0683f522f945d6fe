//! What somebody holds on sixteen channels: keys that are down, pedals that are pressed.
//!
//! In: messages. Out: the messages that end it. Owner: whoever has to end what another put down.
//! Thread: any; nothing is allocated.

/// Controllers of a foot: sustain, sostenuto, soft.
const PEDALS: [u8; 3] = [64, 66, 67];

/// A pedal is down from this value on.
const DOWN: u8 = 64;

/// Channels of a group.
const CHANNELS: usize = 16;

/// Everything that is held.
#[derive(Clone, Debug, Default)]
pub struct HeldKeys {
    channels: [Channel; CHANNELS],
}

/// One channel.
#[derive(Clone, Copy, Debug, Default)]
struct Channel {
    /// Bit by bit the keys that are down.
    keys: u128,
    /// The same of [`PEDALS`].
    pedals: u8,
}

impl HeldKeys {
    /// Most messages that end what is held: every key and pedal of every channel.
    pub const MOST_ENDS: usize = CHANNELS * (128 + PEDALS.len());

    /// Writes down what a channel message puts down or lifts.
    ///
    /// - `is_theirs`: it comes from the one whose keys these are; what another puts down is another's,
    ///   whoever held it before
    ///
    /// # Real-time
    /// Render. Wait-free.
    pub fn hear(&mut self, [status, number, value]: [u8; 3], is_theirs: bool) {
        let Some(channel) = self.channels.get_mut(usize::from(status & 0x0F)) else {
            return;
        };
        let key = 1_u128 << (number & 0x7F);
        match (status & 0xF0, number) {
            (0x90, _) if is_theirs && value > 0 => channel.keys |= key,
            (0x80 | 0x90, _) => channel.keys &= !key,
            (0xB0, 120 | 123..=127) => channel.keys = 0,
            (0xB0, 121) => channel.pedals = 0,
            (0xB0, _) => {
                let Some(place) = PEDALS.iter().position(|pedal| *pedal == number) else {
                    return;
                };
                if is_theirs && value >= DOWN {
                    channel.pedals |= 1 << place;
                } else {
                    channel.pedals &= !(1 << place);
                }
            }
            _ => {}
        }
    }

    /// Lets go of everything on some channels, once: the keys first, then the pedals that hold them.
    ///
    /// - `channels`: bit by bit
    ///
    /// # Real-time
    /// Render. Bounded by what is held.
    pub fn release(&mut self, channels: u16, mut end: impl FnMut(&[u8])) {
        for (number, channel) in (0_u8..).zip(&mut self.channels) {
            if channels >> number & 1 == 0 {
                continue;
            }
            let Channel { mut keys, pedals } = core::mem::take(channel);
            while keys != 0 {
                let key = (keys.trailing_zeros() & 0x7F) as u8;
                keys &= keys.wrapping_sub(1);
                end(&[0x80 | number, key, 64]);
            }
            for (place, pedal) in PEDALS.iter().enumerate() {
                if pedals >> place & 1 != 0 {
                    end(&[0xB0 | number, *pedal, 0]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(messages: &[[u8; 3]]) -> HeldKeys {
        let mut held = HeldKeys::default();
        for message in messages {
            held.hear(*message, true);
        }
        held
    }

    fn released(held: &mut HeldKeys, channels: u16) -> Vec<Vec<u8>> {
        let mut ends = Vec::new();
        held.release(channels, |message| ends.push(message.to_vec()));
        ends
    }

    #[test]
    fn what_is_down_ends_once_and_what_was_lifted_does_not() {
        let mut held = held(&[
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
        ]);
        assert_eq!(released(&mut held, 1), [vec![0x80, 60, 64]]);
        let rest = [vec![0x83, 127, 64], vec![0xB3, 64, 0]];
        assert_eq!(released(&mut held, u16::MAX), rest);
        assert!(released(&mut held, u16::MAX).is_empty());
    }

    #[test]
    fn controllers_that_end_everything_leave_nothing_to_end() {
        let all_off = held(&[[0x90, 60, 100], [0xB0, 67, 127], [0xB0, 123, 0]]);
        assert_eq!(released(&mut { all_off }, 1), [vec![0xB0, 67, 0]]);
        let reset = held(&[[0xB0, 67, 127], [0xB0, 121, 0]]);
        assert!(released(&mut { reset }, 1).is_empty());
    }

    #[test]
    fn what_another_puts_down_is_not_theirs_any_more() {
        let mut held = held(&[[0x90, 60, 100], [0xB0, 64, 127]]);
        held.hear([0x90, 60, 90], false);
        held.hear([0xB0, 64, 90], false);
        assert!(released(&mut held, u16::MAX).is_empty());
    }
}
