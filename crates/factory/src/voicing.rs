//! Voicing: how an instrument is played, in musician's units.

/// How a note falls after its attack.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Decay {
    /// It does not.
    Held,
    /// By the decay that the wave left to the player, made this many times longer.
    Wave(f64),
    /// Seconds per 96 dB down to a level below full, dB.
    To(f64, f64),
}

/// Low pass that follows velocity, key and modulation envelope.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filter {
    /// Cutoff at key 60 and full velocity, modulation envelope at rest.
    pub(crate) hz: f64,
    /// Resonance.
    pub(crate) q_db: f64,
    /// Cents between no velocity and full velocity.
    pub(crate) velocity_cents: f64,
    /// Cents per key; 100 follows the pitch.
    pub(crate) key_cents: f64,
    /// Cents that the modulation envelope adds at its top.
    pub(crate) envelope_cents: f64,
}

impl Filter {
    /// A filter that only answers to velocity.
    pub(crate) const fn by_velocity(hz: f64, velocity_cents: f64) -> Self {
        Self {
            hz,
            q_db: 0.0,
            velocity_cents,
            key_cents: 40.0,
            envelope_cents: 0.0,
        }
    }

    /// Cutoff at a key and velocity 100 while a note begins, Hz.
    pub(crate) fn at(&self, key: u8) -> f64 {
        // An envelope is near its top then, on its way up or down.
        let cents = self.key_cents * (f64::from(key) - 60.0) - self.velocity_cents * 27.0 / 127.0
            + 0.8 * self.envelope_cents;
        self.hz * libm::exp2(cents / 1200.0)
    }

    /// A filter that opens at the stroke and closes with [`FADING`] or another sweep.
    pub(crate) const fn plucked(hz: f64, velocity_cents: f64) -> Self {
        Self {
            envelope_cents: 2400.0,
            ..Self::by_velocity(hz, velocity_cents)
        }
    }
}

/// Modulation envelope of a plucked string, whose highs die first.
pub(crate) const FADING: Sweep = Sweep {
    attack_s: 0.0,
    decay_s: 3.0,
    sustain_percent: 0.0,
    release_s: 3.0,
};

/// Modulation envelope.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sweep {
    pub(crate) attack_s: f64,
    /// Seconds from top to nothing.
    pub(crate) decay_s: f64,
    /// Level that is held, percent.
    pub(crate) sustain_percent: f64,
    pub(crate) release_s: f64,
}

/// Vibrato oscillator.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Vibrato {
    pub(crate) hz: f64,
    pub(crate) delay_s: f64,
    /// Depth that is always there.
    pub(crate) cents: f64,
    /// Depth of the full modulation wheel.
    pub(crate) wheel_cents: f64,
}

/// Vibrato of the modulation wheel alone, as players expect it.
pub(crate) const WHEEL: Vibrato = Vibrato {
    hz: 5.5,
    delay_s: 0.01,
    cents: 0.0,
    wheel_cents: 50.0,
};

/// Everything the articulation of one layer says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Voicing {
    pub(crate) attack_s: f64,
    pub(crate) decay: Decay,
    /// Seconds per 96 dB after the key is let go.
    pub(crate) release_s: f64,
    pub(crate) filter: Option<Filter>,
    pub(crate) sweep: Option<Sweep>,
    /// Cents that the modulation envelope adds to the pitch at its top.
    pub(crate) sweep_pitch_cents: f64,
    pub(crate) vibrato: Option<Vibrato>,
    /// Rate and depth (dB either way) of a tremolo.
    pub(crate) tremolo: Option<(f64, f64)>,
    /// Whole keys up.
    pub(crate) transpose: i8,
    /// Cents up.
    pub(crate) detune_cents: i16,
    /// Left -50, right 50.
    pub(crate) pan_percent: f64,
    /// Louder or quieter than the house level.
    pub(crate) level_db: f64,
    /// Quieter by this much per octave above key 60, louder below.
    pub(crate) tilt_db: f64,
}

impl Voicing {
    /// A held note with a soft edge: the base of every sustained instrument.
    pub(crate) const HELD: Self = Self {
        attack_s: 0.01,
        decay: Decay::Held,
        release_s: 0.3,
        filter: Some(Filter::by_velocity(6000.0, 3000.0)),
        sweep: None,
        sweep_pitch_cents: 0.0,
        vibrato: Some(WHEEL),
        tremolo: None,
        transpose: 0,
        detune_cents: 0,
        pan_percent: 0.0,
        level_db: 0.0,
        tilt_db: 0.0,
    };

    /// A struck or plucked note that dies by itself; the wheel moves it as it does all others.
    pub(crate) const STRUCK: Self = Self {
        attack_s: 0.0,
        decay: Decay::Wave(1.0),
        release_s: 0.8,
        filter: Some(Filter::by_velocity(8000.0, 4200.0)),
        ..Self::HELD
    };

    /// Attack, seconds.
    pub(crate) const fn attack(mut self, seconds: f64) -> Self {
        self.attack_s = seconds;
        self
    }

    pub(crate) const fn decay(mut self, decay: Decay) -> Self {
        self.decay = decay;
        self
    }

    /// Release, seconds per 96 dB.
    pub(crate) const fn release(mut self, seconds: f64) -> Self {
        self.release_s = seconds;
        self
    }

    pub(crate) const fn filter(mut self, filter: Filter) -> Self {
        self.filter = Some(filter);
        self
    }

    pub(crate) const fn no_filter(mut self) -> Self {
        self.filter = None;
        self
    }

    pub(crate) const fn sweep(mut self, sweep: Sweep) -> Self {
        self.sweep = Some(sweep);
        self
    }

    pub(crate) const fn no_sweep(mut self) -> Self {
        self.sweep = None;
        self
    }

    /// Cents that the modulation envelope adds to the pitch at its top.
    pub(crate) const fn sweep_pitch(mut self, cents: f64) -> Self {
        self.sweep_pitch_cents = cents;
        self
    }

    pub(crate) const fn vibrato(mut self, vibrato: Vibrato) -> Self {
        self.vibrato = Some(vibrato);
        self
    }

    pub(crate) const fn no_vibrato(mut self) -> Self {
        self.vibrato = None;
        self
    }

    /// Tremolo: rate in hertz, depth in dB either way.
    pub(crate) const fn tremolo(mut self, hz: f64, depth_db: f64) -> Self {
        self.tremolo = Some((hz, depth_db));
        self
    }

    pub(crate) const fn no_tremolo(mut self) -> Self {
        self.tremolo = None;
        self
    }

    /// Whole keys up.
    pub(crate) const fn up(mut self, keys: i8) -> Self {
        self.transpose = keys;
        self
    }

    /// Cents up.
    pub(crate) const fn detune(mut self, cents: i16) -> Self {
        self.detune_cents = cents;
        self
    }

    /// Left -50, right 50.
    pub(crate) const fn pan(mut self, percent: f64) -> Self {
        self.pan_percent = percent;
        self
    }

    /// Louder or quieter than the house level, dB.
    pub(crate) const fn level(mut self, db: f64) -> Self {
        self.level_db = db;
        self
    }

    /// Quieter by this much per octave above key 60, dB.
    pub(crate) const fn tilt(mut self, db: f64) -> Self {
        self.tilt_db = db;
        self
    }
}
