//! Where an engine renders to: two sides, or the mix and what leaves beside it.
//!
//! Owner: the caller. Thread: render.

use crate::outputs::OUTPUTS;

/// Two sides.
#[derive(Debug)]
pub struct Stereo<'a> {
    /// Left.
    pub left: &'a mut [f32],
    /// Right, as long as the left.
    pub right: &'a mut [f32],
}

impl<'a> Stereo<'a> {
    /// Both sides, as long as the shorter one.
    pub(super) fn even(self) -> Self {
        let frames = self.frames();
        let (left, _) = self.left.split_at_mut(frames);
        let (right, _) = self.right.split_at_mut(frames);
        Self { left, right }
    }

    /// Frames on both sides.
    pub(super) fn frames(&self) -> usize {
        self.left.len().min(self.right.len())
    }

    /// Whether no frame is left.
    pub(super) fn is_empty(&self) -> bool {
        self.frames() == 0
    }

    /// Takes frames off the front, as far as there are any.
    pub(super) fn take(&mut self, frames: usize) -> Self {
        Self {
            left: take(&mut self.left, frames),
            right: take(&mut self.right, frames),
        }
    }

    /// Overwrites both sides.
    pub(super) fn fill(&mut self, sample: f32) {
        self.left.fill(sample);
        self.right.fill(sample);
    }

    /// Adds to both sides.
    pub(super) fn add(&mut self, left: &[f32], right: &[f32]) {
        add(self.left, left);
        add(self.right, right);
    }
}

fn take<'a>(side: &mut &'a mut [f32], frames: usize) -> &'a mut [f32] {
    let all = core::mem::take(side);
    let (first, rest) = all.split_at_mut(frames.min(all.len()));
    *side = rest;
    first
}

fn add(sums: &mut [f32], samples: &[f32]) {
    for (sum, sample) in sums.iter_mut().zip(samples) {
        *sum += *sample;
    }
}

/// The mix, and what leaves beside it; the sum of all of them, in this order, is the whole mix.
///
/// All sides are of equal length; where one is not, frames that it lacks are lost and frames that
/// it has more are left as they are.
#[derive(Debug)]
pub struct Buses<'a> {
    /// All voices that go nowhere else, and the effects unless they go apart.
    pub main: Stereo<'a>,
    /// What the parts of each output give; without it all parts are in the mix.
    pub parts: Option<[Stereo<'a>; OUTPUTS]>,
    /// What reverb, chorus and delay give, in this order; without it they are in the mix.
    pub returns: Option<[Stereo<'a>; 3]>,
}

impl<'a> Buses<'a> {
    /// The mix alone.
    pub(super) fn main(left: &'a mut [f32], right: &'a mut [f32]) -> Self {
        Self {
            main: Stereo { left, right },
            parts: None,
            returns: None,
        }
    }

    /// Takes frames off the front of all of them, as far as there are any.
    pub(super) fn take(&mut self, frames: usize) -> Self {
        let Self {
            main,
            parts,
            returns,
        } = self;
        let mut of = |bus: &mut Stereo<'a>| bus.take(frames);
        Self {
            main: of(main),
            parts: (parts.as_mut()).map(|parts| parts.each_mut().map(&mut of)),
            returns: (returns.as_mut()).map(|returns| returns.each_mut().map(&mut of)),
        }
    }

    /// Overwrites all of them.
    pub(super) fn fill(&mut self, sample: f32) {
        self.main.fill(sample);
        self.beside().for_each(|bus| bus.fill(sample));
    }

    /// All but the mix.
    pub(super) fn beside(&mut self) -> impl Iterator<Item = &mut Stereo<'a>> {
        let parts = self.parts.iter_mut().flatten();
        parts.chain(self.returns.iter_mut().flatten())
    }
}
