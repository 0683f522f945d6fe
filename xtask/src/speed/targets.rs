//! What is aimed at with AVX2, and how near it is.

use std::fmt::Write as _;

use super::measure::{Cost, Results};
use super::rows::Row;
use super::tables::best_peer;

/// What a target is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Nanoseconds,
    Instructions,
    /// The worst block.
    WorstUs,
    /// The worst block, as a multiple of the one in the middle.
    Unevenness,
}

/// Row, what of it, and the most that it should be. Where they come from: docs/speed.md.
const TARGETS: [(&str, What, f64); 16] = [
    ("4-point open, 256 voices", What::Nanoseconds, 0.9),
    ("4-point open, 256 voices", What::Instructions, 9.5),
    ("4-point lowpass, 256 voices", What::Nanoseconds, 1.3),
    ("4-point lowpass, 256 voices", What::Instructions, 12.0),
    ("4-point modulated, 256 voices", What::Nanoseconds, 1.3),
    ("4-point modulated, 256 voices", What::Instructions, 12.0),
    ("16-tap lowpass, 256 voices", What::Nanoseconds, 1.4),
    ("4-point open, 256 voices", What::WorstUs, 20.0),
    ("song, a frame", What::Nanoseconds, 150.0),
    ("storm, a frame", What::Unevenness, 3.0),
    ("note-on, plain voice", What::Nanoseconds, 150.0),
    ("note-on, TimGM6mb piano", What::Nanoseconds, 150.0),
    ("controller, silence", What::Nanoseconds, 15.0),
    ("controller, 256 voices", What::Nanoseconds, 15.0),
    ("idle, a frame", What::Nanoseconds, 0.5),
    ("idle with effects, a frame", What::Nanoseconds, 0.5),
];

impl What {
    fn unit(self) -> &'static str {
        match self {
            Self::Nanoseconds => "ns",
            Self::Instructions => "instructions",
            Self::WorstUs => "us, worst block",
            Self::Unevenness => "times, worst block : median",
        }
    }

    fn of(self, row: &Row, cost: &Cost) -> Option<f64> {
        let (median, worst) = cost.blocks_us();
        match self {
            Self::Nanoseconds => Some(cost.floor(row)),
            Self::Instructions => cost.instructions,
            Self::WorstUs => Some(worst),
            Self::Unevenness => Some(worst / median),
        }
    }
}

/// A target with what was measured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judged<'a> {
    row: &'a Row,
    what: What,
    most: f64,
    is: f64,
    /// The best peer's time for the row, as a multiple of ours.
    lead: Option<f64>,
}

/// Holds every target against the results.
pub(super) fn judged<'a>(rows: &'a [Row], results: &Results) -> Vec<Judged<'a>> {
    let judge = |(name, what, most): (&str, What, f64)| {
        let (row, costs) = rows.iter().zip(results).find(|(row, _)| row.name == name)?;
        let ours = costs.first()?.as_ref()?;
        Some(Judged {
            row,
            what,
            most,
            is: what.of(row, ours)?,
            lead: best_peer(row, costs).map(|peer| peer / ours.floor(row)),
        })
    };
    TARGETS.into_iter().filter_map(judge).collect()
}

/// Targets, what was measured, and the verdict.
pub(super) fn table(judged: &[Judged<'_>]) -> String {
    let mut text = "| target with AVX2 | at most | measured | | best peer : ours |\n\
                    | --- | ---: | ---: | --- | ---: |\n"
        .to_owned();
    for target in judged {
        let verdict = if target.is <= target.most {
            "met"
        } else {
            "**missed**"
        };
        let lead = target
            .lead
            .map_or(String::new(), |lead| format!("{lead:.1}"));
        let _ = writeln!(
            text,
            "| {}, {} | {} | {:.2} | {verdict} | {lead} |",
            target.row.name,
            target.what.unit(),
            target.most,
            target.is
        );
    }
    text
}

/// Rows with a target that is missed, each once.
pub(super) fn missed<'a>(judged: &[Judged<'a>]) -> Vec<&'a Row> {
    let mut rows: Vec<&Row> = Vec::new();
    for target in judged.iter().filter(|target| target.is > target.most) {
        if rows.iter().all(|row| row.name != target.row.name) {
            rows.push(target.row);
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::super::rows::{self, CONTENDERS};
    use super::*;

    #[test]
    fn every_target_has_its_row() {
        let rows = rows::all();
        for (name, what, _) in TARGETS {
            let row = rows.iter().find(|row| row.name == name);
            assert!(row.is_some(), "{name}");
            let wants_count = what == What::Instructions;
            assert!(row.is_some_and(|row| !wants_count || row.counted > 0));
        }
    }

    #[test]
    fn row_with_two_missed_targets_is_named_once() {
        let rows = rows::all();
        let cost = |nanos| Cost {
            blocks: vec![nanos; 10],
            count: 640,
            instructions: Some(100.0),
            ..Cost::default()
        };
        let results = rows
            .iter()
            .map(|_| [(); CONTENDERS.len()].map(|()| Some(cost(160_000))))
            .collect();
        let judged = judged(&rows, &results);
        let missed = missed(&judged);
        let opens = missed
            .iter()
            .filter(|row| row.name.contains("4-point open"));
        assert_eq!(opens.count(), 1);
        assert!(table(&judged).contains("| 3 | 1.00 | met | 1.0 |"));
    }
}
