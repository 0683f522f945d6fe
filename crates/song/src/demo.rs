//! The built-in song, compiled from its text.

use crate::song::Song;

/// The text of the built-in song, in the notation of `presets/songs/README.md`.
pub const DEMO_SOURCE: &str = include_str!("../../../presets/songs/first-sound.song");

/// The built-in song "First Sound", composed for this project.
#[must_use]
#[expect(
    clippy::missing_panics_doc,
    clippy::expect_used,
    reason = "the text is part of the program, and a test compiles it"
)]
pub fn demo() -> Song {
    Song::read_text(DEMO_SOURCE).expect("the built-in song compiles")
}
