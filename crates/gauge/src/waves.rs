//! Waves: the seam of a loop, and what an engine adds that is no partial.

use anyhow::Result;
use dmus_dls::Bank;
use dmus_dls::bank::{Connection, Dialect, Instrument, Patch, Region, Wave, WaveLoop, WaveSample};
use realfft::RealFftPlanner;
use realfft::num_complex::Complex;

use crate::spectrum::{Powers, between, decibels};
use crate::stage::{Note, Part, Stage};

/// Weights by which a band-limited sound's frame follows from four on each side: Lagrange's.
const NEIGHBOURS: [f64; 4] = [0.8, -0.4, 8.0 / 70.0, -1.0 / 70.0];

/// By how much a pulse that happens to lie on the seam may stand out among its like.
const CHANCE: f64 = 1.25;

/// By how much the frames at a loop's seam are less foreseeable than any others, dB below the peak.
///
/// Each frame is foretold from its eight neighbours. What is wrong at the seam beyond what is wrong
/// elsewhere is a click; -120 is none at all.
#[must_use]
pub fn click_db(wave: &Wave, wave_loop: WaveLoop) -> f64 {
    let (start, len) = (wave_loop.start as usize, wave_loop.length as usize);
    let frames = wave.frames.get(start..start + len).unwrap_or_default();
    let at = |n: usize| f64::from(frames.get(n % len).copied().unwrap_or(0));
    let wrong = |n: usize| {
        let sides = NEIGHBOURS
            .iter()
            .zip(1..)
            .map(|(weight, away)| weight * (at(n + away) + at(n + len - away)));
        (at(n) - sides.sum::<f64>()).abs()
    };
    let seam = (len.saturating_sub(4)..len + 4)
        .map(wrong)
        .fold(0.0, f64::max);
    let inside = (8..len.saturating_sub(8)).map(wrong).fold(0.0, f64::max);
    let peak = frames.iter().map(|frame| f64::from(frame.unsigned_abs()));
    let over = (seam - CHANCE * inside) / peak.fold(1.0, f64::max);
    20.0 * over.max(1e-6).log10()
}

/// Strongest change of a loop's level that comes round with it, dB of the level.
///
/// The frames' squares have lines at multiples of the loop's turn. Those below half the tone's pitch
/// are its level going up and down; what two neighbouring partials do together lies at the pitch.
/// `None` where there is no loop, or where it is no whole number of the tone's periods.
///
/// - `sample`: where the loop is, and its pitch if the wave does not tell its own
/// - `octaves_below`: how far what the loop has whole periods of lies below the key
#[must_use]
pub fn beat_db(wave: &Wave, sample: WaveSample, octaves_below: u8) -> Option<f64> {
    let wave_loop = sample.wave_loop?;
    // A region may play it as if it were another key's.
    let sample = wave.sample.unwrap_or(sample);
    let (start, len) = (wave_loop.start as usize, wave_loop.length as usize);
    let frames = wave.frames.get(start..start + len)?;
    let keys = f64::from(sample.unity_note) - f64::from(sample.fine_tune) / 100.0;
    let key_hz = 440.0 * ((keys - 69.0) / 12.0 - f64::from(octaves_below)).exp2();
    let periods = key_hz * len as f64 / f64::from(wave.sample_rate);
    // Rates of whole hertz and tunings of whole cents leave half a cent; more is another tone.
    let rounding = periods * ((0.5_f64 / 1200.0).exp2() - 1.0 + 0.5 / f64::from(wave.sample_rate));
    if periods < 0.99 || (periods - periods.round()).abs() > rounding {
        return None;
    }
    let squares = frames.iter().map(|frame| f64::from(*frame).powi(2));
    let lines = transformed(squares.collect());
    let level = lines.first().map_or(1e-30, |line| line.norm());
    let below = lines
        .iter()
        .skip(1)
        .take((periods.round() as usize - 1) / 2);
    // A level that swings by a share has twice that of its square, halved between two lines.
    let swing = below.map(|line| line.norm() / level).fold(1e-6, f64::max);
    Some(20.0 * swing.log10())
}

/// Loudest component of a region's bare wave on a key that is no partial of it, dB below the
/// strongest partial; `None` for waves without a loop.
///
/// The wave plays without envelope and filter, from the start of its loop on. Its partials are then
/// the bins of the loop, below half the wave's rate: all else is folded or mirrored.
///
/// # Errors
/// A bank that does not compile.
pub fn alias_db(bank: &Bank, region: &Region, key: u8) -> Result<Option<f64>> {
    let (Some(wave), Some(sample)) = (bank.waves.get(region.wave), region.sample) else {
        return Ok(None);
    };
    let Some(wave_loop) = sample.wave_loop else {
        return Ok(None);
    };
    let (start, len) = (wave_loop.start as usize, wave_loop.length as usize);
    let Some(frames) = wave.frames.get(start..) else {
        return Ok(None);
    };
    let bare = Wave {
        frames: frames.to_vec().into(),
        ..wave.clone()
    };
    let keys = f64::from(key) - f64::from(sample.unity_note) + f64::from(sample.fine_tune) / 100.0;
    let loop_hz = f64::from(wave.sample_rate) * (keys / 12.0).exp2() / len as f64;
    let partials = partials(frames.get(..len).unwrap_or_default());
    let sample = WaveSample {
        wave_loop: Some(WaveLoop {
            start: 0,
            ..wave_loop
        }),
        ..sample
    };
    let region = Region {
        sample: Some(sample),
        ..Region::of_wave(0)
    };
    let mut stage = Stage::new(&lone(vec![bare], vec![region], Vec::new()))?;
    let heard = stage.play(&Note::new(Part::Program(0), key, 1.5));
    let powers = Powers::of(between(&heard.left, 0.1, 1.465));
    // A partial hides what lies within the window's main lobe of it.
    let mut hidden = vec![false; powers.bins.len()];
    for (number, _) in partials
        .iter()
        .enumerate()
        .filter(|(_, level)| **level > -90.0)
    {
        let bin = number as f64 * loop_hz / powers.bin_hz;
        let (low, high) = ((bin - 5.0).max(0.0) as usize, bin as usize + 7);
        let last = hidden.len();
        if let Some(near) = hidden.get_mut(low.min(last)..high.min(last)) {
            near.fill(true);
        }
    }
    let top = powers.bins.iter().copied().fold(1e-30, f64::max);
    let audible = powers.within(20.0, 20_000.0);
    let low = (20.0 / powers.bin_hz).ceil() as usize;
    let loudest = audible
        .zip(hidden.iter().skip(low))
        .filter(|(_, hidden)| !**hidden)
        .map(|((_, power), _)| power)
        .fold(1e-30, f64::max);
    Ok(Some(decibels(loudest / top)))
}

/// Levels of a loop's bins, dB below the strongest.
fn partials(frames: &[i16]) -> Vec<f64> {
    let lines = transformed(frames.iter().map(|frame| f64::from(*frame)).collect());
    let powers = lines.iter().map(|value| value.norm_sqr());
    let top = powers.clone().fold(1e-30, f64::max);
    powers.map(|power| decibels(power / top)).collect()
}

fn transformed(mut input: Vec<f64>) -> Vec<Complex<f64>> {
    let transform = RealFftPlanner::<f64>::new().plan_fft_forward(input.len());
    let mut output = transform.make_output_vec();
    // It fails only for wrong lengths; these are its own.
    let done = transform.process(&mut input, &mut output).is_ok();
    debug_assert!(done);
    output
}

/// A bank of one program.
pub(crate) fn lone(waves: Vec<Wave>, regions: Vec<Region>, articulation: Vec<Connection>) -> Bank {
    Bank {
        waves,
        instruments: vec![Instrument {
            patch: Patch {
                drums: false,
                bank_msb: 0,
                bank_lsb: 0,
                program: 0,
            },
            name: "Alone".to_owned(),
            regions,
            articulation,
            dialect: Dialect::Dls,
            about: Default::default(),
        }],
        ..Bank::default()
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use dmus_dls::bank::LoopKind;
    use dmus_dls::units::RelativeGain;

    use super::*;

    fn sine(frames: usize, periods: f64) -> (Wave, WaveLoop) {
        let wave_loop = WaveLoop {
            kind: LoopKind::Forward,
            start: 0,
            length: u32::try_from(frames).unwrap_or(0),
        };
        let frames = (0..frames + 8)
            .map(|n| (20_000.0 * (TAU * periods * n as f64 / frames as f64).sin()).round() as i16)
            .collect::<Vec<i16>>();
        let wave = Wave {
            name: "sine".to_owned(),
            sample_rate: 22_050,
            about: Default::default(),
            frames: frames.into(),
            sample: None,
        };
        (wave, wave_loop)
    }

    #[test]
    fn a_loop_of_whole_periods_has_no_click_and_one_of_parts_has() {
        let (whole, wave_loop) = sine(1024, 16.0);
        assert!(click_db(&whole, wave_loop) < -80.0);
        let (broken, wave_loop) = sine(1024, 16.3);
        assert!(click_db(&broken, wave_loop) > -20.0);
    }

    #[test]
    fn a_tone_with_a_line_beside_it_beats_and_one_alone_does_not() {
        let (wave, wave_loop) = sine(1024, 16.0);
        // 16 periods in 1024 frames at 22 050 Hz are 344.5 Hz, 23.4 cents below key 65.
        let sample = WaveSample {
            unity_note: 65,
            fine_tune: 23,
            gain: RelativeGain::default(),
            wave_loop: Some(wave_loop),
            no_truncation: false,
            no_compression: false,
        };
        assert!(beat_db(&wave, sample, 0).is_some_and(|beat| beat < -80.0));
        let frames = wave.frames.iter().zip(0..).map(|(frame, n)| {
            let other = (TAU * 17.0 * f64::from(n) / 1024.0).sin();
            *frame + (200.0 * other) as i16
        });
        let beside = Wave {
            frames: frames.collect::<Vec<i16>>().into(),
            ..wave.clone()
        };
        let beat = beat_db(&beside, sample, 0).unwrap_or(0.0);
        // A hundredth of the amplitude beside it.
        assert!((beat + 40.0).abs() < 0.2, "{beat}");
    }
}
