//! Rules on manifests and lint settings.

use toml::Table;

use super::{Finding, Tree};

/// Every outside dependency says in a comment what it saves.
pub(super) fn dependencies_say_why(tree: &Tree, findings: &mut Vec<Finding>) {
    let manifests = tree.texts.iter().filter(|(path, _)| is_manifest(path));
    for (path, text) in manifests {
        let mut inside = false;
        let mut before = "";
        for (index, line) in text.lines().enumerate() {
            if line.starts_with('[') {
                inside = line.trim_end().ends_with("dependencies]");
            } else if inside && is_outside(line) && !before.starts_with('#') && !line.contains(" #")
            {
                let name = line.split([' ', '.', '=']).next().unwrap_or_default();
                let text = format!("no comment above `{name}` on what it saves");
                findings.push(Finding::new(path, index + 1, text));
            }
            before = line;
        }
    }
}

fn is_manifest(path: &str) -> bool {
    path == "Cargo.toml" || path.ends_with("/Cargo.toml")
}

/// Whether a line of a dependency table names a crate that is not ours and not said elsewhere.
fn is_outside(line: &str) -> bool {
    let compact: String = line
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .collect();
    let names = line.starts_with(|letter: char| letter.is_ascii_alphanumeric());
    names
        && compact.contains('=')
        && !compact.contains("workspace=true")
        && !compact.contains("path=")
}

/// A crate's own lint settings replace the root's, so they must repeat them.
pub(super) fn lint_thresholds(tree: &Tree, findings: &mut Vec<Finding>) {
    let Some(root) = tree
        .texts
        .get("clippy.toml")
        .and_then(|text| text.parse::<Table>().ok())
    else {
        findings.push(Finding::whole(
            "clippy.toml",
            "is missing or cannot be read",
        ));
        return;
    };
    for (path, text) in tree
        .texts
        .iter()
        .filter(|(path, _)| path.ends_with("/clippy.toml"))
    {
        let Ok(own) = text.parse::<Table>() else {
            findings.push(Finding::whole(path, "cannot be read"));
            continue;
        };
        for (key, value) in &root {
            if own.get(key) != Some(value) {
                let text = format!("does not repeat the root's `{key} = {value}`");
                findings.push(Finding::whole(path, text));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{found, only};
    use super::*;

    #[test]
    fn dependency_without_a_reason_is_found() {
        let text = "[dependencies]\n# saves a parser\nfine = \"1\"\nbare = \"1\"\n\
                    ours = { path = \"../ours\" }\nshared.workspace = true\n\
                    other = { workspace = true, features = [\"x\"] }\n\n[features]\nx = []\n\n\
                    [target.'cfg(unix)'.dev-dependencies]\nplain = { version = \"1\" }\n";
        let places = ["a/Cargo.toml:4", "a/Cargo.toml:13"];
        assert_eq!(
            found(dependencies_say_why, &[("a/Cargo.toml", text)]),
            places
        );
    }

    #[test]
    fn reason_on_the_line_itself_is_fine() {
        let text = "[workspace.dependencies]\nlibm = \"1\" # the same bits everywhere\n";
        assert!(found(dependencies_say_why, &[("Cargo.toml", text)]).is_empty());
    }

    #[test]
    fn crate_that_drops_a_threshold_is_found() {
        let root = ("clippy.toml", "lines = 80\nargs = 6\n");
        let same = [root, ("a/clippy.toml", "args = 6\nlines = 80\nbans = []\n")];
        assert!(found(lint_thresholds, &same).is_empty());
        let loose = [root, ("a/clippy.toml", "lines = 90\nargs = 6\n")];
        assert!(only(lint_thresholds, &loose).contains("lines = 80"));
        let silent = [root, ("a/clippy.toml", "lines = 80\n")];
        assert!(only(lint_thresholds, &silent).contains("args = 6"));
    }
}
