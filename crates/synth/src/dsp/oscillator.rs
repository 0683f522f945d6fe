//! The sample player: a position that walks through a wave at the note's pitch.
//!
//! Position and speed are fixed point, 32 bits of frame and 32 of fraction. Speed moves linearly
//! within a tick (so pitch has no zipper noise) by whole-number additions, which are exact:
//! cutting a block anywhere gives the same positions.
//! Reading is done in runs between the places where something has to be decided: the first frame,
//! the approach of a loop's end, the wrap, the end of the wave. Inside a run no frame has a branch
//! of its own; whether its frames have 16 or 24 bits is asked once.

use super::interpolation::{FRAMES_BEHIND, Sixteen, TwentyFour, Windows, hermite};
use super::recording::{Recording, Span};
use super::seam::Seam;
use super::tables::TICK_FRAMES;

/// One frame in fixed point.
const ONE: u64 = 1 << 32;

/// Fastest reading, frames of the wave per frame of output.
const MAX_SPEED: f64 = 4096.0;

/// Position and speed of one voice in its wave.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Playhead {
    /// Position, 32.32 frames from the start of the wave; past the end of a loop by less than
    /// what its seam continues.
    phase: u64,
    /// Speed at the next frame, 32.32 frames per frame.
    speed: u64,
    /// Change of speed per frame.
    step: i64,
    /// Speed at the end of the tick.
    target: u64,
}

/// Fixed-point speed of a ratio, at least the smallest that moves at all.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "clamped to 0..=4096 frames before the cast"
)]
fn fixed(speed: f64) -> u64 {
    ((speed.clamp(0.0, MAX_SPEED) * ONE as f64) as u64).max(1)
}

/// Frame number in the high half, as an index.
#[inline]
const fn whole(phase: u64) -> usize {
    (phase >> 32) as usize
}

/// Fraction of a position, 24 bits of it, `0.0..1.0`.
#[inline]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "24 bits are exact in f32"
)]
fn fraction(phase: u64) -> f32 {
    ((phase as u32) >> 8) as f32 * (1.0 / 16_777_216.0)
}

impl Playhead {
    /// At a frame of the wave.
    ///
    /// - `speed`: frames of the wave per frame of output
    pub(crate) fn new(speed: f64, frame: u32) -> Self {
        let speed = fixed(speed);
        Self {
            phase: u64::from(frame) << 32,
            speed,
            step: 0,
            target: speed,
        }
    }

    /// Bends the speed so that it is `speed` at the end of the tick.
    ///
    /// - `offset`: frame of the tick from which it bends, `0..64`
    #[expect(
        clippy::cast_possible_wrap,
        reason = "speeds are below 2^45, frames below 65"
    )]
    pub(crate) fn aim(&mut self, offset: usize, speed: f64) {
        if offset == 0 {
            self.speed = self.target;
        }
        self.target = fixed(speed);
        let frames = TICK_FRAMES.saturating_sub(offset).max(1) as i64;
        self.step = (self.target as i64 - self.speed as i64) / frames;
    }

    /// Leaves the loop: from here on the wave plays to its end.
    pub(crate) fn leave(&mut self, seam: Seam<'_>) {
        self.phase = wrap(
            self.phase,
            u64::from(seam.start()) << 32,
            u64::from(seam.end()) << 32,
        );
    }

    /// Reads frames into `out`, in 16-bit units.
    ///
    /// - `seam`: the loop to stay in, if any
    /// - returns how many frames were read; fewer than asked means that the wave has ended
    ///
    /// # Real-time
    /// Render. Bounded: at most three runs for each pass through the loop.
    pub(crate) fn read(
        &mut self,
        recording: &Recording,
        seam: Option<Seam<'_>>,
        out: &mut [f32],
    ) -> usize {
        let Some(seam) = seam else {
            return self.read_to_end(recording, out);
        };
        let near_end = seam.near_end() << 32;
        let wrap_to = seam.wrap_to() << 32;
        let wrap_end = wrap_to + (u64::from(seam.length()) << 32);

        let mut rest = out;
        let asked = rest.len();
        while !rest.is_empty() {
            self.phase = wrap(self.phase, wrap_to, wrap_end);
            let (span, limit) = if self.phase < near_end {
                let span = recording.span_at(self.phase >> 32);
                (span, near_end.min(span.end << 32))
            } else {
                let span = seam.span();
                (span, span.end << 32)
            };
            let run = self.run_length(limit, rest.len());
            let (now, later) = rest.split_at_mut(run);
            self.resample_span(span, now);
            rest = later;
        }
        asked
    }

    /// Whether a wave that is not looped has been played to its end.
    pub(crate) const fn is_past(&self, recording: &Recording) -> bool {
        self.phase >= (recording.length() as u64) << 32
    }

    fn read_to_end(&mut self, recording: &Recording, out: &mut [f32]) -> usize {
        let end = u64::from(recording.length()) << 32;
        let mut done = 0;
        while done < out.len() && self.phase < end {
            let span = recording.span_at(self.phase >> 32);
            let run = self.run_length(span.end << 32, out.len() - done);
            let Some(now) = out.get_mut(done..done + run) else {
                break;
            };
            self.resample_span(span, now);
            done += run;
        }
        done
    }

    /// How many frames can be read before the position reaches `limit`: `1..=wanted`.
    ///
    /// The position is below `limit`. With a moving speed the answer may be too low, never high.
    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        reason = "a run is never longer than a tick"
    )]
    fn run_length(&self, limit: u64, wanted: usize) -> usize {
        let last = self
            .speed
            .saturating_add_signed(self.step.saturating_mul(wanted as i64));
        let fastest = self.speed.max(last).max(1);
        let room = limit.saturating_sub(self.phase);
        if fastest.saturating_mul(wanted as u64) <= room {
            return wanted;
        }
        (room.div_ceil(fastest).min(wanted as u64) as usize).max(1)
    }

    /// Reads a run in 16-bit units.
    #[inline]
    fn resample_span(&mut self, span: Span<'_>, out: &mut [f32]) {
        match span.low {
            None => self.resample(Sixteen(span.high), span.origin, out),
            Some(low) => self.resample_deep(span, low, out),
        }
    }

    #[inline(never)]
    fn resample_deep(&mut self, span: Span<'_>, low: &[u8], out: &mut [f32]) {
        let frames = TwentyFour {
            high: span.high,
            low,
        };
        self.resample(frames, span.origin, out);
    }

    /// Reads a run; no decision is needed inside it.
    ///
    /// - `origin`: position of the first of `frames`, wrapping
    #[inline]
    fn resample<F: Windows>(&mut self, frames: F, origin: u64, out: &mut [f32]) {
        let base = origin.wrapping_add(FRAMES_BEHIND) << 32;
        let mut phase = self.phase.wrapping_sub(base);
        let (mut speed, step) = (self.speed, self.step);
        for sample in out {
            *sample = frames
                .window(whole(phase))
                .map_or(0.0, |window| hermite(window, fraction(phase)) * F::UNIT);
            phase = phase.wrapping_add(speed);
            speed = speed.wrapping_add_signed(step);
        }
        self.phase = phase.wrapping_add(base);
        self.speed = speed;
    }
}

/// Brings a position that has reached `end` back into `start..end` by whole loops.
#[inline]
fn wrap(phase: u64, start: u64, end: u64) -> u64 {
    if phase < end {
        return phase;
    }
    let length = (end - start).max(1);
    let back = phase - length;
    if back < end {
        back
    } else {
        start + (back - start) % length
    }
}

#[cfg(test)]
#[expect(clippy::cast_possible_wrap, reason = "small numbers")]
mod tests {
    use super::*;
    use crate::dsp::seam::Seams;
    use dmus_dls::bank::Frames;

    /// A wave whose frame is a function of its number, for telling frames apart.
    fn ramp_wave(frames: i16) -> Recording {
        let wave: Vec<i16> = (0..frames).map(|n| n * 7).collect();
        Recording::new(&wave.into()).unwrap()
    }

    /// A frame of that wave; silence outside.
    fn ramp_frame(frames: i64, position: i64) -> i32 {
        if (0..frames).contains(&position) {
            i32::try_from(position * 7).unwrap()
        } else {
            0
        }
    }

    /// The obvious way: one frame at a time, every tap wrapped on its own.
    fn naive(frames: i64, start: i64, length: i64, speed: f64, n: usize) -> Vec<f32> {
        let frame = |position: i64, passed: bool| {
            let p = if position >= start + length || (passed && position < start) {
                start + (position - start).rem_euclid(length)
            } else {
                position
            };
            ramp_frame(frames, p)
        };
        let step = fixed(speed);
        let mut phase = 0_u64;
        let mut passed = false;
        let mut out = Vec::new();
        for _ in 0..n {
            let p = (phase >> 32) as i64;
            passed |= p >= start + length;
            let window = [-1, 0, 1, 2].map(|tap| frame(p + tap, passed));
            out.push(hermite(window, fraction(phase)));
            phase += step;
        }
        out
    }

    /// One loop of a wave.
    fn seams(recording: &Recording, start: u32, length: u32) -> Seams {
        let mut seams = Seams::default();
        seams.add(recording, start, length).unwrap();
        seams
    }

    fn bits(samples: &[f32]) -> Vec<u32> {
        samples.iter().map(|s| s.to_bits()).collect()
    }

    #[test]
    fn loops_read_like_the_obvious_reader() {
        let recording = ramp_wave(900);
        for (start, length) in [(0, 900), (100, 500), (3, 130), (50, 20), (899, 1), (0, 1)] {
            let seams = seams(&recording, start, length);
            let seam = seams.get(0).unwrap();
            for speed in [0.01, 0.5, 1.0, 1.37, 3.9, 17.3, 700.1] {
                let mut out = vec![0.0; 4000];
                let mut playhead = Playhead::new(speed, 0);
                let read = playhead.read(&recording, Some(seam), &mut out);
                assert_eq!(read, 4000);
                let expected = naive(900, i64::from(start), i64::from(length), speed, 4000);
                assert_eq!(
                    bits(&out),
                    bits(&expected),
                    "start {start} length {length} speed {speed}"
                );
            }
        }
    }

    #[test]
    fn a_one_shot_reads_like_a_copy_with_silence_around_it() {
        for length in (1..12).chain([300, 1700]) {
            let recording = ramp_wave(length);
            for speed in [0.01, 0.5, 1.0, 1.37, 3.9, 17.3] {
                for start in [0, 1, 5, u32::try_from(length).unwrap() - 1] {
                    let mut phase = u64::from(start) << 32;
                    let end = u64::from(recording.length()) << 32;
                    let mut expected = Vec::new();
                    while phase < end && expected.len() < 3000 {
                        let at = (phase >> 32) as i64;
                        let window =
                            [-1, 0, 1, 2].map(|tap| ramp_frame(i64::from(length), at + tap));
                        expected.push(hermite(window, fraction(phase)));
                        phase += fixed(speed);
                    }
                    let mut out = vec![0.0; 3000];
                    let mut playhead = Playhead::new(speed, start);
                    let read = playhead.read(&recording, None, &mut out);
                    assert_eq!(
                        bits(&out[..read]),
                        bits(&expected),
                        "length {length} start {start} speed {speed}"
                    );
                }
            }
        }
    }

    #[test]
    fn lower_bits_of_zero_change_no_bit_and_others_count_as_parts_of_a_step() {
        let high: Vec<i16> = (0..600_i32)
            .map(|n| i16::try_from(n * 977 % 20_000 - 10_000).unwrap())
            .collect();
        let read = |frames: Frames| {
            let recording = Recording::new(&frames).unwrap();
            let seams = seams(&recording, 90, 200);
            let seam = seams.get(0).unwrap();
            let mut out = vec![0.0; 1500];
            Playhead::new(0.7, 0).read(&recording, Some(seam), &mut out);
            out
        };
        let plain = read(high.clone().into());
        let deep = read(Frames::of_24_bits(high.clone(), &vec![0; high.len()]));
        assert_eq!(bits(&plain), bits(&deep));
        let half_a_step = read(Frames::of_24_bits(high.clone(), &vec![128; high.len()]));
        // The first frames touch the silence before the wave, which has no lower bits.
        for (deep, plain) in half_a_step.iter().zip(&plain).skip(3) {
            assert!((deep - plain - 0.5).abs() < 2e-3, "{deep} {plain}");
        }
    }

    #[test]
    fn any_slicing_reads_the_same_bits() {
        let recording = ramp_wave(700);
        let seams = seams(&recording, 90, 200);
        let seam = seams.get(0).unwrap();
        let whole_tick = |slices: &[usize]| {
            let mut playhead = Playhead::new(1.3, 0);
            playhead.aim(0, 2.7);
            let mut out = Vec::new();
            for tick in 0..40 {
                playhead.aim(0, if tick % 2 == 0 { 2.7 } else { 0.4 });
                let mut left = TICK_FRAMES;
                for &slice in slices.iter().cycle() {
                    let n = slice.min(left);
                    let mut part = vec![0.0; n];
                    playhead.read(&recording, Some(seam), &mut part);
                    out.extend(part);
                    left -= n;
                    if left == 0 {
                        break;
                    }
                }
            }
            bits(&out)
        };
        assert_eq!(whole_tick(&[64]), whole_tick(&[1]));
        assert_eq!(whole_tick(&[64]), whole_tick(&[7, 3, 20]));
    }

    #[test]
    fn a_one_shot_ends_after_its_last_frame() {
        let recording = ramp_wave(100);
        let mut playhead = Playhead::new(1.0, 0);
        let mut out = [0.0; 128];
        assert_eq!(playhead.read(&recording, None, &mut out), 100);
        assert!(playhead.is_past(&recording));
        assert!((out[99] - 693.0).abs() < 1e-3);
    }

    #[test]
    fn leaving_a_loop_plays_on_without_a_jump() {
        let recording = ramp_wave(1000);
        let seams = seams(&recording, 100, 300);
        let seam = seams.get(0).unwrap();
        let mut playhead = Playhead::new(1.0, 0);
        let mut out = [0.0; 950];
        playhead.read(&recording, Some(seam), &mut out);
        // 950 frames on: 100 + (950 - 100) % 300 = 350.
        playhead.leave(seam);
        let mut rest = [0.0; 1000];
        assert_eq!(playhead.read(&recording, None, &mut rest), 650);
        assert!((rest[0] - 350.0 * 7.0).abs() < 1e-3);
        assert!((rest[649] - 999.0 * 7.0).abs() < 1e-3);
    }

    #[test]
    fn a_tick_ends_at_exactly_the_speed_it_was_pointed_to() {
        let recording = ramp_wave(700);
        let seams = seams(&recording, 0, 700);
        let seam = seams.get(0).unwrap();
        let mut playhead = Playhead::new(1.0, 0);
        let mut out = [0.0; TICK_FRAMES];
        for speed in [1.234_567, 0.333_333, 2.0, 1.1, 0.77] {
            playhead.aim(0, speed);
            playhead.read(&recording, Some(seam), &mut out);
            playhead.aim(0, speed);
            assert_eq!(playhead.speed, fixed(speed));
        }
    }

    #[test]
    fn absurd_speeds_are_bounded() {
        let recording = ramp_wave(50);
        let seams = seams(&recording, 0, 50);
        let seam = seams.get(0).unwrap();
        let mut out = [0.0; 64];
        for speed in [0.0, -1.0, f64::MAX, f64::INFINITY] {
            Playhead::new(speed, 0).read(&recording, Some(seam), &mut out);
            assert!(out.iter().all(|s| s.is_finite()));
        }
    }
}
