//! Computes the kernels of the windowed sinc for `src/dsp/interpolation/sinc.rs`: tables in the
//! program's constant data, read from disk when they are used and shared by all processes.
//!
//! Untransposed and below, each row of 16 weights is the one that delays by its fraction of a frame
//! with the least error, by least squares over what is to be heard; on a frame it is that frame.
//! Transposed up by a ratio, a Kaiser-windowed sinc is as much longer and cuts off as much lower, so
//! that what would be mirrored at half the output's rate is 60 dB down when it gets there. Weights
//! are whole numbers whose sum is exactly one.
//! In: nothing. Out: `kernels.rs` in the build's folder, by software maths the same on every machine.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

/// A weight of one.
const ONE: i32 = 1 << 14;

/// What an error counts at frequencies of the untransposed kernel: from, to, in rates of the wave, and
/// a weight. Above .402 there is no room to be exact, only to be tame.
const BANDS: [(f64, f64, f64); 3] = [(0.0, 0.1, 10.0), (0.1, 0.402, 1.0), (0.402, 0.5, 2e-4)];

/// Shape of the Kaiser window of the transposed ones: 64 dB.
const UP_SHAPE: f64 = 6.4;

/// Semitones of transposition up to which each further kernel serves: close together where most notes
/// are. Further up the last one serves, and mirrors.
const SEMITONES: [u8; 9] = [2, 5, 9, 13, 17, 22, 27, 32, 36];

/// Rows of weights, one for each fraction of a frame.
type Rows = Vec<Vec<i16>>;

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "ratios are 1 to 8"
)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let mut source = String::new();
    let _ = writeln!(
        source,
        "pub(super) static PLAIN: Kernel = Kernel::One(&PLAIN_ROWS);\n"
    );
    table(&mut source, "PLAIN_ROWS", &delays());
    let mut kernels = String::new();
    for semitones in SEMITONES {
        let ratio = libm::exp2(f64::from(semitones) / 12.0);
        let fastest = (ratio * f64::from(1 << 24)) as u64;
        // Length in sixteens, and rows: finer where a frame is a greater part of the sound.
        let (name, taps, rows) = if ratio <= 1.4 {
            ("Two", 32, 512)
        } else if ratio <= 3.0 {
            ("Four", 64, 256)
        } else {
            ("Eight", 128, 256)
        };
        let cutoff = 0.5 / ratio - edge(taps) / 2.0;
        table(
            &mut source,
            &format!("UP_{semitones}"),
            &windowed(cutoff, taps, rows),
        );
        let _ = writeln!(kernels, "    ({fastest}, Kernel::{name}(&UP_{semitones})),");
    }
    let count = SEMITONES.len();
    let _ = writeln!(
        source,
        "pub(super) static UP: [(u64, Kernel); {count}] = [\n{kernels}];"
    );
    let folder = env::var_os("OUT_DIR").ok_or("cargo names no folder for what is built")?;
    let file = Path::new(&folder).join("kernels.rs");
    fs::write(&file, source)?;
    Ok(())
}

/// Writes a table as source.
fn table(source: &mut String, name: &str, rows: &Rows) {
    let taps = rows.first().map_or(0, Vec::len);
    let count = rows.len();
    let _ = writeln!(
        source,
        "static {name}: Rows<{taps}, {count}> = Rows({rows:?});"
    );
}

/// Width of the edge of a Kaiser window's low pass: (A - 7.95) / 14.36 taps, A = shape / 0.1102 + 8.7.
fn edge(taps: usize) -> f64 {
    (UP_SHAPE / 0.1102 + 8.7 - 7.95) / (14.36 * taps as f64)
}

/// Rows of a cutoff.
fn windowed(cutoff: f64, taps: usize, rows: usize) -> Rows {
    // By distance from the position, in rows.
    let half: Vec<f64> = sinc(cutoff, rows)
        .zip(kaiser(UP_SHAPE, taps * rows / 2))
        .map(|(sinc, window)| sinc * window)
        .collect();
    let row = |number: usize| {
        let middle = (taps / 2 - 1) * rows + number;
        let weight = |tap: usize| half.get((tap * rows).abs_diff(middle)).copied();
        let weights: Vec<f64> = (0..taps).map(|tap| weight(tap).unwrap_or(0.0)).collect();
        whole_numbers(&weights)
    };
    (0..rows).map(row).collect()
}

/// Taps of the untransposed kernel.
const DELAY_TAPS: usize = 16;

/// Rows of the untransposed kernel.
const DELAY_ROWS: usize = 1024;

/// Rows that delay by fractions of a frame with the least error.
///
/// The error of a row at a frequency is what it makes of a cosine less the cosine delayed. Its square,
/// weighted and integrated over [`BANDS`], is least where the row solves a set of linear equations:
/// the left side is the same for all rows, the right side moves with the fraction.
fn delays() -> Rows {
    let place = |tap: usize| tap as f64 - (DELAY_TAPS / 2 - 1) as f64;
    let mut left = [[0.0; DELAY_TAPS]; DELAY_TAPS];
    for (tap, row) in left.iter_mut().enumerate() {
        for (other, value) in row.iter_mut().enumerate() {
            *value = closeness(place(tap) - place(other));
        }
    }
    let inverse = inverse(left);
    let row = |number: usize| {
        let fraction = number as f64 / DELAY_ROWS as f64;
        let right: Vec<f64> = (0..DELAY_TAPS)
            .map(|tap| closeness(place(tap) - fraction))
            .collect();
        let weights: Vec<f64> = inverse
            .iter()
            .map(|line| line.iter().zip(&right).map(|(a, b)| a * b).sum())
            .collect();
        whole_numbers(&weights)
    };
    (0..DELAY_ROWS).map(row).collect()
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
fn whole_numbers(weights: &[f64]) -> Vec<i16> {
    let unit = f64::from(ONE) / weights.iter().sum::<f64>();
    let (mut sum, mut spent) = (0.0, 0);
    let round = |weight: &f64| {
        sum += weight * unit;
        let rounded = libm::floor(sum + 0.5) as i32;
        let whole = rounded - spent;
        spent = rounded;
        whole as i16
    };
    weights.iter().map(round).collect()
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

/// A Kaiser window by distance from its middle, in parts of its half length.
fn kaiser(shape: f64, half: usize) -> impl Iterator<Item = f64> {
    let height = bessel(shape);
    (0..=half).map(move |distance| {
        let part = distance as f64 / half as f64;
        bessel(shape * (1.0 - part * part).max(0.0).sqrt()) / height
    })
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
