//! A wave where it lies, with silence around it and its loop unrolled.
//!
//! Positions count frames from the start of the wave. A loop is unrolled once and for all: what lies
//! at its end and after it is its start again, as often as is asked. So a window onto the wave is
//! the frames from a position on, whatever is there; frames outside of the wave are silence.
//! Where all of a window lies in the wave it is read in place, else it is put together.
//! In: shared frames. Out: [`Window`]s. Owner: the collection. Thread: render reads, control builds.
//! Source: \[DLS2\] wave sample loops; \[SF2\] sampleModes.

use std::num::NonZeroU32;

use dmus_dls::bank::Frames;

/// Positions that a window serves: as many as a byte can number.
pub(crate) const POSITIONS: usize = 256;

/// Most frames that reading one position takes.
pub(crate) const MAX_TAPS: usize = 128;

/// Frames of a window.
pub(crate) const WINDOW_FRAMES: usize = POSITIONS + MAX_TAPS;

// A window from the last frame of a wave that is not tiny lies in memory too.
const _: () = assert!(WINDOW_FRAMES <= Frames::SPARE);

/// Longest wave, frames: a position in an unrolled loop fits 32 bits.
pub(crate) const MAX_WAVE_FRAMES: usize = (1 << 31) - (1 << 13);

/// Consecutive frames of a wave.
pub(crate) type Window = [i16; WINDOW_FRAMES];

/// Frames of a wave that repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Loop {
    start: u32,
    length: NonZeroU32,
}

impl Loop {
    /// First frame.
    pub(crate) const fn start(self) -> u32 {
        self.start
    }

    /// Frames, at least 1.
    pub(crate) const fn length(self) -> u32 {
        self.length.get()
    }

    /// Frame after the last one.
    pub(crate) const fn end(self) -> u32 {
        self.start + self.length.get()
    }

    /// Frame that sounds at a position of the unrolled loop.
    pub(crate) const fn frame(self, position: u64) -> u64 {
        if position < self.end() as u64 {
            position
        } else {
            self.start as u64 + (position - self.start as u64) % self.length.get() as u64
        }
    }
}

/// The frames of one wave; a clone shares them.
#[derive(Debug, Clone)]
pub(crate) struct Recording {
    frames: Frames,
    /// Frames of the wave, at most [`MAX_WAVE_FRAMES`].
    length: u32,
    is_deep: bool,
}

impl Recording {
    /// Takes a wave as it lies; `None` if it is longer than [`MAX_WAVE_FRAMES`].
    ///
    /// # Real-time
    /// Control.
    pub(crate) fn new(frames: &Frames) -> Option<Self> {
        if frames.len() > MAX_WAVE_FRAMES {
            return None;
        }
        Some(Self {
            frames: frames.clone(),
            is_deep: frames.low().is_some(),
            length: u32::try_from(frames.len()).ok()?,
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

    /// A loop of this wave; `None` if it is empty or reaches past the wave.
    pub(crate) fn wave_loop(&self, start: u32, length: u32) -> Option<Loop> {
        let end = start.checked_add(length)?;
        let length = NonZeroU32::new(length)?;
        (end <= self.length).then_some(Loop { start, length })
    }

    /// The upper 16 bits of the frames from `position - behind` on.
    ///
    /// - `scratch`: where they are put together if they do not lie together
    #[inline]
    pub(crate) fn window<'a>(&'a self, place: Place, scratch: &'a mut Window) -> &'a Window {
        if let Some(window) = self.in_place(place) {
            return window;
        }
        self.gather(place, self.frames.high(), scratch);
        scratch
    }

    /// The lower 8 bits of the same frames; nothing where there are none.
    pub(crate) fn low_window(&self, place: Place, scratch: &mut Window) {
        self.gather(place, self.frames.low().unwrap_or(&[]), scratch);
    }

    /// Whether frames have 24 bits.
    pub(crate) const fn is_deep(&self) -> bool {
        self.is_deep
    }

    /// The window where it lies, if nothing but the wave is looked at.
    #[inline]
    fn in_place(&self, place: Place) -> Option<&Window> {
        let end = u64::from(place.wave_loop.map_or(self.length, Loop::end));
        let first = place.position.checked_sub(place.behind)?;
        if first + place.frames as u64 > end {
            return None;
        }
        self.frames.high_from(narrow(first)).first_chunk()
    }

    /// Puts a window together: runs of the wave, and where a loop has passed once, of itself.
    #[inline(never)]
    fn gather<T: Copy + Into<i16>>(&self, place: Place, frames: &[T], window: &mut Window) {
        let end = u64::from(place.wave_loop.map_or(self.length, Loop::end));
        let wanted = place.frames.min(WINDOW_FRAMES);
        // Silence before the wave.
        let before = narrow(place.behind.saturating_sub(place.position)).min(wanted);
        fill(window, 0..before, 0);
        let first = place.position.saturating_sub(place.behind);
        let mut done = before;
        while done < wanted {
            let position = first + (done - before) as u64;
            if let Some(looped) = place.wave_loop
                && position >= end
            {
                // Whole loops that the window has already.
                let passed = narrow(position - first.max(u64::from(looped.start)));
                let whole = passed - passed % narrow(u64::from(looped.length()));
                if whole > 0 {
                    let run = whole.min(wanted - done);
                    window.copy_within(done - whole..done - whole + run, done);
                    done += run;
                    continue;
                }
            }
            let frame = place
                .wave_loop
                .map_or(position, |looped| looped.frame(position));
            let run = narrow(end.saturating_sub(frame)).min(wanted - done);
            let frame = narrow(frame);
            let from = frames.get(frame..frame.saturating_add(run)).unwrap_or(&[]);
            if from.is_empty() {
                // Silence behind the wave.
                fill(window, done..wanted, 0);
                return;
            }
            let slots = window.get_mut(done..).unwrap_or(&mut []);
            for (slot, &frame) in slots.iter_mut().zip(from) {
                *slot = frame.into();
            }
            done += run;
        }
    }
}

fn narrow(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn fill(window: &mut Window, range: core::ops::Range<usize>, value: i16) {
    if let Some(frames) = window.get_mut(range) {
        frames.fill(value);
    }
}

/// What a window is wanted of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// First position that is read.
    pub(crate) position: u64,
    /// Frames before it that reading touches.
    pub(crate) behind: u64,
    /// Frames of the window that are looked at, at most [`WINDOW_FRAMES`].
    pub(crate) frames: usize,
    /// The loop that is unrolled, if any.
    pub(crate) wave_loop: Option<Loop>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(position: u64, behind: u64, frames: usize, wave_loop: Option<Loop>) -> Place {
        Place {
            position,
            behind,
            frames,
            wave_loop,
        }
    }

    #[test]
    fn a_wave_is_read_where_it_lies() {
        let frames = Frames::from((0..1000).collect::<Vec<i16>>());
        let recording = Recording::new(&frames).unwrap();
        let mut scratch = [0; WINDOW_FRAMES];
        let window = recording.window(place(500, 7, 100, None), &mut scratch);
        assert!(std::ptr::eq(
            window.first().unwrap(),
            &raw const frames.high()[493]
        ));
        // Up to its end.
        let window = recording.window(place(900, 7, 107, None), &mut scratch);
        assert!(std::ptr::eq(
            window.first().unwrap(),
            &raw const frames.high()[893]
        ));
        let window = recording.window(place(900, 7, 108, None), &mut scratch);
        assert_eq!(window[..108], [&frames.high()[893..], &[0]].concat());
    }

    #[test]
    fn a_loop_outside_its_wave_is_refused() {
        let recording = Recording::new(&vec![0; 10].into()).unwrap();
        assert!(recording.wave_loop(5, 6).is_none());
        assert!(recording.wave_loop(5, 0).is_none());
        assert!(recording.wave_loop(u32::MAX, 2).is_none());
        assert!(recording.wave_loop(9, 1).is_some());
    }

    #[test]
    fn a_loop_is_unrolled_over_a_whole_window_whatever_its_length() {
        let wave: Vec<i16> = (0..700).collect();
        let recording = Recording::new(&wave.into()).unwrap();
        for (start, length) in [(0, 1), (20, 3), (5, 64), (300, 400), (650, 50)] {
            let wave_loop = recording.wave_loop(start, length).unwrap();
            for position in [0, 3, u64::from(start), u64::from(wave_loop.end()) + 5] {
                let mut scratch = [-1; WINDOW_FRAMES];
                let window = recording.window(
                    place(position, 2, WINDOW_FRAMES, Some(wave_loop)),
                    &mut scratch,
                );
                for (n, frame) in (0..).zip(window) {
                    let expected = (position + n)
                        .checked_sub(2)
                        .map_or(0, |position| wave_loop.frame(position));
                    assert_eq!(
                        Ok(*frame),
                        i16::try_from(expected),
                        "{start} {length} {position} {n}"
                    );
                }
            }
        }
    }
}
