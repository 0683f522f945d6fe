//! `INFO` of a SoundFont: version, texts and default modulators.
//!
//! Source: \[SF2\] INFO list. `DMOD` is no part of it: editors write it, players follow it.

use super::hydra::MODULATOR;
use super::keep_first;
use super::modulators::{self, Modulator};
use super::records::Table;
use crate::bank::BankInfo;
use crate::dls::info::{ICMT, ICOP, IENG, INAM, ISFT, text};
use crate::error::{Defect, FourCc};
use crate::findings::{Findings, Place};
use crate::limits;
use crate::riff::Chunk;

/// Version of the format.
const IFIL: FourCc = FourCc(*b"ifil");
/// Date of creation.
const ICRD: FourCc = FourCc(*b"ICRD");
/// Product the bank was made for.
const IPRD: FourCc = FourCc(*b"IPRD");
/// Sound engine the bank was made for.
const ISNG: FourCc = FourCc(*b"isng");
/// Name of the ROM the bank was made for.
const IROM: FourCc = FourCc(*b"irom");
/// Default modulators of the bank.
const DMOD: FourCc = FourCc(*b"DMOD");

/// Version of the format, major and minor.
pub(super) type Version = (u16, u16);

/// The first version whose frames may have 24 bits.
pub(super) const WITH_24_BITS: Version = (2, 4);

/// What the list says.
#[derive(Debug)]
pub(super) struct Head {
    /// Texts.
    pub(super) info: BankInfo,
    /// Version; what is unknown counts as 2.04.
    pub(super) version: Version,
    /// What holds for every zone that says nothing else.
    pub(super) modulators: Vec<Modulator>,
}

/// Reads the list, or what holds without one.
pub(super) fn read(list: Option<&Chunk<'_>>, place: &Place<'_>, findings: &mut Findings) -> Head {
    let mut info = BankInfo::default();
    let (mut ifil, mut dmod) = (None, None);
    let mut children = list.map(Chunk::children);
    while let Some(chunk) = children
        .as_mut()
        .and_then(|chunks| chunks.next_noted(place, findings))
    {
        let slot = match chunk.id {
            IFIL => {
                keep_first(&mut ifil, chunk, place, findings);
                continue;
            }
            DMOD => {
                keep_first(&mut dmod, chunk, place, findings);
                continue;
            }
            INAM => Some(&mut info.name),
            IENG => Some(&mut info.engineer),
            ICOP => Some(&mut info.copyright),
            ICMT => Some(&mut info.comment),
            ISFT => Some(&mut info.software),
            ICRD | IPRD | ISNG | IROM => None,
            _ => continue,
        };
        if chunk.body.len() > limits::TEXT_BYTES {
            let limit = limits::TEXT_BYTES;
            findings.note(
                &place.chunk(chunk.id),
                chunk.offset,
                Defect::OverLimit { limit },
            );
        }
        match slot {
            Some(slot) => *slot = text(chunk.body),
            None => info.about.set_text(chunk.id, text(chunk.body)),
        }
    }
    let version = read_version(ifil.as_ref(), list, place, findings);
    let modulators = match dmod {
        None => modulators::defaults(),
        Some(chunk) => read_modulators(&chunk, &place.chunk(DMOD), findings),
    };
    Head {
        info,
        version,
        modulators,
    }
}

fn read_version(
    ifil: Option<&Chunk<'_>>,
    list: Option<&Chunk<'_>>,
    place: &Place<'_>,
    findings: &mut Findings,
) -> Version {
    let fields = ifil.map(Chunk::fields);
    let found = fields.and_then(|fields| fields.u16(0).zip(fields.u16(2)));
    let (major, minor) = found.unwrap_or((0, 0));
    if matches!(major, 2 | 3) {
        return (major, minor);
    }
    let offset = ifil.or(list).map_or(0, |chunk| chunk.offset);
    findings.note(&place.chunk(IFIL), offset, Defect::Version { major, minor });
    WITH_24_BITS
}

/// The modulators that replace the default ones, without the terminal record.
fn read_modulators(
    chunk: &Chunk<'_>,
    place: &Place<'_>,
    findings: &mut Findings,
) -> Vec<Modulator> {
    let table: Table<'_, MODULATOR> = Table::read(chunk, place, findings);
    let mut records = table.slice(&(0..table.len()));
    if let Some((last, others)) = records.split_last()
        && last.iter().all(|byte| *byte == 0)
    {
        records = others;
    }
    let mut found = modulators::Zone::read(records);
    found
        .faults
        .note(&mut |defect| findings.note(place, chunk.offset, defect));
    std::mem::take(&mut found.modulators)
}
