//! A DLS collection: the parts of the file and how they are put together.
//!
//! In: the `RIFF` chunk of the form `DLS `. Out: the parts of a bank, and its texts.
//! The wave pool is read before the instruments, wherever it stands, so that every region can be
//! checked against the wave it plays.
//! Source: \[DLS2\] file structure; Level 1 files are a subset.

use crate::bank::{BankInfo, Instrument, Recipient};
use crate::error::{Defect, FourCc, ReadError, ReadErrorKind};
use crate::findings::{Findings, Place};
use crate::image::Image;
use crate::riff::{Chunk, Fields, Kind, length};

mod alias;
pub(crate) mod articulation;
pub(crate) mod block;
pub(crate) mod code;
mod condition;
mod copies;
pub(crate) mod info;
pub(crate) mod instrument;
pub(crate) mod pool;
pub(crate) mod region;
pub(crate) mod sample;
mod stereo;
pub(crate) mod wave;

use copies::Copies;
use info::{DLID, INFO, Label};

/// Counts the instruments.
pub(crate) const COLH: FourCc = FourCc(*b"colh");
/// Version of the content.
pub(crate) const VERS: FourCc = FourCc(*b"vers");
/// The list of instruments.
pub(crate) const LINS: FourCc = FourCc(*b"lins");
/// The cue table.
pub(crate) const PTBL: FourCc = FourCc(*b"ptbl");
/// The wave pool.
pub(crate) const WVPL: FourCc = FourCc(*b"wvpl");

/// Aliases of mobile banks.
const PGAL: FourCc = FourCc(*b"pgal");

/// Reads a whole collection, a part of `image`; the warnings stay in `findings`.
pub(crate) fn read(
    form: &Chunk<'_>,
    image: &Image,
    place: &Place<'_>,
    recipient: &mut dyn Recipient,
    findings: &mut Findings,
) -> Result<BankInfo, ReadError> {
    let error = |kind| ReadError {
        kind,
        offset: form.offset,
        path: place.to_string(),
    };
    if !condition::admits(form, place, findings) {
        return Err(error(ReadErrorKind::Excluded));
    }
    let parts = Parts::find(form, place, findings);
    let missing = |list| error(ReadErrorKind::Missing { list });
    let wvpl = parts.wvpl.ok_or_else(|| missing(WVPL))?;
    let lins = parts.lins.ok_or_else(|| missing(LINS))?;

    let cues = parts.ptbl.as_ref();
    let pool = pool::read(&wvpl, cues, image, place, recipient, findings)?;
    let mut copies = Copies::of(form);
    // Aliases may lead to any instrument of the file: then all have to be there first.
    let mut kept: Vec<Instrument> = Vec::new();
    let mut take = |instrument| match parts.pgal {
        Some(_) => kept.push(instrument),
        None => recipient.instrument(instrument),
    };
    let lists = instrument::read_all(&lins, place, &pool, &mut copies, &mut take, findings)?;
    if let Some(colh) = parts.colh {
        check_count(&colh, lists, &place.chunk(COLH), findings);
    }
    if let Some(pgal) = parts.pgal {
        let place = place.chunk(PGAL);
        alias::resolve(&pgal, &mut kept, &mut copies, &mut |defect| {
            findings.note(&place, pgal.offset, defect);
        });
    }
    for instrument in kept {
        recipient.instrument(instrument);
    }
    let mut info = info::read_bank(&parts.label, place, findings);
    info.version = parts.vers.and_then(|vers| {
        let place = place.chunk(VERS);
        version(&vers, &place, findings)
    });
    Ok(info)
}

/// The top-level chunks that are read.
#[derive(Debug, Default)]
struct Parts<'a> {
    colh: Option<Chunk<'a>>,
    vers: Option<Chunk<'a>>,
    lins: Option<Chunk<'a>>,
    ptbl: Option<Chunk<'a>>,
    wvpl: Option<Chunk<'a>>,
    pgal: Option<Chunk<'a>>,
    label: Label<'a>,
}

impl<'a> Parts<'a> {
    fn find(form: &Chunk<'a>, place: &Place<'_>, findings: &mut Findings) -> Self {
        let mut parts = Self::default();
        let mut children = form.children();
        while let Some(chunk) = children.next_noted(place, findings) {
            let slot = match chunk.kind() {
                Kind::Plain(COLH) => &mut parts.colh,
                Kind::Plain(VERS) => &mut parts.vers,
                Kind::List(LINS) => &mut parts.lins,
                Kind::Plain(PTBL) => &mut parts.ptbl,
                Kind::List(WVPL) => &mut parts.wvpl,
                Kind::Plain(PGAL) => &mut parts.pgal,
                Kind::Plain(DLID) => &mut parts.label.id,
                Kind::List(INFO) => &mut parts.label.texts,
                _ => continue,
            };
            keep_first(slot, chunk, place, findings);
        }
        parts
    }
}

/// Keeps a chunk that occurs once.
fn keep_first<'a>(
    slot: &mut Option<Chunk<'a>>,
    chunk: Chunk<'a>,
    place: &Place<'_>,
    findings: &mut Findings,
) {
    if slot.is_none() {
        *slot = Some(chunk);
    } else {
        findings.note(
            place,
            chunk.offset,
            Defect::Duplicate {
                id: chunk.kind().name(),
            },
        );
    }
}

/// Compares the count at the head of a structure with what was found.
fn check_count(chunk: &Chunk<'_>, found: usize, place: &Place<'_>, findings: &mut Findings) {
    match chunk.fields().u32(0) {
        None => note_short(chunk, 4, place, findings),
        Some(declared) if usize::try_from(declared) != Ok(found) => {
            findings.note(
                place,
                chunk.offset,
                Defect::CountMismatch { declared, found },
            );
        }
        Some(_) => {}
    }
}

/// Notes that a structure is too short to be read.
fn note_short(chunk: &Chunk<'_>, needed: usize, place: &Place<'_>, findings: &mut Findings) {
    findings.note(
        place,
        chunk.offset,
        Defect::TooShort {
            bytes: chunk.body.len(),
            needed,
        },
    );
}

/// The size that a structure's head declares in its first field, so that what follows is found.
///
/// A head smaller than `least` or larger than the structure cannot be, and counts as `least`.
fn head_size(fields: Fields<'_>, least: u32, note: &mut dyn FnMut(Defect)) -> usize {
    let declared = fields.u32(0).unwrap_or(least);
    if declared >= least && length(declared) <= fields.len() {
        return length(declared);
    }
    note(Defect::HeadSize {
        declared,
        used: least,
    });
    length(least)
}

/// How many of the declared records of `size` bytes are there.
fn records(fields: Fields<'_>, declared: u32, size: usize, note: &mut dyn FnMut(Defect)) -> usize {
    let found = fields.len() / size;
    if length(declared) <= found {
        return length(declared);
    }
    note(Defect::CountMismatch { declared, found });
    found
}

/// The four fields of the content's version, most significant first.
fn version(vers: &Chunk<'_>, place: &Place<'_>, findings: &mut Findings) -> Option<[u16; 4]> {
    let fields = vers.fields();
    let version = || {
        Some([
            fields.u16(2)?,
            fields.u16(0)?,
            fields.u16(6)?,
            fields.u16(4)?,
        ])
    };
    let version = version();
    if version.is_none() {
        note_short(vers, 8, place, findings);
    }
    version
}
