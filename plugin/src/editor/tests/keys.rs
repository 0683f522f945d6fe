//! Keys are the window's only while a text field has the focus.

use egui::{Event, Key};
use egui_kittest::kittest::Queryable;

use super::Bench;
use crate::editor::Page;

#[test]
fn no_key_presses_a_button_or_moves_the_focus() {
    let mut bench = Bench::new();
    for key in [Key::Tab, Key::Space, Key::Tab, Key::Enter] {
        bench.harness.key_press(key);
        bench.settle();
        assert!(!bench.harness.ctx.egui_wants_keyboard_input(), "{key:?}");
    }
    assert!(bench.sent().is_empty());
}

#[test]
fn a_field_takes_keys_and_gives_them_back_when_it_is_left() {
    let mut bench = Bench::on("Presets");
    bench.type_into("search", "a b");
    assert_eq!(bench.field("search").value().as_deref(), Some("a b"));
    assert!(bench.harness.ctx.text_edit_focused());

    bench.harness.key_press(Key::Escape);
    bench.settle();
    assert!(!bench.harness.ctx.egui_wants_keyboard_input());
    bench.harness.event(Event::Text("c".to_owned()));
    bench.settle();
    assert_eq!(bench.field("search").value().as_deref(), Some("a b"));
}

#[test]
fn the_tabulator_goes_from_field_to_field_and_rests_on_no_button() {
    let mut bench = Bench::on("Presets");
    bench.type_into("name", "Mine");
    bench.harness.key_press(Key::Tab);
    bench.settle();
    assert!(bench.field("tags, between commas").is_focused());
    bench.harness.key_press(Key::Tab);
    bench.settle();
    assert!(!bench.harness.ctx.egui_wants_keyboard_input());
    bench.sent();
    bench.harness.key_press(Key::Space);
    bench.settle();
    assert!(
        bench.sent().is_empty(),
        "the button behind it was not pressed"
    );
    assert_eq!(bench.harness.state().page, Page::Presets);
}

#[test]
fn a_value_is_typed_at_its_slider() {
    let mut bench = Bench::new();
    // The text of the volume of part 1 stands behind its slider.
    let row = bench.harness.get_by_label("01").rect().center().y;
    let volume = bench.harness.get_by_label("Volume").rect().left();
    bench.click_at(volume + 108.0, row);
    assert!(bench.harness.ctx.text_edit_focused());
    bench.retype("-6 dB");
    bench.harness.key_press(Key::Enter);
    bench.settle();
    assert!((bench.params.parts()[0].volume.value() + 6.0).abs() < 0.01);
    assert!(bench.told(1));
    assert!(!bench.harness.ctx.egui_wants_keyboard_input());
}
