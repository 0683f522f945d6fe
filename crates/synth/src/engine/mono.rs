//! One note at a time, and notes that move to another key instead of being struck.
//!
//! Source: \[MIDI1\] mono mode, legato footswitch, portamento switch and control.

use crate::channel::controllers::number;
use crate::channel::portamento::{HeldKey, glide_seconds};
use crate::polyphony::{Moment, Tag};
use crate::voice::Part;

use super::Engine;
use super::notes::nearest_key;

impl Engine {
    /// A key goes down on a part of one note.
    pub(super) fn mono_down(&mut self, part: u8, pressed: HeldKey) {
        if let Some(channel) = self.channels.get_mut(usize::from(part)) {
            channel.held.press(pressed);
        }
        self.mono_play(part, pressed);
    }

    /// A key goes up on a part of one note: it goes back to the newest key that is still down.
    pub(super) fn mono_up(&mut self, part: u8, key: u8) {
        let Some(channel) = self.channels.get_mut(usize::from(part)) else {
            return;
        };
        channel.held.lift(key);
        match channel.held.newest() {
            Some(below) if self.sounding_key(part) == Some(key) => {
                // The number is that of the note that goes.
                self.note_id = None;
                self.mono_play(part, below);
            }
            _ => self.note_off(part, key),
        }
    }

    /// Plays a key in the place of what sounds.
    fn mono_play(&mut self, part: u8, pressed: HeldKey) {
        let pedal = |controller| {
            self.channels
                .get(usize::from(part))
                .is_some_and(|channel| channel.controls.pedal(controller))
        };
        let (is_legato, glides) = (pedal(number::LEGATO), pedal(number::PORTAMENTO));
        if is_legato
            && let Some(from) = self.sounding_key(part)
            && self.move_note(part, from, pressed.key, glides)
        {
            if let Some(channel) = self.channels.get_mut(usize::from(part)) {
                channel.last_key = Some(pressed.key);
            }
            return;
        }
        let moment = Moment::at(self.position);
        self.polyphony.for_each_playing(
            |tag| tag.part == part && !tag.released && !tag.choked,
            |tag, voice| voice.choke(tag, moment),
        );
        self.note_on(part, pressed.key, pressed.velocity);
    }

    /// The key whose note sounds and is held by it.
    fn sounding_key(&self, part: u8) -> Option<u8> {
        self.polyphony
            .tags()
            .filter(|(_, tag)| tag.part == part && tag.key_down && !tag.fading && !tag.choked)
            .max_by_key(|(_, tag)| tag.note)
            .map(|(_, tag)| tag.key)
    }

    /// Forgets which keys are down.
    pub(super) fn forget_held(&mut self, part: u8) {
        if let Some(channel) = self.channels.get_mut(usize::from(part)) {
            channel.held.clear();
        }
    }

    /// Where a new note glides from: semitones from its key, and seconds; outer `None` if a note
    /// that sounds has moved to the key instead.
    #[expect(
        clippy::option_option,
        reason = "no glide and no new note are different things"
    )]
    pub(super) fn way_to(&mut self, part: u8, key: u8) -> Option<Option<(f64, f64)>> {
        let Some(channel) = self.channels.get_mut(usize::from(part)) else {
            return Some(None);
        };
        let asked = channel.glide_from.take();
        let before = channel.last_key.replace(key);
        if channel.plays_drums() {
            return Some(None);
        }
        let glides = channel.controls.pedal(number::PORTAMENTO);
        if let Some(from) = asked
            && self.move_note(part, from, key, true)
        {
            return None;
        }
        let Some(from) = asked.or(before.filter(|_| glides)) else {
            return Some(None);
        };
        let semitones = f64::from(from) - f64::from(key);
        Some(Some((semitones, self.glide_s(part, semitones))))
    }

    fn glide_s(&self, part: u8, semitones: f64) -> f64 {
        self.channels
            .get(usize::from(part))
            .map_or(0.0, |channel| glide_seconds(&channel.controls, semitones))
    }

    /// Moves the note of a key to another one; false if it does not sound, or if the other key is
    /// another region's.
    ///
    /// - `glides`: takes its time; otherwise it is there at once
    fn move_note(&mut self, part: u8, from: u8, to: u8, glides: bool) -> bool {
        let Some(channel) = self.channels.get_mut(usize::from(part)) else {
            return false;
        };
        let drums = channel.plays_drums();
        let Some(found) = channel.instrument(&self.downloads) else {
            return false;
        };
        let Some(strike) = self.strike(part, found, to, 1, drums) else {
            return false;
        };
        let semitones = f64::from(from) - f64::from(to);
        let seconds = if glides {
            self.glide_s(part, semitones)
        } else {
            0.0
        };
        let key = nearest_key(strike.key);
        let moves = |tag: &Tag| {
            tag.part == part && tag.key == from && !tag.released && !tag.choked && tag.key_down
        };
        let downloads = &self.downloads;
        let (mut sounds, mut fits) = (false, true);
        self.polyphony.for_each_playing(moves, |tag, voice| {
            sounds = true;
            fits &= downloads
                .collection(tag.place)
                .is_some_and(|collection| collection.holds(tag.region, key, voice.velocity()));
        });
        if !sounds || !fits {
            return false;
        }
        let moment = Moment::at(self.position);
        let frames = seconds * f64::from(self.config.sample_rate);
        self.polyphony.for_each_playing(moves, |tag, voice| {
            let place = downloads.collection(tag.place);
            if let Some(part) = place.and_then(|collection| Part::of(collection, tag.region)) {
                voice.move_to(tag, part, strike, moment, frames);
            }
        });
        true
    }
}
