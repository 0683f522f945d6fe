//! The per-frame half of eight voices: reads their waves, filters them, mixes them.
//!
//! In: [`Targets`] for the end of the tick. Out: frames added to the mix, each a function of its
//! number in the tick. Waves are read voice by voice, along their frames; filters and gains run
//! across the voices. A lane without a voice is silent and costs little.
//! Owner: the voice pool, which has a group for each eight slots. Thread: render.

use crate::collection::Region;
use crate::dsp::octet::{Kernel, LANES, Octet};
use crate::dsp::oscillator::{Playhead, Reader};
use crate::dsp::recording::{WINDOW_FRAMES, Window};
use crate::dsp::tables::TICK_FRAMES;
use crate::outputs::Outputs;
use crate::sends::Buses;

use super::gains::{Blend, Gains, Rows, TILES};
use super::{Mix, Sound, Start, Targets};

/// What eight voices are on the way to, and where they are.
#[derive(Debug, Clone)]
pub(crate) struct Lanes {
    playheads: [Option<Playhead>; LANES],
    /// Lanes still in their loop, if the region has one; by bits.
    looping: u8,
    gains: Gains,
}

/// Memory that voices are read into, for all groups.
#[derive(Debug)]
pub(crate) struct Scratch {
    rows: Rows,
    window: Window,
}

impl Scratch {
    pub(crate) const fn new() -> Self {
        Self {
            rows: [[[0.0; LANES]; TILES]; LANES],
            window: [0; WINDOW_FRAMES],
        }
    }
}

impl Lanes {
    /// Eight lanes without a voice.
    pub(crate) fn new() -> Self {
        Self {
            playheads: [None; LANES],
            looping: 0,
            gains: Gains::new(),
        }
    }

    /// Puts a voice into a lane, where its note begins.
    pub(crate) fn start(&mut self, lane: usize, start: &Start, reader: &Reader) {
        let targets = &start.targets;
        if let Some(playhead) = self.playheads.get_mut(lane) {
            *playhead = Some(Playhead::new(targets.speed, start.frame, reader));
        }
        self.looping |= 1 << lane;
        self.gains.put(lane, targets);
    }

    /// Heads for the targets, to be there at the end of the tick.
    ///
    /// - `offset`: frame of the tick at which it begins, `0..64`
    pub(crate) fn aim(&mut self, lane: usize, offset: usize, targets: &Targets, reader: &Reader) {
        if let Some(Some(playhead)) = self.playheads.get_mut(lane) {
            playhead.aim(offset, targets.speed, reader);
        }
        self.gains.aim(lane, offset, targets);
    }

    /// Whether a lane stays where it is without being pointed anew.
    pub(crate) fn stands(&self, lane: usize) -> bool {
        let playhead = self.playheads.get(lane).and_then(Option::as_ref);
        playhead.is_none_or(Playhead::is_steady) && self.gains.stand(lane)
    }

    /// Takes the voice out of a lane.
    pub(crate) fn stop(&mut self, lane: usize) {
        if let Some(playhead) = self.playheads.get_mut(lane) {
            *playhead = None;
        }
        self.gains.put(lane, &Targets::SILENT);
    }

    /// Leaves the loop if the region's ends with the note.
    pub(crate) fn leave_loop(&mut self, lane: usize, region: &Region) {
        if region.leaves_loop && self.looping & 1 << lane != 0 {
            if let (Some(Some(playhead)), Some(wave_loop)) =
                (self.playheads.get_mut(lane), region.wave_loop)
            {
                playhead.leave(wave_loop);
            }
            self.looping &= !(1 << lane);
        }
    }

    /// Adds frames `offset..offset + mix.left.len()` of the tick to the mix.
    ///
    /// - `sounds`: what each lane plays; a lane without is silent
    /// - `mix`: sides of equal length, at most to the end of the tick
    /// - returns the lanes that have nothing more to read, by bits
    pub(crate) fn render(
        &mut self,
        sounds: &[Option<Sound<'_>>; LANES],
        offset: usize,
        reader: &Reader,
        scratch: &mut Scratch,
        mix: &mut Mix<'_>,
    ) -> u8 {
        let frames = mix.left.len().min(mix.right.len()).min(TICK_FRAMES);
        let mut ended = 0;
        let render = Render {
            lanes: self,
            sounds,
            offset,
            scratch,
            left: mix.left.get_mut(..frames).unwrap_or(&mut []),
            right: mix.right.get_mut(..frames).unwrap_or(&mut []),
            buses: mix.buses.as_deref_mut(),
            ended: &mut ended,
        };
        // Two kernels, so that the usual one is not held up by what the other needs.
        match mix.outputs.as_deref_mut() {
            Some(outputs) if outputs.is_faced() => reader.level.run(RenderApart(render, outputs)),
            _ => reader.level.run(render),
        }
        ended
    }
}

/// Eight voices on their way from their waves into the mix.
struct Render<'a> {
    lanes: &'a mut Lanes,
    sounds: &'a [Option<Sound<'a>>; LANES],
    offset: usize,
    scratch: &'a mut Scratch,
    left: &'a mut [f32],
    right: &'a mut [f32],
    buses: Option<&'a mut Buses>,
    ended: &'a mut u8,
}

impl<'a> Render<'a> {
    /// Reads what is to be mixed.
    #[inline(always)]
    fn read<O: Octet>(self, octet: O) -> Blend<'a> {
        let Lanes {
            playheads,
            looping,
            gains,
        } = self.lanes;
        let Scratch { rows, window } = self.scratch;
        let frames = self.left.len();
        let lanes = playheads.iter_mut().zip(self.sounds).zip(rows.iter_mut());
        for (lane, ((playhead, sound), row)) in lanes.enumerate() {
            let samples = row.as_flattened_mut().get_mut(..frames).unwrap_or(&mut []);
            let (Some(playhead), Some(sound)) = (playhead, sound) else {
                samples.fill(0.0);
                *self.ended |= 1 << lane;
                continue;
            };
            let recording = &sound.wave.recording;
            let wave_loop = (sound.region.wave_loop).filter(|_| *looping & 1 << lane != 0);
            playhead.read(octet, recording, wave_loop, window, samples);
            if wave_loop.is_none() && playhead.is_past(recording) {
                *self.ended |= 1 << lane;
            }
        }
        Blend {
            gains,
            rows,
            offset: self.offset,
            left: self.left,
            right: self.right,
            buses: self.buses,
        }
    }
}

impl Kernel for Render<'_> {
    #[inline(always)]
    fn run<O: Octet>(self, octet: O) {
        self.read(octet).run(octet);
    }
}

/// The same where some of the voices have outputs of their own.
struct RenderApart<'a>(Render<'a>, &'a mut Outputs);

impl Kernel for RenderApart<'_> {
    #[inline(always)]
    fn run<O: Octet>(self, octet: O) {
        self.0.read(octet).run_apart(octet, self.1);
    }
}
