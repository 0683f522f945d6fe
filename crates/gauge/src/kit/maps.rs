//! What the maps of drum kits say: which keys are a kit's own, and how they belong together.
//!
//! Source: \[GS\] and \[GM2\] drum maps; where they differ, the common part.

use std::ops::RangeInclusive;

/// What is expected of one kit.
#[derive(Debug)]
pub struct Map {
    /// Its program on a drum part, from 0; the same in General MIDI 2's bank 120.
    pub program: u8,
    /// Keys that sound, first to last.
    pub keys: RangeInclusive<u8>,
    /// Keys that are not the standard kit's; of that kit, all of them.
    pub own: &'static [RangeInclusive<u8>],
    /// Drums that are played with expression: a softer stroke is quieter and darker.
    pub main: &'static [u8],
    /// Keys of looped drums that have a pitch of their own and no noise to hide behind.
    pub tonal: &'static [u8],
    /// Drums in tune: key, and the key on the keyboard whose pitch it has.
    pub tuned: &'static [(u8, u8)],
    /// A key that is cut, and by which.
    pub cuts: &'static [(u8, u8)],
}

const TOMS: [RangeInclusive<u8>; 5] = [41..=41, 43..=43, 45..=45, 47..=48, 50..=50];

const PLAIN: Map = Map {
    program: 0,
    keys: 27..=87,
    own: &[],
    main: &[],
    tonal: &[],
    tuned: &[],
    cuts: &[],
};

/// The kits, the standard one first.
pub const MAPS: [Map; 9] = [
    Map {
        own: &[27..=87],
        main: &[
            35, 36, 38, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 55, 57, 59,
        ],
        tonal: &[34, 53, 71, 72, 80, 81],
        cuts: &[
            (46, 42),
            (46, 44),
            (30, 29),
            (72, 71),
            (74, 73),
            (79, 78),
            (81, 80),
            (87, 86),
        ],
        ..PLAIN
    },
    Map {
        program: 8,
        own: &TOMS,
        main: &[41, 43, 45, 47, 48, 50],
        ..PLAIN
    },
    Map {
        program: 16,
        own: &[
            36..=36,
            38..=38,
            40..=41,
            43..=43,
            45..=45,
            47..=48,
            50..=50,
        ],
        main: &[36, 38, 40, 41, 43, 45, 47, 48, 50],
        ..PLAIN
    },
    Map {
        program: 24,
        own: &[
            36..=36,
            38..=38,
            40..=41,
            43..=43,
            45..=45,
            47..=48,
            50..=50,
            52..=52,
        ],
        main: &[36, 38, 40, 41, 43, 45, 47, 48, 50],
        tuned: &[(41, 40), (43, 42), (45, 45), (47, 47), (48, 50), (50, 52)],
        ..PLAIN
    },
    Map {
        program: 25,
        own: &[36..=38, 41..=50, 56..=56, 62..=64, 70..=70, 75..=75],
        main: &[36, 38, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 62, 63, 64],
        tonal: &[56],
        tuned: &[
            (41, 43),
            (43, 45),
            (45, 48),
            (47, 50),
            (48, 53),
            (50, 55),
            (62, 67),
            (63, 63),
            (64, 58),
        ],
        cuts: &[(46, 42), (46, 44)],
        ..PLAIN
    },
    Map {
        program: 32,
        own: &[35..=36],
        main: &[35, 36],
        ..PLAIN
    },
    Map {
        program: 40,
        own: &[35..=36, 38..=40],
        main: &[35, 36, 38, 39, 40],
        ..PLAIN
    },
    Map {
        program: 48,
        keys: 27..=88,
        own: &[27..=30, 35..=36, 38..=53, 57..=57, 59..=59, 88..=88],
        main: &[
            27, 28, 29, 30, 35, 36, 38, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 57,
            59,
        ],
        tonal: &[41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53],
        tuned: &[
            (41, 41),
            (42, 42),
            (43, 43),
            (44, 44),
            (45, 45),
            (46, 46),
            (47, 47),
            (48, 48),
            (49, 49),
            (50, 50),
            (51, 51),
            (52, 52),
            (53, 53),
        ],
        cuts: &[(29, 27), (29, 28)],
    },
    Map {
        program: 56,
        own: &[39..=84],
        cuts: &[(42, 41)],
        ..PLAIN
    },
];

impl Map {
    /// Whether a key is to sound unlike the standard kit's.
    #[must_use]
    pub fn is_own(&self, key: u8) -> bool {
        self.own.iter().any(|keys| keys.contains(&key))
    }
}
