//! One component: the CLAP instance, what is known of it, and where it stands.
//!
//! Owner: the COM objects of one instance together, the component and its view; the last one ends
//! the plug-in. Thread: shared by all of the host's; what changes is in
//! [`signals`](crate::signals), behind a lock of the main thread's, or in a checked borrow of the
//! render side's.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use atomic_refcell::AtomicRefCell;
use rtrb::{Consumer, Producer, RingBuffer};
use vst3::ComPtr;
use vst3::Steinberg::Vst::IComponentHandler;
#[cfg(feature = "editor")]
use vst3::Steinberg::{IPlugFrame, IPlugView};

use super::Facts;
use super::audio::{Bus, Ports, buses};
use super::binding::{Changes, List};
use super::controllers::Controllers;
use super::host::Host;
use super::inbound::Inbound;
use super::outbound::{Edit, LONG_BYTES, Outbound};
use super::params::Params;
use super::plugin::Plugin;
use super::programs::Programs;
use super::units::Units;
use crate::signals::{Flag, PhaseCell};

/// Edits of the window on their way to the main thread.
const EDITS: usize = 1_024;

/// Everything behind the interfaces.
pub(super) struct Core {
    pub(super) facts: &'static Facts,
    /// Before the host, which it uses until it is gone.
    pub(super) plugin: Plugin,
    pub(super) host: Arc<Host>,
    pub(super) params: Params,
    pub(super) units: Units,
    pub(super) controllers: Controllers,
    pub(super) programs: Programs,
    pub(super) inputs: Vec<Bus>,
    pub(super) outputs: Vec<Bus>,
    pub(super) note_inputs: u32,
    pub(super) note_outputs: u32,
    /// `Ready`, or `Active` from the host's activation on.
    pub(super) phase: PhaseCell,
    /// Blocks come: parameters are set with them.
    pub(super) is_processing: Flag,
    pub(super) setup: Mutex<Option<Setup>>,
    /// Borrowed by whoever renders, or sets parameters while nobody does.
    pub(super) render: AtomicRefCell<Render>,
    pub(super) edits: Mutex<Edits>,
    pub(super) links: Mutex<Links>,
    /// Borrowed while something is done for the main thread, and while a window opens or closes:
    /// hosts and systems call in the middle of either, and the framework bears no call then.
    pub(super) tending: AtomicRefCell<()>,
    pub(super) names: Mutex<Names>,
}

/// What a host says before it activates.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setup {
    pub(super) rate_hz: f64,
    pub(super) max_frames: u32,
}

/// What a block is played with.
pub(super) struct Render {
    pub(super) ports: Ports,
    pub(super) inbound: Inbound,
    pub(super) edits: Producer<Edit>,
    /// What the host is told of, before it is told.
    pub(super) told: Consumer<(u32, f64)>,
    pub(super) long: Vec<u8>,
    /// Our own count of frames, for hosts that have none.
    pub(super) steady: i64,
    pub(super) rate_hz: f64,
    /// What the plug-in was told last of whether somebody listens.
    pub(super) is_offline: bool,
}

// SAFETY: the writing end of the ring is used through exclusive borrows only; everything else may
// be shared by itself.
unsafe impl Sync for Render {}

/// Edits of the window as the main thread has them.
pub(super) struct Edits {
    pub(super) ring: Consumer<Edit>,
    /// Back to the render side: what the host is told.
    pub(super) told: Producer<(u32, f64)>,
    /// Parameters that the user holds.
    pub(super) open: Vec<u32>,
}

/// The host's objects.
#[derive(Default)]
pub(super) struct Links {
    pub(super) handler: Option<ComPtr<IComponentHandler>>,
    #[cfg(feature = "editor")]
    pub(super) frame: Option<ComPtr<IPlugFrame>>,
    /// The view that is attached; it takes itself out before it goes.
    #[cfg(feature = "editor")]
    pub(super) view: Option<ViewPointer>,
}

// SAFETY: the host's objects are called on the main thread only; this is a place to keep them.
unsafe impl Send for Links {}

/// Our own view as the host holds it.
#[cfg(feature = "editor")]
#[derive(Clone, Copy, PartialEq)]
pub(super) struct ViewPointer(pub(super) *mut IPlugView);

/// When the names of programs were looked at last, and what they were.
pub(super) struct Names {
    pub(super) fingerprint: u64,
    pub(super) looked: Instant,
}

impl Core {
    /// Makes an instance; `None` if the plug-in cannot. Main thread.
    pub(super) fn new(facts: &'static Facts) -> Option<Arc<Self>> {
        let host = Host::new(c"DMus VST3");
        // SAFETY: the host's struct is part of an object that outlives the instance.
        let raw = unsafe { (facts.create)(host.raw()) };
        // SAFETY: just made, and known to nobody else.
        let plugin = unsafe { Plugin::new(raw) }?;
        let params = Params::new(&plugin);
        let note_inputs = plugin.note_ports(true);
        let programs = Programs::new(facts.program_names, &params, note_inputs);
        let (producer, consumer) = RingBuffer::new(EDITS);
        let (teller, told) = RingBuffer::new(EDITS);
        let controllers = Controllers::new(note_inputs);
        let events = facts.events + controllers.count() as usize;
        let core = Self {
            facts,
            units: Units::new(&params, &programs),
            inputs: buses(&plugin, true),
            outputs: buses(&plugin, false),
            note_inputs,
            note_outputs: plugin.note_ports(false),
            phase: PhaseCell::new(),
            is_processing: Flag::default(),
            setup: Mutex::new(None),
            render: AtomicRefCell::new(Render {
                ports: Ports::new(),
                inbound: Inbound::new(events),
                edits: producer,
                told,
                long: Vec::with_capacity(LONG_BYTES),
                steady: 0,
                rate_hz: 0.0,
                is_offline: false,
            }),
            edits: Mutex::new(Edits {
                ring: consumer,
                told: teller,
                open: Vec::new(),
            }),
            links: Mutex::default(),
            tending: AtomicRefCell::new(()),
            names: Mutex::new(Names {
                fingerprint: programs.fingerprint(&plugin),
                looked: Instant::now(),
            }),
            plugin,
            host,
            params,
            controllers,
            programs,
        };
        Some(Arc::new(core))
    }

    /// Sets a parameter, or only hears what the plug-in changed, while no block is rendered.
    ///
    /// - `set`: id and value of CLAP
    ///
    /// Does nothing when a block is under way: it does both by itself. Main thread.
    pub(super) fn flush(&self, set: Option<(u32, f64)>) {
        let Ok(mut render) = self.render.try_borrow_mut() else {
            return;
        };
        let Render {
            inbound,
            edits,
            long,
            ..
        } = &mut *render;
        inbound.begin(0);
        if let Some((id, value)) = set {
            inbound.set(id, value);
        }
        long.clear();
        let mut outbound = Outbound {
            events: List::none(),
            changes: Changes::none(),
            params: &self.params,
            edits,
            has_edits: false,
            long,
        };
        self.plugin.flush(&inbound.list(), &outbound.list());
        if outbound.has_edits {
            self.host.any.raise();
        }
        inbound.pass();
    }

    /// The host's handler. Main thread.
    pub(super) fn handler(&self) -> Option<ComPtr<IComponentHandler>> {
        lock(&self.links).handler.clone()
    }
}

/// Locks; a panic of a former holder does not matter, for the values are always whole.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
