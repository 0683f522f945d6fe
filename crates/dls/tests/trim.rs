//! Parts of a bank.

use dmus_dls::Bank;
use dmus_dls::write::to_dls;
use proptest::prelude::*;

#[path = "random/bank.rs"]
mod random;

use random::banks;

proptest! {
    #[test]
    fn wanted_instruments_play_the_same_waves_and_no_other_is_there(
        bank in banks(),
        wanted in any::<u8>(),
    ) {
        let trimmed = bank.trimmed(|patch| patch.program > wanted / 2);
        let kept = bank.instruments.iter().filter(|it| it.patch.program > wanted / 2);
        let kept: Vec<_> = kept.collect();
        prop_assert_eq!(kept.len(), trimmed.instruments.len());
        let mut used = vec![false; trimmed.waves.len()];
        for (before, after) in kept.into_iter().zip(&trimmed.instruments) {
            prop_assert_eq!((&before.name, &before.about), (&after.name, &after.about));
            prop_assert_eq!(&before.articulation, &after.articulation);
            for (before, after) in before.regions.iter().zip(&after.regions) {
                let (from, to) = (&bank.waves[before.wave], &trimmed.waves[after.wave]);
                prop_assert_eq!(from, to);
                prop_assert!(from.frames.share_memory(&to.frames));
                used[after.wave] = true;
                let mut before = before.clone();
                before.wave = after.wave;
                prop_assert_eq!(&before, after);
            }
        }
        prop_assert!(used.into_iter().all(|used| used));
        prop_assert_eq!(trimmed.info.about.id(), None);
        prop_assert_eq!(&trimmed.info.name, &bank.info.name);
        if !trimmed.instruments.is_empty() {
            prop_assert_eq!(Bank::read(&to_dls(&trimmed)).unwrap(), trimmed);
        }
    }

    #[test]
    fn whole_bank_without_unused_waves_stays_as_it_is_but_for_its_id(bank in banks()) {
        let whole = bank.trimmed(|_| true);
        let again = whole.trimmed(|_| true);
        prop_assert_eq!(again, whole);
    }
}
