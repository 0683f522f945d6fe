//! A SoundFont: the parts of the file and how they become a bank.
//!
//! In: the `RIFF` chunk of the form `sfbk`, and the image it lies in. Out: the parts of a bank,
//! whose recordings are looked at where they lie, and its texts.
//! Presets become instruments. Every zone of a preset with every zone of the instrument it plays
//! becomes one region, with all that both say added up; the tables are not kept.
//! Source: \[SF2\] file structure; version 3 files hold Ogg Vorbis streams instead of frames.

use crate::bank::{BankInfo, Recipient};
use crate::error::{Defect, FourCc, ReadError, ReadErrorKind};
use crate::findings::{Findings, Place};
use crate::form::File;
use crate::limits;
use crate::riff::{Chunk, Kind};

mod articulation;
mod generators;
mod hydra;
mod info;
mod modulators;
mod presets;
mod records;
mod region;
mod samples;
mod zones;

/// Texts, version and default modulators.
const INFO: FourCc = FourCc(*b"INFO");
/// Frames.
const SDTA: FourCc = FourCc(*b"sdta");
/// The nine tables.
const PDTA: FourCc = FourCc(*b"pdta");

/// Reads a whole SoundFont; the warnings stay in `findings`.
pub(crate) fn read(
    file: File<'_>,
    form: &Chunk<'_>,
    place: &Place<'_>,
    recipient: &mut dyn Recipient,
    findings: &mut Findings,
) -> Result<BankInfo, ReadError> {
    let File { image, options } = file;
    let lists = Lists::find(form, place, findings);
    let missing = |list| ReadError {
        kind: ReadErrorKind::Missing { list },
        offset: form.offset,
        path: place.to_string(),
    };
    let pdta = lists.pdta.ok_or_else(|| missing(PDTA))?;
    let sdta = lists.sdta.ok_or_else(|| missing(SDTA))?;

    let head = info::read(lists.info.as_ref(), &place.chunk(INFO), findings);
    let pdta_place = place.chunk(PDTA);
    let hydra = hydra::Hydra::read(&pdta, &pdta_place, findings)?;
    let data = samples::Data::read(image, &sdta, head.version, &place.chunk(SDTA), findings)?;
    let samples = samples::read(&hydra.samples, &data, &pdta_place, recipient, findings)?;
    let zones = zones::Zones::read(&hydra, &samples.table, &pdta_place, findings);
    let reader = presets::Reader {
        hydra: &hydra,
        zones: &zones,
        samples: &samples.table,
        default_modulators: &head.modulators,
        default_modulation: articulation::Modulation::new(&head.modulators),
        attenuation: options.attenuation,
        place: &pdta_place,
    };
    let bytes = limits::region_bytes(image.bytes().len());
    reader.read(samples.waves, bytes, recipient, findings);
    Ok(head.info)
}

/// The lists of the file.
#[derive(Debug, Default)]
struct Lists<'a> {
    info: Option<Chunk<'a>>,
    sdta: Option<Chunk<'a>>,
    pdta: Option<Chunk<'a>>,
}

impl<'a> Lists<'a> {
    fn find(form: &Chunk<'a>, place: &Place<'_>, findings: &mut Findings) -> Self {
        let mut lists = Self::default();
        let mut children = form.children();
        while let Some(chunk) = children.next_noted(place, findings) {
            let slot = match chunk.kind() {
                Kind::List(INFO) => &mut lists.info,
                Kind::List(SDTA) => &mut lists.sdta,
                Kind::List(PDTA) => &mut lists.pdta,
                _ => continue,
            };
            keep_first(slot, chunk, place, findings);
        }
        lists
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
        return;
    }
    let id = chunk.kind().name();
    findings.note(place, chunk.offset, Defect::Duplicate { id });
}
