//! What the host's song holds down, and when the plug-in lets go of it by itself.
//!
//! Hosts stop, jump and loop, and some then forget the note-off or the pedal that they skip. Here
//! everything that the song has put down is known, so that it can be ended on the frame on which
//! the song goes on without it. What somebody plays by hand is left alone.
//!
//! In: messages with their times in the block, live or recorded, and what happened to the song.
//! Out: note-offs and lifted pedals. Owner: the render half. Thread: render; nothing is allocated
//! after construction. The rules: docs/transport.md.

use dmus_kernel::clock::{Annotation, AnnotationKind, Transport, TransportFlags};
use dmus_kernel::midi::HeldKeys;
use dmus_kernel::{ChannelGroup, MusicBuffer, ReferenceTime};

use super::pipeline::{CHANNEL_GROUPS, EVENTS_PER_BLOCK};
use super::render::Render;

/// Groups of channels, each with its note port.
const GROUPS: usize = CHANNEL_GROUPS as usize;

/// Jumps of the song that are seen in one block; a loop lasts 1 ms at least.
const CUTS: usize = 1_024;

/// Controllers that end everything: all sound off, the three pedals that hold or soften, all notes
/// off.
const PANIC: [u8; 5] = [120, 64, 66, 67, 123];

/// All sixteen channels of a group.
const ALL: u16 = u16::MAX;

/// Most messages that a jump can add to a block.
pub(super) const MOST_ENDED: usize = GROUPS * HeldKeys::MOST_ENDS;

/// A message of a further note port, or the mark of a live one of the first.
#[derive(Debug, Clone, Copy)]
struct Heard {
    /// After the start of the block.
    delta: ReferenceTime,
    group_index: u16,
    bytes: [u8; 3],
    is_live: bool,
}

/// Everything that the song holds, and the block that is being gathered.
#[derive(Debug)]
pub(super) struct SongHolds {
    groups: [HeldKeys; GROUPS],
    is_playing: bool,
    /// Where the host said the song was at the block before, and where it is after it, quarters.
    place: Option<[f64; 2]>,
    /// The block begins where the one before ended, whatever the host's count of frames says.
    goes_on: bool,
    /// The block begins where the one before began: the host says "playing" and does not move.
    stands_still: bool,
    /// No note was heard that can only have been played by hand and was not marked as such.
    host_marks_live: bool,
    /// Times after the start of the block at which the song goes on without what it held.
    cuts: Vec<ReferenceTime>,
    /// The first of them that the messages of the first port have not passed.
    next_cut: usize,
    /// Of the further ports.
    heard: Vec<Heard>,
    /// Live messages of the first port, whose originals come through the framework.
    marks: Vec<Heard>,
    /// The first of them whose original has not come.
    next_mark: usize,
}

impl SongHolds {
    /// A song that holds nothing.
    ///
    /// # Real-time
    /// Not real-time: allocates.
    pub(super) fn new() -> Self {
        Self {
            groups: Default::default(),
            is_playing: false,
            place: None,
            goes_on: false,
            stands_still: false,
            host_marks_live: true,
            cuts: Vec::with_capacity(CUTS),
            next_cut: 0,
            heard: Vec::with_capacity(EVENTS_PER_BLOCK),
            marks: Vec::with_capacity(EVENTS_PER_BLOCK),
            next_mark: 0,
        }
    }

    /// Forgets what the song holds, since nothing of it is left.
    pub(super) fn forget(&mut self) {
        self.groups = Default::default();
    }

    /// Forgets the messages and the jumps of the block before.
    pub(super) fn begin_block(&mut self) {
        self.cuts.clear();
        self.heard.clear();
        self.marks.clear();
        (self.next_cut, self.next_mark) = (0, 0);
    }

    /// Takes a message of a note port, in the order of their times; of the first port only what is
    /// live, which marks the message that comes through the framework.
    pub(super) fn take(
        &mut self,
        group_index: u16,
        delta: ReferenceTime,
        bytes: &[u8],
        is_live: bool,
    ) {
        let [status, first, rest @ ..] = bytes else {
            return;
        };
        let heard = Heard {
            delta,
            group_index,
            bytes: [*status, *first, rest.first().copied().unwrap_or(0)],
            is_live,
        };
        let list = if group_index == 0 {
            &mut self.marks
        } else {
            &mut self.heard
        };
        if matches!(status, 0x80..=0xBF) && list.len() < list.capacity() {
            list.push(heard);
        }
    }

    /// Looks where the song begins in this block.
    fn find_place(&mut self, song: &Transport, frames: usize, rate_hz: u32) {
        let tempo = song.song_quarters.zip(song.tempo_bpm);
        let Some((start, bpm)) = tempo else {
            (self.place, self.goes_on, self.stands_still) = (None, false, false);
            return;
        };
        let frame = bpm / 60.0 / f64::from(rate_hz);
        let before = self.place;
        self.stands_still = before.is_some_and(|[place, _]| place.to_bits() == start.to_bits());
        self.goes_on = before.is_some_and(|[_, end]| (start - end).abs() <= 2.0 * frame.abs());
        #[expect(
            clippy::cast_precision_loss,
            reason = "blocks are shorter than 2^52 frames"
        )]
        let end = start + frames as f64 * frame;
        self.place = Some([start, end]);
    }

    /// Something happened to the song, `delta` after the start of the block.
    ///
    /// A jump counts only where the host tells tempo and position, and moves the position: blocks
    /// cannot be told from jumps otherwise.
    fn notice(&mut self, annotation: &Annotation, delta: ReferenceTime) {
        let told = TransportFlags::POSITION.with(TransportFlags::TEMPO);
        let is_cut = match annotation.kind {
            AnnotationKind::Stop => true,
            AnnotationKind::Locate | AnnotationKind::LoopWrap => {
                let is_wrap = annotation.kind == AnnotationKind::LoopWrap;
                let jumps = is_wrap || !self.stands_still && !self.goes_on;
                self.host_marks_live && annotation.flags.contains(told) && jumps
            }
            _ => false,
        };
        if is_cut && self.cuts.len() < self.cuts.capacity() {
            self.cuts.push(delta);
        }
    }

    /// Hears the messages of the further ports; `end` gets what ends on the way.
    fn hear_ports(&mut self, mut end: impl FnMut(ChannelGroup, ReferenceTime, &[u8])) {
        let Self {
            groups,
            cuts,
            heard,
            is_playing,
            host_marks_live,
            ..
        } = self;
        let mut cuts = cuts.iter().copied().peekable();
        let mut cut = |groups: &mut [HeldKeys; GROUPS], delta: ReferenceTime| {
            for (index, held) in (0_u16..).zip(groups).skip(1) {
                let group = ChannelGroup::from_index(index);
                held.release(ALL, |bytes| end(group, delta, bytes));
            }
        };
        for heard in heard {
            while let Some(due) = cuts.next_if(|due| *due <= heard.delta) {
                cut(groups, due);
            }
            let by_song = *is_playing && !heard.is_live;
            *host_marks_live &= *is_playing || heard.is_live || !is_note_on(heard.bytes);
            if let Some(held) = groups.get_mut(usize::from(heard.group_index)) {
                held.hear(heard.bytes, by_song);
            }
        }
        cuts.for_each(|due| cut(groups, due));
    }

    /// What [`Render::cut_until`] says; `end` gets what ends.
    fn cut_until(
        &mut self,
        delta: Option<ReferenceTime>,
        mut end: impl FnMut(ChannelGroup, ReferenceTime, &[u8]),
    ) {
        while let Some(&cut) = self.cuts.get(self.next_cut)
            && delta.is_none_or(|delta| cut <= delta)
        {
            self.next_cut = self.next_cut.saturating_add(1);
            if let Some(held) = self.groups.first_mut() {
                held.release(ALL, |bytes| end(ChannelGroup::FIRST, cut, bytes));
            }
        }
    }

    /// Hears a channel message of the first port.
    pub(super) fn hear_first(&mut self, delta: ReferenceTime, bytes: [u8; 3]) {
        let is_live = self.is_marked(delta, bytes);
        self.host_marks_live &= self.is_playing || is_live || !is_note_on(bytes);
        let by_song = self.is_playing && !is_live;
        if let Some(held) = self.groups.first_mut() {
            held.hear(bytes, by_song);
        }
    }

    /// Whether the next mark is of this message; marks come in the order of their originals.
    fn is_marked(&mut self, delta: ReferenceTime, bytes: [u8; 3]) -> bool {
        while let Some(mark) = self.marks.get(self.next_mark)
            && mark.delta <= delta
        {
            let is_earlier = mark.delta < delta;
            let [status, number, _] = mark.bytes;
            if !is_earlier && [status, number] != [bytes[0], bytes[1]] {
                return false;
            }
            self.next_mark = self.next_mark.saturating_add(1);
            if !is_earlier {
                return true;
            }
        }
        false
    }
}

impl Render {
    /// Follows the host's song, and ends what it leaves behind on the further ports; see
    /// [`Port::follow_song`](dmus_kernel::Port::follow_song).
    ///
    /// # Real-time
    /// Render. Bounded by the frames, and by the messages of the block.
    pub fn follow_song(&mut self, song: &Transport, frames: usize) {
        let Self {
            port,
            song_holds,
            music,
            lost_inbound,
            external,
            ..
        } = self;
        let start = port.stamp(0).units();
        song_holds.find_place(song, frames, port.config().sample_rate.hz());
        port.follow_song(song, frames, |annotation| {
            let units = annotation.time.units().saturating_sub(start);
            song_holds.notice(annotation, ReferenceTime::new(units));
            external.notice(annotation);
        });
        let place = port.song().position_at(port.now());
        external.follow_song(port.stamp(0), place, port.stamp(frames));
        song_holds.is_playing = port.song().is_playing();
        song_holds.hear_ports(|group, delta, bytes| {
            put_end(music, lost_inbound, (group, delta, bytes));
        });
    }

    /// Ends every note of every channel and lifts its pedals; everything else stays as it is.
    pub(super) fn panic(&mut self) {
        self.song_holds.forget();
        self.external.end_all(self.port.stamp(0));
        for channel in 0_u8..16 {
            for number in PANIC {
                let message = [0xB0 | channel, number, 0];
                self.engine().message(0, &message);
                self.note(ChannelGroup::BROADCAST, &message);
            }
        }
    }

    /// Ends what the first port held before the jumps up to a time, or up to the end of the block.
    pub(super) fn cut_until(&mut self, delta: Option<ReferenceTime>) {
        let Self {
            song_holds,
            music,
            lost_inbound,
            external,
            port,
            ..
        } = self;
        let start = port.stamp(0);
        song_holds.cut_until(delta, |group, delta, bytes| {
            external.message(start.saturating_add(delta), bytes);
            put_end(music, lost_inbound, (group, delta, bytes));
        });
    }
}

/// Puts a message of ours among the host's.
fn put_end(
    music: &mut MusicBuffer,
    lost: &mut u64,
    (group, delta, bytes): (ChannelGroup, ReferenceTime, &[u8]),
) {
    let put = music.push(group, delta, true, bytes);
    *lost = lost.saturating_add(u64::from(put.is_err()));
}

/// Whether a message strikes a key.
const fn is_note_on([status, _, velocity]: [u8; 3]) -> bool {
    status & 0xF0 == 0x90 && velocity > 0
}
