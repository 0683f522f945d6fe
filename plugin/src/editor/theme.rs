//! Colours, spacing and type of the window.

use egui::{self, Color32, FontId, Frame, Margin, Stroke, TextStyle, Visuals};

/// Behind everything.
const PAGE: Color32 = Color32::from_rgb(0x16, 0x1A, 0x20);
/// Behind the bars at the top and the bottom.
const BAR: Color32 = Color32::from_rgb(0x1F, 0x25, 0x2D);
/// Every second row.
pub(super) const STRIPE: Color32 = Color32::from_rgb(0x1B, 0x20, 0x27);
/// Text that is read; at least 4.5:1 on every ground above.
pub(super) const TEXT: Color32 = Color32::from_rgb(0xE4, 0xE8, 0xEE);
/// Text beside it; at least 4.5:1 too.
pub(super) const QUIET: Color32 = Color32::from_rgb(0x9A, 0xA7, 0xB6);
/// What sounds.
pub(super) const LIVE: Color32 = Color32::from_rgb(0x6F, 0xD3, 0x9B);
/// What was not done as asked.
pub(super) const WARN: Color32 = Color32::from_rgb(0xF2, 0xB9, 0x5C);
/// What stopped.
pub(super) const FAULT: Color32 = Color32::from_rgb(0xFF, 0x8A, 0x80);
/// Empty meters, lamps that are off.
pub(super) const OFF: Color32 = Color32::from_rgb(0x33, 0x3C, 0x47);

/// Sets the look of a new window.
pub(super) fn apply(context: &egui::Context) {
    let mut visuals = Visuals::dark();
    visuals.panel_fill = PAGE;
    visuals.window_fill = BAR;
    visuals.extreme_bg_color = Color32::from_rgb(0x10, 0x13, 0x18);
    visuals.override_text_color = Some(TEXT);
    visuals.selection.bg_fill = Color32::from_rgb(0x2F, 0x6E, 0x9E);
    visuals.widgets.noninteractive.bg_stroke = Stroke::new(1.0, OFF);
    context.set_visuals(visuals);
    context.all_styles_mut(|style| {
        style
            .text_styles
            .insert(TextStyle::Heading, FontId::proportional(20.0));
        style
            .text_styles
            .insert(TextStyle::Body, FontId::proportional(13.0));
        style
            .text_styles
            .insert(TextStyle::Button, FontId::proportional(13.0));
        style
            .text_styles
            .insert(TextStyle::Small, FontId::proportional(11.0));
        style.spacing.item_spacing = egui::vec2(8.0, 4.0);
    });
}

/// Ground of the bars.
pub(super) fn bar() -> Frame {
    Frame::new()
        .fill(BAR)
        .inner_margin(Margin::symmetric(12, 8))
}

/// Ground of the page between them.
pub(super) fn page() -> Frame {
    Frame::new()
        .fill(PAGE)
        .inner_margin(Margin::symmetric(12, 6))
}
