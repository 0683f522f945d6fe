//! One sounding region, in two halves: what a tick decides, and what a frame does.
//!
//! [`Modulation`] runs once per control tick (and at the exact frame of a note-on, note-off or
//! choke): it evaluates envelopes, oscillators and connections at the end of the tick.
//! [`Lanes`] run per frame: they read the waves, filter and mix, moving linearly to where the
//! modulation pointed. The halves meet only in [`Targets`], so that eight voices can share their lanes.
//! Owner: the voice pool. Thread: render.

mod expression;
mod gains;
mod lanes;
mod modulation;
mod powers;
mod settled;
mod slide;

pub(crate) use expression::Expression;
pub use expression::NoteExpression;
pub(crate) use lanes::{Lanes, Scratch};
pub(crate) use modulation::Modulation;

use crate::articulation::Articulation;
use crate::articulation::curves::CurveTables;
use crate::channel::trim::Added;
use crate::channel::tunings::{TuningName, Tunings};
use crate::channel::{Channel, Device};
use crate::collection::{Collection, Region, Wave};
use crate::dsp::filter::Setting;
use crate::dsp::pan::Sides;
use crate::outputs::Outputs;
use crate::sends::{Amounts, Buses, SENDS};

/// What a voice is started from, and looked after with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct VoiceCx<'a> {
    pub(crate) tables: &'a CurveTables,
    pub(crate) channel: &'a Channel,
    /// The channel's group.
    pub(crate) device: &'a Device,
    /// Number of that group, 0-based.
    pub(crate) group_index: u16,
    pub(crate) tunings: &'a Tunings,
    /// What of the two is looked at in every tick.
    pub(crate) around: Surroundings,
    pub(crate) sample_rate_hz: f64,
}

/// What of a channel reaches its voices, to be compared.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Surroundings {
    revision: u32,
    trim_gain: f64,
    trim_pan: f64,
    balance: Sides,
    tuning_revision: u32,
    device_gain: f64,
    device_balance: Sides,
    /// Buses that somebody listens to.
    wanted: [bool; SENDS],
    /// There are some.
    is_wanted: bool,
}

impl Surroundings {
    /// Of a channel in a group.
    ///
    /// - `wanted`: buses that somebody listens to
    pub(crate) fn of(channel: &Channel, device: &Device, wanted: [bool; SENDS]) -> Self {
        Self {
            revision: channel.revision(),
            trim_gain: channel.trim_gain(),
            trim_pan: channel.trim_pan(),
            balance: channel.balance(),
            tuning_revision: channel.tuning_revision(),
            device_gain: device.gain(),
            device_balance: device.balance(),
            wanted,
            is_wanted: wanted.contains(&true),
        }
    }
}

impl VoiceCx<'_> {
    /// Cents that all tunings together add to a key, and what the host sets on top.
    fn tuning_cents(&self, key: u8, added: &Added) -> f64 {
        let (bank, program) = self.channel.controls.parameters.tuning();
        let name = TuningName {
            group_index: self.group_index,
            bank,
            program,
        };
        self.device.fine_cents
            + self.device.host_cents()
            + self.channel.tuning_cents(key, added)
            + self.tunings.cents(name, key)
    }
}

/// How a note comes to sound, beside key and velocity.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Onset {
    /// Number of the note.
    pub(crate) note: u64,
    /// Key it glides from, and seconds it takes.
    pub(crate) glide: Option<(f64, f64)>,
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

/// The part of a collection that one lane reads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sound<'a> {
    pub(crate) region: &'a Region,
    pub(crate) wave: &'a Wave,
}

impl<'a> Sound<'a> {
    /// Looks up a region and its wave.
    pub(crate) fn of(collection: &'a Collection, region: u32) -> Option<Self> {
        let region = collection.region(region)?;
        let wave = collection.wave(region)?;
        Some(Self { region, wave })
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

/// Where a voice is heard: frames of the mix, of the buses if there are effects, and of the outputs
/// if some parts have their own.
#[derive(Debug)]
pub(crate) struct Mix<'a> {
    pub(crate) left: &'a mut [f32],
    pub(crate) right: &'a mut [f32],
    pub(crate) buses: Option<&'a mut Buses>,
    pub(crate) outputs: Option<&'a mut Outputs>,
}

impl Targets {
    /// Nothing is heard.
    const SILENT: Self = Self {
        left: 0.0,
        right: 0.0,
        speed: 1.0,
        filter: Setting::OPEN,
        level: 0.0,
        sends: [0.0; SENDS],
    };

    /// Whether anything goes to a bus.
    fn is_sent(&self) -> bool {
        self.sends.iter().any(|amount| *amount > 0.0)
    }

    /// Amplitude before pan, `>= 0`.
    pub(crate) const fn level(&self) -> f32 {
        self.level
    }
}
