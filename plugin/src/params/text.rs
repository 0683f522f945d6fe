//! Values as texts, and back: volumes, pans, programs.

use super::VOLUME_OFF_DB;
use crate::shell::external::LONGEST_LATENCY_MS;
use crate::view::ProgramNames;

/// "-6.0 dB", or "off" at the bottom.
pub(super) fn volume_text(value: f32) -> String {
    if value <= VOLUME_OFF_DB {
        "off".to_owned()
    } else {
        format!("{value:.2} dB")
    }
}

/// Reads what [`volume_text`] writes, with or without the unit.
pub(super) fn volume_value(text: &str) -> Option<f32> {
    let text = text.trim().to_lowercase();
    if matches!(text.as_str(), "off" | "-inf" | "-inf db" | "-\u{221e}") {
        return Some(VOLUME_OFF_DB);
    }
    let number = text.trim_end_matches("db").trim().parse::<f32>().ok()?;
    number.is_finite().then_some(number)
}

/// "50L", "centre", "50R".
pub(super) fn pan_text(value: f32) -> String {
    let shown = (value * 100.0).round() / 100.0;
    if shown < 0.0 {
        format!("{}L", -shown)
    } else if shown > 0.0 {
        format!("{shown}R")
    } else {
        "centre".to_owned()
    }
}

/// Reads what [`pan_text`] writes, or a signed number of percent.
pub(super) fn pan_value(text: &str) -> Option<f32> {
    let text = text.trim().to_lowercase();
    if matches!(text.as_str(), "c" | "centre" | "center" | "middle") {
        return Some(0.0);
    }
    let (digits, sign) = match text.strip_suffix('l') {
        Some(digits) => (digits, -1.0),
        None => (text.trim_end_matches(['r', '%']), 1.0),
    };
    let number = digits.trim().parse::<f32>().ok()?;
    number.is_finite().then_some(number * sign)
}

/// "MIDI", or the program's number from 1 with its name.
pub(super) fn program_text(value: i32, drums: bool, names: &ProgramNames) -> String {
    let Some(program) = u8::try_from(value - 1)
        .ok()
        .filter(|program| *program < 128)
    else {
        return "MIDI".to_owned();
    };
    match names.of_program(drums, program) {
        Some(name) => format!("{value:03} {name}"),
        None => format!("{value:03}"),
    }
}

/// Reads a program's number from 1, its name, or "MIDI".
pub(super) fn program_value(text: &str, drums: bool, names: &ProgramNames) -> Option<i32> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("midi") {
        return Some(0);
    }
    let number = text
        .split_whitespace()
        .next()
        .and_then(|word| word.parse::<i32>().ok());
    match number {
        Some(number) if (0..=128).contains(&number) => Some(number),
        Some(_) => None,
        None => (0..128_u8).find_map(|program| {
            let name = names.of_program(drums, program)?;
            name.eq_ignore_ascii_case(text)
                .then(|| i32::from(program) + 1)
        }),
    }
}

/// "MIDI", or a number `0..=127`.
pub(super) fn byte_text(value: i32) -> String {
    if value == 0 {
        "MIDI".to_owned()
    } else {
        (value - 1).to_string()
    }
}

/// Reads what [`byte_text`] writes.
pub(super) fn byte_value(text: &str) -> Option<i32> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("midi") {
        return Some(0);
    }
    let number: i32 = text.parse().ok()?;
    (0..=127).contains(&number).then_some(number + 1)
}

/// "Main", or "Part 01".
pub(super) fn output_text(value: i32) -> String {
    if value == 0 {
        "Main".to_owned()
    } else {
        format!("Part {value:02}")
    }
}

/// Reads what [`output_text`] writes, or the number alone.
pub(super) fn output_value(text: &str) -> Option<i32> {
    let text = text.trim().to_lowercase();
    if text == "main" {
        return Some(0);
    }
    let number: i32 = text.trim_start_matches("part").trim().parse().ok()?;
    (1..=16).contains(&number).then_some(number)
}

/// "MIDI", or a channel `1..=16`.
pub(super) fn channel_text(value: i32) -> String {
    if value == 0 {
        "MIDI".to_owned()
    } else {
        value.to_string()
    }
}

/// Reads what [`channel_text`] writes.
pub(super) fn channel_value(text: &str) -> Option<i32> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("midi") {
        return Some(0);
    }
    let number: i32 = text.parse().ok()?;
    (1..=16).contains(&number).then_some(number)
}

/// "10 ms".
pub(super) fn ms_text(value: i32) -> String {
    format!("{value} ms")
}

/// Reads what [`ms_text`] writes, with or without the unit.
pub(super) fn ms_value(text: &str) -> Option<i32> {
    let text = text.trim().to_lowercase();
    let number: i32 = text.trim_end_matches("ms").trim().parse().ok()?;
    (0..=i32::from(LONGEST_LATENCY_MS))
        .contains(&number)
        .then_some(number)
}

/// Names of the keys of an octave.
const KEYS: [&str; 12] = [
    "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B",
];

/// "60 C4": a key's number, its name, its octave.
pub(super) fn key_text(value: i32) -> String {
    let name = usize::try_from(value.rem_euclid(12)).ok();
    let name = name.and_then(|name| KEYS.get(name)).copied();
    let octave = value.div_euclid(12) - 1;
    format!("{value} {}{octave}", name.unwrap_or_default())
}

/// Reads a key's number, or its name with its octave.
pub(super) fn key_value(text: &str) -> Option<i32> {
    let word = text.split_whitespace().next()?;
    let key = match word.parse::<i32>() {
        Ok(number) => number,
        Err(_) => (0..128).find(|key| {
            let named = key_text(*key);
            let name = named.split_whitespace().nth(1);
            name.is_some_and(|name| name.eq_ignore_ascii_case(word))
        })?,
    };
    (0..=127).contains(&key).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_and_keys_are_read_back_as_they_are_written() {
        for value in 0..=16 {
            assert_eq!(channel_value(&channel_text(value)), Some(value));
        }
        assert_eq!((channel_value("0"), channel_value("17")), (None, None));
        for value in 0..=127 {
            assert_eq!(key_value(&key_text(value)), Some(value));
        }
        assert_eq!(
            (key_text(60), key_text(0)),
            ("60 C4".into(), "0 C-1".into())
        );
        assert_eq!((key_value("c#3"), key_value("A4")), (Some(49), Some(69)));
        assert_eq!((key_value("128"), key_value("H2")), (None, None));
    }

    #[test]
    fn texts_are_read_back_as_they_are_written() {
        for value in [-60.0, -6.0, 0.0, 12.0] {
            assert_eq!(volume_value(&volume_text(value)), Some(value));
        }
        for value in [-100.0, -12.5, 0.0, 50.0, 100.0] {
            assert_eq!(pan_value(&pan_text(value)), Some(value));
        }
        for value in [0, 1, 64, 128] {
            let names = ProgramNames::default();
            assert_eq!(
                program_value(&program_text(value, false, &names), false, &names),
                Some(value)
            );
        }
    }

    #[test]
    fn an_output_is_read_back_as_it_is_written() {
        for value in 0..=16 {
            assert_eq!(output_value(&output_text(value)), Some(value));
        }
        assert_eq!(output_value(" 7 "), Some(7));
        assert_eq!((output_value("Part 17"), output_value("0")), (None, None));
    }

    #[test]
    fn milliseconds_are_read_back_as_they_are_written() {
        for value in [0, 10, 1_000] {
            assert_eq!(ms_value(&ms_text(value)), Some(value));
        }
        assert_eq!(ms_value(" 25 "), Some(25));
        assert_eq!((ms_value("1001"), ms_value("soon")), (None, None));
    }

    #[test]
    fn text_that_is_no_value_is_refused() {
        assert_eq!(volume_value("loud"), None);
        assert_eq!(pan_value("NaN"), None);
        assert_eq!(program_value("129", false, &ProgramNames::default()), None);
    }

    #[test]
    fn a_byte_of_a_bank_is_read_back_as_it_is_written() {
        for value in [0, 1, 2, 64, 128] {
            assert_eq!(byte_value(&byte_text(value)), Some(value));
        }
        assert_eq!(
            (byte_text(0), byte_text(128)),
            ("MIDI".into(), "127".into())
        );
        assert_eq!((byte_value("128"), byte_value("-1")), (None, None));
    }
}
