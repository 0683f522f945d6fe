//! Words of a line, each with its column.
//!
//! A word ends at white space; `|` is a word of its own, and brackets of both kinds hold their
//! white space together. A comment runs from `//` to the end of the line.

use std::ops::{Bound, RangeBounds};

use crate::error::TextError;

/// A piece of a line and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    line: usize,
    /// In characters, counted from 1.
    column: usize,
}

/// One line, cut into words.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) words: Vec<Word<'a>>,
    text: &'a str,
    number: usize,
}

impl<'a> Line<'a> {
    /// Cuts a line; a bracket that is not closed is the only thing that can be wrong here.
    pub(super) fn split(content: &'a str, number: usize) -> Result<Self, TextError> {
        let text = content.split("//").next().unwrap_or_default();
        let whole = Word {
            text,
            line: number,
            column: 1,
        };
        Ok(Self {
            words: whole.split()?,
            text,
            number,
        })
    }

    /// The rest of the line after a word, without white space at its ends.
    pub(super) fn after(&self, word: &Word<'_>) -> &'a str {
        let skipped = word.column - 1 + word.text.chars().count();
        let at = self
            .text
            .char_indices()
            .nth(skipped)
            .map_or(self.text.len(), |(at, _)| at);
        self.text.get(at..).unwrap_or_default().trim()
    }

    /// The one word that may follow.
    pub(super) fn only<'w>(
        &self,
        words: &'w [Word<'a>],
        what: &str,
    ) -> Result<&'w Word<'a>, TextError> {
        match words {
            [] => Err(self.end(what)),
            [word] => Ok(word),
            [_, extra, ..] => Err(extra.expected("the end of the line")),
        }
    }

    /// An error at the end of the line.
    pub(super) fn end(&self, expected: &str) -> TextError {
        TextError {
            line: self.number,
            column: self.text.trim_end().chars().count() + 1,
            found: String::new(),
            expected: expected.to_owned(),
        }
    }
}

impl<'a> Word<'a> {
    /// An error at this word.
    pub(super) fn expected(&self, expected: &str) -> TextError {
        TextError {
            line: self.line,
            column: self.column,
            found: self.text.to_owned(),
            expected: expected.to_owned(),
        }
    }

    /// A piece of the word by byte range; empty when the range does not fit.
    pub(super) fn part(&self, range: impl RangeBounds<usize>) -> Self {
        let start = match range.start_bound() {
            Bound::Included(start) => *start,
            Bound::Excluded(start) => *start + 1,
            Bound::Unbounded => 0,
        };
        let end = match range.end_bound() {
            Bound::Included(end) => *end + 1,
            Bound::Excluded(end) => *end,
            Bound::Unbounded => self.text.len(),
        };
        let before = self.text.get(..start).unwrap_or(self.text);
        Self {
            text: self.text.get(start..end).unwrap_or_default(),
            line: self.line,
            column: self.column + before.chars().count(),
        }
    }

    /// The word without a prefix.
    pub(super) fn without(&self, prefix: &str) -> Option<Self> {
        self.text
            .starts_with(prefix)
            .then(|| self.part(prefix.len()..))
    }

    /// The word before and after the first `separator`; nothing after it when there is none.
    pub(super) fn cut(&self, separator: &str) -> (Self, Option<Self>) {
        match self.text.find(separator) {
            Some(at) => (self.part(..at), Some(self.part(at + separator.len()..))),
            None => (*self, None),
        }
    }

    /// Cuts a text into words.
    pub(super) fn split(&self) -> Result<Vec<Self>, TextError> {
        let mut words = Vec::new();
        let mut start: Option<usize> = None;
        let mut closing: Option<(char, usize)> = None;
        for (at, character) in self.text.char_indices() {
            if let Some((wanted, _)) = closing {
                if character == wanted {
                    closing = None;
                }
                continue;
            }
            match character {
                '[' => closing = Some((']', at)),
                '{' => closing = Some(('}', at)),
                _ => {}
            }
            if character.is_whitespace() || character == '|' {
                words.extend(start.take().map(|start| self.part(start..at)));
                if character == '|' {
                    words.push(self.part(at..=at));
                }
            } else {
                start.get_or_insert(at);
            }
        }
        if let Some((wanted, at)) = closing {
            return Err(self
                .part(at..)
                .expected(&format!("a closing `{wanted}` on the same line")));
        }
        words.extend(start.map(|start| self.part(start..)));
        Ok(words)
    }

    /// A whole number within limits, both included.
    pub(super) fn number(&self, least: u8, most: u8) -> Result<u8, TextError> {
        let number = self
            .text
            .parse()
            .ok()
            .filter(|number| (least..=most).contains(number));
        number.ok_or_else(|| self.expected(&format!("a number {least}..={most}")))
    }

    /// A whole number with an optional sign within limits, both included.
    pub(super) fn signed(&self, least: i32, most: i32) -> Result<i32, TextError> {
        let number = self
            .text
            .parse()
            .ok()
            .filter(|number| (least..=most).contains(number));
        number.ok_or_else(|| self.expected(&format!("a number {least}..={most}")))
    }

    /// A decimal number within limits, both included.
    pub(super) fn decimal(&self, least: f64, most: f64) -> Result<f64, TextError> {
        let number = self
            .text
            .parse()
            .ok()
            .filter(|number| (least..=most).contains(number));
        number.ok_or_else(|| self.expected(&format!("a number {least}..={most}")))
    }

    /// A meter such as `3/4`.
    pub(super) fn meter(&self) -> Result<(u8, u16), TextError> {
        let wrong = || self.expected("a meter such as 4/4: 1..=32 beats of 1, 2, 4, 8, 16 or 32");
        let (beats, unit) = self.text.split_once('/').ok_or_else(wrong)?;
        let beats = beats.parse().ok().filter(|beats| (1..=32).contains(beats));
        let unit = unit
            .parse()
            .ok()
            .filter(|unit| matches!(unit, 1 | 2 | 4 | 8 | 16 | 32));
        beats.zip(unit).ok_or_else(wrong)
    }

    /// A note length such as `4`, `8.` or `16t`, ticks.
    pub(super) fn length(&self) -> Result<u64, TextError> {
        let wrong =
            || self.expected("a length: 1, 2, 4, 8, 16, 32 or 64, with `.` dotted or `t` triplet");
        let digits = self.text.trim_end_matches(['.', 't']);
        let part = digits.parse::<u64>().ok().filter(|part| {
            matches!(part, 1 | 2 | 4 | 8 | 16 | 32 | 64) && !digits.starts_with('+')
        });
        let whole = 4 * super::TICKS / part.ok_or_else(wrong)?;
        match self.text.strip_prefix(digits) {
            Some("") => Ok(whole),
            Some(".") => Ok(whole * 3 / 2),
            Some("t") => Ok(whole * 2 / 3),
            _ => Err(wrong()),
        }
    }
}
