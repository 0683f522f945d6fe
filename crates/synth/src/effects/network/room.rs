//! A room in numbers: how long the lines of a network are, what they lose, how loud it begins.
//!
//! Owner: the network. Thread: render and control.

use super::super::number::{decay, frames, narrow};
use super::LINES;
use super::absorption::Loss;

/// Lengths of the lines in the largest room, milliseconds: uneven, so that few echoes coincide.
const LENGTHS_MS: [f64; LINES] = [
    29.0, 31.8, 35.3, 38.1, 42.4, 45.7, 50.9, 54.4, 59.2, 63.6, 68.1, 73.8, 78.3, 84.9, 90.2, 97.3,
];

/// Energy of an impulse's whole response on each side.
const ENERGY: f64 = 0.5;

/// What a room is like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::effects) struct Room {
    /// Part of the largest room's lengths, `0.2..=1.0`.
    pub(in crate::effects) size: f64,
    /// Seconds for 60 dB, at 1 kHz.
    pub(in crate::effects) time_s: f64,
    /// Part of that time at 5 kHz, `0.1..=1.0`.
    pub(in crate::effects) high: f64,
}

/// Lengths of the lines in a room, frames: primes, none twice.
pub(super) fn lengths(size: f64, sample_rate_hz: f64) -> [usize; LINES] {
    let mut least = 0;
    LENGTHS_MS.map(|milliseconds| {
        let wanted = frames(milliseconds * size / 1000.0, sample_rate_hz);
        least = next_prime(wanted.max(least + 1));
        least
    })
}

/// The least prime that is not below a number.
pub(super) fn next_prime(number: usize) -> usize {
    let is_prime = |n: usize| {
        n > 1
            && (2..)
                .take_while(|d| d * d <= n)
                .all(|d| !n.is_multiple_of(d))
    };
    (number..).find(|n| is_prime(*n)).unwrap_or(number)
}

/// Loss of each line, and the input gain that gives every room the same energy.
#[expect(
    clippy::cast_precision_loss,
    reason = "lengths of lines are far below 2^52"
)]
pub(super) fn losses(
    room: &Room,
    lengths: &[usize; LINES],
    sample_rate_hz: f64,
) -> ([Loss; LINES], f32) {
    let losses =
        lengths.map(|length| Loss::of_room(length as f64, room.time_s, room.high, sample_rate_hz));
    // An impulse of gain g puts 16 g^2 into the lines. All that is left of it comes out once in
    // each pass, by a row of the matrix as by any other, and a part of it is left for the next.
    let mean = lengths.iter().sum::<usize>() as f64 / LINES as f64;
    let left = decay(2.0 * mean, room.time_s * sample_rate_hz);
    let gain = libm::sqrt(ENERGY * (1.0 - left) / (LINES as f64 * left));
    (losses, narrow(gain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_primes_and_all_different() {
        for rate in [1_000.0, 44_100.0, 48_000.0, 768_000.0] {
            for size in [0.3, 0.5, 1.0] {
                let lengths = lengths(size, rate);
                assert!(lengths.windows(2).all(|pair| pair[0] < pair[1]));
                assert!(lengths.iter().all(|n| next_prime(*n) == *n));
            }
        }
    }
}
