//! What generators say, as connections.
//!
//! Source: \[SF2\] generators, envelopes, filter; \[DLS2\] connections and data units.

use super::carrier_transform;
use super::route::{PLAIN, Route, route};
use super::rows::{ONE, Product, Rows, WIDE, fixed};
use crate::bank::{Destination, Source};
use crate::sf2::generators::{OPEN, SHORTEST, Settings, id};

impl Rows {
    /// Adds what the generators say.
    pub(super) fn generate(&mut self, settings: &Settings, root: u8) {
        use Destination as To;
        for generator in CARRIED {
            if let Some(Route::Through {
                carrier,
                destination,
                unit,
            }) = route(generator)
            {
                let scale = fixed(f64::from(settings.get(generator)) * unit);
                if scale != 0 {
                    let source = (carrier, carrier_transform(carrier));
                    let product = Product {
                        source,
                        ..Product::of(carrier)
                    };
                    self.rows.push(product.to(destination, scale));
                }
            }
        }
        for (generator, destination) in [
            (id::CHORUS, To::Chorus),
            (id::REVERB, To::Reverb),
            (id::PAN, To::Pan),
            (id::FREQ_MOD_LFO, To::ModLfoFrequency),
            (id::FREQ_VIB_LFO, To::VibLfoFrequency),
        ] {
            let units = f64::from(settings.get(generator));
            if units != 0.0 {
                self.base(destination, units);
            }
        }
        self.filter(settings);
        self.sustain(settings);
        for time in TIMES {
            self.time(settings, time);
        }
        self.keys(settings.get(id::SCALE_TUNING), root);
    }

    fn filter(&mut self, settings: &Settings) {
        let cutoff = settings.get(id::FILTER_FC);
        let resonance = settings.get(id::FILTER_Q);
        let still = !self.moves(Destination::FilterCutoff) && !self.moves(Destination::FilterQ);
        if cutoff == i32::from(OPEN) && resonance == 0 && still {
            return;
        }
        self.base(Destination::FilterCutoff, f64::from(cutoff));
        if resonance != 0 {
            self.base(Destination::FilterQ, f64::from(resonance));
        }
    }

    /// Levels from the top down: centibels of the 960 that are all, and tenths of a percent.
    fn sustain(&mut self, settings: &Settings) {
        let volume = settings.get(id::SUSTAIN_VOL_ENV);
        if volume != 0 {
            let left = 1000.0 * (1.0 - f64::from(volume) / 960.0);
            self.base(Destination::Eg1Sustain, left.max(0.0));
        }
        let modulation = settings.get(id::SUSTAIN_MOD_ENV);
        if modulation != 0 {
            self.base(Destination::Eg2Sustain, f64::from(1000 - modulation));
        }
    }

    /// A time, and how it follows the key from 60 on.
    fn time(&mut self, settings: &Settings, time: Time) {
        let per_key = time.per_key.map_or(0, |generator| settings.get(generator));
        let value = settings.get(time.generator);
        let instant = value <= i32::from(SHORTEST);
        if instant && per_key == 0 && !self.moves(time.destination) {
            return;
        }
        let units = f64::from(value) - if time.of_100_db { span_cents() } else { 0.0 };
        let per_key = f64::from(per_key);
        if per_key != 0.0 {
            let keys = Product::of(Source::KeyNumber);
            self.wide(keys, time.destination, -128.0 * per_key);
        }
        self.base_row(time.destination, units + 60.0 * per_key);
    }

    /// Cents from key to key, around the unity note.
    fn keys(&mut self, cents: i32, root: u8) {
        if cents == 100 {
            return;
        }
        let cents = f64::from(cents);
        let keys = Product::of(Source::KeyNumber);
        let whole = cents.min(255.0);
        self.rows
            .push(keys.to(Destination::Pitch, fixed(whole * 128.0 * ONE)));
        // Beyond 255 cents one connection is too narrow, and only that one pivots at the unity note.
        let rest = cents - whole;
        if rest > 0.0
            && let Some(link) = self.wide_link()
        {
            let control = (Source::Link(link), PLAIN);
            let more = Product { control, ..keys };
            let scale = |cents: f64| fixed(cents / WIDE * ONE);
            self.rows
                .push(more.to(Destination::Pitch, scale(rest * 128.0)));
            let pivot = Product::of(Source::Link(link));
            let back = scale(rest * -f64::from(root));
            self.rows.push(pivot.to(Destination::Pitch, back));
        }
    }
}

/// Time cents by which 100 dB take longer than the 96 dB of the model.
///
/// # Source
/// \[SF2\] decayVolEnv: for a change of 100 dB; \[DLS2\] EG1 decay: for 96 dB.
fn span_cents() -> f64 {
    1200.0 * libm::log2(100.0 / 96.0)
}

/// Depths of oscillators and of the modulation envelope.
const CARRIED: [u16; 6] = [
    id::MOD_LFO_TO_PITCH,
    id::VIB_LFO_TO_PITCH,
    id::MOD_ENV_TO_PITCH,
    id::MOD_LFO_TO_FILTER_FC,
    id::MOD_ENV_TO_FILTER_FC,
    id::MOD_LFO_TO_VOLUME,
];

/// A time of the model.
#[derive(Debug, Clone, Copy)]
struct Time {
    generator: u16,
    destination: Destination,
    /// The generator that makes it follow the key.
    per_key: Option<u16>,
    /// It is that of a change by 100 dB.
    of_100_db: bool,
}

const fn time(generator: u16, destination: Destination) -> Time {
    Time {
        generator,
        destination,
        per_key: None,
        of_100_db: matches!(generator, id::DECAY_VOL_ENV | id::RELEASE_VOL_ENV),
    }
}

const fn keyed(generator: u16, destination: Destination, per_key: u16) -> Time {
    Time {
        per_key: Some(per_key),
        ..time(generator, destination)
    }
}

/// All times.
const TIMES: [Time; 12] = [
    time(id::DELAY_MOD_LFO, Destination::ModLfoDelay),
    time(id::DELAY_VIB_LFO, Destination::VibLfoDelay),
    time(id::DELAY_MOD_ENV, Destination::Eg2Delay),
    time(id::ATTACK_MOD_ENV, Destination::Eg2Attack),
    keyed(
        id::HOLD_MOD_ENV,
        Destination::Eg2Hold,
        id::KEY_TO_MOD_ENV_HOLD,
    ),
    keyed(
        id::DECAY_MOD_ENV,
        Destination::Eg2Decay,
        id::KEY_TO_MOD_ENV_DECAY,
    ),
    time(id::RELEASE_MOD_ENV, Destination::Eg2Release),
    time(id::DELAY_VOL_ENV, Destination::Eg1Delay),
    time(id::ATTACK_VOL_ENV, Destination::Eg1Attack),
    keyed(
        id::HOLD_VOL_ENV,
        Destination::Eg1Hold,
        id::KEY_TO_VOL_ENV_HOLD,
    ),
    keyed(
        id::DECAY_VOL_ENV,
        Destination::Eg1Decay,
        id::KEY_TO_VOL_ENV_DECAY,
    ),
    time(id::RELEASE_VOL_ENV, Destination::Eg1Release),
];
