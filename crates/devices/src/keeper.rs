//! The thread that keeps a device open: it looks for the one that was chosen, opens it when it is
//! there, lets go of it when it is gone.
//!
//! In: the choice. Out: open devices for the thread that sends, the connection in the status.
//! Owner: the link. Thread: its own; asking the system for its list may take long, and what is due
//! does not wait for it.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use crate::device::{DeviceError, DeviceId, Outputs};
use crate::sender::Order;
use crate::status::{Connection, Shared};

/// How often the system is asked whether the device is there.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Everything of the thread.
pub(crate) struct Keeper {
    pub(crate) outputs: Arc<dyn Outputs>,
    pub(crate) orders: Sender<Order>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) chosen: Option<DeviceId>,
    pub(crate) is_open: bool,
}

impl Keeper {
    /// Works until nobody can choose any more.
    pub(crate) fn work(mut self, choices: &Receiver<Option<DeviceId>>) {
        loop {
            let choice = match &self.chosen {
                None => choices.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(_) => choices.recv_timeout(LOOK_EVERY),
            };
            match choice {
                Ok(choice) => {
                    self.close(Connection::None);
                    self.chosen = choice;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if let Some(device) = self.chosen.clone() {
                self.look_for(&device);
            }
        }
    }

    fn look_for(&mut self, device: &DeviceId) {
        let is_broken = core::mem::take(&mut self.shared.lock().is_broken);
        let list = self.outputs.list();
        let is_there = list.as_ref().is_ok_and(|list| list.contains(device));
        if self.is_open && (is_broken || !is_there) {
            self.close(Connection::Absent);
        }
        if self.is_open {
            return;
        }
        let opened = match list {
            Err(error) => Err(error),
            Ok(_) if is_there => self.outputs.open(device),
            Ok(_) => Err(DeviceError::Absent),
        };
        let connection = match opened {
            Ok(output) => {
                self.is_open = self.orders.send(Order::Port(Some(output))).is_ok();
                Connection::Open
            }
            Err(DeviceError::Absent) => Connection::Absent,
            Err(error) => Connection::Refused(error.to_string()),
        };
        self.shared.lock().status.connection = connection;
    }

    fn close(&mut self, connection: Connection) {
        if self.is_open {
            // Without a thread that sends, nothing is open.
            let _gone = self.orders.send(Order::Port(None));
            self.is_open = false;
        }
        self.shared.lock().status.connection = connection;
    }
}
