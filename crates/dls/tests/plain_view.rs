//! What a reader of plain DLS gets of a bank that says more.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::collections::BTreeMap;

use dmus_dls::bank::{
    Bank, Connection, ConnectionKey, Curve, Destination, Dialect, Source, Transform,
};
use dmus_dls::defaults;
use dmus_dls::write::to_dls;
use proptest::prelude::*;

#[path = "random/bank.rs"]
mod random;

use random::banks;

/// The file as a reader sees it that skips our own chunks.
fn plain_view(bank: &Bank) -> Bank {
    let mut file = to_dls(bank);
    for at in 0..file.len() - 3 {
        if matches!(&file[at..at + 4], b"DMUI" | b"DMUR" | b"DMUL") {
            file[at..at + 4].copy_from_slice(b"none");
        }
    }
    Bank::read(&file).unwrap()
}

/// Everything that a region plays with: what is implied, and over it what is said.
fn effective(dialect: Dialect, said: &[Connection]) -> BTreeMap<ConnectionKey, Connection> {
    let all = defaults::of(dialect).iter().chain(said);
    all.map(|it| (it.key(), *it)).collect()
}

/// Whether plain DLS has words for a connection, and means by them what they say.
fn is_sayable(connection: &Connection) -> bool {
    let ours = |source| matches!(source, Source::Link(_));
    let plain = |transform: Transform| transform.curve != Curve::Absolute;
    !ours(connection.source)
        && !ours(connection.control)
        && !matches!(
            connection.destination,
            Destination::Link(_) | Destination::SampleStart | Destination::KeyNumber
        )
        && connection.output_curve != Curve::Absolute
        && plain(connection.source_transform)
        && plain(connection.control_transform)
        && connection.source_transform != Transform::default()
        && !(matches!(connection.source, Source::KeyNumber | Source::Velocity)
            && connection.source_transform.bipolar)
        && connection.destination != Destination::Gain
}

proptest! {
    #[test]
    fn whatever_plain_dls_can_say_of_any_list_is_said(bank in banks()) {
        let view = plain_view(&bank);
        for (instrument, seen) in bank.instruments.iter().zip(&view.instruments) {
            prop_assert_eq!(seen.dialect, Dialect::Dls);
            let lists = instrument.regions.iter().zip(&seen.regions);
            let lists = lists.filter_map(|(region, seen)| {
                Some((region.articulation.as_ref()?, seen.articulation.as_ref()?))
            });
            let whole = [(&instrument.articulation, &seen.articulation)];
            for (said, seen) in lists.chain(whole) {
                let said = effective(instrument.dialect, said);
                let seen = effective(Dialect::Dls, seen);
                let sayable = said.values().filter(|it| is_sayable(it));
                for connection in sayable {
                    prop_assert_eq!(seen.get(&connection.key()), Some(connection));
                }
                for key in seen.keys() {
                    prop_assert!(said.contains_key(key), "{:?}", key);
                }
            }
        }
        for (wave, seen) in bank.waves.iter().zip(&view.waves) {
            prop_assert_eq!(wave.frames.high(), seen.frames.high());
            prop_assert_eq!(seen.frames.low(), None);
        }
    }
}

#[test]
fn everything_that_soundfont_implies_can_be_said_in_plain_dls() {
    for row in defaults::of(Dialect::SoundFont) {
        assert!(row.output_curve != Curve::Absolute);
    }
    let sound_font = effective(Dialect::SoundFont, &[]);
    for row in defaults::of(Dialect::Dls) {
        assert!(sound_font.contains_key(&row.key()), "{row:?}");
    }
}
