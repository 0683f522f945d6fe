//! Hardware latency: what lies between the buffer and the ear, part by part.
//!
//! In: bytes and delays. Out: sums in 100 ns or frames. Thread: any.
//! Source: \[WDK\] KSRTAUDIO_HWLATENCY; Stream Latency During Playback.

use crate::{
    time::{ReferenceTime, SampleRate, SampleTime},
    wave_rt::FRAME_BYTES,
};

/// The delays of the device.
///
/// # Source
/// \[WDK\] KSRTAUDIO_HWLATENCY.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HwLatency {
    /// Bytes between memory and converter; a part of a frame counts as a whole one.
    pub fifo_size: u32,
    /// Delay of the bus, 100 ns.
    pub chipset_delay: u32,
    /// Delay of the converter, 100 ns.
    pub codec_delay: u32,
}

impl HwLatency {
    /// Frames between memory and converter.
    #[must_use]
    pub const fn fifo_frames(self) -> u32 {
        self.fifo_size.div_ceil(FRAME_BYTES)
    }

    /// The device's whole latency at `rate`: FIFO, bus and converter.
    #[must_use]
    pub fn total(self, rate: SampleRate) -> ReferenceTime {
        let fifo = rate.sample_to_ref(SampleTime::new(i64::from(self.fifo_frames())));
        let delays = i64::from(self.chipset_delay) + i64::from(self.codec_delay);
        fifo.saturating_add(ReferenceTime::new(delays))
    }

    /// The latency of a stream whose client keeps `distance` frames between the write and the play
    /// position: that distance and the device's own.
    #[must_use]
    pub fn of_stream(self, rate: SampleRate, distance: u32) -> ReferenceTime {
        let queued = rate.sample_to_ref(SampleTime::new(i64::from(distance)));
        self.total(rate).saturating_add(queued)
    }

    /// The whole latency in frames, rounded up.
    #[must_use]
    pub fn frames(self, rate: SampleRate) -> u64 {
        rate.first_sample_at(self.total(rate))
            .frames()
            .try_into()
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATENCY: HwLatency = HwLatency {
        fifo_size: 512,
        chipset_delay: 300,
        codec_delay: 7_000,
    };

    #[test]
    fn the_latency_is_the_sum_of_fifo_bus_and_converter() {
        let rate = SampleRate::new(48_000).unwrap();
        // 64 frames at 48 kHz are 13 333.3 units.
        assert_eq!(LATENCY.total(rate).units(), 13_334 + 300 + 7_000);
        assert_eq!(LATENCY.of_stream(rate, 480).units(), 20_634 + 100_000);
        assert_eq!(HwLatency::default().total(rate), ReferenceTime::ZERO);
        assert_eq!(HwLatency::default().frames(rate), 0);
    }

    #[test]
    fn a_part_of_a_frame_in_the_fifo_is_a_frame_of_latency() {
        let latency = |fifo_size| HwLatency {
            fifo_size,
            ..HwLatency::default()
        };
        let rate = SampleRate::new(10_000).unwrap();
        assert_eq!(
            [1, 8, 9].map(|bytes| latency(bytes).fifo_frames()),
            [1, 1, 2]
        );
        assert_eq!(latency(9).total(rate).units(), 2_000);
        assert_eq!(latency(9).frames(rate), 2);
    }

    #[test]
    fn the_largest_delays_do_not_overflow() {
        let most = HwLatency {
            fifo_size: u32::MAX,
            chipset_delay: u32::MAX,
            codec_delay: u32::MAX,
        };
        let rate = SampleRate::new(SampleRate::MIN_HZ).unwrap();
        let fifo = 536_870_912 * 10_000;
        assert_eq!(most.total(rate).units(), fifo + 2 * i64::from(u32::MAX));
    }
}
