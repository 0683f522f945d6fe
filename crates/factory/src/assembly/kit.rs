//! Kits: one drum or several for each key, laid over waves.

use dmus_dls::bank::{Patch, Region};

use super::{Assembly, Zone, region};
use crate::decay_law::DecayLaw;
use crate::voicing::Voicing;

/// One key of a drum kit.
#[derive(Debug, Clone)]
pub(crate) struct Drum {
    pub(crate) key: u8,
    /// Wave from [`Assembly::wave`].
    pub(crate) zone: Zone,
    /// Cents away from the recorded pitch.
    pub(crate) tuning_cents: i16,
    /// Drums of one group cut each other; 0 is no group.
    pub(crate) group: u16,
    pub(crate) voicing: Voicing,
}

impl Assembly {
    /// Adds a drum kit: in bank 0, where GS has it; players find it there for General MIDI 2's bank
    /// 120, too, whose kits have the same programs.
    pub(crate) fn kit(&mut self, program: u8, name: &str, drums: &[Drum]) {
        let regions: Vec<Region> = drums
            .iter()
            .map(|drum| {
                let law = drum
                    .zone
                    .decay_s
                    .map(|decay_s| DecayLaw::through(drum.key, decay_s));
                let own = drum.zone.law(&drum.voicing);
                let mut region = region(&drum.zone, &drum.voicing, own, 0.0);
                region.keys = drum.key..=drum.key;
                region.key_group = drum.group;
                region.self_non_exclusive = true;
                if let Some(sample) = &mut region.sample {
                    // The key itself plays the recorded pitch; whole keys go into the root.
                    let keys = (f64::from(drum.tuning_cents) / 100.0).round() as i16;
                    sample.unity_note = (i16::from(drum.key) - keys).clamp(0, 127) as u8;
                    sample.fine_tune = drum.tuning_cents - 100 * keys;
                }
                region.articulation = Some(drum.voicing.connections(law));
                region
            })
            .collect();
        let patch = Patch {
            drums: true,
            bank_msb: 0,
            bank_lsb: 0,
            program,
        };
        self.lay(patch, name, regions);
    }
}
