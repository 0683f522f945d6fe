//! Service sinks that write down when they were called, and the world they are called in.

use std::sync::{Arc, Mutex};

use atomic_refcell::AtomicRefCell;
use dmus_kernel::{
    Allocator, RenderCx, SampleRate, SampleTime,
    pool::PoolConfig,
    service::{Membership, Served, ServiceGroup, ServiceSink, ServiceTable, Sink},
};

/// Names of sinks in the order they were called, each with the frame.
pub(crate) type Log = Arc<Mutex<Vec<(char, i64)>>>;

/// Room for calls, so that none allocates.
const CALLS: usize = 1 << 14;

/// A log with room for many calls.
pub(crate) fn log() -> Log {
    Arc::new(Mutex::new(Vec::with_capacity(CALLS)))
}

/// What a probe does when it is called, beside writing it down.
pub(crate) type Act = Box<dyn FnMut(&mut RenderCx<'_>) -> Membership + Send>;

/// A sink with a name.
pub(crate) struct Probe {
    name: char,
    log: Log,
    act: Act,
}

impl ServiceSink for Probe {
    fn request_service(&mut self, cx: &mut RenderCx<'_>) -> Membership {
        self.log.lock().unwrap().push((self.name, cx.now.frames()));
        (self.act)(cx)
    }
}

/// A sink that only writes down its calls.
pub(crate) fn probe(name: char, log: &Log) -> Sink {
    acting(name, log, |_| Membership::Stays)
}

/// A sink that does something when it is called.
pub(crate) fn acting(
    name: char,
    log: &Log,
    act: impl FnMut(&mut RenderCx<'_>) -> Membership + Send + 'static,
) -> Sink {
    // Acts need not be `Sync`; a mutex that nobody locks makes them so.
    let probe = Mutex::new(Probe {
        name,
        log: Arc::clone(log),
        act: Box::new(act),
    });
    Arc::new(AtomicRefCell::new(probe))
}

/// The names written down, which are forgotten.
pub(crate) fn calls(log: &Log) -> String {
    let mut log = log.lock().unwrap();
    log.drain(..).map(|(name, _)| name).collect()
}

/// The frames written down, which are forgotten.
pub(crate) fn frames(log: &Log) -> Vec<i64> {
    let mut log = log.lock().unwrap();
    log.drain(..).map(|(_, frame)| frame).collect()
}

/// A render side that serves and does nothing else.
pub(crate) struct Renderer {
    pub(crate) table: ServiceTable,
    allocator: Allocator,
    pub(crate) rate: SampleRate,
    pub(crate) now: i64,
}

impl Renderer {
    /// At frame 0, 10 kHz: a frame is 1 000 units of 100 ns.
    pub(crate) fn new(table: ServiceTable) -> Self {
        let size = PoolConfig {
            events: 1,
            long_buffers: 0,
            buffer_size: 16,
        };
        Self {
            table,
            allocator: Allocator::new(size).unwrap(),
            rate: SampleRate::new(10_000).unwrap(),
            now: 0,
        }
    }

    /// Serves at the frame at hand.
    pub(crate) fn serve(&mut self) -> Served {
        let now = SampleTime::new(self.now);
        let mut cx = RenderCx::new(&mut self.allocator, self.rate, now, now);
        self.table.serve(&mut cx)
    }

    /// A block: serves, then cuts it wherever something falls due.
    pub(crate) fn block(&mut self, frames: i64) {
        self.serve();
        let end = self.now + frames;
        while let Some(due) = self.table.next_deadline() {
            let at = self.rate.first_sample_at(due).frames();
            if at >= end {
                break;
            }
            assert!(at > self.now, "the slice loop gets on");
            self.now = at;
            let now = SampleTime::new(self.now);
            let mut cx = RenderCx::new(&mut self.allocator, self.rate, now, now);
            self.table.serve_due(&mut cx);
        }
        self.now = end;
    }
}

/// True if the sink is in nobody's hands but the caller's.
pub(crate) fn is_free(sink: &Sink) -> bool {
    Arc::strong_count(sink) == 1
}

/// A copy of a handle, for a sink to keep.
pub(crate) fn handle(group: &ServiceGroup) -> ServiceGroup {
    group.clone()
}
