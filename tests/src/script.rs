//! Music as text, for tests: `0ms on 60 100; 500ms off 60`.
//!
//! Items stand between semicolons. Each is a time (`250ms`, `1.5s`, `4800f` for frames), an
//! optional channel (`ch10`, 1 to 16; 1 without it), and what happens:
//!
//! | words | event |
//! | --- | --- |
//! | `on KEY VELOCITY`, `off KEY` | MIDI note |
//! | `cc NUMBER VALUE`, `program N`, `bend N`, `pressure N` | MIDI, values as in the message, bend `0..=16383` |
//! | `sysex F0 .. F7` | system exclusive, hexadecimal |
//! | `note KEY VELOCITY`, `end KEY`, `choke KEY` | CLAP note, velocity `0.0..=1.0` |
//! | `tune KEY SEMITONES` | CLAP note expression |
//! | `param NAME = TEXT` | parameter by name, as a user would type it: `-6 dB` |
//! | `raw NAME = VALUE`, `mod NAME = AMOUNT` | parameter by name, in the range hosts see |

use anyhow::{Context, Result, bail, ensure};

use clack_host::events::event_types::NoteExpressionType;

use crate::host::Event;

/// Events with their frames, in the order written.
///
/// # Errors
/// The first item that is not in the notation, with the item itself.
pub fn parse(text: &str, rate_hz: u32) -> Result<Vec<(u64, Event)>> {
    let items = text
        .split(';')
        .map(str::trim)
        .filter(|item| !item.is_empty());
    items
        .map(|item| parse_item(item, rate_hz).with_context(|| format!("in `{item}`")))
        .collect()
}

fn parse_item(item: &str, rate_hz: u32) -> Result<(u64, Event)> {
    let (time, mut rest) = item
        .split_once(' ')
        .context("expected a time, then an event")?;
    let frame = parse_time(time, rate_hz)?;
    let mut channel = 0;
    if let Some((word, after)) = rest.split_once(' ')
        && let Some(number) = word.strip_prefix("ch")
        && let Ok(number) = number.parse::<u8>()
    {
        ensure!(
            (1..=16).contains(&number),
            "channel {number} is not in 1..=16"
        );
        channel = number - 1;
        rest = after;
    }
    Ok((frame, parse_event(rest.trim(), channel)?))
}

/// The frame nearest to a time.
fn parse_time(text: &str, rate_hz: u32) -> Result<u64> {
    if let Some(frames) = text.strip_suffix('f') {
        return frames
            .parse()
            .with_context(|| format!("`{text}` is not a number of frames"));
    }
    let (number, per_second) = match text.strip_suffix("ms") {
        Some(number) => (number, 1_000.0),
        None => (text.strip_suffix('s').unwrap_or(""), 1.0),
    };
    let number: f64 = number
        .parse()
        .with_context(|| format!("`{text}` is no time: ms, s, f"))?;
    ensure!((0.0..1e6).contains(&number), "`{text}` is out of range");
    let frames = (number * f64::from(rate_hz) / per_second).round();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and a million seconds of frames"
    )]
    Ok(frames as u64)
}

fn parse_event(text: &str, channel: u8) -> Result<Event> {
    let (verb, rest) = text
        .split_once(' ')
        .context("expected an event with its values")?;
    if let "param" | "raw" | "mod" = verb {
        let (name, value) = rest.split_once('=').context("expected `NAME = VALUE`")?;
        let name = name.trim().to_owned();
        if verb == "param" {
            return Ok(Event::ParamText {
                name,
                text: value.trim().to_owned(),
            });
        }
        let value = value.trim().parse().context("the value is not a number")?;
        return Ok(match verb {
            "raw" => Event::Param { name, value },
            _ => Event::Mod {
                name,
                amount: value,
            },
        });
    }
    let words = Words(rest.split_whitespace().collect());
    if verb == "sysex" {
        return words.exclusive();
    }
    let midi = |status: u8, first: u8, second: u8| Event::Midi {
        port: 0,
        bytes: [status | channel, first, second],
    };
    let (port, channel) = (0, u16::from(channel));
    let key = || words.byte(0).map(u16::from);
    Ok(match verb {
        "on" => midi(0x90, words.byte(0)?, words.byte(1)?),
        "off" => midi(0x80, words.byte(0)?, 64),
        "cc" => midi(0xb0, words.byte(0)?, words.byte(1)?),
        "program" => midi(0xc0, words.byte(0)?, 0),
        "pressure" => midi(0xd0, words.byte(0)?, 0),
        "bend" => {
            let [low, high] = words.bend()?;
            midi(0xe0, low, high)
        }
        "note" => Event::NoteOn {
            port,
            channel,
            key: key()?,
            velocity: words.number(1)?,
            id: None,
        },
        "end" => Event::NoteOff {
            port,
            channel,
            key: key()?,
            id: None,
        },
        "choke" => Event::NoteChoke {
            port,
            channel,
            key: key()?,
        },
        "tune" => Event::Expression {
            port,
            channel: Some(channel),
            key: Some(key()?),
            id: None,
            kind: NoteExpressionType::Tuning,
            value: words.number(1)?,
        },
        _ => bail!(
            "`{verb}` is none of on, off, cc, program, bend, pressure, sysex, note, end, choke, \
             tune, param, raw, mod"
        ),
    })
}

/// The values behind a verb.
struct Words<'a>(Vec<&'a str>);

impl Words<'_> {
    fn get(&self, index: usize) -> Result<&str> {
        self.0.get(index).copied().context("a value is missing")
    }

    fn byte(&self, index: usize) -> Result<u8> {
        let word = self.get(index)?;
        let value = word.parse().ok().filter(|value| *value < 128);
        value.with_context(|| format!("`{word}` is not in 0..=127"))
    }

    fn number(&self, index: usize) -> Result<f64> {
        let word = self.get(index)?;
        word.parse()
            .with_context(|| format!("`{word}` is not a number"))
    }

    fn bend(&self) -> Result<[u8; 2]> {
        let word = self.get(0)?;
        let value = word.parse::<u16>().ok().filter(|value| *value < 16_384);
        let value = value.with_context(|| format!("`{word}` is not in 0..=16383"))?;
        Ok([value & 0x7f, value >> 7].map(|bits| bits.to_le_bytes()[0]))
    }

    fn exclusive(&self) -> Result<Event> {
        let bytes = self.0.iter().map(|word| u8::from_str_radix(word, 16));
        let bytes = bytes
            .collect::<Result<Vec<u8>, _>>()
            .context("not hexadecimal bytes")?;
        ensure!(
            bytes.first() == Some(&0xf0) && bytes.last() == Some(&0xf7),
            "not from F0 to F7"
        );
        Ok(Event::SysEx { port: 0, bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_become_events() {
        let events = parse(
            "0ms on 60 100; 0.5s ch10 off 36; 100f bend 8192; 1ms param Part 01 Volume = -6 dB;",
            48_000,
        );
        let expected = [
            (
                0,
                Event::Midi {
                    port: 0,
                    bytes: [0x90, 60, 100],
                },
            ),
            (
                24_000,
                Event::Midi {
                    port: 0,
                    bytes: [0x89, 36, 64],
                },
            ),
            (
                100,
                Event::Midi {
                    port: 0,
                    bytes: [0xe0, 0, 64],
                },
            ),
            (
                48,
                Event::ParamText {
                    name: "Part 01 Volume".to_owned(),
                    text: "-6 dB".to_owned(),
                },
            ),
        ];
        assert_eq!(events.unwrap(), expected);
    }

    #[test]
    fn what_is_not_in_the_notation_is_named() {
        for (text, part) in [
            ("60 on 1 2", "no time"),
            ("0ms on 60", "missing"),
            ("0ms on 128 1", "0..=127"),
            ("0ms sing 1", "none of"),
            ("0ms ch17 on 1 1", "1..=16"),
            ("0ms sysex F0 1", "F7"),
            ("0ms bend 16384", "16383"),
        ] {
            let error = format!("{:#}", parse(text, 48_000).unwrap_err());
            assert!(error.contains(part) && error.contains(text), "{error}");
        }
    }
}
