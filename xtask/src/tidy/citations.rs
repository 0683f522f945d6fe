//! Rule on documents cited in comments: each key stands in docs/sources.md.
//!
//! A key is a short name in square brackets: all capitals and digits (`DLS2`, `RP-015`) anywhere in
//! a comment, or any one word where a comment names its source (`Source:` or a `# Source` heading).
//! The list is a table whose rows begin with the key.

use std::collections::BTreeSet;

use super::{Finding, Tree};

const LIST: &str = "docs/sources.md";

/// Every key in a comment has its entry in the list.
pub(super) fn sources(tree: &Tree, findings: &mut Vec<Finding>) {
    let Some(list) = tree.texts.get(LIST) else {
        findings.push(Finding::whole(LIST, "is missing"));
        return;
    };
    let known = keys_of(list);
    for (path, source) in &tree.rust {
        let mut names_source = false;
        for (number, line) in source.comments() {
            // What stands in backticks is code; escaped brackets keep rustdoc from seeing a link.
            let line: String = line.split('`').step_by(2).collect::<Vec<_>>().join("``");
            let line = line.replace("\\[", "[").replace("\\]", "]");
            let words = line.trim().trim_start_matches(['/', '!']).trim();
            if words.is_empty() || words.starts_with("# ") {
                names_source = false;
            }
            names_source |= words.starts_with("# Source") || words.contains("Source:");
            for word in bracketed(&line) {
                if (names_source || is_key(word)) && !known.contains(word) {
                    let text = format!("[{word}] has no entry in {LIST}");
                    findings.push(Finding::new(path, number, text));
                }
            }
        }
    }
}

/// The keys that the list explains: the first cell of each row.
fn keys_of(list: &str) -> BTreeSet<&str> {
    let cells = list
        .lines()
        .filter_map(|line| line.trim().strip_prefix("| ["));
    cells
        .filter_map(|rest| Some(rest.split_once(']')?.0))
        .collect()
}

fn is_key(word: &str) -> bool {
    let capitals =
        |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '-';
    word.len() > 1
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.chars().all(capitals)
}

/// Single words in square brackets that are neither links with a target nor indices of something.
fn bracketed(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices('[').filter_map(|(at, _)| {
        let before = line[..at].chars().next_back();
        let (word, after) = line[at + 1..].split_once(']')?;
        let single = word.starts_with(|c: char| c.is_ascii_alphabetic())
            && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        let index =
            before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ']' | '#' | '!'));
        let link = after.starts_with(['(', '[', ':']);
        (single && !index && !link).then_some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{found, only};
    use super::*;

    const ENTRIES: &str = "| key | title |\n| --- | --- |\n| [WDK] | Kit |\n| [hdr] | header |\n";

    fn check(text: &str) -> Vec<String> {
        found(sources, &[("a.rs", text), (LIST, ENTRIES)])
    }

    #[test]
    fn known_keys_are_fine_escaped_or_not() {
        let text = "//! A. Source: [WDK] Streams; [hdr].\n/// # Source\n/// \\[WDK\\] Clocks.\n";
        assert!(check(text).is_empty());
    }

    #[test]
    fn unknown_key_is_found_anywhere_in_comments() {
        assert_eq!(
            check("//! A.\n// as in [DLS9]\n/// \\[RP-999\\]\n"),
            ["a.rs:2", "a.rs:3"]
        );
    }

    #[test]
    fn unknown_word_is_found_where_a_source_is_named() {
        assert_eq!(
            check("//! A.\n//! Source: [Hearsay], page 3.\n"),
            ["a.rs:2"]
        );
        assert_eq!(
            check("//! A.\n/// # Source\n/// [Hearsay]\nfn a() {}\n"),
            ["a.rs:3"]
        );
    }

    #[test]
    fn links_indices_and_code_are_no_keys() {
        let text = "//! A [Thing], `scan [TIMES]`, [`CONST`], [ABC](x), [ABC]: x, words[AB], [N].\n\
                    fn a() { b([ABCD]) }\n//! planar [channel][frame]\n// #[CFG]\n";
        assert!(check(text).is_empty());
    }

    #[test]
    fn absent_list_is_found() {
        assert_eq!(only(sources, &[("a.rs", "//! A.")]), "is missing");
    }
}
