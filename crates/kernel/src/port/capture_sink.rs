//! The capture sink: raw capture events to whole messages.
//!
//! In: incomplete events with raw bytes of a device, in order of arrival. Out: complete events, one
//! whole message each, to the output. Owner: the port, as a joint that a capture stream is
//! connected to. Thread: render. Source: \[WDK\] Capture Sink; `IMXF::SetState`; \[MIDI1\] Running
//! Status; System Real Time.
//!
//! **Time.** A message has the stamp of its first byte. Stamps never decrease: a stamp of the device
//! that lies before one it gave earlier is clamped to that one; a message inside which a real-time
//! byte was sent on takes the time of that byte.
//!
//! **Form.** What is incomplete is raw: any mixture of pieces and messages, running status included.
//! A complete event that is one whole message passes as it is; any other is read like a raw one, and
//! so is everything in a package. A System Exclusive message longer than a buffer goes on as a chain
//! of incomplete events with a complete one last.

mod exclusive;

use crate::{
    error::{ConnectError, StateReason},
    event::{ChannelGroup, INLINE_BYTES},
    midi::{END_OF_EXCLUSIVE, Message, ParserCounts, SYSEX, StreamParser, Token},
    mxf::{Joint, Mxf, Output, RenderCx},
    pool::{Claim, EventBox},
    state::StreamState,
    time::ReferenceTime,
};
use exclusive::Exclusive;

/// What a capture sink did since it was built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CaptureCounts {
    /// Messages handed on.
    pub messages: u64,
    /// Whole messages for which the pool had no room.
    pub lost: u64,
    /// Events whose stamp lay before an earlier one of the same device.
    pub clamped: u64,
    /// Messages moved to the time of a real-time byte inside them.
    pub moved: u64,
    /// Chains recycled because the sink behind was busy.
    pub busy: u64,
    /// What was wrong with the bytes.
    pub parser: ParserCounts,
}

/// Whose message it is, and since when.
#[derive(Clone, Copy, Debug)]
struct Origin {
    time: ReferenceTime,
    group: ChannelGroup,
}

/// Makes whole messages of one device's raw bytes.
///
/// # Source
/// \[WDK\] Capture Sink.
#[derive(Debug)]
pub struct CaptureSink {
    state: StreamState,
    parser: StreamParser,
    exclusive: Exclusive,
    output: Output,
    /// The channels the device last chose with a cable number.
    cable: Option<ChannelGroup>,
    /// The first byte of the message at hand.
    began: Origin,
    /// The latest stamp of the device.
    arrived: ReferenceTime,
    /// The latest stamp handed on, never after `arrived`.
    emitted: ReferenceTime,
    counts: CaptureCounts,
}

impl Default for CaptureSink {
    fn default() -> Self {
        Self::new()
    }
}

impl CaptureSink {
    /// A sink in STOP, its output the allocator.
    #[must_use]
    pub fn new() -> Self {
        Self::reading(StreamParser::new())
    }

    /// As [`new`](Self::new), for a device with several cables on one line: `F5 nn` addresses what
    /// follows to channel group `nn`, `00` to all.
    #[must_use]
    pub fn with_cable_select() -> Self {
        Self::reading(StreamParser::with_cable_select())
    }

    fn reading(parser: StreamParser) -> Self {
        Self {
            state: StreamState::Stop,
            parser,
            exclusive: Exclusive::default(),
            output: Output::new(),
            cable: None,
            began: Origin {
                time: ReferenceTime::MIN,
                group: ChannelGroup::FIRST,
            },
            arrived: ReferenceTime::MIN,
            emitted: ReferenceTime::MIN,
            counts: CaptureCounts::default(),
        }
    }

    /// What it did so far.
    #[must_use]
    pub const fn counts(&self) -> CaptureCounts {
        CaptureCounts {
            busy: self.output.busy(),
            parser: self.parser.counts(),
            ..self.counts
        }
    }

    /// The stamp of an event, put right if the device went back in time.
    const fn arrive(&mut self, time: ReferenceTime) -> ReferenceTime {
        if time.units() < self.arrived.units() {
            count(&mut self.counts.clamped);
        } else {
            self.arrived = time;
        }
        self.arrived
    }

    /// Parses an event's bytes and recycles it.
    fn parse(&mut self, event: EventBox, out: &mut Chain, cx: &mut RenderCx<'_>) {
        let view = cx.allocator.event(&event);
        let group = view.group;
        let mut left = view.bytes().len();
        let time = self.arrive(view.time);
        let mut event = Some(event);
        let mut offset = 0;
        while left > 0 {
            // Copied out, so that the event is home before its bytes need another.
            let mut part = [0; INLINE_BYTES];
            if let Some(event) = &event {
                let bytes = cx.allocator.event(event).bytes();
                for (to, from) in part.iter_mut().zip(bytes.get(offset..).unwrap_or(&[])) {
                    *to = *from;
                }
            }
            if left <= INLINE_BYTES
                && let Some(event) = event.take()
            {
                cx.allocator.put_message(event);
            }
            for &byte in part.iter().take(left) {
                self.feed(byte, Origin { time, group }, out, cx);
            }
            left = left.saturating_sub(INLINE_BYTES);
            offset = offset.saturating_add(INLINE_BYTES);
        }
        if let Some(event) = event {
            cx.allocator.put_message(event);
        }
    }

    fn feed(&mut self, byte: u8, origin: Origin, out: &mut Chain, cx: &mut RenderCx<'_>) {
        let origin = Origin {
            group: self.cable.unwrap_or(origin.group),
            ..origin
        };
        let fed = self.parser.feed(byte);
        if fed.aborts_exclusive {
            self.exclusive.discard(cx.allocator);
        }
        let is_real_time = byte > END_OF_EXCLUSIVE;
        if fed.begins && !is_real_time {
            self.began = origin;
        }
        let began = self.began;
        let Some(token) = fed.token else { return };
        match token {
            Token::Message(message) => {
                let origin = if is_real_time { origin } else { began };
                self.send_short(message.bytes(), origin, out, cx);
            }
            Token::ExclusiveBegin => {
                self.exclusive.begin(began.time, began.group);
                self.push(SYSEX, cx);
            }
            Token::ExclusiveData(byte) => self.push(byte, cx),
            Token::ExclusiveEnd => {
                self.push(END_OF_EXCLUSIVE, cx);
                match self.exclusive.end(cx.allocator) {
                    Ok(Some(message)) => self.send(message, began.time, out, cx),
                    Ok(None) => {}
                    Err(_) => count(&mut self.counts.lost),
                }
            }
            Token::Cable(number) => self.cable = Some(ChannelGroup::new(u16::from(number))),
        }
    }

    /// Adds a byte to the System Exclusive message at hand; counts the message if that is its end.
    fn push(&mut self, byte: u8, cx: &mut RenderCx<'_>) {
        if self.exclusive.push(byte, cx.allocator).is_err() {
            count(&mut self.counts.lost);
        }
    }

    fn send_short(&mut self, bytes: &[u8], origin: Origin, out: &mut Chain, cx: &mut RenderCx<'_>) {
        let claim = Message::whole(bytes).map_or(Claim::Ordinary, Claim::of);
        let Ok(mut event) = cx.allocator.get_message(claim) else {
            return count(&mut self.counts.lost);
        };
        cx.allocator.address(&mut event, origin.time, origin.group);
        if cx.allocator.write(&mut event, bytes).is_ok() {
            self.send(event, origin.time, out, cx);
        } else {
            cx.allocator.put_message(event);
            count(&mut self.counts.lost);
        }
    }

    /// Puts a whole message, stamped `time`, behind those already going out.
    fn send(
        &mut self,
        mut message: EventBox,
        time: ReferenceTime,
        out: &mut Chain,
        cx: &mut RenderCx<'_>,
    ) {
        if time < self.emitted {
            cx.allocator.stamp(&mut message, self.emitted);
            count(&mut self.counts.moved);
        } else {
            self.emitted = time;
        }
        count(&mut self.counts.messages);
        *out = Some(match out.take() {
            Some(before) => cx.allocator.join(before, message),
            None => message,
        });
    }

    /// Forgets everything about the stream but what was counted.
    fn forget(&mut self, cx: &mut RenderCx<'_>) {
        self.exclusive.discard(cx.allocator);
        self.parser.reset();
        self.cable = None;
        self.arrived = ReferenceTime::MIN;
        self.emitted = ReferenceTime::MIN;
    }
}

/// What is going out.
type Chain = Option<EventBox>;

const fn count(events: &mut u64) {
    *events = events.wrapping_add(1);
}

impl Mxf for CaptureSink {
    fn put_message(&mut self, chain: EventBox, cx: &mut RenderCx<'_>) {
        if self.state < StreamState::Pause {
            return cx.allocator.put_message(chain);
        }
        let mut out = None;
        let mut rest = Some(chain);
        while let Some(chain) = rest {
            let (mut event, following) = cx.allocator.split_first(chain);
            if let Some(inner) = cx.allocator.take_package(&mut event) {
                cx.allocator.put_message(event);
                rest = Some(match following {
                    Some(following) => cx.allocator.join(inner, following),
                    None => inner,
                });
                continue;
            }
            rest = following;
            let view = cx.allocator.event(&event);
            if view.flags.is_incomplete() || Message::whole(view.bytes()).is_none() {
                self.parse(event, &mut out, cx);
            } else {
                let (stamp, time) = (view.time, self.arrive(view.time));
                if time != stamp {
                    cx.allocator.stamp(&mut event, time);
                }
                self.send(event, time, &mut out, cx);
            }
        }
        if let Some(out) = out {
            self.output.put_message(out, cx);
        }
    }

    /// Below PAUSE everything is thrown away: what arrives, what was begun, running status.
    fn set_state(&mut self, state: StreamState, cx: &mut RenderCx<'_>) -> Result<(), StateReason> {
        if state < StreamState::Pause {
            self.forget(cx);
        }
        self.state = state;
        Ok(())
    }

    fn connect_output(&mut self, sink: Joint) -> Result<(), ConnectError> {
        self.output.connect(sink)
    }

    fn disconnect_output(&mut self, sink: Option<&Joint>) -> Result<(), ConnectError> {
        self.output.disconnect(sink).map(drop)
    }
}
