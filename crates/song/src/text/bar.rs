//! Bars of one part: words to events in ticks, each bar checked for its length.

use std::rc::Rc;

use super::TICKS;
use super::control;
use super::pitch;
use super::word::{Line, Word};
use crate::error::TextError;

/// How much louder an accent is, in velocity.
const ACCENT: u8 = 18;

/// What happens.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    NoteOn {
        key: u8,
        velocity: u8,
        length: u64,
    },
    NoteOff {
        key: u8,
    },
    Controller {
        number: u8,
        value: u8,
    },
    Bend(u16),
    Program(u8),
    Tempo(u32),
    /// From F0 to F7.
    Exclusive(Rc<[u8]>),
}

/// Something at a tick from the start of the section, later of the song.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Event {
    pub(super) tick: u64,
    pub(super) kind: Kind,
}

impl Event {
    /// The event later by `start` and its notes higher by `up` semitones.
    pub(super) fn moved(mut self, start: u64, up: i8) -> Self {
        self.tick += start;
        if let Kind::NoteOn { key, .. } = &mut self.kind {
            *key = key.saturating_add_signed(up).min(127);
        }
        self
    }

    /// The event and, after a note, its end; with the rank that orders events of one tick.
    ///
    /// Ends come first, so that a note struck again is not cut, and controls before new notes.
    pub(super) fn with_release(self) -> impl Iterator<Item = (u64, u8, Self)> {
        let (rank, release) = match self.kind {
            Kind::NoteOn { key, length, .. } => {
                let tick = self.tick + length;
                (
                    3,
                    Some((
                        tick,
                        0,
                        Self {
                            tick,
                            kind: Kind::NoteOff { key },
                        },
                    )),
                )
            }
            Kind::Program(_) => (1, None),
            _ => (2, None),
        };
        std::iter::once((self.tick, rank, self)).chain(release)
    }
}

/// What one part does in one section.
#[derive(Debug)]
pub(super) struct Voice {
    events: Vec<Event>,
    position: u64,
    /// Ticks of a bar.
    bar: u64,
    bar_start: u64,
    /// Where the bar before the current one stands in `events`, and where it began.
    previous: Option<(usize, usize, u64)>,
    bar_first_event: usize,
    length: u64,
    velocity: u8,
    gate: u8,
    drums: bool,
    /// The notes struck last, by place in `events`, for ties.
    struck: std::ops::Range<usize>,
    struck_total: u64,
}

impl Voice {
    pub(super) fn new(bar: u64, drums: bool, velocity: u8, gate: u8) -> Self {
        Self {
            events: Vec::new(),
            position: 0,
            bar,
            bar_start: 0,
            previous: None,
            bar_first_event: 0,
            length: TICKS,
            velocity,
            gate,
            drums,
            struck: 0..0,
            struck_total: 0,
        }
    }

    pub(super) fn drums(&self) -> bool {
        self.drums
    }

    /// Ticks from the start of the section.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    pub(super) fn events(&self) -> impl Iterator<Item = Event> {
        self.events.iter().cloned()
    }

    /// Reads the words of one line, which holds whole bars.
    pub(super) fn read(&mut self, words: &[Word<'_>], line: &Line<'_>) -> Result<(), TextError> {
        for word in words {
            match word.text {
                "|" => self.bar_line(|expected| word.expected(expected))?,
                "%" => self.repeat_bar(word)?,
                _ => self.word(word)?,
            }
        }
        self.bar_line(|expected| line.end(expected))
    }

    /// Checks that the bar is full; a second bar line at the same place changes nothing.
    fn bar_line(&mut self, wrong: impl Fn(&str) -> TextError) -> Result<(), TextError> {
        let held = self.position - self.bar_start;
        if held == 0 {
            return Ok(());
        }
        if held != self.bar {
            let (held, whole) = (quarters(held), quarters(self.bar));
            return Err(wrong(&format!(
                "{whole} quarter notes in the bar, not {held}"
            )));
        }
        self.previous = Some((self.bar_first_event, self.events.len(), self.bar_start));
        self.bar_first_event = self.events.len();
        self.bar_start = self.position;
        Ok(())
    }

    /// `%`: the bar before once more.
    fn repeat_bar(&mut self, word: &Word<'_>) -> Result<(), TextError> {
        let begins = self.position == self.bar_start;
        let Some((first, end, start)) = self.previous.filter(|_| begins) else {
            return Err(word.expected("a bar before `%`, and nothing else in its bar"));
        };
        let later = self.position - start;
        let copied = self.events.get(first..end).unwrap_or_default().to_vec();
        self.events
            .extend(copied.into_iter().map(|event| event.moved(later, 0)));
        self.position += self.bar;
        self.struck = 0..0;
        Ok(())
    }

    fn word(&mut self, word: &Word<'_>) -> Result<(), TextError> {
        if let Some(inside) = word.without("{") {
            let inside = inside.part(..inside.text.len().saturating_sub(1));
            return control::read(&inside, self.position, &mut self.events);
        }
        let setting = |prefix| word.without(prefix).filter(|rest| is_number(rest.text));
        if let Some(velocity) = setting("v") {
            self.velocity = velocity.number(1, 127)?;
            return Ok(());
        }
        // One digit is an octave: `g4` is a note, `g40` a gate.
        if let Some(gate) = setting("g").filter(|gate| gate.text.len() > 1) {
            self.gate = gate.number(10, 100)?;
            return Ok(());
        }
        let (what, length) = word.cut_length();
        if let Some(length) = length {
            self.length = length.length()?;
        }
        match what.text {
            "r" => self.struck = 0..0,
            "_" => return self.tie(&what),
            _ => self.strike(&what)?,
        }
        self.position += self.length;
        Ok(())
    }

    /// A note or a chord, with `>` before it louder.
    fn strike(&mut self, what: &Word<'_>) -> Result<(), TextError> {
        let accented = what.without(">");
        let what = accented.unwrap_or(*what);
        let accent = if accented.is_some() { ACCENT } else { 0 };
        let velocity = self.velocity.saturating_add(accent).min(127);
        let keys = match what.without("[") {
            Some(inside) => inside.part(..inside.text.len().saturating_sub(1)).split()?,
            None => vec![what],
        };
        if keys.is_empty() {
            return Err(what.expected("notes between the brackets"));
        }
        let first = self.events.len();
        let length = self.sounding(self.length, self.length);
        for key in keys {
            let key = pitch::key(&key, self.drums)?;
            let kind = Kind::NoteOn {
                key,
                velocity,
                length,
            };
            self.events.push(Event {
                tick: self.position,
                kind,
            });
        }
        self.struck = first..self.events.len();
        self.struck_total = self.length;
        Ok(())
    }

    /// `_`: the last note or chord holds on.
    fn tie(&mut self, what: &Word<'_>) -> Result<(), TextError> {
        if self.struck.is_empty() {
            return Err(what.expected("a note or chord before `_`"));
        }
        self.struck_total += self.length;
        let held = self.sounding(self.struck_total, self.length);
        for event in self.events.get_mut(self.struck.clone()).unwrap_or_default() {
            if let Kind::NoteOn { length, .. } = &mut event.kind {
                *length = held;
            }
        }
        self.position += self.length;
        Ok(())
    }

    /// How long a note of `total` ticks sounds whose last piece has `piece` ticks.
    fn sounding(&self, total: u64, piece: u64) -> u64 {
        (total - piece * u64::from(100 - self.gate) / 100).max(1)
    }
}

impl<'a> Word<'a> {
    /// The word and the length after its slash; a slash inside brackets is not one.
    fn cut_length(&self) -> (Self, Option<Word<'a>>) {
        let from = self.text.rfind(']').unwrap_or(0);
        match self.text.get(from..).and_then(|rest| rest.find('/')) {
            Some(at) => (self.part(..from + at), Some(self.part(from + at + 1..))),
            None => (*self, None),
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Ticks as quarter notes for an error text, such as `3.5`.
#[expect(clippy::cast_precision_loss, reason = "the ticks of a bar or two")]
fn quarters(ticks: u64) -> f64 {
    ticks as f64 / TICKS as f64
}
