//! What every effect is to its strip: something that is fed, runs, and sleeps.
//!
//! Thread: render.

/// Frames of one tick that an effect is to process.
#[derive(Debug)]
pub(super) struct Run<'a> {
    /// Of the first frame in the tick, `0..64`.
    pub(super) offset: usize,
    /// Mono, at most to the end of the tick.
    pub(super) input: &'a [f32],
    /// Added to; as long as the input.
    pub(super) left: &'a mut [f32],
    /// Added to; as long as the input.
    pub(super) right: &'a mut [f32],
}

/// An effect without its level.
pub(super) trait Unit {
    /// Whether it has nothing to give.
    fn is_asleep(&self) -> bool;

    /// Something is about to be fed in.
    fn feed(&mut self);

    /// Begins a tick.
    fn begin_tick(&mut self);

    /// Ends a tick.
    fn end_tick(&mut self);

    /// Silence, and every change done.
    fn clear(&mut self);

    /// Adds its sound.
    fn process(&mut self, run: Run<'_>);
}
