//! What the host sets for the whole engine and its parts, on top of all that MIDI says.
//!
//! Owner: the engine. Thread: render.

use crate::channel::controllers::number;
use crate::channel::{Channel, Effect, PartTrim};

use super::messages::ChannelMessage;
use super::{Engine, part_index};

/// Farthest that everything is tuned, cents.
const MAX_TUNE_CENTS: f32 = 1200.0;

/// Farthest that everything is transposed, semitones.
const MAX_TRANSPOSE: i8 = 48;

impl Engine {
    /// Sets the gain of everything.
    ///
    /// - `gain_db`: -96 and below is silence, at most +24; reached in about 10 ms
    ///
    /// # Real-time
    /// Render. Wait-free.
    pub fn set_master_gain_db(&mut self, gain_db: f32) {
        let ticks = self.glide_ticks();
        self.mixer.set_gain_db(gain_db, ticks);
    }

    /// Adds to the tuning of everything, drums too; sounding notes are there in about 10 ms.
    ///
    /// - `cents`: held within `-1200.0..=1200.0`; not a number is 0
    ///
    /// # Real-time
    /// Render. Bounded by the number of channels.
    pub fn set_master_tune(&mut self, cents: f32) {
        let cents = if cents.is_nan() { 0.0 } else { cents };
        let cents = cents.clamp(-MAX_TUNE_CENTS, MAX_TUNE_CENTS);
        let is_sounding = self.polyphony.sounding() > 0;
        let ticks = if is_sounding { self.glide_ticks() } else { 0 };
        for device in &mut self.devices {
            device.tune(cents, ticks);
        }
        self.channels.iter_mut().for_each(Channel::retune);
    }

    /// Moves the keys of notes to come, but not those of drums.
    ///
    /// - `semitones`: held within `-48..=48`
    ///
    /// # Real-time
    /// Render. Wait-free.
    pub fn set_transpose(&mut self, semitones: i8) {
        for device in &mut self.devices {
            device.host_shift = semitones.clamp(-MAX_TRANSPOSE, MAX_TRANSPOSE);
        }
    }

    /// Sets how many voices may play at a time, and gives what is granted. Those that play go on.
    ///
    /// - `voices`: held within `1..=` those the engine was built with
    ///
    /// # Real-time
    /// Render. Wait-free.
    pub fn set_voices(&mut self, voices: u16) -> u16 {
        let granted = self.polyphony.set_capacity(usize::from(voices));
        u16::try_from(granted).unwrap_or(u16::MAX)
    }

    /// Sets what the host adds to a part; what moves a sounding note is reached in about 10 ms,
    /// evenly: the gain in decibels unless it leaps, the pitch and the filter in cents.
    ///
    /// - `group_index`: 0-based; a part that is not there is ignored
    /// - `channel`: `0..=15`
    ///
    /// # Real-time
    /// Render. Bounded by the number of voices.
    pub fn set_part_trim(&mut self, group_index: u16, channel: u8, trim: PartTrim) {
        let ticks = self.glide_ticks();
        let is_sounding = part_index(group_index, channel)
            .is_some_and(|part| self.polyphony.playing_of(part) > 0);
        if let Some(channel) = self.channel_mut(group_index, channel) {
            channel.set_trim(trim, ticks, is_sounding);
        }
        let device = self.devices.get_mut(usize::from(group_index));
        let moves = device.is_some_and(|device| device.host_listen(channel, trim.channel));
        if moves && let Some(part) = part_index(group_index, channel) {
            self.leave_alone(part);
        }
    }

    /// Ends the notes of a part and lifts its pedals.
    fn leave_alone(&mut self, part: u8) {
        for controller in [number::SUSTAIN, number::SOSTENUTO] {
            let lift = ChannelMessage::Control {
                controller,
                value: 0,
            };
            self.part_message(part, &lift);
        }
        self.obey_effect(part, Effect::NotesOff);
    }

    /// Chooses what MIDI would choose, on a part that is locked too.
    ///
    /// - `group_index`: 0-based; a part that is not there is ignored
    /// - `channel`: `0..=15`
    /// - `bank_msb`, `bank_lsb`, `program`: `0..=127`
    ///
    /// # Real-time
    /// Render. Wait-free.
    pub fn choose_program(
        &mut self,
        group_index: u16,
        channel: u8,
        (bank_msb, bank_lsb, program): (u8, u8, u8),
    ) {
        if let Some(channel) = self.channel_mut(group_index, channel) {
            channel.choose(bank_msb, bank_lsb, program);
        }
    }

    fn channel_mut(&mut self, group_index: u16, channel: u8) -> Option<&mut Channel> {
        let part = part_index(group_index, channel)?;
        self.channels.get_mut(usize::from(part))
    }
}
