//! Plays events once and says what that took.
//!
//! Out: one line, nanoseconds, what they were taken for (frames or events), voices at the end, and
//! frames of all voices; in a file, the nanoseconds of each grain of blocks
//! or of events, little-endian.
//! What counts runs within `measured_*`, which an instruction counter can tell by name.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::engines::{self, BLOCK, Player, Wish};
use crate::events::{self, Event};

/// Frames that are rendered before time is taken, for envelopes to begin.
const WARM: usize = 4_800;

/// Note-ons of one round, on a synthesizer at rest.
const CHORD: u8 = 64;

/// Events between two blocks.
const HANDFUL: usize = 64;

/// What playing took.
#[derive(Default)]
struct Taken {
    time: Duration,
    /// Frames, or events.
    count: usize,
    voices: u32,
    voice_frames: u64,
    grains: Vec<Duration>,
}

/// Plays and prints. The words after the engine: font, events, taps (1, 4, 7), effects (0, 1),
/// voices, mode, count, blocks of a grain, file for times.
pub(crate) fn run(engine: &str, words: &[&str]) -> Result<(), Box<dyn Error>> {
    let [
        font,
        events,
        taps,
        effects,
        voices,
        mode,
        count,
        grain,
        times,
    ] = *words
    else {
        return Err("nine words are wanted".into());
    };
    let wish = Wish {
        font: Path::new(font),
        taps: taps.parse()?,
        effects: effects == "1",
        voices: voices.parse()?,
    };
    let mut player = engines::make(engine, wish)?;
    let events = events::read(Path::new(events))?;
    let count = count.parse()?;
    let taken = match mode {
        "render" => render(&mut *player, &events, count, grain.parse()?),
        "events" => controllers(&mut *player, &events, count),
        "notes" => notes(&mut *player, count),
        _ => return Err("`render`, `events` or `notes`?".into()),
    };
    let nanos = taken.grains.iter().map(Duration::as_nanos);
    let nanos = nanos.map(|nanos| u32::try_from(nanos).unwrap_or(u32::MAX).to_le_bytes());
    fs::write(times, nanos.flatten().collect::<Vec<u8>>())?;
    let Taken {
        time,
        count,
        voices,
        voice_frames,
        ..
    } = taken;
    println!("{} {count} {voices} {voice_frames}", time.as_nanos());
    Ok(())
}

/// A stream of events on its way into a synthesizer.
struct Stream<'a> {
    player: &'a mut dyn Player,
    events: &'a [Event],
    frame: usize,
    sides: [[f32; BLOCK]; 2],
}

impl<'a> Stream<'a> {
    fn new(player: &'a mut dyn Player, events: &'a [Event]) -> Self {
        Self {
            player,
            events,
            frame: 0,
            sides: [[0.0; BLOCK]; 2],
        }
    }

    #[inline(always)]
    fn block(&mut self) {
        while let Some((event, rest)) = self.events.split_first()
            && usize::try_from(event.frame).is_ok_and(|frame| frame <= self.frame)
        {
            self.player.send(event);
            self.events = rest;
        }
        let [left, right] = &mut self.sides;
        self.player.render(left, right);
        self.frame += BLOCK;
    }
}

#[inline(never)]
fn measured_blocks(stream: &mut Stream<'_>, blocks: usize) {
    for _ in 0..blocks {
        stream.block();
    }
}

#[inline(never)]
fn measured_events(player: &mut dyn Player, events: &[Event]) -> Duration {
    let start = Instant::now();
    for event in events {
        player.send(event);
    }
    start.elapsed()
}

fn render(player: &mut dyn Player, events: &[Event], frames: usize, grain: usize) -> Taken {
    let mut stream = Stream::new(player, events);
    while stream.frame < WARM {
        stream.block();
    }
    let mut taken = Taken::default();
    while taken.count < frames {
        let start = Instant::now();
        measured_blocks(&mut stream, grain);
        let time = start.elapsed();
        taken.grains.push(time);
        taken.time += time;
        taken.count += grain * BLOCK;
        taken.voices = stream.player.voices();
        taken.voice_frames += u64::from(taken.voices) * (grain * BLOCK) as u64;
    }
    taken
}

/// What is due at frame 0 sounds; the rest is sent in handfuls, with a block after each, which is
/// not counted.
fn controllers(player: &mut dyn Player, events: &[Event], most: usize) -> Taken {
    let first = events.partition_point(|event| event.frame == 0);
    let (now, rest) = events.split_at(first);
    let rest = rest.get(..most).unwrap_or(rest);
    let mut stream = Stream::new(player, now);
    stream.block();
    let mut taken = Taken {
        voices: stream.player.voices(),
        ..Taken::default()
    };
    for handful in rest.chunks(HANDFUL) {
        let time = measured_events(stream.player, handful);
        taken.grains.push(time);
        taken.time += time;
        taken.count += handful.len();
        stream.block();
    }
    taken
}

/// Chords on a synthesizer at rest.
fn notes(player: &mut dyn Player, rounds: usize) -> Taken {
    let chord = (0..CHORD).map(|n| Event {
        frame: 0,
        bytes: [0x90 | (n % 4), 40 + n / 4 * 2, 90],
    });
    let chord: Vec<Event> = chord.collect();
    let mut stream = Stream::new(player, &[]);
    let mut taken = Taken::default();
    for _ in 0..rounds {
        let time = measured_events(stream.player, &chord);
        taken.grains.push(time);
        taken.time += time;
        taken.count += chord.len();
        stream.block();
        taken.voices = stream.player.voices();
        for channel in 0..4 {
            stream.player.send(&Event {
                frame: 0,
                bytes: [0xB0 | channel, 120, 0],
            });
        }
        // Long enough for what is cut to have faded.
        for _ in 0..16 {
            stream.block();
        }
    }
    taken
}
