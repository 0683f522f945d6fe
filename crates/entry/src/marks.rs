//! What a host wants shown at a parameter: that a knob of a device moves it, that it is automated.
//!
//! In: the host's words, on its main thread. Out: [`ParamMark`] for the window. Owner: the way to the
//! host, which plug-in and window share. Thread: any but render. Source: \[CLAP\]
//! ext/param-indication.h.

use std::collections::HashMap;

use nice_plug::prelude::ParamPtr;

/// What is to be shown at one parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParamMark {
    /// A knob of a device moves it.
    pub mapping: Option<Mapping>,
    /// What automation does with it.
    pub automation: Automation,
    /// The colour for that, red, green and blue; the window's own choice if there is none.
    pub automation_color: Option<[u8; 3]>,
}

/// A knob of a device, as the musician knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    /// Colour of the knob, red, green and blue.
    pub color: Option<[u8; 3]>,
    /// A few letters, such as `K1`; may be empty.
    pub label: String,
    /// A sentence, such as `Encoder 1, page 2`; may be empty.
    pub description: String,
}

/// What automation does with a parameter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Automation {
    /// There is none.
    #[default]
    None,
    /// There is some, which is not played.
    Present,
    /// It moves the parameter.
    Playing,
    /// What the musician does is written down.
    Recording,
    /// The musician has taken over from it.
    Overriding,
}

/// Marks of all parameters that have one.
#[derive(Debug, Default)]
pub(crate) struct Marks(HashMap<ParamPtr, ParamMark>);

impl Marks {
    /// Changes the mark of a parameter.
    pub(crate) fn change(&mut self, param: ParamPtr, change: impl FnOnce(&mut ParamMark)) {
        let mark = self.0.entry(param).or_default();
        change(mark);
        if *mark == ParamMark::default() {
            self.0.remove(&param);
        }
    }

    /// The mark of a parameter, if it has one.
    pub(crate) fn of(&self, param: ParamPtr) -> Option<&ParamMark> {
        self.0.get(&param)
    }
}
