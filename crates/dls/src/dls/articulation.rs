//! Articulation lists (`lart`, `lar2`): connection blocks of Level 1 and Level 2.
//!
//! Both kinds of chunk are taken in both kinds of list.
//! Source: \[DLS2\] articulation chunks.

use super::block::BlockReader;
use super::{condition, head_size, note_short, records};
use crate::bank::{Connection, Dialect};
use crate::error::{Defect, FourCc};
use crate::extension::{Insertions, keep_last};
use crate::findings::{Findings, Place};
use crate::limits;
use crate::riff::{Chunk, Fields};

/// Level 1 list.
pub(crate) const LART: FourCc = FourCc(*b"lart");
/// Level 2 list.
pub(crate) const LAR2: FourCc = FourCc(*b"lar2");
/// Level 1 blocks.
pub(crate) const ART1: FourCc = FourCc(*b"art1");
/// Level 2 blocks.
pub(crate) const ART2: FourCc = FourCc(*b"art2");
/// Bytes before the blocks.
pub(crate) const HEAD: u32 = 8;
/// Bytes of a block.
pub(crate) const BLOCK: usize = 12;

/// Where a list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// For all regions of the instrument that have no list of their own.
    Instrument,
    /// For one region, where connections to the key number do not count.
    Region,
}

/// All that is said at one place, in the order in which it stands there.
#[derive(Debug, Default)]
pub(super) struct Lists {
    connections: Vec<Connection>,
    /// A list was there, if only an empty one.
    stated: bool,
    /// What our own chunk adds.
    insertions: Insertions,
}

impl Lists {
    /// No list yet.
    ///
    /// - `insertions`: what our own chunk adds to those that come
    pub(super) fn with(insertions: Insertions) -> Self {
        Self {
            insertions,
            ..Self::default()
        }
    }

    /// Adds a list; one that excludes itself, or holds no blocks, states nothing.
    pub(super) fn read(
        &mut self,
        list: &Chunk<'_>,
        level: Level,
        place: &Place<'_>,
        findings: &mut Findings,
    ) {
        self.stated |= read(list, level, place, findings, self);
    }

    /// What holds: of what is said twice the last, of our own chunk all.
    ///
    /// - `part`: where the lists stand
    /// - returns nothing if nothing was said
    pub(super) fn settle(
        mut self,
        dialect: Dialect,
        part: &Chunk<'_>,
        place: &Place<'_>,
        findings: &mut Findings,
    ) -> Option<Vec<Connection>> {
        let connections = keep_last(&mut self.connections);
        if connections > 0 {
            findings.note(place, part.offset, Defect::StatedTwice { connections });
        }
        let stated = self.stated || !self.insertions.is_empty();
        stated.then(|| self.insertions.complete(self.connections, dialect))
    }
}

/// Adds the blocks of a list to `lists`; false when the list holds none or excludes itself.
fn read(
    list: &Chunk<'_>,
    level: Level,
    place: &Place<'_>,
    findings: &mut Findings,
    lists: &mut Lists,
) -> bool {
    if !condition::admits(list, place, findings) {
        return false;
    }
    let mut applies = false;
    let mut children = list.children();
    while let Some(chunk) = children.next_noted(place, findings) {
        if chunk.id == ART1 || chunk.id == ART2 {
            applies |= read_blocks(&chunk, level, &place.chunk(chunk.id), findings, lists);
        }
    }
    applies
}

fn read_blocks(
    chunk: &Chunk<'_>,
    level: Level,
    place: &Place<'_>,
    findings: &mut Findings,
    lists: &mut Lists,
) -> bool {
    let fields = chunk.fields();
    let Some(declared) = fields.u32(4) else {
        note_short(chunk, 8, place, findings);
        return false;
    };
    let mut note = |defect| findings.note(place, chunk.offset, defect);
    let blocks = fields.from(head_size(fields, HEAD, &mut note));
    let found = records(blocks, declared, BLOCK, &mut note);
    let room = limits::CONNECTIONS.saturating_sub(lists.connections.len());
    if found > room {
        note(Defect::OverLimit {
            limit: limits::CONNECTIONS,
        });
    }
    let mut reader = BlockReader::new(chunk.id == ART1, level);
    let (blocks, _) = blocks.0.as_chunks::<BLOCK>();
    for block in blocks.iter().take(found.min(room)) {
        if !lists.insertions.replace(Fields(block)) {
            let connection = reader.read(Fields(block), &mut note);
            lists.connections.extend(connection);
        }
    }
    reader.note_ignored(&mut note);
    true
}
