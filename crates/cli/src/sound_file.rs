//! Frames as a WAV or a FLAC file.
//!
//! In: stereo frames, a place, what a sample is to be. Out: a file, and how many samples were too
//! loud for it. Thread: the main one. Source: RFC 9639 for what FLAC can hold.

use std::fs;
use std::path::Path;

use flacenc::bitsink::ByteSink;
use flacenc::component::BitRepr;
use flacenc::config::Encoder;
use flacenc::error::Verify;
use flacenc::source::MemSource;
use hound::{SampleFormat, WavSpec, WavWriter};

use crate::bank::FileError;
use crate::choices::Bits;

/// Highest rate that the encoder takes, Hz; the format itself goes up to 655 350.
const FLAC_RATE_HZ: u32 = 96_000;

/// Where the noise of the dither begins; the same for every file, so that it comes back.
const SEED: u64 = 0x0044_4D75_7320_0001;

/// Kinds of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Container {
    Wav,
    Flac,
}

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SoundFile {
    container: Container,
    bits: Bits,
    dither: bool,
    rate_hz: u32,
}

impl SoundFile {
    /// What the ending of a path and the options ask for.
    ///
    /// - `bits`: nothing is 32-bit floating point for WAV and 24 for FLAC
    ///
    /// # Errors
    /// [`FileError`] names what does not go together, and what does.
    pub(crate) fn new(
        path: &Path,
        bits: Option<Bits>,
        dither: bool,
        rate_hz: u32,
    ) -> Result<Self, FileError> {
        let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
        let container = match ending.to_str() {
            Some("wav") => Container::Wav,
            Some("flac") => Container::Flac,
            _ => return Err(FileError::new(path, "ends in neither .wav nor .flac")),
        };
        let usual = match container {
            Container::Wav => Bits::Float,
            Container::Flac => Bits::Whole24,
        };
        let bits = bits.unwrap_or(usual);
        if container == Container::Flac && bits == Bits::Float {
            let reason = "a FLAC file holds 16 or 24; 32f goes into a WAV file";
            return Err(FileError::new(Path::new("--bits"), reason));
        }
        if container == Container::Flac && rate_hz > FLAC_RATE_HZ {
            let reason = format!("FLAC files are written up to {FLAC_RATE_HZ}; WAV has no limit");
            return Err(FileError::new(Path::new("--rate"), reason));
        }
        if dither && bits == Bits::Float {
            let reason = "is for whole numbers: --bits 16 or --bits 24";
            return Err(FileError::new(Path::new("--dither"), reason));
        }
        Ok(Self {
            container,
            bits,
            dither,
            rate_hz,
        })
    }

    /// Writes frames; gives back the number of samples that were too loud and were held to the
    /// greatest number there is.
    ///
    /// # Errors
    /// [`FileError`] when the file cannot be written.
    pub(crate) fn write(&self, path: &Path, frames: &[[f32; 2]]) -> Result<u64, FileError> {
        let bits = match self.bits {
            Bits::Whole16 => 16,
            Bits::Whole24 => 24,
            Bits::Float => {
                self.write_floats(path, frames)?;
                return Ok(0);
            }
        };
        let mut rounding = Rounding::new(bits, self.dither);
        let whole: Vec<i32> = frames
            .iter()
            .flatten()
            .map(|sample| rounding.round(*sample))
            .collect();
        match self.container {
            Container::Wav => self.write_whole(path, bits, &whole)?,
            Container::Flac => self.write_flac(path, bits, &whole)?,
        }
        Ok(rounding.too_loud)
    }

    const fn wav(&self, bits: u16, sample_format: SampleFormat) -> WavSpec {
        WavSpec {
            channels: 2,
            sample_rate: self.rate_hz,
            bits_per_sample: bits,
            sample_format,
        }
    }

    fn write_floats(&self, path: &Path, frames: &[[f32; 2]]) -> Result<(), FileError> {
        let fail = |error: hound::Error| FileError::new(path, error);
        let spec = self.wav(32, SampleFormat::Float);
        let mut writer = WavWriter::create(path, spec).map_err(fail)?;
        for sample in frames.iter().flatten() {
            writer.write_sample(*sample).map_err(fail)?;
        }
        writer.finalize().map_err(fail)
    }

    fn write_whole(&self, path: &Path, bits: u16, samples: &[i32]) -> Result<(), FileError> {
        let fail = |error: hound::Error| FileError::new(path, error);
        let spec = self.wav(bits, SampleFormat::Int);
        let mut writer = WavWriter::create(path, spec).map_err(fail)?;
        for sample in samples {
            writer.write_sample(*sample).map_err(fail)?;
        }
        writer.finalize().map_err(fail)
    }

    fn write_flac(&self, path: &Path, bits: u16, samples: &[i32]) -> Result<(), FileError> {
        let encoder = Encoder::default()
            .into_verified()
            .map_err(|(_, error)| FileError::new(path, error))?;
        let rate_hz = usize::try_from(self.rate_hz).unwrap_or(usize::MAX);
        let source = MemSource::from_samples(samples, 2, usize::from(bits), rate_hz);
        let stream = flacenc::encode_with_fixed_block_size(&encoder, source, encoder.block_size)
            .map_err(|error| FileError::new(path, error))?;
        let mut sink = ByteSink::new();
        stream
            .write(&mut sink)
            .map_err(|error| FileError::new(path, format!("{error:?}")))?;
        fs::write(path, sink.as_slice()).map_err(|error| FileError::new(path, error))
    }
}

/// Rounds samples to whole numbers.
#[derive(Debug)]
struct Rounding {
    /// The number that stands for 1.
    full: f64,
    /// State of the noise; nothing without dither.
    noise: Option<u64>,
    /// Samples held to the greatest or least number.
    too_loud: u64,
}

impl Rounding {
    fn new(bits: u16, dither: bool) -> Self {
        Self {
            full: f64::from(1_u32 << (bits - 1)),
            noise: dither.then_some(SEED),
            too_loud: 0,
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "held to the range of 24 bits before; what is no number becomes 0"
    )]
    fn round(&mut self, sample: f32) -> i32 {
        let exact = f64::from(sample) * self.full;
        let noise = self.noise.as_mut().map_or(0.0, triangular);
        let whole = (exact + noise).round();
        let held = whole.clamp(-self.full, self.full - 1.0);
        // Noise alone that reaches over the edge is not the song's doing.
        self.too_loud += u64::from(exact.round() < -self.full || exact.round() > self.full - 1.0);
        held as i32
    }
}

/// Noise of a triangular density between -1 and 1: two equal ones added, the least that leaves
/// neither mean nor power of the error to the signal.
fn triangular(state: &mut u64) -> f64 {
    uniform(state) + uniform(state)
}

/// A number between -0.5 and 0.5 (SplitMix64).
fn uniform(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^= mixed >> 31;
    let high = u32::try_from(mixed >> 32).unwrap_or(0);
    f64::from(high) / f64::from(u32::MAX) - 0.5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_the_nearest_and_what_is_too_loud_is_held_and_counted() {
        let mut rounding = Rounding::new(16, false);
        let rounded = [0.0, 0.5, -1.0, 0.6 / 32_768.0, 1.0, -1.5, 2.0, f32::NAN]
            .map(|sample| rounding.round(sample));
        let expected = [0, 16_384, -32_768, 1, 32_767, -32_768, 32_767, 0];
        assert_eq!(rounded, expected);
        assert_eq!(rounding.too_loud, 3);
    }

    #[test]
    fn dither_keeps_the_mean_of_what_is_smaller_than_a_step() {
        let mut rounding = Rounding::new(16, true);
        let count = 100_000;
        let quarter = 0.25 / 32_768.0;
        let numbers: Vec<i32> = (0..count).map(|_| rounding.round(quarter)).collect();
        let mean = f64::from(numbers.iter().sum::<i32>()) / f64::from(count);
        assert!((mean - 0.25).abs() < 0.01, "{mean}");
        assert!(numbers.iter().all(|number| (-1..=2).contains(number)));
        // A triangle of two steps (1/6) and the rounding (1/12): a quarter of a step squared.
        let square = |number: &i32| (f64::from(*number) - 0.25).powi(2);
        let power = numbers.iter().map(square).sum::<f64>() / f64::from(count);
        assert!((power - 0.25).abs() < 0.01, "{power}");
    }

    #[test]
    fn what_does_not_go_together_is_refused_with_what_does() {
        let refused = |path: &str, bits, dither, rate_hz| {
            let file = SoundFile::new(Path::new(path), bits, dither, rate_hz);
            file.expect_err("refused").to_string()
        };
        let error = refused("song.mp3", None, false, 48_000);
        assert!(error.contains(".wav nor .flac"), "{error}");
        let error = refused("song.flac", Some(Bits::Float), false, 48_000);
        assert!(error.contains("16 or 24"), "{error}");
        let error = refused("song.flac", None, false, 768_000);
        assert!(error.contains("96000"), "{error}");
        let error = refused("song.wav", None, true, 48_000);
        assert!(error.contains("--bits 16"), "{error}");
        assert!(SoundFile::new(Path::new("SONG.FLAC"), None, true, 96_000).is_ok());
    }
}
