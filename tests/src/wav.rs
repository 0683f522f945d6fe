//! Stereo WAV files of 32-bit floats.

use std::path::Path;

use anyhow::{Context, Result};
use hound::{SampleFormat, WavSpec, WavWriter};

/// Writes both channels.
///
/// # Errors
/// The file cannot be written.
pub fn write(path: &Path, left: &[f32], right: &[f32], rate_hz: u32) -> Result<()> {
    let spec = WavSpec {
        channels: 2,
        sample_rate: rate_hz,
        bits_per_sample: 32,
        sample_format: SampleFormat::Float,
    };
    let writing = || format!("writing {}", path.display());
    let mut writer = WavWriter::create(path, spec).with_context(writing)?;
    for (left, right) in left.iter().zip(right) {
        writer.write_sample(*left).with_context(writing)?;
        writer.write_sample(*right).with_context(writing)?;
    }
    writer.finalize().with_context(writing)
}
