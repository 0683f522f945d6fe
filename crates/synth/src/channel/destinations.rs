//! What controllers reach beside what the bank connects: six destinations for each of six
//! sources.
//!
//! Owner: the channel. Thread: render. Source: \[GM2\] controller destination setting; \[GS\]
//! addresses 40 2x.

use crate::articulation::{Depths, Inputs, TickSums, TickTarget};

use super::controllers::{Controls, number};

/// What can reach something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Controller 1.
    Modulation,
    Wheel,
    ChannelPressure,
    KeyPressure,
    /// One of two controllers of any number.
    First,
    Second,
}

/// Number of [`Origin`]s.
const ORIGINS: usize = 6;

/// What can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// 24 semitones around 64, one each.
    Pitch,
    /// 9600 cents around 64.
    Cutoff,
    /// From nothing to twice the amplitude around 64.
    Amplitude,
    /// Vibrato, up to 600 cents.
    Vibrato,
    /// Swing of the cutoff, up to 2400 cents.
    CutoffSwing,
    /// Tremolo, up to the whole amplitude.
    Tremolo,
}

/// Number of [`Reach`]es.
const REACHES: usize = 6;

impl Reach {
    /// By the numbers of \[GM2\], which those of \[GS\] begin with.
    pub(crate) const fn from_gm2(parameter: u8) -> Option<Self> {
        Some(match parameter {
            0 => Self::Pitch,
            1 => Self::Cutoff,
            2 => Self::Amplitude,
            3 => Self::Vibrato,
            4 => Self::CutoffSwing,
            5 => Self::Tremolo,
            _ => return None,
        })
    }

    /// By the last digit of an address of \[GS\]; the second oscillator is not reached.
    pub(crate) const fn from_gs(digit: u8) -> Option<Self> {
        Some(match digit {
            0 => Self::Pitch,
            1 => Self::Cutoff,
            2 => Self::Amplitude,
            4 => Self::Vibrato,
            5 => Self::CutoffSwing,
            6 => Self::Tremolo,
            _ => return None,
        })
    }
}

/// Deepest tremolo, dB around the level.
const TREMOLO_DB: f64 = 12.0;

/// All of a channel.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Destinations {
    /// By origin and reach.
    amounts: [[Option<u8>; REACHES]; ORIGINS],
    /// Numbers of the two controllers.
    numbers: [u8; 2],
    any: bool,
}

impl Destinations {
    /// Nothing is reached; the two controllers are 16 and 17.
    pub(crate) const NONE: Self = Self {
        amounts: [[None; REACHES]; ORIGINS],
        numbers: [16, 17],
        any: false,
    };

    /// Sets how far an origin reaches, `0..=127`.
    pub(crate) const fn set(&mut self, origin: Origin, reach: Reach, amount: u8) {
        self.amounts[origin as usize][reach as usize] = Some(amount);
        self.any = true;
    }

    /// Makes one of the two controllers another one.
    pub(crate) const fn assign(&mut self, origin: Origin, controller: u8) {
        match origin {
            Origin::First => self.numbers[0] = controller,
            Origin::Second => self.numbers[1] = controller,
            _ => {}
        }
    }

    /// The origin of a controller that a message names; another controller takes the second's
    /// place if the first is in use.
    pub(crate) fn origin_of(&mut self, controller: u8) -> Origin {
        if controller == number::MODULATION {
            return Origin::Modulation;
        }
        let in_use = |amounts: &[Option<u8>; REACHES]| amounts.iter().any(Option::is_some);
        let [first, second] = self.numbers;
        if controller == first {
            Origin::First
        } else if controller == second {
            Origin::Second
        } else if in_use(&self.amounts[Origin::First as usize]) {
            self.amounts[Origin::Second as usize] = [None; REACHES];
            self.numbers[1] = controller;
            Origin::Second
        } else {
            self.numbers[0] = controller;
            Origin::First
        }
    }

    fn value(&self, origin: Origin, controls: &Controls, key_pressure: u8) -> f64 {
        let part = |value: u8| f64::from(value) / 127.0;
        match origin {
            Origin::Modulation => part(controls.controller(number::MODULATION)),
            Origin::Wheel => f64::from(controls.wheel) / 8192.0 - 1.0,
            Origin::ChannelPressure => part(controls.pressure()),
            Origin::KeyPressure => part(key_pressure),
            Origin::First => part(controls.controller(self.numbers[0])),
            Origin::Second => part(controls.controller(self.numbers[1])),
        }
    }

    /// Adds what is reached now.
    pub(crate) fn sum(&self, inputs: &Inputs<'_>, tick: &mut TickSums, depths: &mut Depths) {
        if !self.any {
            return;
        }
        let mut amplitude = 1.0;
        for origin in [
            Origin::Modulation,
            Origin::Wheel,
            Origin::ChannelPressure,
            Origin::KeyPressure,
            Origin::First,
            Origin::Second,
        ] {
            let amounts = &self.amounts[origin as usize];
            let value = self.value(origin, inputs.controls, inputs.key_pressure());
            let around = |reach: Reach| {
                amounts[reach as usize].map_or(0.0, |amount| f64::from(amount) - 64.0) * value
            };
            let up = |reach: Reach| amounts[reach as usize].map_or(0.0, f64::from) / 127.0 * value;
            tick.add(
                TickTarget::Pitch,
                100.0 * around(Reach::Pitch).clamp(-24.0, 24.0),
            );
            tick.add(TickTarget::Cutoff, 150.0 * around(Reach::Cutoff));
            amplitude += around(Reach::Amplitude) / 64.0;
            depths.vib_pitch += 600.0 * up(Reach::Vibrato);
            depths.mod_cutoff += 2400.0 * up(Reach::CutoffSwing);
            depths.mod_gain += TREMOLO_DB * up(Reach::Tremolo);
        }
        if (amplitude - 1.0).abs() > 1e-12 {
            let level_db = 20.0 * libm::log10(amplitude.max(1e-6));
            tick.add(TickTarget::Gain, level_db);
        }
    }

    /// Whether a filter is wanted.
    pub(crate) fn wants_filter(&self) -> bool {
        self.any
            && self.amounts.iter().any(|amounts| {
                [Reach::Cutoff, Reach::CutoffSwing]
                    .iter()
                    .any(|reach| amounts[*reach as usize].is_some())
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_controllers_of_any_number_find_a_place() {
        let mut destinations = Destinations::NONE;
        assert_eq!(destinations.origin_of(1), Origin::Modulation);
        assert_eq!(destinations.origin_of(2), Origin::First);
        destinations.set(Origin::First, Reach::Pitch, 70);
        assert_eq!(destinations.origin_of(4), Origin::Second);
        assert_eq!(destinations.origin_of(2), Origin::First);
        assert_eq!(destinations.numbers, [2, 4]);
    }

    #[test]
    fn gs_has_an_oscillators_speed_between_the_others() {
        assert_eq!(Reach::from_gs(3), None);
        assert_eq!(Reach::from_gs(4), Reach::from_gm2(3));
        assert_eq!(Reach::from_gm2(6), None);
    }
}
