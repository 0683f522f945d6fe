//! A copy of the programs that a project uses of a bank, small enough to travel in the project.
//!
//! In: a bank's file, the programs that are wanted. Out: a DLS file of those, with just their waves
//! and connections, compressed; and again a bank that plays. Thread: any but render.

use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use dmus_dls::bank::Patch;
use dmus_dls::{Bank, Image, ReadError, write};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::base64;
use crate::error::LoadError;
use crate::hash::BankHash;
use crate::library::Library;
use crate::loaded::LoadedBank;
use crate::planes;
use crate::progress::Progress;
use crate::reading;
use crate::reference::BankReference;

/// Longest copy, compressed, bytes: hosts keep a state in memory, some of them many times.
pub const MAX_COPY_BYTES: usize = 64 << 20;

/// Longest copy when it is unpacked, bytes.
const MAX_UNPACKED_BYTES: u64 = 512 << 20;

/// How hard it is compressed: more takes far longer and gives a hundredth.
const LEVEL: i32 = 3;

/// The programs that a project uses of one bank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankCopy {
    /// What it was asked to hold, whether the bank has it or not.
    #[serde(serialize_with = "numbers_of", deserialize_with = "patches_of")]
    patches: BTreeSet<Patch>,
    /// The DLS file, compressed; empty if the bank has nothing of that.
    #[serde(serialize_with = "text_of", deserialize_with = "bytes_of")]
    data: Arc<[u8]>,
}

/// Why there is no copy, or no bank in it.
#[derive(Debug)]
#[non_exhaustive]
pub enum CopyError {
    /// The file is not what it was when it was loaded.
    Changed,
    /// The file cannot be read.
    File(LoadError),
    /// The file is no bank any more.
    Read(ReadError),
    /// So many bytes, compressed; more than [`MAX_COPY_BYTES`].
    TooLong(usize),
    /// The copy cannot be packed or unpacked.
    Packing(io::Error),
    /// Nothing of the bank was used.
    Empty,
}

impl fmt::Display for CopyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed => f.write_str("the file has changed since it was loaded"),
            Self::File(error) => error.fmt(f),
            Self::Read(error) => error.fmt(f),
            Self::TooLong(bytes) => write!(
                f,
                "its programs take {bytes} bytes, at most {MAX_COPY_BYTES} fit into a project"
            ),
            Self::Packing(error) => error.fmt(f),
            Self::Empty => f.write_str("the copy in the project holds no program"),
        }
    }
}

impl std::error::Error for CopyError {}

impl BankCopy {
    /// Copies programs of a bank out of its file.
    ///
    /// - `path`, `hash`: of the file as it was loaded
    /// - `patches`: what is wanted; what the bank does not have is passed over
    ///
    /// # Errors
    /// [`CopyError`], which says what is wrong with the file, or how long the copy would be.
    ///
    /// # Real-time
    /// Not real-time: reads, allocates.
    pub fn of_file(
        path: &Path,
        hash: BankHash,
        patches: BTreeSet<Patch>,
    ) -> Result<Self, CopyError> {
        let (image, read, _) =
            reading::read(path, |_| None, &Progress::new()).map_err(CopyError::File)?;
        if read != hash {
            return Err(CopyError::Changed);
        }
        let bank = Bank::from_image(&image).map_err(CopyError::Read)?;
        let part = bank.trimmed(|patch| patches.contains(&patch));
        if part.instruments.is_empty() {
            let data = Arc::default();
            return Ok(Self { patches, data });
        }
        let packed = zstd::bulk::compress(&planes::split(&write::to_dls(&part)), LEVEL);
        let data: Arc<[u8]> = packed.map_err(CopyError::Packing)?.into();
        if data.len() > MAX_COPY_BYTES {
            return Err(CopyError::TooLong(data.len()));
        }
        Ok(Self { patches, data })
    }

    /// What it was asked to hold.
    #[must_use]
    pub const fn patches(&self) -> &BTreeSet<Patch> {
        &self.patches
    }

    /// What it adds to a project, bytes; the text of a state adds a third before it is compressed.
    #[must_use]
    pub fn size(&self) -> usize {
        self.data.len()
    }

    /// The bank in the copy.
    ///
    /// # Errors
    /// [`CopyError`], if there is none.
    pub(crate) fn unpack(&self) -> Result<Image, CopyError> {
        if self.data.is_empty() {
            return Err(CopyError::Empty);
        }
        let mut bytes = Vec::new();
        let unpacked = zstd::Decoder::new(&*self.data)
            .and_then(|decoder| decoder.take(MAX_UNPACKED_BYTES).read_to_end(&mut bytes));
        unpacked.map_err(CopyError::Packing)?;
        Ok(Image::from_bytes(&planes::join(&bytes)))
    }
}

impl Library {
    /// The bank in a copy: the one that is in memory already, or a new one.
    ///
    /// - `reference`: of the bank that it was copied from, for its title
    ///
    /// # Errors
    /// [`CopyError`], if there is none.
    ///
    /// # Real-time
    /// Not real-time: allocates.
    pub(crate) fn load_copy(
        &self,
        copy: &BankCopy,
        reference: &BankReference,
    ) -> Result<Arc<LoadedBank>, CopyError> {
        let image = copy.unpack()?;
        let name = Path::new(reference.file_name());
        self.load_image(&image, name).map_err(CopyError::File)
    }
}

/// Drum flag, bank and program in 22 bits, from the highest.
fn number(patch: Patch) -> u32 {
    u32::from(patch.drums) << 21
        | u32::from(patch.bank_msb & 0x7F) << 14
        | u32::from(patch.bank_lsb & 0x7F) << 7
        | u32::from(patch.program & 0x7F)
}

/// What [`number`] has made; higher bits are passed over.
const fn patch(number: u32) -> Patch {
    Patch {
        drums: number >> 21 & 1 == 1,
        bank_msb: (number >> 14 & 0x7F) as u8,
        bank_lsb: (number >> 7 & 0x7F) as u8,
        program: (number & 0x7F) as u8,
    }
}

fn numbers_of<S: Serializer>(patches: &BTreeSet<Patch>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(patches.iter().copied().map(number))
}

fn patches_of<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<Patch>, D::Error> {
    let numbers = Vec::<u32>::deserialize(deserializer)?;
    Ok(numbers.into_iter().map(patch).collect())
}

fn text_of<S: Serializer>(data: &Arc<[u8]>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&base64::encode(data))
}

/// A state stays readable whatever stands where a copy should be: that one is empty.
fn bytes_of<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<[u8]>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok(base64::decode(&text).unwrap_or_default().into())
}
