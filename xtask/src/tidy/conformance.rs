//! Rules on docs/pipeline.md, docs/formats.md, docs/conformance.md and docs/hosts.md: each row
//! names code that exists, with a test that exists.
//!
//! A row is `| what | path: item | path: test | note |`. Of an item the last name counts
//! (`Port::render` is `render`); several in one cell stand apart by semicolons. A cell that is a
//! dash needs a note with the reason.

use super::source::{Source, identifiers};
use super::{Finding, Tree};

/// Every row of the pipeline's table keeps its word.
pub(super) fn pipeline(tree: &Tree, findings: &mut Vec<Finding>) {
    rows("docs/pipeline.md", tree, findings);
}

/// Every row of the bank formats' tables keeps its word.
pub(super) fn formats(tree: &Tree, findings: &mut Vec<Finding>) {
    rows("docs/formats.md", tree, findings);
}

/// Every row of the tables of what sounds keeps its word.
pub(super) fn conformance(tree: &Tree, findings: &mut Vec<Finding>) {
    rows("docs/conformance.md", tree, findings);
}

/// Requests of users and limits of the framework, row by row.
pub(super) fn hosts(tree: &Tree, findings: &mut Vec<Finding>) {
    rows("docs/hosts.md", tree, findings);
}

/// Every row of a file keeps its word.
fn rows(file: &str, tree: &Tree, findings: &mut Vec<Finding>) {
    let Some(text) = tree.texts.get(file) else {
        findings.push(Finding::whole(file, "is missing"));
        return;
    };
    let mut found = 0;
    for (line, cells) in body(text) {
        found += 1;
        let texts = Row::of(&cells).map_or_else(
            || vec!["has other cells than `what | path: item | path: test | note`".to_owned()],
            |row| row.faults(tree),
        );
        findings.extend(texts.into_iter().map(|text| Finding::new(file, line, text)));
    }
    if found == 0 {
        findings.push(Finding::whole(file, "has no row"));
    }
}

/// The rows of all tables, each with its line, without headings.
fn body(text: &str) -> Vec<(usize, Vec<String>)> {
    let mut rows = Vec::new();
    let mut in_body = false;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if !line.starts_with('|') {
            in_body = false;
        } else if is_separator(line) {
            in_body = true;
        } else if in_body {
            rows.push((index + 1, cells(line)));
        }
    }
    rows
}

/// The line under a heading: dashes and colons only.
fn is_separator(line: &str) -> bool {
    line.contains("--") && line.chars().all(|letter| "|-: ".contains(letter))
}

/// The cells of a row, without the backticks of code; `\|` is a letter.
fn cells(line: &str) -> Vec<String> {
    let line = line.replace("\\|", "\u{1}");
    let line = line.strip_prefix('|').unwrap_or(&line);
    let line = line.trim_end();
    let line = line.strip_suffix('|').unwrap_or(line);
    let plain = |cell: &str| {
        cell.replace('\u{1}', "|")
            .replace('`', "")
            .trim()
            .to_owned()
    };
    line.split('|').map(plain).collect()
}

/// One row of the table.
struct Row<'a> {
    what: &'a str,
    code: &'a str,
    test: &'a str,
    note: &'a str,
}

impl<'a> Row<'a> {
    fn of(cells: &'a [String]) -> Option<Self> {
        let [what, code, test, note] = cells else {
            return None;
        };
        Some(Self {
            what,
            code,
            test,
            note,
        })
    }

    fn faults(&self, tree: &Tree) -> Vec<String> {
        let mut faults = Vec::new();
        if self.what.is_empty() {
            faults.push("says nothing of what it is about".to_owned());
        }
        for (cell, is_there, kind) in [
            (self.code, names as Look, "item"),
            (self.test, has_function as Look, "test"),
        ] {
            if matches!(cell, "" | "-" | "–" | "—") {
                if self.note.is_empty() {
                    faults.push(format!("names no {kind}, without a reason"));
                }
                continue;
            }
            let entries = cell.split(';').map(str::trim);
            faults.extend(entries.filter_map(|entry| fault(tree, entry, is_there, kind)));
        }
        faults
    }
}

/// Whether a file has something of a name.
type Look = fn(&Tree, &str, &str) -> Option<bool>;

/// What is wrong with one `path: name`.
fn fault(tree: &Tree, entry: &str, is_there: Look, kind: &str) -> Option<String> {
    let Some((path, item)) = entry.split_once(": ") else {
        return Some(format!("`{entry}` is not of the form `path: {kind}`"));
    };
    let (path, last) = (path.trim(), item.rsplit("::").next().unwrap_or(item));
    let Some((name, _)) = identifiers(last).next() else {
        return Some(format!("`{entry}` names no {kind}"));
    };
    match is_there(tree, path, name) {
        None => Some(format!("{path} does not exist")),
        Some(false) => Some(format!("{path} has no {kind} `{name}`")),
        Some(true) => None,
    }
}

/// Whether the code of a file has the name as a word of its own; any text counts as code where the
/// file is not Rust.
fn names(tree: &Tree, path: &str, name: &str) -> Option<bool> {
    let is_in = |line: &str| identifiers(line).any(|(word, _)| word == name);
    let rust = |source: &Source| source.code().any(|(_, line)| is_in(line));
    let other = |text: &String| text.lines().any(is_in);
    let in_rust = tree.rust.get(path).map(rust);
    in_rust.or_else(|| tree.texts.get(path).map(other))
}

/// Whether a Rust file has a function of that name.
fn has_function(tree: &Tree, path: &str, name: &str) -> Option<bool> {
    let source = tree.rust.get(path)?;
    Some(source.code().any(|(_, line)| {
        identifiers(line).any(|(word, rest)| {
            word == "fn" && identifiers(rest).next().is_some_and(|(it, _)| it == name)
        })
    }))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{found, only};
    use super::*;

    const HEAD: &str = "# Pipeline\n\n| what | code | test | note |\n| --- | :-- | --- | --- |\n";
    const CODE: &str =
        "//! A port.\nimpl Port {\n    /// Plays ghost.\n    pub fn render() {}\n}\n";
    const TEST: &str = "//! Tests.\n#[test]\nfn a_block_is_rendered() {}\n";

    fn files(row: &str) -> [(&'static str, String); 3] {
        [
            ("docs/pipeline.md", format!("{HEAD}{row}\n")),
            ("a/port.rs", CODE.to_owned()),
            ("a/tests/block.rs", TEST.to_owned()),
        ]
    }

    fn check(row: &str) -> Vec<String> {
        let files = files(row);
        let files: Vec<_> = files.iter().map(|(path, text)| (*path, &**text)).collect();
        found(pipeline, &files)
    }

    fn fault_of(row: &str) -> String {
        let files = files(row);
        let files: Vec<_> = files.iter().map(|(path, text)| (*path, &**text)).collect();
        only(pipeline, &files)
    }

    #[test]
    fn row_whose_code_and_test_exist_is_fine() {
        for row in [
            "| IMXF ([WDK]) | a/port.rs: Port::render | a/tests/block.rs: a_block_is_rendered | |",
            "| `a \\| b` | `a/port.rs`: `render()` | a/tests/block.rs: a_block_is_rendered | x |",
            "| two | a/port.rs: render; a/port.rs: Port | \
             a/tests/block.rs: a_block_is_rendered | |",
            "| a flag | docs/pipeline.md: Pipeline | a/tests/block.rs: a_block_is_rendered | |",
        ] {
            assert!(check(row).is_empty(), "{row}: {:?}", check(row));
        }
    }

    #[test]
    fn absent_file_item_or_test_is_found() {
        for (row, fault) in [
            (
                "| x | a/gone.rs: render | – | why |",
                "a/gone.rs does not exist",
            ),
            (
                "| x | a/port.rs: Port::rende | – | why |",
                "has no item `rende`",
            ),
            (
                "| x | a/port.rs: ghost | – | a comment is no code |",
                "no item `ghost`",
            ),
            (
                "| x | – | a/tests/gone.rs: a | why |",
                "a/tests/gone.rs does not exist",
            ),
            (
                "| x | – | a/tests/block.rs: a_block | why |",
                "has no test `a_block`",
            ),
            (
                "| x | – | a/tests/block.rs: test | why |",
                "has no test `test`",
            ),
            ("| x | a/port.rs | – | why |", "is not of the form"),
            ("| x | a/port.rs: () | – | why |", "names no item"),
            ("| | – | – | why |", "says nothing of what it is about"),
        ] {
            let text = fault_of(row);
            assert!(text.contains(fault), "{row}: {text}");
        }
    }

    #[test]
    fn dash_needs_its_reason() {
        assert_eq!(
            check("| x | – | – | |"),
            ["docs/pipeline.md:5", "docs/pipeline.md:5"]
        );
        assert!(check("| x | – | – | not of this world |").is_empty());
        let fault = fault_of("| x | a/port.rs: render | - | |");
        assert_eq!(fault, "names no test, without a reason");
    }

    #[test]
    fn row_of_another_shape_is_found() {
        assert!(fault_of("| x | a/port.rs: render |").contains("other cells"));
    }

    #[test]
    fn headings_and_other_text_are_no_rows() {
        let row = "| x | – | – | why |\n\nText | with | bars.\n\n| a | b |\n| --- | --- |";
        assert!(check(row).is_empty());
    }

    #[test]
    fn absent_or_empty_table_is_found() {
        assert_eq!(only(pipeline, &[("a.rs", "//! A.")]), "is missing");
        assert_eq!(fault_of(""), "has no row");
    }

    #[test]
    fn each_rule_looks_at_its_own_file() {
        let bad = format!("{HEAD}| x | – | – | |\n");
        let good = format!("{HEAD}| x | – | – | why |\n");
        let files = [("docs/formats.md", &*bad), ("docs/pipeline.md", &*good)];
        assert!(found(pipeline, &files).is_empty());
        assert_eq!(
            found(formats, &files),
            ["docs/formats.md:5", "docs/formats.md:5"]
        );
        assert_eq!(only(formats, &files[1..]), "is missing");
        assert_eq!(only(conformance, &files), "is missing");
    }
}
