//! The handle of a service group: what an interrupt holds.
//!
//! In: requests. Out: bits for the table. Owner: anyone, any number of times. Thread: any.
//! Source: \[WDK\] `IServiceGroup`.

use std::{array, fmt, sync::Arc};

use super::{
    Membership, ServiceSink,
    delay::{Delay, Order},
};
use crate::{
    error::ServiceError,
    mxf::RenderCx,
    sync::{Counter, Mailbox, Signal, in_turn},
};

/// The most groups of one table: a request is one bit of a word.
pub const MAX_GROUPS: usize = 64;

/// What groups and their table share.
#[derive(Debug)]
pub(super) struct Shared {
    /// Groups to be served.
    pub(super) pending: Signal,
    /// Groups with an order in their mailbox.
    pub(super) orders: Signal,
    /// What is asked of each group's timer.
    pub(super) timers: [Mailbox; MAX_GROUPS],
}

impl Shared {
    pub(super) fn new() -> Self {
        Self {
            pending: Signal::new(),
            orders: Signal::new(),
            timers: array::from_fn(|_| Mailbox::new()),
        }
    }
}

/// One group of a table.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) shared: Arc<Shared>,
    /// Place in the table, `0..MAX_GROUPS`.
    pub(super) index: usize,
    /// How often delayed service was asked to be supported.
    supported: Counter,
}

/// A handle of a service group; cloned for as many owners as like.
///
/// The group lives as long as a handle of it does, or a group it is a member of.
///
/// ```
/// fn anywhere<T: Clone + Send + Sync>() {}
/// anywhere::<dmus_kernel::service::ServiceGroup>();
/// ```
#[derive(Clone)]
pub struct ServiceGroup(pub(super) Arc<Group>);

impl ServiceGroup {
    pub(super) fn new(shared: Arc<Shared>, index: usize) -> Self {
        Self(Arc::new(Group {
            shared,
            index,
            supported: Counter::new(),
        }))
    }

    /// The bit of this group.
    pub(super) fn bit(&self) -> u64 {
        1 << self.0.index
    }

    /// True if both are handles of one group.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Requests service of every member, in this block or the next. Requests that were not served
    /// yet are one.
    ///
    /// # Real-time
    /// Any thread, an interrupt's too; wait-free. Calls nobody back.
    ///
    /// # Source
    /// \[WDK\] `IServiceSink::RequestService`. Its page for groups says PASSIVE, `Notify` calls it
    /// at any level.
    pub fn request_service(&self) {
        self.0.shared.pending.raise(self.bit());
    }

    /// Makes delayed service possible; once is enough.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    ///
    /// # Source
    /// \[WDK\] `IServiceGroup::SupportDelayedService`.
    pub fn support_delayed_service(&self) {
        self.0.supported.add(1);
    }

    /// Requests service once, at a later time, in place of the time requested before, if that has
    /// not come. The block is cut there.
    ///
    /// # Errors
    /// [`ServiceError::NotSupported`] before
    /// [`support_delayed_service`](Self::support_delayed_service); nothing is requested then.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    ///
    /// # Source
    /// \[WDK\] `IServiceGroup::RequestDelayedService`. Deviation: a relative time counts from the
    /// block in which the request is found, and the call may come at any level.
    pub fn request_delayed_service(&self, delay: Delay) -> Result<(), ServiceError> {
        if self.0.supported.get() == 0 {
            return Err(ServiceError::NotSupported);
        }
        self.order(Order::Arm(delay));
        Ok(())
    }

    /// Takes the requested time back; no matter if there is none. A service that is due already is
    /// done all the same.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    ///
    /// # Source
    /// \[WDK\] `IServiceGroup::CancelDelayedService`.
    pub fn cancel_delayed_service(&self) {
        self.order(Order::Disarm);
    }

    fn order(&self, order: Order) {
        let shared = &self.0.shared;
        if let Some(timer) = shared.timers.get(self.0.index) {
            // The bit after the order: whoever takes the bit finds it, or a later one.
            in_turn(
                "timer_put_first",
                || timer.put(order.pack()),
                || shared.orders.raise(self.bit()),
            );
        }
    }
}

/// A group is a sink itself: as a member of a group of **another** table it passes the request on,
/// to be served with the next block of its own. Groups of one table nest by
/// [`add_group`](super::ServiceControl::add_group).
///
/// # Source
/// \[WDK\] `IServiceGroup` inherits `IServiceSink`.
impl ServiceSink for ServiceGroup {
    fn request_service(&mut self, _cx: &mut RenderCx<'_>) -> Membership {
        Self::request_service(self);
        Membership::Stays
    }
}

impl fmt::Debug for ServiceGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ServiceGroup").field(&self.0.index).finish()
    }
}
