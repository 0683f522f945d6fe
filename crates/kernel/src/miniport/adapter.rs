//! What an adapter driver hands to a port: an object that is asked for its interface.
//!
//! Owner: the port. Thread: control. Source: \[WDK\] `IPort::Init`, which queries the miniport for
//! the interface the port needs; \[ReactOS\], which asks for the newer one first.

use std::error::Error;

use crate::{
    error::{ConnectError, StateReason},
    miniport::{
        Init, Miniport, NewStream, Stream, StreamRequest, SynthCaps, SynthNode, SynthSink,
        raw::{FromRaw, RawMiniport},
    },
    mxf::{Joint, Mxf, RenderCx},
    pool::EventBox,
    service::ServiceGroup,
    state::StreamState,
};

/// A device as its driver offers it.
pub trait Adapter {
    /// Its newer interface.
    type Dmus: Miniport;
    /// Its older interface.
    type Raw: RawMiniport;

    /// The newer interface, if it has one.
    fn query_dmus(&mut self) -> Option<Self::Dmus>;

    /// The older interface, if it has one.
    fn query_raw(&mut self) -> Option<Self::Raw>;
}

/// Whichever interface a device has.
#[derive(Debug)]
pub enum Either<D, R> {
    /// The newer one.
    Dmus(D),
    /// The older one.
    Raw(R),
}

impl<D: Miniport, R: RawMiniport> Either<D, FromRaw<R>> {
    /// The interface that a port will use; nothing if the device has none of them.
    pub fn query(adapter: &mut impl Adapter<Dmus = D, Raw = R>) -> Option<Self> {
        if let Some(dmus) = adapter.query_dmus() {
            return Some(Self::Dmus(dmus));
        }
        adapter.query_raw().map(FromRaw::new).map(Self::Raw)
    }
}

impl<D: Error, R: Error> std::fmt::Display for Either<D, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Dmus(error) => std::fmt::Display::fmt(error, f),
            Self::Raw(error) => std::fmt::Display::fmt(error, f),
        }
    }
}

impl<D: Error + 'static, R: Error + 'static> Error for Either<D, R> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Dmus(error) => error.source(),
            Self::Raw(error) => error.source(),
        }
    }
}

impl<D: Miniport, R: Miniport> Miniport for Either<D, R> {
    type Stream = Either<D::Stream, R::Stream>;
    type Error = Either<D::Error, R::Error>;

    fn caps(&self) -> SynthCaps {
        match self {
            Self::Dmus(miniport) => miniport.caps(),
            Self::Raw(miniport) => miniport.caps(),
        }
    }

    fn init(&mut self, init: &mut Init<'_>) -> Result<Option<ServiceGroup>, Self::Error> {
        match self {
            Self::Dmus(miniport) => miniport.init(init).map_err(Either::Dmus),
            Self::Raw(miniport) => miniport.init(init).map_err(Either::Raw),
        }
    }

    fn new_stream(
        &mut self,
        request: StreamRequest,
    ) -> Result<NewStream<Self::Stream>, Self::Error> {
        match self {
            Self::Dmus(miniport) => miniport
                .new_stream(request)
                .map(|opened| opened.map(Either::Dmus))
                .map_err(Either::Dmus),
            Self::Raw(miniport) => miniport
                .new_stream(request)
                .map(|opened| opened.map(Either::Raw))
                .map_err(Either::Raw),
        }
    }
}

impl<D: Mxf, R: Mxf> Mxf for Either<D, R> {
    fn put_message(&mut self, chain: EventBox, cx: &mut RenderCx<'_>) {
        match self {
            Self::Dmus(stream) => stream.put_message(chain, cx),
            Self::Raw(stream) => stream.put_message(chain, cx),
        }
    }

    fn service(&mut self, cx: &mut RenderCx<'_>) {
        match self {
            Self::Dmus(stream) => stream.service(cx),
            Self::Raw(stream) => stream.service(cx),
        }
    }

    fn set_state(&mut self, state: StreamState, cx: &mut RenderCx<'_>) -> Result<(), StateReason> {
        match self {
            Self::Dmus(stream) => stream.set_state(state, cx),
            Self::Raw(stream) => stream.set_state(state, cx),
        }
    }

    fn connect_output(&mut self, sink: Joint) -> Result<(), ConnectError> {
        match self {
            Self::Dmus(stream) => stream.connect_output(sink),
            Self::Raw(stream) => stream.connect_output(sink),
        }
    }

    fn disconnect_output(&mut self, sink: Option<&Joint>) -> Result<(), ConnectError> {
        match self {
            Self::Dmus(stream) => stream.disconnect_output(sink),
            Self::Raw(stream) => stream.disconnect_output(sink),
        }
    }
}

impl<D: Stream, R: Stream> Stream for Either<D, R> {
    fn synth_sink(&mut self) -> Option<&mut dyn SynthSink> {
        match self {
            Self::Dmus(stream) => stream.synth_sink(),
            Self::Raw(stream) => stream.synth_sink(),
        }
    }

    fn synth_node(&mut self) -> Option<&mut dyn SynthNode> {
        match self {
            Self::Dmus(stream) => stream.synth_node(),
            Self::Raw(stream) => stream.synth_node(),
        }
    }
}
