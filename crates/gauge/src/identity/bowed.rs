//! What is bowed: bodies, bows and the player's hand.

use super::Fact;
use super::ear::{Ear, hertz};
use super::sound::noise_db;
use crate::spectrum::{Powers, between};
use crate::stage::{Note, Part};

const BODY: &str = "SHARC (Sandell, 1995: partials of McGill's recordings; read), two bowings, by \
                    the same measure: 19 and 25 dB for the air, 27 for the wood";
const HILL: &str = "Woodhouse, Acta Acustica 91 (2005; abstract read): a broad peak near 2.5 kHz; \
                    SHARC (read): 14 and 15 dB";
const OPEN_G: &str = "SHARC (read): 27 and 34 dB; Meyer, Acoustics and the Performance of Music: the \
                      lowest fundamentals are weak";
const ABOVE_AIR: &str =
    "SHARC (read): none is stronger than the first, whose frequency is the air's";
const CELLO: &str = "SHARC (read), two bowings, by the same measure: 18 and 23 dB for the air, 33 and \
                     36 for the wood";
const OPEN_C: &str = "SHARC (read): 36 and 43 dB";
const CELLO_TOP: &str = "SHARC (read): 21 and 22 dB";
const NOISE: &str = "McIntyre, Schumacher and Woodhouse, Acustica 49 (1981): a bow's noise is in every \
                     tone, and far below it";
const ATTACK: &str = "Guettler and Askenfelt, JASA 101 (1997): a bowed tone begins with noise, of which \
                      listeners take 50 to 90 milliseconds";
const VIBRATO: &str = "Seashore, Psychology of Music (1938): five to seven swings a second";

/// Writes the facts.
pub(super) fn facts(ear: &mut Ear, facts: &mut Vec<Fact>) {
    violin(ear, facts);
    cello(ear, facts);
    bow(ear, facts);
    for (program, key, name) in [(40, 69, "Violin"), (42, 57, "Cello")] {
        facts.push(Fact {
            what: format!("{name}: swings of the vibrato, Hz"),
            published: (5.0, 7.0),
            source: VIBRATO,
            ours: ear.vibrato_hz(program, key),
        });
    }
}

/// How far a body's resonances stand above what lies below them.
fn resonance(
    name: &str,
    what: &str,
    published: (f64, f64),
    source: &'static str,
    ours: f64,
) -> Fact {
    Fact {
        what: format!("{name}: {what}, above what lies below them, dB"),
        published,
        source,
        ours,
    }
}

fn violin(ear: &mut Ear, facts: &mut Vec<Fact>) {
    // A bowed string's own partials fall by 6 dB an octave; what is left is the body.
    let body = ear.envelope(40, [55, 91], 6.0);
    let below = body.level(190.0, 225.0);
    for (what, low, high) in [
        ("air resonance, 250 to 310 Hz", 250.0, 310.0),
        ("wood resonances, 400 to 600 Hz", 400.0, 600.0),
    ] {
        let ours = body.level(low, high) - below;
        facts.push(resonance("Violin", what, (10.0, 30.0), BODY, ours));
    }
    facts.push(Fact {
        what: "Violin: 2 to 3 kHz above 4 to 6 kHz, dB".to_owned(),
        published: (8.0, 20.0),
        source: HILL,
        ours: body.level(2000.0, 3000.0) - body.level(4000.0, 6000.0),
    });
    facts.push(Fact {
        what: "Violin, open G: first partial under the strongest, dB".to_owned(),
        published: (10.0, 30.0),
        source: OPEN_G,
        ours: ear.first_under_strongest_db(40, 55),
    });
    facts.push(Fact {
        what: "Violin, key 61: first partial under the strongest, dB".to_owned(),
        published: (0.0, 3.0),
        source: ABOVE_AIR,
        ours: ear.first_under_strongest_db(40, 61),
    });
}

fn cello(ear: &mut Ear, facts: &mut Vec<Fact>) {
    let body = ear.envelope(42, [36, 72], 6.0);
    let below = body.level(60.0, 80.0);
    for (what, low, high, published) in [
        ("air resonance, 88 to 112 Hz", 88.0, 112.0, (9.0, 32.0)),
        ("wood resonances, 150 to 230 Hz", 150.0, 230.0, (16.0, 45.0)),
    ] {
        let ours = body.level(low, high) - below;
        facts.push(resonance("Cello", what, published, CELLO, ours));
    }
    facts.push(Fact {
        what: "Cello: 1.4 to 2.2 kHz above 4 to 6 kHz, dB".to_owned(),
        published: (15.0, 28.0),
        source: CELLO_TOP,
        ours: body.level(1400.0, 2200.0) - body.level(4000.0, 6000.0),
    });
    facts.push(Fact {
        what: "Cello, open C: first partial under the strongest, dB".to_owned(),
        published: (15.0, 45.0),
        source: OPEN_C,
        ours: ear.first_under_strongest_db(42, 36),
    });
}

/// Noise of the bow while a tone is held, and while it begins.
fn bow(ear: &mut Ear, facts: &mut Vec<Fact>) {
    for (program, key, name) in [(40, 69, "Violin"), (42, 57, "Cello")] {
        let powers = ear.spectrum(program, key, 0.3, 1.3);
        facts.push(Fact {
            what: format!("{name}: noise between the partials of a held tone, dB of all"),
            published: (-45.0, -15.0),
            source: NOISE,
            ours: noise_db(&powers, hertz(key)),
        });
    }
    let key = 81;
    let heard = ear.note(&Note::new(Part::Program(40), key, 0.4));
    let noise = |from_s, to_s| noise_db(&Powers::of(between(&heard, from_s, to_s)), hertz(key));
    let held = noise(0.25, 0.31);
    for (when, from_s, to_s, published) in [
        ("the first 60 milliseconds", 0.0, 0.06, (3.0, 40.0)),
        ("90 to 150 milliseconds", 0.09, 0.15, (-3.0, 3.0)),
    ] {
        facts.push(Fact {
            what: format!("Violin: noise of {when} above that of the held tone, dB"),
            published,
            source: ATTACK,
            ours: noise(from_s, to_s) - held,
        });
    }
}
