//! Events on absolute frames: what a track in a host amounts to.
//!
//! In: a song, a script, or single events. Out: the events of any stretch, in order.

use anyhow::Result;
use dmus_song::Song;

use crate::host::{Event, Transport};
use crate::script;

/// Events by frame; those of one frame keep the order in which they were added.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    events: Vec<(u64, Event)>,
    song: Option<Song>,
}

impl Timeline {
    /// The messages of a song at a sample rate; channel group 1 goes to the first note port.
    ///
    /// The transport follows the song's tempo and meter.
    #[must_use]
    pub fn of_song(song: &Song, rate_hz: u32) -> Self {
        let events = song.messages().iter().map(|message| {
            let port = message.group().saturating_sub(1);
            (
                message.time().frame(rate_hz),
                Event::midi(port, message.bytes()),
            )
        });
        Self {
            events: events.collect(),
            song: Some(song.clone()),
        }
    }

    /// Music as text; the notation is that of [`script`].
    ///
    /// # Errors
    /// The text is not in the notation.
    pub fn of_script(text: &str, rate_hz: u32) -> Result<Self> {
        let mut timeline = Self::default();
        for (frame, event) in script::parse(text, rate_hz)? {
            timeline.push(frame, event);
        }
        Ok(timeline)
    }

    /// Adds an event behind all others of its frame.
    pub fn push(&mut self, frame: u64, event: Event) {
        let place = self.events.partition_point(|(at, _)| *at <= frame);
        self.events.insert(place, (frame, event));
    }

    /// All events in order.
    #[must_use]
    pub fn events(&self) -> &[(u64, Event)] {
        &self.events
    }

    /// The events from `first` on that fall before `end`, by place in [`Timeline::events`].
    #[must_use]
    pub fn before(&self, first: usize, end: u64) -> &[(u64, Event)] {
        let rest = self.events.get(first..).unwrap_or_default();
        let count = rest.partition_point(|(at, _)| *at < end);
        rest.get(..count).unwrap_or_default()
    }

    /// Where a running transport stands at a frame; 120 quarter notes a minute without a song.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "a song has far fewer than 2^53 frames"
    )]
    pub fn transport(&self, frame: u64, rate_hz: u32) -> Transport {
        let seconds = frame as f64 / f64::from(rate_hz);
        let mut transport = Transport {
            playing: true,
            seconds,
            ..Transport::stopped()
        };
        if let Some(song) = &self.song {
            transport.position = song.position_at_frame(frame, rate_hz);
        } else {
            let position = &mut transport.position;
            position.quarters = seconds * 2.0;
            position.bar_start_quarters = (position.quarters / 4.0).floor() * 4.0;
        }
        transport
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_of_one_frame_keep_their_order() {
        let mut timeline = Timeline::default();
        for (frame, key) in [(5, 1), (3, 2), (5, 3), (3, 4)] {
            timeline.push(
                frame,
                Event::Midi {
                    port: 0,
                    bytes: [0x90, key, 1],
                },
            );
        }
        let keys = timeline.events().iter().map(|(frame, event)| match event {
            Event::Midi { bytes, .. } => (*frame, bytes[1]),
            _ => (0, 0),
        });
        assert_eq!(keys.collect::<Vec<_>>(), [(3, 2), (3, 4), (5, 1), (5, 3)]);
    }

    #[test]
    fn a_stretch_ends_before_its_end() {
        let timeline = Timeline::of_script("0f on 60 1; 10f off 60; 11f on 61 1", 48_000).unwrap();
        assert_eq!(timeline.before(0, 10).len(), 1);
        assert_eq!(timeline.before(1, 11).len(), 1);
        assert_eq!(timeline.before(2, 11).len(), 0);
    }
}
