//! Service groups: requests raised on any thread, served on the render thread.
//!
//! In: requests, notifications, due times. Out: one call of every member of each group asked for.
//! Owner: [`ServiceControl`] the control side, [`ServiceTable`] whoever renders, [`ServiceGroup`]
//! and [`Notifier`] anyone. Thread: as each type says.
//! Source: \[WDK\] Service Sink and Service Group Objects; `IServiceGroup`; `IPortDMus::Notify`.
//!
//! An interrupt stores its data, then requests service, and that is all it may do: the request is
//! one bit. At the start of a block the table takes the bits, **then** looks at what there is to
//! do, so a request made meanwhile is pending again. Any number of requests become one service,
//! and a sink must therefore deal with everything there is, not with one item a call.
//!
//! Who is in a group is decided on the control side. Each change makes a new list, which travels
//! down a ring and is in force from the next block on; the list it replaces travels home to be
//! freed there.

mod control;
mod delay;
mod group;
mod member;
mod notify;
mod table;

use std::sync::{Arc, Mutex, PoisonError};

use atomic_refcell::AtomicRefCell;

pub use control::{MAX_CALLS, ServiceControl};
pub use delay::Delay;
pub use group::{MAX_GROUPS, ServiceGroup};
pub use notify::Notifier;
pub use table::{PASSES, Served, ServiceTable};

use crate::{mxf::RenderCx, sync::ring};

/// Something that can be asked to look after itself.
///
/// # Source
/// \[WDK\] `IServiceSink`.
pub trait ServiceSink {
    /// Deals with everything there is to do, and says whether the sink stays in the group through
    /// which it was called.
    ///
    /// # Real-time
    /// Render: bounded, allocates and frees nothing.
    ///
    /// # Source
    /// \[WDK\] `IServiceSink::RequestService`; the graph may be touched here.
    fn request_service(&mut self, cx: &mut RenderCx<'_>) -> Membership;
}

/// Whether a sink stays in the group that was served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Membership {
    /// It is served again.
    #[default]
    Stays,
    /// It is served no more by this membership: its others, if it was added twice, are untouched.
    Leaves,
}

/// A sink as groups hold it. One that is not `Sync`, say because it owns the end of a ring, is put
/// into a [`Mutex`], which is a sink too.
pub type Sink = Arc<AtomicRefCell<dyn ServiceSink + Send + Sync>>;

/// A mutex that nobody locks: whoever may change it needs no lock, and to the compiler all that is
/// `Send` can be shared that way.
impl<T: ServiceSink + Send + ?Sized> ServiceSink for Mutex<T> {
    fn request_service(&mut self, cx: &mut RenderCx<'_>) -> Membership {
        self.get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .request_service(cx)
    }
}

/// Both halves of a table of service groups, empty.
///
/// - `changes`: changes of membership under way at a time, `1..`; further ones wait on the control
///   side and are lost by no means, only late
///
/// ```
/// use std::sync::Arc;
///
/// use atomic_refcell::AtomicRefCell;
/// use dmus_kernel::{Allocator, RenderCx, SampleRate, SampleTime, service};
/// use service::{Membership, ServiceSink};
///
/// struct Bell(u32);
/// impl ServiceSink for Bell {
///     fn request_service(&mut self, _: &mut RenderCx<'_>) -> Membership {
///         self.0 += 1;
///         Membership::Stays
///     }
/// }
///
/// let (mut control, mut table) = service::services(16);
/// let bell = Arc::new(AtomicRefCell::new(Bell(0)));
/// let group = control.new_group()?;
/// control.add_member(&group, bell.clone())?;
/// for _ in 0..1_000 {
///     group.request_service();
/// }
/// let mut allocator = Allocator::new(Default::default())?;
/// let rate = SampleRate::new(48_000)?;
/// let mut cx = RenderCx::new(&mut allocator, rate, SampleTime::ZERO, SampleTime::ZERO);
/// table.serve(&mut cx);
/// assert_eq!(bell.borrow().0, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Real-time
/// Not real-time: allocates.
#[must_use]
pub fn services(changes: usize) -> (ServiceControl, ServiceTable) {
    let changes = changes.max(1);
    let shared = Arc::new(group::Shared::new());
    let (down, changed) = ring(changes);
    let (home, replaced) = ring(changes);
    (
        ServiceControl::new(Arc::clone(&shared), down, replaced, changes),
        ServiceTable::new(shared, changed, home),
    )
}
