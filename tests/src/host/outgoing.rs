//! What a plug-in sends to its host during a block.
//!
//! In: events as they are pushed. Out: system exclusive messages with their bytes, whose pointer is
//! good during the call only, and the ends of notes; of other events their number. Source: \[CLAP\] events.h.

use clack_host::events::event_types::{MidiSysExEvent, NoteEndEvent};
use clack_host::events::io::{OutputEventBuffer, TryPushError};
use clack_host::events::{Match, UnknownEvent};

/// One system exclusive message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusive {
    /// Frame of the block.
    pub frame: u32,
    /// Note port, from 0.
    pub port: u16,
    /// From F0 to F7.
    pub bytes: Vec<u8>,
}

/// Everything of one block.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    pub(super) events: u32,
    pub(super) exclusive: Vec<Exclusive>,
    /// Frames and numbers of notes that have ended.
    pub(super) ends: Vec<(u32, u32)>,
    /// The host takes nothing.
    pub(super) is_deaf: bool,
}

impl Outgoing {
    pub(super) fn clear(&mut self) {
        self.events = 0;
        self.exclusive.clear();
        self.ends.clear();
    }
}

impl OutputEventBuffer for Outgoing {
    fn try_push(&mut self, event: &UnknownEvent) -> Result<(), TryPushError> {
        if self.is_deaf {
            return Err(TryPushError::new());
        }
        self.events += 1;
        if let Some(end) = event.as_event::<NoteEndEvent>()
            && let Match::Specific(note_id) = end.note_id()
        {
            self.ends.push((event.header().time(), note_id));
        }
        if let Some(exclusive) = event.as_event::<MidiSysExEvent>() {
            #[expect(unsafe_code, reason = "CLAP's event holds a pointer")]
            // SAFETY: the plug-in says that so many bytes are there while it is in this call.
            let bytes = unsafe { exclusive.data() };
            self.exclusive.push(Exclusive {
                frame: event.header().time(),
                port: exclusive.port_index(),
                bytes: bytes.to_vec(),
            });
        }
        Ok(())
    }
}
