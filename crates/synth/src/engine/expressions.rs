//! Notes by the names that hosts have for them, and what belongs to one note alone.
//!
//! Source: \[CLAP\] note events and expressions; \[VST3\] note expressions.

use crate::channel::{CHANNELS_PER_GROUP, NoteTrim};
use crate::polyphony::{EndedNote, Tag};
use crate::voice::NoteExpression;

use super::{Engine, part_index};

/// Whom an event is for; what is `None` is any.
///
/// # Source
/// \[CLAP\] wildcards of note events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NoteAddress {
    /// `0..=15`, and whoever listens to it.
    pub channel: Option<u8>,
    /// `0..=127`.
    pub key: Option<u8>,
    /// As it was given to [`Engine::strike_note`].
    pub note_id: Option<i32>,
}

impl NoteAddress {
    /// Whether it names a voice of a part.
    fn names(self, part: u8, tag: &Tag) -> bool {
        let is_any = |wanted: Option<u8>, own: u8| wanted.is_none_or(|wanted| wanted == own);
        tag.part == part
            && is_any(self.key, tag.key)
            && self
                .note_id
                .is_none_or(|wanted| tag.note_id == Some(wanted))
    }
}

impl Engine {
    /// Strikes a note that can be spoken to by number.
    ///
    /// Everything else is as with a note-on message; expressions begin anew.
    ///
    /// - `group_index`: 0-based; a group that is not answered to is ignored
    /// - `channel`: `0..=15`, `key`: `0..=127`, `velocity`: `1..=127`; others are ignored
    /// - `note_id`: any number; several notes may have the same
    ///
    /// # Real-time
    /// Render. Bounded by the number of voices.
    pub fn strike_note(
        &mut self,
        group_index: u16,
        channel: u8,
        key: u8,
        velocity: u8,
        note_id: i32,
    ) {
        if channel > 15 || velocity == 0 {
            return;
        }
        self.note_id = Some(note_id);
        let group = group_index.saturating_add(1);
        self.message(group, &[0x90 | channel, key, velocity]);
        self.note_id = None;
        if let Some(part) = part_index(group_index, channel) {
            self.polyphony.end_if_silent(EndedNote {
                part,
                key,
                note_id,
                frame: self.position,
            });
        }
    }

    /// The next note with a number of which nothing sounds any more; some have never sounded.
    ///
    /// Those that nobody takes wait, about a thousand of them. All sound off by a reset ends notes
    /// without a word.
    ///
    /// # Real-time
    /// Render. Wait-free.
    #[must_use]
    pub fn take_ended(&mut self) -> Option<EndedNote> {
        self.polyphony.take_ended()
    }

    /// Ends one note of a key, as a note-off message does: the one of this number, or the oldest if
    /// there is none.
    ///
    /// - `group_index`: 0-based; a group that is not answered to is ignored
    /// - `channel`: `0..=15`, `key`: `0..=127`; others are ignored
    ///
    /// # Real-time
    /// Render. Bounded by the number of voices.
    pub fn end_note(&mut self, group_index: u16, channel: u8, key: u8, note_id: i32) {
        if channel > 15 {
            return;
        }
        self.note_id = Some(note_id);
        let group = group_index.saturating_add(1);
        self.message(group, &[0x80 | channel, key, 64]);
        self.note_id = None;
    }

    /// Ends notes as note-off messages do: what a pedal holds goes on.
    ///
    /// - `group_index`: 0-based
    ///
    /// # Real-time
    /// Render. Bounded by the number of voices.
    pub fn lift_note(&mut self, group_index: u16, address: NoteAddress) {
        for part in self.parts_of(group_index, address) {
            self.lift(part, |tag| address.names(part, tag));
        }
        self.aim_bent();
    }

    /// The parts that an address speaks of: those that listen to its channel, or all of the group.
    fn parts_of(&self, group_index: u16, address: NoteAddress) -> impl Iterator<Item = u8> + use<> {
        let device = self.devices.get(usize::from(group_index));
        let all = address.channel.is_none().then_some(0..CHANNELS_PER_GROUP);
        let listening = address
            .channel
            .zip(device)
            .map(|(channel, device)| device.listeners(channel));
        let parts = all.into_iter().flatten();
        let is_answered = group_index < self.channel_groups;
        parts
            .chain(listening.into_iter().flatten())
            .filter_map(move |number| part_index(group_index, number))
            .filter(move |_| is_answered)
    }

    /// Sets an expression of sounding notes, released ones too.
    ///
    /// It acts from the next control tick on and is reached at its end. A note that nobody named
    /// is not touched, and no note is none.
    ///
    /// - `group_index`: 0-based
    ///
    /// # Real-time
    /// Render. Bounded by the number of voices.
    pub fn express(&mut self, group_index: u16, address: NoteAddress, expression: NoteExpression) {
        for part in self.parts_of(group_index, address) {
            self.polyphony.for_each_playing(
                |tag| address.names(part, tag),
                |_, voice| voice.express(expression),
            );
        }
    }

    /// Sets a number of the trim of sounding notes, released ones too, instead of their part's.
    ///
    /// It acts from the next control tick on and is reached at its end, and holds whatever becomes
    /// of the part's. A note that nobody named is not touched.
    ///
    /// - `group_index`: 0-based; a group that is not answered to is ignored
    /// - `channel`: the part, `0..=15`; a part that is not there is ignored
    ///
    /// # Source
    /// \[CLAP\] polyphonic modulation of parameters.
    ///
    /// # Real-time
    /// Render. Bounded by the number of voices.
    pub fn trim_note(&mut self, group_index: u16, channel: u8, note_id: i32, trim: NoteTrim) {
        let Some(part) = part_index(group_index, channel) else {
            return;
        };
        if group_index < self.channel_groups {
            self.polyphony.for_each_playing(
                |tag| tag.part == part && tag.note_id == Some(note_id),
                |_, voice| voice.trim(trim),
            );
        }
    }

    /// Sets how many voices a part may have at a time; `None` is as many as there are.
    ///
    /// A note beyond them takes the place of one of its own part's, chosen as where all voices are
    /// in use. Voices that sound go on. Resets leave it alone.
    ///
    /// - `group_index`: 0-based; a part that is not there is ignored
    /// - `channel`: `0..=15`
    /// - `most`: 0 silences the part
    ///
    /// # Real-time
    /// Render. Wait-free.
    pub fn set_part_voices(&mut self, group_index: u16, channel: u8, most: Option<u16>) {
        if let Some(part) = part_index(group_index, channel)
            && let Some(channel) = self.channels.get_mut(usize::from(part))
        {
            channel.most_voices = most;
        }
    }
}
