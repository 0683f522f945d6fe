//! The link to a device, as the control side holds it.
//!
//! In: which device, and the source of what is to be sent. Out: two threads, the status. Owner: the
//! control side. Thread: any but render. Nothing runs, and no system is asked for anything, before
//! a device is chosen.

use std::sync::Arc;
use std::sync::mpsc::{self, Sender as Channel};
use std::thread::{self, JoinHandle};

use crate::device::{DeviceId, Outputs};
use crate::keeper::Keeper;
use crate::line::EventSource;
use crate::sender::{Order, Sender};
use crate::status::{Connection, Shared, Status};

/// Names of the threads, as debuggers and system monitors show them.
const SENDER: &str = "dmus-device";
const KEEPER: &str = "dmus-device-look";

/// A device that may be chosen, and changed at any time.
#[derive(Debug)]
pub struct DeviceLink {
    outputs: Arc<dyn Outputs>,
    shared: Arc<Shared>,
    chosen: Option<DeviceId>,
    /// What is to be sent, as long as nobody sends.
    source: Option<EventSource>,
    threads: Option<Threads>,
}

#[derive(Debug)]
struct Threads {
    choices: Channel<Option<DeviceId>>,
    orders: Channel<Order>,
    handles: Vec<JoinHandle<()>>,
}

impl DeviceLink {
    /// A link to none of these devices.
    #[must_use]
    pub fn new(outputs: Arc<dyn Outputs>) -> Self {
        Self {
            outputs,
            shared: Arc::default(),
            chosen: None,
            source: None,
            threads: None,
        }
    }

    /// The devices to choose from, which may be asked without holding anything.
    #[must_use]
    pub fn outputs(&self) -> Arc<dyn Outputs> {
        Arc::clone(&self.outputs)
    }

    /// The device that was chosen.
    #[must_use]
    pub const fn chosen(&self) -> Option<&DeviceId> {
        self.chosen.as_ref()
    }

    /// Writes to another device from now on, or to none; the one before lets go of what it holds.
    ///
    /// # Real-time
    /// Not real-time: starts threads.
    pub fn choose(&mut self, device: Option<DeviceId>) {
        if self.chosen == device {
            return;
        }
        self.chosen.clone_from(&device);
        if self.threads.is_none() {
            self.threads = self.start();
        }
        let told = match &self.threads {
            Some(threads) => threads.choices.send(device).is_ok(),
            None => false,
        };
        if !told {
            let text = "the system gives no thread for it".to_owned();
            self.shared.lock().status.connection = Connection::Refused(text);
        }
    }

    /// Takes what a render side writes; what came from the one before is over.
    ///
    /// # Real-time
    /// Not real-time: allocates.
    pub fn attach(&mut self, source: EventSource) {
        match &self.threads {
            // A thread that has ended sends nothing, and its status says so.
            Some(threads) => drop(threads.orders.send(Order::Source(source))),
            None => self.source = Some(source),
        }
    }

    /// How the device is.
    #[must_use]
    pub fn status(&self) -> Status {
        self.shared.lock().status.clone()
    }

    fn start(&mut self) -> Option<Threads> {
        let (orders, ordered) = mpsc::channel();
        let (choices, chosen) = mpsc::channel();
        let sender = Sender::new(Arc::clone(&self.shared));
        let keeper = Keeper {
            outputs: Arc::clone(&self.outputs),
            orders: orders.clone(),
            shared: Arc::clone(&self.shared),
            chosen: None,
            is_open: false,
        };
        let named = |name: &str| thread::Builder::new().name(name.to_owned());
        let sends = named(SENDER).spawn(move || sender.work(&ordered)).ok()?;
        let keeps = named(KEEPER).spawn(move || keeper.work(&chosen)).ok()?;
        if let Some(source) = self.source.take() {
            // It has just begun to listen.
            let _sent = orders.send(Order::Source(source));
        }
        Some(Threads {
            choices,
            orders,
            handles: vec![keeps, sends],
        })
    }
}

impl Drop for DeviceLink {
    /// Ends both threads and waits for them, for a host may unload the library next. What the
    /// device holds ends.
    fn drop(&mut self) {
        let Some(threads) = self.threads.take() else {
            return;
        };
        let Threads {
            choices,
            orders,
            handles,
        } = threads;
        drop(choices);
        // A thread that has ended needs no order.
        let _gone = orders.send(Order::Quit);
        for handle in handles {
            // A panic of theirs was told when it happened.
            let _told = handle.join();
        }
    }
}
