//! One effect with what stands before and after it: a low-pass, a level.
//!
//! In: a mono bus. Out: two sides, at their level. It sleeps while its effect does, and forgets
//! everything once its level has gone to nothing. Owner: [`super::Effects`]. Thread: render.

use crate::dsp::tables::{TICK_FRAMES, TICK_INDEX};
use crate::sends::Bus;

use super::control::Control;
use super::lowpass::Lowpass;
use super::number::narrow;
use super::unit::{Run, Unit};

/// Frames of one tick, both sides.
#[derive(Debug, Clone)]
pub(super) struct Sides {
    pub(super) left: [f32; TICK_FRAMES],
    pub(super) right: [f32; TICK_FRAMES],
}

/// An effect, with its level.
#[derive(Debug)]
pub(super) struct Strip<U> {
    pub(super) unit: U,
    lowpass: Lowpass,
    gain: Control,
    /// What it gives in this run.
    sides: Sides,
    /// It gives something in this run.
    is_heard: bool,
}

impl<U: Unit> Strip<U> {
    pub(super) const fn new(unit: U) -> Self {
        Self {
            unit,
            lowpass: Lowpass::open(),
            gain: Control::resting(0.0),
            sides: Sides {
                left: [0.0; TICK_FRAMES],
                right: [0.0; TICK_FRAMES],
            },
            is_heard: false,
        }
    }

    /// Changes its level and the low-pass before it, to be there in `ticks` ticks.
    pub(super) fn set(
        &mut self,
        gain: f64,
        lowpass_hz: Option<f64>,
        sample_rate_hz: f64,
        ticks: u32,
    ) {
        let was_off = self.is_off();
        let was_asleep = self.is_asleep();
        self.lowpass.set(lowpass_hz, sample_rate_hz, ticks);
        self.gain.head_for(narrow(gain), ticks);
        if was_asleep {
            self.lowpass.settle();
        }
        // What was off comes in slowly: notes may be sounding that it has not heard begin.
        if was_asleep && !was_off {
            self.gain.settle();
        }
    }

    /// Whether it is switched off: nothing goes in, nothing comes out.
    pub(super) fn is_off(&self) -> bool {
        self.gain.is_zero()
    }

    /// Whether it has nothing to give, and nothing that moves.
    pub(super) fn is_asleep(&self) -> bool {
        let is_quiet = self.is_off() || self.unit.is_asleep();
        is_quiet && self.gain.rests() && self.lowpass.rests()
    }

    /// Begins a tick.
    pub(super) fn begin_tick(&mut self) {
        if self.is_asleep() {
            return;
        }
        self.gain.begin_tick();
        self.lowpass.begin_tick();
        if self.is_off() {
            self.clear();
        } else {
            self.unit.begin_tick();
        }
    }

    /// Ends a tick.
    pub(super) fn end_tick(&mut self) {
        if !self.is_asleep() {
            self.unit.end_tick();
        }
    }

    /// Silence, and every change done.
    pub(super) fn clear(&mut self) {
        self.unit.clear();
        self.lowpass.clear();
        self.lowpass.settle();
        self.gain.settle();
    }

    /// Processes frames `offset..offset + frames` of the tick.
    pub(super) fn process(&mut self, offset: usize, frames: usize, bus: &Bus) {
        self.is_heard = false;
        if self.is_off() {
            return;
        }
        let sent = bus.used(frames);
        if sent.is_some() {
            self.unit.feed();
        }
        if self.unit.is_asleep() {
            return;
        }
        let numbers = TICK_INDEX.get(offset..).unwrap_or(&[]);
        let mut input = [0.0_f32; TICK_FRAMES];
        let input = input.get_mut(..frames).unwrap_or(&mut []);
        if let Some(sent) = sent {
            input.copy_from_slice(sent);
        }
        for (sample, &number) in input.iter_mut().zip(numbers) {
            *sample = self.lowpass.apply(*sample, number);
        }
        let Sides { left, right } = &mut self.sides;
        let (left, right) = (
            left.get_mut(..frames).unwrap_or(&mut []),
            right.get_mut(..frames).unwrap_or(&mut []),
        );
        left.fill(0.0);
        right.fill(0.0);
        self.unit.process(Run {
            offset,
            input,
            left: &mut *left,
            right: &mut *right,
        });
        for ((left, right), &number) in left.iter_mut().zip(right).zip(numbers) {
            let gain = self.gain.at(number);
            *left *= gain;
            *right *= gain;
        }
        self.is_heard = true;
    }

    /// What it gives in this run; `None` if that is nothing.
    pub(super) fn heard(&mut self, frames: usize) -> Option<(&mut [f32], &mut [f32])> {
        let left = self.sides.left.get_mut(..frames)?;
        let right = self.sides.right.get_mut(..frames)?;
        self.is_heard.then_some((left, right))
    }

    /// Adds its sum to the bus of another effect.
    pub(super) fn send(&mut self, offset: usize, frames: usize, amount: &Control, bus: &mut Bus) {
        if amount.is_zero() {
            return;
        }
        let Some((left, right)) = self.heard(frames) else {
            return;
        };
        let numbers = TICK_INDEX.get(offset..).unwrap_or(&[]);
        let slots = bus.open(frames).iter_mut();
        for (((slot, left), right), &number) in slots.zip(left).zip(right).zip(numbers) {
            *slot += 0.5 * (*left + *right) * amount.at(number);
        }
    }
}
