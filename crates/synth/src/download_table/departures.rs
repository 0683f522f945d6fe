//! What was unloaded and may still be heard: until every collection that had it is home.
//!
//! In: collections sent and come home, downloads taken out of force. Out: unloads completed.
//! Owner: the table of downloads. Thread: control.
//! Source: \[WDK\] KSPROPERTY_SYNTH_DLS_UNLOAD: never before the last note that uses it has ended.

use std::collections::VecDeque;
use std::sync::Arc;

use dmus_kernel::property::{DownloadHandle, Unloaded};

use crate::collection::Collection;

/// Number of a collection, in the order of making.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Serial(u64);

/// The first and the last collection that had a download; none if none had it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Span(Option<(Serial, Serial)>);

impl Span {
    /// A collection has it; its number is higher than any before.
    pub(super) fn extend_to(&mut self, serial: Serial) {
        let (_, last) = self.0.get_or_insert((serial, serial));
        *last = serial;
    }

    fn holds(self, serial: Serial) -> bool {
        self.0
            .is_some_and(|(first, last)| (first..=last).contains(&serial))
    }
}

/// Collections on their way, and what waits for them.
#[derive(Debug, Default)]
pub(super) struct Departures {
    /// Number of the last collection.
    last: Serial,
    /// Collections that were sent and have not come home.
    sent: Vec<Sent>,
    /// Unloaded, but perhaps still heard, in the order of unloading.
    leaving: Vec<Leaving>,
    /// Unloads that were pending and are complete.
    completed: VecDeque<DownloadHandle>,
}

#[derive(Debug)]
struct Sent {
    serial: Serial,
    /// Kept so that the last reference is never dropped on the render side.
    collection: Arc<Collection>,
}

#[derive(Debug)]
struct Leaving {
    handle: DownloadHandle,
    span: Span,
}

impl Departures {
    /// Number for a collection that is about to be made.
    pub(super) const fn next_serial(&mut self) -> Serial {
        self.last = Serial(self.last.0 + 1);
        self.last
    }

    /// A collection leaves for the engine.
    pub(super) fn send(&mut self, serial: Serial, collection: Arc<Collection>) {
        self.sent.push(Sent { serial, collection });
    }

    /// A collection is home; true if it was sent from here.
    pub(super) fn came_home(&mut self, collection: &Arc<Collection>) -> bool {
        let before = self.sent.len();
        self.sent
            .retain(|sent| !Arc::ptr_eq(&sent.collection, collection));
        self.complete();
        self.sent.len() < before
    }

    /// Every collection is home.
    pub(super) fn all_came_home(&mut self) {
        self.sent.clear();
        self.complete();
    }

    /// Completes the unloads of what no collection on its way has.
    fn complete(&mut self) {
        let Self {
            sent,
            leaving,
            completed,
            ..
        } = self;
        leaving.retain(|leaving| {
            let is_heard = sent.iter().any(|sent| leaving.span.holds(sent.serial));
            if !is_heard {
                completed.push_back(leaving.handle);
            }
            is_heard
        });
    }

    /// A download is out of force: it is gone, or goes with the collections that have it.
    pub(super) fn leave(&mut self, handle: DownloadHandle, span: Span) -> Unloaded {
        if self.sent.iter().any(|sent| span.holds(sent.serial)) {
            self.leaving.push(Leaving { handle, span });
            return Unloaded::Pending;
        }
        Unloaded::Now
    }

    /// The same for one whose client has been told to wait: its end is always reported.
    pub(super) fn leave_as_promised(&mut self, handle: DownloadHandle, span: Span) {
        if self.leave(handle, span) == Unloaded::Now {
            self.completed.push_back(handle);
        }
    }

    /// The unload that was completed first and has not been reported.
    pub(super) fn take_completed(&mut self) -> Option<DownloadHandle> {
        self.completed.pop_front()
    }

    /// Whether a download is out of force and perhaps heard.
    pub(super) fn is_leaving(&self, handle: DownloadHandle) -> bool {
        self.leaving.iter().any(|leaving| leaving.handle == handle)
    }

    /// Number of downloads that are out of force and perhaps heard.
    pub(super) const fn leaving(&self) -> usize {
        self.leaving.len()
    }

    /// Gives back what the lists hold in reserve.
    pub(super) fn shrink_to_fit(&mut self) {
        self.sent.shrink_to_fit();
        self.leaving.shrink_to_fit();
        self.completed.shrink_to_fit();
    }
}
