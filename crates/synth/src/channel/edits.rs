//! What a channel's edits come to for one note: sound controllers, drum keys, generators, zones.
//!
//! How far a sound controller reaches is ours; no document says. Around 64 and over the whole way:
//! resonance 20 dB, attack 6000 time cents, decay and release 3600, cutoff 9600 cents, speed of
//! vibrato an octave, its depth 50 cents up or all of the bank's down, its delay 6000 time cents.
//! Source: \[GM2\] sound controllers; \[GS\], \[XG\] part and drum parameters.

use crate::articulation::{
    Articulation, Inputs, NoteTarget, Offsets, Send, Strike, StrikeEdits, TickTarget,
};
use crate::sends::{CHORUS, DELAY, REVERB};

use super::Channel;
use super::controllers::number;
use super::keys::KeySlot;
use super::trim::Added;

/// Steps from the middle of a sound controller to its end.
const HALF: f64 = 64.0;

/// Reach of resonance, dB.
const RESONANCE_DB: f64 = 20.0;

/// Reach of the cutoff, cents.
const CUTOFF_CENTS: f64 = 9600.0;

/// Reach of attack and of the delay of vibrato, time cents.
const ATTACK_TIME_CENTS: f64 = 6000.0;

/// Reach of decay and release, time cents.
const FALL_TIME_CENTS: f64 = 3600.0;

/// Reach of the speed of vibrato, cents.
const VIBRATO_RATE_CENTS: f64 = 1200.0;

/// Reach of the depth of vibrato, cents.
const VIBRATO_DEPTH_CENTS: f64 = 50.0;

/// What the soft pedal takes away, dB.
const SOFT_DB: f64 = 3.0;

/// The same of a cutoff, cents.
const SOFT_CENTS: f64 = 1200.0;

/// Gain of a level along the curve of controller 7, dB.
fn level_db(level: u8) -> f64 {
    40.0 * libm::log10(f64::from(level.max(1)) / 127.0) - if level == 0 { 96.0 } else { 0.0 }
}

/// Position of a pan, `-0.5..=0.5`, 64 in the middle.
fn position(pan: u8) -> f64 {
    (f64::from(pan.max(1)) - 64.0) / 126.0
}

/// Somewhere in `-0.5..0.5`, the same for the same note.
#[expect(clippy::cast_precision_loss, reason = "32 bits of a hash")]
fn anywhere(note: u64) -> f64 {
    // The finaliser of splitmix64: neighbouring numbers land far apart.
    let mut bits = note.wrapping_add(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^= bits >> 31;
    (bits >> 32) as f64 / 4_294_967_296.0 - 0.5
}

impl Channel {
    /// A sound controller around 64, with what was set for the key.
    fn sound(&self, articulation: Articulation<'_>, controller: u8, key: u8, slot: KeySlot) -> f64 {
        let part = if articulation.owns(controller) {
            0.0
        } else {
            self.controls.sound(controller)
        };
        part + self.around_key(key, slot)
    }

    /// What was set for a key, around 64; 0 unless the channel plays drums.
    fn around_key(&self, key: u8, slot: KeySlot) -> f64 {
        if self.drums {
            self.keys.around(key, slot)
        } else {
            0.0
        }
    }

    /// What was set for a key of a drum part.
    pub(crate) fn of_key(&self, key: u8, slot: KeySlot) -> Option<u8> {
        if self.drums {
            self.keys.get(key, slot)
        } else {
            None
        }
    }

    /// What acts on a sounding note now.
    ///
    /// - `added`: what the host sets on top, for the part or for this note
    pub(crate) fn offsets(
        &self,
        articulation: Articulation<'_>,
        inputs: &Inputs<'_>,
        added: &Added,
    ) -> Offsets {
        let key = inputs.strike.note;
        let sound = |controller, slot| self.sound(articulation, controller, key, slot) / HALF;
        let mut offsets = Offsets::NONE;
        let resonance = sound(number::RESONANCE, KeySlot::Resonance);
        let cutoff = sound(number::CUTOFF, KeySlot::Cutoff);
        offsets.wants_filter = resonance != 0.0
            || cutoff != 0.0
            || added.wants_filter()
            || self.generators.wants_filter()
            || self.destinations.wants_filter();
        let tick = &mut offsets.tick;
        let resonance_db = RESONANCE_DB * resonance + added.resonance_db;
        tick.add(TickTarget::Resonance, resonance_db);
        tick.add(
            TickTarget::Cutoff,
            CUTOFF_CENTS * cutoff + added.cutoff_cents,
        );
        tick.add(TickTarget::Reverb, added.sends[REVERB]);
        tick.add(TickTarget::Chorus, added.sends[CHORUS]);
        tick.add(TickTarget::Pitch, self.controls.zone_bend_cents);

        let depth = sound(number::VIBRATO_DEPTH, KeySlot::VibratoDepth);
        offsets.depths.vib_pitch += VIBRATO_DEPTH_CENTS * depth.max(0.0);
        offsets.vibrato_share = (1.0 + depth.min(0.0)).max(0.0);
        if !articulation.has_wheel_vibrato() {
            let wheel = f64::from(self.controls.controller(number::MODULATION)) / 127.0;
            offsets.depths.vib_pitch += self.controls.parameters.routed_wheel_cents() * wheel;
        }
        self.destinations
            .sum(inputs, &mut offsets.tick, &mut offsets.depths);
        self.generators
            .sounding(&mut offsets.tick, &mut offsets.depths);
        if self.drums && self.keys.any() {
            self.drum_offsets(key, added, &mut offsets);
        }
        offsets
    }

    /// What was set for one drum.
    fn drum_offsets(&self, key: u8, added: &Added, offsets: &mut Offsets) {
        let tick = &mut offsets.tick;
        let cents =
            100.0 * self.keys.around(key, KeySlot::Coarse) + self.keys.around(key, KeySlot::Fine);
        tick.add(TickTarget::Pitch, cents);
        if let Some(level) = self.keys.get(key, KeySlot::Level) {
            tick.add(TickTarget::Gain, level_db(level));
        }
        if let Some(gain) = self.keys.get(key, KeySlot::Gain) {
            let amplitude = f64::from(gain) / 64.0;
            tick.add(TickTarget::Gain, 20.0 * libm::log10(amplitude.max(1e-5)));
        }
        for (bus, slot) in [
            (REVERB, KeySlot::ReverbShare),
            (CHORUS, KeySlot::ChorusShare),
            (DELAY, KeySlot::DelayShare),
        ] {
            if let Some(share) = self.keys.get(key, slot) {
                offsets.sends[bus] = Send::Share(f64::from(share) / 127.0);
            }
        }
        for (bus, slot) in [(REVERB, KeySlot::Reverb), (CHORUS, KeySlot::Chorus)] {
            if let Some(amount) = self.keys.get(key, slot) {
                let amount = f64::from(amount) / 127.0 + added.sends[bus];
                offsets.sends[bus] = Send::Fixed(amount);
            }
        }
    }

    /// What is settled with a note that is struck now.
    ///
    /// - `note`: its number
    pub(crate) fn strike_edits(
        &self,
        articulation: Articulation<'_>,
        strike: Strike,
        note: u64,
    ) -> StrikeEdits {
        let key = strike.note;
        let sound = |controller, slot| self.sound(articulation, controller, key, slot) / HALF;
        let mut edits = StrikeEdits::NONE;
        let added = &self.added;
        let attack =
            ATTACK_TIME_CENTS * sound(number::ATTACK, KeySlot::Attack) + added.attack_cents;
        let decay = FALL_TIME_CENTS * sound(number::DECAY, KeySlot::Decay) + added.decay_cents;
        let release =
            FALL_TIME_CENTS * sound(number::RELEASE, KeySlot::Release) + added.release_cents;
        for (targets, amount) in [
            ([NoteTarget::Eg1Attack, NoteTarget::Eg2Attack], attack),
            ([NoteTarget::Eg1Decay, NoteTarget::Eg2Decay], decay),
            ([NoteTarget::Eg1Release, NoteTarget::Eg2Release], release),
        ] {
            for target in targets {
                edits.add(target, amount);
            }
        }
        edits.add(
            NoteTarget::VibLfoFrequency,
            VIBRATO_RATE_CENTS * sound(number::VIBRATO_RATE, KeySlot::VibratoRate),
        );
        edits.add(
            NoteTarget::VibLfoDelay,
            ATTACK_TIME_CENTS * sound(number::VIBRATO_DELAY, KeySlot::VibratoDelay),
        );
        self.generators.strike(strike.key, &mut edits);
        if self.controls.pedal(number::SOFT) {
            edits.gain_db -= SOFT_DB;
            edits.cutoff_cents -= SOFT_CENTS;
        }
        if self.settings.random_pan {
            edits.pan = Some(anywhere(note));
        }
        if let Some(pan) = self.of_key(key, KeySlot::Pan) {
            edits.pan = Some(if pan == 0 {
                anywhere(note)
            } else {
                position(pan)
            });
        }
        if let Some(pan) = self.of_key(key, KeySlot::PlainPan) {
            edits.pan = Some(position(pan));
        }
        edits
    }

    /// Cents that scale and fine tuning of the part add to a key, and what the host sets on top.
    pub(crate) fn tuning_cents(&self, key: u8, added: &Added) -> f64 {
        self.settings.fine_cents + self.settings.scale_cents(key) + added.tune_cents
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_at_random_cover_both_sides_and_repeat() {
        let places: Vec<f64> = (0..1000).map(anywhere).collect();
        assert!(places.iter().all(|place| (-0.5..0.5).contains(place)));
        let left = places.iter().filter(|place| **place < 0.0).count();
        assert!((400..600).contains(&left), "{left}");
        assert!((anywhere(7) - anywhere(7)).abs() < 1e-15);
    }

    #[test]
    fn a_level_follows_the_curve_of_the_volume_and_ends_in_silence() {
        assert!((level_db(64) + 11.905).abs() < 0.001);
        assert!(level_db(127).abs() < 1e-12);
        assert!(level_db(0) < -96.0);
    }

    #[test]
    fn a_position_reaches_both_ends() {
        assert!((position(0) + 0.5).abs() < 1e-12);
        assert!(position(64).abs() < 1e-12);
        assert!((position(127) - 0.5).abs() < 1e-12);
    }
}
