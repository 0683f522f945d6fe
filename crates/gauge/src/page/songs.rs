//! The page's part on songs: what they come to with this bank and with another.

use super::line;
use crate::beside::{Beside, Pair};
use crate::songs::{Figures, OCTAVES_HZ};

const HEAD: &str = "
## Songs beside another bank

The songs of `presets/songs`, played by our engine at 48 kHz with the effects of a plug-in that was just
loaded: once with this bank, once with TimGM6mb (Debian's package `timgm6mb-soundfont`). Loudness is
EBU R128; the true peak is that of the louder side, and above 0 it would clip.

| song | bank | integrated, LUFS | loudest 3 s, LUFS | range, LU | true peak, dB | centroid, Hz |
| --- | --- | --: | --: | --: | --: | --: |";

const PICTURE: &str = "
![Spectrograms of the songs with both banks](factory-songs.png)

Left with this bank, right with TimGM6mb; time to the right, 40 Hz to 16 kHz upwards on a logarithmic
scale, 80 dB from dark to light below the loudest of each.

Octaves, each as its share of the song's power in dB:
";

const FAMILIES: &str = "
### Families

The song `families`, of which each time one family alone plays. What is said of it: louder or softer by
more than 3 LU than our families are on the whole, brighter or duller by more than half an octave of
the centroid.

| family | ours, LUFS | TimGM6mb, LUFS | louder, LU | ours, Hz | TimGM6mb, Hz | brighter, octaves | ours is |
| --- | --: | --: | --: | --: | --: | --: | --- |";

/// Writes the part.
pub(super) fn songs(text: &mut String, beside: &Beside) {
    line(text, HEAD);
    for pair in &beside.songs {
        for (whose, figures) in [("ours", &pair.ours), ("TimGM6mb", &pair.theirs)] {
            line(text, &level(&pair.name, whose, figures));
        }
    }
    line(text, PICTURE);
    let heads = OCTAVES_HZ.map(|hz| format!(" {hz:.0} |")).concat();
    line(text, &format!("| song | bank |{heads}"));
    line(
        text,
        &format!("| --- | --- |{}", " --: |".repeat(OCTAVES_HZ.len())),
    );
    for pair in &beside.songs {
        for (whose, figures) in [("ours", &pair.ours), ("TimGM6mb", &pair.theirs)] {
            let octaves = figures.octaves_db.map(|db| format!(" {db:.0} |")).concat();
            line(text, &format!("| {} | {whose} |{octaves}", pair.name));
        }
    }
    line(text, FAMILIES);
    let usual_lu = beside.usual_lu();
    for pair in &beside.families {
        line(text, &family(pair, usual_lu));
    }
    line(
        text,
        &format!(
            "\nThe loudness of our families above that of TimGM6mb's is {usual_lu:+.1} LU on the whole."
        ),
    );
}

fn level(name: &str, whose: &str, figures: &Figures) -> String {
    format!(
        "| {name} | {whose} | {:.1} | {:.1} | {:.1} | {:.1} | {:.0} |",
        figures.integrated_lufs,
        figures.loudest_lufs,
        figures.range_lu,
        figures.true_peak_db,
        figures.centroid_hz
    )
}

fn family(pair: &Pair, usual_lu: f64) -> String {
    format!(
        "| {} | {:.1} | {:.1} | {:+.1} | {:.0} | {:.0} | {:+.2} | {} |",
        pair.name,
        pair.ours.integrated_lufs,
        pair.theirs.integrated_lufs,
        pair.louder_lu(),
        pair.ours.centroid_hz,
        pair.theirs.centroid_hz,
        pair.brighter_octaves(),
        pair.words(usual_lu)
    )
}
