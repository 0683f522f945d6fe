//! Rules on single words: unfinished or switched-off code, and what only one machine understands.

use super::source::identifiers;
use super::{Finding, Tree};

/// Macros that stand for code that is missing or left over.
const UNFINISHED: [&str; 3] = ["todo", "unimplemented", "dbg"];

/// Words of no text file. In halves here, so that this file passes its own rule.
const FORBIDDEN: [(&str, &str); 5] = [
    (concat!("FIX", "ME"), "a note of something undone"),
    (concat!("XX", "X"), "a note of something undone"),
    (concat!("/wo", "rk/"), "a path of one machine"),
    (concat!("/ro", "ot/"), "a path of one machine"),
    (concat!("/tmp/", "target"), "a path of one machine"),
];

/// No missing code, no tests switched off, no waiver that outlives its reason, no `mod.rs`.
pub(super) fn refused_code(tree: &Tree, findings: &mut Vec<Finding>) {
    for (path, source) in &tree.rust {
        if path.ends_with("/mod.rs") {
            findings.push(Finding::whole(
                path,
                "is called `mod.rs`; put it beside its folder",
            ));
        }
        for (number, line) in source.code() {
            let attribute = line.trim_start().starts_with("#[");
            for (word, rest) in identifiers(line) {
                if UNFINISHED.contains(&word) && rest.starts_with('!') {
                    findings.push(Finding::new(path, number, format!("`{word}!` is refused")));
                }
                if word == "allow" && rest.starts_with('(') {
                    let text = "`allow(..)` is refused: `expect(.., reason = \"..\")` goes stale";
                    findings.push(Finding::new(path, number, text));
                }
                if word == "ignore" && attribute {
                    findings.push(Finding::new(
                        path,
                        number,
                        "a test that never runs is refused",
                    ));
                }
            }
        }
        for (number, line) in source.comments() {
            let fence = line.split_once("```").map_or("", |(_, language)| language);
            if fence
                .split(|letter: char| !letter.is_alphanumeric())
                .any(|word| word == "ignore")
            {
                findings.push(Finding::new(
                    path,
                    number,
                    "an example that is never built is refused",
                ));
            }
        }
    }
}

/// No notes of things undone, no paths that exist on one machine only.
pub(super) fn forbidden_words(tree: &Tree, findings: &mut Vec<Finding>) {
    for (path, text) in tree.all().filter(|(path, _)| *path != "Cargo.lock") {
        for (index, line) in text.lines().enumerate() {
            for (word, what) in FORBIDDEN {
                if line.contains(word) {
                    findings.push(Finding::new(path, index + 1, format!("`{word}`: {what}")));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;
    use super::*;

    #[test]
    fn unfinished_code_is_found_in_code_only() {
        let text = "//! `todo!()` is a macro.\nfn a() { todo!() }\nfn b() { dbg!(1); }\n\
                    const C: &str = \"unimplemented!\";\nfn d() { unimplemented!() }\n";
        assert_eq!(
            found(refused_code, &[("a.rs", text)]),
            ["a.rs:2", "a.rs:3", "a.rs:5"]
        );
    }

    #[test]
    fn switched_off_tests_and_examples_are_found() {
        let text = "//! A.\n#[test]\n#[ignore]\nfn a() {}\n#[cfg_attr(x, ignore = \"slow\")]\n\
                    fn b() {}\n/// ```ignore\n/// x\n/// ```\nfn ignore() {}\n/// ```text\n";
        assert_eq!(
            found(refused_code, &[("a.rs", text)]),
            ["a.rs:3", "a.rs:5", "a.rs:7"]
        );
    }

    #[test]
    fn waivers_without_an_end_are_found() {
        let text = "//! A.\n#![allow(dead_code)]\n#[cfg_attr(\n    x,\n    allow(unused)\n)]\n\
                    #[expect(unused, reason = \"x\")]\nfn allowed() {}\n";
        assert_eq!(found(refused_code, &[("a.rs", text)]), ["a.rs:2", "a.rs:5"]);
    }

    #[test]
    fn mod_rs_is_found() {
        assert_eq!(
            found(refused_code, &[("a/mod.rs", "//! A.")]),
            ["a/mod.rs:0"]
        );
        assert!(found(refused_code, &[("a/my_mod.rs", "//! A.")]).is_empty());
    }

    #[test]
    fn forbidden_words_are_found_in_any_text_file() {
        for (word, _) in FORBIDDEN {
            let text = format!("fine\nsee {word}x");
            let files = [("a.md", &*text), ("b.rs", &*text), ("Cargo.lock", &*text)];
            assert_eq!(
                found(forbidden_words, &files),
                ["a.md:2", "b.rs:2"],
                "{word}"
            );
        }
    }

    #[test]
    fn ordinary_paths_are_fine() {
        let text = "runs in target/bundled, .github/workflows/ci.yml";
        assert!(found(forbidden_words, &[("a.md", text)]).is_empty());
    }
}
