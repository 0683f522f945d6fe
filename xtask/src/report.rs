//! The closing table of a run of steps.

use std::fmt::Write as _;
use std::time::Duration;

use crate::tally::Tally;

/// One step that ran.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) key: &'static str,
    pub(crate) took: Duration,
    pub(crate) tally: Tally,
    /// What the step says for itself ("12 mutants killed"); empty where the table says enough.
    pub(crate) note: String,
    pub(crate) ok: bool,
}

/// The table of the steps, their times and their tests, with the plain closing line.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut out = format!("{:<10} {:<6} {:>8} {:>7}\n", "step", "", "time", "tests");
    let mut sum = Tally::default();
    let mut total = Duration::ZERO;
    for row in rows {
        sum.add(row.tally);
        total += row.took;
        let ran = row.tally.passed + row.tally.failed;
        let ran = if ran == 0 {
            String::new()
        } else {
            ran.to_string()
        };
        let word = if row.ok { "ok" } else { "FAILED" };
        let line = format!(
            "{:<10} {word:<6} {:>8} {ran:>7}  {}",
            row.key,
            clock(row.took),
            row.note
        );
        out.push_str(line.trim_end());
        out.push('\n');
    }
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{:<10} {:<6} {:>8}", "total", "", clock(total));
    let _ = write!(out, "\n{} passed, {} failed", sum.passed, sum.failed);
    out
}

/// `7.3 s`, from a minute on `2:07 min`.
pub(crate) fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        return format!("{:.1} s", time.as_secs_f64());
    }
    format!("{}:{:02} min", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(key: &'static str, passed: u64, failed: u64) -> Row {
        Row {
            key,
            took: Duration::from_millis(1500),
            tally: Tally {
                passed,
                failed,
                ignored: 0,
            },
            note: String::new(),
            ok: failed == 0,
        }
    }

    #[test]
    fn closing_line_adds_up_all_steps() {
        let text = table(&[row("tests", 40, 0), row("host", 2, 1)]);
        assert_eq!(text.lines().last(), Some("42 passed, 1 failed"));
    }

    #[test]
    fn failed_step_is_marked() {
        let text = table(&[row("tests", 1, 0), row("host", 0, 1)]);
        let marked: Vec<&str> = text
            .lines()
            .filter(|line| line.contains("FAILED"))
            .collect();
        assert_eq!(marked.len(), 1);
        assert!(marked[0].starts_with("host"));
    }

    #[test]
    fn minutes_are_written_as_minutes() {
        assert_eq!(clock(Duration::from_millis(7_310)), "7.3 s");
        assert_eq!(clock(Duration::from_secs(127)), "2:07 min");
    }
}
