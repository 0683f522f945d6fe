//! The per-tick half of a voice: envelopes, oscillators and connections at the end of a tick.
//!
//! In: a note, the state of its channel, an age. Out: [`Targets`]. Everything is a function of
//! the age, so that a tick may begin at any frame.
//! Source: \[DLS2\] signal flow, gain sum.

mod loudness;
mod memo;
mod messages;
mod struck;

use crate::articulation::{
    Articulation, Inputs, Links, OPEN_CUTOFF_CENTS, Offsets, Pulls, Signals, Strike, TickSums,
    TickTarget,
};
use crate::channel::controllers::number;
use crate::channel::own_trim::OwnTrim;
use crate::dsp::envelope::{Level, ModulationEnvelope, VolumeEnvelope};
use crate::dsp::filter::{Resonance, Setting};
use crate::dsp::lfo::Lfo;
use crate::dsp::pan::{Sides, sides};
use crate::dsp::units::{
    CONCERT_HZ, absolute_cents_to_octaves, cents_to_octaves, decibels_to_octaves,
};
use crate::sends::{Amounts, CHORUS, DELAY, REVERB, SENDS};

use super::powers::Powers;
use super::slide::Slide;
use super::{Expression, Start, Targets, VoiceCx};
use loudness::{Fade, Loudness};
use memo::Memo;

/// Farthest from the recorded pitch, cents.
const MAX_PITCH_CENTS: f64 = 24_000.0;

/// Cutoffs outside this are as good as the ends, absolute cents.
const CUTOFF_RANGE_CENTS: (f64, f64) = (-2400.0, 20_000.0);

/// What no cutoff, in Hz, and resonance are in bits.
const NO_FILTER_INPUTS: (u64, u64) = (u64::MAX, u64::MAX);

/// Loudest that modulation can make a note, dB.
const MAX_GAIN_DB: f64 = 24.0;

/// Amplitude of one step of 16 bits.
const STEP_OF_16_BITS: f64 = 1.0 / 32_768.0;

/// The per-tick half of a voice.
#[derive(Debug, Clone)]
pub(crate) struct Modulation {
    /// Frame of the stream at which the note starts.
    start: u64,
    /// Frame of the wave that is played first.
    first_frame: u32,
    strike: Strike,
    /// Pitch without connections, cents.
    pitch_cents: f64,
    /// Speed at no transposition.
    speed: f64,
    /// Share of the volume envelope's range that reaches the gain; 1 is all of it.
    eg1_depth: f64,
    /// The bank has a filter.
    has_filter: bool,
    /// Highest resonance, dB.
    max_resonance_db: f64,
    fixed: TickSums,
    /// All that stands until a message comes.
    standing: TickSums,
    /// What the channel's edits add.
    offsets: Offsets,
    /// What oscillators and envelopes add.
    pulls: Pulls,
    /// The channel's edits reach further than the bank does.
    is_edited: bool,
    /// The channel's revision that `standing`, `pulls` and `offsets` belong to.
    revision: u32,
    /// What the tunings add to its key, cents.
    tuning_cents: f64,
    /// The channel's revision of tunings that this belongs to.
    tuning_revision: u32,
    /// Its key or its own pressure changed: both are to be looked up, whatever the channel did.
    is_stale: bool,
    slide: Slide,
    expression: Expression,
    /// What the host sets for it instead of its part's.
    own: OwnTrim,
    eg1: VolumeEnvelope,
    eg2: ModulationEnvelope,
    mod_lfo: Lfo,
    vib_lfo: Lfo,
    shutdown_frames: f64,
    fade: Option<Fade>,
    /// Nothing but a message or the surroundings can change the last targets.
    rests: bool,
    /// Nothing can be heard of it from where the last targets are.
    is_over: bool,
    /// Fractions of the amplitude, by bus.
    sends: Amounts,
    powers: Powers,
    pan_memo: Memo<Sides>,
    /// Cutoff and resonance the filter setting belongs to.
    filter_inputs: (u64, u64),
    filter: Setting,
    resonance_memo: Memo<Resonance>,
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    reason = "ages stay far below 2^53 frames; what has a sign is converted quickly"
)]
const fn frames_between(start: u64, frame: u64) -> f64 {
    frame.saturating_sub(start) as i64 as f64
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "gains and sends are wanted in f32"
)]
const fn narrow(value: f64) -> f32 {
    value as f32
}

/// A signal, if anything listens to it.
fn if_wanted(is_wanted: bool, signal: impl FnOnce() -> f64) -> f64 {
    if is_wanted { signal() } else { 0.0 }
}

/// What a note's connections listen to, but for what moves by itself.
fn inputs<'a>(
    cx: &VoiceCx<'a>,
    strike: Strike,
    pressure: Option<u8>,
    links: &'a Links,
) -> Inputs<'a> {
    Inputs {
        tables: cx.tables,
        controls: &cx.channel.controls,
        strike,
        links,
        signals: Signals::default(),
        pressure,
    }
}

impl Modulation {
    /// Where the lane begins.
    pub(crate) fn begin(&mut self, articulation: Articulation<'_>, cx: &VoiceCx<'_>) -> Start {
        self.sends = self.fractions(cx, &self.standing);
        Start {
            targets: self.targets(|| Some(articulation), cx, self.start),
            frame: self.first_frame,
        }
    }

    /// Where the lane should be at a frame of the stream.
    ///
    /// - `articulation`: of the voice's region, looked up when it is needed
    pub(crate) fn targets<'a>(
        &mut self,
        articulation: impl Fn() -> Option<Articulation<'a>>,
        cx: &VoiceCx<'_>,
        frame: u64,
    ) -> Targets {
        let age = frames_between(self.start, frame);
        let level = self.eg1.at(age);
        self.look_again(&articulation, cx);
        let moves = self.pulls.any() || self.is_edited;
        let (all, moving_gain_db) = if moves {
            let moving = self.moving(articulation, cx, age, level);
            let all = self.standing.plus(&moving);
            if self.pulls.reach([TickTarget::Reverb, TickTarget::Chorus]) {
                self.sends = self.fractions(cx, &all);
            }
            (all, moving.get(TickTarget::Gain))
        } else {
            (self.standing, 0.0)
        };
        self.rests =
            !moves && self.fade.is_none() && self.slide.is_over(age) && self.eg1.rests(age);
        let fade = self.fade.map_or(1.0, |fade| fade.at(age));
        self.is_over = fade <= 0.0 || level.is_bottom();
        let loudness = self.loudness(level, moving_gain_db);
        let pitch_cents = (self.pitch_cents
            + all.get(TickTarget::Pitch)
            + self.tuning_cents
            + self.slide.at(age)
            + self.expression.tuning_cents)
            .clamp(-MAX_PITCH_CENTS, MAX_PITCH_CENTS);
        let cutoff_cents = self.cutoff_cents(&all);
        let [gain, ratio, cutoff] = self.powers.of(
            decibels_to_octaves(loudness.level_db),
            cents_to_octaves(pitch_cents),
            cutoff_cents.map_or(0.0, absolute_cents_to_octaves),
        );
        let amplitude = loudness.amplitude(gain)
            * fade
            * self.own.gain(cx.around.trim_gain)
            * cx.around.device_gain
            * self.expression.volume;
        let pan = self.pan_memo.get(
            all.get(TickTarget::Pan).clamp(-0.5, 0.5)
                + self.own.pan(cx.around.trim_pan)
                + self.expression.pan,
            sides,
        );
        let (own, shared) = (cx.around.balance, cx.around.device_balance);
        let left = pan.left * own.left * shared.left;
        let right = pan.right * own.right * shared.right;
        let mut sends = [0.0; SENDS];
        if cx.around.is_wanted {
            let sent = narrow(amplitude * STEP_OF_16_BITS);
            let wanted = cx.around.wanted.iter().zip(self.sends);
            for (send, (is_wanted, fraction)) in sends.iter_mut().zip(wanted) {
                *send = if *is_wanted { fraction * sent } else { 0.0 };
            }
        }
        let filter = match cutoff_cents {
            Some(_) => self.filter(CONCERT_HZ * cutoff, &all, cx.sample_rate_hz),
            None => Setting::OPEN,
        };
        Targets {
            left: narrow(amplitude * left * STEP_OF_16_BITS),
            right: narrow(amplitude * right * STEP_OF_16_BITS),
            speed: ratio * self.speed,
            filter,
            level: narrow(amplitude),
            sends,
        }
    }

    /// Whether the next targets will be the last ones, unless a message comes or the surroundings
    /// change.
    pub(crate) const fn rests(&self) -> bool {
        self.rests
    }

    /// What oscillators and envelopes add at an age.
    fn moving<'a>(
        &self,
        articulation: impl Fn() -> Option<Articulation<'a>>,
        cx: &VoiceCx<'_>,
        age: f64,
        level: Level,
    ) -> TickSums {
        let Self { offsets, pulls, .. } = self;
        let is_edited = self.is_edited;
        let wants = |signal| is_edited || pulls.listen_to(signal);
        let mod_lfo = if_wanted(wants(Signals::MOD_LFO), || self.mod_lfo.at(age));
        let vib_lfo = if_wanted(wants(Signals::VIB_LFO), || self.vib_lfo.at(age));
        let eg2 = if_wanted(wants(Signals::EG2), || self.eg2.at(age));
        let signals = Signals {
            mod_lfo,
            vib_lfo: vib_lfo * offsets.vibrato_share,
            eg1: if_wanted(pulls.listen_to(Signals::EG1), || level.part_of_range()),
            eg2,
        };
        let mut moving = if pulls.is_partial() {
            articulation().map_or(TickSums::ZERO, |articulation| {
                let inputs = |links| inputs(cx, self.strike, self.expression.pressure, links);
                let links = articulation.links(&inputs(&Links::NONE));
                articulation.moving(&Inputs {
                    signals,
                    ..inputs(&links)
                })
            })
        } else {
            pulls.sum(&signals)
        };
        if is_edited {
            let depths = &offsets.depths;
            let pitch =
                depths.mod_pitch * mod_lfo + depths.vib_pitch * vib_lfo + depths.eg2_pitch * eg2;
            moving.add(TickTarget::Pitch, pitch);
            let cutoff = depths.mod_cutoff * mod_lfo + depths.eg2_cutoff * eg2;
            moving.add(TickTarget::Cutoff, cutoff);
            moving.add(TickTarget::Gain, depths.mod_gain * mod_lfo);
        }
        moving
    }

    /// Looks at the channel anew if it has changed, or the note has.
    fn look_again<'a>(
        &mut self,
        articulation: &impl Fn() -> Option<Articulation<'a>>,
        cx: &VoiceCx<'_>,
    ) {
        if (self.is_stale || self.revision != cx.around.revision)
            && let Some(articulation) = articulation()
        {
            let pressure = self.expression.pressure;
            let links = articulation.links(&inputs(cx, self.strike, pressure, &Links::NONE));
            let inputs = inputs(cx, self.strike, pressure, &links);
            let channel = articulation.channel(&inputs);
            let added = self.own.added(&cx.channel.added);
            self.offsets = cx.channel.offsets(articulation, &inputs, &added);
            self.standing = self.fixed.plus(&channel).plus(&self.offsets.tick);
            self.is_edited = self.offsets.moves();
            self.pulls = articulation.pulls(&inputs);
            self.revision = cx.around.revision;
            self.sends = self.fractions(cx, &self.standing);
        }
        if self.is_stale || self.tuning_revision != cx.around.tuning_revision {
            let added = self.own.added(&cx.channel.added);
            self.tuning_cents = cx.tuning_cents(self.strike.note, &added);
            self.tuning_revision = cx.around.tuning_revision;
        }
        self.is_stale = false;
    }

    /// Fractions of the amplitude, by bus.
    fn fractions(&self, cx: &VoiceCx<'_>, sums: &TickSums) -> Amounts {
        let fraction =
            |bus: usize, amount: f64| narrow(self.offsets.sends[bus].of(amount).clamp(0.0, 1.0));
        let delay = f64::from(cx.channel.controls.controller(number::DELAY)) / 128.0
            + self.own.added(&cx.channel.added).sends[DELAY];
        [
            fraction(REVERB, sums.get(TickTarget::Reverb)),
            fraction(CHORUS, sums.get(TickTarget::Chorus)),
            fraction(DELAY, delay),
        ]
    }

    /// Amplitude of envelope and gain sum.
    ///
    /// # Source
    /// \[DLS2\] gain sum: at most 0 dB. Deviation: only what stands still is held to that, so that
    /// a tremolo swings evenly around a note at full level.
    fn loudness(&self, level: Level, moving_gain_db: f64) -> Loudness {
        let standing_gain_db = self.standing.get(TickTarget::Gain);
        let gain_db = (standing_gain_db.min(0.0) + moving_gain_db).min(MAX_GAIN_DB);
        let depth = self.eg1_depth;
        match level {
            Level::Amplitude(attack) if depth.to_bits() == 1.0_f64.to_bits() => Loudness {
                attack,
                level_db: gain_db,
            },
            level => Loudness {
                attack: 1.0,
                level_db: gain_db + depth * level.decibels(),
            },
        }
    }

    /// Absolute cents of the cutoff, if there is a filter.
    fn cutoff_cents(&self, sums: &TickSums) -> Option<f64> {
        let brightness = self.expression.cutoff_cents;
        let open = if self.has_filter {
            0.0
        } else if self.offsets.wants_filter || brightness != 0.0 {
            OPEN_CUTOFF_CENTS
        } else {
            return None;
        };
        let cutoff_cents = sums.get(TickTarget::Cutoff) + open + brightness;
        Some(cutoff_cents.clamp(CUTOFF_RANGE_CENTS.0, CUTOFF_RANGE_CENTS.1))
    }

    #[inline]
    fn filter(&mut self, cutoff_hz: f64, sums: &TickSums, sample_rate_hz: f64) -> Setting {
        let resonance_db = sums
            .get(TickTarget::Resonance)
            .clamp(0.0, self.max_resonance_db);
        let inputs = (cutoff_hz.to_bits(), resonance_db.to_bits());
        if inputs != self.filter_inputs {
            self.filter_inputs = inputs;
            self.filter = self
                .resonance_memo
                .get(resonance_db, Resonance::new)
                .at(cutoff_hz, sample_rate_hz);
        }
        self.filter
    }

    /// Whether nothing can be heard of the voice from where the last targets are.
    pub(crate) const fn is_over(&self) -> bool {
        self.is_over
    }

    /// Sends by bus, fractions of the amplitude.
    pub(crate) const fn sends(&self) -> Amounts {
        self.sends
    }
}
