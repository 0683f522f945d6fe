//! A host that breaks every rule, in C's terms, against small plug-ins behind the boundary.
//!
//! `probe` is the plug-in, `host` the host; every other file is one kind of abuse.

#![expect(unsafe_code, reason = "the host speaks C to the exported entry")]
#![expect(
    clippy::float_cmp,
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::expect_used,
    clippy::multiple_unsafe_ops_per_block,
    reason = "tests may unwrap, compare the exact samples they asked for, and call C in a row with small numbers"
)]

mod host;
mod probe;

#[global_allocator]
static ALLOCATOR: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;

mod audio;
mod command;
mod conforming;
mod eager;
mod events;
mod factory;
mod marks;
mod order;
mod panics;
mod ports;
mod realtime;
mod report;
mod state;
mod threads;
#[cfg(feature = "editor")]
mod window;
