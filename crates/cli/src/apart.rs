//! The synthesizer with the returns of its effects apart.
//!
//! In: events, as any stream of the graph takes them. Out: the same frames as the plug-in's stream,
//! and beside them, where they are asked for, what each effect gave. Owner: the port. Thread: the
//! main one, for the command line has no other.

use dmus_kernel::error::StateReason;
use dmus_kernel::miniport::{
    MasterSync, Miniport, NewStream, Stream, StreamRequest, SynthCaps, SynthNode, SynthSink,
};
use dmus_kernel::{EventBox, Mxf, ReferenceTime, RenderCx, SampleTime, StreamState};
use dmus_synth::{Buses, Engine, Stereo, SynthMiniport, SynthStream, TICK_FRAMES};

/// Names of the returns, in the order of [`ApartStream::take_returns`].
pub(crate) const RETURNS: [&str; 3] = ["reverb", "chorus", "delay"];

/// Frames of two sides.
pub(crate) type Frames = Vec<[f32; 2]>;

/// The miniport of the plug-in, whose streams can give their returns apart.
#[derive(Debug)]
pub(crate) struct ApartMiniport(SynthMiniport);

impl ApartMiniport {
    /// Streams with effects and a number of voices, `1..=4096`.
    pub(crate) const fn new(voices: u16) -> Self {
        Self(SynthMiniport::new(voices).with_effects())
    }
}

impl Miniport for ApartMiniport {
    type Stream = ApartStream;
    type Error = <SynthMiniport as Miniport>::Error;

    fn caps(&self) -> SynthCaps {
        self.0.caps()
    }

    fn new_stream(
        &mut self,
        request: StreamRequest,
    ) -> Result<NewStream<Self::Stream>, Self::Error> {
        let stream = self.0.new_stream(request)?;
        Ok(stream.map(|inner| ApartStream {
            inner,
            returns: None,
        }))
    }
}

/// The stream of the plug-in, and what was taken off it.
#[derive(Debug)]
pub(crate) struct ApartStream {
    inner: SynthStream,
    /// Reverb, chorus and delay since they were asked for.
    returns: Option<[Frames; 3]>,
}

impl ApartStream {
    /// The engine.
    pub(crate) const fn engine(&self) -> &Engine {
        self.inner.engine()
    }

    /// The engine, to be set up.
    pub(crate) const fn engine_mut(&mut self) -> &mut Engine {
        self.inner.engine_mut()
    }

    /// Keeps the returns from now on.
    pub(crate) fn keep_returns(&mut self) {
        self.returns = Some(Default::default());
    }

    /// The returns that were kept; nothing is kept any longer.
    pub(crate) fn take_returns(&mut self) -> [Frames; 3] {
        self.returns.take().unwrap_or_default()
    }
}

impl SynthSink for ApartStream {
    fn render(&mut self, left: &mut [f32], right: &mut [f32], _position: SampleTime) {
        let engine = self.inner.engine_mut();
        let Some(kept) = &mut self.returns else {
            engine.render(left, right);
            return;
        };
        let sides = left.chunks_mut(TICK_FRAMES);
        for (left, right) in sides.zip(right.chunks_mut(TICK_FRAMES)) {
            let mut returns = [[[0.0_f32; TICK_FRAMES]; 2]; 3];
            let frames = left.len();
            let [reverb, chorus, delay] = returns.each_mut().map(|[left, right]| Stereo {
                left: left.get_mut(..frames).unwrap_or(&mut []),
                right: right.get_mut(..frames).unwrap_or(&mut []),
            });
            engine.render_buses(Buses {
                main: Stereo {
                    left: &mut *left,
                    right: &mut *right,
                },
                reverb,
                chorus,
                delay,
            });
            for (kept, [from_left, from_right]) in kept.iter_mut().zip(&returns) {
                add(left, from_left);
                add(right, from_right);
                let sides = from_left.iter().zip(from_right).take(frames);
                kept.extend(sides.map(|(left, right)| [*left, *right]));
            }
        }
    }

    fn sync_to_master(&mut self, sync: MasterSync) {
        self.inner.sync_to_master(sync);
    }

    fn sample_to_ref(&self, frame: SampleTime) -> ReferenceTime {
        self.inner.sample_to_ref(frame)
    }

    fn ref_to_sample(&self, time: ReferenceTime) -> SampleTime {
        self.inner.ref_to_sample(time)
    }
}

impl Mxf for ApartStream {
    fn put_message(&mut self, chain: EventBox, cx: &mut RenderCx<'_>) {
        self.inner.put_message(chain, cx);
    }

    /// # Errors
    /// Those of the stream inside.
    fn set_state(&mut self, state: StreamState, cx: &mut RenderCx<'_>) -> Result<(), StateReason> {
        self.inner.set_state(state, cx)
    }
}

impl Stream for ApartStream {
    fn synth_sink(&mut self) -> Option<&mut dyn SynthSink> {
        Some(self)
    }

    fn synth_node(&mut self) -> Option<&mut dyn SynthNode> {
        self.inner.synth_node()
    }
}

fn add(sums: &mut [f32], samples: &[f32]) {
    for (sum, sample) in sums.iter_mut().zip(samples) {
        *sum += *sample;
    }
}
