//! The region of a chunk: one structure of fixed size, with its link and its playback data.
//!
//! Source: \[hdr\] dmdls.h: DMUS_REGION; dls1.h: RGNRANGE, WAVELINK, WSMPL, WLOOP.

use std::ops::RangeInclusive;

use super::ChunkError;
use super::chunk::Part;
use crate::bank::{Connection, LoopKind, Region, WaveLink, WaveLoop, WaveSample};
use crate::dls::region::{MULTI_CHANNEL, PHASE_MASTER, SELF_NON_EXCLUSIVE};
use crate::dls::sample::{NO_COMPRESSION, NO_TRUNCATION, clamped_gain};
use crate::extension::OfRegion;

/// A region before its links are followed.
pub(super) struct RegionHead {
    keys: RangeInclusive<u8>,
    velocities: RangeInclusive<u8>,
    options: u16,
    key_group: u16,
    link: WaveLink,
    sample: WaveSample,
    /// Index of its articulation; 0 is none.
    pub(super) articulation: u32,
    /// Index of the next region; 0 is none.
    pub(super) next: u32,
    /// Index of its first extension; 0 is none.
    pub(super) extensions: u32,
    /// Id of the download that holds its wave.
    pub(super) wave: u32,
}

impl RegionHead {
    pub(super) fn read(part: &Part<'_>) -> Result<Self, ChunkError> {
        let options = part.u16(24)?;
        Ok(Self {
            keys: range("RangeKey", part.u16(0)?, part.u16(2)?)?,
            velocities: range("RangeVelocity", part.u16(4)?, part.u16(6)?)?,
            options: part.u16(8)?,
            key_group: part.u16(10)?,
            articulation: part.u32(12)?,
            next: part.u32(16)?,
            extensions: part.u32(20)?,
            link: WaveLink {
                phase_master: options & PHASE_MASTER != 0,
                multi_channel: options & MULTI_CHANNEL != 0,
                phase_group: part.u16(26)?,
                channels: part.u32(28)?,
            },
            wave: part.u32(32)?,
            sample: sample(part)?,
        })
    }

    pub(super) fn region(
        self,
        wave: usize,
        articulation: Option<Vec<Connection>>,
        beyond: &OfRegion,
    ) -> Region {
        // 0 to 0 is what some writers say for all.
        let all = self.velocities == (0..=0) && !beyond.silent;
        Region {
            keys: self.keys,
            velocities: if all { 0..=127 } else { self.velocities },
            self_non_exclusive: self.options & SELF_NON_EXCLUSIVE != 0,
            key_group: self.key_group,
            layer: None,
            wave,
            link: self.link,
            sample: Some(self.sample),
            articulation,
            fixed_key: beyond.fixed_key,
            fixed_velocity: beyond.fixed_velocity,
            about: Default::default(),
        }
    }
}

/// Playback data from byte 36 on, the loop from byte 56 on.
fn sample(part: &Part<'_>) -> Result<WaveSample, ChunkError> {
    let bad = |field, value| Err(ChunkError::BadField { field, value });
    let unity = part.u16(40)?;
    let unity_note = match u8::try_from(unity) {
        Ok(note) if note < 128 => note,
        _ => return bad("usUnityNote", u32::from(unity)),
    };
    let options = part.u32(48)?;
    let wave_loop = match part.u32(52)? {
        0 => None,
        1 => Some(WaveLoop {
            kind: match part.u32(60)? {
                0 => LoopKind::Forward,
                1 => LoopKind::UntilRelease,
                kind => return bad("ulType", kind),
            },
            start: part.u32(64)?,
            length: part.u32(68)?,
        }),
        loops => return bad("cSampleLoops", loops),
    };
    Ok(WaveSample {
        unity_note,
        fine_tune: part.i16(42)?,
        gain: clamped_gain(part.i32(44)?, &mut |_| {}),
        wave_loop,
        no_truncation: options & NO_TRUNCATION != 0,
        no_compression: options & NO_COMPRESSION != 0,
    })
}

/// A range of MIDI values, its upper end cut to 127.
fn range(field: &'static str, low: u16, high: u16) -> Result<RangeInclusive<u8>, ChunkError> {
    match u8::try_from(low) {
        Ok(first) if first < 128 && low <= high => {
            Ok(first..=u8::try_from(high.min(127)).unwrap_or(127))
        }
        _ => Err(ChunkError::BadField {
            field,
            value: u32::from(high) << 16 | u32::from(low),
        }),
    }
}
