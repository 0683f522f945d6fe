//! Layout: property structures as the bytes clients exchange, little-endian.
//!
//! In: values. Out: bytes, or the other way. Owner: none. Thread: any. Source: \[hdr\] dmusprop.h;
//! \[WDK\] SYNTHCAPS; SYNTH_PORTPARAMS; SYNTH_STATS; SYNTHVOICEPRIORITY_INSTANCE; SYNTHDOWNLOAD.

use super::{
    DownloadHandle,
    config::WaveFormat,
    params::{PortParams, ValidParams},
    stats::SynthStats,
};
use crate::miniport::SynthCaps;

/// Bytes of SYNTHCAPS: class, six numbers, 128 UTF-16 units.
pub const CAPS: usize = 16 + 6 * 4 + DESCRIPTION * 2;
/// Bytes of SYNTH_PORTPARAMS.
pub const PORT_PARAMS: usize = 7 * 4;
/// Bytes of SYNTH_STATS.
pub const STATS: usize = 7 * 4;
/// Bytes of SYNTHVOICEPRIORITY_INSTANCE.
pub const VOICE_PRIORITY_INSTANCE: usize = 2 * 4;
/// Bytes of SYNTHDOWNLOAD: a handle of 64 bits, a truth, padding.
pub const DOWNLOAD: usize = 8 + 4 + 4;
/// Bytes of WAVEFORMATEX.
pub const WAVE_FORMAT: usize = 18;
/// Bytes of the node that instance data begin with: its number, a reserved one.
pub const NODE: usize = 2 * 4;

/// Units of a description, the zero at its end included.
const DESCRIPTION: usize = 128;

/// As many bytes of memory as the system has.
///
/// # Source
/// \[hdr\] dmusicc.h, the user-mode twin of SYNTH_PC_SYSTEMMEMORY.
pub const SYSTEM_MEMORY: u32 = 0x7FFF_FFFF;
/// A number the miniport cannot tell.
pub const UNKNOWN: u32 = 0xFFFF_FFFF;

/// Writes numbers one after the other; what does not fit is left out.
struct Put<'a>(&'a mut [u8]);

impl Put<'_> {
    fn bytes(&mut self, bytes: &[u8]) {
        let room = std::mem::take(&mut self.0);
        let (here, rest) = room.split_at_mut(bytes.len().min(room.len()));
        for (to, from) in here.iter_mut().zip(bytes) {
            *to = *from;
        }
        self.0 = rest;
    }

    fn dwords<const N: usize>(&mut self, numbers: [u32; N]) {
        for number in numbers {
            self.bytes(&number.to_le_bytes());
        }
    }
}

/// A number of 32 bits at a place; zero beyond the end.
pub(super) fn dword(bytes: &[u8], at: usize) -> u32 {
    let four = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>());
    four.map_or(0, |four| u32::from_le_bytes(*four))
}

/// A number of 64 bits at the start; zero beyond the end.
pub(super) fn qword(bytes: &[u8]) -> u64 {
    bytes
        .first_chunk::<8>()
        .map_or(0, |eight| u64::from_le_bytes(*eight))
}

/// Writes SYNTHCAPS.
///
/// # Source
/// \[WDK\] SYNTHCAPS.
pub fn write_caps(caps: &SynthCaps, class_id: [u8; 16], into: &mut [u8]) {
    let mut put = Put(into);
    put.bytes(&class_id);
    put.dwords([
        caps.flags.bits(),
        caps.memory_size.unwrap_or(SYSTEM_MEMORY),
        u32::from(caps.max_channel_groups),
        caps.max_voices.unwrap_or(UNKNOWN),
        caps.max_audio_channels.map_or(UNKNOWN, u32::from),
        caps.effects.bits(),
    ]);
    let text = caps.description.encode_utf16().take(DESCRIPTION - 1);
    let zeros = std::iter::repeat(0);
    for unit in text.chain(zeros).take(DESCRIPTION) {
        put.bytes(&unit.to_le_bytes());
    }
}

/// Reads SYNTH_PORTPARAMS; what is missing is zero.
///
/// # Source
/// \[WDK\] SYNTH_PORTPARAMS.
#[must_use]
pub fn read_port_params(bytes: &[u8]) -> PortParams {
    PortParams {
        valid: ValidParams::from_bits(dword(bytes, 0)),
        voices: dword(bytes, 4),
        channel_groups: dword(bytes, 8),
        audio_channels: dword(bytes, 12),
        sample_rate_hz: dword(bytes, 16),
        effects: dword(bytes, 20),
        share: dword(bytes, 24),
    }
}

/// Writes SYNTH_PORTPARAMS.
///
/// # Source
/// \[WDK\] SYNTH_PORTPARAMS.
pub fn write_port_params(params: &PortParams, into: &mut [u8]) {
    Put(into).dwords([
        params.valid.bits(),
        params.voices,
        params.channel_groups,
        params.audio_channels,
        params.sample_rate_hz,
        params.effects,
        params.share,
    ]);
}

/// Writes SYNTH_STATS.
///
/// # Source
/// \[WDK\] SYNTH_STATS.
pub fn write_stats(stats: &SynthStats, into: &mut [u8]) {
    Put(into).dwords([
        stats.valid.bits(),
        stats.voices,
        stats.total_cpu,
        stats.cpu_per_voice,
        stats.lost_notes,
        stats.free_memory.unwrap_or(SYSTEM_MEMORY),
        stats.peak_volume.cast_unsigned(),
    ]);
}

/// Writes SYNTHDOWNLOAD. The client may always free its memory.
///
/// # Source
/// \[WDK\] SYNTHDOWNLOAD; \[DDKSynth\].
pub fn write_download(handle: DownloadHandle, into: &mut [u8]) {
    let mut put = Put(into);
    put.bytes(&handle.0.to_le_bytes());
    put.dwords([1, 0]);
}

/// Writes WAVEFORMATEX.
///
/// # Source
/// \[WDK\] WAVEFORMATEX.
pub fn write_wave_format(format: WaveFormat, into: &mut [u8]) {
    let block = format.channels.saturating_mul(WaveFormat::BITS / 8);
    let rate = format.sample_rate.hz();
    let mut put = Put(into);
    put.bytes(&WaveFormat::TAG.to_le_bytes());
    put.bytes(&format.channels.to_le_bytes());
    put.dwords([rate, rate.saturating_mul(u32::from(block))]);
    put.bytes(&block.to_le_bytes());
    put.bytes(&WaveFormat::BITS.to_le_bytes());
    // No bytes follow.
    put.bytes(&[0, 0]);
}
