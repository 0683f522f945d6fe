//! Directions of a stream, as types: each has its two ends.
//!
//! In: a pin, a ring. Out: the device end, the client end. Thread: control.
//! Source: \[WDK\] `IMiniportWaveRT::NewStream`, its capture argument.

use crate::{
    sync::{CyclicReader, CyclicWriter},
    time::SampleRate,
    wave_rt::{
        CaptureClient, CaptureDevice, FrameReader, HwLatency, RenderClient, RenderDevice,
        device::DevicePin, playback::playback,
    },
};

mod sealed {
    use crate::{
        sync::{CyclicReader, CyclicWriter},
        time::SampleRate,
        wave_rt::{HwLatency, device::DevicePin},
    };

    /// What the two ends of a direction are.
    pub trait Ends {
        type Device: std::fmt::Debug;
        type Client: std::fmt::Debug;

        fn ends(
            pin: DevicePin,
            ring: (CyclicWriter, CyclicReader),
            rate: SampleRate,
            latency: HwLatency,
        ) -> (Self::Device, Self::Client);
        fn pin(device: &Self::Device) -> &DevicePin;
        fn into_pin(device: Self::Device) -> DevicePin;
    }
}

/// The direction of a stream: [`Render`] or [`Capture`].
pub trait Direction: sealed::Ends {}

/// From the client to the device.
#[derive(Clone, Copy, Debug)]
pub enum Render {}

/// From the device to the client.
#[derive(Clone, Copy, Debug)]
pub enum Capture {}

impl Direction for Render {}
impl Direction for Capture {}

impl sealed::Ends for Render {
    type Device = RenderDevice;
    type Client = RenderClient;

    fn ends(
        pin: DevicePin,
        ring: (CyclicWriter, CyclicReader),
        rate: SampleRate,
        latency: HwLatency,
    ) -> (RenderDevice, RenderClient) {
        playback(pin, ring, rate, latency)
    }

    fn pin(device: &RenderDevice) -> &DevicePin {
        &device.pin
    }

    fn into_pin(device: RenderDevice) -> DevicePin {
        device.pin
    }
}

impl sealed::Ends for Capture {
    type Device = CaptureDevice;
    type Client = CaptureClient;

    fn ends(
        pin: DevicePin,
        (writer, reader): (CyclicWriter, CyclicReader),
        rate: SampleRate,
        _latency: HwLatency,
    ) -> (CaptureDevice, CaptureClient) {
        let frames = FrameReader::new(pin.reader(), reader);
        let client = CaptureClient::new(frames, rate);
        (CaptureDevice::new(pin, writer), client)
    }

    fn pin(device: &CaptureDevice) -> &DevicePin {
        &device.pin
    }

    fn into_pin(device: CaptureDevice) -> DevicePin {
        device.pin
    }
}
