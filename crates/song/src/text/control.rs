//! Controls in braces: a value at once, a ramp over a length, or a system exclusive message.
//!
//! Source: \[MIDI1\] controller numbers, pitch bend of 14 bits around 8192.

use super::TICKS;
use super::bar::{Event, Kind};
use super::exclusive;
use super::word::Word;
use crate::error::TextError;

/// Controllers by name.
const NAMES: [(&str, u8); 8] = [
    ("modulation", 1),
    ("volume", 7),
    ("pan", 10),
    ("expression", 11),
    ("pedal", 64),
    ("brightness", 74),
    ("reverb", 91),
    ("chorus", 93),
];

/// Ticks between the steps of a ramp.
const STEP: u64 = TICKS / 16;

/// Ticks between the steps of a tempo ramp.
const TEMPO_STEP: u64 = TICKS / 4;

/// Microseconds of a quarter note.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "tempos are 20 to 400 a minute: 150 000 to 3 000 000"
)]
pub(super) fn micros(bpm: f64) -> u32 {
    (60_000_000.0 / bpm).round() as u32
}

/// A controller of a `part` line: number and value.
pub(super) fn fixed(name: &Word<'_>, value: &Word<'_>) -> Result<(u8, u8), TextError> {
    let known = NAMES.iter().find(|(known, _)| *known == name.text);
    let (_, number) = known.ok_or_else(|| {
        let pairs = ["channel", "group", "program", "velocity", "gate"];
        let names = pairs.into_iter().chain(NAMES.iter().map(|(name, _)| *name));
        name.expected(&super::list("one of", names))
    })?;
    let value = controller_value(name, value)?;
    Ok((*number, to_byte(value)))
}

/// Reads the inside of `{..}` at a tick and writes its events.
pub(super) fn read(inside: &Word<'_>, tick: u64, events: &mut Vec<Event>) -> Result<(), TextError> {
    let words = inside.split()?;
    let Some((name, rest)) = words.split_first() else {
        return Err(inside.expected("a control such as {pedal on} or {bend 0..2 /8}"));
    };
    if let Some(message) = exclusive::read(name, rest) {
        let kind = Kind::Exclusive(message?);
        events.push(Event { tick, kind });
        return Ok(());
    }
    read_value(name, rest, tick, events)
}

/// Reads a value or a ramp after the name of what it is for.
fn read_value(
    name: &Word<'_>,
    mut rest: &[Word<'_>],
    tick: u64,
    events: &mut Vec<Event>,
) -> Result<(), TextError> {
    let mut controller = NAMES
        .iter()
        .find(|(known, _)| *known == name.text)
        .map(|(_, n)| *n);
    if name.text == "cc" {
        let (number, after) = rest
            .split_first()
            .ok_or_else(|| name.expected("cc N VALUE"))?;
        controller = Some(number.number(0, 119)?);
        rest = after;
    }
    let (value, rest) = rest
        .split_first()
        .ok_or_else(|| name.expected("a value after the name"))?;
    let over = match rest {
        [] => None,
        [over] => Some(
            over.without("/")
                .ok_or_else(|| over.expected("a length such as /2"))?,
        ),
        [_, extra, ..] => return Err(extra.expected("`}`")),
    };
    let (from, to) = value.cut("..");
    let to = match (to, over) {
        (Some(to), Some(over)) => Some((to, over.length()?)),
        (None, None) => None,
        (Some(_), None) => return Err(value.expected("a length after a ramp, such as /2")),
        (None, Some(_)) => return Err(value.expected("a ramp such as 0..127 before a length")),
    };
    let convert = |word: &Word<'_>| match name.text {
        "tempo" => word.decimal(20.0, 400.0),
        "program" => word.number(1, 128).map(|program| f64::from(program) - 1.0),
        "bend" => word
            .decimal(-2.0, 2.0)
            .map(|semitones| 8192.0 + semitones * 4096.0),
        _ => controller_value(name, word),
    };
    let kind = |value: f64| match name.text {
        "tempo" => Some(Kind::Tempo(micros(value))),
        "program" => Some(Kind::Program(to_byte(value))),
        "bend" => Some(Kind::Bend(to_bend(value))),
        _ => controller.map(|number| Kind::Controller {
            number,
            value: to_byte(value),
        }),
    };
    let Some(first) = kind(0.0).map(|_| convert(&from)).transpose()? else {
        let names = NAMES
            .iter()
            .map(|(name, _)| *name)
            .chain(["cc", "bend", "program", "tempo"])
            .chain(exclusive::words());
        return Err(name.expected(&super::list("a control", names)));
    };
    let step = if name.text == "tempo" {
        TEMPO_STEP
    } else {
        STEP
    };
    let mut last = None;
    let mut write = |tick, value| {
        let next = kind(value);
        if let Some(kind) = next.clone().filter(|_| next != last) {
            events.push(Event { tick, kind });
            last = next;
        }
    };
    write(tick, first);
    if let Some((to, length)) = to {
        let target = convert(&to)?;
        for at in (step..length).step_by(usize::try_from(step).unwrap_or(1)) {
            write(tick + at, first + (target - first) * fraction(at, length));
        }
        write(tick + length, target);
    }
    Ok(())
}

/// A controller's value: `on` and `off` for switches, -64..=63 for pan, else 0..=127.
fn controller_value(name: &Word<'_>, value: &Word<'_>) -> Result<f64, TextError> {
    match (name.text, value.text) {
        ("pedal", "on") => Ok(127.0),
        ("pedal", "off") => Ok(0.0),
        ("pan", _) => value.signed(-64, 63).map(|pan| f64::from(pan + 64)),
        _ => value.number(0, 127).map(f64::from),
    }
}

#[expect(clippy::cast_precision_loss, reason = "tick counts of a note length")]
fn fraction(at: u64, length: u64) -> f64 {
    at as f64 / length as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range of the type"
)]
fn to_byte(value: f64) -> u8 {
    value.round().clamp(0.0, 127.0) as u8
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 14 bits"
)]
fn to_bend(value: f64) -> u16 {
    value.round().clamp(0.0, 16_383.0) as u16
}
