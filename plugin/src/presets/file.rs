//! The file of a preset: what it says about itself, and a state in the words of a project's.
//!
//! In: JSON, or a state as a project would save it. Out: a whole state for the host's main thread,
//! or JSON. What a file leaves out is at its default, except the banks, which stay as they are.
//! The form is described in `docs/presets.md`. Thread: any but render.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::LazyLock;

use nice_plug::plugin::{ParamValue, PluginState};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::params::DmusParams;

/// Version of the form of the file.
pub const FORMAT: u32 = 1;

/// How the files' names end, without the dot.
pub const EXTENSION: &str = "dmuspreset";

/// Longest file that is read, bytes.
const MAX_BYTES: u64 = 64 << 20;

/// Fields of a state that stay as they are when a preset says nothing of them.
const LEFT_ALONE: [&str; 1] = ["bank"];

/// The field that no preset has: the devices of one machine are not those of another.
const DEVICE: &str = "device";

/// A state of an instance that nobody has touched.
static DEFAULTS: LazyLock<PluginState> = LazyLock::new(|| {
    let mut state = DmusParams::default_state();
    state.fields.remove(DEVICE);
    state
});

/// A preset as its file has it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PresetFile {
    /// [`FORMAT`] of the program that wrote it.
    pub format: u32,
    /// Name for people.
    pub name: String,
    /// Who made it.
    pub creator: String,
    /// What it is, in a sentence.
    pub description: String,
    /// Words it is filed under.
    pub tags: Vec<String>,
    /// Parameters that are not at their default, by id: a number, true or false, or the id of a
    /// choice.
    pub params: BTreeMap<String, Value>,
    /// Fields of a project's state, by name, as the JSON that a state holds as text.
    pub fields: BTreeMap<String, Value>,
}

impl PresetFile {
    /// What a text says.
    ///
    /// # Errors
    /// A sentence about what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: Self =
            serde_json::from_str(text).map_err(|error| format!("it is no preset: {error}"))?;
        match file.format {
            0 => Err("it is no preset: it has no format".to_owned()),
            1..=FORMAT => Ok(file),
            newer => Err(format!(
                "its format is {newer}; this DMus knows {FORMAT} at most"
            )),
        }
    }

    /// What the file at a path says.
    ///
    /// # Errors
    /// A sentence with the path.
    ///
    /// # Real-time
    /// Not real-time: reads a file.
    pub fn read(path: &Path) -> Result<Self, String> {
        let mut text = String::new();
        let read = File::open(path)
            .and_then(|file| file.take(MAX_BYTES).read_to_string(&mut text))
            .map_err(|error| error.to_string());
        read.and_then(|_| Self::parse(&text))
            .map_err(|error| format!("{}: {error}", path.display()))
    }

    /// The text of the file.
    ///
    /// # Errors
    /// A sentence; values that JSON cannot hold are none of a preset's.
    pub fn text(&self) -> Result<String, String> {
        let text = serde_json::to_string_pretty(self).map_err(|error| error.to_string())?;
        Ok(text + "\n")
    }

    /// A state, cut down to what is not as in a new instance; its banks are always named.
    #[must_use]
    pub fn of_state(state: &PluginState) -> Self {
        let params = state.params.iter().filter(|(id, value)| {
            let default = DEFAULTS.params.get(*id).map(plain);
            default != Some(plain(value))
        });
        let fields = state.fields.iter().filter(|(name, text)| {
            let is_said = DEFAULTS.fields.get(*name) != Some(*text);
            *name != DEVICE && (LEFT_ALONE.contains(&name.as_str()) || is_said)
        });
        Self {
            format: FORMAT,
            params: params
                .map(|(id, value)| (id.clone(), plain(value)))
                .collect(),
            fields: fields
                .filter_map(|(name, text)| Some((name.clone(), serde_json::from_str(text).ok()?)))
                .collect(),
            ..Self::default()
        }
    }

    /// The whole state, and a sentence for each entry that has no place in it.
    #[must_use]
    pub fn state(&self) -> (PluginState, Vec<String>) {
        let mut state = DEFAULTS.clone();
        state
            .fields
            .retain(|name, _| !LEFT_ALONE.contains(&name.as_str()));
        let mut odd = Vec::new();
        for (id, said) in &self.params {
            match state.params.get_mut(id) {
                None => odd.push(format!("there is no parameter '{id}'")),
                Some(value) => match typed(value, said) {
                    Some(typed) => *value = typed,
                    None => odd.push(format!("'{id}' cannot be {said}")),
                },
            }
        }
        for (name, said) in &self.fields {
            if DEFAULTS.fields.contains_key(name) {
                state.fields.insert(name.clone(), said.to_string());
            } else {
                odd.push(format!("there is no field '{name}'"));
            }
        }
        (state, odd)
    }
}

/// A value as the file has it.
fn plain(value: &ParamValue) -> Value {
    match value {
        // Through the shortest text: the nearest double has digits that nobody has set.
        ParamValue::F32(value) => value
            .to_string()
            .parse::<f64>()
            .map_or(Value::Null, Value::from),
        ParamValue::I32(value) => Value::from(*value),
        ParamValue::Bool(value) => Value::from(*value),
        ParamValue::String(value) => Value::from(value.as_str()),
    }
}

/// A value of the same kind as `kind`.
fn typed(kind: &ParamValue, said: &Value) -> Option<ParamValue> {
    match kind {
        ParamValue::F32(_) => {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "to the nearest number that a parameter can hold"
            )]
            let value = said.as_f64()? as f32;
            value.is_finite().then_some(ParamValue::F32(value))
        }
        ParamValue::I32(_) => Some(ParamValue::I32(said.as_i64()?.try_into().ok()?)),
        ParamValue::Bool(_) => said.as_bool().map(ParamValue::Bool),
        ParamValue::String(_) => said.as_str().map(|id| ParamValue::String(id.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"{
        "format": 1, "name": "Test", "tags": ["a", "b"],
        "params": { "vol": -3.2, "p02_prog": 33, "dry": true, "interp": "linear" },
        "fields": { "parts": { "programs": [{ "program": 4 }] } }
    }"#;

    #[test]
    fn a_state_that_a_file_makes_is_the_file_again() {
        let file = PresetFile::parse(FILE).expect("a preset");
        let (state, odd) = file.state();
        assert_eq!(odd, [] as [String; 0]);
        assert!(
            matches!(state.params["vol"], ParamValue::F32(it) if it.to_bits() == (-3.2_f32).to_bits())
        );
        assert!(matches!(state.params["rev_on"], ParamValue::Bool(true)));
        let again = PresetFile::of_state(&state);
        assert_eq!((again.params, again.fields), (file.params, file.fields));
    }

    #[test]
    fn banks_are_left_alone_unless_they_are_named_but_programs_are_not() {
        let (state, _) = PresetFile::default().state();
        assert!(!state.fields.contains_key("bank"));
        assert!(state.fields.contains_key("parts"));
        let named = r#"{ "format": 1, "fields": { "bank": { "format": 2, "banks": [] } } }"#;
        let (state, odd) = PresetFile::parse(named).expect("a preset").state();
        assert!(state.fields.contains_key("bank") && odd.is_empty());
    }

    #[test]
    fn what_has_no_place_is_named_and_the_rest_holds() {
        let text = r#"{
            "format": 1,
            "params": { "vol": "loud", "p17_vol": 1, "voices": 1.5, "dry": true },
            "fields": { "weather": 1 }
        }"#;
        let (state, odd) = PresetFile::parse(text).expect("a preset").state();
        assert_eq!(odd.len(), 4, "{odd:?}");
        assert!(matches!(state.params["dry"], ParamValue::Bool(true)));
        assert!(!state.params.contains_key("p17_vol") && !state.fields.contains_key("weather"));
    }

    proptest::proptest! {
        #[test]
        fn a_file_that_was_damaged_anywhere_is_refused_or_makes_a_whole_state(
            at in 0..FILE.len(), byte in 0_u8..128,
        ) {
            let mut bytes = FILE.as_bytes().to_vec();
            bytes[at] = byte;
            let text = String::from_utf8(bytes).expect("one letter for another");
            if let Ok(file) = PresetFile::parse(&text) {
                let (state, _) = file.state();
                let ids = |state: &PluginState| state.params.keys().cloned().collect::<Vec<_>>();
                proptest::prop_assert_eq!(ids(&state), ids(&DEFAULTS));
            }
        }
    }

    #[test]
    fn what_is_no_preset_is_refused_with_the_reason() {
        for (text, reason) in [
            ("", "no preset"),
            ("[]", "no preset"),
            ("{}", "no format"),
            (r#"{ "format": 99 }"#, "99"),
            (r#"{ "format": 1, "tags": 3 }"#, "no preset"),
        ] {
            let refused = PresetFile::parse(text).expect_err("no preset");
            assert!(refused.contains(reason), "{text}: {refused}");
        }
        let gone = PresetFile::read(Path::new("no/such.dmuspreset")).expect_err("no file");
        assert!(gone.contains("no/such.dmuspreset"), "{gone}");
    }
}
