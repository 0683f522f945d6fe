//! Identity: figures of real instruments, as they were published, beside ours.
//!
//! No listener and no classifier decides: each line is a quantity that somebody has measured on the
//! instrument, the span it has there, and what our program has.

mod bowed;
mod drums;
mod ear;
mod piano;
mod pipes;
mod sound;
mod strings;
mod struck;
mod voices;
mod winds;

use anyhow::Result;
use dmus_dls::Bank;

use ear::Ear;

/// One quantity.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// Program and quantity, in words.
    pub what: String,
    /// Least and greatest value that was published.
    pub published: (f64, f64),
    /// Where.
    pub source: &'static str,
    /// Ours; not a number where there is nothing to measure, as no peak where one has to be.
    pub ours: f64,
}

impl Fact {
    /// Whether ours lies within.
    #[must_use]
    pub fn holds(&self) -> bool {
        (self.published.0..=self.published.1).contains(&self.ours)
    }

    /// What has to change for it to hold; empty where it does.
    #[must_use]
    pub fn lacks(&self) -> String {
        let (low, high) = self.published;
        match self.ours {
            _ if self.holds() => String::new(),
            ours if ours < low => format!("more by {:.3}", low - ours),
            ours if ours > high => format!("less by {:.3}", ours - high),
            _ => "there is none".to_owned(),
        }
    }
}

/// Measures all of them.
///
/// # Errors
/// A bank that does not compile.
pub fn measure(bank: &Bank) -> Result<Vec<Fact>> {
    let mut ear = Ear::new(bank)?;
    let mut facts = Vec::new();
    piano::facts(&mut ear, &mut facts);
    struck::facts(&mut ear, &mut facts);
    bowed::facts(&mut ear, &mut facts);
    strings::facts(&mut ear, &mut facts);
    winds::facts(&mut ear, &mut facts);
    pipes::facts(&mut ear, &mut facts);
    voices::facts(&mut ear, &mut facts);
    drums::facts(&mut ear, &mut facts);
    Ok(facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_says_what_it_lacks() {
        let fact = |ours| Fact {
            what: "Bar: second mode".to_owned(),
            published: (3.9, 4.1),
            source: "a book",
            ours,
        };
        assert_eq!(fact(4.0).lacks(), "");
        assert_eq!(fact(3.8).lacks(), "more by 0.100");
        assert_eq!(fact(4.2).lacks(), "less by 0.100");
        assert_eq!(fact(f64::NAN).lacks(), "there is none");
    }
}
