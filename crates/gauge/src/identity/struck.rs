//! What is struck: bars, tubes, kettles, pans.

use super::Fact;
use super::ear::{Ear, hertz};
use super::sound::mode_fall;
use crate::stage::{Note, Part};

const TUNED: &str = "Rossing, Acoustics of mallet percussion instruments (abstract read): marimba and \
                     vibraphone are tuned to the double octave, a xylophone to the twelfth";
const BARS: &str = "Fletcher and Rossing, The Physics of Musical Instruments, ch. 19; Stanford's \
                    lecture on percussion (read): a free bar, 1 to 2.76 to 5.40";
const CHIMES: &str = "Fletcher and Rossing, ch. 19: modes of a chime as 9, 11, 13 squared";
const DRUMS: &str = "Morrison and Rossing, Percussion Musical Instruments (2018; first pages read): preferred \
                     modes of a kettledrum, nearly as 1 to 1.5 to 2 to 2.5";
const ROSEWOOD: &str = "Hill, Acoustics of the Marimba (slides; read), by Cremer's formula: a \
                        loss of 0.45 %, give or take 0.09, on all bars";
const RINGING: &str = "Christian et al., JASA 76 (1984): a kettledrum's tone rings for seconds";
const SULLIVAN: &str = "Sullivan (1996), as told by Jones, The Well-Tempered Timpani (read): the \
                        principal tone falls faster than the fifth and the octave";
const FREE_REED: &str = "Fletcher and Rossing, ch. 2: a clamped bar's second mode at 6.27";
const PANS: &str =
    "Fletcher and Rossing, ch. 20: the second mode of a pan's note is tuned to its octave";

/// Writes the facts.
pub(super) fn facts(ear: &mut Ear, facts: &mut Vec<Fact>) {
    modes(ear, facts);
    let [low, high] = [48, 84].map(|key| ear.fall(12, key, 0.05, 0.25));
    facts.push(Fact {
        what: "Marimba: decay of key 84 over that of key 48".to_owned(),
        published: (1.5, 20.0),
        source: "Hill, Exponential Time Decay Constants of Marimba Bars (abstract read): the \
                 times are as the inverse of the frequencies",
        ours: high / low,
    });
    rosewood(ear, facts);
    kettle(ear, facts);
}

/// How long bars of rosewood ring, by the share that they lose in a turn, 0.45 % give or take 0.09:
/// 2.2 over that and over the frequency.
fn rosewood(ear: &mut Ear, facts: &mut Vec<Fact>) {
    for (program, key, name) in [
        (12, 48, "Marimba"),
        (12, 60, "Marimba"),
        (12, 72, "Marimba"),
        (13, 72, "Xylophone"),
        (13, 84, "Xylophone"),
    ] {
        let heard = ear.note(&Note::new(Part::Program(program), key, 1.0));
        let hz = hertz(key);
        let seconds = |loss: f64| 2.2 / (loss * hz);
        // While it is well above everything else.
        let to_s = 0.05 + 0.4 * seconds(0.0045).min(1.5);
        facts.push(Fact {
            what: format!("{name}, key {key}: fall of the first mode by 60 dB, s"),
            published: (seconds(0.0054), seconds(0.0036)),
            source: ROSEWOOD,
            ours: 60.0 / mode_fall(&heard, hz, 0.05, to_s),
        });
    }
}

/// How long the modes of a kettledrum ring.
fn kettle(ear: &mut Ear, facts: &mut Vec<Fact>) {
    let key = 41;
    let heard = ear.note(&Note::new(Part::Program(47), key, 1.0));
    let [first, second, third] =
        [1.0, 1.504, 2.0].map(|ratio| mode_fall(&heard, ratio * hertz(key), 0.05, 0.55));
    facts.push(Fact {
        what: "Timpani: fall of the principal tone by 60 dB, s".to_owned(),
        published: (1.5, 5.0),
        source: RINGING,
        ours: 60.0 / first,
    });
    for (mode, fall) in [("fifth", second), ("octave", third)] {
        facts.push(Fact {
            what: format!("Timpani: decay of the principal tone over that of the {mode}"),
            published: (1.05, 4.0),
            source: SULLIVAN,
            ours: first / fall,
        });
    }
}

/// Ratio of the strongest partial near a ratio to the one at the key.
fn modes(ear: &mut Ear, facts: &mut Vec<Fact>) {
    let rows: [(u8, u8, &str, f64, f64, &'static str); 11] = [
        (12, 48, "Marimba: second mode", 3.9, 4.1, TUNED),
        (11, 53, "Vibraphone: second mode", 3.9, 4.1, TUNED),
        (13, 60, "Xylophone: second mode", 2.9, 3.1, TUNED),
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
