//! Waves in words: what was recorded, and how it is played.

use std::fmt::{self, Write};

use dmus_dls::Bank;
use dmus_dls::bank::{LoopKind, Wave, WaveSample};

use super::overview::about;
use super::words::{grouped, hertz, key, seconds, short};

/// Length of a recording at the rate it was made with, s.
pub(super) fn length_s(wave: &Wave) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a file has fewer than 2^52 frames"
    )]
    let frames = wave.frames.len() as f64;
    frames / f64::from(wave.sample_rate.max(1))
}

/// Bits of each frame.
pub(super) fn bits(wave: &Wave) -> u8 {
    if wave.frames.low().is_some() { 24 } else { 16 }
}

/// A row for each wave.
pub(super) fn list(text: &mut String, bank: &Bank) -> fmt::Result {
    writeln!(text, "\nwaves")?;
    for (index, wave) in bank.waves.iter().enumerate() {
        write!(
            text,
            "{index:>6}  {:<20} {:>10}  {:>10} frames {:>10}  {} bit",
            wave.name,
            hertz(f64::from(wave.sample_rate)),
            grouped(wave.frames.len() as u64),
            seconds(length_s(wave)),
            bits(wave)
        )?;
        match wave.sample {
            Some(sample) => writeln!(text, "  {}", playback(&sample))?,
            None => writeln!(text)?,
        }
        about(text, 8, &wave.about)?;
    }
    Ok(())
}

/// Playback data: pitch, gain where there is one, loop.
pub(super) fn playback(sample: &WaveSample) -> String {
    let mut text = format!("unity {}", key(sample.unity_note));
    if sample.fine_tune != 0 {
        text.push_str(&format!(" {:+} cents", sample.fine_tune));
    }
    if sample.gain.0 != 0 {
        text.push_str(&format!(", gain {} dB", short(sample.gain.db())));
    }
    match sample.wave_loop {
        None => text.push_str(", once"),
        Some(sustained) => {
            let until = match sustained.kind {
                LoopKind::Forward => "",
                LoopKind::UntilRelease => " until release",
            };
            let (start, length) = (sustained.start, sustained.length);
            text.push_str(&format!(", loop {start}+{length}{until}"));
        }
    }
    text
}
