//! Ogg: the packets of the one stream within a sample.
//!
//! Pages are taken as they follow each other; their checksums are not compared, since what can be
//! decoded is played.
//! Source: Ogg encapsulation, RFC 3533.

use crate::riff::Fields;

/// First bytes of a page.
const CAPTURE: [u8; 4] = *b"OggS";
/// Bytes before the table of segments.
const HEAD: usize = 27;
/// Flag: the page begins within a packet.
const CONTINUED: u8 = 1;
/// Flag: the page is the last.
const LAST: u8 = 4;
/// A segment that is not the last of its packet.
const FULL: u8 = 255;

/// Walks over the packets of a stream.
#[derive(Debug)]
pub(super) struct Packets<'a> {
    /// Pages to come.
    rest: &'a [u8],
    /// Lengths of the segments of this page to come.
    segments: &'a [u8],
    /// What they hold.
    body: &'a [u8],
    /// Of the stream, once its first page is known.
    serial: Option<u32>,
    /// Frames up to the end of the last page that says so.
    end: Option<u64>,
    /// The last page was there.
    complete: bool,
    /// A page or a part of a packet is missing.
    damaged: bool,
}

/// One page.
struct Page<'a> {
    flags: u8,
    end: u64,
    serial: u32,
    segments: &'a [u8],
    body: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Page<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let fields = Fields(bytes);
        if fields.array(0)? != &CAPTURE {
            return None;
        }
        let [flags] = *fields.array(5)?;
        let [count] = *fields.array(26)?;
        let (segments, bytes) = bytes.get(HEAD..)?.split_at_checked(count.into())?;
        let length = segments.iter().map(|length| usize::from(*length)).sum();
        let (body, rest) = bytes.split_at_checked(length)?;
        Some(Self {
            flags,
            end: u64::from_le_bytes(*fields.array(6)?),
            serial: fields.u32(14)?,
            segments,
            body,
            rest,
        })
    }
}

impl<'a> Packets<'a> {
    /// The packets of a stream that begins with the first byte.
    pub(super) const fn of(stream: &'a [u8]) -> Self {
        Self {
            rest: stream,
            segments: &[],
            body: &[],
            serial: None,
            end: None,
            complete: false,
            damaged: false,
        }
    }

    /// Puts the next packet in place of what was there; false at the end.
    pub(super) fn next(&mut self, packet: &mut Vec<u8>) -> bool {
        packet.clear();
        loop {
            while let Some((length, segments)) = self.segments.split_first() {
                let (segment, body) = self
                    .body
                    .split_at_checked((*length).into())
                    .unwrap_or_default();
                self.segments = segments;
                self.body = body;
                packet.extend_from_slice(segment);
                if *length < FULL {
                    return true;
                }
            }
            if !self.turn(packet) {
                self.damaged |= !packet.is_empty();
                return false;
            }
        }
    }

    /// Goes to the next page of the stream; false if there is none.
    ///
    /// - `packet`: what of a packet came before
    fn turn(&mut self, packet: &mut Vec<u8>) -> bool {
        while !self.complete {
            let Some(page) = Page::read(self.rest) else {
                self.damaged = true;
                return false;
            };
            self.rest = page.rest;
            if *self.serial.get_or_insert(page.serial) != page.serial {
                continue;
            }
            self.complete = page.flags & LAST != 0;
            // All ones: no packet ends on this page.
            if page.end != u64::MAX {
                self.end = Some(page.end);
            }
            self.segments = page.segments;
            self.body = page.body;
            let continued = page.flags & CONTINUED != 0;
            if continued == packet.is_empty() {
                self.damaged = true;
                packet.clear();
                if continued {
                    self.skip();
                }
            }
            return true;
        }
        false
    }

    /// Leaves out the rest of a packet whose beginning is missing.
    fn skip(&mut self) {
        while let Some((length, segments)) = self.segments.split_first() {
            self.segments = segments;
            self.body = self.body.get(usize::from(*length)..).unwrap_or_default();
            if *length < FULL {
                return;
            }
        }
    }

    /// Whether something of the stream is missing so far.
    pub(super) const fn damaged(&self) -> bool {
        self.damaged
    }

    /// Frames of the whole stream, as far as it is known.
    pub(super) fn end(&self) -> Option<usize> {
        usize::try_from(self.end?).ok()
    }
}
