//! What building an engine or a collection can say.

use core::fmt;

/// Why an [`crate::Engine`] could not be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// The sample rate is out of range.
    SampleRate {
        /// What was asked, Hz.
        asked: u32,
    },
    /// The number of voices is out of range.
    Voices {
        /// What was asked.
        asked: u16,
    },
    /// The number of channel groups is out of range.
    ChannelGroups {
        /// What was asked.
        asked: u16,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SampleRate { asked } => {
                write!(f, "sample rate {asked} Hz is not within 1000..=768000 Hz")
            }
            Self::Voices { asked } => write!(f, "{asked} voices are not within 1..=4096"),
            Self::ChannelGroups { asked } => {
                write!(f, "{asked} channel groups are not within 1..=4")
            }
        }
    }
}

impl core::error::Error for ConfigError {}

/// Why a bank could not become a [`crate::Collection`].
///
/// A reader's bank is sound already; these are for banks that were built in some other way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DownloadError {
    /// A region plays a wave that the bank does not have.
    NoSuchWave {
        /// Index of the instrument.
        instrument: usize,
        /// Index of the region in it.
        region: usize,
        /// The wave asked for.
        wave: usize,
        /// How many the bank has.
        waves: usize,
    },
    /// A loop is empty or reaches past its wave.
    LoopOutsideWave {
        /// Index of the wave.
        wave: usize,
        /// First frame of the loop.
        start: u32,
        /// Frames in the loop.
        length: u32,
        /// Frames in the wave.
        frames: usize,
    },
    /// A wave has no sample rate.
    NoSampleRate {
        /// Index of the wave.
        wave: usize,
    },
    /// A wave has more than 2^31 frames.
    WaveTooLong {
        /// Index of the wave.
        wave: usize,
        /// Frames in it.
        frames: usize,
    },
    /// More regions, waves or instruments than 32 bits can count.
    TooMany,
}

impl fmt::Display for DownloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchWave {
                instrument,
                region,
                wave,
                waves,
            } => write!(
                f,
                "region {region} of instrument {instrument} plays wave {wave}, \
                 but the bank has only {waves}"
            ),
            Self::LoopOutsideWave {
                wave,
                start,
                length,
                frames,
            } => write!(
                f,
                "the loop of {length} frames at {start} does not lie within the {frames} frames \
                 of wave {wave}"
            ),
            Self::NoSampleRate { wave } => {
                write!(
                    f,
                    "wave {wave} has a sample rate of 0, at least 1 Hz is needed"
                )
            }
            Self::WaveTooLong { wave, frames } => {
                write!(
                    f,
                    "wave {wave} has {frames} frames, at most 2147483648 are allowed"
                )
            }
            Self::TooMany => f.write_str("the bank has more parts than 32 bits can count"),
        }
    }
}

impl core::error::Error for DownloadError {}

/// A download that found no room; it comes back to its sender.
///
/// [`crate::Engine`] keeps at most 64 collections, counting replaced ones whose voices still
/// sound and those nobody has taken back. Take back what is retired, and try again later.
#[derive(Debug)]
pub struct NoRoom<T>(pub T);

impl<T> fmt::Display for NoRoom<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "all 64 places for collections are taken by ones still sounding or not taken back",
        )
    }
}

impl<T: fmt::Debug> core::error::Error for NoRoom<T> {}

/// Why samples could not become a [`crate::Convolution`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResponseError {
    /// The response is empty or too long.
    Length {
        /// How many frames it has.
        frames: usize,
    },
    /// A sample is infinite or not a number.
    NotANumber {
        /// Which frame it is in.
        frame: usize,
    },
}

impl fmt::Display for ResponseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { frames } => write!(
                f,
                "the impulse response has {frames} frames, not within 1..=524288"
            ),
            Self::NotANumber { frame } => {
                write!(f, "the impulse response is not a number at frame {frame}")
            }
        }
    }
}

impl core::error::Error for ResponseError {}

/// A convolution that could not be loaded yet; it comes back to its sender.
///
/// An earlier one is still fading or has not been taken back. Take it with
/// [`crate::Engine::take_retired_response`] and try again.
#[derive(Debug)]
pub struct ResponseBusy(pub Option<Box<crate::Convolution>>);

impl fmt::Display for ResponseBusy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an earlier impulse response is still fading or was not taken back")
    }
}

impl core::error::Error for ResponseBusy {}
