//! Counters and levels, packed into words that are published without tearing.
//!
//! In: the render side, once a block. Out: the control side, whenever it asks. Thread: written
//! by render, read by any other.

use core::fmt::Write as _;

use crate::params::PARTS;
use crate::state::PartProgram;

/// Words before those of the parts.
const HEAD_WORDS: usize = 24;

/// Words of one telemetry.
pub const WORDS: usize = HEAD_WORDS + PARTS;

/// Everything the render side tells about itself.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Telemetry {
    /// Messages that the host sent.
    pub events_in: u64,
    /// Messages that reached the synthesizer.
    pub events_delivered: u64,
    /// Messages that were played after their time: they came late, or waited for a bank.
    pub events_late: u64,
    /// Messages that wait for their time, or for a bank.
    pub events_held: u64,
    /// Waits for a bank that were given up before it was there.
    pub holds_given_up: u64,
    /// Messages lost for want of an event or a long buffer.
    pub lost_pool: u64,
    /// Messages lost because the sequencer was full.
    pub lost_sequencer: u64,
    /// Messages lost because the block's music buffer or the arena was full.
    pub lost_inbound: u64,
    /// Messages lost because their record or their group was not legal.
    pub lost_malformed: u64,
    /// What hosts said of notes beyond MIDI and was lost on its way.
    pub lost_asides: u64,
    /// Replies that found no way back to the host.
    pub lost_replies: u64,
    /// System messages that a saved state will not know.
    pub lost_setup: u64,
    /// Messages that found no room on their way to the external device.
    pub lost_device: u64,
    /// Messages that the external device did not get since nobody listens; not a loss.
    pub device_offline: u64,
    /// Messages that a reset or a stop took back; not a loss.
    pub stopped: u64,
    /// Notes lost for want of a voice.
    pub notes_lost: u64,
    /// Voices taken from older notes.
    pub voices_stolen: u64,
    /// Host events that MIDI cannot express.
    pub unsupported: u64,
    /// Free events of the pool.
    pub pool_free: u32,
    /// Events of the pool.
    pub pool_capacity: u32,
    /// Free long buffers.
    pub buffers_free: u32,
    /// Long buffers.
    pub buffers_capacity: u32,
    /// Voices that sound.
    pub voices: u32,
    /// Most voices at once.
    pub voices_peak: u32,
    /// Held peak of the left and right output, linear amplitude.
    pub peak: [f32; 2],
    /// Frames rendered.
    pub frames: u64,
    /// Which state load the parts' programs know of.
    pub programs_of_load: u64,
    /// The parts of group 1.
    pub parts: [PartTelemetry; PARTS],
}

/// One part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PartTelemetry {
    /// Bank and program that MIDI has chosen; what a state saves.
    pub saved: PartProgram,
    /// Bank and program of the instrument that answers.
    pub program: PartProgram,
    /// No instrument answers.
    pub silent: bool,
    /// The part plays drums.
    pub drums: bool,
    /// Voices that sound.
    pub voices: u16,
}

impl Telemetry {
    /// The words that are published.
    ///
    /// # Real-time
    /// Render. Bounded by [`WORDS`].
    #[must_use]
    pub fn to_words(&self) -> [u64; WORDS] {
        let mut words = [0; WORDS];
        let head = [
            self.events_in,
            self.events_delivered,
            self.events_late,
            self.lost_pool,
            self.lost_sequencer,
            self.lost_inbound,
            self.lost_malformed,
            self.notes_lost,
            self.voices_stolen,
            self.unsupported,
            pair(self.pool_free, self.pool_capacity),
            pair(self.buffers_free, self.buffers_capacity),
            pair(self.voices, self.voices_peak),
            pair(self.peak[0].to_bits(), self.peak[1].to_bits()),
            self.frames,
            self.programs_of_load,
            self.stopped,
            self.events_held,
            self.holds_given_up,
            self.lost_asides,
            self.lost_replies,
            self.lost_setup,
            self.lost_device,
            self.device_offline,
        ];
        for (word, value) in words.iter_mut().zip(head) {
            *word = value;
        }
        for (word, part) in words.iter_mut().skip(HEAD_WORDS).zip(&self.parts) {
            *word = part.to_word();
        }
        words
    }

    /// What the words say.
    #[must_use]
    pub fn from_words(words: &[u64; WORDS]) -> Self {
        let (pool_free, pool_capacity) = unpair(words[10]);
        let (buffers_free, buffers_capacity) = unpair(words[11]);
        let (voices, voices_peak) = unpair(words[12]);
        let (left, right) = unpair(words[13]);
        let mut parts = [PartTelemetry::default(); PARTS];
        for (part, word) in parts.iter_mut().zip(words.iter().skip(HEAD_WORDS)) {
            *part = PartTelemetry::from_word(*word);
        }
        Self {
            events_in: words[0],
            events_delivered: words[1],
            events_late: words[2],
            lost_pool: words[3],
            lost_sequencer: words[4],
            lost_inbound: words[5],
            lost_malformed: words[6],
            notes_lost: words[7],
            voices_stolen: words[8],
            unsupported: words[9],
            pool_free,
            pool_capacity,
            buffers_free,
            buffers_capacity,
            voices,
            voices_peak,
            peak: [f32::from_bits(left), f32::from_bits(right)],
            frames: words[14],
            programs_of_load: words[15],
            stopped: words[16],
            events_held: words[17],
            holds_given_up: words[18],
            lost_asides: words[19],
            lost_replies: words[20],
            lost_setup: words[21],
            lost_device: words[22],
            device_offline: words[23],
            parts,
        }
    }

    /// Messages lost, whatever the reason.
    #[must_use]
    pub const fn events_lost(&self) -> u64 {
        self.lost_pool
            .saturating_add(self.lost_sequencer)
            .saturating_add(self.lost_inbound)
            .saturating_add(self.lost_malformed)
    }

    /// Every loss that is not zero, by name.
    #[must_use]
    pub fn losses(&self) -> Vec<(&'static str, u64)> {
        [
            ("notes", self.notes_lost),
            ("events, pool empty", self.lost_pool),
            ("events, sequencer full", self.lost_sequencer),
            ("events, block full", self.lost_inbound),
            ("events, malformed", self.lost_malformed),
            ("note expressions", self.lost_asides),
            ("replies", self.lost_replies),
            ("settings", self.lost_setup),
            ("events, device behind", self.lost_device),
        ]
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .collect()
    }

    /// `key value` lines.
    #[must_use]
    pub fn report(&self) -> String {
        let mut text = String::new();
        for (key, value) in [
            ("events_in", self.events_in),
            ("events_delivered", self.events_delivered),
            ("events_late", self.events_late),
            ("events_held", self.events_held),
            ("holds_given_up", self.holds_given_up),
            ("events_lost", self.events_lost()),
            ("lost_pool", self.lost_pool),
            ("lost_sequencer", self.lost_sequencer),
            ("lost_inbound", self.lost_inbound),
            ("lost_malformed", self.lost_malformed),
            ("lost_asides", self.lost_asides),
            ("lost_replies", self.lost_replies),
            ("lost_setup", self.lost_setup),
            ("lost_device", self.lost_device),
            ("device_offline", self.device_offline),
            ("events_stopped", self.stopped),
            ("notes_lost", self.notes_lost),
            ("voices_stolen", self.voices_stolen),
            ("unsupported", self.unsupported),
            ("pool_free", u64::from(self.pool_free)),
            ("pool_capacity", u64::from(self.pool_capacity)),
            ("buffers_free", u64::from(self.buffers_free)),
            ("buffers_capacity", u64::from(self.buffers_capacity)),
            ("voices", u64::from(self.voices)),
            ("voices_peak", u64::from(self.voices_peak)),
            ("frames", self.frames),
        ] {
            // Writing into a string cannot fail.
            let _never = writeln!(text, "{key} {value}");
        }
        text
    }
}

impl PartTelemetry {
    fn to_word(self) -> u64 {
        let fields = [
            self.saved.to_bits(),
            self.program.to_bits(),
            u64::from(self.silent),
            u64::from(self.drums),
            u64::from(self.voices.min(MAX_PART_VOICES)),
        ];
        let pack = |word: u64, (field, bits): (u64, u32)| (word << bits) | field;
        fields.into_iter().zip(PART_BITS).fold(0, pack)
    }

    fn from_word(word: u64) -> Self {
        let [_, program, silent, drums, voices] = PART_BITS;
        let field = |below: u32, bits: u32| (word >> below) & ((1 << bits) - 1);
        Self {
            saved: PartProgram::from_bits(word >> (program + silent + drums + voices)),
            program: PartProgram::from_bits(field(silent + drums + voices, program)),
            silent: field(drums + voices, silent) != 0,
            drums: field(voices, drums) != 0,
            voices: u16::try_from(field(0, voices)).unwrap_or(MAX_PART_VOICES),
        }
    }
}

/// Bits of a part's fields, from the top of its word.
const PART_BITS: [u32; 5] = [21, 21, 1, 1, 13];

/// More voices than an engine has.
const MAX_PART_VOICES: u16 = (1 << 13) - 1;

/// Two halves in one word.
const fn pair(low: u32, high: u32) -> u64 {
    low as u64 | ((high as u64) << 32)
}

/// The halves of a word.
#[expect(
    clippy::cast_possible_truncation,
    reason = "each half is cut out on purpose"
)]
const fn unpair(word: u64) -> (u32, u32) {
    (word as u32, (word >> 32) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn words_carry_everything(
            head in any::<[u64; HEAD_WORDS]>(),
            parts in any::<[u64; PARTS]>(),
        ) {
            let mut words = [0; WORDS];
            words[..HEAD_WORDS].copy_from_slice(&head);
            // Bits that no field uses are not carried.
            for (word, part) in words[HEAD_WORDS..].iter_mut().zip(parts) {
                *word = part >> (64 - PART_BITS.iter().sum::<u32>());
            }
            prop_assert_eq!(Telemetry::from_words(&words).to_words(), words);
        }
    }

    #[test]
    fn the_report_names_every_loss() {
        let telemetry = Telemetry {
            lost_pool: 1,
            lost_sequencer: 2,
            lost_inbound: 3,
            lost_malformed: 4,
            lost_asides: 5,
            lost_replies: 6,
            lost_setup: 7,
            lost_device: 8,
            ..Telemetry::default()
        };
        assert!(telemetry.report().contains("events_lost 10\n"));
        assert_eq!(telemetry.losses().len(), 8);
    }
}
