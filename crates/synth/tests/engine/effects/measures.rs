//! Looking at returns: decay, density, flatness, delay, clicks.

use realfft::RealFftPlanner;

use super::RATE;

pub(super) fn db(power: f64) -> f64 {
    10.0 * power.max(1e-30).log10()
}

/// A second-order band-pass around a frequency, as wide as an octave.
pub(super) fn octave(samples: &[f32], centre_hz: f64, sample_rate_hz: f64) -> Vec<f64> {
    let angle = std::f64::consts::TAU * centre_hz / sample_rate_hz;
    let alpha = angle.sin() / (2.0 * std::f64::consts::SQRT_2);
    let (b, a1, a2) = (
        alpha / (1.0 + alpha),
        -2.0 * angle.cos() / (1.0 + alpha),
        (1.0 - alpha) / (1.0 + alpha),
    );
    let (mut x1, mut x2, mut y1, mut y2) = (0.0, 0.0, 0.0, 0.0);
    samples
        .iter()
        .map(|sample| {
            let x = f64::from(*sample);
            let y = b * (x - x2) - a1 * y1 - a2 * y2;
            (x2, x1, y2, y1) = (x1, x, y1, y);
            y
        })
        .collect()
}

/// Time for 60 dB, from the slope between -5 and -35 dB of the energy that is still to come.
pub(super) fn reverberation_time_s(samples: &[f64], sample_rate_hz: f64) -> f64 {
    let mut left = 0.0;
    let mut curve: Vec<f64> = samples
        .iter()
        .rev()
        .map(|sample| {
            left += sample * sample;
            left
        })
        .collect();
    curve.reverse();
    let first = curve[0];
    let levels: Vec<(f64, f64)> = curve
        .iter()
        .enumerate()
        .map(|(frame, energy)| (frame as f64 / sample_rate_hz, db(energy / first)))
        .filter(|(_, level)| (-35.0..=-5.0).contains(level))
        .collect();
    let count = levels.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| levels.iter().map(of).sum::<f64>() / count;
    let (time, level) = (mean(|(t, _)| *t), mean(|(_, l)| *l));
    let (mut product, mut square) = (0.0, 0.0);
    for (t, l) in &levels {
        product += (t - time) * (l - level);
        square += (t - time) * (t - time);
    }
    -60.0 * square / product
}

/// Echo density after Abel and Huang: 1 is that of noise.
pub(super) fn echo_density(samples: &[f32]) -> f64 {
    let power: f64 = samples.iter().map(|s| f64::from(*s).powi(2)).sum();
    let deviation = (power / samples.len() as f64).sqrt();
    let outside = samples
        .iter()
        .filter(|s| f64::from(**s).abs() > deviation)
        .count();
    outside as f64 / samples.len() as f64 / 0.3173
}

/// Power spectrum, with a window that falls to nothing at both ends.
pub(super) fn spectrum(samples: &[f32]) -> Vec<f64> {
    let mut planner = RealFftPlanner::<f64>::new();
    let plan = planner.plan_fft_forward(samples.len());
    let length = samples.len() as f64;
    let mut input: Vec<f64> = samples
        .iter()
        .enumerate()
        .map(|(n, s)| {
            let angle = std::f64::consts::TAU * (n as f64 + 0.5) / length;
            f64::from(*s) * (0.5 - 0.5 * angle.cos())
        })
        .collect();
    let mut output = plan.make_output_vec();
    plan.process(&mut input, &mut output).unwrap();
    output.iter().map(|bin| bin.norm_sqr()).collect()
}

/// The same sound as if it did not decay.
pub(super) fn sustained(samples: &[f64], time_s: f64) -> Vec<f32> {
    samples
        .iter()
        .enumerate()
        .map(|(n, s)| {
            let age = n as f64 / f64::from(RATE);
            (s * 10_f64.powf(3.0 * age / time_s)) as f32
        })
        .collect()
}

/// Correlation of two sides, `-1.0..=1.0`.
pub(super) fn correlation(left: &[f32], right: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| -> f64 {
        a.iter()
            .zip(b)
            .map(|(a, b)| f64::from(*a) * f64::from(*b))
            .sum()
    };
    dot(left, right) / (dot(left, left) * dot(right, right)).sqrt().max(1e-30)
}

/// Highest sample of what lies far above a tone of 480 Hz, dB against full scale: a click.
///
/// Four high-passes of one pole each at 8 kHz, run forward and back so that the start of the
/// samples rings less.
pub(super) fn click_db(samples: &[f32]) -> f64 {
    let share = (-std::f64::consts::TAU * 8_000.0 / f64::from(RATE)).exp();
    let mut signal: Vec<f64> = samples.iter().map(|s| f64::from(*s)).collect();
    for _ in 0..6 {
        let mut low = signal[0];
        for sample in &mut signal {
            low = share * low + (1.0 - share) * *sample;
            *sample -= low;
        }
    }
    // What the filter makes of the cut itself is left out.
    let skipped = signal.len() / 20;
    2.0 * db(signal[skipped..]
        .iter()
        .fold(0.0_f64, |peak, s| peak.max(s.abs())))
}
