//! Events of one track chunk.
//!
//! In: the chunk's bytes. Out: a [`Track`] with everything up to its end or its first damage.
//! Source: \[SMF\] track chunks, meta events; \[MIDI1\] channel messages.

use super::Warnings;
use super::chunk::Chunk;
use super::own::Own;
use super::packet::{Found, Packets};
use crate::builder::{Place, Track};
use crate::error::WarningKind;

/// Longest text kept, bytes.
const MAX_TEXT: usize = 256;

/// A text as it is kept: what is no UTF-8 replaced, the rest cut at a character.
fn text(bytes: &[u8]) -> String {
    let bytes = bytes.get(..MAX_TEXT).unwrap_or(bytes);
    let mut text = String::from_utf8_lossy(bytes).into_owned();
    text.truncate(text.floor_char_boundary(MAX_TEXT));
    text
}

/// Reads one track.
pub(super) fn read(chunk: &Chunk<'_>, number: usize, warnings: &mut Warnings) -> Track {
    let mut reader = Reader {
        data: chunk.data,
        at: 0,
        base: chunk.offset,
        number,
        warnings,
        track: Track::default(),
        packets: Packets::default(),
        tick: 0,
        running: 0,
        group: 1,
        place: None,
    };
    let end = loop {
        match reader.event() {
            Ok(Flow::Next) => {}
            Ok(Flow::EndOfTrack) => break None,
            Err(damage) => break Some(damage),
        }
    };
    if let Some(damage) = end {
        reader.warn(damage);
    }
    reader.close_packet();
    reader.track.end = reader.tick;
    reader.track
}

/// What follows an event.
enum Flow {
    Next,
    EndOfTrack,
}

/// Walks the bytes of a track; an error is the damage that ends the reading.
struct Reader<'a, 'w> {
    data: &'a [u8],
    at: usize,
    /// Position of `data` in the file.
    base: usize,
    number: usize,
    warnings: &'w mut Warnings,
    track: Track,
    packets: Packets,
    tick: u64,
    /// Running status, 0 when there is none.
    running: u8,
    group: u16,
    /// Where the next message lies, if it comes at this tick.
    place: Option<(u64, Place)>,
}

impl<'a> Reader<'a, '_> {
    fn warn(&mut self, kind: WarningKind) {
        self.warnings
            .push(self.base + self.at, Some(self.number), kind);
    }

    fn event(&mut self) -> Result<Flow, WarningKind> {
        if self.at >= self.data.len() {
            return Err(WarningKind::MissingEndOfTrack);
        }
        let delta = self.number()?;
        self.tick = self.tick.saturating_add(u64::from(delta));
        let mut status = self.peek()?;
        if status >= 0x80 {
            self.at += 1;
        } else if self.running == 0 {
            return Err(WarningKind::StrayData(status));
        } else {
            status = self.running;
        }
        match status {
            0xff => return self.meta(),
            0xf0 | 0xf7 => self.packet(status == 0xf0)?,
            0xf1..=0xfe => self.misplaced(status)?,
            _ => self.channel(status)?,
        }
        Ok(Flow::Next)
    }

    fn channel(&mut self, status: u8) -> Result<(), WarningKind> {
        self.running = status;
        self.close_packet();
        let wanted = if matches!(status, 0xc0..=0xdf) { 1 } else { 2 };
        let data = self.take(wanted)?;
        if let Some(&bad) = data.iter().find(|byte| **byte >= 0x80) {
            self.warn(WarningKind::BadData(bad));
            return Ok(());
        }
        let mut message = [status, 0, 0];
        for (place, byte) in message.iter_mut().skip(1).zip(data) {
            *place = *byte;
        }
        let message = message.get(..=wanted).unwrap_or(&message);
        self.push(message);
        Ok(())
    }

    /// A system message outside a packet, which no file should hold: passed over.
    fn misplaced(&mut self, status: u8) -> Result<(), WarningKind> {
        self.warn(WarningKind::BadStatus(status));
        let length = match status {
            0xf1 | 0xf3 | 0xf5 => 1,
            0xf2 => 2,
            _ => 0,
        };
        self.take(length).map(|_| ())
    }

    fn packet(&mut self, begins: bool) -> Result<(), WarningKind> {
        let (data, whole) = self.counted()?;
        let mut packets = std::mem::take(&mut self.packets);
        if begins {
            packets.begin(data, &mut |found| self.found(&found));
        } else {
            packets.feed(data, &mut |found| self.found(&found));
        }
        self.packets = packets;
        if whole {
            Ok(())
        } else {
            Err(WarningKind::TruncatedEvent)
        }
    }

    fn close_packet(&mut self) {
        if self.packets.is_open() {
            let mut packets = std::mem::take(&mut self.packets);
            packets.close(&mut |found| self.found(&found));
        }
    }

    fn found(&mut self, found: &Found<'_>) {
        match *found {
            Found::Message(message) => self.push(message),
            Found::Cable(cable) => self.set_port(cable.saturating_sub(1)),
            Found::Warning(kind) => self.warn(kind),
        }
    }

    fn push(&mut self, message: &[u8]) {
        let place = self.place.take().filter(|(tick, _)| *tick == self.tick);
        let place = place.map(|(_, place)| place).unwrap_or_default();
        self.track
            .push_placed(self.tick, place, self.group, message);
    }

    fn own(&mut self, own: Own) {
        match own {
            Own::Place(place) => self.place = Some((self.tick, place)),
            Own::Group(group) => self.group = group,
        }
    }

    fn meta(&mut self) -> Result<Flow, WarningKind> {
        let kind = self.take(1)?;
        let (data, whole) = self.counted()?;
        match (kind, data) {
            ([0x2f], _) => return Ok(Flow::EndOfTrack),
            ([0x03], name) if self.track.name.is_empty() => {
                self.track.name = text(name).trim().to_owned();
            }
            ([0x06], marker) => self.track.markers.push((self.tick, text(marker))),
            ([0x21], &[port]) => self.set_port(port),
            ([0x51], &[a, b, c]) if (a, b, c) != (0, 0, 0) => {
                self.track
                    .tempos
                    .push((self.tick, u32::from_be_bytes([0, a, b, c])));
            }
            ([0x51], _) => self.warn(WarningKind::BadTempo),
            ([0x58], &[numerator @ 1..=255, power @ 0..=15, _, _]) => {
                self.track.meters.push((self.tick, numerator, 1 << power));
            }
            ([0x58], _) => self.warn(WarningKind::BadMeter),
            ([0x7f], data) => {
                if let Some(own) = Own::read(data) {
                    self.own(own);
                }
            }
            _ => {}
        }
        if whole {
            Ok(Flow::Next)
        } else {
            Err(WarningKind::TruncatedEvent)
        }
    }

    /// Ports count from 0, channel groups from 1; there are four.
    fn set_port(&mut self, port: u8) {
        if port > 3 {
            self.warn(WarningKind::FoldedPort(port));
        }
        self.group = u16::from(port % 4) + 1;
    }

    fn peek(&self) -> Result<u8, WarningKind> {
        self.data
            .get(self.at)
            .copied()
            .ok_or(WarningKind::TruncatedEvent)
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], WarningKind> {
        let rest = self.data.get(self.at..).unwrap_or_default();
        let (taken, _) = rest
            .split_at_checked(count)
            .ok_or(WarningKind::TruncatedEvent)?;
        self.at += count;
        Ok(taken)
    }

    /// A length and as many bytes, or as many as there are (`false`).
    fn counted(&mut self) -> Result<(&'a [u8], bool), WarningKind> {
        let length = usize::try_from(self.number()?).unwrap_or(usize::MAX);
        let rest = self.data.get(self.at..).unwrap_or_default();
        let data = rest.get(..length).unwrap_or(rest);
        self.at += data.len();
        Ok((data, data.len() == length))
    }

    /// A number of 7 bits a byte, most significant first, at most four bytes.
    fn number(&mut self) -> Result<u32, WarningKind> {
        let mut value = 0;
        for _ in 0..4 {
            let byte = self.peek()?;
            self.at += 1;
            value = (value << 7) | u32::from(byte & 0x7f);
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(WarningKind::LongNumber)
    }
}
