//! What every synthesizer is given to play: single notes one after another, and songs.
//!
//! Out: text that the drivers read. A slot is three seconds: a note of one and a half, its release,
//! and at the end silence for the next. All frames are starts of 64-frame blocks, which is where
//! messages act in the synthesizers beside ours.

use std::fmt::Write as _;

/// Frames from the start of one note's slot to the next one's.
pub(super) const SLOT: usize = 144_000;
/// Frames from note-on to note-off.
pub(super) const HELD: usize = 72_000;
/// Frames from the start of a slot to its note-on.
pub(super) const LEAD: usize = 64;
/// Frames from the start of a slot to where all sound ends.
pub(super) const OFF: usize = SLOT - 4800;

/// One note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Note {
    /// General MIDI program, from 0; none on the drum channel.
    pub(super) program: Option<u8>,
    pub(super) key: u8,
    pub(super) velocity: u8,
}

impl Note {
    /// A name for tables: program counted from 1, or drum key, then velocity.
    pub(super) fn name(&self) -> String {
        let velocity = self.velocity;
        match self.program {
            Some(program) => format!("program {} v{velocity}", u16::from(program) + 1),
            None => format!("drum {} v{velocity}", self.key),
        }
    }
}

/// Every third program and eight drums at velocity 100, eight of them also softer and louder.
pub(super) fn notes() -> Vec<Note> {
    let programs = (0..=126).step_by(3).map(|program| Note {
        program: Some(program),
        key: 60,
        velocity: 100,
    });
    let drums = [36, 38, 39, 42, 45, 46, 49, 51].map(|key| Note {
        program: None,
        key,
        velocity: 100,
    });
    let notes: Vec<Note> = programs.chain(drums).collect();
    let again = notes.iter().step_by(7).copied();
    let other = again.flat_map(|note| [40, 127].map(|velocity| Note { velocity, ..note }));
    notes.iter().copied().chain(other).collect()
}

/// The notes as events, each in its slot.
pub(super) fn script(notes: &[Note]) -> String {
    let mut text = format!("{}\n", notes.len() * SLOT);
    for (index, note) in notes.iter().enumerate() {
        let start = index * SLOT;
        let channel = if note.program.is_some() { 0 } else { 9 };
        let mut line = |frame: usize, bytes: &[u8]| {
            let bytes = bytes.iter().fold(String::new(), |mut text, byte| {
                // Writing to a string cannot fail.
                let _ = write!(text, " {byte:02x}");
                text
            });
            text.push_str(&format!("{}{bytes}\n", start + frame));
        };
        line(0, &[0xC0 | channel, note.program.unwrap_or(0)]);
        line(LEAD, &[0x90 | channel, note.key, note.velocity]);
        line(LEAD + HELD, &[0x80 | channel, note.key, 64]);
        line(OFF, &[0xB0 | channel, 120, 0]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_forty_programs_and_drums_and_each_once() {
        let notes = notes();
        let loud = |drums: bool| {
            let chosen = notes.iter();
            chosen
                .filter(|note| note.velocity == 100 && note.program.is_none() == drums)
                .count()
        };
        assert!(loud(false) >= 40 && loud(true) == 8);
        assert!(notes.iter().any(|note| note.velocity == 40));
        let mut names: Vec<String> = notes.iter().map(Note::name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), notes.len());
    }

    #[test]
    fn messages_stand_in_order_on_starts_of_blocks() {
        let text = script(&notes());
        let mut lines = text.lines();
        let frames: usize = lines.next().unwrap().parse().unwrap();
        let mut last = 0;
        for line in lines {
            let frame: usize = line.split_once(' ').unwrap().0.parse().unwrap();
            assert!(
                frame >= last && frame < frames && frame.is_multiple_of(64),
                "{line}"
            );
            last = frame;
        }
    }

    #[test]
    fn a_drum_is_struck_on_channel_ten() {
        let drum = Note {
            program: None,
            key: 38,
            velocity: 100,
        };
        let text = script(&[drum]);
        assert!(text.contains("64 99 26 64"), "{text}");
        assert_eq!(drum.name(), "drum 38 v100");
    }
}
