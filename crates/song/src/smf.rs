//! Standard MIDI Files: the whole file, from its chunks to a [`Song`] and back.
//!
//! Strict about what cannot be understood, lenient about everything else: what parses plays, and
//! each leniency is a [`Warning`]. Memory stays proportional to the bytes given, whatever lengths
//! the file claims.
//! Source: \[SMF\] chunks, formats, division; \[RMID\] for the RIFF form.

mod chunk;
mod own;
mod packet;
mod track;
mod write;

use crate::builder::{Division, Layout, build};
use crate::error::{SongError, Warning, WarningKind};
use crate::song::Song;

/// Warnings kept of one file; more are counted.
const MAX_WARNINGS: usize = 200;

/// Tracks read of one file; more would let a short file ask for a huge one in `to_smf`.
const MAX_TRACKS: usize = 4_096;

/// Where warnings go while a file is read.
#[derive(Debug, Default)]
struct Warnings {
    kept: Vec<Warning>,
    more: usize,
}

impl Warnings {
    fn push(&mut self, offset: usize, track: Option<usize>, kind: WarningKind) {
        if self.kept.len() < MAX_WARNINGS {
            self.kept.push(Warning {
                offset,
                track,
                kind,
            });
        } else {
            self.more += 1;
        }
    }

    fn finish(mut self, end: usize) -> Vec<Warning> {
        if self.more > 0 {
            self.kept.push(Warning {
                offset: end,
                track: None,
                kind: WarningKind::More(self.more),
            });
        }
        self.kept
    }
}

impl Song {
    /// Reads a Standard MIDI File of format 0, 1 or 2, plain or in a RIFF `RMID` wrapper.
    ///
    /// A file that is cut off or damaged gives what can be read, with warnings.
    ///
    /// # Errors
    /// No header, a header that is too short, a division that measures no time, or no track.
    pub fn read_smf(bytes: &[u8]) -> Result<Self, SongError> {
        let mut warnings = Warnings::default();
        let mut start = chunk::find_header(bytes, &mut warnings)?;
        let header = chunk::read_header(bytes, &mut start, &mut warnings)?;
        let division = read_division(header.division, &mut warnings)?;

        let mut tracks = Vec::new();
        let mut chunks = chunk::Chunks::new(bytes, start);
        while let Some(found) = chunks.next_chunk(&mut warnings) {
            if found.id == *b"MTrk" && tracks.len() < MAX_TRACKS {
                tracks.push(track::read(&found, tracks.len(), &mut warnings));
            }
        }
        if tracks.is_empty() {
            return Err(SongError::NoTracks);
        }
        if tracks.len() != usize::from(header.tracks) {
            let kind = WarningKind::TrackCount {
                declared: header.tracks,
                found: tracks.len(),
            };
            warnings.push(start, None, kind);
        }
        let layout = match header.format {
            0 | 1 => Layout::Parallel,
            2 => Layout::Sequential,
            other => {
                warnings.push(start, None, WarningKind::UnknownFormat(other));
                Layout::Parallel
            }
        };
        Ok(build(
            division,
            layout,
            tracks,
            warnings.finish(bytes.len()),
        ))
    }

    /// Writes a Standard MIDI File of format 1 that reads back as the same messages at the same
    /// times.
    ///
    /// Each track stays a track; title, tempos and meters stand in the first.
    #[must_use]
    pub fn to_smf(&self) -> Vec<u8> {
        write::to_smf(self)
    }
}

/// The header's division as a measure of time.
fn read_division(raw: u16, warnings: &mut Warnings) -> Result<Division, SongError> {
    let [high, ticks] = raw.to_be_bytes();
    if high < 0x80 {
        return match raw {
            0 => Err(SongError::Division { raw }),
            ticks => Ok(Division::Metrical(ticks)),
        };
    }
    let frames = high.wrapping_neg();
    if ticks == 0 {
        return Err(SongError::Division { raw });
    }
    if !matches!(frames, 24 | 25 | 29 | 30) {
        warnings.push(0, None, WarningKind::UnusualTimecode(frames));
    }
    Ok(Division::Timecode { frames, ticks })
}
