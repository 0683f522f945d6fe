//! `dmus render`: a MIDI file through banks into a WAV or FLAC file.
//!
//! In: files. Out: files, and a word to the person at the terminal. Thread: the main one.

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use blake3::Hasher;
use clap::Args;
use dmus_song::Song;
use indicatif::ProgressBar;

use crate::bank::FileError;
use crate::choices::{Bits, Reading, Rules};
use crate::player::{End, Frames, Player, RETURNS, Sound, Stack};
use crate::progress;
use crate::say::say;
use crate::sound_file::SoundFile;
use crate::stems::{self, Stems};

/// Arguments of the verb.
#[derive(Debug, Args)]
pub(crate) struct Render {
    /// Standard MIDI File of any format.
    song: PathBuf,
    /// Bank file that covers the built-in bank; of several the first lies on top.
    #[arg(long)]
    bank: Vec<PathBuf>,
    /// File to write; its ending says which kind: .wav or .flac.
    #[arg(short, long, required_unless_present = "verify_hash")]
    output: Option<PathBuf>,
    /// Frames per second, 1000 to 768000.
    #[arg(long, default_value_t = 48_000)]
    rate: u32,
    /// What a sample is written as; 32f for WAV and 24 for FLAC if nothing is said.
    #[arg(long, value_enum, requires = "output")]
    bits: Option<Bits>,
    /// Noise of a triangular density before whole numbers are made, so that what is too quiet for
    /// them is not distorted.
    #[arg(long, requires = "output")]
    dither: bool,
    /// How waves are read between their frames.
    #[arg(long, value_enum, default_value_t = Reading::Sinc)]
    interpolation: Reading,
    /// Rules that hold from the start on, whatever the song asks for; auto leaves them to it.
    #[arg(long, value_enum, default_value_t = Rules::Auto)]
    mode: Rules,
    /// Without reverb, chorus and delay.
    #[arg(long)]
    dry: bool,
    /// Write each part that sounds, without effects, and each effect into files of their own too.
    #[arg(long, requires = "output")]
    stems: bool,
    /// Print the BLAKE3 hash of the samples as they were computed, and fail if another was named.
    #[arg(long, value_name = "HASH", num_args = 0..=1)]
    verify_hash: Option<Option<SampleHash>>,
    /// MIDI file to write what was played into; played again it gives the same samples.
    #[arg(long, value_name = "FILE")]
    capture: Option<PathBuf>,
}

/// A hash as a person names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SampleHash(blake3::Hash);

impl FromStr for SampleHash {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        blake3::Hash::from_hex(text)
            .map(Self)
            .map_err(|_| format!("`{text}` is no hash: 64 hexadecimal digits"))
    }
}

impl Render {
    /// Does the verb.
    #[expect(clippy::print_stderr, reason = "the verb speaks to a person")]
    pub(crate) fn run(&self) -> Result<(), FileError> {
        let output = self.output.as_deref().map(|path| self.file(path));
        let output = output.transpose()?;
        let bytes = fs::read(&self.song).map_err(|error| FileError::new(&self.song, error))?;
        let song = Song::read_smf(&bytes).map_err(|error| FileError::new(&self.song, error))?;
        for warning in song.warnings() {
            eprintln!("{}: {warning}", self.song.display());
        }
        let stack = Stack::load(&self.bank)?;
        let mut player = Player::new(self.rate, &stack, &self.sound())?;
        if self.capture.is_some() {
            player.keep(&song);
        }
        if self.stems {
            player.keep_returns();
        }
        let bar = progress::bar(
            song.length().frame(self.rate),
            "{bar:40} {percent:>3} % {msg}",
        );
        let frames = player.play(&song, End::Silence, |done| advance(&bar, done));
        bar.finish_and_clear();
        if let Some(output) = &output {
            output.write(&frames)?;
        }
        if let Some(path) = &self.capture {
            let midi = player
                .captured(&song)
                .map_err(|reason| FileError::new(path, reason))?;
            fs::write(path, midi).map_err(|error| FileError::new(path, error))?;
        }

        let stats = player.port().stats();
        say(format_args!(
            "{} messages, {} lost",
            stats.submitted,
            stats.lost.total()
        ));
        let synth = player.port().stream().engine().stats();
        say(format_args!(
            "{} voices at most, {} notes lost",
            synth.peak_voices, synth.lost_notes
        ));
        if let Some(output) = output.as_ref().filter(|_| self.stems) {
            if synth.stolen > 0 {
                say(format_args!(
                    "{} voices were taken from older notes, in a stem maybe others",
                    synth.stolen
                ));
            }
            let returns = player.take_returns();
            drop(player);
            let stems = Stems {
                song: &song,
                stack: &stack,
                sound: self.sound(),
                rate_hz: self.rate,
                frames: frames.len(),
            };
            write_stems(output, &stems, &returns)?;
        }
        self.verify(&frames)
    }

    /// The sound that is asked for.
    fn sound(&self) -> Sound {
        Sound {
            interpolation: self.interpolation.interpolation(),
            is_dry: self.dry,
            opening: self.mode.reset(),
            lock: self.mode.lock(),
            solo: None,
        }
    }

    /// The file that is asked for.
    fn file<'a>(&self, path: &'a Path) -> Result<Output<'a>, FileError> {
        let form = SoundFile::new(path, self.bits, self.dither, self.rate)?;
        Ok(Output {
            path,
            form,
            rate_hz: self.rate,
        })
    }

    /// Prints the hash of the samples where it is asked for.
    fn verify(&self, frames: &[[f32; 2]]) -> Result<(), FileError> {
        let Some(expected) = self.verify_hash else {
            return Ok(());
        };
        let found = hash(frames);
        say(format_args!("blake3 {found}"));
        match expected {
            Some(SampleHash(expected)) if expected != found => {
                let reason = format!("the samples have the hash {found}, expected was {expected}");
                Err(FileError::new(&self.song, reason))
            }
            _ => Ok(()),
        }
    }
}

/// A place, and what is written there.
#[derive(Debug)]
struct Output<'a> {
    path: &'a Path,
    form: SoundFile,
    rate_hz: u32,
}

impl Output<'_> {
    /// Writes the mix.
    fn write(&self, frames: &[[f32; 2]]) -> Result<(), FileError> {
        self.write_to(self.path, frames)
    }

    /// Writes frames beside the mix.
    fn write_stem(&self, name: &str, frames: &[[f32; 2]]) -> Result<(), FileError> {
        self.write_to(&stems::path(self.path, name), frames)
    }

    fn write_to(&self, path: &Path, frames: &[[f32; 2]]) -> Result<(), FileError> {
        let too_loud = self.form.write(path, frames)?;
        let seconds = frames.len() as f64 / f64::from(self.rate_hz);
        say(format_args!("{}: {seconds:.1} s", path.display()));
        if too_loud > 0 {
            say(format_args!(
                "{too_loud} samples were too loud and were held to the greatest number"
            ));
        }
        Ok(())
    }
}

/// Writes the stems that are heard.
fn write_stems(
    output: &Output<'_>,
    stems: &Stems<'_>,
    returns: &[Frames; 3],
) -> Result<(), FileError> {
    let parts = stems::parts(stems.song);
    let all = (parts.len() as u64).saturating_mul(stems.frames as u64);
    let bar = progress::bar(all, "{bar:40} {percent:>3} % {msg}");
    for (number, part) in (0_u64..).zip(parts) {
        bar.set_message(format!("part {:02}", part.number()));
        let before = number.saturating_mul(stems.frames as u64);
        let frames = stems.render(part, |done| bar.set_position(before + done as u64))?;
        if let Some(frames) = frames {
            bar.suspend(|| output.write_stem(&format!("{:02}", part.number()), &frames))?;
        }
    }
    bar.finish_and_clear();
    for ((_, name), frames) in RETURNS.iter().zip(returns) {
        if stems::is_heard(frames) {
            output.write_stem(name, frames)?;
        }
    }
    Ok(())
}

/// Shows how far a song is; its ring stays at the end of the bar.
fn advance(bar: &ProgressBar, done: usize) {
    let all = bar.length().unwrap_or(u64::MAX);
    bar.set_position(all.min(done as u64));
}

/// The hash of samples: 32-bit floating point, low byte first, left and right in turn.
fn hash(frames: &[[f32; 2]]) -> blake3::Hash {
    let mut hasher = Hasher::new();
    for sample in frames.iter().flatten() {
        hasher.update(&sample.to_le_bytes());
    }
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_that_of_the_bytes_in_turn() {
        let frames = [[0.5, -1.0], [0.0, f32::MIN_POSITIVE]];
        let mut bytes = Vec::new();
        for sample in [0.5, -1.0, 0.0, f32::MIN_POSITIVE] {
            bytes.extend(f32::to_le_bytes(sample));
        }
        assert_eq!(hash(&frames), blake3::hash(&bytes));
    }

    #[test]
    fn what_is_no_hash_is_refused_with_what_one_is() {
        for text in ["", "song.mid", &"g".repeat(64), &"0".repeat(63)] {
            let error = text.parse::<SampleHash>().expect_err("refused");
            assert!(error.contains("64 hexadecimal digits"), "{error}");
        }
        let zeros = "0".repeat(64).parse::<SampleHash>();
        assert_eq!(zeros, Ok(SampleHash(blake3::Hash::from_bytes([0; 32]))));
    }
}
