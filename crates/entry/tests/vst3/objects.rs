//! The host's objects: queues, lists, a stream, a handler, a frame with a run loop.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::rc::Rc;

use vst3::Class;
use vst3::Steinberg::Linux::{
    IEventHandler, IRunLoop, IRunLoopTrait, ITimerHandler, ITimerHandlerTrait,
};
use vst3::Steinberg::Vst::*;
use vst3::Steinberg::*;
use vst3::{ComPtr, ComRef, ComWrapper};

/// The values of one parameter.
pub(crate) struct Points {
    id: u32,
    points: RefCell<Vec<(i32, f64)>>,
}

impl Class for Points {
    type Interfaces = (IParamValueQueue,);
}

impl IParamValueQueueTrait for Points {
    unsafe fn getParameterId(&self) -> u32 {
        self.id
    }

    unsafe fn getPointCount(&self) -> i32 {
        self.points.borrow().len() as i32
    }

    unsafe fn getPoint(&self, index: i32, frame: *mut i32, value: *mut f64) -> tresult {
        let points = self.points.borrow();
        let Some((at, what)) = points.get(index as usize) else {
            return kInvalidArgument;
        };
        unsafe { frame.write(*at) };
        unsafe { value.write(*what) };
        kResultOk
    }

    unsafe fn addPoint(&self, frame: i32, value: f64, _index: *mut i32) -> tresult {
        self.points.borrow_mut().push((frame, value));
        kResultOk
    }
}

/// The parameters that change in a block.
#[derive(Default)]
pub(crate) struct Changes(RefCell<Vec<ComWrapper<Points>>>);

impl Class for Changes {
    type Interfaces = (IParameterChanges,);
}

impl Changes {
    /// Adds a queue of its own for each call, as hosts do for each parameter.
    pub(crate) fn add(&self, id: u32, points: &[(i32, f64)]) {
        let points = RefCell::new(points.to_vec());
        self.0
            .borrow_mut()
            .push(ComWrapper::new(Points { id, points }));
    }

    /// Everything that was added.
    pub(crate) fn all(&self) -> Vec<(u32, i32, f64)> {
        let queues = self.0.borrow();
        let all = queues.iter().flat_map(|queue| {
            let points = queue.points.borrow().clone();
            points
                .into_iter()
                .map(|(frame, value)| (queue.id, frame, value))
        });
        all.collect()
    }
}

impl IParameterChangesTrait for Changes {
    unsafe fn getParameterCount(&self) -> i32 {
        self.0.borrow().len() as i32
    }

    unsafe fn getParameterData(&self, index: i32) -> *mut IParamValueQueue {
        let queues = self.0.borrow();
        let queue = queues.get(index as usize);
        let queue = queue.and_then(|queue| queue.as_com_ref::<IParamValueQueue>());
        queue.map_or(std::ptr::null_mut(), |queue| queue.as_ptr())
    }

    unsafe fn addParameterData(&self, id: *const u32, _index: *mut i32) -> *mut IParamValueQueue {
        self.add(unsafe { *id }, &[]);
        let last = self.0.borrow().len() as i32 - 1;
        unsafe { self.getParameterData(last) }
    }
}

/// The events of a block.
#[derive(Default)]
pub(crate) struct Events(pub(crate) RefCell<Vec<Event>>);

impl Class for Events {
    type Interfaces = (IEventList,);
}

impl IEventListTrait for Events {
    unsafe fn getEventCount(&self) -> i32 {
        self.0.borrow().len() as i32
    }

    unsafe fn getEvent(&self, index: i32, event: *mut Event) -> tresult {
        let events = self.0.borrow();
        let Some(found) = events.get(index as usize) else {
            return kInvalidArgument;
        };
        unsafe { event.write(*found) };
        kResultOk
    }

    unsafe fn addEvent(&self, event: *mut Event) -> tresult {
        self.0.borrow_mut().push(unsafe { *event });
        kResultOk
    }
}

/// A saved state.
#[derive(Default)]
pub(crate) struct Stream {
    pub(crate) bytes: RefCell<Vec<u8>>,
    at: Cell<usize>,
    /// Most bytes of one call; 0 for any number.
    portion: usize,
}

impl Class for Stream {
    type Interfaces = (IBStream,);
}

impl Stream {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self {
            bytes: RefCell::new(bytes.to_vec()),
            ..Self::default()
        }
    }

    /// An empty one that moves not more bytes at once.
    pub(crate) fn in_portions(portion: usize) -> Self {
        Self {
            portion,
            ..Self::default()
        }
    }

    fn limited(&self, count: i32) -> usize {
        let count = count as usize;
        if self.portion == 0 {
            count
        } else {
            count.min(self.portion)
        }
    }
}

impl IBStreamTrait for Stream {
    unsafe fn read(&self, buffer: *mut c_void, count: i32, done: *mut i32) -> tresult {
        let bytes = self.bytes.borrow();
        let rest = &bytes[self.at.get()..];
        let count = self.limited(count).min(rest.len());
        unsafe { buffer.cast::<u8>().copy_from(rest.as_ptr(), count) };
        self.at.set(self.at.get() + count);
        unsafe { done.write(count as i32) };
        kResultOk
    }

    unsafe fn write(&self, buffer: *mut c_void, count: i32, done: *mut i32) -> tresult {
        let count = self.limited(count);
        let bytes = unsafe { std::slice::from_raw_parts(buffer.cast::<u8>(), count) };
        self.bytes.borrow_mut().extend_from_slice(bytes);
        unsafe { done.write(count as i32) };
        kResultOk
    }

    unsafe fn seek(&self, _at: i64, _mode: i32, _result: *mut i64) -> tresult {
        kNotImplemented
    }

    unsafe fn tell(&self, _at: *mut i64) -> tresult {
        kNotImplemented
    }
}

/// What the component tells its host, a line each.
#[derive(Default)]
pub(crate) struct Handler(pub(crate) Rc<RefCell<Vec<String>>>);

impl Class for Handler {
    type Interfaces = (IComponentHandler, IComponentHandler2, IUnitHandler);
}

impl Handler {
    fn note(&self, line: String) -> tresult {
        self.0.borrow_mut().push(line);
        kResultOk
    }
}

impl IComponentHandlerTrait for Handler {
    unsafe fn beginEdit(&self, id: u32) -> tresult {
        self.note(format!("begin {id}"))
    }

    unsafe fn performEdit(&self, id: u32, value: f64) -> tresult {
        self.note(format!("perform {id} {value}"))
    }

    unsafe fn endEdit(&self, id: u32) -> tresult {
        self.note(format!("end {id}"))
    }

    unsafe fn restartComponent(&self, flags: i32) -> tresult {
        self.note(format!("restart {flags}"))
    }
}

impl IComponentHandler2Trait for Handler {
    unsafe fn setDirty(&self, state: u8) -> tresult {
        self.note(format!("dirty {state}"))
    }

    unsafe fn requestOpenEditor(&self, _name: FIDString) -> tresult {
        kNotImplemented
    }

    unsafe fn startGroupEdit(&self) -> tresult {
        kResultOk
    }

    unsafe fn finishGroupEdit(&self) -> tresult {
        kResultOk
    }
}

impl IUnitHandlerTrait for Handler {
    unsafe fn notifyUnitSelection(&self, _unit: i32) -> tresult {
        kResultOk
    }

    unsafe fn notifyProgramListChange(&self, list: i32, program: i32) -> tresult {
        self.note(format!("list {list} {program}"))
    }
}

/// A frame of a view, with the timers of a run loop.
#[derive(Default)]
pub(crate) struct Frame {
    pub(crate) timers: RefCell<Vec<ComPtr<ITimerHandler>>>,
    pub(crate) sizes: RefCell<Vec<(i32, i32)>>,
    pub(crate) refuses: Cell<bool>,
}

impl Class for Frame {
    type Interfaces = (IPlugFrame, IRunLoop);
}

impl Frame {
    /// One turn of the run loop.
    pub(crate) fn turn(&self) {
        let timers = self.timers.borrow().clone();
        for timer in timers {
            unsafe { timer.onTimer() };
        }
    }
}

impl IPlugFrameTrait for Frame {
    unsafe fn resizeView(&self, view: *mut IPlugView, rect: *mut ViewRect) -> tresult {
        let size = unsafe { *rect };
        self.sizes.borrow_mut().push((size.right, size.bottom));
        if self.refuses.get() {
            return kResultFalse;
        }
        let view = unsafe { ComRef::from_raw(view) }.unwrap();
        unsafe { view.onSize(rect) }
    }
}

impl IRunLoopTrait for Frame {
    unsafe fn registerEventHandler(&self, _handler: *mut IEventHandler, _fd: i32) -> tresult {
        kNotImplemented
    }

    unsafe fn unregisterEventHandler(&self, _handler: *mut IEventHandler) -> tresult {
        kNotImplemented
    }

    unsafe fn registerTimer(&self, handler: *mut ITimerHandler, period_ms: u64) -> tresult {
        assert!(period_ms > 0);
        let handler = unsafe { ComRef::from_raw(handler) }.unwrap();
        self.timers.borrow_mut().push(handler.to_com_ptr());
        kResultOk
    }

    unsafe fn unregisterTimer(&self, handler: *mut ITimerHandler) -> tresult {
        let mut timers = self.timers.borrow_mut();
        let place = timers.iter().position(|timer| timer.as_ptr() == handler);
        timers.remove(place.expect("a timer that was registered"));
        kResultOk
    }
}
