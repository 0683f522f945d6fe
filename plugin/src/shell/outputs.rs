//! Outputs beside the mix: which of them the host takes, and what they get.
//!
//! In: what the parameters ask for, what the host takes. Out: the frames of each output of a block.
//! What would go to an output that the host does not take stays in the mix: nothing is ever lost,
//! and all outputs summed are the same audio however it is routed. Owner: the render half.
//! Thread: render.

use dmus_synth::{OUTPUTS, Output, TICK_FRAMES};

use super::render::Render;
use crate::params::PARTS;

/// The host's outputs after the main one: one for each part, then those of the effects.
pub const OUTPUTS_BESIDE: usize = OUTPUTS + RETURNS.len();

/// What each output of effects gives.
const RETURNS: [&[Output]; 2] = [&[Output::Reverb], &[Output::Chorus, Output::Delay]];

/// Where everything goes in this block.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Outputs {
    /// The host's outputs that it takes, by bits; the main one is the first.
    taken: u64,
    /// What the engine was told last.
    routes: [Option<u8>; PARTS],
    /// Parts leave the mix.
    parts_leave: bool,
    /// Effects leave the mix.
    returns_leave: bool,
}

impl Outputs {
    /// Whether the host takes an output beside the main one, `0..`[`OUTPUTS_BESIDE`].
    fn takes(&self, output: usize) -> bool {
        self.taken >> (output + 1) & 1 != 0
    }

    /// Whether anything leaves the mix.
    const fn any_leaves(&self) -> bool {
        self.parts_leave || self.returns_leave
    }
}

impl Render {
    /// From this block on the host takes these outputs, by bits; the main one is the first.
    ///
    /// # Real-time
    /// Render. Wait-free.
    pub const fn set_taken(&mut self, outputs: u64) {
        self.outputs.taken = outputs;
    }

    /// Routes what is to be rendered next.
    pub(super) fn begin_outputs(&mut self) {
        let outputs = &self.outputs;
        let asked = self.trims.as_ref();
        let wanted = asked.map_or([None; PARTS], |trims| trims.outputs);
        let routes = wanted.map(|output| output.filter(|output| outputs.takes((*output).into())));
        let returns_leave = asked.is_some_and(|trims| trims.returns_leave)
            && (OUTPUTS..OUTPUTS_BESIDE).any(|output| outputs.takes(output));
        let before = core::mem::replace(&mut self.outputs.routes, routes);
        self.outputs.parts_leave = routes.iter().any(Option::is_some);
        self.outputs.returns_leave = returns_leave;
        for (channel, (route, before)) in (0_u8..).zip(routes.iter().zip(before)) {
            if *route != before {
                self.engine().set_output(0, channel, *route);
            }
        }
        let Outputs {
            parts_leave,
            returns_leave,
            ..
        } = self.outputs;
        let stream = self.port.stream_mut();
        stream.begin_outputs(parts_leave, returns_leave);
    }

    /// Puts what effects gave for an output that the host does not take into the mix.
    pub(super) fn keep_unheard(&self, left: &mut [f32], right: &mut [f32]) {
        if !self.outputs.returns_leave {
            return;
        }
        for (index, sources) in (OUTPUTS..).zip(RETURNS) {
            if !self.outputs.takes(index) {
                self.add_sources(sources, 0, left, right);
            }
        }
    }

    /// Keeps the whole mix: what leaves it is heard as well.
    pub(super) fn record(&mut self, left: &[f32], right: &[f32]) {
        if !self.outputs.any_leaves() {
            return self.recorder.write(left, right);
        }
        let pieces = left.chunks(TICK_FRAMES).zip(right.chunks(TICK_FRAMES));
        for (piece, (left, right)) in pieces.enumerate() {
            let mut sum = [[0.0; TICK_FRAMES]; 2];
            let [sum_left, sum_right] = &mut sum;
            let (Some(sum_left), Some(sum_right)) = (
                sum_left.get_mut(..left.len()),
                sum_right.get_mut(..right.len()),
            ) else {
                continue;
            };
            sum_left.copy_from_slice(left);
            sum_right.copy_from_slice(right);
            for output in 0..OUTPUTS_BESIDE {
                self.add_output(output, piece * TICK_FRAMES, sum_left, sum_right);
            }
            self.recorder.write(sum_left, sum_right);
        }
    }

    /// Overwrites both sides with the frames of an output of the last block.
    ///
    /// - `output`: beside the main one, `0..`[`OUTPUTS_BESIDE`]; others are silent
    ///
    /// # Real-time
    /// Render. Bounded by the frames.
    pub fn read_output(&self, output: usize, left: &mut [f32], right: &mut [f32]) {
        left.fill(0.0);
        right.fill(0.0);
        self.add_output(output, 0, left, right);
    }

    /// Adds the frames of an output that the host takes, from frame `start` of the block on.
    fn add_output(&self, output: usize, start: usize, left: &mut [f32], right: &mut [f32]) {
        if !self.outputs.takes(output) {
            return;
        }
        match output.checked_sub(OUTPUTS) {
            None => {
                let part = Output::Part(u8::try_from(output).unwrap_or(u8::MAX));
                self.add_sources(&[part], start, left, right);
            }
            Some(index) => {
                let sources = RETURNS.get(index).copied().unwrap_or_default();
                self.add_sources(sources, start, left, right);
            }
        }
    }

    /// Adds what the stream gave beside the mix.
    fn add_sources(&self, sources: &[Output], start: usize, left: &mut [f32], right: &mut [f32]) {
        for source in sources {
            let sides = self.port.stream().output(*source);
            for (sums, side) in [&mut *left, &mut *right].into_iter().zip(sides) {
                let side = side.get(start..).unwrap_or(&[]);
                for (sum, sample) in sums.iter_mut().zip(side) {
                    *sum += sample;
                }
            }
        }
    }
}
