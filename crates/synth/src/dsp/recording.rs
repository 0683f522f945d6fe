//! A wave where it lies, with silence around it.
//!
//! Positions count frames from the start of the wave. Reading a position touches the frame before
//! it and the two after it, so the first position and the last two need frames that are not there.
//! Those few are read from copies with silence in them, all others from memory that is shared with
//! the bank. What a loop needs past its end is in [`Seams`](super::seam::Seams).
//! In: shared frames. Out: a [`Span`] for any position. Owner: the collection. Thread: render
//! reads, control builds.

use dmus_dls::bank::Frames;

use super::interpolation::{FRAMES_AHEAD, FRAMES_BEHIND};

/// Longest wave, frames: positions are held in 32 bits with room for an unrolled loop.
pub(crate) const MAX_WAVE_FRAMES: usize = 1 << 31;

/// Frames that can be read without a decision.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span<'a> {
    /// The upper 16 bits of each.
    pub(crate) high: &'a [i16],
    /// The lower 8 bits of each, where there are 24.
    pub(crate) low: Option<&'a [u8]>,
    /// Position of the first of them; before the start of the wave it wraps.
    pub(crate) origin: u64,
    /// Position before which reading touches nothing else.
    pub(crate) end: u64,
}

/// A few frames of a wave with the silence before or behind them, where the wave itself is.
#[derive(Debug, Clone)]
struct Margin<const N: usize> {
    high: [i16; N],
    /// Of no meaning in a wave of 16 bit.
    low: [u8; N],
}

impl<const N: usize> Margin<N> {
    /// Copies frames from a position on; those outside of the wave are silence.
    ///
    /// - `first`: before the start of the wave it wraps
    fn new(frames: &Frames, first: u64) -> Self {
        let at = |step: usize| {
            let position = first.wrapping_add(step as u64);
            usize::try_from(position).unwrap_or(usize::MAX)
        };
        let low = frames.low().unwrap_or_default();
        Self {
            high: std::array::from_fn(|step| frames.high().get(at(step)).copied().unwrap_or(0)),
            low: std::array::from_fn(|step| low.get(at(step)).copied().unwrap_or(0)),
        }
    }

    fn span(&self, has_low: bool, origin: u64, end: u64) -> Span<'_> {
        Span {
            high: &self.high,
            low: has_low.then_some(&self.low),
            origin,
            end,
        }
    }
}

/// Frames that reading the first position touches.
const HEAD_FRAMES: usize = 4;
const _: () = assert!(HEAD_FRAMES as u64 == FRAMES_BEHIND + FRAMES_AHEAD);
/// Frames that reading the last two positions touches.
const TAIL_FRAMES: usize = 5;
const _: () = assert!(TAIL_FRAMES as u64 == FRAMES_BEHIND + 2 * (FRAMES_AHEAD - 1));

/// The frames of one wave with silence on both sides; a clone shares them.
#[derive(Debug, Clone)]
pub(crate) struct Recording {
    frames: Frames,
    /// What the first position touches.
    head: Margin<HEAD_FRAMES>,
    /// What the last two positions touch.
    tail: Margin<TAIL_FRAMES>,
    /// Frames of the wave, at most [`MAX_WAVE_FRAMES`].
    length: u32,
}

impl Recording {
    /// Takes a wave as it lies; `None` if it is longer than [`MAX_WAVE_FRAMES`].
    ///
    /// # Real-time
    /// Control. Not real-time: allocates, a few bytes whatever the length.
    pub(crate) fn new(frames: &Frames) -> Option<Self> {
        if frames.len() > MAX_WAVE_FRAMES {
            return None;
        }
        let length = u32::try_from(frames.len()).ok()?;
        let end = u64::from(length);
        Some(Self {
            head: Margin::new(frames, 0_u64.wrapping_sub(FRAMES_BEHIND)),
            tail: Margin::new(frames, end.wrapping_sub(FRAMES_AHEAD - 1 + FRAMES_BEHIND)),
            frames: frames.clone(),
            length,
        })
    }

    /// Frames of the wave.
    pub(crate) const fn length(&self) -> u32 {
        self.length
    }

    /// The wave itself.
    pub(crate) const fn frames(&self) -> &Frames {
        &self.frames
    }

    /// What reading from a position on touches, silence outside of the wave included.
    #[inline]
    pub(crate) fn span_at(&self, position: u64) -> Span<'_> {
        let end = u64::from(self.length);
        let tail = end.saturating_sub(FRAMES_AHEAD - 1);
        if position < FRAMES_BEHIND {
            let origin = 0_u64.wrapping_sub(FRAMES_BEHIND);
            self.head.span(self.has_low(), origin, FRAMES_BEHIND)
        } else if position < tail {
            Span {
                high: self.frames.high(),
                low: self.frames.low(),
                origin: 0,
                end: tail,
            }
        } else {
            let origin = end.wrapping_sub(FRAMES_AHEAD - 1 + FRAMES_BEHIND);
            self.tail.span(self.has_low(), origin, end)
        }
    }

    fn has_low(&self) -> bool {
        self.frames.low().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every window of a wave, from the span that its position is read from.
    fn windows(recording: &Recording) -> Vec<Vec<i16>> {
        (0..u64::from(recording.length()))
            .map(|position| {
                let span = recording.span_at(position);
                assert!(position < span.end);
                let first = position
                    .wrapping_sub(FRAMES_BEHIND)
                    .wrapping_sub(span.origin);
                span.high[usize::try_from(first).unwrap()..][..4].to_vec()
            })
            .collect()
    }

    #[test]
    fn silence_surrounds_a_wave_of_any_length() {
        for length in 1..20_i16 {
            let wave: Vec<i16> = (1..=length).collect();
            let mut guarded = vec![0];
            guarded.extend(&wave);
            guarded.extend([0, 0]);
            let recording = Recording::new(&wave.into()).unwrap();
            let expected: Vec<_> = guarded.windows(4).map(<[i16]>::to_vec).collect();
            assert_eq!(windows(&recording), expected);
        }
    }

    #[test]
    fn a_wave_is_read_where_it_lies() {
        let frames = Frames::from((0..1000).collect::<Vec<i16>>());
        let recording = Recording::new(&frames).unwrap();
        let span = recording.span_at(500);
        assert!(std::ptr::eq(span.high, frames.high()));
        assert_eq!(span.end, 998);
    }

    #[test]
    fn lower_bits_go_with_their_frames() {
        let low: Vec<u8> = (0..200).collect();
        let frames = Frames::of_24_bits((0..200).collect(), &low);
        let recording = Recording::new(&frames).unwrap();
        assert_eq!(recording.span_at(0).low, Some(&[0, 0, 1, 2][..]));
        assert_eq!(recording.span_at(7).low, Some(&low[..]));
        assert_eq!(recording.span_at(199).low, Some(&[197, 198, 199, 0, 0][..]));
    }
}
