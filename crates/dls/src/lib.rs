//! Downloadable sounds: bytes to a neutral bank, and back.
//!
//! In: the bytes of a DLS Level 1 or Level 2 file, of a SoundFont 2 or 3 file, or of an RMID or
//! XMF file that carries one of them.
//! Out: a [`Bank`], plain data in real words, with every leniency of the reader in
//! [`Bank::warnings`]; [`write::to_dls`] turns a bank into a DLS Level 2 file again.
//! [`download`] does both for the chunks by which single instruments and waves are downloaded.
//! Nothing here opens a file, plays a sound or knows a host.
//!
//! Strict about structure, lenient about content: bytes that are no collection at all are a
//! [`ReadError`] with its offset and chunk path, everything else is put right where that can be
//! done, or left out, and said so.
//!
//! Where to start: [`bank`] for the model, `dls` and `sf2` for the readers, [`Bank::deliver`] for
//! banks that need not be there as a whole, [`mod@write`] for the writer.
//!
//! Limits: compressed containers are recognised and refused, waves in MPEG codings are left out
//! with a warning. Phase groups, speaker masks and editing layers are kept, chunks of others are
//! skipped. `docs/formats.md` has every chunk and what becomes of it.

#![forbid(unsafe_code)]

pub mod bank;
pub mod defaults;
pub mod download;
pub mod error;
pub mod limits;
pub mod units;
pub mod write;

mod dls;
mod extension;
mod findings;
mod form;
mod frames;
mod image;
mod options;
mod riff;
mod sf2;
mod xmf;

pub use bank::Bank;
pub use error::{Defect, FourCc, ReadError, ReadErrorKind, Warning};
pub use image::Image;
pub use options::{Attenuation, ReadOptions};

impl Bank {
    /// Reads a bank file; which form it has is found out from its first bytes.
    ///
    /// - `bytes`: the whole file
    /// - returns the bank; nothing borrows from `bytes`, of which it keeps one copy
    ///
    /// Memory is bounded by a small multiple of `bytes.len()`, whatever the file declares, and
    /// time is linear in it but for one binary search per region. Recordings of 16 bit are played
    /// in the copy of the file; see [`from_image`](Self::from_image) for a file that is already
    /// where it can stay.
    ///
    /// ```
    /// use dmus_dls::{Bank, ReadErrorKind};
    ///
    /// let error = Bank::read(b"RIFF\x04\0\0\0WAVE").unwrap_err();
    /// assert!(matches!(error.kind, ReadErrorKind::UnsupportedForm { .. }));
    /// assert_eq!((error.offset, error.path.as_str()), (8, "RIFF(WAVE)"));
    /// ```
    ///
    /// # Errors
    /// [`ReadError`] when the bytes are no collection: not RIFF, another form, no instruments or
    /// no wave pool, or a condition of the file itself that excludes this reader. Nothing is wrong
    /// with the call; another file may do.
    ///
    /// # Real-time
    /// Control side only. Not real-time: allocates.
    ///
    /// # Source
    /// \[DLS2\] file structure; \[SF2\] file structure.
    pub fn read(bytes: &[u8]) -> Result<Self, ReadError> {
        Self::from_image(&Image::from_bytes(bytes))
    }

    /// Reads a bank from a file in memory, whose recordings may stay where they are.
    ///
    /// - `image`: the whole file; the bank shares its memory, so that a bank of 16-bit recordings
    ///   takes little more than its file
    ///
    /// # Errors
    /// As [`read`](Self::read).
    ///
    /// # Real-time
    /// Control side only. Not real-time: allocates.
    pub fn from_image(image: &Image) -> Result<Self, ReadError> {
        Self::from_image_with(image, ReadOptions::default())
    }

    /// As [`from_image`](Self::from_image), with a say in what files leave open.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    ///
    /// # Real-time
    /// Control side only. Not real-time: allocates.
    pub fn from_image_with(image: &Image, options: ReadOptions) -> Result<Self, ReadError> {
        Self::gather(image, options)
    }
}
