//! The player against the obvious way: one frame at a time, every tap looked up by itself.

use super::super::interpolation::sinc;
use super::super::octet::Kernel;
use super::*;
use dmus_dls::bank::Frames;

const ALL: [Interpolation; 3] = [
    Interpolation::Linear,
    Interpolation::Cubic,
    Interpolation::Sinc,
];

fn reader(interpolation: Interpolation, level: Level) -> Reader {
    Reader {
        level,
        interpolation,
    }
}

/// A wave of noise.
fn noise(frames: usize) -> Vec<i16> {
    (0..frames)
        .scan(1_u32, |state, _| {
            *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Some((*state >> 16).cast_signed() as i16)
        })
        .collect()
}

fn bits(samples: &[f32]) -> Vec<u32> {
    samples.iter().map(|sample| sample.to_bits()).collect()
}

/// One call of the player.
struct Play<'a> {
    playhead: &'a mut Playhead,
    recording: &'a Recording,
    wave_loop: Option<Loop>,
    scratch: &'a mut Window,
    out: &'a mut [f32],
}

impl Kernel for Play<'_> {
    fn run<O: Octet>(self, octet: O) {
        let Self {
            playhead,
            recording,
            wave_loop,
            scratch,
            out,
        } = self;
        playhead.read(octet, recording, wave_loop, scratch, out);
    }
}

/// Reads ticks of 64 frames, in slices.
fn play(
    playhead: &mut Playhead,
    reader: &Reader,
    recording: &Recording,
    wave_loop: Option<Loop>,
    slices: &[usize],
    frames: usize,
) -> Vec<f32> {
    let mut scratch = [0x55; WINDOW_FRAMES];
    let mut out = vec![0.0; frames];
    let mut rest = &mut out[..];
    for &slice in slices.iter().cycle() {
        let (now, later) = rest.split_at_mut(slice.min(rest.len()));
        reader.level.run(Play {
            playhead: &mut *playhead,
            recording,
            wave_loop,
            scratch: &mut scratch,
            out: now,
        });
        rest = later;
        if rest.is_empty() {
            break;
        }
    }
    out
}

/// The frame at a position, the loop unrolled, silence outside.
fn frame(wave: &[i16], wave_loop: Option<Loop>, position: i64) -> i16 {
    let at = match (u64::try_from(position), wave_loop) {
        (Ok(position), Some(wave_loop)) => wave_loop.frame(position),
        (Ok(position), None) => position,
        (Err(_), _) => return 0,
    };
    wave.get(usize::try_from(at).unwrap()).copied().unwrap_or(0)
}

fn naive(
    wave: &[i16],
    wave_loop: Option<Loop>,
    (interpolation, speed, start): (Interpolation, f64, u32),
    frames: usize,
) -> Vec<f32> {
    let speed = fixed(speed);
    let method = Method::of(interpolation, speed);
    let mut phase = u64::from(start) * ONE;
    let mut out = Vec::new();
    for _ in 0..frames {
        let first = (phase / ONE) as i64 - method.behind() as i64;
        let taps: Vec<f64> = (0..method.taps())
            .map(|tap| f64::from(frame(wave, wave_loop, first + tap as i64)))
            .collect();
        let t = (phase % ONE) as f64 / ONE as f64;
        let row: Option<Vec<i16>> = match method {
            Method::Sinc(sinc::Kernel::One(rows)) => Some(rows.at(phase as u32).to_vec()),
            Method::Sinc(sinc::Kernel::Two(rows)) => Some(rows.at(phase as u32).to_vec()),
            Method::Sinc(sinc::Kernel::Four(rows)) => Some(rows.at(phase as u32).to_vec()),
            Method::Sinc(sinc::Kernel::Eight(rows)) => Some(rows.at(phase as u32).to_vec()),
            _ => None,
        };
        out.push(match row {
            Some(row) => {
                let sum: f64 = row.iter().zip(&taps).map(|(w, x)| f64::from(*w) * x).sum();
                (sum / 16_384.0) as f32
            }
            None if interpolation == Interpolation::Linear => {
                (taps[0] + t * (taps[1] - taps[0])) as f32
            }
            None => {
                let [a, b, c, d] = [taps[0], taps[1], taps[2], taps[3]];
                let square = 2.0 * a - 5.0 * b + 4.0 * c - d;
                let cubic = 3.0 * (b - c) + d - a;
                (b + 0.5 * t * (c - a + t * (square + t * cubic))) as f32
            }
        });
        phase += speed;
    }
    out
}

fn close(out: &[f32], expected: &[f32], what: &str) {
    assert_eq!(out.len(), expected.len());
    for (n, (a, b)) in out.iter().zip(expected).enumerate() {
        assert!((a - b).abs() < 0.02, "{what}, frame {n}: {a} {b}");
    }
}

#[test]
fn loops_read_like_the_obvious_reader() {
    let wave = noise(900);
    let recording = Recording::new(&wave.clone().into()).unwrap();
    for interpolation in ALL {
        let reader = reader(interpolation, Level::best());
        for (start, length) in [
            (0, 900),
            (100, 500),
            (3, 130),
            (50, 20),
            (899, 1),
            (0, 1),
            (7, 3),
        ] {
            let wave_loop = recording.wave_loop(start, length);
            assert!(wave_loop.is_some());
            for speed in [0.01, 0.5, 1.0, 1.37, 3.9, 17.3, 700.1] {
                let mut playhead = Playhead::new(speed, 0, &reader);
                let out = play(&mut playhead, &reader, &recording, wave_loop, &[64], 3000);
                let expected = naive(&wave, wave_loop, (interpolation, speed, 0), 3000);
                let what = format!("{interpolation:?} loop {start} {length} speed {speed}");
                close(&out, &expected, &what);
            }
        }
    }
}

#[test]
fn a_one_shot_reads_like_a_copy_with_silence_around_it() {
    for length in (1..12).chain([300, 1700]) {
        let wave = noise(length);
        let recording = Recording::new(&wave.clone().into()).unwrap();
        for interpolation in ALL {
            let reader = reader(interpolation, Level::best());
            for speed in [0.01, 0.5, 1.0, 1.37, 3.9, 17.3] {
                for start in [0, 1, 5, u32::try_from(length).unwrap() - 1] {
                    let mut playhead = Playhead::new(speed, start, &reader);
                    let out = play(&mut playhead, &reader, &recording, None, &[64], 2000);
                    let expected = naive(&wave, None, (interpolation, speed, start), 2000);
                    close(
                        &out,
                        &expected,
                        &format!("{interpolation:?} {length} {start} {speed}"),
                    );
                }
            }
        }
    }
}

#[test]
fn every_level_and_any_slicing_read_the_same_bits() {
    let wave = noise(700);
    let recording = Recording::new(&wave.into()).unwrap();
    for interpolation in ALL {
        for wave_loop in [
            None,
            recording.wave_loop(90, 200),
            recording.wave_loop(400, 30),
        ] {
            let render = |level: Level, slices: &[usize]| {
                let reader = reader(interpolation, level);
                let mut playhead = Playhead::new(1.3, 0, &reader);
                let mut out = Vec::new();
                for tick in 0..60 {
                    let speed = [2.7, 0.4, 9.0, 0.03, 300.0, 1.0][tick % 6];
                    playhead.aim(0, speed, &reader);
                    let one = play(
                        &mut playhead,
                        &reader,
                        &recording,
                        wave_loop,
                        slices,
                        TICK_FRAMES,
                    );
                    out.extend(bits(&one));
                }
                out
            };
            let whole = render(Level::Portable, &[TICK_FRAMES]);
            for level in Level::all() {
                for slices in [&[64][..], &[1], &[7, 3, 20], &[33]] {
                    assert!(render(level, slices) == whole, "{level:?} {slices:?}");
                }
            }
        }
    }
}

#[test]
fn lower_bits_of_zero_change_no_bit_and_others_count_as_parts_of_a_step() {
    let high = noise(600);
    for interpolation in ALL {
        let reader = reader(interpolation, Level::best());
        let read = |frames: Frames| {
            let recording = Recording::new(&frames).unwrap();
            let wave_loop = recording.wave_loop(90, 200);
            let mut playhead = Playhead::new(0.7, 0, &reader);
            play(&mut playhead, &reader, &recording, wave_loop, &[64], 1500)
        };
        let plain = read(high.clone().into());
        let deep = read(Frames::of_24_bits(high.clone(), &vec![0; high.len()]));
        assert_eq!(bits(&plain), bits(&deep));
        let half_a_step = read(Frames::of_24_bits(high.clone(), &vec![128; high.len()]));
        // The first frames touch the silence before the wave, which has no lower bits.
        for (deep, plain) in half_a_step.iter().zip(&plain).skip(12) {
            assert!((deep - plain - 0.5).abs() < 4e-3, "{deep} {plain}");
        }
    }
}

#[test]
fn a_one_shot_ends_after_its_last_frame() {
    let recording = Recording::new(&vec![7; 100].into()).unwrap();
    for (interpolation, ring) in [(Interpolation::Cubic, 1), (Interpolation::Sinc, 7)] {
        let reader = reader(interpolation, Level::best());
        let mut playhead = Playhead::new(1.0, 0, &reader);
        let mut at = |frames| {
            let out = play(&mut playhead, &reader, &recording, None, &[64], frames);
            (out, playhead.is_past(&recording))
        };
        let (out, past) = at(100);
        assert!((out[50] - 7.0).abs() < 1e-3 && !past);
        assert!(!at(ring - 1).1);
        assert!(at(1).1);
        assert!(at(64).0.iter().all(|sample| sample.abs() < 1e-9));
    }
}

#[test]
fn leaving_a_loop_plays_on_without_a_jump() {
    let wave: Vec<i16> = (0..1000).map(|n| n * 7).collect();
    let recording = Recording::new(&wave.into()).unwrap();
    let wave_loop = recording.wave_loop(100, 300).unwrap();
    let reader = reader(Interpolation::Cubic, Level::best());
    let mut playhead = Playhead::new(1.0, 0, &reader);
    play(
        &mut playhead,
        &reader,
        &recording,
        Some(wave_loop),
        &[64],
        950,
    );
    // 950 frames on: 100 + (950 - 100) % 300 = 350.
    playhead.leave(wave_loop);
    let rest = play(&mut playhead, &reader, &recording, None, &[64], 650);
    assert!((rest[0] - 350.0 * 7.0).abs() < 1e-3);
    assert!((rest[649] - 999.0 * 7.0).abs() < 1e-3);
}

#[test]
fn a_tick_ends_at_exactly_the_speed_it_was_pointed_to() {
    let recording = Recording::new(&noise(700).into()).unwrap();
    let wave_loop = recording.wave_loop(0, 700);
    let reader = reader(Interpolation::Cubic, Level::best());
    let mut playhead = Playhead::new(1.0, 0, &reader);
    for speed in [1.234_567, 0.333_333, 2.0, 1.1, 0.77] {
        playhead.aim(0, speed, &reader);
        play(
            &mut playhead,
            &reader,
            &recording,
            wave_loop,
            &[64],
            TICK_FRAMES,
        );
        playhead.aim(0, speed, &reader);
        assert_eq!(playhead.speed, fixed(speed));
    }
}

#[test]
fn absurd_speeds_are_bounded() {
    let recording = Recording::new(&noise(50).into()).unwrap();
    let wave_loop = recording.wave_loop(0, 50);
    for interpolation in ALL {
        let reader = reader(interpolation, Level::best());
        for speed in [0.0, -1.0, f64::MAX, f64::INFINITY] {
            let mut playhead = Playhead::new(speed, 0, &reader);
            let out = play(&mut playhead, &reader, &recording, wave_loop, &[64], 640);
            assert!(out.iter().all(|sample| sample.is_finite()));
        }
    }
}
