//! One place in a service group's list.
//!
//! In: a sink or a group. Out: the same, for the table to call. Owner: the list; a copy of each
//! place lies on the control side. Thread: any.

use std::{fmt, ptr, sync::Arc};

use super::{Sink, group::ServiceGroup};
use crate::sync::Counter;

/// Who is called.
#[derive(Clone)]
pub(super) enum Whom {
    Sink(Sink),
    Group(ServiceGroup),
}

/// A place in a list, and in every later list until it is given up.
#[derive(Clone)]
pub(super) struct Member {
    pub(super) whom: Whom,
    /// Counts as soon as the sink has left; shared by all copies of this place.
    left: Arc<Counter>,
}

/// The members of a group, in the order they were added.
pub(super) type List = Box<[Member]>;

impl Member {
    pub(super) fn new(whom: Whom) -> Self {
        Self {
            whom,
            left: Arc::new(Counter::new()),
        }
    }

    pub(super) fn has_left(&self) -> bool {
        self.left.get() != 0
    }

    /// The sink leaves: it is called no more, and its place is cleared away on the control side.
    pub(super) fn leave(&self) {
        self.left.add(1);
    }

    pub(super) fn is_sink(&self, other: &Sink) -> bool {
        match &self.whom {
            Whom::Sink(sink) => ptr::addr_eq(Arc::as_ptr(sink), Arc::as_ptr(other)),
            Whom::Group(_) => false,
        }
    }

    pub(super) fn is_group(&self, other: &ServiceGroup) -> bool {
        match &self.whom {
            Whom::Sink(_) => false,
            Whom::Group(group) => group.is(other),
        }
    }
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.whom {
            Whom::Sink(sink) => f.debug_tuple("Sink").field(&Arc::as_ptr(sink)).finish(),
            Whom::Group(group) => group.fmt(f),
        }
    }
}
