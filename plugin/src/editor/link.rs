//! The way past the window library, on systems where it leaves something undone.

#[cfg(target_os = "linux")]
pub(super) use super::x11::Link;

/// Nothing is undone here.
#[cfg(not(target_os = "linux"))]
pub(super) struct Link;

#[cfg(not(target_os = "linux"))]
impl Link {
    /// None is needed.
    pub(super) fn new(_window: &nice_plug_egui::baseview::WindowContext) -> Option<Self> {
        None
    }

    /// Never called: there is none.
    pub(super) fn turn(&mut self, _ctx: &egui::Context) -> Vec<std::path::PathBuf> {
        Vec::new()
    }
}
