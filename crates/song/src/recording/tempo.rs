//! From times of 100 ns to ticks: the tempo map of a recording.
//!
//! In: marks in order of time. Out: tempos on ticks, and the tick of any moment.
//! Owner: a recording, while it becomes a song. Thread: control. Source: \[SMF\] Set Tempo.

use super::Mark;
use crate::builder::{Division, time_of};
use crate::song::Tempo;
use crate::time::SongTime;

/// Ticks of a quarter note where no rate asks for others.
const TICKS: u16 = 30_000;
/// Most ticks of a quarter note.
const MAX_TICKS: u64 = 0x7fff;
/// Longest quarter note of a file, microseconds.
const MAX_MICROS: f64 = 16_777_215.0;
/// Tempos that other programs take, quarter notes a minute: a stretch in which the song stands
/// still is stretched within them.
const USUAL_BPM: (f64, f64) = (20.0, 960.0);
/// Quarter notes a minute before the first mark says otherwise.
const DEFAULT_BPM: f64 = 120.0;

/// Tempos on ticks.
#[derive(Debug)]
pub(super) struct TempoMap {
    division: u16,
    /// Never empty, the first at tick 0; of two at one tick the later holds.
    tempos: Vec<Tempo>,
}

impl TempoMap {
    /// The map of marks in order of time.
    ///
    /// While the song stands still its tempo means nothing, so it is chosen such that the song's
    /// next start falls on the right beat of a bar, as long as the tempo stays a usual one.
    pub(super) fn new(rate_hz: Option<u32>, marks: &[(u64, Mark)]) -> Self {
        let at_start = marks.iter().take_while(|(units, _)| *units == 0);
        let bpm = at_start.filter_map(|(_, mark)| usable(mark.bpm)).last();
        let mut bpm = bpm.unwrap_or(DEFAULT_BPM);
        let mut map = Self {
            division: division(rate_hz, micros(bpm)),
            tempos: Vec::new(),
        };
        map.push(0, micros(bpm));
        let (mut playing, mut bar) = (false, 4.0);
        let mut from = 0;
        for (units, mark) in marks {
            if let (false, true, Some(quarters)) = (playing, mark.playing, mark.quarters) {
                map.stretch(*units - from, bpm, quarters, bar);
            }
            bpm = usable(mark.bpm).unwrap_or(bpm);
            playing = mark.playing;
            if let Some((beats, beat)) = mark.meter.filter(|(beats, beat)| *beats > 0 && *beat > 0)
            {
                bar = 4.0 * f64::from(beats) / f64::from(beat);
            }
            map.push(map.tick(*units), micros(bpm));
            from = *units;
        }
        map
    }

    /// A tempo from a tick on.
    fn push(&mut self, tick: u64, micros_per_quarter: u32) {
        let time = time_of(self.measure(), &self.tempos, tick);
        if self.tempos.last().is_some_and(|last| last.tick == tick) {
            self.tempos.pop();
        }
        self.tempos.push(Tempo {
            tick,
            time,
            micros_per_quarter,
        });
    }

    /// Changes the last tempo so that `length` units later the position in the bar is that of
    /// `quarters`; not if it would become an unusual one.
    #[expect(clippy::cast_precision_loss, reason = "positions far below 2^53")]
    fn stretch(&mut self, length: u64, bpm: f64, quarters: f64, bar: f64) {
        let Some(last) = self.tempos.last_mut() else {
            return;
        };
        let start = last.tick as f64 / f64::from(self.division);
        let minutes = length as f64 / 600_000_000.0;
        let (slowest, fastest) = (USUAL_BPM.0 * minutes, USUAL_BPM.1 * minutes);
        let wanted = (quarters - start).rem_euclid(bar);
        // The bar that changes the tempo least, or the one after if that is too slow.
        let nearest = wanted + ((bpm * minutes - wanted) / bar).round().max(0.0) * bar;
        let usual = [nearest, nearest + bar, nearest - bar]
            .into_iter()
            .find(|length| *length > 0.0 && (slowest..=fastest).contains(length));
        if let Some(length) = usual {
            last.micros_per_quarter = micros(length / minutes);
        }
    }

    /// Ticks of a quarter note.
    pub(super) const fn division(&self) -> u16 {
        self.division
    }

    const fn measure(&self) -> Division {
        Division::Metrical(self.division)
    }

    /// The tempos as a track holds them.
    pub(super) fn tempos(&self) -> Vec<(u64, u32)> {
        let pair = |tempo: &Tempo| (tempo.tick, tempo.micros_per_quarter);
        self.tempos.iter().map(pair).collect()
    }

    /// The first tick whose stamp is not before `units`.
    pub(super) fn tick(&self, units: u64) -> u64 {
        let Some(before) = units.checked_sub(1) else {
            return 0;
        };
        // A stamp is a time rounded up: it is not before `units` if the time is after `before`.
        let before = SongTime::from_units_100ns(before);
        let after = self.tempos.partition_point(|tempo| tempo.time <= before);
        let Some(tempo) = self.tempos.get(after.saturating_sub(1)) else {
            return 0;
        };
        // In units of 1/10 of a tick's: `division` of them are 100 ns.
        let since = u128::from(before.units()) * u128::from(self.division);
        let since = since.saturating_sub(10 * u128::from(tempo.time.units()));
        let ticks = since / (10 * u128::from(tempo.micros_per_quarter.max(1))) + 1;
        let ticks = u64::try_from(ticks).unwrap_or(u64::MAX);
        // Never past the first tick of the next tempo, whose time is after `before` too.
        tempo.tick.saturating_add(ticks)
    }

    /// How long the stamp of a tick is after `units`, in 100 ns.
    pub(super) fn early(&self, tick: u64, units: u64) -> u32 {
        let stamp = time_of(self.measure(), &self.tempos, tick).units_100ns();
        u32::try_from(stamp.saturating_sub(units)).unwrap_or(u32::MAX)
    }
}

/// A tempo that is a number above 0.
fn usable(bpm: Option<f64>) -> Option<f64> {
    bpm.filter(|bpm| bpm.is_finite() && *bpm > 0.0)
}

/// Length of a quarter note, microseconds, as near as a file has it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 24 bits"
)]
fn micros(bpm: f64) -> u32 {
    (60_000_000.0 / bpm).round().clamp(1.0, MAX_MICROS) as u32
}

/// Ticks of a quarter note: as many as make a tick whole frames, if few enough do.
fn division(rate_hz: Option<u32>, micros_per_quarter: u32) -> u16 {
    let frames = u64::from(rate_hz.unwrap_or(0)) * u64::from(micros_per_quarter);
    if frames == 0 || !frames.is_multiple_of(1_000_000) {
        return TICKS;
    }
    let frames = frames / 1_000_000;
    let ticks = (1..=16)
        .filter(|part| frames.is_multiple_of(*part))
        .map(|part| frames / part)
        .find(|ticks| *ticks <= MAX_TICKS);
    ticks
        .and_then(|ticks| u16::try_from(ticks).ok())
        .unwrap_or(TICKS)
}

#[cfg(test)]
mod tests {
    use super::super::MarkKind;
    use super::*;

    fn mark(playing: bool, quarters: f64, bpm: f64) -> Mark {
        Mark {
            kind: MarkKind::State,
            playing,
            quarters: Some(quarters),
            bpm: Some(bpm),
            meter: None,
        }
    }

    #[test]
    fn a_tick_is_the_first_whose_stamp_is_not_before_the_time() {
        let marks = [
            (7_654_321, mark(true, 0.0, 97.3)),
            (7_654_400, mark(true, 0.0, 311.7)),
            (50_000_000, mark(true, 0.0, 20.0)),
        ];
        let map = TempoMap::new(None, &marks);
        let stamp = |tick| time_of(map.measure(), &map.tempos, tick).units_100ns();
        for units in (0..60_000_000).step_by(7_919).chain(7_654_000..7_655_000) {
            let tick = map.tick(units);
            assert!(stamp(tick) >= units, "{units}");
            assert!(tick == 0 || stamp(tick - 1) < units, "{units}");
            assert_eq!(u64::from(map.early(tick, units)), stamp(tick) - units);
        }
    }

    #[test]
    fn a_rate_makes_ticks_of_whole_frames() {
        assert_eq!(division(Some(48_000), 500_000), 24_000);
        assert_eq!(division(Some(192_000), 500_000), 32_000);
        assert_eq!(division(Some(44_100), 500_000), 22_050);
        assert_eq!(division(Some(48_000), 500_001), TICKS);
        assert_eq!(division(None, 500_000), TICKS);
        assert_eq!(division(Some(1), 1_000_000), 1);
    }

    #[test]
    fn a_song_starts_on_its_beat_though_it_stood_for_an_odd_time() {
        // 3.3 s of nothing, then the song runs from the third beat of a bar.
        let map = TempoMap::new(None, &[(33_000_000, mark(true, 6.0, 100.0))]);
        let quarters = map.tick(33_000_000) as f64 / f64::from(map.division());
        assert!((quarters.rem_euclid(4.0) - 2.0).abs() < 1e-3, "{quarters}");
        assert_eq!(map.tempos().last().unwrap().1, 600_000);
    }

    #[test]
    fn a_song_that_runs_is_never_stretched() {
        let marks = [
            (0, mark(true, 0.0, 100.0)),
            (33_000_000, mark(true, 6.0, 100.0)),
        ];
        let map = TempoMap::new(None, &marks);
        assert!(map.tempos().iter().all(|(_, micros)| *micros == 600_000));
    }

    #[test]
    fn a_start_too_soon_for_a_usual_tempo_stretches_nothing() {
        let map = TempoMap::new(None, &[(10_000, mark(true, 3.9, 120.0))]);
        assert_eq!(map.tempos(), [(0, 500_000), (60, 500_000)]);
    }

    #[test]
    fn absurd_tempos_are_passed_over_or_held_at_the_ends_of_the_format() {
        for (bpm, expected) in [
            (f64::NAN, 500_000),
            (-3.0, 500_000),
            (f64::INFINITY, 500_000),
            (1e-9, 16_777_215),
            (1e12, 1),
        ] {
            let map = TempoMap::new(None, &[(0, mark(false, 0.0, bpm))]);
            assert_eq!(map.tempos(), [(0, expected)], "{bpm}");
        }
    }
}
