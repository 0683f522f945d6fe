//! What messages have set for single keys of a drum part.
//!
//! In: numbers as messages carry them. Out: the same by key, where anything was set.
//! Owner: the channel. Thread: render. Source: \[GS\] drum setup and its NRPN; \[XG\] drum setup;
//! \[GM2\] key-based instrument control.

/// Something that can be set for a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeySlot {
    /// Semitones around 64.
    Coarse,
    /// Cents around 64.
    Fine,
    /// Level, along the curve of controller 7.
    Level,
    /// Gain around 64, in 64ths of the amplitude.
    Gain,
    /// Position; 0 is anywhere.
    Pan,
    /// Position around 64 in which 0 is a place like all others.
    PlainPan,
    /// Part of the part's reverb.
    ReverbShare,
    /// Part of the part's chorus.
    ChorusShare,
    /// Part of the part's delay.
    DelayShare,
    /// Reverb, whatever the part's.
    Reverb,
    /// Chorus, whatever the part's.
    Chorus,
    /// Around 64, as are the following.
    Cutoff,
    Resonance,
    Attack,
    Decay,
    Release,
    VibratoRate,
    VibratoDepth,
    VibratoDelay,
    /// Group of keys that shut each other down; 0 is none.
    Group,
    /// Whether a note-off ends it.
    NoteOff,
    /// Whether a note-on starts it.
    NoteOn,
}

/// Number of [`KeySlot`]s.
const SLOTS: usize = 22;

/// Slots of all keys.
const ALL: usize = 128 * SLOTS;

/// Where something of a key stands; of a key above 127 behind the end.
const fn place(key: u8, slot: KeySlot) -> usize {
    key as usize * SLOTS + slot as usize
}

/// All keys.
#[derive(Debug, Clone)]
pub(crate) struct KeyEdits {
    /// By key and slot, one more than was set; 0 is nothing, so that memory is taken when something is.
    values: Vec<u8>,
    /// Something was set at all.
    any: bool,
}

impl KeyEdits {
    /// Nothing is set.
    ///
    /// # Real-time
    /// Control. Not real-time: allocates.
    pub(crate) fn new() -> Self {
        Self {
            values: vec![0; ALL],
            any: false,
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        if self.any {
            self.values.fill(0);
            self.any = false;
        }
    }

    /// Sets something, `0..=127`; a key above 127 is ignored.
    pub(crate) fn set(&mut self, key: u8, slot: KeySlot, value: u8) {
        if let Some(place) = self.values.get_mut(place(key, slot)) {
            *place = value.min(127) + 1;
            self.any = true;
        }
    }

    /// Whether something was set for any key.
    pub(crate) const fn any(&self) -> bool {
        self.any
    }

    /// What was set.
    pub(crate) fn get(&self, key: u8, slot: KeySlot) -> Option<u8> {
        if !self.any {
            return None;
        }
        self.values.get(place(key, slot))?.checked_sub(1)
    }

    /// A number around 64, 0 where nothing was set.
    pub(crate) fn around(&self, key: u8, slot: KeySlot) -> f64 {
        self.get(key, slot)
            .map_or(0.0, |value| f64::from(value) - 64.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_set_for_a_key_is_its_own() {
        let mut keys = KeyEdits::new();
        keys.set(38, KeySlot::Level, 100);
        keys.set(200, KeySlot::Level, 1);
        assert_eq!(keys.get(38, KeySlot::Level), Some(100));
        assert_eq!(keys.get(38, KeySlot::Pan), None);
        assert_eq!(keys.get(39, KeySlot::Level), None);
        assert!((keys.around(38, KeySlot::Level) - 36.0).abs() < 1e-12);
        keys.clear();
        assert_eq!(keys.get(38, KeySlot::Level), None);
    }

    #[test]
    fn the_last_slot_is_within_the_table() {
        assert_eq!(KeySlot::NoteOn as usize + 1, SLOTS);
    }
}
