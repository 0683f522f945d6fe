//! The window: panel order, size, repaint policy.
//!
//! In: parameters, and a [`View`](crate::view::View) taken from the control side once a frame.
//! Out: parameter changes through the host, tasks for the control side. It never sees the
//! pipeline, and nothing in the instrument needs it. Thread: the host's window thread.

mod bank;
mod browser;
mod device;
mod knob;
mod link;
mod list;
mod meters;
mod parts;
mod sound;
mod splits;
#[cfg(test)]
mod tests;
mod theme;
mod typing;
#[cfg(target_os = "linux")]
mod x11;

use core::time::Duration;
use std::path::PathBuf;
use std::sync::Arc;

use egui::{self, CentralPanel, Panel};
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::LogicalSize;
use nice_plug_egui::{
    EguiEditor, EguiEditorState, EguiNiceSettings, Frame, NiceEguiApp, RepaintNotifier, baseview,
    create_egui_editor,
};

use crate::control::SharedControl;
use crate::drawing::DrawingThread;
use crate::params::DmusParams;
use crate::tasks::Task;

/// How the window asks for slow work.
pub type TaskSender = Box<dyn Fn(Task) + Send>;

/// Width and height at 100 %, logical pixels.
const SIZE: LogicalSize<f64> = LogicalSize {
    width: 912.0,
    height: 792.0,
};

/// Meters move about this often; nothing else in the window moves by itself.
const REPAINT_EVERY: Duration = Duration::from_millis(33);

/// Builds the editor.
///
/// - `drawing`: is told which thread draws
/// - `send`: hands a task to the background thread
#[must_use]
pub fn create(
    params: Arc<DmusParams>,
    control: SharedControl,
    drawing: DrawingThread,
    send: TaskSender,
) -> Option<EguiEditor<Window>> {
    create_egui_editor(
        EguiEditorState::from_size(SIZE, 1.0),
        RepaintNotifier::new(),
        EguiNiceSettings::new().with_tile("DMus"),
        Window::new(params, control, drawing, send),
    )
}

/// What stands in the middle of the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Page {
    /// The sixteen parts: what they play, how loud, where.
    #[default]
    Parts,
    /// The sixteen parts: which notes they answer to.
    Splits,
    /// The browser of presets.
    Presets,
    /// The external device.
    Device,
}

/// What the window keeps between two frames.
#[expect(
    missing_debug_implementations,
    reason = "holds the framework's context and a closure"
)]
pub struct Window {
    params: Arc<DmusParams>,
    control: SharedControl,
    drawing: DrawingThread,
    send: TaskSender,
    context: Option<GuiContext>,
    bank: bank::BankPanel,
    page: Page,
    browser: browser::Browser,
    meters: meters::Meters,
    link: Option<link::Link>,
}

impl Window {
    /// A window that is not open yet.
    fn new(
        params: Arc<DmusParams>,
        control: SharedControl,
        drawing: DrawingThread,
        send: TaskSender,
    ) -> Self {
        Self {
            params,
            control,
            drawing,
            send,
            context: None,
            bank: bank::BankPanel::default(),
            page: Page::default(),
            browser: browser::Browser::default(),
            meters: meters::Meters::default(),
            link: None,
        }
    }

    /// Begins a life of the window.
    fn open(&mut self, ctx: &egui::Context, context: GuiContext) {
        theme::apply(ctx);
        typing::attach(ctx);
        knob::attach(ctx, self.control.lock().host());
        self.context = Some(context);
    }

    /// Opens banks that were dropped: the first in the place of the uppermost, others over it.
    fn take(&self, files: &[PathBuf]) {
        for (index, file) in files.iter().enumerate() {
            let path = file.display().to_string();
            (self.send)(if index == 0 {
                Task::OpenBank(path)
            } else {
                Task::AddBank(path)
            });
        }
    }

    /// Draws a frame.
    fn draw(&mut self, ui: &mut egui::Ui) {
        let Some(context) = &self.context else { return };
        let setter = context.param_setter();
        let view = self.control.view();
        knob::follow_host(ui.ctx());

        Panel::top("bank").frame(theme::bar()).show(ui, |ui| {
            let cancel = || self.control.lock().cancel_load();
            self.bank.show(ui, &view, &self.send, &cancel);
        });
        Panel::bottom("meters").frame(theme::bar()).show(ui, |ui| {
            self.meters.show(ui, &view, &self.params.master, &setter);
        });
        Panel::bottom("sound").frame(theme::bar()).show(ui, |ui| {
            sound::show(ui, &self.params, &setter);
        });
        CentralPanel::no_frame()
            .frame(theme::page())
            .show(ui, |ui| {
                ui.horizontal(|ui| {
                    for (page, name) in [
                        (Page::Parts, "Parts"),
                        (Page::Splits, "Splits"),
                        (Page::Presets, "Presets"),
                        (Page::Device, "Device"),
                    ] {
                        let chosen = ui.selectable_value(&mut self.page, page, name);
                        if chosen.clicked() && page == Page::Device {
                            (self.send)(Task::ListDevices);
                        }
                    }
                });
                match self.page {
                    Page::Parts => parts::show(ui, &view, &self.params, &setter),
                    Page::Splits => splits::show(ui, &view, &self.params, &setter),
                    Page::Presets => self.browser.show(ui, &view.presets, &self.send),
                    Page::Device => device::show(ui, &view, &self.params, &setter, &self.send),
                }
            });
        ui.ctx().request_repaint_after(REPAINT_EVERY);
    }
}

impl NiceEguiApp for Window {
    fn build(
        &mut self,
        egui_ctx: egui::Context,
        nice_gui_ctx: GuiContext,
        frame: &mut Frame,
    ) -> Result<(), baseview::HandlerError> {
        self.drawing.begin();
        self.open(&egui_ctx, nice_gui_ctx);
        self.link = link::Link::new(frame.baseview_window());
        Ok(())
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut Frame) {
        if let Some(link) = &mut self.link {
            let dropped = link.turn(ui.ctx());
            self.take(&dropped);
        }
        self.draw(ui);
    }

    fn editor_closed(&mut self) {
        self.context = None;
        self.link = None;
    }
}
