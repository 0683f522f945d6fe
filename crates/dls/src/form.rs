//! What kind of file a bank came in.
//!
//! In: a file in memory. Out: the reader of its form, at its place.

use crate::bank::{BankInfo, Recipient, Remainder};
use crate::dls;
use crate::error::{Defect, FourCc, ReadError, ReadErrorKind};
use crate::findings::{Findings, Place};
use crate::image::Image;
use crate::options::ReadOptions;
use crate::riff::{Chunk, HEADER, RIFF, header, length};
use crate::sf2;
use crate::xmf::{self, XMF};

/// Downloadable sounds, Level 1 and Level 2.
const DLS: FourCc = FourCc(*b"DLS ");
/// SoundFont 2, and SoundFont 3 with compressed samples.
const SFBK: FourCc = FourCc(*b"sfbk");
/// A song with a bank of its own beside it.
const RMID: FourCc = FourCc(*b"RMID");

/// Reads a bank of whatever form.
pub(crate) fn read(
    image: &Image,
    options: ReadOptions,
    recipient: &mut dyn Recipient,
) -> Result<Remainder, ReadError> {
    let bytes = image.bytes();
    let mut findings = Findings::default();
    let start = if bytes.starts_with(&XMF.0) {
        xmf::bank_in(bytes)?.start
    } else {
        0
    };
    let (form, chunk) = outer(bytes, start, &mut findings)?;
    let place = Place::file(form);
    let file = File { image, options };
    let info = match form {
        RMID => read_nested(file, &chunk, &place, recipient, &mut findings),
        _ => read_form(file, form, &chunk, &place, recipient, &mut findings),
    }?;
    let warnings = findings.into_warnings(&place, bytes.len());
    Ok(Remainder { info, warnings })
}

/// What every reader of a form may use beside its chunk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct File<'a> {
    pub(crate) image: &'a Image,
    pub(crate) options: ReadOptions,
}

/// A bank of its own or within a song.
fn read_form(
    file: File<'_>,
    form: FourCc,
    chunk: &Chunk<'_>,
    place: &Place<'_>,
    recipient: &mut dyn Recipient,
    findings: &mut Findings,
) -> Result<BankInfo, ReadError> {
    match form {
        DLS => dls::read(chunk, file.image, place, recipient, findings),
        SFBK => sf2::read(file, chunk, place, recipient, findings),
        _ => Err(unsupported(form, chunk, place)),
    }
}

/// The RIFF chunk that is the file from `start` on, and its form.
fn outer<'a>(
    bytes: &'a [u8],
    start: usize,
    findings: &mut Findings,
) -> Result<(FourCc, Chunk<'a>), ReadError> {
    let bytes = bytes.get(start..).unwrap_or_default();
    let error = |kind| ReadError {
        kind,
        offset: start,
        path: String::new(),
    };
    let short = || error(ReadErrorKind::TooShort { bytes: bytes.len() });
    let (id, declared, after) = header(bytes).ok_or_else(short)?;
    if id != RIFF {
        return Err(error(ReadErrorKind::NotRiff { found: id }));
    }
    let form = FourCc(*after.first_chunk().ok_or_else(short)?);
    let place = Place::file(form);
    let body = if declared < 4 {
        findings.note(&place, start, Defect::FormSizeTooSmall { declared });
        after
    } else if let Some((body, rest)) = after.split_at_checked(length(declared)) {
        let padded = declared % 2 == 1 && rest.len() == 1;
        if !rest.is_empty() && !padded && start == 0 {
            let defect = Defect::TrailingBytes { bytes: rest.len() };
            findings.note(&place, HEADER + body.len(), defect);
        }
        body
    } else {
        findings.note(
            &place,
            start,
            Defect::SizeBeyondEnd {
                declared,
                available: after.len(),
            },
        );
        after
    };
    Ok((
        form,
        Chunk {
            id,
            offset: start,
            body,
        },
    ))
}

/// The bank within an RMID file.
fn read_nested(
    file: File<'_>,
    chunk: &Chunk<'_>,
    place: &Place<'_>,
    recipient: &mut dyn Recipient,
    findings: &mut Findings,
) -> Result<BankInfo, ReadError> {
    let mut children = chunk.children();
    while let Some(child) = children.next_noted(place, findings) {
        if child.id != RIFF {
            continue;
        }
        let Some(form) = child.list_type() else {
            continue;
        };
        let place = place.form(form);
        return read_form(file, form, &child, &place, recipient, findings);
    }
    let kind = ReadErrorKind::Missing { list: DLS };
    Err(ReadError {
        kind,
        offset: chunk.offset,
        path: place.to_string(),
    })
}

fn unsupported(form: FourCc, chunk: &Chunk<'_>, place: &Place<'_>) -> ReadError {
    let kind = ReadErrorKind::UnsupportedForm { found: form };
    ReadError {
        kind,
        offset: chunk.offset.saturating_add(HEADER),
        path: place.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::Bank;

    fn read(bytes: &[u8]) -> Result<Bank, ReadError> {
        Bank::read(bytes)
    }

    fn riff(form: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let size = u32::try_from(4 + body.len()).unwrap();
        [b"RIFF", &size.to_le_bytes(), form, body].concat()
    }

    #[test]
    fn smallest_head_is_named_in_the_error() {
        for length in 0..12 {
            let error = read(&riff(b"DLS ", &[])[..length]).unwrap_err();
            assert_eq!(error.kind, ReadErrorKind::TooShort { bytes: length });
        }
    }

    #[test]
    fn song_without_riff_is_refused_by_its_first_bytes() {
        let error = read(b"MThd\0\0\0\x06\0\0\0\x01\0\x60").unwrap_err();
        assert_eq!(
            error.kind,
            ReadErrorKind::NotRiff {
                found: FourCc(*b"MThd")
            }
        );
    }

    #[test]
    fn another_form_is_refused_by_name() {
        let error = read(&riff(b"WAVE", &[])).unwrap_err();
        assert_eq!(
            error.kind,
            ReadErrorKind::UnsupportedForm {
                found: FourCc(*b"WAVE")
            }
        );
        assert_eq!(error.offset, 8);
    }

    #[test]
    fn another_form_within_a_song_is_refused_at_its_place() {
        let error = read(&riff(b"RMID", &riff(b"WAVE", &[]))).unwrap_err();
        assert_eq!(error.path, "RIFF(RMID)/RIFF(WAVE)");
        assert_eq!(error.offset, 20);
    }

    #[test]
    fn soundfont_without_its_parts_lacks_them_at_its_place() {
        let missing = ReadErrorKind::Missing {
            list: FourCc(*b"pdta"),
        };
        let alone = read(&riff(b"sfbk", &[])).unwrap_err();
        assert_eq!((alone.kind, alone.path.as_str()), (missing, "RIFF(sfbk)"));
        let nested = read(&riff(b"RMID", &riff(b"sfbk", &[]))).unwrap_err();
        assert_eq!(
            (nested.kind, nested.path.as_str()),
            (missing, "RIFF(RMID)/RIFF(sfbk)")
        );
    }

    #[test]
    fn song_without_a_bank_has_nothing_to_read() {
        let error = read(&riff(b"RMID", b"data\x02\0\0\0ab")).unwrap_err();
        assert_eq!(
            error.kind,
            ReadErrorKind::Missing {
                list: FourCc(*b"DLS ")
            }
        );
    }
}
