//! Work that several want at once and one does.
//!
//! In: what is wanted. Out: a ticket for the first, patience for the others.
//! Owner: the library. Thread: any but render.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::progress::Progress;

/// How often somebody who waits looks whether he still wants to, and how far the other is.
const GLANCE: Duration = Duration::from_millis(20);

/// What is being done now, and how far it is.
#[derive(Debug)]
pub(crate) struct Flights<K> {
    under_way: Mutex<HashMap<K, Progress>>,
    landed: Condvar,
}

/// What one does who wants something.
#[derive(Debug)]
pub(crate) enum Boarding<'a, K: Eq + Hash + Clone> {
    /// The work, until the ticket is dropped.
    Lead(Ticket<'a, K>),
    /// Another has done it: look for what came of it.
    Landed,
    /// Waiting was cancelled.
    Cancelled,
}

/// The right to do something, alone.
#[derive(Debug)]
pub(crate) struct Ticket<'a, K: Eq + Hash + Clone> {
    flights: &'a Flights<K>,
    key: K,
}

impl<K> Default for Flights<K> {
    fn default() -> Self {
        Self {
            under_way: Mutex::default(),
            landed: Condvar::new(),
        }
    }
}

impl<K: Eq + Hash + Clone> Flights<K> {
    /// Gives the work to whoever asks first; the others wait until it is done.
    pub(crate) fn board(&self, key: K, progress: &Progress) -> Boarding<'_, K> {
        let mut under_way = self.lock();
        let Some(_) = under_way.get(&key) else {
            under_way.insert(key.clone(), progress.clone());
            return Boarding::Lead(Ticket { flights: self, key });
        };
        while let Some(leader) = under_way.get(&key) {
            progress.mirror(leader);
            if progress.is_cancelled() {
                return Boarding::Cancelled;
            }
            let waited = self.landed.wait_timeout(under_way, GLANCE);
            (under_way, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
        Boarding::Landed
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, Progress>> {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash + Clone> Drop for Ticket<'_, K> {
    /// Done, or given up by a panic: somebody else's turn either way.
    fn drop(&mut self) {
        self.flights.lock().remove(&self.key);
        self.flights.landed.notify_all();
    }
}
