//! SoundFonts: what comes of every part of one, and of what is wrong in it.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use dmus_dls::bank::{Connection, ConnectionKey, Destination, Dialect, Region, Source};
use dmus_dls::{Bank, Defect, defaults};

#[path = "bytes/file.rs"]
#[expect(dead_code, reason = "what collections are made of stands beside it")]
mod file;
#[path = "sound_font/generators.rs"]
mod generators;
#[path = "sound_font/hostile.rs"]
mod hostile;
#[path = "bytes/model.rs"]
mod model;
#[path = "sound_font/modulators.rs"]
mod modulators;
#[path = "sound_font/samples.rs"]
mod samples;
#[path = "bytes/sf2.rs"]
mod sf2;
#[path = "sound_font/streams.rs"]
mod streams;
#[path = "sound_font/structure.rs"]
mod structure;
#[path = "sound_font/twin.rs"]
mod twin;
#[path = "bytes/vorbis.rs"]
mod vorbis;
#[path = "sound_font/zones.rs"]
mod zones;

use model::assert_model;
use sf2::{Font, Zone};

/// Reads a font that is one.
#[track_caller]
fn read(font: &Font) -> Bank {
    let bank = Bank::read(&font.bytes()).unwrap();
    assert_model(&bank);
    bank
}

/// Reads a font of which nothing has to be forgiven.
#[track_caller]
fn flawless(font: &Font) -> Bank {
    let bank = read(font);
    assert_eq!(bank.warnings, []);
    bank
}

/// The region of a font with one zone, of which nothing has to be forgiven.
#[track_caller]
fn region(zone: Zone) -> Region {
    flawless(&Font::of(&[zone])).instruments[0].regions[0].clone()
}

/// What was forgiven, in file order.
fn defects(bank: &Bank) -> Vec<Defect> {
    bank.warnings.iter().map(|warning| warning.defect).collect()
}

/// Everything that holds for a region.
fn effective(region: &Region) -> Vec<Connection> {
    let own = region.articulation.as_deref().unwrap();
    let default = defaults::of(Dialect::SoundFont)
        .iter()
        .filter(|default| own.iter().all(|own| own.key() != default.key()));
    own.iter().chain(default).copied().collect()
}

/// The connection of a key, 0 where there is none.
fn amount(region: &Region, key: ConnectionKey) -> i32 {
    let all = effective(region);
    let found = all.iter().find(|connection| connection.key() == key);
    found.map_or(0, |connection| connection.scale)
}

/// The constant of a destination.
fn base(region: &Region, destination: Destination) -> i32 {
    amount(region, (Source::None, Source::None, destination))
}
