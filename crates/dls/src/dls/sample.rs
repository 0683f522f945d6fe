//! `wsmp`: pitch, gain and loop of a wave or of a region that overrides it.
//!
//! Source: \[DLS2\] wave sample chunk.

use crate::bank::{LoopKind, WaveLoop, WaveSample};
use crate::error::{Defect, FourCc};
use crate::findings::{Findings, Place};
use crate::riff::{Chunk, Fields};
use crate::units::RelativeGain;

/// The chunk's id.
pub(crate) const WSMP: FourCc = FourCc(*b"wsmp");
/// Bytes of the head.
pub(crate) const HEAD: u32 = 20;
/// Bytes of a loop record.
pub(crate) const LOOP: u32 = 16;
/// Option: keep all 16 bits.
pub(crate) const NO_TRUNCATION: u32 = 1;
/// Option: do not compress.
pub(crate) const NO_COMPRESSION: u32 = 2;

/// Reads the chunk; its loop is not yet checked against a wave.
pub(super) fn read(
    chunk: &Chunk<'_>,
    place: &Place<'_>,
    findings: &mut Findings,
) -> Option<WaveSample> {
    let sample = read_head(chunk, place, findings);
    if sample.is_none() {
        super::note_short(chunk, 20, place, findings);
    }
    sample
}

fn read_head(chunk: &Chunk<'_>, place: &Place<'_>, findings: &mut Findings) -> Option<WaveSample> {
    let fields = chunk.fields();
    let mut note = |defect| findings.note(place, chunk.offset, defect);
    let options = fields.u32(12)?;
    let loops = fields.u32(16)?;
    let unity = fields.u16(4)?;
    let unity_note = u8::try_from(unity)
        .ok()
        .filter(|note| *note < 128)
        .unwrap_or_else(|| {
            note(Defect::UnityNote { value: unity });
            60
        });
    let gain = clamped_gain(fields.i32(8)?, &mut note);
    if loops > 1 {
        note(Defect::ExtraLoops { declared: loops });
    }
    let wave_loop = if loops == 0 {
        None
    } else {
        let head = super::head_size(fields, HEAD, &mut note);
        read_loop(fields.from(head), &mut note)
    };
    Some(WaveSample {
        unity_note,
        fine_tune: fields.i16(6)?,
        gain,
        wave_loop,
        no_truncation: options & NO_TRUNCATION != 0,
        no_compression: options & NO_COMPRESSION != 0,
    })
}

/// The first loop record, of which only the four numbers known here are read.
fn read_loop(fields: Fields<'_>, note: &mut dyn FnMut(Defect)) -> Option<WaveLoop> {
    let (Some(declared), Some(kind), Some(start), Some(length)) =
        (fields.u32(0), fields.u32(4), fields.u32(8), fields.u32(12))
    else {
        note(Defect::TooShort {
            bytes: fields.len(),
            needed: 16,
        });
        return None;
    };
    if declared < LOOP {
        note(Defect::HeadSize {
            declared,
            used: LOOP,
        });
    }
    let kind = match kind {
        0 => LoopKind::Forward,
        1 => LoopKind::UntilRelease,
        value => {
            note(Defect::LoopType { value });
            LoopKind::Forward
        }
    };
    Some(WaveLoop {
        kind,
        start,
        length,
    })
}

/// A gain within the range of the synthesizer.
pub(crate) fn clamped_gain(value: i32, note: &mut dyn FnMut(Defect)) -> RelativeGain {
    let gain = RelativeGain(value).clamp(RelativeGain::SILENCE, RelativeGain::FULL_RANGE);
    if gain.0 != value {
        note(Defect::GainClamped { value });
    }
    gain
}

/// Cuts a loop to a wave; one of which nothing is left makes the wave a one-shot.
pub(super) fn fit_loop(
    sample: &mut WaveSample,
    frames: usize,
    offset: usize,
    place: &Place<'_>,
    findings: &mut Findings,
) {
    let Some(found) = sample.wave_loop else {
        return;
    };
    let WaveLoop {
        kind,
        start,
        length,
    } = found;
    let total = u32::try_from(frames).unwrap_or(u32::MAX);
    let fitting = length.min(total.saturating_sub(start));
    if fitting == length && length > 0 {
        return;
    }
    if fitting == 0 {
        sample.wave_loop = None;
        findings.note(
            place,
            offset,
            Defect::LoopRemoved {
                start,
                length,
                frames,
            },
        );
    } else {
        sample.wave_loop = Some(WaveLoop {
            kind,
            start,
            length: fitting,
        });
        findings.note(
            place,
            offset,
            Defect::LoopShortened {
                start,
                length,
                frames,
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(start: u32, length: u32, frames: usize) -> Option<(u32, u32)> {
        let wave_loop = Some(WaveLoop {
            kind: LoopKind::Forward,
            start,
            length,
        });
        let mut sample = WaveSample {
            wave_loop,
            ..WaveSample::default()
        };
        let place = Place::file(WSMP);
        fit_loop(&mut sample, frames, 0, &place, &mut Findings::default());
        sample.wave_loop.map(|fitted| (fitted.start, fitted.length))
    }

    #[test]
    fn loop_within_the_wave_stays() {
        assert_eq!(fitted(0, 10, 10), Some((0, 10)));
        assert_eq!(fitted(9, 1, 10), Some((9, 1)));
    }

    #[test]
    fn loop_past_the_end_is_shortened() {
        assert_eq!(fitted(4, 7, 10), Some((4, 6)));
        assert_eq!(fitted(1, u32::MAX, 10), Some((1, 9)));
    }

    #[test]
    fn loop_of_which_nothing_is_left_is_removed() {
        assert_eq!(fitted(10, 1, 10), None);
        assert_eq!(fitted(u32::MAX, u32::MAX, 10), None);
        assert_eq!(fitted(0, 0, 10), None);
    }
}
