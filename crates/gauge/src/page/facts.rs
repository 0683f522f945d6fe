//! The page's part on published figures.

use super::line;
use crate::identity::Fact;

/// What no row of the table tells, as it holds within its span.
const SHORT: &str = "
### Where it falls short of them

- Below the resonance of its air a body sounds hardly: in recordings 19 dB less and more for a violin,
  18 for a cello, the open string's first partial 27 to 43 dB under the strongest. Ours hold the
  spans, at their near ends: steeper, neighbouring waves would step.
- Of a classical guitar's low strings only the open E and what lies beside it have loops long enough
  for their stiffness; the partials of the others stay on the lines of a short loop, harmonic.
- The grand alone has waves of its own for soft, middle and hard. Elsewhere a harder stroke or breath
  opens a low pass over one spectrum: what a lip, a reed or a skin adds above it is there at any
  velocity, only darker.
- For the noise of bow, breath and onset, the first partials of an organ's chorus, the wires of a snare
  and the shimmer of cymbals no source gave a number that binds: those spans are wide, and holding
  them proves little.
";

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
    text.push_str(SHORT);
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
