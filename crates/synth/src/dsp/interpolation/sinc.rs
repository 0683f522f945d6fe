//! Kernels of the windowed sinc, by how far a wave is transposed up.
//!
//! Untransposed and below, each row of 16 weights is the one that delays by its fraction of a frame
//! with the least error, by least squares over what is to be heard; on a frame it is that frame.
//! Transposed up by a ratio, a Kaiser-windowed sinc is as much longer and cuts off as much lower, so
//! that what would be mirrored at half the output's rate is 60 dB down when it gets there. Weights
//! are whole numbers whose sum is exactly one.
//! In: nothing. Out: tables, the same on every machine: software maths, computed once a process.
//! Owner: everybody. Thread: built on control, read on render.

use std::sync::OnceLock;

/// One unit of a weight.
pub(crate) const ROW_UNIT: f32 = 1.0 / ONE as f32;

/// A weight of one.
const ONE: i32 = 1 << 14;

/// Weights in a kernel: taps times rows.
const WEIGHTS: usize = 1 << 14;

/// What an error counts at frequencies of the untransposed kernel: from, to, in rates of the wave, and
/// a weight. Above .402 there is no room to be exact, only to be tame.
const BANDS: [(f64, f64, f64); 3] = [(0.0, 0.1, 10.0), (0.1, 0.402, 1.0), (0.402, 0.5, 2e-4)];

/// Shape of the Kaiser window of the transposed ones: 64 dB.
const UP_SHAPE: f64 = 6.4;

/// Semitones of transposition up to which each further kernel serves: close together where most notes
/// are. Further up the last one serves, and mirrors.
const SEMITONES: [u8; 9] = [2, 5, 9, 13, 17, 22, 27, 32, 36];

/// Weights by fraction of a frame.
#[derive(Debug)]
pub(crate) struct Rows<const TAPS: usize, const ROWS: usize>([[i16; TAPS]; ROWS]);

impl<const TAPS: usize, const ROWS: usize> Rows<TAPS, ROWS> {
    /// Weights at a position, 32.32.
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "the fraction is wanted")]
    pub(crate) fn at(&self, phase: u64) -> &[i16; TAPS] {
        const { assert!(ROWS.is_power_of_two() && ROWS >= 2) };
        let row = (phase as u32) >> (32 - ROWS.trailing_zeros());
        match self.0.get(row as usize % ROWS) {
            Some(row) => row,
            None => &[0; TAPS],
        }
    }

    /// Computes the rows of a cutoff.
    ///
    /// - `window`: by distance from the middle, in parts of the half length
    fn new(cutoff: f64, window: &Shape) -> Box<Self> {
        const { assert!(TAPS * ROWS == WEIGHTS) };
        // By distance from the position, in rows.
        let half: Vec<f64> = sinc(cutoff, ROWS)
            .zip(&window.0)
            .map(|(sinc, window)| sinc * window)
            .collect();
        let mut rows = Box::new(Self([[0; TAPS]; ROWS]));
        for (number, row) in rows.0.iter_mut().enumerate() {
            let middle = (TAPS / 2 - 1) * ROWS + number;
            let mut weights = [0.0; TAPS];
            for (tap, weight) in weights.iter_mut().enumerate() {
                *weight = half
                    .get((tap * ROWS).abs_diff(middle))
                    .copied()
                    .unwrap_or(0.0);
            }
            *row = whole_numbers(&weights);
        }
        rows
    }
}

/// Taps of the untransposed kernel.
const DELAY_TAPS: usize = 16;

/// Rows that delay by fractions of a frame with the least error.
///
/// The error of a row at a frequency is what it makes of a cosine less the cosine delayed. Its square,
/// weighted and integrated over [`BANDS`], is least where the row solves a set of linear equations:
/// the left side is the same for all rows, the right side moves with the fraction.
fn delays() -> Box<Rows<DELAY_TAPS, 1024>> {
    const ROWS: usize = 1024;
    let place = |tap: usize| tap as f64 - (DELAY_TAPS / 2 - 1) as f64;
    let mut left = [[0.0; DELAY_TAPS]; DELAY_TAPS];
    for (tap, row) in left.iter_mut().enumerate() {
        for (other, value) in row.iter_mut().enumerate() {
            *value = closeness(place(tap) - place(other));
        }
    }
    let inverse = inverse(left);
    let mut rows = Box::new(Rows([[0; DELAY_TAPS]; ROWS]));
    for (number, row) in rows.0.iter_mut().enumerate() {
        let fraction = number as f64 / ROWS as f64;
        let mut right = [0.0; DELAY_TAPS];
        for (tap, value) in right.iter_mut().enumerate() {
            *value = closeness(place(tap) - fraction);
        }
        let mut weights = [0.0; DELAY_TAPS];
        for (weight, line) in weights.iter_mut().zip(&inverse) {
            *weight = line.iter().zip(&right).map(|(a, b)| a * b).sum();
        }
        *row = whole_numbers(&weights);
    }
    rows
}

/// Integral of the cosine of a distance over all bands, weighted.
fn closeness(distance: f64) -> f64 {
    let turn = 2.0 * core::f64::consts::PI * distance;
    let upto = |frequency: f64| {
        if turn.abs() < 1e-9 {
            frequency
        } else {
            libm::sin(turn * frequency) / turn
        }
    };
    BANDS
        .iter()
        .map(|(from, to, weight)| weight * (upto(*to) - upto(*from)))
        .sum()
}

/// Inverse of a positive definite matrix, by elimination.
fn inverse<const N: usize>(mut matrix: [[f64; N]; N]) -> [[f64; N]; N] {
    let mut inverse = [[0.0; N]; N];
    for (n, row) in inverse.iter_mut().enumerate() {
        row[n] = 1.0;
    }
    for n in 0..N {
        let unit = 1.0 / matrix[n][n];
        matrix[n] = matrix[n].map(|value| value * unit);
        inverse[n] = inverse[n].map(|value| value * unit);
        let (pivot, identity) = (matrix[n], inverse[n]);
        for other in (0..N).filter(|other| *other != n) {
            let factor = matrix[other][n];
            for column in 0..N {
                matrix[other][column] -= factor * pivot[column];
                inverse[other][column] -= factor * identity[column];
            }
        }
    }
    inverse
}

/// Rounds weights so that their sum is exactly one: each takes what the rounding of those before it
/// has left over.
#[expect(clippy::cast_possible_truncation, reason = "weights are below 2")]
fn whole_numbers<const TAPS: usize>(weights: &[f64; TAPS]) -> [i16; TAPS] {
    let unit = f64::from(ONE) / weights.iter().sum::<f64>();
    let mut row = [0; TAPS];
    let (mut sum, mut spent) = (0.0, 0);
    for (slot, weight) in row.iter_mut().zip(weights) {
        sum += weight * unit;
        let rounded = (sum + (f64::from(ONE) * 2.0 + 0.5)) as i32 - 2 * ONE;
        *slot = (rounded - spent) as i16;
        spent = rounded;
    }
    row
}

/// An ideal low pass at distances of 0, 1, 2 .. rows from its middle.
///
/// The sine is turned on by a fixed angle each time, which costs no digits that matter.
fn sinc(cutoff: f64, rows: usize) -> impl Iterator<Item = f64> {
    let angle = 2.0 * core::f64::consts::PI * cutoff / rows as f64;
    let turn = (libm::cos(angle), libm::sin(angle));
    let (mut cos, mut sin) = (1.0, 0.0);
    (0_u32..).map(move |distance| {
        let value = if distance == 0 {
            1.0
        } else {
            sin / (angle * f64::from(distance))
        };
        (cos, sin) = (cos * turn.0 - sin * turn.1, sin * turn.0 + cos * turn.1);
        value
    })
}

/// A Kaiser window by distance from its middle, in 8192ths of its half length.
struct Shape(Vec<f64>);

impl Shape {
    fn kaiser(shape: f64) -> Self {
        let half = WEIGHTS / 2;
        let height = bessel(shape);
        let at = |distance: usize| {
            let part = distance as f64 / half as f64;
            bessel(shape * (1.0 - part * part).max(0.0).sqrt()) / height
        };
        Self((0..=half).map(at).collect())
    }
}

/// Modified Bessel function of order 0, by its series.
fn bessel(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut sum, mut term) = (1.0, 1.0);
    for n in 1..40 {
        term *= quarter / f64::from(n * n);
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    sum
}

/// A kernel, by its length in sixteens.
#[derive(Debug)]
pub(crate) enum Kernel {
    /// Up to the recorded speed.
    One(Box<Rows<16, 1024>>),
    /// Up to a fourth.
    Two(Box<Rows<32, 512>>),
    /// Up to an octave and a fourth.
    Four(Box<Rows<64, 256>>),
    /// Up to three octaves, and beyond.
    Eight(Box<Rows<128, 128>>),
}

impl Kernel {
    /// The kernel that serves speeds up to `ratio`, more than 1.
    fn up_to(ratio: f64, window: &Shape) -> Self {
        // Width of a Kaiser window's edge: (A - 7.95) / 14.36 taps, A = shape / 0.1102 + 8.7.
        let edge = |taps: f64| (UP_SHAPE / 0.1102 + 8.7 - 7.95) / (14.36 * taps);
        let cutoff = |taps: f64| 0.5 / ratio - edge(taps) / 2.0;
        if ratio <= 1.4 {
            Self::Two(Rows::new(cutoff(32.0), window))
        } else if ratio <= 3.0 {
            Self::Four(Rows::new(cutoff(64.0), window))
        } else {
            Self::Eight(Rows::new(cutoff(128.0), window))
        }
    }

    /// Frames that it weights.
    #[inline]
    pub(crate) const fn taps(&self) -> usize {
        match self {
            Self::One(_) => 16,
            Self::Two(_) => 32,
            Self::Four(_) => 64,
            Self::Eight(_) => 128,
        }
    }
}

/// All kernels.
#[derive(Debug)]
pub(crate) struct Kernels {
    plain: Kernel,
    /// By the fastest speed that each serves, 32.32, ascending.
    up: [(u64, Kernel); SEMITONES.len()],
}

impl Kernels {
    /// The kernels of this process, computed by whoever asks first: about 2 ms.
    ///
    /// # Real-time
    /// Control. Not real-time: computes, may wait.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Kernels> = OnceLock::new();
        SHARED.get_or_init(Self::new)
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "ratios are 1 to 8"
    )]
    fn new() -> Self {
        let window = Shape::kaiser(UP_SHAPE);
        let up = SEMITONES.map(|semitones| {
            let ratio = libm::exp2(f64::from(semitones) / 12.0);
            let fastest = (ratio * 4_294_967_296.0) as u64;
            (fastest, Kernel::up_to(ratio, &window))
        });
        Self {
            plain: Kernel::One(delays()),
            up,
        }
    }

    /// The kernel for a speed.
    ///
    /// - `speed`: frames of the wave per frame of output, 32.32
    #[inline]
    pub(crate) fn for_speed(&self, speed: u64) -> &Kernel {
        // A hair of slack, so that a wave at its own speed is at its own speed.
        if speed <= (1 << 32) + (1 << 12) {
            return &self.plain;
        }
        let above = self.up.partition_point(|(fastest, _)| *fastest < speed);
        let found = self.up.get(above).or(self.up.last());
        found.map_or(&self.plain, |(_, kernel)| kernel)
    }
}
