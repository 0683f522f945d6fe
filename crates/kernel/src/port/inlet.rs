//! The way into a sequencer: counts each message, refuses what has no place there.
//!
//! In: messages from the unpacker or from a filter. Out: the sequencer, or the allocator.
//! Owner: a render pin, for one call. Thread: render.

use crate::{
    event::ChannelGroup,
    midi::Message,
    mxf::RenderCx,
    pool::{Claim, EventBox, Queued},
    port::{
        sequencer::Sequencer,
        stats::{Loss, Tally},
    },
};

/// A sequencer with the counts and the rules of its pin.
#[derive(Debug)]
pub(super) struct Inlet<'a> {
    pub(super) sequencer: &'a mut Sequencer,
    pub(super) tally: &'a mut Tally,
    /// Groups there are, `1..`.
    pub(super) channel_groups: u16,
    /// False in STOP: all that comes is recycled.
    pub(super) is_open: bool,
}

impl Inlet<'_> {
    /// The group of this number, if there is one.
    #[inline]
    pub(super) fn group(&self, number: u32) -> Option<ChannelGroup> {
        if number > u32::from(self.channel_groups) {
            return None;
        }
        u16::try_from(number).ok().map(ChannelGroup::new)
    }

    /// Counts `bytes` of the client's stream; returns where they begin in it. In STOP the stream
    /// does not move.
    pub(super) const fn pass_stream(&mut self, bytes: usize) -> u64 {
        self.sequencer
            .pass_stream(if self.is_open { bytes } else { 0 })
    }

    /// Messages that may come in a row without being asked what they are for: none of them can be
    /// refused.
    #[inline]
    pub(super) fn spare(&self, cx: &RenderCx<'_>) -> u32 {
        if self.is_open {
            self.sequencer.spare().min(cx.allocator.spare())
        } else {
            0
        }
    }

    /// Queues a message whose time is not 0, where there is [`spare`](Self::spare) room. It is
    /// counted by [`submit`](Self::submit).
    #[inline]
    pub(super) fn accept_queued(&mut self, message: Queued) {
        self.sequencer.put_queued(message);
    }

    /// Counts messages that were accepted as they came.
    pub(super) fn submit(&mut self, messages: u64) {
        self.tally.submit(messages);
    }

    /// Counts a message that never became an event.
    pub(super) const fn refuse(&mut self, loss: Loss) {
        self.tally.submit(1);
        self.tally.lose(loss, 1);
    }

    /// Queues a message, or recycles and counts it.
    pub(super) fn accept(&mut self, message: EventBox, claim: Claim, cx: &mut RenderCx<'_>) {
        self.tally.submit(1);
        let (message, loss) = if !self.is_open {
            (message, Loss::Stopped)
        } else if self
            .group(u32::from(cx.allocator.event(&message).group.number()))
            .is_none()
        {
            (message, Loss::Groups)
        } else if let Err(full) = self.sequencer.put(message, claim, cx) {
            (full.value, Loss::Sequencer)
        } else {
            return;
        };
        cx.allocator.put_message(message);
        self.tally.lose(loss, 1);
    }

    /// Queues every message of a chain, the pieces of a long one together.
    pub(super) fn accept_chain(&mut self, chain: EventBox, cx: &mut RenderCx<'_>) {
        let mut rest = Some(chain);
        while let Some(chain) = rest {
            let (mut message, mut following) = cx.allocator.split_first(chain);
            let first = cx.allocator.event(&message);
            let claim = Message::whole(first.bytes()).map_or(Claim::Ordinary, Claim::of);
            let mut goes_on = first.flags.is_incomplete();
            while goes_on && let Some(chain) = following.take() {
                let (piece, after) = cx.allocator.split_first(chain);
                goes_on = cx.allocator.event(&piece).flags.is_incomplete();
                message = cx.allocator.join(message, piece);
                following = after;
            }
            self.accept(message, claim, cx);
            rest = following;
        }
    }
}
