//! A parameter's slider with what the host wants shown at it, and its menu.
//!
//! In: a parameter, the host's marks. Out: changes through the host; a right click asks the host for
//! its menu, and opens our own where the host has none.

use dmus_entry::{Automation, HostLink, ParamMark};
use egui::{self, Area, Color32, Context, Id, Key, Response, Stroke, StrokeKind, TextEdit, Ui};
use nice_plug::prelude::*;
use nice_plug_egui::widgets::ParamSlider;

use super::theme;

/// Radius of the dot that stands for a knob of a device, points.
const DOT: f32 = 3.0;

/// Width of the field for a typed value, points.
const FIELD: f32 = 90.0;

/// A value that is being typed.
#[derive(Debug, Clone)]
struct Typing {
    param: ParamPtr,
    text: String,
}

/// Under which the window keeps the way to the host.
fn host_id() -> Id {
    Id::unique("the way to the host")
}

/// Under which it keeps the value that is being typed.
fn typing_id() -> Id {
    Id::unique("the value that is typed")
}

/// Lets the sliders of a window know the host.
pub(super) fn attach(context: &Context, host: HostLink) {
    context.data_mut(|data| data.insert_temp(host_id(), host));
}

/// Opens the field that a menu of the host's has asked for. Once a frame.
pub(super) fn follow_host(context: &Context) {
    let host: Option<HostLink> = context.data(|data| data.get_temp(host_id()));
    if let Some(param) = host.and_then(|host| host.take_typed()) {
        begin_typing(context, param, String::new());
    }
}

fn begin_typing(context: &Context, param: ParamPtr, text: String) {
    context.data_mut(|data| data.insert_temp(typing_id(), Typing { param, text }));
}

/// A slider with its value as text.
pub(super) fn slider<P: Param>(
    ui: &mut Ui,
    param: &P,
    setter: &ParamSetter<'_>,
    width: f32,
) -> Response {
    let mut response = ui.add(ParamSlider::for_param(param, setter).with_width(width));
    let host: Option<HostLink> = ui.data(|data| data.get_temp(host_id()));
    let Some(host) = host else {
        return response;
    };
    if let Some(mark) = host.mark(param.as_ptr()) {
        response = paint(ui, response, &Shown::of(&mark));
    }
    if !host.has_menu() {
        response.context_menu(|ui| own_menu(ui, param, setter));
    } else if response.secondary_clicked()
        && let Some(place) = response.interact_pointer_pos()
    {
        let scale = ui.ctx().pixels_per_point();
        host.want_menu(
            param.as_ptr(),
            [pixel(place.x * scale), pixel(place.y * scale)],
        );
        host.ring();
    }
    type_value(ui, &response, param, setter);
    response
}

/// What a host without a menu leaves to us.
fn own_menu<P: Param>(ui: &mut Ui, param: &P, setter: &ParamSetter<'_>) {
    if ui.button("Reset to default").clicked() {
        change(param, param.default_plain_value(), setter);
        ui.close();
    }
    if ui.button("Enter value\u{2026}").clicked() {
        begin_typing(ui.ctx(), param.as_ptr(), param.to_string());
        ui.close();
    }
}

/// The field under a slider whose value is being typed.
fn type_value<P: Param>(ui: &Ui, slider: &Response, param: &P, setter: &ParamSetter<'_>) {
    let typing: Option<Typing> = ui.data(|data| data.get_temp(typing_id()));
    let Some(mut typing) = typing.filter(|typing| typing.param == param.as_ptr()) else {
        return;
    };
    let area = Area::new(typing_id())
        .order(egui::Order::Foreground)
        .fixed_pos(slider.rect.left_bottom());
    let field = area.show(ui.ctx(), |ui| {
        let field = ui.add(TextEdit::singleline(&mut typing.text).desired_width(FIELD));
        if !field.lost_focus() {
            field.request_focus();
        }
        field
    });
    let is_over = field.inner.lost_focus();
    if is_over
        && ui.input(|input| input.key_pressed(Key::Enter))
        && let Some(normalized) = param.string_to_normalized_value(&typing.text)
    {
        change(param, param.preview_plain(normalized), setter);
    }
    ui.data_mut(|data| {
        if is_over {
            data.remove::<Typing>(typing_id());
        } else {
            data.insert_temp(typing_id(), typing);
        }
    });
}

/// Tells the host of one change.
pub(super) fn change<P: Param>(param: &P, value: P::Plain, setter: &ParamSetter<'_>) {
    setter.begin_set_parameter(param);
    setter.set_parameter(param, value);
    setter.end_set_parameter(param);
}

/// A place in the window; hosts count whole pixels.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a conversion to an integer saturates, and a window is smaller"
)]
fn pixel(place: f32) -> i32 {
    place.round() as i32
}

/// How a mark looks.
#[derive(Debug, Clone, PartialEq)]
struct Shown {
    /// A dot: a knob of a device moves it.
    dot: Option<Color32>,
    /// A frame: it is automated.
    frame: Option<Color32>,
    /// What is said when the pointer rests on it.
    words: String,
}

impl Shown {
    fn of(mark: &ParamMark) -> Self {
        let chosen = |color: Option<[u8; 3]>, own| {
            color.map_or(own, |[red, green, blue]| {
                Color32::from_rgb(red, green, blue)
            })
        };
        let (own, said) = match mark.automation {
            Automation::None => (None, ""),
            Automation::Present => (Some(theme::QUIET), "there is automation"),
            Automation::Playing => (Some(theme::LIVE), "automation moves it"),
            Automation::Recording => (Some(theme::FAULT), "automation is recorded"),
            Automation::Overriding => (Some(theme::WARN), "automation is overridden"),
        };
        let mapping = mark.mapping.as_ref();
        let device = mapping.map_or("", |mapping| match mapping.description.as_str() {
            "" => mapping.label.as_str(),
            description => description,
        });
        let words: Vec<&str> = [device, said]
            .into_iter()
            .filter(|it| !it.is_empty())
            .collect();
        Self {
            dot: mapping.map(|mapping| chosen(mapping.color, theme::TEXT)),
            frame: own.map(|own| chosen(mark.automation_color, own)),
            words: words.join(", "),
        }
    }
}

/// Draws a mark over a slider.
fn paint(ui: &Ui, slider: Response, shown: &Shown) -> Response {
    let painter = ui.painter();
    if let Some(color) = shown.frame {
        let stroke = Stroke::new(1.5, color);
        painter.rect_stroke(slider.rect, 2.0, stroke, StrokeKind::Outside);
    }
    if let Some(color) = shown.dot {
        painter.circle_filled(slider.rect.left_top(), DOT, color);
    }
    if shown.words.is_empty() {
        slider
    } else {
        slider.on_hover_text(&shown.words)
    }
}

#[cfg(test)]
mod tests {
    use dmus_entry::Mapping;

    use super::*;

    #[test]
    fn a_mark_has_the_hosts_colours_or_else_ours() {
        let mut mark = ParamMark {
            automation: Automation::Recording,
            ..ParamMark::default()
        };
        let shown = Shown::of(&mark);
        assert_eq!((shown.dot, shown.frame), (None, Some(theme::FAULT)));
        mark.automation_color = Some([1, 2, 3]);
        mark.mapping = Some(Mapping {
            color: Some([4, 5, 6]),
            label: "K1".to_owned(),
            description: String::new(),
        });
        let shown = Shown::of(&mark);
        assert_eq!(shown.frame, Some(Color32::from_rgb(1, 2, 3)));
        assert_eq!(shown.dot, Some(Color32::from_rgb(4, 5, 6)));
        assert_eq!(shown.words, "K1, automation is recorded");
    }

    #[test]
    fn every_state_of_automation_looks_different() {
        let states = [
            Automation::None,
            Automation::Present,
            Automation::Playing,
            Automation::Recording,
            Automation::Overriding,
        ];
        let frames = states.map(|automation| {
            let mark = ParamMark {
                automation,
                ..ParamMark::default()
            };
            Shown::of(&mark).frame
        });
        for (index, frame) in frames.iter().enumerate() {
            assert!(!frames[..index].contains(frame), "{:?}", states[index]);
        }
    }
}
