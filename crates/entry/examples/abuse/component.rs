//! One VST3 component, and everything that is done to it.
//!
//! Source: \[VST3\] ivstcomponent.h, ivstaudioprocessor.h, ivsteditcontroller.h, ivstunits.h.

use std::ffi::c_void;
use std::ptr;

use vst3::Steinberg::Vst::*;
use vst3::Steinberg::*;
use vst3::{ComPtr, ComWrapper};

use super::Failure;
use super::blocks::{MOST_FRAMES, Memory};
use super::chance::Chance;
use super::objects::{Changes, Events, Handler, Stream};
use super::tally::Tally;

/// All sound off, in all channels of the first group, asks the mapping for this number.
const ALL_SOUND_OFF: i16 = 120;

/// Blocks of 512 frames after which every effect has ended: a little more than a minute.
const LONGEST_TAIL_BLOCKS: u32 = 6_000;

/// A component in the hands of this host.
pub(crate) struct Component {
    component: ComPtr<IComponent>,
    processor: ComPtr<IAudioProcessor>,
    controller: ComPtr<IEditController>,
    units: ComPtr<IUnitInfo>,
    mapping: ComPtr<IMidiMapping>,
    handler: ComWrapper<Handler>,
    params: Vec<ParamID>,
    memory: Memory,
    state: Vec<u8>,
}

/// Calls a function of the component and counts it.
macro_rules! call {
    ($tally:ident, $object:expr, $function:ident($($argument:expr),*)) => {{
        $tally.call(concat!("vst3 ", stringify!($function)));
        // SAFETY: the component's own function; what it gets is what a careless host passes, and
        // memory of ours where there is any.
        unsafe { $object.$function($($argument),*) }
    }};
}

impl Component {
    /// Makes and initialises one.
    pub(crate) fn create(
        factory: &ComPtr<IPluginFactory>,
        tally: &mut Tally,
    ) -> Result<Self, Failure> {
        // SAFETY: a description of zeros is one.
        let mut info: PClassInfo = unsafe { std::mem::zeroed() };
        call!(tally, factory, getClassInfo(0, &raw mut info));
        let mut object = ptr::null_mut::<c_void>();
        let wanted = <IComponent as vst3::Interface>::IID;
        let class = info.cid.as_ptr();
        call!(
            tally,
            factory,
            createInstance(class, wanted.as_ptr().cast(), &raw mut object)
        );
        // SAFETY: null, or a component with one reference for us.
        let component = unsafe { ComPtr::from_raw(object.cast::<IComponent>()) };
        let component = component.ok_or("a component was refused")?;
        if call!(tally, component, initialize(ptr::null_mut())) != kResultOk {
            return Err("a component does not initialise".into());
        }
        let controller = component.cast::<IEditController>().ok_or("no controller")?;
        let handler = ComWrapper::new(Handler::default());
        if let Some(raw) = handler.as_com_ref::<IComponentHandler>() {
            call!(tally, controller, setComponentHandler(raw.as_ptr()));
        }
        let count = call!(tally, controller, getParameterCount());
        let params = (0..count).filter_map(|index| {
            // SAFETY: a description of zeros is one.
            let mut info: ParameterInfo = unsafe { std::mem::zeroed() };
            let got = call!(tally, controller, getParameterInfo(index, &raw mut info));
            (got == kResultOk).then_some(info.id)
        });
        Ok(Self {
            params: params.collect(),
            processor: component.cast().ok_or("no processor")?,
            units: component.cast().ok_or("no units")?,
            mapping: component.cast().ok_or("no mapping")?,
            controller,
            component,
            handler,
            memory: Memory::new(),
            state: Vec::new(),
        })
    }

    /// Something, at random.
    pub(crate) fn suffer(&mut self, chance: &mut Chance, tally: &mut Tally) {
        match chance.below(1_000) {
            0..400 => self.block(chance, tally),
            400..640 => self.ask_parameters(chance, tally),
            640..760 => self.ask_buses(chance, tally),
            760..860 => self.ask_units(chance, tally),
            860..880 => self.save(chance, tally),
            880..900 => self.load(chance, tally),
            900..960 => {
                let state = chance.of([1, 1, 1, 1, 0, 7]);
                call!(tally, self.processor, setProcessing(state));
            }
            960..966 => self.set_up(chance, tally),
            966..980 => {
                let state = chance.of([1, 1, 1, 1, 1, 0]);
                call!(tally, self.component, setActive(state));
            }
            980..984 => self.view(chance, tally),
            _ => self.ask_rest(chance, tally),
        }
        // What it told is not read here.
        self.handler.0.borrow_mut().clear();
    }

    fn set_up(&self, chance: &mut Chance, tally: &mut Tally) {
        let wrong = chance.of([0.0, -1.0, f64::NAN, f64::INFINITY, 48_000.0]);
        let mut setup = ProcessSetup {
            // Never offline: a block would wait for banks, as it should.
            processMode: chance.of([0, 0, 1, 9]),
            symbolicSampleSize: chance.of([0, 0, 0, 0, 1, 7]),
            maxSamplesPerBlock: chance.of([64, 512, 8_192, 0, -1, i32::MAX]),
            sampleRate: chance.of([48_000.0, 44_100.0, 96_000.0, wrong]),
        };
        call!(tally, self.component, setActive(0));
        call!(tally, self.processor, setupProcessing(&raw mut setup));
        call!(tally, self.component, setActive(1));
    }

    fn param(&self, chance: &mut Chance) -> ParamID {
        let index = usize::try_from(chance.below(self.params.len() as u64)).unwrap_or(0);
        match self.params.get(index) {
            Some(id) if !chance.one_in(10) => *id,
            _ => chance.next().to_le_bytes()[0].into(),
        }
    }

    /// One block, or none.
    fn block(&mut self, chance: &mut Chance, tally: &mut Tally) {
        let frames = match chance.below(500) {
            0 => i32::try_from(MOST_FRAMES).unwrap_or(0),
            1..20 => 1_000,
            20..40 => 0,
            40 => -5,
            _ => i32::try_from(chance.below(65)).unwrap_or(0),
        };
        let changes = ComWrapper::new(Changes::default());
        for _ in 0..chance.below(4) {
            let points: Vec<(i32, f64)> = (0..chance.below(4))
                .map(|_| (frame(chance, frames), chance.value()))
                .collect();
            changes.add(self.param(chance), &points);
        }
        let events = ComWrapper::new(Events::default());
        let long = [0xF0_u8, 0x7E, 0x7F, 0x09, 0x01, 0xF7];
        let many = if chance.one_in(5_000) {
            100_000
        } else {
            chance.below(5)
        };
        for _ in 0..many {
            events.0.borrow_mut().push(event(chance, frames, &long));
        }
        let mut outputs = self.memory.outputs(chance);
        let mut buses = outputs.buses();
        let mut context = context(chance);
        let mut data = ProcessData {
            processMode: 0,
            symbolicSampleSize: chance.of([0, 0, 0, 0, 0, 0, 0, 1]),
            numSamples: frames,
            numInputs: 0,
            numOutputs: i32::try_from(buses.len()).unwrap_or(0),
            inputs: ptr::null_mut(),
            outputs: if chance.one_in(50) {
                ptr::null_mut()
            } else {
                buses.as_mut_ptr()
            },
            inputParameterChanges: some(chance, changes.as_com_ref().map(|it| it.as_ptr())),
            outputParameterChanges: ptr::null_mut(),
            inputEvents: some(chance, events.as_com_ref().map(|it| it.as_ptr())),
            outputEvents: ptr::null_mut(),
            processContext: if chance.one_in(3) {
                ptr::null_mut()
            } else {
                &raw mut context
            },
        };
        if data.symbolicSampleSize == 1 {
            // Memory for numbers of that size there is none.
            data.outputs = ptr::null_mut();
        }
        let data = if chance.one_in(300) {
            ptr::null_mut()
        } else {
            &raw mut data
        };
        call!(tally, self.processor, process(data));
        if self.memory.take_sound() {
            tally.note("vst3 blocks that sounded");
        }
    }

    fn ask_parameters(&self, chance: &mut Chance, tally: &mut Tally) {
        let id = self.param(chance);
        let controller = &self.controller;
        let mut text: String128 = [0; 128];
        match chance.below(6) {
            0 => {
                call!(tally, controller, getParamNormalized(id));
            }
            1 => {
                call!(tally, controller, setParamNormalized(id, chance.value()));
            }
            2 => {
                let target = if chance.one_in(10) {
                    ptr::null_mut()
                } else {
                    &raw mut text
                };
                call!(
                    tally,
                    controller,
                    getParamStringByValue(id, chance.value(), target)
                );
            }
            3 => {
                let typed = chance.of(["", "-6 dB", "off", "C4", "120 ms", "1e400"]);
                for (unit, target) in typed.encode_utf16().zip(&mut text) {
                    *target = unit;
                }
                let mut value = 0.0;
                let typed = if chance.one_in(10) {
                    ptr::null_mut()
                } else {
                    text.as_mut_ptr()
                };
                call!(
                    tally,
                    controller,
                    getParamValueByString(id, typed, &raw mut value)
                );
            }
            4 => {
                // SAFETY: a description of zeros is one.
                let mut info: ParameterInfo = unsafe { std::mem::zeroed() };
                let info = if chance.one_in(10) {
                    ptr::null_mut()
                } else {
                    &raw mut info
                };
                let index = chance.of([0, 100, 100_000, -1, i32::MIN]);
                call!(tally, controller, getParameterInfo(index, info));
            }
            _ => {
                call!(
                    tally,
                    controller,
                    normalizedParamToPlain(id, chance.value())
                );
                call!(
                    tally,
                    controller,
                    plainParamToNormalized(id, chance.value())
                );
            }
        }
    }

    fn ask_buses(&self, chance: &mut Chance, tally: &mut Tally) {
        let media = chance.of([0, 1, 2, -1]);
        let direction = chance.of([0, 1, 2]);
        let index = chance.of([0, 1, 3, 4, -1, i32::MAX]);
        call!(tally, self.component, getBusCount(media, direction));
        // SAFETY: a description of zeros is one.
        let mut info: BusInfo = unsafe { std::mem::zeroed() };
        let info = if chance.one_in(10) {
            ptr::null_mut()
        } else {
            &raw mut info
        };
        call!(
            tally,
            self.component,
            getBusInfo(media, direction, index, info)
        );
        // Mostly on: a host that never listens hears nothing.
        let state = chance.of([1, 1, 1, 0]);
        call!(
            tally,
            self.component,
            activateBus(media, direction, index, state)
        );
        let mut arrangement = chance.of([3, 0, 1, u64::MAX]);
        let arrangement = if chance.one_in(4) {
            ptr::null_mut()
        } else {
            &raw mut arrangement
        };
        let count = chance.of([0, 1, -1]);
        // As many as there is memory for.
        let count = if arrangement.is_null() { 0 } else { count };
        call!(
            tally,
            self.processor,
            setBusArrangements(ptr::null_mut(), 0, arrangement, count)
        );
    }

    fn ask_units(&self, chance: &mut Chance, tally: &mut Tally) {
        let units = &self.units;
        let index = chance.of([0, 3, 15, 16, -1, i32::MAX]);
        call!(tally, units, getUnitCount());
        // SAFETY: a description of zeros is one.
        let mut unit: UnitInfo = unsafe { std::mem::zeroed() };
        let unit = if chance.one_in(10) {
            ptr::null_mut()
        } else {
            &raw mut unit
        };
        call!(tally, units, getUnitInfo(index, unit));
        let mut name: String128 = [0; 128];
        let name = if chance.one_in(10) {
            ptr::null_mut()
        } else {
            &raw mut name
        };
        let program = chance.of([0, 127, 128, -1]);
        call!(tally, units, getProgramName(index, program, name));
        let mut id = 0;
        let id = if chance.one_in(10) {
            ptr::null_mut()
        } else {
            &raw mut id
        };
        let (bus, channel, number) = (
            chance.of([0, 3, 4, -1]),
            chance.of([0, 15, 16, -1]),
            chance.of([7, 129, 130, 500, -1]),
        );
        call!(
            tally,
            self.mapping,
            getMidiControllerAssignment(bus, channel, number, id)
        );
    }

    fn ask_rest(&self, chance: &mut Chance, tally: &mut Tally) {
        call!(tally, self.processor, getLatencySamples());
        call!(tally, self.processor, getTailSamples());
        let size = chance.of([0, 1, 9]);
        call!(tally, self.processor, canProcessSampleSize(size));
        let mode = chance.of([0, 1, -1]);
        call!(tally, self.component, setIoMode(mode));
    }

    /// A view that is made and let go; no window is there to attach it to.
    fn view(&self, chance: &mut Chance, tally: &mut Tally) {
        let kind = chance.of([c"editor", c"", c"x"]);
        let kind = if chance.one_in(5) {
            ptr::null()
        } else {
            kind.as_ptr()
        };
        let view = call!(tally, self.controller, createView(kind));
        // SAFETY: null, or a view with one reference for us.
        if let Some(view) = unsafe { ComPtr::from_raw(view) } {
            let mut rect = ViewRect {
                left: 0,
                top: 0,
                right: 9,
                bottom: 9,
            };
            call!(tally, view, isPlatformTypeSupported(ptr::null()));
            call!(tally, view, getSize(&raw mut rect));
            call!(tally, view, onSize(ptr::null_mut()));
            call!(
                tally,
                view,
                attached(ptr::null_mut(), c"X11EmbedWindowID".as_ptr())
            );
            call!(tally, view, removed());
        }
    }

    fn save(&mut self, chance: &mut Chance, tally: &mut Tally) {
        let stream = ComWrapper::new(Stream::in_portions(997));
        let raw = some(
            chance,
            stream.as_com_ref::<IBStream>().map(|it| it.as_ptr()),
        );
        call!(tally, self.component, getState(raw));
        let bytes = stream.bytes.take();
        if !bytes.is_empty() {
            self.state = bytes;
        }
    }

    fn load(&self, chance: &mut Chance, tally: &mut Tally) {
        let bytes = chance.damaged(&self.state);
        let stream = ComWrapper::new(Stream::of(&bytes));
        let raw = some(
            chance,
            stream.as_com_ref::<IBStream>().map(|it| it.as_ptr()),
        );
        if chance.one_in(3) {
            call!(tally, self.controller, setComponentState(raw));
        } else {
            call!(tally, self.component, setState(raw));
        }
    }

    /// After all of it: it must play, and fall silent when told to.
    pub(crate) fn judge(&mut self, tally: &mut Tally) -> Result<(), Failure> {
        let mut setup = ProcessSetup {
            processMode: 0,
            symbolicSampleSize: 0,
            maxSamplesPerBlock: 512,
            sampleRate: 48_000.0,
        };
        call!(tally, self.component, setActive(0));
        call!(tally, self.component, activateBus(0, 1, 0, 1));
        let is_active = call!(tally, self.processor, setupProcessing(&raw mut setup)) == kResultOk
            && call!(tally, self.component, setActive(1)) == kResultOk;
        call!(tally, self.processor, setProcessing(1));
        if !is_active {
            return Err("a component does not become active any more".into());
        }
        let changes = ComWrapper::new(Changes::default());
        for channel in 0..16 {
            let mut id = 0;
            call!(
                tally,
                self.mapping,
                getMidiControllerAssignment(0, channel, ALL_SOUND_OFF, &raw mut id)
            );
            // Another value than the one it has, so that it is sent.
            changes.add(id, &[(0, 1.0), (1, 0.0)]);
        }
        for turn in 0..LONGEST_TAIL_BLOCKS {
            let mut outputs = self.memory.proper();
            let mut buses = outputs.buses();
            let mut data = ProcessData {
                processMode: 0,
                symbolicSampleSize: 0,
                numSamples: 512,
                numInputs: 0,
                numOutputs: 1,
                inputs: ptr::null_mut(),
                outputs: buses.as_mut_ptr(),
                inputParameterChanges: if turn == 0 {
                    changes
                        .as_com_ref()
                        .map_or(ptr::null_mut(), |it| it.as_ptr())
                } else {
                    ptr::null_mut()
                },
                outputParameterChanges: ptr::null_mut(),
                inputEvents: ptr::null_mut(),
                outputEvents: ptr::null_mut(),
                processContext: ptr::null_mut(),
            };
            call!(tally, self.processor, process(&raw mut data));
            if !self.memory.is_finite(512) {
                return Err("a block is not made of numbers".into());
            }
            if turn > 8 && self.memory.is_silent(512) {
                return Ok(());
            }
        }
        Err("a component does not fall silent".into())
    }
}

impl Drop for Component {
    fn drop(&mut self) {
        // SAFETY: the component's own functions, for the last time.
        unsafe { self.component.setActive(0) };
        // SAFETY: as above.
        unsafe { self.component.terminate() };
    }
}

/// A pointer of ours, or now and then none.
fn some<T>(chance: &mut Chance, pointer: Option<*mut T>) -> *mut T {
    if chance.one_in(40) {
        return ptr::null_mut();
    }
    pointer.unwrap_or(ptr::null_mut())
}

fn frame(chance: &mut Chance, frames: i32) -> i32 {
    match chance.below(12) {
        0 => i32::MAX,
        1 => -1,
        2 => frames,
        _ => i32::try_from(chance.below(u64::try_from(frames.max(1)).unwrap_or(1))).unwrap_or(0),
    }
}

/// An event of any kind.
fn event(chance: &mut Chance, frames: i32, long: &[u8]) -> Event {
    // SAFETY: an event of zeros is one.
    let mut event: Event = unsafe { std::mem::zeroed() };
    event.busIndex = chance.of([0, 0, 0, 1, 3, 4, -1]);
    event.sampleOffset = frame(chance, frames);
    event.r#type = chance.of([0, 0, 0, 1, 2, 3, 4, 5, 6, 65_535, 77]);
    let channel = chance.of([0, 1, 9, 15, 16, -1, i16::MAX]);
    let pitch = chance.of([60, 64, 36, 127, 128, -1]);
    let id = chance.of([-1, 0, 7, i32::MAX, i32::MIN]);
    match event.r#type {
        0 => {
            event.__field0.noteOn = NoteOnEvent {
                channel,
                pitch,
                tuning: 0.0,
                velocity: chance.of([0.5, 1.0, 0.0, -1.0, f32::NAN]),
                length: 0,
                noteId: id,
            };
        }
        1 => {
            event.__field0.noteOff = NoteOffEvent {
                channel,
                pitch,
                velocity: 0.5,
                noteId: id,
                tuning: 0.0,
            };
        }
        2 => {
            event.__field0.data = DataEvent {
                size: chance.of([0, 3, u32::try_from(long.len()).unwrap_or(0)]),
                r#type: chance.of([0, 9]),
                bytes: if chance.one_in(8) {
                    ptr::null()
                } else {
                    long.as_ptr()
                },
            };
        }
        3 => {
            event.__field0.polyPressure = PolyPressureEvent {
                channel,
                pitch,
                pressure: 0.5,
                noteId: id,
            };
        }
        4 => {
            event.__field0.noteExpressionValue = NoteExpressionValueEvent {
                typeId: chance.of([0, 1, 2, 3, 4, 5, 999]),
                noteId: id,
                value: chance.value(),
            };
        }
        _ => {}
    }
    event
}

fn context(chance: &mut Chance) -> ProcessContext {
    // SAFETY: a context of zeros is one.
    let mut context: ProcessContext = unsafe { std::mem::zeroed() };
    context.state = u32::from(chance.byte()) << 8 | u32::from(chance.byte());
    context.sampleRate = 48_000.0;
    context.tempo = chance.of([120.0, 0.0, f64::NAN, -1.0]);
    context.projectTimeMusic = chance.value();
    context.continousTimeSamples = chance.of([0, 1 << 40, -1, i64::MAX]);
    context
}
