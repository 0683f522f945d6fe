//! Plays a timeline through an instance, in blocks of any sizes, and measures the time it takes.

use std::time::Instant;

use anyhow::{Context, Result};

use crate::host::{Event, Plugin};
use crate::timeline::Timeline;

/// How a stretch of frames is cut into blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Partition {
    /// Blocks of this many frames.
    Fixed(u32),
    /// Blocks of `1..=most` frames, in an order that the seed decides.
    Random {
        /// Any number; equal seeds cut equally.
        seed: u64,
        /// Longest block.
        most: u32,
    },
}

/// Time spent on one block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockTime {
    /// Frames of the block.
    pub frames: u32,
    /// Nanoseconds inside `process`.
    pub nanos: u64,
}

/// What was heard, and how long it took.
#[derive(Debug, Clone)]
pub struct Take {
    /// Left output.
    pub left: Vec<f32>,
    /// Right output.
    pub right: Vec<f32>,
    /// Frames a second.
    pub rate_hz: u32,
    /// Every block in order.
    pub blocks: Vec<BlockTime>,
}

impl Take {
    /// Seconds of sound.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a measurement")]
    pub fn seconds(&self) -> f64 {
        self.left.len() as f64 / f64::from(self.rate_hz)
    }

    /// Seconds inside `process`.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a measurement")]
    pub fn processing_seconds(&self) -> f64 {
        self.blocks
            .iter()
            .map(|block| block.nanos as f64 / 1e9)
            .sum()
    }

    /// The block that took the most time: milliseconds, and share of its own length in time.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a measurement")]
    pub fn worst_block(&self) -> (f64, f64) {
        let worst = self.blocks.iter().max_by_key(|block| block.nanos);
        worst.map_or((0.0, 0.0), |block| {
            let seconds = block.nanos as f64 / 1e9;
            (
                seconds * 1e3,
                seconds * f64::from(self.rate_hz) / f64::from(block.frames),
            )
        })
    }

    /// Milliseconds that all but one block in a thousand stay within.
    ///
    /// A machine that does other things as well makes single blocks late; this tells their share
    /// from the plug-in's own.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a measurement")]
    pub fn usual_block_ms(&self) -> f64 {
        let mut nanos: Vec<u64> = self.blocks.iter().map(|block| block.nanos).collect();
        nanos.sort_unstable();
        let place = nanos.len().saturating_sub(1 + nanos.len() / 1_000);
        nanos.get(place).map_or(0.0, |nanos| *nanos as f64 / 1e6)
    }

    /// Left and right in the middle.
    #[must_use]
    pub fn mono(&self) -> Vec<f32> {
        self.left
            .iter()
            .zip(&self.right)
            .map(|(left, right)| 0.5 * (left + right))
            .collect()
    }
}

/// Plays through one instance from frame 0 on.
#[derive(Debug)]
pub struct Player<'a> {
    plugin: &'a mut Plugin,
    timeline: &'a Timeline,
    partition: Partition,
    random: u64,
    next_event: usize,
    rate_hz: u32,
    most: u32,
    take: Take,
}

impl<'a> Player<'a> {
    /// A player at the start of the timeline; the transport runs.
    ///
    /// # Errors
    /// The instance is not active.
    pub fn new(
        plugin: &'a mut Plugin,
        timeline: &'a Timeline,
        partition: Partition,
    ) -> Result<Self> {
        let activation = plugin.activation().context("the instance is not active")?;
        let random = match partition {
            Partition::Random { seed, .. } => seed,
            Partition::Fixed(_) => 0,
        };
        let take = Take {
            left: Vec::new(),
            right: Vec::new(),
            rate_hz: activation.rate_hz,
            blocks: Vec::new(),
        };
        let (rate_hz, most) = (activation.rate_hz, activation.max_frames);
        Ok(Self {
            plugin,
            timeline,
            partition,
            random,
            next_event: 0,
            rate_hz,
            most,
            take,
        })
    }

    /// Frames played so far.
    #[must_use]
    pub fn position(&self) -> u64 {
        u64::try_from(self.take.left.len()).unwrap_or(u64::MAX)
    }

    /// Plays `frames` more.
    ///
    /// # Errors
    /// The instance refuses a block.
    pub fn render(&mut self, frames: u64) -> Result<()> {
        let end = self.position() + frames;
        let total = usize::try_from(end)?;
        self.take.left.resize(total, 0.0);
        self.take.right.resize(total, 0.0);
        let mut at = end - frames;
        while at < end {
            at += self.block(at, end - at)?;
        }
        Ok(())
    }

    /// Plays on until nothing louder than `threshold` was heard for `quiet` frames, or until
    /// `limit` more frames were played; whether it became silent.
    ///
    /// # Errors
    /// The instance refuses a block.
    pub fn render_until_silent(&mut self, threshold: f32, quiet: u64, limit: u64) -> Result<bool> {
        let mut silent = 0;
        let end = self.position() + limit;
        while self.position() < end {
            let step = u64::from(self.most).min(end - self.position());
            let start = usize::try_from(self.position())?;
            self.render(step)?;
            let loud = |channel: &[f32]| {
                channel
                    .get(start..)
                    .is_some_and(|new| new.iter().any(|x| x.abs() > threshold))
            };
            silent = if loud(&self.take.left) || loud(&self.take.right) {
                0
            } else {
                silent + step
            };
            if silent >= quiet {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The instance, between two stretches.
    pub fn plugin(&mut self) -> &mut Plugin {
        self.plugin
    }

    /// Everything played.
    #[must_use]
    pub fn finish(self) -> Take {
        self.take
    }

    /// One block at frame `at`, no longer than `left_over`; its frames.
    fn block(&mut self, at: u64, left_over: u64) -> Result<u64> {
        let wanted = match self.partition {
            Partition::Fixed(frames) => frames,
            Partition::Random { most, .. } => {
                1 + u32::try_from(self.next_random() % u64::from(most))?
            }
        };
        let frames = u64::from(wanted.clamp(1, self.most)).min(left_over);
        let due = self.timeline.before(self.next_event, at + frames);
        self.next_event += due.len();
        let mut events: Vec<(u32, &Event)> = Vec::with_capacity(due.len());
        for (frame, event) in due {
            events.push((u32::try_from(frame.saturating_sub(at))?, event));
        }
        self.plugin
            .set_transport(Some(self.timeline.transport(at, self.rate_hz)));
        let range = usize::try_from(at)?..usize::try_from(at + frames)?;
        let left = self
            .take
            .left
            .get_mut(range.clone())
            .context("no room on the left")?;
        let right = self
            .take
            .right
            .get_mut(range)
            .context("no room on the right")?;
        let start = Instant::now();
        self.plugin.process(&events, left, right)?;
        let nanos = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.take.blocks.push(BlockTime {
            frames: u32::try_from(frames)?,
            nanos,
        });
        self.plugin.idle();
        Ok(frames)
    }

    /// SplitMix64: the same numbers everywhere.
    fn next_random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.random;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    }
}

/// Plays `frames` of a timeline.
///
/// # Errors
/// The instance is not processing, or refuses a block.
pub fn play(
    plugin: &mut Plugin,
    timeline: &Timeline,
    frames: u64,
    partition: Partition,
) -> Result<Take> {
    let mut player = Player::new(plugin, timeline, partition)?;
    player.render(frames)?;
    Ok(player.finish())
}
