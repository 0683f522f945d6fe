//! Names of keys: notes by letter and octave, drums by what they are.
//!
//! Source: \[GM1\] percussion key map; octaves are numbered so that c4 is key 60.

use super::word::Word;
use crate::error::TextError;

/// Short names of the drum keys.
const DRUMS: [(&str, u8); 27] = [
    ("kick", 36),
    ("rim", 37),
    ("snare", 38),
    ("clap", 39),
    ("snare2", 40),
    ("floor", 41),
    ("hat", 42),
    ("floor2", 43),
    ("pedal", 44),
    ("tom1", 45),
    ("open", 46),
    ("tom2", 47),
    ("tom3", 48),
    ("crash", 49),
    ("tom4", 50),
    ("ride", 51),
    ("china", 52),
    ("bell", 53),
    ("tamb", 54),
    ("splash", 55),
    ("cowbell", 56),
    ("crash2", 57),
    ("ride2", 59),
    ("bongo1", 60),
    ("bongo2", 61),
    ("cabasa", 69),
    ("shaker", 70),
];

/// The key a word names.
pub(super) fn key(word: &Word<'_>, drums: bool) -> Result<u8, TextError> {
    if drums {
        let drum = DRUMS.iter().find(|(name, _)| *name == word.text);
        return drum.map(|(_, key)| *key).ok_or_else(|| {
            word.expected(&super::list("a drum", DRUMS.iter().map(|(name, _)| *name)))
        });
    }
    note(word.text).ok_or_else(|| {
        word.expected(
            "a note from c-1 to g9 such as c4, f#3 or bb2, or r, _, %, vN, gN, {..}, [..]",
        )
    })
}

fn note(text: &str) -> Option<u8> {
    let mut letters = text.chars();
    let base = match letters.next()? {
        'c' => 0,
        'd' => 2,
        'e' => 4,
        'f' => 5,
        'g' => 7,
        'a' => 9,
        'b' => 11,
        _ => return None,
    };
    let rest = letters.as_str();
    let (shift, octave) = match rest.chars().next()? {
        '#' => (1, rest.get(1..)?),
        'b' => (-1, rest.get(1..)?),
        _ => (0, rest),
    };
    if octave.starts_with('+') {
        return None;
    }
    let octave: i32 = octave
        .parse()
        .ok()
        .filter(|octave| (-1..=9).contains(octave))?;
    u8::try_from((octave + 1) * 12 + base + shift)
        .ok()
        .filter(|key| *key < 128)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_have_their_keys() {
        for (text, expected) in [
            ("c4", Some(60)),
            ("a4", Some(69)),
            ("f#3", Some(54)),
            ("bb2", Some(46)),
            ("b2", Some(47)),
            ("cb4", Some(59)),
            ("c-1", Some(0)),
            ("g9", Some(127)),
            ("g#9", None),
            ("cb-1", None),
            ("h4", None),
            ("c", None),
            ("c+4", None),
            ("c44", None),
        ] {
            assert_eq!(note(text), expected, "{text}");
        }
    }
}
