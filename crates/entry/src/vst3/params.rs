//! The plug-in's own parameters: what CLAP says of each, and the value that the host shows.
//!
//! VST3 values run from 0 to 1; ids are CLAP's. Owner: [`Core`](super::core::Core). Thread: any;
//! the list never changes.

use std::collections::HashMap;

use clap_sys::ext::params::{
    CLAP_PARAM_IS_AUTOMATABLE, CLAP_PARAM_IS_BYPASS, CLAP_PARAM_IS_HIDDEN, CLAP_PARAM_IS_READONLY,
    CLAP_PARAM_IS_STEPPED, clap_param_info,
};
use vst3::Steinberg::Vst::ParameterInfo;
use vst3::Steinberg::Vst::ParameterInfo_::ParameterFlags_ as flags;

use super::binding::blank;
use super::plugin::{Plugin, ask};
use super::text::{read_bytes, write_wide};
use crate::signals::{Flag, ValueCell};

/// One parameter.
pub(super) struct Param {
    pub(super) id: u32,
    pub(super) name: String,
    /// Names of groups with `/` between them.
    pub(super) module: String,
    min: f64,
    max: f64,
    default: f64,
    flags: u32,
    /// The value that the host shows, `0.0..=1.0`.
    pub(super) shown: ValueCell,
    /// The host has set it while blocks came, and no block has brought it yet.
    pub(super) waits: Flag,
}

/// All parameters, in CLAP's order.
pub(super) struct Params {
    list: Vec<Param>,
    places: HashMap<u32, usize>,
}

impl Param {
    /// The plug-in has this value.
    ///
    /// # Real-time
    /// Any thread. Wait-free.
    pub(super) fn show(&self, normalized: f64) {
        self.shown.set(normalized.clamp(0.0, 1.0));
        let _settled = self.waits.take();
    }

    /// A value of VST3 in CLAP's range, on a step if it has any.
    pub(super) fn plain(&self, normalized: f64) -> f64 {
        let plain = self.min + normalized.clamp(0.0, 1.0) * (self.max - self.min);
        if self.steps() > 0 {
            plain.round()
        } else {
            plain
        }
    }

    /// A value of CLAP in VST3's range.
    pub(super) fn normalized(&self, plain: f64) -> f64 {
        let range = self.max - self.min;
        if range > 0.0 {
            ((plain - self.min) / range).clamp(0.0, 1.0)
        } else {
            0.0
        }
    }

    /// Steps between the lowest value and the highest; 0 if there are no steps.
    pub(super) fn steps(&self) -> i32 {
        if self.flags & CLAP_PARAM_IS_STEPPED == 0 {
            return 0;
        }
        whole(self.max - self.min)
    }

    /// What a host is told of it.
    ///
    /// - `unit`: where it belongs
    pub(super) fn info(&self, unit: i32) -> ParameterInfo {
        // SAFETY: numbers and arrays of numbers.
        let mut info: ParameterInfo = unsafe { blank() };
        info.id = self.id;
        write_wide(&mut info.title, &self.name);
        write_wide(&mut info.shortTitle, &self.name);
        info.stepCount = self.steps();
        info.defaultNormalizedValue = self.normalized(self.default);
        info.unitId = unit;
        for (clap, vst3) in [
            (CLAP_PARAM_IS_AUTOMATABLE, flags::kCanAutomate),
            (CLAP_PARAM_IS_READONLY, flags::kIsReadOnly),
            (CLAP_PARAM_IS_HIDDEN, flags::kIsHidden),
            (CLAP_PARAM_IS_BYPASS, flags::kIsBypass),
        ] {
            if self.flags & clap != 0 {
                info.flags |= vst3;
            }
        }
        info
    }
}

impl Params {
    /// Asks the plug-in for them. Main thread.
    pub(super) fn new(plugin: &Plugin) -> Self {
        let count = ask!(plugin.params, count(), 0);
        let mut list = Vec::new();
        for index in 0..count {
            // SAFETY: numbers, arrays of numbers and a pointer.
            let mut info: clap_param_info = unsafe { blank() };
            if ask!(plugin.params, get_info(index, &raw mut info), false) {
                list.push(Param {
                    id: info.id,
                    name: read_bytes(&info.name),
                    module: read_bytes(&info.module),
                    min: info.min_value,
                    max: info.max_value,
                    default: info.default_value,
                    flags: info.flags,
                    shown: ValueCell::default(),
                    waits: Flag::default(),
                });
            }
        }
        let places = list
            .iter()
            .enumerate()
            .map(|(at, it)| (it.id, at))
            .collect();
        let params = Self { list, places };
        params.read(plugin);
        params
    }

    /// Shows the values that the plug-in has. Main thread.
    pub(super) fn read(&self, plugin: &Plugin) {
        for param in &self.list {
            if let Some(value) = plugin.value(param.id) {
                param.show(param.normalized(value));
            }
        }
    }

    /// In CLAP's order.
    pub(super) fn list(&self) -> &[Param] {
        &self.list
    }

    /// The parameter with this id.
    ///
    /// # Real-time
    /// Any thread. Bounded: one look into a table.
    pub(super) fn find(&self, id: u32) -> Option<&Param> {
        self.list.get(*self.places.get(&id)?)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast saturates, and nobody has so many steps"
)]
fn whole(steps: f64) -> i32 {
    steps.round() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn param(max: f64, flags: u32) -> Param {
        Param {
            id: 1,
            name: String::new(),
            module: String::new(),
            min: 0.0,
            max,
            default: 0.0,
            flags,
            shown: ValueCell::default(),
            waits: Flag::default(),
        }
    }

    #[test]
    fn every_step_comes_back() {
        let stepped = param(128.0, CLAP_PARAM_IS_STEPPED);
        assert_eq!(stepped.steps(), 128);
        for step in 0..=128 {
            let plain = stepped.plain(stepped.normalized(f64::from(step)));
            assert!((plain - f64::from(step)).abs() < f64::EPSILON);
        }
    }

    #[test]
    fn values_out_of_range_are_brought_into_it() {
        let smooth = param(1.0, 0);
        assert_eq!(smooth.steps(), 0);
        assert!((smooth.plain(7.0) - 1.0).abs() < f64::EPSILON);
        assert!(smooth.normalized(-7.0).abs() < f64::EPSILON);
        assert!(param(0.0, 0).normalized(3.0).abs() < f64::EPSILON);
    }
}
