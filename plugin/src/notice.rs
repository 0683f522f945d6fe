//! What a musician should know, in words that say what can be done about it.

use core::fmt;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Information,
    /// Something was not done as asked; everything goes on sounding.
    Warning,
    /// A part of the instrument stopped; a hint says how to go on.
    Fault,
}

/// One message to the musician.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How bad it is.
    pub severity: Severity,
    /// What happened, and where.
    pub text: String,
    /// What can be done about it.
    pub hint: &'static str,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.text)?;
        if self.hint.is_empty() {
            Ok(())
        } else {
            write!(f, " ({})", self.hint)
        }
    }
}
