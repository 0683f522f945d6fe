//! Bank files: found where they are now, read once, shared by all who play them.
//!
//! In: a path, or a [`BankReference`] that a project saved. Out: a [`LoadedBank`], the same one for
//! everybody in the process as long as somebody holds it. Nothing here makes a sound or knows a
//! host. Owner: [`Library::process`] for a program, a library of its own for a test.
//! Thread: any but render; everything here reads files, waits or allocates.
//!
//! Where to start: [`Library::open`], then `search` for the order in which a bank is looked for.
//!
//! ```
//! use dmus_library::{BankReference, Library, OpenError, Places, Progress};
//!
//! let library = Library::new(Places::default());
//! let gone = BankReference { path: "no/such/bank.dls".into(), ..BankReference::default() };
//! let error = library.open(&gone, None, &Progress::new()).unwrap_err();
//! assert!(matches!(error, OpenError::NotFound { .. }));
//! ```

#![forbid(unsafe_code)]

mod base64;
mod copy;
mod default_bank;
mod embedding;
mod error;
mod flights;
mod hash;
mod index;
mod library;
mod loaded;
mod places;
mod planes;
mod progress;
mod reading;
mod reference;
mod replacement;
mod search;
mod variables;

pub use copy::{BankCopy, CopyError, MAX_COPY_BYTES};
pub use default_bank::default_bank;
pub use embedding::MustNotEmbed;
pub use error::{LoadError, OpenError, Skipped};
pub use hash::BankHash;
pub use library::Library;
pub use loaded::LoadedBank;
pub use places::{Environment, Places, Platform};
pub use progress::{Phase, Progress, Snapshot};
pub use reading::MAX_FILE_BYTES;
pub use reference::{BankReference, Base, Relative};
pub use replacement::replace_file;
pub use search::{Found, Opened};
