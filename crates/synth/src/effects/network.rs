//! A feedback delay network: sixteen delay lines that feed one another without loss, and decay.
//!
//! In: mono frames. Out: two sides, decorrelated. The lines' outputs pass an absorption each, turn
//! slowly in pairs, are mixed by a Hadamard matrix, and go in again. Turning and mixing keep the
//! energy; what decays is said by the absorptions alone, so the reverberation time is exact. Before
//! the lines, four all-passes make one echo many. Owner: the reverb. Thread: render; construction
//! allocates.

mod absorption;
mod diffuser;
mod room;
mod rotation;

use crate::dsp::tables::{TICK_FRAMES, TICK_INDEX};

use super::control::{Control, glide_ticks};
use super::number::{flush, higher};
use super::rest::Rest;
use absorption::Absorption;
use diffuser::Diffuser;
pub(super) use room::Room;
use room::{lengths, losses};
use rotation::Rotation;

/// Delay lines.
const LINES: usize = 16;

/// Signs with which the input enters the lines: equally far from every row of the matrix.
const SIGNS: [f32; LINES] = [
    1.0, 1.0, 1.0, -1.0, 1.0, 1.0, 1.0, -1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0, -1.0, 1.0,
];

/// Rows of the matrix that are heard on the left and on the right.
const HEARD: (usize, usize) = (5, 10);

/// Samples of all lines at one frame.
type Frame = [f32; LINES];

/// The network.
#[derive(Debug, Clone)]
pub(super) struct Network {
    sample_rate_hz: f64,
    /// Ticks of every change.
    ticks: u32,
    diffuser: Diffuser,
    /// All lines, each a ring of a power of two.
    memory: Vec<f32>,
    /// Frames of one ring.
    ring: usize,
    head: usize,
    lengths: [usize; LINES],
    /// Lengths that are being faded to, and how far that is.
    next_lengths: [usize; LINES],
    fade: Control,
    absorption: Absorption,
    rotation: Rotation,
    /// Input gain.
    gain: Control,
    room: Room,
    /// The room to go to once a fade is over.
    pending: Option<Room>,
    rest: Rest,
}

impl Network {
    /// A silent network.
    ///
    /// # Real-time
    /// Control. Not real-time: allocates.
    pub(super) fn new(sample_rate_hz: f64, room: Room) -> Self {
        let longest = lengths(1.0, sample_rate_hz).into_iter().max().unwrap_or(1);
        let ring = (longest + TICK_FRAMES).next_power_of_two();
        let diffuser = Diffuser::new(sample_rate_hz);
        let lengths = lengths(room.size, sample_rate_hz);
        let (losses, gain) = losses(&room, &lengths, sample_rate_hz);
        Self {
            sample_rate_hz,
            ticks: glide_ticks(sample_rate_hz),
            memory: vec![0.0; ring * LINES],
            ring,
            head: 0,
            lengths,
            next_lengths: lengths,
            fade: Control::resting(0.0),
            absorption: Absorption::resting(losses),
            rotation: Rotation::new(sample_rate_hz),
            gain: Control::resting(gain),
            room,
            pending: None,
            rest: Rest::new(longest + diffuser.memory()),
            diffuser,
        }
    }

    /// Moves to another room, without interrupting what sounds.
    pub(super) fn set(&mut self, room: Room) {
        if self.fade.rests() {
            self.begin(room);
        } else {
            self.pending = Some(room);
        }
        if self.is_asleep() {
            self.settle();
        }
    }

    fn begin(&mut self, room: Room) {
        if room == self.room {
            return;
        }
        self.room = room;
        let next = lengths(room.size, self.sample_rate_hz);
        if next != self.next_lengths {
            self.next_lengths = next;
            self.fade.head_for(1.0, self.ticks);
        }
        let (losses, gain) = losses(&room, &next, self.sample_rate_hz);
        self.absorption.head_for(losses, self.ticks);
        self.gain.head_for(gain, self.ticks);
    }

    /// Puts everything where it is going.
    fn settle(&mut self) {
        if let Some(room) = self.pending.take() {
            self.begin(room);
        }
        self.finish_fade();
        self.absorption.settle();
        self.gain.settle();
    }

    /// The lengths that were faded to are the lengths.
    fn finish_fade(&mut self) {
        self.lengths = self.next_lengths;
        self.fade = Control::resting(0.0);
    }

    /// Whether it has nothing to give.
    pub(super) const fn is_asleep(&self) -> bool {
        self.rest.is_asleep()
    }

    /// Something is about to be fed in.
    pub(super) const fn feed(&mut self) {
        self.rest.feed();
    }

    /// Begins a tick.
    pub(super) fn begin_tick(&mut self) {
        if self.is_asleep() {
            return;
        }
        self.fade.begin_tick();
        if self.fade.rests() && self.fade.end() > 0.5 {
            self.finish_fade();
            if let Some(room) = self.pending.take() {
                self.begin(room);
                self.fade.begin_tick();
            }
        }
        self.absorption.begin_tick();
        self.rotation.begin_tick();
        self.gain.begin_tick();
    }

    /// Ends a tick.
    pub(super) fn end_tick(&mut self) {
        let settled = self.fade.rests() && self.gain.rests() && self.absorption.rests();
        self.rest.end_tick(settled);
    }

    /// Silence, and every change done.
    pub(super) fn clear(&mut self) {
        self.memory.fill(0.0);
        self.head = 0;
        self.diffuser.clear();
        self.absorption.clear();
        self.rotation.clear();
        self.rest.clear();
        self.settle();
    }

    /// Adds its sound of frames `offset..offset + input.len()` of the tick.
    pub(super) fn process(
        &mut self,
        offset: usize,
        input: &[f32],
        left: &mut [f32],
        right: &mut [f32],
    ) {
        if self.is_asleep() {
            return;
        }
        // No longer than a frame needs to come back.
        let shortest = self.lengths.iter().chain(&self.next_lengths).min();
        let step = shortest
            .map_or(1, |shortest| *shortest)
            .clamp(1, TICK_FRAMES);
        let sides = left.chunks_mut(step).zip(right.chunks_mut(step));
        let mut offset = offset;
        for (input, (left, right)) in input.chunks(step).zip(sides) {
            self.process_step(offset, input, left, right);
            offset += input.len();
        }
    }

    fn process_step(&mut self, offset: usize, input: &[f32], left: &mut [f32], right: &mut [f32]) {
        let numbers = TICK_INDEX.get(offset..).unwrap_or(&[]);
        let frames = input.len().min(numbers.len());
        let mut scratch = [0.0_f32; TICK_FRAMES];
        for (sample, input) in scratch.iter_mut().zip(input) {
            *sample = *input;
        }
        self.diffuser
            .process(scratch.get_mut(..frames).unwrap_or(&mut []));

        let mut lines = [[0.0_f32; LINES]; TICK_FRAMES];
        let lines = lines.get_mut(..frames).unwrap_or(&mut []);
        self.read(numbers, lines);
        let sides = left.iter_mut().zip(right);
        let mut peaks = [0.0_f32; LINES];
        for (((frame, &number), input), (left, right)) in
            lines.iter_mut().zip(numbers).zip(scratch).zip(sides)
        {
            self.absorption.apply(frame, number);
            self.rotation.apply(frame, number);
            let mixed = mix(frame);
            *left += mixed[HEARD.0];
            *right += mixed[HEARD.1];
            let input = input * self.gain.at(number);
            *frame = core::array::from_fn(|line| flush(mixed[line] * 0.25 + input * SIGNS[line]));
            peaks = core::array::from_fn(|line| higher(peaks[line], frame[line].abs()));
        }
        for peak in peaks {
            self.rest.see(peak);
        }
        self.write(lines);
    }

    /// Reads what comes out of the lines.
    fn read(&self, numbers: &[f32], out: &mut [Frame]) {
        self.read_lines(&self.lengths, out);
        if self.fade.rests() && self.fade.end() < 0.5 {
            return;
        }
        let mut others = [[0.0_f32; LINES]; TICK_FRAMES];
        let others = others.get_mut(..out.len()).unwrap_or(&mut []);
        self.read_lines(&self.next_lengths, others);
        for ((frame, other), &number) in out.iter_mut().zip(others).zip(numbers) {
            let share = self.fade.at(number);
            for (sample, other) in frame.iter_mut().zip(other) {
                *sample += share * (*other - *sample);
            }
        }
    }

    fn read_lines(&self, lengths: &[usize; LINES], out: &mut [Frame]) {
        for (index, (line, length)) in self.memory.chunks_exact(self.ring).zip(lengths).enumerate()
        {
            let start = self.head.wrapping_sub(*length) & (self.ring - 1);
            let (begin, rest) = line.split_at(start);
            let (first, second) = out.split_at_mut(rest.len().min(out.len()));
            for (frame, sample) in first.iter_mut().zip(rest) {
                frame[index] = *sample;
            }
            for (frame, sample) in second.iter_mut().zip(begin) {
                frame[index] = *sample;
            }
        }
    }

    /// Stores what goes into the lines.
    fn write(&mut self, frames: &[Frame]) {
        let start = self.head & (self.ring - 1);
        for (index, line) in self.memory.chunks_exact_mut(self.ring).enumerate() {
            let (begin, rest) = line.split_at_mut(start);
            let (first, second) = frames.split_at(rest.len().min(frames.len()));
            for (frame, sample) in first.iter().zip(rest) {
                *sample = frame[index];
            }
            for (frame, sample) in second.iter().zip(begin) {
                *sample = frame[index];
            }
        }
        self.head = self.head.wrapping_add(frames.len());
    }
}

/// Multiplies by the Hadamard matrix of sixteen rows; four times longer than it was.
#[inline]
fn mix(frame: &Frame) -> Frame {
    butterfly::<1>(&butterfly::<2>(&butterfly::<4>(&butterfly::<8>(frame))))
}

/// Sums and differences of samples that stand `SPAN` apart.
#[inline]
fn butterfly<const SPAN: usize>(frame: &Frame) -> Frame {
    core::array::from_fn(|line| {
        let other = frame[line ^ SPAN];
        if line & SPAN == 0 {
            other + frame[line]
        } else {
            other - frame[line]
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_matrix_keeps_the_energy() {
        for line in 0..LINES {
            let mut frame = [0.0; LINES];
            frame[line] = 1.0;
            let mut frame = mix(&frame);
            let energy: f32 = frame.iter().map(|s| s * s / 16.0).sum();
            assert!((energy - 1.0).abs() < 1e-6);
            frame = mix(&frame);
            assert!((frame[line] - 16.0).abs() < 1e-6);
        }
    }

    #[test]
    fn the_input_prefers_no_row_of_the_matrix() {
        assert!(mix(&SIGNS).iter().all(|s| (s.abs() - 4.0).abs() < 1e-6));
    }

    #[test]
    fn a_long_tail_leaves_no_number_too_small_to_compute_with() {
        let room = Room {
            size: 1.0,
            time_s: 1.0,
            high: 0.4,
        };
        let mut network = Network::new(8_000.0, room);
        let mut out = ([0.0; 64], [0.0; 64]);
        for tick in 0..4000 {
            // Never asleep: fed with next to nothing.
            network.feed();
            network.begin_tick();
            let input = if tick == 0 { [0.5; 64] } else { [1e-30; 64] };
            network.process(0, &input, &mut out.0, &mut out.1);
            network.end_tick();
            let sound = |sample: &f32| sample.abs() >= 1e-16 || sample.to_bits() << 1 == 0;
            assert!(network.memory.iter().all(sound), "{tick}");
        }
        assert!(network.memory.iter().all(|sample| sample.abs() < 1e-12));
    }
}
