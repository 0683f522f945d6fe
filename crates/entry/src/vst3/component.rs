//! The component: one object for processor and controller, its buses, activation and state.
//!
//! Thread: main. Source: \[VST3\] ipluginbase.h, ivstcomponent.h.

use std::sync::Arc;

use vst3::Class;
use vst3::Steinberg::Vst::{
    BusInfo, IAudioProcessor, IComponent, IComponentTrait, IEditController, IEditController2,
    IMidiMapping, INoteExpressionController, IPrefetchableSupport, IPrefetchableSupportTrait,
    IProcessContextRequirements, IProcessContextRequirementsTrait, IUnitInfo, RoutingInfo,
};
use vst3::Steinberg::{
    FUnknown, IBStream, IPluginBaseTrait, TUID, kInvalidArgument, kNoInterface, kNotImplemented,
    kResultFalse, kResultOk, tresult,
};

use super::audio::Bus;
use super::binding::{FAILED, blank, give, verdict};
use super::codes;
use super::controllers::CHANNELS;
use super::core::{Core, lock};
use super::stream::{as_clap, read_all, write_all};
use super::tend::Moment;
use super::text::write_wide;
use crate::clap::quietly;
use crate::signals::Phase;

/// What a host holds.
pub(super) struct Component(pub(super) Arc<Core>);

impl Class for Component {
    type Interfaces = (
        IComponent,
        IAudioProcessor,
        IEditController,
        IEditController2,
        IMidiMapping,
        IUnitInfo,
        INoteExpressionController,
        IProcessContextRequirements,
        IPrefetchableSupport,
    );
}

impl Component {
    /// Answers a question on the main thread; `failure` if something panics on the way.
    pub(super) fn main<R>(&self, failure: R, call: impl FnOnce(&Core) -> R) -> R {
        self.within(Moment::Busy, failure, call)
    }

    /// As [`main`](Self::main), for calls after which the host takes news.
    pub(super) fn calm<R>(&self, failure: R, call: impl FnOnce(&Core) -> R) -> R {
        self.within(Moment::Calm, failure, call)
    }

    fn within<R>(&self, moment: Moment, failure: R, call: impl FnOnce(&Core) -> R) -> R {
        quietly(failure, || {
            let answer = call(&self.0);
            self.0.tend(moment);
            answer
        })
    }
}

impl IPluginBaseTrait for Component {
    unsafe fn initialize(&self, _context: *mut FUnknown) -> tresult {
        quietly(FAILED, || {
            self.0.host.main.take_this();
            kResultOk
        })
    }

    unsafe fn terminate(&self) -> tresult {
        quietly(FAILED, || {
            let core = &self.0;
            #[cfg(feature = "editor")]
            core.close_window();
            core.rest();
            let handler = lock(&core.links).handler.take();
            drop(handler);
            kResultOk
        })
    }
}

impl IComponentTrait for Component {
    /// There is no other class: the controller is this object.
    unsafe fn getControllerClassId(&self, _class: *mut TUID) -> tresult {
        kNoInterface
    }

    unsafe fn setIoMode(&self, _mode: i32) -> tresult {
        kResultOk
    }

    unsafe fn getBusCount(&self, media: i32, direction: i32) -> i32 {
        self.main(0, |core| core.bus_count(media, direction))
    }

    unsafe fn getBusInfo(
        &self,
        media: i32,
        direction: i32,
        index: i32,
        info: *mut BusInfo,
    ) -> tresult {
        self.main(FAILED, |core| {
            let Some(bus) = core.bus_info(media, direction, index) else {
                return kInvalidArgument;
            };
            // SAFETY: the host passes null or memory for one.
            unsafe { give(info, bus) }
        })
    }

    unsafe fn getRoutingInfo(
        &self,
        _input: *mut RoutingInfo,
        _output: *mut RoutingInfo,
    ) -> tresult {
        kNotImplemented
    }

    unsafe fn activateBus(&self, media: i32, direction: i32, index: i32, state: u8) -> tresult {
        self.main(FAILED, |core| {
            if !(0..core.bus_count(media, direction)).contains(&index) {
                return kInvalidArgument;
            }
            if let Some(bus) = core.audio_bus(media, direction, index) {
                if state == 0 {
                    let _was_active = bus.active.take();
                } else {
                    bus.active.raise();
                }
            }
            kResultOk
        })
    }

    /// Nothing is told to the host within this call: it asks for the latency by itself afterwards.
    unsafe fn setActive(&self, state: u8) -> tresult {
        quietly(FAILED, || {
            self.0.rest();
            verdict(state == 0 || self.0.wake())
        })
    }

    unsafe fn setState(&self, state: *mut IBStream) -> tresult {
        quietly(FAILED, || {
            // SAFETY: the host passes null or a stream that lives during the call.
            let Some(bytes) = (unsafe { read_all(state) }) else {
                return kResultFalse;
            };
            if bytes.is_empty() || !self.0.plugin.load(&as_clap(bytes)) {
                return kResultFalse;
            }
            self.0.params.read(&self.0.plugin);
            self.0.read_programs();
            kResultOk
        })
    }

    unsafe fn getState(&self, state: *mut IBStream) -> tresult {
        self.calm(FAILED, |core| {
            let Some(bytes) = core.plugin.save() else {
                return kResultFalse;
            };
            // SAFETY: the host passes null or a stream that lives during the call.
            verdict(unsafe { write_all(state, &bytes) })
        })
    }
}

impl IProcessContextRequirementsTrait for Component {
    unsafe fn getProcessContextRequirements(&self) -> u32 {
        codes::CONTEXT_NEEDS
    }
}

impl IPrefetchableSupportTrait for Component {
    unsafe fn getPrefetchableSupport(&self, support: *mut u32) -> tresult {
        // SAFETY: the host passes null or memory for one.
        unsafe { give(support, codes::YET_PREFETCHABLE) }
    }
}

impl Core {
    fn bus_count(&self, media: i32, direction: i32) -> i32 {
        let count = match (media, direction) {
            (codes::AUDIO, codes::INPUT) => self.inputs.len(),
            (codes::AUDIO, codes::OUTPUT) => self.outputs.len(),
            (codes::EVENTS, codes::INPUT) => self.note_inputs as usize,
            (codes::EVENTS, codes::OUTPUT) => usize::from(self.note_outputs > 0),
            _ => 0,
        };
        i32::try_from(count).unwrap_or(0)
    }

    /// The audio bus, if it is one.
    pub(super) fn audio_bus(&self, media: i32, direction: i32, index: i32) -> Option<&Bus> {
        let buses = match (media, direction) {
            (codes::AUDIO, codes::INPUT) => &self.inputs,
            (codes::AUDIO, codes::OUTPUT) => &self.outputs,
            _ => return None,
        };
        buses.get(usize::try_from(index).ok()?)
    }

    fn bus_info(&self, media: i32, direction: i32, index: i32) -> Option<BusInfo> {
        if !(0..self.bus_count(media, direction)).contains(&index) {
            return None;
        }
        if let Some(bus) = self.audio_bus(media, direction, index) {
            return Some(bus.info(direction, usize::try_from(index).ok()?));
        }
        // SAFETY: numbers and arrays of numbers.
        let mut info: BusInfo = unsafe { blank() };
        info.mediaType = codes::EVENTS;
        info.direction = direction;
        info.channelCount = i32::try_from(CHANNELS).unwrap_or(0);
        info.busType = codes::MAIN_BUS;
        info.flags = codes::ACTIVE_BY_DEFAULT;
        let name = match (direction, self.note_inputs) {
            (codes::OUTPUT, _) => "Note Output".to_owned(),
            (_, 1) => "Note Input".to_owned(),
            _ => format!("Group {}", index + 1),
        };
        write_wide(&mut info.name, &name);
        Some(info)
    }

    /// Shows the programs that a project has brought: nobody sends them.
    fn read_programs(&self) {
        // SAFETY: the instance lives as long as its holder.
        let programs = unsafe { (self.facts.programs)(self.plugin.raw()) };
        for (channel, program) in (0..).zip(programs) {
            let program = u16::from(program & 0x7F);
            self.controllers.set_program(0, channel, program);
        }
    }

    /// Activates as the host has set it up; false if it has not, or the plug-in cannot.
    pub(super) fn wake(&self) -> bool {
        let Some(setup) = *lock(&self.setup) else {
            return false;
        };
        if let Ok(mut render) = self.render.try_borrow_mut() {
            render.inbound.clear();
            render.rate_hz = setup.rate_hz;
            render.steady = 0;
        }
        let active = self.plugin.activate(setup.rate_hz, setup.max_frames);
        let _told_by_itself = (self.host.latency.take(), self.host.restart.take());
        if active {
            self.phase.set(Phase::Active);
        }
        active
    }

    /// Deactivates, if it is active.
    pub(super) fn rest(&self) {
        self.stop();
        if self.phase.get() == Phase::Active {
            self.phase.set(Phase::Ready);
            self.plugin.deactivate();
        }
    }

    /// Stops processing; what the host has set meanwhile, and no block has brought, holds from then
    /// on.
    pub(super) fn stop(&self) {
        if !self.is_processing.take() {
            return;
        }
        self.plugin.stop();
        for param in self.params.list() {
            if param.waits.take() {
                self.flush(Some((param.id, param.plain(param.shown.get()))));
            }
        }
    }
}
