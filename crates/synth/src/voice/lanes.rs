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
use crate::dsp::tables::{TICK_FRAMES, eight_rows};
use crate::sends::{Buses, SENDS};

use super::{Mix, Sound, Start, Targets};

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

/// Groups of eight frames in a tick.
const TILES: usize = TICK_FRAMES / LANES;

/// A tick of each of eight voices, in groups of eight frames.
type Rows = [[Row; TILES]; LANES];

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
        let Scratch { rows, window } = scratch;
        let mut ended = 0;
        let lanes = self.playheads.iter_mut().zip(sounds).zip(rows.iter_mut());
        for (lane, ((playhead, sound), row)) in lanes.enumerate() {
            let samples = row.as_flattened_mut().get_mut(..frames).unwrap_or(&mut []);
            let (Some(playhead), Some(sound)) = (playhead, sound) else {
                samples.fill(0.0);
                ended |= 1 << lane;
                continue;
            };
            let recording = &sound.wave.recording;
            let wave_loop = sound
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

    fn stand(&self, lane: usize) -> bool {
        self.left.is_still(lane)
            && self.right.is_still(lane)
            && self.filters.is_still(lane)
            && self.sends.iter().all(|ramps| ramps.is_still(lane))
    }

    fn aim(&mut self, lane: usize, offset: usize, targets: &Targets) {
        self.left.aim(lane, offset, targets.left);
        self.right.aim(lane, offset, targets.right);
        self.filters.aim(lane, offset, targets.filter);
        let sent = self.sending.iter().fold(0, |any, lanes| any | lanes);
        if sent & 1 << lane == 0 && !targets.is_sent() {
            return;
        }
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
    rows: &'a Rows,
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
        let level = [
            Level::of(octet, &gains.left),
            Level::of(octet, &gains.right),
        ];
        let (tiles, rest) = left.as_chunks_mut::<LANES>();
        let (right_tiles, right_rest) = right.as_chunks_mut::<LANES>();
        let whole = tiles.len() * LANES;
        for (tile, (left, right)) in tiles.iter_mut().zip(right_tiles).enumerate() {
            let mut columns = octet.transpose(load(octet, rows, tile));
            let numbers = eight_rows(offset + tile * LANES);
            filters.process(numbers, &mut columns);
            *left = add(octet, &level[0], numbers, &columns, left);
            *right = add(octet, &level[1], numbers, &columns, right);
            if let Some(buses) = buses.as_deref_mut() {
                let range = tile * LANES..tile * LANES + LANES;
                send(octet, gains, numbers, &columns, buses, (frames, range));
            }
        }
        if !rest.is_empty() {
            let mut columns = octet.transpose(load(octet, rows, tiles_before(whole)));
            let numbers = eight_rows(offset + whole);
            filters.process_some(numbers, rest.len(), &mut columns);
            let silence = [0.0; LANES];
            let sums = add(octet, &level[0], numbers, &columns, &silence);
            let right_sums = add(octet, &level[1], numbers, &columns, &silence);
            for (slot, sum) in rest.iter_mut().zip(sums) {
                *slot += sum;
            }
            for (slot, sum) in right_rest.iter_mut().zip(right_sums) {
                *slot += sum;
            }
            if let Some(buses) = buses {
                send(
                    octet,
                    gains,
                    numbers,
                    &columns,
                    buses,
                    (frames, whole..frames),
                );
            }
        }
        let states = filters.states();
        gains.filters.end(states, tick_ends);
    }
}

const fn tiles_before(frames: usize) -> usize {
    frames / LANES
}

/// Eight frames of each voice.
#[inline(always)]
fn load<O: Octet>(octet: O, rows: &Rows, tile: usize) -> [O::Pack; LANES] {
    let [a, b, c, d, e, f, g, h] = rows;
    let tile = tile % TILES;
    [
        octet.pack(&a[tile]),
        octet.pack(&b[tile]),
        octet.pack(&c[tile]),
        octet.pack(&d[tile]),
        octet.pack(&e[tile]),
        octet.pack(&f[tile]),
        octet.pack(&g[tile]),
        octet.pack(&h[tile]),
    ]
}

/// Gains of a tick, in registers.
struct Level<O: Octet> {
    base: O::Pack,
    slope: O::Pack,
    stands: bool,
}

impl<O: Octet> Level<O> {
    #[inline(always)]
    fn of(octet: O, ramps: &Ramps) -> Self {
        let (base, slope) = ramps.line();
        Self {
            base: octet.pack(base),
            slope: octet.pack(slope),
            stands: ramps.all_still(),
        }
    }
}

/// Eight frames of all voices, each at its gain, added to what is there.
#[inline(always)]
fn add<O: Octet>(
    octet: O,
    level: &Level<O>,
    numbers: &[Row; LANES],
    columns: &[O::Pack; LANES],
    there: &Row,
) -> Row {
    let mut products = *columns;
    if level.stands {
        for product in &mut products {
            *product = octet.mul(*product, level.base);
        }
    } else {
        for (product, number) in products.iter_mut().zip(numbers) {
            let moved = octet.mul(level.slope, octet.pack(number));
            *product = octet.mul(*product, octet.add(level.base, moved));
        }
    }
    octet.row(octet.add(octet.pack(there), octet.sums(products)))
}

/// Adds eight frames of all voices to the buses that some of them send to.
///
/// - `place`: frames of the run, and which of them these are
#[inline(always)]
fn send<O: Octet>(
    octet: O,
    gains: &Gains,
    numbers: &[Row; LANES],
    columns: &[O::Pack; LANES],
    buses: &mut Buses,
    place: (usize, core::ops::Range<usize>),
) {
    let (frames, range) = place;
    let sends = gains.sends.iter().zip(&gains.sending).zip(buses);
    for ((ramps, sending), bus) in sends {
        if *sending == 0 {
            continue;
        }
        let level = Level::of(octet, ramps);
        let sums = add(octet, &level, numbers, columns, &[0.0; LANES]);
        let slots = bus.open(frames).get_mut(range.clone()).unwrap_or(&mut []);
        for (slot, sum) in slots.iter_mut().zip(sums) {
            *slot += sum;
        }
    }
}
