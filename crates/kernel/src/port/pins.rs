//! Pins of a port beyond the first: opened, closed, connected to each other.
//!
//! Owner: the port. Thread: control, but for what a method says. Source: \[WDK\]
//! `IMiniportDMus::NewStream`.

use crate::{
    error::PortError,
    graph::{FilterId, GraphControl},
    miniport::{Miniport, StreamKind},
    mxf::RenderCx,
    port::{
        CaptureStats, PackedReader, PinId, Port,
        capture_pin::{Capture, EnterError},
        number_of, open_render, request,
    },
    time::SampleTime,
};

impl<M: Miniport> Port<M> {
    /// Opens a further pin, in STOP, and gives its number.
    ///
    /// - [`StreamKind::Render`]: a virtual instrument of its own, with channels of its own
    /// - [`StreamKind::Capture`]: the input of a device; its stream joins the service group it
    ///   names, or that of the miniport
    /// - [`StreamKind::WaveSink`]: the wave pin of the first render pin that lacks one
    ///
    /// # Errors
    /// [`PortError::NotStopped`] outside STOP; [`PortError::Stream`] if the miniport gives none;
    /// [`PortError::NoSynth`] if no render pin lacks a wave pin; [`PortError::Connect`] and
    /// [`PortError::Graph`] if a capture stream cannot be wired. The port is unchanged.
    ///
    /// # Real-time
    /// Not real-time: control side, allocates.
    ///
    /// # Source
    /// \[WDK\] `IMiniportDMus::NewStream`; \[DDKSynth\], whose wave pin is the other half of the
    /// first MIDI pin without one.
    pub fn open(&mut self, kind: StreamKind) -> Result<PinId, PortError<M::Error>> {
        self.must_be_stopped()?;
        match kind {
            StreamKind::Render => {
                let number = number_of(self.others.len().saturating_add(1));
                let pin = open_render(&mut self.miniport, &self.config, number)?;
                self.others.push(pin);
                Ok(PinId::Render(number))
            }
            StreamKind::WaveSink => {
                let pins = std::iter::once(&mut self.main).chain(&mut self.others);
                let mut numbered = (0..).zip(pins);
                let opened = numbered.find_map(|(number, pin)| pin.open_wave().then_some(number));
                opened.map(PinId::Render).ok_or(PortError::NoSynth)
            }
            StreamKind::Capture => self.open_capture(),
        }
    }

    fn open_capture(&mut self) -> Result<PinId, PortError<M::Error>> {
        let number = number_of(self.captures.len());
        let request = request(&self.config, StreamKind::Capture, number);
        let opened = self
            .miniport
            .new_stream(request)
            .map_err(PortError::Stream)?;
        let capture = Capture::new(opened.stream).map_err(PortError::Connect)?;
        let (rate, now) = (self.config.sample_rate, self.clock.position());
        let mut cx = RenderCx::new(&mut self.allocator, rate, now, SampleTime::ZERO);
        let (group, services) = (opened.service_group, &mut self.services);
        let capture = capture
            .enter(group, services, &mut self.wiring, &mut cx)
            .map_err(|error| match error {
                EnterError::Graph(error) => PortError::Graph(error),
                EnterError::Service(error) => PortError::Service(error),
            })?;
        self.captures.push(capture);
        Ok(PinId::Capture(number))
    }

    /// Closes the pin opened last of its kind, from any state: what it held goes home, its stream
    /// is freed.
    ///
    /// # Errors
    /// [`PortError::NoPin`] if there is none, or another of its kind was opened later.
    ///
    /// # Real-time
    /// Not real-time: control side, frees.
    ///
    /// # Source
    /// \[WDK\] State Transitions: a client may die in any state.
    pub fn close(&mut self, pin: PinId) -> Result<(), PortError<M::Error>> {
        let now = self.clock.position();
        match pin {
            PinId::Render(number) if usize::from(number) == self.others.len() => {
                let mut pin = self.others.pop().ok_or(PortError::NoPin)?;
                pin.close(now, &mut self.allocator);
            }
            PinId::Capture(number) if usize::from(number) + 1 == self.captures.len() => {
                let capture = self.captures.pop().ok_or(PortError::NoPin)?;
                let rate = self.config.sample_rate;
                let mut cx = RenderCx::new(&mut self.allocator, rate, now, SampleTime::ZERO);
                capture.close(&mut cx);
                capture.leave(&mut self.services, &mut self.wiring, &mut cx);
            }
            _ => return Err(PortError::NoPin),
        }
        self.publish();
        Ok(())
    }

    /// Lets a render pin play what a capture pin captures, or none. Nothing that a render pin plays
    /// is ever captured by a capture pin, so there is no way round.
    ///
    /// # Errors
    /// [`PortError::NoPin`] if one of them is not there.
    ///
    /// # Real-time
    /// Render, wait-free.
    pub fn set_thru(
        &mut self,
        capture: PinId,
        render: Option<PinId>,
    ) -> Result<(), PortError<M::Error>> {
        if let Some(render) = render
            && self.render_pin_mut(render).is_none()
        {
            return Err(PortError::NoPin);
        }
        let capture = self.capture_mut(capture).ok_or(PortError::NoPin)?;
        capture.set_thru(render);
        Ok(())
    }

    /// The client's end of a capture pin's packer; once.
    pub fn take_records(&mut self, capture: PinId) -> Option<PackedReader> {
        self.capture_mut(capture)?.take_reader()
    }

    /// What a capture pin has done.
    #[must_use]
    pub fn capture_stats(&self, capture: PinId) -> Option<CaptureStats> {
        let PinId::Capture(number) = capture else {
            return None;
        };
        Some(self.captures.get(usize::from(number))?.counts())
    }

    /// Calls `with` with the stream of any pin; nothing if there is no such pin.
    pub fn with_stream<T>(
        &mut self,
        pin: PinId,
        with: impl FnOnce(&mut M::Stream) -> T,
    ) -> Option<T> {
        if let Some((pin, _)) = self.render_pin_mut(pin) {
            return Some(with(pin.stream_mut()));
        }
        self.capture_mut(pin)?.with_stream(with)
    }

    fn capture_mut(&mut self, pin: PinId) -> Option<&mut Capture<M::Stream>> {
        match pin {
            PinId::Capture(number) => self.captures.get_mut(usize::from(number)),
            PinId::Render(_) => None,
        }
    }

    /// The places of a capture pin in the graph: its stream, its sink, its packer.
    #[must_use]
    pub fn filters(&self, capture: PinId) -> &[FilterId] {
        match capture {
            PinId::Capture(number) => self
                .captures
                .get(usize::from(number))
                .map_or(&[], Capture::filters),
            PinId::Render(_) => &[],
        }
    }

    /// The control half of the graph, to put filters between a capture stream and its sink; once.
    ///
    /// Pins opened from then on have no places in the graph that it knows of; those of a pin that is
    /// closed are empty, and edits that name them are refused.
    pub const fn take_graph_control(&mut self) -> Option<GraphControl> {
        self.wiring.control.take()
    }
}
