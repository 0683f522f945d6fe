//! Running statistics: what a synthesizer did since it entered RUN.
//!
//! In: one account per block. Out: averages, sums and a peak. Owner: the property node. Thread:
//! render counts, any reads. Source: \[WDK\] SYNTH_STATS; KSPROPERTY_SYNTH_RUNNINGSTATS.

use crate::{miniport::SynthReading, time::ReferenceTime};

/// Which fields of [`SynthStats`] count.
///
/// # Source
/// \[hdr\] dmusprop.h, values of the user-mode twin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ValidStats(u32);

impl ValidStats {
    /// The voices.
    pub const VOICES: Self = Self(0x01);
    /// The processor's load.
    pub const TOTAL_CPU: Self = Self(0x02);
    /// The processor's load by one voice.
    pub const CPU_PER_VOICE: Self = Self(0x04);
    /// The notes that were lost.
    pub const LOST_NOTES: Self = Self(0x08);
    /// The peak.
    pub const PEAK_VOLUME: Self = Self(0x10);
    /// The memory.
    pub const FREE_MEMORY: Self = Self(0x20);

    /// The flags of both.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// True if all flags of `other` are set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The bits.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }
}

/// What a synthesizer did since it entered RUN.
///
/// # Source
/// \[WDK\] SYNTH_STATS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SynthStats {
    /// Which of the fields below count.
    pub valid: ValidStats,
    /// Voices sounding on average, rounded.
    pub voices: u32,
    /// Share of one processor, 1/100 percent.
    pub total_cpu: u32,
    /// The same for one voice, 1/100 percent.
    pub cpu_per_voice: u32,
    /// Notes that found no voice.
    pub lost_notes: u32,
    /// Bytes left for downloads; nothing for as many as the system has.
    pub free_memory: Option<u32>,
    /// Largest sample, 1/100 dB of full scale, [`SILENCE`](Self::SILENCE)`..`.
    pub peak_volume: i32,
}

impl SynthStats {
    /// The peak of silence, -96 dB; nothing below it is told apart.
    ///
    /// # Source
    /// \[DDKSynth\].
    pub const SILENCE: i32 = -9_600;
}

/// A block as the property node accounts for it.
#[derive(Clone, Copy, Debug)]
pub struct BlockAccount {
    /// The master clock at the first frame.
    pub start: ReferenceTime,
    /// The master clock at the first frame after it.
    pub end: ReferenceTime,
    /// What a frame takes from here to the ear as far as is known, 100 ns, `0..`.
    pub output_latency: ReferenceTime,
    /// Time spent on rendering it, ns; nothing if nobody looked.
    pub busy_ns: Option<u64>,
    /// What the synthesizer says; nothing outside RUN.
    pub reading: Option<SynthReading>,
}

/// The sums of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Meter {
    /// Time in RUN, 100 ns.
    span: u64,
    /// Time in RUN times voices.
    voice_span: u64,
    /// Time spent on rendering, ns.
    busy_ns: u64,
    /// The part of `span` that `busy_ns` is of.
    busy_span: u64,
    /// The part of `voice_span` that `busy_ns` is of.
    busy_voice_span: u64,
    lost_notes: u64,
    /// The peak, as the bits of an `f32` that is not negative.
    peak_bits: u32,
}

impl Meter {
    pub(super) const WORDS: usize = 7;

    /// Adds a block; `lost` are the notes that found no voice in it.
    pub(super) fn add(&mut self, block: &BlockAccount, reading: SynthReading, lost: u64) {
        let span = block
            .end
            .saturating_sub(block.start)
            .units()
            .max(0)
            .unsigned_abs();
        let voice_span = span.saturating_mul(u64::from(reading.voices));
        self.span = self.span.saturating_add(span);
        self.voice_span = self.voice_span.saturating_add(voice_span);
        if let Some(busy) = block.busy_ns {
            self.busy_ns = self.busy_ns.saturating_add(busy);
            self.busy_span = self.busy_span.saturating_add(span);
            self.busy_voice_span = self.busy_voice_span.saturating_add(voice_span);
        }
        self.lost_notes = self.lost_notes.saturating_add(lost);
        // What is not a number is no peak; `max` leaves it out.
        let peak = f32::from_bits(reading.peak_bits).abs();
        self.peak_bits = f32::from_bits(self.peak_bits).max(peak).to_bits();
    }

    pub(super) fn to_words(self) -> [u64; Self::WORDS] {
        let Self {
            span,
            voice_span,
            busy_ns,
            busy_span,
            busy_voice_span,
            lost_notes,
            peak_bits,
        } = self;
        let peak = u64::from(peak_bits);
        [
            span,
            voice_span,
            busy_ns,
            busy_span,
            busy_voice_span,
            lost_notes,
            peak,
        ]
    }

    pub(super) fn from_words(words: [u64; Self::WORDS]) -> Self {
        let [
            span,
            voice_span,
            busy_ns,
            busy_span,
            busy_voice_span,
            lost_notes,
            peak,
        ] = words;
        Self {
            span,
            voice_span,
            busy_ns,
            busy_span,
            busy_voice_span,
            lost_notes,
            // Written from 32 bits, so nothing is cut.
            peak_bits: u32::try_from(peak).unwrap_or(0),
        }
    }

    /// The statistics of these sums.
    ///
    /// - `memory`: bytes left for downloads, if there are downloads; inside, nothing for as many as
    ///   the system has
    pub(super) fn stats(self, memory: Option<Option<u32>>) -> SynthStats {
        let mut valid = ValidStats::VOICES
            .with(ValidStats::LOST_NOTES)
            .with(ValidStats::PEAK_VOLUME);
        if self.busy_span > 0 {
            valid = valid
                .with(ValidStats::TOTAL_CPU)
                .with(ValidStats::CPU_PER_VOICE);
        }
        if memory.is_some() {
            valid = valid.with(ValidStats::FREE_MEMORY);
        }
        // busy ns of n units of 100 ns: busy / (100 n) of one, times 10 000.
        let load = |span| ratio(self.busy_ns.saturating_mul(100), span);
        SynthStats {
            valid,
            voices: ratio(self.voice_span, self.span),
            total_cpu: load(self.busy_span),
            cpu_per_voice: load(self.busy_voice_span),
            lost_notes: u32::try_from(self.lost_notes).unwrap_or(u32::MAX),
            free_memory: memory.flatten(),
            peak_volume: hundredths_db(f32::from_bits(self.peak_bits)),
        }
    }
}

/// A share, rounded to the nearest; none of nothing.
fn ratio(part: u64, whole: u64) -> u32 {
    let wide = u128::from(part) + u128::from(whole / 2);
    let ratio = wide.checked_div(u128::from(whole)).unwrap_or(0);
    u32::try_from(ratio).unwrap_or(u32::MAX)
}

/// A sample as a level, 1/100 dB of full scale.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the cast saturates, and no finite sample is beyond 800 dB"
)]
fn hundredths_db(peak: f32) -> i32 {
    let level = 2_000.0 * f64::from(peak).log10();
    (level.round() as i32).max(SynthStats::SILENCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_survive_the_journey() {
        let words = [1, 2, 3, 4, 5, 6, 7];
        assert_eq!(Meter::from_words(words).to_words(), words);
    }

    #[test]
    fn levels_are_hundredths_of_a_decibel() {
        for (peak, level) in [
            (1.0, 0),
            (0.5, -602),
            (2.0, 602),
            (0.0, SynthStats::SILENCE),
            (1e-30, SynthStats::SILENCE),
            (f32::INFINITY, i32::MAX),
        ] {
            assert_eq!(hundredths_db(peak), level);
        }
    }

    #[test]
    fn what_is_not_a_number_is_no_peak() {
        let mut meter = Meter::default();
        let block = BlockAccount {
            start: ReferenceTime::ZERO,
            end: ReferenceTime::new(1),
            output_latency: ReferenceTime::ZERO,
            busy_ns: None,
            reading: None,
        };
        for peak in [0.5, f32::NAN, -0.25] {
            let reading = SynthReading {
                peak_bits: peak.to_bits(),
                ..SynthReading::default()
            };
            meter.add(&block, reading, 0);
        }
        assert_eq!(meter.stats(None).peak_volume, -602);
    }

    #[test]
    fn sums_that_are_full_stay_full() {
        let block = BlockAccount {
            start: ReferenceTime::MIN,
            end: ReferenceTime::MAX,
            output_latency: ReferenceTime::ZERO,
            busy_ns: Some(u64::MAX),
            reading: None,
        };
        let reading = SynthReading {
            voices: u32::MAX,
            lost_notes: u64::MAX,
            peak_bits: u32::MAX,
        };
        let mut meter = Meter::default();
        for _ in 0..3 {
            meter.add(&block, reading, u64::MAX);
        }
        assert_eq!(meter.stats(None).lost_notes, u32::MAX);
    }
}
