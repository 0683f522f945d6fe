//! A component with a host's objects around it, and blocks for it to play.

use std::cell::RefCell;
use std::ffi::c_void;
use std::ptr;
use std::rc::Rc;

use vst3::Steinberg::Vst::*;
use vst3::Steinberg::*;
use vst3::{ComPtr, ComWrapper, Interface};

use crate::objects::{Changes, Events, Handler, Stream};
use crate::recorder::{Recorder, SharedLog, last_log};

pub(crate) const FRAMES: i32 = 64;
pub(crate) const RATE_HZ: f64 = 48_000.0;

/// The factory as a host gets it.
pub(crate) fn factory() -> ComPtr<IPluginFactory3> {
    let raw = dmus_entry::vst3_factory::<Recorder>().cast::<IPluginFactory>();
    let factory = unsafe { ComPtr::from_raw(raw) }.unwrap();
    factory.cast::<IPluginFactory3>().unwrap()
}

/// One component.
pub(crate) struct Rig {
    pub(crate) component: ComPtr<IComponent>,
    pub(crate) processor: ComPtr<IAudioProcessor>,
    pub(crate) controller: ComPtr<IEditController>,
    pub(crate) log: SharedLog,
    /// What the component told its host.
    pub(crate) told: Rc<RefCell<Vec<String>>>,
    _handler: ComWrapper<Handler>,
}

impl Rig {
    /// As a host has it before it sets anything up.
    pub(crate) fn new() -> Self {
        let factory = factory();
        let mut info = unsafe { std::mem::zeroed::<PClassInfo>() };
        assert_eq!(unsafe { factory.getClassInfo(0, &raw mut info) }, kResultOk);
        let mut object = ptr::null_mut::<c_void>();
        let result = unsafe {
            factory.createInstance(
                info.cid.as_ptr(),
                IComponent::IID.as_ptr().cast(),
                &raw mut object,
            )
        };
        assert_eq!(result, kResultOk);
        let component = unsafe { ComPtr::from_raw(object.cast::<IComponent>()) }.unwrap();
        assert_eq!(unsafe { component.initialize(ptr::null_mut()) }, kResultOk);
        let handler = ComWrapper::new(Handler::default());
        let controller = component.cast::<IEditController>().unwrap();
        let raw = handler.as_com_ref::<IComponentHandler>().unwrap().as_ptr();
        assert_eq!(unsafe { controller.setComponentHandler(raw) }, kResultOk);
        Self {
            processor: component.cast().unwrap(),
            controller,
            component,
            log: last_log(),
            told: Rc::clone(&handler.0),
            _handler: handler,
        }
    }

    /// Set up and active.
    pub(crate) fn active() -> Self {
        let rig = Self::new();
        assert_eq!(rig.set_up(0), kResultOk);
        assert_eq!(unsafe { rig.component.setActive(1) }, kResultOk);
        rig
    }

    /// Ready for blocks.
    pub(crate) fn playing() -> Self {
        let rig = Self::active();
        assert_eq!(unsafe { rig.processor.setProcessing(1) }, kResultOk);
        rig
    }

    pub(crate) fn set_up(&self, mode: i32) -> tresult {
        let mut setup = ProcessSetup {
            processMode: mode,
            symbolicSampleSize: 0,
            maxSamplesPerBlock: FRAMES,
            sampleRate: RATE_HZ,
        };
        unsafe { self.processor.setupProcessing(&raw mut setup) }
    }

    /// Another interface of the component.
    pub(crate) fn cast<I: Interface>(&self) -> ComPtr<I> {
        self.component.cast().unwrap()
    }

    /// The parameter of a controller.
    pub(crate) fn assigned(&self, bus: i32, channel: i16, number: i16) -> u32 {
        let mapping = self.cast::<IMidiMapping>();
        let mut id = 0;
        let result =
            unsafe { mapping.getMidiControllerAssignment(bus, channel, number, &raw mut id) };
        assert_eq!(result, kResultOk);
        id
    }

    /// What a host is told of a parameter.
    pub(crate) fn info(&self, index: i32) -> Option<ParameterInfo> {
        let mut info = unsafe { std::mem::zeroed::<ParameterInfo>() };
        let result = unsafe { self.controller.getParameterInfo(index, &raw mut info) };
        (result == kResultOk).then_some(info)
    }

    /// The parameter with this title.
    pub(crate) fn titled(&self, title: &str) -> ParameterInfo {
        let count = unsafe { self.controller.getParameterCount() };
        let mut all = (0..count).filter_map(|index| self.info(index));
        all.find(|info| wide(&info.title) == title).unwrap()
    }

    pub(crate) fn value(&self, id: u32) -> f64 {
        unsafe { self.controller.getParamNormalized(id) }
    }

    /// Plays one block.
    pub(crate) fn block(&self, block: &mut Block) -> tresult {
        let mut data = block.data();
        unsafe { self.processor.process(&raw mut data) }
    }

    /// Plays a block with these changes and events.
    pub(crate) fn play(&self, changes: &[(u32, &[(i32, f64)])], events: &[Event]) -> Block {
        let mut block = Block::new(&[2, 2, 2]);
        for (id, points) in changes {
            block.changes.add(*id, points);
        }
        block.events.0.borrow_mut().extend_from_slice(events);
        assert_eq!(self.block(&mut block), kResultOk);
        block
    }

    /// What reached the plug-in, in words, and forgets it.
    pub(crate) fn heard(&self) -> Vec<String> {
        let mut log = self.log.lock().unwrap();
        let lines = log.lines();
        log.events.clear();
        log.ported.clear();
        lines
    }

    pub(crate) fn save(&self) -> Vec<u8> {
        let stream = ComWrapper::new(Stream::default());
        let raw = stream.as_com_ref::<IBStream>().unwrap().as_ptr();
        assert_eq!(unsafe { self.component.getState(raw) }, kResultOk);
        stream.bytes.take()
    }

    pub(crate) fn load(&self, bytes: &[u8]) -> tresult {
        let stream = ComWrapper::new(Stream::of(bytes));
        let raw = stream.as_com_ref::<IBStream>().unwrap().as_ptr();
        unsafe { self.component.setState(raw) }
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        unsafe { self.component.setActive(0) };
        unsafe { self.component.terminate() };
    }
}

/// A text of the component's.
pub(crate) fn wide(text: &[u16]) -> String {
    let end = text.iter().position(|unit| *unit == 0).unwrap();
    String::from_utf16(&text[..end]).unwrap()
}

/// One block of the host's, with memory for some buses.
pub(crate) struct Block {
    pub(crate) frames: i32,
    pub(crate) changes: ComWrapper<Changes>,
    pub(crate) events: ComWrapper<Events>,
    pub(crate) out_changes: ComWrapper<Changes>,
    pub(crate) out_events: ComWrapper<Events>,
    pub(crate) context: Option<ProcessContext>,
    /// Samples by bus and channel.
    pub(crate) samples: Vec<Vec<Vec<f32>>>,
    pub(crate) pointers: Vec<Vec<*mut f32>>,
    pub(crate) buses: Vec<AudioBusBuffers>,
}

impl Block {
    /// A block with buses of so many channels, each sample 9.
    pub(crate) fn new(channels: &[usize]) -> Self {
        let bus = |count: &usize| vec![vec![9.0_f32; FRAMES as usize]; *count];
        let mut samples: Vec<_> = channels.iter().map(bus).collect();
        let pointers = samples.iter_mut().map(|bus| {
            let channels = bus.iter_mut().map(Vec::as_mut_ptr);
            channels.collect::<Vec<_>>()
        });
        let mut pointers: Vec<_> = pointers.collect();
        let buses = pointers.iter_mut().map(|channels| AudioBusBuffers {
            numChannels: channels.len() as i32,
            silenceFlags: 0,
            __field0: AudioBusBuffers__type0 {
                channelBuffers32: channels.as_mut_ptr(),
            },
        });
        Self {
            frames: FRAMES,
            changes: ComWrapper::new(Changes::default()),
            events: ComWrapper::new(Events::default()),
            out_changes: ComWrapper::new(Changes::default()),
            out_events: ComWrapper::new(Events::default()),
            context: None,
            buses: buses.collect(),
            samples,
            pointers,
        }
    }

    pub(crate) fn data(&mut self) -> ProcessData {
        ProcessData {
            processMode: 0,
            symbolicSampleSize: 0,
            numSamples: self.frames,
            numInputs: 0,
            numOutputs: self.buses.len() as i32,
            inputs: ptr::null_mut(),
            outputs: self.buses.as_mut_ptr(),
            inputParameterChanges: self.changes.as_com_ref().unwrap().as_ptr(),
            outputParameterChanges: self.out_changes.as_com_ref().unwrap().as_ptr(),
            inputEvents: self.events.as_com_ref().unwrap().as_ptr(),
            outputEvents: self.out_events.as_com_ref().unwrap().as_ptr(),
            processContext: self.context.as_mut().map_or(ptr::null_mut(), ptr::from_mut),
        }
    }
}

/// An event at a frame of a bus, with nothing in it.
pub(crate) fn event(bus: i32, frame: i32, kind: u16) -> Event {
    let mut event = unsafe { std::mem::zeroed::<Event>() };
    event.busIndex = bus;
    event.sampleOffset = frame;
    event.r#type = kind;
    event
}

pub(crate) fn on(bus: i32, frame: i32, channel: i16, key: i16, id: i32) -> Event {
    let mut event = event(bus, frame, 0);
    event.__field0.noteOn = NoteOnEvent {
        channel,
        pitch: key,
        tuning: 0.0,
        velocity: 0.5,
        length: 0,
        noteId: id,
    };
    event
}

pub(crate) fn off(bus: i32, frame: i32, channel: i16, key: i16, id: i32) -> Event {
    let mut event = event(bus, frame, 1);
    event.__field0.noteOff = NoteOffEvent {
        channel,
        pitch: key,
        velocity: 0.25,
        noteId: id,
        tuning: 0.0,
    };
    event
}

pub(crate) fn expression(bus: i32, frame: i32, kind: u32, id: i32, value: f64) -> Event {
    let mut event = event(bus, frame, 4);
    event.__field0.noteExpressionValue = NoteExpressionValueEvent {
        typeId: kind,
        noteId: id,
        value,
    };
    event
}
