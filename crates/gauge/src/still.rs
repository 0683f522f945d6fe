//! A bank that stands still: its notes without what moves their pitch, makes them fall or sets layers
//! beside the pitch.
//!
//! A vibrato, a glide and a chorus of layers are meant to leave the pitch; what is measured is
//! whether the wave under them is in tune, for as long as it takes to tell.

use dmus_dls::Bank;
use dmus_dls::bank::{Connection, Destination, Source};

/// The bank without oscillators, falls, glides and layers' detuning.
pub(crate) fn still(bank: &Bank) -> Bank {
    let mut still = bank.clone();
    for instrument in still.instruments.iter_mut().filter(|i| !i.patch.drums) {
        instrument.articulation.retain(stands);
        for region in &mut instrument.regions {
            if let Some(articulation) = &mut region.articulation {
                articulation.retain(stands);
            }
            if let Some(sample) = &mut region.sample {
                sample.fine_tune = 0;
            }
        }
    }
    still
}

fn stands(connection: &Connection) -> bool {
    let swings = matches!(connection.source, Source::VibLfo | Source::ModLfo);
    let falls = matches!(
        connection.destination,
        Destination::Eg1Decay | Destination::Eg1Sustain
    );
    let glides = connection.source == Source::Eg2 && connection.destination == Destination::Pitch;
    !swings && !falls && !glides
}
