//! The table of service groups as the render thread has it: takes requests, then serves them.
//!
//! In: pending bits, timers' orders, changed lists. Out: calls of sinks, replaced lists.
//! Owner: whoever renders. Thread: render. Source: \[WDK\] `IPortDMus::Notify`, what the DPC does.

use std::sync::Arc;

use super::{
    Membership,
    delay::Order,
    group::{MAX_GROUPS, Shared},
    member::{List, Member, Whom},
};
use crate::{
    mxf::RenderCx,
    sync::{Consumer, Producer, in_turn},
    time::ReferenceTime,
};

/// How often one call looks for requests that were made while it served: then the rest is left to
/// the next block, so that sinks that request each other do not hold up the audio.
pub const PASSES: u32 = 4;

/// A new list for a group, or on the way home the old one.
#[derive(Debug)]
pub(super) struct Change {
    /// Place of the group, `0..MAX_GROUPS`.
    pub(super) index: usize,
    pub(super) list: List,
}

/// What one call has served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Served {
    /// Groups, nested ones included, each as often as it was served.
    pub groups: u32,
    /// Calls of sinks.
    pub sinks: u32,
    /// Sinks that somebody else held just then; they are served with the next block.
    pub busy: u32,
    /// Delayed services that fell due.
    pub due: u32,
}

/// The half of the table that serves.
#[derive(Debug)]
pub struct ServiceTable {
    shared: Arc<Shared>,
    lists: Lists,
    timers: Timers,
    /// When the last call was: due times up to there wait for the next.
    served_at: ReferenceTime,
}

/// Who is in which group.
#[derive(Debug)]
struct Lists {
    changed: Consumer<Change>,
    home: Producer<Change>,
    lists: [List; MAX_GROUPS],
}

/// When groups are to be served by themselves.
#[derive(Debug)]
struct Timers {
    /// Groups with a due time.
    armed: u64,
    /// The due time of each group that has one.
    due_times: [ReferenceTime; MAX_GROUPS],
}

/// The numbers of the bits that are set, from the lowest.
fn numbers(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lowest = bits.checked_ilog2().map(|_| bits.trailing_zeros())?;
        bits &= bits.wrapping_sub(1);
        usize::try_from(lowest).ok()
    })
}

impl ServiceTable {
    pub(super) fn new(
        shared: Arc<Shared>,
        changed: Consumer<Change>,
        home: Producer<Change>,
    ) -> Self {
        Self {
            shared,
            lists: Lists {
                changed,
                home,
                lists: std::array::from_fn(|_| List::default()),
            },
            timers: Timers {
                armed: 0,
                due_times: [ReferenceTime::ZERO; MAX_GROUPS],
            },
            served_at: ReferenceTime::MIN,
        }
    }

    /// Serves every group that is pending or due: its members in the order they were added, a
    /// nested group's in its place. To be called at the start of every block.
    ///
    /// What is requested meanwhile is served too, in up to [`PASSES`] passes, then left pending.
    ///
    /// # Real-time
    /// Render. Bounded: by the changes under way, and by [`PASSES`] times the calls that all groups
    /// together may make ([`MAX_CALLS`](super::MAX_CALLS) each), each as the sink is. Allocates and
    /// frees nothing.
    ///
    /// # Source
    /// \[WDK\] `IPortDMus::Notify`: the DPC. Deviation: the start of a block stands for the DPC.
    pub fn serve(&mut self, cx: &mut RenderCx<'_>) -> Served {
        let mut served = Served::default();
        let mut busy = 0;
        let now = cx.time();
        for pass in 0..PASSES {
            // The bits before the lists: who requested service of a group after its list was sent
            // down is served by that list.
            let Self {
                shared,
                lists,
                timers,
                ..
            } = self;
            let (mut bits, ()) = in_turn(
                "service_bits_first",
                || shared.pending.take(),
                || take_orders(shared, timers, lists, now),
            );
            if pass == 0 {
                bits |= self.timers.expire(now, &mut served);
            }
            if bits == 0 {
                break;
            }
            busy |= self.serve_groups(bits, cx, &mut served);
        }
        self.close(busy, cx);
        served
    }

    /// Serves only what is due: for the slice loop, where it has cut the block at
    /// [`next_deadline`](Self::next_deadline).
    ///
    /// # Real-time
    /// Render. Bounded as [`serve`](Self::serve). Allocates and frees nothing.
    ///
    /// # Source
    /// \[WDK\] `IServiceGroup::RequestDelayedService`.
    pub fn serve_due(&mut self, cx: &mut RenderCx<'_>) -> Served {
        let mut served = Served::default();
        let due = self.timers.expire(cx.time(), &mut served);
        let busy = self.serve_groups(due, cx, &mut served);
        self.close(busy, cx);
        served
    }

    /// The earliest due time after the last call of [`serve`](Self::serve) or
    /// [`serve_due`](Self::serve_due), where the block is to be cut. Never a time that has passed:
    /// a slice loop that goes from one to the next gets on.
    ///
    /// # Real-time
    /// Render. Bounded: by the groups with a due time.
    #[must_use]
    pub fn next_deadline(&self) -> Option<ReferenceTime> {
        let Timers { armed, due_times } = &self.timers;
        numbers(*armed)
            .filter_map(|index| due_times.get(index))
            .filter(|&&due| due > self.served_at)
            .min()
            .copied()
    }

    /// Puts the lists that have come into force, and sends the old ones home.
    pub(crate) fn change_lists(&mut self) {
        self.lists.change();
    }

    /// Serves the groups of these bits; gives the bits of those with a sink that was busy.
    fn serve_groups(&self, bits: u64, cx: &mut RenderCx<'_>, served: &mut Served) -> u64 {
        numbers(bits).fold(0, |busy, index| busy | self.call(index, cx, served))
    }

    /// Calls the members of one group in order. Recursion ends: the control side refuses cycles.
    fn call(&self, index: usize, cx: &mut RenderCx<'_>, served: &mut Served) -> u64 {
        served.groups = served.groups.saturating_add(1);
        let members = self.lists.lists.get(index).into_iter().flatten();
        members.fold(0, |busy, member| {
            busy | match &member.whom {
                Whom::Group(group) => self.call(group.0.index, cx, served),
                Whom::Sink(_) => u64::from(!call_sink(member, cx, served)) << index,
            }
        })
    }

    /// Ends a call: what could not be served stays pending, and what was ordered meanwhile counts
    /// from now on.
    fn close(&mut self, busy: u64, cx: &RenderCx<'_>) {
        if busy != 0 {
            self.shared.pending.raise(busy);
        }
        let now = cx.time();
        take_orders(&self.shared, &mut self.timers, &mut self.lists, now);
        self.served_at = now;
    }
}

impl Lists {
    /// Takes the lists that were sent down.
    fn change(&mut self) {
        for _ in 0..self.changed.slots() {
            let Ok(mut change) = self.changed.pop() else {
                return;
            };
            if let Some(list) = self.lists.get_mut(change.index) {
                std::mem::swap(list, &mut change.list);
            }
            // As many lists as the ring home has room for are under way at most, so none is freed
            // here: the control side sends no more than come back.
            let sent = self.home.push(change);
            debug_assert!(sent.is_ok(), "more lists under way than there is room for");
        }
    }
}

impl Timers {
    /// Takes the orders that were given.
    fn obey(&mut self, shared: &Shared, now: ReferenceTime) {
        for index in numbers(shared.orders.take()) {
            let order = shared.timers.get(index).and_then(|timer| timer.take());
            let bit = 1 << index;
            match order.map(Order::unpack) {
                Some(Order::Arm(delay)) => {
                    self.armed |= bit;
                    if let Some(due) = self.due_times.get_mut(index) {
                        *due = delay.due(now);
                    }
                }
                Some(Order::Disarm) => self.armed &= !bit,
                // A later order was taken out with an earlier one's bit.
                None => {}
            }
        }
    }

    /// Disarms the timers that are due, and gives the bits of their groups.
    fn expire(&mut self, now: ReferenceTime, served: &mut Served) -> u64 {
        let mut fired = 0;
        for index in numbers(self.armed) {
            if self.due_times.get(index).is_some_and(|&due| due <= now) {
                fired |= 1 << index;
            }
        }
        self.armed &= !fired;
        served.due = served.due.saturating_add(fired.count_ones());
        fired
    }
}

/// Obeys the orders to the timers, then changes the lists: an order is served by the list that was
/// sent down before it.
fn take_orders(shared: &Shared, timers: &mut Timers, lists: &mut Lists, now: ReferenceTime) {
    in_turn(
        "service_orders_first",
        || timers.obey(shared, now),
        || lists.change(),
    );
}

/// Calls one sink; says no if somebody else has it.
fn call_sink(member: &Member, cx: &mut RenderCx<'_>, served: &mut Served) -> bool {
    let Whom::Sink(sink) = &member.whom else {
        return true;
    };
    if member.has_left() {
        return true;
    }
    let Ok(mut sink) = sink.try_borrow_mut() else {
        served.busy = served.busy.saturating_add(1);
        return false;
    };
    served.sinks = served.sinks.saturating_add(1);
    if sink.request_service(cx) == Membership::Leaves {
        member.leave();
    }
    true
}
