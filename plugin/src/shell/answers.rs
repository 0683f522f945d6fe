//! What goes back to the host: replies to messages, and the ends of notes that it has numbered.
//!
//! In: what the engine has put aside in the last block. Out: each with its frame in that block.
//! Owner: the render half. Thread: render.

use dmus_synth::EndedNote;

use super::render::Render;
use super::sysex::SysExHandle;

impl Render {
    /// The next reply to a message of the last block, with its frame in that block.
    ///
    /// # Real-time
    /// Render. Bounded by the replies that wait.
    pub fn take_reply(&mut self) -> Option<(SysExHandle, u32)> {
        loop {
            let reply = self.engine().take_reply()?;
            let offset = reply.frame().saturating_sub(self.block_start);
            match SysExHandle::store(reply.bytes()) {
                Some(handle) => return Some((handle, u32::try_from(offset).unwrap_or(0))),
                None => self.note_lost_reply(),
            }
        }
    }

    /// The next note with a number of the host's that has ended, with its frame in the last block.
    ///
    /// # Real-time
    /// Render. Wait-free.
    pub fn take_ended(&mut self) -> Option<(EndedNote, u32)> {
        let note = self.engine().take_ended()?;
        let offset = note.frame.saturating_sub(self.block_start);
        Some((note, u32::try_from(offset).unwrap_or(u32::MAX)))
    }

    /// Counts a reply that the host did not take.
    ///
    /// # Real-time
    /// Render, wait-free.
    pub const fn note_lost_reply(&mut self) {
        self.lost_replies = self.lost_replies.saturating_add(1);
    }
}
