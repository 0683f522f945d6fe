//! Rule on the guard: what the render side does is tried where an allocation ends the test.

use super::{Finding, Tree};

const TESTS: &str = "crates/kernel/tests/";
/// Tests that begin with this are models, in which loom allocates at every step.
const MODEL: &str = "loom_";

/// Each test program of the kernel has the allocator that notices, and calls the render side under
/// the guard: itself, or in a stand-in that it takes in.
pub(super) fn kernel_tests(tree: &Tree, findings: &mut Vec<Finding>) {
    for (path, source) in &tree.rust {
        let Some(name) = path.strip_prefix(TESTS) else {
            continue;
        };
        if name.contains('/') || name.starts_with(MODEL) {
            continue;
        }
        let has_allocator = source
            .code()
            .any(|(_, line)| line.contains("static ") && line.contains("AllocDisabler ="));
        if !has_allocator {
            let text = "a test of the kernel without `AllocDisabler` as its global allocator";
            findings.push(Finding::whole(path, text));
        }
        let taken_in = source.text().lines().filter_map(|line| {
            let file = line.trim().strip_prefix("#[path = \"")?;
            Some(format!("{TESTS}{}", file.strip_suffix("\"]")?))
        });
        let is_guarded = |path: &str| {
            let calls = |line: &str| line.contains("assert_no_alloc(");
            let source = tree.rust.get(path);
            source.is_some_and(|source| source.code().any(|(_, line)| calls(line)))
        };
        if !is_guarded(path) && !taken_in.into_iter().any(|file| is_guarded(&file)) {
            let text = "a test of the kernel that calls nothing under `assert_no_alloc`";
            findings.push(Finding::whole(path, text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{found, only};
    use super::*;

    const PATH: &str = "crates/kernel/tests/a.rs";
    const ALLOCATOR: &str = "//! A.\nstatic A: AllocDisabler = AllocDisabler;\n";

    #[test]
    fn test_without_the_allocator_is_found() {
        let text = "//! A.\nfn a() { assert_no_alloc(|| b()); }\n";
        assert!(only(kernel_tests, &[(PATH, text)]).contains("global allocator"));
    }

    #[test]
    fn test_that_guards_nothing_is_found() {
        assert!(only(kernel_tests, &[(PATH, ALLOCATOR)]).contains("under `assert_no_alloc`"));
    }

    #[test]
    fn guard_may_stand_in_a_stand_in() {
        let text = format!("{ALLOCATOR}#[path = \"fake/b.rs\"]\nmod b;\n");
        let fake = "//! B.\nfn b() { assert_no_alloc(|| c()); }\n";
        let files = [
            (PATH, text.as_str()),
            ("crates/kernel/tests/fake/b.rs", fake),
        ];
        assert!(found(kernel_tests, &files).is_empty());
    }

    #[test]
    fn models_and_other_crates_need_no_guard() {
        for path in ["crates/kernel/tests/loom_a.rs", "crates/synth/tests/a.rs"] {
            assert!(found(kernel_tests, &[(path, "//! A.\n")]).is_empty());
        }
    }
}
