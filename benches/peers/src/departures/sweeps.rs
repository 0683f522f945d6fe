//! Second envelopes that bend the pitch, as the others run them: a value for each block, pitches of
//! whole cents.
//!
//! In: a region's connections. Out: the same with other times of the second envelope and a part of a
//! cent, so that the wave moves on as the other's and, the sweep over, stands where the other's does.
//! Only where that envelope bends the pitch; a filter that it moves too comes along.

use dmus_dls::bank::{Connection, Destination, Source};

use super::{SHORTEST_BLOCKS, blocks, constants, set_blocks};
use crate::{cents, constant};

/// One unit of a connection.
const ONE: f64 = 65_536.0;

/// The second envelope over the pitch; times in blocks.
#[derive(Clone, Copy)]
struct Sweep {
    /// Cents at full level.
    depth: f64,
    attack: f64,
    hold: f64,
    decay: f64,
    /// Part of the depth that stays, `0.0..=1.0`.
    sustain: f64,
}

impl Sweep {
    /// What a region says of it; nothing if the pitch stands still.
    fn of(list: &[Connection]) -> Option<Self> {
        let row = list.iter().find(|row| bends(row))?;
        let stays = constants(list, Destination::Eg2Sustain).map(|row| f64::from(row.scale) / ONE);
        let blocks = |destination| blocks(list, destination).unwrap_or(0.0);
        Some(Self {
            depth: f64::from(row.scale) / ONE,
            attack: blocks(Destination::Eg2Attack),
            hold: blocks(Destination::Eg2Hold),
            decay: blocks(Destination::Eg2Decay),
            sustain: stays
                .reduce(|one, other| one + other)
                .map_or(1.0, |units| units / 1000.0),
        })
    }

    /// Cents at a time in blocks.
    fn at(&self, time: f64) -> f64 {
        let falling = time - self.attack - self.hold;
        let value = if time < self.attack {
            // Convex, over 96 dB.
            (1.0 + 40.0 / 96.0 * (time / self.attack).log10()).max(0.0)
        } else if falling <= 0.0 {
            1.0
        } else {
            (1.0 - falling / self.decay).max(self.sustain)
        };
        self.depth * value
    }

    /// Blocks until it stands still.
    fn length(&self) -> usize {
        (self.attack + self.hold + self.decay).ceil() as usize + 2
    }

    /// How far the wave comes in so many blocks, in blocks at its recorded pitch: speeds are exact at
    /// the ends of blocks and straight in between.
    ///
    /// - `more`: cents beside the sweep
    fn phase(&self, blocks: usize, more: f64) -> f64 {
        let speed = |block: usize| ratio(self.at(block as f64) + more);
        let steps = (0..blocks).map(|block| 0.5 * (speed(block) + speed(block + 1)));
        steps.sum()
    }

    /// Writes it into a region, with another depth and a part of a cent: it rests where the other's
    /// does, and until then the wave comes as far.
    ///
    /// - `pitches`: the other's, a block each, until it rests
    fn land(mut self, list: &mut Vec<Connection>, pitches: &[f64]) {
        let rest = pitches.last().copied().unwrap_or(0.0);
        let more = |depth: f64| rest - depth * self.sustain;
        let blocks = pitches.len();
        let goal: f64 = pitches.iter().map(|pitch| ratio(*pitch)).sum();
        let written = self.depth;
        let (mut low, mut high) = (written - written.abs() - 2.0, written + written.abs() + 2.0);
        for _ in 0..40 {
            self.depth = 0.5 * (low + high);
            if self.phase(blocks, more(self.depth)) < goal {
                low = self.depth;
            } else {
                high = self.depth;
            }
        }
        for (destination, blocks) in [
            (Destination::Eg2Attack, self.attack),
            (Destination::Eg2Hold, self.hold),
            (Destination::Eg2Decay, self.decay),
        ] {
            set_blocks(list, destination, blocks);
        }
        for row in list.iter_mut().filter(|row| bends(row)) {
            row.scale = cents(self.depth);
        }
        list.push(constant(Destination::Pitch, cents(more(self.depth))));
    }
}

/// Whether the second envelope bends the pitch.
fn bends(row: &Connection) -> bool {
    row.source == Source::Eg2 && row.destination == Destination::Pitch
}

fn ratio(cents: f64) -> f64 {
    (cents / 1200.0).exp2()
}

/// FluidSynth's: whole blocks, at least one for the attack and, as -12000 time cents are 1 ms, one for
/// hold and decay each; a block has the value of its end, and pitches are cut to whole cents.
pub(super) fn fluid(list: &mut Vec<Connection>) {
    let Some(sweep) = Sweep::of(list) else { return };
    let theirs = Sweep {
        attack: 1.0 + sweep.attack.floor(),
        hold: sweep.hold.max(SHORTEST_BLOCKS).round(),
        decay: sweep.decay.max(SHORTEST_BLOCKS).round(),
        ..sweep
    };
    let pitches = (0..theirs.length()).map(|block| theirs.at(block as f64 + 1.0).floor());
    let ours = Sweep {
        // The middle of a block is where it has its value; an attack of one block is none.
        attack: (theirs.attack - 0.5) * f64::from(u8::from(theirs.attack > 1.0)),
        ..theirs
    };
    ours.land(list, &pitches.collect::<Vec<_>>());
}

/// SpessaSynth's: a block has the value of its start, and a speed stays until the pitch is another
/// whole number of cents, so that a sweep does not quite arrive.
///
/// - `lies_above`: the region's pitch is not below that of its wave; numbers are cut towards zero
pub(super) fn spessa(list: &mut Vec<Connection>, lies_above: bool) {
    let Some(sweep) = Sweep::of(list) else { return };
    let whole = |pitch: f64| {
        if lies_above {
            pitch.floor()
        } else {
            pitch.ceil()
        }
    };
    let mut pitch = sweep.at(0.0);
    let pitches = (0..sweep.length()).map(|block| {
        let now = sweep.at(block as f64);
        if whole(now) != whole(pitch) {
            pitch = now;
        }
        pitch
    });
    let pitches: Vec<f64> = pitches.collect();
    sweep.land(list, &pitches);
}
