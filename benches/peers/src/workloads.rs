//! The font and the events that every synthesizer plays, the same in every run.

use std::error::Error;
use std::fs;
use std::path::Path;

use crate::events::{self, Event};
use crate::long;

/// Frames per second.
const RATE: f64 = 48_000.0;

/// Channels but the drums'.
const MELODIC: [u8; 15] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15];

/// Numbers that look random and are the same in every run.
#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// `0.0..1.0`. Source: Steele, Lea, Flood, Fast Splittable Pseudorandom Number Generators, 2014.
    pub(crate) fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// `0..limit`.
    fn below(&mut self, limit: u8) -> u8 {
        (self.unit() * f64::from(limit)) as u8
    }

    fn one_of<T: Copy>(&mut self, list: &[T]) -> T {
        list[(self.unit() * list.len() as f64) as usize]
    }
}

/// Writes the font `bench.sf2` and a file of each row of events.
pub(crate) fn write(folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("bench.sf2"), long::bytes())?;
    let row = |name: &str, events| events::write(&folder.join(name), events);
    for (program, name) in (0..).zip(["open", "lowpass", "modulated"]) {
        for notes in [64, 256, 1_024] {
            row(&format!("{name}-{notes}"), sustained(notes, program))?;
        }
    }
    row("song", song(60.0, 40.0))?;
    row("storm", storm(4.0, 5_000.0))?;
    row("idle", Vec::new())?;
    row("controllers", controllers(20_000))?;
    let sounding = sustained(256, 0).into_iter();
    row(
        "controllers-256",
        sounding.chain(controllers(20_000)).collect(),
    )
}

fn event(seconds: f64, status: u8, channel: u8, first: u8, second: u8) -> Event {
    Event {
        frame: (seconds * RATE) as u32,
        bytes: [status | channel, first, second],
    }
}

/// Notes that last, each of another channel or key.
fn sustained(notes: u32, program: u8) -> Vec<Event> {
    let mut events = Vec::new();
    for channel in MELODIC {
        events.push(event(0.0, 0xC0, channel, program, 0));
        events.push(event(0.0, 0xB0, channel, 7, 40));
        events.push(event(0.0, 0xB0, channel, 10, 8 + 7 * channel));
    }
    for note in 0..notes {
        let part = note % 15;
        let key = 30 + (note / 15 * 17 + 5 * part) % 69;
        events.push(event(0.0, 0x90, MELODIC[part as usize], key as u8, 100));
    }
    events
}

/// Music of a kind: fifteen instruments and drums, bends, controllers, pedals and programs.
fn song(seconds: f64, notes_per_s: f64) -> Vec<Event> {
    const PROGRAMS: [u8; 16] = [0, 33, 48, 61, 25, 73, 4, 81, 52, 0, 56, 89, 11, 19, 66, 30];
    const SCALE: [u8; 7] = [0, 2, 4, 5, 7, 9, 11];
    const DRUMS: [u8; 12] = [35, 38, 42, 42, 46, 49, 51, 45, 48, 39, 54, 70];
    let mut random = Random::new(7);
    let mut events = Vec::new();
    for (channel, program) in (0..).zip(PROGRAMS) {
        if channel != 9 {
            events.push(event(0.0, 0xC0, channel, program, 0));
        }
        let volume = 70 + channel * 5 % 40;
        let pan = (20 + channel * 6) % 128;
        for (number, value) in [(7, volume), (10, pan), (91, 40), (93, 20)] {
            events.push(event(0.0, 0xB0, channel, number, value));
        }
    }
    for note in 0..(seconds * notes_per_s) as u32 {
        let start = (f64::from(note) + random.unit()) / notes_per_s;
        let channel = if note % 3 == 0 { 9 } else { random.below(16) };
        let (key, lasts) = match channel {
            9 => (random.one_of(&DRUMS), 0.1),
            _ => (
                36 + 12 * random.below(4) + random.one_of(&SCALE),
                random.one_of(&[0.1, 0.25, 0.5, 1.0, 2.0]),
            ),
        };
        let velocity = 40 + random.below(87);
        events.push(event(start, 0x90, channel, key, velocity));
        events.push(event(start + lasts, 0x80, channel, key, 64));
    }
    for n in 0..(seconds * 60.0) as u32 {
        let at = (f64::from(n) + random.unit()) / 60.0;
        let channel = random.below(16);
        let bend = (8_192.0 + 4_000.0 * (f64::from(n) * 0.05).sin()) as u16;
        let (low, high) = ((bend & 127) as u8, (bend >> 7) as u8);
        events.push(event(at, 0xE0, channel, low, high));
        let number = random.one_of(&[1, 1, 11, 11, 7, 10, 74]);
        let value = match number {
            7 | 11 => 30 + random.below(97),
            1 => random.below(64),
            _ => random.below(128),
        };
        events.push(event(at + 0.001, 0xB0, channel, number, value));
    }
    for second in 0..seconds as u32 {
        let (at, channel) = (f64::from(second), random.below(16));
        events.push(event(at, 0xB0, channel, 64, 127));
        events.push(event(at + 0.5, 0xB0, channel, 64, 0));
        events.push(event(at + 0.25, 0xD0, channel, random.below(64), 0));
        if second % 4 == 0 {
            let channel = random.one_of(&MELODIC);
            events.push(event(at, 0xC0, channel, random.one_of(&PROGRAMS), 0));
        }
    }
    events
}

/// More notes than there are voices: each of 10 ms, on pianos.
fn storm(seconds: f64, notes_per_s: f64) -> Vec<Event> {
    let mut random = Random::new(3);
    let mut events = Vec::new();
    for channel in MELODIC {
        events.push(event(0.0, 0xC0, channel, 0, 0));
        events.push(event(0.0, 0xB0, channel, 7, 40));
    }
    for (note, channel) in (0..(seconds * notes_per_s) as u32).zip(MELODIC.into_iter().cycle()) {
        let start = f64::from(note) / notes_per_s;
        let key = 30 + random.below(70);
        events.push(event(start, 0x90, channel, key, 20 + random.below(107)));
        events.push(event(start + 0.010, 0x80, channel, key, 64));
    }
    events
}

/// Controllers, bends and pressures, one a frame.
fn controllers(count: u32) -> Vec<Event> {
    let mut random = Random::new(5);
    let mut one = |n: u32| {
        // Behind what is due at frame 0.
        let (at, channel) = ((f64::from(n) + 64.5) / RATE, random.below(16));
        let (first, second) = (random.below(128), random.below(128));
        match random.below(8) {
            0..5 => {
                let number = random.one_of(&[1, 7, 10, 11, 71, 74, 91, 93]);
                event(at, 0xB0, channel, number, second)
            }
            5..7 => event(at, 0xE0, channel, first, second),
            _ => event(at, 0xD0, channel, first, 0),
        }
    };
    (0..count).map(&mut one).collect()
}
