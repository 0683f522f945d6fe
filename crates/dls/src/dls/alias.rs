//! `pgal`: keys and programs of mobile banks that sound as others do.
//!
//! In: the table and the instruments of the file. Out: the instruments with what the table says.
//! The table is not part of the specification: an optional head of four bytes, for each key of the
//! drum kits the key that sounds instead, a count, and records of eight bytes, each with the bank
//! and program of an alias and of what it stands for.
//! Source: players of mobile banks; there is no document.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::copies::Copies;
use crate::bank::{Instrument, Patch, Region};
use crate::error::Defect;
use crate::limits;
use crate::riff::{Chunk, Fields, length};

/// Keys of a kit.
const KEYS: usize = 128;
/// Bytes of a record.
const RECORD: usize = 8;

/// Puts the aliases of a table into the instruments.
pub(super) fn resolve(
    pgal: &Chunk<'_>,
    instruments: &mut Vec<Instrument>,
    copies: &mut Copies,
    note: &mut dyn FnMut(Defect),
) {
    let fields = pgal.fields();
    let head = if pgal.body.starts_with(&[0, 1, 2, 3]) {
        0
    } else {
        4
    };
    let table = fields.from(head);
    let (Some(keys), Some(declared)) = (table.array::<KEYS>(0), table.u32(KEYS)) else {
        note(Defect::TooShort {
            bytes: pgal.body.len(),
            needed: KEYS + 4,
        });
        return;
    };
    let kits = instruments.iter_mut().filter(|it| it.patch.drums);
    kits.for_each(|kit| alias_keys(kit, keys, copies, note));

    let (records, _) = table.from(KEYS + 4).0.as_chunks::<RECORD>();
    if length(declared) != records.len() {
        let found = records.len();
        note(Defect::CountMismatch { declared, found });
    }
    alias_programs(records, instruments, copies, note);
}

/// Gives the keys of a kit that stand for others the regions of these.
fn alias_keys(
    kit: &mut Instrument,
    keys: &[u8; KEYS],
    copies: &mut Copies,
    note: &mut dyn FnMut(Defect),
) {
    let mut aliases: Vec<(u8, u8)> = Vec::new();
    for (key, target) in (0..).zip(*keys).filter(|(key, target)| key != target) {
        if kit
            .regions
            .iter()
            .any(|region| region.keys.contains(&target))
        {
            aliases.push((key, target));
        } else {
            note(Defect::AliasNowhere { key, target });
        }
    }
    if aliases.is_empty() {
        return;
    }
    let is_alias = |key: u8| aliases.iter().any(|alias| alias.0 == key);
    let mut regions = Vec::new();
    let mut copy = |region: &Region, keys: RangeInclusive<u8>, target: Option<u8>| {
        let connections = region.articulation.as_ref().map_or(0, Vec::len);
        if regions.len() == limits::REGIONS || !copies.pay_region(connections) {
            note(Defect::OverLimit {
                limit: regions.len(),
            });
            return false;
        }
        regions.push(Region {
            fixed_key: region.fixed_key.or(target),
            about: Default::default(),
            keys,
            ..region.clone()
        });
        true
    };
    let own = kit.regions.iter().flat_map(|region| {
        let keys = runs(region.keys.clone(), &is_alias);
        keys.into_iter().map(move |keys| (region, keys, None))
    });
    let lent = aliases.iter().flat_map(|&(key, target)| {
        let regions = kit.regions.iter();
        let of_target = regions.filter(move |region| region.keys.contains(&target));
        of_target.map(move |region| (region, key..=key, Some(target)))
    });
    let whole = own
        .chain(lent)
        .all(|(region, keys, target)| copy(region, keys, target));
    if whole {
        kit.regions = regions;
    }
}

/// The runs of keys in a range that are no aliases.
fn runs(keys: RangeInclusive<u8>, is_alias: &dyn Fn(u8) -> bool) -> Vec<RangeInclusive<u8>> {
    let mut runs: Vec<RangeInclusive<u8>> = Vec::new();
    for key in keys.filter(|key| !is_alias(*key)) {
        match runs.last_mut() {
            Some(run) if run.end() + 1 == key => *run = *run.start()..=key,
            _ => runs.push(key..=key),
        }
    }
    runs
}

/// Adds instruments that sound as others do, where the file has none of their own.
fn alias_programs(
    records: &[[u8; RECORD]],
    instruments: &mut Vec<Instrument>,
    copies: &mut Copies,
    note: &mut dyn FnMut(Defect),
) {
    let mut known: BTreeMap<Patch, usize> = BTreeMap::new();
    for (index, instrument) in instruments.iter().enumerate() {
        known.entry(instrument.patch).or_insert(index);
    }
    for record in records {
        let fields = Fields(record);
        let (Some(alias), Some(target)) = (patch(fields), patch(fields.from(4))) else {
            return;
        };
        let found = known.get(&target).and_then(|index| instruments.get(*index));
        let Some(found) = found else {
            note(Defect::AliasOfNothing {
                program: target.program,
            });
            continue;
        };
        if known.contains_key(&alias) {
            note(Defect::AliasHidden {
                program: alias.program,
            });
            continue;
        }
        let full = instruments.len() == limits::INSTRUMENTS;
        let mut pay =
            |region: &Region| copies.pay_region(region.articulation.as_ref().map_or(0, Vec::len));
        let paid = found.regions.iter().all(&mut pay) && copies.pay_instrument(found);
        if full || !paid {
            note(Defect::OverLimit {
                limit: instruments.len(),
            });
            return;
        }
        let mut instrument = found.clone();
        instrument.patch = alias;
        instrument.about = Default::default();
        for region in &mut instrument.regions {
            region.about = Default::default();
        }
        known.insert(alias, instruments.len());
        instruments.push(instrument);
    }
}

/// Bank and program of a record; banks are two times seven bits.
fn patch(fields: Fields<'_>) -> Option<Patch> {
    let [bank_low, bank_high, program, _] = *fields.array(0)?;
    let bank = u16::from_le_bytes([bank_low, bank_high]);
    let [bank_lsb, bank_msb] = [bank, bank >> 7].map(|bits| (bits & 0x7F).to_le_bytes()[0]);
    Some(Patch {
        drums: false,
        bank_msb,
        bank_lsb,
        program: program & 0x7F,
    })
}
