//! What the engine tells: statistics, levels, and what each part is doing.
//!
//! Source: \[WDK\] SYNTH_STATS.

use dmus_dls::bank::Patch;

use crate::channel::Channel;
use crate::stats::{PartInfo, SynthStats};

use super::{Engine, part_index};

impl Engine {
    /// Running statistics.
    ///
    /// # Real-time
    /// Render. Wait-free.
    #[must_use]
    pub fn stats(&self) -> SynthStats {
        let (peak_left, peak_right) = self.mixer.peak();
        SynthStats {
            voices: u32::try_from(self.polyphony.sounding()).unwrap_or(u32::MAX),
            peak_left,
            peak_right,
            ..self.stats
        }
    }

    /// Highest absolute samples, left and right, since the last call.
    ///
    /// # Real-time
    /// Render. Wait-free.
    pub const fn take_peak(&mut self) -> (f32, f32) {
        self.mixer.take_peak()
    }

    /// The index of a part whose group is answered to.
    pub(super) fn part_in_use(&self, group_index: u16, channel: u8) -> Option<u8> {
        part_index(group_index, channel).filter(|_| group_index < self.channel_groups)
    }

    /// The patch that MIDI alone has chosen for a part, whatever its trim says; `None` if there is
    /// no such part.
    ///
    /// - `group_index`: 0-based
    /// - `channel`: `0..=15`
    ///
    /// # Real-time
    /// Render. Wait-free.
    #[must_use]
    pub fn midi_patch(&self, group_index: u16, channel: u8) -> Option<Patch> {
        let index = self.part_in_use(group_index, channel)?;
        self.channels
            .get(usize::from(index))
            .map(Channel::midi_patch)
    }

    /// What a part is doing; `None` if there is no such part.
    ///
    /// - `group_index`: 0-based
    /// - `channel`: `0..=15`
    ///
    /// # Real-time
    /// Render. Bounded by the number of voices and the size of the banks' indexes.
    #[must_use]
    pub fn part(&self, group_index: u16, channel: u8) -> Option<PartInfo> {
        let index = self.part_in_use(group_index, channel)?;
        let part = self.channels.get(usize::from(index))?;
        let requested = part.patch();
        let found = self.downloads.find(requested);
        let [reverb_send, chorus_send, delay_send] = self.polyphony.sends(index);
        let voices = self
            .polyphony
            .tags()
            .filter(|(_, tag)| tag.part == index)
            .count();
        Some(PartInfo {
            requested,
            patch: found.and_then(|found| {
                let collection = self.downloads.collection(found.place)?;
                Some(collection.instrument(found.instrument)?.patch())
            }),
            layer: found.map(|found| found.layer),
            mode: part.mode(),
            voices: u32::try_from(voices).unwrap_or(u32::MAX),
            reverb_send,
            chorus_send,
            delay_send,
        })
    }
}
