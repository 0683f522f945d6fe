//! The raw door of a port: packets of MIDI bytes in place of event records.
//!
//! In: packets of the older MIDI pin, of which nothing is trusted. Out: messages, the same that the
//! event door gives. Owner: the client. Thread: render.
//! Source: \[WDK\] KSMUSICFORMAT; `IPortMidi`; \[MIDI1\] running status.

use std::sync::Arc;

use atomic_refcell::AtomicRefCell;

use crate::{
    error::StateReason,
    event::ChannelGroup,
    midi::MusicFormatReader,
    miniport::Miniport,
    mxf::{Mxf, RenderCx},
    pool::{Claim, EventBox},
    port::{CaptureCounts, CaptureSink, Port, Submitted},
    state::StreamState,
    time::{ReferenceTime, SampleTime},
};

/// The way in for a client that speaks bytes: running status, real-time bytes and messages of any
/// length, split over packets as they come.
///
/// A message begun lies in the pool of the port it was fed for: [`reset`](Self::reset) the door
/// before that port is configured anew or dropped.
#[derive(Debug)]
pub struct RawDoor {
    sink: CaptureSink,
    /// What the sink has made of the bytes so far.
    whole: Arc<AtomicRefCell<Whole>>,
    group: ChannelGroup,
    packets: MusicFormatReader,
    malformed: u64,
    lost: u64,
}

impl RawDoor {
    /// A door to the channels of one group.
    ///
    /// # Real-time
    /// Not real-time: allocates.
    #[must_use]
    pub fn new(group: ChannelGroup) -> Self {
        let whole = Arc::new(AtomicRefCell::new(Whole(None)));
        let mut sink = CaptureSink::new();
        // A new sink has no output yet, so that this one is not refused.
        let _connected = sink.connect_output(whole.clone());
        Self {
            sink,
            whole,
            group,
            packets: MusicFormatReader::new(),
            malformed: 0,
            lost: 0,
        }
    }

    /// Hands the messages of one packet to the first render pin of `port`.
    ///
    /// - `start`: the time its records count from; a time in the past means now
    /// - `packet`: records as above; a record that claims more bytes than there are ends the packet
    ///
    /// # Real-time
    /// Render. Bounded by the bytes of the packet.
    pub fn submit<M: Miniport>(
        &mut self,
        port: &mut Port<M>,
        start: ReferenceTime,
        packet: &[u8],
    ) -> Submitted {
        let mut total = Submitted::default();
        let mut packets = self.packets;
        let read = packets.read(start, packet, |time, data| {
            let submitted = self.feed(port, time, data);
            total.accepted = total.accepted.wrapping_add(submitted.accepted);
            total.lost = total.lost.wrapping_add(submitted.lost);
        });
        self.packets = packets;
        self.malformed = self.malformed.wrapping_add(u64::from(read.is_err()));
        total
    }

    /// One record: its bytes as raw events through the sink, what is whole to the port.
    fn feed<M: Miniport>(
        &mut self,
        port: &mut Port<M>,
        time: ReferenceTime,
        data: &[u8],
    ) -> Submitted {
        let (rate, now, state) = (port.config().sample_rate, port.now(), port.state());
        let mut cx = RenderCx::new(port.allocator_mut(), rate, now, SampleTime::ZERO);
        // The sink follows the port and never refuses.
        let _followed = self.sink.set_state(state, &mut cx);
        let piece_bytes = usize::from(cx.allocator.buffer_size()).max(1);
        for piece in data.chunks(piece_bytes) {
            match self.raw_event(time, piece, &mut cx) {
                Some(event) => self.sink.put_message(event, &mut cx),
                None => self.lost = self.lost.wrapping_add(piece.len() as u64),
            }
        }
        let whole = self.whole.try_borrow_mut().ok();
        match whole.and_then(|mut whole| whole.0.take()) {
            Some(chain) => port.put_message(chain),
            None => Submitted::default(),
        }
    }

    fn raw_event(
        &self,
        time: ReferenceTime,
        piece: &[u8],
        cx: &mut RenderCx<'_>,
    ) -> Option<EventBox> {
        let mut event = cx.allocator.get_message(Claim::Release).ok()?;
        cx.allocator.address(&mut event, time, self.group);
        if cx.allocator.write(&mut event, piece).is_err() {
            cx.allocator.put_message(event);
            return None;
        }
        cx.allocator.mark_incomplete(&mut event);
        Some(event)
    }

    /// Forgets running status, messages begun, and the time of the last packet; what was begun goes
    /// home to the allocator of `port`.
    ///
    /// # Real-time
    /// Render. Bounded by the message begun.
    pub fn reset<M: Miniport>(&mut self, port: &mut Port<M>) {
        let (rate, now) = (port.config().sample_rate, port.now());
        let mut cx = RenderCx::new(port.allocator_mut(), rate, now, SampleTime::ZERO);
        // The sink never refuses a state.
        let _stopped = self.sink.set_state(StreamState::Stop, &mut cx);
        self.packets = MusicFormatReader::new();
    }

    /// Records that claim more bytes than there are.
    #[must_use]
    pub const fn malformed(&self) -> u64 {
        self.malformed
    }

    /// Bytes for which the pool had no event.
    #[must_use]
    pub const fn lost_bytes(&self) -> u64 {
        self.lost
    }

    /// What became of the bytes.
    #[must_use]
    pub const fn counts(&self) -> CaptureCounts {
        self.sink.counts()
    }
}

/// Keeps what comes until it is taken.
#[derive(Debug)]
struct Whole(Option<EventBox>);

impl Mxf for Whole {
    fn put_message(&mut self, chain: EventBox, cx: &mut RenderCx<'_>) {
        self.0 = Some(match self.0.take() {
            Some(before) => cx.allocator.join(before, chain),
            None => chain,
        });
    }

    fn set_state(&mut self, _: StreamState, _: &mut RenderCx<'_>) -> Result<(), StateReason> {
        Ok(())
    }
}
