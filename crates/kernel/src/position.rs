//! Position notify: how much of the client's byte stream has been consumed.
//!
//! In: the byte positions of consumed events. Out: the furthest of them, for any thread.
//! Owner: the render pin. Thread: render notifies, any reads. Source: \[WDK\] `IPositionNotify`;
//! DMUS_KERNEL_EVENT, ullBytePosition.
//!
//! The documents say no more than what the position is of. Who calls is our choice: whoever has
//! consumed an event, chain by chain, so that a client knows what of its stream it may forget.

use crate::sync::{Reader, Writer, published};

/// Where the position of a client's stream is told.
///
/// # Source
/// \[WDK\] `IPositionNotify::PositionNotify`.
pub trait PositionNotify {
    /// The stream has been consumed up to this byte.
    ///
    /// - `byte_position`: nothing for an event that came from no stream, which tells nothing
    ///
    /// # Real-time
    /// Render, wait-free.
    fn position_notify(&mut self, byte_position: Option<u64>);
}

/// The render side of a stream's position.
#[derive(Debug)]
pub struct PositionWriter {
    published: Writer<1>,
    furthest: u64,
}

impl PositionWriter {
    /// A stream of which nothing is consumed, with an end that reads.
    ///
    /// # Real-time
    /// Not real-time: control side, allocates.
    #[must_use]
    pub fn new() -> (Self, PositionReader) {
        let (published, reader) = published([0]);
        let writer = Self {
            published,
            furthest: 0,
        };
        let reader = PositionReader {
            published: reader,
            last: 0,
        };
        (writer, reader)
    }

    /// The furthest byte so far.
    #[must_use]
    pub const fn position(&self) -> u64 {
        self.furthest
    }

    /// Begins again at 0, as the stream does in STOP.
    ///
    /// # Real-time
    /// Render, wait-free.
    pub fn reset(&mut self) {
        self.furthest = 0;
        self.published.publish([0]);
    }
}

impl PositionNotify for PositionWriter {
    fn position_notify(&mut self, byte_position: Option<u64>) {
        // Events are consumed in order of time, not of the stream: the position only goes on.
        if let Some(further) = byte_position.filter(|byte| *byte > self.furthest) {
            self.furthest = further;
            self.published.publish([further]);
        }
    }
}

/// An end that reads a stream's position; clone one per thread.
#[derive(Clone, Debug)]
pub struct PositionReader {
    published: Reader<1>,
    last: u64,
}

impl PositionReader {
    /// The furthest byte consumed since STOP; the last reading if the render thread was in the way.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    pub fn read(&mut self) -> u64 {
        if let Some([position]) = self.published.read() {
            self.last = position;
        }
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_position_only_goes_on() {
        let (mut writer, mut reader) = PositionWriter::new();
        for (told, expected) in [
            (8, 8),
            (24, 24),
            (16, 24),
            (0, 24),
            (u64::MAX - 1, u64::MAX - 1),
        ] {
            writer.position_notify(Some(told));
            assert_eq!((writer.position(), reader.read()), (expected, expected));
        }
    }

    #[test]
    fn an_event_without_a_position_is_silent() {
        let (mut writer, mut reader) = PositionWriter::new();
        for told in [None, Some(8), None] {
            writer.position_notify(told);
        }
        assert_eq!(reader.read(), 8);
    }

    #[test]
    fn stop_begins_the_stream_again() {
        let (mut writer, mut reader) = PositionWriter::new();
        writer.position_notify(Some(100));
        writer.reset();
        assert_eq!((writer.position(), reader.read()), (0, 0));
        writer.position_notify(Some(4));
        assert_eq!(reader.read(), 4);
    }
}
