//! A stretch of a response in partitions of equal length, multiplied in the frequency domain.
//!
//! Overlap and save: the last two blocks of input make a spectrum; the sum of all earlier spectra
//! times those of the partitions gives one block of output. Owner: a convolution. Thread: control
//! builds, render plays.

use super::spectrum::{Spectrum, Transform};

/// Partitions of one length.
#[derive(Debug)]
pub(super) struct Partitions {
    /// Frames of one.
    block: usize,
    /// Of the response, both sides, earliest first.
    response: [Vec<Spectrum>; 2],
    /// Of the input, a ring.
    history: Vec<Spectrum>,
    /// Where the newest of them lies.
    newest: usize,
    sums: [Spectrum; 2],
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
        let bins = transform.bins();
        let count = response
            .iter()
            .map(|side| side.len().div_ceil(block))
            .max()
            .unwrap_or(0);
        let response = response.map(|side| {
            (0..count)
                .map(|index| {
                    let mut spectrum = Spectrum::new(bins);
                    let part = side.chunks(block).nth(index).unwrap_or(&[]);
                    transform.forward(part.iter().copied(), &mut spectrum);
                    spectrum
                })
                .collect()
        });
        Self {
            block,
            response,
            history: vec![Spectrum::new(bins); count],
            newest: 0,
            sums: [Spectrum::new(bins), Spectrum::new(bins)],
            previous: vec![0.0; block],
            ready: [vec![0.0; block], vec![0.0; block]],
            next: [vec![0.0; block], vec![0.0; block]],
            transform,
            scale: 1.0 / (2 * block) as f32,
        }
    }

    /// How many there are.
    pub(super) const fn partitions(&self) -> usize {
        self.history.len()
    }

    /// Takes a block of input and begins a block of output.
    pub(super) fn take(&mut self, input: &[f32]) {
        let count = self.partitions();
        if count == 0 {
            return;
        }
        self.newest = (self.newest + count - 1) % count;
        if let Some(spectrum) = self.history.get_mut(self.newest) {
            let frames = self.previous.iter().chain(input).copied();
            self.transform.forward(frames, spectrum);
        }
        for (slot, frame) in self.previous.iter_mut().zip(input) {
            *slot = *frame;
        }
        self.sums.iter_mut().for_each(Spectrum::clear);
    }

    /// Multiplies partitions `from..from + count`, as far as they are there.
    pub(super) fn accumulate(&mut self, from: usize, count: usize) {
        let (begin, rest) = self.history.split_at(self.newest);
        let inputs = || rest.iter().chain(begin);
        for (sum, response) in self.sums.iter_mut().zip(&self.response) {
            let pairs = response.iter().zip(inputs()).skip(from).take(count);
            for (response, input) in pairs {
                sum.add_product(response, input);
            }
        }
    }

    /// Turns the sums of one side into output.
    pub(super) fn finish(&mut self, side: usize) {
        if self.partitions() == 0 {
            return;
        }
        if let (Some(sum), Some(next)) = (self.sums.get(side), self.next.get_mut(side)) {
            let frames = self.transform.inverse(sum);
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
        self.history.iter_mut().for_each(Spectrum::clear);
        self.sums.iter_mut().for_each(Spectrum::clear);
        self.previous.fill(0.0);
        for side in self.ready.iter_mut().chain(&mut self.next) {
            side.fill(0.0);
        }
        self.newest = 0;
    }
}
