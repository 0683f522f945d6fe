//! The library on real folders: sharing, searching, the index, progress and its end.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

#[path = "library/copies.rs"]
mod copies;
#[path = "library/embedding.rs"]
mod embedding;
#[path = "library/recall.rs"]
mod recall;
#[path = "library/rig.rs"]
mod rig;
#[path = "library/sharing.rs"]
mod sharing;
