//! The stream: control side of one pin, from which the ends of its buffer come.
//!
//! In: requests of the client. Out: device end, client end, registers.
//! Owner: the control side. Thread: control.
//! Source: \[WDK\] `IMiniportWaveRTStream`, `IMiniportWaveRTStreamNotification`.

use std::{fmt, marker::PhantomData, sync::Arc};

use crate::{
    state::StreamState,
    wave_rt::{
        CacheType, Direction, FRAME_BYTES, FreeError, HwLatency, HwRegister, Mapped,
        NotificationCount, NotificationEvent, PacketRegister, Parameter, PortWaveRtStream,
        Register, WaveFormat, WaveRtConfig, WaveRtError,
        device::DevicePin,
        event::{EventControl, events},
        status::StatusReader,
    },
};

/// What a client is told about its buffer.
///
/// # Source
/// \[WDK\] KSRTAUDIO_BUFFER; `IMiniportWaveRTStream::AllocateAudioBuffer`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BufferDescription {
    /// Bytes of the buffer: at least those asked for, in whole frames.
    pub actual_size: u64,
    /// Bytes from the start of its first page: always 0.
    pub offset_from_first_page: u32,
    /// How it is cached.
    pub cache: CacheType,
    /// Whether a client that shared the memory would need a barrier before it tells of its frames.
    /// Ours does not: the ends order their frames themselves.
    pub call_memory_barrier: bool,
}

/// A buffer with both its ends.
#[derive(Debug)]
pub struct AudioBuffer<D: Direction> {
    /// For the render thread.
    pub device: D::Device,
    /// For the client.
    pub client: D::Client,
    /// What it is like.
    pub description: BufferDescription,
}

/// One pin of a WaveRT device.
///
/// The state is set at the device end, where the render thread can reach it; the position is read at
/// the client end. Closing the pin is dropping the stream: registers read from then on what they
/// read last.
///
/// # Real-time
/// Not real-time: control side.
///
/// # Source
/// \[WDK\] `IMiniportWaveRTStream`, `IMiniportWaveRTStreamNotification`.
pub struct WaveRtStream<D: Direction> {
    config: WaveRtConfig,
    format: WaveFormat,
    port: PortWaveRtStream,
    id: Arc<()>,
    /// The buffer's pages, while there is one.
    pages: Option<Mapped>,
    /// The device's side, while there is no buffer.
    pin: Option<DevicePin>,
    status: StatusReader,
    events: EventControl,
    /// Registers that were mapped; they cannot be mapped again.
    mapped: Vec<Register>,
    direction: PhantomData<fn() -> D>,
}

impl<D: Direction> fmt::Debug for WaveRtStream<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaveRtStream")
            .field("format", &self.format)
            .field("pages", &self.pages)
            .finish_non_exhaustive()
    }
}

impl<D: Direction> WaveRtStream<D> {
    pub(super) fn new(
        config: WaveRtConfig,
        port: PortWaveRtStream,
        format: WaveFormat,
    ) -> Result<Self, WaveRtError> {
        if !format.is_supported() {
            return Err(Parameter::Format.into());
        }
        let (events, table) = events();
        let id = Arc::new(());
        let pin = DevicePin::new(Arc::clone(&id), table);
        Ok(Self {
            config,
            format,
            port,
            id,
            pages: None,
            status: pin.reader(),
            pin: Some(pin),
            events,
            mapped: Vec::new(),
            direction: PhantomData,
        })
    }

    /// Changes the format, before there is a buffer: its ends are built for one rate.
    ///
    /// # Errors
    /// [`WaveRtError::InvalidParameter`] if the format is not supported, or with a buffer, running or
    /// not.
    ///
    /// # Source
    /// \[WDK\] `IMiniportWaveRTStream::SetFormat`.
    pub fn set_format(&mut self, format: WaveFormat) -> Result<(), WaveRtError> {
        if !format.is_supported() || self.pages.is_some() {
            return Err(Parameter::Format.into());
        }
        self.format = format;
        Ok(())
    }

    /// The format.
    #[must_use]
    pub const fn format(&self) -> WaveFormat {
        self.format
    }

    /// A buffer of at least `bytes`, rounded up to whole frames, without notifications.
    ///
    /// # Errors
    /// [`WaveRtError::InvalidParameter`] for no bytes; [`WaveRtError::InsufficientPages`];
    /// [`WaveRtError::BufferExists`].
    ///
    /// # Source
    /// \[WDK\] `IMiniportWaveRTStream::AllocateAudioBuffer`. Deviation: \[SAS\] rounds down; a client
    /// is refused a buffer smaller than it asked for.
    pub fn allocate_audio_buffer(&mut self, bytes: u64) -> Result<AudioBuffer<D>, WaveRtError> {
        if bytes == 0 {
            return Err(Parameter::BufferSize(bytes).into());
        }
        self.allocate(bytes.div_ceil(u64::from(FRAME_BYTES)), 0)
    }

    /// A buffer of at least `bytes` in one or two packets of whole frames, at whose ends every
    /// registered event is set.
    ///
    /// # Errors
    /// As [`allocate_audio_buffer`](Self::allocate_audio_buffer);
    /// [`WaveRtError::InvalidParameter`] too for bytes not divisible by `count`;
    /// [`WaveRtError::NotSupported`] if the device has no notifications.
    ///
    /// # Source
    /// \[WDK\] `IMiniportWaveRTStreamNotification::AllocateBufferWithNotification`; \[SAS\].
    pub fn allocate_buffer_with_notification(
        &mut self,
        count: NotificationCount,
        bytes: u64,
    ) -> Result<AudioBuffer<D>, WaveRtError> {
        if !self.config.notification {
            return Err(WaveRtError::NotSupported);
        }
        let count = u64::from(count.get());
        if bytes == 0 || !bytes.is_multiple_of(count) {
            return Err(Parameter::BufferSize(bytes).into());
        }
        let packet = (bytes / count).div_ceil(u64::from(FRAME_BYTES));
        self.allocate(packet.saturating_mul(count), packet)
    }

    fn allocate(&mut self, frames: u64, packet: u64) -> Result<AudioBuffer<D>, WaveRtError> {
        if self.pages.is_some() {
            return Err(WaveRtError::BufferExists);
        }
        let bytes = frames.saturating_mul(u64::from(FRAME_BYTES));
        let mapped = self.map_pages(bytes)?;
        let Some((ring, mut pin)) = self.port.ring(&mapped, frames).zip(self.pin.take()) else {
            self.release(mapped);
            return Err(WaveRtError::BufferExists);
        };
        pin.set_buffer(frames, packet);
        let cache = mapped.cache();
        self.pages = Some(mapped);
        let (device, client) = D::ends(pin, ring, self.format.rate, self.config.latency);
        let description = BufferDescription {
            actual_size: bytes,
            offset_from_first_page: 0,
            cache,
            call_memory_barrier: cache == CacheType::WriteCombined,
        };
        Ok(AudioBuffer {
            device,
            client,
            description,
        })
    }

    /// Pages for all of `bytes`, mapped.
    fn map_pages(&mut self, bytes: u64) -> Result<Mapped, WaveRtError> {
        let refused = WaveRtError::InsufficientPages {
            asked: bytes,
            free: self.port.free_bytes(),
        };
        let mdl = if self.config.scatter_gather {
            self.port.allocate_pages(u64::MAX, bytes)
        } else {
            self.port.allocate_contiguous_pages(0, u64::MAX, bytes)
        };
        let mdl = mdl.ok_or(refused)?;
        let enough = mdl.bytes() >= bytes;
        match self.port.map_allocated_pages(mdl, self.config.cache) {
            Ok(mapped) if enough => Ok(mapped),
            // Fewer pages came than were asked for.
            Ok(mapped) => {
                self.release(mapped);
                Err(refused)
            }
            Err(_) => Err(refused),
        }
    }

    /// Unmaps and frees.
    fn release(&mut self, mapped: Mapped) {
        let freed = match self.port.unmap_allocated_pages(mapped) {
            Ok(mdl) => self.port.free_pages(mdl).is_ok(),
            Err(_) => false,
        };
        debug_assert!(freed, "the pages are this stream's");
    }

    /// Takes back the device end, frees its pages and unregisters all events. Clients keep what they
    /// can still read until they are dropped, and see a stream in STOP without a buffer.
    ///
    /// One call frees buffers with notifications and without; `size` is an input: the actual size.
    ///
    /// # Errors
    /// [`FreeError`] with the device end, if it is another stream's, if the size is not that of the
    /// buffer, or if the stream is not in STOP.
    ///
    /// # Source
    /// \[WDK\] `IMiniportWaveRTStream::FreeAudioBuffer`,
    /// `IMiniportWaveRTStreamNotification::FreeBufferWithNotification`.
    pub fn free_audio_buffer(
        &mut self,
        device: D::Device,
        size: u64,
    ) -> Result<(), FreeError<D::Device>> {
        let pin = D::pin(&device);
        let bytes = pin.status.size.saturating_mul(u64::from(FRAME_BYTES));
        let reason = if !Arc::ptr_eq(&self.id, &pin.owner) || bytes != size {
            Some(Parameter::Buffer.into())
        } else if pin.status.state != StreamState::Stop {
            Some(WaveRtError::InvalidDeviceState(pin.status.state))
        } else {
            None
        };
        if let Some(reason) = reason {
            return Err(FreeError { reason, device });
        }
        let mut pin = D::into_pin(device);
        self.events.clear(&mut pin.events);
        pin.set_buffer(0, 0);
        self.pin = Some(pin);
        if let Some(mapped) = self.pages.take() {
            self.release(mapped);
        }
        Ok(())
    }

    /// Whether buffers may have notifications.
    ///
    /// # Source
    /// \[WDK\] KSPROPERTY_RTAUDIO_QUERY_NOTIFICATION_SUPPORT.
    #[must_use]
    pub const fn supports_notification(&self) -> bool {
        self.config.notification
    }

    /// Has the device set `event` at each notification point, from the next block on.
    ///
    /// # Errors
    /// [`WaveRtError::AlreadyRegistered`]; [`WaveRtError::TooManyEvents`];
    /// [`WaveRtError::NotSupported`] with a buffer that has no notifications;
    /// [`WaveRtError::NotReady`] without a buffer.
    ///
    /// # Source
    /// \[WDK\] `IMiniportWaveRTStreamNotification::RegisterNotificationEvent`; \[SAS\].
    pub fn register_notification_event(
        &mut self,
        event: &NotificationEvent,
    ) -> Result<(), WaveRtError> {
        self.notifying()?;
        self.events.register(event)
    }

    /// Has the device leave `event` alone, from the next block on.
    ///
    /// # Errors
    /// [`WaveRtError::NotFound`] if it is not registered; [`WaveRtError::TooManyEvents`] if too many
    /// changes wait for a block.
    ///
    /// # Source
    /// \[WDK\] `IMiniportWaveRTStreamNotification::UnregisterNotificationEvent`; \[SAS\].
    pub fn unregister_notification_event(
        &mut self,
        event: &NotificationEvent,
    ) -> Result<(), WaveRtError> {
        self.events.unregister(event)
    }

    /// The delays behind the buffer, which must exist.
    ///
    /// # Errors
    /// [`WaveRtError::NotReady`] without a buffer.
    ///
    /// # Source
    /// \[WDK\] `IMiniportWaveRTStream::GetHWLatency`; KSRTAUDIO_HWLATENCY.
    pub fn hw_latency(&self) -> Result<HwLatency, WaveRtError> {
        self.buffered().map(|()| self.config.latency)
    }

    /// Maps the position register; once in the life of the pin.
    ///
    /// # Errors
    /// [`WaveRtError::NotSupported`] if there is none; [`WaveRtError::AlreadyMapped`];
    /// [`WaveRtError::NotReady`] without a buffer.
    ///
    /// # Source
    /// \[WDK\] `IMiniportWaveRTStream::GetPositionRegister`. Deviation: \[SAS\] answers another status
    /// where there is none.
    pub fn position_register(&mut self) -> Result<HwRegister, WaveRtError> {
        let width = self.config.position_register;
        let width = width.ok_or(WaveRtError::NotSupported)?;
        self.buffered()?;
        self.map_once(Register::Position)?;
        let status = self.status.clone();
        Ok(HwRegister::position(status, width, self.config.block))
    }

    /// Maps the clock register; once in the life of the pin.
    ///
    /// # Errors
    /// [`WaveRtError::NotSupported`] if there is none; [`WaveRtError::AlreadyMapped`];
    /// [`WaveRtError::NotReady`] without a buffer: its frequency is that of the format.
    ///
    /// # Source
    /// \[WDK\] `IMiniportWaveRTStream::GetClockRegister`.
    pub fn clock_register(&mut self) -> Result<HwRegister, WaveRtError> {
        let width = self.config.clock_register;
        let width = width.ok_or(WaveRtError::NotSupported)?;
        self.buffered()?;
        self.map_once(Register::Clock)?;
        let (status, block) = (self.status.clone(), self.config.block);
        Ok(HwRegister::clock(status, width, block, self.format.rate))
    }

    /// Maps the packet register; once in the life of the pin.
    ///
    /// # Errors
    /// [`WaveRtError::NotSupported`] with a buffer that has no notifications;
    /// [`WaveRtError::AlreadyMapped`]; [`WaveRtError::NotReady`] without a buffer.
    ///
    /// # Source
    /// \[WDK\] KSPROPERTY_RTAUDIO_PACKETVREGISTER.
    pub fn packet_register(&mut self) -> Result<PacketRegister, WaveRtError> {
        self.notifying()?;
        self.map_once(Register::Packet)?;
        Ok(PacketRegister::new(self.status.clone(), self.format.rate))
    }

    fn map_once(&mut self, register: Register) -> Result<(), WaveRtError> {
        if self.mapped.contains(&register) {
            return Err(WaveRtError::AlreadyMapped(register));
        }
        self.mapped.push(register);
        Ok(())
    }

    fn buffered(&self) -> Result<(), WaveRtError> {
        if self.pages.is_none() {
            return Err(WaveRtError::NotReady);
        }
        Ok(())
    }

    fn notifying(&mut self) -> Result<(), WaveRtError> {
        self.buffered()?;
        if self.status.read().packet == 0 {
            return Err(WaveRtError::NotSupported);
        }
        Ok(())
    }
}
