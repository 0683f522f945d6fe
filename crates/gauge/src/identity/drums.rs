//! The kit: skins and plates.

use super::Fact;
use super::ear::Ear;
use crate::spectrum::{Powers, between};
use crate::stage::{Note, Part};

const SKIN: &str = "Fletcher and Rossing, ch. 18: an ideal membrane's second mode at 1.59";
const PLATE: &str = "Fletcher and Rossing, ch. 20: a cymbal's shimmer lies between 3 and 5 kHz";

/// Writes the facts.
pub(super) fn facts(ear: &mut Ear, facts: &mut Vec<Fact>) {
    for key in [41, 45, 48] {
        let powers = drum(ear, key, 0.1, 0.5);
        let (first_hz, _) = powers.strongest(50.0, 260.0);
        let (second_hz, _) = powers.strongest(first_hz * 1.35, first_hz * 1.8);
        facts.push(Fact {
            what: format!("Tom, key {key}: second mode"),
            published: (1.5, 1.68),
            source: SKIN,
            ours: second_hz / first_hz,
        });
    }
    for (key, name) in [(49, "Crash cymbal"), (51, "Ride cymbal")] {
        facts.push(Fact {
            what: format!("{name}: centroid after a tenth of a second, Hz"),
            published: (3000.0, 5000.0),
            source: PLATE,
            ours: drum(ear, key, 0.1, 0.5).centroid_hz(),
        });
    }
}

fn drum(ear: &mut Ear, key: u8, from_s: f64, to_s: f64) -> Powers {
    let heard = ear.note(&Note::new(Part::Kit, key, to_s));
    Powers::of(between(&heard, from_s, to_s))
}
