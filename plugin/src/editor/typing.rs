//! Whose keys are pressed: the window's while a text field has the focus, the host's otherwise.
//!
//! The space bar starts and stops a host's transport, and a letter may play a note there. On Windows
//! and macOS the window library hands keys on that no field wants; on X11 it does not, and there the
//! [link](super::link) does.

use egui::{Context, Event, Id, Plugin, RawInput, Ui};

/// Has a window take no key but for its text fields.
pub(super) fn attach(ctx: &Context) {
    ctx.add_plugin(Fields::default());
}

/// Keeps keys from all that is no text field: a button that the tabulator chose would take the space
/// bar.
#[derive(Debug, Default)]
struct Fields {
    /// A field had the focus when the keys of this frame came.
    is_typing: bool,
    /// What had the focus at the end of the frame before, and is no field.
    other: Option<Id>,
}

impl Plugin for Fields {
    fn debug_name(&self) -> &'static str {
        "keys of text fields"
    }

    fn input_hook(&mut self, ctx: &Context, input: &mut RawInput) {
        self.is_typing = ctx.text_edit_focused();
        if !self.is_typing {
            input.events.retain(|event| !is_stroke(event));
        }
    }

    fn on_end_pass(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx();
        let focused = ctx.memory(|memory| memory.focused());
        let other = focused.filter(|_| !ctx.text_edit_focused());
        // A value's field has the focus one frame before it is drawn.
        if let Some(id) = other.filter(|_| other == self.other) {
            ctx.memory_mut(|memory| memory.surrender_focus(id));
        }
        self.other = other;
    }
}

/// Whether the keys of this frame are a field's; one of them may have been the last.
#[cfg(target_os = "linux")]
pub(super) fn is_typing(ctx: &Context) -> bool {
    ctx.with_plugin(|fields: &mut Fields| fields.is_typing)
        .unwrap_or(false)
}

/// Whether an event is what a host would have seen as a key. Keys that go up do no harm.
fn is_stroke(event: &Event) -> bool {
    match event {
        Event::Key { pressed, .. } => *pressed,
        Event::Text(_) | Event::Paste(_) | Event::Copy | Event::Cut => true,
        _ => false,
    }
}
