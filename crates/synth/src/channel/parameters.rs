//! Registered and other parameters of one channel: selection, data entry, values.
//!
//! In: controllers 6, 38 and 96 to 101. Out: values of registered parameters; what was entered
//! for the others, which have their values elsewhere.
//! Source: \[MIDI1\] RPN and NRPN; \[DLS2\] RPN 0-2; \[GM2\] RPN 5.

/// Middle of a 14-bit value.
const CENTRE: u16 = 0x2000;

/// Number of no parameter.
const NULL: u8 = 0x7F;

/// Depth of vibrato by the modulation wheel after power-on, cents.
const WHEEL_DEPTH_CENTS: f64 = 50.0;

/// Which parameter data entry writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Selected {
    /// By 14-bit number; 0x3FFF is none.
    Registered { msb: u8, lsb: u8 },
    /// By 14-bit number; 0x3FFF is none.
    NonRegistered { msb: u8, lsb: u8 },
}

/// The registered parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    BendRange,
    FineTuning,
    CoarseTuning,
    TuningProgram,
    TuningBank,
    ModulationDepth,
    Zone,
}

/// What a data entry has changed outside of the registered values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entered {
    /// Nothing.
    Nothing,
    /// Another tuning is in force.
    Tuning,
    /// The bend range, which members of a zone share.
    BendRange,
    /// A zone of so many member channels is asked for.
    Zone(u8),
    /// A parameter that is not registered.
    NonRegistered {
        msb: u8,
        lsb: u8,
        /// Controller 6.
        coarse: u8,
        /// Controller 38, 0 if it did not come since the selection.
        fine: u8,
    },
}

/// Selection and values.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parameters {
    selected: Selected,
    /// Last data entered for the selection, `0..=127` each.
    coarse: u8,
    fine: u8,
    /// Semitones, `0..=127`.
    bend_semitones: u8,
    /// Cents, `0..=99`; above that 1/128 semitones.
    bend_fine: u8,
    /// 14 bit, centre 0x2000.
    fine_tuning: u16,
    /// Semitones, centre 64.
    coarse_tuning: u8,
    /// Program and bank of tuning, `0..=127`.
    tuning: (u8, u8),
    /// Cents at the top of controller 1.
    wheel_depth_cents: f64,
    /// The depth was asked for as a destination of the controller, whatever the bank connects.
    is_wheel_routed: bool,
}

impl Parameters {
    /// Bend range two semitones, no tuning, nothing selected.
    pub(crate) const fn power_on() -> Self {
        Self {
            selected: Selected::Registered {
                msb: NULL,
                lsb: NULL,
            },
            coarse: 64,
            fine: 0,
            bend_semitones: 2,
            bend_fine: 0,
            fine_tuning: CENTRE,
            coarse_tuning: 64,
            tuning: (0, 0),
            wheel_depth_cents: WHEEL_DEPTH_CENTS,
            is_wheel_routed: false,
        }
    }

    /// Bend range on the 14-bit scale of a connection, where 16384 is 128 semitones.
    ///
    /// # Source
    /// \[MIDI1\] counts the fine byte in cents, \[DLS2\] in 1/128 semitone. Up to 99 it is read as
    /// cents, which is what senders mean.
    pub(crate) fn bend_range(&self) -> f64 {
        let semitones = f64::from(self.bend_semitones);
        let fine = f64::from(self.bend_fine);
        if self.bend_fine <= 99 {
            semitones * 128.0 + fine * 1.28
        } else {
            semitones * 128.0 + fine
        }
    }

    /// Sets the bend range to whole semitones.
    pub(crate) const fn set_bend_range(&mut self, semitones: u8) {
        self.bend_semitones = if semitones > 127 { 127 } else { semitones };
        self.bend_fine = 0;
    }

    /// Takes over another channel's bend range.
    pub(crate) const fn copy_bend_range(&mut self, other: &Self) {
        self.bend_semitones = other.bend_semitones;
        self.bend_fine = other.bend_fine;
    }

    /// Fine tuning, 14 bit.
    pub(crate) fn fine_tuning(&self) -> f64 {
        f64::from(self.fine_tuning)
    }

    /// Sets the fine tuning, 14 bit.
    pub(crate) const fn set_fine_tuning(&mut self, value: u16) {
        self.fine_tuning = value & 0x3FFF;
    }

    /// Coarse tuning as a 14-bit value.
    pub(crate) fn coarse_tuning(&self) -> f64 {
        f64::from(self.coarse_tuning) * 128.0
    }

    /// Bank and program of the tuning in force.
    pub(crate) const fn tuning(&self) -> (u8, u8) {
        (self.tuning.1, self.tuning.0)
    }

    /// Depth of vibrato by controller 1 against that of power-on.
    pub(crate) fn wheel_depth(&self) -> f64 {
        self.wheel_depth_cents / WHEEL_DEPTH_CENTS
    }

    /// Depth of vibrato by controller 1 that holds where the bank has none, cents.
    pub(crate) const fn routed_wheel_cents(&self) -> f64 {
        if self.is_wheel_routed {
            self.wheel_depth_cents
        } else {
            0.0
        }
    }

    /// Makes controller 1 a vibrato of so many cents, whatever the bank connects.
    pub(crate) const fn route_wheel(&mut self, cents: f64) {
        self.wheel_depth_cents = cents;
        self.is_wheel_routed = true;
    }

    const fn select(&mut self, selected: Selected) {
        self.selected = selected;
        self.coarse = 64;
        self.fine = 0;
    }

    /// Forgets the selection; values stay.
    pub(crate) const fn deselect(&mut self) {
        self.select(Selected::Registered {
            msb: NULL,
            lsb: NULL,
        });
    }

    /// Controller 99.
    pub(crate) const fn select_non_registered_msb(&mut self, msb: u8) {
        let lsb = match self.selected {
            Selected::NonRegistered { lsb, .. } => lsb,
            Selected::Registered { .. } => NULL,
        };
        self.select(Selected::NonRegistered { msb, lsb });
    }

    /// Controller 98.
    pub(crate) const fn select_non_registered_lsb(&mut self, lsb: u8) {
        let msb = match self.selected {
            Selected::NonRegistered { msb, .. } => msb,
            Selected::Registered { .. } => NULL,
        };
        self.select(Selected::NonRegistered { msb, lsb });
    }

    /// Controller 101.
    pub(crate) const fn select_registered_msb(&mut self, msb: u8) {
        let lsb = match self.selected {
            Selected::Registered { lsb, .. } => lsb,
            Selected::NonRegistered { .. } => NULL,
        };
        self.select(Selected::Registered { msb, lsb });
    }

    /// Controller 100.
    pub(crate) const fn select_registered_lsb(&mut self, lsb: u8) {
        let msb = match self.selected {
            Selected::Registered { msb, .. } => msb,
            Selected::NonRegistered { .. } => NULL,
        };
        self.select(Selected::Registered { msb, lsb });
    }

    /// The selection among those that are not registered.
    pub(crate) const fn non_registered(&self) -> Option<(u8, u8)> {
        match self.selected {
            Selected::NonRegistered { msb, lsb } => Some((msb, lsb)),
            Selected::Registered { .. } => None,
        }
    }

    const fn known(&self) -> Option<Known> {
        let Selected::Registered { msb: 0, lsb } = self.selected else {
            return None;
        };
        match lsb {
            0 => Some(Known::BendRange),
            1 => Some(Known::FineTuning),
            2 => Some(Known::CoarseTuning),
            3 => Some(Known::TuningProgram),
            4 => Some(Known::TuningBank),
            5 => Some(Known::ModulationDepth),
            6 => Some(Known::Zone),
            _ => None,
        }
    }

    const fn entered(&self) -> Entered {
        match self.selected {
            Selected::NonRegistered { msb, lsb } if msb != NULL || lsb != NULL => {
                Entered::NonRegistered {
                    msb,
                    lsb,
                    coarse: self.coarse,
                    fine: self.fine,
                }
            }
            _ => Entered::Nothing,
        }
    }

    /// Controller 6.
    pub(crate) fn enter_msb(&mut self, value: u8) -> Entered {
        self.coarse = value;
        match self.known() {
            Some(Known::BendRange) => {
                self.set_bend_range(value);
                return Entered::BendRange;
            }
            Some(Known::FineTuning) => {
                self.fine_tuning = (self.fine_tuning & 0x7F) | (u16::from(value) << 7);
            }
            Some(Known::CoarseTuning) => self.coarse_tuning = value,
            Some(Known::TuningProgram) => {
                self.tuning.0 = value;
                return Entered::Tuning;
            }
            Some(Known::TuningBank) => {
                self.tuning.1 = value;
                return Entered::Tuning;
            }
            Some(Known::ModulationDepth) => self.wheel_depth_cents = 100.0 * f64::from(value),
            Some(Known::Zone) => return Entered::Zone(value),
            None => return self.entered(),
        }
        Entered::Nothing
    }

    /// Controller 38.
    pub(crate) fn enter_lsb(&mut self, value: u8) -> Entered {
        self.fine = value;
        match self.known() {
            Some(Known::BendRange) => {
                self.bend_fine = value;
                return Entered::BendRange;
            }
            Some(Known::FineTuning) => {
                self.fine_tuning = (self.fine_tuning & 0x3F80) | u16::from(value);
            }
            Some(Known::ModulationDepth) => {
                let whole = libm::floor(self.wheel_depth_cents / 100.0);
                self.wheel_depth_cents = 100.0 * (whole + f64::from(value) / 128.0);
            }
            Some(Known::CoarseTuning | Known::TuningProgram | Known::TuningBank | Known::Zone) => {}
            None => return self.entered(),
        }
        Entered::Nothing
    }

    /// Controllers 96 and 97: one cent of bend range, one step of fine tuning, one semitone, one
    /// tuning program or bank, one step of what is not registered.
    pub(crate) fn step(&mut self, up: bool) -> Entered {
        let stepped = |value: u8| {
            if up {
                value.saturating_add(1).min(127)
            } else {
                value.saturating_sub(1)
            }
        };
        match self.known() {
            Some(Known::BendRange) => {
                let cents =
                    u16::from(self.bend_semitones) * 100 + u16::from(self.bend_fine.min(99));
                let cents = if up {
                    cents.saturating_add(1).min(12_799)
                } else {
                    cents.saturating_sub(1)
                };
                self.bend_semitones = u8::try_from(cents / 100).unwrap_or(127);
                self.bend_fine = u8::try_from(cents % 100).unwrap_or(0);
                Entered::BendRange
            }
            Some(Known::FineTuning) => {
                self.fine_tuning = if up {
                    self.fine_tuning.saturating_add(1).min(0x3FFF)
                } else {
                    self.fine_tuning.saturating_sub(1)
                };
                Entered::Nothing
            }
            Some(Known::CoarseTuning) => {
                self.coarse_tuning = stepped(self.coarse_tuning);
                Entered::Nothing
            }
            Some(Known::TuningProgram) => {
                self.tuning.0 = stepped(self.tuning.0);
                Entered::Tuning
            }
            Some(Known::TuningBank) => {
                self.tuning.1 = stepped(self.tuning.1);
                Entered::Tuning
            }
            Some(Known::ModulationDepth) => {
                let step = if up { 1.0 } else { -1.0 };
                let cents = self.wheel_depth_cents + step * (100.0 / 128.0);
                self.wheel_depth_cents = cents.clamp(0.0, 12_799.0);
                Entered::Nothing
            }
            Some(Known::Zone) => Entered::Nothing,
            None => {
                self.coarse = stepped(self.coarse);
                self.entered()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn select(parameters: &mut Parameters, lsb: u8) {
        parameters.select_registered_msb(0);
        parameters.select_registered_lsb(lsb);
    }

    #[test]
    fn the_bend_range_counts_semitones_and_cents() {
        let mut parameters = Parameters::power_on();
        assert!((parameters.bend_range() - 256.0).abs() < 1e-12);
        select(&mut parameters, 0);
        parameters.enter_msb(12);
        parameters.enter_lsb(50);
        assert!((parameters.bend_range() - 1250.0 * 1.28).abs() < 1e-9);
    }

    #[test]
    fn a_step_of_the_bend_range_carries_into_semitones() {
        let mut parameters = Parameters::power_on();
        select(&mut parameters, 0);
        parameters.step(false);
        assert!((parameters.bend_range() - 199.0 * 1.28).abs() < 1e-9);
        parameters.step(true);
        parameters.step(true);
        assert!((parameters.bend_range() - 201.0 * 1.28).abs() < 1e-9);
    }

    #[test]
    fn selecting_a_non_registered_parameter_shields_the_registered_ones() {
        let mut parameters = Parameters::power_on();
        select(&mut parameters, 0);
        parameters.select_non_registered_msb(1);
        parameters.select_non_registered_lsb(8);
        let entered = parameters.enter_msb(24);
        assert!((parameters.bend_range() - 256.0).abs() < 1e-12);
        let expected = Entered::NonRegistered {
            msb: 1,
            lsb: 8,
            coarse: 24,
            fine: 0,
        };
        assert_eq!(entered, expected);
        parameters.select_registered_lsb(0);
        assert_eq!(parameters.enter_msb(12), Entered::Nothing);
    }

    #[test]
    fn the_null_parameter_takes_no_data() {
        let mut parameters = Parameters::power_on();
        parameters.select_registered_msb(0x7F);
        parameters.select_registered_lsb(0x7F);
        assert_eq!(parameters.enter_msb(12), Entered::Nothing);
        assert!((parameters.bend_range() - 256.0).abs() < 1e-12);
        parameters.select_non_registered_msb(0x7F);
        parameters.select_non_registered_lsb(0x7F);
        assert_eq!(parameters.enter_msb(12), Entered::Nothing);
    }

    #[test]
    fn fine_tuning_takes_both_bytes() {
        let mut parameters = Parameters::power_on();
        select(&mut parameters, 1);
        parameters.enter_msb(0x7F);
        parameters.enter_lsb(0x7F);
        assert!((parameters.fine_tuning() - 16_383.0).abs() < 1e-12);
        parameters.enter_msb(0x60);
        assert!((parameters.fine_tuning() - f64::from(0x60_u16 * 128 + 0x7F)).abs() < 1e-12);
    }

    #[test]
    fn the_depth_of_modulation_counts_semitones_and_128ths() {
        let mut parameters = Parameters::power_on();
        assert!((parameters.wheel_depth() - 1.0).abs() < 1e-12);
        select(&mut parameters, 5);
        parameters.enter_msb(1);
        parameters.enter_lsb(0x40);
        assert!((parameters.wheel_depth() - 3.0).abs() < 1e-12);
        parameters.enter_msb(0);
        parameters.enter_lsb(0x40);
        assert!((parameters.wheel_depth() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn data_steps_reach_every_parameter() {
        let mut parameters = Parameters::power_on();
        select(&mut parameters, 3);
        assert_eq!(parameters.step(true), Entered::Tuning);
        select(&mut parameters, 4);
        parameters.step(true);
        parameters.step(true);
        assert_eq!(parameters.tuning(), (2, 1));
        select(&mut parameters, 5);
        parameters.step(true);
        assert!((parameters.wheel_depth() - 65.0 / 64.0).abs() < 1e-12);
        parameters.select_non_registered_msb(1);
        parameters.select_non_registered_lsb(0x20);
        let stepped = Entered::NonRegistered {
            msb: 1,
            lsb: 0x20,
            coarse: 63,
            fine: 0,
        };
        assert_eq!(parameters.step(false), stepped);
    }

    #[test]
    fn a_zone_is_asked_for_by_the_sixth_parameter() {
        let mut parameters = Parameters::power_on();
        select(&mut parameters, 6);
        assert_eq!(parameters.enter_msb(15), Entered::Zone(15));
    }
}
