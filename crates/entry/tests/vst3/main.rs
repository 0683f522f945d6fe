//! A VST3 host of few lines against a small plug-in behind the VST3 door.
//!
//! `recorder` is the plug-in, which writes down what reaches it; `objects` are the host's objects,
//! `rig` a component with all of them around it; every other file is one part of the interface.

#![cfg(all(feature = "vst3", feature = "editor"))]
#![expect(unsafe_code, reason = "the host speaks VST3's C++ to the component")]
#![expect(
    clippy::float_cmp,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::undocumented_unsafe_blocks,
    clippy::multiple_unsafe_ops_per_block,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "tests may unwrap, compare the exact values they asked for, and call the component in a row with objects that they keep"
)]

mod objects;
mod recorder;
mod rig;

#[global_allocator]
static ALLOCATOR: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;

mod audio;
mod controllers;
mod events;
mod factory;
mod lifecycle;
mod params;
mod programs;
mod realtime;
mod state;
mod view;
