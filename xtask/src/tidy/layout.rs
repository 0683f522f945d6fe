//! Rules on a file as a whole: how it opens, how long it is, what its crate promises.

use super::{Finding, Tree};

/// Lines from which a file is looked at.
const GROWING: usize = 400;
/// Lines from which a file must say why it is long.
const LONG: usize = 700;
const REASON: &str = "//! Long because: ";
const PROMISE: &str = "#![forbid(unsafe_code)]";
/// Crates that speak with foreign code: the host boundary, and the host that loads bundles.
const FOREIGN: [&str; 2] = ["crates/entry", "tests"];

/// Every Rust file opens by saying what it is.
pub(super) fn heads(tree: &Tree, findings: &mut Vec<Finding>) {
    for (path, source) in &tree.rust {
        let first = source.text().lines().next().unwrap_or_default();
        if first
            .strip_prefix("//!")
            .is_none_or(|words| words.trim().is_empty())
        {
            findings.push(Finding::new(
                path,
                1,
                "the file does not open with `//!` and a sentence",
            ));
        }
    }
}

/// A long file gives its reason, or is two files.
pub(super) fn lengths(tree: &Tree, findings: &mut Vec<Finding>) {
    for (path, source) in &tree.rust {
        let lines = source.text().lines().count();
        if lines > LONG && !source.text().lines().any(|line| line.starts_with(REASON)) {
            let text = format!("{lines} lines and no line `{REASON}...`; {LONG} are the alarm");
            findings.push(Finding::whole(path, text));
        }
    }
}

/// Files that begin to be long: worth a look, no fault.
pub(super) fn growing(tree: &Tree) -> Vec<String> {
    let lines = |text: &str| text.lines().count();
    let files = tree
        .rust
        .iter()
        .map(|(path, source)| (path, lines(source.text())));
    files
        .filter(|(_, lines)| *lines >= GROWING)
        .map(|(path, lines)| format!("{path} has {lines} lines"))
        .collect()
}

/// Every crate but those that speak with foreign code forbids `unsafe`.
pub(super) fn unsafe_is_forbidden(tree: &Tree, findings: &mut Vec<Finding>) {
    let folders = tree
        .texts
        .keys()
        .filter_map(|path| path.strip_suffix("/Cargo.toml"));
    for folder in folders.filter(|folder| !FOREIGN.contains(folder)) {
        for (path, source) in &tree.rust {
            let root = path.strip_prefix(folder).is_some_and(|file| {
                matches!(file, "/src/lib.rs" | "/src/main.rs") || file.starts_with("/src/bin/")
            });
            if root && !source.code().any(|(_, line)| line.trim() == PROMISE) {
                findings.push(Finding::whole(
                    path,
                    format!("the crate does not say `{PROMISE}`"),
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{found, only};
    use super::*;

    #[test]
    fn file_without_a_head_is_found() {
        let files = [
            ("a.rs", "//! A.\nfn a() {}"),
            ("b.rs", "use x;\n//! B."),
            ("c.rs", ""),
            ("d.rs", "//!\n"),
        ];
        assert_eq!(found(heads, &files), ["b.rs:1", "c.rs:1", "d.rs:1"]);
    }

    #[test]
    fn long_file_needs_a_reason() {
        let bare = "//! A.\n".to_owned() + &"x\n".repeat(LONG);
        let reasoned = "//! A.\n//! Long because: a table.\n".to_owned() + &"x\n".repeat(LONG);
        let short = "//! A.\n".to_owned() + &"x\n".repeat(LONG - 1);
        let files = [
            ("bare.rs", &*bare),
            ("reasoned.rs", &*reasoned),
            ("short.rs", &*short),
        ];
        assert_eq!(found(lengths, &files), ["bare.rs:0"]);
        assert!(only(lengths, &files).contains("701"));
    }

    #[test]
    fn growing_file_is_noted_but_not_found() {
        let text = "//! A.\n".to_owned() + &"x\n".repeat(GROWING);
        assert_eq!(
            growing(&Tree::of([("a.rs", &*text)])),
            ["a.rs has 401 lines"]
        );
        assert!(found(lengths, &[("a.rs", &text)]).is_empty());
    }

    #[test]
    fn crate_without_the_promise_is_found() {
        let files = [
            ("crates/a/Cargo.toml", ""),
            ("crates/a/src/lib.rs", "//! A.\n#![forbid(unsafe_code)]\n"),
            (
                "crates/a/src/bin/b.rs",
                "//! B.\n// #![forbid(unsafe_code)]\n",
            ),
            ("crates/a/src/part.rs", "//! P.\n"),
            ("plugin/Cargo.toml", ""),
            ("plugin/src/lib.rs", "//! P.\n"),
        ];
        let places = ["crates/a/src/bin/b.rs:0", "plugin/src/lib.rs:0"];
        assert_eq!(found(unsafe_is_forbidden, &files), places);
    }

    #[test]
    fn boundary_and_test_host_need_not_promise() {
        let files = [
            ("crates/entry/Cargo.toml", ""),
            ("crates/entry/src/lib.rs", "//! E.\n"),
            ("tests/Cargo.toml", ""),
            ("tests/src/lib.rs", "//! T.\n"),
        ];
        assert!(found(unsafe_is_forbidden, &files).is_empty());
    }
}
