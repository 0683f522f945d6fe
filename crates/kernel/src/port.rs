//! The port: owns one miniport with its streams, the clock, and every change of state.
//!
//! In: packed records, raw bytes, the host's blocks. Out: frames, captured records, counts, clocks.
//! Owner: whoever renders. Thread: built on the control side, then render.
//! Source: \[WDK\] DMus Port Driver; `IPortDMus`, `IPortMidi`.
//!
//! One block:
//!
//! ```text
//! edits of the graph and of service groups take effect
//! pending service is taken, then served: devices hand over what they captured
//! properties are obeyed
//! at each frame on which something is due: deliver it; render up to the next such frame
//! counts and clocks are published
//! ```

mod capture_pin;
mod capture_sink;
mod config;
mod delivery;
mod inlet;
mod packer;
mod pins;
mod raw_door;
mod render_pin;
mod running;
mod sequencer;
mod stats;
mod unpacker;
mod wave_sink;

use std::fmt;

pub use capture_pin::CaptureStats;
pub use capture_sink::{CaptureCounts, CaptureSink};
pub use config::PortConfig;
pub use packer::{PackedReader, Packer, Record, packer};
pub use raw_door::RawDoor;
pub use stats::{Losses, PinStats, PortStats, StatsReader, Submitted};

use crate::{
    allocator::Allocator,
    clock::{LatencyClock, LatencyWriter, MasterClock, TransportTracker},
    error::PortError,
    graph::{Graph, GraphControl, graph},
    history::HistoryWriter,
    miniport::{Adapter, Either, FromRaw, Init, Miniport, Stream, StreamKind, StreamRequest},
    mxf::RenderCx,
    position::PositionReader,
    property::PropertyNode,
    service::{Notifier, ServiceControl, ServiceGroup, ServiceTable, services},
    state::StreamState,
    time::SampleTime,
};
use capture_pin::Capture;
use render_pin::RenderPin;
use stats::StatsWriter;

/// Changes of service groups that may be under way at once.
const SERVICE_CHANGES: usize = 64;

/// Frames mixed at a time when more than one pin gives audio.
const MIX_FRAMES: usize = 256;

/// A pin of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PinId {
    /// The pin of this number among those that take events; 0 is there from the start.
    Render(u16),
    /// The pin of this number among those that give events.
    Capture(u16),
}

impl PinId {
    /// The render pin that every port has.
    pub const MAIN: Self = Self::Render(0);
}

/// A miniport with its pins, wired and ready.
///
/// May move to the render thread, but is never shared:
///
/// ```compile_fail,E0277
/// fn shared<T: Sync>() {}
/// fn port<M: dmus_kernel::Miniport + Sync>() where M::Stream: Sync {
///     shared::<dmus_kernel::Port<M>>();
/// }
/// ```
pub struct Port<M: Miniport> {
    miniport: M,
    config: PortConfig,
    clock: MasterClock,
    /// The one pool of all pins, so that what one captures another may play.
    allocator: Allocator,
    main: RenderPin<M::Stream>,
    /// Further render pins, from number 1 on.
    others: Vec<RenderPin<M::Stream>>,
    captures: Vec<Capture<M::Stream>>,
    wiring: Wiring,
    services: Services,
    history: Option<HistoryWriter>,
    properties: Option<PropertyNode>,
    /// What the last block has cost, if somebody looked.
    busy_ns: Option<u64>,
    song: TransportTracker,
    latency: LatencyWriter,
    stats: StatsWriter,
    /// Where pins beyond the first render before they are added up.
    mix: [Box<[f32]>; 2],
}

impl<M: Miniport> Port<M> {
    /// Initialises the miniport, opens its first render pin, with the wave pin if the stream is a
    /// synthesizer, and allocates everything the port will use. The port is in STOP.
    ///
    /// A device without an output opens a stream that recycles what it is given.
    ///
    /// # Errors
    /// [`PortError::Config`] for a size out of range, [`PortError::Init`] and
    /// [`PortError::Stream`] if the miniport fails or gives no stream.
    ///
    /// # Real-time
    /// Not real-time: control side, allocates.
    ///
    /// # Source
    /// \[WDK\] `IPort::Init`, `IMiniportDMus::NewStream`.
    pub fn new(mut miniport: M, config: PortConfig) -> Result<Self, PortError<M::Error>> {
        config.check(miniport.caps())?;
        let allocator = Allocator::new(config.pool())?;
        let mut services = Services::new();
        let group = miniport
            .init(&mut services.init())
            .map_err(PortError::Init)?;
        services.own = group;
        let main = open_render(&mut miniport, &config, 0)?;
        let clock = MasterClock::new(config.sample_rate);
        let latency = LatencyWriter::new(clock.now());
        let stats = StatsWriter::new(PortStats::of([main.stats()], &allocator));
        let (graph_control, graph) = graph();
        let wiring = Wiring {
            control: Some(graph_control),
            graph,
        };
        let mix = [(); 2].map(|()| vec![0.0; MIX_FRAMES].into_boxed_slice());
        Ok(Self {
            miniport,
            config,
            clock,
            allocator,
            main,
            others: Vec::new(),
            captures: Vec::new(),
            wiring,
            services,
            history: None,
            properties: None,
            busy_ns: None,
            song: TransportTracker::new(config.sample_rate),
            latency,
            stats,
            mix,
        })
    }

    /// Initialises a device with whichever interface it has.
    ///
    /// # Errors
    /// [`PortError::NoInterface`] if it has none that a port can use; otherwise as [`Port::new`].
    ///
    /// # Real-time
    /// Not real-time: control side, allocates.
    ///
    /// # Source
    /// \[WDK\] `IPort::Init`.
    pub fn bind<A>(adapter: &mut A, config: PortConfig) -> Result<Self, PortError<M::Error>>
    where
        A: Adapter<Dmus: Miniport, Raw: crate::miniport::RawMiniport>,
        M: From<Either<A::Dmus, FromRaw<A::Raw>>>,
    {
        let miniport = Either::query(adapter).ok_or(PortError::NoInterface)?;
        Self::new(miniport.into(), config)
    }

    /// Replaces the first render pin, the pool and the sequencer by new ones of other sizes or
    /// rate. Counts and the master clock go on; the port stays in STOP.
    ///
    /// # Errors
    /// [`PortError::NotStopped`] outside STOP; [`PortError::PinsOpen`] while further pins are open;
    /// otherwise as [`Port::new`]. The port is unchanged.
    ///
    /// # Real-time
    /// Not real-time: control side, allocates and frees.
    pub fn configure(&mut self, config: PortConfig) -> Result<(), PortError<M::Error>> {
        self.must_be_stopped()?;
        if !self.others.is_empty() || !self.captures.is_empty() {
            return Err(PortError::PinsOpen);
        }
        config.check(self.miniport.caps())?;
        let allocator = Allocator::new(config.pool())?;
        let main = open_render(&mut self.miniport, &config, 0)?;
        self.main = main.succeeding(&self.main);
        if let (Some(properties), Some(node)) =
            (&self.properties, self.main.stream_mut().synth_node())
        {
            properties.restore(node);
        }
        self.allocator = allocator;
        let before = self.clock.position();
        self.clock = self.clock.at_rate(config.sample_rate);
        let (song, rate) = (self.song.clone(), config.sample_rate);
        self.song = song.at_rate(rate, before, self.clock.position());
        self.config = config;
        self.publish();
        Ok(())
    }

    const fn must_be_stopped(&self) -> Result<(), PortError<M::Error>> {
        match self.state() {
            StreamState::Stop => Ok(()),
            state => Err(PortError::NotStopped(state)),
        }
    }

    /// What the miniport notifies this port by; give copies to its threads.
    #[must_use]
    pub fn notifier(&self) -> Notifier {
        self.services.notifier.clone()
    }

    /// The service groups of this port: to make one, or to change who is in it.
    ///
    /// # Real-time
    /// Not real-time: control side. In force with the next block.
    pub const fn services_mut(&mut self) -> &mut ServiceControl {
        &mut self.services.control
    }

    /// Answers to groups `1..=groups` from now on, and gives the number granted: at least one, at
    /// most those the port was built with. Voices of groups that vanish end at once, messages held
    /// for them are recycled when their time comes.
    ///
    /// # Real-time
    /// Render. Bounded by what the stream does.
    ///
    /// # Source
    /// \[WDK\] KSPROPERTY_SYNTH_CHANNELGROUPS.
    pub fn set_channel_groups(&mut self, groups: u16) -> u16 {
        self.main.set_channel_groups(groups)
    }

    /// Groups of sixteen channels that are addressed now, `1..`.
    #[must_use]
    pub const fn channel_groups(&self) -> u16 {
        self.main.channel_groups()
    }

    /// Obeys properties from now on, and hands back what obeyed before.
    ///
    /// # Real-time
    /// Render, wait-free.
    pub const fn set_properties(&mut self, node: Option<PropertyNode>) -> Option<PropertyNode> {
        std::mem::replace(&mut self.properties, node)
    }

    /// The properties that are obeyed, to be told what a block has cost.
    pub const fn properties_mut(&mut self) -> Option<&mut PropertyNode> {
        self.properties.as_mut()
    }

    /// The state in force.
    #[must_use]
    pub const fn state(&self) -> StreamState {
        self.main.state()
    }

    /// The frame of the master clock the next block begins with.
    #[must_use]
    pub const fn now(&self) -> SampleTime {
        self.clock.position()
    }

    /// The master clock.
    #[must_use]
    pub const fn master_clock(&self) -> &MasterClock {
        &self.clock
    }

    /// The allocator of all pins.
    pub const fn allocator_mut(&mut self) -> &mut Allocator {
        &mut self.allocator
    }

    /// The next frame the first pin's stream will render; zero after STOP.
    #[must_use]
    pub const fn position(&self) -> SampleTime {
        self.main.position()
    }

    /// How far into the client's byte stream the first pin has played, for another thread.
    #[must_use]
    pub fn byte_position(&self) -> PositionReader {
        self.main.byte_position()
    }

    /// Where the next buffer submitted to the first pin begins in the client's byte stream, bytes
    /// since STOP.
    ///
    /// Each event carries the position of its record, so whoever submits can know it again.
    ///
    /// # Real-time
    /// Render, wait-free.
    ///
    /// # Source
    /// \[hdr\] dmusicks.h, ullBytePosition.
    #[must_use]
    pub const fn stream_bytes(&self) -> u64 {
        self.main.stream_bytes()
    }

    /// The stream of the first pin.
    #[must_use]
    pub const fn stream(&self) -> &M::Stream {
        self.main.stream()
    }

    /// The stream of the first pin, to be spoken to past its events.
    pub const fn stream_mut(&mut self) -> &mut M::Stream {
        self.main.stream_mut()
    }

    /// The miniport.
    #[must_use]
    pub const fn miniport(&self) -> &M {
        &self.miniport
    }

    /// The sizes in force.
    #[must_use]
    pub const fn config(&self) -> &PortConfig {
        &self.config
    }

    /// All counts at this moment, those of all render pins added up.
    #[must_use]
    pub fn stats(&self) -> PortStats {
        let pins = std::iter::once(&self.main).chain(&self.others);
        PortStats::of(pins.map(RenderPin::stats), &self.allocator)
    }

    /// The counts of one render pin.
    #[must_use]
    pub fn pin_stats(&self, pin: PinId) -> Option<PinStats> {
        match pin {
            PinId::MAIN => Some(self.main.stats()),
            PinId::Render(number) => {
                let index = usize::from(number).checked_sub(1)?;
                Some(self.others.get(index)?.stats())
            }
            PinId::Capture(_) => None,
        }
    }

    /// True if every event and buffer is in the pool; always so in STOP, unless the caller or a
    /// defective stream keeps one.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.allocator.pool().is_whole()
    }

    /// The counts for another thread, as of the end of each block.
    #[must_use]
    pub fn stats_reader(&self) -> StatsReader {
        self.stats.reader(self.stats())
    }

    /// The latency clock for another thread.
    #[must_use]
    pub fn latency_clock(&self) -> LatencyClock {
        self.latency.clock()
    }
}

impl<M: Miniport> Drop for Port<M> {
    /// Brings every event home from any state. A stream or filter that refuses a step is told of the
    /// next all the same; only one that refuses STOP itself has its own events dropped with it.
    fn drop(&mut self) {
        let now = self.clock.position();
        let rate = self.config.sample_rate;
        let mut cx = RenderCx::new(&mut self.allocator, rate, now, SampleTime::ZERO);
        for capture in &self.captures {
            capture.close(&mut cx);
        }
        self.wiring.graph.close(&mut cx);
        for pin in self.others.iter_mut().chain([&mut self.main]) {
            pin.close(now, &mut self.allocator);
        }
        self.services.control.forget(&self.services.notifier);
    }
}

/// The graph of a port, its control half until somebody takes it.
#[derive(Debug)]
struct Wiring {
    control: Option<GraphControl>,
    graph: Graph,
}

/// The service groups of a port, and its miniport's way to them.
#[derive(Debug)]
struct Services {
    control: ServiceControl,
    table: ServiceTable,
    notifier: Notifier,
    /// The miniport's own group, as its initialisation gave it back.
    own: Option<ServiceGroup>,
}

impl Services {
    fn new() -> Self {
        let (control, table) = services(SERVICE_CHANGES);
        let notifier = control.notifier();
        Self {
            control,
            table,
            notifier,
            own: None,
        }
    }

    fn init(&mut self) -> Init<'_> {
        Init {
            notifier: self.notifier.clone(),
            services: &mut self.control,
        }
    }
}

fn open_render<M: Miniport>(
    miniport: &mut M,
    config: &PortConfig,
    pin: u16,
) -> Result<RenderPin<M::Stream>, PortError<M::Error>> {
    let request = request(config, StreamKind::Render, pin);
    let opened = miniport.new_stream(request).map_err(PortError::Stream)?;
    let mut pin = RenderPin::new(opened, config);
    // A stream without audio has no wave pin.
    let _has_audio = pin.open_wave();
    Ok(pin)
}

const fn request(config: &PortConfig, kind: StreamKind, pin: u16) -> StreamRequest {
    StreamRequest {
        pin,
        kind,
        sample_rate: config.sample_rate,
        channel_groups: config.channel_groups,
        buffer_size: config.buffer_size,
    }
}

/// The number of the next pin; nobody opens 65 535.
fn number_of(pins: usize) -> u16 {
    u16::try_from(pins).unwrap_or(u16::MAX)
}

impl<M: Miniport> fmt::Debug for Port<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Port")
            .field("config", &self.config)
            .field("state", &self.state())
            .field("now", &self.now())
            .field("position", &self.position())
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}
