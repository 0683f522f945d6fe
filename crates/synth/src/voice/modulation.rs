//! The per-tick half of a voice: envelopes, oscillators and connections at the end of a tick.
//!
//! In: a note, the state of its channel, an age. Out: [`Targets`]. Everything is a function of
//! the age, so that a tick may begin at any frame.
//! Source: \[DLS2\] signal flow, gain sum.

use crate::articulation::{
    Articulation, Inputs, Links, NoteTarget, OPEN_CUTOFF_CENTS, Offsets, Signals, Strike, TickSums,
    TickTarget,
};
use crate::channel::controllers::number;
use crate::dsp::envelope::{Attack, Level, ModulationEnvelope, VolumeEnvelope};
use crate::dsp::filter::{Resonance, Setting};
use crate::dsp::lfo::Lfo;
use crate::dsp::pan::{Sides, sides};
use crate::dsp::units::{absolute_cents_to_hertz, cents_to_ratio, decibels_to_amplitude};
use crate::sends::{Amounts, CHORUS, DELAY, REVERB, SENDS};

use super::settled::Settled;
use super::slide::Slide;
use super::{Expression, NoteExpression, Onset, Part, Start, Targets, VoiceCx};

/// Time in which a stolen or silenced voice fades, seconds.
const FADE_S: f64 = 0.0025;

/// Farthest from the recorded pitch, cents.
const MAX_PITCH_CENTS: f64 = 24_000.0;

/// Cutoffs outside this are as good as the ends, absolute cents.
const CUTOFF_RANGE_CENTS: (f64, f64) = (-2400.0, 20_000.0);

/// What no cutoff and resonance are in bits.
const NO_FILTER_INPUTS: (u64, u64) = (u64::MAX, u64::MAX);

/// Loudest that modulation can make a note, dB.
const MAX_GAIN_DB: f64 = 24.0;

/// Amplitude of one step of 16 bits.
const STEP_OF_16_BITS: f64 = 1.0 / 32_768.0;

/// A function's last argument and value, to save the next call with the same argument.
#[derive(Debug, Clone, Copy)]
struct Memo<T> {
    argument: u64,
    value: T,
}

impl<T: Copy> Memo<T> {
    fn new(argument: f64, value: T) -> Self {
        Self {
            argument: argument.to_bits(),
            value,
        }
    }

    fn get(&mut self, argument: f64, function: impl FnOnce(f64) -> T) -> T {
        if argument.to_bits() != self.argument {
            *self = Self::new(argument, function(argument));
        }
        self.value
    }
}

/// A quick linear fade that ends a voice whatever its envelope says.
#[derive(Debug, Clone, Copy)]
struct Fade {
    /// Age at which it begins, frames.
    begin: f64,
    frames: f64,
}

/// The per-tick half of a voice.
#[derive(Debug, Clone)]
pub(crate) struct Modulation {
    /// Frame of the stream at which the note starts.
    start: u64,
    strike: Strike,
    /// Pitch without connections, cents.
    pitch_cents: f64,
    /// Speed at no transposition.
    speed: f64,
    links: Links,
    fixed: TickSums,
    /// All that stands until a message comes.
    standing: TickSums,
    /// What the channel's edits add.
    offsets: Offsets,
    /// The channel's revision that `links`, `standing` and `offsets` belong to.
    revision: u32,
    /// What the tunings add to its key, cents.
    tuning_cents: f64,
    /// The channel's revision of tunings that this belongs to.
    tuning_revision: u32,
    /// Its key or its own pressure changed: both are to be looked up, whatever the channel did.
    is_stale: bool,
    slide: Slide,
    expression: Expression,
    eg1: VolumeEnvelope,
    eg2: ModulationEnvelope,
    mod_lfo: Lfo,
    vib_lfo: Lfo,
    shutdown_frames: f64,
    fade: Option<Fade>,
    /// Oscillators and envelopes reach it by some connection.
    moves: bool,
    /// Nothing but a message or the surroundings can change the last targets.
    rests: bool,
    /// Fractions of the amplitude, by bus.
    sends: Amounts,
    amplitude_memo: Memo<f64>,
    pan_memo: Memo<Sides>,
    speed_memo: Memo<f64>,
    /// Cutoff and resonance the filter setting belongs to.
    filter_inputs: (u64, u64),
    filter: Setting,
    resonance_memo: Memo<Resonance>,
}

#[expect(
    clippy::cast_precision_loss,
    reason = "ages stay far below 2^53 frames"
)]
const fn frames_between(start: u64, frame: u64) -> f64 {
    frame.saturating_sub(start) as f64
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "gains and sends are wanted in f32"
)]
const fn narrow(value: f64) -> f32 {
    value as f32
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
    /// Starts a note at a frame of the stream; returns where its lane begins.
    pub(crate) fn start(
        part: Part<'_>,
        strike: Strike,
        onset: Onset,
        start: u64,
        cx: &VoiceCx<'_>,
    ) -> (Self, Start) {
        let articulation = part.articulation;
        let links = articulation.links(&inputs(cx, strike, None, &Links::NONE));
        let inputs = inputs(cx, strike, None, &links);
        let edits = cx.channel.strike_edits(articulation, strike, onset.note);
        let settled = Settled {
            articulation,
            sums: articulation.at_note_on(&inputs),
            edits,
            sample_rate_hz: cx.sample_rate_hz,
        };
        let mut fixed = articulation.fixed(&inputs);
        fixed.add(TickTarget::Gain, part.region.gain_db() + edits.gain_db);
        if let Some(cutoff) = edits.cutoff {
            let open = if articulation.has_filter() {
                0.0
            } else {
                OPEN_CUTOFF_CENTS
            };
            fixed.set(TickTarget::Cutoff, cutoff - open);
        }
        if articulation.has_filter() {
            fixed.add(TickTarget::Cutoff, edits.cutoff_cents);
        }
        if let Some(pan) = edits.pan {
            fixed.set(TickTarget::Pan, pan);
        }
        let fine_tune = f64::from(part.region.fine_tune);
        let pitch_cents = articulation.key_pitch(strike.key, part.region.unity_note) + fine_tune;
        let slide = onset.glide.map_or_else(Slide::default, |(key, seconds)| {
            let from = articulation.key_pitch(key, part.region.unity_note) + fine_tune;
            Slide::new(0.0, from - pitch_cents, seconds * cx.sample_rate_hz)
        });
        let attack = if articulation.attacks_convex() {
            Attack::Convex
        } else {
            Attack::Linear
        };
        let offsets = cx.channel.offsets(articulation, &inputs);
        let mut modulation = Self {
            start,
            strike,
            pitch_cents,
            speed: part.wave.sample_rate_hz / cx.sample_rate_hz,
            standing: fixed
                .plus(&articulation.channel(&inputs))
                .plus(&offsets.tick),
            fixed,
            offsets,
            links,
            revision: cx.channel.revision(),
            tuning_cents: cx.tuning_cents(strike.note),
            tuning_revision: cx.channel.tuning_revision(),
            is_stale: false,
            slide,
            expression: Expression::NONE,
            eg1: VolumeEnvelope::new(settled.eg1()),
            eg2: ModulationEnvelope::new(settled.eg2(), attack),
            mod_lfo: settled.lfo(NoteTarget::ModLfoDelay, NoteTarget::ModLfoFrequency),
            vib_lfo: settled.lfo(NoteTarget::VibLfoDelay, NoteTarget::VibLfoFrequency),
            shutdown_frames: settled.fall(NoteTarget::Eg1Shutdown),
            fade: None,
            moves: articulation.moves(&inputs) || offsets.moves(),
            rests: false,
            sends: [0.0; SENDS],
            amplitude_memo: Memo::new(0.0, 1.0),
            pan_memo: Memo::new(0.0, sides(0.0)),
            speed_memo: Memo::new(0.0, 1.0),
            filter_inputs: NO_FILTER_INPUTS,
            filter: Setting::OPEN,
            resonance_memo: Memo::new(0.0, Resonance::new(0.0)),
        };
        let targets = modulation.targets(articulation, cx, start);
        let frame = settled.start_frame(part.wave.recording.length());
        (modulation, Start { targets, frame })
    }

    /// Where the lane should be at a frame of the stream.
    pub(crate) fn targets(
        &mut self,
        articulation: Articulation<'_>,
        cx: &VoiceCx<'_>,
        frame: u64,
    ) -> Targets {
        let age = frames_between(self.start, frame);
        let level = self.eg1.at(age);
        let is_level = self.fade.is_none() && self.slide.is_over(age) && self.eg1.rests(age);
        let sums = self.sums(articulation, cx, age, level);
        self.rests = is_level && !self.moves;
        let fade = self.fade.map_or(1.0, |fade| {
            (1.0 - (age - fade.begin) / fade.frames).clamp(0.0, 1.0)
        });
        let amplitude = self.amplitude(articulation, level, &sums)
            * fade
            * cx.channel.trim_gain()
            * cx.device.gain()
            * self.expression.volume;
        let pan = self.pan_memo.get(
            sums.all.get(TickTarget::Pan).clamp(-0.5, 0.5)
                + cx.channel.trim_pan()
                + self.expression.pan,
            sides,
        );
        let (own, shared) = (cx.channel.balance(), cx.device.balance());
        let left = pan.left * own.left * shared.left;
        let right = pan.right * own.right * shared.right;
        let base_speed = self.speed;
        let speed = self.speed_memo.get(
            (self.pitch_cents
                + sums.all.get(TickTarget::Pitch)
                + self.tuning_cents
                + self.slide.at(age)
                + self.expression.tuning_cents)
                .clamp(-MAX_PITCH_CENTS, MAX_PITCH_CENTS),
            cents_to_ratio,
        ) * base_speed;
        let fraction =
            |bus: usize, amount: f64| narrow(self.offsets.sends[bus].of(amount).clamp(0.0, 1.0));
        let delay = f64::from(cx.channel.controls.controller(number::DELAY)) / 128.0
            + cx.channel.added.sends[DELAY];
        self.sends = [
            fraction(REVERB, sums.all.get(TickTarget::Reverb)),
            fraction(CHORUS, sums.all.get(TickTarget::Chorus)),
            fraction(DELAY, delay),
        ];
        let sent = narrow(amplitude * STEP_OF_16_BITS);
        let sends = core::array::from_fn(|bus| {
            if cx.wanted[bus] {
                self.sends[bus] * sent
            } else {
                0.0
            }
        });
        let filter = self.filter(articulation, &sums.all, cx.sample_rate_hz);
        Targets {
            left: narrow(amplitude * left * STEP_OF_16_BITS),
            right: narrow(amplitude * right * STEP_OF_16_BITS),
            speed,
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

    /// Sums of all connections at an age.
    fn sums(
        &mut self,
        articulation: Articulation<'_>,
        cx: &VoiceCx<'_>,
        age: f64,
        level: Level,
    ) -> Sums {
        self.look_again(articulation, cx);
        let offsets = &self.offsets;
        let standing = &self.standing;
        if !self.moves {
            return Sums {
                standing_gain_db: standing.get(TickTarget::Gain),
                moving_gain_db: 0.0,
                all: *standing,
            };
        }
        let (mod_lfo, vib_lfo) = (self.mod_lfo.at(age), self.vib_lfo.at(age));
        let eg2 = self.eg2.at(age);
        let signals = Signals {
            mod_lfo,
            vib_lfo: vib_lfo * offsets.vibrato_share,
            eg1: level.part_of_range(),
            eg2,
        };
        let mut moving = articulation.moving(&Inputs {
            signals,
            ..inputs(cx, self.strike, self.expression.pressure, &self.links)
        });
        if offsets.moves() {
            let depths = &offsets.depths;
            let pitch =
                depths.mod_pitch * mod_lfo + depths.vib_pitch * vib_lfo + depths.eg2_pitch * eg2;
            moving.add(TickTarget::Pitch, pitch);
            let cutoff = depths.mod_cutoff * mod_lfo + depths.eg2_cutoff * eg2;
            moving.add(TickTarget::Cutoff, cutoff);
            moving.add(TickTarget::Gain, depths.mod_gain * mod_lfo);
        }
        Sums {
            standing_gain_db: standing.get(TickTarget::Gain),
            moving_gain_db: moving.get(TickTarget::Gain),
            all: standing.plus(&moving),
        }
    }

    /// Looks at the channel anew if it has changed, or the note has.
    fn look_again(&mut self, articulation: Articulation<'_>, cx: &VoiceCx<'_>) {
        if self.is_stale || self.revision != cx.channel.revision() {
            let pressure = self.expression.pressure;
            self.links = articulation.links(&inputs(cx, self.strike, pressure, &Links::NONE));
            let inputs = inputs(cx, self.strike, pressure, &self.links);
            let channel = articulation.channel(&inputs);
            self.offsets = cx.channel.offsets(articulation, &inputs);
            self.standing = self.fixed.plus(&channel).plus(&self.offsets.tick);
            self.moves = articulation.moves(&inputs) || self.offsets.moves();
            self.revision = cx.channel.revision();
        }
        if self.is_stale || self.tuning_revision != cx.channel.tuning_revision() {
            self.tuning_cents = cx.tuning_cents(self.strike.note);
            self.tuning_revision = cx.channel.tuning_revision();
        }
        self.is_stale = false;
    }

    /// Amplitude of envelope and gain sum.
    ///
    /// # Source
    /// \[DLS2\] gain sum: at most 0 dB. Deviation: only what stands still is held to that, so that
    /// a tremolo swings evenly around a note at full level.
    fn amplitude(&mut self, articulation: Articulation<'_>, level: Level, sums: &Sums) -> f64 {
        let gain_db = (sums.standing_gain_db.min(0.0) + sums.moving_gain_db).min(MAX_GAIN_DB);
        let depth = articulation.eg1_depth();
        match level {
            Level::Amplitude(amplitude) if depth.to_bits() == 1.0_f64.to_bits() => {
                amplitude * self.amplitude_memo.get(gain_db, decibels_to_amplitude)
            }
            level => self
                .amplitude_memo
                .get(gain_db + depth * level.decibels(), decibels_to_amplitude),
        }
    }

    fn filter(
        &mut self,
        articulation: Articulation<'_>,
        sums: &TickSums,
        sample_rate_hz: f64,
    ) -> Setting {
        let brightness = self.expression.cutoff_cents;
        let open = if articulation.has_filter() {
            0.0
        } else if self.offsets.wants_filter || brightness != 0.0 {
            OPEN_CUTOFF_CENTS
        } else {
            self.filter_inputs = NO_FILTER_INPUTS;
            self.filter = Setting::OPEN;
            return self.filter;
        };
        let cutoff_cents = (sums.get(TickTarget::Cutoff) + open + brightness)
            .clamp(CUTOFF_RANGE_CENTS.0, CUTOFF_RANGE_CENTS.1);
        let resonance_db = sums
            .get(TickTarget::Resonance)
            .clamp(0.0, articulation.max_resonance_db());
        let inputs = (cutoff_cents.to_bits(), resonance_db.to_bits());
        if inputs != self.filter_inputs {
            self.filter_inputs = inputs;
            self.filter = self
                .resonance_memo
                .get(resonance_db, Resonance::new)
                .at(absolute_cents_to_hertz(cutoff_cents), sample_rate_hz);
        }
        self.filter
    }

    /// Moves the note to another key without striking it anew.
    ///
    /// - `strike`: of the other key; its velocity does not count
    /// - `frames`: how long the glide takes
    pub(crate) fn move_to(&mut self, part: Part<'_>, strike: Strike, frame: u64, frames: f64) {
        let age = frames_between(self.start, frame);
        let before = self.pitch_cents + self.slide.at(age);
        let region = part.region;
        self.strike.note = strike.note;
        self.strike.key = region.strike(strike).key;
        self.pitch_cents = part
            .articulation
            .key_pitch(self.strike.key, region.unity_note)
            + f64::from(region.fine_tune);
        self.slide = Slide::new(age, before - self.pitch_cents, frames);
        self.is_stale = true;
    }

    /// Velocity it was struck with, `1..=127`.
    pub(crate) const fn velocity(&self) -> u8 {
        self.strike.velocity
    }

    /// Takes an expression of this note alone.
    pub(crate) fn express(&mut self, expression: NoteExpression) {
        self.expression.set(expression);
        self.is_stale = true;
    }

    /// Note-off at a frame of the stream.
    pub(crate) fn release(&mut self, frame: u64) {
        let age = frames_between(self.start, frame);
        self.rests = false;
        self.eg1.release(age);
        self.eg2.release(age);
    }

    /// Shutdown at a frame of the stream: another note takes this one's place.
    pub(crate) fn choke(&mut self, frame: u64) {
        let age = frames_between(self.start, frame);
        self.rests = false;
        self.eg1.fall_from(age, self.shutdown_frames);
        self.eg2.release(age);
    }

    /// Fades at once, from a frame of the stream.
    pub(crate) fn fade(&mut self, frame: u64, sample_rate_hz: f64) {
        self.rests = false;
        if self.fade.is_none() {
            self.fade = Some(Fade {
                begin: frames_between(self.start, frame),
                frames: FADE_S * sample_rate_hz,
            });
        }
    }

    /// Whether nothing can be heard of the voice from a frame of the stream on.
    pub(crate) fn is_over(&self, frame: u64) -> bool {
        let age = frames_between(self.start, frame);
        self.fade
            .is_some_and(|fade| age - fade.begin >= fade.frames)
            || self.eg1.is_over(age)
    }

    /// Sends by bus, fractions of the amplitude.
    pub(crate) const fn sends(&self) -> Amounts {
        self.sends
    }
}

/// Connections summed at one age.
struct Sums {
    /// Gain from note and channel, dB.
    standing_gain_db: f64,
    /// Gain from oscillators and envelopes, dB.
    moving_gain_db: f64,
    all: TickSums,
}
