//! `INFO` lists: the texts of a bank, an instrument or a wave.
//!
//! Texts are UTF-8 where they can be, else Latin-1; they end at the first zero byte.
//! Source: \[DLS2\] INFO list.

use super::condition;
use crate::bank::BankInfo;
use crate::error::{Defect, FourCc};
use crate::findings::{Findings, Place};
use crate::limits;
use crate::riff::Chunk;

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

/// The texts of a bank.
pub(super) fn read_bank(list: &Chunk<'_>, place: &Place<'_>, findings: &mut Findings) -> BankInfo {
    let mut info = BankInfo::default();
    read(list, place, findings, |id, text| match id {
        INAM => info.name = text,
        IENG => info.engineer = text,
        ICOP => info.copyright = text,
        ICMT => info.comment = text,
        ISFT => info.software = text,
        _ => {}
    });
    info
}

/// The name of an instrument or a wave.
pub(super) fn read_name(list: &Chunk<'_>, place: &Place<'_>, findings: &mut Findings) -> String {
    let mut name = String::new();
    read(list, place, findings, |id, text| {
        if id == INAM {
            name = text;
        }
    });
    name
}

/// Hands every text to `keep`.
fn read(
    list: &Chunk<'_>,
    place: &Place<'_>,
    findings: &mut Findings,
    mut keep: impl FnMut(FourCc, String),
) {
    if !condition::admits(list, place, findings) {
        return;
    }
    let mut children = list.children();
    while let Some(chunk) = children.next_noted(place, findings) {
        if chunk.body.len() > limits::TEXT_BYTES {
            let defect = Defect::OverLimit {
                limit: limits::TEXT_BYTES,
            };
            findings.note(&place.chunk(chunk.id), chunk.offset, defect);
        }
        keep(chunk.id, text(chunk.body));
    }
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
