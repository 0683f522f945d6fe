//! From generators and modulators to connections: only what differs from the defaults.
//!
//! A plain modulator is a connection. What a connection cannot say goes through a link: a second
//! source on the depth of an oscillator or an envelope, a product without its sign, modulators of
//! modulators, and two curves of one source on one destination.
//! Source: \[SF2\] generators, modulators; \[DLS2\] connections.

use super::generators::{Settings, id};
use super::modulators::{Input, Modulator, PAN_CONTROL, WHEEL, WHEEL_RANGE};
use crate::bank::{Connection, Curve, Destination, Source, Transform};

mod generate;
mod route;
mod rows;

pub(super) use route::route;
use route::{BIPOLAR, PLAIN, Route};
use rows::{ONE, Product, Rows, WIDE, fixed};

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
    /// - `settings`: with all [constants](Modulation::add_constants)
    /// - `root`: key at which the wave sounds as recorded
    pub(super) fn new(settings: &Settings, modulation: &Modulation, root: u8) -> Self {
        let mut rows = modulation.rows.to_be_continued();
        rows.generate(settings, root);
        Self {
            skipped: rows.skipped,
            connections: rows.into_differences(),
        }
    }
}

/// What a list of modulators comes to, for all regions that it holds for.
#[derive(Debug, Clone)]
pub(super) struct Modulation {
    rows: Rows,
    /// Modulators without a source: a generator, and what is always added to it.
    constants: Vec<(u16, i32)>,
}

impl Modulation {
    /// Settles a list.
    pub(super) fn new(modulators: &[Modulator]) -> Self {
        let mut modulation = Self {
            rows: Rows::default(),
            constants: Vec::new(),
        };
        for modulator in modulators {
            match constant(modulator) {
                Some(amount) => modulation.constants.push((modulator.destination, amount)),
                None => modulation.rows.modulate(modulator),
            }
        }
        modulation
    }

    /// Adds what is always added.
    pub(super) fn add_constants(&self, settings: &mut Settings) {
        for (generator, amount) in &self.constants {
            settings.add_constant(*generator, *amount);
        }
    }
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
}

/// How an oscillator or an envelope is normalised.
const fn carrier_transform(carrier: Source) -> Transform {
    match carrier {
        Source::ModLfo | Source::VibLfo => BIPOLAR,
        _ => PLAIN,
    }
}
