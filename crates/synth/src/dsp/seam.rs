//! Loops continued past their ends, so that a whole run of frames is read without asking at each
//! one whether the loop has ended.
//!
//! A seam copies the end of a loop and what follows it. A bank has thousands of them, all in one
//! piece of memory. In: recordings. Out: a [`Span`] beyond the end of a loop. Owner: the
//! collection. Thread: render reads, control builds.

use std::num::NonZeroU32;

use super::interpolation::FRAMES_AHEAD;
use super::recording::{Recording, Span};
use crate::unique::roomy;

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

/// The seams of a collection by number.
#[derive(Debug, Default)]
pub(crate) struct Seams {
    places: Vec<Place>,
    high: Vec<i16>,
    /// Of those recordings that have 24 bits.
    low: Vec<u8>,
}

/// Where a loop lies in its wave, and its seam among the others.
#[derive(Debug, Clone, Copy)]
struct Place {
    start: u32,
    length: u32,
    /// Its first frame.
    high: u32,
    /// The lower bits of that, counted from 1.
    low: Option<NonZeroU32>,
}

impl Seams {
    /// None yet, with [room](roomy).
    pub(crate) fn with_room() -> Self {
        Self {
            places: roomy(),
            high: roomy(),
            low: Vec::new(),
        }
    }

    /// Continues a loop; `None` if it is empty or reaches past the wave, or there are too many.
    ///
    /// # Real-time
    /// Control. Not real-time: allocates, at most 832 bytes.
    pub(crate) fn add(&mut self, recording: &Recording, start: u32, length: u32) -> Option<()> {
        let end = start.checked_add(length)?;
        if length == 0 || end > recording.length() {
            return None;
        }
        let (start_frame, length_frames) = (u64::from(start), u64::from(length));
        let before = (1..=2 * APPROACH_FRAMES)
            .rev()
            .map(|back| u64::from(end).wrapping_sub(back));
        let after = (0..unrolled_frames(length)).map(|ahead| start_frame + ahead % length_frames);
        // Before the start of the wave it wraps, and there is silence.
        let frames = before
            .chain(after)
            .map(|position| usize::try_from(position).unwrap_or(usize::MAX));
        let (high, low) = (recording.frames().high(), recording.frames().low());
        let first_low = u32::try_from(self.low.len()).ok()?.checked_add(1);
        self.places.push(Place {
            start,
            length,
            high: u32::try_from(self.high.len()).ok()?,
            low: first_low
                .and_then(NonZeroU32::new)
                .filter(|_| low.is_some()),
        });
        self.high
            .extend(frames.clone().map(|at| high.get(at).copied().unwrap_or(0)));
        if let Some(low) = low {
            self.low
                .extend(frames.map(|at| low.get(at).copied().unwrap_or(0)));
        }
        Some(())
    }

    /// How many there are.
    pub(crate) const fn len(&self) -> usize {
        self.places.len()
    }

    /// A seam by its number.
    pub(crate) fn get(&self, number: u32) -> Option<Seam<'_>> {
        let place = *self.places.get(usize::try_from(number).ok()?)?;
        let frames = 2 * APPROACH_FRAMES + unrolled_frames(place.length);
        let frames = usize::try_from(frames).ok()?;
        let high = usize::try_from(place.high).ok()?;
        let low = place.low.and_then(|low| {
            let low = usize::try_from(low.get() - 1).ok()?;
            self.low.get(low..)?.get(..frames)
        });
        Some(Seam {
            high: self.high.get(high..)?.get(..frames)?,
            low,
            start: place.start,
            length: place.length,
        })
    }

    /// Gives back what is not needed; no more are added.
    pub(crate) fn shrink(&mut self) {
        self.places.shrink_to_fit();
        self.high.shrink_to_fit();
        self.low.shrink_to_fit();
    }
}

/// The end of a loop, continued past the seam.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seam<'a> {
    /// Frames from `2 * APPROACH_FRAMES` before the end of the loop on.
    high: &'a [i16],
    low: Option<&'a [u8]>,
    /// First frame of the loop.
    start: u32,
    /// Frames in the loop, at least 1.
    length: u32,
}

impl<'a> Seam<'a> {
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
    pub(crate) fn span(&self) -> Span<'a> {
        let end = u64::from(self.end());
        Span {
            high: self.high,
            low: self.low,
            origin: end.wrapping_sub(2 * APPROACH_FRAMES),
            end: end + unrolled_frames(self.length) - FRAMES_AHEAD,
        }
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
    use dmus_dls::bank::Frames;

    use super::*;

    #[test]
    fn lower_bits_go_with_their_frames() {
        let low: Vec<u8> = (0..200).collect();
        let frames = Frames::of_24_bits((0..200).collect(), &low);
        let wide = Recording::new(&frames).unwrap();
        let narrow = Recording::new(&vec![7; 200].into()).unwrap();
        let mut seams = Seams::default();
        for recording in [&wide, &narrow, &wide] {
            seams.add(recording, 40, 30).unwrap();
        }
        let lows = |number| {
            let low = seams.get(number).unwrap().span().low;
            low.map(|low| low[15..18].to_vec())
        };
        let expected = Some(vec![69, 40, 41]);
        assert_eq!(
            [lows(0), lows(1), lows(2)],
            [expected.clone(), None, expected]
        );
        assert_eq!(seams.len(), 3);
        assert!(seams.get(3).is_none());
    }

    #[test]
    fn the_seam_continues_at_the_start_of_the_loop() {
        let wave: Vec<i16> = (0..1000).collect();
        let recording = Recording::new(&wave.into()).unwrap();
        for (start, length) in [(40, 30), (40, 500)] {
            let mut seams = Seams::default();
            seams.add(&recording, start, length).unwrap();
            let span = seams.get(0).unwrap().span();
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
        let mut seams = Seams::default();
        assert!(seams.add(&recording, 5, 6).is_none());
        assert!(seams.add(&recording, 5, 0).is_none());
        assert!(seams.add(&recording, u32::MAX, 2).is_none());
        assert!(seams.add(&recording, 9, 1).is_some());
    }
}
