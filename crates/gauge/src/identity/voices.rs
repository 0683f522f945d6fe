//! Voices: the formants of vowels, and how far singers stand apart.
//!
//! Read were Peterson and Barney's 1520 single values, as Praat carries them; their means are within 3 %
//! of the rounded ones below, which are the paper's own. What Ternstrom's listeners put up with is as
//! commonly quoted; he speaks of singers' mean pitches, to which our measure adds their vibrato.

use super::Fact;
use super::ear::Ear;

const VOWELS: &str = "Peterson and Barney, JASA 24 (1952): from men to women, within a tenth";
const SCATTER: &str =
    "Ternstrom, Journal of Voice 7 (1993): listeners take a scatter of up to 14 cents";

/// First and second formants of men and women, Hz.
const FORMANTS: [(u8, &str, f64, f64); 4] = [
    (52, "Choir aahs: first formant, Hz", 730.0, 850.0),
    (52, "Choir aahs: second formant, Hz", 1090.0, 1220.0),
    (53, "Voice oohs: first formant, Hz", 300.0, 370.0),
    (53, "Voice oohs: second formant, Hz", 870.0, 950.0),
];

/// Writes the facts.
pub(super) fn facts(ear: &mut Ear, facts: &mut Vec<Fact>) {
    for (program, what, men_hz, women_hz) in FORMANTS {
        let published = (0.9 * men_hz, 1.1 * women_hz);
        // A voice's partials fall by 6 dB an octave once they have left the mouth.
        let mouth = ear.envelope(program, [43, 71], 6.0);
        facts.push(Fact {
            what: what.to_owned(),
            published,
            source: VOWELS,
            ours: mouth.peak_hz(published.0, published.1),
        });
    }
    facts.push(Fact {
        what: "Choir aahs, key 60: spread of the first partial, cents".to_owned(),
        published: (2.0, 14.0),
        source: SCATTER,
        ours: spread_cents(ear),
    });
}

/// Deviation of the first partial's power from its middle, half a semitone either way.
fn spread_cents(ear: &mut Ear) -> f64 {
    let powers = ear.spectrum(52, 60, 0.3, 5.3);
    let key_hz = super::ear::hertz(60);
    let half = (0.5_f64 / 12.0).exp2();
    let middle = powers.middle_hz(key_hz / half, key_hz * half);
    let (mut sum, mut moment) = (1e-30, 0.0);
    for (hz, power) in powers.within(key_hz / half, key_hz * half) {
        sum += power;
        moment += power * (1200.0 * (hz / middle).log2()).powi(2);
    }
    (moment / sum).sqrt()
}
