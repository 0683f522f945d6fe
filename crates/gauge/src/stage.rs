//! A stage: the bank in an engine, one note at a time.

use std::sync::Arc;

use anyhow::{Result, anyhow};
use dmus_dls::Bank;
use dmus_dls::bank::Patch;
use dmus_synth::{Collection, Engine, EngineConfig, Layer};

/// Frames per second of everything that is measured.
pub const RATE_HZ: u32 = 48_000;

/// What plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A melodic program, from 0.
    Program(u8),
    /// The standard kit.
    Kit,
    /// Any instrument by bank and program.
    Patch(Patch),
}

impl Part {
    /// Channel and patch.
    fn address(self) -> (u8, Patch) {
        let capital = |drums, program| Patch {
            drums,
            bank_msb: 0,
            bank_lsb: 0,
            program,
        };
        let patch = match self {
            Self::Program(program) => capital(false, program),
            Self::Kit => capital(true, 0),
            Self::Patch(patch) => patch,
        };
        (if patch.drums { 9 } else { 0 }, patch)
    }
}

/// One note, or two of one instrument when `then` names another.
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
    /// Seconds after which another key is struck, and which.
    pub then: Option<(f64, u8)>,
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
        let (channel, patch) = note.part.address();
        self.engine.reset();
        for (controller, value) in [(0, patch.bank_msb), (32, patch.bank_lsb), (1, note.wheel)] {
            self.engine.message(1, &[0xB0 | channel, controller, value]);
        }
        self.engine.message(1, &[0xC0 | channel, patch.program]);
        let struck = [0x90 | channel, note.key, note.velocity];
        let mut events = vec![(0.0, struck), (note.held_s, [0x80 | channel, note.key, 64])];
        if let Some((moment, key)) = note.then {
            events.push((moment, [0x90 | channel, key, note.velocity]));
        }
        events.sort_by(|one, other| one.0.total_cmp(&other.0));
        let frames = |seconds: f64| (seconds * f64::from(RATE_HZ)) as usize;
        let heard = frames(note.heard_s);
        let (mut left, mut right) = (vec![0.0; heard], vec![0.0; heard]);
        let (mut left_rest, mut right_rest) = (left.as_mut_slice(), right.as_mut_slice());
        let mut position = 0;
        for (moment, message) in events {
            let next = frames(moment).min(heard);
            let (left_now, left_after) = left_rest.split_at_mut(next - position);
            let (right_now, right_after) = right_rest.split_at_mut(next - position);
            self.engine.render(left_now, right_now);
            self.engine.message(1, &message);
            (left_rest, right_rest) = (left_after, right_after);
            position = next;
        }
        self.engine.render(left_rest, right_rest);
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
