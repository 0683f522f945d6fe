//! What sixteen channels share: master volume, balance and tuning, and the zones among them.
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
    pub(crate) zones: Zones,
}

impl Device {
    /// After power-on.
    pub(crate) fn power_on() -> Self {
        Self {
            volume: Glide::resting(1.0),
            balance: Glide::resting(0.0),
            fine_cents: 0.0,
            key_shift: 0,
            zones: Zones::default(),
        }
    }

    /// The state after power-on, to be reached in `ticks` ticks.
    pub(crate) fn reset(&mut self, ticks: u32) {
        self.volume.head_for(1.0, ticks);
        self.balance.head_for(0.0, ticks);
        self.fine_cents = 0.0;
        self.key_shift = 0;
        self.zones = Zones::default();
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
        self.volume.is_resting() && self.balance.is_resting()
    }

    /// Puts both where they are going.
    pub(crate) const fn settle(&mut self) {
        self.volume.settle();
        self.balance.settle();
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
