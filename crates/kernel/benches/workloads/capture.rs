//! One message on its way from a device to a client: FIFO, drain, capture sink, packer.
//!
//! Owner: the benchmark. Thread: its own.

use std::{hint::black_box, sync::Arc};

use atomic_refcell::AtomicRefCell;
use dmus_kernel::{
    Allocator, ChannelGroup, Mxf, ReferenceTime, RenderCx, SampleRate, SampleTime, StreamState,
    interrupt::{InterruptDrain, InterruptFifo, interrupt_fifo},
    mxf::Output,
    pool::PoolConfig,
    port::{CaptureSink, PackedReader, packer},
};

/// A capture stream's way, in RUN.
#[derive(Debug)]
pub(crate) struct Capture {
    allocator: Allocator,
    rate: SampleRate,
    fifo: InterruptFifo,
    drain: InterruptDrain,
    output: Output,
    reader: PackedReader,
    scratch: Vec<u8>,
    time: i64,
}

impl Capture {
    pub(crate) fn new() -> Self {
        let rate = SampleRate::new(48_000).unwrap();
        let mut allocator = Allocator::new(PoolConfig::default()).unwrap();
        let mut cx = RenderCx::new(&mut allocator, rate, SampleTime::ZERO, SampleTime::ZERO);
        let (fifo, drain) = interrupt_fifo(4_096);
        let (mut packer, reader) = packer(1 << 16);
        let mut sink = CaptureSink::new();
        packer.set_state(StreamState::Run, &mut cx).unwrap();
        sink.set_state(StreamState::Run, &mut cx).unwrap();
        sink.connect_output(Arc::new(AtomicRefCell::new(packer)))
            .unwrap();
        let mut output = Output::new();
        output.connect(Arc::new(AtomicRefCell::new(sink))).unwrap();
        Self {
            allocator,
            rate,
            fifo,
            drain,
            output,
            reader,
            scratch: Vec::with_capacity(64),
            time: 0,
        }
    }

    /// This many messages in, one chain, as many records out.
    pub(crate) fn step(&mut self, messages: u32) {
        let zero = SampleTime::ZERO;
        let mut cx = RenderCx::new(&mut self.allocator, self.rate, zero, zero);
        self.time += 1;
        for _ in 0..messages {
            let stamp = ReferenceTime::new(self.time);
            self.fifo.write(black_box(&[0x90, 60, 100]), stamp);
        }
        let chain = self.drain.drain(ChannelGroup::FIRST, &mut cx).unwrap();
        self.output.put_message(chain, &mut cx);
        for _ in 0..messages {
            black_box(self.reader.next(&mut self.scratch).unwrap());
        }
    }

    /// What was lost on the way, and chains that found the way busy.
    pub(crate) fn lost(&self) -> (u64, u64, u64) {
        (self.drain.lost(), self.reader.lost(), self.output.busy())
    }
}
