//! What is always kept: the last minutes of messages, the last minutes of audio.
//!
//! In: the reading ends of the pipeline's history and recorder. Out: files. Owner: the control side,
//! beyond the pipeline they belong to. Thread: any but render; reading disturbs nobody.

use std::fmt;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use dmus_kernel::history::HistoryReader;
use dmus_kernel::sync::CyclicMemory;
use dmus_kernel::wave_rt::FrameReader;
use dmus_kernel::{ReferenceTime, SampleRate, SampleTime};
use dmus_song::Recording;
use dmus_synth::TICK_FRAMES;

/// Seconds of messages that a file has unless it is asked for others.
pub const USUAL_SECONDS: u64 = 600;

/// Frames copied at a time.
const CHUNK: usize = 4_096;

/// How often a chunk is asked for again when the render side has just overwritten it.
const TRIES: usize = 8;

/// Why nothing was saved.
#[derive(Debug)]
#[non_exhaustive]
pub enum KeepError {
    /// Nothing was played yet.
    Nothing,
    /// The render side was faster than the reader, again and again.
    Overtaken,
    /// A message has no place in a file.
    Message(dmus_song::RecordingError),
    /// The file could not be written.
    File(PathBuf, std::io::Error),
}

impl fmt::Display for KeepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing was played yet"),
            Self::Overtaken => f.write_str("what was asked for was overwritten meanwhile"),
            Self::Message(error) => error.fmt(f),
            Self::File(path, error) => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for KeepError {}

/// The reading ends.
#[derive(Debug, Clone)]
pub struct Kept {
    history: HistoryReader,
    frames: FrameReader,
    rate: SampleRate,
}

/// Memory in which nothing is kept any more, for what is kept next: its pages are there already.
#[derive(Debug, Default)]
pub struct KeptMemory {
    /// Of the messages.
    pub history: Option<CyclicMemory>,
    /// Of the audio.
    pub frames: Option<CyclicMemory>,
}

/// How much was saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saved {
    /// Messages, or frames.
    pub count: u64,
    /// Bytes of the file.
    pub bytes: u64,
}

impl Kept {
    /// What a pipeline keeps.
    #[must_use]
    pub const fn new(history: HistoryReader, frames: FrameReader, rate: SampleRate) -> Self {
        Self {
            history,
            frames,
            rate,
        }
    }

    /// Gives up what is kept; of the memory what nobody else looks into.
    ///
    /// # Real-time
    /// Not real-time: frees.
    #[must_use]
    pub fn into_memory(self) -> KeptMemory {
        KeptMemory {
            history: self.history.into_memory(),
            frames: self.frames.into_memory(),
        }
    }

    /// Messages that were overwritten by newer ones so far.
    #[must_use]
    pub fn overwritten(&self) -> u64 {
        self.history.overwritten()
    }

    /// Messages that were too long to be kept so far.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.history.refused()
    }

    /// Frames of audio that can be read now.
    #[must_use]
    pub fn frames(&self) -> u64 {
        let mut frames = self.frames.clone();
        frames.frames_written().saturating_sub(frames.oldest())
    }

    /// The last messages as a Standard MIDI File, format 1: one track for each channel group and
    /// channel, the state they began in at its start, the host's tempo as tempo map.
    ///
    /// - `seconds`: before the last frame rendered, and up to a tick of the synthesizer more; from
    ///   the very beginning if that is nearer
    ///
    /// # Errors
    /// [`KeepError`].
    ///
    /// # Real-time
    /// Not real-time: allocates.
    pub fn midi_file(&self, seconds: u64) -> Result<(Vec<u8>, Saved), KeepError> {
        let end = self.frames.clone().frames_written();
        let wanted = seconds.saturating_mul(u64::from(self.rate.hz()));
        let first = end.saturating_sub(wanted);
        // Begun between two ticks of the synthesizer, the same notes would not be the same samples.
        let first = first - first % TICK_FRAMES as u64;
        let first = i64::try_from(first).unwrap_or(i64::MAX);
        let since = (first > 0).then(|| self.rate.sample_to_ref(SampleTime::new(first)));
        let since = since.unwrap_or(ReferenceTime::ZERO);
        let take = (0..TRIES).find_map(|_| self.history.take(Some(since)).ok());
        let take = take.ok_or(KeepError::Overtaken)?;
        let count = take.events().len() as u64;
        if count == 0 && take.chase().len() == 0 {
            return Err(KeepError::Nothing);
        }
        let (recording, refused) = Recording::of_take(&take, "DMus", self.rate.hz());
        if let Some(error) = refused {
            return Err(KeepError::Message(error));
        }
        let file = recording.into_song().to_smf();
        let bytes = file.len() as u64;
        Ok((file, Saved { count, bytes }))
    }

    /// Saves [`midi_file`](Self::midi_file) under a path.
    ///
    /// # Errors
    /// [`KeepError`].
    ///
    /// # Real-time
    /// Not real-time: writes a file.
    pub fn save_midi(&self, path: &Path, seconds: u64) -> Result<Saved, KeepError> {
        let (file, saved) = self.midi_file(seconds)?;
        let failed = |error| KeepError::File(path.to_owned(), error);
        let mut target = File::create(path).map_err(failed)?;
        target.write_all(&file).map_err(failed)?;
        Ok(saved)
    }

    /// Saves the last audio as a stereo WAV file of 32-bit floats.
    ///
    /// - `seconds`: before the last frame rendered; as much as is kept if that is less
    ///
    /// # Errors
    /// [`KeepError`].
    ///
    /// # Real-time
    /// Not real-time: writes a file.
    pub fn save_audio(&self, path: &Path, seconds: u64) -> Result<Saved, KeepError> {
        let mut frames = self.frames.clone();
        let end = frames.frames_written();
        let wanted = seconds.saturating_mul(u64::from(self.rate.hz()));
        let first = frames.oldest().max(end.saturating_sub(wanted));
        if first >= end {
            return Err(KeepError::Nothing);
        }
        let failed = |error: hound::Error| {
            let error = match error {
                hound::Error::IoError(error) => error,
                other => std::io::Error::other(other.to_string()),
            };
            KeepError::File(path.to_owned(), error)
        };
        let target = File::create(path).map_err(|error| KeepError::File(path.to_owned(), error))?;
        let spec = hound::WavSpec {
            channels: 2,
            sample_rate: self.rate.hz(),
            bits_per_sample: 32,
            sample_format: hound::SampleFormat::Float,
        };
        let mut wav = hound::WavWriter::new(BufWriter::new(target), spec).map_err(failed)?;
        let (mut left, mut right) = (vec![0.0; CHUNK], vec![0.0; CHUNK]);
        let mut at = first;
        while at < end {
            let length = usize::try_from(end - at).unwrap_or(CHUNK).min(CHUNK);
            let (left, right) = (&mut left[..length], &mut right[..length]);
            frames
                .read(at, left, right)
                .map_err(|_| KeepError::Overtaken)?;
            for (left, right) in left.iter().zip(right.iter()) {
                wav.write_sample(*left).map_err(failed)?;
                wav.write_sample(*right).map_err(failed)?;
            }
            at += length as u64;
        }
        wav.finalize().map_err(failed)?;
        let count = end - first;
        let bytes = std::fs::metadata(path).map_or(0, |file| file.len());
        Ok(Saved { count, bytes })
    }
}

/// A path beside the musician's other things that nothing lies under yet.
///
/// # Real-time
/// Not real-time: looks at the disk.
#[must_use]
pub fn free_path(extension: &str) -> PathBuf {
    let home = std::env::home_dir().unwrap_or_else(std::env::temp_dir);
    let music = home.join("Music");
    let folder = if music.is_dir() { music } else { home };
    let numbered = |number: u32| folder.join(format!("DMus take {number}.{extension}"));
    (1..10_000)
        .map(numbered)
        .find(|path| !path.exists())
        .unwrap_or_else(|| numbered(10_000))
}
