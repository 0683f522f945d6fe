//! The device page: which external device plays, and which parts.
//!
//! In: parameters, what the view says of the device. Out: parameter changes through the host, tasks.

use dmus_devices::{Connection, DeviceId};
use egui::{self, ComboBox, RichText, Ui};
use nice_plug::prelude::*;

use super::sound::{choice, slider, switch};
use super::{TaskSender, theme};
use crate::params::DmusParams;
use crate::tasks::Task;
use crate::view::{DeviceView, View};

/// Width of the list of devices, points.
const LIST: f32 = 380.0;

/// Parts beside each other.
const COLUMNS: usize = 4;

/// Draws the page.
pub(super) fn show(
    ui: &mut Ui,
    view: &View,
    params: &DmusParams,
    setter: &ParamSetter<'_>,
    send: &TaskSender,
) {
    let device = &view.device;
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        ui.label("Device");
        devices(ui, device, send);
        if ui.button("Look again").clicked() {
            send(Task::ListDevices);
        }
        ui.label(RichText::new(state(device)).small().color(theme::QUIET));
    });
    ui.horizontal(|ui| {
        ui.label("Latency");
        slider(ui, &params.external.latency, setter);
        switch(ui, "MIDI clock", &params.external.clock, setter);
        ui.label(RichText::new(figures(device)).small().color(theme::QUIET));
    });
    ui.add_space(8.0);
    ui.label(RichText::new("Who plays each part").strong());
    egui::Grid::new("roles").show(ui, |ui| {
        for (index, part) in params.parts().into_iter().enumerate() {
            ui.label(format!("Part {:02}", index + 1));
            choice(ui, &part.device, setter);
            if index % COLUMNS == COLUMNS - 1 {
                ui.end_row();
            }
        }
    });
}

/// The list to choose from; the one in force stays in it while it is not there.
fn devices(ui: &mut Ui, device: &DeviceView, send: &TaskSender) {
    let none = "none".to_owned();
    let shown = device
        .chosen
        .as_ref()
        .map_or(none.clone(), DeviceId::to_string);
    let missing = device
        .chosen
        .iter()
        .filter(|chosen| !device.listed.contains(chosen));
    ComboBox::from_id_salt("device")
        .width(LIST)
        .truncate()
        .selected_text(shown)
        .show_ui(ui, |ui| {
            if ui.selectable_label(device.chosen.is_none(), none).clicked() {
                send(Task::ChooseDevice(None));
            }
            for listed in missing.chain(&device.listed) {
                let is_chosen = device.chosen.as_ref() == Some(listed);
                if ui.selectable_label(is_chosen, listed.to_string()).clicked() {
                    send(Task::ChooseDevice(Some(listed.clone())));
                }
            }
        });
}

/// How the device is, in words.
fn state(device: &DeviceView) -> String {
    match &device.status.connection {
        Connection::None => String::new(),
        Connection::Absent => "is not there, and is looked for".to_owned(),
        Connection::Refused(why) => why.clone(),
        Connection::Open => "is open".to_owned(),
    }
}

/// How late messages were sent.
fn figures(device: &DeviceView) -> String {
    let status = &device.status;
    if status.sent == 0 {
        return String::new();
    }
    let [p50, p95, worst] = [status.late_p50_us, status.late_p95_us, status.late_worst_us]
        .map(|us| format!("{}.{:02}", us / 1_000, us % 1_000 / 10));
    format!(
        "{} sent, late by {p50} ms, 95 % by {p95} ms, worst {worst} ms",
        status.sent
    )
}
