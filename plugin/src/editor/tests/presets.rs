//! The page of presets: search, tag, favourites, playing, saving.

use std::collections::BTreeSet;

use super::Bench;
use crate::presets::NewPreset;
use crate::presets::shelf::{About, Chosen, Entry, Kind, Shelf};
use crate::tasks::Task;
use dmus_dls::bank::Patch;

/// A page with three entries, of which one is liked.
fn page() -> Bench {
    let bench = Bench::on("Presets");
    let entry = |kind, name: &str, tag: &str| {
        let about = About {
            name: name.to_owned(),
            category: "Keys".to_owned(),
            tags: vec![tag.to_owned()],
            ..About::default()
        };
        let patch = Patch {
            drums: false,
            bank_msb: 0,
            bank_lsb: 0,
            program: 0,
        };
        Entry::new(kind, name, about, Chosen::Program(patch))
    };
    let entries = vec![
        entry(Kind::Factory, "Night Piano", "dark"),
        entry(Kind::Factory, "Bright Organ", "wide"),
        entry(Kind::User, "Own Harp", "wide"),
    ];
    let favourites = BTreeSet::from(["factory/Bright Organ".to_owned()]);
    bench
        .control
        .lock()
        .put_shelf(Shelf::new(entries, favourites));
    let asked = bench.sent();
    assert!(matches!(asked[..], [Task::ListPresets]), "{asked:?}");
    let mut bench = bench;
    bench.settle();
    bench
}

/// Names of the entries that are to be seen.
fn shown(bench: &Bench) -> Vec<&'static str> {
    let names = ["Night Piano", "Bright Organ", "Own Harp"];
    names.into_iter().filter(|name| bench.shows(name)).collect()
}

#[test]
fn a_word_in_the_search_leaves_what_has_it() {
    let mut bench = page();
    assert_eq!(shown(&bench).len(), 3);
    bench.type_into("search", "organ");
    assert_eq!(shown(&bench), ["Bright Organ"]);
}

#[test]
fn a_tag_leaves_what_bears_it() {
    let mut bench = page();
    bench.choose("tag", "wide");
    assert_eq!(shown(&bench), ["Bright Organ", "Own Harp"]);
}

#[test]
fn favourites_can_be_shown_alone_and_a_star_asks_for_the_opposite() {
    let mut bench = page();
    bench.click("Favourites");
    assert_eq!(shown(&bench), ["Bright Organ"]);
    bench.click("Favourites");
    for (row, id, is_liked) in [
        (0, "factory/Night Piano", true),
        (1, "factory/Bright Organ", false),
    ] {
        bench.click_nth("favourite", row);
        let sent = bench.sent();
        let asked = |task: &Task| matches!(task, Task::LikePreset(of, like) if of == id && *like == is_liked);
        assert!(sent.len() == 1 && asked(&sent[0]), "{sent:?}");
    }
}

#[test]
fn a_name_that_is_clicked_plays_on_the_chosen_part() {
    let mut bench = page();
    bench.choose("part", "part 03");
    bench.click("Own Harp");
    let sent = bench.sent();
    let [Task::PlayPreset(id, part)] = &sent[..] else {
        panic!("{sent:?}");
    };
    assert_eq!((id.as_str(), *part), ("user/Own Harp", 2));
}

#[test]
fn what_is_heard_is_saved_under_a_name_with_its_tags() {
    let mut bench = page();
    bench.click("Save preset");
    assert!(
        bench.sent().is_empty(),
        "without a name there is nothing to save"
    );
    bench.type_into("name", " Mine ");
    bench.type_into("tags, between commas", "soft, mine");
    bench.click("Save preset");
    let sent = bench.sent();
    let [Task::SavePreset(new)] = &sent[..] else {
        panic!("{sent:?}");
    };
    let expected = NewPreset {
        name: "Mine".to_owned(),
        tags: vec!["soft".to_owned(), "mine".to_owned()],
        ..NewPreset::default()
    };
    assert_eq!(*new, expected);
}

#[test]
fn a_preset_of_that_name_is_replaced_and_the_button_says_so() {
    let mut bench = page();
    bench.type_into("name", "Own Harp");
    bench.click("Replace preset");
    let sent = bench.sent();
    let replaces = |task: &Task| matches!(task, Task::SavePreset(new) if new.replace);
    assert!(sent.len() == 1 && replaces(&sent[0]), "{sent:?}");
}
