//! What the keys of a drum kit are called.
//!
//! In: a key. Out: its name in General MIDI. Source: \[GM1\] percussion key map, keys 35 to 81;
//! \[GM2\] for those below and above.

/// The lowest key with a name.
const FIRST: u8 = 27;

/// Names from [`FIRST`] up.
const NAMES: [&str; 61] = [
    "High Q",
    "Slap",
    "Scratch Push",
    "Scratch Pull",
    "Sticks",
    "Square Click",
    "Metronome Click",
    "Metronome Bell",
    "Acoustic Bass Drum",
    "Bass Drum 1",
    "Side Stick",
    "Acoustic Snare",
    "Hand Clap",
    "Electric Snare",
    "Low Floor Tom",
    "Closed Hi-Hat",
    "High Floor Tom",
    "Pedal Hi-Hat",
    "Low Tom",
    "Open Hi-Hat",
    "Low-Mid Tom",
    "Hi-Mid Tom",
    "Crash Cymbal 1",
    "High Tom",
    "Ride Cymbal 1",
    "Chinese Cymbal",
    "Ride Bell",
    "Tambourine",
    "Splash Cymbal",
    "Cowbell",
    "Crash Cymbal 2",
    "Vibraslap",
    "Ride Cymbal 2",
    "High Bongo",
    "Low Bongo",
    "Mute High Conga",
    "Open High Conga",
    "Low Conga",
    "High Timbale",
    "Low Timbale",
    "High Agogo",
    "Low Agogo",
    "Cabasa",
    "Maracas",
    "Short Whistle",
    "Long Whistle",
    "Short Guiro",
    "Long Guiro",
    "Claves",
    "High Wood Block",
    "Low Wood Block",
    "Mute Cuica",
    "Open Cuica",
    "Mute Triangle",
    "Open Triangle",
    "Shaker",
    "Jingle Bell",
    "Bell Tree",
    "Castanets",
    "Mute Surdo",
    "Open Surdo",
];

/// Program of a kit of sound effects, whose keys are called otherwise. Source: \[GM2\].
pub const EFFECTS_KIT: u8 = 56;

/// Keys with their names, low to high.
pub fn keys() -> impl Iterator<Item = (u8, &'static str)> {
    (FIRST..).zip(NAMES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_called_as_general_midi_has_them() {
        let named = |key| keys().find(|(at, _)| *at == key).map(|(_, name)| name);
        assert_eq!(named(27), Some("High Q"));
        assert_eq!(named(35), Some("Acoustic Bass Drum"));
        assert_eq!(named(42), Some("Closed Hi-Hat"));
        assert_eq!(named(60), Some("High Bongo"));
        assert_eq!(named(81), Some("Open Triangle"));
        assert_eq!(named(87), Some("Open Surdo"));
        assert_eq!((named(26), named(88)), (None, None));
    }
}
