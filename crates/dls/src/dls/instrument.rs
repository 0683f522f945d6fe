//! `lins` and `ins `: the instruments of a file.
//!
//! Source: \[DLS2\] instrument list and header, region lists.

use super::articulation::{LAR2, LART, Level, Lists};
use super::copies::Copies;
use super::info::{DLID, INFO, Label};
use super::pool::Pool;
use super::region::{self, RGN, RGN2, StereoRegion};
use super::{LINS, check_count, condition, keep_first, note_short, stereo};
use crate::bank::{Dialect, Instrument, Patch};
use crate::error::{Defect, FourCc, ReadError, ReadErrorKind};
use crate::extension::{self, OfInstrument};
use crate::findings::{Findings, Place};
use crate::limits;
use crate::riff::{Chunk, Kind};

/// One instrument.
pub(crate) const INS: FourCc = FourCc(*b"ins ");
/// Header of an instrument.
pub(crate) const INSH: FourCc = FourCc(*b"insh");
/// The regions of an instrument.
pub(crate) const LRGN: FourCc = FourCc(*b"lrgn");
/// Bank field: a drum kit.
pub(crate) const DRUMS: u32 = 1 << 31;

/// Reads all instruments.
///
/// - `take`: is given those that can play
/// - returns the number of lists, whether they can or not
pub(super) fn read_all(
    lins: &Chunk<'_>,
    place: &Place<'_>,
    pool: &Pool<'_>,
    copies: &mut Copies,
    take: &mut dyn FnMut(Instrument),
    findings: &mut Findings,
) -> Result<usize, ReadError> {
    let place = place.chunk(LINS);
    let (mut kept, mut lists) = (0, 0);
    if condition::admits(lins, &place, findings) {
        let mut children = lins.children();
        while let Some(chunk) = children.next_noted(&place, findings) {
            if chunk.kind() != Kind::List(INS) {
                continue;
            }
            if kept == limits::INSTRUMENTS {
                let defect = Defect::OverLimit {
                    limit: limits::INSTRUMENTS,
                };
                findings.note(&place, chunk.offset, defect);
                break;
            }
            let place = place.numbered(INS, lists);
            if let Some(instrument) = read(&chunk, &place, pool, copies, findings) {
                take(instrument);
                kept += 1;
            }
            lists += 1;
        }
    }
    if lists == 0 {
        let kind = ReadErrorKind::NoInstruments;
        return Err(ReadError {
            kind,
            offset: lins.offset,
            path: place.to_string(),
        });
    }
    Ok(lists)
}

/// Reads an instrument; `None` when it is excluded or has nothing to play.
fn read(
    list: &Chunk<'_>,
    place: &Place<'_>,
    pool: &Pool<'_>,
    copies: &mut Copies,
    findings: &mut Findings,
) -> Option<Instrument> {
    if !condition::admits(list, place, findings) {
        return None;
    }
    let beyond = list
        .children()
        .find(|chunk| chunk.id == extension::INSTRUMENT);
    let OfInstrument {
        dialect,
        insertions,
    } = beyond.map_or_else(OfInstrument::default, |chunk| {
        let place = place.chunk(extension::INSTRUMENT);
        OfInstrument::read(chunk.fields(), &mut |defect| {
            findings.note(&place, chunk.offset, defect);
        })
    });
    let (mut insh, mut lrgn, mut beyond) = (None, None, None);
    let mut label = Label::default();
    let mut lists = Lists::with(insertions);
    let mut children = list.children();
    while let Some(chunk) = children.next_noted(place, findings) {
        let slot = match chunk.kind() {
            Kind::Plain(INSH) => &mut insh,
            Kind::List(LRGN) => &mut lrgn,
            Kind::Plain(extension::INSTRUMENT) => &mut beyond,
            Kind::Plain(DLID) => &mut label.id,
            Kind::List(INFO) => &mut label.texts,
            Kind::List(name @ (LART | LAR2)) => {
                lists.read(&chunk, Level::Instrument, &place.chunk(name), findings);
                continue;
            }
            _ => continue,
        };
        keep_first(slot, chunk, place, findings);
    }
    let Some(insh) = insh else {
        findings.note(place, list.offset, Defect::MissingPart { id: INSH });
        return None;
    };
    let insh_place = place.chunk(INSH);
    let patch = read_patch(&insh, &insh_place, findings)?;
    let (regions, count) = match lrgn {
        Some(lrgn) => read_regions(&lrgn, &place.chunk(LRGN), pool, dialect, findings),
        None => (Vec::new(), 0),
    };
    check_count(&insh, count, &insh_place, findings);
    let articulation = lists
        .settle(dialect, list, place, findings)
        .unwrap_or_default();
    let regions = stereo::part(regions, &articulation, copies, &mut |defect| {
        findings.note(place, list.offset, defect);
    });
    if regions.is_empty() {
        findings.note(place, list.offset, Defect::NoPlayableRegion);
        return None;
    }
    let (name, about) = label.read_named(place, findings);
    Some(Instrument {
        patch,
        name,
        regions,
        articulation,
        dialect,
        about,
    })
}

/// `insh`: where the instrument is found.
fn read_patch(chunk: &Chunk<'_>, place: &Place<'_>, findings: &mut Findings) -> Option<Patch> {
    let fields = chunk.fields();
    let Some((bank, program)) = fields.u32(4).zip(fields.u32(8)) else {
        note_short(chunk, 12, place, findings);
        return None;
    };
    let mut masked = |value: u32, used: u32| {
        if value & !used != 0 {
            findings.note(place, chunk.offset, Defect::ReservedBits { value });
        }
        (value & used).to_le_bytes()
    };
    let [bank_lsb, bank_msb, _, drums] = masked(bank, DRUMS | 0x7F7F);
    let [program, ..] = masked(program, 0x7F);
    Some(Patch {
        drums: drums != 0,
        bank_msb,
        bank_lsb,
        program,
    })
}

/// Reads the regions that can play; the second value is the number of lists.
fn read_regions(
    lrgn: &Chunk<'_>,
    place: &Place<'_>,
    pool: &Pool<'_>,
    dialect: Dialect,
    findings: &mut Findings,
) -> (Vec<StereoRegion>, usize) {
    let mut regions = Vec::new();
    let mut lists = 0;
    if !condition::admits(lrgn, place, findings) {
        return (regions, lists);
    }
    let mut children = lrgn.children();
    while let Some(chunk) = children.next_noted(place, findings) {
        let Kind::List(name @ (RGN | RGN2)) = chunk.kind() else {
            continue;
        };
        if regions.len() == limits::REGIONS {
            let defect = Defect::OverLimit {
                limit: limits::REGIONS,
            };
            findings.note(place, chunk.offset, defect);
            break;
        }
        let place = place.numbered(name, lists);
        regions.extend(region::read(&chunk, &place, pool, dialect, findings));
        lists += 1;
    }
    (regions, lists)
}
