//! All-passes in a row: one echo becomes many, and no frequency is favoured.
//!
//! Owner: the network. Thread: render; construction allocates.
//! Source: M. R. Schroeder, Natural Sounding Artificial Reverberation, 1962.

use super::super::line::Line;
use super::super::number::{flush, frames};
use super::room::next_prime;

/// Lengths, milliseconds.
const LENGTHS_MS: [f64; 4] = [1.3, 2.3, 3.7, 5.9];

/// How much of each is fed back.
const DIFFUSION: f32 = 0.62;

/// Times that an all-pass repeats until 60 dB are gone, at that feedback.
const REPEATS: usize = 15;

/// The all-passes.
#[derive(Debug, Clone)]
pub(super) struct Diffuser {
    lines: [(Line, usize); 4],
}

impl Diffuser {
    /// # Real-time
    /// Control. Not real-time: allocates.
    pub(super) fn new(sample_rate_hz: f64) -> Self {
        Self {
            lines: LENGTHS_MS.map(|milliseconds| {
                let length = next_prime(frames(milliseconds / 1000.0, sample_rate_hz));
                (Line::new(length), length)
            }),
        }
    }

    /// Frames for which it can be heard.
    pub(super) fn memory(&self) -> usize {
        self.lines.iter().map(|(_, length)| length * REPEATS).sum()
    }

    /// Silence.
    pub(super) fn clear(&mut self) {
        for (line, _) in &mut self.lines {
            line.clear();
        }
    }

    /// Smears samples in place.
    pub(super) fn process(&mut self, samples: &mut [f32]) {
        for (line, length) in &mut self.lines {
            for sample in samples.iter_mut() {
                let late = line.back(*length);
                let inner = flush(*sample + DIFFUSION * late);
                line.push(inner);
                *sample = late - DIFFUSION * inner;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_impulse_keeps_its_energy() {
        let mut diffuser = Diffuser::new(48_000.0);
        let mut samples = vec![0.0; 48_000];
        samples[0] = 1.0;
        diffuser.process(&mut samples);
        let energy: f32 = samples.iter().map(|s| s * s).sum();
        assert!((energy - 1.0).abs() < 1e-4, "{energy}");
        let peak = samples.iter().fold(0.0_f32, |peak, s| peak.max(s.abs()));
        assert!(peak < 0.4, "{peak}");
    }
}
