//! How many tests a runner says it ran.

/// Tests that ran, by their end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    /// Left out by the runner; the house has no such tests, so any number here is a fault.
    pub(crate) ignored: u64,
}

impl Tally {
    /// Adds up the closing lines of `cargo nextest run` and of `cargo test`.
    pub(crate) fn of(lines: &[String]) -> Self {
        let mut sum = Self::default();
        for line in lines {
            if let Some(one) = nextest(line).or_else(|| libtest(line)) {
                sum.add(one);
            }
        }
        sum
    }

    /// Adds another runner's numbers.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }
}

/// `Summary [   1.2s] 30/31 tests run: 28 passed (2 slow), 1 failed, 1 timed out, 4 skipped`
fn nextest(line: &str) -> Option<Tally> {
    let rest = line.trim_start().strip_prefix("Summary [")?;
    let (_, counts) = rest.split_once("run: ")?;
    Some(Tally {
        passed: number_before(counts, " passed"),
        failed: number_before(counts, " failed")
            + number_before(counts, " timed out")
            + number_before(counts, " exec failed"),
        ignored: number_before(counts, " skipped"),
    })
}

/// `test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s`
///
/// nextest repeats this line of a failed test, indented; only the margin's is a runner's own.
fn libtest(line: &str) -> Option<Tally> {
    let counts = line.strip_prefix("test result: ")?;
    Some(Tally {
        passed: number_before(counts, " passed"),
        failed: number_before(counts, " failed"),
        ignored: number_before(counts, " ignored"),
    })
}

/// The number that stands directly before a word; zero when the word is absent.
fn number_before(text: &str, word: &str) -> u64 {
    text.match_indices(word)
        .find_map(|(at, _)| {
            let head = &text[..at];
            let start = head
                .rfind(|c: char| !c.is_ascii_digit())
                .map_or(0, |i| i + 1);
            head[start..].parse().ok()
        })
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(text: &str) -> Tally {
        Tally::of(&text.lines().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn nextest_summary_is_read() {
        let got = tally("     Summary [   0.312s] 42 tests run: 42 passed (1 slow), 0 skipped");
        assert_eq!(
            got,
            Tally {
                passed: 42,
                failed: 0,
                ignored: 0
            }
        );
    }

    #[test]
    fn nextest_failures_of_every_kind_are_failures() {
        let got = tally(
            "     Summary [   9.1s] 7/9 tests run: 3 passed, 2 failed, 1 timed out, 1 exec failed, 4 skipped",
        );
        assert_eq!(
            got,
            Tally {
                passed: 3,
                failed: 4,
                ignored: 4
            }
        );
    }

    #[test]
    fn libtest_results_are_added_up() {
        let got = tally(
            "test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\
             unrelated: 9 passed\n\
             test result: FAILED. 2 passed; 1 failed; 3 ignored; 0 measured; 0 filtered out; finished in 0.0s",
        );
        assert_eq!(
            got,
            Tally {
                passed: 7,
                failed: 1,
                ignored: 3
            }
        );
    }

    #[test]
    fn failed_test_that_nextest_shows_is_counted_once() {
        let got = tally(
            "    test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured\n\
             \u{20}    Summary [   0.7s] 5 tests run: 4 passed, 1 failed, 0 skipped",
        );
        assert_eq!((got.passed, got.failed), (4, 1));
    }

    #[test]
    fn other_lines_count_for_nothing() {
        assert_eq!(tally("running 12 tests\n12 passed\n"), Tally::default());
    }
}
