//! Impulse responses that are computed: rooms that were never measured.
//!
//! In: a space and a sample rate. Out: both sides of its response, always the same. Room, hall and
//! plate are seeded noise that decays, its high part sooner, after a few reflections; the spring
//! is an impulse that goes round through a chain of all-passes, which bend it into chirps.
//! Thread: control.

use core::f64::consts::TAU;

use super::convolution::MAX_FRAMES;
use super::number::{decay, narrow};

/// Energy of each side of a response.
const ENERGY: f64 = 0.5;

/// A space to convolve with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Space {
    /// A small wooden room, 0.5 s.
    Room,
    /// A concert hall, 2.2 s.
    Hall,
    /// A steel plate, 1.6 s.
    Plate,
    /// A pair of springs, 1.8 s.
    Spring,
}

impl Space {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Room, Self::Hall, Self::Plate, Self::Spring];

    /// Time in which it falls by 60 dB at 1 kHz, seconds.
    #[must_use]
    pub const fn time_s(self) -> f64 {
        match self {
            Self::Room => 0.5,
            Self::Hall => 2.2,
            Self::Plate => 1.6,
            Self::Spring => 1.8,
        }
    }
}

/// Noise that decays.
struct Noise {
    time_s: f64,
    /// Part of that time at the highest frequencies.
    high: f64,
    /// Where the two times meet, Hz.
    crossover_hz: f64,
    /// Frames before the noise has grown to its full level, seconds.
    onset_s: f64,
    /// Silence before it, seconds.
    delay_s: f64,
    /// Reflections before the noise: seconds and amplitude on the left and on the right, relative
    /// to the noise.
    reflections: &'static [(f64, f64, f64)],
}

const ROOM: Noise = Noise {
    time_s: Space::Room.time_s(),
    high: 0.5,
    crossover_hz: 3000.0,
    onset_s: 0.004,
    delay_s: 0.003,
    reflections: &[
        (0.0031, 6.0, 4.0),
        (0.0047, -4.0, 5.0),
        (0.0072, 4.0, -4.0),
        (0.0103, 3.0, 3.0),
        (0.0139, -2.0, 3.0),
    ],
};

const HALL: Noise = Noise {
    time_s: Space::Hall.time_s(),
    high: 0.4,
    crossover_hz: 2500.0,
    onset_s: 0.03,
    delay_s: 0.018,
    reflections: &[
        (0.0181, 9.0, 6.0),
        (0.0253, -5.0, 8.0),
        (0.0342, 7.0, -5.0),
        (0.0417, 4.0, 6.0),
        (0.0561, -5.0, -4.0),
        (0.0694, 4.0, 4.0),
    ],
};

const PLATE: Noise = Noise {
    time_s: Space::Plate.time_s(),
    high: 0.6,
    crossover_hz: 5000.0,
    onset_s: 0.001,
    delay_s: 0.0,
    reflections: &[],
};

/// Both sides of a response.
///
/// - `sample_rate`: Hz; held to `1_000..=768_000`
pub(super) fn response(space: Space, sample_rate: u32) -> [Vec<f32>; 2] {
    let rate_hz = f64::from(sample_rate.clamp(1_000, 768_000));
    let sides = match space {
        Space::Room => [noise(&ROOM, 0, rate_hz), noise(&ROOM, 1, rate_hz)],
        Space::Hall => [noise(&HALL, 0, rate_hz), noise(&HALL, 1, rate_hz)],
        Space::Plate => [noise(&PLATE, 0, rate_hz), noise(&PLATE, 1, rate_hz)],
        Space::Spring => [spring(0, rate_hz), spring(1, rate_hz)],
    };
    sides.map(finished)
}

/// Frames of a time, no more than a response may have.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a few seconds"
)]
fn frames(seconds: f64, rate_hz: f64) -> usize {
    (libm::ceil(seconds.max(0.0) * rate_hz) as usize).clamp(1, MAX_FRAMES)
}

/// White noise, -1 to 1, always the same for a seed.
fn white(seed: u64) -> impl Iterator<Item = f64> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    core::iter::repeat_with(move || {
        // Marsaglia's xorshift with a multiplication at the end.
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        let word = u32::try_from(state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32).unwrap_or(0);
        f64::from(word) / 2_147_483_648.0 - 1.0
    })
}

#[expect(clippy::cast_precision_loss, reason = "frame numbers below 2^19")]
fn noise(shape: &Noise, side: usize, rate_hz: f64) -> Vec<f64> {
    // To -72 dB, below which a fade hides the end.
    let mut out = vec![0.0; frames(shape.delay_s + 1.2 * shape.time_s, rate_hz)];
    let start = shape.delay_s * rate_hz;
    let seed = 1 + side as u64;
    let share = 1.0 - libm::exp(-TAU * (shape.crossover_hz / rate_hz).min(0.4));
    let mut low = 0.0;
    for (frame, (slot, white)) in out.iter_mut().zip(white(seed)).enumerate() {
        low += share * (white - low);
        let age = frame as f64 - start;
        if age >= 0.0 {
            let time = shape.time_s * rate_hz;
            let grown = 1.0 - libm::exp(-3.0 * age / (shape.onset_s * rate_hz).max(1.0));
            let high = white - low;
            *slot = (low * decay(age, time) + high * decay(age, time * shape.high)) * grown;
        }
    }
    for (seconds, left, right) in shape.reflections {
        if let Some(slot) = out.get_mut(frames(*seconds, rate_hz)) {
            *slot += if side == 0 { *left } else { *right };
        }
    }
    out
}

/// An impulse through a spring, there and back and there again.
#[expect(clippy::cast_precision_loss, reason = "lengths far below 2^52")]
fn spring(side: usize, rate_hz: f64) -> Vec<f64> {
    /// All-passes in a row.
    const CHAIN: usize = 60;
    let mut out = vec![0.0; frames(1.2 * Space::Spring.time_s(), rate_hz)];
    let round_s = if side == 0 { 0.0431 } else { 0.0389 };
    // All-passes of this many frames bend frequencies below about 4.5 kHz.
    let stretch = frames(1.0 / 9000.0, rate_hz);
    let coefficient = 0.62;
    // The delay of the chain for low frequencies belongs to the round.
    let in_chain = (CHAIN * stretch) as f64 * (1.0 - coefficient) / (1.0 + coefficient);
    let round = frames(round_s - in_chain / rate_hz, rate_hz).max(1);
    let loss = decay(round_s * rate_hz, Space::Spring.time_s() * rate_hz);
    let share = 1.0 - libm::exp(-TAU * (4500.0 / rate_hz).min(0.4));
    let mut chain = vec![vec![0.0_f64; stretch]; CHAIN];
    let mut loop_line = vec![0.0_f64; round];
    let mut low = [0.0_f64; 2];
    for (frame, slot) in out.iter_mut().enumerate() {
        let back = loop_line.get(frame % round).copied().unwrap_or(0.0);
        let mut signal = if frame == 0 { 1.0 } else { 0.0 } - loss * back;
        for line in &mut chain {
            let at = frame % stretch;
            if let Some(late) = line.get_mut(at) {
                let inner = signal - coefficient * *late;
                signal = *late + coefficient * inner;
                *late = inner;
            }
        }
        low[0] += share * (signal - low[0]);
        low[1] += share * (low[0] - low[1]);
        if let Some(place) = loop_line.get_mut(frame % round) {
            *place = signal;
        }
        *slot = low[1];
    }
    out
}

/// With an end that fades and the energy that every response has.
#[expect(clippy::cast_precision_loss, reason = "frame numbers below 2^20")]
fn finished(mut side: Vec<f64>) -> Vec<f32> {
    let tenth = 0.1 * side.len() as f64;
    for (to_go, sample) in side.iter_mut().rev().enumerate() {
        *sample *= (to_go as f64 / tenth).min(1.0);
    }
    let energy: f64 = side.iter().map(|sample| sample * sample).sum();
    let gain = libm::sqrt(ENERGY / energy.max(1e-12));
    side.iter().map(|sample| narrow(sample * gain)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_is_the_same_every_time_and_each_side_another() {
        for space in Space::ALL {
            let [left, right] = response(space, 48_000);
            assert_eq!([left.clone(), right.clone()], response(space, 48_000));
            let product: f32 = left.iter().zip(&right).map(|(l, r)| l * r).sum();
            assert!(product.abs() / 0.5 < 0.4, "{space:?} {product}");
        }
    }

    #[test]
    fn every_space_has_the_same_energy_and_ends_in_silence() {
        for space in Space::ALL {
            for rate in [1_000, 44_100, 192_000] {
                for side in response(space, rate) {
                    let energy: f64 = side.iter().map(|s| f64::from(*s) * f64::from(*s)).sum();
                    assert!((energy - 0.5).abs() < 1e-3);
                    let end = side
                        .iter()
                        .rev()
                        .take(side.len() / 200)
                        .fold(0.0, |peak: f32, s| peak.max(s.abs()));
                    let peak = side.iter().fold(0.0, |peak: f32, s| peak.max(s.abs()));
                    assert!(end < peak / 300.0, "{space:?} {rate} {end} {peak}");
                }
            }
        }
    }
}
