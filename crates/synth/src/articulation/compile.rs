//! From a bank's list of connections to what runs: defaults filled in, terms sorted by how often
//! they can change.
//!
//! Thread: control. Source: \[DLS2\] default connections and how a file's replace them.

use dmus_dls::bank::{Connection, Destination, Dialect, Source, Transform};
use dmus_dls::defaults::{NO_FILTER, ZERO_TIME};

use super::links::{Paces, link_of};
use super::term::{Shelf, Term};
use super::{END_SOUND_CONTROLLER, FIRST_SOUND_CONTROLLER, Manner, NoteTarget, Sheet, TickTarget};

/// Most that one connection may add to a gain, dB; corrupt banks ask for thousands.
const MAX_GAIN_DB: f64 = 96.0;

/// A tuning from which a key scale is taken to pivot at key 0, cents.
const COMPENSATED_CENTS: f64 = 8000.0;

/// Where a destination is summed.
enum Target {
    Note(NoteTarget),
    Tick(TickTarget),
}

impl Sheet {
    /// Compiles the connections of one region; none if a bank has too many.
    ///
    /// - `dialect`: whose defaults and rules hold
    /// - `connections`: the list in force; each replaces the default of the same key
    /// - `shelf`: lists of other regions
    ///
    /// # Real-time
    /// Control. Not real-time: allocates.
    pub(crate) fn compile(
        dialect: Dialect,
        connections: &[Connection],
        shelf: &mut Shelf,
    ) -> Option<Self> {
        let effective = effective(shelf.implied(dialect), connections);
        let scale = |source, destination| {
            let key = (source, Source::None, destination);
            effective
                .binary_search_by_key(&key, Connection::key)
                .ok()
                .and_then(|index| effective.get(index))
                .map_or(0, |connection| connection.scale)
        };
        let has_filter = scale(Source::None, Destination::FilterCutoff) != NO_FILTER;
        let tuning_cents = f64::from(scale(Source::None, Destination::Pitch)) / 65_536.0;
        // Two rows are not sums: they say how key and volume envelope act at all.
        let cents_per_key =
            f64::from(scale(Source::KeyNumber, Destination::Pitch)) / (128.0 * 65_536.0);
        let eg1_depth = f64::from(scale(Source::Eg1, Destination::Gain)) / (96.0 * 655_360.0);

        let paces = Paces::of(&effective);
        let mut lists = Lists::default();
        let mut instant = 0;
        for connection in &effective {
            match target(connection.destination) {
                Some(Target::Note(target)) => {
                    if is_base_of_zero(connection) {
                        instant |= 1 << target as u32;
                    } else {
                        lists.note.extend(term(dialect, connection, target as u8));
                    }
                }
                Some(Target::Tick(target)) if !is_special(connection) => {
                    let of_filter = matches!(target, TickTarget::Cutoff | TickTarget::Resonance);
                    if has_filter || !of_filter {
                        let list = lists.at(paces.connection(connection));
                        list.extend(term(dialect, connection, target as u8));
                    }
                }
                _ => {}
            }
            if let Some(number) = link_of(connection) {
                lists.links.extend(term(dialect, connection, number));
            }
        }
        lists.links.sort_by_key(|term| term.target);
        let manner = Manner {
            dialect,
            links: shelf.list(&lists.links)?,
            channel: shelf.list(&lists.channel)?,
            moving: shelf.list(&lists.moving)?,
            moves: !lists.moving.is_empty(),
            has_filter,
            cents_per_key,
            pivots_at_zero: dialect == Dialect::Dls
                && (cents_per_key - 100.0).abs() > 1e-9
                && tuning_cents.abs() >= COMPENSATED_CENTS,
            eg1_depth: eg1_depth.clamp(0.0, 4.0),
            own_controllers: own_controllers(&effective),
            has_wheel_vibrato: effective.iter().any(is_wheel_vibrato),
        };
        Some(Self {
            note: shelf.list(&lists.note)?,
            fixed: shelf.list(&lists.fixed)?,
            instant,
            manner: shelf.manner(manner)?,
        })
    }
}

/// Defaults and a list in the order of their keys, of each key the last.
///
/// - `implied`: the defaults, in that order already
fn effective(implied: &[Connection], connections: &[Connection]) -> Vec<Connection> {
    let mut own = connections.to_vec();
    own.sort_by_key(Connection::key);
    let mut all: Vec<Connection> = Vec::with_capacity(implied.len() + own.len());
    let mut implied = implied.iter().peekable();
    for connection in own {
        let key = connection.key();
        while let Some(earlier) = implied.next_if(|it| it.key() <= key) {
            if earlier.key() < key {
                all.push(*earlier);
            }
        }
        match all.last_mut().filter(|last| last.key() == key) {
            Some(last) => *last = connection,
            None => all.push(connection),
        }
    }
    all.extend(implied);
    all
}

/// Terms by where they go, and by how often they can change.
#[derive(Default)]
struct Lists {
    links: Vec<Term>,
    note: Vec<Term>,
    fixed: Vec<Term>,
    channel: Vec<Term>,
    moving: Vec<Term>,
}

impl Lists {
    const fn at(&mut self, pace: Pace) -> &mut Vec<Term> {
        match pace {
            Pace::Note => &mut self.fixed,
            Pace::Channel => &mut self.channel,
            Pace::Tick => &mut self.moving,
        }
    }
}

/// How often a source can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pace {
    Note,
    Channel,
    Tick,
}

impl Pace {
    /// Of anything but a link, which is as quick as what it is made of.
    pub(super) const fn of(source: Source) -> Self {
        match source {
            Source::None | Source::Velocity | Source::KeyNumber | Source::Link(_) => Self::Note,
            Source::ModLfo | Source::VibLfo | Source::Eg1 | Source::Eg2 => Self::Tick,
            Source::PitchWheel
            | Source::PolyPressure
            | Source::ChannelPressure
            | Source::Controller(_)
            | Source::Rpn0
            | Source::Rpn1
            | Source::Rpn2 => Self::Channel,
        }
    }
}

/// Whether a connection is the depth of a vibrato by controller 1.
fn is_wheel_vibrato(connection: &Connection) -> bool {
    let wheel = Source::Controller(1);
    let oscillates = |source| matches!(source, Source::ModLfo | Source::VibLfo);
    connection.scale != 0
        && connection.destination == Destination::Pitch
        && oscillates(connection.source)
        && connection.control == wheel
}

/// Sound controllers that some connection listens to, one bit each.
fn own_controllers(connections: &[Connection]) -> u16 {
    let bit = |source| match source {
        Source::Controller(number @ FIRST_SOUND_CONTROLLER..END_SOUND_CONTROLLER) => {
            1 << (number - FIRST_SOUND_CONTROLLER)
        }
        _ => 0,
    };
    connections
        .iter()
        .filter(|connection| connection.scale != 0)
        .fold(0, |bits, connection| {
            bits | bit(connection.source) | bit(connection.control)
        })
}

/// The rows that are not sums.
fn is_special(connection: &Connection) -> bool {
    connection.control == Source::None
        && matches!(
            (connection.source, connection.destination),
            (Source::KeyNumber, Destination::Pitch) | (Source::Eg1, Destination::Gain)
        )
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
            | Destination::SampleStart
    )
}

const fn target(destination: Destination) -> Option<Target> {
    Some(match destination {
        // The key generator belongs to the instrument, not to a region; a link is summed apart.
        Destination::None | Destination::KeyNumber | Destination::Link(_) => return None,
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
        Destination::SampleStart => Target::Note(NoteTarget::SampleStart),
    })
}

/// A scale in the destination's natural unit: dB, cents, time cents, frames or a fraction.
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
        Destination::SampleStart => scale,
        _ => scale / 65_536.0,
    }
}

/// The term of a connection, unless it adds nothing.
fn term(dialect: Dialect, connection: &Connection, target: u8) -> Option<Term> {
    if connection.scale == 0 {
        return None;
    }
    // In DLS key and velocity scale a time from its base up; converters set the bipolar bit there
    // by mistake, with an amount that was computed without it.
    let scales_time = dialect == Dialect::Dls
        && is_time(connection.destination)
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
        is_wheel_vibrato: is_wheel_vibrato(connection),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::articulation::curves::CurveTables;
    use crate::articulation::{Articulation, Inputs, Links, Signals, Strike};
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

    /// Has a list asked what it comes to.
    fn compiled<T>(list: &[Connection], ask: impl Fn(Articulation<'_>) -> T) -> T {
        let mut shelf = Shelf::default();
        let sheet = Sheet::compile(Dialect::Dls, list, &mut shelf).unwrap();
        let terms = shelf.into_terms();
        ask(Articulation::of(&sheet, &terms).unwrap())
    }

    fn sums(list: &[Connection], strike: Strike) -> (f64, f64) {
        compiled(list, |articulation| sums_of(articulation, strike))
    }

    fn sums_of(articulation: Articulation<'_>, strike: Strike) -> (f64, f64) {
        let tables = CurveTables::new();
        let controls = Controls::power_on();
        let inputs = Inputs {
            tables: &tables,
            controls: &controls,
            strike,
            links: &Links::NONE,
            signals: Signals::default(),
            pressure: None,
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
        let (soft_db, _) = sums(&[], strike);
        let level = connection(Source::Velocity, Source::None, Destination::Gain, 0);
        let (flat_db, _) = sums(&[level], strike);
        // Controller 7 stands at 100 at power-on: -4.152 dB.
        assert!((soft_db + 44.152 + 4.152).abs() < 0.002, "{soft_db}");
        assert!((flat_db + 4.152).abs() < 0.002, "{flat_db}");
    }

    #[test]
    fn the_last_of_two_equal_keys_wins() {
        let first = connection(Source::None, Source::None, Destination::Pitch, 65_536);
        let second = connection(Source::None, Source::None, Destination::Pitch, 5 * 65_536);
        let (_, cents) = sums(&[first, second], Strike::default());
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
        assert!(!compiled(&[sweep], |articulation| articulation.has_filter()));
        assert!(!compiled(&[sweep], |articulation| articulation.may_move()));
    }

    #[test]
    fn a_key_scale_pivots_at_the_unity_note_unless_compensated() {
        let half = connection(
            Source::KeyNumber,
            Source::None,
            Destination::Pitch,
            6400 * 65_536,
        );
        let cents = |list: &[Connection]| compiled(list, |it| it.key_pitch(81.0, 69));
        assert!((cents(&[half]) - 600.0).abs() < 1e-9);
        let tuning = connection(
            Source::None,
            Source::None,
            Destination::Pitch,
            9000 * 65_536,
        );
        assert!((cents(&[half, tuning]) - (4050.0 - 6900.0)).abs() < 1e-9);
    }
}
