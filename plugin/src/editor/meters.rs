//! The meter panel: output level, voices, losses, master volume.

use egui::{Align2, FontId, RichText, Sense, Ui, pos2, vec2};
use nice_plug::prelude::*;

use super::{knob, theme};
use crate::params::MasterParams;
use crate::view::View;

/// Bottom of the meter, dB below full scale.
const FLOOR_DB: f32 = -60.0;

/// How fast a meter falls, dB a second.
const FALL_DB_PER_S: f32 = 24.0;

/// The meters with their fall-back.
#[derive(Debug)]
pub(super) struct Meters {
    shown_db: [f32; 2],
}

impl Default for Meters {
    fn default() -> Self {
        Self {
            shown_db: [FLOOR_DB; 2],
        }
    }
}

impl Meters {
    /// Draws the panel.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        view: &View,
        master: &MasterParams,
        setter: &ParamSetter<'_>,
    ) {
        let elapsed_s = ui.input(|input| input.stable_dt).min(0.25);
        ui.horizontal(|ui| {
            ui.vertical(|ui| {
                for (side, name) in ["L", "R"].into_iter().enumerate() {
                    let peak_db = amplitude_to_db(view.peak[side]);
                    let fallen_db = self.shown_db[side] - FALL_DB_PER_S * elapsed_s;
                    self.shown_db[side] = peak_db.max(fallen_db).clamp(FLOOR_DB, 6.0);
                    bar(ui, name, self.shown_db[side]);
                }
            });
            ui.add_space(12.0);
            ui.label(RichText::new("Master").color(theme::QUIET));
            knob::slider(ui, &master.volume, setter, 110.0);
            ui.add_space(12.0);
            ui.vertical(|ui| {
                ui.label(format!("{} voices", view.voices));
                let peak = format!("at most {}", view.voices_peak);
                ui.label(RichText::new(peak).small().color(theme::QUIET));
            });
            ui.add_space(12.0);
            losses(ui, view);
        });
    }
}

/// Whether anything was lost, in words.
fn losses(ui: &mut Ui, view: &View) {
    if !view.active {
        ui.label(RichText::new("not active").color(theme::QUIET));
    } else if view.losses.is_empty() {
        ui.label(RichText::new("nothing lost").color(theme::LIVE));
    } else {
        let text: Vec<_> = view
            .losses
            .iter()
            .map(|(name, count)| format!("{name} {count}"))
            .collect();
        ui.label(RichText::new(format!("lost: {}", text.join(", "))).color(theme::WARN));
    }
}

/// One horizontal meter with its value in figures, so that it does not rest on colour alone.
fn bar(ui: &mut Ui, name: &str, level_db: f32) {
    let (rect, _) = ui.allocate_exact_size(vec2(250.0, 13.0), Sense::hover());
    let painter = ui.painter();
    let font = FontId::proportional(11.0);
    painter.text(
        rect.left_center(),
        Align2::LEFT_CENTER,
        name,
        font.clone(),
        theme::QUIET,
    );
    let left = rect.left() + 14.0;
    let width = 186.0;
    let ground = rect
        .with_min_x(left)
        .with_max_x(left + width)
        .shrink2(vec2(0.0, 2.0));
    painter.rect_filled(ground, 2.0, theme::OFF);
    let part = ((level_db - FLOOR_DB) / -FLOOR_DB).clamp(0.0, 1.0);
    let colour = if level_db > -1.0 {
        theme::WARN
    } else {
        theme::LIVE
    };
    painter.rect_filled(ground.with_max_x(left + width * part), 2.0, colour);
    let text = if level_db <= FLOOR_DB {
        "silent".to_owned()
    } else {
        format!("{level_db:.0} dB")
    };
    let place = pos2(rect.right(), rect.center().y);
    painter.text(place, Align2::RIGHT_CENTER, text, font, theme::QUIET);
}

/// Decibels of a linear amplitude, not below the floor.
fn amplitude_to_db(amplitude: f32) -> f32 {
    if amplitude > 0.0 {
        (20.0 * amplitude.log10()).max(FLOOR_DB)
    } else {
        FLOOR_DB
    }
}
