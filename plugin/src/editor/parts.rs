//! The part list: sixteen rows of program, volume, pan, mute, solo and output.

use egui::{self, Align, Layout, Rect, RichText, Sense, Ui, UiBuilder, pos2, vec2};
use nice_plug::prelude::*;

use super::list::list;
use super::{knob, sound::toggle, theme};
use crate::params::choices::ReturnsChoice;
use crate::params::{DmusParams, PARTS, PartParams};
use crate::view::{PartView, View};

/// Height of one row, points.
const ROW: f32 = 26.0;

/// Left edge and width of a column, points.
pub(super) type Column = (f32, f32);

const NUMBER: Column = (8.0, 48.0);
const PROGRAM: Column = (60.0, 156.0);
const CHOICE: Column = (222.0, 230.0);
const VOLUME: Column = (456.0, 148.0);
const PAN: Column = (608.0, 146.0);
const MUTE: Column = (756.0, 24.0);
const SOLO: Column = (782.0, 24.0);
const OUTPUT: Column = (810.0, 78.0);

/// Draws all parts.
pub(super) fn show(ui: &mut Ui, view: &View, params: &DmusParams, setter: &ParamSetter<'_>) {
    header(ui, params, setter);
    for (channel, part) in params.parts().into_iter().enumerate().take(PARTS) {
        row(ui, channel, &view.part(channel), part, setter);
    }
}

/// Names of the columns that every list of parts begins with, and of its own ones.
pub(super) fn headings(ui: &mut Ui, own: &[(Column, &str)]) -> Rect {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 20.0), Sense::hover());
    for &(column, text) in [(NUMBER, "Part"), (PROGRAM, "Plays")].iter().chain(own) {
        cell(ui, rect, column, |ui| {
            ui.label(RichText::new(text).small().color(theme::QUIET))
        });
    }
    rect
}

/// Names of the columns.
fn header(ui: &mut Ui, params: &DmusParams, setter: &ParamSetter<'_>) {
    let rect = headings(ui, &[(CHOICE, "Program"), (VOLUME, "Volume"), (PAN, "Pan")]);
    cell(ui, rect, OUTPUT, |ui| outputs(ui, params, setter));
}

/// Routes all parts and the effects at once.
fn outputs(ui: &mut Ui, params: &DmusParams, setter: &ParamSetter<'_>) {
    let title = RichText::new("Output").small().color(theme::QUIET);
    ui.menu_button(title, |ui| {
        let route = |is_apart: bool| {
            for (number, part) in (1..).zip(params.parts()) {
                knob::change(&part.output, if is_apart { number } else { 0 }, setter);
            }
        };
        if ui.button("Every part in the mix").clicked() {
            route(false);
        }
        if ui.button("Each part on its own output").clicked() {
            route(true);
        }
        ui.separator();
        let returns = &params.master.returns;
        for (text, value) in [
            ("Effects in the mix", ReturnsChoice::Main),
            ("Effects on their own outputs", ReturnsChoice::Own),
        ] {
            if ui.radio(returns.value() == value, text).clicked() {
                knob::change(returns, value, setter);
            }
        }
    })
    .response
    .on_hover_text("A host that offers more outputs than the main one can take parts apart");
}

/// The number of a part, whether it sounds, and what it plays; where the rest of its row belongs.
pub(super) fn begin_row(ui: &mut Ui, channel: usize, part: &PartView) -> Rect {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    if channel.is_multiple_of(2) {
        ui.painter().rect_filled(rect, 3.0, theme::STRIPE);
    }
    let lamp = if part.voices > 0 {
        theme::LIVE
    } else {
        theme::OFF
    };
    ui.painter()
        .circle_filled(pos2(rect.left() + 44.0, rect.center().y), 4.0, lamp);
    cell(ui, rect, NUMBER, |ui| {
        ui.label(RichText::new(format!("{:02}", channel + 1)).strong())
    });
    cell(ui, rect, PROGRAM, |ui| {
        let name = if part.program_name.is_empty() {
            "\u{2013}"
        } else {
            &part.program_name
        };
        let place = if part.drums {
            format!("drum kit {}", u16::from(part.program) + 1)
        } else {
            format!(
                "{}:{}:{}",
                part.bank_msb,
                part.bank_lsb,
                u16::from(part.program) + 1
            )
        };
        ui.add(egui::Label::new(RichText::new(name).color(theme::TEXT)).truncate())
            .on_hover_text(format!("{place}, {} voices", part.voices))
    });
    rect
}

/// One part.
fn row(
    ui: &mut Ui,
    channel: usize,
    part: &PartView,
    params: &PartParams,
    setter: &ParamSetter<'_>,
) {
    let rect = begin_row(ui, channel, part);
    cell(ui, rect, CHOICE, |ui| {
        knob::slider(ui, &params.program, setter, 60.0)
    });
    cell(ui, rect, VOLUME, |ui| {
        knob::slider(ui, &params.volume, setter, 80.0)
    });
    cell(ui, rect, PAN, |ui| {
        knob::slider(ui, &params.pan, setter, 80.0)
    });
    cell(ui, rect, MUTE, |ui| {
        toggle(ui, "M", "silent", &params.mute, setter)
    });
    cell(ui, rect, SOLO, |ui| {
        let meaning = "heard alone, with all others of which this is said";
        toggle(ui, "S", meaning, &params.solo, setter)
    });
    cell(ui, rect, OUTPUT, |ui| {
        numbered(ui, &params.output, setter, OUTPUT.1 - 8.0);
    });
}

/// The sixteen parts, outputs or channels to choose from, behind the choice that is none of them.
pub(super) fn numbered(ui: &mut Ui, param: &IntParam, setter: &ParamSetter<'_>, width: f32) {
    let text = |value| param.normalized_value_to_string(param.preview_normalized(value), true);
    let now = param.value();
    let last = i32::try_from(PARTS).unwrap_or(0);
    list(ui, param.name(), width, text(now), |ui| {
        for value in 0..=last {
            if ui.selectable_label(value == now, text(value)).clicked() && value != now {
                knob::change(param, value, setter);
            }
        }
    });
}

/// Puts one widget into a column of a row.
pub(super) fn cell<R>(ui: &mut Ui, row: Rect, column: Column, add: impl FnOnce(&mut Ui) -> R) {
    let (left, width) = column;
    let rect = Rect::from_min_size(
        pos2(row.left() + left, row.top()),
        vec2(width, row.height()),
    );
    let mut inner = ui.new_child(
        UiBuilder::new()
            .max_rect(rect)
            .layout(Layout::left_to_right(Align::Center)),
    );
    inner.set_clip_rect(rect.intersect(ui.clip_rect()));
    add(&mut inner);
}
