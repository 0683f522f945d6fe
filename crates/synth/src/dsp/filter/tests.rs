//! What the filter does to a sine, to silence, and when it is moved.

use super::*;
use crate::dsp::octet::Kernel;
use crate::dsp::tables::{TICK_FRAMES, eight_rows};
use crate::level::Level;

mod prototype;

/// A run of samples through the filter of one lane.
struct Run<'a> {
    filters: &'a mut Filters,
    lane: usize,
    offset: usize,
    samples: &'a mut [f32],
}

impl Kernel for Run<'_> {
    fn run<O: Octet>(self, octet: O) {
        let mut running = self.filters.begin(octet);
        let ends = self.offset + self.samples.len() == TICK_FRAMES;
        for (tile, samples) in self.samples.chunks_mut(LANES).enumerate() {
            let mut columns = [octet.splat(0.0); LANES];
            for (column, sample) in columns.iter_mut().zip(&*samples) {
                let mut row = [0.25; LANES];
                row[self.lane] = *sample;
                *column = octet.pack(&row);
            }
            let numbers = eight_rows(self.offset + tile * LANES);
            running.process_some(numbers, samples.len(), &mut columns);
            for (column, sample) in columns.iter().zip(samples) {
                *sample = octet.row(*column)[self.lane];
            }
        }
        let states = running.states();
        self.filters.end(states, ends);
    }
}

/// One filter among eight.
struct Filter(Filters, Level);

const LANE: usize = 5;

impl Filter {
    fn new(setting: Setting) -> Self {
        let mut filters = Filters::new();
        filters.put(LANE, setting);
        Self(filters, Level::best())
    }

    fn aim(&mut self, offset: usize, setting: Setting) {
        self.0.aim(LANE, offset, setting);
    }

    fn process(&mut self, offset: usize, samples: &mut [f32]) {
        self.1.run(Run {
            filters: &mut self.0,
            lane: LANE,
            offset,
            samples,
        });
    }
}

#[test]
fn every_level_gives_the_same_bits() {
    let all = Level::all().map(|level| {
        let mut filter = Filter::new(Setting::new(800.0, 9.0, 48_000.0));
        filter.1 = level;
        let mut out = Vec::new();
        for tick in 0..40_u32 {
            let cutoff = [300.0, 9000.0, 30_000.0, 700.0][(tick / 2 % 4) as usize];
            filter.aim(0, Setting::new(cutoff, f64::from(tick % 7), 48_000.0));
            let mut samples = [0.0_f32; TICK_FRAMES];
            for (n, s) in samples.iter_mut().enumerate() {
                *s = libm::sinf(n as f32 * 0.7 + tick as f32) * 9000.0;
            }
            let (front, back) = samples.split_at_mut(19);
            filter.process(0, front);
            filter.process(19, back);
            out.extend(samples.map(f32::to_bits));
        }
        out
    });
    let all: Vec<_> = all.collect();
    assert!(all.iter().all(|out| *out == all[0]));
}

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
    assert_eq!(filter.0.low[LANE].to_bits(), 0);
    assert_eq!(filter.0.band[LANE].to_bits(), 0);
}
