//! What is plucked: how stiff its strings are, how they fall.

use super::Fact;
use super::ear::{Ear, hertz};
use super::sound::stretch;

const NYLON: &str = "Woodhouse, Acta Acustica 90 (2004), table of a classical guitar's strings: B \
                     from stiffness, tension and length, within a half";
const STEEL: &str = "Järveläinen and Karjalainen, Importance of Inharmonicity in the Acoustic Guitar \
                     (abstract read): it is heard on the lowest strings; B of light strings by their \
                     diameters";
const LOSSES: &str = "Fletcher and Rossing, ch. 2: the losses of a string rise with frequency";

/// Writes the facts.
pub(super) fn facts(ear: &mut Ear, facts: &mut Vec<Fact>) {
    for (program, key, string, published, source, high) in [
        (24, 40, "Nylon guitar, open E", (12.0, 28.0), NYLON, 12.0),
        (
            24,
            57,
            "Nylon guitar, second fret of G",
            (75.0, 220.0),
            NYLON,
            12.0,
        ),
        (25, 40, "Steel guitar, open E", (60.0, 200.0), STEEL, 12.0),
        (25, 64, "Steel guitar, high E", (10.0, 40.0), STEEL, 16.0),
    ] {
        let powers = ear.spectrum(program, key, 0.05, 1.5);
        let guess = 0.5e-6 * (published.0 + published.1);
        facts.push(Fact {
            what: format!("{string}: inharmonicity B, 10^-6"),
            published,
            source,
            ours: 1e6 * stretch(&powers, hertz(key), guess, [1.0, high]),
        });
    }
    for (program, name) in [
        (24, "Nylon guitar"),
        (25, "Steel guitar"),
        (46, "Harp"),
        (6, "Harpsichord"),
    ] {
        let [low, high] = [48, 84].map(|key| ear.fall(program, key, 0.1, 0.6));
        facts.push(Fact {
            what: format!("{name}: decay of key 84 over that of key 48"),
            published: (1.2, 20.0),
            source: LOSSES,
            ours: high / low,
        });
    }
}
