//! The bank panel: a typed path becomes a bank of the stack, and goes again.

use egui::Key;
use egui_kittest::kittest::Queryable;

use super::Bench;
use crate::tasks::Task;

const HINT: &str = "path of a .dls, .sf2 or .sf3 file";

/// A small bank.
const BANK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus/dls/smallest");

/// Another one.
const OTHER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus/dls/rewritten");

#[test]
fn a_path_that_is_entered_is_the_bank_that_plays_until_it_is_removed() {
    let mut bench = Bench::new();
    bench.type_into(HINT, BANK);
    bench.harness.key_press(Key::Enter);
    bench.settle();
    bench.serve();
    let banks = bench.control.view().banks;
    assert_eq!(banks.len(), 1, "{banks:?}");
    assert!(banks[0].origin.contains("smallest"), "{banks:?}");

    bench.click("Remove");
    bench.serve();
    assert!(bench.control.view().banks.is_empty());
}

#[test]
fn a_bank_is_added_over_the_others_and_moved_up() {
    let mut bench = Bench::new();
    bench.type_into(HINT, BANK);
    bench.click("Open bank");
    bench.serve();
    bench.type_into(HINT, OTHER);
    bench.click("Add bank");
    bench.serve();
    let order = |bench: &Bench| {
        let banks = bench.control.view().banks;
        banks
            .into_iter()
            .map(|bank| bank.origin)
            .collect::<Vec<_>>()
    };
    let before = order(&bench);
    assert_eq!(before.len(), 2);
    assert!(before[0].contains("rewritten"), "{before:?}");
    bench.click("Up");
    bench.serve();
    let after = order(&bench);
    assert!(before.iter().rev().eq(&after), "{after:?}");
}

#[test]
fn a_bank_that_is_not_there_is_told_in_the_window() {
    let mut bench = Bench::new();
    bench.type_into(HINT, "/no/such.dls");
    bench.click("Open bank");
    assert!(bench.control.view().notices.is_empty());
    bench.serve();
    let notices = bench.control.view().notices;
    assert!(notices[0].text.contains("/no/such.dls"), "{notices:?}");
    let said = notices[0].to_string();
    let is_shown = bench.harness.query_all_by_label(&said).next().is_some();
    assert!(is_shown, "{said}");
}

#[test]
fn without_a_path_nothing_can_be_opened() {
    let mut bench = Bench::new();
    bench.click("Open bank");
    bench.click("Add bank");
    assert!(bench.sent().is_empty());
    bench.click("Panic");
    assert!(matches!(bench.sent()[..], [Task::Panic]));
}

#[test]
fn of_dropped_banks_the_first_replaces_and_the_others_lie_over_it() {
    let mut bench = Bench::new();
    bench.harness.state().take(&[BANK.into(), OTHER.into()]);
    bench.serve();
    let order = |bench: &Bench| {
        let banks = bench.control.view().banks;
        let is_other = |bank: &crate::view::BankView| bank.origin.contains("rewritten");
        banks.iter().map(is_other).collect::<Vec<_>>()
    };
    assert_eq!(order(&bench), [true, false]);
    bench.harness.state().take(&[BANK.into()]);
    bench.serve();
    assert_eq!(order(&bench), [false, false]);
}
