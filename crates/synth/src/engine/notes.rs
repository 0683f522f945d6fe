//! Notes: which voices a key starts, ends or silences.
//!
//! Source: \[DLS2\] region selection and exclusivity; \[MIDI1\] pedals.

use dmus_kernel::miniport::VoicePriority;

use crate::articulation::{Inputs, Links, Signals, Strike};
use crate::channel::CHANNELS_PER_GROUP;
use crate::channel::controllers::number;
use crate::channel::keys::KeySlot;
use crate::channel::portamento::HeldKey;
use crate::channel::settings::Assign;
use crate::collection::{Collection, Instrument, KeyGroup, Region};
use crate::downloads::Found;
use crate::polyphony::{Moment, NewVoice, Room, Tag};
use crate::voice::{Onset, Part};

use super::{Engine, World, wanted};

/// A note on its way to its voices.
struct Note {
    /// Its number.
    number: u64,
    part: u8,
    key: u8,
    priority: VoicePriority,
    found: Found,
    /// Semitones from where it glides, and seconds it takes.
    glide: Option<(f64, f64)>,
}

impl Engine {
    /// A key goes down.
    #[inline(never)]
    pub(super) fn key_down(&mut self, part: u8, key: u8, velocity: u8) {
        let Some(channel) = self.channels.get(usize::from(part)) else {
            return;
        };
        if !channel.answers(key) || channel.of_key(key, KeySlot::NoteOn) == Some(0) {
            return;
        }
        let velocity = channel.velocity(velocity);
        if channel.settings.is_mono && !channel.plays_drums() {
            self.mono_down(part, HeldKey { key, velocity });
        } else {
            self.note_on(part, key, velocity);
        }
    }

    /// A key goes up.
    #[inline(never)]
    pub(super) fn key_up(&mut self, part: u8, key: u8) {
        let Some(channel) = self.channels.get(usize::from(part)) else {
            return;
        };
        if channel.of_key(key, KeySlot::NoteOff) == Some(0) {
            return;
        }
        if channel.settings.is_mono && !channel.plays_drums() {
            self.mono_up(part, key);
        } else {
            self.note_off(part, key);
        }
    }

    /// Starts every region that answers to a key, or moves a note to it.
    pub(super) fn note_on(&mut self, part: u8, key: u8, velocity: u8) {
        self.notes = self.notes.wrapping_add(1);
        let Some(glide) = self.way_to(part, key) else {
            return;
        };
        let Some(channel) = self.channels.get_mut(usize::from(part)) else {
            return;
        };
        let priority = channel.priority();
        let drums = channel.plays_drums();
        let Some(found) = channel.instrument(&self.downloads) else {
            self.stats.unmatched_notes = self.stats.unmatched_notes.saturating_add(1);
            return;
        };
        let note = Note {
            number: self.notes,
            part,
            key,
            priority,
            found,
            glide,
        };
        self.note_played(part, found);
        let Some(strike) = self.strike(part, found, key, velocity, drums) else {
            return;
        };
        let (matched, started) = self.start_regions(&note, strike);
        let stats = &mut self.stats;
        if matched == 0 {
            stats.unmatched_notes = stats.unmatched_notes.saturating_add(1);
        } else if started == 0 {
            stats.lost_notes = stats.lost_notes.saturating_add(1);
            self.lost_notes = self.lost_notes.saturating_add(1);
        }
        let sounding = u32::try_from(self.polyphony.sounding()).unwrap_or(u32::MAX);
        stats.peak_voices = stats.peak_voices.max(sounding);
    }

    /// Runs the instrument's key generator.
    ///
    /// # Source
    /// \[GM2\] master coarse tuning, \[GS\] and \[XG\] key shifts: not for drums.
    pub(super) fn strike(
        &self,
        part: u8,
        found: Found,
        key: u8,
        velocity: u8,
        drums: bool,
    ) -> Option<Strike> {
        let channel = self.channels.get(usize::from(part))?;
        let device = self.devices.get(usize::from(part / CHANNELS_PER_GROUP))?;
        let collection = self.downloads.collection(found.place)?;
        let instrument = collection.instrument(found.instrument)?;
        let mut strike = Strike {
            note: key,
            key: f64::from(key),
            velocity,
        };
        let inputs = Inputs {
            tables: &self.tables,
            controls: &channel.controls,
            strike,
            links: &Links::NONE,
            signals: Signals::default(),
            pressure: None,
        };
        strike.key = instrument.key_generator().key(&inputs, drums);
        if !drums {
            let shift = f64::from(device.key_shift)
                + f64::from(device.host_shift)
                + f64::from(channel.settings.key_shift);
            strike.key = (strike.key + shift).clamp(0.0, 127.0);
        }
        Some(strike)
    }

    /// Starts all matching regions; returns how many matched, and how many found a voice.
    fn start_regions(&mut self, note: &Note, strike: Strike) -> (u32, u32) {
        // The collection is looked up anew for each region, so that voices may change meanwhile.
        let mut next = 0;
        let (mut matched, mut started) = (0, 0);
        while let Some(region) = self.next_region(note, strike, next) {
            next = region.saturating_add(1);
            matched += 1;
            self.make_way(note, region);
            if self.start_region(note, strike, region) {
                started += 1;
            }
        }
        (matched, started)
    }

    fn instrument(&self, found: Found) -> Option<(&Collection, &Instrument)> {
        let collection = self.downloads.collection(found.place)?;
        Some((collection, collection.instrument(found.instrument)?))
    }

    /// A region of a note, and the instrument it is of.
    fn region(&self, note: &Note, index: u32) -> Option<(&Instrument, &Region)> {
        let (collection, instrument) = self.instrument(note.found)?;
        Some((instrument, collection.region(index)?))
    }

    /// The first region that answers, from index `from` on.
    fn next_region(&self, note: &Note, strike: Strike, from: u32) -> Option<u32> {
        let (collection, instrument) = self.instrument(note.found)?;
        collection.next_match(instrument, nearest_key(strike.key), strike.velocity, from)
    }

    /// Shuts down what a region of a new note excludes.
    ///
    /// # Source
    /// \[DLS2\] exclusivity: notes of the same key that are not released, unless their region is
    /// self-non-exclusive; every note of the same key group, released or not. \[SF2\]
    /// exclusiveClass reaches its own instrument only.
    fn make_way(&mut self, note: &Note, region: u32) {
        let Some((instrument, region)) = self.region(note, region) else {
            return;
        };
        let key_group = self.key_group(note, instrument, region);
        let self_non_exclusive = region.self_non_exclusive;
        let assign = self
            .channels
            .get(usize::from(note.part))
            .map_or(Assign::Bank, |channel| channel.settings.assign);
        let shuts_its_key = match assign {
            Assign::Bank => !self_non_exclusive,
            Assign::Single => true,
            Assign::Full => false,
        };
        if !shuts_its_key && key_group.is_none() {
            return;
        }
        let moment = Moment::at(self.position);
        let is_excluded = |tag: &Tag| {
            let is_of_key = shuts_its_key
                && tag.key == note.key
                && (assign == Assign::Single || tag.key_down && !tag.self_non_exclusive);
            let is_of_group = key_group.is_some() && tag.key_group == key_group;
            (is_of_key || is_of_group)
                && tag.part == note.part
                && tag.note != note.number
                && !tag.choked
        };
        self.polyphony
            .for_each_playing(is_excluded, |tag, voice| voice.choke(tag, moment));
    }

    /// Whom a region of a note shuts down: what a message says of a drum, or else the bank.
    fn key_group(&self, note: &Note, instrument: &Instrument, region: &Region) -> Option<KeyGroup> {
        let edited = self
            .channels
            .get(usize::from(note.part))
            .and_then(|channel| channel.of_key(note.key, KeySlot::Group));
        match edited {
            Some(0) => None,
            Some(group) => Some(KeyGroup::of_message(group)),
            None => instrument.key_group(region),
        }
    }

    /// Room for one more voice of a part that may have only so many.
    fn keep_limit(&mut self, note: &Note, moment: Moment, sample_rate_hz: f64) -> bool {
        let most = self
            .channels
            .get(usize::from(note.part))
            .and_then(|channel| channel.most_voices);
        let Some(most) = most else {
            return true;
        };
        if self.polyphony.playing_of(note.part) < usize::from(most) {
            return true;
        }
        let own = |tag: &Tag| tag.part == note.part;
        let gives = most > 0
            && self
                .polyphony
                .rob(own, note.priority, note.number, moment, sample_rate_hz);
        self.stats.stolen = self.stats.stolen.saturating_add(u64::from(gives));
        gives
    }

    /// Starts one region; false if no voice could be had.
    fn start_region(&mut self, note: &Note, strike: Strike, index: u32) -> bool {
        let moment = Moment::at(self.position);
        let sample_rate_hz = f64::from(self.config.sample_rate);
        if !self.keep_limit(note, moment, sample_rate_hz) {
            return false;
        }
        let slot =
            match self
                .polyphony
                .make_room(note.priority, note.number, moment, sample_rate_hz)
            {
                Room::None => return false,
                Room::Slot { slot, stolen } => {
                    self.stats.stolen = self.stats.stolen.saturating_add(u64::from(stolen));
                    slot
                }
            };
        let found = self.downloads.collection(note.found.place);
        let Some((instrument, part)) = found.and_then(|collection| {
            let instrument = collection.instrument(note.found.instrument)?;
            Some((instrument, Part::of(collection, index)?))
        }) else {
            return false;
        };
        let mut tag = Tag::struck(note.number, note.part, note.key, note.priority);
        tag.place = note.found.place;
        tag.region = index;
        tag.key_group = self.key_group(note, instrument, part.region);
        tag.self_non_exclusive = part.region.self_non_exclusive;
        tag.note_id = self.note_id;
        let onset = Onset {
            note: note.number,
            glide: note
                .glide
                .map(|(semitones, seconds)| (strike.key + semitones, seconds)),
        };
        let strike = part.region.strike(strike);
        let new = NewVoice {
            tag,
            part,
            strike,
            onset,
        };
        let world = World {
            tables: &self.tables,
            channels: &self.channels,
            devices: &self.devices,
            tunings: &self.tunings,
            wanted: wanted(self.effects.as_deref()),
            sample_rate_hz,
        };
        let Some(cx) = world.of(note.part) else {
            return false;
        };
        self.polyphony.start(slot, &new, moment, &cx);
        true
    }

    /// Ends the oldest note of a key, or leaves that to a pedal.
    pub(super) fn note_off(&mut self, part: u8, key: u8) {
        if let Some(note) = self.polyphony.oldest_down(part, key, self.note_id) {
            self.lift(part, |tag| tag.note == note);
        }
    }

    /// Controller 123: note-off for every key that is down.
    pub(super) fn notes_off(&mut self, part: u8) {
        self.forget_held(part);
        self.lift(part, |_| true);
    }

    /// Lifts keys; what no pedal holds is released.
    pub(super) fn lift(&mut self, part: u8, which: impl Fn(&Tag) -> bool) {
        let sustained = self
            .channels
            .get(usize::from(part))
            .is_some_and(|channel| channel.controls.pedal(number::SUSTAIN));
        let moment = Moment::at(self.position);
        let downloads = &self.downloads;
        self.polyphony.for_each_playing(
            |tag| tag.part == part && tag.key_down && which(tag),
            |tag, voice| {
                tag.key_down = false;
                if !sustained && !tag.sostenuto {
                    voice.release(tag, downloads, moment);
                }
            },
        );
    }

    /// A pedal went up: releases what nothing holds any more.
    pub(super) fn release_held(&mut self, part: u8) {
        let sustained = self
            .channels
            .get(usize::from(part))
            .is_some_and(|channel| channel.controls.pedal(number::SUSTAIN));
        if sustained {
            return;
        }
        let moment = Moment::at(self.position);
        let downloads = &self.downloads;
        self.polyphony.for_each_playing(
            |tag| tag.part == part && !tag.key_down && !tag.sostenuto,
            |tag, voice| voice.release(tag, downloads, moment),
        );
    }

    /// The sostenuto pedal went down: it holds the notes whose keys are down.
    pub(super) fn capture_sostenuto(&mut self, part: u8) {
        self.polyphony.for_each_playing(
            |tag| tag.part == part && tag.key_down,
            |tag, _| tag.sostenuto = true,
        );
    }

    /// The sostenuto pedal went up: it holds nothing.
    pub(super) fn drop_sostenuto(&mut self, part: u8) {
        self.polyphony
            .for_each_playing(|tag| tag.part == part, |tag, _| tag.sostenuto = false);
    }

    /// Fades voices at once, whatever holds them.
    pub(super) fn sound_off(&mut self, which: impl Fn(&Tag) -> bool) {
        let moment = Moment::at(self.position);
        let sample_rate_hz = f64::from(self.config.sample_rate);
        self.polyphony
            .for_each_playing(which, |tag, voice| voice.fade(tag, moment, sample_rate_hz));
    }
}

/// The key whose regions a generated key plays.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0..=127 before the cast"
)]
pub(super) fn nearest_key(key: f64) -> u8 {
    libm::floor(key + 0.5).clamp(0.0, 127.0) as u8
}
