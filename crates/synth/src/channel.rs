//! One MIDI channel: what it plays, how its notes are to sound, and the host's trim on top.
//!
//! In: channel messages, trims. Out: controls for connections, a patch, gain and pan.
//! Owner: the engine. Thread: render. Source: \[MIDI1\]; \[DLS2\] banks and programs.

pub(crate) mod controllers;
pub(crate) mod destinations;
mod device;
mod edits;
pub(crate) mod generators;
pub(crate) mod keys;
mod non_registered;
pub(crate) mod own_trim;
pub(crate) mod parameters;
mod part_edit;
pub(crate) mod portamento;
pub(crate) mod settings;
pub(crate) mod sysex;
pub(crate) mod trim;
pub(crate) mod tunings;
mod velocity;
pub(crate) mod zones;

pub(crate) use device::{Device, balance_sides};
pub(crate) use part_edit::PartEdit;

pub use own_trim::NoteTrim;
pub use trim::PartTrim;
pub(crate) use trim::{Added, outside_gain, outside_gain_plus};
pub use velocity::VelocityCurve;

use dmus_dls::bank::Patch;
use dmus_kernel::miniport::VoicePriority;

use crate::downloads::{Downloads, Found};
use crate::dsp::fader::Fader;
use crate::dsp::pan::Sides;
use crate::dsp::ramp::Glide;
use controllers::{Controls, number};
use destinations::Destinations;
use generators::Generators;
use keys::KeyEdits;
use parameters::Entered;
use portamento::HeldKeys;
use settings::Settings;
use sysex::Mode;

/// Channels in a group.
pub(crate) const CHANNELS_PER_GROUP: u8 = 16;

/// The channel that plays drums unless told otherwise, 0-based.
const DRUM_CHANNEL: u8 = 9;

/// Bank select of General MIDI 2's melodic instruments.
const GM2_MELODIC: u8 = 121;

/// Bank select of General MIDI 2's drums.
const GM2_DRUMS: u8 = 120;

/// Bank selects of XG's drums: effects and kits.
const XG_DRUMS: [u8; 2] = [126, 127];

/// What a controller asks of sounding notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing at once; it acts at the next tick.
    None,
    /// The sustain pedal went up.
    SustainUp,
    /// The sostenuto pedal went down.
    SostenutoDown,
    /// The sostenuto pedal went up.
    SostenutoUp,
    /// Both pedals went up.
    PedalsUp,
    /// All notes off.
    NotesOff,
    /// All sound off.
    SoundOff,
    /// Another tuning is in force.
    Retuned,
    /// The bend range is another one.
    BendRange,
    /// A zone of so many member channels is asked for.
    Zone(u8),
    /// Not understood.
    Unknown,
}

/// Bank and program as a message names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Select {
    bank_msb: u8,
    bank_lsb: u8,
    program: u8,
}

/// The state of one channel.
#[derive(Debug, Clone)]
pub(crate) struct Channel {
    /// Number in its group, `0..=15`.
    number: u8,
    mode: Mode,
    pub(crate) controls: Controls,
    pub(crate) settings: Settings,
    pub(crate) destinations: Destinations,
    pub(crate) keys: KeyEdits,
    pub(crate) generators: Generators,
    /// Keys that are down, while it plays one note at a time.
    pub(crate) held: HeldKeys,
    /// The key that was struck last.
    pub(crate) last_key: Option<u8>,
    /// Where the next note glides from, once.
    pub(crate) glide_from: Option<u8>,
    /// Counts every change of tuning that a sounding note has to notice.
    tuning_revision: u32,
    /// Most voices it may have at a time.
    pub(crate) most_voices: Option<u16>,
    /// Counts every change that a sounding note has to notice.
    revision: u32,
    /// In force since the last program change.
    select: Select,
    drums: bool,
    /// What the host has chosen instead: program, upper and lower byte of the bank.
    overrides: [Option<u8>; 3],
    /// Messages change nothing of what is selected.
    is_locked: bool,
    /// Lowest and highest key that the host lets it answer to.
    host_keys: (u8, u8),
    /// What the host makes of velocities.
    host_curve: VelocityCurve,
    /// What the host adds beside gain and pan, at the end of the tick.
    pub(crate) added: Added,
    /// Where that goes.
    wanted: Added,
    /// Ticks until it is there.
    added_ticks: u32,
    /// Anything of the trim has not arrived.
    trim_moves: bool,
    /// The instrument in force, looked up when first needed.
    found: Option<Found>,
    /// Whether `found` answers for the present state.
    is_looked_up: bool,
    /// That `found` has played is known outside.
    pub(crate) is_told: bool,
    gain: Fader,
    pan: Glide,
    priority: VoicePriority,
}

impl Channel {
    /// A channel after power-on.
    ///
    /// - `number`: in its group, `0..=15`
    pub(crate) fn new(number: u8) -> Self {
        let mut channel = Self {
            number,
            mode: Mode::Dls,
            controls: Controls::power_on(),
            settings: Settings::power_on(),
            destinations: Destinations::NONE,
            keys: KeyEdits::new(),
            generators: Generators::new(),
            held: HeldKeys::default(),
            last_key: None,
            glide_from: None,
            tuning_revision: 0,
            most_voices: None,
            revision: 0,
            select: Select {
                bank_msb: 0,
                bank_lsb: 0,
                program: 0,
            },
            drums: false,
            overrides: [None; 3],
            is_locked: false,
            host_keys: (0, 127),
            host_curve: VelocityCurve::Linear,
            added: Added::NONE,
            wanted: Added::NONE,
            added_ticks: 0,
            trim_moves: false,
            found: None,
            is_looked_up: false,
            is_told: false,
            gain: Fader::resting(1.0),
            pan: Glide::resting(0.0),
            priority: VoicePriority::of_channel(number),
        };
        channel.reset(Mode::Dls);
        channel
    }

    /// Power-on state under new rules; what the host has set stays.
    pub(crate) fn reset(&mut self, mode: Mode) {
        self.mode = mode;
        if !self.is_locked {
            self.drums = self.number == DRUM_CHANNEL;
        }
        self.controls = Controls::power_on();
        self.settings = Settings::power_on();
        self.destinations = Destinations::NONE;
        self.keys.clear();
        self.generators.clear();
        self.held.clear();
        self.last_key = None;
        self.glide_from = None;
        let bank_msb = match (mode, self.drums) {
            (Mode::Gm2, true) => GM2_DRUMS,
            (Mode::Gm2, false) => GM2_MELODIC,
            (Mode::Xg, true) => 127,
            _ => 0,
        };
        self.controls.set(number::BANK_MSB, bank_msb);
        self.program_change(0);
        self.retune();
    }

    /// The tuning changed under sounding notes.
    pub(crate) const fn retune(&mut self) {
        self.tuning_revision = self.tuning_revision.wrapping_add(1);
        self.touch();
    }

    /// Changes whenever a sounding note has to be tuned anew.
    pub(crate) const fn tuning_revision(&self) -> u32 {
        self.tuning_revision
    }

    /// Something changed that sounding notes listen to.
    pub(crate) const fn touch(&mut self) {
        self.revision = self.revision.wrapping_add(1);
    }

    /// Changes whenever a sounding note has to look again.
    pub(crate) const fn revision(&self) -> u32 {
        self.revision
    }

    /// The rules in force.
    pub(crate) const fn mode(&self) -> Mode {
        self.mode
    }

    /// Whether it plays drums.
    pub(crate) const fn plays_drums(&self) -> bool {
        self.drums
    }

    /// Latches bank and program.
    ///
    /// # Source
    /// \[MIDI1\]: bank select does nothing until a program change.
    pub(crate) fn program_change(&mut self, program: u8) {
        if !self.is_locked {
            self.select(program);
        }
    }

    /// Chooses bank and program as messages do, even where they may not.
    pub(crate) fn choose(&mut self, bank_msb: u8, bank_lsb: u8, program: u8) {
        self.controls.set(number::BANK_MSB, bank_msb);
        self.controls.set(number::BANK_LSB, bank_lsb);
        self.select(program);
        self.touch();
    }

    fn select(&mut self, program: u8) {
        self.select = Select {
            bank_msb: self.controls.controller(number::BANK_MSB),
            bank_lsb: self.controls.controller(number::BANK_LSB),
            program: program & 0x7F,
        };
        match (self.mode, self.select.bank_msb) {
            (Mode::Dls | Mode::Gm1 | Mode::Gm2, GM2_DRUMS) => self.drums = true,
            (Mode::Dls | Mode::Gm1 | Mode::Gm2, GM2_MELODIC) => self.drums = false,
            (Mode::Xg, bank_msb) if self.number != DRUM_CHANNEL => {
                self.drums = XG_DRUMS.contains(&bank_msb);
            }
            _ => {}
        }
        self.is_looked_up = false;
    }

    /// Makes the channel a rhythm part or a melodic one, on its first program.
    pub(crate) fn set_drums(&mut self, drums: bool) {
        if self.is_locked {
            return;
        }
        self.drums = drums;
        self.select.program = 0;
        self.is_looked_up = false;
    }

    /// The patch MIDI asks for, whatever the host's program.
    pub(crate) fn midi_patch(&self) -> Patch {
        Patch {
            drums: self.drums,
            bank_msb: self.select.bank_msb,
            bank_lsb: self.select.bank_lsb,
            program: self.select.program,
        }
    }

    /// The patch asked for, with what the host chose on top.
    pub(crate) fn patch(&self) -> Patch {
        let [program, bank_msb, bank_lsb] = self.overrides;
        Patch {
            drums: self.drums,
            bank_msb: bank_msb.unwrap_or(self.select.bank_msb),
            bank_lsb: bank_lsb.unwrap_or(self.select.bank_lsb),
            program: program.unwrap_or(self.select.program),
        }
    }

    /// The resident collections changed.
    pub(crate) const fn forget_instrument(&mut self) {
        self.is_looked_up = false;
    }

    /// The instrument in force.
    pub(crate) fn instrument(&mut self, downloads: &Downloads) -> Option<Found> {
        if !self.is_looked_up {
            self.found = downloads.find(self.patch());
            self.is_looked_up = true;
            self.is_told = false;
        }
        self.found
    }

    /// Takes a control change; returns what it asks of sounding notes.
    pub(crate) fn control_change(&mut self, controller: u8, value: u8) -> Effect {
        match controller {
            number::ALL_SOUND_OFF => return Effect::SoundOff,
            number::RESET_CONTROLLERS => {
                self.controls.reset();
                self.glide_from = None;
                self.touch();
                return Effect::PedalsUp;
            }
            number::MONO | number::POLY => {
                self.settings.is_mono = controller == number::MONO;
                return Effect::NotesOff;
            }
            number::ALL_NOTES_OFF..=number::POLY => return Effect::NotesOff,
            number::PORTAMENTO_CONTROL => {
                self.glide_from = Some(value);
                return Effect::None;
            }
            _ => {}
        }
        self.touch();
        if let Some(entered) = self.controls.enter(controller, value) {
            self.select_generator(controller, value);
            return self.entered(entered);
        }
        let was_down = self.controls.pedal(controller);
        self.controls.set(controller, value);
        match (controller, was_down, value >= 64) {
            (number::SUSTAIN, true, false) => Effect::SustainUp,
            (number::SOSTENUTO, false, true) => Effect::SostenutoDown,
            (number::SOSTENUTO, true, false) => Effect::SostenutoUp,
            _ => Effect::None,
        }
    }

    /// Data for a parameter has come.
    fn entered(&mut self, entered: Entered) -> Effect {
        match entered {
            Entered::Nothing => Effect::None,
            Entered::Tuning => Effect::Retuned,
            Entered::BendRange => Effect::BendRange,
            Entered::Zone(members) => Effect::Zone(members),
            Entered::NonRegistered {
                msb,
                lsb,
                coarse,
                fine,
            } => {
                if self.non_registered(msb, lsb, coarse, fine) {
                    Effect::None
                } else {
                    Effect::Unknown
                }
            }
        }
    }

    /// Whether it answers to a key, for MIDI and for the host.
    pub(crate) const fn answers(&self, key: u8) -> bool {
        let (lowest, highest) = self.host_keys;
        self.settings.answers(key) && lowest <= key && key <= highest
    }

    /// What MIDI and then the host make of a velocity, `1..=127`.
    pub(crate) fn velocity(&self, velocity: u8) -> u8 {
        self.host_curve.bend(self.settings.velocity(velocity))
    }

    /// Sets the host's trim, to be reached in `ticks` ticks.
    ///
    /// - `is_sounding`: otherwise all but gain and pan is there at once, for the next note
    pub(crate) fn set_trim(&mut self, trim: PartTrim, ticks: u32, is_sounding: bool) {
        self.gain.head_for(outside_gain(trim.gain_db), ticks);
        self.pan.head_for(trim::within(trim.pan, 1.0), ticks);
        let overrides = [trim.program, trim.bank_msb, trim.bank_lsb];
        let overrides = overrides.map(|chosen| chosen.map(|number| number & 0x7F));
        if overrides != self.overrides {
            self.overrides = overrides;
            self.is_looked_up = false;
        }
        self.is_locked = trim.locked;
        self.host_keys = trim.keys;
        self.host_curve = trim.velocity;
        let wanted = Added::of(&trim);
        if wanted != self.wanted {
            self.wanted = wanted;
            self.added_ticks = if is_sounding { ticks.max(1) } else { 0 };
            self.added = if is_sounding {
                self.added.with_times_of(&wanted)
            } else {
                wanted
            };
            self.retune();
        }
        self.look_at_trim();
    }

    /// Notes whether anything of the trim moves: idle engines ask every channel.
    const fn look_at_trim(&mut self) {
        let rests = self.gain.is_resting() && self.pan.is_resting() && self.added_ticks == 0;
        self.trim_moves = !rests;
    }

    /// Moves the trim one tick on.
    pub(crate) fn advance_trim(&mut self) {
        if !self.trim_moves {
            return;
        }
        self.gain.advance();
        self.pan.advance();
        if self.added_ticks > 0 {
            self.added = self.added.towards(&self.wanted, self.added_ticks);
            self.added_ticks = self.added_ticks.saturating_sub(1);
            self.retune();
        }
        self.look_at_trim();
    }

    /// Whether the trim has arrived.
    pub(crate) const fn trim_rests(&self) -> bool {
        !self.trim_moves
    }

    /// Puts the trim where it is going.
    pub(crate) const fn settle_trim(&mut self) {
        self.gain.settle();
        self.pan.settle();
        if self.added_ticks > 0 {
            self.added = self.wanted;
            self.added_ticks = 0;
            self.retune();
        }
        self.trim_moves = false;
    }

    /// Trim of the gain at the end of the tick, as an amplitude.
    pub(crate) fn trim_gain(&self) -> f64 {
        f64::from(self.gain.current())
    }

    /// Trim of the pan at the end of the tick, `-0.5..=0.5`.
    pub(crate) fn trim_pan(&self) -> f64 {
        0.5 * f64::from(self.pan.current())
    }

    /// Gains of the sides by controller 8.
    pub(crate) fn balance(&self) -> Sides {
        let value = f64::from(self.controls.controller(number::BALANCE));
        balance_sides(((value - 64.0) / 63.0).clamp(-1.0, 1.0))
    }

    /// How important its voices are when they are short.
    ///
    /// # Source
    /// \[WDK\] KSPROPERTY_SYNTH_VOICEPRIORITY: channel 10 first, then 1 to 9, then 11 to 16, the
    /// same in every channel group, until it is set.
    pub(crate) const fn priority(&self) -> VoicePriority {
        self.priority
    }

    /// Sets how important its voices are.
    pub(crate) const fn set_priority(&mut self, priority: VoicePriority) {
        self.priority = priority;
    }

    /// The priority it began with.
    pub(crate) const fn default_priority(&self) -> VoicePriority {
        VoicePriority::of_channel(self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn priorities_run_ten_then_one_to_nine_then_the_rest() {
        let mut channels: Vec<u8> = (0..16).collect();
        channels.sort_by_key(|n| std::cmp::Reverse(Channel::new(*n).priority()));
        assert_eq!(
            channels,
            [9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15]
        );
    }

    #[test]
    fn a_bank_select_waits_for_its_program_change() {
        let mut channel = Channel::new(0);
        channel.control_change(0, 121);
        channel.program_change(5);
        channel.control_change(0, 0);
        assert_eq!(channel.patch().bank_msb, 121);
        assert_eq!(channel.patch().program, 5);
    }

    #[test]
    fn general_midi_two_turns_any_channel_into_drums_and_back() {
        let mut channel = Channel::new(10);
        channel.reset(Mode::Gm2);
        assert_eq!(channel.patch().bank_msb, 121);
        channel.control_change(0, 120);
        channel.program_change(0);
        assert!(channel.plays_drums());
        channel.control_change(0, 121);
        channel.program_change(0);
        assert!(!channel.plays_drums());
    }

    #[test]
    fn the_drum_channel_of_xg_stays_on_drums() {
        let mut channel = Channel::new(9);
        channel.reset(Mode::Xg);
        channel.control_change(0, 0);
        channel.program_change(0);
        assert!(channel.plays_drums());
    }

    #[test]
    fn pedals_speak_only_when_they_move() {
        let mut channel = Channel::new(0);
        assert_eq!(channel.control_change(64, 20), Effect::None);
        assert_eq!(channel.control_change(64, 127), Effect::None);
        assert_eq!(channel.control_change(64, 63), Effect::SustainUp);
        assert_eq!(channel.control_change(66, 64), Effect::SostenutoDown);
        assert_eq!(channel.control_change(66, 127), Effect::None);
        assert_eq!(channel.control_change(66, 0), Effect::SostenutoUp);
    }
}
