//! The interrupt FIFO: bytes of a device with their arrival times, on their way to the render side.
//!
//! In: runs of raw bytes on the device's thread. Out: raw events on the render thread.
//! Owner: [`InterruptFifo`] by the device's callback, [`InterruptDrain`] by a capture stream.
//! Thread: as each half says; both are wait-free.
//! Source: \[UART\] input FIFO; \[WDK\] `IPortDMus::Notify`.
//!
//! An interrupt may touch nothing of the graph: it stores its bytes here, raises a
//! [`Signal`](crate::sync::Signal), returns. A stamp travels in the same slot as the bytes
//! it belongs to. No byte can therefore be given the stamp of another, whenever it arrives:
//! the race of a stamp kept beside the FIFO cannot be written down.
//!
//! When the FIFO is full the newest bytes are lost. What follows such a gap is not to be taken for
//! the rest of what came before it, so the drain passes over bytes until the next status byte that
//! begins a message; real-time bytes stand for themselves and stay.

use std::sync::Arc;

use rtrb::{Consumer, Producer, RingBuffer};

use crate::{
    event::{ChannelGroup, INLINE_BYTES},
    midi::END_OF_EXCLUSIVE,
    mxf::RenderCx,
    pool::{Claim, EventBox},
    sync::Counter,
    time::ReferenceTime,
};

/// Bytes that arrived together, no more than one event holds in itself.
#[derive(Clone, Copy, Debug)]
struct Run {
    stamp: ReferenceTime,
    bytes: [u8; INLINE_BYTES],
    length: u8,
    /// Bytes were lost between the run before and this one.
    follows_gap: bool,
}

impl Run {
    fn bytes(&self) -> &[u8] {
        self.bytes
            .get(..usize::from(self.length))
            .unwrap_or(&self.bytes)
    }
}

/// Both ends of a FIFO for at least `capacity_bytes` bytes, however they arrive; at least one.
///
/// Bytes that arrive together share a slot, up to eight, so that it may hold up to eight times as
/// many.
///
/// # Real-time
/// Not real-time: allocates 24 bytes per byte of capacity.
///
/// # Source
/// \[UART\] input FIFO. Deviation: a stamp per run in place of one per burst.
#[must_use]
pub fn interrupt_fifo(capacity_bytes: usize) -> (InterruptFifo, InterruptDrain) {
    let (producer, consumer) = RingBuffer::new(capacity_bytes.max(1));
    let lost = Arc::new(Counter::new());
    let fifo = InterruptFifo {
        producer,
        has_gap: false,
        lost: Arc::clone(&lost),
    };
    let drain = InterruptDrain {
        consumer,
        skips: false,
        skipped: 0,
        lost,
    };
    (fifo, drain)
}

/// The end of the interrupt: all that a device's callback may touch.
///
/// May move to another thread, but is never shared by two:
///
/// ```compile_fail,E0277
/// fn shared<T: Sync>() {}
/// shared::<dmus_kernel::interrupt::InterruptFifo>();
/// ```
#[derive(Debug)]
pub struct InterruptFifo {
    producer: Producer<Run>,
    /// Bytes were lost since the last run that was stored.
    has_gap: bool,
    lost: Arc<Counter>,
}

impl InterruptFifo {
    /// Stores bytes that arrived at `stamp`, in order; returns how many. If the FIFO is full the
    /// rest is lost and counted.
    ///
    /// - `bytes`: `0..`, raw: any part of any number of messages
    /// - `stamp`: arrival of the first byte, master clock
    ///
    /// # Real-time
    /// Interrupt, wait-free: O(n) for n bytes.
    pub fn write(&mut self, bytes: &[u8], stamp: ReferenceTime) -> usize {
        let mut stored: usize = 0;
        for part in bytes.chunks(INLINE_BYTES) {
            let mut run = Run {
                stamp,
                bytes: [0; INLINE_BYTES],
                length: 0,
                follows_gap: self.has_gap,
            };
            for (to, from) in run.bytes.iter_mut().zip(part) {
                *to = *from;
                run.length = run.length.saturating_add(1);
            }
            if self.producer.push(run).is_err() {
                // Nothing after the gap may be stored as if there were none.
                self.has_gap = true;
                self.lost
                    .add(bytes.len().saturating_sub(stored).try_into().unwrap_or(0));
                break;
            }
            self.has_gap = false;
            stored = stored.saturating_add(part.len());
        }
        stored
    }

    /// Bytes that fit at least, however they arrive: a device that can wait asks before it writes.
    ///
    /// # Real-time
    /// Interrupt, wait-free.
    #[must_use]
    pub fn room(&self) -> usize {
        self.producer.slots()
    }

    /// Bytes lost so far to a full FIFO.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost.get()
    }
}

/// The end of a capture stream.
///
/// May move to another thread, but is never shared by two:
///
/// ```compile_fail,E0277
/// fn shared<T: Sync>() {}
/// shared::<dmus_kernel::interrupt::InterruptDrain>();
/// ```
#[derive(Debug)]
pub struct InterruptDrain {
    consumer: Consumer<Run>,
    /// Inside what was cut off by a gap.
    skips: bool,
    skipped: u64,
    lost: Arc<Counter>,
}

impl InterruptDrain {
    /// Everything that had arrived when called, as a chain of incomplete events of `group`, each
    /// with the stamp of its first byte; nothing if there is nothing.
    ///
    /// If the pool runs out, what was taken so far is returned and the rest stays in the FIFO for
    /// the next call: nothing is lost unless the FIFO itself fills up. Whoever drains then asks for
    /// service again if the FIFO is not [empty](Self::is_empty): a device that waits for room has
    /// nothing more to notify of.
    ///
    /// # Real-time
    /// Render. Bounded: O(n) for n bytes in the FIFO; bytes that arrive meanwhile wait.
    ///
    /// # Source
    /// \[UART\] `PutMessage` of a capture stream, with NULL. Deviation: a chain cut short by the
    /// pool is passed on, where the sample leaks it.
    #[must_use = "a chain that is not passed on must be given to the allocator"]
    pub fn drain(&mut self, group: ChannelGroup, cx: &mut RenderCx<'_>) -> Option<EventBox> {
        let mut chain: Option<EventBox> = None;
        for _ in 0..self.consumer.slots() {
            let Ok(&run) = self.consumer.peek() else {
                break;
            };
            // Raw bytes have no claim on the reserve: what they say is not known yet.
            let Ok(mut event) = cx.allocator.get_message(Claim::Ordinary) else {
                break;
            };
            let run = self.mend(run);
            cx.allocator.address(&mut event, run.stamp, group);
            cx.allocator.mark_incomplete(&mut event);
            // A run is no longer than an event, so this needs no buffer and cannot fail.
            let written = cx.allocator.write(&mut event, run.bytes());
            let _taken = self.consumer.pop();
            if written.is_err() || run.length == 0 {
                cx.allocator.put_message(event);
                continue;
            }
            chain = Some(match chain {
                Some(chain) => cx.allocator.join(chain, event),
                None => event,
            });
        }
        chain
    }

    /// The run without what a gap cut off from its beginning.
    fn mend(&mut self, run: Run) -> Run {
        self.skips |= run.follows_gap;
        if !self.skips {
            return run;
        }
        let mut kept = Run {
            bytes: [0; INLINE_BYTES],
            length: 0,
            ..run
        };
        for &byte in run.bytes() {
            self.skips &= !(0x80..END_OF_EXCLUSIVE).contains(&byte);
            if self.skips && byte <= END_OF_EXCLUSIVE {
                self.skipped = self.skipped.wrapping_add(1);
            } else if let Some(place) = kept.bytes.get_mut(usize::from(kept.length)) {
                *place = byte;
                kept.length = kept.length.saturating_add(1);
            }
        }
        kept
    }

    /// Throws away everything that had arrived when called.
    ///
    /// # Real-time
    /// Render. Bounded: O(n) for n bytes in the FIFO.
    ///
    /// # Source
    /// \[WDK\] `IMXF::SetState`: below PAUSE a capture stream throws its data away; \[UART\] STOP
    /// empties the FIFO.
    pub fn clear(&mut self) {
        for _ in 0..self.consumer.slots() {
            let _gone = self.consumer.pop();
        }
        self.skips = false;
    }

    /// True if nothing has arrived that was not drained.
    ///
    /// # Real-time
    /// Render, wait-free.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.consumer.is_empty()
    }

    /// Bytes lost so far to a full FIFO.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost.get()
    }

    /// Bytes passed over so far because a gap had cut them off from what they belong to.
    #[must_use]
    pub const fn skipped(&self) -> u64 {
        self.skipped
    }
}
