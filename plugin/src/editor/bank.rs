//! The bank panel: what plays, where it comes from, how to open another or put one over it.

use dmus_library::{Phase, Snapshot};
use egui::{self, Button, ProgressBar, RichText, ScrollArea, TextEdit, Ui};

use super::{TaskSender, theme};
use crate::notice::Severity;
use crate::tasks::Task;
use crate::view::{BankView, View};

/// Height of the stack of banks, logical pixels: three of them, the others by scrolling.
const STACK_HEIGHT: f32 = 66.0;

/// What the panel keeps between two frames.
#[derive(Debug, Default)]
pub(super) struct BankPanel {
    /// The path as it is being typed.
    path: String,
}

impl BankPanel {
    /// Draws the panel and sends what the musician asks for.
    ///
    /// - `cancel`: ends a load; a task would come after it
    pub(super) fn show(&mut self, ui: &mut Ui, view: &View, send: &TaskSender, cancel: &dyn Fn()) {
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
        let stack = ScrollArea::vertical().max_height(STACK_HEIGHT);
        stack.show(ui, |ui| {
            for (index, bank) in view.banks.iter().enumerate() {
                ui.horizontal(|ui| self.show_bank(ui, index, bank, send));
            }
        });
        match &view.loading {
            Some(loading) => {
                ui.horizontal(|ui| show_loading(ui, loading, cancel));
            }
            None => {
                ui.horizontal(|ui| self.show_path(ui, send));
            }
        }
        for notice in view.notices.iter().rev().take(2) {
            let colour = match notice.severity {
                Severity::Information => theme::QUIET,
                Severity::Warning => theme::WARN,
                Severity::Fault => theme::FAULT,
            };
            ui.label(RichText::new(notice.to_string()).small().color(colour));
        }
    }

    /// One bank of the stack, and what can be done with it.
    fn show_bank(&self, ui: &mut Ui, index: usize, bank: &BankView, send: &TaskSender) {
        let text = match &bank.problem {
            Some(_) => RichText::new(format!("{}: missing", bank.title)).color(theme::WARN),
            None => RichText::new(&bank.title),
        };
        let hover = bank.problem.as_ref().unwrap_or(&bank.origin);
        ui.label(text.small()).on_hover_text(hover);
        if index > 0 && ui.small_button("Up").clicked() {
            send(Task::MoveBank {
                from: index,
                to: index - 1,
            });
        }
        let path = self.path.trim();
        let relocate = ui.add_enabled(!path.is_empty(), Button::new("Relocate").small());
        if relocate
            .on_hover_text("plays the file typed below in its place")
            .clicked()
        {
            send(Task::RelocateBank(index, path.to_owned()));
        }
        show_copy(ui, index, bank, send);
        if ui.small_button("Remove").clicked() {
            send(Task::RemoveBank(index));
        }
    }

    /// The path of another bank, and the things that can be done with it.
    fn show_path(&mut self, ui: &mut Ui, send: &TaskSender) {
        let field = TextEdit::singleline(&mut self.path)
            .hint_text("path of a .dls, .sf2 or .sf3 file")
            .desired_width(330.0);
        let typed = ui.add(field);
        let entered = typed.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        let path = self.path.trim();
        let open = ui.add_enabled(!path.is_empty(), Button::new("Open bank"));
        if (open.clicked() || entered) && !path.is_empty() {
            send(Task::OpenBank(path.to_owned()));
        }
        let add = ui.add_enabled(!path.is_empty(), Button::new("Add bank"));
        if add.on_hover_text("over the banks that play").clicked() {
            send(Task::AddBank(path.to_owned()));
        }
        if ui.button("Built-in bank").clicked() {
            send(Task::OpenBank(String::new()));
        }
        ui.separator();
        let panic = ui.button("Panic");
        if panic
            .on_hover_text("ends every note, lifts every pedal")
            .clicked()
        {
            send(Task::Panic);
        }
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

/// Whether a bank travels in the project, and how to change that.
fn show_copy(ui: &mut Ui, index: usize, bank: &BankView, send: &TaskSender) {
    if let Some(bytes) = bank.copy_bytes {
        let text = format!("Embedded, {} KiB", bytes.div_ceil(1024));
        let embedded = ui.add(Button::new(text).small().selected(true));
        if embedded
            .on_hover_text("its programs in use travel in the project; click to only name it")
            .clicked()
        {
            send(Task::ReferBank(index));
        }
        return;
    }
    let embed = ui.add_enabled(bank.refusal.is_none(), Button::new("Embed").small());
    let why_not = bank.refusal.as_deref().unwrap_or_default();
    if embed
        .on_hover_text("has its programs in use travel in the project")
        .on_disabled_hover_text(why_not)
        .clicked()
    {
        send(Task::EmbedBank(index));
    }
}

/// How far a load is, and how to end it.
fn show_loading(ui: &mut Ui, loading: &Snapshot, cancel: &dyn Fn()) {
    let doing = match loading.phase {
        Phase::Waiting => "waiting",
        Phase::Searching => "searching",
        Phase::Reading => "reading",
        Phase::Hashing => "checking",
        Phase::Compiling | Phase::Done => "preparing",
    };
    let part = loading.done as f32 / loading.total.max(1) as f32;
    let bar = ProgressBar::new(part).desired_width(330.0).text(doing);
    ui.add(bar).on_hover_text(&loading.file);
    if ui.button("Cancel").clicked() {
        cancel();
    }
}
