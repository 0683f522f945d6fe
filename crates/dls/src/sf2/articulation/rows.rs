//! Connections as they are made: no key twice, links numbered in the order they are settled.
//!
//! Source: \[DLS2\] connections; the links are this model's own.

use super::route::PLAIN;
use crate::bank::{Connection, Curve, Destination, Dialect, LINKS, Source, Transform};
use crate::defaults;

/// Steps of a 16.16 number in one unit.
pub(super) const ONE: f64 = 65_536.0;
/// Most of one unit that a connection can hold.
const WIDEST: f64 = 32_767.0;
/// What a link is made larger by where a connection would be too wide.
pub(super) const WIDE: f64 = 256.0;

/// Two sources that are multiplied.
#[derive(Debug, Clone, Copy)]
pub(super) struct Product {
    pub(super) source: (Source, Transform),
    pub(super) control: (Source, Transform),
    pub(super) curve: Curve,
}

impl Product {
    pub(super) const fn of(source: Source) -> Self {
        Self {
            source: (source, PLAIN),
            control: (Source::None, PLAIN),
            curve: Curve::Linear,
        }
    }

    pub(super) const fn to(self, destination: Destination, scale: i32) -> Connection {
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
#[derive(Debug, Clone, Default)]
pub(super) struct Rows {
    pub(super) rows: Vec<Connection>,
    links: u8,
    /// A link that is always [`WIDE`].
    wide: Option<u8>,
    /// Modulators that found no link.
    pub(super) skipped: usize,
}

/// Connections of most regions, before those that say nothing new are left out.
const USUAL: usize = 32;

impl Rows {
    /// The same with room for more.
    pub(super) fn to_be_continued(&self) -> Self {
        let mut rows = Vec::with_capacity(self.rows.len().max(USUAL));
        rows.extend_from_slice(&self.rows);
        Self { rows, ..*self }
    }

    /// A new link that is the sum of products, each with its factor.
    pub(super) fn link(&mut self, terms: &[(Product, f64)]) -> Option<u8> {
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

    /// Adds a connection: to one that is the same, and by a link where another has its key.
    pub(super) fn add(&mut self, connection: Connection) -> Option<()> {
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
    pub(super) fn has_room(&mut self, connection: &Connection) -> bool {
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

    pub(super) fn row(&mut self, connection: &Connection) -> Option<&mut Connection> {
        self.rows
            .iter_mut()
            .find(|row| row.key() == connection.key())
    }

    /// Whether anything but a generator moves a destination.
    pub(super) fn moves(&self, destination: Destination) -> bool {
        self.rows.iter().any(|row| row.destination == destination)
    }

    /// A constant that differs from the default.
    pub(super) fn base(&mut self, destination: Destination, units: f64) {
        let scale = fixed(units * ONE);
        let row = Product::of(Source::None).to(destination, scale);
        self.rows.push(row);
    }

    /// A constant that may be too large for one connection.
    pub(super) fn base_row(&mut self, destination: Destination, units: f64) {
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
    pub(super) fn wide(&mut self, product: Product, destination: Destination, units: f64) {
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
    pub(super) fn wide_link(&mut self) -> Option<u8> {
        if self.wide.is_none() {
            self.wide = self.link(&[(Product::of(Source::None), WIDE)]);
        }
        self.wide
    }

    /// What the defaults do not say; a default that no modulator says is switched off.
    pub(super) fn into_differences(mut self) -> Vec<Connection> {
        for default in defaults::of(Dialect::SoundFont) {
            // The destination first: it tells most apart.
            let at = self.rows.iter().position(|row| {
                row.destination == default.destination && row.key() == default.key()
            });
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

/// Nearest 16.16 number of so many of its steps.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a float to integer cast saturates, which is what is wanted"
)]
pub(super) fn fixed(steps: f64) -> i32 {
    // The smallest number means a time of exactly 0 s.
    (libm::round(steps) as i32).max(i32::MIN + 1)
}
