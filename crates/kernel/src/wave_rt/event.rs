//! Notification events: set by the device at each notification point, taken by a client.
//!
//! In: registrations of the control side. Out: signals. Owner: the control side lists, the device
//! keeps what it sets. Thread: control registers, render sets, any takes.
//! Source: \[WDK\] `IMiniportWaveRTStreamNotification::RegisterNotificationEvent`.
//!
//! Registrations travel down a ring and hold from the next block on; what was unregistered travels
//! home in another and is dropped by the control side.

use std::{array, sync::Arc};

use rtrb::{Consumer, Producer, RingBuffer};

use crate::{
    sync::{Counter, Signal},
    wave_rt::WaveRtError,
};

/// Events one stream may set.
pub const MAX_EVENTS: usize = 8;

/// Registrations under way at a time.
const COMMANDS: usize = 2 * MAX_EVENTS;

#[derive(Debug, Default)]
struct Inner {
    signal: Signal,
    points: Counter,
}

/// An event that a client makes and a stream sets; a clone is the same event.
///
/// It wakes nobody, since nothing on the render thread may: the client looks.
#[derive(Clone, Debug, Default)]
pub struct NotificationEvent(Arc<Inner>);

impl NotificationEvent {
    /// An event that is not set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the event was set since it was last taken. All that the device did up to the
    /// notification point is seen by whoever takes it.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    #[must_use = "an event that is taken is set no more"]
    pub fn take(&self) -> bool {
        self.0.signal.take() != 0
    }

    /// Notification points passed so far, whether the event was taken in between or not.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    #[must_use]
    pub fn points(&self) -> u64 {
        self.0.points.get()
    }

    fn set(&self, points: u64) {
        self.0.points.add(points);
        self.0.signal.raise(1);
    }

    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// A change of the device's list.
#[derive(Debug)]
enum Change {
    Add(u64, NotificationEvent),
    Remove(u64),
}

/// Both sides of the list of a stream's events.
pub(super) fn events() -> (EventControl, EventTable) {
    let (down, changes) = RingBuffer::new(COMMANDS);
    let (home, returned) = RingBuffer::new(COMMANDS);
    let control = EventControl {
        registered: Vec::with_capacity(MAX_EVENTS),
        next: 0,
        down,
        returned,
    };
    let table = EventTable {
        slots: array::from_fn(|_| None),
        changes,
        home,
    };
    (control, table)
}

/// The control side: knows which events are registered.
#[derive(Debug)]
pub(super) struct EventControl {
    /// At most [`MAX_EVENTS`], each under the number of its registration.
    registered: Vec<(u64, NotificationEvent)>,
    next: u64,
    down: Producer<Change>,
    returned: Consumer<NotificationEvent>,
}

impl EventControl {
    pub(super) fn register(&mut self, event: &NotificationEvent) -> Result<(), WaveRtError> {
        self.collect();
        if self.registered.iter().any(|(_, known)| known.is(event)) {
            return Err(WaveRtError::AlreadyRegistered);
        }
        if self.registered.len() >= MAX_EVENTS {
            return Err(WaveRtError::TooManyEvents);
        }
        self.send(Change::Add(self.next, event.clone()))?;
        self.registered.push((self.next, event.clone()));
        self.next = self.next.wrapping_add(1);
        Ok(())
    }

    pub(super) fn unregister(&mut self, event: &NotificationEvent) -> Result<(), WaveRtError> {
        self.collect();
        let found = self
            .registered
            .iter()
            .position(|(_, known)| known.is(event));
        let index = found.ok_or(WaveRtError::NotFound)?;
        let number = self.registered.get(index).map(|(number, _)| *number);
        self.send(Change::Remove(number.ok_or(WaveRtError::NotFound)?))?;
        self.registered.swap_remove(index);
        Ok(())
    }

    /// Forgets all events, with the device's list at hand.
    pub(super) fn clear(&mut self, table: &mut EventTable) {
        self.registered.clear();
        while table.changes.pop().is_ok() {}
        table.slots = array::from_fn(|_| None);
        self.collect();
    }

    fn send(&mut self, change: Change) -> Result<(), WaveRtError> {
        self.down
            .push(change)
            .map_err(|_| WaveRtError::TooManyEvents)
    }

    /// Drops what came home: not on the render thread.
    fn collect(&mut self) {
        while self.returned.pop().is_ok() {}
    }
}

/// The render side: sets the events.
#[derive(Debug)]
pub(super) struct EventTable {
    slots: [Option<(u64, NotificationEvent)>; MAX_EVENTS],
    changes: Consumer<Change>,
    home: Producer<NotificationEvent>,
}

impl EventTable {
    /// Takes what was registered and unregistered since the last block. Render: wait-free, bounded
    /// by the ring.
    pub(super) fn update(&mut self) {
        for _ in 0..COMMANDS {
            // Each change sends home one event at most; with the way home full they wait here.
            if self.home.is_full() {
                return;
            }
            let Ok(change) = self.changes.pop() else {
                return;
            };
            let leaving = self.apply(change);
            if let Some(event) = leaving {
                let sent = self.home.push(event);
                debug_assert!(sent.is_ok(), "room was looked for");
            }
        }
    }

    fn apply(&mut self, change: Change) -> Option<NotificationEvent> {
        match change {
            Change::Add(number, event) => match self.slots.iter_mut().find(|slot| slot.is_none()) {
                Some(slot) => {
                    *slot = Some((number, event));
                    None
                }
                None => Some(event),
            },
            Change::Remove(number) => {
                let held = |slot: &&mut Option<(u64, NotificationEvent)>| {
                    slot.as_ref().is_some_and(|(known, _)| *known == number)
                };
                let slot = self.slots.iter_mut().find(held)?;
                slot.take().map(|(_, event)| event)
            }
        }
    }

    /// Sets every event, `points` notification points having been passed. Render: wait-free.
    pub(super) fn set(&self, points: u64) {
        if points == 0 {
            return;
        }
        for (_, event) in self.slots.iter().flatten() {
            event.set(points);
        }
    }
}

#[cfg(test)]
#[cfg(not(dmus_loom))]
mod tests {
    use super::*;

    #[test]
    fn events_beyond_the_most_are_refused_and_come_back_into_use_when_one_leaves() {
        let (mut control, mut table) = events();
        let many: Vec<_> = (0..MAX_EVENTS).map(|_| NotificationEvent::new()).collect();
        for event in &many {
            control.register(event).unwrap();
        }
        let late = NotificationEvent::new();
        assert_eq!(control.register(&late), Err(WaveRtError::TooManyEvents));
        table.update();
        control.unregister(&many[3]).unwrap();
        control.register(&late).unwrap();
        table.update();
        table.set(2);
        assert_eq!(
            (late.points(), many[3].points(), many[0].points()),
            (2, 0, 2)
        );
        assert!(late.take() && !late.take() && !many[3].take());
    }

    #[test]
    fn changes_that_no_block_takes_are_refused_in_the_end_and_nothing_is_lost() {
        let (mut control, mut table) = events();
        let event = NotificationEvent::new();
        for _ in 0..COMMANDS / 2 {
            control.register(&event).unwrap();
            control.unregister(&event).unwrap();
        }
        assert_eq!(control.register(&event), Err(WaveRtError::TooManyEvents));
        table.update();
        control.register(&event).unwrap();
        table.update();
        table.set(1);
        assert_eq!(event.points(), 1);
        assert_eq!(
            Arc::strong_count(&event.0),
            3,
            "client, list and device hold it"
        );
    }

    #[test]
    fn with_the_way_home_full_changes_wait() {
        let (mut control, mut table) = events();
        let event = NotificationEvent::new();
        while table.home.push(NotificationEvent::new()).is_ok() {}
        control.down.push(Change::Add(0, event.clone())).unwrap();
        table.update();
        table.set(1);
        assert_eq!(event.points(), 0);
        control.collect();
        table.update();
        table.set(1);
        assert_eq!(event.points(), 1);
    }
}
