//! Lines over two axes, as a picture.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;

/// Width and height of a picture, pixels.
const SIZE: (u32, u32) = (760, 400);

/// Colours of lines, told apart by most eyes, on white.
const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(90, 90, 90),
    RGBColor(150, 75, 0),
];

/// An axis: what it counts, from where to where.
pub(super) struct Axis {
    unit: &'static str,
    from: f64,
    to: f64,
    logarithmic: bool,
}

impl Axis {
    pub(super) const fn new(unit: &'static str, from: f64, to: f64) -> Self {
        Self {
            unit,
            from,
            to,
            logarithmic: false,
        }
    }

    /// With equal steps for equal ratios.
    pub(super) const fn logarithmic(unit: &'static str, from: f64, to: f64) -> Self {
        Self {
            logarithmic: true,
            ..Self::new(unit, from, to)
        }
    }
}

/// A line with its name; without one it is black and lies behind the others.
pub(super) struct Line {
    name: Option<String>,
    points: Vec<(f64, f64)>,
    width: u32,
}

impl Line {
    pub(super) fn new(name: &str, points: Vec<(f64, f64)>) -> Self {
        Self {
            name: Some(name.to_owned()),
            points,
            width: 2,
        }
    }

    /// Another one's.
    pub(super) fn thin(name: &str, points: Vec<(f64, f64)>) -> Self {
        Self {
            width: 1,
            ..Self::new(name, points)
        }
    }

    /// What a document demands.
    pub(super) fn behind(points: Vec<(f64, f64)>) -> Self {
        Self {
            name: None,
            points,
            width: 4,
        }
    }
}

/// Draws lines into a file; what lies outside of the axes is left out.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn draw(file: &Path, across: &Axis, up: &Axis, lines: &[Line]) -> Result<()> {
    let drawn = if across.logarithmic {
        onto(
            file,
            (across, (across.from..across.to).log_scale()),
            up,
            lines,
        )
    } else {
        onto(file, (across, across.from..across.to), up, lines)
    };
    drawn.map_err(|error| anyhow!("{}: {error}", file.display()))
}

fn onto<X>(
    file: &Path,
    (across, range): (&Axis, X),
    up: &Axis,
    lines: &[Line],
) -> Result<(), Box<dyn std::error::Error>>
where
    X: AsRangedCoord<Value = f64>,
    X::CoordDescType: ValueFormatter<f64>,
{
    let area = SVGBackend::new(file, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .margin(8)
        .x_label_area_size(36)
        .y_label_area_size(48)
        .build_cartesian_2d(range, up.from..up.to)?;
    chart
        .configure_mesh()
        .x_desc(across.unit)
        .y_desc(up.unit)
        .max_light_lines(1)
        .light_line_style(RGBColor(235, 235, 235))
        .draw()?;
    let colours = COLOURS.iter().cycle();
    for (line, colour) in lines
        .iter()
        .filter(|line| line.name.is_none())
        .zip(std::iter::repeat(BLACK.mix(0.25)))
    {
        chart.draw_series(LineSeries::new(
            inside(line, across, up),
            colour.stroke_width(line.width),
        ))?;
    }
    for (line, colour) in lines.iter().filter(|line| line.name.is_some()).zip(colours) {
        let style = colour.stroke_width(line.width);
        let series = LineSeries::new(inside(line, across, up), style);
        chart
            .draw_series(series)?
            .label(line.name.as_deref().unwrap_or_default())
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
    }
    chart
        .configure_series_labels()
        .background_style(WHITE.mix(0.85))
        .border_style(RGBColor(200, 200, 200))
        .position(SeriesLabelPosition::LowerLeft)
        .draw()?;
    area.present()?;
    Ok(())
}

/// A line's points within the axes.
fn inside(line: &Line, across: &Axis, up: &Axis) -> Vec<(f64, f64)> {
    let points = line.points.iter().copied();
    points
        .filter(|(x, y)| (across.from..=across.to).contains(x) && (up.from..=up.to).contains(y))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_outside_is_left_out() {
        let line = Line::new("", vec![(0.0, 1.0), (1.0, 9.0), (3.0, 1.0), (2.0, 0.0)]);
        let axis = Axis::new("", 0.0, 2.0);
        assert_eq!(inside(&line, &axis, &axis), [(0.0, 1.0), (2.0, 0.0)]);
    }
}
