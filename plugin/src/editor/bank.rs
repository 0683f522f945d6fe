//! The bank panel: what plays, where it comes from, how to open another.

use egui::{self, RichText, TextEdit, Ui};

use super::{TaskSender, theme};
use crate::notice::Severity;
use crate::tasks::Task;
use crate::view::View;

/// What the panel keeps between two frames.
#[derive(Debug, Default)]
pub(super) struct BankPanel {
    /// The path as it is being typed.
    path: String,
}

impl BankPanel {
    /// Draws the panel and sends what the musician asks for.
    pub(super) fn show(&mut self, ui: &mut Ui, view: &View, send: &TaskSender) {
        ui.horizontal(|ui| {
            ui.label(RichText::new("DMus").heading().strong());
            ui.add_space(8.0);
            ui.vertical(|ui| {
                ui.label(RichText::new(&view.bank_title).strong());
                ui.label(RichText::new(&view.bank_origin).small().color(theme::QUIET));
            });
            if view.bank_warnings > 0 {
                let text = format!("{} warnings while reading", view.bank_warnings);
                ui.label(RichText::new(text).small().color(theme::WARN));
            }
        });
        ui.horizontal(|ui| self.show_path(ui, send));
        for notice in view.notices.iter().rev().take(2) {
            let colour = match notice.severity {
                Severity::Information => theme::QUIET,
                Severity::Warning => theme::WARN,
                Severity::Fault => theme::FAULT,
            };
            ui.label(RichText::new(notice.to_string()).small().color(colour));
        }
    }

    /// The path of another bank, and the two things that can be done with it.
    fn show_path(&mut self, ui: &mut Ui, send: &TaskSender) {
        let field = TextEdit::singleline(&mut self.path)
            .hint_text("path of a .dls file")
            .desired_width(330.0);
        let typed = ui.add(field);
        let entered = typed.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        let path = self.path.trim();
        let open = ui.add_enabled(!path.is_empty(), egui::Button::new("Open bank"));
        if (open.clicked() || entered) && !path.is_empty() {
            send(Task::OpenBank(path.to_owned()));
        }
        if ui.button("Built-in bank").clicked() {
            send(Task::OpenBank(String::new()));
        }
        ui.separator();
        let midi = ui.button("Save MIDI");
        if midi
            .on_hover_text("what was played in the last ten minutes, as a MIDI file")
            .clicked()
        {
            send(Task::SaveMidi);
        }
        let audio = ui.button("Save audio");
        if audio
            .on_hover_text("what was heard in the last two minutes, as a WAV file")
            .clicked()
        {
            send(Task::SaveAudio);
        }
    }
}
