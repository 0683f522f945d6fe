//! Parameters that states of earlier versions do not have.
//!
//! In: a state on its way into an instance. Out: the same, whole. The framework leaves a parameter
//! that a state does not name as it is, so that without this an old project would keep what was set
//! before it was opened.

use nice_plug::plugin::ParamValue;
use nice_plug::prelude::*;

/// A value for every parameter added since the first version, by id.
fn added() -> [(&'static str, ParamValue); 14] {
    let midi = || ParamValue::String("midi".to_owned());
    [
        ("interp", ParamValue::String("sinc".to_owned())),
        ("dry", ParamValue::Bool(false)),
        ("rev_on", ParamValue::Bool(true)),
        ("rev_lvl", ParamValue::F32(0.0)),
        ("rev_kind", midi()),
        ("rev_time", ParamValue::F32(0.0)),
        ("cho_on", ParamValue::Bool(true)),
        ("cho_lvl", ParamValue::F32(0.0)),
        ("cho_kind", midi()),
        ("cho_rate", ParamValue::F32(0.0)),
        ("dly_on", ParamValue::Bool(true)),
        ("dly_lvl", ParamValue::F32(0.0)),
        ("dly_kind", midi()),
        ("dly_time", ParamValue::F32(0.0)),
    ]
}

/// Gives the state what it does not have.
pub fn fill_in(state: &mut PluginState) {
    for (id, value) in added() {
        state.params.entry(id.to_owned()).or_insert(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::DmusParams;
    use crate::view::ProgramNames;
    use std::collections::BTreeMap;
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
        assert_eq!(state.params.len(), added().len());
        assert!(matches!(state.params["dry"], ParamValue::Bool(true)));
        assert!(matches!(state.params["rev_on"], ParamValue::Bool(true)));
    }

    #[test]
    fn every_parameter_was_there_from_the_first_or_is_filled_in() {
        let params = DmusParams::new(Arc::default(), Arc::default(), &ProgramNames::default());
        let mut later: Vec<String> = params.param_map().into_iter().map(|(id, ..)| id).collect();
        later.retain(|id| id != "vol" && !id.starts_with('p'));
        let mut filled: Vec<String> = added().map(|(id, _)| id.to_owned()).to_vec();
        later.sort();
        filled.sort();
        assert_eq!(filled, later);
    }
}
