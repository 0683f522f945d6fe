//! Where an engine renders to: two sides, or the mix and the returns apart.
//!
//! Owner: the caller. Thread: render.

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
}

fn take<'a>(side: &mut &'a mut [f32], frames: usize) -> &'a mut [f32] {
    let all = core::mem::take(side);
    let (first, rest) = all.split_at_mut(frames.min(all.len()));
    *side = rest;
    first
}

/// The mix without effects, and what each effect gives; their sum, in this order, is the mix.
///
/// All sides are of equal length; where one is not, frames that it lacks are lost and frames that
/// it has more are left as they are.
#[derive(Debug)]
pub struct Buses<'a> {
    /// All voices, without effects.
    pub main: Stereo<'a>,
    /// What the reverb gives.
    pub reverb: Stereo<'a>,
    /// What the chorus gives.
    pub chorus: Stereo<'a>,
    /// What the delay gives.
    pub delay: Stereo<'a>,
}
