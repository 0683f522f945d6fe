//! The raw-byte sibling of the miniport contract, and how it becomes one of ours.
//!
//! In: a device that reads and writes MIDI bytes. Out: a [`Miniport`] whose streams carry events.
//! Owner: the port. Thread: control for the miniport, render for its streams.
//! Source: \[WDK\] `IMiniportMidi`, `IMiniportMidiStream`; \[UART\], the consumer of its render
//! stream.

use std::{error::Error, fmt};

use crate::{
    error::{ConnectError, StateReason},
    miniport::{Init, Miniport, NewStream, Stream, StreamKind, StreamRequest, SynthCaps},
    mxf::{Joint, Mxf, Output, RenderCx},
    pool::{Claim, EventBox},
    service::{Notifier, ServiceGroup},
    state::StreamState,
};

/// Bytes read from a device in one call: what one event holds in itself.
const READ_BYTES: usize = crate::event::INLINE_BYTES;

/// Bytes taken from a device in one service at most.
const SERVICE_BYTES: usize = 4_096;

/// Calls in a row that may write nothing before the device counts as broken.
const IDLE_WRITES: u32 = 100;

/// Why a device did not read or write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeviceError {
    /// A stream that only writes was read, or the other way round.
    WrongDirection,
    /// The device is broken or gone.
    Broken,
}

impl fmt::Display for DeviceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WrongDirection => "stream goes the other way",
            Self::Broken => "device does not answer",
        })
    }
}

impl Error for DeviceError {}

/// One direction of a device that speaks bytes.
///
/// # Real-time
/// Render: both calls return at once, allocate and free nothing.
///
/// # Source
/// \[WDK\] `IMiniportMidiStream`. Deviation: no `SetFormat`, which does nothing there.
pub trait RawStream: Send {
    /// Reads what has arrived into `bytes`; 0 if there is nothing more.
    ///
    /// # Errors
    /// [`DeviceError`].
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize, DeviceError>;

    /// Writes the beginning of `bytes` and tells how much; 0 if the device is busy.
    ///
    /// # Errors
    /// [`DeviceError`]: what was to be written is lost.
    fn write(&mut self, bytes: &[u8]) -> Result<usize, DeviceError>;

    /// Moves one step; see [`Mxf::set_state`].
    ///
    /// # Errors
    /// [`StateReason`] if the step cannot be taken.
    fn set_state(&mut self, state: StreamState) -> Result<(), StateReason>;
}

/// A device that speaks bytes.
///
/// # Source
/// \[WDK\] `IMiniportMidi`.
pub trait RawMiniport: Send {
    /// One direction of it.
    type Stream: RawStream + 'static;
    /// Why a stream cannot be had.
    type Error: Error + Send + Sync + 'static;

    /// Gets the device ready. From here on it may notify, after it has stored what arrived.
    ///
    /// # Errors
    /// The miniport's own.
    ///
    /// # Source
    /// \[WDK\] `IMiniportMidi::Init`.
    fn init(&mut self, notifier: &Notifier) -> Result<(), Self::Error> {
        let _ = notifier;
        Ok(())
    }

    /// Opens one direction, in STOP.
    ///
    /// # Errors
    /// The miniport's own.
    fn new_stream(&mut self, pin: u16, capture: bool) -> Result<Self::Stream, Self::Error>;
}

/// A raw device as a miniport of events: the older interface behind the newer one.
///
/// # Source
/// \[WDK\] MIDI and DirectMusic Filters: both ports are one module.
#[derive(Debug)]
pub struct FromRaw<R> {
    raw: R,
    /// The device's own, once it is initialised.
    group: Option<ServiceGroup>,
}

impl<R> FromRaw<R> {
    /// This device.
    #[must_use]
    pub const fn new(raw: R) -> Self {
        Self { raw, group: None }
    }
}

impl<R: RawMiniport> Miniport for FromRaw<R> {
    type Stream = RawPin<R::Stream>;
    type Error = R::Error;

    /// # Source
    /// \[UART\], its SYNTHCAPS.
    fn caps(&self) -> SynthCaps {
        SynthCaps {
            flags: super::CapsFlags::EXTERNAL,
            memory_size: Some(0),
            max_channel_groups: 1,
            max_voices: None,
            max_audio_channels: None,
            effects: super::EffectFlags::NONE,
            description: "MIDI device",
        }
    }

    /// Makes one service group for the whole device and registers it before the device can
    /// notify.
    fn init(&mut self, init: &mut Init<'_>) -> Result<Option<ServiceGroup>, Self::Error> {
        // A new table has a group to spare, and a new miniport has registered none.
        let group = init.services.new_group().ok();
        if let Some(group) = &group {
            let _registered = init.notifier.register_service_group(group);
        }
        self.raw.init(&init.notifier)?;
        self.group.clone_from(&group);
        Ok(group)
    }

    fn new_stream(
        &mut self,
        request: StreamRequest,
    ) -> Result<NewStream<Self::Stream>, Self::Error> {
        let captures = request.kind == StreamKind::Capture;
        let device = self.raw.new_stream(request.pin, captures)?;
        Ok(NewStream::at_time(RawPin {
            device,
            captures,
            state: StreamState::Stop,
            queue: None,
            written: 0,
            idle: 0,
            lost: 0,
            output: Output::new(),
            group: self.group.clone(),
        }))
    }
}

/// One stream of a raw device.
#[derive(Debug)]
pub struct RawPin<S> {
    device: S,
    captures: bool,
    state: StreamState,
    /// What waits to be written, in order.
    queue: Option<EventBox>,
    /// Bytes of the first event in the queue that are written already.
    written: usize,
    /// Calls in a row that wrote nothing.
    idle: u32,
    lost: u64,
    output: Output,
    /// Asked again when one service was not enough.
    group: Option<ServiceGroup>,
}

impl<S: RawStream> RawPin<S> {
    /// The device.
    pub const fn device_mut(&mut self) -> &mut S {
        &mut self.device
    }

    /// Events the device would not take, and bytes of it for which there was no event.
    #[must_use]
    pub const fn lost(&self) -> u64 {
        self.lost
    }

    /// Writes as much of the queue as the device takes; what it refuses is recycled.
    fn consume(&mut self, cx: &mut RenderCx<'_>) {
        while let Some(chain) = self.queue.take() {
            let (mut first, rest) = cx.allocator.split_first(chain);
            if let Some(inner) = cx.allocator.take_package(&mut first) {
                cx.allocator.put_message(first);
                self.queue = Some(match rest {
                    Some(rest) => cx.allocator.join(inner, rest),
                    None => inner,
                });
                continue;
            }
            let event = cx.allocator.event(&first);
            let left = event.bytes().get(self.written..).unwrap_or_default();
            let (is_done, lost) = match self.device.write(left) {
                _ if left.is_empty() => (true, 0),
                Ok(0) if self.idle >= IDLE_WRITES => (true, 1),
                Ok(0) => {
                    self.idle += 1;
                    (false, 0)
                }
                Ok(written) => {
                    self.idle = 0;
                    self.written = self.written.saturating_add(written);
                    (written >= left.len(), 0)
                }
                Err(_) => (true, 1),
            };
            if !is_done {
                self.queue = Some(match rest {
                    Some(rest) => cx.allocator.join(first, rest),
                    None => first,
                });
                if self.idle > 0 {
                    return;
                }
                continue;
            }
            self.lost = self.lost.saturating_add(lost);
            self.written = 0;
            self.idle = 0;
            cx.allocator.put_message(first);
            self.queue = rest;
        }
    }

    /// Takes what has arrived and passes it on as one chain of raw bytes. What is too much for one
    /// service is asked for again, since the device may have nothing more to notify of.
    fn capture(&mut self, cx: &mut RenderCx<'_>) {
        if self.drain(cx)
            && let Some(group) = &self.group
        {
            group.request_service();
        }
    }

    /// True if there may be more.
    fn drain(&mut self, cx: &mut RenderCx<'_>) -> bool {
        let keeps = self.state >= StreamState::Pause;
        let mut chain: Option<EventBox> = None;
        let mut has_more = true;
        for _ in 0..SERVICE_BYTES / READ_BYTES {
            let mut bytes = [0; READ_BYTES];
            let read = self.device.read(&mut bytes).unwrap_or(0);
            let Some(bytes) = bytes.get(..read).filter(|bytes| !bytes.is_empty()) else {
                has_more = false;
                break;
            };
            if !keeps {
                continue;
            }
            let Ok(mut event) = cx.allocator.get_message(Claim::Ordinary) else {
                self.lost = self.lost.saturating_add(bytes.len() as u64);
                continue;
            };
            cx.allocator
                .address(&mut event, cx.time(), crate::event::ChannelGroup::FIRST);
            // At most eight bytes, which an event holds in itself.
            let _held = cx.allocator.write(&mut event, bytes);
            cx.allocator.mark_incomplete(&mut event);
            chain = Some(match chain {
                Some(chain) => cx.allocator.join(chain, event),
                None => event,
            });
        }
        if let Some(chain) = chain {
            self.output.put_message(chain, cx);
        }
        has_more
    }
}

impl<S: RawStream> Mxf for RawPin<S> {
    fn put_message(&mut self, chain: EventBox, cx: &mut RenderCx<'_>) {
        if self.captures || self.state == StreamState::Stop {
            cx.allocator.put_message(chain);
            return;
        }
        // While the device is busy new events only join the queue.
        let is_busy = self.queue.is_some();
        self.queue = Some(match self.queue.take() {
            Some(queue) => cx.allocator.join(queue, chain),
            None => chain,
        });
        if self.state == StreamState::Run && !is_busy {
            self.consume(cx);
        }
    }

    fn service(&mut self, cx: &mut RenderCx<'_>) {
        if self.captures {
            self.capture(cx);
        } else if self.state == StreamState::Run {
            self.consume(cx);
        }
    }

    fn set_state(&mut self, state: StreamState, cx: &mut RenderCx<'_>) -> Result<(), StateReason> {
        self.device.set_state(state)?;
        self.state = state;
        if state == StreamState::Stop {
            if let Some(queue) = self.queue.take() {
                cx.allocator.put_message(queue);
            }
            self.written = 0;
            self.idle = 0;
        }
        Ok(())
    }

    fn connect_output(&mut self, sink: Joint) -> Result<(), ConnectError> {
        if self.captures {
            self.output.connect(sink)
        } else {
            Err(ConnectError::NoOutput)
        }
    }

    fn disconnect_output(&mut self, sink: Option<&Joint>) -> Result<(), ConnectError> {
        if self.captures {
            self.output.disconnect(sink).map(drop)
        } else {
            Err(ConnectError::NoOutput)
        }
    }
}

impl<S: RawStream> Stream for RawPin<S> {}
