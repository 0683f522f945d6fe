//! A word to the person at the terminal, or to whoever reads in its place.

use std::fmt::Display;
use std::io::{self, Write as _};

/// Prints a line. Whoever stopped listening misses it, and the work goes on.
pub(crate) fn say(line: impl Display) {
    let _ = writeln!(io::stdout().lock(), "{line}");
}
