//! A stage: the bank in an engine, one note at a time.

use std::sync::Arc;

use anyhow::{Result, anyhow};
use dmus_dls::Bank;
use dmus_synth::{Collection, Engine, EngineConfig, Layer};

/// Frames per second of everything that is measured.
pub const RATE_HZ: u32 = 48_000;

/// What plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A melodic program, from 0.
    Program(u8),
    /// The kit.
    Kit,
}

/// One note, or two on the drum channel when `then` names another.
#[derive(Debug, Clone, Copy)]
pub struct Note {
    /// Who plays it.
    pub part: Part,
    /// Key, `0..=127`.
    pub key: u8,
    /// Velocity, `1..=127`.
    pub velocity: u8,
    /// Modulation wheel, `0..=127`.
    pub wheel: u8,
    /// Seconds until the key is let go.
    pub held_s: f64,
    /// Seconds that are heard in all.
    pub heard_s: f64,
    /// A key that is struck when this one is let go.
    pub then: Option<u8>,
}

impl Note {
    /// A note at velocity 100 that is held as long as it is heard.
    #[must_use]
    pub fn new(part: Part, key: u8, seconds: f64) -> Self {
        Self {
            part,
            key,
            velocity: 100,
            wheel: 0,
            held_s: seconds,
            heard_s: seconds,
            then: None,
        }
    }
}

/// Left and right of a note.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// Left channel.
    pub left: Vec<f32>,
    /// Right channel.
    pub right: Vec<f32>,
}

impl Heard {
    /// Both channels in one: their sum, by which a note in the middle keeps its amplitude doubled.
    #[must_use]
    pub fn mono(&self) -> Vec<f32> {
        let sides = self.left.iter().zip(&self.right);
        sides.map(|(left, right)| left + right).collect()
    }
}

/// An engine with a bank.
#[derive(Debug)]
pub struct Stage {
    engine: Engine,
}

impl Stage {
    /// Puts a bank on a stage.
    ///
    /// # Errors
    /// A bank that does not compile.
    pub fn new(bank: &Bank) -> Result<Self> {
        let mut engine = Engine::new(EngineConfig {
            sample_rate: RATE_HZ,
            voices: 32,
            channel_groups: 1,
        })?;
        let collection = Arc::new(Collection::compile(bank)?);
        engine
            .download(Layer::Factory, Some(collection))
            .map_err(|_| anyhow!("an empty engine has no room for a bank"))?;
        Ok(Self { engine })
    }

    /// Plays one note from silence.
    pub fn play(&mut self, note: &Note) -> Heard {
        let (channel, program) = match note.part {
            Part::Program(program) => (0, program),
            Part::Kit => (9, 0),
        };
        self.engine.reset();
        self.engine.message(1, &[0xC0 | channel, program]);
        self.engine.message(1, &[0xB0 | channel, 1, note.wheel]);
        self.engine
            .message(1, &[0x90 | channel, note.key, note.velocity]);
        let frames = |seconds: f64| (seconds * f64::from(RATE_HZ)) as usize;
        let (held, heard) = (frames(note.held_s), frames(note.heard_s));
        let (mut left, mut right) = (vec![0.0; heard], vec![0.0; heard]);
        let (left_held, left_after) = left.split_at_mut(held.min(heard));
        let (right_held, right_after) = right.split_at_mut(held.min(heard));
        self.engine.render(left_held, right_held);
        self.engine.message(1, &[0x80 | channel, note.key, 64]);
        if let Some(key) = note.then {
            self.engine
                .message(1, &[0x90 | channel, key, note.velocity]);
        }
        self.engine.render(left_after, right_after);
        Heard { left, right }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_played_twice_is_the_same_note() -> Result<()> {
        let mut stage = Stage::new(&dmus_factory::bank())?;
        let note = Note::new(Part::Program(0), 60, 0.1);
        let first = stage.play(&note);
        stage.play(&Note::new(Part::Kit, 38, 0.1));
        assert!(stage.play(&note) == first);
        assert!(first.left.iter().any(|sample| sample.abs() > 0.01));
        Ok(())
    }
}
