//! Property config: what the properties of a pin are made from.
//!
//! In: what miniport and wave pin offer. Out: plain data. Owner: the property control.
//! Thread: control. Source: \[WDK\] KSPROPSETID_Synth; KSPROPSETID_Synth_Dls.

use std::fmt;

use super::{Downloads, params::ParamLimits};
use crate::{miniport::SynthCaps, time::SampleRate};

/// What the properties of a pin are made from.
pub struct PropertyConfig {
    /// Number of the pin, `0..`.
    pub pin: u16,
    /// Class of the synthesizer, which tells default ports apart.
    pub class_id: [u8; 16],
    /// What the miniport can do.
    pub caps: SynthCaps,
    /// What the pin can grant.
    pub limits: ParamLimits,
    /// Who takes downloads, if anybody does.
    pub downloads: Option<Box<dyn Downloads + Send>>,
    /// Requests that may wait for the next block, `1..`.
    pub capacity: usize,
}

impl PropertyConfig {
    /// Room for every priority of four groups at once, and some more.
    pub const CAPACITY: usize = 128;
}

impl fmt::Debug for PropertyConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PropertyConfig")
            .field("pin", &self.pin)
            .field("caps", &self.caps)
            .field("limits", &self.limits)
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}

/// Format of what a synthesizer renders.
///
/// # Source
/// \[WDK\] KSPROPERTY_SYNTH_DLS_WAVEFORMAT, WAVEFORMATEX. Deviation: samples are 32-bit floats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaveFormat {
    /// Channels of audio.
    pub channels: u16,
    /// Frames per second.
    pub sample_rate: SampleRate,
}

impl WaveFormat {
    /// The tag of samples that are floats.
    pub const TAG: u16 = 3;
    /// Bits of a sample.
    pub const BITS: u16 = 32;
}
