//! What a file holds, in 32 bytes.
//!
//! In: the bytes of a file. Out: a value that names them, whatever the file is called.
//! Thread: any.

use std::fmt;
use std::ops::ControlFlow;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Bytes that are hashed between two reports.
const STEP: usize = 4 << 20;

/// BLAKE3 of a whole bank file; written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BankHash([u8; 32]);

impl BankHash {
    /// The hash of bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// The hash of bytes, unless `progress`, told how many are done, puts an end to it.
    pub(crate) fn with_progress(
        bytes: &[u8],
        mut progress: impl FnMut(usize) -> ControlFlow<()>,
    ) -> Option<Self> {
        let mut hasher = blake3::Hasher::new();
        let mut done = 0;
        for step in bytes.chunks(STEP) {
            hasher.update(step);
            done += step.len();
            if progress(done).is_break() {
                return None;
            }
        }
        Some(Self(*hasher.finalize().as_bytes()))
    }
}

impl fmt::Display for BankHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for BankHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is no hash: 64 hexadecimal digits are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoHash;

impl FromStr for BankHash {
    type Err = NoHash;

    fn from_str(text: &str) -> Result<Self, NoHash> {
        blake3::Hash::from_hex(text)
            .map(|hash| Self(*hash.as_bytes()))
            .map_err(|_| NoHash)
    }
}

impl Serialize for BankHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BankHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map_err(|NoHash| serde::de::Error::custom("64 hexadecimal digits are a hash"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_that_of_the_specification_and_comes_back_from_its_text() {
        let empty = BankHash::of(b"");
        let text = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";
        assert_eq!(empty.to_string(), text);
        assert_eq!(text.parse(), Ok(empty));
        assert_eq!("af13".parse::<BankHash>(), Err(NoHash));
    }

    #[test]
    fn a_hash_in_steps_is_the_hash_of_all_and_may_be_ended() {
        let bytes: Vec<u8> = (0..=255_u8).cycle().take(2 * STEP + 7).collect();
        let mut seen = Vec::new();
        let hash = BankHash::with_progress(&bytes, |done| {
            seen.push(done);
            ControlFlow::Continue(())
        });
        assert_eq!(hash, Some(BankHash::of(&bytes)));
        assert_eq!(seen, [STEP, 2 * STEP, 2 * STEP + 7]);
        assert_eq!(
            BankHash::with_progress(&bytes, |_| ControlFlow::Break(())),
            None
        );
    }
}
