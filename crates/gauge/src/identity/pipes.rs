//! Pipes: the breath of a flute, the principals of an organ.

use super::Fact;
use super::ear::{Ear, hertz};
use super::sound::{noise_db, slope_db};

const BREATH: &str = "Fletcher and Rossing, ch. 16: a jet's turbulence is part of a flute's tone, and \
                      far below its partials";
const PRINCIPAL: &str = "Fletcher and Rossing, ch. 17: a principal's partials fall from a strong first \
                         one on; a chorus adds octaves to it";

/// Writes the facts.
pub(super) fn facts(ear: &mut Ear, facts: &mut Vec<Fact>) {
    let powers = ear.spectrum(73, 69, 0.3, 1.3);
    facts.push(Fact {
        what: "Flute: noise between the partials of a held tone, dB of all".to_owned(),
        published: (-45.0, -15.0),
        source: BREATH,
        ours: noise_db(&powers, hertz(69)),
    });
    for key in [48, 60] {
        facts.push(Fact {
            what: format!("Church organ, key {key}: first partial under the strongest, dB"),
            published: (0.0, 6.0),
            source: PRINCIPAL,
            ours: ear.first_under_strongest_db(19, key),
        });
        let partials = ear.partials(19, key, 100);
        facts.push(Fact {
            what: format!(
                "Church organ, key {key}: fall of the first sixteen partials, dB an octave"
            ),
            published: (3.0, 15.0),
            source: PRINCIPAL,
            ours: -slope_db(partials.get(..16).unwrap_or_default()),
        });
    }
}
