//! Rules on shared memory: where atomics may stand, what each operation says, what tries it.

use super::source::{Source, identifiers};
use super::{Finding, Tree};
use crate::model::names;

/// The one place: a file and its folder.
const SYNC: [&str; 2] = ["crates/kernel/src/sync.rs", "crates/kernel/src/sync/"];
/// Beside it: the boundary, whose host calls from any thread.
const ENTRY: &str = "crates/entry/";
/// Where steps may be taken in turn.
const KERNEL: &str = "crates/kernel/src/";
const MUTANTS: &str = "crates/kernel/tests/mutants.txt";

const TYPES: [&str; 12] = [
    "AtomicBool",
    "AtomicI8",
    "AtomicI16",
    "AtomicI32",
    "AtomicI64",
    "AtomicIsize",
    "AtomicPtr",
    "AtomicU8",
    "AtomicU16",
    "AtomicU32",
    "AtomicU64",
    "AtomicUsize",
];

const OPERATIONS: [&str; 6] = [
    ".load(",
    ".store(",
    ".swap(",
    ".compare_exchange",
    ".fetch_",
    "fence(",
];

fn in_sync(path: &str) -> bool {
    path == SYNC[0] || path.starts_with(SYNC[1])
}

fn may_hold_atomics(path: &str) -> bool {
    let test = path.starts_with("tests/") || path.contains("/tests/");
    in_sync(path) || path.starts_with(ENTRY) || test
}

/// Atomics stand in the kernel's `sync` and nowhere else.
pub(super) fn place(tree: &Tree, findings: &mut Vec<Finding>) {
    for (path, source) in tree.rust.iter().filter(|(path, _)| !may_hold_atomics(path)) {
        for (number, line) in source.code() {
            let named = identifiers(line).any(|(word, _)| TYPES.contains(&word));
            if named || line.contains("sync::atomic") {
                let text = "an atomic outside `dmus_kernel::sync`, where the models try them";
                findings.push(Finding::new(path, number, text));
            }
        }
    }
}

/// Each atomic operation says what it publishes or observes.
pub(super) fn order(tree: &Tree, findings: &mut Vec<Finding>) {
    for (path, source) in tree.rust.iter().filter(|(path, _)| in_sync(path)) {
        let code: Vec<&str> = source.code().map(|(_, line)| line).collect();
        let comments: Vec<&str> = source.comments().map(|(_, line)| line).collect();
        // Tests at the foot of the file use the types through their public names.
        let end = code
            .iter()
            .position(|line| line.trim_start().starts_with("mod tests"));
        for at in 0..end.unwrap_or(code.len()) {
            let operation = OPERATIONS
                .iter()
                .any(|operation| code[at].contains(operation));
            if operation && !is_argued(&code, &comments, at) {
                let text = "an atomic operation without `// ORDER:` beside or above it";
                findings.push(Finding::new(path, at + 1, text));
            }
        }
    }
}

/// Whether the statement of a line carries the comment, or the comment stands just above it.
fn is_argued(code: &[&str], comments: &[&str], line: usize) -> bool {
    if comments[line].contains("// ORDER:") {
        return true;
    }
    for at in (0..line).rev() {
        let (code, comment) = (code[at].trim(), comments[at].trim());
        let is_blank = code.is_empty() && comment.is_empty();
        if code.ends_with([';', '{', '}']) || is_blank {
            return false;
        }
        if comment.contains("// ORDER:") {
            return true;
        }
    }
    false
}

/// The list of mutants, and what can be broken by one, name the same things.
pub(super) fn mutants(tree: &Tree, findings: &mut Vec<Finding>) {
    let list = tree.texts.get(MUTANTS).map_or("", String::as_str);
    let listed = names(list);
    let mut broken = Vec::new();
    for (path, source) in tree
        .rust
        .iter()
        .filter(|(path, _)| path.starts_with(KERNEL))
    {
        // Orderings stand in one place, steps that are taken in turn anywhere.
        let calls = if in_sync(path) {
            &CALLS[..]
        } else {
            &CALLS[1..]
        };
        for (number, name) in calls.iter().flat_map(|call| named(source, call)) {
            if !listed.contains(&name) {
                let text = format!("the mutant `{name}` is missing in {MUTANTS}");
                findings.push(Finding::new(path, number, text));
            }
            broken.push(name);
        }
    }
    for name in listed {
        if !broken.contains(&name) {
            let text = format!("`{name}` names nothing, so that its mutant changes nothing");
            findings.push(Finding::whole(MUTANTS, text));
        }
    }
}

/// Where what can be broken is named: an ordering, two steps in turn.
const CALLS: [&str; 2] = ["order(", "in_turn("];

/// The names that calls are given first, with their lines; on the line of the call or the next.
fn named<'a>(source: &'a Source, call: &str) -> impl Iterator<Item = (usize, &'a str)> {
    // The code's view has the quotes but not what they hold; the text has both at the same place.
    let lines: Vec<(usize, &str, &str)> = source
        .code()
        .zip(source.text().lines())
        .map(|((number, code), text)| (number, code, text))
        .collect();
    let mut found = Vec::new();
    for (at, &(number, code, text)) in lines.iter().enumerate() {
        let Some(start) = code.find(call).map(|start| start + call.len()) else {
            continue;
        };
        let is_last = code.get(start..).is_some_and(|rest| rest.trim().is_empty());
        let (code, text) = match lines.get(at + 1) {
            Some(&(_, code, text)) if is_last => (code.trim_start(), text.trim_start()),
            _ => (
                code.get(start..).unwrap_or_default(),
                text.get(start..).unwrap_or_default(),
            ),
        };
        if code.starts_with('"')
            && let Some((name, _)) = text.get(1..).and_then(|rest| rest.split_once('"'))
        {
            found.push((number, name));
        }
    }
    found.into_iter()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{found, only};
    use super::*;

    const FILE: &str = "crates/kernel/src/sync/a.rs";

    #[test]
    fn atomics_outside_their_place_are_found() {
        let text = "//! A.\nuse std::sync::atomic::Ordering;\nstatic A: AtomicBool = x;\n\
                    // AtomicU8\ntype B = AtomicRefCell<u8>;\n";
        let path = "crates/synth/src/a.rs";
        assert_eq!(
            found(place, &[(path, text)]),
            [format!("{path}:2"), format!("{path}:3")]
        );
    }

    #[test]
    fn atomics_in_sync_entry_and_tests_are_fine() {
        let text = "//! A.\nuse core::sync::atomic::AtomicU64;\n";
        for path in [
            FILE,
            "crates/kernel/src/sync.rs",
            "crates/entry/src/a.rs",
            "crates/dls/tests/a.rs",
            "tests/src/a.rs",
        ] {
            assert!(found(place, &[(path, text)]).is_empty(), "{path}");
        }
    }

    #[test]
    fn operation_without_its_argument_is_found() {
        let text = "//! A.\nfn a() {\n    // ORDER: fine.\n    x.store(1, R);\n    x.load(R);\n}\n";
        assert_eq!(found(order, &[(FILE, text)]), [format!("{FILE}:5")]);
    }

    #[test]
    fn argument_may_stand_beside_or_above_a_statement_of_many_lines() {
        let text = "//! A.\nfn a() {\n    x.load(R); // ORDER: beside.\n    // ORDER: above, in\n    \
                    // two lines.\n    let b = self\n        .x\n        .swap(0, R);\n}\n";
        assert!(found(order, &[(FILE, text)]).is_empty());
    }

    #[test]
    fn argument_of_the_statement_before_does_not_count() {
        let text = "//! A.\nfn a() {\n    x.load(R); // ORDER: beside.\n    x.fetch_or(1, R);\n}\n";
        assert_eq!(found(order, &[(FILE, text)]), [format!("{FILE}:4")]);
    }

    #[test]
    fn tests_at_the_foot_need_no_argument() {
        let text = "//! A.\n#[cfg(test)]\nmod tests {\n    fn a() { x.load(R); }\n}\n";
        assert!(found(order, &[(FILE, text)]).is_empty());
    }

    #[test]
    fn mutant_list_and_steps_in_turn_must_agree() {
        let path = "crates/kernel/src/a.rs";
        let text = "//! A.\nfn a() {\n    in_turn(\"one\", b, c);\n    in_turn(\n        \"two\",\n        \
                    b,\n    );\n}\nfn in_turn<A>(a: A) {}\n";
        let agree = [(path, text), (MUTANTS, "one\ntwo\n")];
        assert!(found(mutants, &agree).is_empty());
        let missing = [(path, text), (MUTANTS, "one\n")];
        assert_eq!(found(mutants, &missing), [format!("{path}:4")]);
    }

    #[test]
    fn mutant_list_and_orderings_must_agree() {
        let text =
            "//! A.\nfn a() {\n    x.store(1, order(\"one\", R));\n    order(\"two\", R);\n}\n";
        let agree = [(FILE, text), (MUTANTS, "# all\none\ntwo\n")];
        assert!(found(mutants, &agree).is_empty());
        let missing = [(FILE, text), (MUTANTS, "one\n")];
        assert_eq!(found(mutants, &missing), [format!("{FILE}:4")]);
        let idle = [(FILE, text), (MUTANTS, "one\ntwo\nthree\n")];
        assert!(only(mutants, &idle).contains("`three`"));
    }
}
