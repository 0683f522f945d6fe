//! A sounding voice as messages see it: whose it is, its state, and what may happen to it.

use dmus_kernel::miniport::VoicePriority;

use crate::allocation::{Candidate, fading_rank};
use crate::articulation::Strike;
use crate::channel::NoteTrim;
use crate::collection::KeyGroup;
use crate::downloads::Downloads;
use crate::dsp::tables::TICK_FRAMES;
use crate::voice::{Lanes, Modulation, NoteExpression, Part};

/// Whose voice it is, and in which state: all that messages look at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tag {
    /// Number of the note-on, in order of arrival.
    pub(crate) note: u64,
    /// Part, `0..=63`.
    pub(crate) part: u8,
    /// MIDI note of the message.
    pub(crate) key: u8,
    /// Number that the host has given the note.
    pub(crate) note_id: Option<i32>,
    /// Priority its channel has now.
    pub(crate) priority: VoicePriority,
    /// Place of its collection.
    pub(crate) place: u8,
    /// Region in its collection.
    pub(crate) region: u32,
    /// Group of keys that shut each other down.
    pub(crate) key_group: Option<KeyGroup>,
    /// The same key struck again leaves it alone.
    pub(crate) self_non_exclusive: bool,
    /// Its key is down.
    pub(crate) key_down: bool,
    /// Its key was down when the sostenuto pedal went down.
    pub(crate) sostenuto: bool,
    /// It has begun its release.
    pub(crate) released: bool,
    /// It has been shut down by another note.
    pub(crate) choked: bool,
    /// It fades and no longer counts as playing.
    pub(crate) fading: bool,
    /// Something happened to it within the tick: its lane heads for the wrong place.
    pub(super) bent: bool,
    /// Nothing moves it by itself: it is pointed anew when its part is stirred.
    pub(super) rests: bool,
    /// Amplitude at the end of the tick.
    pub(super) level: f32,
}

impl Tag {
    /// Tag of a voice that is about to start.
    pub(crate) const fn struck(note: u64, part: u8, key: u8, priority: VoicePriority) -> Self {
        Self {
            note,
            part,
            key,
            note_id: None,
            priority,
            place: 0,
            region: 0,
            key_group: None,
            self_non_exclusive: false,
            key_down: true,
            sostenuto: false,
            released: false,
            choked: false,
            fading: false,
            bent: true,
            rests: false,
            level: 0.0,
        }
    }

    /// What is known of it where a voice has to go.
    pub(super) const fn candidate(&self) -> Candidate {
        Candidate {
            priority: self.priority,
            note: self.note,
            released: self.released || self.choked,
            pedalled: !self.key_down,
            level: self.level,
        }
    }

    /// Whether its place in the order of dying depends on how loud it is.
    pub(super) const fn goes_by_level(&self) -> bool {
        self.fading || self.released || self.choked
    }

    /// Its place in the order of dying.
    pub(super) fn rank(&self) -> u128 {
        if self.fading {
            fading_rank(self.level)
        } else {
            self.candidate().rank()
        }
    }
}

/// Where in the stream something happens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// Frame of the stream.
    pub(crate) frame: u64,
    /// The same, within its tick, `0..64`.
    pub(crate) offset: usize,
}

impl Moment {
    /// A frame of the stream.
    #[expect(clippy::cast_possible_truncation, reason = "a remainder below 64")]
    pub(crate) const fn at(frame: u64) -> Self {
        Self {
            frame,
            offset: (frame % TICK_FRAMES as u64) as usize,
        }
    }

    /// First frame after the tick.
    pub(crate) const fn tick_end(self) -> u64 {
        self.frame
            .wrapping_sub(self.offset as u64)
            .wrapping_add(TICK_FRAMES as u64)
    }
}

/// What a message may do to a sounding voice.
pub(crate) struct Handle<'a> {
    pub(super) modulation: &'a mut Modulation,
    pub(super) lanes: &'a mut Lanes,
    pub(super) lane: usize,
}

impl Handle<'_> {
    /// Begins the release.
    pub(crate) fn release(&mut self, tag: &mut Tag, downloads: &Downloads, moment: Moment) {
        if tag.released {
            return;
        }
        tag.released = true;
        tag.bent = true;
        self.modulation.release(moment.frame);
        if let Some(collection) = downloads.collection(tag.place)
            && let Some(region) = collection.region(tag.region)
        {
            self.lanes.leave_loop(self.lane, region);
        }
    }

    /// Shuts the voice down. Its key counts as lifted: the next note-off is for the new note.
    pub(crate) fn choke(&mut self, tag: &mut Tag, moment: Moment) {
        tag.choked = true;
        tag.key_down = false;
        tag.bent = true;
        self.modulation.choke(moment.frame);
    }

    /// Moves the voice to another key, gliding for some frames.
    pub(crate) fn move_to(
        &mut self,
        tag: &mut Tag,
        part: Part<'_>,
        strike: Strike,
        moment: Moment,
        frames: f64,
    ) {
        tag.key = strike.note;
        tag.bent = true;
        self.modulation.move_to(part, strike, moment.frame, frames);
    }

    /// Velocity it was struck with, `1..=127`.
    pub(crate) const fn velocity(&self) -> u8 {
        self.modulation.velocity()
    }

    /// Takes an expression of the note alone.
    pub(crate) fn express(&mut self, expression: NoteExpression) {
        self.modulation.express(expression);
    }

    /// Takes a number of the part's trim for the note alone.
    pub(crate) fn trim(&mut self, trim: NoteTrim) {
        self.modulation.trim(trim);
    }

    /// Fades the voice; it no longer counts as playing.
    pub(crate) fn fade(&mut self, tag: &mut Tag, moment: Moment, sample_rate_hz: f64) {
        tag.fading = true;
        tag.bent = true;
        self.modulation.fade(moment.frame, sample_rate_hz);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_knows_its_tick() {
        let moment = Moment::at(64 * 7 + 13);
        assert_eq!(moment.offset, 13);
        assert_eq!(moment.tick_end(), 64 * 8);
        assert_eq!(Moment::at(128).tick_end(), 192);
    }
}
