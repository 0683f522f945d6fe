//! A real thread overwrites a cyclic ring as fast as it can while others read it.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::sync::Barrier;

use assert_no_alloc::assert_no_alloc;
use dmus_kernel::sync::{CyclicMiss, CyclicReader, cyclic};
use proptest::prelude::*;

#[global_allocator]
static ALLOCATOR: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;

/// Words written in all.
const WORDS: u64 = if cfg!(miri) { 600 } else { 300_000 };

/// Reads stretches of `N` words from wherever the oldest are, until all are written; returns the
/// stretches that were whole.
fn follow<const N: usize>(reader: &CyclicReader) -> u64 {
    let mut whole = 0;
    let mut last = (0, 0);
    while last.0 < WORDS {
        let now = (reader.written(), reader.oldest());
        assert!(last.0 <= now.0 && last.1 <= now.1, "stepped back");
        last = now;
        // Both ends of what is valid: the old one races with the writer, the new one does not.
        for from in [now.1, now.0.saturating_sub(u64::try_from(N).unwrap())] {
            let mut words = [0; N];
            match reader.read(from, &mut words) {
                Ok(()) => {
                    whole += 1;
                    assert!((from..).zip(words).all(|(index, word)| word == !index));
                }
                Err(CyclicMiss::Overwritten { oldest }) => assert!(oldest > from),
                Err(CyclicMiss::NotYet { written }) => {
                    assert!(from + u64::try_from(N).unwrap() > written);
                }
                Err(_) => unreachable!(),
            }
        }
    }
    whole
}

#[test]
fn readers_on_other_threads_read_whole_stretches_or_are_told_why_not() {
    let (mut writer, reader) = cyclic(97);
    let start = &Barrier::new(3);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            start.wait();
            assert_no_alloc(|| {
                let mut length = 0;
                while writer.written() < WORDS {
                    let from = writer.written();
                    length = (length + 7) % 41;
                    let end = WORDS.min(from + 1 + length);
                    let count = u32::try_from(end - from).unwrap();
                    writer.append((0..count).map(|offset| !(from + u64::from(offset))));
                }
            });
        });
        let small = reader.clone();
        let small = scope.spawn(move || {
            start.wait();
            assert_no_alloc(|| follow::<3>(&small))
        });
        start.wait();
        assert!(follow::<64>(&reader) > 0);
        assert!(small.join().unwrap() > 0);
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 8 } else { 512 }))]

    #[test]
    fn the_ring_holds_what_a_list_of_all_words_would(
        capacity in 1_usize..20,
        steps in prop::collection::vec((0_usize..40, 0_u64..200), 1..30),
    ) {
        let (mut writer, reader) = cyclic(capacity);
        let mut all: Vec<u64> = Vec::new();
        let mut oldest = 0;
        for (count, retired) in steps {
            let words: Vec<u64> = (0..count).map(|offset| retired * 100 + offset as u64).collect();
            all.extend(&words);
            writer.append(words.into_iter());
            oldest = oldest.max((all.len() as u64).saturating_sub(capacity as u64));
            writer.retire(retired);
            oldest = oldest.max(retired.min(all.len() as u64));
            prop_assert_eq!((reader.written(), reader.oldest()), (all.len() as u64, oldest));
            for from in 0..=all.len() {
                let mut into = vec![0; all.len() - from];
                let got = reader.read(from as u64, &mut into);
                prop_assert_eq!(writer.word(from as u64).is_some(), from as u64 >= oldest && from < all.len());
                if (from as u64) < oldest {
                    prop_assert_eq!(got, Err(CyclicMiss::Overwritten { oldest }));
                } else {
                    prop_assert_eq!(got, Ok(()));
                    prop_assert_eq!(&into, &all[from..]);
                }
            }
        }
    }
}
