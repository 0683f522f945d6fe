//! One sound of ours beside another synthesizer's: differences, and which of them are large.

use std::fmt;

use super::measure::{
    Frame, RATE_HZ, STEP, WINDOW, bands, cents, decibels, departure, envelope, fall, onset, power,
    rise, spectrum,
};

/// Differences of which the document speaks.
pub(super) const LEVEL_DB: f64 = 1.0;
pub(super) const PITCH_CENTS: f64 = 2.0;
pub(super) const TIME_PERCENT: f64 = 5.0;

/// Where in the frames of a sound what is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// First frame of the note.
    pub(super) start: usize,
    /// Frames that level, envelope and spectrum are taken of.
    pub(super) held: usize,
    /// Frames after these, for the release; none in songs.
    pub(super) released: usize,
}

/// What a sound of ours has more than another one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Difference {
    /// Frames.
    pub(super) onset: Option<i64>,
    pub(super) pitch_cents: Option<f64>,
    pub(super) level_db: f64,
    /// Largest of 10 ms beside the level, and the time of it in ms.
    pub(super) envelope: Option<(f64, f64)>,
    /// Of the time in which the sound rises, per cent.
    pub(super) rise_percent: Option<f64>,
    /// Of the time in which the sound falls by 30 dB after the note-off, per cent.
    pub(super) fall_percent: Option<f64>,
    /// Largest of third octaves beside the level, and the band's centre in Hz.
    pub(super) spectrum: Option<(f64, f64)>,
}

impl Difference {
    /// Measures two sounds.
    pub(super) fn of(ours: &[Frame], theirs: &[Frame], span: Span) -> Self {
        let held = |sound| cut(sound, span.start, span.held);
        let released = |sound| cut(sound, span.start + span.held, span.released);
        let level = |sound| decibels(power(held(sound)));
        let level_db = level(ours) - level(theirs);
        let curves = [ours, theirs].map(|sound| envelope(held(sound), STEP));
        let falls = [ours, theirs].map(|sound| envelope(released(sound), STEP));
        let spectra = [ours, theirs].map(|sound| average(held(sound)));
        let [ours_bands, theirs_bands] = spectra.each_ref().map(|spectrum| bands(spectrum));
        let levels = |bands: &[(f64, f64)]| bands.iter().map(|(_, level)| *level).collect();
        let [ours_levels, theirs_levels]: [Vec<f64>; 2] =
            [levels(&ours_bands), levels(&theirs_bands)];
        let [ours_spectrum, theirs_spectrum] = &spectra;
        let [ours_curve, theirs_curve] = &curves;
        let [ours_fall, theirs_fall] = &falls;
        let widest_step = departure(ours_curve, theirs_curve, level_db, 40.0);
        let widest = departure(&ours_levels, &theirs_levels, level_db, 40.0);
        Self {
            onset: pair(onset(held(ours)), onset(held(theirs)))
                .map(|(ours, theirs)| ours.cast_signed() as i64 - theirs.cast_signed() as i64),
            pitch_cents: cents(ours_spectrum, theirs_spectrum),
            level_db,
            envelope: widest_step.map(|(step, db)| {
                let time_ms = step as f64 * STEP as f64 * 1000.0 / RATE_HZ;
                (db, time_ms)
            }),
            rise_percent: percent(rise(ours_curve), rise(theirs_curve)),
            fall_percent: percent(fall(ours_fall, 30.0), fall(theirs_fall, 30.0)),
            spectrum: widest.and_then(|(band, db)| Some((db, ours_bands.get(band)?.0))),
        }
    }

    /// The names of what is beyond the limits, the level beside `usual_db`.
    pub(super) fn large(&self, usual_db: f64) -> Vec<&'static str> {
        let beyond = |value: Option<f64>, limit| value.is_some_and(|value| value.abs() > limit);
        let first = |pair: Option<(f64, f64)>| pair.map(|(value, _)| value);
        let all = [
            ("pitch", beyond(self.pitch_cents, PITCH_CENTS)),
            ("level", (self.level_db - usual_db).abs() > LEVEL_DB),
            ("envelope", beyond(first(self.envelope), LEVEL_DB)),
            ("rise", beyond(self.rise_percent, TIME_PERCENT)),
            ("fall", beyond(self.fall_percent, TIME_PERCENT)),
            ("spectrum", beyond(first(self.spectrum), LEVEL_DB)),
        ];
        all.into_iter()
            .filter_map(|(name, is)| is.then_some(name))
            .collect()
    }
}

/// Columns of a table, tabs between them.
pub(super) const COLUMNS: &str = "onset, frames\tpitch, cents\tlevel, dB\tenvelope, dB\tat, ms\t\
    rise, %\tfall, %\tthird octave, dB\tat, Hz";

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let onset = self.onset.map(|onset| onset.to_string());
        write!(f, "{}\t", onset.unwrap_or_default())?;
        write!(f, "{}\t{:.2}\t", number(self.pitch_cents, 2), self.level_db)?;
        write!(f, "{}\t", pair_of(self.envelope, 2))?;
        write!(f, "{}\t", number(self.rise_percent, 1))?;
        write!(f, "{}\t", number(self.fall_percent, 1))?;
        write!(f, "{}", pair_of(self.spectrum, 2))
    }
}

fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(String::new, |value| format!("{value:.digits$}"))
}

fn pair_of(pair: Option<(f64, f64)>, digits: usize) -> String {
    pair.map_or_else(
        || "\t".to_owned(),
        |(value, place)| format!("{value:.digits$}\t{place:.0}"),
    )
}

/// Part of a sound; what is not there is nothing.
fn cut(sound: &[Frame], start: usize, length: usize) -> &[Frame] {
    let end = start.saturating_add(length).min(sound.len());
    sound.get(start..end).unwrap_or_default()
}

/// Spectrum of a sound, averaged over windows that overlap by half.
fn average(sound: &[Frame]) -> Vec<f64> {
    let starts = (0..sound.len().max(1)).step_by(WINDOW / 2);
    let whole = starts.filter(|start| *start == 0 || start + WINDOW <= sound.len());
    let mut sum = vec![0.0; WINDOW / 2 + 1];
    for start in whole {
        for (sum, power) in sum.iter_mut().zip(spectrum(cut(sound, start, WINDOW))) {
            *sum += power;
        }
    }
    sum
}

fn pair<T>(one: Option<T>, other: Option<T>) -> Option<(T, T)> {
    one.zip(other)
}

/// What one time is longer than another, per cent; nothing below a step, which no curve of steps can
/// tell.
fn percent(ours: Option<f64>, theirs: Option<f64>) -> Option<f64> {
    let (ours, theirs) = pair(ours, theirs)?;
    if (ours - theirs).abs() < 1.0 {
        return Some(0.0);
    }
    (theirs > 0.0).then(|| 100.0 * (ours / theirs - 1.0))
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, reason = "test signals in f32")]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    /// A note of 1.5 s that falls by so many decibels a second after it.
    fn note(hertz: f64, amplitude: f64, fall_db: f64) -> Vec<Frame> {
        (0..144_000)
            .map(|n| {
                let time = f64::from(n) / RATE_HZ;
                let after = (time - 1.5).max(0.0);
                let gain = amplitude * 10_f64.powf(-fall_db * after / 20.0);
                let value = (gain * (TAU * hertz * time).sin()) as f32;
                [value, value]
            })
            .collect()
    }

    const SPAN: Span = Span {
        start: 0,
        held: 72_000,
        released: 67_000,
    };

    #[test]
    fn a_sound_beside_itself_differs_in_nothing() {
        let sound = note(300.0, 0.2, 100.0);
        let difference = Difference::of(&sound, &sound, SPAN);
        assert_eq!(difference.large(0.0), Vec::<&str>::new());
        assert_eq!(difference.onset, Some(0));
        assert!(difference.fall_percent.is_some());
    }

    #[test]
    fn each_difference_is_called_by_its_name() {
        let ours = note(300.0, 0.2, 100.0);
        let louder = Difference::of(&ours, &note(300.0, 0.1, 100.0), SPAN);
        assert_eq!(louder.large(0.0), ["level"]);
        assert_eq!(louder.large(6.02), Vec::<&str>::new());
        let longer = Difference::of(&ours, &note(300.0, 0.2, 200.0), SPAN);
        assert_eq!(longer.large(0.0), ["fall"]);
        assert!((longer.fall_percent.unwrap() - 100.0).abs() < 4.0);
        let higher = Difference::of(&ours, &note(299.0, 0.2, 100.0), SPAN);
        assert_eq!(higher.large(0.0), ["pitch"]);
        assert!((higher.pitch_cents.unwrap() - 5.78).abs() < 0.1);
    }

    #[test]
    fn a_line_has_as_many_columns_as_its_head() {
        let sound = note(300.0, 0.2, 100.0);
        for other in [&sound[..], &[]] {
            let line = Difference::of(&sound, other, SPAN).to_string();
            assert_eq!(line.split('\t').count(), COLUMNS.split('\t').count());
        }
    }
}
