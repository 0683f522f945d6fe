//! The per-frame half of a voice: reads the wave, filters it, mixes it.
//!
//! In: [`Targets`] for the end of the tick. Out: frames added to the mix, each a function of its
//! number in the tick.

use crate::collection::{Collection, Region};
use crate::dsp::filter::Filter;
use crate::dsp::oscillator::Playhead;
use crate::dsp::ramp::Ramp;
use crate::dsp::tables::{TICK_FRAMES, TICK_INDEX};
use crate::sends::Sends;

use super::{Mix, Start, Targets};

/// The per-frame half of a voice.
#[derive(Debug, Clone)]
pub(crate) struct Lane {
    playhead: Playhead,
    left: Ramp,
    right: Ramp,
    sends: Sends,
    filter: Filter,
    /// Still in its loop, if the region has one.
    loops: bool,
}

impl Lane {
    /// A lane where its note begins.
    pub(crate) fn new(start: &Start) -> Self {
        let targets = &start.targets;
        Self {
            playhead: Playhead::new(targets.speed, start.frame),
            left: Ramp::still(targets.left),
            right: Ramp::still(targets.right),
            sends: Sends::new(&targets.sends),
            filter: Filter::new(targets.filter),
            loops: true,
        }
    }

    /// Heads for the targets, to be there at the end of the tick.
    ///
    /// - `offset`: frame of the tick at which it begins, `0..64`
    pub(crate) fn aim(&mut self, offset: usize, targets: &Targets) {
        self.left.aim(offset, targets.left);
        self.right.aim(offset, targets.right);
        self.sends.aim(offset, &targets.sends);
        self.playhead.aim(offset, targets.speed);
        self.filter.aim(offset, targets.filter);
    }

    /// Leaves the loop if the region's ends with the note.
    pub(crate) fn leave_loop(&mut self, collection: &Collection, region: &Region) {
        if region.leaves_loop && self.loops {
            if let Some(seam) = collection.seam(region) {
                self.playhead.leave(seam);
            }
            self.loops = false;
        }
    }

    /// Adds frames `offset..offset + mix.left.len()` of the tick to the mix.
    ///
    /// - `mix`: sides of equal length, at most to the end of the tick
    /// - returns false once the wave has ended
    pub(crate) fn render(
        &mut self,
        collection: &Collection,
        region: &Region,
        offset: usize,
        mix: &mut Mix<'_>,
    ) -> bool {
        let Mix { left, right, buses } = mix;
        let mut scratch = [0.0_f32; TICK_FRAMES];
        let frames = left.len().min(right.len()).min(TICK_FRAMES);
        let Some(samples) = scratch.get_mut(..frames) else {
            return false;
        };
        let Some(wave) = collection.wave(region) else {
            return false;
        };
        let seam = if self.loops {
            collection.seam(region)
        } else {
            None
        };
        let read = self.playhead.read(&wave.recording, seam, samples);
        let alive = seam.is_some() || !self.playhead.is_past(&wave.recording);
        let samples = samples.get_mut(..read).unwrap_or(&mut []);
        self.filter.process(offset, samples);
        let numbers = TICK_INDEX.get(offset..).unwrap_or(&[]);
        let sides = left.iter_mut().zip(right.iter_mut());
        for ((&mut sample, &frame), (left, right)) in samples.iter_mut().zip(numbers).zip(sides) {
            *left += sample * self.left.at(frame);
            *right += sample * self.right.at(frame);
        }
        if let Some(buses) = buses {
            self.sends.mix(offset, samples, buses);
        }
        alive
    }
}
