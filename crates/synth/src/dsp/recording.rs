//! A wave where it lies, with silence around it and its loop continued past the seam.
//!
//! Positions count frames from the start of the wave. Reading a position touches the frame before
//! it and the two after it, so the first position and the last two need frames that are not there.
//! Those few are read from copies with silence in them, all others from memory that is shared with
//! the bank. A [`Seam`] copies the end of a loop and what follows it, so that a whole run of
//! frames is read without asking at each one whether the loop has ended.
//! In: shared frames. Out: a [`Span`] for any position. Owner: the collection. Thread: render
//! reads, control builds.

use dmus_dls::bank::Frames;

use super::interpolation::{FRAMES_AHEAD, FRAMES_BEHIND};

/// Loops up to this many frames are played from the seam alone.
const SHORT_LOOP_FRAMES: u32 = 128;

/// Frames by which a short loop is continued past its end.
///
/// Enough for one tick at four times the recorded speed; faster reading takes more runs.
const UNROLLED_SHORT_FRAMES: u64 = 256;

/// The same for a long loop, which is soon back in the wave.
const UNROLLED_LONG_FRAMES: u64 = 32;

/// Frames of a loop that a seam has before its end; and, of a long loop, frames after its start
/// that are played from the seam.
const APPROACH_FRAMES: u64 = 8;

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

/// A few frames in memory of their own.
#[derive(Debug)]
struct Strip {
    high: Box<[i16]>,
    /// As many as `high`, or none.
    low: Box<[u8]>,
}

impl Strip {
    const fn span(&self, origin: u64, end: u64) -> Span<'_> {
        Span {
            high: &self.high,
            low: if self.low.is_empty() {
                None
            } else {
                Some(&self.low)
            },
            origin,
            end,
        }
    }
}

/// A few frames of a wave with the silence before or behind them, where the wave itself is.
#[derive(Debug)]
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

/// The frames of one wave with silence on both sides.
#[derive(Debug)]
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

/// Copies frames by position; those outside of the wave are silence.
///
/// - `positions`: those before the start of the wave wrap
fn strip(frames: &Frames, positions: impl Iterator<Item = u64> + Clone) -> Strip {
    let positions = positions.map(|position| usize::try_from(position).unwrap_or(usize::MAX));
    let high = frames.high();
    Strip {
        high: positions
            .clone()
            .map(|position| high.get(position).copied().unwrap_or(0))
            .collect(),
        low: frames.low().map_or_else(Box::default, |low| {
            positions
                .map(|position| low.get(position).copied().unwrap_or(0))
                .collect()
        }),
    }
}

/// The end of a loop, continued past the seam.
#[derive(Debug)]
pub(crate) struct Seam {
    /// Frames from `2 * APPROACH_FRAMES` before the end of the loop on.
    frames: Strip,
    /// First frame of the loop.
    start: u32,
    /// Frames in the loop, at least 1.
    length: u32,
}

impl Seam {
    /// Continues a loop; `None` if it is empty or reaches past the wave.
    ///
    /// # Real-time
    /// Control. Not real-time: allocates, at most 816 bytes.
    pub(crate) fn new(recording: &Recording, start: u32, length: u32) -> Option<Self> {
        let end = start.checked_add(length)?;
        if length == 0 || end > recording.length {
            return None;
        }
        let (start_frame, length_frames) = (u64::from(start), u64::from(length));
        let before = (1..=2 * APPROACH_FRAMES)
            .rev()
            .map(|back| u64::from(end).wrapping_sub(back));
        let after = (0..unrolled_frames(length)).map(|ahead| start_frame + ahead % length_frames);
        Some(Self {
            frames: strip(&recording.frames, before.chain(after)),
            start,
            length,
        })
    }

    /// First frame of the loop.
    pub(crate) const fn start(&self) -> u32 {
        self.start
    }

    /// Frames in the loop, at least 1.
    pub(crate) const fn length(&self) -> u32 {
        self.length
    }

    /// Frame after the last one of the loop.
    pub(crate) const fn end(&self) -> u32 {
        self.start + self.length
    }

    /// Position from which reading touches what lies past the end.
    pub(crate) fn near_end(&self) -> u64 {
        u64::from(self.end()).saturating_sub(FRAMES_AHEAD)
    }

    /// Position that is the first one once more, one loop before: a long loop goes back to the
    /// wave where reading no longer touches its end.
    pub(crate) fn wrap_to(&self) -> u64 {
        if self.length <= SHORT_LOOP_FRAMES {
            u64::from(self.end())
        } else {
            u64::from(self.start) + APPROACH_FRAMES
        }
    }

    /// What reading from [`near_end`](Self::near_end) on touches.
    #[inline]
    pub(crate) fn span(&self) -> Span<'_> {
        let end = u64::from(self.end());
        self.frames.span(
            end.wrapping_sub(2 * APPROACH_FRAMES),
            end + unrolled_frames(self.length) - FRAMES_AHEAD,
        )
    }
}

/// Frames by which a loop is continued.
const fn unrolled_frames(length: u32) -> u64 {
    if length <= SHORT_LOOP_FRAMES {
        UNROLLED_SHORT_FRAMES
    } else {
        UNROLLED_LONG_FRAMES
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
        let seam = Seam::new(&recording, 40, 30).unwrap();
        assert_eq!(
            seam.span().low.map(|low| low[15..18].to_vec()),
            Some(vec![69, 40, 41])
        );
    }

    #[test]
    fn the_seam_continues_at_the_start_of_the_loop() {
        let wave: Vec<i16> = (0..1000).collect();
        let recording = Recording::new(&wave.into()).unwrap();
        for (start, length) in [(40, 30), (40, 500)] {
            let seam = Seam::new(&recording, start, length).unwrap();
            let span = seam.span();
            let at = |position: u32| {
                let index = u64::from(position).wrapping_sub(span.origin);
                u32::try_from(span.high[usize::try_from(index).unwrap()]).unwrap()
            };
            assert_eq!(at(start + length - 1), start + length - 1);
            assert_eq!(at(start + length), start);
            assert_eq!(at(start + length + 29), start + 29);
        }
    }

    #[test]
    fn a_loop_outside_its_wave_is_refused() {
        let recording = Recording::new(&vec![0; 10].into()).unwrap();
        assert!(Seam::new(&recording, 5, 6).is_none());
        assert!(Seam::new(&recording, 5, 0).is_none());
        assert!(Seam::new(&recording, u32::MAX, 2).is_none());
        assert!(Seam::new(&recording, 9, 1).is_some());
    }
}
