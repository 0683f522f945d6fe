//! The only atomics of the workspace: data published from one thread and read on another.
//!
//! Owner: each half by its thread. Thread: as each type says; all operations are wait-free.
//!
//! Built with `--cfg dmus_loom` the same code runs on loom's atomics, and the models in `tests/`
//! try every interleaving and reordering. Each ordering that matters has a name; a model run with
//! that name in the environment variable `DMUS_MUTANT` weakens it to `Relaxed` and must fail. So has
//! each pair of steps that must be taken in turn, which such a run swaps.
//! The names are listed in `tests/mutants.txt`.
//!
//! ```text
//! RUSTFLAGS="--cfg dmus_loom" cargo test -p dmus-kernel --release --test loom_published
//! RUSTFLAGS="--cfg dmus_loom" DMUS_MUTANT=published_word_store \
//!     cargo test -p dmus-kernel --release --test loom_published      # must fail
//! ```

mod bits;
mod counter;
mod cyclic;
mod mailbox;
mod published;
mod ring;
mod shim;
mod signal;
mod turn;

pub use bits::Bits;
pub use counter::Counter;
pub use cyclic::{CyclicMemory, CyclicMiss, CyclicReader, CyclicWriter, cyclic};
pub use mailbox::Mailbox;
pub use published::{Reader, Writer, published};
pub(crate) use ring::{Consumer, Producer, ring};
pub use signal::Signal;
pub(crate) use turn::in_turn;
