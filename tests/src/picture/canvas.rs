//! Points in colour, lines and letters, and the PNG file they become.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context, Result};
use font8x8::{BASIC_FONTS, UnicodeFonts};

/// Red, green, blue.
pub(super) type Colour = [u8; 3];

/// Width and height of a letter, points.
const LETTER: usize = 8;

/// A picture in the making.
#[derive(Debug)]
pub(super) struct Canvas {
    width: usize,
    height: usize,
    points: Vec<Colour>,
}

impl Canvas {
    pub(super) fn new(width: usize, height: usize, paper: Colour) -> Self {
        Self {
            width,
            height,
            points: vec![paper; width * height],
        }
    }

    /// One point; nothing outside the picture.
    pub(super) fn set(&mut self, x: usize, y: usize, colour: Colour) {
        if x < self.width
            && let Some(point) = self.points.get_mut(y * self.width + x)
        {
            *point = colour;
        }
    }

    /// A line down a column, both ends included.
    pub(super) fn vertical(&mut self, x: usize, top: usize, bottom: usize, colour: Colour) {
        for y in top..=bottom {
            self.set(x, y, colour);
        }
    }

    /// A line along a row, both ends included.
    pub(super) fn horizontal(&mut self, y: usize, left: usize, right: usize, colour: Colour) {
        for x in left..=right {
            self.set(x, y, colour);
        }
    }

    /// Letters from their upper left corner on; a letter the font lacks becomes `?`.
    pub(super) fn text(&mut self, x: usize, y: usize, scale: usize, text: &str, colour: Colour) {
        for (index, letter) in text.chars().enumerate() {
            let glyph = BASIC_FONTS
                .get(letter)
                .or_else(|| BASIC_FONTS.get('?'))
                .unwrap_or_default();
            for (row, bits) in glyph.into_iter().enumerate() {
                for column in (0..LETTER).filter(|column| bits >> column & 1 == 1) {
                    let left = x + (index * LETTER + column) * scale;
                    for dy in 0..scale {
                        let y = y + row * scale + dy;
                        self.horizontal(y, left, left + scale - 1, colour);
                    }
                }
            }
        }
    }

    /// Letters around a column.
    pub(super) fn text_centred(&mut self, x: usize, y: usize, text: &str, colour: Colour) {
        let width = text.chars().count() * LETTER;
        self.text(x.saturating_sub(width / 2), y, 1, text, colour);
    }

    /// Letters that end at a column.
    pub(super) fn text_right(&mut self, x: usize, y: usize, text: &str, colour: Colour) {
        let width = text.chars().count() * LETTER;
        self.text(x.saturating_sub(width), y, 1, text, colour);
    }

    /// Writes the picture.
    pub(super) fn write_png(&self, path: &Path) -> Result<()> {
        let writing = || format!("writing {}", path.display());
        let file = BufWriter::new(File::create(path).with_context(writing)?);
        let (width, height) = (u32::try_from(self.width)?, u32::try_from(self.height)?);
        let mut encoder = png::Encoder::new(file, width, height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().with_context(writing)?;
        writer
            .write_image_data(self.points.as_flattened())
            .with_context(writing)?;
        writer.finish().with_context(writing)
    }
}
