//! The control half of a table of service groups: makes groups, decides who is in them.
//!
//! In: groups, sinks, miniports' registrations. Out: lists for the table, freed when they are back.
//! Owner: whoever built the table. Thread: control. Source: \[WDK\] `IServiceGroup`;
//! `PcNewServiceGroup`.

mod registry;

use std::{fmt, sync::Arc};

use super::{
    Sink,
    group::{MAX_GROUPS, ServiceGroup, Shared},
    member::{Member, Whom},
    notify::Notifier,
    table::Change,
};
use crate::{
    error::ServiceError,
    sync::{Consumer, Producer, in_turn},
};
use registry::Registration;

/// The most calls that one request may make: sinks and nested groups, each as often as it is
/// reached.
pub const MAX_CALLS: u32 = 1_024;

/// A group in use.
struct Slot {
    group: ServiceGroup,
    members: Vec<Member>,
    /// The members have changed since a list was last sent down.
    unsent: bool,
    /// There was no room for the list when they changed.
    waited: bool,
}

/// The half of the table that decides.
pub struct ServiceControl {
    shared: Arc<Shared>,
    down: Producer<Change>,
    home: Consumer<Change>,
    /// Lists that were sent down and are not back, `0..=most`.
    under_way: usize,
    /// The room of each ring.
    most: usize,
    slots: [Option<Slot>; MAX_GROUPS],
    registrations: Vec<Registration>,
}

impl ServiceControl {
    pub(super) fn new(
        shared: Arc<Shared>,
        down: Producer<Change>,
        home: Consumer<Change>,
        most: usize,
    ) -> Self {
        Self {
            shared,
            down,
            home,
            under_way: 0,
            most,
            slots: std::array::from_fn(|_| None),
            registrations: Vec::new(),
        }
    }

    /// A new group, empty.
    ///
    /// # Errors
    /// [`ServiceError::Groups`] if all are in use.
    ///
    /// # Real-time
    /// Not real-time: control side.
    ///
    /// # Source
    /// \[WDK\] `PcNewServiceGroup`.
    pub fn new_group(&mut self) -> Result<ServiceGroup, ServiceError> {
        self.collect();
        let free = self.slots.iter_mut().enumerate();
        let mut free = free.filter(|(_, slot)| slot.is_none());
        let (index, slot) = free
            .next()
            .ok_or(ServiceError::Groups { limit: MAX_GROUPS })?;
        let group = ServiceGroup::new(Arc::clone(&self.shared), index);
        *slot = Some(Slot {
            group: group.clone(),
            members: Vec::new(),
            unsent: false,
            waited: false,
        });
        Ok(group)
    }

    /// Adds `sink` to the end of a group; one that is added twice is served twice.
    ///
    /// # Errors
    /// [`ServiceError::Foreign`] for a group of another table, [`ServiceError::Calls`] if a request
    /// would make too many calls.
    ///
    /// # Real-time
    /// Not real-time: control side. In force with the next block.
    ///
    /// # Source
    /// \[WDK\] `IServiceGroup::AddMember`.
    pub fn add_member(&mut self, group: &ServiceGroup, sink: Sink) -> Result<(), ServiceError> {
        self.add(group, Whom::Sink(sink))
    }

    /// Adds `sink` unless it is in the group; says whether it was not.
    ///
    /// # Errors
    /// As [`add_member`](Self::add_member).
    ///
    /// # Real-time
    /// Not real-time: control side. In force with the next block.
    ///
    /// # Source
    /// \[WDK\] `IPortDMus::RegisterServiceGroup`: the port is a member once, though it learns of the
    /// group twice.
    pub fn add_member_once(
        &mut self,
        group: &ServiceGroup,
        sink: &Sink,
    ) -> Result<bool, ServiceError> {
        let members = &self.slot(group)?.members;
        let is_in = |member: &Member| member.is_sink(sink) && !member.has_left();
        if members.iter().any(is_in) {
            return Ok(false);
        }
        self.add_member(group, Arc::clone(sink)).map(|()| true)
    }

    /// Adds a group to the end of another: its members are then served in its place.
    ///
    /// # Errors
    /// [`ServiceError::Cycle`] if `group` is `member` or one of its members, however deep; otherwise
    /// as [`add_member`](Self::add_member).
    ///
    /// # Real-time
    /// Not real-time: control side. In force with the next block.
    ///
    /// # Source
    /// \[WDK\] Service Sink and Service Group Objects: a group is a sink.
    pub fn add_group(
        &mut self,
        group: &ServiceGroup,
        member: &ServiceGroup,
    ) -> Result<(), ServiceError> {
        self.slot(group)?;
        self.slot(member)?;
        if self.reaches(member, group) {
            return Err(ServiceError::Cycle);
        }
        self.add(group, Whom::Group(member.clone()))
    }

    /// Removes the first membership of `sink`; says whether there was one.
    ///
    /// # Real-time
    /// Not real-time: control side. In force with the next block; the reference is dropped when
    /// the old list has come back.
    ///
    /// # Source
    /// \[WDK\] `IServiceGroup::RemoveMember`.
    pub fn remove_member(&mut self, group: &ServiceGroup, sink: &Sink) -> bool {
        self.remove(group, |member| member.is_sink(sink) && !member.has_left())
    }

    /// Removes the first membership of a nested group; says whether there was one.
    ///
    /// # Real-time
    /// Not real-time: control side. In force with the next block.
    pub fn remove_group(&mut self, group: &ServiceGroup, member: &ServiceGroup) -> bool {
        self.remove(group, |other| other.is_group(member))
    }

    /// Frees what has come back, clears away sinks that have left, sends down what had to wait, and
    /// takes back groups of which no handle is left. To be called now and then.
    ///
    /// # Real-time
    /// Not real-time: control side, frees.
    pub fn collect(&mut self) {
        self.free_replaced();
        for slot in self.slots.iter_mut().flatten() {
            let before = slot.members.len();
            slot.members.retain(|member| !member.has_left());
            // Nobody but this side has the group any more.
            if Arc::strong_count(&slot.group.0) == 1 {
                slot.members.clear();
                slot.group.cancel_delayed_service();
            }
            slot.unsent |= slot.members.len() != before;
        }
        for index in 0..MAX_GROUPS {
            self.send(index);
        }
        for slot in &mut self.slots {
            let idle = |slot: &mut Slot| !slot.unsent && Arc::strong_count(&slot.group.0) == 1;
            drop(slot.take_if(idle));
        }
    }

    /// Changes of membership that wait for earlier ones to come back.
    ///
    /// # Real-time
    /// Not real-time: control side.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.slots.iter().flatten().filter(|s| s.unsent).count()
    }

    /// A handle for a miniport that is about to be initialised.
    ///
    /// # Real-time
    /// Not real-time: control side, allocates.
    #[must_use]
    pub fn notifier(&self) -> Notifier {
        Notifier::new(Arc::clone(&self.shared))
    }

    fn slot(&self, group: &ServiceGroup) -> Result<&Slot, ServiceError> {
        let slot = self.slots.get(group.0.index).and_then(Option::as_ref);
        slot.filter(|slot| slot.group.is(group))
            .ok_or(ServiceError::Foreign)
    }

    fn slot_mut(&mut self, group: &ServiceGroup) -> Result<&mut Slot, ServiceError> {
        let slot = self.slots.get_mut(group.0.index).and_then(Option::as_mut);
        slot.filter(|slot| slot.group.is(group))
            .ok_or(ServiceError::Foreign)
    }

    fn add(&mut self, group: &ServiceGroup, whom: Whom) -> Result<(), ServiceError> {
        self.slot_mut(group)?.members.push(Member::new(whom));
        let asked = self.most_calls();
        if asked > MAX_CALLS {
            self.slot_mut(group)?.members.pop();
            let limit = MAX_CALLS;
            return Err(ServiceError::Calls { asked, limit });
        }
        self.changed(group);
        Ok(())
    }

    fn remove(&mut self, group: &ServiceGroup, is_it: impl FnMut(&Member) -> bool) -> bool {
        let Ok(slot) = self.slot_mut(group) else {
            return false;
        };
        let Some(at) = slot.members.iter().position(is_it) else {
            return false;
        };
        slot.members.remove(at);
        self.changed(group);
        true
    }

    fn changed(&mut self, group: &ServiceGroup) {
        if let Ok(slot) = self.slot_mut(group) {
            slot.unsent = true;
        }
        self.send(group.0.index);
    }

    /// Frees the lists that are back.
    fn free_replaced(&mut self) {
        while self.home.pop().is_ok() {
            self.under_way = self.under_way.saturating_sub(1);
        }
    }

    /// Sends a group's list down, if it has changed and there is room.
    fn send(&mut self, index: usize) {
        self.free_replaced();
        let Some(slot) = self.slots.get_mut(index).and_then(Option::as_mut) else {
            return;
        };
        if !slot.unsent {
            return;
        }
        if self.under_way >= self.most {
            slot.waited = true;
            return;
        }
        let list = slot.members.iter().cloned().collect();
        let waited = std::mem::take(&mut slot.waited);
        // What was requested while the list had to wait was served without it; so it is requested
        // again once the list is down.
        let (sent, ()) = in_turn(
            "service_list_first",
            || self.down.push(Change { index, list }),
            || {
                if waited {
                    slot.group.request_service();
                }
            },
        );
        debug_assert!(sent.is_ok(), "more lists under way than there is room for");
        slot.unsent = sent.is_err();
        self.under_way = self.under_way.saturating_add(usize::from(sent.is_ok()));
    }

    /// True if a request to `from` is served by `to` as well.
    fn reaches(&self, from: &ServiceGroup, to: &ServiceGroup) -> bool {
        let members = self.slot(from).map_or(&[][..], |slot| &slot.members);
        from.is(to)
            || members.iter().any(|member| match &member.whom {
                Whom::Group(group) => self.reaches(group, to),
                Whom::Sink(_) => false,
            })
    }

    /// The calls of the group that makes the most.
    fn most_calls(&self) -> u32 {
        let mut known = [None; MAX_GROUPS];
        (0..MAX_GROUPS)
            .map(|index| self.calls(index, &mut known))
            .max()
            .unwrap_or(0)
    }

    /// The calls of one group: itself and what its members make.
    fn calls(&self, index: usize, known: &mut [Option<u32>; MAX_GROUPS]) -> u32 {
        if let Some(&Some(calls)) = known.get(index) {
            return calls;
        }
        let slot = self.slots.get(index).and_then(Option::as_ref);
        let members = slot.map_or(&[][..], |slot| &slot.members);
        let calls = members.iter().fold(1_u32, |calls, member| {
            calls.saturating_add(match &member.whom {
                Whom::Sink(_) => 1,
                Whom::Group(group) => self.calls(group.0.index, known),
            })
        });
        if let Some(entry) = known.get_mut(index) {
            *entry = Some(calls);
        }
        calls
    }
}

impl fmt::Debug for ServiceControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups = self.slots.iter().flatten().count();
        f.debug_struct("ServiceControl")
            .field("groups", &groups)
            .field("under_way", &self.under_way)
            .finish_non_exhaustive()
    }
}
