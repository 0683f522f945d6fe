//! The last joint before a stream: what is delivered passes here, once.
//!
//! In: due chains from the sequencer. Out: the same chains to the stream, and a copy of each message
//! to the history. Owner: a render pin, for one block. Thread: render.

use std::hint;

use crate::{
    error::StateReason,
    history::HistoryWriter,
    mxf::{Mxf, RenderCx},
    pool::EventBox,
    state::StreamState,
    time::SampleRate,
};

/// \[MIDI1\] Table 5.
const ACTIVE_SENSING: u8 = 0xFE;

/// A stream with what listens in on it.
#[derive(Debug)]
pub(super) struct Delivery<'a, S> {
    pub(super) stream: &'a mut S,
    /// Either of the next two is there.
    pub(super) is_watched: bool,
    /// Where everything delivered is written down, if anywhere.
    pub(super) history: Option<&'a mut HistoryWriter>,
    /// Groups there are, when messages to others may still have been waiting.
    pub(super) shrunk_to: Option<u16>,
    /// Messages that found their group gone.
    pub(super) vanished: u64,
    /// Those among them whose frame had passed.
    pub(super) vanished_late: u64,
    pub(super) rate: SampleRate,
}

impl<S: Mxf> Delivery<'_, S> {
    /// Passes on what is left of a chain once it has been looked at.
    #[inline(never)]
    fn put_watched(&mut self, chain: EventBox, cx: &mut RenderCx<'_>) {
        let chain = match self.shrunk_to {
            Some(groups) => self.without_vanished(chain, groups, cx),
            None => Some(chain),
        };
        let Some(chain) = chain else { return };
        if let Some(history) = &mut self.history {
            write_down(&chain, history, cx);
        }
        self.stream.put_message(chain, cx);
    }

    /// Recycles the messages of a chain whose group is gone; the rest, if any is left.
    fn without_vanished(
        &mut self,
        chain: EventBox,
        groups: u16,
        cx: &mut RenderCx<'_>,
    ) -> Option<EventBox> {
        let mut kept: Option<EventBox> = None;
        let mut rest = Some(chain);
        let mut is_piece = false;
        while let Some(chain) = rest {
            let (first, following) = cx.allocator.split_first(chain);
            let event = cx.allocator.event(&first);
            let (group, goes_on) = (event.group.number(), event.flags.is_incomplete());
            let is_late = self.rate.first_sample_at(event.time) < cx.now;
            if group > groups {
                self.vanished += u64::from(!is_piece);
                self.vanished_late += u64::from(!is_piece && is_late);
                cx.allocator.put_message(first);
            } else {
                kept = Some(match kept {
                    Some(kept) => cx.allocator.join(kept, first),
                    None => first,
                });
            }
            is_piece = goes_on;
            rest = following;
        }
        kept
    }
}

impl<S: Mxf> Mxf for Delivery<'_, S> {
    #[inline(always)]
    fn put_message(&mut self, chain: EventBox, cx: &mut RenderCx<'_>) {
        if self.is_watched {
            // So that the chain is put into memory here only: the call looks for it there.
            hint::cold_path();
            self.put_watched(chain, cx);
        } else {
            self.stream.put_message(chain, cx);
        }
    }

    fn set_state(&mut self, state: StreamState, cx: &mut RenderCx<'_>) -> Result<(), StateReason> {
        self.stream.set_state(state, cx)
    }
}

/// Copies every message of a chain at the time it is played, but active sensing, which says nothing.
fn write_down(chain: &EventBox, history: &mut HistoryWriter, cx: &RenderCx<'_>) {
    cx.allocator.visit(chain, &mut |group, pieces| {
        if pieces.clone().next() != Some(&[ACTIVE_SENSING]) {
            history.record_pieces(cx.time(), group, pieces);
        }
    });
}
