//! States of every format, one file each, as projects have saved them.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use dmus::state::{BankStack, PartPrograms, STATE_FORMAT};
use dmus_library::{BankHash, BankReference, Base, Found, Library, Places, Progress, Relative};
use serde_json::Value;

/// A field of a saved state, as the framework hands it over.
fn field(state: &str, name: &str) -> String {
    let state: Value = serde_json::from_str(state).unwrap();
    state["fields"][name].as_str().unwrap().to_owned()
}

fn banks(state: &str) -> BankStack {
    serde_json::from_str(&field(state, "bank")).unwrap()
}

const FORMAT_1: &str = include_str!("states/format-1.json");
const FORMAT_2: &str = include_str!("states/format-2.json");
const FORMAT_3: &str = include_str!("states/format-3.json");

/// The bank that both files name, as far as format 1 can.
fn strings() -> BankReference {
    BankReference {
        name: "Strings".to_owned(),
        size: 123_456,
        ..BankReference::at("/home/me/banks/strings.dls")
    }
}

#[test]
fn format_1_names_one_bank_by_its_path() {
    assert_eq!(banks(FORMAT_1), BankStack::of(vec![strings()]));
}

#[test]
fn format_2_names_a_stack_by_content_and_place() {
    let strings = BankReference {
        hash: Some(BankHash::of(b"")),
        relative: Some(Relative {
            to: Base::Home,
            path: "banks/strings.dls".to_owned(),
        }),
        ..strings()
    };
    let choirs = BankReference {
        name: "Choirs".to_owned(),
        ..BankReference::at("/mnt/choirs.sf2")
    };
    assert_eq!(banks(FORMAT_2), BankStack::of(vec![strings, choirs]));
}

#[test]
fn format_3_carries_a_copy_of_what_is_in_use_and_names_the_rest() {
    let BankStack { banks, .. } = banks(FORMAT_3);
    let copies: Vec<_> = banks.iter().map(|bank| bank.copy.as_ref()).collect();
    let [Some(copy), None] = copies.as_slice() else {
        panic!("one of two banks is carried: {copies:?}");
    };
    assert_eq!(banks[0].name, "Strings");
    let programs: Vec<u8> = copy.patches().iter().map(|patch| patch.program).collect();
    assert_eq!(programs, [1, 48]);
    // The file is nowhere: what is found is the copy.
    let library = Library::new(Places::default());
    let opened = library.open(&banks[0], None, &Progress::new()).unwrap();
    assert_eq!(opened.found, Found::Carried);
    assert_eq!(opened.bank.title, "Strings");
}

#[test]
fn programs_are_the_same_in_all() {
    for state in [FORMAT_1, FORMAT_2, FORMAT_3] {
        let parts: PartPrograms = serde_json::from_str(&field(state, "parts")).unwrap();
        assert_eq!(parts.all()[0].program, 48);
    }
}

#[test]
fn what_is_saved_is_of_the_newest_format_and_comes_back() {
    for state in [FORMAT_1, FORMAT_2, FORMAT_3] {
        let stack = banks(state);
        let saved = serde_json::to_string(&stack).unwrap();
        let number = format!("{{\"format\":{STATE_FORMAT},\"banks\":[");
        assert!(saved.starts_with(&number), "{saved}");
        assert_eq!(serde_json::from_str::<BankStack>(&saved).unwrap(), stack);
    }
}

#[test]
fn what_is_no_hash_counts_as_none_and_unknown_fields_are_passed_over() {
    let text = r#"{"format":9,"later":1,"banks":[{"path":"a.dls","hash":"x","later":[]},{}]}"#;
    let stack: BankStack = serde_json::from_str(text).unwrap();
    let expected = vec![BankReference::at("a.dls"), BankReference::default()];
    assert_eq!(stack, BankStack::of(expected));
}

#[test]
fn no_bank_at_all_is_an_empty_stack() {
    for text in [
        "{}",
        r#"{"format":1,"path":""}"#,
        r#"{"format":2,"banks":[]}"#,
    ] {
        assert_eq!(
            serde_json::from_str::<BankStack>(text).unwrap(),
            BankStack::default()
        );
    }
}
