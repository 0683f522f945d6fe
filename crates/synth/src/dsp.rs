//! Signal processing: frames, samples and numbers, with no MIDI in it.
//!
//! Thread: render, unless a constructor says otherwise. Nothing here allocates or can fail.

pub(crate) mod envelope;
pub(crate) mod fader;
pub(crate) mod filter;
pub(crate) mod interpolation;
pub(crate) mod lfo;
pub(crate) mod octet;
pub(crate) mod oscillator;
pub(crate) mod pan;
pub(crate) mod ramp;
pub(crate) mod recording;
pub(crate) mod tables;
pub(crate) mod units;
