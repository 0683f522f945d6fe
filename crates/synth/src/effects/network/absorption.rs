//! What each line of a network loses on its way, more of the high frequencies than of the low.
//!
//! A gain and a low-pass of one pole for each line. Owner: the network. Thread: render.

use crate::dsp::tables::TICK_FRAMES;

use super::super::number::{decay, flush, narrow};
use super::{Frame, LINES};

/// Frequency at which a room's time is meant, Hz.
const MIDDLE_HZ: f64 = 1000.0;

/// Frequency at which the shorter time of the high ones is meant, Hz.
const HIGH_HZ: f64 = 5000.0;

/// Longest time of the lowest frequencies, as a part of a room's time.
const LOW: f64 = 1.25;

/// What one line loses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Loss {
    /// Amplitude that stays at the lowest frequencies.
    gain: f32,
    /// Pole of the low-pass, `0.0..1.0`.
    pole: f32,
}

impl Loss {
    /// The loss of a line in a room.
    ///
    /// - `length`: frames of the line
    /// - `time_s`: seconds for 60 dB at 1 kHz
    /// - `high`: part of that time at 5 kHz
    pub(super) fn of_room(length: f64, time_s: f64, high: f64, sample_rate_hz: f64) -> Self {
        let time_frames = time_s * sample_rate_hz;
        let middle = decay(length, time_frames);
        let angle_of =
            |hertz: f64, most: f64| core::f64::consts::TAU * (hertz / sample_rate_hz).min(most);
        // Loss at the high frequency beyond that at the lowest one; but where a line loses much,
        // one pole would spare the lowest ones too long.
        let ratio = decay(length, time_frames * high) / middle;
        let middle_angle = angle_of(MIDDLE_HZ, 0.1);
        let spared = libm::pow(middle, 1.0 - 1.0 / LOW);
        let pole = pole(ratio, angle_of(HIGH_HZ, 0.35)).min(pole(spared, middle_angle));
        let at_middle = lowpass_gain(pole, middle_angle);
        Self {
            gain: narrow(middle / at_middle),
            pole: narrow(pole),
        }
    }
}

/// Pole of a one-pole low-pass whose gain at an angle is `gain`.
///
/// With c the cosine and k the squared gain: (1-p)^2 = k (1 - 2pc + p^2).
fn pole(gain: f64, angle: f64) -> f64 {
    let k = gain * gain;
    if k >= 1.0 - 1e-9 {
        return 0.0;
    }
    let half = 1.0 - k * libm::cos(angle);
    let rest = 1.0 - k;
    ((half - libm::sqrt((half * half - rest * rest).max(0.0))) / rest).clamp(0.0, 0.999)
}

/// Gain of that low-pass at an angle.
fn lowpass_gain(pole: f64, angle: f64) -> f64 {
    (1.0 - pole) / libm::sqrt(1.0 - 2.0 * pole * libm::cos(angle) + pole * pole)
}

/// Values of all lines that move together.
#[derive(Debug, Clone, Copy)]
struct Moving {
    /// At the beginning of the tick.
    from: Frame,
    /// For each frame.
    slope: Frame,
    to: Frame,
    target: Frame,
}

impl Moving {
    const fn resting(value: Frame) -> Self {
        Self {
            from: value,
            slope: [0.0; LINES],
            to: value,
            target: value,
        }
    }

    /// One tick on, of `left` that are left.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a few hundred ticks, and 64 frames"
    )]
    fn advance(&mut self, left: u32) {
        self.from = self.to;
        self.to = if left <= 1 {
            self.target
        } else {
            core::array::from_fn(|line| {
                self.to[line] + (self.target[line] - self.to[line]) / left as f32
            })
        };
        self.slope =
            core::array::from_fn(|line| (self.to[line] - self.from[line]) / TICK_FRAMES as f32);
    }
}

/// The absorptions of all lines.
#[derive(Debug, Clone)]
pub(super) struct Absorption {
    gains: Moving,
    poles: Moving,
    ticks_left: u32,
    /// The tick in progress moves.
    moves: bool,
    state: Frame,
}

impl Absorption {
    pub(super) fn resting(losses: [Loss; LINES]) -> Self {
        Self {
            gains: Moving::resting(losses.map(|loss| loss.gain)),
            poles: Moving::resting(losses.map(|loss| loss.pole)),
            ticks_left: 0,
            moves: false,
            state: [0.0; LINES],
        }
    }

    /// Heads for other losses, to be there in `ticks` ticks.
    pub(super) fn head_for(&mut self, losses: [Loss; LINES], ticks: u32) {
        self.gains.target = losses.map(|loss| loss.gain);
        self.poles.target = losses.map(|loss| loss.pole);
        self.ticks_left = ticks.max(1);
    }

    /// Begins a tick.
    pub(super) fn begin_tick(&mut self) {
        let left = self.ticks_left;
        if left > 0 || self.moves {
            self.gains.advance(left);
            self.poles.advance(left);
        }
        self.moves = left > 0;
        self.ticks_left = left.saturating_sub(1);
    }

    /// Whether nothing moves.
    pub(super) const fn rests(&self) -> bool {
        self.ticks_left == 0 && !self.moves
    }

    /// Jumps to the target.
    pub(super) const fn settle(&mut self) {
        self.gains = Moving::resting(self.gains.target);
        self.poles = Moving::resting(self.poles.target);
        self.ticks_left = 0;
        self.moves = false;
    }

    /// Forgets what has passed.
    pub(super) const fn clear(&mut self) {
        self.state = [0.0; LINES];
    }

    /// Absorbs one frame.
    ///
    /// - `number`: of the frame in its tick
    #[inline]
    pub(super) fn apply(&mut self, frame: &mut Frame, number: f32) {
        let at = |moving: &Moving| -> Frame {
            core::array::from_fn(|line| moving.from[line] + moving.slope[line] * number)
        };
        let (gains, poles, state) = (at(&self.gains), at(&self.poles), self.state);
        let wanted: Frame = core::array::from_fn(|line| frame[line] * gains[line]);
        self.state = core::array::from_fn(|line| {
            flush(wanted[line] + poles[line] * (state[line] - wanted[line]))
        });
        *frame = self.state;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_loses_what_the_room_says_at_both_frequencies() {
        for (length, time_s, high) in [(1500.0, 1.8, 0.4), (4000.0, 3.0, 0.5), (700.0, 8.0, 0.9)] {
            let loss = Loss::of_room(length, time_s, high, 48_000.0);
            let gain_at = |hertz: f64| {
                let angle = core::f64::consts::TAU * hertz / 48_000.0;
                f64::from(loss.gain) * lowpass_gain(f64::from(loss.pole), angle)
            };
            let db = |gain: f64| 20.0 * libm::log10(gain);
            let expected_db = -60.0 * length / (time_s * 48_000.0);
            assert!((db(gain_at(1000.0)) - expected_db).abs() < 0.01);
            let ratio = db(gain_at(5000.0)) / expected_db;
            assert!((ratio * high - 1.0).abs() < 0.1, "{ratio} {high}");
        }
    }

    #[test]
    fn the_lowest_frequencies_are_never_spared_for_long() {
        for length in [400.0, 1500.0, 4700.0] {
            for time_s in [0.2, 0.4, 1.8, 30.0] {
                let loss = Loss::of_room(length, time_s, 0.3, 48_000.0);
                let time = -3.0 * length / (48_000.0 * libm::log10(f64::from(loss.gain)));
                assert!(time < 1.26 * time_s, "{length} {time_s} {time}");
                assert!(time > 0.99 * time_s, "{length} {time_s} {time}");
            }
        }
    }
}
