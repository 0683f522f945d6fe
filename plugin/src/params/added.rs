//! Parameters that states of earlier versions do not have.
//!
//! In: a state on its way into an instance. Out: the same, whole. The framework leaves a parameter
//! that a state does not name as it is, so that without this an old project would keep what was set
//! before it was opened.

use std::collections::BTreeMap;

use nice_plug::plugin::ParamValue;
use nice_plug::prelude::*;

use super::PARTS;
use crate::shell::external::USUAL_LATENCY_MS;
use crate::shell::pipeline::{CHANNEL_GROUPS, DEFAULT_VOICES};

/// A value for every parameter of all parts together added since the first version, by id.
fn added() -> Vec<(&'static str, ParamValue)> {
    let text = |id: &str| ParamValue::String(id.to_owned());
    vec![
        ("tune", ParamValue::F32(0.0)),
        ("transp", ParamValue::I32(0)),
        ("voices", ParamValue::I32(i32::from(DEFAULT_VOICES))),
        ("interp", text("sinc")),
        ("mode", text("auto")),
        ("groups", ParamValue::I32(i32::from(CHANNEL_GROUPS))),
        ("dry", ParamValue::Bool(false)),
        ("fx_out", text("main")),
        ("bypass", ParamValue::Bool(false)),
        ("rev_on", ParamValue::Bool(true)),
        ("rev_lvl", ParamValue::F32(0.0)),
        ("rev_kind", text("midi")),
        ("rev_time", ParamValue::F32(0.0)),
        ("cho_on", ParamValue::Bool(true)),
        ("cho_lvl", ParamValue::F32(0.0)),
        ("cho_kind", text("midi")),
        ("cho_rate", ParamValue::F32(0.0)),
        ("dly_on", ParamValue::Bool(true)),
        ("dly_lvl", ParamValue::F32(0.0)),
        ("dly_kind", text("midi")),
        ("dly_time", ParamValue::F32(0.0)),
        ("ext_lat", ParamValue::I32(i32::from(USUAL_LATENCY_MS))),
        ("ext_clk", ParamValue::Bool(false)),
    ]
}

/// The same of one part, by the end of the id.
fn added_to_part() -> Vec<(&'static str, ParamValue)> {
    let number = [
        "rev", "cho", "dly", "cut", "res", "att", "dec", "rel", "tune",
    ];
    let number = number.map(|id| (id, ParamValue::F32(0.0)));
    let switch = ["lock", "mute", "solo"].map(|id| (id, ParamValue::Bool(false)));
    let whole = ["msb", "lsb", "chan", "low", "out"].map(|id| (id, ParamValue::I32(0)));
    let high = [("high", ParamValue::I32(127))];
    let device = [("dev", ParamValue::String("internal".to_owned()))];
    let velocity = [("vel", ParamValue::String("linear".to_owned()))];
    number
        .into_iter()
        .chain(switch)
        .chain(whole)
        .chain(high)
        .chain(device)
        .chain(velocity)
        .collect()
}

/// What the first version had, at its default.
fn first() -> Vec<(String, ParamValue)> {
    let parts = (1..=PARTS).flat_map(|number| {
        let id = |end: &str| format!("p{number:02}_{end}");
        [
            (id("vol"), ParamValue::F32(0.0)),
            (id("pan"), ParamValue::F32(0.0)),
            (id("prog"), ParamValue::I32(0)),
        ]
    });
    std::iter::once(("vol".to_owned(), ParamValue::F32(0.0)))
        .chain(parts)
        .collect()
}

/// A state of all parameters at their defaults, without fields.
///
/// # Real-time
/// Not real-time: allocates.
#[must_use]
pub fn defaults() -> PluginState {
    let mut state = PluginState {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        params: first().into_iter().collect(),
        fields: BTreeMap::new(),
    };
    fill_in(&mut state);
    state
}

/// Gives the state what it does not have.
pub fn fill_in(state: &mut PluginState) {
    for (id, value) in added() {
        state.params.entry(id.to_owned()).or_insert(value);
    }
    for number in 1..=PARTS {
        for (id, value) in added_to_part() {
            let id = format!("p{number:02}_{id}");
            state.params.entry(id).or_insert(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::DmusParams;
    use crate::view::ProgramNames;
    use std::sync::Arc;

    fn state() -> PluginState {
        PluginState {
            version: String::new(),
            params: BTreeMap::from([("dry".to_owned(), ParamValue::Bool(true))]),
            fields: BTreeMap::new(),
        }
    }

    #[test]
    fn a_state_gets_what_it_lacks_and_keeps_what_it_has() {
        let mut state = state();
        fill_in(&mut state);
        let all = added().len() + PARTS * added_to_part().len();
        assert_eq!(state.params.len(), all);
        assert!(matches!(state.params["dry"], ParamValue::Bool(true)));
        assert!(matches!(state.params["rev_on"], ParamValue::Bool(true)));
    }

    #[test]
    fn every_parameter_was_there_from_the_first_or_is_filled_in() {
        let names = ProgramNames::default();
        let params = DmusParams::new(Arc::default(), Arc::default(), Arc::default(), &names);
        let mut all: Vec<String> = params.param_map().into_iter().map(|(id, ..)| id).collect();
        all.sort();
        let known: Vec<String> = defaults().params.into_keys().collect();
        assert_eq!(known, all);
    }
}
