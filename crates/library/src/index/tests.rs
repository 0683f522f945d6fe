//! The index on disk: whole, damaged, of another version, written by two.

use super::*;

const STAMP: Stamp = Stamp {
    size: 9,
    modified: 77,
};

fn entry(path: &str, content: &str, seen: u64) -> Entry {
    Entry {
        path: path.to_owned(),
        size: STAMP.size,
        modified: STAMP.modified,
        hash: BankHash::of(content.as_bytes()),
        title: content.to_owned(),
        seen,
    }
}

#[test]
fn what_is_written_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("made/on/demand");
    let mut index = Index::default();
    index.put(entry("/a", "one", 1));
    index.put(entry("/b", "one", 2));
    index.write(&place).unwrap();
    let again = Index::read(&place);
    assert_eq!(again, index);
    let paths = again.paths_of(BankHash::of(b"one"));
    assert_eq!(paths, [PathBuf::from("/b"), PathBuf::from("/a")]);
    let left = fs::read_dir(&place).unwrap().count();
    assert_eq!(left, 1, "no draft stays behind");
}

#[test]
fn a_file_that_changed_is_not_vouched_for() {
    let mut index = Index::default();
    index.put(entry("/a", "one", 1));
    let path = Path::new("/a");
    assert_eq!(index.hash_of(path, STAMP), Some(BankHash::of(b"one")));
    for stamp in [
        Stamp { size: 8, ..STAMP },
        Stamp {
            modified: 78,
            ..STAMP
        },
        Stamp {
            modified: 0,
            ..STAMP
        },
    ] {
        assert_eq!(index.hash_of(path, stamp), None);
    }
    assert_eq!(index.hash_of(Path::new("/b"), STAMP), None);
}

#[test]
fn a_missing_damaged_or_foreign_file_counts_as_empty_and_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = Index::default();
    index.put(entry("/a", "one", 1));
    index.write(folder.path()).unwrap();
    let file = folder.path().join(FILE_NAME);
    let whole = fs::read(&file).unwrap();
    let other_version = String::from_utf8(whole.clone())
        .unwrap()
        .replace("\"version\": 1", "\"version\": 2");
    for damage in [
        &b""[..],
        b"\xFF\xFE",
        b"{}",
        b"[1]",
        other_version.as_bytes(),
    ] {
        fs::write(&file, damage).unwrap();
        assert_eq!(Index::read(folder.path()), Index::default());
    }
    for end in 0..whole.len() {
        fs::write(&file, &whole[..end]).unwrap();
        assert_eq!(Index::read(folder.path()), Index::default());
    }
    index.write(folder.path()).unwrap();
    assert_eq!(fs::read(&file).unwrap(), whole);
    fs::remove_file(&file).unwrap();
    assert_eq!(Index::read(folder.path()), Index::default());
}

#[test]
fn two_writers_keep_each_others_entries_and_the_later_of_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let (mut first, mut second) = (Index::default(), Index::default());
    first.put(entry("/a", "old", 1));
    first.put(entry("/b", "new", 9));
    second.put(entry("/a", "new", 5));
    second.put(entry("/b", "old", 2));
    second.put(entry("/c", "new", 3));
    first.write(folder.path()).unwrap();
    second.write(folder.path()).unwrap();
    let both = Index::read(folder.path());
    assert_eq!(both.paths_of(BankHash::of(b"new")).len(), 3);
    assert_eq!(both.paths_of(BankHash::of(b"old")).len(), 0);
}

#[test]
fn while_many_write_nobody_reads_half_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut seed = Index::default();
    seed.put(entry("/seed", "one", 1));
    seed.write(folder.path()).unwrap();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let place = folder.path();
            scope.spawn(move || {
                for round in 0..20 {
                    let mut index = Index::default();
                    index.put(entry(&format!("/{writer}/{round}"), "one", 1));
                    index.write(place).unwrap();
                }
            });
        }
        for _ in 0..200 {
            let seen = Index::read(folder.path());
            assert!(!seen.paths_of(BankHash::of(b"one")).is_empty());
        }
    });
    let all = Index::read(folder.path()).paths_of(BankHash::of(b"one"));
    assert_eq!(all.len(), 81);
}

#[test]
fn the_index_does_not_grow_without_end() {
    let mut index = Index::default();
    for number in 0..MAX_ENTRIES as u64 + 3 {
        index.put(entry(&format!("/{number}"), "one", number));
    }
    let paths = index.paths_of(BankHash::of(b"one"));
    assert_eq!(paths.len(), MAX_ENTRIES);
    assert_eq!(paths.last(), Some(&PathBuf::from("/3")));
}

#[test]
fn an_index_that_cannot_be_written_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "in the way").unwrap();
    assert!(Index::default().write(&file).is_err());
}
