//! Where a modulator of a generator goes in the model, and in which unit.
//!
//! Source: \[SF2\] generators, \[DLS2\] connection destinations and data units.

use crate::bank::{Curve, Destination, Source, Transform};
use crate::sf2::generators::id;

/// As it is, 0 to 1.
pub(super) const PLAIN: Transform = Transform {
    curve: Curve::Linear,
    bipolar: false,
    invert: false,
};

/// -1 to 1.
pub(super) const BIPOLAR: Transform = Transform {
    curve: Curve::Linear,
    bipolar: true,
    invert: false,
};

/// How a modulator reaches its destination.
#[derive(Debug, Clone, Copy)]
pub(in crate::sf2) enum Route {
    /// Directly.
    To {
        /// What it adds to.
        destination: Destination,
        /// Steps of a scale for each unit of the generator.
        unit: f64,
    },
    /// As the depth of an oscillator or an envelope.
    Through {
        /// Whose depth it is.
        carrier: Source,
        /// What that adds to.
        destination: Destination,
        /// Steps of a scale for each unit of the generator.
        unit: f64,
    },
    /// As the change of a time from key to key, around key 60.
    KeyScale {
        /// The time.
        destination: Destination,
    },
    /// As an offset into the wave, settled with the note.
    Start {
        /// Frames for each unit of the generator.
        frames: f64,
    },
}

/// Steps of a scale in one unit.
const ONE: f64 = 65_536.0;

const fn to(destination: Destination, unit: f64) -> Route {
    Route::To { destination, unit }
}

const fn through(carrier: Source, destination: Destination) -> Route {
    Route::Through {
        carrier,
        destination,
        unit: ONE,
    }
}

/// The route of a generator; nothing for those that are no sums, or of which the model has none.
pub(in crate::sf2) const fn route(generator: u16) -> Option<Route> {
    use Destination as To;
    Some(match generator {
        id::START => Route::Start { frames: 1.0 },
        id::START_COARSE => Route::Start { frames: 32_768.0 },
        id::MOD_LFO_TO_PITCH => through(Source::ModLfo, To::Pitch),
        id::VIB_LFO_TO_PITCH => through(Source::VibLfo, To::Pitch),
        id::MOD_ENV_TO_PITCH => through(Source::Eg2, To::Pitch),
        id::MOD_LFO_TO_FILTER_FC => through(Source::ModLfo, To::FilterCutoff),
        id::MOD_ENV_TO_FILTER_FC => through(Source::Eg2, To::FilterCutoff),
        id::MOD_LFO_TO_VOLUME => through(Source::ModLfo, To::Gain),
        id::FILTER_FC => to(To::FilterCutoff, ONE),
        // A centibel is what a gain counts in.
        id::FILTER_Q => to(To::FilterQ, ONE),
        id::ATTENUATION => to(To::Gain, -ONE),
        id::CHORUS => to(To::Chorus, ONE),
        id::REVERB => to(To::Reverb, ONE),
        id::PAN => to(To::Pan, ONE),
        id::DELAY_MOD_LFO => to(To::ModLfoDelay, ONE),
        id::FREQ_MOD_LFO => to(To::ModLfoFrequency, ONE),
        id::DELAY_VIB_LFO => to(To::VibLfoDelay, ONE),
        id::FREQ_VIB_LFO => to(To::VibLfoFrequency, ONE),
        id::DELAY_MOD_ENV => to(To::Eg2Delay, ONE),
        id::ATTACK_MOD_ENV => to(To::Eg2Attack, ONE),
        id::HOLD_MOD_ENV => to(To::Eg2Hold, ONE),
        id::DECAY_MOD_ENV => to(To::Eg2Decay, ONE),
        id::RELEASE_MOD_ENV => to(To::Eg2Release, ONE),
        id::DELAY_VOL_ENV => to(To::Eg1Delay, ONE),
        id::ATTACK_VOL_ENV => to(To::Eg1Attack, ONE),
        id::HOLD_VOL_ENV => to(To::Eg1Hold, ONE),
        id::DECAY_VOL_ENV => to(To::Eg1Decay, ONE),
        id::RELEASE_VOL_ENV => to(To::Eg1Release, ONE),
        // Levels are counted from the top: tenths of a percent, and centibels of 960.
        id::SUSTAIN_MOD_ENV => to(To::Eg2Sustain, -ONE),
        id::SUSTAIN_VOL_ENV => to(To::Eg1Sustain, -ONE * 1000.0 / 960.0),
        id::KEY_TO_MOD_ENV_HOLD => key_scale(To::Eg2Hold),
        id::KEY_TO_MOD_ENV_DECAY => key_scale(To::Eg2Decay),
        id::KEY_TO_VOL_ENV_HOLD => key_scale(To::Eg1Hold),
        id::KEY_TO_VOL_ENV_DECAY => key_scale(To::Eg1Decay),
        id::COARSE_TUNE => to(To::Pitch, 100.0 * ONE),
        id::FINE_TUNE => to(To::Pitch, ONE),
        _ => return None,
    })
}

const fn key_scale(destination: Destination) -> Route {
    Route::KeyScale { destination }
}
