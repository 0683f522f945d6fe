//! The test host: loads the built bundles, plays them, measures what comes out.
//!
//! It sees the plug-in only as a host does, through the bundle on disk; it links none of the
//! product's crates but the songs. A test reads from top to bottom: find a [`bundle`], make a
//! [`host::Plugin`], write music as a [`timeline::Timeline`], let the [`player`] play it, ask
//! [`audio`] about the result and [`report`] about the losses.
//!
//! Thread: an instance lives on the thread that made it, which is both its main and its audio
//! thread, one call at a time. Owner: each test owns its instances.
//! Source: \[CLAP\] plugin.h, events.h, ext/params.h, ext/state.h.

pub mod audio;
pub mod bundle;
mod command;
pub mod demo;
pub mod fixture;
pub mod host;
pub mod picture;
pub mod player;
pub mod report;
#[cfg(all(feature = "screen", target_os = "linux"))]
pub mod screen;
pub mod script;
pub mod timeline;
pub mod wav;
