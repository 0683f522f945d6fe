//! The continuous state of one channel: controllers, wheel, pressures, tunings.
//!
//! Source: \[MIDI1\] control change; RP-015 for what controller 121 resets.

use super::parameters::{Entered, Parameters};

/// Wheel in the middle.
const WHEEL_CENTRE: u16 = 0x2000;

/// Controllers with a meaning of their own.
pub(crate) mod number {
    pub(crate) const BANK_MSB: u8 = 0;
    pub(crate) const MODULATION: u8 = 1;
    pub(crate) const PORTAMENTO_TIME: u8 = 5;
    pub(crate) const DATA_MSB: u8 = 6;
    pub(crate) const VOLUME: u8 = 7;
    pub(crate) const BALANCE: u8 = 8;
    pub(crate) const PAN: u8 = 10;
    pub(crate) const EXPRESSION: u8 = 11;
    pub(crate) const BANK_LSB: u8 = 32;
    pub(crate) const PORTAMENTO_TIME_LSB: u8 = 37;
    pub(crate) const DATA_LSB: u8 = 38;
    pub(crate) const SUSTAIN: u8 = 64;
    pub(crate) const PORTAMENTO: u8 = 65;
    pub(crate) const SOSTENUTO: u8 = 66;
    pub(crate) const SOFT: u8 = 67;
    pub(crate) const LEGATO: u8 = 68;
    pub(crate) const RESONANCE: u8 = 71;
    pub(crate) const RELEASE: u8 = 72;
    pub(crate) const ATTACK: u8 = 73;
    pub(crate) const CUTOFF: u8 = 74;
    pub(crate) const DECAY: u8 = 75;
    pub(crate) const VIBRATO_RATE: u8 = 76;
    pub(crate) const VIBRATO_DEPTH: u8 = 77;
    pub(crate) const VIBRATO_DELAY: u8 = 78;
    pub(crate) const PORTAMENTO_CONTROL: u8 = 84;
    pub(crate) const REVERB: u8 = 91;
    pub(crate) const CHORUS: u8 = 93;
    pub(crate) const DELAY: u8 = 94;
    pub(crate) const DATA_UP: u8 = 96;
    pub(crate) const DATA_DOWN: u8 = 97;
    pub(crate) const NRPN_LSB: u8 = 98;
    pub(crate) const NRPN_MSB: u8 = 99;
    pub(crate) const RPN_LSB: u8 = 100;
    pub(crate) const RPN_MSB: u8 = 101;
    pub(crate) const ALL_SOUND_OFF: u8 = 120;
    pub(crate) const RESET_CONTROLLERS: u8 = 121;
    pub(crate) const ALL_NOTES_OFF: u8 = 123;
    pub(crate) const MONO: u8 = 126;
    pub(crate) const POLY: u8 = 127;
}

/// Power-on values that are not zero, by controller.
const POWER_ON: [(u8, u8); 5] = [
    (number::VOLUME, 100),
    (number::BALANCE, 64),
    (number::PAN, 64),
    (number::EXPRESSION, 127),
    (number::REVERB, 40),
];

/// Sound controllers, which are relative to this at power-on.
const SOUND_CENTRE: u8 = 64;

/// What RP-015 resets, and to what.
const RESETTABLE: [(u8, u8); 7] = [
    (number::MODULATION, 0),
    (number::EXPRESSION, 127),
    (number::SUSTAIN, 0),
    (number::PORTAMENTO, 0),
    (number::SOSTENUTO, 0),
    (number::SOFT, 0),
    (number::LEGATO, 0),
];

/// All that a connection can listen to on one channel.
#[derive(Debug, Clone)]
pub(crate) struct Controls {
    controllers: [u8; 128],
    key_pressures: [u8; 128],
    /// `0..=127`.
    pub(crate) channel_pressure: u8,
    /// 14 bit, centre 0x2000.
    pub(crate) wheel: u16,
    pub(crate) parameters: Parameters,
    /// Bend of the whole zone, cents; 0 outside of zones.
    pub(crate) zone_bend_cents: f64,
    /// Pressure on the whole zone, `0..=127`.
    pub(crate) zone_pressure: u8,
    /// Brightness of the whole zone, around 64.
    pub(crate) zone_brightness: u8,
    /// The fine byte of the portamento time was sent: the time is in milliseconds.
    pub(crate) has_fine_time: bool,
}

impl Controls {
    /// The state after power-on and after a system reset.
    pub(crate) fn power_on() -> Self {
        let mut controls = Self {
            controllers: [0; 128],
            key_pressures: [0; 128],
            channel_pressure: 0,
            wheel: WHEEL_CENTRE,
            parameters: Parameters::power_on(),
            zone_bend_cents: 0.0,
            zone_pressure: 0,
            zone_brightness: SOUND_CENTRE,
            has_fine_time: false,
        };
        for controller in 70..80 {
            controls.set(controller, SOUND_CENTRE);
        }
        for (controller, value) in POWER_ON {
            controls.set(controller, value);
        }
        controls
    }

    /// Value of a controller; 0 for a number above 127.
    pub(crate) fn controller(&self, controller: u8) -> u8 {
        self.controllers
            .get(usize::from(controller))
            .copied()
            .unwrap_or(0)
    }

    /// Stores a controller.
    pub(crate) fn set(&mut self, controller: u8, value: u8) {
        if let Some(slot) = self.controllers.get_mut(usize::from(controller)) {
            *slot = value.min(127);
        }
        self.has_fine_time |= controller == number::PORTAMENTO_TIME_LSB;
    }

    /// Pressure on the channel, its own or its zone's, whichever is greater.
    pub(crate) fn pressure(&self) -> u8 {
        self.channel_pressure.max(self.zone_pressure)
    }

    /// A sound controller around 64, brightness with that of the zone.
    pub(crate) fn sound(&self, controller: u8) -> f64 {
        let own = f64::from(self.controller(controller)) - f64::from(SOUND_CENTRE);
        if controller == number::CUTOFF {
            own + f64::from(self.zone_brightness) - f64::from(SOUND_CENTRE)
        } else {
            own
        }
    }

    /// Bend by the wheel alone, cents.
    pub(crate) fn bend_cents(&self) -> f64 {
        (f64::from(self.wheel) / f64::from(WHEEL_CENTRE) - 1.0) * self.parameters.bend_range()
            / 1.28
    }

    /// Pressure on one key; 0 for a key above 127.
    pub(crate) fn key_pressure(&self, key: u8) -> u8 {
        self.key_pressures
            .get(usize::from(key))
            .copied()
            .unwrap_or(0)
    }

    /// Stores the pressure on one key.
    pub(crate) fn set_key_pressure(&mut self, key: u8, value: u8) {
        if let Some(slot) = self.key_pressures.get_mut(usize::from(key)) {
            *slot = value.min(127);
        }
    }

    /// Whether a pedal is down.
    pub(crate) fn pedal(&self, controller: u8) -> bool {
        self.controller(controller) >= 64
    }

    /// Data entry and parameter selection; `None` if the controller is none of them.
    pub(crate) fn enter(&mut self, controller: u8, value: u8) -> Option<Entered> {
        let parameters = &mut self.parameters;
        match controller {
            number::DATA_MSB => return Some(parameters.enter_msb(value)),
            number::DATA_LSB => return Some(parameters.enter_lsb(value)),
            number::DATA_UP => return Some(parameters.step(true)),
            number::DATA_DOWN => return Some(parameters.step(false)),
            number::NRPN_LSB => parameters.select_non_registered_lsb(value),
            number::NRPN_MSB => parameters.select_non_registered_msb(value),
            number::RPN_LSB => parameters.select_registered_lsb(value),
            number::RPN_MSB => parameters.select_registered_msb(value),
            _ => return None,
        }
        Some(Entered::Nothing)
    }

    /// Controller 121.
    pub(crate) fn reset(&mut self) {
        for (controller, value) in RESETTABLE {
            self.set(controller, value);
        }
        self.key_pressures = [0; 128];
        self.channel_pressure = 0;
        self.wheel = WHEEL_CENTRE;
        self.parameters.deselect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reset_leaves_volume_pan_and_parameter_values() {
        let mut controls = Controls::power_on();
        for (controller, value) in [(1, 99), (7, 50), (10, 0), (11, 30)] {
            controls.set(controller, value);
        }
        controls.enter(number::RPN_MSB, 0);
        controls.enter(number::RPN_LSB, 0);
        controls.enter(number::DATA_MSB, 12);
        controls.wheel = 0;
        controls.set_key_pressure(60, 9);
        controls.reset();
        let after = [1, 7, 10, 11].map(|c| controls.controller(c));
        assert_eq!(after, [0, 50, 0, 127]);
        assert_eq!(controls.wheel, 0x2000);
        assert_eq!(controls.key_pressure(60), 0);
        assert!((controls.parameters.bend_range() - 12.0 * 128.0).abs() < 1e-12);
        controls.enter(number::DATA_MSB, 5);
        assert!((controls.parameters.bend_range() - 12.0 * 128.0).abs() < 1e-12);
    }
}
