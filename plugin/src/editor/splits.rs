//! Which notes the parts answer to, and how hard: channel, range of keys and velocity curve of each.
//!
//! In: parameters, what the parts play. Out: parameter changes through the host.

use egui::{self, Ui};
use nice_plug::prelude::*;

use super::parts::{self, Column, cell};
use super::{knob, sound};
use crate::params::{DmusParams, PartParams};
use crate::view::{PartView, View};

/// Columns behind those that every list of parts has.
const CHANNEL: Column = (222.0, 96.0);
const LOWEST: Column = (326.0, 176.0);
const HIGHEST: Column = (506.0, 176.0);
const VELOCITY: Column = (690.0, 130.0);

/// Width of a slider, points.
const SLIDER: f32 = 90.0;

/// Draws all parts.
pub(super) fn show(ui: &mut Ui, view: &View, params: &DmusParams, setter: &ParamSetter<'_>) {
    let columns = [
        (CHANNEL, "Channel"),
        (LOWEST, "Lowest key"),
        (HIGHEST, "Highest key"),
        (VELOCITY, "Velocity"),
    ];
    parts::headings(ui, &columns);
    for (channel, part) in params.parts().into_iter().enumerate() {
        row(ui, channel, &view.part(channel), part, setter);
    }
}

/// One part.
fn row(
    ui: &mut Ui,
    channel: usize,
    part: &PartView,
    params: &PartParams,
    setter: &ParamSetter<'_>,
) {
    let rect = parts::begin_row(ui, channel, part);
    cell(ui, rect, CHANNEL, |ui| {
        parts::numbered(ui, &params.channel, setter, CHANNEL.1 - 24.0);
    });
    cell(ui, rect, LOWEST, |ui| {
        knob::slider(ui, &params.lowest_key, setter, SLIDER)
    });
    cell(ui, rect, HIGHEST, |ui| {
        knob::slider(ui, &params.highest_key, setter, SLIDER)
    });
    cell(ui, rect, VELOCITY, |ui| {
        sound::choice(ui, &params.velocity_curve, setter);
    });
}
