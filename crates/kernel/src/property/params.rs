//! Port parameters: what a client asks of a pin, and what of it is granted.
//!
//! In: a request. Out: what is in force. Owner: the property control. Thread: control.
//! Source: \[WDK\] SYNTH_PORTPARAMS; KSPROPERTY_SYNTH_PORTPARAMETERS; Voice Allocation.

use std::{error::Error, fmt};

use crate::{miniport::EffectFlags, time::SampleRate};

/// Which fields of [`PortParams`] the client filled.
///
/// # Source
/// \[hdr\] dmusprop.h, values of the user-mode twin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ValidParams(u32);

impl ValidParams {
    /// None: all defaults.
    pub const NONE: Self = Self(0);
    /// The number of voices.
    pub const VOICES: Self = Self(0x01);
    /// The number of channel groups.
    pub const CHANNEL_GROUPS: Self = Self(0x02);
    /// The number of audio channels.
    pub const AUDIO_CHANNELS: Self = Self(0x04);
    /// The sample rate.
    pub const SAMPLE_RATE: Self = Self(0x08);
    /// The effects.
    pub const EFFECTS: Self = Self(0x20);
    /// Whether groups are shared.
    pub const SHARE: Self = Self(0x40);
    /// All that there are.
    pub const ALL: Self = Self(0x6F);

    /// The flags of these bits, unknown ones included.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// The bits.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The flags of both.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// True if all flags of `other` are set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// What a client asks of a pin, or what it was granted.
///
/// # Source
/// \[WDK\] SYNTH_PORTPARAMS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PortParams {
    /// Which of the fields below count.
    pub valid: ValidParams,
    /// Notes at once.
    pub voices: u32,
    /// Groups of sixteen channels.
    pub channel_groups: u32,
    /// Channels of audio.
    pub audio_channels: u32,
    /// Frames per second.
    pub sample_rate_hz: u32,
    /// Effects, as [`EffectFlags::bits`].
    pub effects: u32,
    /// Not zero: all ports use these groups; zero: this one alone.
    pub share: u32,
}

/// Whether all was granted as asked.
///
/// # Source
/// \[WDK\] KSPROPERTY_SYNTH_PORTPARAMETERS: STATUS_SUCCESS or STATUS_NOT_ALL_ASSIGNED. Deviation from
/// \[DDKSynth\], which reports success in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Granted {
    /// Every field the client filled is as it was.
    AllAsAsked,
    /// At least one had to change.
    NotAllAssigned,
}

/// What a pin can grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParamLimits {
    /// Voices of the whole synthesizer.
    pub voices: u32,
    /// Voices of a pin that does not ask, `1..=voices`.
    pub default_voices: u32,
    /// Groups the pin was opened with, `1..`; also those of a pin that does not ask.
    pub channel_groups: u16,
    /// Channels of audio, which is what the wave pin has.
    pub audio_channels: u16,
    /// The rate of the wave pin.
    pub sample_rate: SampleRate,
    /// Effects there are.
    pub effects: EffectFlags,
}

impl ParamLimits {
    /// What is granted of `asked`, its voices taken from `pool`.
    ///
    /// Fields the client did not fill come back with the default used; the mask of the answer has
    /// all fields. Voices and groups are held to the range from one to the most there are, rate and
    /// audio channels are those of the wave pin, groups are never shared. Unknown bits of the mask
    /// cannot be granted.
    #[must_use]
    pub fn grant(&self, asked: PortParams, pool: &mut VoicePool) -> (PortParams, Granted) {
        let filled = |flag, value: u32, default: u32| {
            if asked.valid.contains(flag) {
                value
            } else {
                default
            }
        };
        let voices = filled(ValidParams::VOICES, asked.voices, self.default_voices);
        let most = u32::from(self.channel_groups.max(1));
        let groups = filled(ValidParams::CHANNEL_GROUPS, asked.channel_groups, most);
        let effects = EffectFlags::from_bits(asked.effects).and(self.effects);
        let granted = PortParams {
            valid: ValidParams::ALL,
            voices: pool.ask(voices.max(1)),
            channel_groups: groups.clamp(1, most),
            audio_channels: u32::from(self.audio_channels),
            sample_rate_hz: self.sample_rate.hz(),
            effects: filled(
                ValidParams::EFFECTS,
                effects.bits(),
                EffectFlags::NONE.bits(),
            ),
            share: 0,
        };
        let all = asked.is_granted_by(&granted);
        let granted_as = if all {
            Granted::AllAsAsked
        } else {
            Granted::NotAllAssigned
        };
        (granted, granted_as)
    }
}

impl PortParams {
    /// True if every field that counts is as in `granted`.
    fn is_granted_by(&self, granted: &Self) -> bool {
        let same = |flag, asked: u32, given: u32| !self.valid.contains(flag) || asked == given;
        ValidParams::ALL.contains(self.valid)
            && same(ValidParams::VOICES, self.voices, granted.voices)
            && same(
                ValidParams::CHANNEL_GROUPS,
                self.channel_groups,
                granted.channel_groups,
            )
            && same(
                ValidParams::AUDIO_CHANNELS,
                self.audio_channels,
                granted.audio_channels,
            )
            && same(
                ValidParams::SAMPLE_RATE,
                self.sample_rate_hz,
                granted.sample_rate_hz,
            )
            && same(ValidParams::EFFECTS, self.effects, granted.effects)
            && same(ValidParams::SHARE, self.share, granted.share)
    }
}

/// The voices of a synthesizer: those that are free, those that instances share.
///
/// An instance that asks for voices shares the dynamic ones, which become as many as the most
/// demanding instance asked for. They never become free again.
///
/// # Source
/// \[WDK\] Voice Allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoicePool {
    total: u32,
    free: u32,
    dynamic: u32,
}

impl VoicePool {
    /// A pool of which all is free.
    #[must_use]
    pub const fn new(voices: u32) -> Self {
        Self {
            total: voices,
            free: voices,
            dynamic: 0,
        }
    }

    /// Voices nobody has.
    #[must_use]
    pub const fn free(&self) -> u32 {
        self.free
    }

    /// Voices that instances share.
    #[must_use]
    pub const fn dynamic(&self) -> u32 {
        self.dynamic
    }

    /// Asks for shared voices, and returns how many there are of those asked for.
    #[must_use = "fewer may have been granted"]
    pub fn ask(&mut self, voices: u32) -> u32 {
        let more = voices.saturating_sub(self.dynamic).min(self.free);
        self.free -= more;
        self.dynamic = self.dynamic.saturating_add(more);
        voices.min(self.dynamic)
    }

    /// Takes voices for one instance alone.
    ///
    /// # Errors
    /// [`VoicesTaken`] if not so many are free; none is taken then.
    pub const fn take_static(&mut self, voices: u32) -> Result<(), VoicesTaken> {
        if voices > self.free {
            let free = self.free;
            return Err(VoicesTaken {
                asked: voices,
                free,
            });
        }
        self.free -= voices;
        Ok(())
    }

    /// Gives back voices taken with [`take_static`](Self::take_static): they become free, not
    /// shared. More than were taken are not given back.
    pub fn release_static(&mut self, voices: u32) {
        let taken = self
            .total
            .saturating_sub(self.free)
            .saturating_sub(self.dynamic);
        self.free = self.free.saturating_add(voices.min(taken));
    }
}

/// Too few voices are free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoicesTaken {
    /// Voices asked for.
    pub asked: u32,
    /// Voices that are free.
    pub free: u32,
}

impl fmt::Display for VoicesTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} voices for one instance, {} are free",
            self.asked, self.free
        )
    }
}

impl Error for VoicesTaken {}
