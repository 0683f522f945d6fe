//! Presets: every zone of one with every zone of the instrument it plays.
//!
//! Source: \[SF2\] presets, zones.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::articulation::Modulation;
use super::generators::Settings;
use super::hydra::{Hydra, IBAG, INST, PHDR};
use super::modulators::{self, Modulator};
use super::region::{Draft, Part, Sum, common};
use super::samples::Sample;
use super::zones::{Zone, Zones};
use crate::bank::{About, Connection, Dialect, Instrument, Patch, Recipient, Region, Wave};
use crate::dls::info::text;
use crate::error::Defect;
use crate::findings::{Findings, Place};
use crate::limits;
use crate::options::Attenuation;
use crate::riff::Fields;

/// All that instruments are made of.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    pub(super) hydra: &'a Hydra<'a>,
    pub(super) zones: &'a Zones,
    /// By their number in the file.
    pub(super) samples: &'a [Option<Sample>],
    /// What holds for every zone.
    pub(super) default_modulators: &'a [Modulator],
    /// What they come to where no zone says more.
    pub(super) default_modulation: Modulation,
    pub(super) attenuation: Attenuation,
    /// Where the tables stand.
    pub(super) place: &'a Place<'a>,
}

/// What reading presets uses up or leaves behind.
struct State<'r> {
    recipient: &'r mut dyn Recipient,
    /// Number of those that it has.
    waves: usize,
    /// The instrument whose first region is still to come.
    head: Option<Instrument>,
    /// Waves that are a part of a sample.
    parts: BTreeMap<(u16, Part), usize>,
    /// Bytes that regions may still take.
    bytes: usize,
    /// Pairs of zones that may still be compared.
    pairs: usize,
    /// Zones of which something was noted, by their bags: one may belong to many presets.
    noted: Vec<bool>,
}

impl Reader<'_> {
    /// Reads all presets, and hands them over with the parts of samples that they play.
    ///
    /// - `waves`: number of those of the samples
    /// - `bytes`: what the regions may take
    pub(super) fn read(
        &self,
        waves: usize,
        bytes: usize,
        recipient: &mut dyn Recipient,
        findings: &mut Findings,
    ) {
        let mut state = State {
            recipient,
            waves,
            head: None,
            parts: BTreeMap::new(),
            bytes,
            pairs: limits::ZONE_PAIRS,
            noted: vec![false; self.hydra.of_instruments.bags.len()],
        };
        let mut instruments = 0;
        let mut patches = BTreeSet::new();
        for index in 0..self.hydra.presets.len() {
            let place = self.place.numbered(PHDR, index);
            let offset = self.hydra.presets.offset(index);
            if instruments == limits::INSTRUMENTS {
                let limit = limits::INSTRUMENTS;
                findings.note(&place, offset, Defect::OverLimit { limit });
                break;
            }
            let Some(header) = self.hydra.presets.get(index) else {
                break;
            };
            let name = header.array::<20>(0).map(|name| text(name));
            // Handed over with its first region: without any it is none.
            state.head = Some(Instrument {
                patch: patch(header, &mut |_| {}),
                name: name.unwrap_or_default().trim_end().to_owned(),
                regions: Vec::new(),
                articulation: Vec::new(),
                dialect: Dialect::SoundFont,
                about: About::default(),
            });
            self.regions(index, &mut state, &place, findings);
            let mut note = |defect| findings.note(&place, offset, defect);
            if state.head.is_some() {
                note(Defect::NoPlayableRegion);
                continue;
            }
            instruments += 1;
            if !patches.insert(patch(header, &mut note)) {
                note(Defect::SamePatch);
            }
        }
    }

    /// Hands over the regions of one preset.
    fn regions(
        &self,
        preset: usize,
        state: &mut State<'_>,
        place: &Place<'_>,
        findings: &mut Findings,
    ) {
        let offset = self.hydra.presets.offset(preset);
        let (preset_global, preset_zones) = self.zones.presets.of(preset);
        let (mut regions, mut skipped) = (0, 0);
        for outer in preset_zones {
            let instrument = usize::from(outer.target);
            let (global, zones) = self.zones.instruments.of(instrument);
            let Some(pairs) = state.pairs.checked_sub(zones.len()) else {
                let limit = limits::ZONE_PAIRS;
                findings.note(place, offset, Defect::OverLimit { limit });
                break;
            };
            state.pairs = pairs;
            for inner in zones {
                let ranges =
                    common(outer.keys, inner.keys).zip(common(outer.velocities, inner.velocities));
                let Some((keys, velocities)) = ranges else {
                    continue;
                };
                let layers = [global, Some(inner), preset_global, Some(outer)];
                let cost = self.cost(&layers);
                let over = cost > state.bytes || regions == limits::REGIONS;
                if over {
                    let limit = regions;
                    findings.note(place, offset, Defect::OverLimit { limit });
                    return;
                }
                let sum = self.sum(&layers, keys, velocities);
                let bag = usize::try_from(inner.bag).unwrap_or(0);
                let noted = state.noted.get_mut(bag);
                let first = noted.is_some_and(|noted| !std::mem::replace(noted, true));
                let place = self.place.numbered(INST, instrument);
                let place = place.numbered(IBAG, bag);
                let offset = self.hydra.of_instruments.bags.offset(bag);
                let mut note = |defect| {
                    if first {
                        findings.note(&place, offset, defect);
                    }
                };
                let Some((sample, draft)) = self.draft(sum, inner, &mut note) else {
                    continue;
                };
                skipped += draft.skipped;
                let region = state.place(draft, inner.target, sample.frames);
                state.bytes = state.bytes.saturating_sub(cost + bytes_of(&region));
                state.hand_over(region);
                regions += 1;
            }
        }
        if skipped > 0 {
            findings.note(place, offset, Defect::ModulatorLinks { count: skipped });
        }
    }

    fn draft(
        &self,
        sum: Sum<'_>,
        zone: &Zone,
        note: &mut dyn FnMut(Defect),
    ) -> Option<(&Sample, Draft)> {
        let sample = self.samples.get(usize::from(zone.target))?.as_ref()?;
        match sum.into_region(sample, zone.target, self.attenuation, note) {
            Ok(draft) => Some((sample, draft)),
            Err(defect) => {
                note(defect);
                None
            }
        }
    }

    /// What it takes to add zones up: not to be had for nothing by files that ask for it often.
    fn cost(&self, [global, inner, preset_global, outer]: &[Option<&Zone>; 4]) -> usize {
        let of = |zone: &Option<&Zone>| {
            zone.map_or(0, |zone| {
                zone.generators().len() + zone.modulators().len().min(limits::MODULATORS) * 40
            })
        };
        of(global) + of(inner) + of(preset_global) + of(outer)
    }

    /// Everything that the zones of a pair say.
    fn sum(
        &self,
        [global, inner, preset_global, outer]: &[Option<&Zone>; 4],
        keys: (u8, u8),
        velocities: (u8, u8),
    ) -> Sum<'_> {
        let inside = &self.hydra.of_instruments;
        let outside = &self.hydra.of_presets;
        let mut settings = Settings::default();
        for zone in [global, inner].into_iter().copied().flatten() {
            settings.replace(inside.generators.slice(&zone.generators()));
        }
        for zone in [preset_global, outer].into_iter().copied().flatten() {
            settings.add(outside.generators.slice(&zone.generators()));
        }
        Sum {
            settings,
            modulation: self.modulation([*global, *inner], [*preset_global, *outer]),
            keys,
            velocities,
        }
    }

    /// What the modulators of a pair come to; those of most zones are the bank's.
    fn modulation(
        &self,
        inner: [Option<&Zone>; 2],
        outer: [Option<&Zone>; 2],
    ) -> Cow<'_, Modulation> {
        let mut zones = inner.into_iter().chain(outer).flatten();
        if zones.all(|zone| zone.modulators().is_empty()) {
            return Cow::Borrowed(&self.default_modulation);
        }
        let mut list = self.default_modulators.to_vec();
        for zone in inner.into_iter().flatten() {
            let records = self
                .hydra
                .of_instruments
                .modulators
                .slice(&zone.modulators());
            modulators::replace(&mut list, modulators::Zone::read(records).modulators);
        }
        let mut added = Vec::new();
        for zone in outer.into_iter().flatten() {
            let records = self.hydra.of_presets.modulators.slice(&zone.modulators());
            modulators::replace(&mut added, modulators::Zone::read(records).modulators);
        }
        modulators::add(&mut list, added);
        Cow::Owned(Modulation::new(&list))
    }
}

impl State<'_> {
    /// A region, behind its instrument.
    fn hand_over(&mut self, region: Region) {
        if let Some(head) = self.head.take() {
            self.recipient.instrument(head);
        }
        self.recipient.region(region);
    }

    /// Gives a region its wave: that of the sample, or a part of it that others may share.
    ///
    /// - `frames`: those of the sample
    fn place(&mut self, draft: Draft, sample: u16, frames: u32) -> Region {
        let Draft {
            mut region, part, ..
        } = draft;
        if (part.start, part.end) == (0, frames) {
            return region;
        }
        let frame = |index| usize::try_from(index).unwrap_or(usize::MAX);
        let whole = region.wave;
        region.wave = *self.parts.entry((sample, part)).or_insert_with(|| {
            self.bytes = self.bytes.saturating_sub(2 * size_of::<Wave>());
            self.recipient
                .part(whole, frame(part.start)..frame(part.end));
            self.waves += 1;
            self.waves - 1
        });
        region
    }
}

/// What a region takes.
fn bytes_of(region: &Region) -> usize {
    let connections = region.articulation.as_ref().map_or(0, Vec::len);
    size_of::<Region>() + connections * size_of::<Connection>()
}

/// Bank and program of a preset.
///
/// Banks 0 to 127 are what controller 0 selects, 128 is that of drums. Of larger numbers the lower
/// byte says that, with the bit of 128 for drums, and the upper byte is what controller 32 selects.
fn patch(header: Fields<'_>, note: &mut dyn FnMut(Defect)) -> Patch {
    let program = header.u16(20).unwrap_or(0);
    let bank = header.u16(22).unwrap_or(0);
    for (number, used) in [(program, 0x7F), (bank, 0x7FFF)] {
        if number & !used != 0 {
            note(Defect::ReservedBits {
                value: number.into(),
            });
        }
    }
    let [msb, lsb] = bank.to_le_bytes();
    let [program, _] = program.to_le_bytes();
    Patch {
        drums: msb & 0x80 != 0,
        bank_msb: msb & 0x7F,
        bank_lsb: lsb & 0x7F,
        program: program & 0x7F,
    }
}
