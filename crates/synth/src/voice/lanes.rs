//! The per-frame half of eight voices: reads their waves, filters them, mixes them.
//!
//! In: [`Targets`] for the end of the tick. Out: frames added to the mix, each a function of its
//! number in the tick. Waves are read voice by voice, along their frames; filters and gains run
//! across the voices. A lane without a voice is silent and costs little.
//! Owner: the voice pool, which has a group for each eight slots. Thread: render.

use crate::collection::Region;
use crate::dsp::filter::Filters;
use crate::dsp::octet::{Kernel, LANES, Octet, Row};
use crate::dsp::oscillator::{Playhead, Reader};
use crate::dsp::ramp::Ramps;
use crate::dsp::recording::{WINDOW_FRAMES, Window};
use crate::dsp::tables::TICK_FRAMES;
use crate::sends::{Buses, SENDS};

use super::{Mix, Part, Start, Targets};

/// What eight voices are on the way to, and where they are.
#[derive(Debug, Clone)]
pub(crate) struct Lanes {
    playheads: [Option<Playhead>; LANES],
    /// Lanes still in their loop, if the region has one; by bits.
    looping: u8,
    gains: Gains,
}

/// What runs across voices.
#[derive(Debug, Clone)]
struct Gains {
    left: Ramps,
    right: Ramps,
    sends: [Ramps; SENDS],
    /// Lanes of which something goes to a bus; by bits.
    sending: [u8; SENDS],
    filters: Filters,
}

/// Memory that voices are read into, for all groups.
#[derive(Debug)]
pub(crate) struct Scratch {
    rows: [[f32; TICK_FRAMES]; LANES],
    window: Window,
}

impl Scratch {
    pub(crate) const fn new() -> Self {
        Self {
            rows: [[0.0; TICK_FRAMES]; LANES],
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
            gains: Gains {
                left: Ramps::default(),
                right: Ramps::default(),
                sends: core::array::from_fn(|_| Ramps::default()),
                sending: [0; SENDS],
                filters: Filters::new(),
            },
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
    /// - `parts`: what each lane plays; a lane without is silent
    /// - `mix`: sides of equal length, at most to the end of the tick
    /// - returns the lanes that have nothing more to read, by bits
    pub(crate) fn render(
        &mut self,
        parts: &[Option<Part<'_>>; LANES],
        offset: usize,
        reader: &Reader,
        scratch: &mut Scratch,
        mix: &mut Mix<'_>,
    ) -> u8 {
        let frames = mix.left.len().min(mix.right.len()).min(TICK_FRAMES);
        let Scratch { rows, window } = scratch;
        let mut ended = 0;
        let lanes = self.playheads.iter_mut().zip(parts).zip(rows.iter_mut());
        for (lane, ((playhead, part), row)) in lanes.enumerate() {
            let samples = row.get_mut(..frames).unwrap_or(&mut []);
            let (Some(playhead), Some(part)) = (playhead, part) else {
                samples.fill(0.0);
                ended |= 1 << lane;
                continue;
            };
            let recording = &part.wave.recording;
            let wave_loop = part
                .region
                .wave_loop
                .filter(|_| self.looping & 1 << lane != 0);
            playhead.read(recording, wave_loop, reader.level, window, samples);
            if wave_loop.is_none() && playhead.is_past(recording) {
                ended |= 1 << lane;
            }
        }
        reader.level.run(Blend {
            gains: &mut self.gains,
            rows,
            offset,
            left: mix.left.get_mut(..frames).unwrap_or(&mut []),
            right: mix.right.get_mut(..frames).unwrap_or(&mut []),
            buses: mix.buses.as_deref_mut(),
        });
        ended
    }
}

impl Gains {
    fn put(&mut self, lane: usize, targets: &Targets) {
        self.left.put(lane, targets.left);
        self.right.put(lane, targets.right);
        self.filters.put(lane, targets.filter);
        let sends = self.sends.iter_mut().zip(&mut self.sending);
        for ((ramps, sending), amount) in sends.zip(targets.sends) {
            ramps.put(lane, amount);
            *sending = *sending & !(1 << lane) | u8::from(amount > 0.0) << lane;
        }
    }

    fn aim(&mut self, lane: usize, offset: usize, targets: &Targets) {
        self.left.aim(lane, offset, targets.left);
        self.right.aim(lane, offset, targets.right);
        self.filters.aim(lane, offset, targets.filter);
        let sends = self.sends.iter_mut().zip(&mut self.sending);
        for ((ramps, sending), amount) in sends.zip(targets.sends) {
            if *sending & 1 << lane == 0 && amount <= 0.0 {
                continue;
            }
            ramps.aim(lane, offset, amount);
            let is_shut = amount <= 0.0 && ramps.is_still(lane);
            *sending = *sending & !(1 << lane) | u8::from(!is_shut) << lane;
        }
    }
}

/// Eight voices on their way into the mix.
struct Blend<'a> {
    gains: &'a mut Gains,
    /// Frames of each voice, from `offset` on.
    rows: &'a [[f32; TICK_FRAMES]; LANES],
    offset: usize,
    left: &'a mut [f32],
    right: &'a mut [f32],
    buses: Option<&'a mut Buses>,
}

impl Kernel for Blend<'_> {
    #[inline(always)]
    fn run<O: Octet>(self, octet: O) {
        let Self {
            gains,
            rows,
            offset,
            left,
            right,
            mut buses,
        } = self;
        let frames = left.len();
        let tick_ends = offset + frames == TICK_FRAMES;
        let mut filters = gains.filters.begin(octet);
        let tiles = left.chunks_mut(LANES).zip(right.chunks_mut(LANES));
        for (tile, (left, right)) in tiles.enumerate() {
            let first = tile * LANES;
            let mut columns = octet.transpose(load(octet, rows, first));
            let number = frame_number(offset + first);
            if left.len() == LANES {
                filters.process(number, LANES, &mut columns);
            } else {
                filters.process(number, left.len(), &mut columns);
            }
            let numbers = numbers(octet, number);
            add(octet, &gains.left, &numbers, &columns, left);
            add(octet, &gains.right, &numbers, &columns, right);
            if let Some(buses) = buses.as_deref_mut() {
                let sends = gains.sends.iter().zip(&gains.sending).zip(buses);
                for ((ramps, sending), bus) in sends {
                    if *sending != 0 {
                        let slots = bus.open(frames);
                        let slots = slots.get_mut(first..first + left.len()).unwrap_or(&mut []);
                        add(octet, ramps, &numbers, &columns, slots);
                    }
                }
            }
        }
        let states = filters.states();
        gains.filters.end(states, tick_ends);
    }
}

#[expect(clippy::cast_precision_loss, reason = "whole numbers below 64")]
const fn frame_number(frame: usize) -> f32 {
    frame as f32
}

/// Eight frames of each voice.
#[inline(always)]
fn load<O: Octet>(octet: O, rows: &[[f32; TICK_FRAMES]; LANES], first: usize) -> [O::Pack; LANES] {
    let mut packs = [octet.splat(0.0); LANES];
    for (pack, row) in packs.iter_mut().zip(rows) {
        let frames: Option<&Row> = row.get(first..).and_then(<[f32]>::first_chunk);
        if let Some(frames) = frames {
            *pack = octet.pack(frames);
        }
    }
    packs
}

/// Numbers of eight frames, one pack each.
#[inline(always)]
fn numbers<O: Octet>(octet: O, first: f32) -> [O::Pack; LANES] {
    let mut numbers = [octet.splat(0.0); LANES];
    let mut number = first;
    for pack in &mut numbers {
        *pack = octet.splat(number);
        number += 1.0;
    }
    numbers
}

/// Adds eight frames of all voices, each at its gain.
#[inline(always)]
fn add<O: Octet>(
    octet: O,
    gains: &Ramps,
    numbers: &[O::Pack; LANES],
    columns: &[O::Pack; LANES],
    out: &mut [f32],
) {
    let mut products = *columns;
    for (product, number) in products.iter_mut().zip(numbers) {
        *product = octet.mul(*product, gains.at(octet, *number));
    }
    let sums = octet.row(octet.sums(products));
    if let Some(out) = out.first_chunk_mut::<LANES>() {
        *out = octet.row(octet.add(octet.pack(out), octet.pack(&sums)));
    } else {
        for (out, sum) in out.iter_mut().zip(sums) {
            *out += sum;
        }
    }
}
