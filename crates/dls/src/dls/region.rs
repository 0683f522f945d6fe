//! `rgn ` and `rgn2`: one region of an instrument.
//!
//! Source: \[DLS2\] region list, region header, wave link.

use std::ops::RangeInclusive;

use super::articulation::{LAR2, LART, Level, Lists};
use super::info::{INFO, Label};
use super::pool::Pool;
use super::sample::{self, WSMP};
use super::{condition, keep_first, note_short};
use crate::bank::{Dialect, Region, WaveLink};
use crate::error::{Defect, FourCc};
use crate::extension::{self, OfRegion};
use crate::findings::{Findings, Place};
use crate::riff::{Chunk, Kind};

/// Level 1 region.
pub(crate) const RGN: FourCc = FourCc(*b"rgn ");
/// Level 2 region, skipped by a Level 1 device.
pub(crate) const RGN2: FourCc = FourCc(*b"rgn2");
/// Header of a region.
pub(crate) const RGNH: FourCc = FourCc(*b"rgnh");
/// Link to a wave.
pub(crate) const WLNK: FourCc = FourCc(*b"wlnk");
/// Region option: a key struck again leaves its earlier notes alone.
pub(crate) const SELF_NON_EXCLUSIVE: u16 = 1;
/// Link option: leads its phase group.
pub(crate) const PHASE_MASTER: u16 = 1;
/// Link option: the channel mask counts.
pub(crate) const MULTI_CHANNEL: u16 = 2;

/// A region, and whether the wave behind its own is the right channel of a recording.
pub(super) type StereoRegion = (Region, bool);

/// The chunks of a region.
#[derive(Debug, Default)]
struct Parts<'a> {
    rgnh: Option<Chunk<'a>>,
    wlnk: Option<Chunk<'a>>,
    wsmp: Option<Chunk<'a>>,
    beyond: Option<Chunk<'a>>,
    label: Label<'a>,
    lists: Lists,
}

impl<'a> Parts<'a> {
    fn find(list: &Chunk<'a>, lists: Lists, place: &Place<'_>, findings: &mut Findings) -> Self {
        let mut parts = Self {
            lists,
            ..Self::default()
        };
        let mut children = list.children();
        while let Some(chunk) = children.next_noted(place, findings) {
            let slot = match chunk.kind() {
                Kind::Plain(RGNH) => &mut parts.rgnh,
                Kind::Plain(WLNK) => &mut parts.wlnk,
                Kind::Plain(WSMP) => &mut parts.wsmp,
                Kind::Plain(extension::REGION) => &mut parts.beyond,
                Kind::List(INFO) => &mut parts.label.texts,
                Kind::List(name @ (LART | LAR2)) => {
                    let place = place.chunk(name);
                    parts.lists.read(&chunk, Level::Region, &place, findings);
                    continue;
                }
                _ => continue,
            };
            keep_first(slot, chunk, place, findings);
        }
        parts
    }
}

/// Reads a region; `None` when it is excluded or cannot be played.
///
/// - `dialect`: of its instrument
pub(super) fn read(
    list: &Chunk<'_>,
    place: &Place<'_>,
    pool: &Pool<'_>,
    dialect: Dialect,
    findings: &mut Findings,
) -> Option<StereoRegion> {
    if !condition::admits(list, place, findings) {
        return None;
    }
    let beyond = list.children().find(|chunk| chunk.id == extension::REGION);
    let beyond = beyond.map_or_else(OfRegion::default, |chunk| {
        let place = place.chunk(extension::REGION);
        OfRegion::read(chunk.fields(), &mut |defect| {
            findings.note(&place, chunk.offset, defect);
        })
    });
    let parts = Parts::find(list, Lists::with(beyond.insertions), place, findings);
    let Parts {
        rgnh, wlnk, wsmp, ..
    } = parts;
    let header =
        rgnh.and_then(|chunk| Header::read(&chunk, beyond.silent, &place.chunk(RGNH), findings));
    let link = wlnk.and_then(|chunk| Link::read(&chunk, &place.chunk(WLNK), findings));
    for (id, missing) in [(RGNH, rgnh.is_none()), (WLNK, wlnk.is_none())] {
        if missing {
            findings.note(place, list.offset, Defect::MissingPart { id });
        }
    }
    let (header, link) = (header?, link?);
    let found = pool.find(link.cue, &mut |defect| {
        findings.note(&place.chunk(WLNK), link.offset, defect);
    })?;
    let sample = wsmp.and_then(|chunk| {
        let place = place.chunk(WSMP);
        let mut sample = sample::read(&chunk, &place, findings)?;
        sample::fit_loop(&mut sample, found.frames, chunk.offset, &place, findings);
        Some(sample)
    });
    let articulation = parts.lists.settle(dialect, list, place, findings);
    let region = Region {
        keys: header.keys,
        velocities: header.velocities,
        self_non_exclusive: header.options & SELF_NON_EXCLUSIVE != 0,
        key_group: header.key_group,
        layer: header.layer,
        wave: found.wave,
        link: link.link,
        sample,
        articulation,
        fixed_key: beyond.fixed_key,
        fixed_velocity: beyond.fixed_velocity,
        about: parts.label.read(place, findings),
    };
    Some((region, found.stereo))
}

/// `rgnh`: what plays the region.
struct Header {
    keys: RangeInclusive<u8>,
    velocities: RangeInclusive<u8>,
    options: u16,
    key_group: u16,
    layer: Option<u16>,
}

impl Header {
    /// - `silent`: velocities 0 to 0 mean just that
    fn read(
        chunk: &Chunk<'_>,
        silent: bool,
        place: &Place<'_>,
        findings: &mut Findings,
    ) -> Option<Self> {
        let fields = chunk.fields();
        let Some(key_group) = fields.u16(10) else {
            note_short(chunk, 12, place, findings);
            return None;
        };
        let mut note = |defect| findings.note(place, chunk.offset, defect);
        let (low, high) = (fields.u16(0)?, fields.u16(2)?);
        let Some(keys) = range(low, high, &mut note) else {
            note(Defect::KeyRange { low, high });
            return None;
        };
        let (low, mut high) = (fields.u16(4)?, fields.u16(6)?);
        if (low, high) == (0, 0) && !silent {
            note(Defect::VelocityRangeZero);
            high = 127;
        }
        let Some(velocities) = range(low, high, &mut note) else {
            note(Defect::VelocityRange { low, high });
            return None;
        };
        let options = fields.u16(8)?;
        Some(Self {
            keys,
            velocities,
            options,
            key_group,
            layer: fields.u16(12),
        })
    }
}

/// A range of MIDI values, its upper end cut to 127.
fn range(low: u16, high: u16, note: &mut dyn FnMut(Defect)) -> Option<RangeInclusive<u8>> {
    let first = u8::try_from(low)
        .ok()
        .filter(|first| *first < 128 && low <= high)?;
    let last = u8::try_from(high)
        .ok()
        .filter(|last| *last < 128)
        .unwrap_or_else(|| {
            note(Defect::RangeEnd { high });
            127
        });
    Some(first..=last)
}

/// `wlnk`: which wave, and how.
struct Link {
    offset: usize,
    cue: u32,
    link: WaveLink,
}

impl Link {
    fn read(chunk: &Chunk<'_>, place: &Place<'_>, findings: &mut Findings) -> Option<Self> {
        let fields = chunk.fields();
        let Some(cue) = fields.u32(8) else {
            note_short(chunk, 12, place, findings);
            return None;
        };
        let options = fields.u16(0)?;
        let link = WaveLink {
            phase_master: options & PHASE_MASTER != 0,
            multi_channel: options & MULTI_CHANNEL != 0,
            phase_group: fields.u16(2)?,
            channels: fields.u32(4)?,
        };
        Some(Self {
            offset: chunk.offset,
            cue,
            link,
        })
    }
}
