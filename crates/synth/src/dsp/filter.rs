//! Two-pole low pass with resonance, safe to move at any speed.
//!
//! A state-variable filter with trapezoidal integrators: its states are the filter's own
//! energies, so moving the cutoff neither clicks nor blows up. Between ticks the prewarped
//! frequency and the damping move linearly, and the coefficients follow at every frame.
//! The resonance is centred on the cutoff; its height above the passband is Q, and the passband
//! is lowered by half of Q. An open filter costs nothing.
//! Source: \[DLS2\] filter; deviation: the centre is the cutoff itself, as in \[SF2\].

use super::ramp::Ramp;
use super::tables::{TICK_FRAMES, TICK_INDEX};
use super::units::decibels_to_amplitude;

/// Highest resonance of any dialect, dB.
///
/// # Source
/// \[SF2\] initialFilterQ.
const MAX_RESONANCE_DB: f64 = 96.0;

/// Part of the sample rate from which the filter counts as open.
const OPEN_ABOVE: f64 = 0.49;

/// Cutoff from which a filter without resonance counts as open, Hz.
const INAUDIBLE_HZ: f64 = 20_000.0;

/// Lowest cutoff, Hz.
const MIN_CUTOFF_HZ: f64 = 4.0;

/// States below this are zero; input is in 16-bit units.
const FLUSH_BELOW: f32 = 1e-9;

/// What a tick asks of the filter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Setting {
    /// Prewarped frequency.
    warped: f32,
    /// Reciprocal of the quality factor.
    damping: f32,
    /// Gain of the filtered signal.
    wet: f32,
    /// Gain of the unfiltered signal.
    dry: f32,
}

impl Setting {
    /// The filter lets everything pass.
    pub(crate) const OPEN: Self = Self {
        warped: 1.0,
        damping: core::f32::consts::SQRT_2,
        wet: 0.0,
        dry: 1.0,
    };

    /// Setting for a cutoff and a resonance.
    ///
    /// - `resonance_db`: height of the peak above the passband, clamped to `0..=96`
    #[expect(
        clippy::cast_possible_truncation,
        reason = "coefficients are wanted in f32"
    )]
    pub(crate) fn new(cutoff_hz: f64, resonance_db: f64, sample_rate_hz: f64) -> Self {
        let resonance_db = resonance_db.clamp(0.0, MAX_RESONANCE_DB);
        let flat = resonance_db <= 0.0 && cutoff_hz >= INAUDIBLE_HZ;
        if flat || cutoff_hz >= OPEN_ABOVE * sample_rate_hz {
            return Self::OPEN;
        }
        let cutoff_hz = cutoff_hz.max(MIN_CUTOFF_HZ);
        // A two-pole low pass of quality q peaks q / sqrt(1 - 1/(4 q^2)) above its passband.
        // Solved for q^2, with p the wanted peak: q^4 - p^2 q^2 + p^2/4 = 0.
        let peak_squared = libm::exp2(resonance_db * (core::f64::consts::LOG2_10 / 10.0));
        let quality_squared =
            0.5 * (peak_squared + (peak_squared * peak_squared - peak_squared).max(0.0).sqrt());
        Self {
            warped: libm::tan(core::f64::consts::PI * cutoff_hz / sample_rate_hz) as f32,
            damping: (1.0 / quality_squared.sqrt()) as f32,
            wet: decibels_to_amplitude(-0.5 * resonance_db) as f32,
            dry: 0.0,
        }
    }
}

/// Filter of one voice.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filter {
    states: States,
    warped: Ramp,
    damping: Ramp,
    wet: Ramp,
    dry: Ramp,
    mode: Mode,
}

/// How a tick is filtered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Not at all.
    Open,
    /// With one set of coefficients.
    Still,
    /// With coefficients of every frame.
    Moving,
}

impl Filter {
    /// A filter at rest with a setting.
    pub(crate) fn new(setting: Setting) -> Self {
        let mut filter = Self {
            states: States::default(),
            warped: Ramp::still(setting.warped),
            damping: Ramp::still(setting.damping),
            wet: Ramp::still(setting.wet),
            dry: Ramp::still(setting.dry),
            mode: Mode::Open,
        };
        filter.choose_mode();
        filter
    }

    /// Moves to `setting` by the end of the tick.
    ///
    /// - `offset`: frame of the tick from which it moves, `0..64`
    pub(crate) fn aim(&mut self, offset: usize, setting: Setting) {
        if setting.wet <= 0.0 {
            // Opening: only the mix moves, the poles stay where they are.
            self.warped.aim(offset, self.warped.end());
            self.damping.aim(offset, self.damping.end());
        } else if self.mode == Mode::Open {
            // Closing from open: the poles are there at once, nothing is heard of them yet.
            self.warped = Ramp::still(setting.warped);
            self.damping = Ramp::still(setting.damping);
        } else {
            self.warped.aim(offset, setting.warped);
            self.damping.aim(offset, setting.damping);
        }
        self.wet.aim(offset, setting.wet);
        self.dry.aim(offset, setting.dry);
        self.choose_mode();
    }

    fn choose_mode(&mut self) {
        let still = self.warped.is_still()
            && self.damping.is_still()
            && self.wet.is_still()
            && self.dry.is_still();
        self.mode = if !still {
            Mode::Moving
        } else if self.wet.end() <= 0.0 {
            self.states = States::default();
            Mode::Open
        } else {
            Mode::Still
        };
    }

    /// Filters frames `offset..` of the tick in place.
    pub(crate) fn process(&mut self, offset: usize, samples: &mut [f32]) {
        let length = samples.len();
        // A copy, so that the states stay in registers.
        let mut states = self.states;
        match self.mode {
            Mode::Open => return,
            Mode::Still => {
                let poles = Poles::new(self.warped.end(), self.damping.end());
                let (wet, dry) = (self.wet.end(), self.dry.end());
                for sample in samples {
                    let low = states.step(poles, *sample);
                    *sample = low * wet + *sample * dry;
                }
            }
            Mode::Moving => {
                // All coefficients first: that loop has no frame waiting for the one before.
                let frames = TICK_INDEX.get(offset..).unwrap_or(&[]);
                let mut poles = [Poles::default(); TICK_FRAMES];
                for (poles, &frame) in poles.iter_mut().zip(frames) {
                    *poles = Poles::new(self.warped.at(frame), self.damping.at(frame));
                }
                for ((sample, &frame), poles) in samples.iter_mut().zip(frames).zip(&poles) {
                    let low = states.step(*poles, *sample);
                    *sample = low * self.wet.at(frame) + *sample * self.dry.at(frame);
                }
            }
        }
        // Only where a tick ends: a cut within it must not be heard.
        if offset + length == TICK_FRAMES {
            states.flush();
        }
        self.states = states;
    }
}

/// The two integrators.
#[derive(Debug, Clone, Copy, Default)]
struct States {
    band: f32,
    low: f32,
}

impl States {
    /// Makes an end of a decay that has become inaudible.
    fn flush(&mut self) {
        if self.band.abs() < FLUSH_BELOW && self.low.abs() < FLUSH_BELOW {
            *self = Self::default();
        }
    }

    /// One frame through the two integrators.
    ///
    /// The textbook form solves for the outputs and then updates the states. Here the states are
    /// updated directly, which is the same and makes a frame wait less for the one before; each
    /// state keeps itself and loses a part, so that low cutoffs lose no precision.
    #[inline]
    fn step(&mut self, poles: Poles, input: f32) -> f32 {
        let band =
            (poles.across * input + (self.band - poles.band * self.band)) - poles.across * self.low;
        let low =
            (poles.across * self.band + poles.low * input) + (self.low - poles.low * self.low);
        let output = 0.5 * (self.low + low);
        self.band = band;
        self.low = low;
        output
    }
}

/// Coefficients of one frame.
#[derive(Clone, Copy, Default)]
struct Poles {
    /// Part of the first integrator that it loses.
    band: f32,
    /// Part of the second integrator that it loses, and takes from the input.
    low: f32,
    /// Part that each takes from the other.
    across: f32,
}

impl Poles {
    #[inline]
    fn new(warped: f32, damping: f32) -> Self {
        let sum = warped * (warped + damping);
        let twice = 2.0 / (1.0 + sum);
        let across = warped * twice;
        Self {
            band: sum * twice,
            low: warped * across,
            across,
        }
    }
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, reason = "test signals in f32")]
mod tests {
    use super::*;

    /// Gain in decibels at a frequency, measured with a sine after the filter has settled.
    fn gain_db(setting: Setting, frequency_hz: f64, sample_rate_hz: f64) -> f64 {
        let mut filter = Filter::new(setting);
        let (mut re, mut im) = (0.0, 0.0);
        let frames = 1500 * TICK_FRAMES;
        let settle = 1000 * TICK_FRAMES;
        for tick in 0..frames / TICK_FRAMES {
            let mut samples = [0.0_f32; TICK_FRAMES];
            for (i, s) in samples.iter_mut().enumerate() {
                let n = (tick * TICK_FRAMES + i) as f64;
                *s = libm::sin(core::f64::consts::TAU * frequency_hz / sample_rate_hz * n) as f32;
            }
            filter.process(0, &mut samples);
            for (i, s) in samples.iter().enumerate() {
                let n = tick * TICK_FRAMES + i;
                if n >= settle {
                    let angle = core::f64::consts::TAU * frequency_hz / sample_rate_hz * n as f64;
                    re += f64::from(*s) * libm::sin(angle);
                    im += f64::from(*s) * libm::cos(angle);
                }
            }
        }
        let n = (frames - settle) as f64;
        20.0 * libm::log10(2.0 / n * libm::sqrt(re * re + im * im))
    }

    #[test]
    fn the_peak_stands_q_above_the_passband() {
        for q in [6.0, 12.0, 22.5] {
            let setting = Setting::new(1000.0, q, 48_000.0);
            let passband = gain_db(setting, 48.0, 48_000.0);
            let quality = 1.0 / f64::from(setting.damping);
            let peak_hz = 1000.0 * libm::sqrt(1.0 - 0.5 / (quality * quality));
            let peak = gain_db(setting, peak_hz, 48_000.0);
            assert!(
                (passband + q / 2.0).abs() < 0.1,
                "q {q}: passband {passband}"
            );
            assert!((peak - q / 2.0).abs() < 0.1, "q {q}: peak {peak}");
        }
    }

    #[test]
    fn moving_wildly_stays_bounded() {
        let mut filter = Filter::new(Setting::new(100.0, 22.5, 48_000.0));
        let mut peak = 0.0_f32;
        for tick in 0..4000_u32 {
            let cutoff = [20.0, 20_000.0, 400.0, 1e9, 5000.0][(tick % 5) as usize];
            filter.aim(0, Setting::new(cutoff, f64::from(tick % 23), 48_000.0));
            let mut samples = [0.0_f32; TICK_FRAMES];
            for (i, s) in samples.iter_mut().enumerate() {
                *s = if (i / 7 + tick as usize).is_multiple_of(2) {
                    1.0
                } else {
                    -1.0
                };
            }
            filter.process(0, &mut samples);
            peak = samples.iter().fold(peak, |p, s| p.max(s.abs()));
        }
        assert!(peak.is_finite() && peak < 60.0, "peak {peak}");
    }

    #[test]
    fn an_open_filter_changes_no_bit() {
        let mut filter = Filter::new(Setting::new(1e6, 22.5, 48_000.0));
        let mut samples = [0.1, -0.7, 1.0e-20, 3.0];
        filter.process(0, &mut samples);
        assert_eq!(
            samples.map(f32::to_bits),
            [0.1_f32, -0.7, 1.0e-20, 3.0].map(f32::to_bits)
        );
    }

    #[test]
    fn cutting_a_tick_changes_no_bit_even_where_the_states_run_out() {
        let decay = |slice: usize| {
            let mut filter = Filter::new(Setting::new(500.0, 6.0, 48_000.0));
            let mut out = Vec::new();
            for tick in 0..60 {
                let mut samples = [0.0; TICK_FRAMES];
                samples[0] = if tick == 0 { 1000.0 } else { 0.0 };
                for (index, part) in samples.chunks_mut(slice).enumerate() {
                    filter.process(index * slice, part);
                }
                out.extend(samples.map(f32::to_bits));
            }
            out
        };
        let whole = decay(TICK_FRAMES);
        assert_eq!(whole.last(), Some(&0), "the decay is long enough");
        assert!(decay(5) == whole && decay(1) == whole);
    }

    #[test]
    fn silence_empties_the_states() {
        let mut filter = Filter::new(Setting::new(500.0, 12.0, 48_000.0));
        let mut samples = [1000.0; TICK_FRAMES];
        filter.process(0, &mut samples);
        for _ in 0..2000 {
            let mut silence = [0.0; TICK_FRAMES];
            filter.process(0, &mut silence);
        }
        assert_eq!(filter.states.low.to_bits(), 0);
        assert_eq!(filter.states.band.to_bits(), 0);
    }
}
