//! The wave sink: pulls a block out of a stream slice by slice, events between the slices.
//!
//! In: due messages, a block to fill. Out: frames. Owner: a render pin. Thread: render.
//! Source: \[WDK\] A Wave Sink for Kernel-Mode Software Synthesizers; MIDI to Wave.
//!
//! ```text
//! at each frame on which messages are due: hand them to the stream
//! render up to the next such frame, or to the end of the block
//! ```

use crate::{
    allocator::Allocator,
    miniport::{MasterSync, Stream},
    mxf::RenderCx,
    port::{
        delivery::Delivery,
        sequencer::{Delivered, Sequencer},
    },
    time::{ReferenceTime, SampleRate, SampleTime},
};

/// A block to be filled: two channels of the same length.
#[derive(Debug)]
pub(super) struct Block<'a> {
    left: &'a mut [f32],
    right: &'a mut [f32],
}

impl<'a> Block<'a> {
    /// The block both channels have room for; what the longer one has beyond it is silenced.
    pub(super) fn new(left: &'a mut [f32], right: &'a mut [f32]) -> Self {
        let frames = left.len().min(right.len());
        Self {
            left: cut(left, frames),
            right: cut(right, frames),
        }
    }

    pub(super) const fn frames(&self) -> usize {
        self.left.len()
    }

    pub(super) fn silence(self) {
        self.left.fill(0.0);
        self.right.fill(0.0);
    }

    /// The same block, for one more look.
    pub(super) const fn reborrow(&mut self) -> Block<'_> {
        Block {
            left: self.left,
            right: self.right,
        }
    }

    /// Adds to each channel what another gives for it.
    pub(super) fn add(&mut self, left: &[f32], right: &[f32]) {
        let pairs = self.left.iter_mut().zip(left);
        for (sum, sample) in pairs.chain(self.right.iter_mut().zip(right)) {
            *sum += sample;
        }
    }

    /// Cuts the first `frames` off the block.
    pub(super) fn take_slice(&mut self, frames: usize) -> Self {
        let slice = |channel: &mut &'a mut [f32]| {
            let whole = std::mem::take(channel);
            let (slice, rest) = whole.split_at_mut_checked(frames).unwrap_or_default();
            *channel = rest;
            slice
        };
        Self {
            left: slice(&mut self.left),
            right: slice(&mut self.right),
        }
    }
}

/// The first `frames` of a channel; the others are silenced.
fn cut(channel: &mut [f32], frames: usize) -> &mut [f32] {
    let (kept, rest) = channel.split_at_mut_checked(frames).unwrap_or_default();
    rest.fill(0.0);
    kept
}

/// Where a stream stands, and the loop that moves it.
#[derive(Debug)]
pub(super) struct WaveSink {
    rate: SampleRate,
    /// The next frame to be rendered; stands still outside RUN.
    position: SampleTime,
    /// The master time of that frame, as the stream reckons it.
    rendered_until: ReferenceTime,
    /// True until the first block after entering RUN.
    is_starting: bool,
    /// True if audio is pulled, which takes an open wave pin.
    is_open: bool,
}

impl WaveSink {
    pub(super) const fn new(rate: SampleRate) -> Self {
        Self {
            rate,
            position: SampleTime::ZERO,
            rendered_until: ReferenceTime::MIN,
            is_starting: true,
            is_open: false,
        }
    }

    /// A wave pin is opened: audio is pulled from now on.
    pub(super) const fn open(&mut self) {
        self.is_open = true;
    }

    pub(super) const fn is_open(&self) -> bool {
        self.is_open
    }

    pub(super) const fn position(&self) -> SampleTime {
        self.position
    }

    /// The master time of the next frame to be rendered; the beginning of time before the first.
    pub(super) const fn rendered_until(&self) -> ReferenceTime {
        self.rendered_until
    }

    /// RUN is entered: the next block maps the stream to the master clock afresh.
    pub(super) const fn start(&mut self) {
        self.is_starting = true;
    }

    /// STOP is entered: the stream will begin anew.
    pub(super) const fn rewind(&mut self) {
        self.position = SampleTime::ZERO;
        self.rendered_until = ReferenceTime::MIN;
    }

    /// Fills `block`, whose first frame is `now` on the master clock; with silence if no wave pin
    /// is open or the stream gives no audio.
    ///
    /// Slices follow each other without a gap and add up to the block. Nothing is delivered on the
    /// frame after the last, which belongs to the next block; an empty block delivers nothing.
    #[inline]
    pub(super) fn render<S: Stream>(
        &mut self,
        block: Block<'_>,
        now: SampleTime,
        sequencer: &mut Sequencer,
        delivery: &mut Delivery<'_, S>,
        allocator: &mut Allocator,
    ) -> Delivered {
        if sequencer.is_in_order() {
            self.render_way::<S, true>(block, now, sequencer, delivery, allocator)
        } else {
            self.render_way::<S, false>(block, now, sequencer, delivery, allocator)
        }
    }

    /// As [`render`](Self::render), where what is held came in order, or did not.
    #[inline(never)]
    fn render_way<S: Stream, const IN_ORDER: bool>(
        &mut self,
        mut block: Block<'_>,
        now: SampleTime,
        sequencer: &mut Sequencer,
        delivery: &mut Delivery<'_, S>,
        allocator: &mut Allocator,
    ) -> Delivered {
        let end = now.after_frames(block.frames());
        if block.frames() > 0 {
            self.sync(now, delivery.stream);
        }
        let gives_audio = self.is_open && delivery.stream.synth_sink().is_some();
        if !gives_audio {
            block.reborrow().silence();
        }
        let mut cx = RenderCx::new(allocator, self.rate, now, self.position);
        let pull = |delivery: &mut Delivery<'_, S>, cx: &mut RenderCx<'_>, until| {
            if gives_audio {
                let slice = block.take_slice(frames_between(cx.now, until));
                match delivery.stream.synth_sink() {
                    Some(sink) => sink.render(slice.left, slice.right, cx.position()),
                    None => slice.silence(),
                }
            }
            cx.now = until;
        };
        let delivered = sequencer.advance::<_, IN_ORDER>(end, delivery, &mut cx, pull);
        self.position = cx.position();
        if gives_audio {
            // Nothing is left, unless time came to its end inside the block.
            block.silence();
        }
        self.rendered_until = delivery
            .stream
            .synth_sink()
            .map_or(self.rate.sample_to_ref(end), |sink| {
                sink.sample_to_ref(self.position)
            });
        delivered
    }

    /// Tells the stream where the master clock stands.
    fn sync<S: Stream>(&mut self, now: SampleTime, stream: &mut S) {
        let start = std::mem::take(&mut self.is_starting);
        if let Some(sink) = stream.synth_sink() {
            sink.sync_to_master(MasterSync {
                position: self.position,
                master: self.rate.sample_to_ref(now),
                start,
            });
        }
    }
}

/// Frames of a slice, which are no more than the block has.
#[inline]
fn frames_between(now: SampleTime, until: SampleTime) -> usize {
    usize::try_from(until.saturating_sub(now).frames()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_channel_is_silenced_beyond_the_block() {
        let (mut left, mut right) = ([1.0; 5], [1.0; 3]);
        assert_eq!(Block::new(&mut left, &mut right).frames(), 3);
        assert_eq!(
            left.map(f32::to_bits),
            [1.0, 1.0, 1.0, 0.0, 0.0].map(f32::to_bits)
        );
        assert_eq!(right.map(f32::to_bits), [1.0; 3].map(f32::to_bits));
    }
}
