//! Rule on reach: a Rust file that no build contains is a test or a part that nobody runs.
//!
//! Starts at what cargo builds (`src/lib.rs`, `src/main.rs`, programs, tests, benches, examples, and
//! the paths that a manifest names) and follows `mod name;`, `#[path]` and `include!`.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::source::identifiers;
use super::{Finding, Tree};

/// Every Rust file of a package is part of something that cargo builds.
pub(super) fn every_file_is_built(tree: &Tree, findings: &mut Vec<Finding>) {
    let mut folders: Vec<&str> = tree
        .texts
        .keys()
        .filter_map(|path| path.strip_suffix("/Cargo.toml"))
        .collect();
    // The innermost package owns a file: `tests/` is one, and has a folder `tests` of its own.
    folders.sort_by_key(|folder| std::cmp::Reverse(folder.len()));
    let owner = |path: &str| {
        folders.iter().copied().find(|folder| {
            path.strip_prefix(folder)
                .is_some_and(|inside| inside.starts_with('/'))
        })
    };
    let mut waiting: Vec<(String, bool)> = Vec::new();
    for path in tree.rust.keys() {
        if let Some(folder) = owner(path)
            && is_root(tree, folder, &path[folder.len() + 1..])
        {
            waiting.push((path.clone(), true));
        }
    }
    let mut reached: BTreeSet<String> = BTreeSet::new();
    while let Some((path, root)) = waiting.pop() {
        if reached.insert(path.clone()) {
            let next = named_files(tree, &path, root);
            waiting.extend(next.into_iter().map(|file| (file, false)));
        }
    }
    for path in tree.rust.keys().filter(|path| !reached.contains(*path)) {
        findings.push(Finding::whole(path, "no build contains this file"));
    }
}

/// Whether cargo starts a target at this file of a package.
fn is_root(tree: &Tree, folder: &str, inside: &str) -> bool {
    let manifest = tree.texts.get(&format!("{folder}/Cargo.toml"));
    let manifest = manifest
        .and_then(|text| text.parse::<Table>().ok())
        .unwrap_or_default();
    if declared(&manifest).contains(&inside) {
        return true;
    }
    let finds = |key: &str| {
        let package = manifest.get("package");
        package
            .and_then(|table| table.get(key))
            .and_then(Value::as_bool)
            .unwrap_or(true)
    };
    let parts: Vec<&str> = inside.split('/').collect();
    match parts[..] {
        ["build.rs"] | ["src", "lib.rs" | "main.rs"] => true,
        ["src", "bin", _] | ["src", "bin", _, "main.rs"] => finds("autobins"),
        ["tests", _] | ["tests", _, "main.rs"] => finds("autotests"),
        ["benches", _] | ["benches", _, "main.rs"] => finds("autobenches"),
        ["examples", _] | ["examples", _, "main.rs"] => finds("autoexamples"),
        _ => false,
    }
}

/// The paths of targets that a manifest names.
fn declared(manifest: &Table) -> Vec<&str> {
    let single = manifest.get("lib").into_iter();
    let lists = ["bin", "test", "bench", "example"]
        .into_iter()
        .filter_map(|kind| manifest.get(kind));
    let listed = lists.filter_map(Value::as_array).flatten();
    single
        .chain(listed)
        .filter_map(|table| table.get("path")?.as_str())
        .collect()
}

/// The files that a file names as its modules or includes, as far as they exist.
fn named_files(tree: &Tree, path: &str, root: bool) -> Vec<String> {
    let Some(source) = tree.rust.get(path) else {
        return Vec::new();
    };
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.strip_suffix(".rs").unwrap_or(file);
    let modules = if root {
        folder.to_owned()
    } else {
        format!("{folder}/{stem}")
    };
    let mut found = Vec::new();
    let mut placed: Option<String> = None;
    for ((_, code), text) in source.code().zip(source.text().lines()) {
        if let Some(elsewhere) = quoted_after(code, text, "#[path") {
            placed = Some(elsewhere);
        } else if let Some(included) = quoted_after(code, text, "include!(") {
            found.push(joined(folder, &included));
        } else if let Some(name) = module(code) {
            match placed.take() {
                Some(elsewhere) => found.push(joined(folder, &elsewhere)),
                None => found.push(format!("{modules}/{name}.rs")),
            }
        }
    }
    found.retain(|file| tree.rust.contains_key(file));
    found
}

/// The name in `mod name;`, whoever may see it.
fn module(code: &str) -> Option<&str> {
    let mut words = identifiers(code).skip_while(|(word, _)| *word != "mod");
    words.next()?;
    let (name, rest) = words.next()?;
    rest.trim_start().starts_with(';').then_some(name)
}

/// What stands in quotes after a mark, where the mark is code.
fn quoted_after(code: &str, text: &str, mark: &str) -> Option<String> {
    let rest = text.get(code.find(mark)?..)?;
    rest.split('"').nth(1).map(str::to_owned)
}

/// A path from a folder, with `..` walked.
fn joined(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;
    use super::*;

    #[test]
    fn test_in_a_folder_that_nothing_names_is_found() {
        let files = [
            ("crates/a/Cargo.toml", ""),
            ("crates/a/src/lib.rs", "//! A."),
            ("crates/a/tests/top.rs", "//! T.\nmod shared;\n"),
            ("crates/a/tests/shared.rs", "//! S."),
            ("crates/a/tests/deep/lost.rs", "//! L."),
            ("crates/a/tests/whole/main.rs", "//! W.\nmod part;\n"),
            ("crates/a/tests/whole/part.rs", "//! P."),
        ];
        assert_eq!(
            found(every_file_is_built, &files),
            ["crates/a/tests/deep/lost.rs:0"]
        );
    }

    #[test]
    fn modules_are_followed_beside_and_below() {
        let files = [
            ("a/Cargo.toml", ""),
            (
                "a/src/lib.rs",
                "//! A.\npub mod x;\npub(crate) mod y;\n// mod z;\nmod inline {}\n",
            ),
            ("a/src/x.rs", "//! X.\nmod deep;\n"),
            ("a/src/x/deep.rs", "//! D."),
            ("a/src/x/lost.rs", "//! L."),
            ("a/src/y.rs", "//! Y."),
            ("a/src/z.rs", "//! Z."),
        ];
        assert_eq!(
            found(every_file_is_built, &files),
            ["a/src/x/lost.rs:0", "a/src/z.rs:0"]
        );
    }

    #[test]
    fn named_paths_and_includes_are_followed() {
        let files = [
            (
                "a/Cargo.toml",
                "[[bin]]\nname = \"b\"\npath = \"programs/b.rs\"\n",
            ),
            (
                "a/programs/b.rs",
                "//! B.\n#[path = \"../other/c.rs\"]\nmod c;\ninclude!(\"d.rs\");\n",
            ),
            ("a/programs/d.rs", "//! D."),
            ("a/other/c.rs", "//! C."),
        ];
        assert!(found(every_file_is_built, &files).is_empty());
    }

    #[test]
    fn manifest_that_finds_no_tests_by_itself_reaches_none() {
        let files = [
            ("a/Cargo.toml", "[package]\nautotests = false\n"),
            ("a/src/lib.rs", "//! A."),
            ("a/tests/t.rs", "//! T."),
        ];
        assert_eq!(found(every_file_is_built, &files), ["a/tests/t.rs:0"]);
    }

    #[test]
    fn innermost_package_owns_a_file() {
        let files = [
            ("tests/Cargo.toml", ""),
            ("tests/src/lib.rs", "//! H."),
            ("tests/tests/t.rs", "//! T."),
            ("a/Cargo.toml", ""),
            (
                "a/fuzz/Cargo.toml",
                "[[bin]]\nname = \"f\"\npath = \"targets/f.rs\"\n",
            ),
            ("a/fuzz/targets/f.rs", "//! F."),
        ];
        assert!(found(every_file_is_built, &files).is_empty());
    }
}
