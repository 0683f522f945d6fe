//! Zones: where each leads, which keys and velocities it has, and which records are its own.
//!
//! In: the tables. Out: zones by preset and by instrument. All that is wrong with a zone is noted
//! here, once, however many presets play it later.
//! Source: \[SF2\] zones.

use std::ops::Range;

use super::generators::{self, id};
use super::hydra::{GENERATOR, Hydra, IBAG, INST, INSTRUMENT_BAG, PBAG, PHDR, PRESET_BAG, Side};
use super::modulators;
use super::records::{Runs, Table, passing};
use super::samples::Sample;
use crate::error::{Defect, FourCc};
use crate::findings::{Findings, Place};
use crate::limits;

mod faults;

use faults::Faults;

/// Keys or velocities from the first to the last, within `0..=127`.
pub(super) type Span = (u8, u8);

/// Everything.
const ALL: Span = (0, 127);

/// One zone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Zone {
    /// Number of its bag.
    pub(super) bag: u32,
    /// Instrument or sample it leads to; of no meaning in a global zone.
    pub(super) target: u16,
    /// Keys, its own or those of the global zone.
    pub(super) keys: Span,
    /// Velocities, its own or those of the global zone.
    pub(super) velocities: Span,
    generators: (u32, u32),
    modulators: (u32, u32),
}

impl Zone {
    /// The records of its generators, up to the one that ends it.
    pub(super) fn generators(&self) -> Range<usize> {
        range(self.generators)
    }

    /// The records of its modulators.
    pub(super) fn modulators(&self) -> Range<usize> {
        range(self.modulators)
    }
}

fn range((start, end): (u32, u32)) -> Range<usize> {
    let index = |index| usize::try_from(index).unwrap_or(usize::MAX);
    index(start)..index(end)
}

fn span(range: &Range<usize>) -> (u32, u32) {
    let index = |index| u32::try_from(index).unwrap_or(u32::MAX);
    (index(range.start), index(range.end))
}

/// The zones of one preset or instrument.
#[derive(Debug, Clone)]
struct Group {
    global: Option<Zone>,
    zones: Range<usize>,
}

/// The zones of all presets, or of all instruments.
#[derive(Debug, Default)]
pub(super) struct Level {
    groups: Vec<Group>,
    zones: Vec<Zone>,
}

impl Level {
    /// The zones of one, and what holds for all of them.
    pub(super) fn of(&self, index: usize) -> (Option<&Zone>, &[Zone]) {
        let Some(group) = self.groups.get(index) else {
            return (None, &[]);
        };
        let zones = self.zones.get(group.zones.clone()).unwrap_or_default();
        (group.global.as_ref(), zones)
    }
}

/// All zones of a file.
#[derive(Debug)]
pub(super) struct Zones {
    /// Of presets; they lead to instruments that are there.
    pub(super) presets: Level,
    /// Of instruments; they lead to samples that can be played.
    pub(super) instruments: Level,
}

impl Zones {
    /// Reads them all.
    pub(super) fn read(
        hydra: &Hydra<'_>,
        samples: &[Option<Sample>],
        place: &Place<'_>,
        findings: &mut Findings,
    ) -> Self {
        let instruments = hydra.instruments.len();
        let to_instrument = |index: u16| {
            (usize::from(index) >= instruments).then_some(Defect::ZoneTarget {
                index,
                count: instruments,
            })
        };
        let to_sample = |index: u16| match samples.get(usize::from(index)) {
            Some(Some(_)) => None,
            Some(None) => Some(Defect::ZoneSample { sample: index }),
            None => Some(Defect::ZoneTarget {
                index,
                count: samples.len(),
            }),
        };
        let presets = Kind {
            owner: PHDR,
            bag: PBAG,
            bag_at: PRESET_BAG,
            terminal: id::INSTRUMENT,
            fault: &to_instrument,
        };
        let instruments = Kind {
            owner: INST,
            bag: IBAG,
            bag_at: INSTRUMENT_BAG,
            terminal: id::SAMPLE,
            fault: &to_sample,
        };
        Self {
            presets: presets.read(&hydra.presets, &hydra.of_presets, place, findings),
            instruments: instruments.read(
                &hydra.instruments,
                &hydra.of_instruments,
                place,
                findings,
            ),
        }
    }
}

/// What presets and instruments do not have in common.
struct Kind<'a> {
    owner: FourCc,
    bag: FourCc,
    bag_at: usize,
    /// The generator that ends a zone and says where it leads.
    terminal: u16,
    /// What is wrong with where a zone leads.
    fault: &'a dyn Fn(u16) -> Option<Defect>,
}

/// Tables of which each record is taken once.
struct Walk<'t, 'a> {
    side: &'t Side<'a>,
    bags: Runs,
    generators: Runs,
    modulators: Runs,
    /// Zones of all owners so far.
    zones: Vec<Zone>,
    /// What was wrong with those of this owner.
    faults: Faults,
}

impl Kind<'_> {
    fn read<const N: usize>(
        &self,
        owners: &Table<'_, N>,
        side: &Side<'_>,
        place: &Place<'_>,
        findings: &mut Findings,
    ) -> Level {
        let mut walk = Walk {
            side,
            bags: Runs::of(side.bags.len()),
            generators: Runs::of(side.generators.len()),
            modulators: Runs::of(side.modulators.len()),
            zones: passing(side.bags.len()),
            faults: Faults::default(),
        };
        let mut groups = Vec::with_capacity(owners.len());
        for index in 0..owners.len() {
            let place = place.numbered(self.owner, index);
            let offset = owners.offset(index);
            let bag = |index| owners.get(index).and_then(|owner| owner.u16(self.bag_at));
            let bags = walk.bags.take(bag(index), bag(index + 1), &mut |defect| {
                findings.note(&place, offset, defect);
            });
            let first = walk.zones.len();
            let global = self.read_zones(&mut walk, bags, &place, findings);
            let faults = std::mem::take(&mut walk.faults);
            faults.note(&mut |defect| findings.note(&place, offset, defect));
            groups.push(Group {
                global,
                zones: first..walk.zones.len(),
            });
        }
        Level {
            groups,
            zones: walk.zones,
        }
    }

    /// Reads the zones of one owner; the first may be there for all others.
    fn read_zones(
        &self,
        walk: &mut Walk<'_, '_>,
        bags: Range<usize>,
        place: &Place<'_>,
        findings: &mut Findings,
    ) -> Option<Zone> {
        let mut global = None;
        let first = bags.start;
        for bag in bags {
            let place = place.numbered(self.bag, bag);
            let offset = walk.side.bags.offset(bag);
            let mut note = |defect| findings.note(&place, offset, defect);
            let (generators, modulators) = walk.take(bag, &mut note);
            let records = walk.side.generators.slice(&generators);
            let found = Found::read(records, self.terminal, &mut walk.faults);
            let records = walk.side.modulators.slice(&modulators);
            walk.faults
                .modulators
                .merge(&modulators::Zone::read(records).faults);
            let Some(zone) = found.zone(bag, generators.start, &modulators, global, &mut note)
            else {
                continue;
            };
            match found.target.map(self.fault) {
                Some(None) => walk.zones.push(zone),
                Some(Some(defect)) => note(defect),
                None if bag == first => global = Some(zone),
                None => note(Defect::ZoneOpen),
            }
        }
        global
    }
}

impl Walk<'_, '_> {
    /// The records of a bag.
    fn take(&mut self, bag: usize, note: &mut dyn FnMut(Defect)) -> (Range<usize>, Range<usize>) {
        let index = |bag, at| self.side.bags.get(bag).and_then(|bag| bag.u16(at));
        let generators = self.generators.take(index(bag, 0), index(bag + 1, 0), note);
        let modulators = self.modulators.take(index(bag, 2), index(bag + 1, 2), note);
        (generators, modulators)
    }
}

/// What stands among the generators of a zone and is no value.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    keys: Option<Span>,
    velocities: Option<Span>,
    target: Option<u16>,
    /// Records up to the one that ends the zone.
    length: usize,
}

impl Found {
    fn read(records: &[[u8; GENERATOR]], terminal: u16, faults: &mut Faults) -> Self {
        let mut found = Self::default();
        let mut seen = 0_u64;
        faults.over_limit |= records.len() > limits::GENERATORS;
        let records = records.iter().take(limits::GENERATORS);
        for (number, record) in records.enumerate() {
            let Some((generator, amount)) = generators::generator(record) else {
                continue;
            };
            if found.target.is_some() {
                faults.behind.count(generator);
                continue;
            }
            let [low, high] = amount.to_le_bytes();
            let bit = 1_u64.checked_shl(generator.into()).unwrap_or(0);
            if seen & bit != 0 {
                faults.twice.count(generator);
            }
            let others = seen & !(1 << id::KEY_RANGE);
            match generator {
                id::KEY_RANGE => {
                    if number > 0 {
                        faults.order.count(generator);
                    }
                    found.keys = Some((low, high));
                }
                id::VEL_RANGE => {
                    if others & !(1 << id::VEL_RANGE) != 0 {
                        faults.order.count(generator);
                    }
                    found.velocities = Some((low, high));
                }
                _ if generator == terminal => found.target = Some(u16::from_le_bytes([low, high])),
                _ => faults.check(generator, amount, terminal),
            }
            seen |= bit;
            found.length = number + 1;
        }
        found
    }

    /// The zone, unless its ranges are none.
    fn zone(
        &self,
        bag: usize,
        first_generator: usize,
        modulators: &Range<usize>,
        global: Option<Zone>,
        note: &mut dyn FnMut(Defect),
    ) -> Option<Zone> {
        let over = global.map_or((ALL, ALL), |zone| (zone.keys, zone.velocities));
        let bounded = |(low, high): Span, note: &mut dyn FnMut(Defect)| {
            if high > 127 {
                note(Defect::RangeEnd { high: high.into() });
            }
            (low, high.min(127))
        };
        let keys = self.keys.map_or(over.0, |keys| bounded(keys, note));
        let velocities = self
            .velocities
            .map_or(over.1, |velocities| bounded(velocities, note));
        let (low, high) = (keys.0.into(), keys.1.into());
        if low > high {
            note(Defect::KeyRange { low, high });
            return None;
        }
        let (low, high) = (velocities.0.into(), velocities.1.into());
        if low > high {
            note(Defect::VelocityRange { low, high });
            return None;
        }
        Some(Zone {
            bag: u32::try_from(bag).unwrap_or(u32::MAX),
            target: self.target.unwrap_or(0),
            keys,
            velocities,
            generators: span(&(first_generator..first_generator + self.length)),
            modulators: span(modulators),
        })
    }
}
