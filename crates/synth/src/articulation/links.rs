//! Links: sums of connections that other connections listen to.
//!
//! A plain connection has one source and one control. What needs more, a depth of vibrato from two
//! controllers or a modulator of a modulator, is summed up in a link first. A link is made of what
//! a message or a note changes and of links of lower numbers, so one pass in their order settles
//! all of them.
//! Owner: the voice. Thread: render. Source: \[SF2\] modulators.

use dmus_dls::bank::{Connection, Destination, LINKS, Source};

use super::Inputs;
use super::compile::Pace;
use super::term::Term;

/// Sums by link, without a unit.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Links([f64; LINKS as usize]);

impl Links {
    /// Nothing is linked.
    pub(crate) const NONE: Self = Self([0.0; LINKS as usize]);

    /// The sum of one link; 0 where there is none.
    pub(crate) fn get(&self, number: u8) -> f64 {
        self.0.get(usize::from(number)).copied().unwrap_or(0.0)
    }

    /// Sums up.
    ///
    /// - `terms`: the lowest link first
    pub(super) fn settle<'t>(terms: impl Iterator<Item = &'t Term>, inputs: &Inputs<'_>) -> Self {
        let mut links = Self::NONE;
        for term in terms {
            let inputs = Inputs {
                links: &links,
                ..*inputs
            };
            let amount = inputs.contribution(term);
            if let Some(sum) = links.0.get_mut(usize::from(term.target)) {
                *sum += amount;
            }
        }
        links
    }
}

/// How often links can change.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paces([Pace; LINKS as usize]);

impl Paces {
    /// Looks through a list.
    pub(super) fn of(connections: &[Connection]) -> Self {
        let mut paces = Self([Pace::Note; LINKS as usize]);
        for number in 0..LINKS {
            let into = connections
                .iter()
                .filter(|connection| link_of(connection) == Some(number));
            let pace = into.map(|connection| paces.connection(connection)).max();
            if let (Some(pace), Some(slot)) = (pace, paces.0.get_mut(usize::from(number))) {
                *slot = pace;
            }
        }
        paces
    }

    /// How often a connection can change.
    pub(super) fn connection(&self, connection: &Connection) -> Pace {
        self.source(connection.source)
            .max(self.source(connection.control))
    }

    fn source(&self, source: Source) -> Pace {
        match source {
            Source::Link(number) => self
                .0
                .get(usize::from(number))
                .copied()
                .unwrap_or(Pace::Note),
            source => Pace::of(source),
        }
    }
}

/// The link that a connection may add to: not one made of an oscillator or an envelope, of itself
/// or of a higher one.
pub(super) fn link_of(connection: &Connection) -> Option<u8> {
    let Destination::Link(number) = connection.destination else {
        return None;
    };
    let is_settled = |source| match source {
        Source::Link(other) => other < number,
        source => Pace::of(source) < Pace::Tick,
    };
    let may = number < LINKS && is_settled(connection.source) && is_settled(connection.control);
    may.then_some(number)
}
