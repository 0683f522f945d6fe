//! What a plug-in is told about a block beside what the framework tells it.
//!
//! In: records of the [`Inlet`](crate::inlet). Out: [`BlockFacts`], for the length of one call.
//! Owner: the guarded plug-in. Thread: render. Source: \[CLAP\] process.h, `steady_time`;
//! events.h, `port_index`, `CLAP_EVENT_IS_LIVE`; ext/render.h.

use std::slice;

use crate::inlet::{Record, Span};

/// One block as the framework cut it.
#[derive(Clone, Debug)]
pub struct BlockFacts<'a> {
    /// The host's steady count of frames at the first frame of this block, `0..`; `None` when the
    /// host has no such count.
    pub steady_time: Option<i64>,
    /// Nobody listens: the host renders as fast as it goes, and a block may take its time. `None`
    /// when the host has not said; then what it said at activation holds.
    pub is_offline: Option<bool>,
    /// Output ports that the host takes, by bits: it has memory for them and has not switched them
    /// off. What is written to others is lost. Ports beyond the 64th are never among them.
    pub outputs: u64,
    /// Length of this block, frames, `1..`.
    pub frames: u32,
    /// What came in through the second note port and those after it, and copies of what is live of
    /// the first, in the host's order.
    pub events: PortEvents<'a>,
}

/// One message that came in through the second note port or one after it; or the copy of a note or
/// controller of the first one that is live, whose original comes through the framework.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortEvent<'a> {
    /// Frame within this block, `0..frames`.
    pub offset_frames: u32,
    /// Note port, `0..`[`NOTE_PORTS`](crate::Boundary::NOTE_PORTS).
    pub port: u16,
    /// Somebody plays it now; otherwise it comes from a recording.
    pub is_live: bool,
    /// Exactly one MIDI message: a channel message, another short message, or a system exclusive
    /// one from F0 to F7 of at most 65 535 bytes. Empty for an event that MIDI cannot express.
    pub bytes: &'a [u8],
}

/// The messages of one block, with frames that never decrease.
#[derive(Clone, Debug)]
pub struct PortEvents<'a> {
    records: slice::Iter<'a, Record>,
    long: &'a [u8],
    /// Frame of the piece with which this block begins.
    start: u32,
}

impl<'a> PortEvents<'a> {
    /// Reads `records`, whose longer messages lie in `long`.
    pub(crate) fn new(records: &'a [Record], long: &'a [u8], start: u32) -> Self {
        let records = records.iter();
        Self {
            records,
            long,
            start,
        }
    }
}

impl<'a> Iterator for PortEvents<'a> {
    type Item = PortEvent<'a>;

    /// The next message.
    ///
    /// # Real-time
    /// Render. Wait-free.
    fn next(&mut self) -> Option<PortEvent<'a>> {
        let record = self.records.next()?;
        let bytes = match &record.span {
            Span::Short { bytes, len } => bytes.get(..usize::from(*len)),
            Span::Long(range) => self.long.get(range.start as usize..range.end as usize),
        };
        Some(PortEvent {
            offset_frames: record.frame.saturating_sub(self.start),
            port: record.port,
            is_live: record.is_live,
            bytes: bytes.unwrap_or_default(),
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.records.size_hint()
    }
}

impl ExactSizeIterator for PortEvents<'_> {}
