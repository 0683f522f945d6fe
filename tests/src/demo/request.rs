//! The command line of the demonstration.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};

/// How to call it.
pub const USAGE: &str = "\
usage: demo --plugin PATH -o OUT.wav [options]

  --plugin PATH    the .clap bundle
  -o, --output PATH
                   the sound: stereo WAV of 32-bit floats
  --picture PATH   a PNG with waveform and spectrum
  --bank PATH      a .dls bank; without it the built-in one plays
  --song PATH      a Standard MIDI File (.mid) or a text song (.song); without it the built-in song
  --rate HZ        sample rate, 8000..=768000, 48000 without it
  --block FRAMES   block size, 1..=65536, 512 without it

exit code: 0 all is well, 1 something was lost, 2 not done as asked";

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The bundle.
    pub plugin: PathBuf,
    /// A bank, or the built-in one.
    pub bank: Option<PathBuf>,
    /// A song, or the built-in one.
    pub song: Option<PathBuf>,
    /// Frames a second, `8_000..=768_000`.
    pub rate_hz: u32,
    /// Frames a block, `1..=65_536`.
    pub block: u32,
    /// The WAV file.
    pub output: PathBuf,
    /// The PNG file, if one is wanted.
    pub picture: Option<PathBuf>,
}

impl Request {
    /// Reads the arguments behind the program's name.
    ///
    /// # Errors
    /// An unknown option, a missing value or one out of range, or a missing file name.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Self> {
        let mut arguments = arguments.into_iter();
        let (mut plugin, mut bank, mut song) = (None, None, None);
        let (mut output, mut picture) = (None, None);
        let (mut rate_hz, mut block) = (48_000, 512);
        while let Some(option) = arguments.next() {
            let option = option.to_string_lossy().into_owned();
            let mut value = || {
                arguments
                    .next()
                    .with_context(|| format!("{option}: value missing"))
            };
            match option.as_str() {
                "--plugin" => plugin = Some(value()?.into()),
                "--bank" => bank = Some(value()?.into()),
                "--song" => song = Some(value()?.into()),
                "-o" | "--output" => output = Some(value()?.into()),
                "--picture" => picture = Some(value()?.into()),
                "--rate" => rate_hz = number(&option, &value()?, 8_000, 768_000)?,
                "--block" => block = number(&option, &value()?, 1, 65_536)?,
                other => bail!("`{other}` is not an option"),
            }
        }
        let output: PathBuf = output.context("-o OUT.wav is missing")?;
        ensure!(
            picture.as_ref() != Some(&output),
            "sound and picture have the same name"
        );
        Ok(Self {
            plugin: plugin.context("--plugin PATH is missing")?,
            bank,
            song,
            rate_hz,
            block,
            output,
            picture,
        })
    }
}

fn number(option: &str, text: &OsString, least: u32, most: u32) -> Result<u32> {
    let text = text.to_string_lossy();
    let number = text
        .parse()
        .ok()
        .filter(|number| (least..=most).contains(number));
    number.with_context(|| format!("{option}: `{text}` is not a number {least}..={most}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Request> {
        Request::parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        let request = parse("--plugin a.clap -o b.wav").unwrap();
        assert_eq!((request.rate_hz, request.block), (48_000, 512));
        assert_eq!(
            (request.bank, request.song, request.picture),
            (None, None, None)
        );
    }

    #[test]
    fn every_option_is_understood() {
        let line = "--plugin a --bank b --song c --rate 96000 --block 64 --output d --picture e";
        let request = parse(line).unwrap();
        assert_eq!((request.rate_hz, request.block), (96_000, 64));
        assert_eq!(request.picture, Some("e".into()));
    }

    #[test]
    fn mistakes_are_named() {
        for (line, part) in [
            ("-o b.wav", "--plugin"),
            ("--plugin a", "-o OUT.wav"),
            ("--plugin a -o b --rate 1", "8000..=768000"),
            ("--plugin a -o b --block", "--block: value missing"),
            ("--plugin a -o b --loud", "--loud"),
            ("--plugin a -o b --picture b", "same name"),
        ] {
            let error = format!("{:#}", parse(line).unwrap_err());
            assert!(error.contains(part), "{error}");
        }
    }
}
