//! The contact sheet: one note of every program, to be drawn.

use anyhow::Result;
use dmus_dls::Bank;

use crate::declared;
use crate::stage::{Note, Part, Stage};

/// Name and sound of every program of a bank, in order.
///
/// # Errors
/// A bank that does not compile.
pub fn notes(bank: &Bank) -> Result<Vec<(String, Vec<f32>)>> {
    let mut stage = Stage::new(bank)?;
    let melodic = bank
        .instruments
        .iter()
        .filter(|instrument| !instrument.patch.drums && instrument.patch.bank_msb == 0);
    let notes = melodic.map(|instrument| {
        let program = instrument.patch.program;
        let note = Note::new(Part::Program(program), declared::middle_key(program), 2.0);
        let heard = stage.play(&Note {
            held_s: 1.5,
            ..note
        });
        let title = format!("{} {}", u16::from(program) + 1, instrument.name);
        (title, heard.mono())
    });
    Ok(notes.collect())
}
