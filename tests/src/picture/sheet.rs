//! A contact sheet: many sounds' spectra over time, each small and with its name.

use std::path::Path;

use anyhow::Result;

use super::canvas::Canvas;
use super::spectrogram::{Scale, fill};
use super::{INK, PAPER};
use crate::audio::{dbfs, peak};

/// How the panels of a sheet lie.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    columns: usize,
    /// Width and height of a panel with the room around it, points.
    cell: (usize, usize),
}

/// Notes: eight in a row, as many as a family of General MIDI has programs.
pub const NOTES: Layout = Layout {
    columns: 8,
    cell: (156, 96),
};

/// Songs: two in a row, to be compared.
pub const SONGS: Layout = Layout {
    columns: 2,
    cell: (480, 136),
};

/// Room above a panel for its name, and on its other sides.
const NAME: usize = 12;
const GAP: usize = 4;
/// Width of a letter, points.
const LETTER: usize = 8;
/// Depth of the colours, dB below a panel's loudest sample.
const DEPTH_DB: f64 = -80.0;

/// Draws sounds with their names into a PNG file.
///
/// # Errors
/// The file cannot be written.
pub fn sheet(
    path: &Path,
    layout: &Layout,
    sounds: &[(String, Vec<f32>)],
    rate_hz: u32,
) -> Result<()> {
    let Layout {
        columns,
        cell: (width, height),
    } = *layout;
    let rows = sounds.len().div_ceil(columns);
    let mut canvas = Canvas::new(columns * width, rows * height, PAPER);
    for (index, (name, samples)) in sounds.iter().enumerate() {
        let (left, top) = (index % columns * width, index / columns * height);
        let name: String = name.chars().take((width - 2 * GAP) / LETTER).collect();
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
