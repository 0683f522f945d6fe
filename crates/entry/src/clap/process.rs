//! One block: the host's call in whole and safe pieces for the framework.
//!
//! In: `clap_process` as the host gives it. Out: every usable output of it written. Thread: render.

use std::ops::Range;
use std::ptr;

use clap_sys::events::{
    CLAP_TRANSPORT_HAS_BEATS_TIMELINE, CLAP_TRANSPORT_HAS_SECONDS_TIMELINE,
    CLAP_TRANSPORT_HAS_TEMPO, CLAP_TRANSPORT_IS_PLAYING, clap_event_transport, clap_input_events,
    clap_output_events,
};
use clap_sys::fixedpoint::{CLAP_BEATTIME_FACTOR, CLAP_SECTIME_FACTOR};
use clap_sys::process::{
    CLAP_PROCESS_CONTINUE, CLAP_PROCESS_ERROR, clap_process, clap_process_status,
};

use super::blocks::Blocks;
use super::events::{InEvents, OutEvents};
use super::host_audio::HostAudio;
use super::instance::Instance;
use super::ports::NotePorts;
use crate::boundary::Boundary;
use crate::ledger::Place;
use crate::signals::Phase;

impl<P: Boundary> Instance<P> {
    /// Renders the host's block.
    ///
    /// - active but not started: started first
    /// - longer than announced: rendered in pieces
    /// - no frames: parameters are set, notes have no place and are counted as dropped
    /// - not active, called a second time at once, or nothing to render: silence and an error
    ///
    /// # Real-time
    /// Render. Allocates nothing; bounded by the frames and events of the block.
    pub(super) fn process(&self, process: *const clap_process) -> clap_process_status {
        // SAFETY: the host passes null or a block that lives during the call.
        let Some(host) = (unsafe { process.as_ref() }) else {
            self.ledger.refused.add();
            return CLAP_PROCESS_ERROR;
        };
        // SAFETY: the host's block, with as much memory as it claims, ours until we return.
        let audio = unsafe { HostAudio::new(host) };
        let status = self
            .ledger
            .contain(Place::HostCall, || self.render(host, audio));
        status.flatten().unwrap_or_else(|| {
            self.ledger.refused.add();
            audio.silence();
            CLAP_PROCESS_ERROR
        })
    }

    /// The status of the whole block, or `None` if it must be silent.
    fn render(&self, host: &clap_process, audio: HostAudio<'_>) -> Option<clap_process_status> {
        // While the memory is ours, nobody else changes the phase.
        let mut blocks = self.blocks.try_borrow_mut().ok()?;
        match self.phase.get() {
            Phase::New | Phase::Ready => return None,
            Phase::Active if !self.start() => return None,
            Phase::Active | Phase::Processing => (),
        }
        // SAFETY: the host's list lives during the call; the borrow keeps others out.
        unsafe { self.obey_reset(host.out_events) };
        if host.frames_count == 0 {
            // SAFETY: the host's lists live during the call; the borrow keeps others out.
            unsafe { self.flush_events(host.in_events, host.out_events) };
            return Some(CLAP_PROCESS_CONTINUE);
        }
        let mut status = CLAP_PROCESS_CONTINUE;
        let mut start = 0;
        while start < host.frames_count {
            let end = start
                .saturating_add(blocks.max_frames())
                .min(host.frames_count);
            status = self.render_piece(&mut blocks, host, audio, start..end);
            if status == CLAP_PROCESS_ERROR {
                return None;
            }
            start = end;
        }
        audio.clear_constant_marks();
        Some(status)
    }

    /// Renders `piece`, frames of the host's block, not longer than the framework was told.
    fn render_piece(
        &self,
        blocks: &mut Blocks,
        host: &clap_process,
        audio: HostAudio<'_>,
        piece: Range<u32>,
    ) -> clap_process_status {
        let inner = self.inner();
        // SAFETY: the framework's struct lives as long as the instance.
        let Some(process) = (unsafe { (*inner).process }) else {
            return CLAP_PROCESS_ERROR;
        };
        let dropped = &self.ledger.dropped;
        let is_steady = host.steady_time >= 0;
        let steady_time =
            is_steady.then(|| host.steady_time.saturating_add(i64::from(piece.start)));
        // Free: the guarded plug-in holds it only inside the call below.
        if let Ok(mut inlet) = self.inlet.try_borrow_mut() {
            inlet.begin_piece(steady_time);
            inlet.set_offline(self.render_mode.is_offline());
        }
        let ports = Some(NotePorts::new(&self.inlet, P::NOTE_PORTS, dropped));
        let frames = host.frames_count;
        // SAFETY: the host's list lives during the call.
        let in_events =
            unsafe { InEvents::new(host.in_events, frames, piece.clone(), dropped, ports) };
        let in_events = if P::SAMPLE_ACCURATE_AUTOMATION {
            in_events.with_moved_transport(blocks.sample_rate_hz())
        } else {
            in_events
        };
        let in_list = in_events.list();
        // SAFETY: the host's list lives during the call.
        let out_events = unsafe { OutEvents::new(host.out_events, piece.start) };
        let out_list = out_events.as_ref().map(OutEvents::list);
        // SAFETY: the host's transport lives during the call.
        let transport =
            unsafe { transport_at(host.transport, piece.start, blocks.sample_rate_hz()) };
        let mut call = clap_process {
            transport: transport.as_ref().map_or(ptr::null(), ptr::from_ref),
            in_events: &raw const in_list,
            out_events: out_list.as_ref().map_or(ptr::null(), ptr::from_ref),
            steady_time: steady_time.unwrap_or(host.steady_time),
            ..*host
        };
        blocks.prepare(audio, &piece, &mut call);
        if let Ok(mut inlet) = self.inlet.try_borrow_mut() {
            inlet.set_outputs(blocks.heard() & !self.outputs_off.get());
        }
        // SAFETY: the framework's function with its own struct, while processing; every port,
        // channel, list and event of `call` is whole.
        let status = unsafe { process(inner, &raw const call) };
        blocks.finish(audio, &piece);
        status
    }

    /// Sets the parameters that `in_events` asks for and reports changes to `out_events`.
    ///
    /// # Safety
    /// The lists are null or live during the call, and nobody else runs the framework's render
    /// side meanwhile.
    pub(super) unsafe fn flush_events(
        &self,
        in_events: *const clap_input_events,
        out_events: *const clap_output_events,
    ) {
        let dropped = &self.ledger.dropped;
        // SAFETY: our caller's promise.
        let in_events = unsafe { InEvents::new(in_events, 0, 0..0, dropped, None) };
        // SAFETY: every event of our own list is whole.
        unsafe { self.wrapper().handle_in_events(&in_events.list(), 0, 0) };
        // SAFETY: our caller's promise.
        if let Some(out_events) = unsafe { OutEvents::new(out_events, 0) } {
            // SAFETY: our own list.
            unsafe { self.wrapper().handle_out_events(&out_events.list(), 0) };
        }
    }
}

/// The host's transport, moved on by `frames` frames if it is running.
///
/// # Safety
/// `transport` is null or leads to an event as long as its header says.
unsafe fn transport_at(
    transport: *const clap_event_transport,
    frames: u32,
    sample_rate_hz: f64,
) -> Option<clap_event_transport> {
    if transport.is_null() {
        return None;
    }
    // SAFETY: not null, and an event has at least a header.
    let header = unsafe {
        transport
            .cast::<clap_sys::events::clap_event_header>()
            .read_unaligned()
    };
    if (header.size as usize) < size_of::<clap_event_transport>() {
        return None;
    }
    // SAFETY: as long as its header says, by our caller's promise.
    let mut moved = unsafe { transport.read_unaligned() };
    if frames > 0 && moved.flags & CLAP_TRANSPORT_IS_PLAYING != 0 {
        move_transport(&mut moved, f64::from(frames) / sample_rate_hz);
    }
    Some(moved)
}

/// Moves the positions that a transport tells by `seconds`.
pub(super) fn move_transport(transport: &mut clap_event_transport, seconds: f64) {
    if transport.flags & CLAP_TRANSPORT_HAS_SECONDS_TIMELINE != 0 {
        transport.song_pos_seconds = transport
            .song_pos_seconds
            .saturating_add(fixed(seconds, CLAP_SECTIME_FACTOR));
    }
    let has_tempo = transport.flags & CLAP_TRANSPORT_HAS_TEMPO != 0;
    if has_tempo && transport.flags & CLAP_TRANSPORT_HAS_BEATS_TIMELINE != 0 {
        let beats = seconds * transport.tempo / 60.0;
        transport.song_pos_beats = transport
            .song_pos_beats
            .saturating_add(fixed(beats, CLAP_BEATTIME_FACTOR));
    }
}

/// A time in CLAP's fixed-point form; `factor` is what one unit counts.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "the factor is a power of two, and a cast of a float saturates"
)]
fn fixed(value: f64, factor: i64) -> i64 {
    (value * factor as f64).round() as i64
}
