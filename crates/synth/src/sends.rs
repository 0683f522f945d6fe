//! What voices send to effects: three mono buses, and the amounts of one voice.
//!
//! In: a voice's frames before pan, and its sends at the end of a tick. Out: buses that the effects
//! read. Owner: the engine holds the buses, each lane its amounts. Thread: render.
//! Source: \[DLS2\] signal flow: post-DCA, mono.

use crate::dsp::ramp::Ramp;
use crate::dsp::tables::{TICK_FRAMES, TICK_INDEX};

/// Number of buses.
pub(crate) const SENDS: usize = 3;

/// The bus of the reverb.
pub(crate) const REVERB: usize = 0;

/// The bus of the chorus.
pub(crate) const CHORUS: usize = 1;

/// The bus of the delay.
pub(crate) const DELAY: usize = 2;

/// Amplitudes by bus.
pub(crate) type Amounts = [f32; SENDS];

/// One bus.
#[derive(Debug, Clone)]
pub(crate) struct Bus {
    samples: [f32; TICK_FRAMES],
    /// Somebody sends to it in this run.
    is_used: bool,
}

impl Bus {
    /// Nothing.
    pub(crate) const fn new() -> Self {
        Self {
            samples: [0.0; TICK_FRAMES],
            is_used: false,
        }
    }

    /// Somebody sends: the first frames of the bus.
    pub(crate) fn open(&mut self, frames: usize) -> &mut [f32] {
        self.is_used = true;
        self.samples.get_mut(..frames).unwrap_or(&mut [])
    }

    /// What was sent in this run; `None` if nobody did.
    pub(crate) fn used(&self, frames: usize) -> Option<&[f32]> {
        self.samples.get(..frames).filter(|_| self.is_used)
    }

    /// Empty, for the next run.
    pub(crate) fn clear(&mut self) {
        if self.is_used {
            self.samples = [0.0; TICK_FRAMES];
            self.is_used = false;
        }
    }
}

/// All buses, for the frames that are rendered next.
pub(crate) type Buses = [Bus; SENDS];

/// How much of one voice goes to each bus.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sends {
    ramps: [Ramp; SENDS],
    /// Some amount is not 0, or has not been for the whole tick.
    is_open: bool,
}

impl Sends {
    /// Amounts that stand still.
    pub(crate) fn new(amounts: &Amounts) -> Self {
        Self {
            ramps: amounts.map(Ramp::still),
            is_open: any(amounts),
        }
    }

    /// Heads for other amounts, to be there at the end of the tick.
    ///
    /// - `offset`: frame of the tick at which it begins, `0..64`
    pub(crate) fn aim(&mut self, offset: usize, amounts: &Amounts) {
        let wants = any(amounts);
        if !self.is_open && !wants {
            return;
        }
        for (ramp, amount) in self.ramps.iter_mut().zip(amounts) {
            ramp.aim(offset, *amount);
        }
        self.is_open = wants || !self.ramps.iter().all(is_shut);
    }

    /// Adds frames of the voice to the buses.
    ///
    /// - `offset`: of the first frame in the tick
    pub(crate) fn mix(&self, offset: usize, samples: &[f32], buses: &mut Buses) {
        if !self.is_open {
            return;
        }
        let numbers = TICK_INDEX.get(offset..).unwrap_or(&[]);
        for (ramp, bus) in self.ramps.iter().zip(buses) {
            if is_shut(ramp) {
                continue;
            }
            let slots = bus.open(samples.len());
            for ((slot, sample), &number) in slots.iter_mut().zip(samples).zip(numbers) {
                *slot += sample * ramp.at(number);
            }
        }
    }
}

fn any(amounts: &Amounts) -> bool {
    amounts.iter().any(|amount| *amount > 0.0)
}

/// Whether a ramp stands still at 0.
fn is_shut(ramp: &Ramp) -> bool {
    ramp.is_still() && ramp.end() <= 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_send_of_nothing_uses_no_bus() {
        let mut buses: Buses = core::array::from_fn(|_| Bus::new());
        let sends = Sends::new(&[0.0, 0.5, 0.0]);
        sends.mix(0, &[1.0; 8], &mut buses);
        assert!(buses[REVERB].used(8).is_none());
        assert_eq!(buses[CHORUS].used(8), Some(&[0.5; 8][..]));
        assert!(buses[DELAY].used(8).is_none());
    }

    #[test]
    fn a_send_that_closes_glides_to_its_end() {
        let mut buses: Buses = core::array::from_fn(|_| Bus::new());
        let mut sends = Sends::new(&[1.0, 0.0, 0.0]);
        sends.aim(0, &[0.0; SENDS]);
        sends.mix(32, &[1.0; 32], &mut buses);
        let first = buses[REVERB].used(32).unwrap()[0];
        assert!((first - 0.5).abs() < 1e-6);
        sends.aim(0, &[0.0; SENDS]);
        buses[REVERB].clear();
        sends.mix(0, &[1.0; 64], &mut buses);
        assert!(buses[REVERB].used(64).is_none());
    }
}
