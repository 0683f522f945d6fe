//! The shell: the plug-in without a framework.
//!
//! In: activation, trims, host events, plain slices. Out: frames. Owner: the plug-in object.
//! Thread: `activate` and `deactivate` on the host's main thread, the rest on its audio thread.
//! Source: \[WDK\] `IMXF::SetState`; the states of a stream are those of an activated plug-in.

pub mod inbound;
pub mod pipeline;
pub mod render;
pub mod sysex;
pub mod telemetry;

use dmus_kernel::StreamState;

use crate::control::SharedControl;
use crate::notice::{Notice, Severity};
use crate::tasks;
use pipeline::Pipeline;
use render::{AfterBlock, Render, Trims};

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
    /// # Real-time
    /// Not real-time: allocates, reads files.
    pub fn activate(&mut self, sample_rate: f32) -> bool {
        self.deactivate();
        tasks::restore(&self.control);
        match Pipeline::new(whole_hz(sample_rate)) {
            Ok(pipeline) => {
                let (link, mut render) = pipeline.split();
                render.prepare();
                self.control.lock().connect(link);
                self.render = Some(render);
                true
            }
            Err(error) => {
                self.control.lock().notify(Notice {
                    severity: Severity::Fault,
                    text: error.to_string(),
                    hint: "choose another sample rate in the host",
                });
                false
            }
        }
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

    /// Plays one block: `events` gives the host's events with their offsets in frames.
    ///
    /// # Real-time
    /// Render. Bounded by frames, messages and voices.
    pub fn process(
        &mut self,
        left: &mut [f32],
        right: &mut [f32],
        trims: &Trims,
        events: impl Iterator<Item = (inbound::Inbound, usize)>,
    ) -> AfterBlock {
        let Some(render) = &mut self.render else {
            left.fill(0.0);
            right.fill(0.0);
            return AfterBlock { retired: false };
        };
        render.begin(trims);
        for (event, offset_frames) in events {
            render.add(event, offset_frames);
        }
        render.run(left, right)
    }
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
