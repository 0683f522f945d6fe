//! Plain data that the window draws; the control side writes it, the window reads it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dmus_devices::{DeviceId, Status};
use dmus_library::Snapshot;

use crate::notice::Notice;
use crate::params::PARTS;
use crate::presets::shelf::Shelf;

/// Everything the window shows, as it was at one moment.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// Title of the bank on top that plays.
    pub bank_title: String,
    /// Where it comes from, in a few words.
    pub bank_origin: String,
    /// Leniencies of the bank's reader.
    pub bank_warnings: usize,
    /// The banks of the user, uppermost first, the missing ones too.
    pub banks: Vec<BankView>,
    /// How far a bank that is being loaded is.
    pub loading: Option<Snapshot>,
    /// The parts in channel order; empty before the first block.
    pub parts: Vec<PartView>,
    /// Voices that sound now, and at most since the start.
    pub voices: u32,
    /// Most voices at once since the start.
    pub voices_peak: u32,
    /// Held peak of the left and right output, linear amplitude.
    pub peak: [f32; 2],
    /// Everything that was lost since the start, by name; only what is not zero.
    pub losses: Vec<(&'static str, u64)>,
    /// What the musician should know, oldest first.
    pub notices: Vec<Notice>,
    /// What the browser shows; empty before it was asked for.
    pub presets: Arc<Shelf>,
    /// The external device.
    pub device: DeviceView,
    /// The instrument is active in its host.
    pub active: bool,
}

/// The external device as the window shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceView {
    /// The one that was chosen; it need not be there.
    pub chosen: Option<DeviceId>,
    /// Those that were there when the system was asked last.
    pub listed: Vec<DeviceId>,
    /// How the chosen one is.
    pub status: Status,
}

/// One bank of the user as the window shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BankView {
    /// Its title.
    pub title: String,
    /// Where it is, or was.
    pub origin: String,
    /// Leniencies of its reader.
    pub warnings: usize,
    /// Why it is missing.
    pub problem: Option<String>,
    /// What its copy adds to the project, bytes; none if it is only named.
    pub copy_bytes: Option<usize>,
    /// Why it cannot be copied into the project now.
    pub refusal: Option<String>,
}

/// One part as the window shows it.
#[derive(Debug, Clone, Default)]
pub struct PartView {
    /// Name of the program in force.
    pub program_name: String,
    /// Program in force, `0..=127`.
    pub program: u8,
    /// Bank select most significant byte in force.
    pub bank_msb: u8,
    /// Bank select least significant byte in force.
    pub bank_lsb: u8,
    /// The part plays drums.
    pub drums: bool,
    /// Voices of the part that sound now.
    pub voices: u16,
}

/// Names of the programs of the bank in force, shared with the parameters' texts.
#[derive(Debug, Clone, Default)]
pub struct ProgramNames {
    table: Arc<Mutex<NameTable>>,
}

/// Names by program; `None` where the bank has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameTable {
    /// Melodic programs of bank 0.
    pub melodic: Vec<Option<String>>,
    /// Drum kits.
    pub drums: Vec<Option<String>>,
}

impl ProgramNames {
    /// The name of a program, if the bank in force has one.
    ///
    /// # Real-time
    /// Not real-time: allocates, takes a lock of the control side.
    #[must_use]
    pub fn of_program(&self, drums: bool, program: u8) -> Option<String> {
        let table = self.lock();
        let names = if drums { &table.drums } else { &table.melodic };
        names.get(usize::from(program)).cloned().flatten()
    }

    /// Replaces all names; true if any is another one now.
    ///
    /// # Real-time
    /// Not real-time: takes a lock of the control side.
    pub fn replace(&self, table: NameTable) -> bool {
        let mut names = self.lock();
        let is_changed = *names != table;
        *names = table;
        is_changed
    }

    fn lock(&self) -> MutexGuard<'_, NameTable> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl View {
    /// The part of a channel, or an empty one before the first block.
    #[must_use]
    pub fn part(&self, channel: usize) -> PartView {
        debug_assert!(channel < PARTS);
        self.parts.get(channel).cloned().unwrap_or_default()
    }
}
