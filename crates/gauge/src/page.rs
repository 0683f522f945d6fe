//! The page docs/factory-bank.md: every figure, how it was made, and which promises are not kept.

pub mod facts;
mod kits;
mod songs;
mod variations;

use std::fmt::Write as _;

use crate::beside::Beside;
use crate::declared::{self, Pitch};
use crate::identity::Fact;
use crate::kit::Kit;
use crate::programs::{Figures, Worst};
use crate::variations::Variation;

const HEAD: &str = "\
# The built-in bank, measured

Written by `cargo xtask bank --measure`, which plays the bank that the code computes through our own
engine at 48 kHz. A change in `crates/factory` is followed by a run of it.

![Spectrograms of all programs](factory-bank.png)

One note of each program, velocity 100 on the key of the table, 1.5 seconds held and half a second
let go, left to right; 40 Hz to 16 kHz upwards on a logarithmic scale; 80 dB from dark to light below
the loudest of each.

## How each figure is made

| figure | how | promise |
| --- | --- | --- |
| tune | each region by itself on its outer keys from 24 to 96, without oscillators, glides and detuning of layers: the slope of the phase of its first partial, or for a section of players the middle of that partial's power over eight rounds of its loop, in cents of the key | 1; bars, bells and stiff strings 3; drums and noises none |
| weakest | loudest twentieth of a second of the quietest key from 24 to 96, dB of full scale | above -60 |
| LUFS | EBU R128 short term of three seconds at velocity 100 on the key; beside it the distance from the target of its kind | within 1.5 |
| step | where one wave follows another, each layer by itself and played as it is: change of the power's centroid over a second, and of the loudness of the first three quarters of it | 15 %, 1 dB |
| dynamics | RMS of the first half second at velocity 127 above that at 30; velocities 30, 64, 100, 127 have to rise in turn | each step 1 dB |
| brightness | amplitude-weighted centroid of the same, of drums and noises with the stroke in the middle of the window, at 127 over that at 30 | each step 1 % |
| wheel | what the full modulation wheel changes, dB of the note | above -30 |
| release | seconds to 60 dB below where the key was let go; `rings` where it goes on by itself | 1.2; sections and pads 3 |
| click | what is less foreseeable at a loop's seam than elsewhere, dB below the peak; -120 is nothing | below -60 |
| beat | strongest change of a loop's level that comes round with it and is slower than half the pitch, dB of the level: lines of the square of its frames; of a section and of a noise the level of the whole; -120 where there is no loop | below -60; none where events make the sound: the calls of program 124, the strokes of 125, the blades of 126, the hands of 127 |
| alias | bare loops on the outer keys of their regions: loudest component that is no partial, dB below the strongest | below -70; noises none |

";

/// The whole page.
#[must_use]
pub fn page(
    programs: &[Figures],
    kits: &[Kit],
    variations: &[Variation],
    facts: &[Fact],
    beside: &Beside,
) -> String {
    let mut text = HEAD.to_owned();
    let kept = programs
        .iter()
        .filter(|figures| figures.broken().is_empty());
    let kits_kept = kits.iter().filter(|kit| kit.broken().is_empty()).count();
    let others = variations.iter();
    let others_kept = others.filter(|variation| variation.broken().is_empty());
    let facts_kept = facts.iter().filter(|fact| fact.holds()).count();
    line(
        &mut text,
        &format!(
            "{} of {} programs, {} of {} variations and {kits_kept} of {} kits keep every promise, \
             {facts_kept} of {} published figures hold. What is not kept stands in the last column.\n",
            kept.count(),
            programs.len(),
            others_kept.count(),
            variations.len(),
            kits.len(),
            facts.len(),
        ),
    );
    line(&mut text, "## Programs\n");
    line(
        &mut text,
        "Numbers count from 1. `@` is the key of the worst.\n",
    );
    line(
        &mut text,
        "| program | key | tune, cents | weakest, dB | LUFS | off | centroid step, % | level step, dB | dynamics, dB | brightness | wheel, dB | release, s | click, dB | beat, dB | alias, dB | not kept |",
    );
    line(
        &mut text,
        "| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --- |",
    );
    for figures in programs {
        line(&mut text, &row(figures));
    }
    facts::facts(&mut text, facts);
    variations::variations(&mut text, variations);
    kits::kits(&mut text, kits);
    songs::songs(&mut text, beside);
    text
}

/// The figures of a program as a line of the table.
#[must_use]
pub fn row(figures: &Figures) -> String {
    let program = figures.program;
    let [soft_db, .., loud_db] = figures.levels_db;
    let [soft_hz, .., loud_hz] = figures.centroids_hz;
    let tune = figures
        .tuning
        .map_or_else(|| "–".to_owned(), |worst| at(worst, 2));
    let release = match declared::rings_on(program) {
        true => "rings".to_owned(),
        false => format!("{:.2}", figures.release_s),
    };
    let alias = match Pitch::of(program) {
        Pitch::None => "noise".to_owned(),
        _ => at(figures.alias, 0),
    };
    format!(
        "| {} {} | {} | {tune} | {} | {:.1} | {:+.1} | {} | {} | {:.0} | {:.2} | {} | {release} | {:.0} \
         | {:.0} | {alias} | {} |",
        u16::from(program) + 1,
        figures.name,
        declared::middle_key(program),
        at(figures.quietest, 0),
        figures.loudness_lufs,
        figures.loudness_lufs - declared::loudness_lufs(program),
        at(figures.centroid_step, 0),
        at(figures.level_step, 1),
        loud_db - soft_db,
        loud_hz / soft_hz,
        if figures.wheel_db < -100.0 {
            "none".to_owned()
        } else {
            format!("{:.0}", figures.wheel_db)
        },
        figures.click_db,
        figures.beat_db,
        match figures.broken().join(", ") {
            broken if broken.is_empty() => broken,
            broken => format!("**{broken}**"),
        }
    )
}

fn at(worst: Worst, digits: usize) -> String {
    if worst.key == 0 {
        return "–".to_owned();
    }
    format!("{:.digits$} @{}", worst.value, worst.key)
}

fn line(text: &mut String, line: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{line}");
}
