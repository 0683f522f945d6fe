//! What a file says about itself and its parts beside the sound: texts and an id.
//!
//! In: a reader fills it. Out: windows and reports show it, a writer writes it back.
//! Owner: the part it is about. Thread: any.
//! Source: \[DLS2\] INFO list, `dlid`.

use std::fmt;

use crate::error::FourCc;

/// The texts that files know, each with the word for it.
///
/// # Source
/// \[DLS2\] INFO list.
pub const TEXTS: [(FourCc, &str); 17] = [
    (FourCc(*b"IARL"), "archive"),
    (FourCc(*b"IART"), "artist"),
    (FourCc(*b"ICMS"), "commissioned by"),
    (FourCc(*b"ICMT"), "comment"),
    (FourCc(*b"ICOP"), "copyright"),
    (FourCc(*b"ICRD"), "created"),
    (FourCc(*b"IENG"), "engineer"),
    (FourCc(*b"IGNR"), "genre"),
    (FourCc(*b"IKEY"), "keywords"),
    (FourCc(*b"IMED"), "medium"),
    (FourCc(*b"INAM"), "title"),
    (FourCc(*b"IPRD"), "product"),
    (FourCc(*b"ISBJ"), "subject"),
    (FourCc(*b"ISFT"), "software"),
    (FourCc(*b"ISRC"), "source"),
    (FourCc(*b"ISRF"), "source form"),
    (FourCc(*b"ITCH"), "technician"),
];

/// Globally unique id (`dlid`), as its bytes stand in a file.
///
/// Two parts of one id are one and the same; what was edited may not keep its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guid(pub [u8; 16]);

impl fmt::Display for Guid {
    /// As such ids are written, `178f2f24-c364-11d1-a760-0000f875ac12`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g, h, i, j, k, l, m, n, o, p, q] = self.0;
        let first = u32::from_le_bytes([a, b, c, d]);
        let (second, third) = (u16::from_le_bytes([e, g]), u16::from_le_bytes([h, i]));
        write!(f, "{first:08x}-{second:04x}-{third:04x}-{j:02x}{k:02x}-")?;
        [l, m, n, o, p, q]
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The texts and the id of a file, an instrument, a region or a wave, beside those that have a
/// field of their own. Most say nothing, and that takes the room of one pointer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About(
    /// Never something that says nothing.
    Option<Box<Said>>,
);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Said {
    id: Option<Guid>,
    texts: Vec<(FourCc, String)>,
}

impl About {
    /// The id, if there is one.
    #[must_use]
    pub fn id(&self) -> Option<Guid> {
        self.0.as_ref()?.id
    }

    /// All texts in file order, none empty, each name once.
    #[must_use]
    pub fn texts(&self) -> &[(FourCc, String)] {
        self.0.as_ref().map_or(&[], |said| &said.texts)
    }

    /// One text; empty when there is none.
    #[must_use]
    pub fn text(&self, name: FourCc) -> &str {
        let found = self.texts().iter().find(|text| text.0 == name);
        found.map_or("", |text| &text.1)
    }

    /// Gives it an id, or takes it away.
    pub fn set_id(&mut self, id: Option<Guid>) {
        self.change(|said| said.id = id);
    }

    /// Sets a text, behind the others if there was none of its name; an empty one is none.
    pub fn set_text(&mut self, name: FourCc, text: String) {
        self.change(|said| {
            match said.texts.iter().position(|known| known.0 == name) {
                Some(index) if text.is_empty() => {
                    said.texts.remove(index);
                }
                Some(index) => {
                    if let Some(known) = said.texts.get_mut(index) {
                        known.1 = text;
                    }
                }
                None if text.is_empty() => {}
                None => said.texts.push((name, text)),
            };
        });
    }

    fn change(&mut self, change: impl FnOnce(&mut Said)) {
        let mut said = self.0.take().unwrap_or_default();
        change(&mut said);
        self.0 = (*said != Said::default()).then_some(said);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: FourCc = FourCc(*b"IGNR");

    #[test]
    fn what_says_nothing_equals_what_never_said_anything() {
        let mut about = About::default();
        about.set_text(NAME, "Waltz".to_owned());
        about.set_id(Some(Guid([1; 16])));
        assert_eq!(about.text(NAME), "Waltz");
        about.set_text(NAME, String::new());
        about.set_id(None);
        assert_eq!(about, About::default());
        assert_eq!(size_of::<About>(), size_of::<usize>());
    }

    #[test]
    fn a_text_is_replaced_where_it_stands() {
        let mut about = About::default();
        for (name, text) in [(NAME, "a"), (FourCc(*b"IART"), "b"), (NAME, "c")] {
            about.set_text(name, text.to_owned());
        }
        assert_eq!(about.texts().len(), 2);
        assert_eq!(about.texts()[0], (NAME, "c".to_owned()));
    }

    #[test]
    fn an_id_is_shown_as_such_ids_are_written() {
        let bytes = [
            0x24, 0x2f, 0x8f, 0x17, 0x64, 0xc3, 0xd1, 0x11, 0xa7, 0x60, 0, 0, 0xf8, 0x75, 0xac,
            0x12,
        ];
        let shown = Guid(bytes).to_string();
        assert_eq!(shown, "178f2f24-c364-11d1-a760-0000f875ac12");
    }
}
