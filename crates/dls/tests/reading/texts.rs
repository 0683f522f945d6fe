//! Texts and ids of a file and its parts: kept, and written back.

use dmus_dls::bank::{About, Guid, TEXTS};
use dmus_dls::write::to_dls;
use dmus_dls::{Bank, Defect, FourCc, limits};

use crate::file::{chunk, collection, fmt, instrument, list, parts, region, riff, wave};

/// All known texts, each saying its own name.
fn every_text() -> Vec<u8> {
    let texts: Vec<Vec<u8>> = TEXTS.map(|(name, _)| chunk(&name.0, &name.0)).into();
    list(b"INFO", &texts)
}

fn id(of: u8) -> Vec<u8> {
    chunk(b"dlid", &[of; 16])
}

/// A file that says of every part all there is to say.
fn talkative() -> Vec<u8> {
    let region = region(&[every_text()]);
    let instrument = instrument(&[region], &[id(2), every_text()]);
    let data = chunk(b"data", &[1, 2]);
    let wave = list(b"wave", &[id(3), fmt(1, 1, 16), data, every_text()]);
    let mut parts = parts(&[instrument], &[wave]);
    parts.insert(0, id(1));
    parts.push(every_text());
    riff(b"DLS ", &parts)
}

#[track_caller]
fn assert_says_all_but(about: &About, named: &[&[u8; 4]]) {
    for (name, _) in TEXTS {
        let expected = if named.iter().any(|it| **it == name.0) {
            String::new()
        } else {
            name.to_string()
        };
        assert_eq!(about.text(name), expected);
    }
}

#[test]
fn every_text_and_id_of_every_part_is_kept_and_written_back() {
    let bank = Bank::read(&talkative()).unwrap();
    assert_eq!(bank.warnings, []);
    let info = &bank.info;
    let fields = [
        (&info.name, "INAM"),
        (&info.engineer, "IENG"),
        (&info.copyright, "ICOP"),
        (&info.comment, "ICMT"),
        (&info.software, "ISFT"),
    ];
    for (text, name) in fields {
        assert_eq!(text, name);
    }
    let own = [b"INAM", b"IENG", b"ICOP", b"ICMT", b"ISFT"];
    assert_says_all_but(&info.about, &own);
    assert_eq!(info.about.id(), Some(Guid([1; 16])));
    let instrument = &bank.instruments[0];
    assert_eq!(instrument.name, "INAM");
    assert_says_all_but(&instrument.about, &[b"INAM"]);
    assert_eq!(instrument.about.id(), Some(Guid([2; 16])));
    assert_says_all_but(&instrument.regions[0].about, &[]);
    assert_eq!(bank.waves[0].name, "INAM");
    assert_says_all_but(&bank.waves[0].about, &[b"INAM"]);
    assert_eq!(bank.waves[0].about.id(), Some(Guid([3; 16])));

    assert_eq!(Bank::read(&to_dls(&bank)).unwrap(), bank);
}

/// The warnings of a file that says these things of itself.
fn warnings(said: Vec<u8>) -> (About, Vec<(String, Defect)>) {
    let mut parts = parts(&[instrument(&[region(&[])], &[])], &[wave(&[])]);
    parts.push(said);
    let bank = Bank::read(&riff(b"DLS ", &parts)).unwrap();
    let warnings = bank.warnings.into_iter();
    let found = warnings.map(|it| (it.path, it.defect)).collect();
    (bank.info.about, found)
}

#[test]
fn second_text_of_a_name_is_ignored() {
    let texts = [chunk(b"IGNR", b"Waltz"), chunk(b"IGNR", b"Polka")];
    let (about, found) = warnings(list(b"INFO", &texts));
    let genre = FourCc(*b"IGNR");
    assert_eq!(about.text(genre), "Waltz");
    let defect = Defect::Duplicate { id: genre };
    assert_eq!(found, [("RIFF(DLS )/INFO".to_owned(), defect)]);
}

#[test]
fn texts_beyond_the_limit_are_ignored() {
    let name = |n: usize| {
        let digits = format!("I{n:03}");
        chunk(digits.as_bytes().first_chunk().unwrap(), b"x")
    };
    let texts: Vec<Vec<u8>> = (0..limits::TEXTS + 1).map(name).collect();
    let (about, found) = warnings(list(b"INFO", &texts));
    assert_eq!(about.texts().len(), limits::TEXTS);
    let limit = limits::TEXTS;
    let expected = ("RIFF(DLS )/INFO".to_owned(), Defect::OverLimit { limit });
    assert_eq!(found, [expected]);
}

#[test]
fn stub_of_an_id_is_none() {
    let (about, found) = warnings(chunk(b"dlid", &[7; 15]));
    assert_eq!(about.id(), None);
    let defect = Defect::TooShort {
        bytes: 15,
        needed: 16,
    };
    assert_eq!(found, [("RIFF(DLS )/dlid".to_owned(), defect)]);
}

#[test]
fn id_by_the_name_guid_is_ignored() {
    let file = collection(
        &[instrument(&[region(&[])], &[])],
        &[wave(&[chunk(b"guid", &[7; 16])])],
    );
    let bank = Bank::read(&file).unwrap();
    assert_eq!(bank.waves[0].about.id(), None);
    assert_eq!(bank.warnings[0].defect, Defect::MisnamedId);
    assert_eq!(bank.warnings[0].path, "RIFF(DLS )/wvpl/wave[0]");
}
