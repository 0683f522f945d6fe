//! Ranges of parameters, so that a saved state cannot take a value out of them.
//!
//! The framework stores a loaded number as it is; an integer far outside its range even overflows
//! in its arithmetic. It asks the plug-in *type* to look at a state before it is applied, so the
//! ranges are kept per type.

use std::any::TypeId;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use nice_plug::params::Param as _;
use nice_plug::plugin::ParamValue;
use nice_plug::prelude::{ParamPtr, Params, PluginState};

/// Lowest and highest plain value.
#[derive(Clone, Copy)]
enum Range {
    Real(f32, f32),
    Whole(i32, i32),
    /// An index into named values.
    Choice(i32, i32),
    Switch,
}

type Ranges = Arc<BTreeMap<String, Range>>;

static RANGES: LazyLock<Mutex<HashMap<TypeId, Ranges>>> = LazyLock::new(Mutex::default);

/// Notes the ranges of plug-in type `P` from the first of its parameter objects.
pub(super) fn remember<P: 'static>(params: &dyn Params) {
    let mut known = RANGES.lock().unwrap_or_else(PoisonError::into_inner);
    known.entry(TypeId::of::<P>()).or_insert_with(|| {
        let ranges = params
            .param_map()
            .into_iter()
            .map(|(id, pointer, _)| (id, range(pointer)));
        Arc::new(ranges.collect())
    });
}

/// Brings every number of `state` into its range; an unknown choice is left out.
///
/// # Real-time
/// Not real-time; the framework itself allocates while it loads a state.
pub(super) fn confine<P: 'static>(state: &mut PluginState) {
    let known = RANGES
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&TypeId::of::<P>())
        .cloned();
    let Some(ranges) = known else { return };
    state
        .params
        .retain(|id, value| match (ranges.get(id), value) {
            (Some(Range::Real(low, high)), ParamValue::F32(value)) => {
                *value = if value.is_nan() {
                    *low
                } else {
                    value.clamp(*low, *high)
                };
                true
            }
            (Some(Range::Whole(low, high)), ParamValue::I32(value)) => {
                *value = (*value).clamp(*low, *high);
                true
            }
            (Some(Range::Choice(low, high)), ParamValue::I32(value)) => {
                (*low..=*high).contains(value)
            }
            _ => true,
        });
}

/// The range of one parameter.
fn range(pointer: ParamPtr) -> Range {
    match pointer {
        ParamPtr::FloatParam(param) => {
            // SAFETY: the caller holds the parameter object that the pointer belongs to.
            let param = unsafe { &*param };
            let (first, last) = (param.preview_plain(0.0), param.preview_plain(1.0));
            Range::Real(first.min(last), first.max(last))
        }
        ParamPtr::IntParam(param) => {
            // SAFETY: as above.
            let param = unsafe { &*param };
            let (first, last) = (param.preview_plain(0.0), param.preview_plain(1.0));
            Range::Whole(first.min(last), first.max(last))
        }
        ParamPtr::EnumParam(param) => {
            // SAFETY: as above.
            let param = unsafe { &*param };
            let (first, last) = (param.preview_plain(0.0), param.preview_plain(1.0));
            Range::Choice(first.min(last), first.max(last))
        }
        ParamPtr::BoolParam(_) => Range::Switch,
    }
}
