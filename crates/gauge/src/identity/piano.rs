//! The piano: stiff strings, and their fall in two stages.

use super::Fact;
use super::ear::{Ear, hertz};
use super::sound::stretch;

const RIGAUD: &str =
    "Rigaud et al., JASA 133 (2013; abstract read): B of a grand by key, within a third";
const WEINREICH: &str = "Weinreich, JASA 62 (1977): a fast decay, then one several times slower \
                         (abstract read of Woodhouse, JASA 150, 2021, who tells it)";
const MARTIN: &str = "Martin, JASA 19 (1947): the higher the key, the faster the decay";
const REGISTER: &str = "Fletcher and Rossing, ch. 12, after Martin: decay of the prompt sound by \
                        register, within a factor of two";

/// Writes the facts.
pub(super) fn facts(ear: &mut Ear, facts: &mut Vec<Fact>) {
    for key in [33, 45, 60, 72] {
        let powers = ear.spectrum(0, key, 0.1, 3.0);
        let position = f64::from(key);
        let published = (0.0926 * position - 13.64).exp() + (-0.0847 * position - 5.82).exp();
        let numbers = [2.0, if key < 50 { 14.0 } else { 8.0 }];
        facts.push(Fact {
            what: format!("Piano, key {key}: inharmonicity B, 10^-6"),
            published: (published * 0.67e6, published * 1.33e6),
            source: RIGAUD,
            ours: 1e6 * stretch(&powers, hertz(key), published, numbers),
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
    for (key, published) in [(36, (2.0, 10.0)), (60, (4.0, 16.0)), (84, (12.0, 50.0))] {
        facts.push(Fact {
            what: format!("Piano, key {key}: decay of the prompt sound, dB a second"),
            published,
            source: REGISTER,
            ours: ear.fall(0, key, 0.1, 0.4),
        });
    }
}
