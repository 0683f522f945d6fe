//! An engine on the bench: build, send, run.

use std::sync::Arc;

use dmus_dls::Bank;
use dmus_synth::{Collection, Engine, EngineConfig, Layer, PartInfo};

use crate::measure::Stereo;

/// Mix headroom of the engine, as a gain.
pub(crate) const HEADROOM: f64 = 0.5;

pub(crate) struct Rig {
    pub(crate) engine: Engine,
}

pub(crate) fn compile(bank: &Bank) -> Arc<Collection> {
    Arc::new(Collection::compile(bank).unwrap())
}

impl Rig {
    /// A bank in the user layer, at 44.1 kHz with 64 voices, volume of channel 1 at 127.
    pub(crate) fn new(bank: &Bank) -> Self {
        Self::with(bank, 44_100, 64)
    }

    pub(crate) fn with(bank: &Bank, sample_rate: u32, voices: u16) -> Self {
        let mut engine = Engine::new(EngineConfig {
            sample_rate,
            voices,
            channel_groups: 2,
        })
        .unwrap();
        engine
            .download(Layer::User(0), Some(compile(bank)))
            .unwrap();
        let mut rig = Self { engine };
        for channel in 0..16 {
            rig.send(&[0xB0 | channel, 7, 127]);
        }
        rig
    }

    /// To the first group.
    pub(crate) fn send(&mut self, message: &[u8]) {
        self.engine.message(1, message);
    }

    /// On channel 1, at velocity 127.
    pub(crate) fn strike(&mut self, key: u8) {
        self.send(&[0x90, key, 127]);
    }

    /// On channel 1.
    pub(crate) fn lift(&mut self, key: u8) {
        self.send(&[0x80, key, 64]);
    }

    pub(crate) fn run(&mut self, frames: usize) -> Stereo {
        let mut left = vec![0.0; frames];
        let mut right = vec![0.0; frames];
        self.engine.render(&mut left, &mut right);
        Stereo {
            left,
            right,
            sample_rate: f64::from(self.engine.config().sample_rate),
        }
    }

    pub(crate) fn run_s(&mut self, seconds: f64) -> Stereo {
        let rate = f64::from(self.engine.config().sample_rate);
        self.run((seconds * rate).round() as usize)
    }

    pub(crate) fn voices(&self) -> u32 {
        self.engine.stats().voices
    }

    /// Channel `0..=15` of the first group.
    pub(crate) fn part(&self, channel: u8) -> PartInfo {
        self.engine.part(0, channel).unwrap()
    }
}

/// A note of half a second on a fresh rig.
pub(crate) fn note(bank: &Bank, key: u8, velocity: u8, before: &[&[u8]]) -> Stereo {
    let mut rig = Rig::new(bank);
    for message in before {
        rig.send(message);
    }
    rig.send(&[0x90, key, velocity]);
    rig.run_s(0.5)
}
