//! The kit: skins, plates, a triangle.

use super::Fact;
use super::ear::Ear;
use super::sound::{band_fall, modes, turns_hz};
use crate::spectrum::{Powers, between};
use crate::stage::{Note, Part};

const SKIN: &str = "Morrison and Rossing, Percussion Musical Instruments (2018), fig. 9.1 (first pages read): modes \
                    of an ideal membrane, 1.59 and 2.14, within a twentieth";
const BASS: &str = "Fletcher and Bassett, JASA 64 (1978), of a concert drum: 40 Hz, and a tenth higher \
                    after a hard blow; a kit's drum is smaller";
const SNARE: &str = "Rossing et al., JASA 92 (1992): the lowest pair of a snare drum's two heads, 182 \
                     and 330 Hz, within a twelfth; Zhao's thesis (abstract read) on how air couples \
                     them";
const WIRES: &str = "Rossing et al., JASA 92 (1992): the wires' noise and the heads' modes share the \
                     sound";
const PLATE: &str = "Fletcher and Rossing, ch. 20: a cymbal's shimmer lies between 3 and 5 kHz";
const LOSSES: &str =
    "Fletcher and Rossing, ch. 20: a cymbal rings for seconds, its low modes longest";
const TRIANGLE: &str = "Rossing, Acoustics of mallet percussion instruments (abstract read): \
                        no pitch, because of its many overtones";
const STEEL: &str = "Fletcher and Rossing, ch. 19: a bent bar of steel, hardly damped, rings for \
                     seconds";

/// Writes the facts.
pub(super) fn facts(ear: &mut Ear, facts: &mut Vec<Fact>) {
    toms(ear, facts);
    kick(ear, facts);
    snare(ear, facts);
    cymbals(ear, facts);
    triangle(ear, facts);
}

fn toms(ear: &mut Ear, facts: &mut Vec<Fact>) {
    for key in [41, 45, 48] {
        let powers = drum(ear, key, 0.1, 0.5);
        let (first_hz, _) = powers.strongest(50.0, 260.0);
        for (name, ideal, low, high) in [
            ("second", 1.593, 1.35, 1.8),
            // Of the third there is most at the beginning.
            ("third", 2.136, 1.9, 2.4),
        ] {
            let (hz, _) = powers.strongest(first_hz * low, first_hz * high);
            facts.push(Fact {
                what: format!("Tom, key {key}: {name} mode"),
                published: (0.95 * ideal, 1.05 * ideal),
                source: SKIN,
                ours: hz / first_hz,
            });
        }
    }
}

fn kick(ear: &mut Ear, facts: &mut Vec<Fact>) {
    for key in [35, 36] {
        let heard = ear.note(&Note::new(Part::Kit, key, 0.4));
        let rest_hz = turns_hz(&heard, 0.1, 0.3);
        facts.push(Fact {
            what: format!("Bass drum, key {key}: main frequency, Hz"),
            published: (38.0, 80.0),
            source: BASS,
            ours: rest_hz,
        });
        facts.push(Fact {
            what: format!(
                "Bass drum, key {key}: frequency after 20 milliseconds over that at rest"
            ),
            published: (1.02, 1.25),
            source: BASS,
            ours: turns_hz(&heard, 0.02, 0.065) / rest_hz,
        });
    }
}

fn snare(ear: &mut Ear, facts: &mut Vec<Fact>) {
    let powers = drum(ear, 38, 0.02, 0.22);
    for (name, hz) in [("first", 182.0), ("second", 330.0)] {
        facts.push(Fact {
            what: format!("Snare: {name} mode of the heads, Hz"),
            published: (0.92 * hz, 1.08 * hz),
            source: SNARE,
            ours: powers.strongest(0.8 * hz, 1.2 * hz).0,
        });
    }
    let all = drum(ear, 38, 0.0, 0.25);
    facts.push(Fact {
        what: "Snare: share of the power above 1 kHz".to_owned(),
        published: (0.1, 0.9),
        source: WIRES,
        ours: all.power(1000.0, 20_000.0) / all.power(20.0, 20_000.0),
    });
}

fn cymbals(ear: &mut Ear, facts: &mut Vec<Fact>) {
    for (key, name) in [(49, "Crash cymbal"), (51, "Ride cymbal")] {
        facts.push(Fact {
            what: format!("{name}: centroid after a tenth of a second, Hz"),
            published: (3000.0, 5000.0),
            source: PLATE,
            ours: drum(ear, key, 0.1, 0.5).centroid_hz(),
        });
        let heard = ear.note(&Note::new(Part::Kit, key, 2.0));
        let [low, high] =
            [[300.0, 1000.0], [5000.0, 10_000.0]].map(|band| band_fall(&heard, band, 0.1, 1.6));
        facts.push(Fact {
            what: format!("{name}: fall by 60 dB below 1 kHz, s"),
            published: (2.0, 15.0),
            source: LOSSES,
            ours: 60.0 / low,
        });
        facts.push(Fact {
            what: format!("{name}: decay above 5 kHz over that below 1 kHz"),
            published: (1.1, 10.0),
            source: LOSSES,
            ours: high / low,
        });
    }
}

fn triangle(ear: &mut Ear, facts: &mut Vec<Fact>) {
    let heard = ear.note(&Note::new(Part::Kit, 81, 1.6));
    let powers = Powers::of(between(&heard, 0.1, 1.1));
    facts.push(Fact {
        what: "Triangle: modes within 40 dB of the strongest, 1 to 15 kHz".to_owned(),
        published: (10.0, 60.0),
        source: TRIANGLE,
        ours: modes(&powers, [1000.0, 15_000.0], 40.0) as f64,
    });
    facts.push(Fact {
        what: "Triangle: fall by 60 dB, s".to_owned(),
        published: (2.0, 20.0),
        source: STEEL,
        ours: 60.0 / band_fall(&heard, [1000.0, 15_000.0], 0.1, 1.3),
    });
}

fn drum(ear: &mut Ear, key: u8, from_s: f64, to_s: f64) -> Powers {
    let heard = ear.note(&Note::new(Part::Kit, key, to_s));
    Powers::of(between(&heard, from_s, to_s))
}
