//! What is known of the banks: what is in them, and why the reader warns.

use dmus_dls::Warning;

/// Warnings of one kind.
pub(crate) struct Explained {
    /// Part of their text.
    pub(crate) text: &'static str,
    pub(crate) count: usize,
}

/// One bank.
pub(crate) struct Known {
    pub(crate) file: &'static str,
    /// Instruments, regions, waves.
    pub(crate) counts: (usize, usize, usize),
    /// Every warning there is.
    pub(crate) warnings: &'static [Explained],
    /// Names of programs that are silent by themselves.
    pub(crate) silent: &'static [&'static str],
    /// Names of programs all of whose sound lies above half the rate at the middle key; they have to be
    /// heard at their recorded pitch.
    pub(crate) beyond: &'static [&'static str],
}

impl Known {
    /// Asserts that each warning is explained, and each explanation needed.
    #[track_caller]
    pub(crate) fn assert_explains(&self, warnings: &[Warning]) {
        let mut left: Vec<String> = warnings.iter().map(ToString::to_string).collect();
        for Explained { text, count } in self.warnings {
            let before = left.len();
            left.retain(|warning| !warning.contains(text));
            assert_eq!(before - left.len(), *count, "{}: {text}", self.file);
        }
        assert!(left.is_empty(), "{}: unexplained: {left:#?}", self.file);
    }
}

/// Nothing to warn of.
pub(crate) const TIMGM6MB: Known = Known {
    file: "TimGM6mb.sf2",
    counts: (136, 2063, 520),
    warnings: &[],
    silent: &[],
    // A sparrow recorded at 11 kHz, which key 74 takes to 25.
    beyond: &["Bird"],
};

/// Its editor wrote cutoffs of 14 400 cents where 13 500 are the most; both are beyond hearing.
pub(crate) const SF_GMBANK: Known = Known {
    file: "sf_GMbank.sf2",
    counts: (329, 3560, 488),
    warnings: &[Explained {
        text: "are clamped, the first is 8 with 14400",
        count: 30,
    }],
    silent: &[],
    beyond: &[],
};

/// Cutoffs of 13 508 and 14 400 cents where 13 500 are the most; all are beyond hearing.
pub(crate) const FLUID_R3: Known = Known {
    file: "FluidR3_GM.sf2",
    counts: (189, 16_912, 1418),
    warnings: &[Explained {
        text: "generators out of range are clamped, the first is 8 with",
        count: 11,
    }],
    silent: &[],
    beyond: &[],
};

/// What spessasynth_core writes of the two small banks. Where keys scale decays and holds, its files
/// say that they do so from the middle on, but count from key 0, as DLS has it.
pub(crate) const THEIR_TIMGM6MB: Known = Known {
    file: "TimGM6mb.sf2",
    warnings: &[Explained {
        text: "1 connections scale a time from the middle, taken from 0 on",
        count: 36,
    }],
    ..TIMGM6MB
};

/// As [`THEIR_TIMGM6MB`].
pub(crate) const THEIR_SF_GMBANK: Known = Known {
    file: "sf_GMbank.sf2",
    warnings: &[Explained {
        text: "1 connections scale a time from the middle, taken from 0 on",
        count: 230,
    }],
    ..SF_GMBANK
};

/// Nothing to warn of.
pub(crate) const OPL3: Known = Known {
    file: "OPL-3_FM_128M.sf2",
    counts: (129, 1701, 1657),
    warnings: &[],
    silent: &[],
    beyond: &[],
};

/// Its compressor padded neither the odd chunk of streams nor the list around it. A pan of 111 %
/// and cutoffs beyond hearing stand in its source.
pub(crate) const MUSESCORE: Known = Known {
    file: "MuseScore_General_Lite.sf3",
    counts: (311, 10_689, 1336),
    warnings: &[
        Explained {
            text: "the pad byte after an odd chunk is missing",
            count: 2,
        },
        Explained {
            text: "generators out of range are clamped, the first is 17 with 1110",
            count: 1,
        },
        Explained {
            text: "generators out of range are clamped, the first is 8 with 13508",
            count: 2,
        },
    ],
    silent: &[],
    beyond: &[],
};
