//! `INFO` lists: the texts of a bank, an instrument or a wave.
//!
//! Texts are UTF-8 where they can be, else Latin-1; they end at the first zero byte.
//! Source: \[DLS2\] INFO list.

use super::condition;
use crate::bank::{About, BankInfo, Guid};
use crate::error::{Defect, FourCc};
use crate::findings::{Findings, Place};
use crate::limits;
use crate::riff::{Chunk, LIST, RIFF};

/// The list's type.
pub(crate) const INFO: FourCc = FourCc(*b"INFO");
/// Name or title.
pub(crate) const INAM: FourCc = FourCc(*b"INAM");
/// Engineer.
pub(crate) const IENG: FourCc = FourCc(*b"IENG");
/// Copyright notice.
pub(crate) const ICOP: FourCc = FourCc(*b"ICOP");
/// Comment.
pub(crate) const ICMT: FourCc = FourCc(*b"ICMT");
/// Program that wrote the file.
pub(crate) const ISFT: FourCc = FourCc(*b"ISFT");

/// The id of a file, an instrument or a wave.
pub(crate) const DLID: FourCc = FourCc(*b"dlid");

/// The texts of a bank.
pub(super) fn read_bank(label: &Label<'_>, place: &Place<'_>, findings: &mut Findings) -> BankInfo {
    let mut about = label.read(place, findings);
    let mut take = |name| {
        let text = about.text(name).to_owned();
        about.set_text(name, String::new());
        text
    };
    BankInfo {
        name: take(INAM),
        engineer: take(IENG),
        copyright: take(ICOP),
        comment: take(ICMT),
        software: take(ISFT),
        version: None,
        about,
    }
}

/// The chunks of a part that say what it is, where they were found.
#[derive(Debug, Default)]
pub(super) struct Label<'a> {
    /// `INFO`.
    pub(super) texts: Option<Chunk<'a>>,
    /// `dlid`.
    pub(super) id: Option<Chunk<'a>>,
}

impl Label<'_> {
    /// The name, and what else there is to say.
    pub(super) fn read_named(&self, place: &Place<'_>, findings: &mut Findings) -> (String, About) {
        let mut about = self.read(place, findings);
        let name = about.text(INAM).to_owned();
        about.set_text(INAM, String::new());
        (name, about)
    }

    /// Everything there is to say.
    pub(super) fn read(&self, place: &Place<'_>, findings: &mut Findings) -> About {
        let texts = self.texts.as_ref();
        let mut about = texts.map_or_else(About::default, |list| {
            read(list, &place.chunk(INFO), findings)
        });
        about.set_id(self.id.as_ref().and_then(|chunk| {
            let id = chunk.fields().array(0).map(|bytes| Guid(*bytes));
            if id.is_none() {
                super::note_short(chunk, 16, &place.chunk(DLID), findings);
            }
            id
        }));
        about
    }
}

/// Every text of a list.
fn read(list: &Chunk<'_>, place: &Place<'_>, findings: &mut Findings) -> About {
    let mut about = About::default();
    if !condition::admits(list, place, findings) {
        return about;
    }
    let mut children = list.children();
    while let Some(chunk) = children.next_noted(place, findings) {
        if matches!(chunk.id, condition::CDL | LIST | RIFF) {
            continue;
        }
        if about.texts().len() == limits::TEXTS {
            let limit = limits::TEXTS;
            findings.note(place, chunk.offset, Defect::OverLimit { limit });
            break;
        }
        if !about.text(chunk.id).is_empty() {
            let id = chunk.id;
            findings.note(place, chunk.offset, Defect::Duplicate { id });
            continue;
        }
        if chunk.body.len() > limits::TEXT_BYTES {
            let defect = Defect::OverLimit {
                limit: limits::TEXT_BYTES,
            };
            findings.note(&place.chunk(chunk.id), chunk.offset, defect);
        }
        about.set_text(chunk.id, text(chunk.body));
    }
    about
}

/// A zero-terminated text in whichever of the two encodings it is.
pub(crate) fn text(bytes: &[u8]) -> String {
    let bytes = bytes.get(..limits::TEXT_BYTES).unwrap_or(bytes);
    let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    match str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_ends_at_the_first_zero() {
        assert_eq!(text(b"Abc\0x"), "Abc");
    }

    #[test]
    fn utf_8_text_stays_as_it_is() {
        assert_eq!(text("Fl\u{fc}gel".as_bytes()), "Fl\u{fc}gel");
    }

    #[test]
    fn other_text_is_taken_as_latin_1() {
        assert_eq!(text(b"Fl\xFCgel"), "Fl\u{fc}gel");
    }

    #[test]
    fn text_is_cut_at_the_limit() {
        assert_eq!(
            text(&[b'a'; limits::TEXT_BYTES + 1]).len(),
            limits::TEXT_BYTES
        );
    }
}
