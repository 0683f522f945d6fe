//! The pool of voices: who sounds, for which note, and who has to make room.
//!
//! Slots are fixed when the engine is built. As many voices as were asked for can play; a few
//! slots more hold voices that have been robbed of their place and fade out. A free slot is
//! always the lowest one, so that the order of mixing, and with it every bit, depends on nothing
//! but the events. Owner: the engine. Thread: render.

mod named;
mod ranks;
mod tag;

pub use named::EndedNote;
pub(crate) use tag::{Handle, Moment, Tag};

use dmus_kernel::miniport::VoicePriority;

use crate::allocation::{Fate, NO_RANK};
use crate::articulation::{Articulation, Strike};
use crate::downloads::{Downloads, PLACES};
use crate::dsp::interpolation::Interpolation;
use crate::dsp::octet::LANES;
use crate::dsp::oscillator::Reader;
use crate::dsp::tables::TICK_FRAMES;
use crate::sends::{Amounts, SENDS};
use crate::voice::{Lanes, Mix, Modulation, Onset, Part, Scratch, Sound, VoiceCx};
use named::Named;
use ranks::Ranks;

/// Slots for fading voices, for every so many playing ones.
const VOICES_PER_SPARE: usize = 4;

/// Fewest and most slots for fading voices.
const SPARES: (usize, usize) = (4, 64);

/// Slots for fading voices beside so many playing ones.
fn spares(capacity: usize) -> usize {
    (capacity / VOICES_PER_SPARE).clamp(SPARES.0, SPARES.1)
}

/// A voice that is about to start.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewVoice<'a> {
    pub(crate) tag: Tag,
    pub(crate) part: Part<'a>,
    pub(crate) strike: Strike,
    pub(crate) onset: Onset,
}

/// What became of a request for a slot.
pub(crate) enum Room {
    /// A slot, and whether a voice was robbed for it.
    Slot { slot: usize, stolen: bool },
    /// All voices are more important.
    None,
}

/// All voices.
#[derive(Debug)]
pub(crate) struct Polyphony {
    /// By slot; only those marked in `active` mean anything.
    tags: Vec<Tag>,
    /// By slot, what `tags` say of who goes first.
    ranks: Ranks,
    /// By slot, as far as slots were ever used: what no voice has needed takes no memory.
    voices: Vec<Option<Modulation>>,
    /// The other half of each eight voices, as far as there are any.
    lanes: Vec<Lanes>,
    reader: Reader,
    scratch: Box<Scratch>,
    /// One bit for each slot in use.
    active: Vec<u64>,
    /// The same for those of which nothing can be heard after the tick.
    over: Vec<u64>,
    /// Voices that may play at a time, `1..=most`.
    capacity: usize,
    /// Voices for which there are slots.
    most: usize,
    /// Voices playing, fading ones not counted.
    playing: usize,
    /// Voices fading.
    fading: usize,
    /// Voices that play from each place, fading ones included.
    in_use: [u32; PLACES],
    /// Some voice is bent.
    bent: bool,
    /// Notes that the host has given numbers.
    named: Named,
}

impl Polyphony {
    /// A pool for `capacity` playing voices.
    ///
    /// # Real-time
    /// Control. Not real-time: allocates.
    pub(crate) fn new(capacity: usize, reader: Reader) -> Self {
        let slots = capacity + spares(capacity);
        Self {
            tags: vec![Tag::struck(0, 0, 0, VoicePriority::new(0)); slots],
            ranks: Ranks::new(slots),
            voices: Vec::with_capacity(slots),
            lanes: Vec::with_capacity(slots.div_ceil(LANES)),
            reader,
            scratch: Box::new(Scratch::new()),
            active: vec![0; slots.div_ceil(64)],
            over: vec![0; slots.div_ceil(64)],
            capacity,
            most: capacity,
            playing: 0,
            fading: 0,
            in_use: [0; PLACES],
            bent: false,
            named: Named::new(slots),
        }
    }

    /// Sets how waves are read from each voice's next tick on.
    pub(crate) fn set_interpolation(&mut self, interpolation: Interpolation) {
        if self.reader.interpolation == interpolation {
            return;
        }
        self.reader.interpolation = interpolation;
        // Voices that rest are to notice too.
        for tag in &mut self.tags {
            tag.rests = false;
        }
    }

    /// Sets how many voices may play at a time, and gives what is granted. Those that play go on.
    pub(crate) fn set_capacity(&mut self, voices: usize) -> usize {
        self.capacity = voices.clamp(1, self.most);
        self.capacity
    }

    /// Name of the vector instructions in use.
    pub(crate) const fn level(&self) -> &'static str {
        self.reader.level.name()
    }

    /// Voices sounding, fading ones included.
    pub(crate) const fn sounding(&self) -> usize {
        self.playing + self.fading
    }

    /// Voices that play from each place.
    pub(crate) const fn in_use(&self) -> &[u32; PLACES] {
        &self.in_use
    }

    /// Whether some voice waits to be pointed anew.
    pub(crate) const fn is_bent(&self) -> bool {
        self.bent
    }

    /// Silences everything at once.
    pub(crate) fn clear(&mut self) {
        for slot in 0..self.voices.len() {
            if let Some((lanes, lane)) = lanes_of(&mut self.lanes, slot) {
                lanes.stop(lane);
            }
        }
        self.active.fill(0);
        self.over.fill(0);
        self.ranks.clear();
        self.playing = 0;
        self.fading = 0;
        self.in_use = [0; PLACES];
        self.named.clear();
    }

    /// The next note with a number that has ended.
    pub(crate) fn take_ended(&mut self) -> Option<EndedNote> {
        self.named.take()
    }

    /// Ends a note with a number that has no voice.
    pub(crate) fn end_if_silent(&mut self, note: EndedNote) {
        if !self.named.sounds(note.note_id) {
            self.named.note_end(note);
        }
    }

    /// Tags of all sounding voices with their slots, lowest slot first.
    pub(crate) fn tags(&self) -> impl Iterator<Item = (usize, &Tag)> {
        slots(&self.active).filter_map(|slot| Some((slot, self.tags.get(slot)?)))
    }

    /// Calls `act` for every playing voice that passes `which`; fading ones no longer play.
    pub(crate) fn for_each_playing(
        &mut self,
        which: impl Fn(&Tag) -> bool,
        mut act: impl FnMut(&mut Tag, &mut Handle<'_>),
    ) {
        let Self {
            tags,
            ranks,
            voices,
            lanes,
            active,
            playing,
            fading,
            bent,
            ..
        } = self;
        for slot in slots(active) {
            // Tags lie close together; a voice is touched only if it is concerned.
            let Some(tag) = tags.get_mut(slot) else {
                continue;
            };
            if tag.fading || !which(tag) {
                continue;
            }
            let (Some(Some(modulation)), Some((lanes, lane))) =
                (voices.get_mut(slot), lanes_of(lanes, slot))
            else {
                continue;
            };
            let mut handle = Handle {
                modulation,
                lanes,
                lane,
            };
            act(tag, &mut handle);
            tag.rests = false;
            ranks.set(slot, tag.rank());
            *bent |= tag.bent;
            if tag.fading {
                *playing = playing.saturating_sub(1);
                *fading += 1;
            }
        }
    }

    /// Gives all voices of a part another priority.
    pub(crate) fn set_priority(&mut self, part: u8, priority: VoicePriority) {
        for slot in slots(&self.active) {
            if let Some(tag) = self.tags.get_mut(slot).filter(|tag| tag.part == part) {
                tag.priority = priority;
                self.ranks.set(slot, tag.rank());
            }
        }
    }

    /// Lets one of the playing voices that pass `which` fade; false if none gives way.
    pub(crate) fn rob(
        &mut self,
        which: impl Fn(&Tag) -> bool,
        priority: VoicePriority,
        note: u64,
        moment: Moment,
        sample_rate_hz: f64,
    ) -> bool {
        let tags = &self.tags;
        let gives_way = |tag: &Tag| tag.candidate().gives_way_to(priority, note) && which(tag);
        let victim = self
            .ranks
            .first(Fate::Playing, |slot| tags.get(slot).is_some_and(gives_way));
        let Some(victim) = victim else {
            return false;
        };
        if let (Some(tag), Some(Some(modulation))) =
            (self.tags.get_mut(victim), self.voices.get_mut(victim))
        {
            tag.fading = true;
            tag.bent = true;
            self.ranks.set(victim, tag.rank());
            self.bent = true;
            modulation.fade(moment.frame, sample_rate_hz);
            self.playing = self.playing.saturating_sub(1);
            self.fading += 1;
        }
        true
    }

    /// Voices of a part that play.
    pub(crate) fn playing_of(&self, part: u8) -> usize {
        self.tags()
            .filter(|(_, tag)| tag.part == part && !tag.fading)
            .count()
    }

    /// Finds a slot for a new voice, robbing another one of its place if it must.
    pub(crate) fn make_room(
        &mut self,
        priority: VoicePriority,
        note: u64,
        moment: Moment,
        sample_rate_hz: f64,
    ) -> Room {
        let mut stolen = false;
        // One only, but more where fewer voices are allowed than play.
        while self.playing >= self.capacity {
            stolen = self.rob(|_| true, priority, note, moment, sample_rate_hz);
            if !stolen {
                return Room::None;
            }
        }
        // As many as a pool would have that was built for no more voices than are allowed.
        let slots = self.capacity + spares(self.capacity);
        if self.sounding() < slots
            && let Some(slot) = self.lowest_free()
        {
            return Room::Slot { slot, stolen };
        }
        // Every spare slot holds a fading voice: the quietest of them is cut off.
        match self.ranks.first(Fate::Fading, |_| true) {
            Some(slot) => {
                self.free(slot, moment.frame);
                Room::Slot { slot, stolen }
            }
            None => Room::None,
        }
    }

    /// Starts a voice in a slot from [`Self::make_room`].
    pub(crate) fn start(
        &mut self,
        slot: usize,
        new: &NewVoice<'_>,
        moment: Moment,
        cx: &VoiceCx<'_>,
    ) {
        let tag = new.tag;
        // Within what was reserved: nothing is allocated.
        while self.voices.len() <= slot && self.voices.len() < self.tags.len() {
            self.voices.push(None);
        }
        while self.lanes.len() * LANES < self.voices.len() {
            self.lanes.push(Lanes::new());
        }
        let (Some(place), Some(own), Some((lanes, lane)), Some(word)) = (
            self.voices.get_mut(slot),
            self.tags.get_mut(slot),
            lanes_of(&mut self.lanes, slot),
            self.active.get_mut(slot / 64),
        ) else {
            return;
        };
        let modulation = Modulation::new(new.part, new.strike, new.onset, moment.frame, cx);
        let start = place.insert(modulation).begin(new.part.articulation, cx);
        lanes.start(lane, &start, &self.reader);
        *own = tag;
        own.level = start.targets.level();
        self.ranks.set(slot, own.rank());
        *word |= 1 << (slot % 64);
        self.playing += 1;
        self.bent = true;
        if let Some(count) = self.in_use.get_mut(usize::from(tag.place)) {
            *count += 1;
        }
        if let Some(note_id) = tag.note_id {
            self.named.begin(note_id);
        }
    }

    /// Points one voice to the end of the tick.
    fn aim<'a>(
        &mut self,
        slot: usize,
        articulation: impl Fn() -> Option<Articulation<'a>>,
        moment: Moment,
        cx: &VoiceCx<'_>,
    ) {
        if let (Some(Some(modulation)), Some(tag), Some(over), Some((lanes, lane))) = (
            self.voices.get_mut(slot),
            self.tags.get_mut(slot),
            self.over.get_mut(slot / 64),
            lanes_of(&mut self.lanes, slot),
        ) {
            let targets = modulation.targets(articulation, cx, moment.tick_end());
            lanes.aim(lane, moment.offset, &targets, &self.reader);
            tag.level = targets.level();
            tag.bent = false;
            *over = *over & !(1 << (slot % 64)) | u64::from(modulation.is_over()) << (slot % 64);
            tag.rests = modulation.rests() && lanes.stands(lane);
            if tag.goes_by_level() {
                self.ranks.set(slot, tag.rank());
            }
        }
    }

    /// Points voices to the end of the tick: all of them where a tick begins, within a tick
    /// those to which something happened. Voices that rest are passed over.
    ///
    /// - `stirred`: parts that are not what they were a tick ago, by bits
    pub(crate) fn aim_all<'a>(
        &mut self,
        downloads: &Downloads,
        moment: Moment,
        stirred: u64,
        cx: impl Fn(u8) -> Option<VoiceCx<'a>>,
    ) {
        self.bent = false;
        let mut last: Option<(u8, VoiceCx<'a>)> = None;
        for word in 0..self.active.len() {
            for slot in slots_of_word(&self.active, word) {
                let moves = |tag: &Tag| !tag.rests || stirred >> (tag.part % 64) & 1 != 0;
                let wanted = |tag: &&Tag| tag.bent || moment.offset == 0 && moves(tag);
                let Some(tag) = self.tags.get(slot).filter(wanted) else {
                    continue;
                };
                let (place, region, part) = (tag.place, tag.region, tag.part);
                // Neighbours are often of one part.
                if last.as_ref().is_none_or(|(of, _)| *of != part) {
                    last = cx(part).map(|cx| (part, cx));
                }
                if let Some((_, cx)) = &last {
                    let articulation = || downloads.collection(place)?.articulation(region);
                    self.aim(slot, articulation, moment, cx);
                }
            }
        }
    }

    /// Mixes frames of one tick from every voice.
    ///
    /// - `mix`: sides of equal length, at most to the end of the tick
    pub(crate) fn render(&mut self, downloads: &Downloads, moment: Moment, mix: &mut Mix<'_>) {
        let tick_ends = moment.offset + mix.left.len() == TICK_FRAMES;
        for group in 0..self.lanes.len() {
            let bits = group_of(&self.active, group);
            let Some(lanes) = self.lanes.get_mut(group).filter(|_| bits != 0) else {
                continue;
            };
            let first = group * LANES;
            let mut sounds = [None; LANES];
            for (lane, sound) in sounds.iter_mut().enumerate() {
                if bits >> lane & 1 != 0
                    && let Some(tag) = self.tags.get(first + lane)
                    && let Some(collection) = downloads.collection(tag.place)
                {
                    *sound = Sound::of(collection, tag.region);
                }
            }
            if let Some(outputs) = &mut mix.outputs {
                let tags = &self.tags;
                outputs.face(|lane| {
                    let tag = tags.get(first + lane).filter(|_| bits >> lane & 1 != 0);
                    Some(tag?.part)
                });
            }
            let ended = lanes.render(&sounds, moment.offset, &self.reader, &mut self.scratch, mix);
            // Voices end where ticks end, so that nothing depends on how a tick is cut.
            if !tick_ends {
                continue;
            }
            let mut gone = bits & (ended | group_of(&self.over, group));
            while gone != 0 {
                self.free(first + gone.trailing_zeros() as usize, moment.tick_end());
                gone &= gone - 1;
            }
        }
    }

    /// Largest sends of a part's voices, by bus.
    pub(crate) fn sends(&self, part: u8) -> Amounts {
        self.tags()
            .filter(|(_, tag)| tag.part == part)
            .filter_map(|(slot, _)| self.voices.get(slot)?.as_ref())
            .fold([0.0; SENDS], |most: Amounts, voice| {
                let sends = voice.sends();
                core::array::from_fn(|bus| most[bus].max(sends[bus]))
            })
    }

    /// The oldest note of a key that is still down; one of this number before all others.
    pub(crate) fn oldest_down(&self, part: u8, key: u8, note_id: Option<i32>) -> Option<u64> {
        let is_other = |tag: &Tag| note_id.is_some() && tag.note_id != note_id;
        self.tags()
            .filter(|(_, tag)| tag.part == part && tag.key == key && tag.key_down && !tag.fading)
            .map(|(_, tag)| (is_other(tag), tag.note))
            .min()
            .map(|(_, note)| note)
    }

    fn lowest_free(&self) -> Option<usize> {
        let slot = self
            .active
            .iter()
            .enumerate()
            .find(|(_, word)| **word != u64::MAX)
            .map(|(index, word)| index * 64 + word.trailing_ones() as usize)?;
        (slot < self.tags.len()).then_some(slot)
    }

    /// Ends the voice of a slot by a frame of the stream.
    fn free(&mut self, slot: usize, frame: u64) {
        let (Some(active), Some(over), Some(tag)) = (
            self.active.get_mut(slot / 64),
            self.over.get_mut(slot / 64),
            self.tags.get(slot),
        ) else {
            return;
        };
        *active &= !(1 << (slot % 64));
        *over &= !(1 << (slot % 64));
        self.ranks.set(slot, NO_RANK);
        if let Some((lanes, lane)) = lanes_of(&mut self.lanes, slot) {
            lanes.stop(lane);
        }
        let count = if tag.fading {
            &mut self.fading
        } else {
            &mut self.playing
        };
        *count = count.saturating_sub(1);
        if let Some(count) = self.in_use.get_mut(usize::from(tag.place)) {
            *count = count.saturating_sub(1);
        }
        if let Some(note_id) = tag.note_id {
            self.named.end(EndedNote {
                part: tag.part,
                key: tag.key,
                note_id,
                frame,
            });
        }
    }
}

/// Groups of lanes that one word of `active` covers.
const GROUPS_PER_WORD: usize = 64 / LANES;

/// The group and the lane of a slot.
#[inline]
fn lanes_of(lanes: &mut [Lanes], slot: usize) -> Option<(&mut Lanes, usize)> {
    Some((lanes.get_mut(slot / LANES)?, slot % LANES))
}

/// The bits of one group of lanes.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "a group has eight bits")]
fn group_of(words: &[u64], group: usize) -> u8 {
    let word = words.get(group / GROUPS_PER_WORD).copied().unwrap_or(0);
    (word >> (group % GROUPS_PER_WORD * LANES)) as u8
}

/// Slots in use, lowest first.
fn slots(active: &[u64]) -> impl Iterator<Item = usize> {
    (0..active.len()).flat_map(|word| slots_of_word(active, word))
}

/// Slots in use in one word; a copy, so that the word may change meanwhile.
fn slots_of_word(active: &[u64], word: usize) -> impl Iterator<Item = usize> + use<> {
    let mut bits = active.get(word).copied().unwrap_or(0);
    core::iter::from_fn(move || {
        if bits == 0 {
            return None;
        }
        let bit = bits.trailing_zeros() as usize;
        bits &= bits - 1;
        Some(word * 64 + bit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_come_lowest_first() {
        let active = [0b1010, 0, 1 << 63];
        assert_eq!(slots(&active).collect::<Vec<_>>(), [1, 3, 191]);
    }
}
