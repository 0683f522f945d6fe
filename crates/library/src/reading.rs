//! One file into memory, in one pass, with its name by content.
//!
//! In: a path. Out: an [`Image`] and its hash. Thread: any but render.

use std::fs::{self, File, Metadata};
use std::path::Path;
use std::time::UNIX_EPOCH;

use dmus_dls::Image;

use crate::error::LoadError;
use crate::hash::BankHash;
use crate::progress::{Phase, Progress};

/// Longest file that is read, bytes: what a RIFF file can count.
pub const MAX_FILE_BYTES: u64 = u32::MAX as u64;

/// What tells a file from what it was before without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Stamp {
    /// Length, bytes.
    pub(crate) size: u64,
    /// When it was changed, ns since 1970; 0 where nobody knows.
    pub(crate) modified: u64,
}

impl Stamp {
    /// The stamp of a regular file of legal length.
    ///
    /// A pipe would wait for its writer, a device never end: such are not even opened.
    pub(crate) fn of(path: &Path) -> Result<Self, LoadError> {
        Self::check(&fs::metadata(path).map_err(LoadError::File)?)
    }

    fn check(about: &Metadata) -> Result<Self, LoadError> {
        if !about.is_file() {
            return Err(LoadError::NotAFile);
        }
        if about.len() > MAX_FILE_BYTES {
            return Err(LoadError::TooLong(about.len()));
        }
        let since = about
            .modified()
            .ok()
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Ok(Self {
            size: about.len(),
            modified: since.map_or(0, |since| {
                u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
            }),
        })
    }
}

/// Reads a file and names it.
///
/// - `known`: the hash of a file with a stamp, if it was found out before
/// - returns the stamp of exactly what was read
pub(crate) fn read(
    path: &Path,
    known: impl FnOnce(Stamp) -> Option<BankHash>,
    progress: &Progress,
) -> Result<(Image, BankHash, Stamp), LoadError> {
    Stamp::of(path)?;
    let file = File::open(path).map_err(LoadError::File)?;
    // Asked of the open file: the path may name another by now.
    let stamp = Stamp::check(&file.metadata().map_err(LoadError::File)?)?;
    let length = usize::try_from(stamp.size).map_err(|_| LoadError::TooLong(stamp.size))?;
    progress.begin(Phase::Reading, stamp.size);
    let image = Image::read_file(&file, length, &mut |done| progress.advance(done))
        .map_err(LoadError::File)?
        .ok_or(LoadError::Cancelled)?;
    let whole = Stamp {
        size: image.bytes().len() as u64,
        ..stamp
    };
    if let Some(hash) = known(whole) {
        return Ok((image, hash, whole));
    }
    progress.begin(Phase::Hashing, whole.size);
    let hash = BankHash::with_progress(image.bytes(), |done| progress.advance(done))
        .ok_or(LoadError::Cancelled)?;
    Ok((image, hash, whole))
}
