//! The bank that plays when a project names none: for hosts that save nothing.
//!
//! In: a variable, a file of the user's. Out: a path. Thread: any but render; a small file is read.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

/// Names the bank for one process.
const VARIABLE: &str = "DMUS_BANK";

/// Names the bank for a user: a file in the folder for data, with the path in its first line that
/// is neither empty nor begins with `#`.
const FILE: &str = "default-bank.txt";

/// Longest file that is read, bytes: a path and some words about it.
const LONGEST: u64 = 65_536;

/// The path of the bank that plays when a project names none; the variable goes before the file.
///
/// - `data`: the user's folder for data, if there is one
///
/// # Real-time
/// Not real-time: reads a file.
#[must_use]
pub fn default_bank(data: Option<&Path>) -> Option<String> {
    named(std::env::var_os(VARIABLE).as_deref(), data)
}

fn named(variable: Option<&OsStr>, data: Option<&Path>) -> Option<String> {
    let named = variable.map(OsStr::to_string_lossy);
    if let Some(path) = named.filter(|path| !path.is_empty()) {
        return Some(path.into_owned());
    }
    let file = data?.join(FILE);
    if fs::metadata(&file).ok()?.len() > LONGEST {
        return None;
    }
    let text = fs::read_to_string(file).ok()?;
    let mut lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    lines
        .find(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said with a file of that content, in a folder of its own.
    fn with_file(test: &str, content: &str, variable: Option<&str>) -> Option<String> {
        let folder = std::env::temp_dir().join(format!("dmus-{test}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(FILE), content).expect("a file");
        let said = named(variable.map(OsStr::new), Some(&folder));
        fs::remove_dir_all(&folder).expect("the same folder");
        said
    }

    #[test]
    fn the_variable_goes_before_the_file_unless_it_is_empty() {
        let both = with_file("both", "/file.dls\n", Some("/variable.sf2"));
        assert_eq!(both.as_deref(), Some("/variable.sf2"));
        let empty = with_file("empty", "/file.dls\n", Some(""));
        assert_eq!(empty.as_deref(), Some("/file.dls"));
    }

    #[test]
    fn the_file_may_say_something_about_itself() {
        let text = "\u{feff}# the bank of my emulator\r\n\r\n  /a b/c.dls  \r\n/other.dls\r\n";
        assert_eq!(
            with_file("words", text, None).as_deref(),
            Some("/a b/c.dls")
        );
        assert_eq!(with_file("nothing", "# nothing\n", None), None);
    }

    #[test]
    fn a_file_that_is_not_there_or_no_text_names_nothing() {
        assert_eq!(named(None, None), None);
        assert_eq!(named(None, Some(Path::new("/no/such/folder"))), None);
        let long = "x".repeat(70_000);
        assert_eq!(with_file("long", &long, None), None);
    }
}
