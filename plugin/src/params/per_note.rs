//! Parameters of a part that a host bends for one note alone.
//!
//! In: offsets from where a parameter stands, note by note. Out: trims of those notes in the place of
//! what their part has, once when an offset comes and again whenever its parameter has moved. A note
//! that is struck begins without offsets. Owner: the plug-in object. Thread: render.
//! Source: \[CLAP\] events.h, `clap_event_param_mod`.

use dmus_synth::{Aside, NoteTrim};
use nice_plug::midi::{NoteEvent, VoiceID};
use nice_plug::prelude::{FloatParam, Param};

use super::{DmusParams, PARTS, PartParams};
use crate::shell::inbound::Inbound;
use crate::shell::sysex::SysExHandle;

/// Offsets that are kept at a time. Beyond them the oldest is no longer moved by its parameter; the
/// note keeps what it has.
const KEPT: usize = 512;

/// Parameters of a part that can be bent.
const COUNT: u32 = 8;

/// Percent of one.
const PERCENT: f32 = 100.0;

/// Cents of a semitone.
const SEMITONE_CENTS: f32 = 100.0;

/// Which parameter of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Volume = 0,
    Pan = 1,
    Reverb = 2,
    Chorus = 3,
    Delay = 4,
    Cutoff = 5,
    Resonance = 6,
    Tune = 7,
}

impl Which {
    const ALL: [Self; COUNT as usize] = [
        Self::Volume,
        Self::Pan,
        Self::Reverb,
        Self::Chorus,
        Self::Delay,
        Self::Cutoff,
        Self::Resonance,
        Self::Tune,
    ];

    /// The number under which the framework knows it for a part, `0..16`.
    pub(super) const fn id(self, part: u8) -> u32 {
        part as u32 * COUNT + self as u32
    }

    /// Part and parameter of a number; `None` for a number of no part.
    fn of_id(id: u32) -> Option<(u8, Self)> {
        let part = u8::try_from(id / COUNT).ok()?;
        let which = Self::ALL.get(usize::try_from(id % COUNT).ok()?)?;
        (usize::from(part) < PARTS).then_some((part, *which))
    }

    const fn of(self, part: &PartParams) -> &FloatParam {
        match self {
            Self::Volume => &part.volume,
            Self::Pan => &part.pan,
            Self::Reverb => &part.reverb,
            Self::Chorus => &part.chorus,
            Self::Delay => &part.delay,
            Self::Cutoff => &part.cutoff,
            Self::Resonance => &part.resonance,
            Self::Tune => &part.tune,
        }
    }

    /// What it comes to, in the engine's units.
    ///
    /// - `value`: in the parameter's own
    /// - `sounds`: the part is heard in the synthesizer
    fn trim(self, value: f32, sounds: bool) -> NoteTrim {
        match self {
            Self::Volume if !sounds => NoteTrim::Gain(f32::NEG_INFINITY),
            Self::Volume => NoteTrim::Gain(crate::gain_db(value)),
            Self::Pan => NoteTrim::Pan(value / PERCENT),
            Self::Reverb => NoteTrim::Reverb(value / PERCENT),
            Self::Chorus => NoteTrim::Chorus(value / PERCENT),
            Self::Delay => NoteTrim::Delay(value / PERCENT),
            Self::Cutoff => NoteTrim::Cutoff(SEMITONE_CENTS * value),
            Self::Resonance => NoteTrim::Resonance(value),
            Self::Tune => NoteTrim::Tune(value),
        }
    }
}

/// An offset that is in force.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Offset {
    note_id: i32,
    part: u8,
    which: Which,
    /// Of the parameter's whole range, `-1.0..=1.0`.
    amount: f32,
    /// What the engine was told last.
    told: NoteTrim,
}

/// The offsets that are in force.
#[derive(Debug)]
pub struct PerNote {
    offsets: Vec<Offset>,
    /// The place that is taken next where all are.
    oldest: usize,
}

impl Default for PerNote {
    /// None. Allocates for all there can be.
    fn default() -> Self {
        Self {
            offsets: Vec::with_capacity(KEPT),
            oldest: 0,
        }
    }
}

impl PerNote {
    /// What a host's event comes to; `None` where the parameters say it already.
    ///
    /// - `is_solo`: of some part it is said that it is heard alone
    ///
    /// # Real-time
    /// Render. Bounded by the offsets kept.
    pub fn inbound(
        &mut self,
        event: &NoteEvent<SysExHandle>,
        params: &DmusParams,
        is_solo: bool,
    ) -> Option<Inbound> {
        match *event {
            NoteEvent::PolyModulation {
                voice_id,
                poly_modulation_id,
                normalized_offset,
                ..
            } => {
                let (part, which) = Which::of_id(poly_modulation_id)?;
                let is_number = !normalized_offset.is_nan();
                let mut offset = Offset {
                    note_id: voice_id,
                    part,
                    which,
                    amount: if is_number { normalized_offset } else { 0.0 },
                    told: which.trim(0.0, true),
                };
                offset.told = offset.now(params, is_solo)?;
                self.keep(offset);
                Some(offset.tell())
            }
            // What has moved is told before the block's events.
            NoteEvent::MonoAutomation { .. } => None,
            NoteEvent::NoteOn {
                voice_id: VoiceID::ID(note_id),
                ..
            } => {
                self.offsets.retain(|offset| offset.note_id != note_id);
                Some(Inbound::from_event(event))
            }
            _ => Some(Inbound::from_event(event)),
        }
    }

    /// The next note whose trim is another one since its parameter has moved.
    ///
    /// - `looked_at`: 0 at the start of a block
    ///
    /// # Real-time
    /// Render. Bounded by the offsets kept.
    pub fn moved(
        &mut self,
        looked_at: &mut usize,
        params: &DmusParams,
        is_solo: bool,
    ) -> Option<Inbound> {
        while let Some(offset) = self.offsets.get_mut(*looked_at) {
            *looked_at += 1;
            let Some(now) = offset.now(params, is_solo) else {
                continue;
            };
            if now != offset.told {
                offset.told = now;
                return Some(offset.tell());
            }
        }
        None
    }

    /// Keeps an offset in the place of the one before of the same note and parameter.
    fn keep(&mut self, new: Offset) {
        let same = |old: &&mut Offset| {
            (old.note_id, old.part, old.which) == (new.note_id, new.part, new.which)
        };
        if let Some(old) = self.offsets.iter_mut().find(same) {
            *old = new;
        } else if self.offsets.len() < KEPT {
            self.offsets.push(new);
        } else if let Some(old) = self.offsets.get_mut(self.oldest) {
            *old = new;
            self.oldest = (self.oldest + 1) % KEPT;
        }
    }
}

impl Offset {
    /// What it comes to while the parameters stand as they do; an offset takes the place of what the
    /// host bends the whole part by.
    fn now(&self, params: &DmusParams, is_solo: bool) -> Option<NoteTrim> {
        let parts = params.parts();
        let part = parts.get(usize::from(self.part))?;
        let param = self.which.of(part);
        let value = param.preview_plain(param.unmodulated_normalized_value() + self.amount);
        Some(self.which.trim(value, part.sounds(is_solo)))
    }

    fn tell(&self) -> Inbound {
        Inbound::Wordless(Aside::Trim {
            part: self.part,
            note_id: self.note_id,
            trim: self.told,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::view::ProgramNames;
    use nice_plug::midi::{Channel, Key};

    fn params() -> DmusParams {
        let names = ProgramNames::default();
        DmusParams::new(Arc::default(), Arc::default(), Arc::default(), &names)
    }

    fn bend(note_id: i32, id: u32, offset: f32) -> NoteEvent<SysExHandle> {
        NoteEvent::PolyModulation {
            timing: 0,
            voice_id: note_id,
            poly_modulation_id: id,
            normalized_offset: offset,
        }
    }

    fn aside(part: u8, note_id: i32, trim: NoteTrim) -> Option<Inbound> {
        let trim = Aside::Trim {
            part,
            note_id,
            trim,
        };
        Some(Inbound::Wordless(trim))
    }

    #[test]
    fn every_number_stands_for_one_parameter_of_one_part() {
        for id in 0..128 {
            let (part, which) = Which::of_id(id).expect("a parameter");
            assert_eq!(which.id(part), id);
        }
        assert_eq!(Which::of_id(128), None);
        let params = params();
        for (part, index) in params.parts().into_iter().zip(0..) {
            for which in Which::ALL {
                let id = which.of(part).poly_modulation_id();
                assert_eq!(id, Some(which.id(index)), "{which:?}");
            }
        }
    }

    #[test]
    fn an_offset_adds_to_where_the_parameter_stands_and_stays_in_its_range() {
        let (params, mut notes) = (params(), PerNote::default());
        for (offset, percent) in [(0.25, 50.0), (-0.25, -50.0), (3.0, 100.0), (f32::NAN, 0.0)] {
            let told = notes.inbound(&bend(7, Which::Pan.id(3), offset), &params, false);
            assert_eq!(told, aside(3, 7, NoteTrim::Pan(percent / 100.0)));
        }
        assert_eq!(notes.offsets.len(), 1);
        let unknown = notes.inbound(&bend(7, 128, 0.5), &params, false);
        assert_eq!(unknown, None);
    }

    #[test]
    fn a_parameter_that_moves_takes_its_bent_notes_along_once() {
        let (params, mut notes) = (params(), PerNote::default());
        notes.inbound(&bend(7, Which::Cutoff.id(0), 0.25), &params, false);
        let moved = |notes: &mut PerNote, is_solo| notes.moved(&mut 0, &params, is_solo);
        assert_eq!(moved(&mut notes, false), None);
        assert_eq!(
            moved(&mut notes, true),
            None,
            "the cutoff of a part left out"
        );
        notes.inbound(&bend(8, Which::Volume.id(0), 0.0), &params, false);
        let silent = aside(0, 8, NoteTrim::Gain(f32::NEG_INFINITY));
        assert_eq!(moved(&mut notes, true), silent);
        assert_eq!(moved(&mut notes, true), None);
    }

    #[test]
    fn a_note_that_is_struck_begins_without_offsets_and_room_is_made_for_new_ones() {
        let (params, mut notes) = (params(), PerNote::default());
        for note_id in 0..i32::try_from(KEPT).expect("few") + 5 {
            notes.inbound(&bend(note_id, Which::Tune.id(15), 0.5), &params, false);
        }
        assert_eq!(notes.offsets.len(), KEPT);
        assert_eq!(notes.offsets.capacity(), KEPT);
        let struck = NoteEvent::NoteOn {
            timing: 0,
            voice_id: VoiceID::ID(200),
            channel: Channel::Number(15),
            key: Key::Number(60),
            velocity: 1.0,
        };
        assert!(notes.inbound(&struck, &params, false).is_some());
        assert!(notes.offsets.iter().all(|offset| offset.note_id != 200));
        let followed = NoteEvent::MonoAutomation {
            timing: 0,
            poly_modulation_id: 0,
            normalized_value: 0.5,
        };
        assert_eq!(notes.inbound(&followed, &params, false), None);
    }
}
