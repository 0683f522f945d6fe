//! Events, time and port of the DirectMusic kernel pipeline.
//!
//! Knows no synthesizer, no file and no host: whoever plays implements [`Miniport`], whoever has
//! music fills a [`MusicBuffer`], and a [`Port`] stands between them.
//!
//! # The life of one event
//!
//! 1. The client stamps a message with the master clock ([`Port::stamp`]) and packs it into a
//!    [`MusicBuffer`]: group, time, bytes.
//! 2. [`Port::submit`] hands the buffer to the **unpacker**, which checks the record, takes an
//!    event from the [`Allocator`] and fills it. From here on the message is an [`EventBox`], which
//!    has exactly one owner at any time.
//! 3. The **sequencer** holds it, ordered by time, then by arrival.
//! 4. [`Port::render`] asks for a block. The **wave sink** renders up to the frame the event
//!    belongs to, and the sequencer passes it, chained to all others of that frame, to the
//!    stream's [`Mxf::put_message`]. If there is a [`history`], it takes a copy of the message.
//! 5. The stream plays it and gives it to the allocator ([`Allocator::consume`] does both). The
//!    slot is zeroed and waits for the next message.
//!
//! # The life of one event that is captured
//!
//! 1. A device's thread has bytes. Its **interrupt** stores them with their time
//!    ([`InterruptFifo::write`](interrupt::InterruptFifo::write)) and notifies the port
//!    ([`Notifier::notify`](service::Notifier::notify)): one bit, nobody is called.
//! 2. The next block begins with the **service** of what was notified, once, however often it was:
//!    the capture stream drains its FIFO into events from the same allocator, raw bytes with their
//!    stamps, and passes them to its output as one chain.
//! 3. The **capture sink** makes whole messages of them: running status, real-time bytes, exclusive
//!    messages of any length. What the client has put between the two, it hears first
//!    ([`graph`]).
//! 4. The **packer** copies each message into the client's ring as a record, or counts it as lost.
//! 5. The event goes to the allocator; with thru ([`Port::set_thru`]) to the sequencer of a render
//!    pin first, and from there as above.
//!
//! Whatever goes wrong on the way is counted by reason in [`PortStats`], and the event goes home
//! all the same: in STOP the pool is whole again.
//!
//! # Threads
//!
//! A port is built on the control side and then belongs to the render thread: it is `Send`, not
//! `Sync`. Nothing in it locks, and after [`Port::new`] nothing allocates. What other threads may
//! know is published through [`sync`]: [`StatsReader`] and [`LatencyClock`](clock::LatencyClock).
//! What they may change has a control half of its own, whose edits hold from the next block on:
//! [`GraphControl`](graph::GraphControl), [`ServiceControl`](service::ServiceControl),
//! [`PropertyControl`](property::PropertyControl).
//!
//! # Where to read on
//!
//! - [`time`] has the two rulers and the exact way between them, [`clock`] the three clocks, the
//!   lock of a foreign one, and what a host's song does
//! - [`mxf`] and [`miniport`] the contract of a stream, [`graph`] how filters are connected,
//!   [`port`] what stands around them
//! - [`interrupt`], [`service`] and [`midi`] the way in for devices
//! - [`property`] what a client may ask of a synthesizer, [`wave_rt`] cyclic buffers of audio,
//!   [`history`] what is always kept
//!
//! `docs/pipeline.md` names every method of the original with its place here and its test.
#![forbid(unsafe_code)]

pub mod allocator;
pub mod clock;
pub mod error;
pub mod event;
pub mod graph;
pub mod history;
pub mod interrupt;
pub mod midi;
pub mod miniport;
pub mod music;
pub mod mxf;
pub mod pool;
pub mod port;
pub mod position;
pub mod property;
pub mod service;
pub mod state;
pub mod sync;
pub mod time;
pub mod wave_rt;

pub use allocator::Allocator;
pub use event::{ChannelGroup, EventFlags, KernelEvent, Payload};
pub use miniport::{
    Miniport, NewStream, SchedulePrefetch, Stream, StreamRequest, SynthCaps, SynthNode, SynthSink,
};
pub use music::MusicBuffer;
pub use mxf::{Mxf, RenderCx};
pub use pool::EventBox;
pub use port::{Port, PortConfig, PortStats, StatsReader};
pub use state::StreamState;
pub use time::{ReferenceTime, SampleRate, SampleTime};
