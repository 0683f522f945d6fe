//! A small DLS bank made of bytes, with sounds whose truth is known to the frame.
//!
//! Nothing here shares code with the product: what the reader under test must understand is
//! written down once more, from the specification.
//! Source: \[DLS2\] chunks `colh`, `insh`, `rgnh`, `wsmp`, `wlnk`, `art2`, `ptbl`, `wave`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};

use crate::bundle;
use crate::host::{Bundle, Plugin};

/// Frames of the click, all of one height.
pub const CLICK_FRAMES: usize = 32;

/// Programs of the bank, counted from 0.
pub mod program {
    /// A click of [`CLICK_FRAMES`](super::CLICK_FRAMES) frames, full from its first frame on.
    pub const CLICK: u8 = 0;
    /// A looped sine of 440 Hz, unity note 69, recorded at 44 100 Hz.
    pub const SINE: u8 = 1;
    /// A constant that attacks for 2 s.
    pub const ATTACK: u8 = 2;
    /// A constant that decays for 10 s to a sustain of 50 %.
    pub const DECAY: u8 = 3;
    /// A constant that releases for 2 s.
    pub const RELEASE: u8 = 4;
    /// A constant: at once, for ever, gone at note-off.
    pub const CONSTANT: u8 = 5;
    /// A constant that decays for 1 s to a sustain of 0.
    pub const FADE: u8 = 6;
    /// A looped sine of 660 Hz at key 69.
    pub const FIFTH: u8 = 7;
}

/// Connection destinations of the volume envelope.
const ATTACK_TIME: u16 = 0x0206;
const DECAY_TIME: u16 = 0x0207;
const RELEASE_TIME: u16 = 0x0209;
const SUSTAIN_LEVEL: u16 = 0x020a;

/// A recording.
#[derive(Debug, Clone)]
struct Wave {
    rate_hz: u32,
    frames: Vec<i16>,
    unity_note: u16,
    looped: bool,
}

/// A program of one region over all keys.
#[derive(Debug, Clone)]
struct Instrument {
    name: &'static str,
    wave: u32,
    /// Destination and scale of connections without source and control.
    articulation: Vec<(u16, i32)>,
}

/// The bank as the bytes of a file.
#[must_use]
pub fn bank() -> Vec<u8> {
    bank_of("Known Sounds", 0)
}

/// The same sounds under another title, with a recording beside them that nothing plays.
///
/// - `ballast`: frames of that recording; they make the file long
#[must_use]
pub fn bank_of(title: &str, ballast: usize) -> Vec<u8> {
    let mut waves = vec![
        Wave {
            rate_hz: 48_000,
            frames: vec![30_000; CLICK_FRAMES],
            unity_note: 60,
            looped: false,
        },
        // 22 periods of 440 Hz, 33 of 660 Hz, fill 2 205 frames at 44 100 Hz exactly.
        Wave {
            rate_hz: 44_100,
            frames: sine(2_205, 22),
            unity_note: 69,
            looped: true,
        },
        Wave {
            rate_hz: 48_000,
            frames: vec![30_000; 64],
            unity_note: 60,
            looped: true,
        },
        Wave {
            rate_hz: 44_100,
            frames: sine(2_205, 33),
            unity_note: 69,
            looped: true,
        },
    ];
    waves.extend(unplayed(ballast));
    let instrument = |name, wave, articulation: &[(u16, i32)]| Instrument {
        name,
        wave,
        articulation: articulation.to_vec(),
    };
    let instruments = [
        instrument("Click", 0, &[]),
        instrument("Sine", 1, &[]),
        instrument("Attack", 2, &[(ATTACK_TIME, time_cents(2.0))]),
        instrument(
            "Decay",
            2,
            &[
                (DECAY_TIME, time_cents(10.0)),
                (SUSTAIN_LEVEL, permille(500)),
            ],
        ),
        instrument("Release", 2, &[(RELEASE_TIME, time_cents(2.0))]),
        instrument("Constant", 2, &[]),
        instrument(
            "Fade",
            2,
            &[(DECAY_TIME, time_cents(1.0)), (SUSTAIN_LEVEL, permille(0))],
        ),
        instrument("Fifth", 3, &[]),
    ];
    let lists: Vec<_> = (0_u32..)
        .zip(&instruments)
        .map(|(number, one)| one.chunk(number))
        .collect();
    let waves: Vec<_> = waves.iter().map(Wave::chunk).collect();
    let mut offset = 0_u32;
    let mut table = words(&[8, length(waves.len())]);
    for wave in &waves {
        table.extend(offset.to_le_bytes());
        offset += length(wave.len());
    }
    let body = [
        chunk(b"colh", &words(&[length(instruments.len())])),
        list(b"lins", &lists.concat()),
        chunk(b"ptbl", &table),
        list(b"wvpl", &waves.concat()),
        list(b"INFO", &chunk(b"INAM", &[title.as_bytes(), &[0]].concat())),
    ];
    chunk(b"RIFF", &[b"DLS ".as_slice(), &body.concat()].concat())
}

/// A recording that nothing plays, if it has any frames.
fn unplayed(frames: usize) -> Option<Wave> {
    // No two frames in a row alike, so that nothing can be packed.
    let noise = (0..frames).map(|frame| frame.wrapping_mul(40_503).to_le_bytes());
    (frames > 0).then(|| Wave {
        rate_hz: 48_000,
        frames: noise
            .map(|[low, high, ..]| i16::from_le_bytes([low, high]))
            .collect(),
        unity_note: 60,
        looped: false,
    })
}

impl Instrument {
    fn chunk(&self, program: u32) -> Vec<u8> {
        // All keys, all velocities, no options, no group.
        let header = halves(&[0, 127, 0, 127, 0, 0]);
        let link = [halves(&[0, 0]), words(&[1, self.wave])].concat();
        let region = [chunk(b"rgnh", &header), chunk(b"wlnk", &link)].concat();
        let mut connections = words(&[8, length(self.articulation.len())]);
        for &(destination, scale) in &self.articulation {
            connections.extend(halves(&[0, 0, destination, 0]));
            connections.extend(scale.to_le_bytes());
        }
        let name = [self.name.as_bytes(), &[0]].concat();
        let body = [
            chunk(b"insh", &words(&[1, 0, program])),
            list(b"lrgn", &list(b"rgn2", &region)),
            list(b"lar2", &chunk(b"art2", &connections)),
            list(b"INFO", &chunk(b"INAM", &name)),
        ];
        list(b"ins ", &body.concat())
    }
}

impl Wave {
    fn chunk(&self) -> Vec<u8> {
        let mut format = halves(&[1, 1]);
        format.extend(words(&[self.rate_hz, self.rate_hz * 2]));
        format.extend(halves(&[2, 16]));
        let data: Vec<u8> = self
            .frames
            .iter()
            .flat_map(|frame| frame.to_le_bytes())
            .collect();
        let mut sample = words(&[20]);
        sample.extend(halves(&[self.unity_note, 0]));
        // No gain; no truncation and no compression, please; one loop or none.
        sample.extend(words(&[0, 3, u32::from(self.looped)]));
        if self.looped {
            sample.extend(words(&[16, 0, 0, length(self.frames.len())]));
        }
        list(
            b"wave",
            &[
                chunk(b"fmt ", &format),
                chunk(b"data", &data),
                chunk(b"wsmp", &sample),
            ]
            .concat(),
        )
    }
}

/// `periods` of a sine in `frames` frames.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a few thousand frames of 16 bits"
)]
fn sine(frames: usize, periods: u32) -> Vec<i16> {
    let turn = std::f64::consts::TAU * f64::from(periods) / frames as f64;
    (0..frames)
        .map(|frame| ((turn * frame as f64).sin() * 30_000.0).round() as i16)
        .collect()
}

/// Seconds as 16.16 time cents.
#[expect(
    clippy::cast_possible_truncation,
    reason = "times of a few seconds fit"
)]
fn time_cents(seconds: f64) -> i32 {
    (seconds.log2() * 1_200.0 * 65_536.0).round() as i32
}

/// Tenths of a per cent as 16.16.
const fn permille(value: i32) -> i32 {
    value * 65_536
}

fn chunk(id: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut bytes = [id.as_slice(), &length(data.len()).to_le_bytes(), data].concat();
    if data.len() % 2 == 1 {
        bytes.push(0);
    }
    bytes
}

fn list(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    chunk(b"LIST", &[kind.as_slice(), data].concat())
}

fn words(values: &[u32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

fn halves(values: &[u16]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

/// A length as the file writes it; what is built here is far below 4 GB.
fn length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// A folder of its own below the system's temporary one, gone with its owner.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// A new, empty folder.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn new() -> Result<Self> {
        static COUNT: Mutex<u32> = Mutex::new(0);
        let mut count = COUNT.lock().unwrap_or_else(PoisonError::into_inner);
        *count += 1;
        let name = format!("dmus-host-tests-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).with_context(|| format!("making {}", path.display()))?;
        Ok(Self { path })
    }

    /// Writes a file into the folder.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<PathBuf> {
        let path = self.path.join(name);
        fs::write(&path, bytes).with_context(|| format!("writing {}", path.display()))?;
        Ok(path)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that stays behind in the temporary folder harms nobody.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// An instance of the CLAP bundle that plays the bank; the folder must live as long.
///
/// # Errors
/// The bundle cannot be loaded, or the instance does not start.
pub fn playing(rate_hz: u32, max_frames: u32) -> Result<(Plugin, Folder)> {
    let folder = Folder::new()?;
    let bank = folder.write("known.dls", &bank())?;
    let mut plugin = Bundle::load(&bundle::clap()?)?.instance()?;
    plugin.load_state(&state_naming(&bank))?;
    plugin.run(rate_hz, max_frames)?;
    Ok((plugin, folder))
}

/// A saved state that names a bank and leaves everything else at its default but the effects: what
/// is measured of a known sound is the bank's, and no room's.
#[must_use]
pub fn state_naming(bank: &Path) -> Vec<u8> {
    let path = json_string(&bank.to_string_lossy());
    let field = json_string(&format!("{{\"format\":1,\"path\":{path}}}"));
    state_of(&format!(
        "{{\"version\":\"0.1.0\",\"params\":{{\"dry\":{{\"bool\":true}}}},\"fields\":{{\"bank\":{field}}}}}"
    ))
}

/// A saved state of this JSON text: its length in eight bytes, least first, then the text.
///
/// The plug-in writes the text compressed and reads it either way.
#[must_use]
pub fn state_of(json: &str) -> Vec<u8> {
    let length = u64::try_from(json.len()).unwrap_or(u64::MAX);
    [length.to_le_bytes().as_slice(), json.as_bytes()].concat()
}

/// A text as a JSON string, quotes included.
fn json_string(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            control if control < ' ' => quoted.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bank_is_one_whole_chunk() {
        let bytes = bank();
        let declared = u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]);
        assert_eq!(usize::try_from(declared).unwrap() + 8, bytes.len());
        assert_eq!(&bytes[8..12], b"DLS ");
    }

    #[test]
    fn a_second_is_zero_time_cents() {
        assert_eq!(time_cents(1.0), 0);
        assert_eq!(time_cents(2.0), 1_200 * 65_536);
    }

    #[test]
    fn paths_are_quoted_twice() {
        let state = state_naming(Path::new("C:\\a \"b\".dls"));
        let state = String::from_utf8(state[8..].to_vec()).unwrap();
        assert!(
            state.contains(r#""{\"format\":1,\"path\":\"C:\\\\a \\\"b\\\".dls\"}""#),
            "{state}"
        );
    }

    #[test]
    fn a_folder_goes_with_its_owner() {
        let folder = Folder::new().unwrap();
        let path = folder.write("a", b"b").unwrap();
        assert!(path.exists());
        drop(folder);
        assert!(!path.exists());
    }
}
