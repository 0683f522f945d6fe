//! One sounding region, in two halves: what a tick decides, and what a frame does.
//!
//! [`Modulation`] runs once per control tick (and at the exact frame of a note-on, note-off or
//! choke): it evaluates envelopes, oscillators and connections at the end of the tick.
//! [`Lane`] runs per frame: it reads the wave, filters and mixes, moving linearly to where the
//! modulation pointed. The halves meet only in [`Targets`], so that lanes can be grouped.
//! Owner: the voice pool. Thread: render.

mod lane;
mod modulation;
mod settled;

pub(crate) use lane::Lane;
pub(crate) use modulation::Modulation;

use crate::articulation::Articulation;
use crate::articulation::curves::CurveTables;
use crate::channel::Channel;
use crate::collection::{Collection, Region, Wave};
use crate::dsp::filter::Setting;
use crate::sends::{Amounts, Buses, SENDS};

/// What a voice is started from, and looked after with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct VoiceCx<'a> {
    pub(crate) tables: &'a CurveTables,
    pub(crate) channel: &'a Channel,
    /// Volume of the channel's group, as an amplitude.
    pub(crate) group_gain: f64,
    /// Buses that somebody listens to.
    pub(crate) wanted: [bool; SENDS],
    pub(crate) sample_rate_hz: f64,
}

/// The parts of a collection that one voice plays.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part<'a> {
    pub(crate) region: &'a Region,
    pub(crate) articulation: Articulation<'a>,
    pub(crate) wave: &'a Wave,
}

impl<'a> Part<'a> {
    /// Looks up a region and what it plays.
    pub(crate) fn of(collection: &'a Collection, region: u32) -> Option<Self> {
        let articulation = collection.articulation(region)?;
        let region = collection.region(region)?;
        Some(Self {
            region,
            articulation,
            wave: collection.wave(region)?,
        })
    }
}

/// Where a lane begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start {
    pub(crate) targets: Targets,
    /// Frame of the wave.
    pub(crate) frame: u32,
}

/// Where a lane should be at the end of a tick.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Targets {
    left: f32,
    right: f32,
    /// Frames of the wave per frame.
    speed: f64,
    filter: Setting,
    /// Amplitude before pan.
    level: f32,
    /// Amplitudes of the sends, before pan.
    sends: Amounts,
}

/// Where a voice is heard: frames of the mix, and of the buses if there are effects.
#[derive(Debug)]
pub(crate) struct Mix<'a> {
    pub(crate) left: &'a mut [f32],
    pub(crate) right: &'a mut [f32],
    pub(crate) buses: Option<&'a mut Buses>,
}

impl Targets {
    /// Amplitude before pan, `>= 0`.
    pub(crate) const fn level(&self) -> f32 {
        self.level
    }
}
