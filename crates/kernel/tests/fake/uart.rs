//! A miniport for an external device, whose wire plays a script.
//!
//! Modelled on the sample driver of an MPU-401: a render stream with a queue, partial writes and
//! a retry timer, a capture stream behind an interrupt FIFO. Source: \[UART\]; \[WDK\]
//! `IMiniportMidiStream::Write`.

use std::{
    collections::VecDeque,
    error::Error,
    fmt,
    sync::{Arc, Mutex, OnceLock, Weak},
};

use atomic_refcell::AtomicRefCell;
use dmus_kernel::{
    ChannelGroup, EventBox, Miniport, Mxf, NewStream, ReferenceTime, RenderCx, Stream,
    StreamRequest, StreamState, SynthCaps,
    error::{ConnectError, StateReason},
    interrupt::{InterruptDrain, InterruptFifo, interrupt_fifo},
    miniport::{CapsFlags, EffectFlags, Init, StreamKind},
    mxf::{Joint, Output},
    service::{Notifier, ServiceGroup},
    sync::Signal,
};

/// How long a stream waits before it asks a busy device again: 1 ms.
pub(crate) const RETRY: ReferenceTime = ReferenceTime::new(10_000);
/// Writes of no byte in a row that make a busy device a broken one.
pub(crate) const PATIENCE: u32 = 100;
/// Bytes that are written together once the first of them is.
const GROUP: usize = 3;

/// What the device says to one write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It has room for this many bytes.
    Room(usize),
    /// It fails.
    Broken,
}

/// The device at the end of the cable; shared by the test and the streams.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) is_initialised: bool,
    pub(crate) is_plugged: bool,
    /// Answers still to come; afterwards there is always room.
    pub(crate) script: VecDeque<Answer>,
    /// Everything that went out.
    pub(crate) sent: Vec<u8>,
    /// Bytes that went out by each write, in order.
    pub(crate) writes: Vec<usize>,
}

/// A handle to a [`Wire`].
pub(crate) type WireRef = Arc<AtomicRefCell<Wire>>;

impl Wire {
    fn new() -> WireRef {
        Arc::new(AtomicRefCell::new(Self {
            is_initialised: true,
            is_plugged: true,
            script: VecDeque::with_capacity(1 << 10),
            sent: Vec::with_capacity(1 << 16),
            writes: Vec::with_capacity(1 << 12),
        }))
    }

    /// Sends from the front of `bytes`; never stops inside a group of three once begun.
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Broken> {
        if !self.is_plugged {
            return Err(Broken);
        }
        let room = match self.script.pop_front() {
            Some(Answer::Room(room)) => room,
            Some(Answer::Broken) => return Err(Broken),
            None => usize::MAX,
        };
        let groups = room.div_ceil(GROUP).saturating_mul(GROUP);
        let written = bytes.len().min(groups);
        self.sent.extend(&bytes[..written]);
        self.writes.push(written);
        Ok(written)
    }

    fn check(&self) -> Result<(), StateReason> {
        if !self.is_plugged {
            return Err(StateReason::Gone);
        }
        if !self.is_initialised {
            return Err(StateReason::NotReady);
        }
        Ok(())
    }
}

/// The device failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Broken;

/// Why there is no stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UartError {
    /// The one stream of this kind is open.
    InUse,
    /// There are no streams of this kind.
    NoSuchKind,
}

impl fmt::Display for UartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InUse => "the one stream of this kind is open",
            Self::NoSuchKind => "device has no streams of this kind",
        })
    }
}

impl Error for UartError {}

/// The device's callback: it may live on any thread.
#[derive(Debug)]
pub(crate) struct Interrupt {
    pub(crate) fifo: InterruptFifo,
    signal: Arc<Signal>,
    door: DoorRef,
}

/// What the device notifies, from its initialisation on.
type DoorRef = Arc<OnceLock<(Notifier, ServiceGroup)>>;

impl Interrupt {
    /// Bytes have arrived: stores them, then asks for service.
    pub(crate) fn raise(&mut self, bytes: &[u8], stamp: ReferenceTime) -> usize {
        let stored = self.fifo.write(bytes, stamp);
        if stored > 0 {
            self.signal.raise(1);
            if let Some((notifier, group)) = self.door.get() {
                notifier.notify(Some(group));
            }
        }
        stored
    }
}

/// What a capture stream leaves here when it closes, for the next.
type DrainSlot = Arc<Mutex<Option<InterruptDrain>>>;

/// The miniport: one render stream, one capture stream.
#[derive(Debug)]
pub(crate) struct Uart {
    wire: WireRef,
    drain: DrainSlot,
    /// Alive as long as the render stream is.
    render: Weak<()>,
    signal: Arc<Signal>,
    door: DoorRef,
}

impl Uart {
    /// A device with a FIFO for `fifo_bytes` captured bytes, and its callback.
    pub(crate) fn new(fifo_bytes: usize) -> (Self, Interrupt) {
        let (fifo, drain) = interrupt_fifo(fifo_bytes);
        let signal = Arc::new(Signal::new());
        let uart = Self {
            wire: Wire::new(),
            drain: Arc::new(Mutex::new(Some(drain))),
            render: Weak::new(),
            signal: Arc::clone(&signal),
            door: Arc::default(),
        };
        let door = Arc::clone(&uart.door);
        let interrupt = Interrupt { fifo, signal, door };
        (uart, interrupt)
    }

    pub(crate) fn wire(&self) -> WireRef {
        Arc::clone(&self.wire)
    }

    /// Pending while bytes wait that no service has fetched.
    pub(crate) fn signal(&self) -> &Signal {
        &self.signal
    }
}

impl Miniport for Uart {
    type Stream = UartStream;
    type Error = UartError;

    fn caps(&self) -> SynthCaps {
        SynthCaps {
            flags: CapsFlags::EXTERNAL,
            memory_size: None,
            max_channel_groups: 1,
            max_voices: None,
            max_audio_channels: None,
            effects: EffectFlags::NONE,
            description: "scripted device",
        }
    }

    /// One service group for the whole device, registered before the device may notify.
    fn init(&mut self, init: &mut Init<'_>) -> Result<Option<ServiceGroup>, UartError> {
        let group = init.services.new_group().unwrap();
        init.notifier.register_service_group(&group).unwrap();
        let door = (init.notifier.clone(), group.clone());
        assert!(self.door.set(door).is_ok(), "initialised twice");
        Ok(Some(group))
    }

    fn new_stream(&mut self, request: StreamRequest) -> Result<NewStream<UartStream>, UartError> {
        let wire = self.wire();
        let stream = match request.kind {
            StreamKind::Render if self.render.strong_count() > 0 => return Err(UartError::InUse),
            StreamKind::Render => {
                let lease = Arc::new(());
                self.render = Arc::downgrade(&lease);
                UartStream::Render(RenderStream::new(wire, lease))
            }
            StreamKind::Capture => {
                let drain = self.drain.lock().unwrap().take().ok_or(UartError::InUse)?;
                UartStream::Capture(CaptureStream {
                    wire,
                    state: StreamState::Stop,
                    drain: Some(drain),
                    home: Arc::clone(&self.drain),
                    output: Output::new(),
                })
            }
            _ => return Err(UartError::NoSuchKind),
        };
        Ok(NewStream::at_time(stream))
    }
}

/// Either stream of the device.
#[derive(Debug)]
pub(crate) enum UartStream {
    Render(RenderStream),
    Capture(CaptureStream),
}

impl UartStream {
    pub(crate) fn render(&self) -> &RenderStream {
        match self {
            Self::Render(stream) => stream,
            Self::Capture(_) => panic!("this is the capture stream"),
        }
    }

    pub(crate) fn capture(&self) -> &CaptureStream {
        match self {
            Self::Capture(stream) => stream,
            Self::Render(_) => panic!("this is the render stream"),
        }
    }

    fn mxf(&mut self) -> &mut dyn Mxf {
        match self {
            Self::Render(stream) => stream,
            Self::Capture(stream) => stream,
        }
    }
}

impl Mxf for UartStream {
    fn put_message(&mut self, chain: EventBox, cx: &mut RenderCx<'_>) {
        self.mxf().put_message(chain, cx);
    }

    fn service(&mut self, cx: &mut RenderCx<'_>) {
        self.mxf().service(cx);
    }

    fn set_state(&mut self, state: StreamState, cx: &mut RenderCx<'_>) -> Result<(), StateReason> {
        self.mxf().set_state(state, cx)
    }

    fn connect_output(&mut self, sink: Joint) -> Result<(), ConnectError> {
        self.mxf().connect_output(sink)
    }

    fn disconnect_output(&mut self, sink: Option<&Joint>) -> Result<(), ConnectError> {
        self.mxf().disconnect_output(sink)
    }
}

impl Stream for UartStream {}

/// Plays to the device.
#[derive(Debug)]
pub(crate) struct RenderStream {
    wire: WireRef,
    state: StreamState,
    /// Events not yet sent, in order.
    queue: Option<EventBox>,
    /// Bytes of the first of them that are sent.
    offset: usize,
    /// When to ask a busy device again; until then new events only wait.
    retry_at: Option<ReferenceTime>,
    /// Writes of no byte in a row.
    empty_writes: u32,
    /// Events dropped because the device failed.
    pub(crate) io_errors: u64,
    _lease: Arc<()>,
}

impl RenderStream {
    fn new(wire: WireRef, lease: Arc<()>) -> Self {
        Self {
            wire,
            state: StreamState::Stop,
            queue: None,
            offset: 0,
            retry_at: None,
            empty_writes: 0,
            io_errors: 0,
            _lease: lease,
        }
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.queue.is_none() && self.retry_at.is_none() && self.offset == 0
    }

    /// Puts every message of a chain behind the queue, packages opened.
    fn append(&mut self, chain: EventBox, cx: &mut RenderCx<'_>) {
        let mut rest = Some(chain);
        while let Some(chain) = rest {
            let (mut event, following) = cx.allocator.split_first(chain);
            rest = match (cx.allocator.take_package(&mut event), following) {
                (None, following) => {
                    self.queue = Some(match self.queue.take() {
                        Some(queue) => cx.allocator.join(queue, event),
                        None => event,
                    });
                    following
                }
                (Some(inner), following) => {
                    cx.allocator.put_message(event);
                    Some(match following {
                        Some(following) => cx.allocator.join(inner, following),
                        None => inner,
                    })
                }
            };
        }
    }

    /// Sends as much of the queue as the device takes.
    fn consume(&mut self, cx: &mut RenderCx<'_>) {
        self.retry_at = None;
        while let Some(chain) = self.queue.take() {
            let bytes = cx.allocator.event(&chain).bytes();
            let left = &bytes[self.offset..];
            let answer = if left.is_empty() {
                Ok(0)
            } else {
                self.wire.borrow_mut().write(left)
            };
            let is_done = answer == Ok(left.len());
            let answer = self.judge(answer, is_done);
            if let (Ok(written), false) = (answer, is_done) {
                self.offset += written;
                self.queue = Some(chain);
                self.retry_at = Some(cx.time().saturating_add(RETRY));
                return;
            }
            self.io_errors += u64::from(answer.is_err());
            let (event, following) = cx.allocator.split_first(chain);
            cx.allocator.put_message(event);
            self.queue = following;
            self.offset = 0;
        }
    }

    /// Turns the last of too many writes of no byte into a failure.
    fn judge(&mut self, answer: Result<usize, Broken>, is_done: bool) -> Result<usize, Broken> {
        if is_done || answer != Ok(0) {
            self.empty_writes = 0;
            return answer;
        }
        self.empty_writes += 1;
        if self.empty_writes < PATIENCE {
            return answer;
        }
        self.empty_writes = 0;
        Err(Broken)
    }
}

impl Mxf for RenderStream {
    fn put_message(&mut self, chain: EventBox, cx: &mut RenderCx<'_>) {
        if self.state == StreamState::Stop {
            return cx.allocator.put_message(chain);
        }
        self.append(chain, cx);
        if self.state == StreamState::Run && self.retry_at.is_none() {
            self.consume(cx);
        }
    }

    fn service(&mut self, cx: &mut RenderCx<'_>) {
        let is_due = self.retry_at.is_none_or(|due| due <= cx.time());
        if self.state == StreamState::Run && is_due {
            self.consume(cx);
        }
    }

    fn set_state(&mut self, state: StreamState, cx: &mut RenderCx<'_>) -> Result<(), StateReason> {
        match state {
            StreamState::Run => {
                self.wire.borrow().check()?;
                // Due now, so that what was held begins to flow with the next service.
                self.retry_at = Some(cx.time());
            }
            StreamState::Stop => {
                if let Some(queue) = self.queue.take() {
                    cx.allocator.put_message(queue);
                }
                self.offset = 0;
                self.retry_at = None;
                self.empty_writes = 0;
            }
            StreamState::Acquire | StreamState::Pause => self.retry_at = None,
        }
        self.state = state;
        Ok(())
    }
}

/// Listens to the device.
#[derive(Debug)]
pub(crate) struct CaptureStream {
    wire: WireRef,
    state: StreamState,
    /// Goes back to the miniport when the stream closes.
    drain: Option<InterruptDrain>,
    home: DrainSlot,
    output: Output,
}

impl CaptureStream {
    pub(crate) fn drain(&self) -> &InterruptDrain {
        self.drain.as_ref().unwrap()
    }
}

impl Mxf for CaptureStream {
    /// Nothing is played to an input.
    fn put_message(&mut self, chain: EventBox, cx: &mut RenderCx<'_>) {
        cx.allocator.put_message(chain);
    }

    fn service(&mut self, cx: &mut RenderCx<'_>) {
        let Some(drain) = &mut self.drain else { return };
        if self.state < StreamState::Pause {
            drain.clear();
        } else if let Some(chain) = drain.drain(ChannelGroup::FIRST, cx) {
            self.output.put_message(chain, cx);
        }
    }

    fn set_state(&mut self, state: StreamState, _cx: &mut RenderCx<'_>) -> Result<(), StateReason> {
        if state == StreamState::Run {
            self.wire.borrow().check()?;
        }
        // The callback knows no states: what came below PAUSE goes before anything is captured.
        if state < StreamState::Pause || self.state < StreamState::Pause {
            self.drain.as_mut().unwrap().clear();
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

impl Drop for CaptureStream {
    fn drop(&mut self) {
        *self.home.lock().unwrap() = self.drain.take();
    }
}
