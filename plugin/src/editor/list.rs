//! A list to choose from, with a name for those who cannot see where it stands.

use egui::{self, ComboBox, Response, Ui};

/// Shows what is chosen, and the list once it is clicked.
///
/// - `name`: tells it from all others in the window
/// - `width`: points
pub(super) fn list(
    ui: &mut Ui,
    name: &str,
    width: f32,
    shown: String,
    add: impl FnOnce(&mut Ui),
) -> Response {
    let list = ComboBox::from_id_salt(name).width(width).truncate();
    let response = list.selected_text(shown).show_ui(ui, add).response;
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_label(name));
    response
}
