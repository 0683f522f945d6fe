//! The page's part on variations.

use super::line;
use crate::declared;
use crate::variations::Variation;

/// The table of all variations.
pub(super) fn variations(text: &mut String, variations: &[Variation]) {
    line(text, "\n## Variations\n");
    line(
        text,
        "Programs count from 1; *GM2* is the lower byte of bank 121, *GS* the upper byte of the bank. \
         *Changes* is what is heard of the difference from the capital tone, above -20 dB of it. \
         Loudness is promised as for the capital tone, but for drums and noises.\n",
    );
    line(
        text,
        "| program | GM2 | GS | variation | LUFS | off | weakest, dB | changes, dB | not kept |",
    );
    line(
        text,
        "| --: | --: | --: | --- | --: | --: | --: | --: | --- |",
    );
    for variation in variations {
        line(
            text,
            &format!(
                "| {} | {} | {} | {} | {:.1} | {:+.1} | {:.0} | {:.0} | {} |",
                u16::from(variation.program) + 1,
                variation.gm2,
                variation
                    .gs
                    .map_or_else(|| "–".to_owned(), |msb| msb.to_string()),
                variation.name,
                variation.loudness_lufs,
                variation.loudness_lufs - declared::loudness_lufs(variation.program),
                variation.quietest_db,
                variation.changes_db,
                match variation.broken().join(", ") {
                    broken if broken.is_empty() => broken,
                    broken => format!("**{broken}**"),
                }
            ),
        );
    }
}
