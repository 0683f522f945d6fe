//! The shell: the plug-in without a framework.
//!
//! In: activation, trims, host events, plain slices. Out: frames. Owner: the plug-in object.
//! Thread: `activate` and `deactivate` on the host's main thread, the rest on its audio thread.
//! Source: \[WDK\] `IMXF::SetState`; the states of a stream are those of an activated plug-in.

mod answers;
pub mod external;
pub mod inbound;
pub mod outputs;
pub mod pipeline;
pub mod render;
pub mod setup;
mod song;
pub mod sysex;
pub mod telemetry;
pub mod trims;
mod waiting;

use dmus_entry::PortEvent;
use std::time::{Duration, Instant};

use dmus_kernel::clock::Transport;
use dmus_kernel::{SampleRate, StreamState};
use dmus_synth::EndedNote;

use crate::control::SharedControl;
use crate::kept::Kept;
use crate::notice::{Notice, Severity};
use crate::tasks;
use pipeline::Pipeline;
use render::{Render, Trims};
use sysex::SysExHandle;

/// Note ports: one for each group of sixteen channels.
pub const NOTE_PORTS: u32 = pipeline::CHANNEL_GROUPS as u32;

/// Seconds of audio that are kept.
const AUDIO_SECONDS: u64 = 120;

/// Most seconds of audio that can be asked for.
const LONGEST_AUDIO_SECONDS: u64 = 3_600;

/// Says how many seconds of audio are kept, for machines with little memory or much.
const AUDIO_VARIABLE: &str = "DMUS_AUDIO_SECONDS";

/// How long activation waits for banks, live: a host's window stands still meanwhile. What takes
/// longer is waited for by the messages alone.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether somebody listens while a host renders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// In time: nothing may wait.
    Live,
    /// As fast as it goes: a block may wait for a bank.
    Offline,
}

/// The plug-in on plain slices.
#[expect(
    missing_debug_implementations,
    reason = "the pipeline has none to offer"
)]
pub struct Shell {
    control: SharedControl,
    render: Option<Render>,
}

impl Shell {
    /// A shell that is not active.
    #[must_use]
    pub const fn new(control: SharedControl) -> Self {
        Self {
            control,
            render: None,
        }
    }

    /// Builds the render side for a sample rate, with the banks that the state names, and goes to
    /// PAUSE. Returns false, with a notice, when the rate is not allowed.
    ///
    /// - `apart_frames`: longest block of which parts and effects can leave beside the mix; 0 where
    ///   the host has no outputs for them
    ///
    /// # Real-time
    /// Not real-time: allocates, waits for files to be read: two seconds live, and offline until
    /// they are.
    pub fn activate(&mut self, sample_rate: f32, pace: Pace, apart_frames: usize) -> bool {
        self.deactivate();
        tasks::prepare(
            &self.control,
            match pace {
                Pace::Live => PATIENCE,
                Pace::Offline => waiting::OFFLINE_PATIENCE,
            },
        );
        match self.pipeline(sample_rate, apart_frames) {
            Ok(pipeline) => {
                let (link, mut render) = pipeline.split();
                render.prepare();
                let mut control = self.control.lock();
                render.wait_for(control.load_watch(), pace == Pace::Offline);
                control.connect(link);
                drop(control);
                self.render = Some(render);
                true
            }
            Err(text) => {
                self.control.lock().notify(Notice {
                    severity: Severity::Fault,
                    text,
                    hint: "choose another sample rate in the host",
                });
                false
            }
        }
    }

    /// Both halves, or in words why there are none.
    fn pipeline(&self, sample_rate: f32, apart_frames: usize) -> Result<Pipeline, String> {
        // Looked at first: a rate that is refused costs nothing of what is kept.
        let rate = SampleRate::new(whole_hz(sample_rate)).map_err(|error| error.to_string())?;
        let mut control = self.control.lock();
        let downloads = control.downloads();
        let memory = control.take_kept().map(Kept::into_memory);
        drop(control);
        let memory = memory.unwrap_or_default();
        Pipeline::new(rate, memory, audio_seconds(), downloads, apart_frames)
            .map_err(|error| error.to_string())
    }

    /// Goes to STOP and frees the render side.
    ///
    /// # Real-time
    /// Not real-time: frees.
    pub fn deactivate(&mut self) {
        if let Some(render) = &mut self.render {
            self.control.lock().keep_programs();
            render.lower(StreamState::Stop);
            self.control.lock().disconnect();
        }
        self.render = None;
    }

    /// Takes the effects of STOP and goes on.
    ///
    /// # Real-time
    /// Render. Bounded by the messages held and the voices.
    pub fn reset(&mut self) {
        if let Some(render) = &mut self.render {
            render.reset();
        }
    }

    /// Goes to PAUSE.
    ///
    /// # Real-time
    /// Render. Wait-free.
    pub fn stop_processing(&mut self) {
        if let Some(render) = &mut self.render {
            render.lower(StreamState::Pause);
        }
    }

    /// Takes what comes past the framework for the next block; [`process`](Self::process) follows.
    ///
    /// - `steady_time`: the host's steady count of frames at the first frame of the block, `0..`
    /// - `outputs`: of the host's outputs those that it takes, by bits; the main one is the first
    /// - `events`: messages of the note ports after the first
    ///
    /// # Real-time
    /// Render. Bounded by the messages.
    pub fn begin_block<'a>(
        &mut self,
        steady_time: Option<i64>,
        outputs: u64,
        events: impl Iterator<Item = PortEvent<'a>>,
    ) {
        if let Some(render) = &mut self.render {
            render.set_taken(outputs);
            render.take_ports(steady_time, events);
        }
    }

    /// From the next block on somebody listens, or nobody does.
    ///
    /// # Real-time
    /// Render. Wait-free.
    pub fn set_pace(&mut self, pace: Pace) {
        if let Some(render) = &mut self.render {
            render.set_offline(matches!(pace, Pace::Offline));
        }
    }

    /// Whether nothing sounds, nothing waits and nothing moves: more blocks would be silent.
    ///
    /// # Real-time
    /// Render. Wait-free.
    #[must_use]
    pub fn is_at_rest(&self) -> bool {
        self.render.as_ref().is_none_or(Render::is_at_rest)
    }

    /// Plays one block: `events` gives the host's events with their offsets in frames.
    ///
    /// # Real-time
    /// Render. Bounded by frames, messages and voices.
    pub fn process(
        &mut self,
        left: &mut [f32],
        right: &mut [f32],
        asked: &Asked<'_>,
        events: impl Iterator<Item = (inbound::Inbound, usize)>,
    ) {
        let Some(render) = &mut self.render else {
            left.fill(0.0);
            right.fill(0.0);
            return;
        };
        render.apply_rules(asked.trims);
        render.wait_offline();
        // The clock of the process, which is read without a system call.
        let begun = Instant::now();
        render.begin(asked.trims);
        render.follow_song(asked.song, left.len());
        for (event, offset_frames) in events {
            render.add(event, offset_frames);
        }
        render.run(left, right);
        render.note_busy(u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX));
    }
}

impl Shell {
    /// Overwrites both sides with the frames of an output beside the main one in the last block.
    ///
    /// - `output`: `0..`[`OUTPUTS_BESIDE`](outputs::OUTPUTS_BESIDE), counted without the main one
    ///
    /// # Real-time
    /// Render. Bounded by the frames.
    pub fn read_output(&self, output: usize, left: &mut [f32], right: &mut [f32]) {
        match &self.render {
            Some(render) => render.read_output(output, left, right),
            None => {
                left.fill(0.0);
                right.fill(0.0);
            }
        }
    }

    /// The next reply to a message of the last block, with its frame in that block.
    ///
    /// # Real-time
    /// Render. Bounded by the replies that wait.
    pub fn take_reply(&mut self) -> Option<(SysExHandle, u32)> {
        self.render.as_mut()?.take_reply()
    }

    /// The next note with a number of the host's of which nothing sounds any more, with the frame by
    /// which it had ended, from the start of the last block; perhaps beyond its end.
    ///
    /// # Real-time
    /// Render. Wait-free.
    pub fn take_ended(&mut self) -> Option<(EndedNote, u32)> {
        self.render.as_mut()?.take_ended()
    }

    /// Counts a reply that the host did not take.
    ///
    /// # Real-time
    /// Render, wait-free.
    pub const fn note_lost_reply(&mut self) {
        if let Some(render) = &mut self.render {
            render.note_lost_reply();
        }
    }
}

/// What a block is to be like beside its events.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// What the parameters ask for.
    pub trims: &'a Trims,
    /// Where the host's song stands at the first frame.
    pub song: &'a Transport,
}

/// How much of the last audio is kept, s: two minutes, or what a variable says.
fn audio_seconds() -> u64 {
    let said = std::env::var(AUDIO_VARIABLE).ok();
    let seconds = said.and_then(|said| said.trim().parse().ok());
    seconds
        .unwrap_or(AUDIO_SECONDS)
        .clamp(1, LONGEST_AUDIO_SECONDS)
}

/// The nearest whole rate; hosts hand rates over as floating point. What is no rate becomes 0,
/// which no pipeline takes.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a conversion to an integer saturates, and what is out of range is refused later"
)]
fn whole_hz(sample_rate: f32) -> u32 {
    sample_rate.round() as u32
}
