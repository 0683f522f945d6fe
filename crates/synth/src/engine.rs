//! The engine: messages in, frames out.
//!
//! It cuts time into control ticks, hands messages to whom they address, and sums what sounds;
//! each decision is another file's: channels, downloads, polyphony, voices, mixer.
//! Owner: the stream of the synth miniport, or a test. Thread: render, except construction.

mod buses;
mod effects;
mod expressions;
mod host;
mod messages;
mod mono;
mod node;
mod notes;
mod played;
mod readings;
mod replies;
mod requests;
mod zones;

pub use buses::{Buses, Stereo};
pub use expressions::NoteAddress;
pub use replies::Reply;

use std::sync::Arc;

use crate::articulation::curves::CurveTables;
use crate::channel::sysex::Mode;
use crate::channel::tunings::Tunings;
use crate::channel::{CHANNELS_PER_GROUP, Channel, Device};
use crate::collection::Collection;
use crate::downloads::{Downloads, Layer};
use crate::dsp::interpolation::Interpolation;
use crate::dsp::oscillator::Reader;
use crate::dsp::tables::TICK_FRAMES;
use crate::effects::Effects;
use crate::error::{ConfigError, NoRoom};
use crate::mixer::Mixer;
use crate::outputs::Outputs;
use crate::polyphony::{Moment, Polyphony};
use crate::sends::SENDS;
use crate::stats::SynthStats;
use crate::voice::{Mix, Surroundings, VoiceCx};
use played::Played;
use replies::Replies;

/// Time in which a trim or a master gain reaches its target, seconds; rounded up to whole ticks.
const GLIDE_S: f64 = 0.010;

/// Most voices of one engine.
pub(crate) const MAX_VOICES: u16 = 4096;

/// Most groups of sixteen channels of one engine.
pub(crate) const MAX_CHANNEL_GROUPS: u16 = 4;

/// What an engine is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineConfig {
    /// Hz, `1_000..=768_000`.
    pub sample_rate: u32,
    /// Voices that may play at a time, `1..=4096`.
    pub voices: u16,
    /// Groups of 16 channels, `1..=4`.
    pub channel_groups: u16,
}

/// A synthesizer: parts, voices and the banks they play.
///
/// # Real-time
/// Everything but [`Self::new`] and dropping belongs to one render thread, and neither
/// allocates, frees, locks nor waits.
#[derive(Debug)]
pub struct Engine {
    config: EngineConfig,
    /// Groups that are answered to, `1..=config.channel_groups`.
    channel_groups: u16,
    tables: CurveTables,
    /// All channels, group after group.
    channels: Vec<Channel>,
    /// What of each channel concerns its voices, as it was at the last tick.
    surroundings: Vec<Surroundings>,
    /// What the channels of each group share.
    devices: Vec<Device>,
    tunings: Tunings,
    /// Rules that hold whatever a message asks for.
    mode_lock: Option<Mode>,
    replies: Replies,
    played: Played,
    /// Number that the host has given the note that is being struck.
    note_id: Option<i32>,
    downloads: Downloads,
    polyphony: Polyphony,
    mixer: Mixer,
    /// Only if it was built with them.
    effects: Option<Box<Effects>>,
    outputs: Box<Outputs>,
    stats: SynthStats,
    /// Frames rendered since the stream began.
    position: u64,
    /// Note-ons so far.
    notes: u64,
    /// Notes that found no voice since the engine was built.
    lost_notes: u64,
}

impl Engine {
    /// Builds an engine; all memory it will ever use is taken here.
    ///
    /// # Errors
    /// [`ConfigError`] names the value that is out of range.
    ///
    /// # Real-time
    /// Control. Not real-time: allocates.
    pub fn new(config: EngineConfig) -> Result<Self, ConfigError> {
        if !(1_000..=768_000).contains(&config.sample_rate) {
            return Err(ConfigError::SampleRate {
                asked: config.sample_rate,
            });
        }
        if !(1..=MAX_VOICES).contains(&config.voices) {
            return Err(ConfigError::Voices {
                asked: config.voices,
            });
        }
        if !(1..=MAX_CHANNEL_GROUPS).contains(&config.channel_groups) {
            return Err(ConfigError::ChannelGroups {
                asked: config.channel_groups,
            });
        }
        let groups = usize::from(config.channel_groups);
        Ok(Self {
            config,
            channel_groups: config.channel_groups,
            tables: CurveTables::new(),
            channels: (0..config.channel_groups)
                .flat_map(|_| (0..CHANNELS_PER_GROUP).map(Channel::new))
                .collect(),
            surroundings: vec![Surroundings::default(); groups * usize::from(CHANNELS_PER_GROUP)],
            devices: vec![Device::power_on(); groups],
            tunings: Tunings::new(),
            mode_lock: None,
            replies: Replies::new(),
            played: Played::new(),
            note_id: None,
            downloads: Downloads::default(),
            polyphony: Polyphony::new(usize::from(config.voices), Reader::new()),
            mixer: Mixer::new(),
            effects: None,
            outputs: Box::new(Outputs::new()),
            stats: SynthStats::default(),
            position: 0,
            notes: 0,
            lost_notes: 0,
        })
    }

    /// What the engine was built for.
    #[must_use]
    pub const fn config(&self) -> EngineConfig {
        self.config
    }

    /// Frames rendered since the engine was built or reset.
    #[must_use]
    pub const fn position(&self) -> u64 {
        self.position
    }

    /// Puts a collection in force for a layer, or none.
    ///
    /// New notes play it from now on; sounding ones go on with what they have. What was in force
    /// before is retired and comes back through [`Self::take_retired`]; so does a collection for a
    /// layer that is not there.
    ///
    /// # Errors
    /// [`NoRoom`] gives the collection back while 64 are held already.
    ///
    /// # Real-time
    /// Render. Wait-free, bounded by the number of channels.
    pub fn download(
        &mut self,
        layer: Layer,
        collection: Option<Arc<Collection>>,
    ) -> Result<(), NoRoom<Option<Arc<Collection>>>> {
        self.downloads.put(layer, collection)?;
        for channel in &mut self.channels {
            channel.forget_instrument();
        }
        Ok(())
    }

    /// Hands back a retired collection that no voice plays any more.
    ///
    /// Call it until it returns nothing; each is to be dropped on the control side.
    ///
    /// # Real-time
    /// Render. Wait-free.
    #[must_use]
    pub fn take_retired(&mut self) -> Option<Arc<Collection>> {
        self.downloads.take_retired(self.polyphony.in_use())
    }

    /// Sets how waves are read between their frames, from the next tick of each voice on.
    ///
    /// # Real-time
    /// Render. Wait-free, bounded by the number of voices.
    pub fn set_interpolation(&mut self, interpolation: Interpolation) {
        self.polyphony.set_interpolation(interpolation);
    }

    /// Names the vector instructions in use, chosen when the engine was built: `portable`, `sse2`,
    /// `avx2`, `avx512` or `neon`.
    #[must_use]
    pub const fn level(&self) -> &'static str {
        self.polyphony.level()
    }

    /// Renders frames, overwriting what is there.
    ///
    /// Any partition of a stream into calls gives the same bits. If the slices differ in length,
    /// the longer one's rest is left as it is.
    ///
    /// # Real-time
    /// Render. Bounded by voices and frames.
    pub fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        debug_assert_eq!(left.len(), right.len());
        self.render_into(Buses::main(left, right));
    }

    /// Renders frames; what leaves beside the mix goes to buses of its own, or into the mix.
    fn render_into(&mut self, mut rest: Buses<'_>) {
        rest.main = rest.main.even();
        while !rest.main.is_empty() {
            if self.is_idle() {
                self.position = self.position.wrapping_add(rest.main.frames() as u64);
                rest.fill(0.0);
                return;
            }
            let moment = Moment::at(self.position);
            if moment.offset == 0 {
                self.begin_tick(moment);
            }
            let run = (TICK_FRAMES - moment.offset).min(rest.main.frames());
            let mut now = rest.take(run);
            now.main.fill(0.0);
            let goes_apart = now.parts.is_some() && self.outputs.is_used();
            self.polyphony.render(
                &self.downloads,
                moment,
                &mut Mix {
                    left: &mut *now.main.left,
                    right: &mut *now.main.right,
                    buses: self.effects.as_deref_mut().map(Effects::buses),
                    outputs: goes_apart.then_some(&mut *self.outputs),
                },
            );
            self.mixer
                .apply(moment.offset, now.main.left, now.main.right);
            self.add_parts(moment.offset, &mut now);
            self.add_returns(moment.offset, &mut now);
            self.meter(&mut now);
            self.position = self.position.wrapping_add(run as u64);
        }
    }

    /// Whether nothing sounds and nothing moves: until the next message or setting frames are zeros.
    ///
    /// # Real-time
    /// Render. Bounded by the channels.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.polyphony.sounding() == 0
            && self.mixer.rests()
            && self.devices.iter().all(Device::rests)
            && self.channels.iter().all(Channel::trim_rests)
            && self.effects.as_deref().is_none_or(Effects::is_asleep)
    }

    fn begin_tick(&mut self, moment: Moment) {
        self.mixer.begin_tick();
        if let Some(effects) = &mut self.effects {
            effects.begin_tick();
        }
        let mut is_tuned = false;
        for device in &mut self.devices {
            device.advance();
            is_tuned |= device.advance_tuning();
        }
        if is_tuned {
            self.channels.iter_mut().for_each(Channel::retune);
        }
        for channel in &mut self.channels {
            channel.advance_trim();
        }
        self.aim(moment);
    }

    /// Points voices to the end of the tick.
    fn aim(&mut self, moment: Moment) {
        let Self {
            tables,
            channels,
            surroundings,
            devices,
            tunings,
            downloads,
            polyphony,
            config,
            effects,
            ..
        } = self;
        let world = World {
            tables,
            channels,
            devices,
            tunings,
            wanted: wanted(effects.as_deref()),
            sample_rate_hz: f64::from(config.sample_rate),
        };
        let mut stirred = 0;
        if moment.offset == 0 {
            for (part, before) in (0..).zip(surroundings) {
                let now = world.around(part).unwrap_or_default();
                if now != *before {
                    stirred |= 1 << (part % 64);
                    *before = now;
                }
            }
        }
        polyphony.aim_all(downloads, moment, stirred, |part| world.of(part));
    }

    fn glide_ticks(&self) -> u32 {
        glide_ticks(self.config.sample_rate)
    }

    /// Power-on state: voices gone, position zero, every group on the bank's own rules, or on those
    /// it is locked to.
    ///
    /// Collections, trims, limits of voices, an impulse response and what properties and host have set stay; trims and
    /// gains are in force at once. Tails of effects are gone.
    ///
    /// # Real-time
    /// Render. Bounded by the number of voices and channels, and by the memory of the effects.
    pub fn reset(&mut self) {
        self.polyphony.clear();
        let mode = self.mode_lock.unwrap_or_default();
        for channel in &mut self.channels {
            channel.reset(mode);
            channel.settle_trim();
        }
        for (group_index, device) in (0..).zip(&mut self.devices) {
            device.reset(0);
            device.settle();
            self.tunings.clear(group_index);
        }
        self.replies.clear();
        self.mixer.settle();
        if let Some(effects) = &mut self.effects {
            effects.clear();
        }
        self.stats = SynthStats::default();
        self.position = 0;
        self.notes = 0;
    }
}

/// Whole ticks of a glide.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "120 ticks at the highest sample rate"
)]
fn glide_ticks(sample_rate: u32) -> u32 {
    libm::ceil(GLIDE_S * f64::from(sample_rate) / TICK_FRAMES as f64) as u32
}

/// Index of a part, `0..=63`.
fn part_index(group_index: u16, channel: u8) -> Option<u8> {
    let channels = u16::from(CHANNELS_PER_GROUP);
    if channel >= CHANNELS_PER_GROUP {
        return None;
    }
    u8::try_from(
        group_index
            .checked_mul(channels)?
            .checked_add(u16::from(channel))?,
    )
    .ok()
}

/// What voices look at while they are started or pointed.
struct World<'a> {
    tables: &'a CurveTables,
    channels: &'a [Channel],
    devices: &'a [Device],
    tunings: &'a Tunings,
    wanted: [bool; SENDS],
    sample_rate_hz: f64,
}

/// Buses that effects listen to.
fn wanted(effects: Option<&Effects>) -> [bool; SENDS] {
    effects.map_or([false; SENDS], Effects::wanted)
}

impl<'a> World<'a> {
    /// What voices of a part would notice.
    fn around(&self, part: u8) -> Option<Surroundings> {
        let channel = self.channels.get(usize::from(part))?;
        let device = self.devices.get(usize::from(part / CHANNELS_PER_GROUP))?;
        Some(Surroundings::of(channel, device, self.wanted))
    }

    /// As seen from one part.
    fn of(&self, part: u8) -> Option<VoiceCx<'a>> {
        let group_index = u16::from(part / CHANNELS_PER_GROUP);
        Some(VoiceCx {
            tables: self.tables,
            channel: self.channels.get(usize::from(part))?,
            device: self.devices.get(usize::from(group_index))?,
            group_index,
            tunings: self.tunings,
            around: self.around(part)?,
            sample_rate_hz: self.sample_rate_hz,
        })
    }
}
