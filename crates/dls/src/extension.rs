//! What plain DLS has no words for, in chunks of our own that other readers skip.
//!
//! In: a part of a bank, or the body of one of these chunks. Out: the body, or what it adds.
//! What a plain reader can play stands in the chunks of the specification; what follows here puts
//! it right for us, so that a bank comes back as it was:
//!
//! - [`INSTRUMENT`] in an instrument: `u16` dialect (0 DLS, 1 SoundFont), then insertions
//! - [`REGION`] in a region: `u8` fixed key, `u8` fixed velocity (255 is none), `u16` options (bit 0:
//!   velocities are 0 to 0), then insertions
//! - [`LOW`] in a wave: the lower 8 bits of every frame
//!
//! Insertions: `u16` count, then for each a `u16` index and a connection block of 12 bytes, in
//! numbers of ours too and taken literally. It stands at that index of the list, in the place of
//! whatever the plain list says of the same source, control and destination.

use std::collections::BTreeSet;

use crate::bank::{Connection, ConnectionKey, Dialect, Instrument, Region};
use crate::defaults;
use crate::dls::articulation::{BLOCK, Level};
use crate::dls::block::{self, BlockReader};
use crate::error::{Defect, FourCc};
use crate::limits;
use crate::riff::Fields;

/// What an instrument says beyond DLS.
pub(crate) const INSTRUMENT: FourCc = FourCc(*b"DMUI");
/// What a region says beyond DLS.
pub(crate) const REGION: FourCc = FourCc(*b"DMUR");
/// What a wave's frames have below 16 bits.
pub(crate) const LOW: FourCc = FourCc(*b"DMUL");

/// The number of SoundFont's rules.
const SOUND_FONT: u16 = 1;
/// A key or velocity that is not fixed.
const NOT_FIXED: u8 = u8::MAX;
/// Option: velocities 0 to 0 mean just that.
const SILENT: u16 = 1;
/// Bytes of an insertion.
const INSERTION: usize = 2 + BLOCK;

/// What the chunk of an instrument adds to it.
#[derive(Debug, Default)]
pub(crate) struct OfInstrument {
    /// By whose rules it plays.
    pub(crate) dialect: Dialect,
    /// Its own connections beyond DLS.
    pub(crate) insertions: Insertions,
}

/// What the chunk of a region adds to it.
#[derive(Debug, Default)]
pub(crate) struct OfRegion {
    /// Key that sounds instead of the one played.
    pub(crate) fixed_key: Option<u8>,
    /// Velocity that sounds instead of the one played.
    pub(crate) fixed_velocity: Option<u8>,
    /// Its velocities are 0 to 0.
    pub(crate) silent: bool,
    /// Its connections beyond DLS.
    pub(crate) insertions: Insertions,
}

impl OfInstrument {
    /// Reads the chunk; what is wrong with it is left out and noted.
    pub(crate) fn read(body: Fields<'_>, note: &mut dyn FnMut(Defect)) -> Self {
        let number = body.u16(0).unwrap_or_default();
        if number > SOUND_FONT {
            note(Defect::UnknownDialect { number });
        }
        Self {
            dialect: if number == SOUND_FONT {
                Dialect::SoundFont
            } else {
                Dialect::Dls
            },
            insertions: Insertions::read(body.from(2), note),
        }
    }

    /// The chunk's body; nothing if there is nothing to say.
    pub(crate) fn write(instrument: &Instrument, beyond: &[Insertion]) -> Option<Vec<u8>> {
        let dialect = match instrument.dialect {
            Dialect::Dls => 0,
            Dialect::SoundFont => SOUND_FONT,
        };
        if dialect == 0 && beyond.is_empty() {
            return None;
        }
        let mut body = dialect.to_le_bytes().to_vec();
        write_insertions(beyond, &mut body);
        Some(body)
    }
}

impl OfRegion {
    /// Reads the chunk; what is wrong with it is left out and noted.
    pub(crate) fn read(body: Fields<'_>, note: &mut dyn FnMut(Defect)) -> Self {
        let [key, velocity] = body.array(0).copied().unwrap_or([NOT_FIXED; 2]);
        let mut fixed = |value, least| {
            let sound = (least..128).contains(&value);
            if !sound && value != NOT_FIXED {
                note(Defect::FixedOutOfRange { value });
            }
            sound.then_some(value)
        };
        Self {
            fixed_key: fixed(key, 0),
            fixed_velocity: fixed(velocity, 1),
            silent: body.u16(2).unwrap_or_default() & SILENT != 0,
            insertions: Insertions::read(body.from(4), note),
        }
    }

    /// The chunk's body; nothing if there is nothing to say.
    pub(crate) fn write(region: &Region, beyond: &[Insertion]) -> Option<Vec<u8>> {
        let (key, velocity) = (region.fixed_key, region.fixed_velocity);
        let silent = region.velocities == (0..=0);
        if key.is_none() && velocity.is_none() && !silent && beyond.is_empty() {
            return None;
        }
        let mut body = vec![key.unwrap_or(NOT_FIXED), velocity.unwrap_or(NOT_FIXED)];
        body.extend(if silent { SILENT } else { 0 }.to_le_bytes());
        write_insertions(beyond, &mut body);
        Some(body)
    }
}

/// A connection and its place in a whole list.
pub(crate) type Insertion = (u16, Connection);

/// Connections to be put into a list.
#[derive(Debug, Default)]
pub(crate) struct Insertions {
    /// By rising index, each key once.
    list: Vec<Insertion>,
    /// What they take the place of.
    keys: BTreeSet<ConnectionKey>,
}

impl Insertions {
    fn read(body: Fields<'_>, note: &mut dyn FnMut(Defect)) -> Self {
        let declared = body.u16(0).unwrap_or_default();
        let (records, _) = body.from(2).0.as_chunks::<INSERTION>();
        let found = records
            .len()
            .min(usize::from(declared))
            .min(limits::CONNECTIONS);
        if found < usize::from(declared) {
            let declared = u32::from(declared);
            note(Defect::CountMismatch { declared, found });
        }
        let one = |record: &[u8; INSERTION]| {
            let fields = Fields(record);
            Some((fields.u16(0)?, block::literal(fields.from(2))?))
        };
        let mut insertions: Vec<Insertion> = records.iter().take(found).filter_map(one).collect();
        if insertions.len() < found {
            note(Defect::UnknownInsertion {
                blocks: found - insertions.len(),
            });
        }
        let mut keys = BTreeSet::new();
        insertions.retain(|(_, connection)| keys.insert(connection.key()));
        insertions.sort_by_key(|insertion| insertion.0);
        Self {
            list: insertions,
            keys,
        }
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether one of them takes the place of a block.
    pub(crate) fn replace(&self, block: Fields<'_>) -> bool {
        !self.is_empty() && block::literal(block).is_some_and(|it| self.keys.contains(&it.key()))
    }

    /// The whole list: the plain one, without what another reader has to be told, with these.
    ///
    /// - `plain`: without the blocks that these [`replace`](Self::replace)
    pub(crate) fn complete(
        mut self,
        mut plain: Vec<Connection>,
        dialect: Dialect,
    ) -> Vec<Connection> {
        if dialect != Dialect::default() {
            let says_more = |connection: &_| !defaults::of(dialect).contains(connection);
            plain.retain(says_more);
            self.list.retain(|(_, connection)| says_more(connection));
        }
        if self.is_empty() {
            return plain;
        }
        let mut plain = plain.into_iter();
        let mut whole = Vec::new();
        for (index, connection) in self.list {
            let missing = usize::from(index).saturating_sub(whole.len());
            whole.extend(plain.by_ref().take(missing));
            whole.push(connection);
        }
        whole.extend(plain);
        whole.truncate(limits::CONNECTIONS);
        whole
    }
}

fn write_insertions(insertions: &[Insertion], body: &mut Vec<u8>) {
    let count = u16::try_from(insertions.len()).unwrap_or(u16::MAX);
    body.extend(count.to_le_bytes());
    for (index, connection) in insertions.iter().take(usize::from(count)) {
        body.extend(index.to_le_bytes());
        body.extend(block::bytes_of(connection));
    }
}

/// A list as it is written: what everybody can read, and what is put right for us.
#[derive(Debug)]
pub(crate) struct Split {
    /// Complete for a reader of plain DLS, where the dialect has other implicit connections.
    pub(crate) plain: Vec<Connection>,
    /// Connections that a plain list does not hold, or not as they are.
    pub(crate) beyond: Vec<Insertion>,
}

impl Split {
    /// Parts a list.
    ///
    /// - `level`: where it stands
    pub(crate) fn of(list: &[Connection], dialect: Dialect, level: Level) -> Self {
        let mut list = list.to_vec();
        keep_last(&mut list);
        let mut split = Self {
            plain: untold(&list, dialect),
            beyond: Vec::new(),
        };
        for (index, connection) in (0..).zip(list) {
            let read = plain(&connection, level);
            if read != Some(connection) {
                split.beyond.push((index, connection));
            }
            if read.is_some() {
                split.plain.push(connection);
            }
        }
        split
    }
}

/// Implicit connections of a dialect that DLS does not imply, unless a list has others for them.
fn untold(list: &[Connection], dialect: Dialect) -> Vec<Connection> {
    let told = defaults::of(Dialect::Dls);
    let stated = |row: &&Connection| list.iter().any(|it| it.key() == row.key());
    defaults::of(dialect)
        .iter()
        .filter(|row| !told.contains(row) && !stated(row))
        .copied()
        .collect()
}

/// What a reader of plain DLS makes of a connection; nothing if it is told nothing of it.
fn plain(connection: &Connection, level: Level) -> Option<Connection> {
    let block = block::bytes_of(connection);
    let mut plain = true;
    let mut reader = BlockReader::new(false, level);
    let read = reader.read(Fields(&block), &mut |_| {});
    reader.note_ignored(&mut |defect| {
        plain &= !matches!(defect, Defect::UnknownTransform { .. });
    });
    read.filter(|_| plain)
}

/// Leaves out connections that are stated again; returns how many.
pub(crate) fn keep_last(list: &mut Vec<Connection>) -> usize {
    let mut met = BTreeSet::new();
    let before = list.len();
    list.reverse();
    list.retain(|connection| met.insert(connection.key()));
    list.reverse();
    before - list.len()
}
