//! Strings: what a bow and a body do, how what is plucked falls.

use super::Fact;
use super::ear::Ear;

const BODY: &str = "Hutchins, JASA 73 (1983): air and wood of a violin at 275 and 400 to 600 Hz";
const HILL: &str = "Fletcher and Rossing, ch. 10: the bridge raises 2 to 3 kHz";
const OPEN_G: &str =
    "Meyer, Acoustics and the Performance of Music: the lowest fundamentals are weak";
const VIBRATO: &str = "Seashore, Psychology of Music (1938): five to seven swings a second";
const LOSSES: &str = "Fletcher and Rossing, ch. 2: the losses of a string rise with frequency";

/// Writes the facts.
pub(super) fn facts(ear: &mut Ear, facts: &mut Vec<Fact>) {
    // A bowed string's own partials fall by 6 dB an octave; what is left is the body.
    let body = ear.envelope(40, [55, 91], 6.0);
    let below = body.level(190.0, 225.0);
    for (what, low, high) in [
        ("air resonance, 250 to 310 Hz", 250.0, 310.0),
        ("wood resonances, 400 to 600 Hz", 400.0, 600.0),
    ] {
        facts.push(Fact {
            what: format!("Violin: {what}, above what lies below them, dB"),
            published: (3.0, 30.0),
            source: BODY,
            ours: body.level(low, high) - below,
        });
    }
    facts.push(Fact {
        what: "Violin: 2 to 3 kHz above 4 to 6 kHz, dB".to_owned(),
        published: (3.0, 30.0),
        source: HILL,
        ours: body.level(2000.0, 3000.0) - body.level(4000.0, 6000.0),
    });
    let open = ear.partials(40, 55, 100);
    let strongest = open
        .iter()
        .map(|(_, level)| *level)
        .fold(f64::MIN, f64::max);
    facts.push(Fact {
        what: "Violin, open G: first partial under the strongest, dB".to_owned(),
        published: (3.0, 30.0),
        source: OPEN_G,
        ours: open
            .first()
            .map_or(f64::NAN, |(_, first)| strongest - first),
    });
    for (program, key, name) in [(40, 69, "Violin"), (42, 57, "Cello")] {
        facts.push(Fact {
            what: format!("{name}: swings of the vibrato, Hz"),
            published: (5.0, 7.0),
            source: VIBRATO,
            ours: ear.vibrato_hz(program, key),
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
