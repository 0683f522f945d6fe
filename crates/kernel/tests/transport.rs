//! The host's transport as annotations: what is told, on which frame, for hosts of every habit.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use assert_no_alloc::{AllocDisabler, assert_no_alloc, permit_alloc};
use dmus_kernel::{
    ReferenceTime, SampleRate, SampleTime,
    clock::{
        Annotation,
        AnnotationKind::{self, *},
        LoopRange, MasterClock, TimeSignature, Transport, TransportFlags, TransportTracker,
    },
};
use proptest::prelude::*;

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

/// At 120 and 48 kHz a quarter note is this many frames.
const QUARTER: i64 = 24_000;

const LOOP: LoopRange = LoopRange {
    start_quarters: 4.0,
    end_quarters: 8.0,
};

fn rate() -> SampleRate {
    SampleRate::new(48_000).unwrap()
}

fn stamp(frame: i64) -> ReferenceTime {
    rate().sample_to_ref(SampleTime::new(frame))
}

/// A tracker with all it has told.
struct Song {
    tracker: TransportTracker,
    told: Vec<Annotation>,
    start: i64,
}

impl Song {
    fn new() -> Self {
        Self {
            tracker: TransportTracker::new(rate()),
            told: Vec::new(),
            start: 0,
        }
    }

    /// One at 120 in 4/4 that stands at a position, its first annotations forgotten.
    fn standing(quarters: f64) -> Self {
        let mut song = Self::new();
        song.block(0, &still(quarters));
        song.told.clear();
        song
    }

    /// One that runs from frame 0.
    fn playing(quarters: f64, looped: Option<LoopRange>) -> Self {
        let mut song = Self::standing(quarters);
        song.block(0, &running(quarters, looped));
        song.told.clear();
        song
    }

    fn block(&mut self, frames: usize, facts: &Transport) {
        let told = &mut self.told;
        let start = SampleTime::new(self.start);
        self.tracker.block(start, frames, facts, &mut |it| {
            permit_alloc(|| told.push(it))
        });
        self.start += i64::try_from(frames).unwrap();
    }

    /// What was told since the last call: kinds with their frames.
    fn told(&mut self) -> Vec<(AnnotationKind, i64)> {
        let of = |it: Annotation| (it.kind, rate().ref_to_sample(it.time).frames());
        self.told.drain(..).map(of).collect()
    }
}

fn still(quarters: f64) -> Transport {
    Transport {
        playing: Some(false),
        recording: Some(false),
        looping: Some(false),
        tempo_bpm: Some(120.0),
        signature: Some(TimeSignature::COMMON),
        song_quarters: Some(quarters),
        ..Transport::default()
    }
}

fn running(quarters: f64, looped: Option<LoopRange>) -> Transport {
    Transport {
        playing: Some(true),
        looping: Some(looped.is_some()),
        loop_range: looped,
        ..still(quarters)
    }
}

fn quarters(frames: i64) -> f64 {
    frames as f64 / QUARTER as f64
}

#[test]
fn the_first_block_tells_all_that_is_known() {
    let mut song = Song::new();
    let facts = Transport {
        recording: Some(true),
        ..running(3.0, None)
    };
    song.block(64, &facts);
    let last = *song.told.last().unwrap();
    let kinds = [Locate, Signature, Tempo, RecordOn, Play].map(|kind| (kind, 0));
    assert_eq!(song.told(), kinds);
    let all = TransportFlags::PLAYING
        .with(TransportFlags::RECORDING)
        .with(TransportFlags::POSITION)
        .with(TransportFlags::TEMPO)
        .with(TransportFlags::SIGNATURE);
    let expected = Annotation {
        time: stamp(0),
        kind: Play,
        song_quarters: 3.0,
        tempo_bpm: 120.0,
        signature: TimeSignature::COMMON,
        flags: all,
    };
    assert_eq!(last, expected);
}

#[test]
fn a_host_that_says_nothing_changes_nothing() {
    let mut song = Song::new();
    song.block(64, &Transport::default());
    let mut playing = Song::playing(0.0, None);
    playing.block(6_000, &Transport::default());
    assert_eq!((song.told(), playing.told()), (vec![], vec![]));
    let quarters = playing.tracker.position_at(SampleTime::new(24_000));
    assert!(playing.tracker.is_playing() && (quarters - 1.0).abs() < 1e-9);
}

#[test]
fn numbers_that_are_none_count_as_not_said() {
    for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300] {
        let mut song = Song::playing(0.0, None);
        let facts = Transport {
            tempo_bpm: Some(odd),
            song_quarters: Some(odd),
            song_seconds: Some(odd),
            loop_range: Some(LoopRange {
                start_quarters: odd,
                end_quarters: odd,
            }),
            signature: Some(TimeSignature {
                numerator: 0,
                denominator: 0,
            }),
            looping: Some(true),
            ..Transport::default()
        };
        song.block(4_800, &facts);
        song.block(4_800, &facts);
        assert_eq!(song.told(), []);
        assert!((song.tracker.tempo_bpm() - 120.0).abs() < 1e-9);
    }
    let mut song = Song::playing(0.0, None);
    for tempo in [0.0, -120.0, 1e6] {
        let facts = Transport {
            tempo_bpm: Some(tempo),
            ..Transport::default()
        };
        song.block(64, &facts);
    }
    assert_eq!(song.told(), []);
}

#[test]
fn play_and_stop_are_told_on_their_frame() {
    let mut song = Song::standing(2.0);
    song.block(100, &still(2.0));
    song.block(200, &running(2.0, None));
    song.block(300, &still(2.0 + quarters(200)));
    assert_eq!(song.told(), [(Play, 100), (Stop, 300)]);
}

#[test]
fn a_host_that_returns_to_its_start_on_stop_locates_after_stopping() {
    let mut song = Song::playing(2.0, None);
    song.block(4_800, &running(2.0, None));
    song.block(64, &still(2.0));
    let [stop, locate] = song.told[..] else {
        unreachable!("two were expected: {:?}", song.told)
    };
    assert_eq!((stop.kind, locate.kind), (Stop, Locate));
    assert!((stop.song_quarters - 2.2).abs() < 1e-9);
    assert!((locate.song_quarters - 2.0).abs() < 1e-9);
}

#[test]
fn a_locate_is_told_whether_the_song_runs_or_not() {
    let mut song = Song::standing(0.0);
    song.block(100, &still(8.0));
    song.block(100, &still(8.0));
    song.block(100, &running(8.0, None));
    song.block(100, &running(1.0, None));
    song.block(100, &running(1.0 + quarters(100), None));
    let expected = [(Locate, 0), (Play, 200), (Locate, 300)];
    assert_eq!(song.told(), expected);
}

#[test]
fn a_jump_backwards_without_a_loop_is_a_locate_not_a_wrap() {
    let mut song = Song::playing(10.0, None);
    song.block(4_800, &running(10.0, None));
    song.block(4_800, &running(4.0, None));
    assert_eq!(song.told(), [(Locate, 4_800)]);
}

#[test]
fn a_jump_backwards_mid_block_is_told_on_the_frame_where_the_host_tells_it() {
    // A host that speaks inside a block is heard there: its block is two to the tracker.
    let mut song = Song::playing(10.0, None);
    song.block(300, &running(10.0, None));
    song.block(212, &running(2.0, None));
    song.block(512, &running(2.0 + quarters(212), None));
    assert_eq!(song.told(), [(Locate, 300)]);
}

#[test]
fn a_song_may_begin_before_its_zero() {
    let mut song = Song::playing(-1.5, None);
    song.block(48_000, &running(-1.5, None));
    song.block(64, &running(0.5, None));
    assert_eq!(song.told(), []);
    let at_zero = song.tracker.position_at(SampleTime::new(36_000));
    assert!(at_zero.abs() < 1e-9);
}

#[test]
fn every_frame_of_a_block_knows_whether_it_is_before_or_after_the_wrap() {
    let mut song = Song::playing(7.9, Some(LOOP));
    song.block(4_800, &running(7.9, Some(LOOP)));
    for (frame, expected) in [(0, 7.9), (2_399, 8.0), (2_400, 4.0), (4_800, 4.1)] {
        let position = song.tracker.position_at(SampleTime::new(frame));
        assert!((position - expected).abs() < 1e-4, "{frame}: {position}");
    }
}

#[test]
fn the_master_clock_goes_on_whatever_the_song_does() {
    let mut clock = MasterClock::new(rate());
    let mut tracker = TransportTracker::new(rate());
    let mut told = Vec::new();
    let facts = [
        running(0.0, Some(LOOP)),
        running(500.0, None),
        still(0.0),
        running(7.999, Some(LOOP)),
        Transport::default(),
    ];
    for (block, facts) in (1..).zip(facts.iter().cycle().take(50)) {
        assert_no_alloc(|| {
            tracker.block(clock.position(), 480, facts, &mut |it| {
                permit_alloc(|| told.push(it))
            })
        });
        assert_no_alloc(|| clock.advance(480));
        assert_eq!(clock.now(), stamp(block * 480));
    }
    assert!(told.len() > 50 && told.is_sorted_by_key(|it| it.time));
}

#[test]
fn tempo_signature_and_recording_are_told_in_their_order() {
    let mut song = Song::playing(0.0, None);
    song.block(24_000, &running(0.0, None));
    let facts = Transport {
        tempo_bpm: Some(60.0),
        signature: Some(TimeSignature {
            numerator: 7,
            denominator: 8,
        }),
        recording: Some(true),
        ..running(1.0, None)
    };
    song.block(48_000, &facts);
    let next = Transport {
        song_quarters: Some(2.0),
        recording: Some(false),
        ..facts
    };
    song.block(64, &next);
    let (changed, back) = (24_000, 72_000);
    let expected = [
        (Signature, changed),
        (Tempo, changed),
        (RecordOn, changed),
        (RecordOff, back),
    ];
    assert_eq!(song.told(), expected);
}

#[test]
fn a_wrap_inside_a_block_is_told_on_the_frame_of_the_loop_end() {
    let mut song = Song::playing(7.9, Some(LOOP));
    song.block(4_096, &running(7.9, Some(LOOP)));
    let wrap = song.told[0];
    assert_eq!(song.told(), [(LoopWrap, 2_400)]);
    assert!((wrap.song_quarters - 4.0).abs() < 1e-9);
    song.block(4_096, &running(4.0 + quarters(4_096 - 2_400), Some(LOOP)));
    assert_eq!(song.told(), []);
}

#[test]
fn a_wrap_on_the_edge_of_two_blocks_is_told_once() {
    // The host says where it is a frame early, on time, a frame late, half a frame off.
    for (late, said) in [
        (0, 4.0),
        (1, 4.0),
        (0, 8.0),
        (-1, 4.0),
        (0, 8.0 - 2e-5),
        (1, 8.0 - 2e-5),
    ] {
        let mut song = Song::playing(7.9, Some(LOOP));
        let first = 2_400 + late;
        song.block(usize::try_from(first).unwrap(), &running(7.9, Some(LOOP)));
        song.block(64, &running(said, Some(LOOP)));
        song.block(64, &running(4.0 + quarters(64), Some(LOOP)));
        let wraps = song.told();
        assert_eq!(wraps.len(), 1, "{late} {said}: {wraps:?}");
        let (kind, frame) = wraps[0];
        assert_eq!(kind, LoopWrap);
        assert!((frame - 2_400).abs() <= 1 || said > 7.0, "{frame}");
    }
}

#[test]
fn a_wrap_that_is_told_is_not_told_again_when_the_tempo_changes_beside_it() {
    let mut song = Song::playing(7.9, Some(LOOP));
    song.block(2_401, &running(7.9, Some(LOOP)));
    let facts = Transport {
        tempo_bpm: Some(121.0),
        ..running(8.0 - 2e-5, Some(LOOP))
    };
    song.block(64, &facts);
    assert_eq!(song.told(), [(LoopWrap, 2_400), (Tempo, 2_401)]);
}

#[test]
fn a_wrap_on_the_edge_of_two_blocks_is_told_though_the_position_crept() {
    let mut song = Song::playing(7.9, Some(LOOP));
    song.block(2_400, &running(7.9, Some(LOOP)));
    song.block(64, &running(4.0 + quarters(5), Some(LOOP)));
    song.block(64, &running(4.0 + quarters(69), Some(LOOP)));
    assert_eq!(song.told(), [(LoopWrap, 2_400)]);
}

#[test]
fn seconds_that_are_none_are_forgotten_when_better_ones_come() {
    let mut song = Song::playing(0.0, None);
    let told = |quarters, seconds| Transport {
        song_quarters: quarters,
        song_seconds: Some(seconds),
        ..running(0.0, None)
    };
    song.block(48_000, &told(Some(20.0), 1e300));
    song.block(48_000, &told(Some(40.0), 20.0));
    song.block(48_000, &told(None, 21.0));
    song.block(48_000, &told(None, 40.0));
    assert_eq!(
        song.told(),
        [(Locate, 0), (Locate, 48_000), (Locate, 144_000)]
    );
}

#[test]
fn a_short_loop_that_wraps_early_after_another_wrap_is_told_both() {
    let short = LoopRange {
        start_quarters: 4.0,
        end_quarters: 4.1,
    };
    let mut song = Song::playing(4.0, Some(short));
    song.block(4_799, &running(4.0, Some(short)));
    song.block(64, &running(4.0, Some(short)));
    assert_eq!(song.told(), [(LoopWrap, 2_400), (LoopWrap, 4_799)]);
}

#[test]
fn a_song_that_stops_at_the_end_of_its_loop_has_not_wrapped() {
    let mut song = Song::playing(7.9, Some(LOOP));
    song.block(2_400, &running(7.9, Some(LOOP)));
    song.block(64, &still(8.0));
    let stop = song.told[0];
    assert_eq!(song.told(), [(Stop, 2_400)]);
    assert!((stop.song_quarters - 8.0).abs() < 1e-9);
}

#[test]
fn a_host_that_loops_in_whole_blocks_wraps_once_at_the_loop_end() {
    let mut song = Song::playing(7.95, Some(LOOP));
    song.block(2_400, &running(7.95, Some(LOOP)));
    song.block(2_400, &running(4.0, Some(LOOP)));
    song.block(2_400, &running(4.1, Some(LOOP)));
    assert_eq!(song.told(), [(LoopWrap, 1_200)]);
}

#[test]
fn a_wrap_that_nothing_foretold_is_told_when_it_is_seen() {
    let mut song = Song::playing(7.95, None);
    let facts = |quarters| Transport {
        looping: Some(true),
        ..running(quarters, None)
    };
    song.block(2_400, &facts(7.95));
    song.block(2_400, &facts(4.05));
    song.block(2_400, &facts(4.15));
    assert_eq!(song.told(), [(LoopWrap, 2_400)]);
}

#[test]
fn a_song_beyond_its_loop_does_not_wrap() {
    let mut song = Song::playing(9.0, Some(LOOP));
    for block in 0..100 {
        song.block(2_400, &running(9.0 + quarters(block * 2_400), Some(LOOP)));
    }
    assert_eq!(song.told(), []);
}

#[test]
fn a_loop_that_is_switched_off_is_not_wrapped() {
    let mut song = Song::playing(7.8, Some(LOOP));
    song.block(2_400, &running(7.8, Some(LOOP)));
    song.block(4_800, &running(7.9, None));
    assert_eq!(song.told(), []);
}

#[test]
fn a_host_that_goes_on_past_its_loop_is_believed() {
    let mut song = Song::playing(7.9, Some(LOOP));
    song.block(9_600, &running(7.9, Some(LOOP)));
    song.block(64, &running(8.3, Some(LOOP)));
    song.block(64, &running(8.3 + quarters(64), Some(LOOP)));
    assert_eq!(song.told(), [(LoopWrap, 2_400), (Locate, 9_600)]);
}

#[test]
fn a_host_that_tells_only_seconds_is_followed_through_tempo_and_loop() {
    let told = |tempo, seconds, looped: Option<LoopRange>| Transport {
        tempo_bpm: Some(tempo),
        song_quarters: None,
        song_seconds: Some(seconds),
        ..running(0.0, looped)
    };
    let mut song = Song::new();
    song.block(48_000, &told(120.0, 1.0, None));
    song.told.clear();
    song.block(48_000, &told(60.0, 2.0, Some(LOOP)));
    let tempo = song.told[0];
    assert_eq!((tempo.kind, song.told.len()), (Tempo, 1));
    assert!((tempo.song_quarters - 4.0).abs() < 1e-9);
    // Four quarters of a second each: the loop ends 4 s after.
    song.told.clear();
    song.block(192_000, &told(60.0, 3.0, Some(LOOP)));
    song.block(48_000, &told(60.0, 3.0, Some(LOOP)));
    assert_eq!(song.told(), [(LoopWrap, 48_000 + 192_000)]);
    song.block(48_000, &told(60.0, 30.0, Some(LOOP)));
    assert_eq!(song.told(), [(Locate, 336_000)]);
}

#[test]
fn a_tempo_ramp_is_told_as_tempos_only() {
    let mut song = Song::playing(0.0, None);
    let (mut position, mut tempo) = (0.0, 120.0);
    for _ in 0..100 {
        let facts = Transport {
            tempo_bpm: Some(tempo),
            ..running(position, None)
        };
        song.block(1_024, &facts);
        let next = tempo + 1.0;
        position += (tempo + next) / 2.0 / 60.0 * 1_024.0 / 48_000.0;
        tempo = next;
    }
    assert!(song.told().iter().all(|(kind, _)| *kind == Tempo));
}

#[test]
fn wraps_of_skipped_frames_are_not_told_one_by_one() {
    let short = LoopRange {
        start_quarters: 0.0,
        end_quarters: 0.0021,
    };
    let mut song = Song::playing(0.0, Some(short));
    song.start += 86_400 * 48_000;
    let mut facts = running(0.0, Some(short));
    facts.song_quarters = None;
    song.block(480, &facts);
    assert!(song.told().len() <= 11);
}

#[test]
fn another_rate_takes_the_song_along() {
    let mut song = Song::playing(0.0, Some(LOOP));
    song.block(24_000, &running(0.0, Some(LOOP)));
    let clock = MasterClock::new(rate());
    let other = SampleRate::new(96_000).unwrap();
    let (before, after) = (SampleTime::new(24_000), SampleTime::new(48_000));
    assert_eq!(clock.at_rate(other).rate(), other);
    let mut tracker = song.tracker.at_rate(other, before, after);
    assert!((tracker.position_at(after) - 1.0).abs() < 1e-9);
    let mut wraps = Vec::new();
    let facts = running(1.0, Some(LOOP));
    assert_no_alloc(|| {
        tracker.block(after, 400_000, &facts, &mut |it| {
            permit_alloc(|| wraps.push(it))
        })
    });
    // Seven quarters of 48 000 frames later.
    assert_eq!(wraps.len(), 1);
    assert_eq!(other.ref_to_sample(wraps[0].time).frames(), 48_000 * 8);
}

/// A host whose song is exact: what it would say of any frame.
#[derive(Clone, Copy, Debug)]
struct Host {
    play: i64,
    stop: i64,
    tempo: i64,
    locate: i64,
}

impl Host {
    /// Frames at which a host must begin a block, for its facts to hold all through each.
    fn cuts(self) -> [i64; 4] {
        [self.play, self.stop, self.tempo, self.locate]
    }

    fn facts(self, frame: i64) -> Transport {
        let (mut quarters, mut tempo) = (5.0_f64, 120.0_f64);
        let mut last = 0;
        let mut cuts = self.cuts();
        cuts.sort_unstable();
        for cut in cuts.into_iter().filter(|cut| *cut <= frame).chain([frame]) {
            if last >= self.play && last < self.stop {
                quarters += (cut - last) as f64 * tempo / 60.0 / 48_000.0;
                while quarters >= LOOP.end_quarters - 1e-9 {
                    quarters -= LOOP.length();
                }
            }
            last = cut;
            if cut >= self.tempo {
                tempo = 93.7;
            }
            if cut == self.locate && frame >= self.locate {
                quarters = 6.25;
            }
        }
        Transport {
            playing: Some(frame >= self.play && frame < self.stop),
            tempo_bpm: Some(tempo),
            song_quarters: Some(quarters),
            ..running(0.0, Some(LOOP))
        }
    }

    fn play_with(self, blocks: &[usize]) -> Vec<Annotation> {
        let mut song = Song::new();
        let mut sizes = blocks.iter().cycle();
        while song.start < 400_000 {
            let size = i64::try_from(*sizes.next().unwrap()).unwrap();
            let next = self.cuts().into_iter().filter(|cut| *cut > song.start);
            let end = next.fold(song.start + size, i64::min);
            let frames = usize::try_from(end - song.start).unwrap();
            let facts = self.facts(song.start);
            song.block(frames, &facts);
        }
        song.told.retain(|it| it.time < stamp(399_000));
        song.told
    }
}

/// Five things a host may say: in the range of songs, or anything.
fn numbers() -> impl Strategy<Value = [Option<f64>; 5]> {
    let of = |range| prop_oneof![4 => proptest::option::of(range), 1 => any::<Option<f64>>()];
    let start = of(0.0..4.0);
    let all = (
        of(20.0..999.0),
        of(-1.0..9.0),
        of(-1.0..9.0),
        start,
        of(0.0..8.0),
    );
    all.prop_map(|(bpm, quarters, seconds, start, end)| [bpm, quarters, seconds, start, end])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn annotations_do_not_depend_on_how_the_host_cuts_its_blocks(
        play in 0_i64..50_000,
        stop in 200_000_i64..398_000,
        tempo in 60_000_i64..190_000,
        locate in 60_000_i64..190_000,
        blocks in proptest::collection::vec(1_usize..5_000, 1..20),
    ) {
        prop_assume!(tempo != locate);
        let host = Host { play, stop, tempo, locate };
        let whole = host.play_with(&[4_096]);
        prop_assert_eq!(&host.play_with(&[441]), &whole);
        prop_assert_eq!(&host.play_with(&blocks), &whole);
        let has = |kind| whole.iter().any(|it| it.kind == kind);
        prop_assert!([Play, Stop, Tempo, Locate, LoopWrap].into_iter().all(has));
    }

    #[test]
    fn no_host_makes_time_step_back_or_annotations_flood(
        blocks in proptest::collection::vec(
            (0_usize..2_000, any::<[Option<bool>; 3]>(), numbers()), 1..40),
    ) {
        let mut song = Song::new();
        for (frames, [playing, recording, looping], [bpm, quarters, seconds, start, end]) in blocks {
            let range = start.zip(end).map(|(start_quarters, end_quarters)| LoopRange {
                start_quarters,
                end_quarters,
            });
            let facts = Transport {
                playing,
                recording,
                looping,
                tempo_bpm: bpm,
                signature: None,
                song_quarters: quarters,
                song_seconds: seconds,
                loop_range: range,
            };
            let before = song.told.len();
            song.block(frames, &facts);
            prop_assert!(song.told.len() - before <= 7 + frames / 48 + 1);
        }
        prop_assert!(song.told.is_sorted_by_key(|it| it.time));
        prop_assert!(song.told.iter().all(|it| it.song_quarters.is_finite()));
    }
}

#[test]
fn following_a_host_allocates_nothing() {
    let mut tracker = TransportTracker::new(rate());
    let mut told = 0_usize;
    assert_no_alloc(|| {
        for block in 0..1_000_i64 {
            let facts = running(4.0 + quarters(block % 40 * 2_400), Some(LOOP));
            let start = SampleTime::new(block * 2_400);
            tracker.block(start, 2_400, &facts, &mut |_| told += 1);
        }
    });
    assert!(told > 20);
}
