//! The page's part on drum kits.

use super::line;
use crate::kit::{Kit, Strokes};

/// How each figure of kits is made, and the tables.
pub(super) fn kits(text: &mut String, kits: &[Kit]) {
    line(text, "\n## The kits\n");
    line(
        text,
        "Programs on a drum part, in GS and, with bank 120, in General MIDI 2. *Own* keys sound unlike \
         the standard kit's; they have to be those of the kit's map. *Beside* is the mean power of the \
         loudest twentieths of a second of the keys 35 to 81, beside the standard kit's, within 3 dB. \
         *Velocity* counts the main drums that grow by 1 dB and 1 % of brightness or more from 30 to \
         64 to 100 to 127. *Tuned* is the worst of the tuned drums, in cents of the pitch on which it \
         comes to rest, within 3. *Cut* is the most that a drum leaves of another of its group after \
         a tenth of a second, below -20 dB. *Alias* is the worst of the tonal drums that loop, below \
         -70 dB.\n",
    );
    line(
        text,
        "| program | kit | keys | own | quietest, dB | beside, dB | velocity | tuned, cents | cut, dB | alias, dB | not kept |",
    );
    line(
        text,
        "| --: | --- | --: | --: | --: | --: | --: | --: | --: | --: | --- |",
    );
    for kit in kits {
        line(text, &row(kit));
    }
    for kit in kits {
        drums(text, kit);
    }
}

fn row(kit: &Kit) -> String {
    let quietest = kit.drums.iter().map(|drum| drum.peak_db);
    let risen = kit.strokes.iter().filter(|strokes| strokes.rise()).count();
    let or_none = |figure: Option<String>| figure.unwrap_or_else(|| "–".to_owned());
    let tuned = kit
        .tones
        .iter()
        .max_by(|one, other| one.cents.abs().total_cmp(&other.cents.abs()))
        .map(|worst| format!("{:.2} @{}", worst.cents, worst.key));
    let cut = kit
        .cuts
        .iter()
        .max_by(|one, other| one.left_db.total_cmp(&other.left_db))
        .map(|worst| format!("{:.0} @{}", worst.left_db, worst.rings));
    let alias = kit
        .alias
        .map(|(key, level_db)| format!("{level_db:.0} @{key}"));
    format!(
        "| {} | {} | {} | {} | {:.0} | {:+.1} | {risen} of {} | {} | {} | {} | {} |",
        kit.map.program,
        kit.name,
        kit.drums.len(),
        kit.own().count(),
        quietest.fold(0.0, f64::min),
        kit.beside_db,
        kit.strokes.len(),
        or_none(tuned),
        or_none(cut),
        or_none(alias),
        match kit.broken().join(", ") {
            broken if broken.is_empty() => broken,
            broken => format!("**{broken}**"),
        }
    )
}

/// The keys that are a kit's own.
fn drums(text: &mut String, kit: &Kit) {
    line(text, &format!("\n### {}\n", kit.name));
    line(
        text,
        "Velocity 100; the fall is to 40 dB below the loudest twentieth of a second; levels and \
         brightness at velocities 30, 64, 100 and 127.\n",
    );
    line(
        text,
        "| key | level, dB | LUFS | fall, s | centroid, Hz | levels, dB | brightness, Hz |",
    );
    line(text, "| --: | --: | --: | --: | --: | --- | --- |");
    for drum in kit.own() {
        let strokes = kit.strokes.iter().find(|strokes| strokes.key == drum.key);
        let (levels, brightness) = strokes.map_or_else(Default::default, expression);
        line(
            text,
            &format!(
                "| {} | {:.1} | {:.1} | {:.2} | {:.0} | {levels} | {brightness} |",
                drum.key, drum.peak_db, drum.loudness_lufs, drum.fall_s, drum.centroid_hz
            ),
        );
    }
}

fn expression(strokes: &Strokes) -> (String, String) {
    let words = |figures: [f64; 4]| figures.map(|figure| format!("{figure:.0}")).join(", ");
    (words(strokes.levels_db), words(strokes.centroids_hz))
}
