//! What a project uses of a bank travels with it.

use std::collections::BTreeSet;
use std::fs;

use dmus_dls::bank::Patch;
use dmus_library::{BankCopy, BankReference, CopyError, Found, LoadError, Progress};

use crate::rig::{Machine, bank};

/// The program that [`bank`] has for a number.
const fn patch(program: u8) -> Patch {
    Patch {
        drums: false,
        bank_msb: 0,
        bank_lsb: 0,
        program,
    }
}

/// A bank on the disk with the program 1, and how a project names it.
fn saved(machine: &Machine) -> BankReference {
    let path = machine.write("home/music/strings.dls", &bank("Strings", 1, ""));
    let library = machine.library();
    let bank = library.load(&path, &Progress::new()).unwrap();
    library.reference(&bank, &path)
}

/// The copy of these programs of the bank of a reference.
fn copy(reference: &BankReference, programs: &[u8]) -> Result<BankCopy, CopyError> {
    let patches: BTreeSet<Patch> = programs.iter().copied().map(patch).collect();
    BankCopy::of_file(reference.path.as_ref(), reference.hash.unwrap(), patches)
}

#[test]
fn a_copy_plays_only_where_the_bank_is_not_found_for_certain() {
    let machine = Machine::new();
    let mut reference = saved(&machine);
    reference.copy = Some(copy(&reference, &[1, 7]).unwrap());
    let text = serde_json::to_string(&reference).unwrap();
    let reference: BankReference = serde_json::from_str(&text).unwrap();
    let open = || {
        machine
            .without_index()
            .open(&reference, None, &Progress::new())
    };
    assert_eq!(open().unwrap().found, Found::InPlace);

    // Another bank of that name is no reason to do without the right one.
    machine.write("home/music/strings.dls", &bank("Strings", 2, ""));
    let carried = open().unwrap();
    assert_eq!(carried.found, Found::Carried);
    assert!(!carried.found.is_certain());
    assert_eq!(carried.bank.title, "Strings");
    assert_eq!(carried.bank.collection.name(patch(1)), Some("Tone"));
    assert_eq!(carried.bank.collection.name(patch(2)), None);

    fs::remove_file(&reference.path).unwrap();
    assert_eq!(open().unwrap().found, Found::Carried);
}

#[test]
fn a_copy_of_nothing_is_no_bank_but_remembers_what_it_was_asked_for() {
    let machine = Machine::new();
    let mut reference = saved(&machine);
    let empty = copy(&reference, &[99]).unwrap();
    assert_eq!(empty.size(), 0);
    assert!(empty.patches().contains(&patch(99)));
    reference.copy = Some(empty);
    fs::remove_file(&reference.path).unwrap();
    let library = machine.without_index();
    let error = library.open(&reference, None, &Progress::new());
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("there is no") || error.contains("No such"),
        "{error}"
    );
}

#[test]
fn a_file_that_is_another_now_is_not_copied_and_one_that_is_gone_neither() {
    let machine = Machine::new();
    let reference = saved(&machine);
    machine.write("home/music/strings.dls", &bank("Strings", 2, ""));
    assert!(matches!(copy(&reference, &[1]), Err(CopyError::Changed)));
    fs::remove_file(&reference.path).unwrap();
    let gone = copy(&reference, &[1]);
    assert!(matches!(gone, Err(CopyError::File(LoadError::File(_)))));
}

#[test]
fn a_copy_that_is_damaged_is_passed_over() {
    let machine = Machine::new();
    let mut reference = saved(&machine);
    reference.copy = Some(copy(&reference, &[1]).unwrap());
    let text = serde_json::to_string(&reference).unwrap();
    fs::remove_file(&reference.path).unwrap();
    let data = text.split("\"data\":\"").nth(1).unwrap();
    let data = data.split('"').next().unwrap();
    let cut = &data[..data.len() / 8 * 4];
    for damaged in ["", "####", "AAAA", cut] {
        let text = text.replace(data, damaged);
        let reference: BankReference = serde_json::from_str(&text).unwrap();
        let library = machine.without_index();
        let opened = library.open(&reference, None, &Progress::new());
        assert!(opened.is_err(), "{damaged}");
    }
}

#[test]
fn a_path_with_a_variable_leads_where_that_says() {
    let machine = Machine::new();
    let reference = saved(&machine);
    let here = std::env::var("CARGO_MANIFEST_DIR").unwrap();
    let path = format!("{here}/../../presets/dmus-gm.dls");
    let built_in = BankReference::at(path.replace(&here, "${CARGO_MANIFEST_DIR}"));
    let library = machine.library();
    let opened = library.open(&built_in, None, &Progress::new()).unwrap();
    assert_eq!(opened.found, Found::InPlace);
    assert_ne!(Some(opened.bank.hash), reference.hash);
}
