//! Why a sound differs: each difference beyond the limits is put down to a cause by an experiment.
//!
//! In: ours beside another synthesizer's, and ours with one thing done as the other does it, beside
//! the same. Out: a word for each difference. With the cause put in, the difference is within the
//! limits. What the specifications say of each cause is told in docs/sound.md.

use super::compare::{Difference, LEVEL_DB, PITCH_CENTS, TIME_PERCENT};

/// What differs, and what one does about it in ours: a name, and variants of benches/peers.
pub(super) type Experiment = (&'static str, &'static str);

/// FluidSynth's.
pub(super) const FLUID: [Experiment; 9] = [
    ("range", "range"),
    ("sustain", "sustain"),
    ("resonance", "peak"),
    ("correction", "correction"),
    ("interpolation", "cubic"),
    ("start", "fade"),
    ("sweep", "sweep"),
    ("sweep and resonance", "sweep+peak"),
    (ALL, "range+sustain+peak+correction+cubic+fade+sweep"),
];

/// SpessaSynth's.
pub(super) const SPESSA: [Experiment; 8] = [
    ("range", "range"),
    ("resonance", "hump"),
    ("interpolation", "cubic"),
    ("place", "early"),
    ("start", "wait"),
    ("sweep", "stuck"),
    ("resonance and interpolation", "hump+cubic"),
    (ALL, "range+hump+cubic+early+wait+stuck"),
];

/// The experiment with everything in.
pub(super) const ALL: &str = "several";

/// What moves nothing but phases: half a tick later, the second envelope a block later where it bends
/// the pitch, parts of a cent between layers.
pub(super) const ITSELF: [&str; 3] = ["later", "swing", "layers"];

/// The name of a difference of which ours has half from itself with one of [`ITSELF`]: the layers of
/// an instrument beat, and their phases hang on the first milliseconds and on parts of a cent.
const BEATS: &str = "beats";

/// A difference that no experiment mends.
pub(super) const OPEN: &str = "open";

/// A quantity by the name that `Difference::large` gives it, and its limit.
fn quantity(name: &str, difference: &Difference, usual_db: f64) -> (Option<f64>, f64) {
    let first = |pair: Option<(f64, f64)>| pair.map(|(value, _)| value);
    match name {
        "pitch" => (difference.pitch_cents, PITCH_CENTS),
        "level" => (Some(difference.level_db - usual_db), LEVEL_DB),
        "envelope" => (first(difference.envelope), LEVEL_DB),
        "rise" => (difference.rise_percent, TIME_PERCENT),
        "fall" => (difference.fall_percent, TIME_PERCENT),
        _ => (first(difference.spectrum), LEVEL_DB),
    }
}

/// The cause of one large difference.
///
/// - `experiments`: their names, and ours so changed beside the other's
/// - `difference`: that of ours as it is
/// - `itself`: ours beside ours with each of [`ITSELF`]
pub(super) fn cause(
    name: &str,
    difference: &Difference,
    experiments: &[(&'static str, Difference)],
    itself: &[Difference],
    usual_db: f64,
) -> &'static str {
    let left = |difference: &Difference| {
        let (value, limit) = quantity(name, difference, usual_db);
        value.unwrap_or(0.0).abs() / limit
    };
    let (single, all): (Vec<_>, Vec<_>) = experiments
        .iter()
        .partition(|(cause, _)| *cause != ALL);
    let best = |from: &[&(&'static str, Difference)]| {
        let lefts = from
            .iter()
            .map(|(cause, difference)| (*cause, left(difference)));
        let best = lefts.min_by(|(_, one), (_, other)| one.total_cmp(other));
        best.filter(|(_, left)| *left <= 1.0)
            .map(|(cause, _)| cause)
    };
    // Beside itself ours has no other headroom.
    let own = itself.iter().filter_map(|own| quantity(name, own, 0.0).0);
    let moved = own.map(f64::abs).fold(0.0, f64::max);
    let all_of_it = quantity(name, difference, usual_db).0.unwrap_or(0.0).abs();
    best(&single)
        .or_else(|| best(&all))
        .or_else(|| (moved >= 0.5 * all_of_it).then_some(BEATS))
        .unwrap_or(OPEN)
}

#[cfg(test)]
mod tests {
    use super::super::compare::Span;
    use super::*;

    /// A tone with a level, beside one of level 1.
    fn beside(level: f32) -> Difference {
        let tone = |level: f32| -> Vec<[f32; 2]> {
            let value = |n: usize| level * (n as f32 * 0.05).sin();
            (0..48_000).map(|n| [value(n), 0.0]).collect()
        };
        let span = Span {
            start: 0,
            held: 48_000,
            released: 0,
        };
        Difference::of(&tone(level), &tone(1.0), span)
    }

    #[test]
    fn the_cause_is_the_experiment_that_mends_it() {
        let tried = [
            ("range", beside(2.0)),
            ("resonance", beside(1.05)),
            ("several", beside(1.0)),
        ];
        let cause = cause("level", &beside(2.0), &tried, &[beside(1.0)], 0.0);
        assert_eq!(cause, "resonance");
    }

    #[test]
    fn what_only_all_together_mend_has_several_causes() {
        let tried = [("range", beside(1.5)), ("several", beside(1.0))];
        let cause = cause("level", &beside(2.0), &tried, &[beside(1.0)], 0.0);
        assert_eq!(cause, "several");
    }

    #[test]
    fn what_nothing_mends_beats_only_if_ours_moves_by_half_of_it() {
        let tried = [("range", beside(2.0))];
        let cause = |own| cause("level", &beside(2.0), &tried, &[beside(1.0), own], 0.0);
        assert_eq!(cause(beside(1.5)), BEATS);
        assert_eq!(cause(beside(1.3)), OPEN);
    }
}
