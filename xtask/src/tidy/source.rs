//! A Rust file taken apart into code and comments, so that a rule reads the one and not the other.

/// A Rust file, and two views of it with the same lines and columns.
#[derive(Debug)]
pub(super) struct Source {
    text: String,
    code: String,
    comments: String,
}

impl Source {
    pub(super) fn new(text: String) -> Self {
        let (code, comments) = Splitter::new(&text).split();
        Self {
            text,
            code,
            comments,
        }
    }

    /// The file as it is.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The lines with comments, and what stands in quotes, blanked; numbered from 1.
    pub(super) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        numbered(&self.code)
    }

    /// The lines with all but the comments blanked; numbered from 1.
    pub(super) fn comments(&self) -> impl Iterator<Item = (usize, &str)> {
        numbered(&self.comments)
    }
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
}

/// Whether a letter can stand inside an identifier.
fn inside_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// The identifiers of a line of code, each with what follows it.
pub(super) fn identifiers(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let start = rest.find(inside_word)?;
        let word = &rest[start..];
        let end = word
            .find(|letter| !inside_word(letter))
            .unwrap_or(word.len());
        rest = &word[end..];
        Some((&word[..end], rest))
    })
}

/// Where a letter goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Code,
    Comment,
    /// What stands in quotes: neither.
    Quoted,
}

/// Walks through the letters once and writes both views.
struct Splitter {
    letters: Vec<char>,
    at: usize,
    code: String,
    comments: String,
}

impl Splitter {
    fn new(text: &str) -> Self {
        let letters: Vec<char> = text.chars().collect();
        let room = text.len();
        let (code, comments) = (String::with_capacity(room), String::with_capacity(room));
        Self {
            letters,
            at: 0,
            code,
            comments,
        }
    }

    fn split(mut self) -> (String, String) {
        while let Some(letter) = self.peek(0) {
            match (letter, self.peek(1)) {
                ('/', Some('/')) => self.take_while(Side::Comment, |letter| letter != '\n'),
                ('/', Some('*')) => self.block_comment(),
                ('"', _) => self.text(),
                ('\'', _) => self.letter_or_lifetime(),
                ('r' | 'b' | 'c', _) if !self.in_word() => {
                    if !self.raw_text() {
                        self.take(Side::Code);
                    }
                }
                _ => self.take(Side::Code),
            }
        }
        (self.code, self.comments)
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.letters.get(self.at + ahead).copied()
    }

    /// Whether the letter just before belongs to an identifier.
    fn in_word(&self) -> bool {
        self.at
            .checked_sub(1)
            .is_some_and(|before| inside_word(self.letters[before]))
    }

    /// Writes one letter to its side and a blank to the other; line ends go to both.
    fn take(&mut self, side: Side) {
        let Some(letter) = self.peek(0) else { return };
        self.at += 1;
        let shown = |wanted: Side| {
            if letter == '\n' || side == wanted {
                letter
            } else {
                ' '
            }
        };
        self.code.push(shown(Side::Code));
        self.comments.push(shown(Side::Comment));
    }

    fn take_many(&mut self, count: usize, side: Side) {
        for _ in 0..count {
            self.take(side);
        }
    }

    fn take_while(&mut self, side: Side, mut wanted: impl FnMut(char) -> bool) {
        while self.peek(0).is_some_and(&mut wanted) {
            self.take(side);
        }
    }

    /// `/* … */`, which may be nested.
    fn block_comment(&mut self) {
        let mut depth = 0_u32;
        while let Some(letter) = self.peek(0) {
            match (letter, self.peek(1)) {
                ('/', Some('*')) => depth += 1,
                ('*', Some('/')) => depth -= 1,
                _ => {
                    self.take(Side::Comment);
                    continue;
                }
            }
            self.take_many(2, Side::Comment);
            if depth == 0 {
                return;
            }
        }
    }

    /// `"…"` with escapes; the quotes stay in the code.
    fn text(&mut self) {
        self.take(Side::Code);
        while let Some(letter) = self.peek(0) {
            match letter {
                '"' => return self.take(Side::Code),
                '\\' => self.take_many(2, Side::Quoted),
                _ => self.take(Side::Quoted),
            }
        }
    }

    /// `r"…"`, `br#"…"#`, `cr##"…"##`; says whether there was one.
    fn raw_text(&mut self) -> bool {
        let mut ahead = usize::from(matches!(self.peek(0), Some('b' | 'c')));
        if self.peek(ahead) != Some('r') {
            return false;
        }
        ahead += 1;
        let mut hashes = 0;
        while self.peek(ahead + hashes) == Some('#') {
            hashes += 1;
        }
        if self.peek(ahead + hashes) != Some('"') {
            return false;
        }
        self.take_many(ahead + hashes + 1, Side::Code);
        while let Some(letter) = self.peek(0) {
            let closes = letter == '"' && (1..=hashes).all(|next| self.peek(next) == Some('#'));
            if closes {
                self.take_many(hashes + 1, Side::Code);
                return true;
            }
            self.take(Side::Quoted);
        }
        true
    }

    /// `'a'`, `'\n'`, or the quote of a lifetime.
    fn letter_or_lifetime(&mut self) {
        self.take(Side::Code);
        if self.peek(0) == Some('\\') {
            self.take_many(2, Side::Quoted);
            self.take_while(Side::Quoted, |letter| letter != '\'' && letter != '\n');
            self.take(Side::Code);
        } else if self.peek(1) == Some('\'') {
            self.take(Side::Quoted);
            self.take(Side::Code);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> String {
        Source::new(text.to_owned()).code
    }

    fn comments(text: &str) -> String {
        Source::new(text.to_owned()).comments
    }

    #[test]
    fn views_keep_lines_and_columns() {
        let text = "let a = \"x // y\"; // z\nb /* c\nd */ e\n";
        assert_eq!(code(text), "let a = \"      \";     \nb     \n     e\n");
        assert_eq!(comments(text), "                  // z\n  /* c\nd */  \n");
    }

    #[test]
    fn comment_marks_inside_quotes_are_text() {
        assert_eq!(comments("\"/* a\" b").trim(), "");
        assert_eq!(comments("r#\"// \" a\"# b // c").trim(), "// c");
        assert_eq!(comments(r#""\" // a" // b"#).trim(), "// b");
    }

    #[test]
    fn quote_as_a_letter_opens_no_text() {
        assert_eq!(code("m('\"', x) // c").trim(), "m(' ', x)");
        assert_eq!(code(r"m('\'', x) // c").trim(), "m('  ', x)");
    }

    #[test]
    fn lifetimes_are_code() {
        assert_eq!(code("fn f<'a>(x: &'a str)"), "fn f<'a>(x: &'a str)");
    }

    #[test]
    fn word_that_ends_in_r_opens_no_raw_text() {
        assert_eq!(code("for\"a\" b"), "for\" \" b");
        assert_eq!(code("r#try b"), "r#try b");
    }

    #[test]
    fn nested_comment_ends_with_its_outer_end() {
        assert_eq!(code("/* a /* b */ c */ d").trim(), "d");
    }

    #[test]
    fn identifiers_come_with_what_follows() {
        let got: Vec<_> = identifiers("todo!(a_b)").collect();
        assert_eq!(got, [("todo", "!(a_b)"), ("a_b", ")")]);
    }
}
