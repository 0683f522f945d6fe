//! Two takes, sample against sample.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use super::session::{BYPASS_OFF, BYPASS_ON, FIRST_NOTE, SECOND_NOTE};

/// Frames of a quarter note.
const QUARTER: usize = 24_000;

/// Frames after which the instrument looks at its parameters; the gain moves within the next ones.
const TICK: usize = 64;

/// Frames within which a bypass is silent: 10 ms, in whole ticks.
const FADE: usize = 512;

/// Compares an export with what the command line renders; gives what was found, in a line.
///
/// # Errors
/// When a file is not of 32-bit floating point, or where the takes are not as they must be.
pub(super) fn compare(export: &Path, expected: &Path) -> Result<String> {
    let (export, expected) = (samples(export)?, samples(expected)?);
    judge(&export, &expected)
}

fn judge(export: &[[u32; 2]], expected: &[[u32; 2]]) -> Result<String> {
    let frame = |quarters: u32| quarters as usize * QUARTER;
    let sounds = |take: &[[u32; 2]]| take.iter().position(|it| *it != [0, 0]);
    let first = sounds(expected).context("the command line's take is silent")?;
    ensure!(
        (frame(FIRST_NOTE)..frame(FIRST_NOTE) + 16).contains(&first),
        "the first sound is on frame {first}"
    );
    let differs = export
        .iter()
        .zip(expected)
        .position(|(export, expected)| export != expected)
        .context("the automation changed nothing")?;
    let on = frame(BYPASS_ON);
    ensure!(
        (on..on + TICK).contains(&differs),
        "the takes part on frame {differs}; the automation is on frame {on}"
    );
    let bypassed = export.get(on + FADE..frame(BYPASS_OFF));
    let heard = bypassed.and_then(sounds);
    ensure!(
        heard.is_none(),
        "it is heard {heard:?} frames after its fade"
    );
    let second = export.get(frame(SECOND_NOTE)..).unwrap_or_default();
    ensure!(
        second
            .iter()
            .flatten()
            .any(|bits| f32::from_bits(*bits).abs() > 0.01),
        "the second note is not heard"
    );
    Ok(format!(
        "first sound on frame {first}, {differs} frames bit for bit, the automation of frame {on} \
         on frame {differs}"
    ))
}

/// The frames of a stereo WAV file of 32-bit floating point, as bits.
fn samples(file: &Path) -> Result<Vec<[u32; 2]>> {
    let bytes = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    frames(&bytes).with_context(|| format!("{}", file.display()))
}

fn frames(bytes: &[u8]) -> Result<Vec<[u32; 2]>> {
    let mut rest = bytes.get(12..).unwrap_or_default();
    let mut is_stereo_float = false;
    while let Some((head, body)) = rest.split_first_chunk::<8>() {
        let [id @ .., a, b, c, d] = head;
        let length = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
        let data = body.get(..length.min(body.len())).unwrap_or_default();
        match id {
            // 3 is floating point, 0xFFFE a longer form of the same.
            b"fmt " => {
                let kind = data.first_chunk::<2>();
                is_stereo_float = matches!(kind, Some([3, 0] | [0xFE, 0xFF]))
                    && data.get(2) == Some(&2)
                    && data.get(14) == Some(&32);
            }
            b"data" if is_stereo_float => {
                return Ok(data
                    .chunks_exact(8)
                    .map(|frame| {
                        let sample = |at: usize| {
                            let bytes = frame.get(at..).and_then(|it| it.first_chunk());
                            u32::from_le_bytes(bytes.copied().unwrap_or_default())
                        };
                        // The two zeros are one silence.
                        [sample(0), sample(4)].map(|bits| if bits << 1 == 0 { 0 } else { bits })
                    })
                    .collect());
            }
            _ => {}
        }
        rest = body.get(length + length % 2..).unwrap_or_default();
    }
    bail!("no stereo samples of 32-bit floating point")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A take that sounds from a frame on, and then is silent for two quarters.
    fn take(first: usize, silent_from: usize) -> Vec<[u32; 2]> {
        let one = 0.5_f32.to_bits();
        let silent = silent_from..BYPASS_OFF as usize * QUARTER;
        (0..10 * QUARTER)
            .map(|frame| {
                let sounds = frame >= first && !silent.contains(&frame);
                if sounds { [one, one] } else { [0, 0] }
            })
            .collect()
    }

    #[test]
    fn automation_a_tick_late_is_refused() {
        let (first, on) = (FIRST_NOTE as usize * QUARTER, BYPASS_ON as usize * QUARTER);
        let expected = take(first, BYPASS_OFF as usize * QUARTER);
        assert!(judge(&take(first, on), &expected).is_ok());
        assert!(judge(&take(first, on + TICK), &expected).is_err());
        assert!(judge(&take(first, on - 1), &expected).is_err());
    }

    #[test]
    fn note_a_frame_late_is_refused() {
        let (first, on) = (FIRST_NOTE as usize * QUARTER, BYPASS_ON as usize * QUARTER);
        let expected = take(first, BYPASS_OFF as usize * QUARTER);
        assert!(judge(&take(first + 1, on), &expected).is_err());
    }
}
