//! Winds: reeds, flutes and brass.
//!
//! Read was Meyer's chapter on the tonal characteristics of musical instruments as far as the horn (main
//! formant at about 340 Hz, below C4, the fundamental some 25 dB weaker at the lowest B); his figures
//! for the others, 1200 to 1500 Hz for the trumpet, 520 for the trombone, 210 to 250 for the tuba,
//! 1100 for the oboe and 500 for the bassoon, and what the other sources say stand here as they are
//! commonly quoted. All were compared with an analysis that could be read: SHARC, G. Sandell's archive of
//! single notes from the McGill University Master Samples. By the measure of [`formants`] it has
//! 1050 Hz for a trumpet in C, 730 for a trombone and 490 for a bass trombone, 470 for a horn, 210
//! for a tuba, 1180 for an oboe and 470 for a bassoon; its clarinet's second partial lies 36 and 34 dB
//! under the first on the keys of the low register that are measured here and 11 on the upper one's.

use super::Fact;
use super::ear::Ear;
use crate::spectrum::Powers;
use crate::stage::{Note, Part};

const CLARINET: &str = "Fletcher and Rossing, ch. 15: even partials of the low register are weak";
const CLARION: &str = "Fletcher and Rossing, ch. 15: not so in the upper registers";
const CONE: &str = "Benade, Fundamentals of Musical Acoustics: a cone sounds all partials";
const FLUTE: &str =
    "Fletcher and Rossing, ch. 16: high notes of a flute are little but their first partial";
const BRASS: &str = "Risset and Mathews, Physics Today 22 (1969): the spectrum widens with level";
const MEYER: &str = "Meyer, Acoustics and the Performance of Music: formants of wind instruments";

/// Writes the facts.
pub(super) fn facts(ear: &mut Ear, facts: &mut Vec<Fact>) {
    seconds(ear, facts);
    formants(ear, facts);
    let brass = [
        (56, 58, "Trumpet"),
        (57, 58, "Trombone"),
        (60, 58, "French horn"),
        (58, 46, "Tuba"),
    ];
    for (program, key, name) in brass {
        let [soft, loud] = [30, 127].map(|velocity| {
            let note = Note::new(Part::Program(program), key, 1.0);
            Powers::of(&ear.note(&Note { velocity, ..note })).brightness_hz()
        });
        facts.push(Fact {
            what: format!("{name}: centroid at velocity 127 over that at 30"),
            published: (1.4, 4.0),
            source: BRASS,
            ours: loud / soft,
        });
    }
}

/// Least and greatest.
type Span = (f64, f64);

/// Second partials under first ones.
fn seconds(ear: &mut Ear, facts: &mut Vec<Fact>) {
    let rows: [(u8, u8, &str, Span, &'static str); 8] = [
        (71, 52, "Clarinet", (15.0, 50.0), CLARINET),
        (71, 60, "Clarinet", (15.0, 50.0), CLARINET),
        (71, 81, "Clarinet", (-10.0, 15.0), CLARION),
        (64, 65, "Soprano sax", (-15.0, 10.0), CONE),
        (65, 58, "Alto sax", (-15.0, 10.0), CONE),
        (66, 50, "Tenor sax", (-15.0, 10.0), CONE),
        (68, 60, "Oboe", (-20.0, 10.0), CONE),
        (73, 91, "Flute", (6.0, 60.0), FLUTE),
    ];
    for (program, key, name, published, source) in rows {
        facts.push(Fact {
            what: format!("{name}, key {key}: second partial under the first, dB"),
            published,
            source,
            ours: ear.second_under_first_db(program, key),
        });
    }
}

/// Where the strongest partials of an instrument's low and middle keys lie.
fn formants(ear: &mut Ear, facts: &mut Vec<Fact>) {
    let rows: [(u8, [u8; 2], &str, Span); 6] = [
        (56, [54, 66], "Trumpet", (900.0, 1600.0)),
        (57, [40, 54], "Trombone", (450.0, 700.0)),
        (60, [40, 54], "French horn", (250.0, 450.0)),
        (58, [30, 44], "Tuba", (180.0, 320.0)),
        (68, [58, 70], "Oboe", (900.0, 1300.0)),
        (70, [36, 50], "Bassoon", (400.0, 600.0)),
    ];
    for (program, keys, name, published) in rows {
        facts.push(Fact {
            what: format!("{name}: first formant, by the strongest partials, Hz"),
            published,
            source: MEYER,
            ours: ear.strongest_hz(program, keys),
        });
    }
}
