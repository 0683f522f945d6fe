//! The worker: one thread of the process that does what nobody on the host's side waits for.
//!
//! The render side cannot ask for anything without a system call, so it asks for nothing: the
//! worker is woken by a state load, and looks by itself for banks that came home as long as some
//! instance is active. It starts with the first activation and ends with the last instance.
//!
//! In: state loads, time. Out: commands to the render sides, freed banks. Owner: the process; it
//! holds no instance, and finds each one only as long as its plug-in object lives.
//! Thread: its own; called on the host's main thread.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::control::{SharedControl, WeakControl};
use crate::tasks::{self, Attention};

/// Name of the thread, as debuggers and system monitors show it.
pub const THREAD_NAME: &str = "dmus-worker";

/// How often an active instance is looked after when nothing calls for it.
const ROUND_EVERY: Duration = Duration::from_millis(100);

/// How long the last instance waits for the worker, which may be reading a bank.
const FAREWELL: Duration = Duration::from_secs(30);

static ROSTER: Mutex<Roster> = Mutex::new(Roster {
    members: Vec::new(),
    next_id: 0,
    thread: None,
    term: 0,
    is_rung: false,
});

static BELL: Condvar = Condvar::new();

/// Who is looked after, and by which thread.
struct Roster {
    members: Vec<(u64, WeakControl)>,
    next_id: u64,
    thread: Option<JoinHandle<()>>,
    /// A thread whose term is over ends.
    term: u64,
    /// There is something to do before the next round is due.
    is_rung: bool,
}

/// An instance's place on the roster; gone with the plug-in object.
#[derive(Debug)]
pub struct Membership {
    id: u64,
}

impl Membership {
    /// Has an instance looked after once it is active.
    ///
    /// # Real-time
    /// Not real-time: host's main thread, takes a lock.
    #[must_use]
    pub fn new(control: &SharedControl) -> Self {
        let mut roster = roster();
        let id = roster.next_id;
        roster.next_id = id.wrapping_add(1);
        roster.members.push((id, control.downgrade()));
        Self { id }
    }

    /// Starts the worker if it does not run, and wakes it: this instance is becoming active.
    ///
    /// Without a thread, if the system gives none, a state that is loaded waits for the next
    /// activation, and banks that came home for the window or the next report.
    ///
    /// - `control`: of this instance
    ///
    /// # Real-time
    /// Not real-time: host's main thread, takes a lock.
    pub fn start(&self, control: &SharedControl) {
        let mut roster = roster();
        if roster.thread.is_none() {
            let term = roster.term;
            let builder = thread::Builder::new().name(THREAD_NAME.to_owned());
            roster.thread = builder.spawn(move || work(term)).ok();
        }
        let is_attended = roster.thread.is_some();
        drop(roster);
        control.lock().set_attended(is_attended);
        ring();
    }
}

impl Drop for Membership {
    /// Leaves the roster; the last one ends the worker and waits until it has ended, for a host
    /// may unload the library next.
    fn drop(&mut self) {
        let mut roster = roster();
        let own = roster.members.extract_if(.., |(id, _)| *id == self.id);
        let own: Vec<_> = own.filter_map(|(_, control)| control.upgrade()).collect();
        let mut thread = None;
        if roster.members.is_empty() {
            roster.term = roster.term.wrapping_add(1);
            thread = roster.thread.take();
        }
        drop(roster);
        BELL.notify_all();
        for control in own {
            // Nobody will hear what is being loaded for it.
            control.lock().cancel_load();
        }
        if let Some(thread) = thread {
            part_with(thread);
        }
    }
}

/// Has the worker look at every active instance now. Without a worker nothing is active.
///
/// # Real-time
/// Not real-time: host's main thread, takes a lock.
pub fn ring() {
    roster().is_rung = true;
    BELL.notify_all();
}

/// Nothing of the roster is ever half changed, so a poisoned lock is as good as any.
fn roster() -> MutexGuard<'static, Roster> {
    ROSTER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until the thread has ended, but not for ever: a file may lie on a disk that is gone.
fn part_with(thread: JoinHandle<()>) {
    let start = Instant::now();
    while !thread.is_finished() {
        if start.elapsed() > FAREWELL {
            return;
        }
        thread::sleep(Duration::from_millis(1));
    }
    // A worker that panicked outside of its guard has nothing more to say.
    let _ended = thread.join();
}

/// Rounds until the term is over.
fn work(term: u64) {
    let mut is_watching = false;
    while let Some(members) = next_round(term, is_watching) {
        is_watching = false;
        for member in members {
            is_watching |= look_after(&member);
        }
    }
}

/// Waits for the next round and returns who is on the roster; nothing when the term is over.
fn next_round(term: u64, is_watching: bool) -> Option<Vec<WeakControl>> {
    let mut roster = roster();
    let mut is_due = false;
    while roster.term == term {
        if mem::take(&mut roster.is_rung) || is_due {
            let members = roster.members.iter();
            return Some(members.map(|(_, control)| control.clone()).collect());
        }
        if is_watching {
            let waited = BELL.wait_timeout(roster, ROUND_EVERY);
            let (back, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            roster = back;
            is_due = timeout.timed_out();
        } else {
            roster = BELL.wait(roster).unwrap_or_else(PoisonError::into_inner);
        }
    }
    None
}

/// Does what one instance needs; true if it is to be looked at again without being asked.
fn look_after(member: &WeakControl) -> bool {
    let Some(control) = member.upgrade() else {
        return false;
    };
    let attention = catch_unwind(AssertUnwindSafe(|| tasks::attend(&control)));
    let attention = attention.unwrap_or_else(|payload| {
        // What a panic carries may panic when it goes; that one is leaked.
        if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            mem::forget(second);
        }
        control.lock().give_up_restoring();
        Attention::Watch
    });
    attention == Attention::Watch
}
