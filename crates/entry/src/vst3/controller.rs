//! The controller: parameters of every kind, controllers' parameters, note expressions, the view.
//!
//! Thread: main. Source: \[VST3\] ivsteditcontroller.h, ivstmidicontrollers.h,
//! ivstnoteexpression.h.

use std::ffi::CString;
use std::ptr;

use vst3::ComRef;
use vst3::Steinberg::Vst::{
    IComponentHandler, IEditController2Trait, IEditControllerTrait, IMidiMappingTrait,
    INoteExpressionControllerTrait, NoteExpressionTypeInfo, ParameterInfo, String128,
};
use vst3::Steinberg::{
    FIDString, IBStream, IPlugView, kInvalidArgument, kNotImplemented, kResultFalse, kResultOk,
    tresult,
};

use super::binding::{FAILED, blank, give};
use super::codes;
use super::component::Component;
use super::controllers::{Controller, scaled};
use super::core::{Core, lock};
use super::text::{read_wide, write_wide};

/// The note expressions that are offered, with their title and unit, in VST3's order.
const EXPRESSIONS: [(u32, &str, &str, f64); 5] = [
    (codes::VOLUME, "Volume", "dB", 0.25),
    (codes::PAN, "Pan", "", 0.5),
    (codes::TUNING, "Tuning", "semitones", 0.5),
    (codes::EXPRESSION, "Expression", "", 1.0),
    (codes::BRIGHTNESS, "Brightness", "", 0.5),
];

impl IEditControllerTrait for Component {
    /// The component is this object, and has its state.
    unsafe fn setComponentState(&self, _state: *mut IBStream) -> tresult {
        self.calm(FAILED, |_| kResultOk)
    }

    unsafe fn setState(&self, _state: *mut IBStream) -> tresult {
        kResultOk
    }

    unsafe fn getState(&self, _state: *mut IBStream) -> tresult {
        kResultOk
    }

    unsafe fn getParameterCount(&self) -> i32 {
        self.main(0, |core| {
            let count = core.params.list().len()
                + core.controllers.count() as usize
                + core.programs.count();
            i32::try_from(count).unwrap_or(0)
        })
    }

    unsafe fn getParameterInfo(&self, index: i32, info: *mut ParameterInfo) -> tresult {
        self.main(FAILED, |core| {
            let index = usize::try_from(index).ok();
            let Some(found) = index.and_then(|index| core.parameter_info(index)) else {
                return kInvalidArgument;
            };
            // SAFETY: the host passes null or memory for one.
            unsafe { give(info, found) }
        })
    }

    unsafe fn getParamStringByValue(&self, id: u32, value: f64, text: *mut String128) -> tresult {
        self.main(FAILED, |core| {
            let Some(shown) = core.text_of(id, value) else {
                return kInvalidArgument;
            };
            let mut wide = [0; 128];
            write_wide(&mut wide, &shown);
            // SAFETY: the host passes null or memory for one.
            unsafe { give(text, wide) }
        })
    }

    unsafe fn getParamValueByString(&self, id: u32, text: *mut u16, value: *mut f64) -> tresult {
        self.main(FAILED, |core| {
            // SAFETY: the host passes null or a text.
            let Some(typed) = (unsafe { read_wide(text) }) else {
                return kInvalidArgument;
            };
            let Some(found) = core.value_of(id, &typed) else {
                return kResultFalse;
            };
            // SAFETY: the host passes null or memory for one.
            unsafe { give(value, found) }
        })
    }

    unsafe fn normalizedParamToPlain(&self, id: u32, value: f64) -> f64 {
        self.main(value, |core| {
            let steps = f64::from(codes::LAST_PROGRAM);
            if let Some(param) = core.params.find(id) {
                param.plain(value)
            } else if let Some(controller) = core.controllers.find(id) {
                f64::from(controller.value(value))
            } else if core.programs.channel(id).is_some() {
                (value * steps).round()
            } else {
                value
            }
        })
    }

    unsafe fn plainParamToNormalized(&self, id: u32, plain: f64) -> f64 {
        self.main(plain, |core| {
            if let Some(param) = core.params.find(id) {
                param.normalized(plain)
            } else if let Some(controller) = core.controllers.find(id) {
                (plain / f64::from(controller.max())).clamp(0.0, 1.0)
            } else if core.programs.channel(id).is_some() {
                (plain / f64::from(codes::LAST_PROGRAM)).clamp(0.0, 1.0)
            } else {
                plain
            }
        })
    }

    /// A controller tells what was sent last: a host that sends it again changes nothing.
    unsafe fn getParamNormalized(&self, id: u32) -> f64 {
        self.main(0.0, |core| {
            if let Some(param) = core.params.find(id) {
                param.shown.get()
            } else if let Some(controller) = core.controllers.find(id) {
                core.controllers.normalized(controller)
            } else if let Some(channel) = core.programs.channel(id) {
                f64::from(core.controllers.program(channel)) / f64::from(codes::LAST_PROGRAM)
            } else {
                0.0
            }
        })
    }

    /// While blocks come, the change comes with one of them too, and exactly; here it is shown.
    unsafe fn setParamNormalized(&self, id: u32, value: f64) -> tresult {
        self.calm(FAILED, |core| {
            if !value.is_finite() {
                return kInvalidArgument;
            }
            let Some(param) = core.params.find(id) else {
                let is_known =
                    core.controllers.find(id).is_some() || core.programs.channel(id).is_some();
                return if is_known {
                    kResultOk
                } else {
                    kInvalidArgument
                };
            };
            param.show(value);
            if core.is_processing.is_raised() {
                param.waits.raise();
            } else {
                core.flush(Some((id, param.plain(value))));
            }
            kResultOk
        })
    }

    unsafe fn setComponentHandler(&self, handler: *mut IComponentHandler) -> tresult {
        self.calm(FAILED, |core| {
            // SAFETY: the host passes null or an object of its own.
            let handler = unsafe { ComRef::from_raw(handler) };
            let before = std::mem::replace(
                &mut lock(&core.links).handler,
                handler.map(|handler| handler.to_com_ptr()),
            );
            drop(before);
            kResultOk
        })
    }

    unsafe fn createView(&self, name: FIDString) -> *mut IPlugView {
        self.calm(ptr::null_mut(), |_core| {
            #[cfg(feature = "editor")]
            {
                // SAFETY: the host passes null or a C string.
                let is_editor = unsafe { super::binding::is_text(name, c"editor") };
                if is_editor {
                    return super::view::make(&self.0);
                }
            }
            let _no_other_view = name;
            ptr::null_mut()
        })
    }
}

impl IEditController2Trait for Component {
    unsafe fn setKnobMode(&self, _mode: i32) -> tresult {
        kResultFalse
    }

    unsafe fn openHelp(&self, _only_check: u8) -> tresult {
        kResultFalse
    }

    unsafe fn openAboutBox(&self, _only_check: u8) -> tresult {
        kResultFalse
    }
}

impl IMidiMappingTrait for Component {
    unsafe fn getMidiControllerAssignment(
        &self,
        bus: i32,
        channel: i16,
        number: i16,
        id: *mut u32,
    ) -> tresult {
        self.main(FAILED, |core| {
            let Some(found) = core.assigned(bus, channel, number) else {
                return kResultFalse;
            };
            // SAFETY: the host passes null or memory for one.
            unsafe { give(id, found) }
        })
    }
}

impl INoteExpressionControllerTrait for Component {
    unsafe fn getNoteExpressionCount(&self, bus: i32, _channel: i16) -> i32 {
        self.main(0, |core| {
            let is_ours = (0..i64::from(core.note_inputs)).contains(&i64::from(bus));
            if is_ours {
                i32::try_from(EXPRESSIONS.len()).unwrap_or(0)
            } else {
                0
            }
        })
    }

    unsafe fn getNoteExpressionInfo(
        &self,
        _bus: i32,
        _channel: i16,
        index: i32,
        info: *mut NoteExpressionTypeInfo,
    ) -> tresult {
        self.main(FAILED, |_| {
            let Some(found) = expression_info(index) else {
                return kInvalidArgument;
            };
            // SAFETY: the host passes null or memory for one.
            unsafe { give(info, found) }
        })
    }

    unsafe fn getNoteExpressionStringByValue(
        &self,
        _bus: i32,
        _channel: i16,
        kind: u32,
        value: f64,
        text: *mut String128,
    ) -> tresult {
        self.main(FAILED, |_| {
            let Some(shown) = expression_text(kind, value) else {
                return kInvalidArgument;
            };
            let mut wide = [0; 128];
            write_wide(&mut wide, &shown);
            // SAFETY: the host passes null or memory for one.
            unsafe { give(text, wide) }
        })
    }

    unsafe fn getNoteExpressionValueByString(
        &self,
        _bus: i32,
        _channel: i16,
        _kind: u32,
        _text: *const u16,
        _value: *mut f64,
    ) -> tresult {
        kNotImplemented
    }
}

impl Core {
    /// What a host is told of parameter `index`: the plug-in's own first, then the controllers,
    /// then the programs.
    fn parameter_info(&self, index: usize) -> Option<ParameterInfo> {
        let own = self.params.list();
        if let Some(param) = own.get(index) {
            return Some(param.info(self.units.of(param)));
        }
        let index = u32::try_from(index - own.len()).ok()?;
        if let Some(info) = self.controllers.info(index) {
            return Some(info);
        }
        let channel = u8::try_from(index - self.controllers.count()).ok()?;
        self.programs.info(channel, self.program_unit(channel))
    }

    fn text_of(&self, id: u32, value: f64) -> Option<String> {
        if let Some(param) = self.params.find(id) {
            return self.plugin.value_text(id, param.plain(value));
        }
        if let Some(controller) = self.controllers.find(id) {
            return Some(controller.value(value).to_string());
        }
        let channel = self.programs.channel(id)?;
        let program = scaled(value, codes::LAST_PROGRAM);
        let name = self
            .programs
            .name(&self.plugin, channel, i32::from(program));
        Some(name.unwrap_or_else(|| (program + 1).to_string()))
    }

    fn value_of(&self, id: u32, text: &str) -> Option<f64> {
        if let Some(param) = self.params.find(id) {
            let text = CString::new(text).ok()?;
            return Some(param.normalized(self.plugin.text_value(id, &text)?));
        }
        let number = text.trim().parse::<u16>().ok();
        if let Some(controller) = self.controllers.find(id) {
            let number = number.filter(|number| *number <= controller.max())?;
            return Some(f64::from(number) / f64::from(controller.max()));
        }
        let channel = self.programs.channel(id)?;
        let last = codes::LAST_PROGRAM;
        let named = (0..=last).find(|program| {
            let name = self
                .programs
                .name(&self.plugin, channel, i32::from(*program));
            name.is_some_and(|name| name.eq_ignore_ascii_case(text.trim()))
        });
        let counted = number.and_then(|number| number.checked_sub(1));
        let program = named.or(counted.filter(|program| *program <= last))?;
        Some(f64::from(program) / f64::from(last))
    }

    /// The parameter of a controller, `0..=129`, or of the program, 130.
    fn assigned(&self, bus: i32, channel: i16, number: i16) -> Option<u32> {
        let port = u16::try_from(bus)
            .ok()
            .filter(|it| u32::from(*it) < self.note_inputs)?;
        let channel = u8::try_from(channel).ok().filter(|it| *it < 16)?;
        let number = u8::try_from(number).ok()?;
        match number {
            0..=codes::PITCH_BEND => {
                let controller = Controller {
                    port,
                    channel,
                    number,
                };
                Some(controller.id())
            }
            codes::PROGRAM_CHANGE if port == 0 => self.programs.id(channel),
            _ => None,
        }
    }
}

fn expression_info(index: i32) -> Option<NoteExpressionTypeInfo> {
    let (kind, title, unit, default) = *EXPRESSIONS.get(usize::try_from(index).ok()?)?;
    // SAFETY: numbers and arrays of numbers.
    let mut info: NoteExpressionTypeInfo = unsafe { blank() };
    info.typeId = kind;
    write_wide(&mut info.title, title);
    write_wide(&mut info.shortTitle, title);
    write_wide(&mut info.units, unit);
    info.unitId = -1;
    info.valueDesc.defaultValue = default;
    info.valueDesc.maximum = 1.0;
    info.associatedParameterId = u32::MAX;
    if matches!(kind, codes::PAN | codes::TUNING) {
        info.flags = codes::BIPOLAR;
    }
    Some(info)
}

fn expression_text(kind: u32, value: f64) -> Option<String> {
    Some(match kind {
        codes::VOLUME => format!("{:.1}", 20.0 * (4.0 * value).log10()),
        codes::PAN => format!("{:.0}", (value - 0.5) * 200.0),
        codes::TUNING => format!("{:.2}", (value - 0.5) * 240.0),
        codes::EXPRESSION | codes::BRIGHTNESS => format!("{:.0}", value * 100.0),
        _ => return None,
    })
}
