//! Registered parameters of one channel: selection, data entry, values.
//!
//! Source: \[MIDI1\] RPN and NRPN; \[DLS2\] RPN 0-2.

/// Middle of a 14-bit value.
const CENTRE: u16 = 0x2000;

/// Which parameter data entry writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Selected {
    /// Registered, by 14-bit number; 0x3FFF is none.
    Registered { msb: u8, lsb: u8 },
    /// Not registered: data entry is not for us.
    NonRegistered,
}

/// The parameters themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    BendRange,
    FineTuning,
    CoarseTuning,
}

/// Selection and values.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parameters {
    selected: Selected,
    /// Semitones, `0..=127`.
    bend_semitones: u8,
    /// Cents, `0..=99`; above that 1/128 semitones.
    bend_fine: u8,
    /// 14 bit, centre 0x2000.
    fine_tuning: u16,
    /// Semitones, centre 64.
    coarse_tuning: u8,
}

impl Parameters {
    /// Bend range two semitones, no tuning, nothing selected.
    pub(crate) const fn power_on() -> Self {
        Self {
            selected: Selected::Registered {
                msb: 0x7F,
                lsb: 0x7F,
            },
            bend_semitones: 2,
            bend_fine: 0,
            fine_tuning: CENTRE,
            coarse_tuning: 64,
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

    /// Fine tuning, 14 bit.
    pub(crate) fn fine_tuning(&self) -> f64 {
        f64::from(self.fine_tuning)
    }

    /// Coarse tuning as a 14-bit value.
    pub(crate) fn coarse_tuning(&self) -> f64 {
        f64::from(self.coarse_tuning) * 128.0
    }

    /// Forgets the selection; values stay.
    pub(crate) const fn deselect(&mut self) {
        self.selected = Selected::Registered {
            msb: 0x7F,
            lsb: 0x7F,
        };
    }

    /// Controllers 98 and 99.
    pub(crate) const fn select_non_registered(&mut self) {
        self.selected = Selected::NonRegistered;
    }

    /// Controller 101.
    pub(crate) const fn select_registered_msb(&mut self, value: u8) {
        let lsb = match self.selected {
            Selected::Registered { lsb, .. } => lsb,
            Selected::NonRegistered => 0x7F,
        };
        self.selected = Selected::Registered { msb: value, lsb };
    }

    /// Controller 100.
    pub(crate) const fn select_registered_lsb(&mut self, value: u8) {
        let msb = match self.selected {
            Selected::Registered { msb, .. } => msb,
            Selected::NonRegistered => 0x7F,
        };
        self.selected = Selected::Registered { msb, lsb: value };
    }

    const fn known(&self) -> Option<Known> {
        match self.selected {
            Selected::Registered { msb: 0, lsb: 0 } => Some(Known::BendRange),
            Selected::Registered { msb: 0, lsb: 1 } => Some(Known::FineTuning),
            Selected::Registered { msb: 0, lsb: 2 } => Some(Known::CoarseTuning),
            _ => None,
        }
    }

    /// Controller 6.
    pub(crate) const fn enter_msb(&mut self, value: u8) {
        match self.known() {
            Some(Known::BendRange) => {
                self.bend_semitones = value;
                self.bend_fine = 0;
            }
            Some(Known::FineTuning) => {
                self.fine_tuning = (self.fine_tuning & 0x7F) | ((value as u16) << 7);
            }
            Some(Known::CoarseTuning) => self.coarse_tuning = value,
            None => {}
        }
    }

    /// Controller 38.
    pub(crate) const fn enter_lsb(&mut self, value: u8) {
        match self.known() {
            Some(Known::BendRange) => self.bend_fine = value,
            Some(Known::FineTuning) => {
                self.fine_tuning = (self.fine_tuning & 0x3F80) | value as u16;
            }
            Some(Known::CoarseTuning) | None => {}
        }
    }

    /// Controllers 96 and 97: one cent of bend range, one step of fine tuning, one semitone.
    pub(crate) fn step(&mut self, up: bool) {
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
            }
            Some(Known::FineTuning) => {
                self.fine_tuning = if up {
                    self.fine_tuning.saturating_add(1).min(0x3FFF)
                } else {
                    self.fine_tuning.saturating_sub(1)
                };
            }
            Some(Known::CoarseTuning) => {
                self.coarse_tuning = if up {
                    self.coarse_tuning.saturating_add(1).min(127)
                } else {
                    self.coarse_tuning.saturating_sub(1)
                };
            }
            None => {}
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
        parameters.select_non_registered();
        parameters.enter_msb(24);
        assert!((parameters.bend_range() - 256.0).abs() < 1e-12);
    }

    #[test]
    fn the_null_parameter_takes_no_data() {
        let mut parameters = Parameters::power_on();
        parameters.select_registered_msb(0x7F);
        parameters.select_registered_lsb(0x7F);
        parameters.enter_msb(12);
        assert!((parameters.bend_range() - 256.0).abs() < 1e-12);
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
}
