//! The processor: setting up, and one block.
//!
//! Thread: main for the setup, render for blocks. Source: \[VST3\] ivstaudioprocessor.h.

use vst3::Steinberg::Vst::{
    IAudioProcessorTrait, ProcessData, ProcessSetup, SpeakerArrangement, kInfiniteTail,
};
use vst3::Steinberg::{kInvalidArgument, kResultOk, tresult};

use super::audio::{Bus, silence, tell_silence};
use super::binding::{Changes, FAILED, List, give, read, verdict};
use super::codes;
use super::component::Component;
use super::core::{Core, Render, Setup, lock};
use super::host::rendering;
use super::inbound::Tables;
use super::outbound::Outbound;
use super::plugin::Block;
use super::transport::{song, steady};
use crate::clap::quietly;
use crate::signals::Phase;

impl IAudioProcessorTrait for Component {
    unsafe fn setBusArrangements(
        &self,
        inputs: *mut SpeakerArrangement,
        input_count: i32,
        outputs: *mut SpeakerArrangement,
        output_count: i32,
    ) -> tresult {
        self.main(FAILED, |core| {
            // SAFETY: the host passes null or as many as it says.
            let inputs_fit = unsafe { fits(inputs, input_count, &core.inputs) };
            // SAFETY: as above.
            verdict(inputs_fit && unsafe { fits(outputs, output_count, &core.outputs) })
        })
    }

    unsafe fn getBusArrangement(
        &self,
        direction: i32,
        index: i32,
        arrangement: *mut SpeakerArrangement,
    ) -> tresult {
        self.main(FAILED, |core| {
            let Some(bus) = core.audio_bus(codes::AUDIO, direction, index) else {
                return kInvalidArgument;
            };
            // SAFETY: the host passes null or memory for one.
            unsafe { give(arrangement, bus.arrangement()) }
        })
    }

    unsafe fn canProcessSampleSize(&self, size: i32) -> tresult {
        verdict(size == codes::SAMPLES_32)
    }

    unsafe fn getLatencySamples(&self) -> u32 {
        self.main(0, |core| core.plugin.latency())
    }

    unsafe fn setupProcessing(&self, setup: *mut ProcessSetup) -> tresult {
        quietly(FAILED, || {
            // SAFETY: the host passes null or one.
            let Some(setup) = (unsafe { read(setup) }) else {
                return kInvalidArgument;
            };
            verdict(self.0.set_up(&setup))
        })
    }

    unsafe fn setProcessing(&self, state: u8) -> tresult {
        quietly(FAILED, || {
            rendering(|| {
                if state == 0 {
                    self.0.stop();
                } else {
                    self.0.start();
                }
            });
            kResultOk
        })
    }

    unsafe fn process(&self, data: *mut ProcessData) -> tresult {
        // SAFETY: the host passes null or one, which lives during the call.
        let Some(data) = (unsafe { data.as_ref() }) else {
            return kInvalidArgument;
        };
        // SAFETY: the host's block.
        let played = quietly(false, || rendering(|| unsafe { self.0.play(data) }));
        if !played {
            // SAFETY: the host's block, which nobody plays now.
            quietly((), || unsafe { silence(data) });
        }
        verdict(played)
    }

    /// An instrument rings for as long as nobody can say: hosts ask at a time of their choosing, so
    /// it is never told of an end.
    unsafe fn getTailSamples(&self) -> u32 {
        self.main(0, |core| {
            if core.note_inputs > 0 {
                kInfiniteTail
            } else {
                core.plugin.tail()
            }
        })
    }
}

impl Core {
    /// Takes what the host says before it activates; false if it cannot be had.
    fn set_up(&self, setup: &ProcessSetup) -> bool {
        let max_frames = u32::try_from(setup.maxSamplesPerBlock).unwrap_or(0);
        let is_possible = setup.symbolicSampleSize == codes::SAMPLES_32
            && self.facts.can_play_at(setup.sampleRate)
            && max_frames > 0;
        if is_possible {
            *lock(&self.setup) = Some(Setup {
                rate_hz: setup.sampleRate,
                max_frames,
            });
            if let Ok(mut render) = self.render.try_borrow_mut() {
                self.follow_mode(&mut render.is_offline, setup.processMode);
            }
        }
        is_possible
    }

    /// Tells the plug-in whether somebody listens, if that has changed.
    ///
    /// # Real-time
    /// Any thread. Wait-free: the boundary takes it from a block as well.
    fn follow_mode(&self, is_offline: &mut bool, mode: i32) {
        let now = mode == codes::OFFLINE;
        if std::mem::replace(is_offline, now) != now {
            self.plugin.set_offline(now);
            // The framework asks for an activation to tell it; the boundary has told it already.
            let _not_needed = self.host.restart.take();
        }
    }

    /// Processing begins; one that had begun begins anew.
    fn start(&self) {
        if self.phase.get() < Phase::Active {
            return;
        }
        if let Ok(mut render) = self.render.try_borrow_mut() {
            render.inbound.clear();
        }
        if self.is_processing.is_raised() {
            self.plugin.reset();
        } else if self.plugin.start() {
            self.is_processing.raise();
        }
    }

    /// Plays the host's block; false if it must be silent.
    ///
    /// # Safety
    /// `data` and everything it leads to are what the host says, during the call.
    ///
    /// # Real-time
    /// Render. Allocates nothing; bounded by the frames, channels and events of the block.
    unsafe fn play(&self, data: &ProcessData) -> bool {
        // While the memory is ours, nobody else renders.
        let Ok(mut render) = self.render.try_borrow_mut() else {
            return false;
        };
        if self.phase.get() < Phase::Active {
            return false;
        }
        let frames = u32::try_from(data.numSamples).unwrap_or(0);
        if frames > 0 {
            self.is_processing.raise();
        }
        let Render {
            ports,
            inbound,
            edits,
            told,
            long,
            steady: own_steady,
            rate_hz,
            is_offline,
        } = &mut *render;
        self.follow_mode(is_offline, data.processMode);
        // SAFETY: the host passes null or one.
        let context = unsafe { read(data.processContext) };
        let transport = context.map(|context| song(&context, *rate_hz));
        let steady_time = context.as_ref().and_then(steady).unwrap_or(*own_steady);
        let tables = Tables {
            params: &self.params,
            controllers: &self.controllers,
            programs: &self.programs,
            ports: self.note_inputs,
            is_ahead: matches!(data.processMode, codes::PREFETCH | codes::OFFLINE),
        };
        // SAFETY: the host passes null or an object that lives during the call.
        let changes = unsafe { Changes::new(data.inputParameterChanges) };
        // SAFETY: as above.
        let events = unsafe { List::new(data.inputEvents) };
        while let Ok((id, value)) = told.pop() {
            inbound.echoes.expect(id, value);
        }
        inbound.take(frames, changes, events, tables);
        if inbound.lost() > 0 {
            // SAFETY: our own instance, which lives here.
            unsafe { (self.facts.lose)(self.plugin.raw(), inbound.lost()) };
        }
        // SAFETY: the arrays are as long as the host says.
        unsafe { ports.take(data, &self.inputs, &self.outputs) };
        long.clear();
        let mut outbound = Outbound {
            // SAFETY: the host passes null or an object that lives during the call.
            events: unsafe { List::new(data.outputEvents) },
            // SAFETY: as above.
            changes: unsafe { Changes::new(data.outputParameterChanges) },
            params: &self.params,
            edits,
            has_edits: false,
            long,
        };
        let (inputs, outputs) = ports.both();
        let block = Block {
            steady_time,
            frames,
            transport: transport.as_ref(),
            inputs,
            outputs,
            events: &inbound.list(),
            answers: &outbound.list(),
        };
        // SAFETY: the host's ports, and lists of ours that live during the call.
        let played = unsafe { self.plugin.process(&block) };
        if outbound.has_edits {
            self.host.any.raise();
        }
        inbound.pass();
        if *rate_hz > 0.0 {
            inbound.echoes.pass(f64::from(frames) / *rate_hz);
        }
        *own_steady = steady_time.saturating_add(i64::from(frames));
        if played {
            // SAFETY: the host's block, which nobody writes now.
            unsafe { tell_silence(data, &self.outputs) };
        }
        played
    }
}

/// Whether arrangements have as many channels as our buses. A host that names the first of them only
/// leaves the others as they are.
///
/// # Safety
/// `arrangements` is null or leads to `count` of them.
unsafe fn fits(arrangements: *mut SpeakerArrangement, count: i32, buses: &[Bus]) -> bool {
    let named = usize::try_from(count).ok();
    let Some(named) = named.and_then(|count| buses.get(..count)) else {
        return false;
    };
    let is_there = named.is_empty() || !arrangements.is_null();
    is_there
        && named.iter().enumerate().all(|(index, bus)| {
            // SAFETY: there are as many as the host names, by our caller's promise.
            let arrangement = unsafe { read(arrangements.wrapping_add(index)) };
            arrangement.is_some_and(|it| it.count_ones() == bus.channels)
        })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use vst3::Steinberg::Vst::{Event, IEventList, IEventListTrait};
    use vst3::{Class, ComWrapper};

    use super::*;
    use crate::vst3::binding::{blank, no_event};
    use crate::vst3::fake;

    /// A list of so many notes.
    struct Notes(Cell<i32>);

    impl Class for Notes {
        type Interfaces = (IEventList,);
    }

    impl IEventListTrait for Notes {
        unsafe fn getEventCount(&self) -> i32 {
            self.0.get()
        }

        unsafe fn getEvent(&self, _index: i32, event: *mut Event) -> tresult {
            let mut note = no_event();
            note.__field0.noteOn.velocity = 1.0;
            // SAFETY: the component passes memory for one.
            unsafe { give(event, note) }
        }

        unsafe fn addEvent(&self, _event: *mut Event) -> tresult {
            kInvalidArgument
        }
    }

    #[test]
    fn events_that_find_no_room_are_counted() {
        let core = fake::core();
        // SAFETY: numbers only.
        let mut setup: ProcessSetup = unsafe { blank() };
        setup.sampleRate = 48_000.0;
        setup.maxSamplesPerBlock = 64;
        assert!(core.set_up(&setup) && core.wake());
        let room = i32::try_from(fake::FACTS.events + core.controllers.count() as usize).unwrap();
        let notes = ComWrapper::new(Notes(Cell::new(room + 5)));
        // SAFETY: numbers and null pointers.
        let mut data: ProcessData = unsafe { blank() };
        data.numSamples = 64;
        data.inputEvents = notes.as_com_ref::<IEventList>().unwrap().as_ptr();
        // SAFETY: a block without audio, with a list that lives.
        assert!(unsafe { core.play(&data) });
        assert_eq!(fake::lost(), 5);
        notes.0.set(room);
        // SAFETY: as above.
        assert!(unsafe { core.play(&data) });
        assert_eq!(fake::lost(), 5);
    }
}
