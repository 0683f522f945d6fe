//! Text songs: a small notation of parts, sections and bars, compiled to a [`Song`].
//!
//! The notation is described in `presets/songs/README.md`. In: the text. Out: a song with one
//! track for tempo and meter and one for each part.

mod bar;
mod control;
mod exclusive;
mod pitch;
mod word;

use std::rc::Rc;

use crate::builder::{Division, Layout, Track, build};
use crate::error::TextError;
use crate::song::Song;
use bar::{Event, Kind, Voice};
use word::{Line, Word};

/// Ticks of a quarter note; every note length of the notation is a whole number of them.
pub(crate) const TICKS: u64 = 480;

/// General MIDI System On, which begins every text song.
///
/// Source: \[GM1\] universal system exclusive.
pub(crate) const GM_ON: [u8; 6] = [0xf0, 0x7e, 0x7f, 0x09, 0x01, 0xf7];

/// A performer: one MIDI channel and what it starts with.
#[derive(Debug)]
struct Part {
    name: String,
    group: u16,
    /// Counted from 0.
    channel: u8,
    drums: bool,
    velocity: u8,
    gate: u8,
    /// Controllers at the start, in the order written.
    setup: Vec<(u8, u8)>,
    program: Option<u8>,
}

/// A stretch of bars for all parts.
#[derive(Debug)]
struct Section {
    name: String,
    voices: Vec<(usize, Voice)>,
}

impl Section {
    /// The longest voice decides, ticks.
    fn length(&self) -> u64 {
        self.voices
            .iter()
            .map(|(_, voice)| voice.position())
            .max()
            .unwrap_or(0)
    }
}

/// Everything a text says, before it is laid out in time.
#[derive(Debug)]
struct Score {
    title: String,
    tempo_bpm: f64,
    meter: (u8, u16),
    /// System exclusive messages that come before all else but System On.
    exclusives: Vec<Rc<[u8]>>,
    parts: Vec<Part>,
    sections: Vec<Section>,
    /// Section and transposition in semitones.
    play: Vec<(usize, i8)>,
}

impl Song {
    /// Compiles a text song.
    ///
    /// # Errors
    /// The first place that is not in the notation, with line, column and what was expected.
    pub fn read_text(text: &str) -> Result<Self, TextError> {
        let mut score = Score {
            title: String::new(),
            tempo_bpm: 120.0,
            meter: (4, 4),
            exclusives: Vec::new(),
            parts: Vec::new(),
            sections: Vec::new(),
            play: Vec::new(),
        };
        let mut last = 1;
        for (index, content) in text.lines().enumerate() {
            last = index + 1;
            let line = Line::split(content, last)?;
            if let Some((first, rest)) = line.words.split_first() {
                score.statement(first, rest, &line)?;
            }
        }
        if score.play.is_empty() {
            return Err(TextError {
                line: last,
                column: 1,
                found: String::new(),
                expected: "a line `play` with the sections in playing order".to_owned(),
            });
        }
        Ok(score.lay_out())
    }
}

impl Score {
    fn statement(
        &mut self,
        first: &Word<'_>,
        rest: &[Word<'_>],
        line: &Line<'_>,
    ) -> Result<(), TextError> {
        match first.text {
            "title" => self.title = line.after(first).to_owned(),
            "tempo" => self.tempo_bpm = line.only(rest, "a tempo")?.decimal(20.0, 400.0)?,
            "meter" => self.meter = line.only(rest, "a meter such as 4/4")?.meter()?,
            "part" => {
                let part = read_part(rest, line)?;
                self.parts.push(part);
            }
            "section" => {
                let name = line.only(rest, "a name for the section")?;
                self.sections.push(Section {
                    name: name.text.to_owned(),
                    voices: Vec::new(),
                });
            }
            "play" => self.read_play(rest)?,
            _ => match exclusive::read(first, rest) {
                Some(message) => self.exclusives.push(message?),
                None => self.read_bars(first, rest, line)?,
            },
        }
        Ok(())
    }

    fn read_play(&mut self, words: &[Word<'_>]) -> Result<(), TextError> {
        for word in words {
            let (name, up) = match word.text.find(['+', '-']) {
                Some(at) => (word.part(..at), word.part(at..).signed(-24, 24)?),
                None => (*word, 0),
            };
            let section = self
                .sections
                .iter()
                .position(|section| section.name == name.text);
            let section = section.ok_or_else(|| {
                let known = self.sections.iter().map(|section| section.name.as_str());
                name.expected(&list("a section", known))
            })?;
            self.play.push((section, i8::try_from(up).unwrap_or(0)));
        }
        Ok(())
    }

    fn read_bars(
        &mut self,
        first: &Word<'_>,
        rest: &[Word<'_>],
        line: &Line<'_>,
    ) -> Result<(), TextError> {
        let index = self.parts.iter().position(|part| part.name == first.text);
        let index = index.ok_or_else(|| {
            let known = ["title", "tempo", "meter", "part", "section", "play"].into_iter();
            let known = known.chain(exclusive::words());
            let parts = self.parts.iter().map(|part| part.name.as_str());
            first.expected(&list("one of", known.chain(parts)))
        })?;
        let Some((section, part)) = self.sections.last_mut().zip(self.parts.get(index)) else {
            return Err(first.expected("a line `section` before the first bar"));
        };
        let found = section.voices.iter().position(|(part, _)| *part == index);
        let place = found.unwrap_or_else(|| {
            let (numerator, denominator) = self.meter;
            let bar = 4 * TICKS * u64::from(numerator) / u64::from(denominator);
            section
                .voices
                .push((index, Voice::new(bar, part.drums, part.velocity, part.gate)));
            section.voices.len() - 1
        });
        match section.voices.get_mut(place) {
            Some((_, voice)) => voice.read(rest, line),
            None => Ok(()),
        }
    }

    fn lay_out(mut self) -> Song {
        let mut conductor = Track {
            name: self.title,
            ..Track::default()
        };
        conductor.push(0, 1, &GM_ON);
        for message in &self.exclusives {
            conductor.push(0, 1, message);
        }
        conductor.tempos.push((0, control::micros(self.tempo_bpm)));
        conductor.meters.push((0, self.meter.0, self.meter.1));
        let mut timed: Vec<Vec<(u64, u8, Event)>> = Vec::new();
        timed.resize_with(self.parts.len(), Vec::new);
        let mut start = 0;
        for &(section, up) in &self.play {
            let Some(section) = self.sections.get(section) else {
                continue;
            };
            for (part, voice) in &section.voices {
                let Some(list) = timed.get_mut(*part) else {
                    continue;
                };
                let up = if voice.drums() { 0 } else { up };
                for event in voice.events() {
                    let event = event.moved(start, up);
                    if let Kind::Tempo(micros) = event.kind {
                        conductor.tempos.push((event.tick, micros));
                    } else {
                        list.extend(event.with_release());
                    }
                }
            }
            start += section.length();
        }
        conductor.tempos.sort_by_key(|(tick, _)| *tick);
        conductor.end = start;
        let mut tracks = vec![conductor];
        for (part, mut events) in self.parts.drain(..).zip(timed) {
            events.sort_by_key(|(tick, rank, _)| (*tick, *rank));
            tracks.push(part.perform(&events));
        }
        build(
            Division::Metrical(480),
            Layout::Parallel,
            tracks,
            Vec::new(),
        )
    }
}

impl Part {
    /// The part's track: its setup, then its events in order.
    fn perform(self, events: &[(u64, u8, Event)]) -> Track {
        let mut track = Track {
            name: self.name,
            ..Track::default()
        };
        let channel = self.channel;
        if let Some(program) = self.program {
            track.push(0, self.group, &[0xc0 | channel, program]);
        }
        for (controller, value) in self.setup {
            track.push(0, self.group, &[0xb0 | channel, controller, value]);
        }
        for (tick, _, event) in events {
            match event.kind {
                Kind::Exclusive(ref bytes) => track.push(*tick, self.group, bytes),
                Kind::NoteOn { key, velocity, .. } => {
                    track.push(*tick, self.group, &[0x90 | channel, key, velocity]);
                }
                Kind::NoteOff { key } => track.push(*tick, self.group, &[0x80 | channel, key, 64]),
                Kind::Controller { number, value } => {
                    track.push(*tick, self.group, &[0xb0 | channel, number, value]);
                }
                Kind::Bend(value) => {
                    let [low, high] = [value & 0x7f, value >> 7].map(|bits| bits.to_le_bytes()[0]);
                    track.push(*tick, self.group, &[0xe0 | channel, low, high]);
                }
                Kind::Program(program) => {
                    track.push(*tick, self.group, &[0xc0 | channel, program]);
                }
                Kind::Tempo(_) => {}
            }
        }
        track
    }
}

/// `NAME channel N` and the pairs that may follow.
fn read_part(words: &[Word<'_>], line: &Line<'_>) -> Result<Part, TextError> {
    let (name, mut pairs) = words
        .split_first()
        .ok_or_else(|| line.end("a name for the part"))?;
    let mut part = Part {
        name: name.text.to_owned(),
        group: 1,
        channel: u8::MAX,
        drums: false,
        velocity: 80,
        gate: 95,
        setup: Vec::new(),
        program: None,
    };
    while let Some((key, rest)) = pairs.split_first() {
        let value = rest.first().copied();
        let value = value.ok_or_else(|| line.end("a value after the last word"))?;
        match key.text {
            "channel" => part.channel = value.number(1, 16)? - 1,
            "group" => part.group = u16::from(value.number(1, 4)?),
            "program" => part.program = Some(value.number(1, 128)? - 1),
            "velocity" => part.velocity = value.number(1, 127)?,
            "gate" => part.gate = value.number(1, 100)?,
            _ => part.setup.push(control::fixed(key, &value)?),
        }
        pairs = rest.get(1..).unwrap_or_default();
    }
    if part.channel == u8::MAX {
        return Err(line.end("`channel` and a number 1..=16"));
    }
    part.drums = part.channel == 9;
    Ok(part)
}

/// "a section: intro, verse" for an error.
fn list<'a>(what: &str, names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    format!("{what} {}", names.join(", "))
}
