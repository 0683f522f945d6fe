//! MIDI clock: 24 ticks a quarter, start, stop, continue and song position, from a host's song.
//!
//! In: annotations of the transport, and where the song stands at the start of each block. Out:
//! messages with the time of their frame. Owner: the render side. Thread: render; nothing is
//! allocated. Source: \[MIDI1\] system real time messages, song position pointer.
//!
//! Positions are told in sixteenths, so that a song that begins between two of them is joined at the
//! next: the position, then start or continue, then the tick of that sixteenth. Ticks come only
//! while the song runs.

use dmus_kernel::ReferenceTime;
use dmus_kernel::clock::{Annotation, AnnotationKind};
use dmus_kernel::time::UNITS_PER_SECOND;

/// Ticks of a quarter.
const TICKS: f64 = 24.0;

/// Ticks of a sixteenth, in which positions are told.
const SIXTEENTH: i64 = 6;

/// The last position that can be told, sixteenths.
const LAST_POSITION: i64 = 0x3FFF;

/// Rounding of positions, ticks.
const NEAR: f64 = 1e-3;

const TICK: [u8; 1] = [0xF8];
const START: [u8; 1] = [0xFA];
const CONTINUE: [u8; 1] = [0xFB];
const STOP: [u8; 1] = [0xFC];

/// Who takes the messages.
type Emit<'a> = &'a mut dyn FnMut(ReferenceTime, &[u8]);

/// What of the clock a receiver has heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Course {
    /// It stands still.
    Still,
    /// It is started with the next tick.
    Begins,
    /// It runs.
    Runs,
}

/// The clock of one song.
#[derive(Debug)]
pub struct MidiClock {
    is_on: bool,
    is_playing: bool,
    course: Course,
    /// A time at which the song stands at `ticks`.
    time: ReferenceTime,
    ticks: f64,
    /// Of one tick, 100 ns.
    tick_units: f64,
    /// The tick to come.
    next: i64,
}

impl Default for MidiClock {
    fn default() -> Self {
        Self {
            is_on: false,
            is_playing: false,
            course: Course::Still,
            time: ReferenceTime::ZERO,
            ticks: 0.0,
            tick_units: tick_units(120.0),
            next: 0,
        }
    }
}

impl MidiClock {
    /// Switches it on, in the middle of a song if one runs, or off.
    ///
    /// # Real-time
    /// Render. Wait-free.
    pub fn set_on(&mut self, is_on: bool, now: ReferenceTime, emit: Emit<'_>) {
        if self.is_on == is_on {
            return;
        }
        if is_on {
            self.is_on = true;
            if self.is_playing {
                self.ticks = self.ticks_at(now);
                self.time = now;
                self.begin();
            }
        } else {
            self.end(now, emit);
            self.is_on = false;
        }
    }

    /// Takes what happened to the song, in the order of time.
    ///
    /// # Real-time
    /// Render. Bounded by the ticks since the last call.
    pub fn notice(&mut self, annotation: &Annotation, emit: Emit<'_>) {
        let time = annotation.time;
        self.run(time, emit);
        self.time = time;
        self.ticks = annotation.song_quarters * TICKS;
        self.tick_units = tick_units(annotation.tempo_bpm);
        match annotation.kind {
            AnnotationKind::Play => {
                self.is_playing = true;
                self.begin();
            }
            AnnotationKind::Stop => {
                self.is_playing = false;
                self.end(time, emit);
            }
            AnnotationKind::Locate | AnnotationKind::LoopWrap if self.is_playing => {
                // A receiver takes a position only while it stands still.
                self.end(time, emit);
                self.begin();
            }
            AnnotationKind::Locate => {
                self.find_next();
                self.tell_position(time, emit);
            }
            _ => {}
        }
    }

    /// Follows where the song stands at the start of a block, which may creep against the tempo.
    ///
    /// # Real-time
    /// Render. Wait-free.
    pub fn follow(&mut self, time: ReferenceTime, song_quarters: f64) {
        self.time = time;
        self.ticks = song_quarters * TICKS;
    }

    /// Tells the ticks before a time.
    ///
    /// # Real-time
    /// Render. Bounded by the ticks.
    pub fn run(&mut self, until: ReferenceTime, emit: Emit<'_>) {
        if !self.is_on || !self.is_playing {
            return;
        }
        loop {
            let due = self.due();
            if due >= until {
                return;
            }
            if self.course == Course::Begins {
                let is_told = self.tell_position(due, emit);
                emit(
                    due,
                    if self.next == 0 && is_told {
                        &START
                    } else {
                        &CONTINUE
                    },
                );
                self.course = Course::Runs;
            }
            emit(due, &TICK);
            self.next = self.next.saturating_add(1);
        }
    }

    /// The time of the next tick; where the song has crept past it, at once.
    fn due(&self) -> ReferenceTime {
        let way = (self.next as f64 - self.ticks) * self.tick_units;
        let due = self.time.saturating_add(ReferenceTime::new(whole(way)));
        due.max(self.time)
    }

    fn ticks_at(&self, time: ReferenceTime) -> f64 {
        let way = time.saturating_sub(self.time).units() as f64;
        self.ticks + way / self.tick_units
    }

    /// Has the receiver join at the next sixteenth.
    fn begin(&mut self) {
        self.find_next();
        self.course = Course::Begins;
    }

    /// The tick of the next sixteenth from the start of the song on.
    fn find_next(&mut self) {
        let sixteenth = whole((self.ticks - NEAR) / SIXTEENTH as f64);
        self.next = sixteenth.max(0).saturating_mul(SIXTEENTH);
    }

    fn end(&mut self, time: ReferenceTime, emit: Emit<'_>) {
        if self.is_on && self.course == Course::Runs {
            emit(time, &STOP);
        }
        self.course = Course::Still;
    }

    /// Tells the position of the next tick; false if it is too far to be told.
    fn tell_position(&self, time: ReferenceTime, emit: Emit<'_>) -> bool {
        let sixteenth = self.next / SIXTEENTH;
        let can = self.is_on && (0..=LAST_POSITION).contains(&sixteenth);
        if can {
            let [low, high] = [sixteenth & 0x7F, sixteenth >> 7];
            let seven = |bits: i64| u8::try_from(bits).unwrap_or(0);
            emit(time, &[0xF2, seven(low), seven(high)]);
        }
        can
    }
}

/// Units of a tick at a tempo.
fn tick_units(tempo_bpm: f64) -> f64 {
    60.0 * UNITS_PER_SECOND as f64 / tempo_bpm / TICKS
}

/// The next whole number.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a conversion to an integer saturates"
)]
fn whole(value: f64) -> i64 {
    value.ceil() as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmus_kernel::clock::{LoopRange, Transport, TransportTracker};
    use dmus_kernel::{SampleRate, SampleTime};

    const RATE: u32 = 48_000;

    /// A host that loops, jumps and stops, cut into blocks; all messages with their frames.
    struct Host {
        rate: SampleRate,
        tracker: TransportTracker,
        clock: MidiClock,
        frame: i64,
        facts: Transport,
        told: Vec<(i64, Vec<u8>)>,
    }

    impl Host {
        fn new(tempo_bpm: f64) -> Self {
            let rate = SampleRate::new(RATE).expect("a usual rate");
            let mut clock = MidiClock::default();
            clock.set_on(true, ReferenceTime::ZERO, &mut |_, _| {});
            Self {
                rate,
                tracker: TransportTracker::new(rate),
                clock,
                frame: 0,
                facts: Transport {
                    playing: Some(false),
                    looping: Some(false),
                    tempo_bpm: Some(tempo_bpm),
                    song_quarters: Some(0.0),
                    ..Transport::default()
                },
                told: Vec::new(),
            }
        }

        fn play(&mut self, frames: i64, block: i64) {
            let end = self.frame + frames;
            while self.frame < end {
                self.block(block.min(end - self.frame));
            }
        }

        fn block(&mut self, frames: i64) {
            let Self {
                rate,
                tracker,
                clock,
                told,
                ..
            } = self;
            let start = SampleTime::new(self.frame);
            let end = SampleTime::new(self.frame + frames);
            let mut emit = |time: ReferenceTime, bytes: &[u8]| {
                told.push((rate.ref_to_sample(time).frames(), bytes.to_vec()));
            };
            let length = usize::try_from(frames).expect("a block");
            tracker.block(start, length, &self.facts, &mut |annotation| {
                clock.notice(&annotation, &mut emit);
            });
            clock.run(rate.sample_to_ref(end), &mut emit);
            self.frame += frames;
            if self.facts.playing == Some(true) {
                let bpm = self.facts.tempo_bpm.expect("a tempo");
                let mut next = self.facts.song_quarters.expect("a place");
                next += frames as f64 / f64::from(RATE) * bpm / 60.0;
                if let Some(range) = self.facts.loop_range
                    && next >= range.end_quarters
                {
                    next -= range.end_quarters - range.start_quarters;
                }
                self.facts.song_quarters = Some(next);
            }
        }

        fn of(&self, status: u8) -> Vec<i64> {
            let of = self.told.iter().filter(|(_, bytes)| bytes[0] == status);
            of.map(|(frame, _)| *frame).collect()
        }
    }

    #[test]
    fn a_song_from_its_start_has_24_ticks_a_quarter_on_their_frames() {
        let mut host = Host::new(120.0);
        host.play(1_000, 500);
        host.facts.playing = Some(true);
        host.play(48_000, 256);
        let ticks: Vec<i64> = (0..48).map(|tick| 1_000 + tick * 1_000).collect();
        assert_eq!(host.of(0xF8), ticks);
        assert_eq!((host.of(0xFA), host.of(0xFB)), (vec![1_000], vec![]));
        host.facts.playing = Some(false);
        host.play(1_000, 256);
        assert_eq!(host.of(0xFC), [49_000]);
        assert_eq!(host.of(0xF8).len(), 48);
    }

    #[test]
    fn a_song_from_between_two_sixteenths_is_joined_at_the_next() {
        let mut host = Host::new(120.0);
        host.facts.song_quarters = Some(8.1);
        host.facts.playing = Some(true);
        host.play(24_000, 333);
        // Quarter 8.25 is sixteenth 33, and 0.15 quarters away.
        assert_eq!(host.of(0xFB), [3_600]);
        let first = host.told.iter().position(|(_, bytes)| bytes == &CONTINUE);
        let first = first.expect("it goes on");
        assert_eq!(host.told[first - 1], (3_600, vec![0xF2, 33, 0]));
        assert_eq!(host.told[first + 1], (3_600, vec![0xF8]));
        assert!(host.of(0xFA).is_empty());
    }

    #[test]
    fn the_end_of_a_loop_takes_the_receiver_back() {
        let mut host = Host::new(120.0);
        host.facts.playing = Some(true);
        host.facts.looping = Some(true);
        host.facts.loop_range = Some(LoopRange {
            start_quarters: 1.0,
            end_quarters: 2.0,
        });
        host.facts.song_quarters = Some(1.0);
        host.play(60_000, 512);
        assert_eq!(host.of(0xFC), [24_000, 48_000]);
        assert_eq!(host.of(0xFB), [0, 24_000, 48_000]);
        assert_eq!(
            host.of(0xF2),
            [0, 0, 24_000, 48_000],
            "told when it was found, and at each start"
        );
        assert_eq!(host.of(0xF8).len(), 60);
    }

    #[test]
    fn ticks_fall_on_the_same_frames_however_blocks_are_cut() {
        let take = |block| {
            let mut host = Host::new(133.7);
            host.facts.playing = Some(true);
            host.facts.song_quarters = Some(0.3);
            host.play(30_000, block);
            host.told
        };
        let whole = take(30_000);
        assert!(whole.len() > 30);
        for block in [1, 64, 333, 4_096] {
            assert_eq!(take(block), whole, "{block}");
        }
    }

    #[test]
    fn a_clock_switched_on_in_a_song_joins_it_and_one_switched_off_stops_it() {
        let mut host = Host::new(120.0);
        let mut told = Vec::new();
        host.clock
            .set_on(false, ReferenceTime::ZERO, &mut |_, bytes| {
                told.push(bytes.to_vec())
            });
        assert!(told.is_empty(), "nothing ran");
        host.facts.playing = Some(true);
        host.play(10_000, 500);
        assert!(host.told.is_empty());
        let now = host.rate.sample_to_ref(SampleTime::new(host.frame));
        host.clock.set_on(true, now, &mut |_, _| {});
        host.play(10_000, 500);
        // 10 000 frames are 10 ticks; the sixteenth of tick 12 is next.
        assert_eq!((host.of(0xFB), host.of(0xF8)[0]), (vec![12_000], 12_000));
        let now = host.rate.sample_to_ref(SampleTime::new(host.frame));
        host.clock
            .set_on(false, now, &mut |_, bytes| told.push(bytes.to_vec()));
        assert_eq!(told, [vec![0xFC]]);
    }

    #[test]
    fn a_place_beyond_the_pointer_is_not_told_but_the_ticks_are() {
        let mut host = Host::new(120.0);
        host.facts.song_quarters = Some(5_000.0);
        host.facts.playing = Some(true);
        host.play(24_000, 480);
        assert!(host.of(0xF2).is_empty());
        assert_eq!((host.of(0xFB), host.of(0xF8).len()), (vec![0], 24));
    }
}
