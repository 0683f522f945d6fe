//! The guarded plug-in: every call into the plug-in type, with its panics caught.
//!
//! In: the framework's calls. Out: the plug-in's answers, or silence and a failure value.
//! Owner: the framework's wrapper, in whichever format. Source of the states: the documentation of
//! the framework's `Plugin` trait.

pub(crate) mod context;
#[cfg(feature = "editor")]
pub(crate) mod editor;
mod params;
mod ranges;
mod task;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use atomic_refcell::AtomicRefCell;
use nice_plug::prelude::*;

use crate::boundary::Boundary;
use crate::host_link::HostLink;
use crate::inlet::Inlet;
use crate::ledger::{Ledger, Place};

pub use self::task::GuardTask;
pub(crate) use self::task::Link;

use self::context::{BlockRelay, HeldEvents, Relay};
use self::params::{GuardedParams, NoParams};

/// A plug-in type whose panics stay inside.
///
/// It is the same plug-in to the outside: identifiers, names, parameters and state are those of
/// `P`. [`export_clap!`](crate::export_clap) wraps by itself.
///
/// - A panic in `process`, `reset` or `stop_processing` *faults* the instance: the block is
///   silent, and so is every later one, without a call into `P`, until `activate` succeeds again.
/// - A panic in `activate` makes it fail; one in `default`, `task_executor` or `params` leaves an
///   empty shell that never activates, and that the CLAP factory does not hand out.
/// - Each panic is counted and told to `P` as a [`Boundary::notice`].
pub struct Guarded<P: Boundary> {
    /// `None` when the construction of `P` panicked.
    inner: Option<P>,
    ledger: Arc<Ledger>,
    /// What came past the framework; filled by the instance in front of it.
    inlet: Arc<AtomicRefCell<Inlet>>,
    /// The plug-in's way to its host.
    host: HostLink,
    /// Set by a panic on the render side, cleared by a successful activation.
    faulted: bool,
    /// The layout has no main input, so the framework leaves the main output as the host left it.
    clears_main: bool,
    held: HeldEvents<P>,
}

impl<P: Boundary> Default for Guarded<P> {
    fn default() -> Self {
        let ledger = Arc::new(Ledger::default());
        let host = HostLink::default();
        let inner = ledger.contain(Place::Construction, || {
            let mut inner = P::default();
            inner.meet_host(host.clone());
            inner
        });
        if inner.is_none() {
            ledger.stillborn.raise();
        }
        Self {
            inner,
            ledger,
            inlet: Arc::new(AtomicRefCell::new(Inlet::new(further_events::<P>()))),
            host,
            faulted: false,
            clears_main: false,
            held: HeldEvents::new(),
        }
    }
}

impl<P: Boundary> Guarded<P> {
    /// Asks the framework to deliver what waits in the ledger, once.
    fn announce(&self, context: &impl ProcessContext<Self>) {
        if self.ledger.take_pending() {
            context.execute_gui(GuardTask::deliver());
        }
    }

    /// Calls into `P` on the render side; a panic faults the instance.
    fn render_call(&mut self, place: Place, call: impl FnOnce(&mut P)) {
        if self.faulted {
            return;
        }
        if let Some(inner) = &mut self.inner
            && self.ledger.contain(place, || call(inner)).is_none()
        {
            self.faulted = true;
        }
    }
}

impl<P: Boundary> Plugin for Guarded<P> {
    const NAME: &'static str = P::NAME;
    const VENDOR: &'static str = P::VENDOR;
    const URL: &'static str = P::URL;
    const EMAIL: &'static str = P::EMAIL;
    const VERSION: &'static str = P::VERSION;
    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = P::AUDIO_IO_LAYOUTS;
    const MIDI_INPUT: MidiConfig = P::MIDI_INPUT;
    const MIDI_OUTPUT: MidiConfig = P::MIDI_OUTPUT;
    const SAMPLE_ACCURATE_AUTOMATION: bool = P::SAMPLE_ACCURATE_AUTOMATION;
    const HARD_REALTIME_ONLY: bool = P::HARD_REALTIME_ONLY;
    const INPUT_EVENT_CAPACITY: usize = P::INPUT_EVENT_CAPACITY;

    #[cfg(feature = "editor")]
    type Editor = editor::GuardedEditor<P::Editor>;
    #[cfg(not(feature = "editor"))]
    type Editor = P::Editor;

    type SysExMessage = P::SysExMessage;
    type BackgroundTask = GuardTask<P::BackgroundTask>;

    fn task_executor(&mut self) -> TaskExecutor<Self> {
        let ledger = &self.ledger;
        let executor = self
            .inner
            .as_mut()
            .and_then(|inner| ledger.contain(Place::Construction, || inner.task_executor()));
        if executor.is_none() {
            ledger.stillborn.raise();
        }
        let link = Link {
            ledger: Arc::clone(&self.ledger),
            inlet: Arc::clone(&self.inlet),
            host: self.host.clone(),
        };
        task::executor::<P>(executor, link)
    }

    fn params(&self) -> Arc<dyn Params> {
        let inner = self.inner.as_ref();
        match inner.and_then(|inner| self.ledger.contain(Place::Construction, || inner.params())) {
            Some(params) => {
                let params = GuardedParams::new(params, Arc::clone(&self.ledger));
                ranges::remember::<P>(&params);
                Arc::new(params)
            }
            None => {
                self.ledger.stillborn.raise();
                Arc::new(NoParams)
            }
        }
    }

    #[cfg(feature = "editor")]
    fn editor(&mut self, async_executor: AsyncExecutor<Self>) -> Option<Self::Editor> {
        let inner = self.inner.as_mut()?;
        let executor = task::async_executor::<P>(async_executor, Arc::clone(&self.ledger));
        let (editor, end) = self.ledger.contain(Place::Window, || {
            let editor = inner.editor(executor)?;
            Some((editor, inner.window_end()))
        })??;
        let ledger = Arc::clone(&self.ledger);
        Some(editor::GuardedEditor::new(editor, end, ledger))
    }

    fn filter_state(state: &mut PluginState) {
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| P::filter_state(state))) {
            // Nothing of a half migrated state is applied. There is no instance here to tell; the
            // framework hands the fields to this instance's parameters next, on this thread.
            params::leave_stray(payload);
            state.params.clear();
            state.fields.clear();
        }
        ranges::confine::<P>(state);
    }

    fn activate(
        &mut self,
        audio_io_layout: &AudioIOLayout,
        buffer_config: &BufferConfig,
        context: &mut impl ActivateContext<Self>,
    ) -> bool {
        if self.ledger.stillborn.is_raised() {
            return false;
        }
        self.clears_main = audio_io_layout.main_input_channels.is_none();
        let activated = self.inner.as_mut().and_then(|inner| {
            self.ledger.contain(Place::Activation, || {
                inner.activate(
                    audio_io_layout,
                    buffer_config,
                    &mut Relay::<P, _>::new(context),
                )
            })
        });
        self.faulted = activated != Some(true);
        self.held.clear();
        if self.ledger.take_pending() {
            context.execute(GuardTask::deliver());
        }
        activated == Some(true)
    }

    fn reset(&mut self) {
        self.held.clear();
        self.render_call(Place::Reset, P::reset);
    }

    fn process(
        &mut self,
        buffer: &mut Buffer<'_>,
        aux: &mut AuxiliaryBuffers<'_>,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        if self.clears_main {
            silence(buffer);
        }
        let frames = u32::try_from(buffer.samples()).unwrap_or(u32::MAX);
        let mut status = None;
        if let Some(inner) = self.inner.as_mut().filter(|_| !self.faulted) {
            let mut relay =
                BlockRelay::new(context, &self.ledger, &mut self.held, buffer.samples());
            status = self.ledger.contain(Place::Process, || {
                if let Ok(inlet) = self.inlet.try_borrow() {
                    inner.begin_block(&inlet.facts(frames));
                }
                inner.process(buffer, aux, &mut relay)
            });
            drop(relay);
            self.faulted = status.is_none();
        }
        if let Ok(mut inlet) = self.inlet.try_borrow_mut() {
            inlet.pass(frames);
        }
        self.announce(context);
        status.unwrap_or_else(|| {
            silence(buffer);
            aux.outputs.iter_mut().for_each(silence);
            ProcessStatus::Normal
        })
    }

    fn stop_processing(&mut self) {
        self.render_call(Place::Stop, P::stop_processing);
    }

    fn deactivate(&mut self) {
        if let Some(inner) = &mut self.inner {
            let _counted = self
                .ledger
                .contain(Place::Deactivation, || inner.deactivate());
        }
    }

    fn setup_logger() -> Option<bool> {
        catch_unwind(P::setup_logger).unwrap_or(Some(false))
    }
}

impl<P: Boundary> ClapPlugin for Guarded<P> {
    const CLAP_ID: &'static str = P::CLAP_ID;
    const CLAP_DESCRIPTION: Option<&'static str> = P::CLAP_DESCRIPTION;
    const CLAP_MANUAL_URL: Option<&'static str> = P::CLAP_MANUAL_URL;
    const CLAP_SUPPORT_URL: Option<&'static str> = P::CLAP_SUPPORT_URL;
    const CLAP_FEATURES: &'static [ClapFeature] = P::CLAP_FEATURES;
    const CLAP_POLY_MODULATION_CONFIG: Option<PolyModulationConfig> =
        P::CLAP_POLY_MODULATION_CONFIG;

    fn remote_controls(&self, context: &mut impl RemoteControlsContext) {
        if let Some(inner) = &self.inner {
            let _counted = self
                .ledger
                .contain(Place::RemoteControls, || inner.remote_controls(context));
        }
    }
}

impl<P: Boundary> Drop for Guarded<P> {
    fn drop(&mut self) {
        let inner = self.inner.take();
        let _counted = self.ledger.contain(Place::Destruction, || drop(inner));
    }
}

impl<P: Boundary> std::fmt::Debug for Guarded<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guarded")
            .field("plugin", &P::NAME)
            .field("ledger", &self.ledger)
            .field("faulted", &self.faulted)
            .finish_non_exhaustive()
    }
}

/// Messages of one piece that find room beside those of the framework.
fn further_events<P: Boundary>() -> usize {
    if P::NOTE_PORTS > 1 {
        P::INPUT_EVENT_CAPACITY
    } else {
        0
    }
}

/// Writes zeros to every channel.
fn silence(buffer: &mut Buffer<'_>) {
    for channel in buffer.as_slice() {
        channel.fill(0.0);
    }
}
