//! The spectrum over time: level by colour, frequency on a logarithmic axis.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rows, columns and colours of a picture"
)]

use realfft::RealFftPlanner;

use super::INK;
use super::canvas::{Canvas, Colour};

/// Lowest frequency shown, Hz.
const LOWEST_HZ: f64 = 30.0;
/// Highest frequency shown, Hz, unless the sample rate ends earlier.
const HIGHEST_HZ: f64 = 20_000.0;
/// Level of the darkest colour, dB below the loudest sine.
const FLOOR_DB: f64 = -96.0;
/// Length of a spectrum, seconds.
const WINDOW_S: f64 = 0.085;

/// Colours from silent to loud.
const COLOURS: [Colour; 7] = [
    [6, 6, 22],
    [40, 18, 84],
    [102, 28, 112],
    [170, 48, 104],
    [226, 88, 72],
    [250, 156, 66],
    [252, 240, 170],
];

/// What a panel shows: frequencies upwards, levels below a reference by colour.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    /// Lowest frequency, Hz.
    pub(super) lowest_hz: f64,
    /// Highest frequency, Hz.
    pub(super) highest_hz: f64,
    /// Level of the lightest colour, dB of the loudest sine.
    pub(super) top_db: f64,
    /// Level of the darkest colour below that, dB.
    pub(super) floor_db: f64,
}

/// Fills a panel; its labels stand left and right of it.
pub(super) fn draw(
    canvas: &mut Canvas,
    (left, right): (usize, usize),
    (top, bottom): (usize, usize),
    samples: &[f32],
    rate_hz: u32,
) {
    let highest = HIGHEST_HZ.min(f64::from(rate_hz.max(1)) / 2.0);
    let scale = Scale {
        lowest_hz: LOWEST_HZ,
        highest_hz: highest,
        top_db: 0.0,
        floor_db: FLOOR_DB,
    };
    fill(
        canvas,
        (left, right),
        (top, bottom),
        &scale,
        samples,
        rate_hz,
    );
    labels(canvas, (left, right), (top, bottom), highest);
}

/// Fills a panel without a word.
pub(super) fn fill(
    canvas: &mut Canvas,
    (left, right): (usize, usize),
    (top, bottom): (usize, usize),
    scale: &Scale,
    samples: &[f32],
    rate_hz: u32,
) {
    let rate = f64::from(rate_hz.max(1));
    let size = ((WINDOW_S * rate) as usize).next_power_of_two().max(64);
    let octaves = (scale.highest_hz / scale.lowest_hz).log2();
    let rows = (bottom - top) as f64;
    let frequency = |row: f64| scale.lowest_hz * (octaves * (1.0 - row / rows)).exp2();
    let bell: Vec<f32> = (0..size)
        .map(|i| {
            (0.5 - 0.5 * (std::f64::consts::TAU * (i as f64 + 0.5) / size as f64).cos()) as f32
        })
        .collect();
    let fft = RealFftPlanner::<f32>::new().plan_fft_forward(size);
    let mut input = fft.make_input_vec();
    let mut spectrum = fft.make_output_vec();
    let columns = right - left;
    for x in 0..columns {
        let middle = (x as f64 + 0.5) / columns as f64 * samples.len() as f64;
        let end = middle as usize + size / 2;
        for (index, (place, bell)) in input.iter_mut().zip(&bell).enumerate() {
            let at = (end + index).checked_sub(size);
            *place = at
                .and_then(|at| samples.get(at))
                .map_or(0.0, |sample| sample * bell);
        }
        if fft.process(&mut input, &mut spectrum).is_err() {
            return;
        }
        for y in top..=bottom {
            let row = (y - top) as f64;
            let bin = |row: f64| (frequency(row) * size as f64 / rate).round() as usize;
            let (from, to) = (bin(row + 0.5), bin(row - 0.5));
            let bins = spectrum.get(from..=to.max(from)).unwrap_or_default();
            let loudest = bins
                .iter()
                .map(|bin| bin.norm_sqr())
                .fold(0.0_f32, f32::max);
            // A full-scale sine reaches a quarter of the window's length.
            let level = 10.0 * f64::from(loudest).log10() - 20.0 * (size as f64 / 4.0).log10();
            canvas.set(left + x, y, colour(level - scale.top_db, scale.floor_db));
        }
    }
}

fn labels(
    canvas: &mut Canvas,
    (left, right): (usize, usize),
    (top, bottom): (usize, usize),
    highest: f64,
) {
    let octaves = (highest / LOWEST_HZ).log2();
    let rows = (bottom - top) as f64;
    let marks = [50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000];
    for mark in marks.into_iter().filter(|mark| f64::from(*mark) <= highest) {
        let up = (f64::from(mark) / LOWEST_HZ).log2() / octaves;
        let y = top + (rows * (1.0 - up)).round() as usize;
        let text = if mark < 1_000 {
            format!("{mark}")
        } else {
            format!("{}k", mark / 1_000)
        };
        canvas.horizontal(y, left - 4, left, INK);
        canvas.text_right(left - 7, y.saturating_sub(4), &text, INK);
    }
    canvas.text_right(left - 7, top + 12, "Hz", INK);
    let bar = right + 14;
    for y in top..=bottom {
        let level = FLOOR_DB * (y - top) as f64 / rows;
        canvas.horizontal(y, bar, bar + 12, colour(level, FLOOR_DB));
    }
    for level in [0, -24, -48, -72, -96] {
        let y = top + (rows * f64::from(level) / FLOOR_DB) as usize;
        canvas.text(bar + 17, y.saturating_sub(4), 1, &format!("{level}"), INK);
    }
    canvas.text(bar - 2, bottom + 9, 1, "dB", INK);
}

/// The colour of a level in dB, by straight lines between those of the scale.
fn colour(level_db: f64, floor_db: f64) -> Colour {
    let place = (1.0 - level_db / floor_db).clamp(0.0, 1.0) * (COLOURS.len() - 1) as f64;
    let index = (place as usize).min(COLOURS.len() - 2);
    let part = place - index as f64;
    let mut mixed = [0; 3];
    if let Some([low, high]) = COLOURS.get(index..=index + 1) {
        for (mixed, (low, high)) in mixed.iter_mut().zip(low.iter().zip(high)) {
            *mixed = (f64::from(*low) * (1.0 - part) + f64::from(*high) * part).round() as u8;
        }
    }
    mixed
}
