//! The browser page: what is looked for, what was found, how to save what is heard.
//!
//! In: the shelf that the control side has filled. Out: tasks.

use egui::{
    self, Align, Button, Label, Layout, RichText, ScrollArea, Sense, Shape, Stroke, TextEdit, Ui,
    WidgetInfo, vec2,
};

use super::list::list;
use super::{TaskSender, theme};
use crate::params::PARTS;
use crate::presets::shelf::{Entry, Kind, Order, Query, Shelf};
use crate::presets::{NewPreset, tags};
use crate::tasks::Task;

/// Height of one entry, points.
const ROW: f32 = 22.0;

/// Room below the list for the line that saves, points.
const BELOW: f32 = 34.0;

/// Widths of the columns of an entry, points.
const STAR: f32 = 24.0;
const NAME: f32 = 230.0;
const CATEGORY: f32 = 150.0;

/// What the page keeps between two frames.
#[derive(Debug, Default)]
pub(super) struct Browser {
    query: Query,
    /// The part that a melodic program plays on, from 0.
    part: usize,
    /// The entry that was played last.
    played: Option<String>,
    /// The name and the tags of a new preset, as they are being typed.
    name: String,
    tags: String,
    /// The presets have been asked for.
    is_asked: bool,
}

impl Browser {
    /// Draws the page and sends what the musician asks for.
    pub(super) fn show(&mut self, ui: &mut Ui, shelf: &Shelf, send: &TaskSender) {
        if !self.is_asked {
            self.is_asked = true;
            send(Task::ListPresets);
        }
        ui.horizontal(|ui| self.show_question(ui, shelf, send));
        let found = shelf.find(&self.query);
        let height = ui.available_height() - BELOW;
        let list = ScrollArea::vertical().auto_shrink(false).max_height(height);
        list.show_rows(ui, ROW, found.len(), |ui, rows| {
            for entry in found.get(rows).unwrap_or_default() {
                self.show_entry(ui, shelf, entry, send);
            }
        });
        ui.separator();
        ui.horizontal(|ui| self.show_saving(ui, shelf, send));
    }

    /// What is looked for.
    fn show_question(&mut self, ui: &mut Ui, shelf: &Shelf, send: &TaskSender) {
        let query = &mut self.query;
        let field = TextEdit::singleline(&mut query.text).hint_text("search");
        ui.add(field.desired_width(190.0));
        let kinds = [None].into_iter().chain(Kind::ALL.map(Some));
        choice(ui, "from", &mut query.kind, kinds, |kind| {
            let word = match kind {
                None => "everything",
                Some(Kind::Factory) => "factory",
                Some(Kind::User) => "my own",
                Some(Kind::Program) => "programs",
            };
            word.to_owned()
        });
        let tags = [None].into_iter();
        let tags = tags.chain(shelf.tags().into_iter().map(|tag| Some(tag.to_owned())));
        choice(ui, "tag", &mut query.tag, tags, |tag| {
            tag.clone().unwrap_or_else(|| "any tag".to_owned())
        });
        let orders = [Order::Made, Order::Name, Order::Category];
        choice(ui, "order", &mut query.order, orders, |order| {
            let word = match order {
                Order::Made => "by kind",
                Order::Name => "by name",
                Order::Category => "by category",
            };
            word.to_owned()
        });
        ui.toggle_value(&mut query.favourites, "Favourites");
        choice(ui, "part", &mut self.part, 0..PARTS, |part| {
            format!("part {:02}", part + 1)
        })
        .on_hover_text("where a melodic program plays; a preset is the whole instrument");
        let again = ui.button("Refresh");
        if again
            .on_hover_text("looks through your presets again")
            .clicked()
        {
            send(Task::ListPresets);
        }
    }

    /// One entry: a star, its name, where it is filed.
    fn show_entry(&mut self, ui: &mut Ui, shelf: &Shelf, entry: &Entry, send: &TaskSender) {
        ui.horizontal(|ui| {
            let is_favourite = shelf.is_favourite(entry);
            if star(ui, is_favourite).clicked() {
                send(Task::LikePreset(entry.id.clone(), !is_favourite));
            }
            column(ui, NAME, |ui| {
                let is_played = self.played.as_ref() == Some(&entry.id);
                let name = ui.add(Button::selectable(is_played, &entry.name).truncate());
                let said = [entry.description.as_str(), &entry.creator];
                let said: Vec<_> = said.into_iter().filter(|it| !it.is_empty()).collect();
                if name.on_hover_text(said.join("\n")).clicked() {
                    self.played = Some(entry.id.clone());
                    send(Task::PlayPreset(entry.id.clone(), self.part));
                }
            });
            let quiet = |text: &str| RichText::new(text).small().color(theme::QUIET);
            column(ui, CATEGORY, |ui| {
                ui.add(Label::new(quiet(&entry.category)).truncate());
            });
            let tags = match entry.kind {
                Kind::Program => entry.description.clone(),
                _ => entry.tags.join(", "),
            };
            let width = ui.available_width();
            column(ui, width, |ui| {
                ui.add(Label::new(quiet(&tags)).truncate());
            });
        });
    }

    /// The name of a new preset.
    fn show_saving(&mut self, ui: &mut Ui, shelf: &Shelf, send: &TaskSender) {
        ui.label(RichText::new("Save as").color(theme::QUIET));
        let name = TextEdit::singleline(&mut self.name).hint_text("name");
        ui.add(name.desired_width(220.0));
        let tags_field = TextEdit::singleline(&mut self.tags).hint_text("tags, between commas");
        ui.add(tags_field.desired_width(280.0));
        let name = self.name.trim();
        let own = Query {
            kind: Some(Kind::User),
            ..Query::default()
        };
        let replace = shelf.find(&own).iter().any(|entry| entry.name == name);
        let word = if replace {
            "Replace preset"
        } else {
            "Save preset"
        };
        let save = ui.add_enabled(!name.is_empty(), Button::new(word));
        if save.clicked() {
            send(Task::SavePreset(NewPreset {
                name: name.to_owned(),
                tags: tags(&self.tags),
                replace,
                ..NewPreset::default()
            }));
        }
    }
}

/// A column of an entry.
fn column(ui: &mut Ui, width: f32, add: impl FnOnce(&mut Ui)) {
    let layout = Layout::left_to_right(Align::Center);
    ui.allocate_ui_with_layout(vec2(width, ROW), layout, |ui| {
        ui.set_width(width);
        add(ui);
    });
}

/// A star that says whether something is a favourite, full or empty: fonts need not have one.
fn star(ui: &mut Ui, is_favourite: bool) -> egui::Response {
    let (rect, response) = ui.allocate_exact_size(vec2(STAR, ROW), Sense::click());
    let meaning = if is_favourite {
        "not a favourite any more"
    } else {
        "make it a favourite"
    };
    response.widget_info(|| {
        WidgetInfo::selected(egui::Role::CheckBox, true, is_favourite, "favourite")
    });
    let point = |index: usize, radius: f32| {
        let turn = index as f32 / 10.0 * std::f32::consts::TAU;
        rect.center() + radius * vec2(turn.sin(), -turn.cos())
    };
    let (inner, outer) = (3.2, 7.5);
    let painter = ui.painter();
    for tip in (0..10).step_by(2) {
        let ray = [
            rect.center(),
            point(tip + 9, inner),
            point(tip, outer),
            point(tip + 1, inner),
        ];
        if is_favourite {
            painter.add(Shape::convex_polygon(
                ray.to_vec(),
                theme::WARN,
                Stroke::NONE,
            ));
        } else {
            let [_, before, at, after] = ray;
            let line = Stroke::new(1.0, theme::QUIET);
            painter.line(vec![before, at, after], line);
        }
    }
    response.on_hover_text(meaning)
}

/// A list to choose from.
fn choice<T: PartialEq>(
    ui: &mut Ui,
    id: &str,
    chosen: &mut T,
    all: impl IntoIterator<Item = T>,
    name: impl Fn(&T) -> String,
) -> egui::Response {
    let shown = name(chosen);
    list(ui, id, 96.0, shown, |ui| {
        for one in all {
            let text = name(&one);
            ui.selectable_value(chosen, one, text);
        }
    })
}
