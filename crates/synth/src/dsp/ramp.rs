//! Ramps: values that move linearly within a tick or over several ticks.
//!
//! A value is computed from the frame's number, never accumulated, so that cutting a block
//! anywhere leaves every bit as it was.

use super::octet::{LANES, Octet, Row};
use super::tables::TICK_FRAMES;

/// A value on its way through one tick.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Ramp {
    /// Value at frame `origin`.
    from: f32,
    /// Change per frame.
    slope: f32,
    /// Frame of the tick at which the ramp begins, `0.0..=63.0`.
    origin: f32,
    /// Value at the end of the tick, where the next tick begins.
    to: f32,
}

impl Ramp {
    /// A value that stands still.
    pub(crate) const fn still(value: f32) -> Self {
        Self {
            from: value,
            slope: 0.0,
            origin: 0.0,
            to: value,
        }
    }

    /// Bends the ramp: from its value at frame `offset` of the tick to `to` at the tick's end.
    ///
    /// - `offset`: `0..64`; 0 begins a new tick where the last one ended
    #[expect(
        clippy::cast_precision_loss,
        reason = "whole numbers up to 64 are exact in f32"
    )]
    pub(crate) fn aim(&mut self, offset: usize, to: f32) {
        debug_assert!(offset < TICK_FRAMES);
        let from = if offset == 0 {
            self.to
        } else {
            self.at(offset as f32)
        };
        let frames = TICK_FRAMES.saturating_sub(offset).max(1) as f32;
        *self = Self {
            from,
            slope: (to - from) / frames,
            origin: offset as f32,
            to,
        };
    }

    /// Value at a frame of the tick.
    #[inline]
    pub(crate) fn at(&self, frame: f32) -> f32 {
        self.from + self.slope * (frame - self.origin)
    }

    /// Value at the end of the tick.
    pub(crate) const fn end(&self) -> f32 {
        self.to
    }

    /// Whether the value stands still for the whole tick.
    pub(crate) fn is_still(&self) -> bool {
        self.slope.to_bits() << 1 == 0
    }
}

/// A value of each of eight voices on its way through one tick.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ramps {
    /// Where the ramp would be at frame 0.
    base: Row,
    /// Change per frame.
    slope: Row,
    /// Value at the end of the tick, where the next tick begins.
    to: Row,
}

impl Ramps {
    /// Puts one voice's value somewhere, to stand still there.
    #[inline]
    pub(crate) fn put(&mut self, lane: usize, value: f32) {
        set(&mut self.base, lane, value);
        set(&mut self.slope, lane, 0.0);
        set(&mut self.to, lane, value);
    }

    /// Bends one voice's ramp: from its value at frame `offset` of the tick to `to` at its end.
    ///
    /// - `offset`: `0..64`; 0 begins a new tick where the last one ended
    #[inline]
    #[expect(
        clippy::cast_precision_loss,
        reason = "whole numbers up to 64 are exact in f32"
    )]
    pub(crate) fn aim(&mut self, lane: usize, offset: usize, to: f32) {
        let (base, slope) = if offset == 0 {
            let from = self.end(lane);
            (from, (to - from) * (1.0 / TICK_FRAMES as f32))
        } else {
            let offset = offset.min(TICK_FRAMES - 1) as f32;
            let from = get(&self.base, lane) + get(&self.slope, lane) * offset;
            let slope = (to - from) / (TICK_FRAMES as f32 - offset);
            (from - slope * offset, slope)
        };
        set(&mut self.base, lane, base);
        set(&mut self.slope, lane, slope);
        set(&mut self.to, lane, to);
    }

    /// Where the ramps would be at frame 0 of the tick, and their changes per frame.
    #[inline(always)]
    pub(crate) const fn line(&self) -> (&Row, &Row) {
        (&self.base, &self.slope)
    }

    /// Whether all values stand still for the whole tick.
    #[inline(always)]
    pub(crate) fn all_still(&self) -> bool {
        let mut bits = 0;
        for slope in &self.slope {
            bits |= slope.to_bits();
        }
        bits << 1 == 0
    }

    /// The ramps of some voices, by bits; those of the others stand at zero.
    #[inline(always)]
    pub(crate) fn only(&self, lanes: u8) -> Self {
        let pick = |row: &Row| {
            core::array::from_fn(|lane| {
                if lanes >> lane & 1 != 0 {
                    get(row, lane)
                } else {
                    0.0
                }
            })
        };
        Self {
            base: pick(&self.base),
            slope: pick(&self.slope),
            to: pick(&self.to),
        }
    }

    /// Whether all values end at zero.
    #[inline(always)]
    pub(crate) fn all_zero(&self) -> bool {
        let mut bits = 0;
        for to in &self.to {
            bits |= to.to_bits();
        }
        bits << 1 == 0
    }

    /// Values at a frame of the tick.
    #[inline(always)]
    pub(crate) fn at<O: Octet>(&self, octet: O, frame: O::Pack) -> O::Pack {
        let base = octet.pack(&self.base);
        octet.add(base, octet.mul(octet.pack(&self.slope), frame))
    }

    /// One voice's value at the end of the tick.
    #[inline]
    pub(crate) fn end(&self, lane: usize) -> f32 {
        get(&self.to, lane)
    }

    /// All values at the end of the tick.
    pub(crate) const fn ends(&self) -> &Row {
        &self.to
    }

    /// Whether one voice's value stands still for the whole tick.
    #[inline]
    pub(crate) fn is_still(&self, lane: usize) -> bool {
        get(&self.slope, lane).to_bits() << 1 == 0
    }
}

#[inline]
fn get(row: &Row, lane: usize) -> f32 {
    row.get(lane % LANES).copied().unwrap_or(0.0)
}

#[inline]
fn set(row: &mut Row, lane: usize, value: f32) {
    if let Some(slot) = row.get_mut(lane % LANES) {
        *slot = value;
    }
}

/// A value on its way to a target over a fixed number of ticks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Glide {
    /// Value at the end of the tick in progress.
    current: f32,
    /// Where it goes.
    target: f32,
    /// Ticks still to go; 0 is arrived.
    ticks_left: u32,
}

impl Glide {
    /// A value that has arrived.
    pub(crate) const fn resting(value: f32) -> Self {
        Self {
            current: value,
            target: value,
            ticks_left: 0,
        }
    }

    /// Heads for `target`, to be there in `ticks` ticks (at least 1).
    pub(crate) fn head_for(&mut self, target: f32, ticks: u32) {
        if target.to_bits() == self.target.to_bits() {
            return;
        }
        self.target = target;
        self.ticks_left = ticks.max(1);
    }

    /// One tick forward; returns the value at that tick's end.
    pub(crate) fn advance(&mut self) -> f32 {
        match self.ticks_left {
            0 => {}
            1 => {
                self.current = self.target;
                self.ticks_left = 0;
            }
            left => {
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "a few hundred ticks at most, exact in f32"
                )]
                let share = left as f32;
                self.current += (self.target - self.current) / share;
                self.ticks_left = left - 1;
            }
        }
        self.current
    }

    /// Value at the end of the tick in progress.
    pub(crate) const fn current(&self) -> f32 {
        self.current
    }

    /// Whether it has arrived.
    pub(crate) const fn is_resting(&self) -> bool {
        self.ticks_left == 0
    }

    /// Jumps to the target.
    pub(crate) const fn settle(&mut self) {
        self.current = self.target;
        self.ticks_left = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_meets_its_target_at_the_end_of_the_tick() {
        let mut ramp = Ramp::still(1.0);
        ramp.aim(0, 3.0);
        assert!((ramp.at(32.0) - 2.0).abs() < 1e-6);
        assert!((ramp.at(64.0) - 3.0).abs() < 1e-6);
        assert!((ramp.end() - 3.0).abs() < 1e-9);
    }

    #[test]
    fn bending_a_ramp_leaves_no_step() {
        let mut ramp = Ramp::still(0.0);
        ramp.aim(0, 64.0);
        let before = ramp.at(40.0);
        ramp.aim(40, 0.0);
        assert!((ramp.at(40.0) - before).abs() < 1e-6);
        assert!(ramp.at(64.0).abs() < 1e-4);
    }

    #[test]
    fn a_glide_arrives_exactly() {
        let mut glide = Glide::resting(1.0);
        glide.head_for(0.3, 8);
        for _ in 0..8 {
            assert!(!glide.is_resting());
            glide.advance();
        }
        assert!(glide.is_resting());
        assert_eq!(glide.current().to_bits(), 0.3_f32.to_bits());
    }
}
