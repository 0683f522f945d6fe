//! One content is in memory once, read once, and gone with its last user.

use std::fs;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use dmus_library::{LoadError, Phase, Progress};

use crate::rig::{Machine, bank};

#[test]
fn the_same_content_under_two_names_is_one_bank_until_its_last_user_lets_go() {
    let machine = Machine::new();
    let library = machine.library();
    let bytes = bank("Twin", 1, "");
    let one = machine.write("home/banks/one.dls", &bytes);
    let two = machine.write("system/two.dls", &bytes);
    let first = library.load(&one, &Progress::new()).unwrap();
    let second = library.load(&two, &Progress::new()).unwrap();
    assert!(Arc::ptr_eq(&first, &second));
    assert!(Arc::ptr_eq(&first.collection, &second.collection));
    let freed = Arc::downgrade(&first);
    assert_eq!(library.in_memory(), (1, first.size));
    drop(first);
    assert!(freed.upgrade().is_some(), "the second still plays it");
    drop(second);
    assert!(
        freed.upgrade().is_none(),
        "the library itself keeps nothing"
    );
    assert_eq!(library.in_memory(), (0, 0));
    assert_eq!(library.load(&one, &Progress::new()).unwrap().title, "Twin");
}

#[test]
fn a_bank_that_only_voices_play_counts_until_they_have_ended() {
    let machine = Machine::new();
    let library = machine.library();
    let path = machine.write("home/banks/one.dls", &bank("One", 1, ""));
    let loaded = library.load(&path, &Progress::new()).unwrap();
    let (size, voices) = (loaded.size, Arc::clone(&loaded.collection));
    drop(loaded);
    assert_eq!(library.in_memory(), (1, size));
    drop(voices);
    assert_eq!(library.in_memory(), (0, 0));
}

#[test]
fn a_bank_without_a_title_is_called_after_its_file() {
    let machine = Machine::new();
    let path = machine.write("home/banks/nameless.dls", &bank(" ", 1, ""));
    let loaded = machine.library().load(&path, &Progress::new()).unwrap();
    assert_eq!(loaded.title, "nameless.dls");
    assert_eq!(loaded.size, fs::metadata(&path).unwrap().len());
}

#[test]
fn of_many_who_ask_at_once_one_reads_and_all_get_the_same() {
    let machine = Machine::new();
    let library = machine.library();
    let path = machine.write("home/banks/one.dls", &bank("One", 1, ""));
    let start = Barrier::new(8);
    let banks: Vec<_> = thread::scope(|scope| {
        let load = || {
            start.wait();
            let progress = Progress::new();
            let bank = library.load(&path, &progress).unwrap();
            assert_eq!(progress.snapshot().phase, Phase::Done);
            bank
        };
        let loads = [(); 8].map(|()| scope.spawn(load));
        loads.map(|load| load.join().unwrap()).into()
    });
    for bank in &banks {
        assert!(Arc::ptr_eq(bank, &banks[0]));
    }
}

#[test]
fn a_file_that_was_changed_is_another_bank() {
    let machine = Machine::new();
    let library = machine.library();
    let path = machine.write("home/banks/one.dls", &bank("One", 1, ""));
    let first = library.load(&path, &Progress::new()).unwrap();
    // The same length: only time and content tell them apart.
    machine.write("home/banks/one.dls", &bank("Two", 2, ""));
    let later = fs::metadata(&path).unwrap().modified().unwrap() + Duration::from_secs(1);
    let file = fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(later).unwrap();
    let second = library.load(&path, &Progress::new()).unwrap();
    assert_eq!(
        (first.title.as_str(), second.title.as_str()),
        ("One", "Two")
    );
    assert_ne!(first.hash, second.hash);
}

#[test]
fn an_unchanged_file_is_not_read_again_while_it_is_in_memory() {
    let machine = Machine::new();
    let library = machine.library();
    let path = machine.write("home/banks/one.dls", &bank("One", 1, ""));
    let first = library.load(&path, &Progress::new()).unwrap();
    // Other bytes with the stamp of before: whoever looked would see them.
    let before = fs::metadata(&path).unwrap().modified().unwrap();
    machine.write("home/banks/one.dls", &bank("Two", 2, ""));
    let file = fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(before).unwrap();
    let second = library.load(&path, &Progress::new()).unwrap();
    assert!(Arc::ptr_eq(&first, &second));
}

#[test]
fn a_file_that_the_index_knows_is_not_hashed_again() {
    let machine = Machine::new();
    let path = machine.write("home/banks/one.dls", &bank("One", 1, ""));
    let before = fs::metadata(&path).unwrap().modified().unwrap();
    let first = machine.library().load(&path, &Progress::new()).unwrap();
    // Whoever hashed these bytes would come to another name for them.
    machine.write("home/banks/one.dls", &bank("Two", 2, ""));
    let file = fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(before).unwrap();
    let second = machine.library().load(&path, &Progress::new()).unwrap();
    assert_eq!((second.title.as_str(), second.hash), ("Two", first.hash));
    let blind = machine.without_index();
    let third = blind.load(&path, &Progress::new()).unwrap();
    assert_ne!(third.hash, first.hash);
}

#[test]
fn progress_is_seen_from_outside_and_a_load_can_be_ended() {
    let machine = Machine::new();
    let library = machine.library();
    let path = machine.write("home/banks/one.dls", &bank("One", 1, ""));
    let size = fs::metadata(&path).unwrap().len();
    let progress = Progress::new();
    assert_eq!(progress.snapshot().phase, Phase::Waiting);
    library.load(&path, &progress).unwrap();
    let end = progress.snapshot();
    assert_eq!((end.phase, end.total), (Phase::Done, size));
    assert!(end.file.ends_with("one.dls"), "{}", end.file);

    let cancelled = Progress::new();
    cancelled.cancel();
    let again = machine.library();
    let error = again.load(&path, &cancelled).unwrap_err();
    assert!(matches!(error, LoadError::Cancelled), "{error}");
    let shown = cancelled.snapshot();
    assert!(shown.done < size && shown.is_cancelled, "{shown:?}");
    assert_eq!(again.load(&path, &Progress::new()).unwrap().title, "One");
}

#[test]
fn a_load_is_ended_while_it_runs() {
    let machine = Machine::new();
    let library = machine.library();
    let path = machine.write("home/banks/one.dls", &bank("One", 1, ""));
    let progress = Progress::new();
    thread::scope(|scope| {
        let seen = progress.clone();
        let watcher = scope.spawn(move || {
            let start = Instant::now();
            while seen.snapshot().phase == Phase::Waiting {
                assert!(start.elapsed() < Duration::from_secs(10));
                thread::yield_now();
            }
            seen.cancel();
        });
        // Ended, or done before anybody could end it.
        match library.load(&path, &progress) {
            Err(LoadError::Cancelled) => {}
            Ok(bank) => assert_eq!(bank.title, "One"),
            Err(error) => panic!("{error}"),
        }
        watcher.join().unwrap();
    });
}

#[test]
fn what_is_no_bank_says_what_is_wrong_with_it() {
    let machine = Machine::new();
    let library = machine.library();
    let load = |path: &str| {
        let error = library.load(&machine.at(path), &Progress::new());
        error.unwrap_err()
    };
    assert!(matches!(load("home/none.dls"), LoadError::File(_)));
    assert!(matches!(load("home"), LoadError::NotAFile));
    let whole = bank("One", 1, "");
    machine.write("home/cut.dls", &whole[..100]);
    assert!(matches!(load("home/cut.dls"), LoadError::Read(_)));
    let long = fs::File::create(machine.at("home/long.dls")).unwrap();
    long.set_len(dmus_library::MAX_FILE_BYTES + 1).unwrap();
    assert!(matches!(load("home/long.dls"), LoadError::TooLong(_)));
}

#[cfg(target_os = "linux")]
#[test]
fn a_device_is_not_read() {
    let library = Machine::new().library();
    let error = library.load("/dev/zero".as_ref(), &Progress::new());
    assert!(matches!(error.unwrap_err(), LoadError::NotAFile));
}
