//! A bank in memory, ready to be handed to an engine.

use std::path::Path;
use std::sync::Arc;

use dmus_dls::{Bank, Image, ReadOptions};
use dmus_synth::{Collection, Compiler};

use crate::embedding::{self, MustNotEmbed};
use crate::error::LoadError;
use crate::hash::BankHash;

/// A bank, compiled, with what a person wants to know about it.
///
/// Shared: whoever asks the library for the same content gets the same one.
#[derive(Debug, Clone)]
pub struct LoadedBank {
    /// Names the content.
    pub hash: BankHash,
    /// The bank's own title, or the file's name when it has none.
    pub title: String,
    /// Length of the file, bytes.
    pub size: u64,
    /// Leniencies of the reader.
    pub warnings: usize,
    /// What the engine plays.
    pub collection: Arc<Collection>,
    embedding: Result<(), MustNotEmbed>,
}

impl LoadedBank {
    /// Makes something that plays of a file in memory.
    ///
    /// - `name`: of the file, for a bank without a title
    ///
    /// # Errors
    /// [`LoadError::Read`] and [`LoadError::Compile`].
    ///
    /// # Real-time
    /// Not real-time: allocates.
    pub fn of_image(image: &Image, hash: BankHash, name: &Path) -> Result<Self, LoadError> {
        // The bank is never there as a whole: every part is compiled as soon as it is read.
        let mut compiler = Compiler::new();
        let bank =
            Bank::deliver(image, ReadOptions::default(), &mut compiler).map_err(LoadError::Read)?;
        let collection = compiler
            .finish(bank.info.name.clone())
            .map_err(LoadError::Compile)?;
        let file = name
            .file_name()
            .map_or_else(|| name.to_string_lossy(), |name| name.to_string_lossy());
        let title = match bank.info.name.trim() {
            "" => file.as_ref(),
            title => title,
        };
        Ok(Self {
            hash,
            title: title.to_owned(),
            size: image.bytes().len() as u64,
            warnings: bank.warnings.len(),
            collection: Arc::new(collection),
            embedding: embedding::check(&file, &bank.info.copyright),
        })
    }

    /// Whether a project may carry a copy of the bank.
    ///
    /// # Errors
    /// [`MustNotEmbed`], which says why it may not.
    pub fn may_embed(&self) -> Result<(), MustNotEmbed> {
        self.embedding.clone()
    }
}
