//! Patches as a person writes them: `[drums:][MSB:LSB:]PROGRAM`, programs counted from 1.

use std::fmt;
use std::str::FromStr;

use dmus_dls::bank::Patch;

/// A patch of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PatchName(pub(crate) Patch);

impl fmt::Display for PatchName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Patch {
            drums,
            bank_msb,
            bank_lsb,
            program,
        } = self.0;
        let drums = if drums { "drums:" } else { "" };
        let text = format!("{drums}{bank_msb}:{bank_lsb}:{}", u16::from(program) + 1);
        f.pad(&text)
    }
}

impl FromStr for PatchName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refused = || {
            format!(
                "`{text}` is no patch: [drums:][MSB:LSB:]PROGRAM, banks 0 to 127, programs 1 to 128"
            )
        };
        let (drums, numbers) = match text.strip_prefix("drums:") {
            Some(numbers) => (true, numbers),
            None => (false, text),
        };
        let numbers: Vec<u8> = numbers
            .split(':')
            .map(str::parse::<u8>)
            .collect::<Result<_, _>>()
            .map_err(|_| refused())?;
        let (bank_msb, bank_lsb, program) = match numbers[..] {
            [program] => (0, 0, program),
            [msb, lsb, program] => (msb, lsb, program),
            _ => return Err(refused()),
        };
        if bank_msb > 127 || bank_lsb > 127 || !(1..=128).contains(&program) {
            return Err(refused());
        }
        Ok(Self(Patch {
            drums,
            bank_msb,
            bank_lsb,
            program: program - 1,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for text in ["0:0:1", "121:3:128", "drums:0:0:41"] {
            let patch: PatchName = text.parse().expect("a patch");
            assert_eq!(patch.to_string(), text);
        }
        let short: PatchName = "drums:9".parse().expect("a patch");
        assert_eq!(short.to_string(), "drums:0:0:9");
    }

    #[test]
    fn numbers_out_of_range_are_refused_with_the_range() {
        for text in ["0", "129", "128:0:1", "1:2", "kit", "drums:", "1:2:3:4", ""] {
            let error = text.parse::<PatchName>().expect_err("refused");
            assert!(error.contains("programs 1 to 128"), "{error}");
        }
    }
}
