//! A file of events: how many there are, then eight bytes for each, little-endian.

use std::error::Error;
use std::fs;
use std::path::Path;

/// A message of MIDI, sent before a frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event {
    /// From the start, at 48 kHz.
    pub(crate) frame: u32,
    /// Status and data; the last is zero where the message is shorter.
    pub(crate) bytes: [u8; 3],
}

impl Event {
    /// The message without what does not belong to it.
    pub(crate) fn message(&self) -> &[u8] {
        match self.bytes[0] & 0xF0 {
            0xC0 | 0xD0 => &self.bytes[..2],
            _ => &self.bytes,
        }
    }
}

/// Writes events in the order of their frames.
pub(crate) fn write(path: &Path, mut events: Vec<Event>) -> Result<(), Box<dyn Error>> {
    events.sort_by_key(|event| event.frame);
    let mut file = u32::try_from(events.len())?.to_le_bytes().to_vec();
    for Event { frame, bytes } in events {
        file.extend(frame.to_le_bytes());
        file.extend(bytes);
        file.push(0);
    }
    Ok(fs::write(path, file)?)
}

/// Reads what [`write`] has written.
pub(crate) fn read(path: &Path) -> Result<Vec<Event>, Box<dyn Error>> {
    let file = fs::read(path)?;
    let (words, _) = file.as_chunks::<4>();
    let (_, events) = words.split_first().ok_or("no count of events")?;
    let pairs = events.chunks_exact(2);
    Ok(pairs
        .map(|pair| Event {
            frame: u32::from_le_bytes(pair[0]),
            bytes: [pair[1][0], pair[1][1], pair[1][2]],
        })
        .collect())
}
