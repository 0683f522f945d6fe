//! One thing that a message sets for one part.
//!
//! Source: \[GS\] part addresses 40 1x and 40 2x; \[XG\] multi part.

use super::controllers::number;
use super::destinations::{Origin, Reach};
use super::settings::Assign;
use super::{Channel, Effect};

/// What is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum PartEdit {
    /// As if the controller had come.
    Controller(u8, u8),
    /// As if the program change had come.
    Program(u8),
    Mono(bool),
    Assign(Assign),
    /// Drum setup, 1-based; 0 is a melodic part.
    Drums(u8),
    /// Semitones.
    KeyShift(i8),
    VelocityDepth(u8),
    VelocityOffset(u8),
    /// Controller 10; 0 is anywhere.
    Pan(u8),
    LowestKey(u8),
    HighestKey(u8),
    /// Another controller for one of the two of any number.
    Assigned(Origin, u8),
    /// 14 bit.
    FineTuning(u16),
    /// Pitch class from C on, cents.
    Scale(u8, f64),
    Reach(Origin, Reach, u8),
    /// Semitones.
    BendRange(u8),
    /// Vibrato by controller 1, cents.
    WheelDepth(f64),
}

impl Channel {
    /// Sets it; returns what it asks of sounding notes.
    pub(crate) fn edit(&mut self, edit: PartEdit) -> Effect {
        match edit {
            PartEdit::Controller(controller, value) => {
                return self.control_change(controller, value);
            }
            PartEdit::Program(program) => self.program_change(program),
            PartEdit::Mono(is_mono) => {
                self.settings.is_mono = is_mono;
                return Effect::NotesOff;
            }
            PartEdit::Assign(assign) => self.settings.assign = assign,
            PartEdit::Drums(map) => {
                self.set_drums(map != 0);
                if map != 0 {
                    self.settings.drum_map = map;
                }
            }
            PartEdit::KeyShift(semitones) => self.settings.key_shift = semitones,
            PartEdit::VelocityDepth(depth) => self.settings.velocity_depth = depth,
            PartEdit::VelocityOffset(offset) => self.settings.velocity_offset = offset,
            PartEdit::Pan(pan) => {
                self.settings.random_pan = pan == 0;
                let pan = if pan == 0 { 64 } else { pan };
                return self.control_change(number::PAN, pan);
            }
            PartEdit::LowestKey(key) => self.settings.keys.0 = key,
            PartEdit::HighestKey(key) => self.settings.keys.1 = key,
            PartEdit::Assigned(origin, controller) => self.destinations.assign(origin, controller),
            PartEdit::FineTuning(value) => self.controls.parameters.set_fine_tuning(value),
            PartEdit::Scale(class, cents) => {
                if let Some(slot) = self.settings.scale.get_mut(usize::from(class)) {
                    *slot = cents;
                }
                return Effect::Retuned;
            }
            PartEdit::Reach(origin, reach, amount) => self.destinations.set(origin, reach, amount),
            PartEdit::BendRange(semitones) => {
                self.controls.parameters.set_bend_range(semitones);
                self.touch();
                return Effect::BendRange;
            }
            PartEdit::WheelDepth(cents) => self.controls.parameters.route_wheel(cents),
        }
        self.touch();
        Effect::None
    }
}
