//! The page's part on published figures.

use super::line;
use crate::identity::Fact;

/// What the sources are worth, and the table.
pub(super) fn facts(text: &mut String, facts: &[Fact]) {
    line(text, "\n## Published figures\n");
    line(
        text,
        "Where a source gives a direction and no number, the span is as wide as the words allow. \
         What is missing where one does not hold stands in the last column. *Read* after a source: \
         its text or its data were read for this page; *abstract read*: that alone was; the others are \
         as they are commonly quoted.\n",
    );
    line(text, "| what | published | ours | source | kept |");
    line(text, "| --- | --: | --: | --- | --- |");
    for fact in facts {
        line(text, &row(fact));
    }
}

/// A published figure as a line of the table.
#[must_use]
pub fn row(fact: &Fact) -> String {
    let (low, high) = fact.published;
    let kept = match fact.lacks() {
        lacks if lacks.is_empty() => "yes".to_owned(),
        lacks => format!("**no**: {lacks}"),
    };
    format!(
        "| {} | {low:.3} to {high:.3} | {:.3} | {} | {kept} |",
        fact.what, fact.ours, fact.source
    )
}
