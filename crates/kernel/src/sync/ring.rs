//! The ring between two threads, or in a model one whose every step is seen.
//!
//! In: values, at one end. Out: the same in order, at the other. Owner: each end by its thread.
//! Thread: any two; wait-free.

#[cfg(not(dmus_loom))]
pub(crate) use rtrb::{Consumer, Producer};

/// Both ends of a ring for `capacity` values.
///
/// # Real-time
/// Not real-time: allocates.
#[cfg(not(dmus_loom))]
pub(crate) fn ring<T>(capacity: usize) -> (Producer<T>, Consumer<T>) {
    rtrb::RingBuffer::new(capacity)
}

#[cfg(dmus_loom)]
pub(crate) use model::{Consumer, Producer, ring};

/// What a model runs on in place of the library's ring, whose atomics are not the model's.
///
/// It publishes what the other publishes: values one way, room the other. So a model can come between
/// any two uses of it.
#[cfg(dmus_loom)]
mod model {
    use std::collections::VecDeque;

    use loom::sync::{Arc, Mutex};
    use rtrb::{PopError, PushError};

    #[derive(Debug)]
    struct Shared<T> {
        values: Mutex<VecDeque<T>>,
        capacity: usize,
    }

    impl<T> Shared<T> {
        fn with<R>(&self, use_them: impl FnOnce(&mut VecDeque<T>) -> R) -> R {
            // Nobody panics while it has them.
            let mut values = self
                .values
                .lock()
                .unwrap_or_else(|error| error.into_inner());
            use_them(&mut values)
        }
    }

    /// The end that puts values in.
    #[derive(Debug)]
    pub(crate) struct Producer<T>(Arc<Shared<T>>);

    /// The end that takes them out.
    #[derive(Debug)]
    pub(crate) struct Consumer<T>(Arc<Shared<T>>);

    pub(crate) fn ring<T>(capacity: usize) -> (Producer<T>, Consumer<T>) {
        let shared = Arc::new(Shared {
            values: Mutex::new(VecDeque::with_capacity(capacity)),
            capacity,
        });
        (Producer(Arc::clone(&shared)), Consumer(shared))
    }

    impl<T> Producer<T> {
        pub(crate) fn push(&mut self, value: T) -> Result<(), PushError<T>> {
            let capacity = self.0.capacity;
            self.0.with(|values| {
                if values.len() >= capacity {
                    return Err(PushError::Full(value));
                }
                values.push_back(value);
                Ok(())
            })
        }
    }

    impl<T> Consumer<T> {
        pub(crate) fn pop(&mut self) -> Result<T, PopError> {
            self.0
                .with(|values| values.pop_front().ok_or(PopError::Empty))
        }

        pub(crate) fn slots(&self) -> usize {
            self.0.with(|values| values.len())
        }
    }
}
