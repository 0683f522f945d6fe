//! Property node: the render half of a synthesizer's properties.
//!
//! In: requests of the control half, an account of each block. Out: calls to the synthesizer,
//! published statistics, published clocks. Owner: the port. Thread: render. Source: \[WDK\] KSPROPSETID_Synth.

use rtrb::Consumer;

use super::stats::{BlockAccount, Meter};
use crate::{
    miniport::{SynthNode, VoicePriority},
    sync::{Reader, Writer, published},
    time::ReferenceTime,
};

/// What the control half asks of the synthesizer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Command {
    ChannelGroups(u16),
    VoicePriority {
        group: u16,
        channel: u8,
        priority: VoicePriority,
    },
    Gain(i32),
}

/// What the render half publishes: the sums of the run, the clocks.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Told {
    pub(super) meter: Meter,
    pub(super) master: ReferenceTime,
    pub(super) latency: ReferenceTime,
}

impl Told {
    pub(super) const WORDS: usize = Meter::WORDS + 2;

    fn to_words(self) -> [u64; Self::WORDS] {
        let [a, b, c, d, e, f, g] = self.meter.to_words();
        let master = self.master.units().cast_unsigned();
        let latency = self.latency.units().cast_unsigned();
        [a, b, c, d, e, f, g, master, latency]
    }

    pub(super) fn from_words(words: [u64; Self::WORDS]) -> Self {
        let [a, b, c, d, e, f, g, master, latency] = words;
        Self {
            meter: Meter::from_words([a, b, c, d, e, f, g]),
            master: ReferenceTime::new(master.cast_signed()),
            latency: ReferenceTime::new(latency.cast_signed()),
        }
    }
}

/// The render half of the properties, made by [`properties`](super::properties).
#[derive(Debug)]
pub struct PropertyNode {
    commands: Consumer<Command>,
    published: Writer<{ Told::WORDS }>,
    told: Told,
    /// Notes the synthesizer has lost since it was opened.
    lost_notes: u64,
    groups: u16,
    /// Most groups that whoever owns the port allows.
    most_groups: u16,
    gain: i32,
    /// One for each channel of each group.
    priorities: Box<[VoicePriority]>,
}

impl PropertyNode {
    /// Channels of a group.
    const CHANNELS: usize = 16;

    pub(super) fn new(commands: Consumer<Command>, groups: u16) -> (Self, Reader<{ Told::WORDS }>) {
        let told = Told::default();
        let (published, reader) = published(told.to_words());
        let channels = 0..16_u8;
        let priorities = (0..groups).flat_map(|_| channels.clone().map(VoicePriority::of_channel));
        let node = Self {
            commands,
            published,
            told,
            lost_notes: 0,
            groups,
            most_groups: groups,
            gain: 0,
            priorities: priorities.collect(),
        };
        (node, reader)
    }

    /// Passes on what was set since the last block, and returns how much that was. Without a
    /// synthesizer it waits for one.
    ///
    /// # Real-time
    /// Render, at the start of a block and before a change of state. Bounded: by the requests that
    /// fit between the two halves.
    pub fn serve(&mut self, node: Option<&mut dyn SynthNode>) -> usize {
        let Some(node) = node else {
            return 0;
        };
        let waiting = self.commands.slots();
        for _ in 0..waiting {
            if let Ok(command) = self.commands.pop() {
                self.keep(command);
                apply(command, self.most_groups, node);
            }
        }
        waiting
    }

    /// Tells a synthesizer that was opened anew all that was set before.
    ///
    /// # Real-time
    /// Render or control, while the port is in STOP. Bounded: by groups.
    ///
    /// # Source
    /// \[DDKSynth\]: volume and boost are set again after the synthesizer was opened again.
    pub fn restore(&self, node: &mut dyn SynthNode) {
        node.set_channel_groups(self.channel_groups());
        node.set_gain(self.gain);
        for (group, channels) in (0_u16..).zip(self.priorities.chunks(Self::CHANNELS)) {
            for (channel, priority) in (0_u8..).zip(channels) {
                node.set_voice_priority(group, channel, *priority);
            }
        }
    }

    /// Allows at most so many groups of sixteen channels, whatever clients ask for; in force with the
    /// next block.
    ///
    /// # Real-time
    /// Render, wait-free.
    pub const fn set_most_groups(&mut self, groups: u16) {
        self.most_groups = groups;
    }

    /// Groups of sixteen channels that were asked for last, as far as they are allowed.
    pub(crate) fn channel_groups(&self) -> u16 {
        self.groups.min(self.most_groups)
    }

    fn keep(&mut self, command: Command) {
        match command {
            Command::ChannelGroups(groups) => self.groups = groups,
            Command::Gain(gain) => self.gain = gain,
            Command::VoicePriority {
                group,
                channel,
                priority,
            } => {
                let index = usize::from(group) * Self::CHANNELS + usize::from(channel);
                if let Some(kept) = self.priorities.get_mut(index) {
                    *kept = priority;
                }
            }
        }
    }

    /// Begins the statistics of another run: all are zero.
    ///
    /// # Real-time
    /// Render, wait-free.
    ///
    /// # Source
    /// \[WDK\] KSPROPERTY_SYNTH_RUNNINGSTATS: zeroed on each entry to RUN.
    pub fn enter_run(&mut self) {
        self.told.meter = Meter::default();
        self.published.publish(self.told.to_words());
    }

    /// Accounts for a block, and publishes statistics with both clocks.
    ///
    /// The clocks are those of one instant: while the stream is in RUN and blocks have frames, the
    /// latency clock is later than the master clock in every reading. It never steps back.
    ///
    /// # Real-time
    /// Render, wait-free.
    pub fn account(&mut self, block: &BlockAccount) {
        if let Some(reading) = block.reading {
            // A count below the last one is that of a synthesizer opened anew.
            let lost = reading.lost_notes.checked_sub(self.lost_notes);
            self.told
                .meter
                .add(block, reading, lost.unwrap_or(reading.lost_notes));
            self.lost_notes = reading.lost_notes;
        }
        let ahead = block.output_latency.max(ReferenceTime::ZERO);
        let latency = block.end.saturating_add(ahead);
        self.told.master = block.start.max(self.told.master);
        self.told.latency = latency.max(self.told.latency);
        self.published.publish(self.told.to_words());
    }
}

fn apply(command: Command, most_groups: u16, node: &mut dyn SynthNode) {
    match command {
        Command::ChannelGroups(groups) => node.set_channel_groups(groups.min(most_groups)),
        Command::Gain(gain) => node.set_gain(gain),
        Command::VoicePriority {
            group,
            channel,
            priority,
        } => node.set_voice_priority(group, channel, priority),
    }
}
