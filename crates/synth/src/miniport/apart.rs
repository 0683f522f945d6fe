//! Outputs beside the mix: kept for one block, since a block is rendered slice by slice.
//!
//! In: slices, in their order. Out: the frames of each output since the block began. Owner: the
//! stream. Thread: render; sized on the control side.

use crate::engine::{Buses, Engine, Stereo};
use crate::outputs::OUTPUTS;

/// Effects whose returns may leave.
const RETURNS: usize = 3;

/// All outputs beside the mix.
const ALL: usize = OUTPUTS + RETURNS;

/// An output beside the mix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Output {
    /// What parts are routed to, `0..`[`OUTPUTS`].
    Part(u8),
    /// What the reverb gives.
    Reverb,
    /// What the chorus gives.
    Chorus,
    /// What the delay gives.
    Delay,
}

impl Output {
    fn index(self) -> usize {
        match self {
            Self::Part(output) => usize::from(output).min(OUTPUTS - 1),
            Self::Reverb => OUTPUTS,
            Self::Chorus => OUTPUTS + 1,
            Self::Delay => OUTPUTS + 2,
        }
    }
}

/// What goes apart, and the memory for it.
#[derive(Debug)]
pub(super) struct Apart {
    /// Output after output, left before right.
    samples: Vec<f32>,
    /// Frames of one side.
    room: usize,
    /// Frames of the block so far.
    frames: usize,
    /// Parts on outputs of their own are heard there.
    parts: bool,
    /// Returns are heard on outputs of their own.
    returns: bool,
}

impl Apart {
    /// Room for blocks of so many frames.
    pub(super) fn new(room: usize) -> Self {
        Self {
            samples: vec![0.0; room * ALL * 2],
            room,
            frames: 0,
            parts: false,
            returns: false,
        }
    }

    /// Begins a block.
    pub(super) const fn begin(&mut self, parts: bool, returns: bool) {
        self.frames = 0;
        self.parts = parts;
        self.returns = returns;
    }

    /// Frames of an output since the block began; none while it is in the mix.
    pub(super) fn frames(&self, output: Output) -> [&[f32]; 2] {
        let is_apart = match output {
            Output::Part(_) => self.parts,
            _ => self.returns,
        };
        let frames = if is_apart { self.frames } else { 0 };
        let first = output.index() * 2;
        let mut sides = self.samples.chunks_exact(self.room.max(1)).skip(first);
        [(); 2].map(|()| {
            let side = sides.next().unwrap_or(&[]);
            side.get(..frames).unwrap_or(&[])
        })
    }

    /// Renders a slice. What finds no room apart stays in the mix.
    pub(super) fn render(&mut self, engine: &mut Engine, left: &mut [f32], right: &mut [f32]) {
        let fits = if self.parts || self.returns {
            left.len().min(self.room - self.frames)
        } else {
            0
        };
        let (left, left_rest) = left.split_at_mut_checked(fits).unwrap_or_default();
        let (right, right_rest) = right.split_at_mut_checked(fits).unwrap_or_default();
        if fits > 0 {
            let now = self.frames..self.frames + fits;
            let mut sides = self
                .samples
                .chunks_exact_mut(self.room)
                .map(|side| side.get_mut(now.clone()).unwrap_or(&mut []));
            let mut stereo = || Stereo {
                left: sides.next().unwrap_or(&mut []),
                right: sides.next().unwrap_or(&mut []),
            };
            let parts = [(); OUTPUTS].map(|()| stereo());
            let returns = [(); RETURNS].map(|()| stereo());
            engine.render_buses(Buses {
                main: Stereo { left, right },
                parts: self.parts.then_some(parts),
                returns: self.returns.then_some(returns),
            });
            self.frames += fits;
        }
        if !left_rest.is_empty() {
            engine.render(left_rest, right_rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::EngineConfig;

    fn engine() -> Engine {
        Engine::with_effects(EngineConfig {
            sample_rate: 44_100,
            voices: 1,
            channel_groups: 1,
        })
        .unwrap()
    }

    #[test]
    fn a_block_has_the_frames_of_its_slices_as_far_as_there_is_room() {
        let mut apart = Apart::new(100);
        let mut engine = engine();
        let (mut left, mut right) = ([7.0; 80], [7.0; 80]);
        let length = |apart: &Apart| apart.frames(Output::Part(0)).map(<[f32]>::len);
        for (rendered, kept) in [(30, 30), (80, 100), (10, 100)] {
            if rendered == 30 {
                apart.begin(true, false);
            }
            let (left, right) = (&mut left[..rendered], &mut right[..rendered]);
            apart.render(&mut engine, left, right);
            assert_eq!(length(&apart), [kept; 2]);
            assert!(left.iter().chain(&*right).all(|sample| *sample == 0.0));
        }
        assert_eq!(engine.position(), 120, "what is not kept is rendered too");
        assert_eq!(apart.frames(Output::Reverb), [&[] as &[f32]; 2]);
        apart.begin(false, true);
        apart.render(&mut engine, &mut left, &mut right);
        assert_eq!(apart.frames(Output::Delay)[1].len(), 80);
        assert_eq!(length(&apart), [0; 2]);
    }

    #[test]
    fn without_room_all_stays_in_the_mix() {
        let mut apart = Apart::new(0);
        let mut engine = engine();
        apart.begin(true, true);
        apart.render(&mut engine, &mut [7.0; 5], &mut [7.0; 5]);
        assert_eq!(engine.position(), 5);
        assert_eq!(apart.frames(Output::Part(15)), [&[] as &[f32]; 2]);
    }
}
