//! Every interleaving and reordering of threads that raise pending bits and one that takes them.
//!
//! The model must pass, and fail with any one ordering weakened: see `tests/mutants.txt`.
#![cfg(dmus_loom)]

use std::sync::Arc;

use dmus_kernel::sync::Signal;
use loom::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

#[test]
fn what_was_written_before_a_bit_is_seen_with_it_and_no_bit_is_lost() {
    loom::model(|| {
        let signal = Arc::new(Signal::new());
        let bytes = Arc::new([AtomicU64::new(0), AtomicU64::new(0)]);
        let raisers = [0, 1].map(|index| {
            let (signal, bytes) = (Arc::clone(&signal), Arc::clone(&bytes));
            thread::spawn(move || {
                // Relaxed: the signal alone must carry it across.
                bytes[index].store(7, Ordering::Relaxed);
                signal.raise(1 << index);
            })
        });
        let mut served = 0;
        let mut serve = || {
            let taken = signal.take();
            for (index, byte) in bytes.iter().enumerate() {
                if taken & (1 << index) != 0 {
                    assert_eq!(
                        byte.load(Ordering::Relaxed),
                        7,
                        "bit {index} without its byte"
                    );
                }
            }
            assert_eq!(served & taken, 0, "served twice");
            served |= taken;
        };
        serve();
        serve();
        for raiser in raisers {
            raiser.join().unwrap();
        }
        serve();
        assert_eq!(served, 0b11, "a bit was lost");
        assert_eq!(signal.take(), 0);
    });
}
