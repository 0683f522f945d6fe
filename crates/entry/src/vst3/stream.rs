//! The host's stream of a saved state, read whole and written whole.
//!
//! Thread: main. A project holds the same bytes in both formats: those of the CLAP state, which
//! begin with their length. What the framework's VST3 export wrote has none, and gets one here.

use std::ffi::c_void;

use clap_sys::stream::{clap_istream, clap_ostream};
use vst3::ComRef;
use vst3::Steinberg::{IBStream, IBStreamTrait, kResultOk};

/// The longest state that is read, bytes: CLAP's own limit in the framework.
const LONGEST: usize = 256 << 20;

/// Bytes read or written at once.
const PORTION: usize = 64 << 10;

/// Bytes of the length that a CLAP state begins with.
const LENGTH_BYTES: usize = 8;

/// All bytes from where the stream stands; `None` if there are too many.
///
/// # Safety
/// `stream` is null or an object of the host's that lives during the call.
pub(super) unsafe fn read_all(stream: *mut IBStream) -> Option<Vec<u8>> {
    // SAFETY: our caller's promise.
    let stream = unsafe { ComRef::from_raw(stream) }?;
    let mut bytes = Vec::new();
    let mut portion = vec![0_u8; PORTION];
    while bytes.len() <= LONGEST {
        let mut count = 0;
        // SAFETY: the host's object, memory of the length given, a number during the call.
        // The result is not looked at: some hosts report a failure with the last bytes.
        let _result = unsafe {
            stream.read(
                portion.as_mut_ptr().cast::<c_void>(),
                i32::try_from(portion.len()).unwrap_or(i32::MAX),
                &raw mut count,
            )
        };
        let Some(read) = usize::try_from(count).ok().filter(|count| *count > 0) else {
            return Some(bytes);
        };
        bytes.extend_from_slice(portion.get(..read)?);
    }
    None
}

/// Writes all of `bytes`; false if the host took less.
///
/// # Safety
/// `stream` is null or an object of the host's that lives during the call.
pub(super) unsafe fn write_all(stream: *mut IBStream, bytes: &[u8]) -> bool {
    // SAFETY: our caller's promise.
    let Some(stream) = (unsafe { ComRef::from_raw(stream) }) else {
        return false;
    };
    let mut rest = bytes;
    while !rest.is_empty() {
        let portion = rest.len().min(PORTION);
        let mut count = 0;
        // SAFETY: the host's object, memory of the length given, a number during the call.
        let result = unsafe {
            stream.write(
                rest.as_ptr().cast_mut().cast::<c_void>(),
                i32::try_from(portion).unwrap_or(i32::MAX),
                &raw mut count,
            )
        };
        let written = usize::try_from(count).unwrap_or(0);
        if result != kResultOk || written == 0 {
            return false;
        }
        let Some(left) = rest.get(written..) else {
            return false;
        };
        rest = left;
    }
    true
}

/// A saved state as CLAP reads it: with its length before it.
pub(super) fn as_clap(mut state: Vec<u8>) -> Vec<u8> {
    let stated = state.first_chunk::<LENGTH_BYTES>();
    let stated = stated.map(|bytes| u64::from_le_bytes(*bytes));
    // Hosts may pad a state, so the length need not fit. No state without one begins with a number
    // as small as this.
    if stated.is_some_and(|length| length <= LONGEST as u64) {
        return state;
    }
    let length = state.len() as u64;
    state.splice(0..0, length.to_le_bytes());
    state
}

/// Bytes being read by CLAP.
pub(super) struct Source<'a>(pub(super) &'a [u8]);

impl Source<'_> {
    /// The stream to hand to the plug-in, which reads through `self`.
    pub(super) fn stream(&mut self) -> clap_istream {
        clap_istream {
            ctx: std::ptr::from_mut(self).cast(),
            read: Some(read),
        }
    }
}

/// Bytes being written by CLAP.
#[derive(Default)]
pub(super) struct Sink(pub(super) Vec<u8>);

impl Sink {
    /// The stream to hand to the plug-in, which writes through `self`.
    pub(super) fn stream(&mut self) -> clap_ostream {
        clap_ostream {
            ctx: std::ptr::from_mut(self).cast(),
            write: Some(write),
        }
    }
}

unsafe extern "C" fn read(stream: *const clap_istream, buffer: *mut c_void, size: u64) -> i64 {
    // SAFETY: only `Source::stream` makes such a stream.
    let source = unsafe { (*stream).ctx.cast::<Source<'_>>() };
    // SAFETY: as above; nobody else has it while the plug-in reads.
    let Some(source) = (unsafe { source.as_mut() }) else {
        return -1;
    };
    let wanted = usize::try_from(size).unwrap_or(usize::MAX);
    let Some((taken, left)) = source.0.split_at_checked(wanted.min(source.0.len())) else {
        return -1;
    };
    // SAFETY: the plug-in's memory holds `size` bytes, and not more are taken.
    unsafe {
        buffer
            .cast::<u8>()
            .copy_from_nonoverlapping(taken.as_ptr(), taken.len());
    };
    source.0 = left;
    i64::try_from(taken.len()).unwrap_or(-1)
}

unsafe extern "C" fn write(stream: *const clap_ostream, buffer: *const c_void, size: u64) -> i64 {
    // SAFETY: only `Sink::stream` makes such a stream.
    let sink = unsafe { (*stream).ctx.cast::<Sink>() };
    // SAFETY: as above; nobody else has it while the plug-in writes.
    let Some(sink) = (unsafe { sink.as_mut() }) else {
        return -1;
    };
    let (Ok(length), Ok(count)) = (usize::try_from(size), i64::try_from(size)) else {
        return -1;
    };
    // SAFETY: the plug-in's memory holds `size` bytes.
    let bytes = unsafe { std::slice::from_raw_parts(buffer.cast::<u8>(), length) };
    sink.0.extend_from_slice(bytes);
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_without_a_length_gets_one() {
        for state in [
            &b"{\"version\":\"0.1.0\"}"[..],
            &[0x28, 0xB5, 0x2F, 0xFD, 4, 8, 1, 0, 9],
        ] {
            let wrapped = as_clap(state.to_vec());
            assert_eq!(wrapped[..8], (state.len() as u64).to_le_bytes());
            assert_eq!(wrapped[8..], *state);
        }
    }

    #[test]
    fn state_of_clap_stays_as_it_is_even_padded_or_cut() {
        let mut whole = 3_u64.to_le_bytes().to_vec();
        whole.extend(b"{}\n");
        let padded = [&whole[..], &[0; 16]].concat();
        let cut = whole[..9].to_vec();
        for state in [whole, padded, cut] {
            assert_eq!(as_clap(state.clone()), state);
        }
    }

    #[test]
    fn few_bytes_are_a_state_without_a_length() {
        assert_eq!(as_clap(vec![1, 2]), [2, 0, 0, 0, 0, 0, 0, 0, 1, 2]);
        assert_eq!(as_clap(Vec::new()), [0; 8]);
    }
}
