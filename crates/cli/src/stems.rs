//! Stems: each part that sounds, without effects, for a file of its own.
//!
//! In: a song and the length of its mix. Out: the frames of one part after the other. All parts are
//! played each time and one is heard, so that every note has the voice and the chance that it has in
//! the mix; with what the effects gave the stems add up to it. Thread: the main one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use dmus_song::{Message, Song};

use crate::bank::FileError;
use crate::player::{End, Frames, Part, Player, Sound, Stack};

/// What all stems of a song have in common.
#[derive(Debug)]
pub(crate) struct Stems<'a> {
    pub(crate) song: &'a Song,
    pub(crate) stack: &'a Stack,
    pub(crate) sound: Sound,
    pub(crate) rate_hz: u32,
    /// Length of the mix.
    pub(crate) frames: usize,
}

impl Stems<'_> {
    /// The frames of one part; nothing if it gives none but zeros.
    ///
    /// # Errors
    /// [`FileError`] as from [`Player::new`].
    pub(crate) fn render(
        &self,
        part: Part,
        progress: impl FnMut(usize),
    ) -> Result<Option<Frames>, FileError> {
        let sound = Sound {
            is_dry: true,
            solo: Some(part),
            ..self.sound
        };
        let mut player = Player::new(self.rate_hz, self.stack, &sound)?;
        let frames = player.play(self.song, End::Frame(self.frames), progress);
        Ok(is_heard(&frames).then_some(frames))
    }
}

/// Whether any sample is not zero.
pub(crate) fn is_heard(frames: &[[f32; 2]]) -> bool {
    frames.iter().flatten().any(|sample| sample.abs() > 0.0)
}

/// The parts that a song has notes for, in order.
pub(crate) fn parts(song: &Song) -> Vec<Part> {
    let messages = song.messages().iter();
    let parts: BTreeSet<Part> = messages.flat_map(struck).collect();
    parts.into_iter().collect()
}

/// The parts on which a message strikes a note; group 0 is all groups.
fn struck(message: &Message) -> impl Iterator<Item = Part> {
    let channel = match message.bytes() {
        [status @ 0x90..=0x9F, _, velocity] if *velocity > 0 => Some(status & 0x0F),
        _ => None,
    };
    let group = message.group();
    Part::all().filter(move |part| {
        Some(part.channel) == channel && (group == 0 || part.group + 1 == group)
    })
}

/// The file of a stem: its name behind that of the mix.
pub(crate) fn path(mix: &Path, name: &str) -> PathBuf {
    let mut file = mix.file_stem().unwrap_or_default().to_owned();
    file.push("-");
    file.push(name);
    if let Some(ending) = mix.extension() {
        file.push(".");
        file.push(ending);
    }
    mix.with_file_name(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmus_song::Recording;

    #[test]
    fn a_stem_stands_beside_the_mix_under_its_name() {
        let found = path(Path::new("to/My.Song.flac"), "reverb");
        assert_eq!(found, Path::new("to/My.Song-reverb.flac"));
    }

    #[test]
    fn parts_are_those_on_which_notes_are_struck() {
        let mut recording = Recording::new("");
        for (group, bytes) in [
            (2, [0x93, 60, 1]),
            (1, [0x99, 36, 100]),
            (1, [0x90, 60, 0]),
            (1, [0xB1, 7, 100]),
            (1, [0x99, 38, 100]),
        ] {
            recording.message(0, group, &bytes).expect("whole");
        }
        let numbers = |song: &Song| -> Vec<u16> {
            let parts = parts(song);
            parts.into_iter().map(Part::number).collect()
        };
        assert_eq!(numbers(&recording.into_song()), [10, 20]);
        let mut recording = Recording::new("");
        recording.message(0, 0, &[0x92, 60, 1]).expect("whole");
        assert_eq!(numbers(&recording.into_song()), [3, 19, 35, 51]);
    }
}
