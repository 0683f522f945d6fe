//! A picture of a sound: both waveforms over time, and below them the spectrum over time.
//!
//! In: two channels of samples. Out: a PNG with axes in seconds, amplitude and hertz.

mod canvas;
mod sheet;
mod spectrogram;

use std::path::Path;

use anyhow::Result;

use canvas::{Canvas, Colour};
pub use sheet::{Layout, NOTES, SONGS, sheet};

const WIDTH: usize = 1_280;
const HEIGHT: usize = 760;
/// Left edge of the panels; labels stand left of it.
const LEFT: usize = 64;
/// Right edge of the panels; the level scale stands right of it.
const RIGHT: usize = WIDTH - 76;
/// Top and bottom of the panels for left, right and spectrum.
const PANELS: [(usize, usize); 3] = [(44, 164), (176, 296), (316, 716)];

const PAPER: Colour = [250, 249, 246];
const INK: Colour = [40, 42, 48];
const GRID: Colour = [222, 220, 214];
const WAVE: Colour = [38, 98, 160];
const LOUD: Colour = [24, 60, 110];

/// Draws a sound into a PNG file.
///
/// # Errors
/// The file cannot be written.
pub fn draw(path: &Path, title: &str, left: &[f32], right: &[f32], rate_hz: u32) -> Result<()> {
    let mut canvas = Canvas::new(WIDTH, HEIGHT, PAPER);
    canvas.text(LEFT, 14, 2, title, INK);
    let seconds = seconds(left.len(), rate_hz);
    for ((channel, name), panel) in [(left, "L"), (right, "R")].into_iter().zip(PANELS) {
        time_grid(&mut canvas, panel, seconds, None);
        waveform(&mut canvas, panel, channel, name);
    }
    let mono: Vec<f32> = left
        .iter()
        .zip(right)
        .map(|(left, right)| 0.5 * (left + right))
        .collect();
    let [.., panel] = PANELS;
    spectrogram::draw(&mut canvas, (LEFT, RIGHT), panel, &mono, rate_hz);
    time_grid(&mut canvas, panel, seconds, Some("time, s"));
    frame(&mut canvas, panel);
    canvas.write_png(path)
}

#[expect(clippy::cast_precision_loss, reason = "a length for display")]
fn seconds(frames: usize, rate_hz: u32) -> f64 {
    frames as f64 / f64::from(rate_hz.max(1))
}

/// The column of a moment.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "columns of a picture"
)]
fn column(moment: f64, seconds: f64) -> usize {
    LEFT + (moment / seconds.max(1e-9) * (RIGHT - LEFT) as f64).round() as usize
}

/// Lines at round numbers of seconds; with a label also the numbers.
fn time_grid(
    canvas: &mut Canvas,
    (top, bottom): (usize, usize),
    seconds: f64,
    label: Option<&str>,
) {
    let steps = [
        0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 300.0,
    ];
    let step = steps
        .into_iter()
        .find(|step| seconds / step <= 16.0)
        .unwrap_or(3_600.0);
    let mut moment = 0.0;
    while moment <= seconds {
        let x = column(moment, seconds);
        if label.is_some() {
            canvas.vertical(x, bottom, bottom + 5, INK);
            let text = if step < 1.0 {
                format!("{moment:.2}")
            } else {
                format!("{moment:.0}")
            };
            canvas.text_centred(x, bottom + 9, &text, INK);
        } else {
            canvas.vertical(x, top, bottom, GRID);
        }
        moment += step;
    }
    if let Some(label) = label {
        canvas.text_centred(usize::midpoint(LEFT, RIGHT), bottom + 24, label, INK);
    }
}

/// Least and greatest sample of each column, the root mean square darker inside.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rows of a picture"
)]
fn waveform(canvas: &mut Canvas, (top, bottom): (usize, usize), samples: &[f32], name: &str) {
    let half = (bottom - top) as f32 / 2.0;
    let row = |value: f32| (top as f32 + half * (1.0 - value.clamp(-1.0, 1.0))).round() as usize;
    for level in [-0.5, 0.0, 0.5] {
        canvas.horizontal(row(level), LEFT, RIGHT, GRID);
    }
    let columns = RIGHT - LEFT;
    for x in 0..columns {
        let from = x * samples.len() / columns;
        let to = ((x + 1) * samples.len() / columns).max(from + 1);
        let part = samples.get(from..to.min(samples.len())).unwrap_or_default();
        if part.is_empty() {
            continue;
        }
        let least = part.iter().copied().fold(f32::INFINITY, f32::min);
        let greatest = part.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        canvas.vertical(LEFT + x, row(greatest), row(least), WAVE);
        let rms = crate::audio::rms(part) as f32;
        canvas.vertical(
            LEFT + x,
            row(rms.min(greatest)),
            row((-rms).max(least)),
            LOUD,
        );
    }
    for (level, label) in [(1.0, "+1"), (0.0, "0"), (-1.0, "-1")] {
        canvas.text_right(LEFT - 6, row(level).saturating_sub(4), label, INK);
    }
    canvas.text(LEFT + 6, top + 6, 1, name, INK);
    frame(canvas, (top, bottom));
}

fn frame(canvas: &mut Canvas, (top, bottom): (usize, usize)) {
    for y in [top, bottom] {
        canvas.horizontal(y, LEFT, RIGHT, INK);
    }
    for x in [LEFT, RIGHT] {
        canvas.vertical(x, top, bottom, INK);
    }
}
