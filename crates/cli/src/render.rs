//! `dmus render`: a MIDI file through banks into a WAV file.
//!
//! The same port, sequencer and engine as in the plug-in, with all trims at their defaults: the
//! same samples. Thread: the main one.

use std::fs;
use std::io::{IsTerminal, Write as _, stderr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use dmus_kernel::{ChannelGroup, MusicBuffer, Port, PortConfig, SampleRate, StreamState};
use dmus_song::{Message, Song};
use dmus_synth::{Collection, Layer, SynthMiniport};
use hound::{SampleFormat, WavSpec, WavWriter};

use crate::bank::{self, FileError};

/// Voices, as in the plug-in.
const VOICES: u16 = 256;

/// Groups of sixteen channels, as in the plug-in.
const CHANNEL_GROUPS: u16 = 4;

/// Frames of one block; the samples do not depend on it.
const BLOCK: usize = 512;

/// The end of the song rings on until it is quieter than this (-90 dB) for a whole block.
const SILENCE: f32 = 3.2e-5;

/// Longest ring, s.
const LONGEST_TAIL_S: usize = 30;

/// Bytes of music buffer; a message that finds no room in one block goes into the next.
const MUSIC_BYTES: usize = 1 << 20;

/// Arguments of the verb.
#[derive(Debug, Args)]
pub(crate) struct Render {
    /// Standard MIDI File of any format.
    song: PathBuf,
    /// DLS bank that covers the built-in one.
    #[arg(long)]
    bank: Option<PathBuf>,
    /// WAV file to write, 32-bit floating point.
    #[arg(short, long)]
    output: PathBuf,
    /// Frames per second, 1000 to 768000.
    #[arg(long, default_value_t = 48_000)]
    rate: u32,
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
        let mut player = Player::new(self.rate, self.bank.as_deref())?;
        let frames = player.play(&song, |done| show_progress(done, &song, self.rate));
        clear_progress();
        write_wav(&self.output, self.rate, &frames)?;

        let stats = player.port.stats();
        let seconds = frames.len() as f64 / f64::from(self.rate);
        println!("{}: {seconds:.1} s", self.output.display());
        println!("{} messages, {} lost", stats.submitted, stats.lost.total());
        let synth = player.port.stream().engine().stats();
        println!(
            "{} voices at most, {} notes lost",
            synth.peak_voices, synth.lost_notes
        );
        Ok(())
    }
}

/// The pipeline without a host.
struct Player {
    port: Port<SynthMiniport>,
    music: MusicBuffer,
}

impl Player {
    /// A running port with the built-in bank and, above it, the user's.
    fn new(rate_hz: u32, bank: Option<&Path>) -> Result<Self, FileError> {
        let place = Path::new("--rate");
        let rate = SampleRate::new(rate_hz).map_err(|error| FileError::new(place, error))?;
        let config = PortConfig {
            channel_groups: CHANNEL_GROUPS,
            ..PortConfig::new(rate)
        };
        let mut port = Port::new(SynthMiniport::new(VOICES), config)
            .map_err(|error| FileError::new(place, error))?;
        let compile = |path: &Path, bank: &dmus_dls::Bank| {
            Collection::compile(bank)
                .map(Arc::new)
                .map_err(|error| FileError::new(path, error))
        };
        let built_in = compile(Path::new("built-in bank"), &bank::built_in()?)?;
        let user = bank
            .map(|path| compile(path, &bank::read(path)?))
            .transpose()?;
        let engine = port.stream_mut().engine_mut();
        for (layer, collection) in [(Layer::Factory, Some(built_in)), (Layer::User, user)] {
            engine
                .download(layer, collection)
                .map_err(|error| FileError::new(place, error))?;
        }
        port.set_state(StreamState::Run)
            .map_err(|error| FileError::new(place, error))?;
        Ok(Self {
            port,
            music: MusicBuffer::with_capacity(MUSIC_BYTES),
        })
    }

    /// Plays the whole song and its ring.
    fn play(&mut self, song: &Song, mut progress: impl FnMut(usize)) -> Vec<[f32; 2]> {
        let rate_hz = self.port.config().sample_rate.hz();
        let frame_of = |message: &Message| usize::try_from(message.time().frame(rate_hz));
        let last = usize::try_from(song.length().frame(rate_hz)).unwrap_or(usize::MAX);
        let longest = last.saturating_add(LONGEST_TAIL_S * rate_hz as usize);
        let mut waiting = song.messages().iter().peekable();
        let mut frames = Vec::new();
        let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
        loop {
            let start = frames.len();
            self.music.clear(self.port.stamp(0));
            while let Some(message) = waiting.peek() {
                let frame = frame_of(message).unwrap_or(usize::MAX);
                if frame >= start + BLOCK || !self.add(message, frame.saturating_sub(start)) {
                    break;
                }
                waiting.next();
            }
            self.port.submit(&self.music);
            self.port.render(&mut left, &mut right);
            frames.extend(left.iter().zip(&right).map(|(left, right)| [*left, *right]));
            progress(frames.len());
            let quiet = left.iter().chain(&right).all(|frame| frame.abs() < SILENCE);
            let over = waiting.peek().is_none() && frames.len() >= last;
            if (over && quiet) || frames.len() >= longest {
                return frames;
            }
        }
    }

    /// Adds a message to the block; false when the buffer is full.
    fn add(&mut self, message: &Message, offset_frames: usize) -> bool {
        let units = self.port.stamp(offset_frames).units() - self.port.stamp(0).units();
        let structured = message.bytes().first().is_some_and(|status| *status < 0xF0);
        let group = ChannelGroup::new(message.group());
        let delta = dmus_kernel::ReferenceTime::new(units);
        self.music
            .push(group, delta, structured, message.bytes())
            .is_ok()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_song_sounds_and_nothing_is_lost() {
        let song = dmus_song::demo();
        let mut player = Player::new(8_000, None).expect("a player");
        let frames = player.play(&song, |_| {});
        let peak = frames
            .iter()
            .flatten()
            .fold(0.0_f32, |peak, frame| peak.max(frame.abs()));
        assert!(peak > 0.05, "peak {peak}");
        let stats = player.port.stats();
        assert_eq!(stats.delivered, song.messages().len() as u64);
        assert_eq!(stats.lost.total(), 0);
    }

    #[test]
    fn a_rate_out_of_range_is_refused_with_the_range() {
        let error = Player::new(999, None).err().expect("refused");
        assert!(error.to_string().contains("1000..=768000"), "{error}");
    }
}
