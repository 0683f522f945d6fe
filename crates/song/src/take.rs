//! From a take of the kernel's history to a Standard MIDI File.
//!
//! In: a take. Out: a recording with times from its start. Thread: any but render.

use dmus_kernel::ReferenceTime;
use dmus_kernel::clock::{Annotation, AnnotationKind, TransportFlags};
use dmus_kernel::history::Take;

use crate::recording::{Mark, MarkKind, Recording, RecordingError};

impl Recording {
    /// The recording of a take, and the first reason why a message has no place in a file.
    ///
    /// - `rate_hz`: frames per second of the pipeline the take is of
    ///
    /// # Real-time
    /// Not real-time: allocates.
    #[must_use]
    pub fn of_take(take: &Take, title: &str, rate_hz: u32) -> (Self, Option<RecordingError>) {
        let mut recording = Self::new(title).at_rate(rate_hz);
        let mut refused = None;
        let Some(start) = take.start() else {
            return (recording, refused);
        };
        if let Some(transport) = take.transport() {
            recording.mark(0, mark(&at(transport, start), MarkKind::State));
        }
        for annotation in take.annotations() {
            let units = since(start, annotation.time);
            recording.mark(units, mark(annotation, kind(annotation.kind)));
        }
        for event in take.chase().chain(take.events()) {
            let units = since(start, event.time);
            let result = recording.message(units, event.group.number(), event.bytes);
            refused = refused.or(result.err());
        }
        (recording, refused)
    }
}

/// Units of 100 ns from the start to a time that is not before it.
fn since(start: ReferenceTime, time: ReferenceTime) -> u64 {
    u64::try_from(time.saturating_sub(start).units()).unwrap_or(0)
}

/// What holds of an annotation at a later time, if nothing happens in between.
#[expect(clippy::cast_precision_loss, reason = "a take is far below 2^53 units")]
fn at(annotation: &Annotation, time: ReferenceTime) -> Annotation {
    let mut later = *annotation;
    if annotation.flags.contains(TransportFlags::PLAYING) {
        let minutes = since(annotation.time, time) as f64 / 600_000_000.0;
        later.song_quarters += minutes * annotation.tempo_bpm;
    }
    later
}

const fn kind(kind: AnnotationKind) -> MarkKind {
    match kind {
        AnnotationKind::Play => MarkKind::Play,
        AnnotationKind::Stop => MarkKind::Stop,
        AnnotationKind::Locate => MarkKind::Locate,
        AnnotationKind::LoopWrap => MarkKind::Loop,
        AnnotationKind::RecordOn => MarkKind::RecordOn,
        AnnotationKind::RecordOff => MarkKind::RecordOff,
        _ => MarkKind::State,
    }
}

/// The mark of an annotation, with what of it the host told.
fn mark(annotation: &Annotation, kind: MarkKind) -> Mark {
    let Annotation {
        flags, signature, ..
    } = *annotation;
    let told = |flag| flags.contains(flag);
    Mark {
        kind,
        playing: told(TransportFlags::PLAYING),
        quarters: told(TransportFlags::POSITION).then_some(annotation.song_quarters),
        bpm: told(TransportFlags::TEMPO).then_some(annotation.tempo_bpm),
        meter: told(TransportFlags::SIGNATURE)
            .then_some((signature.numerator, u16::from(signature.denominator))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmus_kernel::ChannelGroup;
    use dmus_kernel::clock::TimeSignature;
    use dmus_kernel::history;

    fn annotation(units: i64, song_quarters: f64) -> Annotation {
        Annotation {
            time: ReferenceTime::new(units),
            kind: AnnotationKind::Play,
            song_quarters,
            tempo_bpm: 60.0,
            signature: TimeSignature::COMMON,
            flags: TransportFlags::PLAYING
                .with(TransportFlags::POSITION)
                .with(TransportFlags::TEMPO),
        }
    }

    #[test]
    fn a_take_from_the_middle_begins_with_its_state_and_its_tempo() {
        let (mut writer, reader) = history::history(0, 2);
        let second = 10_000_000;
        let time = ReferenceTime::new;
        writer.annotate(&annotation(0, 4.0));
        writer.record(time(second), ChannelGroup::new(2), &[0xB0, 7, 9]);
        writer.record(time(3 * second), ChannelGroup::FIRST, &[0x90, 60, 9]);
        writer.annotate(&annotation(4 * second, 0.0));
        let take = reader.take(Some(time(2 * second))).expect("nobody writes");
        let (recording, refused) = Recording::of_take(&take, "Take", 48_000);
        assert_eq!(refused, None);
        let song = recording.into_song();
        let found: Vec<_> = song
            .messages()
            .iter()
            .map(|message| {
                (
                    message.time().units_100ns(),
                    message.group(),
                    message.bytes(),
                )
            })
            .collect();
        let expected: [(u64, u16, &[u8]); 2] =
            [(0, 2, &[0xB0, 7, 9]), (10_000_000, 1, &[0x90, 60, 9])];
        assert_eq!(found, expected);
        assert!(
            song.tempos()
                .iter()
                .all(|tempo| tempo.micros_per_quarter() == 1_000_000)
        );
        assert_eq!(song.markers().len(), 1);
        assert_eq!(song.markers()[0].text(), "Play at 0.000 quarters");
    }

    #[test]
    fn a_running_song_is_further_on_at_a_later_time() {
        let later = at(&annotation(0, 4.0), ReferenceTime::new(30_000_000));
        assert!((later.song_quarters - 7.0).abs() < 1e-9);
    }

    #[test]
    fn an_empty_take_is_an_empty_recording() {
        let (_writer, reader) = history::history(0, 1);
        let take = reader.take(None).expect("nobody writes");
        let (recording, refused) = Recording::of_take(&take, "", 48_000);
        assert_eq!(refused, None);
        assert!(recording.into_song().messages().is_empty());
    }

    #[test]
    fn a_message_for_a_fifth_group_is_refused_with_a_reason() {
        let (mut writer, reader) = history::history(0, 1);
        writer.record(ReferenceTime::ZERO, ChannelGroup::new(5), &[0xF8]);
        let take = reader.take(None).expect("nobody writes");
        let (_, refused) = Recording::of_take(&take, "", 48_000);
        assert_eq!(refused, Some(RecordingError::Group { group: 5 }));
    }
}
