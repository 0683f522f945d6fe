//! The thread that sends: it takes what the render side has written and sends it at its moment.
//!
//! In: records of an [`EventSource`], orders of the keeper and of the control side. Out: bytes to an
//! [`Output`], the status. Owner: the link. Thread: its own. The render side cannot wake it, which
//! would be a system call, so it looks every millisecond while there is a device.

use std::collections::BTreeMap;
use std::hint;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvError, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};

use dmus_kernel::ReferenceTime;

use crate::delay_lock::{DelayLock, Reading};
use crate::device::Output;
use crate::held::Held;
use crate::lateness::Lateness;
use crate::line::{EventSource, Record};
use crate::status::Shared;

/// How often the ring is looked at while nothing is due.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// The same while there is no device to write to.
const REST: Duration = Duration::from_millis(20);

/// Before a moment the thread turns instead of sleeping, ns: systems wake it this much late.
const TURN_NS: u64 = 150_000;

/// How often the status is brought up to date.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// A message that is due later than this, beside the latency, comes from a host that renders faster
/// than time and does not say so, ns: its song would be played long after it had rendered it.
const FARTHEST_NS: u64 = 2_000_000_000;

const MS_NS: u64 = 1_000_000;

/// What others ask of the thread.
pub(crate) enum Order {
    /// Another render side writes from now on.
    Source(EventSource),
    /// Write to this device from now on, or to none.
    Port(Option<Box<dyn Output>>),
    /// End.
    Quit,
}

/// What is to be done at a moment.
enum Due {
    Message(Vec<u8>),
    Release(u16),
}

/// Everything of the thread.
pub(crate) struct Sender {
    source: Option<EventSource>,
    output: Option<Box<dyn Output>>,
    lock: DelayLock,
    latency_ns: u64,
    /// By time, then in the order of their arrival.
    queue: BTreeMap<(ReferenceTime, u64), Due>,
    serial: u64,
    held: Held,
    /// The host is too far ahead for anything to be sent.
    is_far: bool,
    lateness: Lateness,
    shared: Arc<Shared>,
    told: Instant,
}

impl Sender {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self {
            source: None,
            output: None,
            lock: DelayLock::new(),
            latency_ns: 0,
            queue: BTreeMap::new(),
            serial: 0,
            held: Held::default(),
            is_far: false,
            lateness: Lateness::new(),
            shared,
            told: Instant::now(),
        }
    }

    /// Works until it is told to end, or nobody can tell it anything any more.
    pub(crate) fn work(mut self, orders: &Receiver<Order>) {
        loop {
            let order = match &self.source {
                // Without a render side there is nothing to look for.
                None => orders
                    .recv()
                    .map_err(|RecvError| TryRecvError::Disconnected),
                Some(_) => orders.try_recv(),
            };
            match order {
                Ok(Order::Quit) | Err(TryRecvError::Disconnected) => break,
                Ok(order) => self.obey(order),
                Err(TryRecvError::Empty) => {
                    let pause = self.step();
                    self.tell();
                    thread::sleep(pause);
                }
            }
        }
        self.release_all();
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Source(source) => {
                self.stop();
                self.lock.forget();
                self.source = Some(source);
            }
            Order::Port(output) => {
                self.release_all();
                // A device that is gone has heard none of that, and holds nothing.
                self.held.forget();
                self.output = output;
            }
            Order::Quit => {}
        }
    }

    /// Takes what has come and sends what is due; says how long there is nothing to do.
    fn step(&mut self) -> Duration {
        while let Some(record) = self.source.as_mut().and_then(EventSource::next) {
            self.take(record);
        }
        if self.source.as_ref().is_some_and(EventSource::is_over) {
            self.stop();
            self.source = None;
        }
        let idle = if self.output.is_some() {
            LOOK_EVERY
        } else {
            REST
        };
        while let Some(moment_ns) = self.next_moment_ns() {
            let way_ns = moment_ns.saturating_sub(self.now_ns());
            if way_ns > TURN_NS {
                return idle.min(Duration::from_nanos(way_ns - TURN_NS));
            }
            while self.now_ns() < moment_ns {
                hint::spin_loop();
            }
            self.send_next(moment_ns);
        }
        idle
    }

    fn take(&mut self, record: Record) {
        match record {
            Record::Block {
                master,
                moment_ns,
                latency_ms,
            } => {
                self.latency_ns = u64::from(latency_ms) * MS_NS;
                let reading = self.lock.observe(master, moment_ns);
                let status = &mut self.shared.lock().status;
                match reading {
                    Reading::Steady => {}
                    Reading::Ahead => status.blocks_ahead = status.blocks_ahead.saturating_add(1),
                    Reading::Anew => status.restarts = status.restarts.saturating_add(1),
                }
            }
            Record::Message { due, bytes } => {
                if self.is_near(due) {
                    self.queue(due, Due::Message(bytes));
                } else {
                    let status = &mut self.shared.lock().status;
                    status.lost_ahead = status.lost_ahead.saturating_add(1);
                }
            }
            Record::Release { due, channels } => self.queue(due, Due::Release(channels)),
            Record::Stop => self.stop(),
        }
    }

    /// Whether a message can wait for its moment. The first that cannot ends everything: the end of
    /// a note that is held may be among those to come.
    fn is_near(&mut self, due: ReferenceTime) -> bool {
        let farthest = self.now_ns().saturating_add(FARTHEST_NS);
        let is_far = self.lock.moment_ns(due).is_some_and(|it| it > farthest);
        if is_far && !self.is_far {
            self.stop();
        }
        self.is_far = is_far;
        !is_far
    }

    fn queue(&mut self, time: ReferenceTime, due: Due) {
        self.queue.insert((time, self.serial), due);
        self.serial = self.serial.wrapping_add(1);
    }

    /// When the first of the queue is due.
    fn next_moment_ns(&self) -> Option<u64> {
        let (time, _) = self.queue.first_key_value()?.0;
        let moment = self.lock.moment_ns(*time)?;
        Some(moment.saturating_add(self.latency_ns))
    }

    fn send_next(&mut self, moment_ns: u64) {
        match self.queue.pop_first() {
            Some((_, Due::Message(bytes))) => {
                let late_us = self.now_ns().saturating_sub(moment_ns) / 1_000;
                if self.transmit(&bytes) {
                    self.lateness.add(late_us);
                }
            }
            Some((_, Due::Release(channels))) => self.release(channels),
            None => {}
        }
    }

    /// Gives up what waits, and ends what is held.
    fn stop(&mut self) {
        self.queue.clear();
        self.release_all();
    }

    fn release_all(&mut self) {
        let mut ends: Vec<Vec<u8>> = Vec::new();
        self.held.release_all(|end| ends.push(end.to_vec()));
        self.transmit_all(&ends);
    }

    fn release(&mut self, channels: u16) {
        let mut ends: Vec<Vec<u8>> = Vec::new();
        self.held.release(channels, |end| ends.push(end.to_vec()));
        self.transmit_all(&ends);
    }

    fn transmit_all(&mut self, messages: &[Vec<u8>]) {
        for message in messages {
            self.transmit(message);
        }
    }

    /// Sends a message if there is a device; true if it was sent.
    fn transmit(&mut self, message: &[u8]) -> bool {
        let sent = self.output.as_mut().map(|output| output.send(message));
        let mut shared = self.shared.lock();
        match sent {
            Some(Ok(())) => {
                shared.status.sent = shared.status.sent.saturating_add(1);
                self.held.hear(message);
                return true;
            }
            Some(Err(_gone)) => {
                // The keeper looks for it, and says so.
                shared.is_broken = true;
                self.output = None;
                self.held.forget();
            }
            None => {}
        }
        shared.status.lost_absent = shared.status.lost_absent.saturating_add(1);
        false
    }

    fn now_ns(&self) -> u64 {
        self.source.as_ref().map_or(0, EventSource::now_ns)
    }

    /// Brings the figures of the status up to date, now and then.
    fn tell(&mut self) {
        if self.told.elapsed() < TELL_EVERY {
            return;
        }
        self.told = Instant::now();
        let figures = [50, 95].map(|percent| self.lateness.percentile_us(percent));
        let status = &mut self.shared.lock().status;
        [status.late_p50_us, status.late_p95_us] = figures;
        status.late_worst_us = self.lateness.worst_us();
    }
}
