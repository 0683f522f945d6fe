//! Two-pole low passes with resonance, eight side by side, safe to move at any speed.
//!
//! A state-variable filter with trapezoidal integrators: its states are the filter's own
//! energies, so moving the cutoff neither clicks nor blows up. Between ticks the prewarped
//! frequency and the damping move linearly, and the coefficients follow at every frame.
//! The resonance is centred on the cutoff; its height above the passband is Q, and the passband
//! is lowered by half of Q. Eight open filters cost nothing.
//! Source: \[DLS2\] filter; deviation: the centre is the cutoff itself, as in \[SF2\].

use super::octet::{LANES, Octet, Row};
use super::ramp::Ramps;
use super::units::{decibels_to_amplitude, exp2};

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
    #[cfg(test)]
    fn new(cutoff_hz: f64, resonance_db: f64, sample_rate_hz: f64) -> Self {
        Resonance::new(resonance_db).at(cutoff_hz, sample_rate_hz)
    }
}

/// The peak of a filter, wherever its cutoff is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resonance {
    is_flat: bool,
    /// Reciprocal of the quality factor.
    damping: f32,
    /// Gain of the filtered signal.
    wet: f32,
}

impl Resonance {
    /// - `resonance_db`: height of the peak above the passband, clamped to `0..=96`
    #[expect(
        clippy::cast_possible_truncation,
        reason = "coefficients are wanted in f32"
    )]
    pub(crate) fn new(resonance_db: f64) -> Self {
        let resonance_db = resonance_db.clamp(0.0, MAX_RESONANCE_DB);
        // A two-pole low pass of quality q peaks q / sqrt(1 - 1/(4 q^2)) above its passband.
        // Solved for q^2, with p the wanted peak: q^4 - p^2 q^2 + p^2/4 = 0.
        let peak_squared = exp2(resonance_db * (core::f64::consts::LOG2_10 / 10.0));
        let quality_squared =
            0.5 * (peak_squared + (peak_squared * peak_squared - peak_squared).max(0.0).sqrt());
        Self {
            is_flat: resonance_db <= 0.0,
            damping: (1.0 / quality_squared.sqrt()) as f32,
            wet: decibels_to_amplitude(-0.5 * resonance_db) as f32,
        }
    }

    /// The setting with a cutoff.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "coefficients are wanted in f32"
    )]
    pub(crate) fn at(self, cutoff_hz: f64, sample_rate_hz: f64) -> Setting {
        let is_inaudible = self.is_flat && cutoff_hz >= INAUDIBLE_HZ;
        if is_inaudible || cutoff_hz >= OPEN_ABOVE * sample_rate_hz {
            return Setting::OPEN;
        }
        let cutoff_hz = cutoff_hz.max(MIN_CUTOFF_HZ);
        Setting {
            warped: libm::tan(core::f64::consts::PI * cutoff_hz / sample_rate_hz) as f32,
            damping: self.damping,
            wet: self.wet,
            dry: 0.0,
        }
    }
}

/// Filters of eight voices.
#[derive(Debug, Clone)]
pub(crate) struct Filters {
    band: Row,
    low: Row,
    warped: Ramps,
    damping: Ramps,
    wet: Ramps,
    dry: Ramps,
    modes: [Mode; LANES],
}

/// How a tick is filtered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mode {
    /// Not at all.
    Open,
    /// With one set of coefficients.
    Still,
    /// With coefficients of every frame.
    Moving,
}

impl Filters {
    /// Eight open filters.
    pub(crate) fn new() -> Self {
        let mut filters = Self {
            band: [0.0; LANES],
            low: [0.0; LANES],
            warped: Ramps::default(),
            damping: Ramps::default(),
            wet: Ramps::default(),
            dry: Ramps::default(),
            modes: [Mode::Open; LANES],
        };
        (0..LANES).for_each(|lane| filters.put(lane, Setting::OPEN));
        filters
    }

    /// Puts one voice's filter at rest with a setting.
    pub(crate) fn put(&mut self, lane: usize, setting: Setting) {
        self.rest(lane);
        self.warped.put(lane, setting.warped);
        self.damping.put(lane, setting.damping);
        self.wet.put(lane, setting.wet);
        self.dry.put(lane, setting.dry);
        self.choose_mode(lane);
    }

    /// Moves one voice's filter to `setting` by the end of the tick.
    ///
    /// - `offset`: frame of the tick from which it moves, `0..64`
    pub(crate) fn aim(&mut self, lane: usize, offset: usize, setting: Setting) {
        let (mut warped, mut damping) = (setting.warped, setting.damping);
        if setting.wet <= 0.0 {
            if self.mode(lane) == Mode::Open && offset == 0 {
                return;
            }
            // Opening: only the mix moves, the poles stay where they are.
            (warped, damping) = (self.warped.end(lane), self.damping.end(lane));
        } else if self.mode(lane) == Mode::Open {
            // Closing from open: the poles are there at once, nothing is heard of them yet.
            self.warped.put(lane, warped);
            self.damping.put(lane, damping);
        }
        self.warped.aim(lane, offset, warped);
        self.damping.aim(lane, offset, damping);
        self.wet.aim(lane, offset, setting.wet);
        self.dry.aim(lane, offset, setting.dry);
        self.choose_mode(lane);
    }

    /// Whether one voice's filter stands still for the whole tick.
    pub(crate) fn is_still(&self, lane: usize) -> bool {
        self.mode(lane) != Mode::Moving
    }

    /// Whether all filters let everything pass for the whole tick.
    #[inline(always)]
    pub(crate) fn are_open(&self) -> bool {
        self.modes.iter().all(|mode| *mode == Mode::Open)
    }

    fn mode(&self, lane: usize) -> Mode {
        self.modes.get(lane).copied().unwrap_or(Mode::Open)
    }

    fn choose_mode(&mut self, lane: usize) {
        let still = self.warped.is_still(lane)
            && self.damping.is_still(lane)
            && self.wet.is_still(lane)
            && self.dry.is_still(lane);
        let mode = if !still {
            Mode::Moving
        } else if self.wet.end(lane) <= 0.0 {
            self.rest(lane);
            Mode::Open
        } else {
            Mode::Still
        };
        if let Some(slot) = self.modes.get_mut(lane) {
            *slot = mode;
        }
    }

    fn rest(&mut self, lane: usize) {
        for states in [&mut self.band, &mut self.low] {
            if let Some(state) = states.get_mut(lane) {
                *state = 0.0;
            }
        }
    }

    /// Readies the filters for a run.
    #[inline(always)]
    pub(crate) fn begin<O: Octet>(&self, octet: O) -> Running<'_, O> {
        let mode = self.modes.iter().copied().max().unwrap_or(Mode::Open);
        let poles = Poles::new(
            octet,
            octet.pack(self.warped.ends()),
            octet.pack(self.damping.ends()),
        );
        Running {
            octet,
            filters: self,
            mode,
            band: octet.pack(&self.band),
            low: octet.pack(&self.low),
            poles,
            half_wet: octet.mul(octet.splat(0.5), octet.pack(self.wet.ends())),
            dry: octet.pack(self.dry.ends()),
            blends: !(self.wet.all_still() && self.dry.all_still() && self.dry.all_zero()),
        }
    }

    /// Keeps what a run has left.
    ///
    /// - `tick_ends`: decays that have become inaudible end here; a cut within a tick must not be
    ///   heard
    #[inline(always)]
    pub(crate) fn end(&mut self, (band, low): (Row, Row), tick_ends: bool) {
        (self.band, self.low) = (band, low);
        if tick_ends {
            for (band, low) in self.band.iter_mut().zip(&mut self.low) {
                if band.abs() < FLUSH_BELOW && low.abs() < FLUSH_BELOW {
                    (*band, *low) = (0.0, 0.0);
                }
            }
        }
    }
}

/// Filters in the middle of a run.
#[derive(Clone, Copy)]
pub(crate) struct Running<'a, O: Octet> {
    octet: O,
    filters: &'a Filters,
    mode: Mode,
    band: O::Pack,
    low: O::Pack,
    poles: Poles<O::Pack>,
    /// Half the gain of the filtered signal.
    half_wet: O::Pack,
    dry: O::Pack,
    /// The unfiltered signal is in the mix, or the gains move.
    blends: bool,
}

impl<O: Octet> Running<'_, O> {
    /// Filters eight frames.
    ///
    /// - `numbers`: theirs in the tick
    #[inline(always)]
    pub(crate) fn process(&mut self, numbers: &[Row; LANES], columns: &mut [O::Pack; LANES]) {
        match self.mode {
            Mode::Open => {}
            Mode::Still => {
                for column in columns {
                    *column = self.step(*column);
                }
            }
            Mode::Moving => {
                for (column, number) in columns.iter_mut().zip(numbers) {
                    self.turn(number);
                    *column = self.step(*column);
                }
            }
        }
    }

    /// Filters the first `frames` of eight frames.
    ///
    /// - `numbers`: theirs in the tick
    #[inline(always)]
    pub(crate) fn process_some(
        &mut self,
        numbers: &[Row; LANES],
        frames: usize,
        columns: &mut [O::Pack; LANES],
    ) {
        if self.mode == Mode::Open {
            return;
        }
        for (column, number) in columns.iter_mut().zip(numbers).take(frames) {
            if self.mode == Mode::Moving {
                self.turn(number);
            }
            *column = self.step(*column);
        }
    }

    /// Moves the coefficients to a frame of the tick.
    #[inline(always)]
    fn turn(&mut self, number: &Row) {
        let octet = self.octet;
        let frame = octet.pack(number);
        let filters = self.filters;
        self.poles = Poles::new(
            octet,
            filters.warped.at(octet, frame),
            filters.damping.at(octet, frame),
        );
        if self.blends {
            self.half_wet = octet.mul(octet.splat(0.5), filters.wet.at(octet, frame));
            self.dry = filters.dry.at(octet, frame);
        }
    }

    /// One frame through the two integrators.
    ///
    /// The textbook form solves for the outputs and then updates the states. Here the states are
    /// updated directly, which is the same and makes a frame wait less for the one before; each
    /// state keeps itself and loses a part, so that low cutoffs lose no precision.
    #[inline(always)]
    fn step(&mut self, input: O::Pack) -> O::Pack {
        let octet = self.octet;
        let Poles {
            band: lose_band,
            low: lose_low,
            across,
        } = self.poles;
        let kept = octet.sub(self.band, octet.mul(lose_band, self.band));
        let band = octet.sub(
            octet.add(octet.mul(across, input), kept),
            octet.mul(across, self.low),
        );
        let kept = octet.sub(self.low, octet.mul(lose_low, self.low));
        let taken = octet.add(octet.mul(across, self.band), octet.mul(lose_low, input));
        let low = octet.add(taken, kept);
        let output = octet.mul(octet.add(self.low, low), self.half_wet);
        self.band = band;
        self.low = low;
        if self.blends {
            octet.add(output, octet.mul(input, self.dry))
        } else {
            output
        }
    }

    /// What the run leaves.
    #[inline(always)]
    pub(crate) fn states(&self) -> (Row, Row) {
        (self.octet.row(self.band), self.octet.row(self.low))
    }
}

/// Coefficients of one frame.
#[derive(Clone, Copy)]
struct Poles<P> {
    /// Part of the first integrator that it loses.
    band: P,
    /// Part of the second integrator that it loses, and takes from the input.
    low: P,
    /// Part that each takes from the other.
    across: P,
}

impl<P: Copy> Poles<P> {
    #[inline(always)]
    fn new<O: Octet<Pack = P>>(octet: O, warped: P, damping: P) -> Self {
        let sum = octet.mul(warped, octet.add(warped, damping));
        let twice = octet.div(octet.splat(2.0), octet.add(octet.splat(1.0), sum));
        let across = octet.mul(warped, twice);
        Self {
            band: octet.mul(sum, twice),
            low: octet.mul(warped, across),
            across,
        }
    }
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, reason = "test signals in f32")]
mod tests;
