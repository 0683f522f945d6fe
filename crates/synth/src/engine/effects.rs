//! Effects of an engine: how it comes to have them, what sets them, where they are heard.
//!
//! Source: \[DLS2\] signal flow; \[GM2\]; \[GS\].

use crate::dsp::tables::TICK_FRAMES;
use crate::effects::sysex::Message;
use crate::effects::{Convolution, Effects, EffectsSettings};
use crate::error::{ConfigError, ResponseBusy};
use crate::sends::SENDS;

use super::{Buses, Engine, EngineConfig, Stereo};

impl Engine {
    /// Builds an engine with reverb, chorus and delay; all memory it will ever use is taken here.
    ///
    /// # Errors
    /// [`ConfigError`] names the value that is out of range.
    ///
    /// # Real-time
    /// Control. Not real-time: allocates.
    pub fn with_effects(config: EngineConfig) -> Result<Self, ConfigError> {
        let mut engine = Self::new(config)?;
        engine.effects = Some(Box::new(Effects::new(config.sample_rate)));
        Ok(engine)
    }

    /// Sets what the host wants of the effects; it is reached in about 50 ms.
    ///
    /// An engine without effects ignores it.
    ///
    /// # Real-time
    /// Render. Bounded.
    pub fn set_effects(&mut self, settings: EffectsSettings) {
        if let Some(effects) = &mut self.effects {
            effects.set(settings);
        }
    }

    /// What the host wants of the effects; `None` if the engine has none.
    ///
    /// # Real-time
    /// Render. Wait-free.
    #[must_use]
    pub fn effects(&self) -> Option<EffectsSettings> {
        self.effects.as_deref().map(Effects::settings)
    }

    /// Whether no effect has anything to give or to do.
    ///
    /// # Real-time
    /// Render. Wait-free.
    #[must_use]
    pub fn effects_sleep(&self) -> bool {
        self.effects.as_deref().is_none_or(Effects::is_asleep)
    }

    /// Lets the reverb convolve with an impulse response, or goes back to its network.
    ///
    /// What was loaded before fades within 50 ms of rendering and then comes back through
    /// [`Self::take_retired_response`].
    ///
    /// # Errors
    /// [`ResponseBusy`] gives it back while an earlier one is on its way home, and always if the
    /// engine has no effects.
    ///
    /// # Real-time
    /// Render. Wait-free.
    pub fn set_response(&mut self, response: Option<Box<Convolution>>) -> Result<(), ResponseBusy> {
        match &mut self.effects {
            Some(effects) => effects.load(response),
            None => Err(ResponseBusy(response)),
        }
    }

    /// Hands back an impulse response that is no longer heard, to be dropped on the control side.
    ///
    /// # Real-time
    /// Render. Wait-free.
    #[must_use]
    pub fn take_retired_response(&mut self) -> Option<Box<Convolution>> {
        self.effects.as_mut()?.take_retired()
    }

    /// Renders frames as [`Self::render`] does, with the returns of the effects apart.
    ///
    /// Main, reverb, chorus and delay summed in this order are what [`Self::render`] gives, to the
    /// bit.
    ///
    /// # Real-time
    /// Render. Bounded by voices and frames.
    pub fn render_buses(&mut self, buses: Buses<'_>) {
        let Buses {
            main,
            reverb,
            chorus,
            delay,
        } = buses;
        self.render_into(main, Some([reverb, chorus, delay]));
    }

    /// Takes a message to the effects.
    pub(super) fn obey_effects(&mut self, message: &Message<'_>) {
        if !message.checksum_is_right {
            self.stats.bad_checksums = self.stats.bad_checksums.saturating_add(1);
        }
        if let Some(effects) = &mut self.effects {
            effects.obey(message);
        }
    }

    /// Runs the effects on what voices sent, and looks at the level of everything.
    ///
    /// - `main`: all voices; the returns are added unless they go `apart`
    pub(super) fn add_returns(
        &mut self,
        offset: usize,
        main: &mut Stereo<'_>,
        apart: Option<[Stereo<'_>; SENDS]>,
    ) {
        let frames = main.frames();
        let Self { effects, mixer, .. } = self;
        let Some(effects) = effects else {
            apart
                .into_iter()
                .flatten()
                .for_each(|mut bus| bus.fill(0.0));
            mixer.meter(main.left, main.right);
            return;
        };
        effects.process(offset, frames);
        if offset + frames == TICK_FRAMES {
            effects.end_tick();
        }
        let mut returns = effects.returns(frames);
        for (left, right) in returns.iter_mut().flatten() {
            mixer.apply(offset, left, right);
        }
        let Some(apart) = apart else {
            for (left, right) in returns.iter().flatten() {
                add(main.left, left);
                add(main.right, right);
            }
            mixer.meter(main.left, main.right);
            return;
        };
        let mut sum = [[0.0_f32; TICK_FRAMES]; 2];
        let [left_sum, right_sum] = &mut sum;
        add(left_sum, main.left);
        add(right_sum, main.right);
        for (mut bus, given) in apart.into_iter().zip(&returns) {
            bus.fill(0.0);
            if let Some((left, right)) = given {
                add(left_sum, left);
                add(right_sum, right);
                add(bus.left, left);
                add(bus.right, right);
            }
        }
        mixer.meter(left_sum, right_sum);
    }
}

fn add(sums: &mut [f32], samples: &[f32]) {
    for (sum, sample) in sums.iter_mut().zip(samples) {
        *sum += *sample;
    }
}
