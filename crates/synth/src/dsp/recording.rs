//! A wave laid out for reading: silence around it, and its loop unrolled past the seam.
//!
//! Positions count frames from the start of the wave. Reading a position touches the frame
//! before it and the two after it, so a wave carries [`GUARD_FRAMES`] of silence on both sides.
//! A [`Seam`] continues the loop for [`UNROLLED_FRAMES`] beyond its end, so that a whole run of
//! frames is read without asking at each one whether the loop has ended.

use super::interpolation::GUARD_FRAMES;

/// Frames by which a loop is continued past its end.
///
/// Enough for one tick at four times the recorded speed; faster reading takes more runs.
pub(crate) const UNROLLED_FRAMES: usize = 256;

/// Longest wave, frames: positions are held in 32 bits with room for an unrolled loop.
pub(crate) const MAX_WAVE_FRAMES: usize = 1 << 31;

/// The frames of one wave with silence on both sides.
#[derive(Debug)]
pub(crate) struct Recording {
    /// `GUARD_FRAMES` of silence, the wave, `GUARD_FRAMES` of silence.
    frames: Box<[i16]>,
    /// Frames of the wave itself, at most [`MAX_WAVE_FRAMES`].
    length: u32,
}

impl Recording {
    /// Copies a wave; `None` if it is longer than [`MAX_WAVE_FRAMES`].
    ///
    /// # Real-time
    /// Control. Not real-time: allocates.
    pub(crate) fn new(wave: &[i16]) -> Option<Self> {
        if wave.len() > MAX_WAVE_FRAMES {
            return None;
        }
        let length = u32::try_from(wave.len()).ok()?;
        let mut frames = Vec::with_capacity(wave.len() + 2 * GUARD_FRAMES);
        frames.resize(GUARD_FRAMES, 0);
        frames.extend_from_slice(wave);
        frames.resize(wave.len() + 2 * GUARD_FRAMES, 0);
        Some(Self {
            frames: frames.into_boxed_slice(),
            length,
        })
    }

    /// Frames of the wave itself.
    pub(crate) const fn length(&self) -> u32 {
        self.length
    }

    /// Frames from one guard before the start on.
    pub(crate) fn guarded(&self) -> &[i16] {
        &self.frames
    }

    /// Frame at a position; silence outside.
    fn frame(&self, position: u64) -> i16 {
        usize::try_from(position)
            .ok()
            .and_then(|p| self.frames.get(p.checked_add(GUARD_FRAMES)?))
            .copied()
            .unwrap_or(0)
    }
}

/// The end of a loop, continued past the seam.
#[derive(Debug)]
pub(crate) struct Seam {
    /// Frames from `end - 2 * GUARD_FRAMES` to `end + UNROLLED_FRAMES`.
    frames: Box<[i16]>,
    /// First frame of the loop.
    start: u32,
    /// Frames in the loop, at least 1.
    length: u32,
}

impl Seam {
    /// Unrolls a loop; `None` if it is empty or reaches past the wave.
    ///
    /// # Real-time
    /// Control. Not real-time: allocates.
    pub(crate) fn new(recording: &Recording, start: u32, length: u32) -> Option<Self> {
        let end = start.checked_add(length)?;
        if length == 0 || end > recording.length {
            return None;
        }
        let before = 2 * GUARD_FRAMES as u64;
        let mut frames = Vec::with_capacity(2 * GUARD_FRAMES + UNROLLED_FRAMES);
        for back in (1..=before).rev() {
            frames.push(match u64::from(end).checked_sub(back) {
                Some(position) => recording.frame(position),
                None => 0,
            });
        }
        for ahead in 0..UNROLLED_FRAMES as u64 {
            frames.push(recording.frame(u64::from(start) + ahead % u64::from(length)));
        }
        Some(Self {
            frames: frames.into_boxed_slice(),
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

    /// Frames from two guards before [`Self::end`] on.
    pub(crate) fn unrolled(&self) -> &[i16] {
        &self.frames
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_surrounds_the_wave() {
        let recording = Recording::new(&[7; 3]).unwrap();
        assert_eq!(recording.guarded().len(), 3 + 2 * GUARD_FRAMES);
        assert_eq!(recording.guarded()[GUARD_FRAMES - 1], 0);
        assert_eq!(recording.guarded()[GUARD_FRAMES + 2], 7);
        assert_eq!(recording.guarded()[GUARD_FRAMES + 3], 0);
    }

    #[test]
    fn the_seam_continues_at_the_start_of_the_loop() {
        let wave: Vec<i16> = (0..100).collect();
        let recording = Recording::new(&wave).unwrap();
        let seam = Seam::new(&recording, 40, 30).unwrap();
        let at_end = 2 * GUARD_FRAMES;
        assert_eq!(seam.unrolled()[at_end - 1], 69);
        assert_eq!(seam.unrolled()[at_end], 40);
        assert_eq!(seam.unrolled()[at_end + 30], 40);
        assert_eq!(seam.unrolled()[at_end + 29], 69);
    }

    #[test]
    fn a_loop_outside_its_wave_is_refused() {
        let recording = Recording::new(&[0; 10]).unwrap();
        assert!(Seam::new(&recording, 5, 6).is_none());
        assert!(Seam::new(&recording, 5, 0).is_none());
        assert!(Seam::new(&recording, u32::MAX, 2).is_none());
        assert!(Seam::new(&recording, 9, 1).is_some());
    }
}
