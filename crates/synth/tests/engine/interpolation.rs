//! How waves are read, while they sound.

use dmus_synth::{Interpolation, TICK_FRAMES};

use crate::bank::harness;
use crate::rig::Rig;

/// What sounds a second into a note between two frames of its wave, read one way and then another.
fn bits(first: Interpolation, then: Interpolation) -> Vec<u32> {
    let mut rig = Rig::new(&harness(&[]));
    rig.engine.set_interpolation(first);
    rig.strike(62);
    rig.run(700 * TICK_FRAMES);
    rig.engine.set_interpolation(then);
    rig.run(2 * TICK_FRAMES);
    let frames = rig.run(40 * TICK_FRAMES);
    frames.left.iter().map(|sample| sample.to_bits()).collect()
}

#[test]
fn a_note_that_only_sustains_is_read_as_it_is_asked_for_from_the_next_tick_on() {
    const ALL: [Interpolation; 3] = [
        Interpolation::Linear,
        Interpolation::Cubic,
        Interpolation::Sinc,
    ];
    for first in ALL {
        for then in ALL {
            let sounds = bits(first, then);
            assert!(sounds == bits(then, then), "{first:?} {then:?}");
            assert!(
                first == then || sounds != bits(first, first),
                "{first:?} {then:?}"
            );
        }
    }
}
