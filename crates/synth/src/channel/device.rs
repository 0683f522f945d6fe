//! What sixteen channels share: master volume, balance and tuning, who listens to whom, and zones.
//!
//! Owner: the engine, one for each group. Thread: render. Source: \[MIDI1\] device control;
//! \[GM2\] global parameters.

use crate::dsp::pan::Sides;
use crate::dsp::ramp::Glide;

use super::zones::Zones;

/// One group of sixteen channels as a device.
#[derive(Debug, Clone)]
pub(crate) struct Device {
    /// Amplitude.
    volume: Glide,
    /// -1 left to 1 right.
    balance: Glide,
    /// Cents.
    pub(crate) fine_cents: f64,
    /// Semitones; not for drums.
    pub(crate) key_shift: i8,
    /// Added to the tuning by the host, cents.
    host_cents: Glide,
    /// Added to the key shift by the host, semitones.
    pub(crate) host_shift: i8,
    pub(crate) zones: Zones,
    /// By channel, one bit for each part that listens to it.
    listeners: [u16; 16],
    /// By part, the channel that MIDI chose; 16 and above is none.
    chosen: [u8; 16],
    /// By part, the channel that the host chose above that.
    host_chosen: [Option<u8>; 16],
}

/// Every part listens to its own channel.
const OWN_CHANNELS: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

impl Device {
    /// After power-on.
    pub(crate) fn power_on() -> Self {
        let mut device = Self {
            volume: Glide::resting(1.0),
            balance: Glide::resting(0.0),
            fine_cents: 0.0,
            key_shift: 0,
            host_cents: Glide::resting(0.0),
            host_shift: 0,
            zones: Zones::default(),
            listeners: [0; 16],
            chosen: OWN_CHANNELS,
            host_chosen: [None; 16],
        };
        device.tune_in();
        device
    }

    /// The state after power-on, to be reached in `ticks` ticks.
    pub(crate) fn reset(&mut self, ticks: u32) {
        self.volume.head_for(1.0, ticks);
        self.balance.head_for(0.0, ticks);
        self.fine_cents = 0.0;
        self.key_shift = 0;
        self.zones = Zones::default();
        self.chosen = OWN_CHANNELS;
        self.tune_in();
    }

    /// A part listens to another channel.
    ///
    /// - `part`: `0..=15`
    /// - `channel`: 16 and above is none
    pub(crate) fn listen(&mut self, part: u8, channel: u8) {
        if let Some(chosen) = self.chosen.get_mut(usize::from(part)) {
            *chosen = channel;
            self.tune_in();
        }
    }

    /// The host has a part listen to a channel whatever MIDI chooses, or leaves it to MIDI; true if
    /// that is another channel than it was.
    ///
    /// - `part`: `0..=15`
    /// - `channel`: held within `0..=15`
    pub(crate) fn host_listen(&mut self, part: u8, channel: Option<u8>) -> bool {
        let channel = channel.map(|channel| channel & 0x0F);
        let Some(chosen) = self.host_chosen.get_mut(usize::from(part)) else {
            return false;
        };
        if *chosen == channel {
            return false;
        }
        *chosen = channel;
        let before = self.listeners;
        self.tune_in();
        self.listeners != before
    }

    /// Finds out who listens to whom.
    fn tune_in(&mut self) {
        self.listeners = [0; 16];
        for (part, (host, own)) in self.host_chosen.iter().zip(&self.chosen).enumerate() {
            let channel = usize::from(host.unwrap_or(*own));
            if let Some(parts) = self.listeners.get_mut(channel) {
                *parts |= 1 << part;
            }
        }
    }

    /// Parts that listen to a channel, `0..=15` each.
    ///
    /// - `channel`: `0..=15`
    #[expect(
        clippy::cast_possible_truncation,
        reason = "numbers of bits are below 16"
    )]
    pub(crate) fn listeners(&self, channel: u8) -> impl Iterator<Item = u8> + use<> {
        let mut parts = self
            .listeners
            .get(usize::from(channel))
            .copied()
            .unwrap_or(0);
        core::iter::from_fn(move || {
            let rest = parts.checked_sub(1)?;
            let part = parts.trailing_zeros() as u8;
            parts &= rest;
            Some(part)
        })
    }

    /// Sets what the host adds to the tuning, to be reached in `ticks` ticks; 0 is at once.
    pub(crate) fn tune(&mut self, cents: f32, ticks: u32) {
        self.host_cents.head_for(cents, ticks);
        if ticks == 0 {
            self.host_cents.settle();
        }
    }

    /// Moves the tuning one tick on; whether it moved.
    pub(crate) fn advance_tuning(&mut self) -> bool {
        let moves = !self.host_cents.is_resting();
        self.host_cents.advance();
        moves
    }

    /// What the host adds to the tuning at the end of the tick, cents.
    pub(crate) fn host_cents(&self) -> f64 {
        f64::from(self.host_cents.current())
    }

    /// Sets the volume, to be reached in `ticks` ticks.
    ///
    /// - `volume`: 14 bit; 40 log10 of its part of the maximum, in dB, counted by the upper byte
    ///
    /// # Source
    /// General MIDI: the curve of controller 7.
    pub(crate) fn set_volume(&mut self, volume: u16, ticks: u32) {
        self.volume.head_for(volume_gain(volume), ticks);
    }

    /// Sets the balance, to be reached in `ticks` ticks.
    ///
    /// - `balance`: 14 bit, centre 0x2000
    pub(crate) fn set_balance(&mut self, balance: u16, ticks: u32) {
        let balance = (f32::from(balance) - 8192.0) / 8064.0;
        self.balance.head_for(balance.clamp(-1.0, 1.0), ticks);
    }

    /// Moves volume and balance one tick on.
    pub(crate) fn advance(&mut self) {
        self.volume.advance();
        self.balance.advance();
    }

    /// Whether both have arrived.
    pub(crate) const fn rests(&self) -> bool {
        self.volume.is_resting() && self.balance.is_resting() && self.host_cents.is_resting()
    }

    /// Puts both where they are going.
    pub(crate) const fn settle(&mut self) {
        self.volume.settle();
        self.balance.settle();
        self.host_cents.settle();
    }

    /// Amplitude at the end of the tick.
    pub(crate) fn gain(&self) -> f64 {
        f64::from(self.volume.current())
    }

    /// Gains of the sides at the end of the tick.
    pub(crate) fn balance(&self) -> Sides {
        balance_sides(f64::from(self.balance.current()))
    }
}

/// Gains of a balance, -1 left to 1 right: one side stays, the other falls to nothing.
pub(crate) fn balance_sides(balance: f64) -> Sides {
    Sides {
        left: (1.0 - balance).clamp(0.0, 1.0),
        right: (1.0 + balance).clamp(0.0, 1.0),
    }
}

fn volume_gain(volume: u16) -> f32 {
    let part = (f32::from(volume) / (127.0 * 128.0)).min(1.0);
    part * part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_the_master_volume_is_twelve_decibels_down() {
        let level_db = 20.0 * libm::log10(f64::from(volume_gain(0x40 << 7)));
        assert!((level_db + 11.905).abs() < 0.001);
        assert!((volume_gain(0x3FFF) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_part_listens_to_one_channel_or_to_none() {
        let mut device = Device::power_on();
        let heard = |device: &Device, channel| device.listeners(channel).collect::<Vec<_>>();
        assert_eq!(heard(&device, 3), [3]);
        device.listen(0, 3);
        device.listen(15, 3);
        assert_eq!(heard(&device, 3), [0, 3, 15]);
        assert!(heard(&device, 0).is_empty());
        device.listen(3, 16);
        assert_eq!(heard(&device, 3), [0, 15]);
        device.reset(0);
        assert_eq!(heard(&device, 15), [15]);
    }

    #[test]
    fn what_the_host_has_a_part_listen_to_stands_above_midi_and_outlives_a_reset() {
        let mut device = Device::power_on();
        let heard = |device: &Device, channel| device.listeners(channel).collect::<Vec<_>>();
        assert!(device.host_listen(1, Some(0)));
        assert!(!device.host_listen(1, Some(0)), "it was told already");
        assert!(!device.host_listen(2, None), "it is left to MIDI already");
        device.listen(1, 5);
        device.reset(0);
        assert_eq!((heard(&device, 0), heard(&device, 1)), (vec![0, 1], vec![]));
        device.listen(1, 7);
        assert!(device.host_listen(1, None));
        assert_eq!(
            (heard(&device, 0), heard(&device, 7)),
            (vec![0], vec![1, 7])
        );
    }

    #[test]
    fn a_balance_takes_from_one_side_only() {
        let mut device = Device::power_on();
        device.set_balance(0x2000, 0);
        device.settle();
        let middle = device.balance();
        assert!((middle.left - 1.0).abs() < 1e-12 && (middle.right - 1.0).abs() < 1e-12);
        device.set_balance(0, 0);
        device.settle();
        let left = device.balance();
        assert!((left.left - 1.0).abs() < 1e-12 && left.right.abs() < 1e-12);
        device.set_balance(0x3F80, 0);
        device.settle();
        assert!(device.balance().left.abs() < 1e-6);
    }
}
