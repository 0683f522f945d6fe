//! A bank that a project named is found wherever it went.

use std::fs;
use std::path::Path;

use dmus_library::{BankReference, Base, Found, OpenError, Opened, Progress, Relative};

use crate::rig::{Machine, bank, same_file};

/// A bank at `path`, and how a project names it.
fn saved(machine: &Machine, path: &str) -> BankReference {
    let path = machine.write(path, &bank("Strings", 1, ""));
    let library = machine.library();
    let bank = library.load(&path, &Progress::new()).unwrap();
    library.reference(&bank, &path)
}

fn open(machine: &Machine, reference: &BankReference) -> Result<Opened, OpenError> {
    machine.library().open(reference, None, &Progress::new())
}

fn expect(opened: &Opened, found: Found, path: &Path) {
    assert_eq!(opened.found, found, "{:?}", opened.skipped);
    assert!(same_file(&opened.path, path), "{}", opened.path.display());
}

#[test]
fn a_bank_that_stayed_is_found_in_place() {
    let machine = Machine::new();
    let reference = saved(&machine, "home/music/strings.dls");
    let opened = open(&machine, &reference).unwrap();
    expect(
        &opened,
        Found::InPlace,
        &machine.at("home/music/strings.dls"),
    );
    assert_eq!(opened.skipped, []);
    assert_eq!(Some(opened.bank.hash), reference.hash);
}

#[test]
fn a_reference_names_the_bank_by_content_and_by_places_that_other_machines_have() {
    let machine = Machine::new();
    let reference = saved(&machine, "home/banks/orchestra/strings.dls");
    assert_eq!(reference.name, "Strings");
    assert_eq!(
        reference.relative,
        Some(Relative {
            to: Base::Banks,
            path: "orchestra/strings.dls".to_owned()
        })
    );
    let reference = saved(&machine, "home/music/strings.dls");
    assert_eq!(
        reference.relative,
        Some(Relative {
            to: Base::Home,
            path: "music/strings.dls".to_owned()
        })
    );
    assert_eq!(saved(&machine, "elsewhere/strings.dls").relative, None);
    let path = machine.at("project/strings.dls");
    fs::copy(machine.at("elsewhere/strings.dls"), &path).unwrap();
    let library = machine.library();
    let bank = library.load(&path, &Progress::new()).unwrap();
    let project = machine.at("project");
    let reference = BankReference::new(&bank, &path, library.places(), Some(&project));
    assert_eq!(reference.relative.unwrap().to, Base::Project);
}

#[test]
fn another_machine_finds_it_in_the_same_place_of_its_own_home() {
    let machine = Machine::new();
    let reference = saved(&machine, "home/music/strings.dls");
    let other = Machine::new();
    let there = other.at("home/music/strings.dls");
    fs::rename(machine.at("home/music/strings.dls"), &there).unwrap();
    expect(&open(&other, &reference).unwrap(), Found::Moved, &there);
}

#[test]
fn it_is_found_beside_the_project_and_in_the_users_banks_by_its_name() {
    for place in ["project/strings.dls", "home/banks/strings.dls"] {
        let machine = Machine::new();
        let reference = saved(&machine, "elsewhere/strings.dls");
        let there = machine.at(place);
        fs::rename(machine.at("elsewhere/strings.dls"), &there).unwrap();
        let project = machine.at("project");
        let library = machine.without_index();
        let opened = library.open(&reference, Some(&project), &Progress::new());
        expect(&opened.unwrap(), Found::Moved, &there);
    }
}

#[test]
fn a_file_known_to_the_index_is_found_outside_of_all_folders() {
    let machine = Machine::new();
    let reference = saved(&machine, "one/strings.dls");
    let there = machine.write("two/renamed.dls", &bank("Strings", 1, ""));
    machine.library().load(&there, &Progress::new()).unwrap();
    fs::remove_file(machine.at("one/strings.dls")).unwrap();
    expect(&open(&machine, &reference).unwrap(), Found::Moved, &there);
    let blind = machine.without_index();
    let error = blind.open(&reference, None, &Progress::new()).unwrap_err();
    assert!(matches!(error, OpenError::NotFound { .. }));
}

#[test]
fn a_moved_and_renamed_file_is_found_by_length_and_content() {
    let machine = Machine::new();
    let reference = saved(&machine, "home/music/strings.dls");
    let there = machine.at("system/deep/down/renamed.dls");
    fs::create_dir_all(there.parent().unwrap()).unwrap();
    fs::rename(machine.at("home/music/strings.dls"), &there).unwrap();
    // The same length and title, but other content; and what is no bank at all.
    machine.write("system/another.dls", &bank("Strings", 2, ""));
    let junk = vec![0; usize::try_from(reference.size).unwrap()];
    machine.write("system/a-junk.dls", &junk);
    let opened = open(&machine, &reference).unwrap();
    expect(&opened, Found::Moved, &there);
    let [place, skipped] = opened.skipped.as_slice() else {
        panic!("{:?}", opened.skipped)
    };
    assert!(place.path.ends_with("music/strings.dls"), "{place}");
    assert!(skipped.path.ends_with("a-junk.dls"), "{skipped}");
    assert!(skipped.reason.contains("no bank"), "{skipped}");
}

#[test]
fn another_content_in_the_old_place_is_taken_when_nothing_better_is_found_and_told() {
    let machine = Machine::new();
    let reference = saved(&machine, "home/music/strings.dls");
    let there = machine.write("home/music/strings.dls", &bank("Choirs", 2, ""));
    let opened = open(&machine, &reference).unwrap();
    expect(&opened, Found::Changed, &there);
    assert!(!opened.found.is_certain());

    let better = machine.write("system/old.dls", &bank("Strings", 1, ""));
    expect(&open(&machine, &reference).unwrap(), Found::Moved, &better);
}

#[test]
fn name_and_title_are_the_last_resort_and_told_as_uncertain() {
    let machine = Machine::new();
    let reference = saved(&machine, "home/music/strings.dls");
    fs::remove_file(machine.at("home/music/strings.dls")).unwrap();
    machine.write("home/banks/strings.dls", &bank("Choirs", 3, ""));
    let there = machine.write("system/new/Strings.DLS", &bank("Strings", 2, ""));
    let opened = open(&machine, &reference).unwrap();
    expect(&opened, Found::Similar, &there);
    assert!(!opened.found.is_certain());
}

#[test]
fn what_is_nowhere_is_not_found_and_says_what_was_looked_at() {
    let machine = Machine::new();
    let reference = saved(&machine, "home/music/strings.dls");
    fs::write(machine.at("home/music/strings.dls"), "RIFF").unwrap();
    let error = open(&machine, &reference).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("strings.dls") && text.contains("no bank"),
        "{text}"
    );
}

#[test]
fn a_reference_of_an_older_program_finds_its_path_or_its_size_and_title() {
    let machine = Machine::new();
    let path = machine.write("home/music/strings.dls", &bank("Strings", 1, ""));
    let path_only = BankReference::at(path.to_string_lossy());
    expect(&open(&machine, &path_only).unwrap(), Found::InPlace, &path);
    let with_size = BankReference {
        size: fs::metadata(&path).unwrap().len(),
        name: "Strings".to_owned(),
        ..path_only
    };
    let there = machine.at("system/renamed.dls");
    fs::rename(&path, &there).unwrap();
    machine.write("system/another.dls", &bank("Choirs", 1, ""));
    expect(&open(&machine, &with_size).unwrap(), Found::Moved, &there);
}

#[test]
fn a_search_can_be_ended() {
    let machine = Machine::new();
    let reference = saved(&machine, "home/music/strings.dls");
    let progress = Progress::new();
    progress.cancel();
    let error = machine.library().open(&reference, None, &progress);
    assert_eq!(error.unwrap_err(), OpenError::Cancelled);
}

#[test]
fn a_relative_way_never_leads_out_of_its_folder() {
    let machine = Machine::new();
    let resolve = |path: &str| {
        let relative = Relative {
            to: Base::Home,
            path: path.to_owned(),
        };
        relative.resolve(&machine.places(), None)
    };
    assert_eq!(resolve("../secret.dls"), None);
    assert_eq!(resolve("a/../../b"), None);
    assert_eq!(resolve("/etc/a.dls"), Some(machine.at("home/etc/a.dls")));
}
