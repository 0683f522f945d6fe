//! A stretch of a response in partitions of equal length, multiplied in the frequency domain.
//!
//! Overlap and save: the last two blocks of input make a spectrum; the sum of all earlier spectra
//! times those of the partitions gives one block of output. Owner: a convolution. Thread: control
//! builds, render plays.

use super::spectrum::{Cell, Transform};

/// Partitions of one length.
///
/// Cells of the same bins lie together, partition after partition, so that a sum over all
/// partitions runs through memory from one end to the other.
#[derive(Debug)]
pub(super) struct Partitions {
    /// Frames of one.
    block: usize,
    /// How many there are.
    count: usize,
    /// Of the response, left and right, earliest first.
    response: Vec<[Cell; 2]>,
    /// Of the input; for each cell a ring.
    history: Vec<Cell>,
    /// Where the newest of each ring lies.
    newest: usize,
    /// By cell, left and right.
    sums: [Vec<Cell>; 2],
    /// The input block before the last.
    previous: Vec<f32>,
    /// Output that is played, and output that is computed.
    ready: [Vec<f32>; 2],
    next: [Vec<f32>; 2],
    transform: Transform,
    /// The transform's frames are this many times too loud.
    scale: f32,
}

impl Partitions {
    /// - `block`: frames of a partition
    /// - `response`: both sides
    ///
    /// # Real-time
    /// Control. Not real-time: allocates.
    #[expect(clippy::cast_precision_loss, reason = "a power of two, exact in f32")]
    pub(super) fn new(block: usize, response: [&[f32]; 2]) -> Self {
        let mut transform = Transform::new(2 * block);
        let cells = transform.cells();
        let longest = response.iter().map(|side| side.len()).max().unwrap_or(0);
        let count = longest.div_ceil(block);
        let mut spectra = vec![[Cell::ZERO; 2]; cells * count];
        for (side, frames) in response.iter().enumerate() {
            for (partition, part) in frames.chunks(block).enumerate() {
                let spectrum = transform.forward(part.iter().copied());
                let slots = spectra.iter_mut().skip(partition).step_by(count);
                for (slot, cell) in slots.zip(spectrum) {
                    slot[side] = cell;
                }
            }
        }
        let output = || [vec![0.0; block], vec![0.0; block]];
        Self {
            block,
            count,
            response: spectra,
            history: vec![Cell::ZERO; cells * count],
            newest: 0,
            sums: [vec![Cell::ZERO; cells], vec![Cell::ZERO; cells]],
            previous: vec![0.0; block],
            ready: output(),
            next: output(),
            transform,
            scale: 1.0 / (2 * block) as f32,
        }
    }

    /// How many there are.
    pub(super) const fn partitions(&self) -> usize {
        self.count
    }

    /// Takes a block of input and begins a block of output.
    pub(super) fn take(&mut self, input: &[f32]) {
        if self.count == 0 {
            return;
        }
        self.newest = (self.newest + self.count - 1) % self.count;
        let frames = self.previous.iter().chain(input).copied();
        let spectrum = self.transform.forward(frames);
        let slots = self.history.iter_mut().skip(self.newest);
        for (slot, cell) in slots.step_by(self.count).zip(spectrum) {
            *slot = cell;
        }
        for (slot, frame) in self.previous.iter_mut().zip(input) {
            *slot = *frame;
        }
        for sums in &mut self.sums {
            sums.fill(Cell::ZERO);
        }
    }

    /// Multiplies partitions `from..from + count`, as far as they are there.
    pub(super) fn accumulate(&mut self, from: usize, count: usize) {
        let from = from.min(self.count);
        let end = from.saturating_add(count).min(self.count);
        if from == end {
            return;
        }
        // The ring begins anew where its end is reached.
        let turn = (self.count - self.newest).clamp(from, end);
        let [left, right] = &mut self.sums;
        let rows = self
            .response
            .chunks_exact(self.count)
            .zip(self.history.chunks_exact(self.count));
        for ((left, right), (response, history)) in left.iter_mut().zip(right).zip(rows) {
            for (from, to) in [(from, turn), (turn, end)] {
                let start = (from + self.newest) % self.count;
                let inputs = history.get(start..).unwrap_or(&[]);
                let responses = response.get(from..to).unwrap_or(&[]);
                let (mut left_sum, mut right_sum) = (*left, *right);
                for ([at_left, at_right], input) in responses.iter().zip(inputs) {
                    left_sum = left_sum.plus_product(at_left, input);
                    right_sum = right_sum.plus_product(at_right, input);
                }
                (*left, *right) = (left_sum, right_sum);
            }
        }
    }

    /// Turns the sums of one side into output.
    pub(super) fn finish(&mut self, side: usize) {
        if self.count == 0 {
            return;
        }
        if let (Some(sums), Some(next)) = (self.sums.get(side), self.next.get_mut(side)) {
            let frames = self.transform.inverse(sums);
            let saved = frames.get(self.block..).unwrap_or(&[]);
            for (slot, frame) in next.iter_mut().zip(saved) {
                *slot = *frame * self.scale;
            }
        }
    }

    /// The output that was computed is played from now on.
    pub(super) const fn swap(&mut self) {
        core::mem::swap(&mut self.ready, &mut self.next);
    }

    /// One block of output.
    ///
    /// - `side`: 0 left, 1 right
    pub(super) fn ready(&self, side: usize) -> &[f32] {
        self.ready.get(side).map_or(&[], Vec::as_slice)
    }

    /// Silence.
    pub(super) fn clear(&mut self) {
        self.history.fill(Cell::ZERO);
        for sums in &mut self.sums {
            sums.fill(Cell::ZERO);
        }
        self.previous.fill(0.0);
        for side in self.ready.iter_mut().chain(&mut self.next) {
            side.fill(0.0);
        }
        self.newest = 0;
    }
}
