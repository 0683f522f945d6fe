//! A computed General MIDI file that keeps all sixteen channels busy, for tests and measurements.
//!
//! Out: a [`Song`] that is the same on every machine and at every call.
//! Source: \[GM1\] programs and percussion; \[MIDI1\] universal system exclusive.

use crate::builder::{Division, Layout, Track, build};
use crate::song::Song;
use crate::text::GM_ON;

/// Ticks of a quarter note.
const QUARTER: u64 = 480;
/// Ticks of a bar of four.
const BAR: u64 = 4 * QUARTER;
/// Bars; at 112 to 132 quarter notes a minute they last a little over two minutes.
const BARS: u64 = 64;

/// Program of each channel, one or two of each family; channel 10 is the drum kit.
const PROGRAMS: [u8; 16] = [0, 4, 11, 16, 24, 33, 40, 48, 52, 0, 61, 65, 73, 80, 88, 108];

/// Roots of the chords, one a bar, as semitones above the key.
const ROOTS: [u8; 8] = [0, 9, 5, 7, 4, 9, 2, 7];
/// Whether the chord of that bar is minor.
const MINOR: [bool; 8] = [false, true, false, false, true, true, true, false];

/// How a channel moves through a bar.
#[derive(Debug, Clone, Copy)]
enum Role {
    /// The chord, struck twice.
    Chord,
    /// Its notes one after another in eighths.
    Arpeggio,
    /// The root in quarter notes.
    Bass,
    /// A line of its own, with bends.
    Melody,
    /// One long chord that swells.
    Pad,
    /// The kit.
    Drums,
}

/// Two minutes of music on all sixteen channels: programs of every family, drums on channel 10,
/// controllers, pitch bends, pressure, tempo changes, General MIDI On and a master volume.
#[must_use]
pub fn sixteen_parts() -> Song {
    let mut conductor = Track {
        name: "Sixteen Parts".to_owned(),
        ..Track::default()
    };
    conductor.push(0, 1, &GM_ON);
    conductor.push(0, 1, &[0xf0, 0x7f, 0x7f, 0x04, 0x01, 0x00, 0x70, 0xf7]);
    for (section, micros) in [500_000, 535_714, 454_545, 500_000].into_iter().enumerate() {
        let tick = u64::try_from(section).unwrap_or(0) * BARS / 4 * BAR;
        conductor.tempos.push((tick, micros));
    }
    conductor.end = BARS * BAR + BAR;
    let mut tracks = vec![conductor];
    for (channel, program) in (0_u8..).zip(PROGRAMS) {
        tracks.push(channel_track(channel, program));
    }
    build(
        Division::Metrical(480),
        Layout::Parallel,
        tracks,
        Vec::new(),
    )
}

/// Notes and controls of one channel, put in order at the end.
#[derive(Debug)]
struct Line {
    channel: u8,
    /// Tick, rank within the tick, message.
    events: Vec<(u64, u8, [u8; 3])>,
    /// Small deterministic variation.
    seed: u32,
}

impl Line {
    /// A number below `limit` that looks arbitrary.
    fn vary(&mut self, limit: u8) -> u8 {
        self.seed = self
            .seed
            .wrapping_mul(1_664_525)
            .wrapping_add(1_013_904_223);
        let [high, ..] = self.seed.to_be_bytes();
        high % limit.max(1)
    }

    fn note(&mut self, tick: u64, length: u64, key: u8) {
        let velocity = 70 + self.vary(40);
        self.events
            .push((tick, 2, [0x90 | self.channel, key, velocity]));
        self.events.push((
            tick + length - length / 10,
            0,
            [0x80 | self.channel, key, 64],
        ));
    }

    fn control(&mut self, tick: u64, number: u8, value: u8) {
        self.events
            .push((tick, 1, [0xb0 | self.channel, number, value]));
    }

    /// A ramp of sixteen steps over `length` ticks, as controller `number` or as bend.
    fn ramp(&mut self, tick: u64, length: u64, status: u8, number: u8) {
        for step in 0..16_u8 {
            let at = tick + u64::from(step) * length / 16;
            let up = if step < 8 { step } else { 15 - step };
            let message = match status {
                0xe0 => [0xe0 | self.channel, up << 3, 64 + 2 * up],
                0xd0 => [0xd0 | self.channel, up << 4, 0],
                _ => [0xb0 | self.channel, number, 40 + 10 * up],
            };
            self.events.push((at, 1, message));
        }
    }
}

fn channel_track(channel: u8, program: u8) -> Track {
    let role = match channel {
        9 => Role::Drums,
        5 => Role::Bass,
        0 | 3 | 4 => Role::Chord,
        1 | 2 | 15 => Role::Arpeggio,
        7 | 8 | 14 => Role::Pad,
        _ => Role::Melody,
    };
    let mut line = Line {
        channel,
        events: Vec::new(),
        seed: u32::from(channel) + 1,
    };
    line.control(0, 7, 70 + 2 * channel);
    line.control(0, 10, channel * 8);
    line.control(0, 91, 40);
    line.control(0, 93, 4 * channel);
    for bar in 0..BARS {
        let place = usize::try_from(bar % 8).unwrap_or(0);
        let root = ROOTS.get(place).copied().unwrap_or(0);
        let minor = MINOR.get(place).copied().unwrap_or(false);
        let chord = [root, root + if minor { 3 } else { 4 }, root + 7];
        play_bar(&mut line, role, bar * BAR, chord);
    }
    // Ends first, then controls, then starts; a stable sort keeps the rest as written.
    line.events.sort_by_key(|(tick, rank, _)| (*tick, *rank));

    let mut track = Track {
        name: format!("Channel {}", channel + 1),
        ..Track::default()
    };
    track.push(0, 1, &[0xc0 | channel, program]);
    for (tick, _, message) in &line.events {
        let length = if matches!(message[0], 0xc0..=0xdf) {
            2
        } else {
            3
        };
        track.push(*tick, 1, message.get(..length).unwrap_or(message));
    }
    track
}

fn play_bar(line: &mut Line, role: Role, start: u64, chord: [u8; 3]) {
    let octave = 60 + 12 * (line.channel % 2);
    match role {
        Role::Chord => {
            line.control(start, 64, 127);
            for beat in [0, 2] {
                for tone in chord {
                    line.note(start + beat * QUARTER, 2 * QUARTER, 55 + tone);
                }
            }
            line.control(start + BAR - 20, 64, 0);
        }
        Role::Arpeggio => {
            for (eighth, tone) in (0..8).zip(chord.into_iter().cycle()) {
                line.note(start + eighth * QUARTER / 2, QUARTER / 2, octave + tone);
            }
        }
        Role::Bass => {
            for beat in 0..4 {
                line.note(start + beat * QUARTER, QUARTER, 36 + chord[0]);
            }
        }
        Role::Melody => {
            line.ramp(start, BAR, 0xe0, 0);
            line.ramp(start, BAR, 0xb0, 1);
            for beat in 0..4 {
                let tone = chord[usize::from(line.vary(3))];
                line.note(start + beat * QUARTER, QUARTER, octave + tone);
            }
        }
        Role::Pad => {
            line.ramp(start, BAR, 0xb0, 11);
            line.ramp(start, BAR, 0xd0, 0);
            for tone in chord {
                line.note(start, BAR, 60 + tone);
            }
        }
        Role::Drums => {
            for sixteenth in 0..16 {
                let tick = start + sixteenth * QUARTER / 4;
                match sixteenth {
                    0 | 6 | 8 => line.note(tick, 60, 36),
                    4 | 12 => line.note(tick, 60, 38),
                    14 => line.note(tick, 60, 46),
                    _ => {}
                }
                line.note(tick, 60, 42);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_channel_plays_for_two_minutes() {
        let song = sixteen_parts();
        assert!(
            song.length().seconds() >= 120.0,
            "{}",
            song.length().seconds()
        );
        for channel in 0..16 {
            let last = song
                .messages()
                .iter()
                .rfind(|m| m.bytes()[0] == 0x90 | channel)
                .unwrap();
            assert!(last.time().seconds() > 110.0, "channel {}", channel + 1);
        }
    }

    #[test]
    fn it_is_the_same_at_every_call() {
        assert_eq!(sixteen_parts(), sixteen_parts());
    }

    #[test]
    fn the_programs_come_from_twelve_families_at_least() {
        let mut families: Vec<_> = PROGRAMS.iter().map(|program| program / 8).collect();
        families.sort_unstable();
        families.dedup();
        assert!(families.len() >= 12, "{families:?}");
    }
}
