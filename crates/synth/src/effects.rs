//! Reverb, chorus and delay: what the parts send, and what comes back.
//!
//! In: three mono buses that voices send to, what MIDI and the host have set. Out: three returns of
//! two sides each, at their levels. The chorus also feeds delay and reverb, the delay the reverb;
//! nothing goes round. An effect to which nobody sends and whose tail has gone sleeps and costs
//! nothing. All of it is a function of the frames since the stream began: ticks, partitions and
//! oscillators lie on frames, never on blocks.
//! Owner: the engine. Thread: render; construction allocates. Source: \[GM2\]; \[GS\].

mod chorus;
mod control;
mod convolution;
mod delay;
mod echo;
mod kinds;
mod line;
mod lowpass;
mod network;
mod number;
mod parameters;
mod rest;
mod reverb;
mod settings;
mod space;
mod strip;
pub(crate) mod sysex;
mod unit;

pub use convolution::Convolution;
pub use kinds::{ChorusKind, DelayKind, ReverbKind};
pub use settings::{ChorusSettings, DelaySettings, EffectsSettings, ReverbSettings};
pub use space::Space;

use crate::error::ResponseBusy;
use crate::sends::{Bus, Buses, CHORUS, DELAY, REVERB, SENDS};

use chorus::Chorus;
use control::{Control, glide_ticks};
use delay::Delay;
use number::narrow;
use parameters::Parameters;
use reverb::Reverb;
use strip::Strip;
use sysex::Message;

/// Frames of one return.
pub(crate) type Return<'a> = (&'a mut [f32], &'a mut [f32]);

/// All effects of an engine.
#[derive(Debug)]
pub(crate) struct Effects {
    sample_rate_hz: f64,
    ticks: u32,
    settings: EffectsSettings,
    parameters: Parameters,
    buses: Buses,
    reverb: Strip<Reverb>,
    chorus: Strip<Chorus>,
    delay: Strip<Delay>,
    chorus_to_reverb: Control,
    chorus_to_delay: Control,
    delay_to_reverb: Control,
}

impl Effects {
    /// Effects at rest, on, with the values of power-on.
    ///
    /// # Real-time
    /// Control. Not real-time: allocates.
    pub(crate) fn new(sample_rate: u32) -> Self {
        let sample_rate_hz = f64::from(sample_rate);
        let (settings, parameters) = (EffectsSettings::default(), Parameters::power_on());
        let mut effects = Self {
            sample_rate_hz,
            ticks: glide_ticks(sample_rate_hz),
            settings,
            parameters,
            buses: core::array::from_fn(|_| Bus::new()),
            reverb: Strip::new(Reverb::new(sample_rate_hz, settings.reverb(&parameters))),
            chorus: Strip::new(Chorus::new(sample_rate_hz)),
            delay: Strip::new(Delay::new(sample_rate_hz)),
            chorus_to_reverb: Control::resting(0.0),
            chorus_to_delay: Control::resting(0.0),
            delay_to_reverb: Control::resting(0.0),
        };
        effects.apply();
        effects.clear();
        effects
    }

    /// What the host has set.
    pub(crate) const fn settings(&self) -> EffectsSettings {
        self.settings
    }

    /// Sets what the host wants.
    pub(crate) fn set(&mut self, settings: EffectsSettings) {
        self.settings = settings;
        self.apply();
    }

    /// Takes a message.
    pub(crate) fn obey(&mut self, message: &Message<'_>) {
        message.apply(&mut self.parameters);
        self.apply();
    }

    /// The values of power-on, to be reached as any others.
    pub(crate) fn reset_parameters(&mut self) {
        self.parameters = Parameters::power_on();
        self.apply();
    }

    /// Loads a convolution, or goes back to the network.
    pub(crate) fn load(
        &mut self,
        convolution: Option<Box<Convolution>>,
    ) -> Result<(), ResponseBusy> {
        self.reverb.unit.load(convolution)?;
        if self.reverb.is_off() {
            self.reverb.clear();
        }
        Ok(())
    }

    /// A convolution that has come home.
    pub(crate) const fn take_retired(&mut self) -> Option<Box<Convolution>> {
        self.reverb.unit.take_retired()
    }

    /// Heads for what holds now.
    fn apply(&mut self) {
        let (rate_hz, ticks) = (self.sample_rate_hz, self.ticks);
        let reverb = self.settings.reverb(&self.parameters);
        self.reverb.unit.set(&reverb);
        self.reverb
            .set(reverb.gain, reverb.lowpass_hz, rate_hz, ticks);

        let chorus = self.settings.chorus(&self.parameters);
        self.chorus.unit.set(&chorus);
        self.chorus
            .set(chorus.gain, chorus.lowpass_hz, rate_hz, ticks);
        self.chorus_to_reverb
            .head_for(narrow(chorus.to_reverb), ticks);
        self.chorus_to_delay
            .head_for(narrow(chorus.to_delay), ticks);

        let delay = self.settings.delay(&self.parameters);
        self.delay.unit.set(&delay);
        self.delay.set(delay.gain, delay.lowpass_hz, rate_hz, ticks);
        self.delay_to_reverb
            .head_for(narrow(delay.to_reverb), ticks);
    }

    /// Silence: tails gone, every change done, the values of power-on.
    pub(crate) fn clear(&mut self) {
        self.parameters = Parameters::power_on();
        self.apply();
        self.buses.iter_mut().for_each(Bus::clear);
        self.reverb.clear();
        self.chorus.clear();
        self.delay.clear();
        self.chorus_to_reverb.settle();
        self.chorus_to_delay.settle();
        self.delay_to_reverb.settle();
    }

    /// Whether nothing sounds and nothing moves.
    pub(crate) fn is_asleep(&self) -> bool {
        self.reverb.is_asleep()
            && self.chorus.is_asleep()
            && self.delay.is_asleep()
            && self.chorus_to_reverb.rests()
            && self.chorus_to_delay.rests()
            && self.delay_to_reverb.rests()
    }

    /// Which buses anybody listens to.
    pub(crate) fn wanted(&self) -> [bool; SENDS] {
        let mut wanted = [false; SENDS];
        wanted[REVERB] = !self.reverb.is_off();
        wanted[CHORUS] = !self.chorus.is_off();
        wanted[DELAY] = !self.delay.is_off();
        wanted
    }

    /// The buses, empty, for the frames that are rendered next.
    pub(crate) const fn buses(&mut self) -> &mut Buses {
        &mut self.buses
    }

    /// Begins a tick.
    pub(crate) fn begin_tick(&mut self) {
        self.chorus_to_reverb.begin_tick();
        self.chorus_to_delay.begin_tick();
        self.delay_to_reverb.begin_tick();
        self.chorus.begin_tick();
        self.delay.begin_tick();
        self.reverb.begin_tick();
    }

    /// Processes what was sent in frames `offset..offset + frames` of the tick.
    pub(crate) fn process(&mut self, offset: usize, frames: usize) {
        let [to_reverb, to_chorus, to_delay] = &mut self.buses;
        self.chorus.process(offset, frames, to_chorus);
        self.chorus
            .send(offset, frames, &self.chorus_to_delay, to_delay);
        self.chorus
            .send(offset, frames, &self.chorus_to_reverb, to_reverb);
        self.delay.process(offset, frames, to_delay);
        self.delay
            .send(offset, frames, &self.delay_to_reverb, to_reverb);
        self.reverb.process(offset, frames, to_reverb);
        self.buses.iter_mut().for_each(Bus::clear);
    }

    /// Ends a tick.
    pub(crate) fn end_tick(&mut self) {
        self.chorus.end_tick();
        self.delay.end_tick();
        self.reverb.end_tick();
    }

    /// Reverb, chorus and delay of the frames just processed; `None` is silence.
    pub(crate) fn returns(&mut self, frames: usize) -> [Option<Return<'_>>; SENDS] {
        [
            self.reverb.heard(frames),
            self.chorus.heard(frames),
            self.delay.heard(frames),
        ]
    }
}
