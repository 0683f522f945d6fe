//! Songs, heard with a bank: how loud, how near to clipping, which colour.
//!
//! The same engine plays the same messages with one bank or another, so what differs is the bank's.

use std::sync::Arc;

use anyhow::{Result, anyhow};
use dmus_dls::Bank;
use dmus_song::Song;
use dmus_synth::{Collection, Engine, EngineConfig, Layer};
use ebur128::{EbuR128, Mode};

use crate::spectrum::{Powers, decibels};
use crate::stage::{Heard, RATE_HZ};

/// Middles of the octave bands, Hz.
pub const OCTAVES_HZ: [f64; 9] = [
    63.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16_000.0,
];

/// Seconds that are heard after the last message.
const TAIL_S: u32 = 3;

/// Frames of one spectrum; a song's is the sum over all of them.
const WINDOW: usize = 8192;

/// A program in a song, as it is counted in families of eight; the kit is none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Of a melodic program, `0..=15`.
    Melodic(u8),
    /// Channel 10.
    Kit,
}

/// What is measured of a song.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// Loudness of the whole, LUFS.
    pub integrated_lufs: f64,
    /// Loudest three seconds, LUFS.
    pub loudest_lufs: f64,
    /// Loudness range, LU.
    pub range_lu: f64,
    /// True peak of the louder side, dB of full scale.
    pub true_peak_db: f64,
    /// Shares of [`OCTAVES_HZ`] in the power, dB of all of it.
    pub octaves_db: [f64; 9],
    /// Middle of the power between 20 Hz and 20 kHz, Hz.
    pub centroid_hz: f64,
}

/// Plays a song from its beginning until three seconds after its end, with the effects that the
/// plug-in has when it is loaded; of the notes those that `plays` wants.
///
/// # Errors
/// A bank that does not compile.
pub fn perform(
    song: &Song,
    bank: &Arc<Collection>,
    plays: impl Fn(Family) -> bool,
) -> Result<Heard> {
    let mut engine = Engine::with_effects(EngineConfig {
        sample_rate: RATE_HZ,
        voices: 256,
        channel_groups: 1,
    })?;
    engine
        .download(Layer::Factory, Some(Arc::clone(bank)))
        .map_err(|_| anyhow!("an empty engine has no room for a bank"))?;
    let frames = usize::try_from(song.length().frame(RATE_HZ))? + (TAIL_S * RATE_HZ) as usize;
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    let mut programs = [0_u8; 16];
    let mut at = 0;
    for message in song.messages() {
        let due = usize::try_from(message.time().frame(RATE_HZ))?.clamp(at, frames);
        if let (Some(left), Some(right)) = (left.get_mut(at..due), right.get_mut(at..due)) {
            engine.render(left, right);
        }
        at = due;
        let wanted = match message.bytes() {
            [status, _, _] if status & 0xF0 == 0x90 => plays(family(&programs, status & 0x0F)),
            [status, program] if status & 0xF0 == 0xC0 => {
                if let Some(place) = programs.get_mut(usize::from(status & 0x0F)) {
                    *place = *program;
                }
                true
            }
            _ => true,
        };
        if wanted {
            engine.message(message.group(), message.bytes());
        }
    }
    if let (Some(left), Some(right)) = (left.get_mut(at..), right.get_mut(at..)) {
        engine.render(left, right);
    }
    Ok(Heard { left, right })
}

/// The family that a channel plays with.
fn family(programs: &[u8; 16], channel: u8) -> Family {
    match programs.get(usize::from(channel)) {
        Some(program) if channel != 9 => Family::Melodic(program / 8),
        _ => Family::Kit,
    }
}

/// Compiles a bank for [`perform`].
///
/// # Errors
/// A bank that does not compile.
pub fn compiled(bank: &Bank) -> Result<Arc<Collection>> {
    Ok(Arc::new(Collection::compile(bank)?))
}

/// Measures what was heard.
///
/// # Errors
/// None in practice: the meter knows two channels at this rate.
pub fn measure(heard: &Heard) -> Result<Figures> {
    let mode = Mode::I | Mode::S | Mode::LRA | Mode::TRUE_PEAK;
    let mut meter = EbuR128::new(2, RATE_HZ, mode)?;
    let mut loudest_lufs = f64::NEG_INFINITY;
    // A tenth of a second at a time, as the recommendation moves its window.
    let step = RATE_HZ as usize / 10;
    for (left, right) in heard.left.chunks(step).zip(heard.right.chunks(step)) {
        meter.add_frames_planar_f32(&[left, right])?;
        loudest_lufs = loudest_lufs.max(meter.loudness_shortterm()?);
    }
    let true_peak = meter.true_peak(0)?.max(meter.true_peak(1)?);
    let powers = mean_spectrum(heard);
    let all = powers.power(20.0, 20_000.0).max(1e-30);
    let edge = std::f64::consts::SQRT_2;
    Ok(Figures {
        integrated_lufs: meter.loudness_global()?,
        loudest_lufs,
        range_lu: meter.loudness_range()?,
        true_peak_db: decibels(true_peak * true_peak),
        octaves_db: OCTAVES_HZ.map(|hz| decibels(powers.power(hz / edge, hz * edge) / all)),
        centroid_hz: powers.centroid_hz(),
    })
}

/// The powers of all windows together.
fn mean_spectrum(heard: &Heard) -> Powers {
    let mut sum = Powers::of(&[0.0; WINDOW]);
    for side in [&heard.left, &heard.right] {
        for frames in side.chunks_exact(WINDOW) {
            let powers = Powers::of(frames);
            for (sum, power) in sum.bins.iter_mut().zip(powers.bins) {
                *sum += power;
            }
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    #[test]
    fn a_sine_has_all_its_power_in_its_octave_and_its_peak() -> Result<()> {
        let sine: Vec<f32> = (0..480_000)
            .map(|n| (0.5 * (TAU * 1000.0 * f64::from(n) / 48_000.0).sin()) as f32)
            .collect();
        let heard = Heard {
            left: sine.clone(),
            right: sine,
        };
        let figures = measure(&heard)?;
        // [R128]: a sine of 1 kHz on both sides at -23 dB of full scale is -23 LUFS.
        assert!((figures.integrated_lufs + 6.0).abs() < 0.1, "{figures:?}");
        assert!((figures.loudest_lufs + 6.0).abs() < 0.1, "{figures:?}");
        assert!((figures.true_peak_db + 6.02).abs() < 0.1, "{figures:?}");
        assert!(figures.octaves_db[4] > -0.01, "{figures:?}");
        assert!((figures.centroid_hz - 1000.0).abs() < 1.0, "{figures:?}");
        Ok(())
    }
}
