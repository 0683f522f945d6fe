//! `dmus info`: what is in a bank.

use std::fmt::{self, Write as _};
use std::path::PathBuf;

use clap::Args;
use dmus_dls::Bank;
use dmus_dls::bank::{Instrument, LoopKind, Wave};

use crate::bank::{self, FileError};

/// Arguments of the verb.
#[derive(Debug, Args)]
pub(crate) struct Info {
    /// DLS bank; the built-in one when none is named.
    bank: Option<PathBuf>,
    /// Regions and waves too.
    #[arg(long)]
    all: bool,
}

impl Info {
    /// Does the verb.
    #[expect(clippy::print_stdout, reason = "the verb speaks to a person")]
    pub(crate) fn run(&self) -> Result<(), FileError> {
        let bank = self
            .bank
            .as_deref()
            .map_or_else(bank::built_in, bank::read)?;
        let mut text = String::new();
        // Writing into a string cannot fail.
        let _never = describe(&mut text, &bank, self.all);
        print!("{text}");
        Ok(())
    }
}

/// The bank in words.
fn describe(text: &mut String, bank: &Bank, all: bool) -> fmt::Result {
    for (word, value) in [
        ("title", &bank.info.name),
        ("engineer", &bank.info.engineer),
        ("copyright", &bank.info.copyright),
        ("comment", &bank.info.comment),
        ("software", &bank.info.software),
    ] {
        if !value.is_empty() {
            writeln!(text, "{word}: {value}")?;
        }
    }
    let seconds: f64 = bank
        .waves
        .iter()
        .map(|wave| wave.frames.len() as f64 / f64::from(wave.sample_rate))
        .sum();
    let (instruments, waves) = (bank.instruments.len(), bank.waves.len());
    writeln!(
        text,
        "{instruments} instruments, {waves} waves, {seconds:.1} s of sound\n"
    )?;
    for instrument in &bank.instruments {
        describe_instrument(text, bank, instrument, all)?;
    }
    if !bank.warnings.is_empty() {
        writeln!(text, "\n{} warnings", bank.warnings.len())?;
    }
    for warning in &bank.warnings {
        writeln!(text, "  {warning}")?;
    }
    Ok(())
}

/// One instrument, and its regions when asked for.
fn describe_instrument(
    text: &mut String,
    bank: &Bank,
    instrument: &Instrument,
    all: bool,
) -> fmt::Result {
    let patch = instrument.patch;
    let kind = if patch.drums { "drums" } else { "     " };
    writeln!(
        text,
        "{kind} {:3}:{:3}:{:3}  {} ({} regions)",
        patch.bank_msb,
        patch.bank_lsb,
        u16::from(patch.program) + 1,
        instrument.name,
        instrument.regions.len()
    )?;
    if !all {
        return Ok(());
    }
    for region in &instrument.regions {
        let (keys, velocities) = (&region.keys, &region.velocities);
        write!(
            text,
            "        keys {:3}-{:3}, velocities {:3}-{:3}",
            keys.start(),
            keys.end(),
            velocities.start(),
            velocities.end()
        )?;
        match bank.waves.get(region.wave) {
            Some(wave) => describe_wave(text, region.wave, wave, region.sample)?,
            None => writeln!(text)?,
        }
    }
    Ok(())
}

/// The wave of a region with the playback data in force.
fn describe_wave(
    text: &mut String,
    index: usize,
    wave: &Wave,
    sample: Option<dmus_dls::bank::WaveSample>,
) -> fmt::Result {
    let sample = sample.or(wave.sample).unwrap_or_default();
    let repeats = match sample.wave_loop {
        None => "once".to_owned(),
        Some(sustained) => {
            let until = match sustained.kind {
                LoopKind::Forward => "",
                LoopKind::UntilRelease => " until release",
            };
            format!("loop {}+{}{until}", sustained.start, sustained.length)
        }
    };
    writeln!(
        text,
        ": wave {index} \"{}\", {} frames at {} Hz, unity {}, {:+} cents, {:+.1} dB, {repeats}",
        wave.name,
        wave.frames.len(),
        wave.sample_rate,
        sample.unity_note,
        sample.fine_tune,
        sample.gain.db()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instrument_of_the_built_in_bank_is_named() {
        let bank = bank::built_in().expect("compiled in");
        let mut text = String::new();
        describe(&mut text, &bank, true).expect("a string takes everything");
        for instrument in &bank.instruments {
            assert!(text.contains(&instrument.name), "{}", instrument.name);
        }
    }
}
