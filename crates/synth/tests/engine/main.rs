//! The engine from outside: messages in, frames out, measured.
//!
//! One binary, so that one global allocator can catch what must not allocate. Numbers in the tests
//! follow the worked examples and tables of \[DLS2\]; the reference level is one note at velocity
//! 127 with volume 127.
#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "tests may unwrap, and turn frames into seconds"
)]

mod bank;
mod block_size;
mod connections;
mod download_table;
mod downloads;
mod effects;
mod envelopes;
mod filter;
mod gain_pan;
mod groups;
mod hostile;
mod interpolation;
mod links;
mod measure;
mod midi;
mod no_alloc;
mod outputs;
mod pins;
mod pitch;
mod port;
mod priorities;
mod replacing;
mod rig;
mod soundfont;
mod unloading;
mod voices;
mod volume;
mod worked_example;

#[global_allocator]
static ALLOCATOR: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;
