//! A file into memory by several threads at once: what takes the time is not the disk but the
//! copying out of the system's memory into new pages of ours.
//!
//! In: an open file. Out: its bytes. Thread: any but render; more of its own while it reads.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::STEP;

/// Threads that read, at most; more than these wait for memory. How many the machine has is not
/// asked: to find that out reads files too, and one too many does no harm.
const THREADS: usize = 4;
/// Bytes for which a further thread is worth its while.
const WORTHWHILE: usize = 8 << 20;

/// Somebody who is told how many bytes there are, and may put an end to it.
pub(super) type Told<'a> = dyn FnMut(usize) -> ControlFlow<()> + Send + 'a;

/// Fills `bytes` with the beginning of a file.
///
/// - returns how many of them the file has, or nothing if `told` has put an end to it
pub(super) fn fill(
    file: &File,
    bytes: &mut [u8],
    told: &mut Told<'_>,
) -> io::Result<Option<usize>> {
    let parts = THREADS.min(bytes.len() / WORTHWHILE).max(1);
    let length = bytes.len().div_ceil(parts).max(1);
    let progress = Mutex::new(Progress {
        told,
        done: 0,
        is_over: false,
    });
    let read = |(index, part)| fill_part(file, part, index * length, &progress);
    let found: Vec<io::Result<usize>> = thread::scope(|scope| {
        let mut waiting = bytes.chunks_mut(length).enumerate();
        // The first is for this thread, behind the others.
        let own = waiting.next();
        let threads: Vec<_> = waiting
            .map(|part| scope.spawn(move || read(part)))
            .collect();
        let own = own.map(read);
        let others = threads.into_iter().map(|thread| {
            let died = |_| Err(io::Error::other("a reading thread died"));
            thread.join().unwrap_or_else(died)
        });
        own.into_iter().chain(others).collect()
    });
    if locked(&progress).is_over {
        return Ok(None);
    }
    let mut whole = 0;
    for part in found {
        let part = part?;
        whole += part;
        // What lies behind the end of a file that became shorter is nothing.
        if part < length {
            break;
        }
    }
    Ok(Some(whole))
}

/// How far all threads have come.
struct Progress<'a, 'b> {
    told: &'a mut Told<'b>,
    done: usize,
    is_over: bool,
}

fn locked<'m, 'a, 'b>(
    progress: &'m Mutex<Progress<'a, 'b>>,
) -> std::sync::MutexGuard<'m, Progress<'a, 'b>> {
    progress.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Fills one part, as far as there is something.
fn fill_part(
    file: &File,
    part: &mut [u8],
    start: usize,
    progress: &Mutex<Progress<'_, '_>>,
) -> io::Result<usize> {
    let mut done = 0;
    while done < part.len() {
        let end = done.saturating_add(STEP).min(part.len());
        let Some(step) = part.get_mut(done..end) else {
            break;
        };
        let place = u64::try_from(start + done).unwrap_or(u64::MAX);
        let read = match read_at(file, step, place) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        done += read;
        let mut progress = locked(progress);
        progress.done += read;
        if !progress.is_over {
            let all = progress.done;
            progress.is_over = (progress.told)(all).is_break();
        }
        if progress.is_over {
            break;
        }
    }
    Ok(done)
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], place: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, bytes, place)
}

#[cfg(windows)]
fn read_at(file: &File, bytes: &mut [u8], place: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, bytes, place)
}

#[cfg(test)]
mod tests {
    use super::super::Image;
    use super::*;

    /// A file of a length, with bytes that tell their place.
    fn file(name: &str, length: usize) -> (std::path::PathBuf, Vec<u8>) {
        let path = std::env::temp_dir().join(format!("dmus-image-{}-{name}", std::process::id()));
        let bytes: Vec<u8> = (0..=250_u8).cycle().take(length).collect();
        std::fs::write(&path, &bytes).unwrap();
        (path, bytes)
    }

    #[test]
    fn a_large_file_is_read_whole_whoever_reads_it() {
        let (path, bytes) = file("whole", 5 * WORTHWHILE + 3);
        let mut last = 0;
        let image = Image::read_file(&File::open(&path).unwrap(), bytes.len(), &mut |done| {
            assert!(done > last);
            last = done;
            ControlFlow::Continue(())
        });
        std::fs::remove_file(path).unwrap();
        assert!(image.unwrap().unwrap().bytes() == bytes);
        assert_eq!(last, bytes.len());
    }

    #[test]
    fn a_file_that_became_shorter_or_longer_ends_where_it_ends_or_was_said_to() {
        let (path, bytes) = file("shorter", 2 * WORTHWHILE);
        let open = File::open(&path).unwrap();
        for length in [3 * WORTHWHILE + 1, 2 * WORTHWHILE - 1, 0] {
            let image = Image::read_file(&open, length, &mut |_| ControlFlow::Continue(()));
            let expected = &bytes[..length.min(bytes.len())];
            assert!(image.unwrap().unwrap().bytes() == expected, "{length}");
        }
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn all_threads_stop_when_one_is_told_to() {
        let (path, bytes) = file("stopped", 3 * WORTHWHILE);
        let mut told = 0;
        let image = Image::read_file(&File::open(&path).unwrap(), bytes.len(), &mut |_| {
            told += 1;
            if told < 3 {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
        std::fs::remove_file(path).unwrap();
        assert!(image.unwrap().is_none());
        assert_eq!(told, 3);
    }
}
