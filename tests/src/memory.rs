//! How much memory this process has.
//!
//! In: what the system says. Out: bytes, without what the C library only keeps for later.

use std::fs;

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "names a function of the C library")]
unsafe extern "C" {
    /// Gives free memory back to the system: glibc's malloc.h.
    fn malloc_trim(pad: usize) -> i32;
}

/// Memory of this process that is in use, bytes; 0 where nobody says.
#[must_use]
pub fn resident() -> u64 {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[expect(unsafe_code, reason = "calls a function of the C library")]
    // SAFETY: it takes any number, touches memory that nobody has, and may be called from any thread.
    unsafe {
        malloc_trim(0);
    }
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}
