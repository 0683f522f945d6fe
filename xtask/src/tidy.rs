//! `tidy`: the house's rules that no compiler knows, as a test of the files themselves.
//!
//! In: every text file that git tracks or would track. Out: findings, each with its place.
//! Each rule is a function from the tree to findings, with tests at its foot that make it go red.

mod arrows;
mod atomics;
mod citations;
mod conformance;
mod framework;
mod guard;
mod layout;
mod manifests;
mod reach;
mod source;
mod words;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::project::Project;
use crate::tidy::source::Source;

/// Something that a rule objects to.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: String,
    /// From 1; 0 where the file as a whole is meant.
    line: usize,
    text: String,
}

impl Finding {
    fn new(path: &str, line: usize, text: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            text: text.into(),
        }
    }

    fn whole(path: &str, text: impl Into<String>) -> Self {
        Self::new(path, 0, text)
    }
}

/// All files that the rules look at.
#[derive(Debug, Default)]
struct Tree {
    /// Rust files, by path.
    rust: BTreeMap<String, Source>,
    /// The other text files: path and content.
    texts: BTreeMap<String, String>,
}

impl Tree {
    /// A tree of files by path from the root, with forward slashes.
    fn of<P: Into<String>, T: Into<String>>(files: impl IntoIterator<Item = (P, T)>) -> Self {
        let mut tree = Self::default();
        for (path, text) in files {
            let (path, text) = (path.into(), text.into());
            if Path::new(&path)
                .extension()
                .is_some_and(|extension| extension == "rs")
            {
                tree.rust.insert(path, Source::new(text));
            } else {
                tree.texts.insert(path, text);
            }
        }
        tree
    }

    /// The text of every file, Rust or not.
    fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        let rust = self
            .rust
            .iter()
            .map(|(path, source)| (path.as_str(), source.text()));
        rust.chain(
            self.texts
                .iter()
                .map(|(path, text)| (path.as_str(), text.as_str())),
        )
    }
}

/// A rule: adds what it objects to.
type Rule = fn(&Tree, &mut Vec<Finding>);

const RULES: [Rule; 19] = [
    layout::heads,
    layout::lengths,
    layout::unsafe_is_forbidden,
    words::refused_code,
    words::forbidden_words,
    atomics::place,
    atomics::order,
    atomics::mutants,
    guard::kernel_tests,
    framework::imports,
    arrows::arrows,
    manifests::dependencies_say_why,
    manifests::lint_thresholds,
    citations::sources,
    conformance::pipeline,
    conformance::formats,
    conformance::conformance,
    conformance::hosts,
    reach::every_file_is_built,
];

/// Runs every rule on the project's files; gives a sentence about what was read.
///
/// # Errors
/// When a rule objects; the findings are on the screen.
pub(crate) fn run(project: &Project) -> Result<String> {
    let tree = read(project.root())?;
    let mut findings = Vec::new();
    for rule in RULES {
        rule(&tree, &mut findings);
    }
    for note in layout::growing(&tree) {
        println!("note: {note}");
    }
    findings.sort();
    for Finding { path, line, text } in &findings {
        match line {
            0 => println!("{path}: {text}"),
            _ => println!("{path}:{line}: {text}"),
        }
    }
    let files = tree.rust.len() + tree.texts.len();
    if findings.is_empty() {
        println!("{files} files keep the {} rules", RULES.len());
        return Ok(format!("{files} files, {} rules", RULES.len()));
    }
    bail!("findings of tidy: {} (in {files} files)", findings.len())
}

/// Reads every text file of the project.
fn read(root: &Path) -> Result<Tree> {
    let mut files = Vec::new();
    for path in paths(root)? {
        // A file that was deleted but not yet from the index is nothing to read.
        let Ok(bytes) = fs::read(root.join(&path)) else {
            continue;
        };
        if let Ok(text) = String::from_utf8(bytes) {
            files.push((path, text));
        }
    }
    if files.is_empty() {
        bail!("no file found under {}", root.display());
    }
    Ok(Tree::of(files))
}

/// What git tracks or would track; in a folder without git, everything but build products.
fn paths(root: &Path) -> Result<Vec<String>> {
    let git = Command::new("git")
        .current_dir(root)
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .output();
    if let Ok(output) = git
        && output.status.success()
    {
        let names = output
            .stdout
            .split(|&byte| byte == 0)
            .filter(|name| !name.is_empty());
        return Ok(names
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .collect());
    }
    let mut found = Vec::new();
    walk(root, "", &mut found)?;
    Ok(found)
}

fn walk(root: &Path, inside: &str, found: &mut Vec<String>) -> Result<()> {
    let folder = root.join(inside);
    for entry in fs::read_dir(&folder).with_context(|| format!("{}", folder.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if inside.is_empty() {
            name.clone()
        } else {
            format!("{inside}/{name}")
        };
        if !entry.file_type()?.is_dir() {
            found.push(path);
        } else if name != "target" && name != ".git" {
            walk(root, &path, found)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs one rule on a few files; gives its findings as `path:line`.
    pub(super) fn found(rule: Rule, files: &[(&str, &str)]) -> Vec<String> {
        let mut findings = Vec::new();
        rule(&Tree::of(files.iter().copied()), &mut findings);
        findings.sort();
        findings
            .iter()
            .map(|found| format!("{}:{}", found.path, found.line))
            .collect()
    }

    /// The text of the only finding of a rule.
    pub(super) fn only(rule: Rule, files: &[(&str, &str)]) -> String {
        let mut findings = Vec::new();
        rule(&Tree::of(files.iter().copied()), &mut findings);
        assert_eq!(findings.len(), 1, "{findings:?}");
        findings.remove(0).text
    }

    #[test]
    fn rust_files_and_other_texts_are_told_apart() {
        let tree = Tree::of([("a/b.rs", "//! x"), ("a/Cargo.toml", "")]);
        assert_eq!(tree.rust.len(), 1);
        assert_eq!(tree.texts.len(), 1);
        assert_eq!(tree.all().count(), 2);
    }

    #[test]
    fn folder_without_git_is_walked_but_not_its_build_products() {
        let home = std::env::temp_dir().join(format!("dmus-xtask-{}-walk", std::process::id()));
        for file in ["src/deep/a.rs", "target/b.rs", "top.md"] {
            let file = home.join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "x").unwrap();
        }
        let mut found = Vec::new();
        walk(&home, "", &mut found).unwrap();
        found.sort();
        fs::remove_dir_all(&home).unwrap();
        assert_eq!(found, ["src/deep/a.rs", "top.md"]);
    }
}
