//! What goes to the external device beside the synthesizer.
//!
//! The stream of the first note port is copied, not diverted: the synthesizer follows every message
//! of a part that only the device plays, silently, so that its bits and its state depend on
//! parameters alone, and not on whether a device is there.
//!
//! In: messages with the time of their frame, what parts ask for, the host's song. Out: records in
//! an [`EventLine`]. Owner: the render half. Thread: render; nothing is allocated after
//! construction. How it all works: docs/devices.md.

use dmus_devices::{EventLine, MidiClock};
use dmus_kernel::ReferenceTime;
use dmus_kernel::clock::Annotation;

/// Longest time that messages can be sent after their frame, ms.
pub const LONGEST_LATENCY_MS: u16 = 1_000;

/// The same as long as nobody asks for another: a block is read at its start, so that with nothing
/// in hand its first frames would be late, ms.
pub const USUAL_LATENCY_MS: u16 = 10;

/// All channels.
const ALL: u16 = u16::MAX;

/// What parameters ask of the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExternalTrims {
    /// Channels of group 1 whose messages it gets, bit by bit.
    pub channels: u16,
    /// Those of them whose notes it is struck with: no mute, no bypass.
    pub notes: u16,
    /// How much later than its frame a message is sent, ms.
    pub latency_ms: u16,
    /// It gets the clock of the host's song.
    pub clock: bool,
}

impl Default for ExternalTrims {
    fn default() -> Self {
        Self {
            channels: 0,
            notes: 0,
            latency_ms: USUAL_LATENCY_MS,
            clock: false,
        }
    }
}

/// The render half's side of the device.
#[derive(Debug)]
pub(super) struct External {
    line: EventLine,
    clock: MidiClock,
    asked: ExternalTrims,
    is_chosen: bool,
    is_offline: bool,
    unsent: u64,
    /// Something happened to the song in this block.
    is_noticed: bool,
}

impl External {
    pub(super) fn new(line: EventLine) -> Self {
        Self {
            line,
            clock: MidiClock::default(),
            asked: ExternalTrims::default(),
            is_chosen: false,
            is_offline: false,
            unsent: 0,
            is_noticed: false,
        }
    }

    /// A device was chosen, or none.
    pub(super) fn set_chosen(&mut self, is_chosen: bool) {
        if is_chosen != self.is_chosen {
            self.stop();
            self.is_chosen = is_chosen;
        }
    }

    /// Nobody listens from now on, or somebody does.
    pub(super) fn set_offline(&mut self, is_offline: bool) {
        if is_offline != self.is_offline {
            self.stop();
            self.is_offline = is_offline;
        }
    }

    /// Begins a block.
    ///
    /// - `now`: its first frame
    pub(super) fn begin_block(&mut self, now: ReferenceTime, asked: ExternalTrims) {
        let before = core::mem::replace(&mut self.asked, asked);
        let is_live = self.is_live();
        self.is_noticed = false;
        if is_live {
            self.line.begin_block(now, asked.latency_ms);
            let silenced = before.notes & !asked.notes;
            if silenced != 0 {
                self.line.release(now, silenced);
            }
        }
        let Self { clock, line, .. } = self;
        clock.set_on(is_live && asked.clock, now, &mut |due, bytes| {
            line.message(due, bytes);
        });
    }

    /// Takes what happened to the song, in the order of time.
    pub(super) fn notice(&mut self, annotation: &Annotation) {
        self.is_noticed = true;
        let Self { clock, line, .. } = self;
        clock.notice(annotation, &mut |due, bytes| line.message(due, bytes));
    }

    /// Tells the clock of a block.
    ///
    /// - `start`: its first frame
    /// - `song_quarters`: where the song stands there
    /// - `end`: the first frame after it
    pub(super) fn follow_song(
        &mut self,
        start: ReferenceTime,
        song_quarters: f64,
        end: ReferenceTime,
    ) {
        let Self { clock, line, .. } = self;
        // Where something happened, the place told with it is the later one.
        if !self.is_noticed {
            clock.follow(start, song_quarters);
        }
        clock.run(end, &mut |due, bytes| line.message(due, bytes));
    }

    /// Takes a message of the first note port.
    pub(super) fn message(&mut self, due: ReferenceTime, bytes: &[u8]) {
        if !self.is_chosen || !self.wants(bytes) {
            return;
        }
        if self.is_offline {
            self.unsent = self.unsent.saturating_add(1);
        } else {
            self.line.message(due, bytes);
        }
    }

    /// Ends everything that the device holds.
    pub(super) fn end_all(&mut self, now: ReferenceTime) {
        if self.is_live() {
            self.line.release(now, ALL);
        }
    }

    /// The effects of STOP: what waits is given up, what is held ends.
    pub(super) fn stop(&mut self) {
        if self.is_live() {
            self.line.stop();
        }
        // It stops with everything else, and begins anew with the next block.
        self.clock
            .set_on(false, ReferenceTime::ZERO, &mut |_, _| {});
    }

    /// Messages that found no room.
    pub(super) const fn lost(&self) -> u64 {
        self.line.lost()
    }

    /// Messages that were not sent since nobody listens.
    pub(super) const fn unsent(&self) -> u64 {
        self.unsent
    }

    const fn is_live(&self) -> bool {
        self.is_chosen && !self.is_offline
    }

    /// Whether a message is for the device: of a channel of its own, or exclusive while it has any.
    fn wants(&self, bytes: &[u8]) -> bool {
        let ExternalTrims {
            channels, notes, ..
        } = self.asked;
        let on = |channels: u16, status: u8| channels >> (status & 0x0F) & 1 != 0;
        match *bytes {
            [status @ 0x90..=0x9F, _, velocity] if velocity > 0 => on(notes, status),
            [status @ 0x80..=0xEF, ..] => on(channels, status),
            [0xF0, ..] => channels != 0,
            _ => false,
        }
    }
}
