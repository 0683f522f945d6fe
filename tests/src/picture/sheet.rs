//! A contact sheet: many sounds' spectra over time, each small and with its name.

use std::path::Path;

use anyhow::Result;

use super::canvas::Canvas;
use super::spectrogram::{Scale, fill};
use super::{INK, PAPER};
use crate::audio::{dbfs, peak};

/// Panels of a row, and the families of General MIDI have as many programs.
const COLUMNS: usize = 8;
/// Width and height of a panel with the room around it, points.
const CELL: (usize, usize) = (156, 96);
/// Room above a panel for its name, and on its other sides.
const NAME: usize = 12;
const GAP: usize = 4;
/// Letters that fit over a panel.
const LETTERS: usize = 18;
/// Depth of the colours, dB below a panel's loudest sample.
const DEPTH_DB: f64 = -80.0;

/// Draws sounds with their names into a PNG file, eight in a row.
///
/// # Errors
/// The file cannot be written.
pub fn sheet(path: &Path, sounds: &[(String, Vec<f32>)], rate_hz: u32) -> Result<()> {
    let (width, height) = CELL;
    let rows = sounds.len().div_ceil(COLUMNS);
    let mut canvas = Canvas::new(COLUMNS * width, rows * height, PAPER);
    for (index, (name, samples)) in sounds.iter().enumerate() {
        let (left, top) = (index % COLUMNS * width, index / COLUMNS * height);
        let name: String = name.chars().take(LETTERS).collect();
        canvas.text(left + GAP, top + GAP, 1, &name, INK);
        let scale = Scale {
            lowest_hz: 40.0,
            highest_hz: 16_000.0,
            top_db: dbfs(f64::from(peak(samples)).max(1e-6)) - 6.0,
            floor_db: DEPTH_DB,
        };
        let across = (left + GAP, left + width - GAP);
        let down = (top + GAP + NAME, top + height - GAP);
        fill(&mut canvas, across, down, &scale, samples, rate_hz);
    }
    canvas.write_png(path)
}
