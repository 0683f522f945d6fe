//! What is struck: strings of a piano, bars, bells, plates.

use super::Fact;
use super::ear::{Ear, hertz};

const RIGAUD: &str = "Rigaud et al., JASA 133 (2013): B of a grand by key, within a third";
const WEINREICH: &str = "Weinreich, JASA 62 (1977): a fast decay, then one several times slower";
const MARTIN: &str = "Martin, JASA 19 (1947): the higher the key, the faster the decay";
const BARS: &str = "Fletcher and Rossing, The Physics of Musical Instruments, ch. 19";
const CHIMES: &str = "Fletcher and Rossing, ch. 19: modes of a chime as 9, 11, 13 squared";
const DRUMS: &str = "Fletcher and Rossing, ch. 18: preferred modes of a kettledrum";
const FREE_REED: &str = "Fletcher and Rossing, ch. 2: a clamped bar's second mode at 6.27";
const PANS: &str =
    "Fletcher and Rossing, ch. 20: the second mode of a pan's note is tuned to its octave";

/// Writes the facts.
pub(super) fn facts(ear: &mut Ear, facts: &mut Vec<Fact>) {
    piano(ear, facts);
    modes(ear, facts);
    let [low, high] = [48, 84].map(|key| ear.fall(12, key, 0.05, 0.25));
    facts.push(Fact {
        what: "Marimba: decay of key 84 over that of key 48".to_owned(),
        published: (1.5, 20.0),
        source: "Rossing, Science of Percussion Instruments: high bars ring shorter",
        ours: high / low,
    });
}

fn piano(ear: &mut Ear, facts: &mut Vec<Fact>) {
    for key in [33, 45, 60, 72] {
        let powers = ear.spectrum(0, key, 0.1, 3.0);
        let position = f64::from(key);
        let published = (0.0926 * position - 13.64).exp() + (-0.0847 * position - 5.82).exp();
        let partial = |number: f64| {
            let near = number * hertz(key) * (1.0 + published * number * number).sqrt();
            powers.strongest(near * 0.985, near * 1.015).0
        };
        // Two partials n and m: (f_m / m f_1)^2 and (f_n / n f_1)^2 differ by B (m^2 - n^2).
        let (low, high) = (2.0, if key < 50 { 14.0 } else { 8.0 });
        let stretch = |number: f64| (partial(number) / (number * hertz(key))).powi(2);
        facts.push(Fact {
            what: format!("Piano, key {key}: inharmonicity B, 10^-6"),
            published: (published * 0.67e6, published * 1.33e6),
            source: RIGAUD,
            ours: (stretch(high) - stretch(low)) / (high * high - low * low) * 1e6,
        });
    }
    for key in [45, 60, 72] {
        let prompt = ear.fall(0, key, 0.1, 0.4);
        let after = ear.fall(0, key, 2.5, 4.5);
        facts.push(Fact {
            what: format!("Piano, key {key}: first fall over second, dB a second each"),
            published: (1.5, 8.0),
            source: WEINREICH,
            ours: prompt / after.max(0.01),
        });
    }
    for (low, high) in [(36, 60), (60, 84)] {
        let [slow, fast] = [low, high].map(|key| ear.fall(0, key, 0.1, 1.1));
        facts.push(Fact {
            what: format!("Piano: decay of key {high} over that of key {low}"),
            published: (1.1, 10.0),
            source: MARTIN,
            ours: fast / slow,
        });
    }
}

/// Ratio of the strongest partial near a ratio to the one at the key.
fn modes(ear: &mut Ear, facts: &mut Vec<Fact>) {
    let rows: [(u8, u8, &str, f64, f64, &'static str); 11] = [
        (12, 48, "Marimba: second mode", 3.9, 4.1, BARS),
        (11, 53, "Vibraphone: second mode", 3.9, 4.1, BARS),
        (13, 60, "Xylophone: second mode", 2.9, 3.1, BARS),
        (9, 72, "Glockenspiel: second mode", 2.7, 2.81, BARS),
        (9, 72, "Glockenspiel: third mode", 5.25, 5.55, BARS),
        (
            14,
            60,
            "Tubular bell: fifth mode over the strike note",
            2.95,
            3.05,
            CHIMES,
        ),
        (
            14,
            60,
            "Tubular bell: sixth mode over the strike note",
            4.08,
            4.25,
            CHIMES,
        ),
        (47, 41, "Timpani: second preferred mode", 1.48, 1.53, DRUMS),
        (47, 41, "Timpani: third preferred mode", 1.94, 2.03, DRUMS),
        (10, 60, "Music box: second mode", 6.15, 6.39, FREE_REED),
        (114, 60, "Steel drum: second mode", 1.98, 2.02, PANS),
    ];
    for (program, key, what, low, high, source) in rows {
        // After the blow, whose noise has no modes.
        let powers = ear.spectrum(program, key, 0.1, 0.8);
        let fundamental = hertz(key);
        let middle = 0.5 * (low + high);
        let room = 0.06;
        let (found, _) = powers.strongest(
            middle * (1.0 - room) * fundamental,
            middle * (1.0 + room) * fundamental,
        );
        facts.push(Fact {
            what: what.to_owned(),
            published: (low, high),
            source,
            ours: found / fundamental,
        });
    }
}
