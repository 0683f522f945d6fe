//! A miniport with any number of recording synthesizers and of keyboards.
//!
//! Every render pin is a tape; capture pin `n` listens to keyboard `n`, whose cable may lie on any
//! thread.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
};

use assert_no_alloc::assert_no_alloc;
use dmus_kernel::{
    ChannelGroup, EventBox, Miniport, Mxf, NewStream, Port, PortConfig, ReferenceTime, RenderCx,
    SchedulePrefetch, Stream, StreamRequest, StreamState, SynthCaps, SynthNode, SynthSink,
    error::{ConnectError, PortError, StateReason},
    interrupt::{InterruptDrain, InterruptFifo, interrupt_fifo},
    miniport::{Init, StreamKind, SynthReading, VoicePriority},
    mxf::{Joint, Output},
    port::PinId,
    service::{Notifier, ServiceGroup},
};

use super::recorder::{Recorder, Tape};

/// Whose service group a keyboard's stream is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grouping {
    /// The miniport's own, given back by its initialisation.
    Own,
    /// The same, registered before as well.
    OwnRegistered,
    /// One for each stream.
    PerStream,
    /// Nobody's: nothing is ever served.
    Nobody,
}

/// The stream's end of a keyboard while no stream has it.
type Socket = Arc<Mutex<Option<InterruptDrain>>>;

pub(crate) struct Studio {
    recorder: Recorder,
    keyboards: Vec<Socket>,
    grouping: Grouping,
    groups: Vec<ServiceGroup>,
}

/// The end of a keyboard's cable at which bytes arrive.
pub(crate) struct Cable {
    pub(crate) fifo: InterruptFifo,
    notifier: Notifier,
}

impl Cable {
    /// Bytes arrive: stored first, then notified.
    pub(crate) fn says(&mut self, bytes: &[u8], stamp: ReferenceTime) -> usize {
        let stored = self.fifo.write(bytes, stamp);
        self.notifier.notify(None);
        stored
    }
}

/// A port with one keyboard for each FIFO size, all capture pins open, in STOP.
pub(crate) fn studio(
    config: PortConfig,
    fifos: &[usize],
    grouping: Grouping,
) -> (Port<Studio>, Vec<Cable>) {
    let (ends, drains): (Vec<_>, Vec<_>) = fifos.iter().map(|bytes| interrupt_fifo(*bytes)).unzip();
    let studio = Studio {
        recorder: Recorder {
            prefetch: SchedulePrefetch::AT_TIME,
        },
        keyboards: drains
            .into_iter()
            .map(|drain| Arc::new(Mutex::new(Some(drain))))
            .collect(),
        grouping,
        groups: Vec::new(),
    };
    let mut port = Port::new(studio, config).unwrap();
    for _ in fifos {
        port.open(StreamKind::Capture).unwrap();
    }
    let cable = |fifo| Cable {
        fifo,
        notifier: port.notifier(),
    };
    let cables = ends.into_iter().map(cable).collect();
    (port, cables)
}

impl Studio {
    /// True if no stream has this keyboard.
    pub(crate) fn is_free(&self, keyboard: usize) -> bool {
        self.keyboards[keyboard].lock().unwrap().is_some()
    }
}

impl Miniport for Studio {
    type Stream = StudioStream;
    type Error = Infallible;

    fn caps(&self) -> SynthCaps {
        self.recorder.caps()
    }

    fn init(&mut self, init: &mut Init<'_>) -> Result<Option<ServiceGroup>, Infallible> {
        let groups = match self.grouping {
            Grouping::Own | Grouping::OwnRegistered => 1,
            Grouping::PerStream => self.keyboards.len(),
            Grouping::Nobody => 0,
        };
        for _ in 0..groups {
            self.groups.push(init.services.new_group().unwrap());
        }
        match self.grouping {
            Grouping::Own => Ok(self.groups.first().cloned()),
            Grouping::OwnRegistered => {
                init.notifier
                    .register_service_group(&self.groups[0])
                    .unwrap();
                // As early as this may an interrupt come.
                init.notifier.notify(None);
                Ok(self.groups.first().cloned())
            }
            Grouping::PerStream | Grouping::Nobody => Ok(None),
        }
    }

    fn new_stream(
        &mut self,
        request: StreamRequest,
    ) -> Result<NewStream<StudioStream>, Infallible> {
        if request.kind == StreamKind::Render {
            let Ok(opened) = self.recorder.new_stream(request);
            return Ok(opened.map(|tape| {
                StudioStream::Tape(Box::new(Synth {
                    tape,
                    groups: request.channel_groups,
                    gain: 0,
                }))
            }));
        }
        let number = usize::from(request.pin);
        let group = match self.grouping {
            Grouping::PerStream => self.groups.get(number),
            _ => self.groups.first(),
        };
        let ear = Ear {
            drain: self.keyboards[number].lock().unwrap().take(),
            socket: Arc::clone(&self.keyboards[number]),
            group: group.cloned(),
            state: StreamState::Stop,
            refuses: None,
            output: Output::new(),
            services: 0,
        };
        let named = (self.grouping == Grouping::PerStream).then(|| self.groups[number].clone());
        Ok(NewStream {
            service_group: named,
            ..NewStream::at_time(StudioStream::Ear(ear))
        })
    }
}

/// A tape that obeys properties too.
#[derive(Debug)]
pub(crate) struct Synth {
    pub(crate) tape: Tape,
    pub(crate) groups: u16,
    pub(crate) gain: i32,
}

impl SynthNode for Synth {
    fn set_channel_groups(&mut self, groups: u16) {
        self.groups = groups;
    }

    fn set_voice_priority(&mut self, _group: u16, _channel: u8, _priority: VoicePriority) {}

    fn set_gain(&mut self, hundredths_db: i32) {
        self.gain = hundredths_db;
    }

    fn reading(&mut self) -> SynthReading {
        SynthReading::default()
    }
}

/// Hands on what its keyboard says.
#[derive(Debug)]
pub(crate) struct Ear {
    drain: Option<InterruptDrain>,
    /// Where the drain goes when the stream closes.
    socket: Socket,
    group: Option<ServiceGroup>,
    state: StreamState,
    /// A state it will not enter.
    pub(crate) refuses: Option<StreamState>,
    output: Output,
    pub(crate) services: u32,
}

impl Ear {
    fn listen(&mut self, cx: &mut RenderCx<'_>) {
        self.services += 1;
        let drain = self.drain.as_mut().unwrap();
        if self.state < StreamState::Pause {
            drain.clear();
        } else if let Some(chain) = drain.drain(ChannelGroup::FIRST, cx) {
            self.output.put_message(chain, cx);
        }
        if let Some(group) = self.group.as_ref().filter(|_| !drain.is_empty()) {
            // The pool had no room for all of it: the rest waits for the next service.
            group.request_service();
        }
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        *self.socket.lock().unwrap() = self.drain.take();
    }
}

#[derive(Debug)]
pub(crate) enum StudioStream {
    Tape(Box<Synth>),
    Ear(Ear),
}

impl StudioStream {
    pub(crate) fn synth(&mut self) -> &mut Synth {
        match self {
            Self::Tape(synth) => synth,
            Self::Ear(_) => panic!("a keyboard has no tape"),
        }
    }

    /// Names a state this stream will not enter.
    pub(crate) fn refuse(&mut self, state: Option<StreamState>) {
        match self {
            Self::Tape(synth) => synth.tape.refuses = state,
            Self::Ear(ear) => ear.refuses = state,
        }
    }

    pub(crate) fn ear(&self) -> &Ear {
        match self {
            Self::Ear(ear) => ear,
            Self::Tape(_) => panic!("a tape has no keyboard"),
        }
    }
}

impl Mxf for StudioStream {
    fn put_message(&mut self, chain: EventBox, cx: &mut RenderCx<'_>) {
        match self {
            Self::Tape(synth) => synth.tape.put_message(chain, cx),
            Self::Ear(_) => cx.allocator.put_message(chain),
        }
    }

    fn service(&mut self, cx: &mut RenderCx<'_>) {
        match self {
            Self::Tape(synth) => synth.tape.service(cx),
            Self::Ear(ear) => ear.listen(cx),
        }
    }

    fn set_state(&mut self, state: StreamState, cx: &mut RenderCx<'_>) -> Result<(), StateReason> {
        match self {
            Self::Tape(synth) => synth.tape.set_state(state, cx),
            Self::Ear(ear) if ear.refuses == Some(state) => Err(StateReason::Gone),
            Self::Ear(ear) => {
                ear.state = state;
                Ok(())
            }
        }
    }

    fn connect_output(&mut self, sink: Joint) -> Result<(), ConnectError> {
        match self {
            Self::Tape(synth) => synth.tape.connect_output(sink),
            Self::Ear(ear) => ear.output.connect(sink),
        }
    }

    fn disconnect_output(&mut self, sink: Option<&Joint>) -> Result<(), ConnectError> {
        match self {
            Self::Tape(synth) => synth.tape.disconnect_output(sink),
            Self::Ear(ear) => ear.output.disconnect(sink).map(drop),
        }
    }
}

impl Stream for StudioStream {
    fn synth_sink(&mut self) -> Option<&mut dyn SynthSink> {
        match self {
            Self::Tape(synth) => Some(&mut synth.tape),
            Self::Ear(_) => None,
        }
    }

    fn synth_node(&mut self) -> Option<&mut dyn SynthNode> {
        match self {
            Self::Tape(synth) => Some(&mut **synth),
            Self::Ear(_) => None,
        }
    }
}

/// Renders blocks of these lengths.
pub(crate) fn blocks(port: &mut Port<Studio>, lengths: &[usize]) {
    for &frames in lengths {
        let (mut left, mut right) = (vec![9.0; frames], vec![9.0; frames]);
        assert_no_alloc(|| port.render(&mut left, &mut right));
    }
}

/// Frame, group and bytes of everything a render pin was given.
pub(crate) fn heard(port: &mut Port<Studio>, pin: PinId) -> Vec<(i64, u16, Vec<u8>)> {
    port.with_stream(pin, |stream| {
        let heard = stream.synth().tape.heard();
        heard
            .into_iter()
            .map(|heard| (heard.frame, heard.group, heard.bytes))
            .collect()
    })
    .unwrap()
}

/// Stops the port and checks that everything came home and was accounted for.
pub(crate) fn come_home(mut port: Port<Studio>) {
    port.set_state(StreamState::Stop).unwrap();
    let stats = port.stats();
    assert!(port.is_whole(), "the pool is not whole in STOP: {stats:?}");
    assert_eq!((stats.held, stats.foreign_chains), (0, 0));
    assert_eq!(
        stats.submitted,
        stats.delivered + stats.lost.total(),
        "a fifth fate: {stats:?}"
    );
}

/// The error of a call that must fail.
pub(crate) fn refused<T>(result: Result<T, PortError<Infallible>>) -> String {
    result.err().unwrap().to_string()
}
