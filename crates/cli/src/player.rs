//! The pipeline without a host: a song through a port, block by block.
//!
//! The same port, sequencer and engine as in the plug-in, with all trims at their defaults: the
//! same samples. In: a song. Out: frames, and what was played as a file. Thread: the main one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dmus_kernel::clock::{Annotation, AnnotationKind, TimeSignature, TransportFlags};
use dmus_kernel::history::{self, HistoryReader};
use dmus_kernel::music::record_bytes;
use dmus_kernel::{
    ChannelGroup, MusicBuffer, Port, PortConfig, ReferenceTime, SampleRate, SampleTime, StreamState,
};
use dmus_library::{Library, Progress};
use dmus_song::{Message, Recording, Song};
use dmus_synth::{
    Collection, EffectsSettings, Engine, Interpolation, Layer, Mode, Output, PartTrim,
    SynthMiniport, USER_BANKS,
};

use crate::bank::{self, FileError};

/// Voices, as in the plug-in.
const VOICES: u16 = 256;

/// Groups of sixteen channels, as in the plug-in.
const CHANNEL_GROUPS: u16 = 4;

/// Frames of one block; the samples do not depend on it.
pub(crate) const BLOCK: usize = 512;

/// The end of the song rings on until it is quieter than this (-90 dB) for a whole block; while an
/// effect is awake, for as long as its longest repetition takes.
const SILENCE: f32 = 3.2e-5;

/// Longest time between two repetitions of an effect, s.
const LONGEST_REPETITION_S: usize = 2;

/// Longest ring, s.
const LONGEST_TAIL_S: usize = 30;

/// What leaves beside the mix where it is kept, with its name.
pub(crate) const RETURNS: [(Output, &str); 3] = [
    (Output::Reverb, "reverb"),
    (Output::Chorus, "chorus"),
    (Output::Delay, "delay"),
];

/// Frames of two sides.
pub(crate) type Frames = Vec<[f32; 2]>;

/// Bytes of music buffer; a message that finds no room in one block goes into the next.
const MUSIC_BYTES: usize = 1 << 20;

/// Banks in the order that they cover one another, ready to be played.
#[derive(Debug, Clone)]
pub(crate) struct Stack(Vec<(Layer, Arc<Collection>)>);

impl Stack {
    /// The built-in bank and, above it, those of the user.
    ///
    /// - `banks`: files, uppermost first
    pub(crate) fn load(banks: &[PathBuf]) -> Result<Self, FileError> {
        if let Some(surplus) = banks.get(usize::from(USER_BANKS)) {
            let reason = format!("{USER_BANKS} banks lie over one another at most");
            return Err(FileError::new(surplus, reason));
        }
        let mut stack = vec![(Layer::Factory, compile_built_in()?)];
        for (layer, path) in (0..USER_BANKS).zip(banks) {
            let bank = Library::process().load(path, &Progress::new());
            let bank = bank.map_err(|error| FileError::new(path, error))?;
            stack.push((Layer::User(layer), Arc::clone(&bank.collection)));
        }
        Ok(Self(stack))
    }
}

/// One of the sixteen channels of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Part {
    /// Counted from 0, `0..=3`.
    pub(crate) group: u16,
    /// `0..=15`.
    pub(crate) channel: u8,
}

impl Part {
    /// All parts, in order.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let parts = |group| (0..16).map(move |channel| Self { group, channel });
        (0..CHANNEL_GROUPS).flat_map(parts)
    }

    /// Counted from 1 over all groups, `1..=64`.
    pub(crate) fn number(self) -> u16 {
        self.group * 16 + u16::from(self.channel) + 1
    }
}

/// What is asked of the sound.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sound {
    /// How waves are read between their frames.
    pub(crate) interpolation: Interpolation,
    /// No effect at all.
    pub(crate) is_dry: bool,
    /// The message before all others.
    pub(crate) opening: Option<&'static [u8]>,
    /// Rules that hold whatever messages ask for.
    pub(crate) lock: Option<Mode>,
    /// Only this part is heard; all are played, so that none loses a voice that it had.
    pub(crate) solo: Option<Part>,
}

/// Where a song ends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum End {
    /// When it has rung out.
    Silence,
    /// With the first block that reaches this frame.
    Frame(usize),
}

/// A running port, and room for what goes into it.
pub(crate) struct Player {
    port: Port<SynthMiniport>,
    opening: Option<&'static [u8]>,
    music: MusicBuffer,
    history: Option<HistoryReader>,
    /// What each effect gave since it was asked for.
    returns: Option<[Frames; 3]>,
}

impl Player {
    /// A running port.
    ///
    /// - `rate_hz`: `1_000..=768_000`
    pub(crate) fn new(rate_hz: u32, stack: &Stack, sound: &Sound) -> Result<Self, FileError> {
        let place = Path::new("--rate");
        let fail = |error: &dyn std::fmt::Display| FileError::new(place, error);
        let rate = SampleRate::new(rate_hz).map_err(|error| fail(&error))?;
        let config = PortConfig {
            channel_groups: CHANNEL_GROUPS,
            ..PortConfig::new(rate)
        };
        let miniport = SynthMiniport::new(VOICES)
            .with_effects()
            .with_outputs(BLOCK);
        let mut port = Port::new(miniport, config).map_err(|error| fail(&error))?;
        let engine = port.stream_mut().engine_mut();
        for (layer, collection) in &stack.0 {
            engine
                .download(*layer, Some(Arc::clone(collection)))
                .map_err(|error| fail(&error))?;
        }
        set_up(engine, sound);
        port.set_state(StreamState::Run)
            .map_err(|error| fail(&error))?;
        Ok(Self {
            port,
            opening: sound.opening,
            music: MusicBuffer::with_capacity(MUSIC_BYTES),
            history: None,
            returns: None,
        })
    }

    /// The port, to be asked for its counts.
    pub(crate) const fn port(&self) -> &Port<SynthMiniport> {
        &self.port
    }

    /// Keeps what the effects give from now on, each apart.
    pub(crate) fn keep_returns(&mut self) {
        self.returns = Some(Default::default());
    }

    /// What the effects gave since then.
    pub(crate) fn take_returns(&mut self) -> [Frames; 3] {
        self.returns.take().unwrap_or_default()
    }

    /// Keeps what is played from now on, with room for all of a song.
    pub(crate) fn keep(&mut self, song: &Song) {
        let records = song.messages().iter();
        let words = records.map(|message| record_bytes(message.bytes().len()) / 8);
        let longest = words.clone().max().unwrap_or(0);
        // Half of it for the history's own notes; no record may take more than a 32nd.
        let words = (2 * words.sum::<usize>()).max(64 * longest);
        let words = words.max(history::DEFAULT_WORDS);
        let (writer, reader) = history::history(words, CHANNEL_GROUPS);
        self.port.set_history(Some(writer));
        self.history = Some(reader);
    }

    /// What was played since [`keep`](Self::keep), as a Standard MIDI File.
    ///
    /// # Errors
    /// In words, what was not kept.
    pub(crate) fn captured(&self, song: &Song) -> Result<Vec<u8>, String> {
        let reader = self.history.as_ref().ok_or("nothing was kept")?;
        let start = ReferenceTime::ZERO;
        let take = reader
            .take(Some(start))
            .map_err(|error| error.to_string())?;
        let lost = take.overwritten() + take.refused();
        if lost > 0 {
            return Err(format!("{lost} messages were not kept"));
        }
        let rate = self.port.config().sample_rate;
        let (mut recording, refused) = Recording::of_take(&take, song.title(), rate.hz());
        if let Some(error) = refused {
            return Err(error.to_string());
        }
        let end = i64::try_from(song.length().frame(rate.hz())).unwrap_or(i64::MAX);
        let end = rate.sample_to_ref(SampleTime::new(end));
        recording.lasts(u64::try_from(end.units()).unwrap_or(0));
        Ok(recording.into_song().to_smf())
    }

    /// Plays the whole song up to its end.
    pub(crate) fn play(
        &mut self,
        song: &Song,
        end: End,
        mut progress: impl FnMut(usize),
    ) -> Frames {
        let rate_hz = self.port.config().sample_rate.hz();
        let frame_of = |message: &Message| usize::try_from(message.time().frame(rate_hz));
        let last = usize::try_from(song.length().frame(rate_hz)).unwrap_or(usize::MAX);
        let longest = last.saturating_add(LONGEST_TAIL_S * rate_hz as usize);
        let mut waiting = song.messages().iter().peekable();
        let mut tempos = song
            .tempos()
            .iter()
            .map(|tempo| tempo.time().frame(rate_hz));
        let mut tempo = tempos.next();
        let mut frames = Vec::new();
        let mut quiet_frames = 0;
        let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
        loop {
            let start = frames.len();
            self.music.clear(self.port.stamp(0));
            if let Some(message) = self.opening.take() {
                let all = ChannelGroup::BROADCAST;
                // The buffer is empty, so there is room.
                let _room = self.music.push(all, ReferenceTime::ZERO, false, message);
            }
            while let Some(message) = waiting.peek() {
                let frame = frame_of(message).unwrap_or(usize::MAX);
                if frame >= start + BLOCK || !self.add(message, frame.saturating_sub(start)) {
                    break;
                }
                waiting.next();
            }
            while let Some(frame) = tempo.filter(|frame| *frame < (start + BLOCK) as u64) {
                self.annotate(song, frame);
                tempo = tempos.next();
            }
            self.port.submit(&self.music);
            let keeps = self.returns.is_some();
            self.port.stream_mut().begin_outputs(false, keeps);
            self.port.render(&mut left, &mut right);
            self.put_returns(&mut left, &mut right);
            frames.extend(left.iter().zip(&right).map(|(left, right)| [*left, *right]));
            progress(frames.len());
            let is_quiet = left.iter().chain(&right).all(|frame| frame.abs() < SILENCE);
            quiet_frames = if is_quiet { quiet_frames + BLOCK } else { 0 };
            let is_over = match end {
                End::Frame(frame) => frames.len() >= frame,
                End::Silence => {
                    let over = waiting.peek().is_none() && frames.len() >= last;
                    let enough = self.silence_frames();
                    (over && quiet_frames >= enough) || frames.len() >= longest
                }
            };
            if is_over {
                return frames;
            }
        }
    }

    /// Keeps what the effects gave in this block, and adds it to the mix, which was without it.
    fn put_returns(&mut self, left: &mut [f32], right: &mut [f32]) {
        let kept = self.returns.iter_mut().flatten();
        for ((output, _), kept) in RETURNS.iter().zip(kept) {
            let [from_left, from_right] = self.port.stream().output(*output);
            add(left, from_left);
            add(right, from_right);
            let sides = from_left.iter().zip(from_right);
            kept.extend(sides.map(|(left, right)| [*left, *right]));
        }
    }

    /// Frames of silence after which nothing will come.
    fn silence_frames(&self) -> usize {
        if self.port.stream().engine().effects_sleep() {
            BLOCK
        } else {
            LONGEST_REPETITION_S * self.port.config().sample_rate.hz() as usize
        }
    }

    /// Adds a message to the block; false when the buffer is full.
    fn add(&mut self, message: &Message, offset_frames: usize) -> bool {
        let units = self.port.stamp(offset_frames).units() - self.port.stamp(0).units();
        let structured = message.bytes().first().is_some_and(|status| *status < 0xF0);
        let group = ChannelGroup::new(message.group());
        let delta = ReferenceTime::new(units);
        let pushed = self.music.push(group, delta, structured, message.bytes());
        pushed.is_ok()
    }

    /// Keeps a change of tempo, as a host's transport would tell it.
    fn annotate(&mut self, song: &Song, frame: u64) {
        let rate = self.port.config().sample_rate;
        let Some(writer) = self.port.history_mut() else {
            return;
        };
        let position = song.position_at_frame(frame, rate.hz());
        let kind = if frame == 0 {
            AnnotationKind::Play
        } else {
            AnnotationKind::Tempo
        };
        let frame = SampleTime::new(i64::try_from(frame).unwrap_or(i64::MAX));
        writer.annotate(&Annotation {
            time: rate.sample_to_ref(frame),
            kind,
            song_quarters: position.quarters,
            tempo_bpm: position.bpm,
            signature: TimeSignature {
                numerator: position.numerator,
                denominator: u8::try_from(position.denominator).unwrap_or(4),
            },
            flags: TransportFlags::PLAYING
                .with(TransportFlags::POSITION)
                .with(TransportFlags::TEMPO)
                .with(TransportFlags::SIGNATURE),
        });
    }
}

fn add(sums: &mut [f32], samples: &[f32]) {
    for (sum, sample) in sums.iter_mut().zip(samples) {
        *sum += *sample;
    }
}

/// Tells an engine that has not played yet what is asked of it.
fn set_up(engine: &mut Engine, sound: &Sound) {
    engine.set_interpolation(sound.interpolation);
    engine.lock_mode(sound.lock);
    engine.set_effects(EffectsSettings {
        dry: sound.is_dry,
        ..EffectsSettings::default()
    });
    if let Some(solo) = sound.solo {
        let silent = PartTrim {
            gain_db: f32::NEG_INFINITY,
            ..PartTrim::default()
        };
        for part in Part::all().filter(|part| *part != solo) {
            engine.set_part_trim(part.group, part.channel, silent);
        }
        // In force from the first frame on, instead of being reached.
        engine.reset();
    }
}

/// The bank that is compiled in, ready to be played.
fn compile_built_in() -> Result<Arc<Collection>, FileError> {
    Collection::compile(&bank::built_in()?)
        .map(Arc::new)
        .map_err(|error| FileError::new(Path::new("built-in bank"), error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmus_song::Recording;

    fn ready(rate_hz: u32) -> Player {
        let stack = Stack::load(&[]).expect("the built-in bank");
        Player::new(rate_hz, &stack, &Sound::default()).expect("a player")
    }

    /// Plays a song, what was kept of it, and what was kept of that: all to the same bits.
    fn check(song: &Song, rate_hz: u32) -> Song {
        let mut player = ready(rate_hz);
        player.keep(song);
        let frames = player.play(song, End::Silence, |_| {});
        assert_eq!(player.port.stats().lost.total(), 0);
        let file = player.captured(song).expect("all was kept");
        let again = Song::read_smf(&file).expect("a file");
        assert_eq!(again.warnings(), []);
        assert_eq!(again.messages().len(), song.messages().len());
        for (first, second) in song.messages().iter().zip(again.messages()) {
            let facts = |message: &Message| (message.time().frame(rate_hz), message.group());
            assert_eq!(facts(first), facts(second));
            assert_eq!(first.bytes(), second.bytes());
        }

        let mut second = ready(rate_hz);
        second.keep(&again);
        let bits = |frames: &[[f32; 2]]| -> Vec<u32> {
            frames
                .iter()
                .flatten()
                .map(|sample| sample.to_bits())
                .collect()
        };
        assert!(frames.iter().flatten().any(|sample| sample.abs() > 0.01));
        assert!(bits(&frames) == bits(&second.play(&again, End::Silence, |_| {})));
        let third = second.captured(&again).expect("all was kept");
        let third = Song::read_smf(&third).expect("a file");
        assert_eq!(third.messages(), again.messages());
        again
    }

    /// Four groups, a broadcast, changes of tempo, exclusive messages short and long, and chords
    /// whose order differs from that of their channels.
    fn crowded(rate_hz: u32) -> Song {
        let mut recording = Recording::new("Crowd");
        let mut add = |frame: u64, group, bytes: &[u8]| {
            let units = (frame * 10_000_000).div_ceil(u64::from(rate_hz));
            recording.message(units, group, bytes).expect("whole");
        };
        add(0, 0, &[0xF0, 0x7E, 0x7F, 9, 1, 0xF7]);
        add(0, 0, &[0xF0, 0x7F, 0x7F, 4, 1, 0, 100, 0xF7]);
        add(1, 3, &[&[0xF0, 0x7D][..], &[9; 6_000], &[0xF7]].concat());
        for number in 0..240_u16 {
            let frame = u64::from(number) * 97 + 3;
            let [low, _] = number.to_le_bytes();
            let (group, channel) = (4 - number % 4, 15 - low % 16);
            add(frame, group, &[0xC0 | channel, low % 100]);
            add(frame, 4 - group % 4, &[0x90 | channel, 40 + low % 40, 90]);
            add(frame, group, &[0x90 | (15 - channel), 40 + low % 40, 80]);
            add(frame, 0, &[0xE0 | channel, 0, low % 128]);
            add(
                frame + 1_000,
                group,
                &[0x80 | (15 - channel), 40 + low % 40, 0],
            );
        }
        for channel in 0..16 {
            add(26_000, 0, &[0xB0 | channel, 123, 0]);
            add(26_000, 0, &[0xB0 | channel, 120, 0]);
        }
        let mark = |bpm| dmus_song::Mark {
            kind: dmus_song::MarkKind::State,
            playing: true,
            quarters: None,
            bpm: Some(bpm),
            meter: None,
        };
        for (units, bpm) in [(0, 131.7), (5_000_001, 60.0), (11_111_111, 240.3)] {
            recording.mark(units, mark(bpm));
        }
        recording.into_song()
    }

    #[test]
    fn the_built_in_song_captured_and_played_again_is_the_same() {
        let again = check(&dmus_song::demo(), 8_000);
        let tempos = |song: &Song| -> Vec<u32> {
            let tempos = song.tempos().iter();
            tempos.map(dmus_song::Tempo::micros_per_quarter).collect()
        };
        assert_eq!(tempos(&again), tempos(&dmus_song::demo()));
    }

    #[test]
    fn a_crowded_song_captured_and_played_again_is_the_same() {
        for rate_hz in [11_025, 44_100] {
            check(&crowded(rate_hz), rate_hz);
        }
    }

    #[test]
    fn a_take_from_the_middle_plays_its_next_note_as_the_whole_does() {
        const RATE: u32 = 8_000;
        // A control tick begins here, as it does at 0.
        const SINCE: usize = 64 * 100;
        const NOTE: usize = SINCE + 2_000;
        let mut recording = Recording::new("");
        let mut add = |frame: usize, group, bytes: &[u8]| {
            let units = (frame as u64 * 10_000_000).div_ceil(u64::from(RATE));
            recording.message(units, group, bytes).expect("whole");
        };
        add(0, 0, &[0xF0, 0x7E, 0x7F, 9, 3, 0xF7]);
        add(5, 2, &[0xF0, 0x7F, 0x7F, 4, 1, 0, 90, 0xF7]);
        for (controller, value) in [(0, 121), (32, 0), (7, 70), (10, 20), (11, 99), (91, 80)] {
            add(9, 2, &[0xB3, controller, value]);
        }
        add(10, 2, &[0xC3, 42]);
        for (controller, value) in [(101, 0), (100, 0), (6, 7), (100, 2), (6, 67), (1, 50)] {
            add(11, 2, &[0xB3, controller, value]);
        }
        add(12, 2, &[0xE3, 11, 80]);
        add(13, 2, &[0xD3, 30]);
        add(NOTE, 2, &[0x93, 60, 100]);
        let song = recording.into_song();

        let mut whole = ready(RATE);
        whole.keep(&song);
        let expected = whole.play(&song, End::Silence, |_| {});
        let reader = whole.history.as_ref().expect("kept");
        let rate = whole.port.config().sample_rate;
        let since = rate.sample_to_ref(SampleTime::ZERO.after_frames(SINCE));
        let take = reader.take(Some(since)).expect("nobody writes");
        assert_eq!(take.events().len(), 1);
        let (recording, _) = Recording::of_take(&take, "", RATE);
        let part = ready(RATE).play(&recording.into_song(), End::Silence, |_| {});
        let found = &part[NOTE - SINCE..NOTE - SINCE + 4_000];
        assert!(found.iter().flatten().any(|sample| sample.abs() > 0.001));
        assert!(found == &expected[NOTE..NOTE + 4_000]);
    }

    #[test]
    fn without_keeping_nothing_is_captured() {
        let player = ready(8_000);
        assert!(player.captured(&dmus_song::demo()).is_err());
    }

    #[test]
    fn a_song_sounds_and_nothing_is_lost() {
        let song = dmus_song::demo();
        let mut player = ready(8_000);
        let frames = player.play(&song, End::Silence, |_| {});
        let peak = frames
            .iter()
            .flatten()
            .fold(0.0_f32, |peak, frame| peak.max(frame.abs()));
        assert!(peak > 0.05, "peak {peak}");
        let stats = player.port.stats();
        assert_eq!(stats.delivered, song.messages().len() as u64);
        assert_eq!(stats.lost.total(), 0);
    }

    #[test]
    fn a_rate_out_of_range_is_refused_with_the_range() {
        let stack = Stack::load(&[]).expect("the built-in bank");
        let error = Player::new(999, &stack, &Sound::default());
        let error = error.err().expect("refused");
        assert!(error.to_string().contains("1000..=768000"), "{error}");
    }

    #[test]
    fn of_banks_over_one_another_no_more_than_eight_are_taken_and_a_missing_one_is_named() {
        let path = PathBuf::from(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../presets/dmus-gm.dls"
        ));
        assert!(Stack::load(&vec![path.clone(); 8]).is_ok());
        let error = Stack::load(&vec![path; 9]).expect_err("refused");
        assert!(error.to_string().contains("8 banks"), "{error}");
        let error = Stack::load(&["no/such.dls".into()]).expect_err("there is none");
        let error = error.to_string();
        assert!(error.starts_with("no/such.dls: "), "{error}");
    }
}
