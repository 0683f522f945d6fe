//! `dmus render`: a MIDI file through banks into a WAV file.
//!
//! In: files. Out: files, and a word to the person at the terminal. Thread: the main one.

use std::fs;
use std::io::{IsTerminal, Write as _, stderr};
use std::path::{Path, PathBuf};

use clap::Args;
use dmus_song::Song;
use hound::{SampleFormat, WavSpec, WavWriter};

use crate::bank::FileError;
use crate::player::{BLOCK, Player};

/// Arguments of the verb.
#[derive(Debug, Args)]
pub(crate) struct Render {
    /// Standard MIDI File of any format.
    song: PathBuf,
    /// Bank file that covers the built-in bank; of several the first lies on top.
    #[arg(long)]
    bank: Vec<PathBuf>,
    /// WAV file to write, 32-bit floating point.
    #[arg(short, long)]
    output: PathBuf,
    /// Frames per second, 1000 to 768000.
    #[arg(long, default_value_t = 48_000)]
    rate: u32,
    /// MIDI file to write what was played into; played again it gives the same samples.
    #[arg(long, value_name = "FILE")]
    capture: Option<PathBuf>,
}

impl Render {
    /// Does the verb.
    #[expect(
        clippy::print_stdout,
        clippy::print_stderr,
        reason = "the verb speaks to a person"
    )]
    pub(crate) fn run(&self) -> Result<(), FileError> {
        let bytes = fs::read(&self.song).map_err(|error| FileError::new(&self.song, error))?;
        let song = Song::read_smf(&bytes).map_err(|error| FileError::new(&self.song, error))?;
        for warning in song.warnings() {
            eprintln!("{}: {warning}", self.song.display());
        }
        let mut player = Player::new(self.rate, &self.bank)?;
        if self.capture.is_some() {
            player.keep(&song);
        }
        let frames = player.play(&song, |done| show_progress(done, &song, self.rate));
        clear_progress();
        write_wav(&self.output, self.rate, &frames)?;
        if let Some(path) = &self.capture {
            let midi = player
                .captured(&song)
                .map_err(|reason| FileError::new(path, reason))?;
            fs::write(path, midi).map_err(|error| FileError::new(path, error))?;
        }

        let stats = player.port().stats();
        let seconds = frames.len() as f64 / f64::from(self.rate);
        println!("{}: {seconds:.1} s", self.output.display());
        println!("{} messages, {} lost", stats.submitted, stats.lost.total());
        let synth = player.port().stream().engine().stats();
        println!(
            "{} voices at most, {} notes lost",
            synth.peak_voices, synth.lost_notes
        );
        Ok(())
    }
}

/// A line that is written over itself, for a person only.
fn show_progress(done: usize, song: &Song, rate_hz: u32) {
    // One update in ten seconds of sound.
    if stderr().is_terminal() && done.is_multiple_of(BLOCK * 1000) {
        let all = song.length().frame(rate_hz).max(1);
        let percent = (done as u64 * 100 / all).min(100);
        // A terminal that cannot be written to misses nothing.
        let _gone = write!(stderr(), "\r{percent:3} %");
    }
}

/// Makes room for what comes after the progress.
fn clear_progress() {
    if stderr().is_terminal() {
        let _gone = write!(stderr(), "\r     \r");
    }
}

/// Writes stereo frames.
fn write_wav(path: &Path, rate_hz: u32, frames: &[[f32; 2]]) -> Result<(), FileError> {
    let spec = WavSpec {
        channels: 2,
        sample_rate: rate_hz,
        bits_per_sample: 32,
        sample_format: SampleFormat::Float,
    };
    let fail = |error: hound::Error| FileError::new(path, error);
    let mut writer = WavWriter::create(path, spec).map_err(fail)?;
    for sample in frames.iter().flatten() {
        writer.write_sample(*sample).map_err(fail)?;
    }
    writer.finalize().map_err(fail)
}
