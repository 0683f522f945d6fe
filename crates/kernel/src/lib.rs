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
//!    stream's [`Mxf::put_message`].
//! 5. The stream plays it and gives it to the allocator ([`Allocator::consume`] does both). The
//!    slot is zeroed and waits for the next message.
//!
//! Whatever goes wrong on the way is counted by reason in [`PortStats`], and the event goes home
//! all the same: in STOP the pool is whole again.
//!
//! # Threads
//!
//! A port is built on the control side and then belongs to the render thread: it is `Send`, not
//! `Sync`. Nothing in it locks, and after [`Port::new`] nothing allocates. What other threads may
//! know is published through [`sync`]: [`StatsReader`] and [`LatencyClock`](clock::LatencyClock).
//!
//! # Where to read on
//!
//! [`time`] has the two rulers and the exact way between them, [`clock`] the three clocks,
//! [`mxf`] and [`miniport`] the contract of a stream, [`port`] the rest.
#![forbid(unsafe_code)]

pub mod allocator;
pub mod clock;
pub mod error;
pub mod event;
pub mod midi;
pub mod miniport;
pub mod music;
pub mod mxf;
pub mod pool;
pub mod port;
pub mod state;
pub mod sync;
pub mod time;

pub use allocator::Allocator;
pub use event::{ChannelGroup, EventFlags, KernelEvent, Payload};
pub use miniport::{Miniport, NewStream, SchedulePrefetch, StreamRequest, SynthCaps, SynthSink};
pub use music::MusicBuffer;
pub use mxf::{Mxf, RenderCx};
pub use pool::EventBox;
pub use port::{Port, PortConfig, PortStats, StatsReader};
pub use state::StreamState;
pub use time::{ReferenceTime, SampleRate, SampleTime};
