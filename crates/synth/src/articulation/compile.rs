//! From a bank's list of connections to what runs: defaults filled in, terms sorted by how often
//! they can change.
//!
//! Thread: control. Source: \[DLS2\] default connections and how a file's replace them.

use std::collections::BTreeMap;

use dmus_dls::bank::{Connection, ConnectionKey, Destination, Dialect, Source, Transform};
use dmus_dls::defaults::{self, NO_FILTER, ZERO_TIME};

use super::{Articulation, NoteTarget, Term, TickTarget};

/// Most that one connection may add to a gain, dB; corrupt banks ask for thousands.
const MAX_GAIN_DB: f64 = 96.0;

/// A tuning from which a key scale is taken to pivot at key 0, cents.
const COMPENSATED_CENTS: f64 = 8000.0;

/// Where a destination is summed.
enum Target {
    Note(NoteTarget),
    Tick(TickTarget),
}

impl Articulation {
    /// Compiles the connections of one region.
    ///
    /// - `dialect`: whose defaults hold
    /// - `connections`: the list in force; each replaces the default of the same key
    ///
    /// # Real-time
    /// Control. Not real-time: allocates.
    pub(crate) fn compile(dialect: Dialect, connections: &[Connection]) -> Self {
        let mut effective: BTreeMap<ConnectionKey, Connection> = defaults::of(dialect)
            .iter()
            .map(|c| (c.key(), *c))
            .collect();
        effective.extend(connections.iter().map(|c| (c.key(), *c)));

        let base = |destination| {
            effective
                .get(&(Source::None, Source::None, destination))
                .map_or(0, |c| c.scale)
        };
        let has_filter = base(Destination::FilterCutoff) != NO_FILTER;
        let tuning_cents = f64::from(base(Destination::Pitch)) / 65_536.0;
        // Two rows are not sums: they say how key and volume envelope act at all.
        let cents_per_key =
            scale_of(&effective, Source::KeyNumber, Destination::Pitch) / (128.0 * 65_536.0);
        let eg1_depth = scale_of(&effective, Source::Eg1, Destination::Gain) / (96.0 * 655_360.0);

        let mut lists = Lists::default();
        let mut instant = 0;
        for connection in effective.values() {
            match target(connection.destination) {
                Some(Target::Note(target)) => {
                    if is_base_of_zero(connection) {
                        instant |= 1 << target as u32;
                    } else {
                        lists.note.extend(term(connection, target as u8));
                    }
                }
                Some(Target::Tick(target)) if !is_special(connection) => {
                    let of_filter = matches!(target, TickTarget::Cutoff | TickTarget::Resonance);
                    if has_filter || !of_filter {
                        lists.tick(connection, target);
                    }
                }
                _ => {}
            }
        }
        Self {
            note: lists.note.into_boxed_slice(),
            fixed: lists.fixed.into_boxed_slice(),
            channel: lists.channel.into_boxed_slice(),
            moving: lists.moving.into_boxed_slice(),
            instant,
            has_filter,
            cents_per_key,
            pivots_at_zero: (cents_per_key - 100.0).abs() > 1e-9
                && tuning_cents.abs() >= COMPENSATED_CENTS,
            eg1_depth: eg1_depth.clamp(0.0, 4.0),
        }
    }
}

/// Terms by how often they can change.
#[derive(Default)]
struct Lists {
    note: Vec<Term>,
    fixed: Vec<Term>,
    channel: Vec<Term>,
    moving: Vec<Term>,
}

impl Lists {
    fn tick(&mut self, connection: &Connection, target: TickTarget) {
        let pace = pace(connection.source).max(pace(connection.control));
        let list = match pace {
            Pace::Note => &mut self.fixed,
            Pace::Channel => &mut self.channel,
            Pace::Tick => &mut self.moving,
        };
        list.extend(term(connection, target as u8));
    }
}

/// How often a source can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Pace {
    Note,
    Channel,
    Tick,
}

const fn pace(source: Source) -> Pace {
    match source {
        Source::None | Source::Velocity | Source::KeyNumber => Pace::Note,
        Source::ModLfo | Source::VibLfo | Source::Eg1 | Source::Eg2 => Pace::Tick,
        Source::PitchWheel
        | Source::PolyPressure
        | Source::ChannelPressure
        | Source::Controller(_)
        | Source::Rpn0
        | Source::Rpn1
        | Source::Rpn2
        | Source::Link(_) => Pace::Channel,
    }
}

/// The rows that are not sums.
fn is_special(connection: &Connection) -> bool {
    connection.control == Source::None
        && matches!(
            (connection.source, connection.destination),
            (Source::KeyNumber, Destination::Pitch) | (Source::Eg1, Destination::Gain)
        )
}

fn scale_of(
    effective: &BTreeMap<ConnectionKey, Connection>,
    source: Source,
    destination: Destination,
) -> f64 {
    effective
        .get(&(source, Source::None, destination))
        .map_or(0.0, |c| f64::from(c.scale))
}

/// A time of exactly 0 s, which nothing can change.
fn is_base_of_zero(connection: &Connection) -> bool {
    connection.source == Source::None
        && connection.control == Source::None
        && connection.scale == ZERO_TIME
        && is_time(connection.destination)
}

const fn is_time(destination: Destination) -> bool {
    !matches!(
        destination,
        Destination::ModLfoFrequency
            | Destination::VibLfoFrequency
            | Destination::Eg1Sustain
            | Destination::Eg2Sustain
    )
}

const fn target(destination: Destination) -> Option<Target> {
    Some(match destination {
        // The key generator belongs to the instrument, not to a region.
        Destination::None
        | Destination::KeyNumber
        | Destination::SampleStart
        | Destination::Link(_) => return None,
        Destination::Gain => Target::Tick(TickTarget::Gain),
        Destination::Pitch => Target::Tick(TickTarget::Pitch),
        Destination::Pan => Target::Tick(TickTarget::Pan),
        Destination::Chorus => Target::Tick(TickTarget::Chorus),
        Destination::Reverb => Target::Tick(TickTarget::Reverb),
        Destination::FilterCutoff => Target::Tick(TickTarget::Cutoff),
        Destination::FilterQ => Target::Tick(TickTarget::Resonance),
        Destination::ModLfoFrequency => Target::Note(NoteTarget::ModLfoFrequency),
        Destination::ModLfoDelay => Target::Note(NoteTarget::ModLfoDelay),
        Destination::VibLfoFrequency => Target::Note(NoteTarget::VibLfoFrequency),
        Destination::VibLfoDelay => Target::Note(NoteTarget::VibLfoDelay),
        Destination::Eg1Delay => Target::Note(NoteTarget::Eg1Delay),
        Destination::Eg1Attack => Target::Note(NoteTarget::Eg1Attack),
        Destination::Eg1Hold => Target::Note(NoteTarget::Eg1Hold),
        Destination::Eg1Decay => Target::Note(NoteTarget::Eg1Decay),
        Destination::Eg1Sustain => Target::Note(NoteTarget::Eg1Sustain),
        Destination::Eg1Release => Target::Note(NoteTarget::Eg1Release),
        Destination::Eg1Shutdown => Target::Note(NoteTarget::Eg1Shutdown),
        Destination::Eg2Delay => Target::Note(NoteTarget::Eg2Delay),
        Destination::Eg2Attack => Target::Note(NoteTarget::Eg2Attack),
        Destination::Eg2Hold => Target::Note(NoteTarget::Eg2Hold),
        Destination::Eg2Decay => Target::Note(NoteTarget::Eg2Decay),
        Destination::Eg2Sustain => Target::Note(NoteTarget::Eg2Sustain),
        Destination::Eg2Release => Target::Note(NoteTarget::Eg2Release),
    })
}

/// A scale in the destination's natural unit: dB, cents, time cents or a fraction.
fn amount(destination: Destination, scale: i32) -> f64 {
    let scale = f64::from(scale);
    match destination {
        Destination::Gain => (scale / 655_360.0).clamp(-MAX_GAIN_DB, MAX_GAIN_DB),
        Destination::FilterQ => scale / 655_360.0,
        Destination::Pan
        | Destination::Chorus
        | Destination::Reverb
        | Destination::Eg1Sustain
        | Destination::Eg2Sustain => scale / 65_536_000.0,
        _ => scale / 65_536.0,
    }
}

/// The term of a connection, unless it adds nothing.
fn term(connection: &Connection, target: u8) -> Option<Term> {
    if connection.scale == 0 {
        return None;
    }
    // Key and velocity scale a time from its base up; converters set the bipolar bit there by
    // mistake, with an amount that was computed without it.
    let scales_time = is_time(connection.destination)
        && matches!(self::target(connection.destination), Some(Target::Note(_)))
        && matches!(connection.source, Source::Velocity | Source::KeyNumber);
    let source_transform = if scales_time {
        Transform {
            bipolar: false,
            ..connection.source_transform
        }
    } else {
        connection.source_transform
    };
    Some(Term {
        source: connection.source,
        source_transform,
        control: connection.control,
        control_transform: connection.control_transform,
        output_curve: connection.output_curve,
        target,
        amount: amount(connection.destination, connection.scale),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::articulation::curves::CurveTables;
    use crate::articulation::{Inputs, Signals, Strike};
    use crate::channel::controllers::Controls;

    fn connection(
        source: Source,
        control: Source,
        destination: Destination,
        scale: i32,
    ) -> Connection {
        Connection {
            source,
            source_transform: Transform::default(),
            control,
            control_transform: Transform::default(),
            destination,
            output_curve: dmus_dls::bank::Curve::Linear,
            scale,
        }
    }

    fn sums(articulation: &Articulation, strike: Strike) -> (f64, f64) {
        let tables = CurveTables::new();
        let controls = Controls::power_on();
        let inputs = Inputs {
            tables: &tables,
            controls: &controls,
            strike,
            signals: Signals::default(),
        };
        let all = articulation
            .fixed(&inputs)
            .plus(&articulation.channel(&inputs));
        (all.get(TickTarget::Gain), all.get(TickTarget::Pitch))
    }

    #[test]
    fn a_connection_replaces_the_default_of_its_key() {
        let strike = Strike {
            note: 60,
            key: 60.0,
            velocity: 10,
        };
        let untouched = Articulation::compile(Dialect::Dls, &[]);
        let (soft_db, _) = sums(&untouched, strike);
        let level = connection(Source::Velocity, Source::None, Destination::Gain, 0);
        let (flat_db, _) = sums(&Articulation::compile(Dialect::Dls, &[level]), strike);
        // Controller 7 stands at 100 at power-on: -4.152 dB.
        assert!((soft_db + 44.152 + 4.152).abs() < 0.002, "{soft_db}");
        assert!((flat_db + 4.152).abs() < 0.002, "{flat_db}");
    }

    #[test]
    fn the_last_of_two_equal_keys_wins() {
        let first = connection(Source::None, Source::None, Destination::Pitch, 65_536);
        let second = connection(Source::None, Source::None, Destination::Pitch, 5 * 65_536);
        let (_, cents) = sums(
            &Articulation::compile(Dialect::Dls, &[first, second]),
            Strike::default(),
        );
        assert!((cents - 5.0).abs() < 1e-9);
    }

    #[test]
    fn without_a_cutoff_there_is_no_filter_term() {
        let sweep = connection(
            Source::Eg2,
            Source::None,
            Destination::FilterCutoff,
            1200 * 65_536,
        );
        let articulation = Articulation::compile(Dialect::Dls, &[sweep]);
        assert!(!articulation.has_filter());
        assert!(!articulation.moves());
    }

    #[test]
    fn a_key_scale_pivots_at_the_unity_note_unless_compensated() {
        let half = connection(
            Source::KeyNumber,
            Source::None,
            Destination::Pitch,
            6400 * 65_536,
        );
        let plain = Articulation::compile(Dialect::Dls, &[half]);
        assert!((plain.key_pitch(81.0, 69) - 600.0).abs() < 1e-9);
        let tuning = connection(
            Source::None,
            Source::None,
            Destination::Pitch,
            9000 * 65_536,
        );
        let literal = Articulation::compile(Dialect::Dls, &[half, tuning]);
        assert!((literal.key_pitch(81.0, 69) - (4050.0 - 6900.0)).abs() < 1e-9);
    }
}
