//! The window without a screen: what is shown, and what a click or a key changes.

mod banks;
mod keys;
mod parts;
mod presets;
mod splits;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use dmus_entry::{Gestures, Rehearsal};
use egui::Role;
use egui_kittest::kittest::{By, Queryable};
use egui_kittest::{Harness, Node};
use nice_plug::context::gui::GuiContext;

use super::{SIZE, Window};
use crate::control::{Control, SharedControl};
use crate::drawing::DrawingThread;
use crate::params::DmusParams;
use crate::state::{SavedBank, SavedParts};
use crate::tasks::{self, Task};
use crate::view::ProgramNames;

/// Frames until what was done is drawn, and has been answered to.
const SETTLED: usize = 4;

/// An open window with what it speaks to.
struct Bench {
    harness: Harness<'static, Window>,
    params: Arc<DmusParams>,
    control: SharedControl,
    host: Arc<Rehearsal>,
    sent: Receiver<Task>,
}

impl Bench {
    /// A window of an instrument that nobody has touched.
    fn new() -> Self {
        let bank = Arc::new(SavedBank::default());
        let parts = Arc::new(SavedParts::default());
        let names = ProgramNames::default();
        let control = Control::new(Arc::clone(&bank), Arc::clone(&parts), names.clone());
        let control = SharedControl::new(control);
        let device = Arc::default();
        let params = Arc::new(DmusParams::new(bank, parts, device, &names));
        let host = Arc::new(Rehearsal::default());
        let (sender, sent) = channel();
        let send = Box::new(move |task| {
            // A bench that has gone away looks at nothing more.
            let _gone = sender.send(task);
        });
        let drawing = DrawingThread::default();
        let window = Window::new(Arc::clone(&params), control.clone(), drawing, send);
        let context = GuiContext::new(Arc::clone(&host) as Arc<_>);
        let draw = move |ui: &mut egui::Ui, window: &mut Window| {
            if window.context.is_none() {
                window.open(ui.ctx(), context.clone());
            }
            window.draw(ui);
        };
        let size = SIZE.cast::<f32>();
        let harness = Harness::builder().with_size([size.width, size.height]);
        let mut bench = Self {
            harness: harness.build_ui_state(draw, window),
            params,
            control,
            host,
            sent,
        };
        bench.settle();
        bench
    }

    /// The same on another page.
    fn on(page: &'static str) -> Self {
        let mut bench = Self::new();
        bench.click(page);
        bench
    }

    fn settle(&mut self) {
        self.harness.run_steps(SETTLED);
    }

    /// Clicks what bears a name.
    fn click(&mut self, label: &'static str) {
        self.harness.get_by_label(label).click();
        self.settle();
    }

    /// Opens a list and clicks what is to be chosen.
    fn choose(&mut self, list: &'static str, label: &'static str) {
        self.click(list);
        let choice = self.harness.get_by_role_and_label(Role::Button, label);
        choice.click();
        self.settle();
    }

    /// Clicks one of those that bear a name, from 0.
    fn click_nth(&mut self, label: &'static str, index: usize) {
        let mut named = self.harness.get_all_by_label(label);
        named.nth(index).expect("so many of that name").click();
        drop(named);
        self.settle();
    }

    /// Clicks a place.
    fn click_at(&mut self, x: f32, y: f32) {
        let pos = egui::pos2(x, y);
        for pressed in [true, false] {
            self.harness.event(egui::Event::PointerMoved(pos));
            self.harness.event(egui::Event::PointerButton {
                pos,
                button: egui::PointerButton::Primary,
                pressed,
                modifiers: egui::Modifiers::NONE,
            });
            self.harness.step();
        }
        self.settle();
    }

    /// A text field by what it says while it is empty.
    fn field(&self, hint: &'static str) -> Node<'_> {
        let by = By::new().predicate(move |node| node.data().placeholder() == Some(hint));
        self.harness.get(by)
    }

    /// Clicks into a text field and types in the place of what it holds.
    fn type_into(&mut self, hint: &'static str, text: &str) {
        self.field(hint).click();
        self.settle();
        self.retype(text);
    }

    /// Types in the place of all that the field with the focus holds.
    fn retype(&mut self, text: &str) {
        let all = egui::Modifiers::COMMAND;
        self.harness.key_press_modifiers(all, egui::Key::A);
        self.settle();
        self.harness.event(egui::Event::Text(text.to_owned()));
        self.settle();
    }

    /// Whether something of this name is to be seen.
    fn shows(&self, label: &'static str) -> bool {
        self.harness.query_all_by_label(label).next().is_some()
    }

    /// What the window has asked for since the last look.
    fn sent(&self) -> Vec<Task> {
        self.sent.try_iter().collect()
    }

    /// Has the control side do what the window has asked for.
    fn serve(&mut self) {
        for task in self.sent() {
            tasks::run(task, &self.control);
        }
        self.settle();
    }

    /// Whether the host was told of so many changes, each whole.
    fn told(&self, changes: usize) -> bool {
        let whole = Gestures {
            begun: changes,
            set: changes,
            loose: 0,
            ended: changes,
        };
        self.host.gestures() == whole
    }
}
