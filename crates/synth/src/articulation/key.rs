//! The key generator: which key of an instrument a MIDI note plays.
//!
//! By default the note itself, moved by the channel's coarse tuning. It is the instrument's, not
//! a region's, because it is what selects the region.
//! Source: \[DLS2\] key number generator.

use std::collections::BTreeMap;

use dmus_dls::bank::{Connection, ConnectionKey, Curve, Destination, Source, Transform};

use super::Inputs;
use super::term::Term;

/// What an instrument does to keys.
#[derive(Debug)]
pub(crate) struct KeyGenerator {
    /// Into cents; one target.
    terms: Box<[Term]>,
}

const fn row(source: Source, bipolar: bool, cents: i32) -> Connection {
    Connection {
        source,
        source_transform: Transform {
            curve: Curve::Linear,
            bipolar,
            invert: false,
        },
        control: Source::None,
        control_transform: Transform {
            curve: Curve::Linear,
            bipolar: false,
            invert: false,
        },
        destination: Destination::KeyNumber,
        output_curve: Curve::Linear,
        scale: cents * 65_536,
    }
}

/// 100 cents a key, and 100 cents a semitone of coarse tuning.
const DEFAULTS: [Connection; 2] = [
    row(Source::KeyNumber, false, 12_800),
    row(Source::Rpn2, true, 6400),
];

impl KeyGenerator {
    /// Compiles the instrument's own list.
    ///
    /// # Real-time
    /// Control. Not real-time: allocates.
    pub(crate) fn compile(connections: &[Connection]) -> Self {
        let mut effective: BTreeMap<ConnectionKey, Connection> =
            DEFAULTS.iter().map(|c| (c.key(), *c)).collect();
        effective.extend(
            connections
                .iter()
                .filter(|c| c.destination == Destination::KeyNumber)
                .map(|c| (c.key(), *c)),
        );
        let terms = effective
            .values()
            .filter(|c| c.scale != 0)
            .map(|c| Term {
                source: c.source,
                source_transform: c.source_transform,
                control: c.control,
                control_transform: c.control_transform,
                output_curve: c.output_curve,
                target: 0,
                amount: f64::from(c.scale) / 65_536.0,
                is_wheel_vibrato: false,
            })
            .collect();
        Self { terms }
    }

    /// Key of a note, `0.0..=127.0`.
    ///
    /// - `inputs`: with the MIDI note as key
    /// - `drums`: coarse tuning does not move drums
    pub(crate) fn key(&self, inputs: &Inputs<'_>, drums: bool) -> f64 {
        let cents: f64 = self
            .terms
            .iter()
            .filter(|term| !drums || term.source != Source::Rpn2)
            .map(|term| inputs.contribution(term))
            .sum();
        (cents / 100.0).clamp(0.0, 127.0)
    }
}
