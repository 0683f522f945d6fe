//! A pin whose synthesizer writes down what its properties tell it.

use std::sync::{Arc, Mutex};

use assert_no_alloc::{assert_no_alloc, permit_alloc};
use dmus_kernel::{
    ReferenceTime, SampleRate, SynthCaps, SynthNode,
    miniport::{CapsFlags, EffectFlags, SynthReading, VoicePriority},
    property::{
        BlockAccount, DownloadError, DownloadHandle, Downloads, ParamLimits, PropertyConfig,
        PropertyControl, PropertyNode, Unloaded, properties,
    },
};

/// Class of the synthesizer.
pub(crate) const CLASS: [u8; 16] = *b"class of a synth";

/// Takes everything, keeps nothing; says what it is told to.
#[derive(Debug)]
pub(crate) struct Shelf {
    pub(crate) chunks: Arc<Mutex<Vec<Vec<u8>>>>,
    pub(crate) unloads: Unloaded,
    pub(crate) compacted: Arc<Mutex<u32>>,
}

impl Downloads for Shelf {
    fn download(&mut self, chunk: &[u8]) -> Result<DownloadHandle, DownloadError> {
        if chunk.len() > 100 {
            return Err(DownloadError::NoMemory);
        }
        if chunk.len() < 3 {
            return Err(DownloadError::Truncated { offset: 0 });
        }
        let mut chunks = self.chunks.lock().unwrap();
        chunks.push(chunk.to_vec());
        Ok(DownloadHandle(0x1_0000_0000 + chunks.len() as u64))
    }

    fn unload(&mut self, handle: DownloadHandle) -> Result<Unloaded, DownloadError> {
        if handle.0 <= 0x1_0000_0000 {
            return Err(DownloadError::UnknownHandle(handle));
        }
        Ok(self.unloads)
    }

    fn append(&self) -> u32 {
        4
    }

    fn compact(&mut self) {
        *self.compacted.lock().unwrap() += 1;
    }

    fn free_memory(&self) -> Option<u32> {
        Some(12_345)
    }
}

pub(crate) fn caps() -> SynthCaps {
    SynthCaps {
        flags: CapsFlags::SOFTWARE_SYNTH.with(CapsFlags::DLS),
        memory_size: None,
        max_channel_groups: 4,
        max_voices: Some(64),
        max_audio_channels: Some(2),
        effects: EffectFlags::REVERB,
        description: "Synth für Tests",
    }
}

pub(crate) fn limits() -> ParamLimits {
    ParamLimits {
        voices: 64,
        default_voices: 32,
        channel_groups: 4,
        audio_channels: 2,
        sample_rate: SampleRate::new(48_000).unwrap(),
        effects: EffectFlags::REVERB,
    }
}

pub(crate) fn config() -> PropertyConfig {
    PropertyConfig {
        pin: 0,
        class_id: CLASS,
        caps: caps(),
        limits: limits(),
        downloads: Some(Box::new(Shelf {
            chunks: Arc::default(),
            unloads: Unloaded::Now,
            compacted: Arc::default(),
        })),
        capacity: PropertyConfig::CAPACITY,
    }
}

pub(crate) fn pair() -> (PropertyControl, Node) {
    pair_of(config())
}

pub(crate) fn pair_of(config: PropertyConfig) -> (PropertyControl, Node) {
    let (control, node) = properties(config);
    (control, Node(node))
}

/// The half of the render side, on which nothing allocates or frees.
#[derive(Debug)]
pub(crate) struct Node(pub(crate) PropertyNode);

impl Node {
    pub(crate) fn serve(&mut self, synth: Option<&mut dyn SynthNode>) -> usize {
        assert_no_alloc(|| self.0.serve(synth))
    }

    pub(crate) fn enter_run(&mut self) {
        assert_no_alloc(|| self.0.enter_run());
    }

    pub(crate) fn account(&mut self, block: &BlockAccount) {
        assert_no_alloc(|| self.0.account(block));
    }
}

/// A synthesizer that writes down what it is told, where it may.
#[derive(Debug, Default)]
pub(crate) struct Synth {
    pub(crate) groups: Vec<u16>,
    pub(crate) gains: Vec<i32>,
    pub(crate) priorities: Vec<(u16, u8, u32)>,
}

impl SynthNode for Synth {
    fn set_channel_groups(&mut self, groups: u16) {
        permit_alloc(|| self.groups.push(groups));
    }

    fn set_voice_priority(&mut self, group: u16, channel: u8, priority: VoicePriority) {
        permit_alloc(|| self.priorities.push((group, channel, priority.value())));
    }

    fn set_gain(&mut self, hundredths_db: i32) {
        permit_alloc(|| self.gains.push(hundredths_db));
    }

    fn reading(&mut self) -> SynthReading {
        SynthReading::default()
    }
}

/// A block of 10 ms, the `number`-th since zero.
pub(crate) fn block(number: i64, reading: Option<SynthReading>) -> BlockAccount {
    BlockAccount {
        start: ReferenceTime::new(number * 100_000),
        end: ReferenceTime::new((number + 1) * 100_000),
        output_latency: ReferenceTime::ZERO,
        busy_ns: None,
        reading,
    }
}

pub(crate) fn reading(voices: u32, lost_notes: u64, peak: f32) -> SynthReading {
    SynthReading {
        voices,
        lost_notes,
        peak_bits: peak.to_bits(),
    }
}
