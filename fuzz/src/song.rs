//! Any bytes as a song: read, in order, written and read again.
//!
//! In: bytes. Out: what was read; an assertion where a promise is broken.

use dmus_song::{Song, SongError};

/// Reads the bytes.
///
/// # Errors
/// What the reader says: to refuse is right too.
pub fn read(bytes: &[u8]) -> Result<Song, SongError> {
    Song::read_smf(bytes)
}

/// Everything that has to hold of a song that was read.
///
/// # Panics
/// When something does not.
pub fn check(song: &Song) {
    let mut last = 0;
    for message in song.messages() {
        assert!(!message.bytes().is_empty());
        let frame = message.time().frame(48_000);
        assert!(frame >= last, "messages go back in time");
        last = frame;
    }
    for frame in [0, 1, last / 2, last, u64::MAX / 48_000] {
        let position = song.position_at_frame(frame, 48_000);
        assert!(position.quarters.is_finite() && position.bpm.is_finite());
    }
    let again = Song::read_smf(&song.to_smf()).expect("what was written can be read");
    assert!(again.messages().len() == song.messages().len());
    for (first, second) in song.messages().iter().zip(again.messages()) {
        assert!(first.bytes() == second.bytes() && first.group() == second.group());
    }
}
