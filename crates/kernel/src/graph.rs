//! The graph: which filter feeds which, edited on the control side.
//!
//! In: edits of [`GraphControl`], each checked before it is sent. Out: connected filters.
//! Owner: control half by whoever edits, [`Graph`] by the port. Thread: control; render.
//! Source: \[WDK\] `IMXF::ConnectOutput`, `IMXF::DisconnectOutput`; MIDI Transport.
//!
//! Edits take effect at the start of a block, or at once in a port that does not run, which renders
//! nothing between. A filter that is put in is brought to the state of the others; one that is taken
//! out is brought to STOP, so that it keeps no event, and travels home to be freed.
//!
//! ```text
//! control: refuse cycles and second outputs → edit ─ring─► render: connect, disconnect
//! control: keep or undo, free               ◄─ring─ reply
//! ```

use std::fmt;

use rtrb::{Consumer, Producer, RingBuffer};

use crate::{
    error::{ConnectError, GraphError, StateReason},
    mxf::{Joint, RenderCx},
    state::StreamState,
};

/// Filters of one graph at most.
pub const MAX_FILTERS: usize = 64;

/// Edits that may be under way at once.
const EDITS: usize = 64;

/// A filter of a graph; its number may be given again once the filter was taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FilterId(u8);

impl FilterId {
    const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One change of the graph. Joints go down with it, so that nothing is made or freed there.
enum Edit {
    /// True for a pin, whose state is the port's to change.
    Add(FilterId, Joint, bool),
    Remove(FilterId),
    Connect(FilterId, FilterId),
    Disconnect(FilterId, Option<FilterId>),
}

/// What became of an edit; a filter taken out comes home with it.
struct Reply {
    change: Option<Undo>,
    result: Result<(), ConnectError>,
    retired: Option<Joint>,
}

/// What the control side believes until told otherwise.
#[derive(Clone, Copy)]
enum Undo {
    Connect(FilterId),
    Disconnect(FilterId, FilterId),
}

/// Both halves of an empty graph.
#[must_use]
pub fn graph() -> (GraphControl, Graph) {
    let (edits, edits_down) = RingBuffer::new(EDITS);
    let (replies_up, replies) = RingBuffer::new(EDITS);
    (
        GraphControl {
            filters: [None; MAX_FILTERS],
            edits,
            replies,
            under_way: 0,
            failed: None,
        },
        Graph {
            filters: [const { None }; MAX_FILTERS],
            edits: edits_down,
            replies: replies_up,
            state: StreamState::Stop,
        },
    )
}

/// The shape of a graph as the control side knows it, and the way to change it.
pub struct GraphControl {
    /// What is there, and what each feeds.
    filters: [Option<Option<FilterId>>; MAX_FILTERS],
    edits: Producer<Edit>,
    replies: Consumer<Reply>,
    under_way: usize,
    failed: Option<ConnectError>,
}

impl GraphControl {
    /// Puts a filter into the graph; its output is the allocator.
    ///
    /// # Errors
    /// [`GraphError::Full`], [`GraphError::Busy`].
    ///
    /// # Real-time
    /// Not real-time: control side, as all of this type.
    pub fn add(&mut self, filter: Joint) -> Result<FilterId, GraphError> {
        self.enter(filter, false)
    }

    /// As [`add`](Self::add), for one end of a pin.
    pub(crate) fn add_pin(&mut self, pin: Joint) -> Result<FilterId, GraphError> {
        self.enter(pin, true)
    }

    /// Notes that `from` feeds `to` already.
    pub(crate) fn note_connected(&mut self, from: FilterId, to: FilterId) {
        self.set(from, Some(Some(to)));
    }

    fn enter(&mut self, filter: Joint, is_pin: bool) -> Result<FilterId, GraphError> {
        let free = self.filters.iter().position(Option::is_none);
        let id = free
            .and_then(|index| u8::try_from(index).ok())
            .map(FilterId)
            .ok_or(GraphError::Full { limit: MAX_FILTERS })?;
        self.send(Edit::Add(id, filter, is_pin))?;
        self.set(id, Some(None));
        Ok(id)
    }

    /// Takes a filter out that feeds nothing and is fed by nothing.
    ///
    /// # Errors
    /// [`GraphError::Unknown`], [`GraphError::InUse`], [`GraphError::Busy`].
    pub fn remove(&mut self, filter: FilterId) -> Result<(), GraphError> {
        let output = self.output(filter)?;
        let is_fed = self.filters.contains(&Some(Some(filter)));
        if output.is_some() || is_fed {
            return Err(GraphError::InUse);
        }
        self.send(Edit::Remove(filter))?;
        self.set(filter, None);
        Ok(())
    }

    /// Lets `from` feed `to`.
    ///
    /// # Errors
    /// [`GraphError::Unknown`]; [`GraphError::Connect`] if `from` feeds something already;
    /// [`GraphError::Cycle`] if events would come back to `from`; [`GraphError::Busy`]. What the
    /// filter itself says is known after the next block: see [`collect`](Self::collect).
    pub fn connect(&mut self, from: FilterId, to: FilterId) -> Result<(), GraphError> {
        self.output(to)?;
        if self.output(from)?.is_some() {
            return Err(GraphError::Connect(ConnectError::Connected));
        }
        if self.reaches(to, from) {
            return Err(GraphError::Cycle);
        }
        self.send(Edit::Connect(from, to))?;
        self.set(from, Some(Some(to)));
        Ok(())
    }

    /// Lets `from` feed the allocator again, in place of `to`, or of whatever it feeds.
    ///
    /// # Errors
    /// [`GraphError::Unknown`]; [`GraphError::Connect`] if `from` feeds something else than `to`;
    /// [`GraphError::Busy`].
    pub fn disconnect(&mut self, from: FilterId, to: Option<FilterId>) -> Result<(), GraphError> {
        let output = self.output(from)?;
        if to.is_some() && to != output {
            return Err(GraphError::Connect(ConnectError::NotThisSink));
        }
        self.send(Edit::Disconnect(from, output))?;
        self.set(from, Some(None));
        Ok(())
    }

    /// What a filter feeds; nothing for the allocator.
    ///
    /// # Errors
    /// [`GraphError::Unknown`].
    pub fn output(&self, filter: FilterId) -> Result<Option<FilterId>, GraphError> {
        let entry = self.filters.get(filter.index()).copied().flatten();
        entry.ok_or(GraphError::Unknown)
    }

    /// Takes in what became of edits, and frees what was taken out. An edit that a filter refused
    /// is undone here; the first such refusal since the last call is returned.
    ///
    /// # Errors
    /// [`ConnectError`] of a filter.
    pub fn collect(&mut self) -> Result<(), ConnectError> {
        while let Ok(reply) = self.replies.pop() {
            self.under_way = self.under_way.saturating_sub(1);
            drop(reply.retired);
            if let Err(error) = reply.result {
                self.failed.get_or_insert(error);
                match reply.change {
                    Some(Undo::Connect(from)) => self.set(from, Some(None)),
                    Some(Undo::Disconnect(from, to)) => self.set(from, Some(Some(to))),
                    None => {}
                }
            }
        }
        self.failed.take().map_or(Ok(()), Err)
    }

    /// True if events from `from` come to `to`.
    fn reaches(&self, from: FilterId, to: FilterId) -> bool {
        let mut at = Some(from);
        for _ in 0..=MAX_FILTERS {
            match at {
                Some(filter) if filter == to => return true,
                Some(filter) => at = self.output(filter).ok().flatten(),
                None => return false,
            }
        }
        true
    }

    fn set(&mut self, filter: FilterId, entry: Option<Option<FilterId>>) {
        if let Some(place) = self.filters.get_mut(filter.index()) {
            *place = entry;
        }
    }

    /// Sends an edit, for whose reply there is then room too.
    fn send(&mut self, edit: Edit) -> Result<(), GraphError> {
        if let Err(error) = self.collect() {
            self.failed = Some(error);
        }
        if self.under_way >= EDITS {
            return Err(GraphError::Busy);
        }
        self.edits.push(edit).map_err(|_| GraphError::Busy)?;
        self.under_way += 1;
        Ok(())
    }
}

impl fmt::Debug for GraphControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GraphControl")
            .field("filters", &self.filters.iter().flatten().count())
            .field("under_way", &self.under_way)
            .finish_non_exhaustive()
    }
}

/// A filter in its place.
struct Filter {
    joint: Joint,
    is_pin: bool,
    state: StreamState,
}

impl Filter {
    const fn new(joint: Joint, is_pin: bool) -> Self {
        Self {
            joint,
            is_pin,
            state: StreamState::Stop,
        }
    }

    /// Takes every step on the way to `target`, in order; ends at the first that fails.
    fn walk(&mut self, target: StreamState, cx: &mut RenderCx<'_>) -> Result<(), StateReason> {
        if self.is_pin {
            return Ok(());
        }
        let joint = self.joint.try_borrow_mut();
        let mut joint = joint.map_err(|_| StateReason::NotReady)?;
        while let Some(next) = self.state.step_towards(target) {
            joint.set_state(next, cx)?;
            self.state = next;
        }
        Ok(())
    }

    /// Tells the filter of every step down to STOP, whatever it says: its events come home.
    fn close(mut self, cx: &mut RenderCx<'_>) -> Joint {
        if !self.is_pin
            && let Ok(mut joint) = self.joint.try_borrow_mut()
        {
            while let Some(next) = self.state.step_towards(StreamState::Stop) {
                let _told = joint.set_state(next, cx);
                self.state = next;
            }
        }
        self.joint
    }
}

/// The filters themselves, and the render half of every edit.
pub struct Graph {
    filters: [Option<Filter>; MAX_FILTERS],
    edits: Consumer<Edit>,
    replies: Producer<Reply>,
    /// Where all filters between pins are, or are on their way to.
    state: StreamState,
}

impl Graph {
    /// Applies the edits that have come, in order.
    ///
    /// # Real-time
    /// Render. Bounded by the edits and what the filters taken out hold; allocates and frees nothing:
    /// the graph holds each filter until it goes home.
    pub fn apply(&mut self, cx: &mut RenderCx<'_>) {
        while !self.replies.is_full()
            && let Ok(edit) = self.edits.pop()
        {
            let reply = self.edit(edit, cx);
            // There is room: it was looked for first.
            let _sent = self.replies.push(reply);
        }
    }

    fn edit(&mut self, edit: Edit, cx: &mut RenderCx<'_>) -> Reply {
        let mut reply = Reply {
            change: None,
            result: Ok(()),
            retired: None,
        };
        match edit {
            Edit::Add(id, joint, is_pin) => {
                let mut filter = Filter::new(joint, is_pin);
                // One that refuses is asked again with the next step.
                let _refused = filter.walk(self.state, cx);
                if let Some(place) = self.filters.get_mut(id.index()) {
                    let before = place.replace(filter);
                    reply.retired = before.map(|filter| filter.close(cx));
                }
            }
            Edit::Remove(id) => {
                let place = self.filters.get_mut(id.index());
                let gone = place.and_then(Option::take);
                reply.retired = gone.map(|filter| filter.close(cx));
            }
            Edit::Connect(from, to) => {
                reply.change = Some(Undo::Connect(from));
                reply.result = self.connect(from, to);
            }
            Edit::Disconnect(from, to) => {
                reply.change = to.map(|to| Undo::Disconnect(from, to));
                reply.result = self.disconnect(from, to);
            }
        }
        reply
    }

    fn connect(&self, from: FilterId, to: FilterId) -> Result<(), ConnectError> {
        let (Some(filter), Some(sink)) = (self.at(from), self.at(to)) else {
            return Err(ConnectError::Busy);
        };
        let mut filter = filter.try_borrow_mut().map_err(|_| ConnectError::Busy)?;
        filter.connect_output(sink.clone())
    }

    fn disconnect(&self, from: FilterId, to: Option<FilterId>) -> Result<(), ConnectError> {
        let filter = self.at(from).ok_or(ConnectError::Busy)?;
        let mut filter = filter.try_borrow_mut().map_err(|_| ConnectError::Busy)?;
        filter.disconnect_output(to.and_then(|to| self.at(to)))
    }

    fn at(&self, filter: FilterId) -> Option<&Joint> {
        let filter = self.filters.get(filter.index())?.as_ref()?;
        Some(&filter.joint)
    }

    /// Moves every filter between pins to `state`, step by step; one that refuses stays where it is
    /// and is asked again with the next call.
    ///
    /// # Errors
    /// The first refusal.
    ///
    /// # Real-time
    /// Render. Bounded by the filters and what they hold.
    pub fn set_state(
        &mut self,
        state: StreamState,
        cx: &mut RenderCx<'_>,
    ) -> Result<(), StateReason> {
        self.state = state;
        let mut result = Ok(());
        for filter in self.filters.iter_mut().flatten() {
            result = result.and(filter.walk(state, cx));
        }
        result
    }

    /// Takes one filter out without a word to the control half, for which its number stays taken.
    ///
    /// # Real-time
    /// Not real-time: frees.
    pub(crate) fn evict(&mut self, filter: FilterId, cx: &mut RenderCx<'_>) {
        self.apply(cx);
        let place = self.filters.get_mut(filter.index());
        let gone = place.and_then(Option::take);
        drop(gone.map(|filter| filter.close(cx)));
    }

    /// Takes every filter out and brings what it holds home, whatever it says.
    ///
    /// # Real-time
    /// Not real-time: frees.
    pub(crate) fn close(&mut self, cx: &mut RenderCx<'_>) {
        self.apply(cx);
        for place in &mut self.filters {
            drop(place.take().map(|filter| filter.close(cx)));
        }
    }
}

impl fmt::Debug for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Graph")
            .field("filters", &self.filters.iter().flatten().count())
            .finish_non_exhaustive()
    }
}
