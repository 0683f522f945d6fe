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

/// That with everything in and nothing that moves a pitch, neither here nor there: what is mended by
/// it alone hangs on how a pitch moves, where layers beat.
pub(super) const STILL: &str = "moving pitch";

/// A difference that no experiment mends.
pub(super) const OPEN: &str = "open";

/// What is compared, by the names that `Difference::large` gives.
pub(super) const QUANTITIES: [&str; 6] = ["pitch", "level", "envelope", "rise", "fall", "spectrum"];

/// A quantity and its limit; what could not be measured is no difference.
pub(super) fn quantity(name: &str, difference: &Difference, usual_db: f64) -> (f64, f64) {
    let first = |pair: Option<(f64, f64)>| pair.map(|(value, _)| value);
    let (value, limit) = match name {
        "pitch" => (difference.pitch_cents, PITCH_CENTS),
        "level" => (Some(difference.level_db - usual_db), LEVEL_DB),
        "envelope" => (first(difference.envelope), LEVEL_DB),
        "rise" => (difference.rise_percent, TIME_PERCENT),
        "fall" => (difference.fall_percent, TIME_PERCENT),
        _ => (first(difference.spectrum), LEVEL_DB),
    };
    (value.unwrap_or(0.0).abs(), limit)
}

/// The cause of one large difference: the single experiment that leaves the least of it, or else the
/// first of the others, if what it leaves is within the limit.
///
/// - `tried`: names of experiments, and ours so changed beside the other's
pub(super) fn cause(
    name: &str,
    tried: &[(&'static str, Difference)],
    usual_db: f64,
) -> &'static str {
    let mended = tried.iter().filter_map(|(cause, difference)| {
        let (left, limit) = quantity(name, difference, usual_db);
        (left <= limit).then_some((*cause, left))
    });
    let rank = |cause: &str| match cause {
        ALL => 1,
        STILL => 2,
        _ => 0,
    };
    let best = mended.min_by(|(one, left), (other, more)| {
        (rank(one).cmp(&rank(other))).then(left.total_cmp(more))
    });
    best.map_or(OPEN, |(cause, _)| cause)
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
    fn the_cause_is_the_experiment_that_leaves_the_least() {
        let tried = [
            ("range", beside(2.0)),
            ("start", beside(1.06)),
            ("resonance", beside(1.05)),
            (ALL, beside(1.0)),
        ];
        assert_eq!(cause("level", &tried, 0.0), "resonance");
    }

    #[test]
    fn what_only_all_together_mend_has_several_causes() {
        let tried = [
            ("range", beside(1.5)),
            (STILL, beside(1.0)),
            (ALL, beside(1.05)),
        ];
        assert_eq!(cause("level", &tried, 0.0), ALL);
    }

    #[test]
    fn what_is_gone_when_pitches_stand_still_is_a_matter_of_moving_them() {
        let tried = [
            ("range", beside(2.0)),
            (ALL, beside(1.5)),
            (STILL, beside(1.05)),
        ];
        assert_eq!(cause("level", &tried, 0.0), STILL);
    }

    #[test]
    fn what_nothing_mends_is_open() {
        let tried = [("range", beside(2.0)), (STILL, beside(1.3))];
        assert_eq!(cause("level", &tried, 0.0), OPEN);
    }
}
