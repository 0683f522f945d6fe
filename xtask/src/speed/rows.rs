//! What is measured, and who plays it.

/// A synthesizer with its settings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Contender {
    pub(super) heading: &'static str,
    /// As the programs of benches/peers call it; FluidSynth has a program of its own.
    pub(super) name: &'static str,
    /// The vector instructions that ours is to use.
    pub(super) level: Option<&'static str>,
}

/// Everybody, ours first.
pub(super) const CONTENDERS: [Contender; 7] = [
    contender("DMus AVX2", "dmus", Some("avx2")),
    contender("DMus AVX-512", "dmus", Some("avx512")),
    contender("DMus SSE2", "dmus", Some("sse2")),
    contender("DMus portable", "dmus", Some("portable")),
    contender("FluidSynth", "fluidsynth", None),
    contender("oxisynth", "oxisynth", None),
    contender("rustysynth", "rustysynth", None),
];

/// Place among the contenders of the first that is not ours.
pub(super) const PEERS: usize = 4;

const fn contender(
    heading: &'static str,
    name: &'static str,
    level: Option<&'static str>,
) -> Contender {
    Contender {
        heading,
        name,
        level,
    }
}

/// What a number is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// A frame of one voice.
    VoiceFrame,
    Frame,
    Event,
}

/// One thing to be played.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) name: String,
    /// The font of benches/peers, or else a real bank.
    pub(super) is_bench: bool,
    /// A file of benches/peers.
    pub(super) events: String,
    /// As FluidSynth has them: 1, 4, 7.
    pub(super) taps: u32,
    pub(super) has_effects: bool,
    pub(super) voices: u32,
    /// Of the programs of benches/peers.
    pub(super) mode: &'static str,
    /// Frames, events or chords that are timed.
    pub(super) count: u32,
    /// How many of them are counted in instructions; none where another row says it already.
    pub(super) counted: u32,
    /// Blocks that are timed together.
    pub(super) grain: u32,
    pub(super) unit: Unit,
}

impl Row {
    /// Whether a synthesizer can do it: one has no other than linear interpolation. Where it is not
    /// interpolation that is compared, it plays all the same.
    pub(super) fn is_for(&self, contender: &Contender) -> bool {
        contender.name != "rustysynth" || self.unit != Unit::VoiceFrame || self.taps == 1
    }

    /// Whether its blocks are worth a line of their own.
    pub(super) fn has_blocks(&self) -> bool {
        self.mode == "render" && self.grain == 1 && self.taps == 4 && self.voices == 256
    }
}

/// All rows, in the order of the table.
pub(super) fn all() -> Vec<Row> {
    [voices(), music(), messages()].concat()
}

/// Voices that only sound.
fn voices() -> Vec<Row> {
    let mut rows = Vec::new();
    for (taps, reading) in [(1, "linear"), (4, "4-point"), (7, "16-tap")] {
        for articulation in ["open", "lowpass", "modulated"] {
            for (voices, count) in [(64, 96_000), (256, 24_000), (1_024, 6_400)] {
                rows.push(Row {
                    name: format!("{reading} {articulation}, {voices} voices"),
                    is_bench: true,
                    events: format!("{articulation}-{voices}"),
                    taps,
                    has_effects: false,
                    voices,
                    mode: "render",
                    count,
                    counted: if voices == 256 { 4_800 } else { 0 },
                    grain: 1,
                    unit: Unit::VoiceFrame,
                });
            }
        }
    }
    rows
}

/// A stream of a real bank, read with four points.
fn stream(name: &str, events: &str, has_effects: bool, count: u32, counted: u32) -> Row {
    Row {
        name: name.to_owned(),
        is_bench: false,
        events: events.to_owned(),
        taps: 4,
        has_effects,
        voices: 256,
        mode: "render",
        count,
        counted,
        grain: 1,
        unit: Unit::Frame,
    }
}

/// Music, too much of it, and none.
fn music() -> Vec<Row> {
    let idle = |name: &str, has_effects| Row {
        // A block takes less than reading the clock.
        grain: 100,
        ..stream(name, "idle", has_effects, 480_000, 64_000)
    };
    vec![
        stream("song, a frame", "song", false, 480_000, 96_000),
        stream("song with effects, a frame", "song", true, 480_000, 96_000),
        stream("storm, a frame", "storm", false, 96_000, 9_600),
        idle("idle, a frame", false),
        idle("idle with effects, a frame", true),
    ]
}

/// Single messages.
fn messages() -> Vec<Row> {
    let notes = |name: &str, is_bench| Row {
        is_bench,
        mode: "notes",
        unit: Unit::Event,
        ..stream(name, "idle", false, 50, 10)
    };
    let events = |name: &str, events: &str, is_bench, counted| Row {
        is_bench,
        mode: "events",
        unit: Unit::Event,
        ..stream(name, events, false, 20_000, counted)
    };
    vec![
        notes("note-on, plain voice", true),
        notes("note-on, TimGM6mb piano", false),
        events("controller, silence", "controllers", false, 4_000),
        events("controller, 256 voices", "controllers-256", true, 2_000),
    ]
}
