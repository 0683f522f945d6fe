//! The per-tick half of a voice: envelopes, oscillators and connections at the end of a tick.
//!
//! In: a note, the state of its channel, an age. Out: [`Targets`]. Everything is a function of
//! the age, so that a tick may begin at any frame.
//! Source: \[DLS2\] signal flow, gain sum.

use crate::articulation::{
    Articulation, Inputs, Links, NoteTarget, Signals, Strike, TickSums, TickTarget,
};
use crate::channel::controllers::number;
use crate::dsp::envelope::{Attack, Level, ModulationEnvelope, VolumeEnvelope};
use crate::dsp::filter::{Resonance, Setting};
use crate::dsp::lfo::Lfo;
use crate::dsp::pan::{Sides, sides};
use crate::dsp::units::{absolute_cents_to_hertz, cents_to_ratio, decibels_to_amplitude};
use crate::sends::{Amounts, CHORUS, DELAY, REVERB, SENDS};

use super::settled::Settled;
use super::{Part, Start, Targets, VoiceCx};

/// Time in which a stolen or silenced voice fades, seconds.
const FADE_S: f64 = 0.0025;

/// Farthest from the recorded pitch, cents.
const MAX_PITCH_CENTS: f64 = 24_000.0;

/// Cutoffs outside this are as good as the ends, absolute cents.
const CUTOFF_RANGE_CENTS: (f64, f64) = (-2400.0, 20_000.0);

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
    /// The channel's revision that `links` and `standing` belong to.
    revision: u32,
    eg1: VolumeEnvelope,
    eg2: ModulationEnvelope,
    mod_lfo: Lfo,
    vib_lfo: Lfo,
    shutdown_frames: f64,
    fade: Option<Fade>,
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
fn inputs<'a>(cx: &VoiceCx<'a>, strike: Strike, links: &'a Links) -> Inputs<'a> {
    Inputs {
        tables: cx.tables,
        controls: &cx.channel.controls,
        strike,
        links,
        signals: Signals::default(),
    }
}

impl Modulation {
    /// Starts a note at a frame of the stream; returns where its lane begins.
    pub(crate) fn start(
        part: Part<'_>,
        strike: Strike,
        start: u64,
        cx: &VoiceCx<'_>,
    ) -> (Self, Start) {
        let articulation = part.articulation;
        let links = articulation.links(&inputs(cx, strike, &Links::NONE));
        let inputs = inputs(cx, strike, &links);
        let settled = Settled {
            articulation,
            sums: articulation.at_note_on(&inputs),
            sample_rate_hz: cx.sample_rate_hz,
        };
        let mut fixed = articulation.fixed(&inputs);
        fixed.add(TickTarget::Gain, part.region.gain_db());
        let attack = if articulation.attacks_convex() {
            Attack::Convex
        } else {
            Attack::Linear
        };
        let mut modulation = Self {
            start,
            strike,
            pitch_cents: articulation.key_pitch(strike.key, part.region.unity_note)
                + f64::from(part.region.fine_tune),
            speed: part.wave.sample_rate_hz / cx.sample_rate_hz,
            standing: fixed.plus(&articulation.channel(&inputs)),
            fixed,
            links,
            revision: cx.channel.revision(),
            eg1: VolumeEnvelope::new(settled.eg1()),
            eg2: ModulationEnvelope::new(settled.eg2(), attack),
            mod_lfo: settled.lfo(NoteTarget::ModLfoDelay, NoteTarget::ModLfoFrequency),
            vib_lfo: settled.lfo(NoteTarget::VibLfoDelay, NoteTarget::VibLfoFrequency),
            shutdown_frames: settled.fall(NoteTarget::Eg1Shutdown),
            fade: None,
            rests: false,
            sends: [0.0; SENDS],
            amplitude_memo: Memo::new(0.0, 1.0),
            pan_memo: Memo::new(0.0, sides(0.0)),
            speed_memo: Memo::new(0.0, 1.0),
            filter_inputs: (u64::MAX, u64::MAX),
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
        self.rests = !articulation.moves() && self.fade.is_none() && self.eg1.rests(age);
        let sums = self.sums(articulation, cx, age, level);
        let fade = self.fade.map_or(1.0, |fade| {
            (1.0 - (age - fade.begin) / fade.frames).clamp(0.0, 1.0)
        });
        let amplitude = self.amplitude(articulation, level, &sums)
            * fade
            * cx.channel.trim_gain()
            * cx.group_gain;
        let pan = self.pan_memo.get(
            sums.all.get(TickTarget::Pan).clamp(-0.5, 0.5) + cx.channel.trim_pan(),
            sides,
        );
        let base_speed = self.speed;
        let speed = self.speed_memo.get(
            (self.pitch_cents + sums.all.get(TickTarget::Pitch))
                .clamp(-MAX_PITCH_CENTS, MAX_PITCH_CENTS),
            cents_to_ratio,
        ) * base_speed;
        let fraction = |target| narrow(sums.all.get(target).clamp(0.0, 1.0));
        self.sends[REVERB] = fraction(TickTarget::Reverb);
        self.sends[CHORUS] = fraction(TickTarget::Chorus);
        self.sends[DELAY] = f32::from(cx.channel.controls.controller(number::DELAY)) / 128.0;
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
            left: narrow(amplitude * pan.left * STEP_OF_16_BITS),
            right: narrow(amplitude * pan.right * STEP_OF_16_BITS),
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
        if self.revision != cx.channel.revision() {
            self.links = articulation.links(&inputs(cx, self.strike, &Links::NONE));
            let channel = articulation.channel(&inputs(cx, self.strike, &self.links));
            self.standing = self.fixed.plus(&channel);
            self.revision = cx.channel.revision();
        }
        let standing = &self.standing;
        if !articulation.moves() {
            return Sums {
                standing_gain_db: standing.get(TickTarget::Gain),
                moving_gain_db: 0.0,
                all: *standing,
            };
        }
        let signals = Signals {
            mod_lfo: self.mod_lfo.at(age),
            vib_lfo: self.vib_lfo.at(age),
            eg1: level.part_of_range(),
            eg2: self.eg2.at(age),
        };
        let moving = articulation.moving(&Inputs {
            signals,
            ..inputs(cx, self.strike, &self.links)
        });
        Sums {
            standing_gain_db: standing.get(TickTarget::Gain),
            moving_gain_db: moving.get(TickTarget::Gain),
            all: standing.plus(&moving),
        }
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
        if articulation.has_filter() {
            let cutoff_cents = sums
                .get(TickTarget::Cutoff)
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
        }
        self.filter
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
