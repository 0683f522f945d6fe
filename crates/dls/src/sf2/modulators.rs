//! Modulators: what a zone's records say, and how the lists of several zones become one.
//!
//! In: records. Out: modulators of generators, each with those that are linked to it.
//! A modulator is the same as another when sources, destination and transform are: then an
//! instrument's replaces it and a preset's adds its amount.
//! Source: \[SF2\] modulators.

use super::generators::id;
use super::hydra::MODULATOR;
use crate::bank::{Curve, Source, Transform};
use crate::limits;
use crate::riff::Fields;

mod faults;

pub(super) use faults::{Faults, Tally};

/// Destination: another modulator of the zone, by the number in the other bits.
const LINK: u16 = 0x8000;
/// Source: what is linked to this modulator.
const LINKED: u16 = 127;
/// Links that follow each other, at most; each needs one of the model's.
const DEPTH: u8 = crate::bank::LINKS;

/// One modulator, its sources known to have a meaning.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Modulator {
    /// As in the file.
    source: u16,
    /// As in the file.
    amount_source: u16,
    /// A generator, or a modulator with [`LINK`] set.
    pub(super) destination: u16,
    /// Takes the sign off the product.
    pub(super) absolute: bool,
    /// In the generator's unit; sums of a preset's and an instrument's may leave 16 bits.
    pub(super) amount: i32,
    /// What is linked to it, if its source is a link.
    pub(super) feeders: Vec<Self>,
}

/// What a source operator means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Input {
    /// A controller of the model, or the constant 1.
    Control(Source, Transform),
    /// Whatever is linked to the modulator.
    Link(Transform),
}

impl Modulator {
    /// A modulator of a generator.
    const fn of(source: u16, amount_source: u16, destination: u16, amount: i32) -> Self {
        Self {
            source,
            amount_source,
            destination,
            absolute: false,
            amount,
            feeders: Vec::new(),
        }
    }

    /// First source.
    pub(super) fn source(&self) -> Option<Input> {
        input(self.source)
    }

    /// Second source, which is never a link.
    pub(super) fn amount_source(&self) -> Option<Input> {
        input(self.amount_source)
    }

    /// Sources, destination and transform.
    fn identity(&self) -> (u16, u16, u16, bool) {
        (
            self.source,
            self.amount_source,
            self.destination,
            self.absolute,
        )
    }

    /// Whether this is the default modulator of a generator, whatever its amount.
    pub(super) fn is_default(&self, source: u16, amount_source: u16, destination: u16) -> bool {
        self.identity() == (source, amount_source, destination, false)
    }
}

/// Pitch wheel, bipolar.
pub(super) const WHEEL: u16 = 0x020E;
/// Range of the pitch wheel.
pub(super) const WHEEL_RANGE: u16 = 0x0010;
/// Controller 10, bipolar.
pub(super) const PAN_CONTROL: u16 = 0x028A;

/// The default modulators but for velocity to filter cutoff, which players agree to leave out.
///
/// # Source
/// \[SF2\] default modulators. Of the amounts for pan, 500 reaches both ends and is meant.
pub(super) fn defaults() -> Vec<Modulator> {
    [
        Modulator::of(0x0502, 0, id::ATTENUATION, 960),
        Modulator::of(0x000D, 0, id::VIB_LFO_TO_PITCH, 50),
        Modulator::of(0x0081, 0, id::VIB_LFO_TO_PITCH, 50),
        Modulator::of(0x0587, 0, id::ATTENUATION, 960),
        Modulator::of(PAN_CONTROL, 0, id::PAN, 500),
        Modulator::of(0x058B, 0, id::ATTENUATION, 960),
        Modulator::of(0x00DB, 0, id::REVERB, 200),
        Modulator::of(0x00DD, 0, id::CHORUS, 200),
        Modulator::of(WHEEL, WHEEL_RANGE, id::FINE_TUNE, 12_700),
    ]
    .into()
}

/// Lets every modulator of `zone` replace the same one in `list`.
pub(super) fn replace(list: &mut Vec<Modulator>, zone: Vec<Modulator>) {
    merge(list, zone, |mine, other| *mine = other);
}

/// Adds every modulator of `zone` to the same one in `list`; what is linked stays by itself.
pub(super) fn add(list: &mut Vec<Modulator>, zone: Vec<Modulator>) {
    let (linked, plain): (Vec<_>, Vec<_>) = zone
        .into_iter()
        .partition(|modulator| !modulator.feeders.is_empty());
    merge(list, plain, |mine, other| {
        mine.amount = mine.amount.saturating_add(other.amount);
    });
    list.extend(linked);
}

fn merge(
    list: &mut Vec<Modulator>,
    zone: Vec<Modulator>,
    same: impl Fn(&mut Modulator, Modulator),
) {
    for other in zone {
        let identity = other.identity();
        match list.iter_mut().find(|mine| mine.identity() == identity) {
            Some(mine) => same(mine, other),
            None => list.push(other),
        }
    }
}

/// The modulators of one zone.
#[derive(Debug, Default)]
pub(super) struct Zone {
    /// Those of generators.
    pub(super) modulators: Vec<Modulator>,
    /// What was wrong with the others.
    pub(super) faults: Faults,
}

impl Zone {
    /// Reads the records of a zone.
    pub(super) fn read(records: &[[u8; MODULATOR]]) -> Self {
        let mut faults = Faults::default();
        if records.len() > limits::MODULATORS {
            faults.over_limit = true;
        }
        // Links count the records, so that those without a meaning keep their place.
        let all: Vec<Option<Modulator>> = records
            .iter()
            .take(limits::MODULATORS)
            .map(|record| read(Fields(record), &mut faults))
            .collect();
        let mut linked = 0;
        let mut modulators: Vec<Modulator> = Vec::new();
        for (index, modulator) in (0..).zip(&all) {
            let Some(modulator) = modulator else { continue };
            if modulator.destination & LINK != 0 {
                linked += 1;
                continue;
            }
            let mut modulator = modulator.clone();
            attach(&mut modulator, index, &all, DEPTH, &mut linked);
            let identity = modulator.identity();
            match modulators
                .iter_mut()
                .find(|mine| mine.identity() == identity)
            {
                Some(mine) => {
                    faults.twice += 1;
                    *mine = modulator;
                }
                None => modulators.push(modulator),
            }
        }
        faults.unheard = usize::try_from(linked).unwrap_or(0);
        Self { modulators, faults }
    }
}

/// Attaches what is linked to a modulator; `linked` counts down what has found its place.
fn attach(
    modulator: &mut Modulator,
    index: u16,
    all: &[Option<Modulator>],
    depth: u8,
    linked: &mut i64,
) {
    if !matches!(modulator.source(), Some(Input::Link(_))) || depth == 0 {
        return;
    }
    for (number, feeder) in (0..).zip(all) {
        let Some(feeder) = feeder.as_ref().filter(|it| it.destination == LINK | index) else {
            continue;
        };
        let mut feeder = feeder.clone();
        *linked -= 1;
        attach(&mut feeder, number, all, depth - 1, linked);
        modulator.feeders.push(feeder);
    }
}

/// A record, if all of it has a meaning.
fn read(record: Fields<'_>, faults: &mut Faults) -> Option<Modulator> {
    let modulator = Modulator {
        source: record.u16(0)?,
        destination: record.u16(2)?,
        amount: record.i16(4)?.into(),
        amount_source: record.u16(6)?,
        absolute: record.u16(8)? == ABSOLUTE,
        feeders: Vec::new(),
    };
    let transform = record.u16(8)?;
    if modulator.source().is_none() {
        faults.sources.count(modulator.source);
    } else if !matches!(modulator.amount_source(), Some(Input::Control(..))) {
        faults.sources.count(modulator.amount_source);
    } else if !matches!(transform, LINEAR | ABSOLUTE) {
        faults.transforms.count(transform);
    } else if modulator.destination & LINK == 0 && !can_be_modulated(modulator.destination) {
        // A record of zeros is how editors switch one off.
        if record.0.iter().any(|byte| *byte != 0) {
            faults.destinations.count(modulator.destination);
        }
    } else {
        return Some(modulator);
    }
    None
}

/// Transform: as it is.
const LINEAR: u16 = 0;
/// Transform: without its sign.
const ABSOLUTE: u16 = 2;

/// Whether the model has room for a modulator of a generator.
///
/// Ranges, indices, keys and modes are no sums. Of the addresses only the start can move; that of a
/// loop is the wave's.
fn can_be_modulated(generator: u16) -> bool {
    super::articulation::route(generator).is_some()
}

/// The meaning of a source operator; nothing if there is none.
///
/// # Source
/// \[SF2\] modulator source enumerators.
fn input(word: u16) -> Option<Input> {
    let curve = match word >> 10 {
        0 => Curve::Linear,
        1 => Curve::Concave,
        2 => Curve::Convex,
        3 => Curve::Switch,
        _ => return None,
    };
    let transform = Transform {
        curve,
        bipolar: word & 0x200 != 0,
        invert: word & 0x100 != 0,
    };
    let [index, _] = (word & 0x7F).to_le_bytes();
    let source = if word & 0x80 != 0 {
        match index {
            0 | 6 | 32..=63 | 98..=101 | 120..=127 => return None,
            _ => Source::Controller(index),
        }
    } else {
        match word & 0x7F {
            // Always 1, whatever the other bits say.
            0 => return Some(Input::Control(Source::None, Transform::default())),
            2 => Source::Velocity,
            3 => Source::KeyNumber,
            10 => Source::PolyPressure,
            13 => Source::ChannelPressure,
            14 => Source::PitchWheel,
            16 => Source::Rpn0,
            // What is linked is a number already: it has no curve.
            LINKED if curve == Curve::Linear => return Some(Input::Link(transform)),
            _ => return None,
        }
    };
    Some(Input::Control(source, transform))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(numbers: [u16; 5]) -> [u8; MODULATOR] {
        let mut bytes = [0; MODULATOR];
        for (place, number) in bytes.chunks_exact_mut(2).zip(numbers) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        bytes
    }

    #[test]
    fn source_operator_has_index_palette_direction_polarity_and_type() {
        let concave = Transform {
            curve: Curve::Concave,
            bipolar: false,
            invert: true,
        };
        assert_eq!(
            input(0x0502),
            Some(Input::Control(Source::Velocity, concave))
        );
        let volume = Source::Controller(7);
        assert_eq!(input(0x0587), Some(Input::Control(volume, concave)));
        let bipolar = Transform {
            bipolar: true,
            ..Transform::default()
        };
        assert_eq!(
            input(0x020E),
            Some(Input::Control(Source::PitchWheel, bipolar))
        );
        assert_eq!(
            input(0x0010),
            Some(Input::Control(Source::Rpn0, Transform::default()))
        );
    }

    #[test]
    fn no_controller_is_one_whatever_the_other_bits_say() {
        let one = Some(Input::Control(Source::None, Transform::default()));
        assert_eq!(input(0), one);
        assert_eq!(input(0x0300), one);
    }

    #[test]
    fn sources_without_a_meaning_are_none() {
        for word in [0x0001, 0x0004, 0x0011, 0x007E, 0x1002, 0xFC02, 0x047F] {
            assert_eq!(input(word), None, "{word:#06x}");
        }
        for controller in [0, 6, 32, 38, 63, 98, 101, 120, 127] {
            assert_eq!(input(0x80 | controller), None, "{controller}");
        }
        for controller in [1, 5, 7, 31, 64, 97, 102, 119] {
            assert!(input(0x80 | controller).is_some(), "{controller}");
        }
    }

    #[test]
    fn linked_modulators_hang_below_the_one_that_listens() {
        let zone = Zone::read(&[
            record([LINKED, id::FINE_TUNE, 100, 0, 0]),
            record([0x0081, LINK, 127, 0, 0]),
            record([LINKED, LINK, 64, 0, 0]),
            record([0x0082, LINK | 2, 127, 0, 0]),
        ]);
        assert_eq!(zone.modulators.len(), 1);
        let feeders = &zone.modulators[0].feeders;
        assert_eq!(feeders.len(), 2);
        assert_eq!(feeders[1].feeders.len(), 1);
        assert_eq!(zone.faults.unheard, 0);
    }

    #[test]
    fn links_in_a_ring_or_to_nobody_are_counted() {
        let zone = Zone::read(&[
            record([LINKED, LINK | 1, 1, 0, 0]),
            record([LINKED, LINK, 1, 0, 0]),
            record([0x0081, LINK | 3, 1, 0, 0]),
            record([0x0081, id::FINE_TUNE, 1, 0, 0]),
            record([0x0081, LINK | 99, 1, 0, 0]),
        ]);
        assert_eq!(zone.modulators.len(), 1);
        assert_eq!(zone.faults.unheard, 4);
    }

    #[test]
    fn the_last_of_two_equal_ones_counts() {
        let zone = Zone::read(&[
            record([0x0081, id::FINE_TUNE, 1, 0, 0]),
            record([0x0081, id::FINE_TUNE, 2, 0, 0]),
            record([0x0081, id::FINE_TUNE, 3, 0, ABSOLUTE]),
        ]);
        let amounts: Vec<i32> = zone.modulators.iter().map(|it| it.amount).collect();
        assert_eq!(amounts, [2, 3]);
        assert_eq!(zone.faults.twice, 1);
    }
}
