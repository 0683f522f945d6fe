//! A set of drums in the making: keys are added, changed and replaced.

use crate::assembly::{Drum, Zone};
use crate::voicing::{Decay, FADING, Filter, Voicing};

/// A note-off does not stop a drum: it rings to its own end.
const RINGING: Voicing = Voicing {
    release_s: 20.0,
    filter: None,
    vibrato: None,
    ..Voicing::STRUCK
};

/// Exclusive groups: drums of one cut each other.
pub(super) mod group {
    pub(crate) const HATS: u16 = 1;
    pub(crate) const SCRATCHES: u16 = 2;
    pub(crate) const WHISTLES: u16 = 3;
    pub(crate) const GUIROS: u16 = 4;
    pub(crate) const CUICAS: u16 = 5;
    pub(crate) const TRIANGLES: u16 = 6;
    pub(crate) const SURDOS: u16 = 7;
}

/// The drums of a kit so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Set {
    drums: Vec<Drum>,
}

impl Set {
    /// A drum on a key, instead of what was there: cents away from its recording, its level and its
    /// place.
    pub(super) fn add(
        &mut self,
        key: u8,
        zone: &Zone,
        tuning_cents: i16,
        level_db: f64,
        pan_percent: f64,
    ) {
        self.drums.retain(|drum| drum.key != key);
        self.drums.push(Drum {
            key,
            zone: zone.clone(),
            tuning_cents,
            group: 0,
            voicing: RINGING.level(level_db).pan(pan_percent),
        });
    }

    /// The drum of another set's key on a key of this one.
    pub(super) fn copy(&mut self, from: &Self, of: u8, key: u8) {
        let drums: Vec<Drum> = from
            .drums
            .iter()
            .filter(|drum| drum.key == of)
            .cloned()
            .collect();
        self.drums.retain(|drum| drum.key != key);
        self.drums
            .extend(drums.into_iter().map(|drum| Drum { key, ..drum }));
    }

    /// Changes the drum that was added last.
    pub(super) fn with(&mut self, change: impl FnOnce(Voicing) -> Voicing) {
        if let Some(drum) = self.drums.last_mut() {
            drum.voicing = change(drum.voicing);
        }
    }

    /// Puts the drums that were added last into a group.
    pub(super) fn group(&mut self, count: usize, group: u16) {
        for drum in self.drums.iter_mut().rev().take(count) {
            drum.group = group;
        }
    }

    /// Puts the drum on a key into a group.
    pub(super) fn regroup(&mut self, key: u8, group: u16) {
        for drum in self.drums.iter_mut().filter(|drum| drum.key == key) {
            drum.group = group;
        }
    }

    /// Takes drums out.
    pub(super) fn without(&mut self, keys: core::ops::RangeInclusive<u8>) {
        self.drums.retain(|drum| !keys.contains(&drum.key));
    }

    /// The drums by key.
    pub(super) fn drums(mut self) -> Vec<Drum> {
        self.drums.sort_by_key(|drum| drum.key);
        self.drums
    }
}

/// A wave with a loop, ringing for a time, seconds per 96 dB.
pub(super) fn rung(seconds: f64) -> impl FnOnce(Voicing) -> Voicing {
    move |voicing| voicing.decay(Decay::To(seconds, 96.0)).release(seconds)
}

/// A low pass that opens with the stroke: cutoff at full velocity, and how many cents lower it would
/// be at none. The key of a drum is only its name, so it moves nothing.
pub(super) fn soft(hz: f64, velocity_cents: f64) -> impl FnOnce(Voicing) -> Voicing {
    move |voicing| {
        voicing.filter(Filter {
            key_cents: 0.0,
            ..Filter::by_velocity(hz, velocity_cents)
        })
    }
}

/// The same, closing by so many cents while the drum rings: the high modes of a plate die first.
pub(super) fn darkening(
    hz: f64,
    velocity_cents: f64,
    cents: f64,
) -> impl FnOnce(Voicing) -> Voicing {
    move |voicing| {
        let closed = soft(hz * libm::exp2(-cents / 1200.0), velocity_cents)(voicing);
        let filter = closed.filter.map(|filter| Filter {
            envelope_cents: cents,
            ..filter
        });
        Voicing { filter, ..closed }.sweep(FADING)
    }
}
