//! Effects of an engine: how it comes to have them, what sets them, where they are heard.
//!
//! Source: \[DLS2\] signal flow; \[GM2\]; \[GS\].

use crate::dsp::tables::TICK_FRAMES;
use crate::effects::sysex::Message;
use crate::effects::{Convolution, Effects, EffectsSettings};
use crate::error::{ConfigError, ResponseBusy};

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

    /// Renders frames as [`Self::render`] does, with parts and the returns of the effects apart.
    ///
    /// Without parts apart, main, reverb, chorus and delay summed in this order are what
    /// [`Self::render`] gives, to the bit. Parts on outputs of their own are summed in another
    /// order than in the mix: the last bits may differ where several parts sound at once.
    ///
    /// # Real-time
    /// Render. Bounded by voices and frames.
    pub fn render_buses(&mut self, buses: Buses<'_>) {
        self.render_into(buses);
    }

    /// From the next frame on a part is heard on an output, or in the mix.
    ///
    /// It is heard there in [`Self::render_buses`] only, and only if parts go apart. It lasts beyond
    /// [`Self::reset`].
    ///
    /// - `group_index`: 0-based; a part that is not there is ignored
    /// - `channel`: `0..=15`
    /// - `output`: `0..16`; an output there is not, or nothing, is the mix
    ///
    /// # Real-time
    /// Render. Wait-free.
    pub fn set_output(&mut self, group_index: u16, channel: u8, output: Option<u8>) {
        if let Some(part) = super::part_index(group_index, channel) {
            self.outputs.route(part, output);
        }
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

    /// Runs the effects on what voices sent.
    ///
    /// - `now`: the buses of the run; the returns are added to the main one unless they go apart
    pub(super) fn add_returns(&mut self, offset: usize, now: &mut Buses<'_>) {
        let frames = now.main.frames();
        let Self { effects, mixer, .. } = self;
        let mut returns = [None, None, None];
        if let Some(effects) = effects {
            effects.process(offset, frames);
            if offset + frames == TICK_FRAMES {
                effects.end_tick();
            }
            returns = effects.returns(frames);
        }
        for (left, right) in returns.iter_mut().flatten() {
            mixer.apply(offset, left, right);
        }
        let Some(apart) = &mut now.returns else {
            for (left, right) in returns.iter().flatten() {
                now.main.add(left, right);
            }
            return;
        };
        for (bus, given) in apart.iter_mut().zip(&returns) {
            bus.fill(0.0);
            if let Some((left, right)) = given {
                bus.add(left, right);
            }
        }
    }

    /// Hands over what the parts on outputs of their own have given.
    pub(super) fn add_parts(&mut self, offset: usize, now: &mut Buses<'_>) {
        let frames = now.main.frames();
        let Some(parts) = &mut now.parts else { return };
        let Self { outputs, mixer, .. } = self;
        outputs.finish(mixer, offset, frames, |output, given| {
            if let Some(bus) = parts.get_mut(output) {
                bus.fill(0.0);
                if let Some([left, right]) = given {
                    bus.add(left, right);
                }
            }
        });
    }

    /// Looks at the level of everything.
    pub(super) fn meter(&mut self, now: &mut Buses<'_>) {
        if now.parts.is_none() && now.returns.is_none() {
            self.mixer.meter(now.main.left, now.main.right);
            return;
        }
        let mut sides = [[0.0_f32; TICK_FRAMES]; 2];
        let [left, right] = &mut sides;
        let mut sum = Stereo { left, right };
        sum.add(now.main.left, now.main.right);
        now.beside().for_each(|bus| sum.add(bus.left, bus.right));
        self.mixer.meter(sum.left, sum.right);
    }
}
