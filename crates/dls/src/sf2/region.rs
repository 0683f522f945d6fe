//! A zone of a preset with a zone of an instrument: one region.
//!
//! Source: \[SF2\] zones, generators; \[DLS2\] regions and wave samples.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use super::articulation::{Articulation, Modulation};
use super::generators::{Settings, id};

use super::samples::{self, Sample};
use super::zones::Span;
use crate::bank::{About, LoopKind, Region, WaveLink, WaveSample};
use crate::error::Defect;
use crate::options::Attenuation;
use crate::units::RelativeGain;

/// Frames in one unit of a coarse offset.
const COARSE: i32 = 32_768;

/// All that both zones say.
#[derive(Debug)]
pub(super) struct Sum<'a> {
    /// Generators.
    pub(super) settings: Settings,
    /// Modulators.
    pub(super) modulation: Cow<'a, Modulation>,
    /// Keys of both.
    pub(super) keys: Span,
    /// Velocities of both.
    pub(super) velocities: Span,
}

/// What both of two ranges have.
pub(super) fn common(one: Span, other: Span) -> Option<Span> {
    let both = (one.0.max(other.0), one.1.min(other.1));
    (both.0 <= both.1).then_some(both)
}

/// The part of a sample that a zone plays, frames from its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part {
    /// First frame.
    pub(super) start: u32,
    /// Frame behind the last.
    pub(super) end: u32,
}

impl Part {
    /// Between the offsets of a zone; nothing if there is nothing.
    fn of(sample: &Sample, settings: &Settings) -> Result<Self, Defect> {
        let start = offset(settings, id::START, id::START_COARSE);
        let end = offset(settings, id::END, id::END_COARSE);
        let part = Self {
            start: start.unsigned_abs(),
            end: sample.frames.saturating_sub(end.unsigned_abs()),
        };
        if part.start < part.end {
            Ok(part)
        } else {
            Err(Defect::ZoneEmpty { start, end })
        }
    }
}

/// Fine and coarse offset together, frames.
fn offset(settings: &Settings, fine: u16, coarse: u16) -> i32 {
    let coarse = settings.get(coarse).saturating_mul(COARSE);
    coarse.saturating_add(settings.get(fine))
}

/// A region that still looks for its wave.
#[derive(Debug)]
pub(super) struct Draft {
    /// The region; its wave is that of the whole sample.
    pub(super) region: Region,
    /// The part of the sample it plays.
    pub(super) part: Part,
    /// Modulators that found no link.
    pub(super) skipped: usize,
}

impl Sum<'_> {
    /// The region of a sample.
    ///
    /// # Errors
    /// What is wrong with the zone, if nothing of the sample is left in it.
    pub(super) fn into_region(
        mut self,
        sample: &Sample,
        number: u16,
        attenuation: Attenuation,
        note: &mut dyn FnMut(Defect),
    ) -> Result<Draft, Defect> {
        self.modulation.add_constants(&mut self.settings);
        let settings = &self.settings;
        let part = Part::of(sample, settings)?;
        let wave = wave_sample(sample, settings, part, attenuation, note);
        let Articulation {
            connections,
            skipped,
        } = Articulation::new(settings, &self.modulation, wave.unity_note);
        let one = |generator| u8::try_from(settings.get(generator)).ok();
        let region = Region {
            keys: inclusive(self.keys),
            velocities: inclusive(self.velocities),
            self_non_exclusive: true,
            key_group: u16::try_from(settings.get(id::EXCLUSIVE_CLASS)).unwrap_or(0),
            layer: None,
            wave: usize::try_from(sample.wave).unwrap_or(usize::MAX),
            link: link(sample, number),
            sample: Some(wave),
            articulation: Some(connections),
            fixed_key: one(id::KEYNUM),
            fixed_velocity: one(id::VELOCITY).filter(|velocity| *velocity > 0),
            about: About::default(),
        };
        Ok(Draft {
            region,
            part,
            skipped,
        })
    }
}

const fn inclusive((first, last): Span) -> RangeInclusive<u8> {
    first..=last
}

/// Pitch, gain and loop.
fn wave_sample(
    sample: &Sample,
    settings: &Settings,
    part: Part,
    attenuation: Attenuation,
    note: &mut dyn FnMut(Defect),
) -> WaveSample {
    let tune = settings
        .get(id::COARSE_TUNE)
        .saturating_mul(100)
        .saturating_add(settings.get(id::FINE_TUNE))
        .saturating_add(sample.correction.into());
    let gain_db = f64::from(settings.get(id::ATTENUATION)) * -attenuation.factor() / 10.0;
    let kind = match settings.get(id::SAMPLE_MODES) {
        1 => Some(LoopKind::Forward),
        3 => Some(LoopKind::UntilRelease),
        _ => None,
    };
    let looped = |bound: i64, fine, coarse| {
        let moved = bound.saturating_add(offset(settings, fine, coarse).into());
        moved.saturating_sub(part.start.into())
    };
    let (start, end) = sample.looped();
    let bounds = (
        looped(start, id::START_LOOP, id::START_LOOP_COARSE),
        looped(end, id::END_LOOP, id::END_LOOP_COARSE),
    );
    WaveSample {
        unity_note: u8::try_from(settings.get(id::ROOT_KEY)).unwrap_or(sample.root),
        // 120 semitones, 99 and 128 cents at most.
        fine_tune: i16::try_from(tune).unwrap_or(0),
        gain: RelativeGain::from_db(gain_db).clamp(RelativeGain::SILENCE, RelativeGain::UNITY),
        wave_loop: kind
            .and_then(|kind| samples::wave_loop(bounds, part.end - part.start, kind, note)),
        no_truncation: false,
        no_compression: false,
    }
}

/// Halves of a pair make a phase group, led by the left one.
fn link(sample: &Sample, number: u16) -> WaveLink {
    let right = sample.pair.is_some_and(|(_, right)| right);
    WaveLink {
        phase_master: sample.pair.is_some() && !right,
        multi_channel: false,
        phase_group: sample
            .pair
            .map_or(0, |(other, _)| other.min(number).saturating_add(1)),
        channels: if right { 2 } else { 1 },
    }
}
