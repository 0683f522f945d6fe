//! The nine tables of `pdta`.
//!
//! Presets and instruments are built alike, so that one [`Side`] describes either.
//! Source: \[SF2\] the hydra.

use super::keep_first;
use super::records::Table;
use crate::error::{Defect, FourCc, ReadError, ReadErrorKind};
use crate::findings::{Findings, Place};
use crate::riff::{Chunk, Fields};

/// Presets.
pub(super) const PHDR: FourCc = FourCc(*b"phdr");
/// Zones of presets.
pub(super) const PBAG: FourCc = FourCc(*b"pbag");
/// Modulators of presets.
const PMOD: FourCc = FourCc(*b"pmod");
/// Generators of presets.
const PGEN: FourCc = FourCc(*b"pgen");
/// Instruments.
pub(super) const INST: FourCc = FourCc(*b"inst");
/// Zones of instruments.
pub(super) const IBAG: FourCc = FourCc(*b"ibag");
/// Modulators of instruments.
const IMOD: FourCc = FourCc(*b"imod");
/// Generators of instruments.
const IGEN: FourCc = FourCc(*b"igen");
/// Samples.
pub(super) const SHDR: FourCc = FourCc(*b"shdr");

/// Bytes of a preset.
pub(super) const PRESET: usize = 38;
/// Bytes of an instrument.
const INSTRUMENT: usize = 22;
/// Bytes of a zone.
const BAG: usize = 4;
/// Bytes of a modulator.
pub(super) const MODULATOR: usize = 10;
/// Bytes of a generator.
pub(super) const GENERATOR: usize = 4;
/// Bytes of a sample.
pub(super) const SAMPLE: usize = 46;

/// Where a preset says which zone is its first.
pub(super) const PRESET_BAG: usize = 24;
/// Where an instrument says it.
pub(super) const INSTRUMENT_BAG: usize = 20;

/// All tables, those with names without their terminal records.
#[derive(Debug)]
pub(super) struct Hydra<'a> {
    /// `phdr`.
    pub(super) presets: Table<'a, PRESET>,
    /// `inst`.
    pub(super) instruments: Table<'a, INSTRUMENT>,
    /// `shdr`.
    pub(super) samples: Table<'a, SAMPLE>,
    /// What presets consist of.
    pub(super) of_presets: Side<'a>,
    /// What instruments consist of.
    pub(super) of_instruments: Side<'a>,
}

/// Zones with their generators and modulators.
#[derive(Debug, Clone, Copy)]
pub(super) struct Side<'a> {
    /// `pbag` or `ibag`.
    pub(super) bags: Table<'a, BAG>,
    /// `pgen` or `igen`.
    pub(super) generators: Table<'a, GENERATOR>,
    /// `pmod` or `imod`.
    pub(super) modulators: Table<'a, MODULATOR>,
}

impl<'a> Hydra<'a> {
    /// Finds all tables; those of modulators may be missing.
    pub(super) fn read(
        pdta: &Chunk<'a>,
        place: &Place<'_>,
        findings: &mut Findings,
    ) -> Result<Self, ReadError> {
        let chunks = Chunks::find(pdta, place, findings);
        let error = |kind| ReadError {
            kind,
            offset: pdta.offset,
            path: place.to_string(),
        };
        let part = |slot: Option<Chunk<'a>>, id| {
            slot.ok_or_else(|| error(ReadErrorKind::MissingChunk { id }))
        };
        let phdr = Table::read(&part(chunks.phdr, PHDR)?, place, findings);
        let inst = Table::read(&part(chunks.inst, INST)?, place, findings);
        let shdr = Table::read(&part(chunks.shdr, SHDR)?, place, findings);
        let of_presets = Side {
            bags: Table::read(&part(chunks.pbag, PBAG)?, place, findings),
            generators: Table::read(&part(chunks.pgen, PGEN)?, place, findings),
            modulators: optional(chunks.pmod, PMOD, pdta, place, findings),
        };
        let of_instruments = Side {
            bags: Table::read(&part(chunks.ibag, IBAG)?, place, findings),
            generators: Table::read(&part(chunks.igen, IGEN)?, place, findings),
            modulators: optional(chunks.imod, IMOD, pdta, place, findings),
        };
        // The terminal record of presets and instruments leads to the terminal zone.
        let ends = |at: usize, name: &'static [u8], bags: usize| {
            move |record: Fields<'_>| {
                record.0.starts_with(name)
                    || record
                        .u16(at)
                        .is_some_and(|bag| usize::from(bag) + 1 >= bags)
            }
        };
        let preset_ends = ends(PRESET_BAG, b"EOP", of_presets.bags.len());
        let instrument_ends = ends(INSTRUMENT_BAG, b"EOI", of_instruments.bags.len());
        let sample_ends = |record: Fields<'_>| {
            record.0.starts_with(b"EOS") || record.0.iter().skip(20).all(|byte| *byte == 0)
        };
        let presets: Table<'a, PRESET> = phdr.without_terminal(preset_ends, place, findings);
        if presets.len() == 0 {
            return Err(error(ReadErrorKind::NoPresets));
        }
        Ok(Self {
            presets,
            instruments: inst.without_terminal(instrument_ends, place, findings),
            samples: shdr.without_terminal(sample_ends, place, findings),
            of_presets,
            of_instruments,
        })
    }
}

/// A table that may be missing.
fn optional<'a, const N: usize>(
    slot: Option<Chunk<'a>>,
    id: FourCc,
    pdta: &Chunk<'_>,
    place: &Place<'_>,
    findings: &mut Findings,
) -> Table<'a, N> {
    match slot {
        Some(chunk) => Table::read(&chunk, place, findings),
        None => {
            findings.note(place, pdta.offset, Defect::TableMissing { id });
            Table::empty(id, pdta.offset)
        }
    }
}

/// The chunks of the list.
#[derive(Debug, Default)]
struct Chunks<'a> {
    phdr: Option<Chunk<'a>>,
    pbag: Option<Chunk<'a>>,
    pmod: Option<Chunk<'a>>,
    pgen: Option<Chunk<'a>>,
    inst: Option<Chunk<'a>>,
    ibag: Option<Chunk<'a>>,
    imod: Option<Chunk<'a>>,
    igen: Option<Chunk<'a>>,
    shdr: Option<Chunk<'a>>,
}

impl<'a> Chunks<'a> {
    fn find(pdta: &Chunk<'a>, place: &Place<'_>, findings: &mut Findings) -> Self {
        let mut found = Self::default();
        let mut children = pdta.children();
        while let Some(chunk) = children.next_noted(place, findings) {
            let slot = match chunk.id {
                PHDR => &mut found.phdr,
                PBAG => &mut found.pbag,
                PMOD => &mut found.pmod,
                PGEN => &mut found.pgen,
                INST => &mut found.inst,
                IBAG => &mut found.ibag,
                IMOD => &mut found.imod,
                IGEN => &mut found.igen,
                SHDR => &mut found.shdr,
                _ => continue,
            };
            keep_first(slot, chunk, place, findings);
        }
        found
    }
}
