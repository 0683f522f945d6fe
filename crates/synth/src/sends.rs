//! What voices send to effects: three mono buses, and the amounts of one voice.
//!
//! In: a voice's frames before pan, and its sends at the end of a tick. Out: buses that the effects
//! read. Owner: the engine holds the buses, each lane its amounts. Thread: render.
//! Source: \[DLS2\] signal flow: post-DCA, mono.

use crate::dsp::tables::TICK_FRAMES;

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
