//! SoundFont generators that parameters move or set: those of the format, and the older ones of
//! the AWE32.
//!
//! In: numbers as messages carry them. Out: what is added to a note or replaced in it.
//! Owner: the channel. Thread: render. Source: \[SF2\] 9.6 NRPN; \[AWE\] NRPN.

use crate::articulation::{Depths, NoteTarget, StrikeEdits, TickSums, TickTarget};

/// Generators of the format that have a number.
const GENERATORS: usize = 61;

/// Parameters of the AWE32.
const AWE_PARAMETERS: usize = 27;

/// The selection that adds to itself: from here on the lower byte counts hundreds and more.
const FIRST_STEP: u8 = 100;

/// Generators of one channel.
#[derive(Debug, Clone)]
pub(crate) struct Generators {
    /// In the units of the generators.
    offsets: Box<[i32; GENERATORS]>,
    awe: Box<[Option<u16>; AWE_PARAMETERS]>,
    /// Sum of the steps selected so far.
    selected: u16,
    any: bool,
}

impl Generators {
    /// Nothing is moved.
    ///
    /// # Real-time
    /// Control. Not real-time: allocates.
    pub(crate) fn new() -> Self {
        Self {
            offsets: Box::new([0; GENERATORS]),
            awe: Box::new([None; AWE_PARAMETERS]),
            selected: 0,
            any: false,
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        *self.offsets = [0; GENERATORS];
        *self.awe = [None; AWE_PARAMETERS];
        self.selected = 0;
        self.any = false;
    }

    /// Controller 99 begins a selection.
    pub(crate) const fn begin(&mut self) {
        self.selected = 0;
    }

    /// Controller 98 under 120: a generator, or steps of 100, 1000 and 10 000 towards it.
    pub(crate) const fn select(&mut self, lsb: u8) {
        let step = match lsb {
            0..FIRST_STEP => lsb as u16,
            100 => 100,
            101 => 1000,
            102 => 10_000,
            _ => 0,
        };
        self.selected = self.selected.saturating_add(step);
    }

    /// Data for the generator selected.
    ///
    /// - `value`: 14 bit, centre 0x2000
    pub(crate) fn move_selected(&mut self, value: u16) {
        let generator = usize::from(self.selected);
        let Some(scale) = scale(self.selected) else {
            return;
        };
        if let Some(offset) = self.offsets.get_mut(generator) {
            *offset = (i32::from(value) - 0x2000) * scale;
            self.any = true;
        }
    }

    /// Sets a parameter of the AWE32.
    ///
    /// - `value`: 14 bit
    /// - returns false if there is none of that number
    pub(crate) fn set_awe(&mut self, parameter: u8, value: u16) -> bool {
        let Some(slot) = self.awe.get_mut(usize::from(parameter)) else {
            return false;
        };
        *slot = Some(value);
        self.any = true;
        true
    }

    fn offset(&self, generator: usize) -> f64 {
        self.offsets.get(generator).copied().map_or(0.0, f64::from)
    }

    fn awe(&self, parameter: usize) -> Option<f64> {
        self.awe.get(parameter).copied().flatten().map(f64::from)
    }

    /// The same around the middle of 14 bits, held within a number of steps.
    fn awe_around(&self, parameter: usize, steps: f64) -> Option<f64> {
        Some((self.awe(parameter)? - 8192.0).clamp(-steps, steps))
    }

    /// What is settled with a note.
    ///
    /// - `key`: of the note, `0..=127`
    pub(crate) fn strike(&self, key: f64, edits: &mut StrikeEdits) {
        if !self.any {
            return;
        }
        for (generator, target, unit) in SETTLED {
            edits.add(target, self.offset(generator) * unit);
        }
        for (generator, target) in [
            (31, NoteTarget::Eg2Hold),
            (32, NoteTarget::Eg2Decay),
            (39, NoteTarget::Eg1Hold),
            (40, NoteTarget::Eg1Decay),
        ] {
            edits.add(target, self.offset(generator) * (60.0 - key));
        }
        let frames = self.offset(0) + 32_768.0 * self.offset(4);
        edits.add(NoteTarget::SampleStart, frames);
        for (parameter, target, milliseconds) in AWE_TIMES {
            if let Some(value) = self.awe(parameter) {
                // No time at all is the shortest there is.
                let seconds = (value * milliseconds / 1000.0).max(0.001);
                edits.replace(target, 1200.0 * libm::log2(seconds));
            }
        }
        for (parameter, target) in [
            (1, NoteTarget::ModLfoFrequency),
            (3, NoteTarget::VibLfoFrequency),
        ] {
            if let Some(value) = self.awe(parameter) {
                let hertz = (value.min(127.0) * 0.084).max(0.01);
                edits.replace(target, 6900.0 + 1200.0 * libm::log2(hertz / 440.0));
            }
        }
        // 127 steps of three quarters of a decibel.
        for (parameter, target) in [(8, NoteTarget::Eg2Sustain), (14, NoteTarget::Eg1Sustain)] {
            if let Some(value) = self.awe(parameter) {
                let down_db = 0.75 * (127.0 - value.min(127.0));
                edits.replace(target, 1.0 - down_db / 96.0);
            }
        }
        if let Some(value) = self.awe(21) {
            let hertz = 100.0 + 62.0 * value.min(127.0);
            edits.cutoff = Some(6900.0 + 1200.0 * libm::log2(hertz / 440.0));
        }
    }

    /// What acts on sounding notes.
    pub(crate) fn sounding(&self, tick: &mut TickSums, depths: &mut Depths) {
        if !self.any {
            return;
        }
        for (generator, target, unit) in SOUNDING {
            tick.add(target, self.offset(generator) * unit);
        }
        depths.mod_pitch += self.offset(5);
        depths.vib_pitch += self.offset(6);
        depths.eg2_pitch += self.offset(7);
        depths.mod_cutoff += self.offset(10);
        depths.eg2_cutoff += self.offset(11);
        depths.mod_gain += 0.1 * self.offset(13);
        let awe = |parameter, steps, unit: f64| {
            self.awe_around(parameter, steps)
                .map_or(0.0, |value| value * unit)
        };
        tick.add(TickTarget::Pitch, awe(16, 8192.0, 1.0));
        depths.mod_pitch += awe(17, 127.0, 9.375);
        depths.vib_pitch += awe(18, 127.0, 9.375);
        depths.eg2_pitch += awe(19, 127.0, 9.375);
        depths.mod_gain += self.awe(20).map_or(0.0, |value| 0.1875 * value.min(127.0));
        depths.mod_cutoff += awe(23, 64.0, 56.25);
        depths.eg2_cutoff += awe(24, 127.0, 56.25);
        let part = |parameter, whole: f64| {
            self.awe(parameter)
                .map_or(0.0, |value| value.min(whole) / whole)
        };
        tick.add(TickTarget::Resonance, 22.5 * part(22, 127.0));
        tick.add(TickTarget::Chorus, part(25, 255.0));
        tick.add(TickTarget::Reverb, part(26, 255.0));
    }

    /// Whether a filter is wanted.
    pub(crate) fn wants_filter(&self) -> bool {
        let moved = [8, 9, 10, 11].map(|generator| self.offset(generator));
        let set = [21, 22, 23, 24].map(|parameter| self.awe(parameter));
        self.any && (moved.iter().any(|offset| *offset != 0.0) || set.iter().any(Option::is_some))
    }
}

/// Generators that are settled with a note: destination, and its unit for one of theirs.
const SETTLED: [(usize, NoteTarget, f64); 16] = [
    (21, NoteTarget::ModLfoDelay, 1.0),
    (22, NoteTarget::ModLfoFrequency, 1.0),
    (23, NoteTarget::VibLfoDelay, 1.0),
    (24, NoteTarget::VibLfoFrequency, 1.0),
    (25, NoteTarget::Eg2Delay, 1.0),
    (26, NoteTarget::Eg2Attack, 1.0),
    (27, NoteTarget::Eg2Hold, 1.0),
    (28, NoteTarget::Eg2Decay, 1.0),
    // Thousandths down.
    (29, NoteTarget::Eg2Sustain, -0.001),
    (30, NoteTarget::Eg2Release, 1.0),
    (33, NoteTarget::Eg1Delay, 1.0),
    (34, NoteTarget::Eg1Attack, 1.0),
    (35, NoteTarget::Eg1Hold, 1.0),
    (36, NoteTarget::Eg1Decay, 1.0),
    // Centibels down.
    (37, NoteTarget::Eg1Sustain, -1.0 / 960.0),
    (38, NoteTarget::Eg1Release, 1.0),
];

/// Generators that act on sounding notes.
const SOUNDING: [(usize, TickTarget, f64); 8] = [
    (8, TickTarget::Cutoff, 1.0),
    (9, TickTarget::Resonance, 0.1),
    (15, TickTarget::Chorus, 0.001),
    (16, TickTarget::Reverb, 0.001),
    (17, TickTarget::Pan, 0.001),
    (48, TickTarget::Gain, -0.1),
    (51, TickTarget::Pitch, 100.0),
    (52, TickTarget::Pitch, 1.0),
];

/// Times of the AWE32: parameter, destination, milliseconds of one step.
const AWE_TIMES: [(usize, NoteTarget, f64); 12] = [
    (0, NoteTarget::ModLfoDelay, 4.0),
    (2, NoteTarget::VibLfoDelay, 4.0),
    (4, NoteTarget::Eg2Delay, 4.0),
    (5, NoteTarget::Eg2Attack, 1.0),
    (6, NoteTarget::Eg2Hold, 1.0),
    (7, NoteTarget::Eg2Decay, 4.0),
    (9, NoteTarget::Eg2Release, 4.0),
    (10, NoteTarget::Eg1Delay, 4.0),
    (11, NoteTarget::Eg1Attack, 1.0),
    (12, NoteTarget::Eg1Hold, 1.0),
    (13, NoteTarget::Eg1Decay, 4.0),
    (15, NoteTarget::Eg1Release, 4.0),
];

/// What one step of data is worth for a generator; `None` if it cannot be moved.
const fn scale(generator: u16) -> Option<i32> {
    match generator {
        41..=44 | 46 | 47 | 53 | 54 | 57 | 58 => None,
        5..=8 | 10 | 11 | 21 | 23 | 25..=28 | 30 | 33..=36 | 38 => Some(2),
        22 | 24 => Some(4),
        0..=60 => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generator_is_selected_in_steps_and_moved_by_its_scale() {
        let mut generators = Generators::new();
        generators.begin();
        generators.select(36);
        generators.move_selected(0x2000 + 600);
        let mut edits = StrikeEdits::NONE;
        generators.strike(60.0, &mut edits);
        assert!((edits.added(NoteTarget::Eg1Decay) - 1200.0).abs() < 1e-9);
        // 100 + 1000 is no generator.
        generators.begin();
        generators.select(100);
        generators.select(101);
        generators.move_selected(0);
        let mut again = StrikeEdits::NONE;
        generators.strike(60.0, &mut again);
        assert!((again.added(NoteTarget::Eg1Decay) - 1200.0).abs() < 1e-9);
    }

    #[test]
    fn what_selects_zones_and_samples_cannot_be_moved() {
        for generator in [41, 42, 43, 44, 46, 47, 53, 54, 57, 58, 61, 1000] {
            assert_eq!(scale(generator), None, "{generator}");
        }
    }

    #[test]
    fn times_of_the_awe_replace_those_of_the_bank() {
        let mut generators = Generators::new();
        assert!(generators.set_awe(11, 500));
        assert!(generators.set_awe(15, 250));
        assert!(!generators.set_awe(27, 0));
        let mut edits = StrikeEdits::NONE;
        generators.strike(60.0, &mut edits);
        // Half a second of attack, one of release.
        assert!((edits.replaced(NoteTarget::Eg1Attack).unwrap() + 1200.0).abs() < 1e-9);
        assert!(edits.replaced(NoteTarget::Eg1Release).unwrap().abs() < 1e-9);
        generators.clear();
        let mut cleared = StrikeEdits::NONE;
        generators.strike(60.0, &mut cleared);
        assert_eq!(cleared.replaced(NoteTarget::Eg1Attack), None);
    }
}
