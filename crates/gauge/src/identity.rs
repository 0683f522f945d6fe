//! Identity: figures of real instruments, as they were published, beside ours.
//!
//! No listener and no classifier decides: each line is a quantity that somebody has measured on the
//! instrument, the span it has there, and what our program has.

use anyhow::Result;
use dmus_dls::Bank;

use crate::spectrum::{Powers, between, decibels, power};
use crate::stage::{Note, Part, Stage};

/// One quantity.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// Program and quantity, in words.
    pub what: String,
    /// Least and greatest value that was published.
    pub published: (f64, f64),
    /// Where.
    pub source: &'static str,
    /// Ours.
    pub ours: f64,
}

impl Fact {
    /// Whether ours lies within.
    #[must_use]
    pub fn holds(&self) -> bool {
        (self.published.0..=self.published.1).contains(&self.ours)
    }
}

const RIGAUD: &str = "Rigaud et al., JASA 133 (2013): B of a grand by key, within a third";
const WEINREICH: &str = "Weinreich, JASA 62 (1977): a fast decay, then one several times slower";
const BARS: &str = "Fletcher and Rossing, The Physics of Musical Instruments, ch. 19";
const CHIMES: &str = "Fletcher and Rossing, ch. 21: modes of a chime as 9, 11, 13 squared";
const DRUMS: &str = "Fletcher and Rossing, ch. 18: preferred modes of a kettledrum";
const CLARINET: &str = "Fletcher and Rossing, ch. 15: even partials of the low register are weak";
const BRASS: &str = "Risset and Mathews, Physics Today 22 (1969): the spectrum widens with level";
const FREE_REED: &str = "Fletcher and Rossing, ch. 2: a clamped bar's second mode at 6.27";

/// Measures all of them.
///
/// # Errors
/// A bank that does not compile.
pub fn measure(bank: &Bank) -> Result<Vec<Fact>> {
    let mut stage = Stage::new(bank)?;
    let mut facts = Vec::new();
    piano(&mut stage, &mut facts);
    modes(&mut stage, &mut facts);
    winds(&mut stage, &mut facts);
    Ok(facts)
}

fn hertz(key: u8) -> f64 {
    440.0 * ((f64::from(key) - 69.0) / 12.0).exp2()
}

fn spectrum(stage: &mut Stage, program: u8, key: u8, from_s: f64, to_s: f64) -> Powers {
    let heard = stage
        .play(&Note::new(Part::Program(program), key, to_s))
        .mono();
    Powers::of(between(&heard, from_s, to_s))
}

fn piano(stage: &mut Stage, facts: &mut Vec<Fact>) {
    for key in [33, 45, 60, 72] {
        let powers = spectrum(stage, 0, key, 0.1, 3.0);
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
        let heard = stage.play(&Note::new(Part::Program(0), key, 5.0)).mono();
        let level = |from: f64| decibels(power(between(&heard, from, from + 0.1)));
        let prompt = (level(0.1) - level(0.4)) / 0.3;
        let after = (level(2.5) - level(4.5)) / 2.0;
        facts.push(Fact {
            what: format!("Piano, key {key}: first fall over second, dB a second each"),
            published: (1.5, 8.0),
            source: WEINREICH,
            ours: prompt / after.max(0.01),
        });
    }
}

/// Ratio of the strongest partial near a ratio to the one at the key.
fn modes(stage: &mut Stage, facts: &mut Vec<Fact>) {
    let rows: [(u8, u8, &str, f64, f64, &'static str); 9] = [
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
        (10, 60, "Music box: second mode", 6.15, 6.39, FREE_REED),
    ];
    for (program, key, what, low, high, source) in rows {
        // After the blow, whose noise has no modes.
        let powers = spectrum(stage, program, key, 0.1, 0.8);
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

fn winds(stage: &mut Stage, facts: &mut Vec<Fact>) {
    for key in [52, 60] {
        let powers = spectrum(stage, 71, key, 0.3, 1.7);
        let level = |number: f64| {
            let near = number * hertz(key);
            decibels(powers.power(near * 0.97, near * 1.03))
        };
        facts.push(Fact {
            what: format!("Clarinet, key {key}: second partial under the first, dB"),
            published: (15.0, 50.0),
            source: CLARINET,
            ours: level(1.0) - level(2.0),
        });
    }
    for (program, name) in [(56, "Trumpet"), (57, "Trombone"), (60, "French horn")] {
        let centroid = |velocity: u8, stage: &mut Stage| {
            let note = Note::new(Part::Program(program), 58, 1.0);
            Powers::of(&stage.play(&Note { velocity, ..note }).mono()).brightness_hz()
        };
        let (soft, loud) = (centroid(30, stage), centroid(127, stage));
        facts.push(Fact {
            what: format!("{name}: centroid at velocity 127 over that at 30"),
            published: (1.4, 4.0),
            source: BRASS,
            ours: loud / soft,
        });
    }
}
