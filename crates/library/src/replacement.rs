//! A small file of the user's, replaced in one step.
//!
//! In: a path, what is to stand there. Out: the file. Thread: any but render.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;
use std::process;
use std::sync::{Mutex, PoisonError};

/// Writes a file in the place of what was there: whoever reads it sees the one or the other, never
/// half of it.
///
/// - `path`: the file; its folder exists
///
/// # Errors
/// What the system says; then the file is as it was.
///
/// # Real-time
/// Not real-time: writes a file, waits for others who do.
pub fn replace_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Inside a process one after the other: the draft bears its number.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}", process::id()));
    let draft = Path::new(&draft);
    let written = write_whole(draft, bytes).and_then(|()| fs::rename(draft, path));
    if written.is_err() {
        // What is left of it is in nobody's way.
        let _left = fs::remove_file(draft);
    }
    written
}

fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let folder = std::env::temp_dir().join(format!("dmus-replaced-{}", process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join("some.json");
        replace_file(&path, b"one").expect("written");
        replace_file(&path, b"two").expect("written again");
        assert_eq!(fs::read(&path).expect("there"), b"two");
        let names = fs::read_dir(&folder).expect("the folder");
        assert_eq!(names.count(), 1);
        assert!(replace_file(&folder.join("gone/some.json"), b"").is_err());
        fs::remove_dir_all(&folder).expect("the same folder");
    }
}
