//! The first tick of a response, summed directly: the part that must not be late.
//!
//! Every input frame adds its whole response to what is still to come, in the order of the
//! frames, so that no cut of a block changes a sum. Owner: a convolution. Thread: render.

use crate::dsp::tables::TICK_FRAMES;

/// One side.
#[derive(Debug)]
struct Side {
    response: [f32; TICK_FRAMES],
    /// Of the tick in progress and the next one.
    coming: [f32; 2 * TICK_FRAMES],
}

/// The first tick of a response.
#[derive(Debug)]
pub(super) struct Head {
    sides: [Side; 2],
}

impl Head {
    /// - `response`: both sides, up to one tick each
    pub(super) fn new(response: [&[f32]; 2]) -> Self {
        Self {
            sides: response.map(|samples| {
                let mut response = [0.0; TICK_FRAMES];
                for (place, sample) in response.iter_mut().zip(samples) {
                    *place = *sample;
                }
                Side {
                    response,
                    coming: [0.0; 2 * TICK_FRAMES],
                }
            }),
        }
    }

    /// Adds frames `offset..offset + input.len()` of the tick to both sides.
    pub(super) fn process(&mut self, offset: usize, input: &[f32], out: [&mut [f32]; 2]) {
        for (side, out) in self.sides.iter_mut().zip(out) {
            for (index, sample) in (offset..TICK_FRAMES).zip(input) {
                if let Some(coming) = side.coming.get_mut(index..index + TICK_FRAMES) {
                    for (sum, response) in coming.iter_mut().zip(&side.response) {
                        *sum += sample * response;
                    }
                }
            }
            let ready = side.coming.get(offset..TICK_FRAMES).unwrap_or(&[]);
            for (out, ready) in out.iter_mut().zip(ready).take(input.len()) {
                *out += *ready;
            }
        }
    }

    /// Ends a tick.
    pub(super) fn end_tick(&mut self) {
        for side in &mut self.sides {
            side.coming.copy_within(TICK_FRAMES.., 0);
            let (_, next) = side.coming.split_at_mut(TICK_FRAMES);
            next.fill(0.0);
        }
    }

    /// Silence.
    pub(super) fn clear(&mut self) {
        for side in &mut self.sides {
            side.coming = [0.0; 2 * TICK_FRAMES];
        }
    }
}
