//! Tables of docs/speed.md.

use std::fmt::Write as _;

use super::measure::{Cost, Results};
use super::rows::{CONTENDERS, PEERS, Row, Unit};

/// Share of a function, in per cent, from which it is named.
const NOTABLE: f64 = 3.0;

/// The least of the peers' floors.
pub(super) fn best_peer(row: &Row, costs: &[Option<Cost>]) -> Option<f64> {
    let peers = costs.iter().skip(PEERS).flatten();
    peers.map(|cost| cost.floor(row)).min_by(f64::total_cmp)
}

/// Nanoseconds and instructions of every row.
pub(super) fn costs(rows: &[Row], results: &Results) -> String {
    let headings = CONTENDERS.map(|contender| contender.heading).join(" | ");
    let mut text = format!("| ns / instructions | {headings} | best peer : ours |\n");
    text += &format!("| --- |{}\n", " ---: |".repeat(CONTENDERS.len() + 1));
    for (row, costs) in rows.iter().zip(results) {
        let cells = costs.each_ref().map(|cost| cell(row, cost.as_ref()));
        let ours = costs.first().and_then(Option::as_ref);
        let ratio = ours.zip(best_peer(row, costs));
        let ratio = ratio.map(|(ours, peer)| format!("{:.1}", peer / ours.floor(row)));
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "| {} | {} | {} |",
            row.name,
            cells.join(" | "),
            ratio.unwrap_or_default()
        );
    }
    text
}

fn cell(row: &Row, cost: Option<&Cost>) -> String {
    let Some(cost) = cost else {
        return "-".to_owned();
    };
    let floor = number(cost.floor(row));
    match cost.instructions {
        Some(instructions) => format!("{floor} / {}", number(instructions)),
        None => floor,
    }
}

/// Three digits that mean something.
fn number(value: f64) -> String {
    match value {
        ..9.995 => format!("{value:.2}"),
        ..99.95 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

/// Microseconds of blocks.
pub(super) fn blocks(rows: &[Row], results: &Results) -> String {
    let headings = CONTENDERS.map(|contender| contender.heading).join(" | ");
    let mut text = format!("| us, median / worst block | {headings} |\n");
    text += &format!("| --- |{}\n", " ---: |".repeat(CONTENDERS.len()));
    for (row, costs) in rows.iter().zip(results).filter(|(row, _)| row.has_blocks()) {
        let cells = costs.each_ref().map(|cost| match cost {
            None => "-".to_owned(),
            Some(cost) => {
                let (median, worst) = cost.blocks_us();
                format!("{median:.1} / {worst:.1}")
            }
        });
        let name = row.name.trim_end_matches(", a frame");
        let _ = writeln!(text, "| {name} | {} |", cells.join(" | "));
    }
    text
}

/// Voices that sound on average, where notes come and go.
pub(super) fn voices(rows: &[Row], results: &Results) -> String {
    let headings = CONTENDERS.map(|contender| contender.heading).join(" | ");
    let mut text = format!("| voices on average | {headings} |\n");
    text += &format!("| --- |{}\n", " ---: |".repeat(CONTENDERS.len()));
    let played = |row: &Row| row.unit == Unit::Frame && row.has_blocks();
    for (row, costs) in rows.iter().zip(results).filter(|(row, _)| played(row)) {
        let cells = costs.each_ref().map(|cost| match cost {
            Some(cost) if cost.voice_frames > 0 => (cost.voice_frames / cost.count).to_string(),
            _ => "-".to_owned(),
        });
        let name = row.name.trim_end_matches(", a frame");
        let _ = writeln!(text, "| {name} | {} |", cells.join(" | "));
    }
    text
}

/// Where the instructions of a row go.
pub(super) fn profile(row: &Row, shares: &[(String, f64)]) -> String {
    let shown = shares.iter().filter(|(_, share)| *share >= NOTABLE);
    let mut text = format!("| {} | % |\n| --- | ---: |\n", row.name);
    let mut rest = 100.0;
    for (function, share) in shown {
        rest -= share;
        let _ = writeln!(text, "| `{function}` | {share:.0} |");
    }
    let _ = writeln!(text, "| the rest | {rest:.0} |");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits_or_what_is_before_the_point() {
        assert_eq!(
            [0.5, 9.996, 45.04, 99.96, 61_120.3].map(number),
            ["0.50", "10.0", "45.0", "100", "61120"]
        );
    }

    #[test]
    fn small_shares_are_summed() {
        let row = super::super::rows::all().remove(0);
        let shares = [("read", 60.0), ("aim", 30.0), ("tan", 2.0)];
        let shares = shares.map(|(name, share)| (name.to_owned(), share));
        let text = profile(&row, &shares);
        assert!(text.ends_with("| `read` | 60 |\n| `aim` | 30 |\n| the rest | 10 |\n"));
    }
}
