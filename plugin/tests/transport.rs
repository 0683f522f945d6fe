//! A host's transport in all its moods: what the song leaves behind ends, what hands hold does not.
//!
//! The rules are those of docs/transport.md.

use std::sync::Arc;

use dmus::control::{Control, SharedControl};
use dmus::shell::inbound::Inbound;
use dmus::shell::render::Trims;
use dmus::shell::{Asked, Pace, Shell};
use dmus::state::{SavedBank, SavedParts};
use dmus::view::ProgramNames;
use dmus_entry::PortEvent;
use dmus_kernel::clock::{LoopRange, Transport};
use nice_plug::midi::NoteEvent;

/// Low, so that much time passes in few frames.
const RATE: u32 = 8_000;

/// Quarters of a minute; one lasts 4 000 frames.
const TEMPO_BPM: f64 = 120.0;

/// How an event comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    /// From a recording.
    Song,
    /// From a keyboard, in a host that says so.
    Hands,
}

/// One event: frame of the block, note port, message.
type Event = (u32, u16, From, [u8; 3]);

/// A shell, and a host's transport at constant tempo.
struct Host {
    shell: Shell,
    trims: Trims,
    playing: bool,
    /// Quarter notes.
    position: f64,
    looped: Option<(f64, f64)>,
    left: Vec<f32>,
    right: Vec<f32>,
}

impl Host {
    fn new() -> Self {
        let control = Control::new(
            Arc::new(SavedBank::default()),
            Arc::new(SavedParts::default()),
            ProgramNames::default(),
        );
        let mut shell = Shell::new(SharedControl::new(control));
        assert!(shell.activate(RATE as f32, Pace::Live, 0));
        let mut trims = Trims::default();
        trims.effects.dry = true;
        Self {
            shell,
            trims,
            playing: false,
            position: 0.0,
            looped: None,
            left: Vec::new(),
            right: Vec::new(),
        }
    }

    /// Plays one block and moves the song on, through the end of its loop if it has one.
    fn block(&mut self, frames: u32, events: &[Event]) {
        self.left.resize(frames as usize, 0.0);
        self.right.resize(frames as usize, 0.0);
        let song = Transport {
            playing: Some(self.playing),
            looping: Some(self.looped.is_some()),
            tempo_bpm: Some(TEMPO_BPM),
            song_quarters: Some(self.position),
            loop_range: self.looped.map(|(start_quarters, end_quarters)| LoopRange {
                start_quarters,
                end_quarters,
            }),
            ..Transport::default()
        };
        let passed: Vec<_> = events
            .iter()
            .filter(|(_, port, from, _)| *port > 0 || *from == From::Hands)
            .collect();
        let passed = passed.iter().map(|(frame, port, from, bytes)| PortEvent {
            offset_frames: *frame,
            port: *port,
            is_live: *from == From::Hands,
            bytes: bytes.get(..length(*bytes)).unwrap_or(bytes),
        });
        self.shell.begin_block(None, 1, passed);
        let firsts = events.iter().filter(|(_, port, ..)| *port == 0);
        self.shell.process(
            &mut self.left,
            &mut self.right,
            &Asked {
                trims: &self.trims,
                song: &song,
            },
            firsts.filter_map(|(frame, _, _, bytes)| {
                let event = NoteEvent::from_midi(0, &bytes[..length(*bytes)]).ok()?;
                Some((Inbound::from_event(&event), *frame as usize))
            }),
        );
        if self.playing {
            self.position += f64::from(frames) * TEMPO_BPM / 60.0 / f64::from(RATE);
            if let Some((start, end)) = self.looped
                && self.position >= end
            {
                self.position = start + (self.position - end) % (end - start);
            }
        }
    }

    /// Whether everything has ended within half a minute; a cymbal rings for twenty seconds.
    fn comes_to_rest(&mut self) -> bool {
        for _ in 0..300 {
            self.block(800, &[]);
            if self.shell.is_at_rest() {
                return true;
            }
        }
        false
    }

    /// Whether something holds a note that is let go of at once.
    fn holds_a_note_struck_now(&mut self, port: u16, channel: u8) -> bool {
        let strike = (0, port, From::Hands, [0x90 | channel, 60, 100]);
        self.block(64, &[strike]);
        self.block(64, &[(0, port, From::Hands, [0x80 | channel, 60, 0])]);
        !self.comes_to_rest()
    }
}

/// Bytes of a channel message.
const fn length([status, ..]: [u8; 3]) -> usize {
    if matches!(status, 0xC0..=0xDF) { 2 } else { 3 }
}

/// An organ, which sounds as long as its key is down.
const ORGAN: [u8; 3] = [0xC0, 19, 0];
const ON: [u8; 3] = [0x90, 60, 100];
const OFF: [u8; 3] = [0x80, 60, 64];
const PEDAL: [u8; 3] = [0xB0, 64, 127];

/// A host in whose song a key and a pedal are down, or which somebody plays along with by hand.
fn holding(port: u16, from: From) -> Host {
    let mut host = Host::new();
    host.playing = true;
    host.block(
        256,
        &[
            (0, port, from, ORGAN),
            (10, port, from, PEDAL),
            (20, port, from, ON),
        ],
    );
    host.block(256, &[]);
    host
}

#[test]
fn a_stop_ends_the_notes_and_lifts_the_pedals_of_the_song_on_every_port() {
    for port in 0..4 {
        let mut host = holding(port, From::Song);
        assert!(!host.comes_to_rest(), "port {port}: it runs on");
        host.playing = false;
        assert!(host.comes_to_rest(), "port {port}");
        assert!(!host.holds_a_note_struck_now(port, 0), "port {port}");
    }
}

#[test]
fn what_hands_hold_outlives_stop_and_jump() {
    for port in 0..4 {
        let mut host = holding(port, From::Hands);
        host.position += 8.0;
        host.block(256, &[]);
        host.playing = false;
        assert!(!host.comes_to_rest(), "port {port}");
        host.block(
            64,
            &[
                (0, port, From::Hands, OFF),
                (0, port, From::Hands, [0xB0, 64, 0]),
            ],
        );
        assert!(host.comes_to_rest(), "port {port}");
    }
}

#[test]
fn what_is_played_while_the_song_stands_still_is_never_ended() {
    // A host that marks nothing as live.
    let mut host = Host::new();
    host.block(64, &[(0, 0, From::Song, ORGAN), (0, 0, From::Song, ON)]);
    host.playing = true;
    host.block(256, &[]);
    host.playing = false;
    assert!(!host.comes_to_rest());
    host.block(64, &[(0, 0, From::Song, OFF)]);
    assert!(host.comes_to_rest());
}

#[test]
fn a_jump_ends_what_the_song_held_if_the_host_tells_hands_from_song() {
    for port in 0..4 {
        let mut host = holding(port, From::Song);
        host.position += 8.0;
        assert!(host.comes_to_rest(), "port {port}");

        let mut host = holding(port, From::Song);
        host.playing = false;
        host.block(64, &[(0, port, From::Song, OFF)]);
        // By hand, or how else? Its host has not said so.
        host.block(64, &[(0, port, From::Song, ON)]);
        host.playing = true;
        host.block(64, &[(0, port, From::Song, [0x90, 67, 100])]);
        host.position += 8.0;
        assert!(!host.comes_to_rest(), "port {port}: left to the host");
        host.playing = false;
        host.block(64, &[(0, port, From::Song, OFF)]);
        assert!(host.comes_to_rest(), "port {port}");
    }
}

#[test]
fn a_host_that_plays_and_never_moves_its_song_cuts_nothing() {
    let mut host = Host::new();
    host.playing = true;
    host.block(512, &[(0, 0, From::Song, [0xB0, 7, 100])]);
    let place = host.position;
    let strike = (10, 0, From::Song, [0x90, 60, 100]);
    for turn in 0..20 {
        host.position = place;
        host.block(
            512,
            if turn == 2 {
                core::slice::from_ref(&strike)
            } else {
                &[]
            },
        );
    }
    let loud = host.left.iter().any(|sample| sample.abs() > 1e-4);
    assert!(loud, "the note is held");
}

#[test]
fn a_note_at_the_start_of_a_loop_is_not_the_one_that_was_held_over_its_end() {
    let mut host = Host::new();
    (host.playing, host.looped) = (true, Some((0.0, 0.5)));
    for _ in 0..8 {
        // 2 000 frames are the loop. The note-off at its end is lost each time.
        host.block(1_000, &[(0, 0, From::Song, ON)]);
        host.block(1_000, &[(0, 0, From::Song, [0x91, 60, 100])]);
    }
    host.looped = None;
    host.playing = false;
    assert!(host.comes_to_rest());
}

#[test]
fn wraps_and_their_note_offs_fall_on_the_same_frames_however_blocks_are_cut() {
    let take = |most: u32| {
        let mut host = Host::new();
        (host.playing, host.looped) = (true, Some((0.0, 0.3)));
        let mut heard = Vec::new();
        let events: Vec<(u32, u16, [u8; 3])> = (0..12_u8)
            .flat_map(|turn| {
                let (key, port, turn) = (48 + turn, u16::from(turn % 4), u32::from(turn));
                [
                    (turn * 1_100, port, [0x90, key, 100]),
                    (turn * 1_100 + 7, port, PEDAL),
                ]
            })
            .collect();
        let mut at = 0;
        while at < 13_000 {
            let frames = most.min(13_000 - at);
            let due: Vec<Event> = events
                .iter()
                .filter(|(frame, ..)| (at..at + frames).contains(frame))
                .map(|(frame, port, bytes)| (frame - at, *port, From::Song, *bytes))
                .collect();
            host.block(frames, &due);
            heard.extend(host.left.iter().map(|sample| sample.to_bits()));
            at += frames;
        }
        heard
    };
    let whole = take(13_000);
    assert!(whole.iter().any(|bits| *bits != 0));
    for most in [1, 64, 333, 2_400, 4_096] {
        assert!(take(most) == whole, "{most} frames");
    }
}

#[test]
fn bypass_is_silence_without_a_click_and_nothing_comes_back_after_it() {
    let mut host = Host::new();
    host.playing = true;
    host.block(800, &[(0, 0, From::Song, ON)]);
    let greatest_step = |samples: &[f32]| {
        let steps = samples.windows(2).map(|pair| (pair[1] - pair[0]).abs());
        steps.fold(0.0, f32::max)
    };
    let usual = greatest_step(&host.left);
    host.trims.is_bypassed = true;
    host.trims.master_gain_db = f32::NEG_INFINITY;
    let last = host.left[799];
    host.block(800, &[(400, 0, From::Song, [0x90, 72, 100])]);
    let mut across = vec![last];
    across.extend(&host.left);
    assert!(greatest_step(&across) <= 1.5 * usual);
    assert!(host.left[200..].iter().all(|sample| *sample == 0.0));
    host.trims.is_bypassed = false;
    host.trims.master_gain_db = 0.0;
    host.block(800, &[]);
    host.block(800, &[]);
    assert!(host.left.iter().all(|sample| *sample == 0.0));
    host.block(800, &[(0, 0, From::Song, [0x90, 72, 100])]);
    assert!(host.left.iter().any(|sample| *sample != 0.0));
}

/// SplitMix64: the same numbers everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    }

    fn below(&mut self, end: u8) -> u8 {
        let [byte, ..] = (self.roll() % u64::from(end)).to_le_bytes();
        byte
    }
}

/// One history: a host that plays, stops, jumps, loops, resets, bypasses and rests, and loses or
/// doubles note-offs of its song as real hosts do. Hands let go of what they hold at the end.
fn live_through(host: &mut Host, dice: &mut Dice) {
    let mut by_hand: Vec<(u16, u8, u8)> = Vec::new();
    let mut of_song: Vec<(u16, u8, u8)> = Vec::new();
    for _ in 0..4 + dice.below(12) {
        let mut events: Vec<Event> = Vec::new();
        let frames = 1 + u32::from(dice.below(250));
        let (port, channel) = (u16::from(dice.below(4)), dice.below(16));
        let key = 36 + dice.below(60);
        let mut send = |bytes| events.push((0, port, From::Song, bytes));
        match dice.below(20) {
            0..=2 => host.playing = true,
            3 => host.playing = false,
            4 => host.position = f64::from(dice.below(64)),
            5 => host.looped = Some((host.position, host.position + 0.125)),
            6 => host.looped = None,
            7 => {
                host.shell.reset();
                of_song.clear();
                by_hand.clear();
            }
            8 => {
                host.trims.is_bypassed ^= true;
                let is_off = host.trims.is_bypassed;
                host.trims.master_gain_db = if is_off { f32::NEG_INFINITY } else { 0.0 };
            }
            9 => host.shell.stop_processing(),
            10 if host.playing => {
                send([
                    0xB0 | channel,
                    [64, 66, 67][usize::from(dice.below(3))],
                    127,
                ]);
            }
            11 => send([0xE0 | channel, dice.below(128), dice.below(128)]),
            12 => send([0xC0 | channel, dice.below(128), 0]),
            13 => {
                events.push((0, port, From::Hands, [0x90 | channel, key, 90]));
                by_hand.push((port, channel, key));
            }
            14 => {
                // A note-off that comes, perhaps twice, or never.
                if let Some((port, channel, key)) = of_song.pop() {
                    for _ in 0..dice.below(3) {
                        events.push((frames - 1, port, From::Song, [0x80 | channel, key, 0]));
                    }
                }
            }
            _ => {
                if host.playing {
                    send([0x90 | channel, key, 100]);
                    of_song.push((port, channel, key));
                }
            }
        }
        host.block(frames, &events);
    }
    host.playing = false;
    host.trims.is_bypassed = false;
    host.trims.master_gain_db = 0.0;
    let lift =
        |(port, channel, key): &(u16, u8, u8)| (0, *port, From::Hands, [0x80 | *channel, *key, 0]);
    let lifted: Vec<Event> = by_hand.iter().map(lift).collect();
    host.block(64, &lifted);
}

#[test]
fn ten_thousand_histories_of_a_transport_end_without_a_voice_and_with_every_pedal_up() {
    let mut host = Host::new();
    let mut dice = Dice(28);
    for history in 0..10_000 {
        if history % 500 == 499 {
            host.shell.deactivate();
            assert!(host.shell.activate(RATE as f32, Pace::Live, 0));
        }
        live_through(&mut host, &mut dice);
        assert!(host.comes_to_rest(), "history {history}");
        if history % 20 == 0 {
            for part in 0..64_u8 {
                let struck = (
                    0,
                    u16::from(part / 16),
                    From::Hands,
                    [0x90 | (part % 16), 60, 100],
                );
                host.block(1, &[struck]);
                let ended = (0, struck.1, From::Hands, [0x80 | (part % 16), 60, 0]);
                host.block(1, &[ended]);
            }
            assert!(host.comes_to_rest(), "history {history}: a pedal is down");
        }
    }
}
