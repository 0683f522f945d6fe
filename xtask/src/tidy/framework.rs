//! Rule on the plug-in framework: which files may know it.

use super::source::identifiers;
use super::{Finding, Tree};

/// Single files of the shell that speak the framework's language.
const FILES: [&str; 15] = [
    "plugin/src/lib.rs",
    "plugin/src/main.rs",
    "plugin/src/params.rs",
    "plugin/src/state.rs",
    "plugin/src/presets/file.rs",
    "plugin/src/editor.rs",
    "plugin/src/shell/inbound.rs",
    "plugin/src/shell/outbound.rs",
    "plugin/src/shell/sysex.rs",
    "plugin/tests/commands.rs",
    "plugin/tests/devices.rs",
    "plugin/tests/shell.rs",
    "plugin/src/standalone.rs",
    "plugin/tests/transport.rs",
    "plugin/src/tasks.rs",
];
/// Folders of which every file may.
const FOLDERS: [&str; 4] = [
    "plugin/src/editor/",
    "plugin/src/params/",
    "crates/entry/",
    "xtask/",
];

/// The framework is imported by the files that translate for it and by no other.
pub(super) fn imports(tree: &Tree, findings: &mut Vec<Finding>) {
    for (path, source) in &tree.rust {
        let path = path.as_str();
        if FILES.contains(&path) || FOLDERS.iter().any(|folder| path.starts_with(folder)) {
            continue;
        }
        for (number, line) in source.code() {
            if identifiers(line).any(|(word, _)| word.starts_with("nice_plug")) {
                findings.push(Finding::new(
                    path,
                    number,
                    "the framework outside its files",
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;
    use super::*;

    const TEXT: &str = "//! Knows nice_plug by name only.\nuse nice_plug::prelude::*;\n";

    #[test]
    fn framework_in_other_files_is_found() {
        for path in [
            "plugin/src/shell.rs",
            "crates/synth/src/lib.rs",
            "plugin/src/control.rs",
        ] {
            assert_eq!(found(imports, &[(path, TEXT)]), [format!("{path}:2")]);
        }
    }

    #[test]
    fn framework_in_its_own_files_is_fine() {
        for path in [
            "plugin/src/lib.rs",
            "plugin/src/editor/bank.rs",
            "crates/entry/src/clap.rs",
        ] {
            assert!(found(imports, &[(path, TEXT)]).is_empty(), "{path}");
        }
    }
}
