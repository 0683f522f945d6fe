//! What runs across eight voices: filters, gains, sends to effects.
//!
//! In: frames of each voice, [`Targets`]. Out: frames added to the mix and to the buses.
//! Owner: a group of [`Lanes`](super::Lanes). Thread: render.

use crate::dsp::filter::Filters;
use crate::dsp::octet::{LANES, Octet, Row};
use crate::dsp::ramp::Ramps;
use crate::dsp::tables::{TICK_FRAMES, eight_numbers, eight_rows};
use crate::outputs::Outputs;
use crate::sends::{Buses, SENDS};

use super::Targets;

/// What runs across voices.
#[derive(Debug, Clone)]
pub(super) struct Gains {
    left: Ramps,
    right: Ramps,
    sends: [Ramps; SENDS],
    /// Lanes of which something goes to a bus; by bits.
    sending: [u8; SENDS],
    filters: Filters,
}

/// Groups of eight frames in a tick.
pub(super) const TILES: usize = TICK_FRAMES / LANES;

/// A tick of each of eight voices, in groups of eight frames.
pub(super) type Rows = [[Row; TILES]; LANES];

impl Gains {
    /// Silence.
    pub(super) fn new() -> Self {
        Self {
            left: Ramps::default(),
            right: Ramps::default(),
            sends: core::array::from_fn(|_| Ramps::default()),
            sending: [0; SENDS],
            filters: Filters::new(),
        }
    }

    /// Puts one voice where its targets are, to stand still there.
    pub(super) fn put(&mut self, lane: usize, targets: &Targets) {
        self.left.put(lane, targets.left);
        self.right.put(lane, targets.right);
        self.filters.put(lane, targets.filter);
        let sends = self.sends.iter_mut().zip(&mut self.sending);
        for ((ramps, sending), amount) in sends.zip(targets.sends) {
            ramps.put(lane, amount);
            *sending = *sending & !(1 << lane) | u8::from(amount > 0.0) << lane;
        }
    }

    /// Whether one voice stands still for the whole tick.
    pub(super) fn stand(&self, lane: usize) -> bool {
        self.left.is_still(lane)
            && self.right.is_still(lane)
            && self.filters.is_still(lane)
            && self.sends.iter().all(|ramps| ramps.is_still(lane))
    }

    /// Heads for the targets, to be there at the end of the tick.
    ///
    /// - `offset`: frame of the tick at which it begins, `0..64`
    pub(super) fn aim(&mut self, lane: usize, offset: usize, targets: &Targets) {
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
pub(super) struct Blend<'a> {
    pub(super) gains: &'a mut Gains,
    /// Frames of each voice, from `offset` on.
    pub(super) rows: &'a mut Rows,
    pub(super) offset: usize,
    pub(super) left: &'a mut [f32],
    pub(super) right: &'a mut [f32],
    pub(super) buses: Option<&'a mut Buses>,
}

impl Blend<'_> {
    /// Mixes them.
    #[inline(always)]
    pub(super) fn run<O: Octet>(self, octet: O) {
        if self.gains.filters.are_open() {
            self.run_open(octet);
        } else {
            self.run_filtered(octet);
        }
    }

    /// Voices of several outputs are filtered first, then mixed output by output as if the others
    /// were silent: each gets the bits that it would have in the mix alone.
    #[inline(always)]
    pub(super) fn run_apart<O: Octet>(mut self, octet: O, outputs: &mut Outputs) {
        if !self.gains.filters.are_open() {
            self.filter(octet);
        }
        let Self {
            gains,
            rows,
            offset,
            left,
            right,
            buses,
        } = self;
        let frames = left.len();
        for (output, lanes) in outputs.of_lanes() {
            let [left, right] = match output {
                Some(output) => outputs.open(output, frames),
                None => [&mut *left, &mut *right],
            };
            fade(octet, &gains.left.only(lanes), rows, offset, left);
            fade(octet, &gains.right.only(lanes), rows, offset, right);
        }
        send_along(octet, gains, rows, offset, buses, frames);
    }

    /// Filters the frames where they are.
    #[inline(always)]
    fn filter<O: Octet>(&mut self, octet: O) {
        let frames = self.left.len();
        let mut filters = self.gains.filters.begin(octet);
        for tile in 0..frames.div_ceil(LANES) {
            let mut columns = octet.transpose(load(octet, self.rows, tile));
            let numbers = eight_rows(self.offset + tile * LANES);
            match frames - tile * LANES {
                rest @ ..LANES => filters.process_some(numbers, rest, &mut columns),
                LANES.. => filters.process(numbers, &mut columns),
            }
            let rows = self.rows.iter_mut().zip(octet.transpose(columns));
            for (row, pack) in rows {
                if let Some(slot) = row.get_mut(tile) {
                    *slot = octet.row(pack);
                }
            }
        }
        let states = filters.states();
        let tick_ends = self.offset + frames == TICK_FRAMES;
        self.gains.filters.end(states, tick_ends);
    }

    /// Without filters no frame hangs on another: every voice is mixed along its frames.
    #[inline(always)]
    fn run_open<O: Octet>(self, octet: O) {
        let Self {
            gains,
            rows,
            offset,
            left,
            right,
            buses,
        } = self;
        let frames = left.len();
        fade(octet, &gains.left, rows, offset, left);
        fade(octet, &gains.right, rows, offset, right);
        send_along(octet, gains, rows, offset, buses, frames);
    }

    /// With filters, which take frame after frame: eight voices are mixed side by side.
    #[inline(always)]
    fn run_filtered<O: Octet>(self, octet: O) {
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

/// Adds frames of all voices, each at its gain, to what is there.
///
/// - `offset`: number of the first one in the tick
#[inline(always)]
fn fade<O: Octet>(octet: O, ramps: &Ramps, rows: &Rows, offset: usize, out: &mut [f32]) {
    let (base, slope) = ramps.line();
    let line = [splats(octet, base), splats(octet, slope)];
    if ramps.all_still() {
        fade_along::<O, true>(octet, &line, rows, offset, out);
    } else {
        fade_along::<O, false>(octet, &line, rows, offset, out);
    }
}

/// The same with gains that stand still, `STANDS`, or move.
///
/// - `line`: gains at the start of the tick, and their changes per frame
#[inline(always)]
fn fade_along<O: Octet, const STANDS: bool>(
    octet: O,
    line: &[[O::Pack; LANES]; 2],
    rows: &Rows,
    offset: usize,
    out: &mut [f32],
) {
    let (tiles, rest) = out.as_chunks_mut::<LANES>();
    let whole = tiles.len();
    for (tile, slots) in tiles.iter_mut().enumerate() {
        let numbers = octet.pack(eight_numbers(offset + tile * LANES));
        let sums = faded::<O, STANDS>(octet, line, load(octet, rows, tile), numbers);
        *slots = octet.row(octet.add(octet.pack(slots), sums));
    }
    if !rest.is_empty() {
        let numbers = octet.pack(eight_numbers(offset + whole * LANES));
        let sums = faded::<O, STANDS>(octet, line, load(octet, rows, whole), numbers);
        for (slot, sum) in rest.iter_mut().zip(octet.row(sums)) {
            *slot += sum;
        }
    }
}

/// Adds frames of all voices to the buses that some of them send to.
#[inline(always)]
fn send_along<O: Octet>(
    octet: O,
    gains: &Gains,
    rows: &Rows,
    offset: usize,
    buses: Option<&mut Buses>,
    frames: usize,
) {
    let sends = gains.sends.iter().zip(&gains.sending);
    for ((ramps, sending), bus) in sends.zip(buses.into_iter().flatten()) {
        if *sending != 0 {
            fade(octet, ramps, rows, offset, bus.open(frames));
        }
    }
}

#[inline(always)]
fn splats<O: Octet>(octet: O, [a, b, c, d, e, f, g, h]: &Row) -> [O::Pack; LANES] {
    [
        octet.splat(*a),
        octet.splat(*b),
        octet.splat(*c),
        octet.splat(*d),
        octet.splat(*e),
        octet.splat(*f),
        octet.splat(*g),
        octet.splat(*h),
    ]
}

/// Eight frames of each voice at its gain, summed over the voices in the order of
/// [`Octet::sums`].
///
/// - `numbers`: of the frames
#[inline(always)]
fn faded<O: Octet, const STANDS: bool>(
    octet: O,
    [base, slope]: &[[O::Pack; LANES]; 2],
    mut voices: [O::Pack; LANES],
    numbers: O::Pack,
) -> O::Pack {
    for ((voice, base), slope) in voices.iter_mut().zip(base).zip(slope) {
        let gain = match STANDS {
            true => *base,
            false => octet.add(*base, octet.mul(*slope, numbers)),
        };
        *voice = octet.mul(*voice, gain);
    }
    let [a, b, c, d, e, f, g, h] = voices;
    let front = octet.add(octet.add(a, b), octet.add(c, d));
    octet.add(front, octet.add(octet.add(e, f), octet.add(g, h)))
}

const fn tiles_before(frames: usize) -> usize {
    frames / LANES
}

/// Eight frames of each voice.
#[inline(always)]
fn load<O: Octet>(octet: O, rows: &Rows, tile: usize) -> [O::Pack; LANES] {
    // One slice, in which each voice lies so many groups after the one before.
    let from = rows.as_flattened().get(tile % TILES..);
    let Some(from) = from.and_then(<[Row]>::first_chunk::<{ (LANES - 1) * TILES + 1 }>) else {
        return [octet.splat(0.0); LANES];
    };
    [
        octet.pack(&from[0]),
        octet.pack(&from[TILES]),
        octet.pack(&from[2 * TILES]),
        octet.pack(&from[3 * TILES]),
        octet.pack(&from[4 * TILES]),
        octet.pack(&from[5 * TILES]),
        octet.pack(&from[6 * TILES]),
        octet.pack(&from[7 * TILES]),
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
