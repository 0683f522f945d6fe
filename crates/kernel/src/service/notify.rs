//! What a miniport notifies its port by.
//!
//! In: notifications, from interrupts above all. Out: pending bits. Owner: the miniport, and every
//! thread it gives a copy to. Thread: any. Source: \[WDK\] `IPortDMus`; `IPortMidi`.

use std::sync::Arc;

use super::group::{ServiceGroup, Shared};
use crate::{error::ServiceError, sync::Bits};

/// Which groups belong to one miniport.
#[derive(Debug)]
pub(super) struct Door {
    pub(super) shared: Arc<Shared>,
    /// The miniport's own group, if any.
    pub(super) own: Bits,
    /// The groups of its streams.
    pub(super) streams: Bits,
}

/// A miniport's handle of its port: made before the miniport is initialised, and good from then on.
///
/// ```
/// fn anywhere<T: Clone + Send + Sync>() {}
/// anywhere::<dmus_kernel::service::Notifier>();
/// ```
///
/// # Source
/// \[WDK\] `IPortDMus`, the two methods it adds to `IPort`.
#[derive(Clone, Debug)]
pub struct Notifier(pub(super) Arc<Door>);

impl Notifier {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self(Arc::new(Door {
            shared,
            own: Bits::new(),
            streams: Bits::new(),
        }))
    }

    /// Says that there is something to do: to `group`, or without one to the miniport's own group
    /// and the groups of all its streams; nothing happens if it has none.
    ///
    /// Data is stored first, then notified. The service is done in this block or the next, never
    /// from inside this call; notifications that were not served yet are one.
    ///
    /// # Real-time
    /// Any thread, an interrupt's too, in every state; wait-free.
    ///
    /// # Source
    /// \[WDK\] `IPortDMus::Notify`; `IPortMidi::Notify`.
    pub fn notify(&self, group: Option<&ServiceGroup>) {
        match group {
            Some(group) => group.request_service(),
            None => {
                let Door {
                    shared,
                    own,
                    streams,
                } = &*self.0;
                shared.pending.raise(own.get() | streams.get());
            }
        }
    }

    /// Makes `group` the miniport's own while it is being initialised, before the first interrupt:
    /// the group that the initialisation gives back reaches the port only after it. The same group
    /// any number of times. The miniport keeps a handle of it until it is initialised.
    ///
    /// # Errors
    /// [`ServiceError::Foreign`] for a group of another table, [`ServiceError::Registered`] for a
    /// second group.
    ///
    /// # Real-time
    /// Not real-time: control side.
    ///
    /// # Source
    /// \[WDK\] `IPortDMus::RegisterServiceGroup`.
    pub fn register_service_group(&self, group: &ServiceGroup) -> Result<(), ServiceError> {
        if !Arc::ptr_eq(&self.0.shared, &group.0.shared) {
            return Err(ServiceError::Foreign);
        }
        let others = self.0.own.insert(group.bit()) & !group.bit();
        if others != 0 {
            self.0.own.remove(group.bit());
            return Err(ServiceError::Registered);
        }
        Ok(())
    }
}
