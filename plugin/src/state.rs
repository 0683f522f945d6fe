//! What a project remembers beside the parameters: the banks, the programs that MIDI chose.
//!
//! In: the framework's state load, on the host's main thread. Out: the control side asks for the
//! current value, and its worker is woken by a load. A state never needs a bank file to be
//! parsed. The saved form is described in `docs/state.md`.

mod device;

use core::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use dmus_dls::bank::Patch;
use dmus_kernel::sync::Counter;
use dmus_library::BankReference;
use dmus_synth::{SETUP_BYTES, USER_BANKS};
use nice_plug::params::persist::PersistentField;
use serde::{Deserialize, Serialize};

use crate::params::PARTS;
use crate::shell::pipeline::CHANNEL_GROUPS;
use crate::worker;
pub use device::{DeviceChoice, SavedDevice};

/// Version of the fields in this file, written into every state.
pub const STATE_FORMAT: u32 = 3;

/// The banks of the user as a project names them; without any, the built-in bank plays alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "SavedForm")]
pub struct BankStack {
    /// [`STATE_FORMAT`] of the program that wrote it.
    pub format: u32,
    /// Uppermost first, at most [`USER_BANKS`].
    pub banks: Vec<BankReference>,
}

impl Default for BankStack {
    fn default() -> Self {
        Self::of(Vec::new())
    }
}

impl BankStack {
    /// A stack of banks, uppermost first; more than there is room for are left out.
    #[must_use]
    pub fn of(mut banks: Vec<BankReference>) -> Self {
        banks.truncate(usize::from(USER_BANKS));
        Self {
            format: STATE_FORMAT,
            banks,
        }
    }
}

/// What states of all formats have said.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SavedForm {
    /// Since format 2.
    banks: Vec<BankReference>,
    /// Format 1: one bank, none if its path is empty.
    path: String,
    name: String,
    size: u64,
}

impl From<SavedForm> for BankStack {
    fn from(saved: SavedForm) -> Self {
        if saved.banks.is_empty() && !saved.path.is_empty() {
            return Self::of(vec![BankReference {
                name: saved.name,
                size: saved.size,
                ..BankReference::at(saved.path)
            }]);
        }
        Self::of(saved.banks)
    }
}

/// The program of one part as MIDI left it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PartProgram {
    /// Bank select most significant byte, `0..=127`.
    pub bank_msb: u8,
    /// Bank select least significant byte, `0..=127`.
    pub bank_lsb: u8,
    /// Program, `0..=127`.
    pub program: u8,
}

impl PartProgram {
    /// That of a patch, whose drum flag belongs to the part.
    pub(crate) const fn of(patch: Patch) -> Self {
        Self {
            bank_msb: patch.bank_msb,
            bank_lsb: patch.bank_lsb,
            program: patch.program,
        }
    }

    /// As a bank names it.
    pub(crate) const fn patch(self, drums: bool) -> Patch {
        Patch {
            drums,
            bank_msb: self.bank_msb,
            bank_lsb: self.bank_lsb,
            program: self.program,
        }
    }

    /// Seven bits each, 21 together.
    pub(crate) fn to_bits(self) -> u64 {
        let [msb, lsb, program] =
            [self.bank_msb, self.bank_lsb, self.program].map(|value| u64::from(value & 0x7F));
        (msb << 14) | (lsb << 7) | program
    }

    /// What [`to_bits`](Self::to_bits) wrote; higher bits are ignored.
    pub(crate) const fn from_bits(bits: u64) -> Self {
        Self {
            bank_msb: (bits >> 14 & 0x7F) as u8,
            bank_lsb: (bits >> 7 & 0x7F) as u8,
            program: (bits & 0x7F) as u8,
        }
    }
}

/// The programs of the parts, in channel order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PartPrograms {
    /// One for each channel of group 1; missing ones are at their default.
    pub programs: Vec<PartProgram>,
    /// What system messages have set, as messages that set it again: the group, 0 for all, a colon,
    /// and the bytes in hexadecimal digits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<String>,
}

impl PartPrograms {
    /// The programs, and what system messages have set.
    #[must_use]
    pub fn of(programs: Vec<PartProgram>, messages: &[(u16, Vec<u8>)]) -> Self {
        let text = |(group, bytes): &(u16, Vec<u8>)| {
            let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
            format!("{group}:{}", digits.collect::<String>())
        };
        Self {
            programs,
            messages: messages.iter().map(text).collect(),
        }
    }

    /// The system messages; what is none is left out.
    #[must_use]
    pub fn system_messages(&self) -> Vec<(u16, Vec<u8>)> {
        self.messages
            .iter()
            .filter_map(|text| message(text))
            .collect()
    }

    /// Exactly one program for each part, values brought into range.
    #[must_use]
    pub fn all(&self) -> [PartProgram; PARTS] {
        let mut all = [PartProgram::default(); PARTS];
        for (part, saved) in all.iter_mut().zip(&self.programs) {
            *part = PartProgram {
                bank_msb: saved.bank_msb & 0x7F,
                bank_lsb: saved.bank_lsb & 0x7F,
                program: saved.program & 0x7F,
            };
        }
        all
    }
}

/// Reads a group and a system message.
fn message(text: &str) -> Option<(u16, Vec<u8>)> {
    let (group, digits) = text.split_once(':')?;
    let group = group
        .parse()
        .ok()
        .filter(|group| *group <= CHANNEL_GROUPS)?;
    let (pairs, []) = digits.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let digit = |digit: u8| char::from(digit).to_digit(16);
    let bytes = pairs
        .iter()
        .map(|[high, low]| u8::try_from(digit(*high)? << 4 | digit(*low)?).ok());
    let bytes: Vec<u8> = bytes.collect::<Option<_>>()?;
    let is_whole = match bytes.as_slice() {
        [0xFF] => true,
        [0xF0, data @ .., 0xF7] => {
            bytes.len() < SETUP_BYTES && data.iter().all(|byte| *byte < 0x80)
        }
        _ => false,
    };
    is_whole.then_some((group, bytes))
}

/// A saved value with a version that counts how often a state load replaced it.
///
/// The framework calls neither `activate` nor `reset` when a state is loaded, so the load itself
/// wakes the worker thread, which compares the version with the one it acted upon.
pub struct Saved<T> {
    value: Mutex<T>,
    loads: Counter,
    follower: Mutex<Option<Follower<T>>>,
    /// Brings the value up to date before a host saves it.
    before_save: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

/// Asks for a value that changes by itself, given the number of state loads it must know of.
type Follower<T> = Box<dyn Fn(u64) -> Option<T> + Send>;

/// The banks of the project.
pub type SavedBank = Saved<BankStack>;

/// The programs of the project.
pub type SavedParts = Saved<PartPrograms>;

impl<T: Default> Default for Saved<T> {
    fn default() -> Self {
        Self {
            value: Mutex::default(),
            loads: Counter::new(),
            follower: Mutex::new(None),
            before_save: OnceLock::new(),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Saved<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Saved")
            .field("value", &self.value)
            .finish_non_exhaustive()
    }
}

impl<T: Clone> Saved<T> {
    /// The value as it stands.
    ///
    /// # Real-time
    /// Not real-time: takes a lock of the control side.
    #[must_use]
    pub fn get(&self) -> T {
        self.refresh();
        self.lock().clone()
    }

    /// From now on the value is what `follower` says; `None` from it means "as it was".
    ///
    /// # Real-time
    /// Not real-time: takes a lock of the control side.
    pub fn follow(&self, follower: impl Fn(u64) -> Option<T> + Send + 'static) {
        *self.lock_follower() = Some(Box::new(follower));
    }

    /// Whenever a host is about to save the value, this is done first; said once.
    ///
    /// # Real-time
    /// Not real-time: host's main thread.
    pub fn before_save(&self, bring_up_to_date: impl Fn() + Send + Sync + 'static) {
        // A second time is a mistake that changes nothing.
        let _first = self.before_save.set(Box::new(bring_up_to_date));
    }

    /// The value stays as it is now.
    ///
    /// # Real-time
    /// Not real-time: takes a lock of the control side.
    pub fn stop_following(&self) {
        self.refresh();
        *self.lock_follower() = None;
    }

    /// A state load: another value, counted, of which the worker is told.
    ///
    /// # Real-time
    /// Not real-time: locks, wakes a thread.
    pub(crate) fn load(&self, value: T) {
        // Held over both steps: a follower that was asked before the load was counted would put
        // its value over the loaded one.
        let follower = self.lock_follower();
        self.put(value);
        self.loads.add(1);
        drop(follower);
        worker::ring();
    }

    /// Takes the followed value, if there is one.
    fn refresh(&self) {
        let follower = self.lock_follower();
        if let Some(value) = follower
            .as_ref()
            .and_then(|follower| follower(self.loads.get()))
        {
            self.put(value);
        }
    }

    /// Replaces the value from our own side: no load is counted.
    ///
    /// # Real-time
    /// Not real-time: takes a lock of the control side.
    pub fn put(&self, value: T) {
        *self.lock() = value;
    }

    /// As [`put`](Self::put), unless a state was loaded since there were `loads` of them.
    ///
    /// # Real-time
    /// Not real-time: takes locks of the control side.
    pub fn put_unless_loaded(&self, value: T, loads: u64) {
        // A load holds this over both of its steps.
        let follower = self.lock_follower();
        if self.loads.get() == loads {
            self.put(value);
        }
        drop(follower);
    }

    /// How many state loads there have been.
    ///
    /// # Real-time
    /// Any thread. Wait-free.
    #[must_use]
    pub fn loads(&self) -> u64 {
        self.loads.get()
    }

    fn lock_follower(&self) -> MutexGuard<'_, Option<Follower<T>>> {
        self.follower.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A panic elsewhere leaves a whole value behind, so a poisoned lock is as good as any.
    fn lock(&self) -> MutexGuard<'_, T> {
        self.value.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the render side how many states were loaded, and nothing else.
#[derive(Debug, Clone)]
pub struct LoadWatch {
    bank: Arc<SavedBank>,
    parts: Arc<SavedParts>,
}

impl LoadWatch {
    /// Watches two saved values.
    #[must_use]
    pub const fn new(bank: Arc<SavedBank>, parts: Arc<SavedParts>) -> Self {
        Self { bank, parts }
    }

    /// How often each was loaded.
    ///
    /// # Real-time
    /// Any thread. Wait-free.
    #[must_use]
    pub fn loads(&self) -> Loads {
        Loads {
            banks: self.bank.loads(),
            parts: self.parts.loads(),
        }
    }
}

/// How often the values of a project were loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loads {
    /// The banks.
    pub banks: u64,
    /// The programs of the parts.
    pub parts: u64,
}

/// A saved value that the parameters share with the control side.
#[derive(Debug)]
pub struct Shared<S>(pub Arc<S>);

impl<S> core::ops::Deref for Shared<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.0
    }
}

impl<'a, T> PersistentField<'a, T> for Shared<Saved<T>>
where
    T: Clone + Send + Sync + Serialize + Deserialize<'a>,
{
    fn set(&self, new_value: T) {
        self.load(new_value);
    }

    fn map<F, R>(&self, f: F) -> R
    where
        F: Fn(&T) -> R,
    {
        if let Some(bring_up_to_date) = self.before_save.get() {
            bring_up_to_date();
        }
        self.refresh();
        f(&self.lock())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_load_is_counted_but_our_own_change_is_not() {
        let bank = Shared(Arc::new(SavedBank::default()));
        let named = |path: &str| BankStack::of(vec![BankReference::at(path)]);
        bank.put(named("a.dls"));
        assert_eq!(bank.loads(), 0);
        bank.set(named("b.dls"));
        assert_eq!((bank.loads(), bank.get()), (1, named("b.dls")));
    }

    #[test]
    fn a_followed_value_is_saved_unless_a_load_is_newer_than_it() {
        let parts = Shared(Arc::new(SavedParts::default()));
        let live = PartPrograms {
            messages: Vec::new(),
            programs: vec![PartProgram {
                program: 7,
                ..PartProgram::default()
            }],
        };
        let told = live.clone();
        parts.follow(move |loads| (loads == 0).then(|| told.clone()));
        assert_eq!(parts.get(), live);

        let loaded = PartPrograms {
            messages: Vec::new(),
            programs: vec![PartProgram {
                program: 9,
                ..PartProgram::default()
            }],
        };
        parts.set(loaded.clone());
        assert_eq!(parts.map(Clone::clone), loaded);
    }

    #[test]
    fn a_load_wins_over_a_follower_that_is_being_asked() {
        let with = |program| PartPrograms {
            messages: Vec::new(),
            programs: vec![PartProgram {
                program,
                ..PartProgram::default()
            }],
        };
        let parts = Shared(Arc::new(SavedParts::default()));
        let (asked, is_asked) = std::sync::mpsc::channel();
        parts.follow(move |loads| {
            // Nobody listens after the first time.
            let _told = asked.send(());
            std::thread::sleep(std::time::Duration::from_millis(50));
            (loads == 0).then(|| with(1))
        });
        let asking = Arc::clone(&parts.0);
        let asker = std::thread::spawn(move || asking.get());
        is_asked.recv().expect("the follower is asked");
        parts.set(with(2));
        assert_eq!(asker.join().expect("asking never fails").programs.len(), 1);
        assert_eq!(parts.get(), with(2));
    }

    #[test]
    fn more_banks_than_there_is_room_for_are_cut() {
        let banks = vec![BankReference::at("a.dls"); 1_000];
        assert_eq!(BankStack::of(banks).banks.len(), usize::from(USER_BANKS));
    }

    #[test]
    fn programs_out_of_range_or_missing_become_legal() {
        let saved = PartPrograms {
            messages: Vec::new(),
            programs: vec![PartProgram {
                bank_msb: 200,
                bank_lsb: 255,
                program: 128,
            }],
        };
        assert_eq!(
            saved.all()[0],
            PartProgram {
                bank_msb: 72,
                bank_lsb: 127,
                program: 0
            }
        );
        assert_eq!(saved.all()[15], PartProgram::default());
    }

    #[test]
    fn too_many_programs_are_cut() {
        let saved = PartPrograms {
            messages: Vec::new(),
            programs: vec![PartProgram::default(); 1000],
        };
        assert_eq!(saved.all().len(), PARTS);
    }

    #[test]
    fn system_messages_come_back_as_they_were_saved_and_what_is_none_is_left_out() {
        let messages = vec![
            (0, vec![0xF0, 0x7E, 0x7F, 9, 1, 0xF7]),
            (4, vec![0xFF]),
            (2, vec![0xF0, 0x41, 0xF7]),
        ];
        let mut saved = PartPrograms::of(Vec::new(), &messages);
        assert_eq!(saved.messages[0], "0:f07e7f0901f7");
        for wrong in [
            "", "1", "5:ff", "1:f", "1:90", "x:ff", "1:f0", "1:f0f7f7", "1:zz", "1:é",
        ] {
            saved.messages.insert(1, wrong.to_owned());
        }
        assert_eq!(saved.system_messages(), messages);
    }
}
