//! The reverb: a low-pass, a pre-delay, and one of three ways to fill a room.
//!
//! In: the mono send. Out: two sides. Rooms, halls and plates are a feedback delay network, or a
//! convolution while one is loaded; the kinds that repeat are an echo. What is replaced is fed no
//! longer and rings out; a convolution that is taken away fades within 50 ms and comes home.
//! Owner: [`super::Effects`]. Thread: render. Source: \[GM2\] reverb; \[GS\] reverb.

use crate::dsp::tables::{TICK_FRAMES, TICK_INDEX};
use crate::error::ResponseBusy;

use super::control::{Control, glide_ticks};
use super::convolution::Convolution;
use super::echo::{Echo, Repeats};
use super::kinds::ReverbKind;
use super::line::Line;
use super::network::{Network, Room};
use super::number::frames;
use super::rest::Rest;
use super::settings::ReverbTarget;
use super::unit::{Run, Unit};

/// Longest pre-delay, seconds: that of a message and that of a kind.
const LONGEST_PRE_DELAY_S: f64 = 0.16;

/// Longest time between repetitions, seconds.
const LONGEST_REPEAT_S: f64 = 1.0;

/// What a kind is like, as a room.
///
/// Sizes and the loss of high frequencies are ours; no maker publishes any.
const fn room(kind: ReverbKind, time_s: f64) -> Room {
    let (size, high) = match kind {
        ReverbKind::SmallRoom => (0.42, 0.55),
        ReverbKind::MediumRoom => (0.52, 0.5),
        ReverbKind::LargeRoom => (0.66, 0.5),
        ReverbKind::MediumHall => (0.9, 0.45),
        ReverbKind::Plate => (0.7, 0.8),
        _ => (1.0, 0.4),
    };
    Room { size, time_s, high }
}

/// Time before a kind answers, seconds, beside what messages add.
const fn own_pre_delay_s(kind: ReverbKind) -> f64 {
    match kind {
        ReverbKind::MediumHall => 0.012,
        ReverbKind::LargeHall => 0.018,
        _ => 0.0,
    }
}

/// A convolution with how much it is fed, and how much of it is heard.
#[derive(Debug)]
struct Loaded {
    convolution: Box<Convolution>,
    fed: Control,
    heard: Control,
}

/// The reverb.
#[derive(Debug)]
pub(super) struct Reverb {
    sample_rate_hz: f64,
    ticks: u32,
    pre_delay: Line,
    /// Frames of it, and of what it is faded to.
    early: usize,
    next_early: usize,
    pending_early: Option<usize>,
    early_fade: Control,
    /// Awake as long as the pre-delay holds something.
    rest: Rest,
    network: Network,
    to_network: Control,
    echo: Echo,
    to_echo: Control,
    loaded: Option<Loaded>,
    /// Fades, and then comes home.
    leaving: Option<Loaded>,
    retired: Option<Box<Convolution>>,
    target: ReverbTarget,
}

impl Reverb {
    /// # Real-time
    /// Control. Not real-time: allocates.
    pub(super) fn new(sample_rate_hz: f64, target: ReverbTarget) -> Self {
        let longest = frames(LONGEST_PRE_DELAY_S, sample_rate_hz);
        let mut reverb = Self {
            sample_rate_hz,
            ticks: glide_ticks(sample_rate_hz),
            pre_delay: Line::new(longest),
            early: 1,
            next_early: 1,
            pending_early: None,
            early_fade: Control::resting(0.0),
            rest: Rest::new(longest),
            network: Network::new(sample_rate_hz, room(target.kind, target.time_s)),
            to_network: Control::resting(0.0),
            echo: Echo::new(sample_rate_hz, LONGEST_REPEAT_S),
            to_echo: Control::resting(0.0),
            loaded: None,
            leaving: None,
            retired: None,
            target,
        };
        reverb.set(&target);
        reverb
    }

    /// Changes what holds.
    pub(super) fn set(&mut self, target: &ReverbTarget) {
        self.target = *target;
        let repeats = target.kind.repeats();
        if repeats {
            self.echo.set(&repeated(target));
        } else {
            self.network.set(room(target.kind, target.time_s));
        }
        let pre_delay_s = target.pre_delay_s + own_pre_delay_s(target.kind);
        let early = frames(pre_delay_s, self.sample_rate_hz);
        if self.early_fade.rests() {
            self.begin_early(early);
        } else {
            self.pending_early = Some(early);
        }
        self.route();
    }

    /// Feeds the way that holds, and no other.
    fn route(&mut self) {
        let repeats = self.target.kind.repeats();
        let is_loaded = self.loaded.is_some();
        let share = |is_fed| if is_fed { 1.0 } else { 0.0 };
        let ticks = self.ticks;
        self.to_echo.head_for(share(repeats), ticks);
        self.to_network
            .head_for(share(!repeats && !is_loaded), ticks);
        if let Some(loaded) = &mut self.loaded {
            loaded.fed.head_for(share(!repeats), ticks);
        }
        if self.is_asleep() {
            self.settle();
        }
    }

    fn begin_early(&mut self, early: usize) {
        if early != self.next_early {
            self.next_early = early;
            self.early_fade.head_for(1.0, self.ticks);
        }
    }

    fn finish_early(&mut self) {
        self.early = self.next_early;
        self.early_fade = Control::resting(0.0);
    }

    fn settle(&mut self) {
        if let Some(early) = self.pending_early.take() {
            self.next_early = early;
        }
        self.finish_early();
        self.to_network.settle();
        self.to_echo.settle();
        if let Some(loaded) = &mut self.loaded {
            loaded.fed.settle();
        }
        if let Some(leaving) = self.leaving.take() {
            self.retired = Some(leaving.convolution);
        }
    }

    /// Loads a convolution, or goes back to the network; what was there fades.
    ///
    /// # Errors
    /// [`ResponseBusy`] gives it back while an earlier one is still on its way home.
    pub(super) fn load(
        &mut self,
        convolution: Option<Box<Convolution>>,
    ) -> Result<(), ResponseBusy> {
        if self.leaving.is_some() || self.retired.is_some() {
            return Err(ResponseBusy(convolution));
        }
        let is_silent = self.is_asleep();
        let next = convolution.map(|convolution| Loaded {
            convolution,
            fed: Control::resting(0.0),
            heard: Control::resting(1.0),
        });
        self.leaving = core::mem::replace(&mut self.loaded, next);
        if let Some(leaving) = &mut self.leaving {
            leaving.heard.head_for(0.0, self.ticks);
        }
        self.route();
        if is_silent {
            self.settle();
        }
        Ok(())
    }

    /// A convolution that has come home.
    pub(super) const fn take_retired(&mut self) -> Option<Box<Convolution>> {
        self.retired.take()
    }

    /// Whether nothing is on its way to anywhere.
    fn rests(&self) -> bool {
        self.early_fade.rests()
            && self.to_network.rests()
            && self.to_echo.rests()
            && self.loaded.as_ref().is_none_or(|loaded| loaded.fed.rests())
    }
}

/// What a kind that repeats says to the echo.
fn repeated(target: &ReverbTarget) -> Repeats {
    let (sides, levels) = if target.kind == ReverbKind::PanningDelay {
        (0.5, [0.0, 1.0, 1.0])
    } else {
        (1.0, [1.0, 0.0, 0.0])
    };
    Repeats {
        times_s: [target.repeat_s, target.repeat_s * sides, target.repeat_s],
        levels,
        feedback: target.feedback,
    }
}

impl Unit for Reverb {
    fn is_asleep(&self) -> bool {
        self.rest.is_asleep()
            && self.network.is_asleep()
            && self.echo.is_asleep()
            && self.leaving.is_none()
            && self
                .loaded
                .as_ref()
                .is_none_or(|loaded| loaded.convolution.is_asleep())
    }

    fn feed(&mut self) {
        self.rest.feed();
    }

    fn begin_tick(&mut self) {
        self.early_fade.begin_tick();
        if self.early_fade.rests() && self.early_fade.end() > 0.5 {
            self.finish_early();
            if let Some(early) = self.pending_early.take() {
                self.begin_early(early);
                self.early_fade.begin_tick();
            }
        }
        self.to_network.begin_tick();
        self.to_echo.begin_tick();
        if let Some(loaded) = &mut self.loaded {
            loaded.fed.begin_tick();
        }
        if let Some(leaving) = &mut self.leaving {
            leaving.heard.begin_tick();
            if leaving.heard.is_zero() {
                self.retired = self.leaving.take().map(|leaving| leaving.convolution);
            }
        }
        self.network.begin_tick();
        self.echo.begin_tick();
    }

    fn end_tick(&mut self) {
        let settled = self.rests();
        self.rest.end_tick(settled);
        self.network.end_tick();
        self.echo.end_tick();
        for loaded in self.loaded.iter_mut().chain(&mut self.leaving) {
            loaded.convolution.end_tick();
        }
    }

    fn clear(&mut self) {
        self.pre_delay.clear();
        self.rest.clear();
        self.network.clear();
        self.echo.clear();
        if let Some(loaded) = &mut self.loaded {
            loaded.convolution.clear();
        }
        self.settle();
    }

    fn process(&mut self, run: Run<'_>) {
        let Run {
            offset,
            input,
            left,
            right,
        } = run;
        let mut early = [0.0_f32; TICK_FRAMES];
        let early = early.get_mut(..input.len()).unwrap_or(&mut []);
        let is_fed = !self.rest.is_asleep();
        if is_fed {
            self.delay_early(offset, input, early);
        }
        let mut fed = [0.0_f32; TICK_FRAMES];
        let fed = fed.get_mut(..input.len()).unwrap_or(&mut []);

        if is_fed && !self.to_network.is_zero() {
            self.network.feed();
        }
        if !self.network.is_asleep() {
            share_of(offset, early, &self.to_network, fed);
            self.network.process(offset, fed, left, right);
        }
        if is_fed && !self.to_echo.is_zero() {
            self.echo.feed();
        }
        if !self.echo.is_asleep() {
            share_of(offset, early, &self.to_echo, fed);
            self.echo.process(offset, fed, left, right);
        }
        for loaded in self.loaded.iter_mut().chain(&mut self.leaving) {
            if is_fed && !loaded.fed.is_zero() {
                loaded.convolution.feed();
            }
            share_of(offset, early, &loaded.fed, fed);
            loaded.process(Run {
                offset,
                input: fed,
                left: &mut *left,
                right: &mut *right,
            });
        }
    }
}

impl Reverb {
    /// The pre-delay.
    fn delay_early(&mut self, offset: usize, input: &[f32], early: &mut [f32]) {
        let numbers = TICK_INDEX.get(offset..).unwrap_or(&[]);
        let fades = !self.early_fade.rests();
        for ((slot, sample), &number) in early.iter_mut().zip(input).zip(numbers) {
            self.pre_delay.push(*sample);
            self.rest.see(*sample);
            *slot = self.pre_delay.back(self.early);
            if fades {
                let share = self.early_fade.at(number);
                *slot += share * (self.pre_delay.back(self.next_early) - *slot);
            }
        }
    }
}

impl Loaded {
    /// Adds what is heard of it.
    fn process(&mut self, run: Run<'_>) {
        if self.convolution.is_asleep() {
            return;
        }
        let frames = run.input.len();
        let mut sides = [[0.0_f32; TICK_FRAMES]; 2];
        let [left, right] = &mut sides;
        self.convolution.process(Run {
            left: left.get_mut(..frames).unwrap_or(&mut []),
            right: right.get_mut(..frames).unwrap_or(&mut []),
            ..run
        });
        let numbers = TICK_INDEX.get(run.offset..).unwrap_or(&[]);
        for (side, out) in sides.iter().zip([run.left, run.right]) {
            for ((out, sample), &number) in out.iter_mut().zip(side).zip(numbers) {
                *out += *sample * self.heard.at(number);
            }
        }
    }
}

/// Samples times a share that may glide.
fn share_of(offset: usize, samples: &[f32], share: &Control, out: &mut [f32]) {
    let numbers = TICK_INDEX.get(offset..).unwrap_or(&[]);
    for ((out, sample), &number) in out.iter_mut().zip(samples).zip(numbers) {
        *out = *sample * share.at(number);
    }
}
