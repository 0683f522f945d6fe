//! From generators and modulators to connections: only what differs from the defaults.
//!
//! A plain modulator is a connection. What a connection cannot say goes through a link: a second
//! source on the depth of an oscillator or an envelope, a product without its sign, modulators of
//! modulators, and two curves of one source on one destination.
//! Source: \[SF2\] generators, modulators; \[DLS2\] connections.

use super::generators::{OPEN, SHORTEST, Settings, id};
use super::modulators::{Input, Modulator, PAN_CONTROL, WHEEL, WHEEL_RANGE};
use crate::bank::{Connection, Curve, Destination, Dialect, LINKS, Source, Transform};
use crate::defaults;

mod route;

pub(super) use route::route;
use route::{BIPOLAR, PLAIN, Route};

/// Steps of a 16.16 number in one unit.
const ONE: f64 = 65_536.0;
/// Most of one unit that a connection can hold.
const WIDEST: f64 = 32_767.0;
/// What a link is made larger by where a connection would be too wide.
const WIDE: f64 = 256.0;
/// Amount of a linked modulator that is one whole: what a controller is divided by.
const WHOLE_LINK: f64 = 128.0;

/// Connections of a region.
#[derive(Debug, Default)]
pub(super) struct Articulation {
    /// What differs from the defaults of the dialect.
    pub(super) connections: Vec<Connection>,
    /// Modulators for which there were no more links.
    pub(super) skipped: usize,
}

impl Articulation {
    /// Says everything in connections.
    ///
    /// - `settings`: with all [constants](fold_constants)
    /// - `root`: key at which the wave sounds as recorded
    pub(super) fn new(settings: &Settings, modulators: &[Modulator], root: u8) -> Self {
        let mut rows = Rows::default();
        for modulator in modulators {
            rows.modulate(modulator);
        }
        rows.generate(settings, root);
        Self {
            skipped: rows.skipped,
            connections: rows.into_differences(),
        }
    }
}

/// Turns modulators without a source into what they are: a constant that is added.
pub(super) fn fold_constants(settings: &mut Settings, modulators: &mut Vec<Modulator>) {
    modulators.retain(|modulator| {
        let constant = constant(modulator);
        if let Some(amount) = constant {
            settings.add_constant(modulator.destination, amount);
        }
        constant.is_none()
    });
}

/// What a modulator without a source always adds.
fn constant(modulator: &Modulator) -> Option<i32> {
    let one = Some(Input::Control(Source::None, Transform::default()));
    (modulator.source() == one && modulator.amount_source() == one).then_some(
        if modulator.absolute {
            modulator.amount.saturating_abs()
        } else {
            modulator.amount
        },
    )
}

/// Two sources that are multiplied.
#[derive(Debug, Clone, Copy)]
struct Product {
    source: (Source, Transform),
    control: (Source, Transform),
    curve: Curve,
}

impl Product {
    const fn of(source: Source) -> Self {
        Self {
            source: (source, PLAIN),
            control: (Source::None, PLAIN),
            curve: Curve::Linear,
        }
    }

    const fn to(self, destination: Destination, scale: i32) -> Connection {
        Connection {
            source: self.source.0,
            source_transform: self.source.1,
            control: self.control.0,
            control_transform: self.control.1,
            destination,
            output_curve: self.curve,
            scale,
        }
    }
}

/// Connections as they are made.
#[derive(Debug, Default)]
struct Rows {
    rows: Vec<Connection>,
    links: u8,
    /// A link that is always [`WIDE`].
    wide: Option<u8>,
    skipped: usize,
}

impl Rows {
    /// Adds a modulator.
    fn modulate(&mut self, modulator: &Modulator) {
        if modulator.amount == 0 {
            return;
        }
        if self.try_modulate(modulator).is_none() {
            self.skipped += 1;
        }
    }

    fn try_modulate(&mut self, modulator: &Modulator) -> Option<()> {
        let route = route(modulator.destination)?;
        let product = self.product(modulator)?;
        let mut amount = f64::from(modulator.amount);
        if modulator.absolute {
            amount = amount.abs();
        }
        if modulator.is_default(WHEEL, WHEEL_RANGE, id::FINE_TUNE) {
            // A wheel of n semitones is to reach n semitones: 128/127 of the file's 12 700.
            amount = amount * 128.0 / 127.0;
        } else if modulator.is_default(PAN_CONTROL, 0, id::PAN) {
            // Controller 10 is to reach the hard right at 127: 50.8 % for the file's 50.
            amount = amount * 508.0 / 500.0;
        }
        match route {
            Route::To { destination, unit } => {
                self.add(product.to(destination, fixed(amount * unit)))
            }
            Route::Through {
                carrier,
                destination,
                unit,
            } => self.add_through(carrier, product, destination, fixed(amount * unit)),
            Route::KeyScale { destination } => {
                let link = self.link(&[(product, WIDE)])?;
                let carried = Product {
                    control: (Source::Link(link), PLAIN),
                    ..Product::of(Source::KeyNumber)
                };
                self.add(carried.to(destination, fixed(amount * -128.0 / WIDE * ONE)))?;
                let always = Product::of(Source::Link(link));
                self.add(always.to(destination, fixed(amount * 60.0 / WIDE * ONE)))
            }
            Route::Start { frames } => {
                self.add(product.to(Destination::SampleStart, fixed(amount * frames)))
            }
        }
    }

    /// The sources of a modulator; what is linked to it becomes a link first.
    fn product(&mut self, modulator: &Modulator) -> Option<Product> {
        let source = match modulator.source()? {
            Input::Control(source, transform) => (source, transform),
            Input::Link(transform) => (self.feed(&modulator.feeders, transform)?, PLAIN),
        };
        let Input::Control(control, transform) = modulator.amount_source()? else {
            return None;
        };
        Some(Product {
            source,
            control: (control, transform),
            curve: if modulator.absolute {
                Curve::Absolute
            } else {
                Curve::Linear
            },
        })
    }

    /// The link of all modulators that are linked to one.
    ///
    /// What is linked stands for a controller, so amounts are divided as those are; direction and
    /// polarity turn the sum as they would turn the controller.
    fn feed(&mut self, feeders: &[Modulator], transform: Transform) -> Option<Source> {
        let (factor, offset) = match (transform.bipolar, transform.invert) {
            (false, false) => (1.0, 0.0),
            (false, true) => (-1.0, 127.0 / 128.0),
            (true, false) => (2.0, -1.0),
            (true, true) => (-2.0, 126.0 / 128.0),
        };
        let mut terms = Vec::with_capacity(feeders.len() + 1);
        for feeder in feeders {
            let mut amount = f64::from(feeder.amount);
            if feeder.absolute {
                amount = amount.abs();
            }
            let product = self.product(feeder)?;
            terms.push((product, amount / WHOLE_LINK * factor));
        }
        if offset != 0.0 {
            terms.push((Product::of(Source::None), offset));
        }
        self.link(&terms).map(Source::Link)
    }

    /// A new link that is the sum of products, each with its factor.
    fn link(&mut self, terms: &[(Product, f64)]) -> Option<u8> {
        // Two terms of one key would replace each other: the second goes by a link of its own,
        // which has to be settled, and so numbered, before the sum.
        let mut own = Vec::with_capacity(terms.len());
        for (index, (product, factor)) in terms.iter().enumerate() {
            let key = |product: &Product| (product.source.0, product.control.0);
            let earlier = terms.get(..index).unwrap_or_default();
            if earlier.iter().any(|(other, _)| key(other) == key(product)) {
                let link = self.link(&[(*product, 1.0)])?;
                own.push((Product::of(Source::Link(link)), *factor));
            } else {
                own.push((*product, *factor));
            }
        }
        if self.links == LINKS {
            return None;
        }
        let link = self.links;
        self.links += 1;
        let destination = Destination::Link(link);
        let rows = own
            .iter()
            .map(|(product, factor)| product.to(destination, fixed(factor * ONE)));
        self.rows.extend(rows);
        Some(link)
    }

    /// A product that scales an oscillator or an envelope.
    fn add_through(
        &mut self,
        carrier: Source,
        product: Product,
        destination: Destination,
        scale: i32,
    ) -> Option<()> {
        let carrier = (carrier, carrier_transform(carrier));
        let direct = Product {
            source: carrier,
            control: product.source,
            curve: Curve::Linear,
        }
        .to(destination, scale);
        let plain = product.control.0 == Source::None && product.curve == Curve::Linear;
        if plain && self.has_room(&direct) {
            return self.add(direct);
        }
        let link = self.link(&[(product, 1.0)])?;
        let scaled = Product {
            source: carrier,
            control: (Source::Link(link), PLAIN),
            curve: Curve::Linear,
        };
        self.add(scaled.to(destination, scale))
    }

    /// Adds a connection: to one that is the same, and by a link where another has its key.
    fn add(&mut self, connection: Connection) -> Option<()> {
        if !self.has_room(&connection) {
            let product = Product {
                source: (connection.source, connection.source_transform),
                control: (connection.control, connection.control_transform),
                curve: connection.output_curve,
            };
            let link = self.link(&[(product, 1.0)])?;
            let by_link = Product::of(Source::Link(link));
            self.rows
                .push(by_link.to(connection.destination, connection.scale));
            return Some(());
        }
        match self.row(&connection) {
            Some(row) => row.scale = row.scale.saturating_add(connection.scale),
            None => self.rows.push(connection),
        }
        Some(())
    }

    /// Whether a connection can stand in the list under its own key.
    fn has_room(&mut self, connection: &Connection) -> bool {
        // How pitch follows the key is no sum.
        let of_keys = (Source::KeyNumber, Source::None, Destination::Pitch);
        connection.key() != of_keys
            && self.row(connection).is_none_or(|row| {
                Connection { scale: 0, ..*row }
                    == Connection {
                        scale: 0,
                        ..*connection
                    }
            })
    }

    fn row(&mut self, connection: &Connection) -> Option<&mut Connection> {
        self.rows
            .iter_mut()
            .find(|row| row.key() == connection.key())
    }

    /// Whether anything but a generator moves a destination.
    fn moves(&self, destination: Destination) -> bool {
        self.rows.iter().any(|row| row.destination == destination)
    }
}

impl Rows {
    /// Adds what the generators say.
    fn generate(&mut self, settings: &Settings, root: u8) {
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

    /// A constant that differs from the default.
    fn base(&mut self, destination: Destination, units: f64) {
        let scale = fixed(units * ONE);
        let row = Product::of(Source::None).to(destination, scale);
        self.rows.push(row);
    }

    /// A constant that may be too large for one connection.
    fn base_row(&mut self, destination: Destination, units: f64) {
        let first = units.clamp(-WIDEST, WIDEST);
        self.base(destination, first);
        let rest = units - first;
        if rest.abs() > 0.0
            && let Some(link) = self.wide_link()
        {
            let scale = fixed(rest / WIDE * ONE);
            let row = Product::of(Source::Link(link)).to(destination, scale);
            self.rows.push(row);
        }
    }

    /// A connection that may be too large for one.
    fn wide(&mut self, product: Product, destination: Destination, units: f64) {
        let first = units.clamp(-WIDEST, WIDEST);
        let mut added = self.add(product.to(destination, fixed(first * ONE)));
        let rest = units - first;
        if rest.abs() > 0.0 {
            added = added.and_then(|()| {
                let control = (Source::Link(self.wide_link()?), PLAIN);
                let more = Product { control, ..product };
                self.add(more.to(destination, fixed(rest / WIDE * ONE)))
            });
        }
        if added.is_none() {
            self.skipped += 1;
        }
    }

    /// A link that is always [`WIDE`].
    fn wide_link(&mut self) -> Option<u8> {
        if self.wide.is_none() {
            self.wide = self.link(&[(Product::of(Source::None), WIDE)]);
        }
        self.wide
    }

    /// What the defaults do not say; a default that no modulator says is switched off.
    fn into_differences(mut self) -> Vec<Connection> {
        for default in defaults::of(Dialect::SoundFont) {
            let at = self.rows.iter().position(|row| row.key() == default.key());
            match at {
                Some(at) if self.rows.get(at) == Some(default) => {
                    self.rows.swap_remove(at);
                }
                None if is_modulator(default) => self.rows.push(Connection {
                    scale: 0,
                    ..*default
                }),
                _ => {}
            }
        }
        self.rows.shrink_to_fit();
        self.rows
    }
}

/// Whether a default connection is one of the default modulators.
fn is_modulator(default: &Connection) -> bool {
    matches!(
        (default.source, default.control),
        (
            Source::Velocity | Source::Controller(_) | Source::PitchWheel,
            _
        ) | (
            Source::VibLfo,
            Source::Controller(_) | Source::ChannelPressure
        )
    )
}

/// How an oscillator or an envelope is normalised.
const fn carrier_transform(carrier: Source) -> Transform {
    match carrier {
        Source::ModLfo | Source::VibLfo => BIPOLAR,
        _ => PLAIN,
    }
}

/// Nearest 16.16 number of so many of its steps.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a float to integer cast saturates, which is what is wanted"
)]
fn fixed(steps: f64) -> i32 {
    // The smallest number means a time of exactly 0 s.
    (libm::round(steps) as i32).max(i32::MIN + 1)
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
