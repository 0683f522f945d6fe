//! The control tick: its length, and the frame numbers inside it.
//!
//! Ticks lie at multiples of [`TICK_FRAMES`] from the start of the stream, never from the start
//! of a block; that is what makes every partition of a stream give the same bits.

use super::octet::{LANES, Row};

/// Frames in one control tick.
pub const TICK_FRAMES: usize = 64;

/// The frame numbers of one tick as samples: `0.0, 1.0, .. 63.0`, all exact.
pub(crate) const TICK_INDEX: [f32; TICK_FRAMES] = tick_index();

/// The same, and eight more for what is computed past a tick's end and not used.
static TICK_NUMBERS: [f32; TICK_FRAMES + LANES] = tick_index();

/// These, each for eight voices.
static TICK_ROWS: [Row; TICK_FRAMES + LANES] = tick_rows();

#[expect(
    clippy::cast_precision_loss,
    reason = "whole numbers below 72 are exact in f32"
)]
const fn tick_rows() -> [Row; TICK_FRAMES + LANES] {
    let mut table = [[0.0; LANES]; TICK_FRAMES + LANES];
    let mut i = 0;
    while i < TICK_FRAMES + LANES {
        table[i] = [i as f32; LANES];
        i += 1;
    }
    table
}

/// The rows of eight frames from one of a tick on.
#[inline(always)]
pub(crate) fn eight_rows(first: usize) -> &'static [Row; LANES] {
    let rows = TICK_ROWS.get(first..).and_then(<[Row]>::first_chunk);
    rows.unwrap_or(&[[0.0; LANES]; LANES])
}

/// The numbers of eight frames from one of a tick on.
#[inline(always)]
pub(crate) fn eight_numbers(first: usize) -> &'static Row {
    let numbers = TICK_NUMBERS.get(first..).and_then(<[f32]>::first_chunk);
    numbers.unwrap_or(&[0.0; LANES])
}

#[expect(
    clippy::cast_precision_loss,
    reason = "whole numbers below 72 are exact in f32"
)]
const fn tick_index<const N: usize>() -> [f32; N] {
    let mut table = [0.0; N];
    let mut i = 0;
    while i < N {
        table[i] = i as f32;
        i += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frame_of_a_tick_has_its_number() {
        for (i, x) in TICK_INDEX.iter().enumerate() {
            assert!((*x - f32::from(u8::try_from(i).unwrap())).abs() < f32::MIN_POSITIVE);
        }
    }
}
