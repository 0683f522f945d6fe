//! The sound panel: reverb, chorus, delay, and what holds for the whole instrument.
//!
//! In: parameters. Out: parameter changes through the host.

use egui::{self, Checkbox, RichText, Ui, vec2};
use nice_plug::prelude::*;

use super::list::list;
use super::{knob, theme};
use crate::params::DmusParams;

/// Width of one of the four columns, points.
const COLUMN: f32 = 216.0;

/// Height of one line, points.
const LINE: f32 = 24.0;

/// Width of a line's name, of a slider, and of a choice, points.
const NAME: f32 = 78.0;
const SLIDER: f32 = 58.0;
const CHOICE: f32 = 112.0;

/// Draws the panel.
pub(super) fn show(ui: &mut Ui, params: &DmusParams, setter: &ParamSetter<'_>) {
    let (reverb, chorus, delay) = (&params.reverb, &params.chorus, &params.delay);
    let master = &params.master;
    ui.horizontal_top(|ui| {
        column(ui, "Reverb", |ui| {
            line(ui, "", |ui| switch(ui, "on", &reverb.on, setter));
            line(ui, "Type", |ui| choice(ui, &reverb.kind, setter));
            line(ui, "Level", |ui| slider(ui, &reverb.level, setter));
            line(ui, "Time", |ui| slider(ui, &reverb.time, setter));
        });
        column(ui, "Chorus", |ui| {
            line(ui, "", |ui| switch(ui, "on", &chorus.on, setter));
            line(ui, "Type", |ui| choice(ui, &chorus.kind, setter));
            line(ui, "Level", |ui| slider(ui, &chorus.level, setter));
            line(ui, "Rate", |ui| slider(ui, &chorus.rate, setter));
        });
        column(ui, "Delay", |ui| {
            line(ui, "", |ui| switch(ui, "on", &delay.on, setter));
            line(ui, "Type", |ui| choice(ui, &delay.kind, setter));
            line(ui, "Level", |ui| slider(ui, &delay.level, setter));
            line(ui, "Time", |ui| slider(ui, &delay.time, setter));
        });
        column(ui, "Everything", |ui| {
            line(ui, "", |ui| {
                switch(ui, "dry, without effects", &master.dry, setter);
            });
            line(ui, "Mode", |ui| choice(ui, &master.mode, setter));
            line(ui, "Interpolation", |ui| {
                choice(ui, &master.interpolation, setter);
            });
            line(ui, "Transpose", |ui| slider(ui, &master.transpose, setter));
        });
    });
}

/// One column under its heading.
fn column(ui: &mut Ui, heading: &str, add: impl FnOnce(&mut Ui)) {
    ui.allocate_ui(vec2(COLUMN, 5.0 * LINE), |ui| {
        ui.vertical(|ui| {
            ui.set_width(COLUMN - ui.spacing().item_spacing.x);
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.label(RichText::new(heading).strong());
            add(ui);
        });
    });
}

/// A name and what belongs to it.
fn line(ui: &mut Ui, name: &str, add: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.set_height(LINE);
        if !name.is_empty() {
            let label = egui::Label::new(RichText::new(name).small().color(theme::QUIET));
            ui.allocate_ui(vec2(NAME - 8.0, LINE), |ui| {
                ui.set_width(NAME - 8.0);
                ui.add(label);
            });
        }
        add(ui);
    });
}

/// A slider with its value as text.
pub(super) fn slider<P: Param>(ui: &mut Ui, param: &P, setter: &ParamSetter<'_>) {
    knob::slider(ui, param, setter, SLIDER);
}

/// A box to be ticked.
pub(super) fn switch(ui: &mut Ui, text: &str, param: &BoolParam, setter: &ParamSetter<'_>) {
    let mut is_on = param.value();
    if ui.add(Checkbox::new(&mut is_on, text)).changed() {
        knob::change(param, is_on, setter);
    }
}

/// A list to choose from.
pub(super) fn choice<T: Enum + PartialEq + 'static>(
    ui: &mut Ui,
    param: &EnumParam<T>,
    setter: &ParamSetter<'_>,
) {
    let now = param.value().to_index();
    let variants = T::variants();
    let shown = variants.get(now).copied().unwrap_or_default();
    list(ui, param.name(), CHOICE, shown.to_owned(), |ui| {
        for (index, name) in variants.iter().enumerate() {
            if ui.selectable_label(index == now, *name).clicked() && index != now {
                knob::change(param, T::from_index(index), setter);
            }
        }
    });
}

/// A small button that stays down while a part is muted, or alone.
///
/// - `what`: one letter; what it means is said when the pointer rests on it
pub(super) fn toggle(
    ui: &mut Ui,
    what: &str,
    meaning: &str,
    param: &BoolParam,
    setter: &ParamSetter<'_>,
) -> egui::Response {
    let mut is_on = param.value();
    let response = ui.toggle_value(&mut is_on, RichText::new(what).small());
    if response.changed() {
        knob::change(param, is_on, setter);
    }
    response.on_hover_text(meaning)
}
