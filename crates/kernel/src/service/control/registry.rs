//! Which groups the port serves for which miniport.
//!
//! In: what miniports register, what their initialisation and their streams give out. Out: the
//! port's sinks as members, bits for the miniports' doors. Owner: [`ServiceControl`].
//! Thread: control. Source: \[WDK\] `IPortDMus::RegisterServiceGroup`; `IMiniportDMus::NewStream`.

use std::{ptr, sync::Arc};

use super::{ServiceControl, Sink};
use crate::{
    error::ServiceError,
    service::{
        group::ServiceGroup,
        notify::{Door, Notifier},
    },
};

/// A group that a sink of the port serves for a miniport. Holds the group.
pub(super) struct Registration {
    door: Arc<Door>,
    group: ServiceGroup,
    sink: Sink,
    /// Of a stream, not the miniport's own.
    is_stream: bool,
}

impl Registration {
    fn is_of(&self, notifier: &Notifier) -> bool {
        Arc::ptr_eq(&self.door, &notifier.0)
    }

    fn serves(&self, group: &ServiceGroup, sink: &Sink) -> bool {
        self.group.is(group) && ptr::addr_eq(Arc::as_ptr(&self.sink), Arc::as_ptr(sink))
    }
}

impl ServiceControl {
    /// Takes over a miniport's own group after its initialisation: the one it registered, the one
    /// the initialisation gave back, or both if they are the same; none is fine. The port's `sink`
    /// becomes a member, once. What was notified before is served.
    ///
    /// # Errors
    /// [`ServiceError::Registered`] if the two are not the same; otherwise as
    /// [`add_member`](Self::add_member).
    ///
    /// # Real-time
    /// Not real-time: control side.
    ///
    /// # Source
    /// \[WDK\] `IMiniportDMus::Init`, ServiceGroup; `IPortDMus::RegisterServiceGroup`.
    pub fn adopt(
        &mut self,
        notifier: &Notifier,
        given_back: Option<&ServiceGroup>,
        sink: &Sink,
    ) -> Result<(), ServiceError> {
        if let Some(group) = given_back {
            notifier.register_service_group(group)?;
        }
        let own = notifier.0.own.get();
        let groups = self.slots.iter().flatten().map(|slot| &slot.group);
        let Some(group) = groups.into_iter().find(|group| group.bit() == own).cloned() else {
            return Ok(());
        };
        self.register(notifier, &group, sink, false)
    }

    /// Takes over the group of a stream that was opened: `sink` becomes a member unless it is one.
    ///
    /// # Errors
    /// As [`add_member`](Self::add_member).
    ///
    /// # Real-time
    /// Not real-time: control side.
    ///
    /// # Source
    /// \[WDK\] `IMiniportDMus::NewStream`, ServiceGroup.
    pub fn open_stream(
        &mut self,
        notifier: &Notifier,
        group: &ServiceGroup,
        sink: &Sink,
    ) -> Result<(), ServiceError> {
        self.register(notifier, group, sink, true)?;
        notifier.0.streams.insert(group.bit());
        Ok(())
    }

    /// Lets go of the group of a stream that is being closed. No matter if it was not opened.
    ///
    /// # Real-time
    /// Not real-time: control side.
    pub fn close_stream(&mut self, notifier: &Notifier, group: &ServiceGroup, sink: &Sink) {
        let is_it = |entry: &Registration| {
            entry.is_stream && entry.is_of(notifier) && entry.serves(group, sink)
        };
        if let Some(at) = self.registrations.iter().position(is_it) {
            let entry = self.registrations.remove(at);
            self.unregister(&entry);
        }
    }

    /// Lets go of every group that `sink` serves for a miniport, as the stream of a closed pin must.
    ///
    /// # Real-time
    /// Not real-time: control side.
    pub(crate) fn withdraw(&mut self, notifier: &Notifier, sink: &Sink) {
        let is_it =
            |entry: &mut Registration| entry.is_of(notifier) && entry.serves(&entry.group, sink);
        let entries: Vec<_> = self.registrations.extract_if(.., is_it).collect();
        for entry in &entries {
            self.unregister(entry);
        }
    }

    /// Lets go of all groups of a miniport. What it notifies from now on is nobody's.
    ///
    /// # Real-time
    /// Not real-time: control side.
    pub fn forget(&mut self, notifier: &Notifier) {
        notifier.0.own.remove(u64::MAX);
        notifier.0.streams.remove(u64::MAX);
        let is_it = |entry: &mut Registration| entry.is_of(notifier);
        let entries: Vec<_> = self.registrations.extract_if(.., is_it).collect();
        for entry in &entries {
            self.unregister(entry);
        }
    }

    fn register(
        &mut self,
        notifier: &Notifier,
        group: &ServiceGroup,
        sink: &Sink,
        is_stream: bool,
    ) -> Result<(), ServiceError> {
        self.add_member_once(group, sink)?;
        self.registrations.push(Registration {
            door: Arc::clone(&notifier.0),
            group: group.clone(),
            sink: Arc::clone(sink),
            is_stream,
        });
        // Whoever notified before the sink was a member was served without it.
        group.request_service();
        Ok(())
    }

    /// Takes back what an entry, already off the books, has put in place, unless another needs it.
    fn unregister(&mut self, entry: &Registration) {
        let Registration {
            door, group, sink, ..
        } = entry;
        let same_stream = |other: &Registration| {
            other.is_stream && Arc::ptr_eq(&other.door, door) && other.group.is(group)
        };
        if entry.is_stream && !self.registrations.iter().any(same_stream) {
            door.streams.remove(group.bit());
        }
        if !self.registrations.iter().any(|o| o.serves(group, sink)) {
            self.remove_member(group, sink);
        }
    }
}
