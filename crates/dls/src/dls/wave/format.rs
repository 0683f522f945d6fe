//! `fmt `: how the data of a wave is coded.
//!
//! Source: \[DLS2\] wave list; WAVEFORMATEX, WAVEFORMATEXTENSIBLE, IMAADPCMWAVEFORMAT and
//! ADPCMWAVEFORMAT.

use super::adpcm;
use crate::dls::note_short;
use crate::error::Defect;
use crate::findings::{Findings, Place};
use crate::limits;
use crate::riff::{Chunk, Fields};

/// Coding: linear PCM.
pub(crate) const PCM: u16 = 1;
/// Coding: Microsoft's adaptive differential PCM.
const MS_ADPCM: u16 = 2;
/// Coding: floating point.
const FLOAT: u16 = 3;
/// Coding: telephone companding, European.
const A_LAW: u16 = 6;
/// Coding: telephone companding, American.
const MU_LAW: u16 = 7;
/// Coding: the Interactive Multimedia Association's adaptive differential PCM.
const IMA_ADPCM: u16 = 0x11;
/// Coding: named by the first number of a GUID.
const EXTENSIBLE: u16 = 0xFFFE;

/// Where the extensible form has that number.
const SUB_FORMAT: usize = 24;

/// A format that can be decoded.
#[derive(Debug, Clone)]
pub(super) struct Format {
    /// Frames per second, `1..=limits::SAMPLE_RATE_HZ`.
    pub(super) rate_hz: u32,
    /// 1 or 2.
    pub(super) channels: usize,
    /// How a frame is coded.
    pub(super) coding: Coding,
}

/// What the bytes mean.
#[derive(Debug, Clone)]
pub(super) enum Coding {
    /// Signed, lowest byte first, so many bytes; of one byte unsigned. `1..=4`.
    Pcm(usize),
    /// Floating point of 4 or 8 bytes, -1..1.
    Float(usize),
    /// One byte, European.
    ALaw,
    /// One byte, American.
    MuLaw,
    /// Blocks of 4-bit steps.
    Ima {
        /// Bytes of a block, all channels.
        block: usize,
    },
    /// Blocks of 4-bit corrections.
    Ms {
        /// Bytes of a block, all channels.
        block: usize,
        /// Pairs of weights that a block chooses from.
        weights: Vec<[i32; 2]>,
    },
}

impl Coding {
    /// Bytes of one sample where each stands by itself.
    pub(super) const fn sample_bytes(&self) -> Option<usize> {
        match self {
            Self::Pcm(bytes) | Self::Float(bytes) => Some(*bytes),
            Self::ALaw | Self::MuLaw => Some(1),
            Self::Ima { .. } | Self::Ms { .. } => None,
        }
    }
}

impl Format {
    /// Reads the chunk; nothing, with a warning, if such a wave cannot be decoded.
    pub(super) fn read(
        fmt: &Chunk<'_>,
        place: &Place<'_>,
        findings: &mut Findings,
    ) -> Option<Self> {
        let fields = fmt.fields();
        let Some(declared) = Declared::read(fields) else {
            note_short(fmt, 16, place, findings);
            return None;
        };
        let mut note = |defect| findings.note(place, fmt.offset, defect);
        let channels = usize::from(declared.channels);
        if !(1..=2).contains(&channels) {
            note(Defect::WaveChannels {
                channels: declared.channels,
            });
            return None;
        }
        let coding = match declared.coding(fields) {
            Ok(coding) => coding,
            Err(defect) => {
                note(defect);
                return None;
            }
        };
        let Declared { tag, bits, .. } = declared;
        if tag != PCM || !matches!(bits, 8 | 16) {
            note(Defect::WaveForeign { tag, bits });
        }
        if channels == 2 {
            note(Defect::WaveStereo);
        }
        if let Some(bytes) = coding.sample_bytes() {
            let used = u16::try_from(bytes * channels).unwrap_or_default();
            let declared = declared.frame_bytes;
            if declared != used {
                note(Defect::WaveFrameSize { declared, used });
            }
        }
        let mut rate_hz = declared.rate_hz;
        if rate_hz == 0 || rate_hz > limits::SAMPLE_RATE_HZ {
            note(Defect::WaveRate { hz: rate_hz });
            rate_hz = 44_100;
        }
        Some(Self {
            rate_hz,
            channels,
            coding,
        })
    }

    /// Mono PCM of 16 bit, which is played where it lies.
    pub(super) const fn is_plain(&self) -> bool {
        self.channels == 1 && matches!(self.coding, Coding::Pcm(2))
    }
}

/// What `fmt ` says, believed or not.
struct Declared {
    tag: u16,
    channels: u16,
    rate_hz: u32,
    frame_bytes: u16,
    bits: u16,
}

impl Declared {
    fn read(fields: Fields<'_>) -> Option<Self> {
        let mut tag = fields.u16(0)?;
        if tag == EXTENSIBLE {
            tag = fields.u16(SUB_FORMAT).unwrap_or(tag);
        }
        Some(Self {
            tag,
            channels: fields.u16(2)?,
            rate_hz: fields.u32(4)?,
            frame_bytes: fields.u16(12)?,
            bits: fields.u16(14)?,
        })
    }

    fn coding(&self, fields: Fields<'_>) -> Result<Coding, Defect> {
        let (tag, bits) = (self.tag, self.bits);
        let block = usize::from(self.frame_bytes);
        match (tag, bits) {
            (PCM, 1..=32) => Ok(Coding::Pcm(usize::from(bits.div_ceil(8)))),
            (FLOAT, 32 | 64) => Ok(Coding::Float(usize::from(bits / 8))),
            (A_LAW, _) => Ok(Coding::ALaw),
            (MU_LAW, _) => Ok(Coding::MuLaw),
            (IMA_ADPCM, 4) => Ok(Coding::Ima { block }),
            (MS_ADPCM, 4) => Ok(Coding::Ms {
                block,
                weights: adpcm::weights(fields),
            }),
            (PCM | FLOAT | IMA_ADPCM | MS_ADPCM, _) => Err(Defect::WaveBits { bits }),
            _ => Err(Defect::WaveCoding { tag }),
        }
    }
}
