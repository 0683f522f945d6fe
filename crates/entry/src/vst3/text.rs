//! Text as VST3 passes it: fixed arrays of UTF-16 or bytes, ended by a zero.
//!
//! Thread: any.

use std::ffi::c_char;

/// Longest text read from a host, units.
const LONGEST: usize = 4_096;

/// Writes `text` into an array of UTF-16, cut at a character if it is too long.
pub(super) fn write_wide(target: &mut [u16], text: &str) {
    let Some(room) = target.len().checked_sub(1) else {
        return;
    };
    target.fill(0);
    let mut at = 0;
    for character in text.chars().take_while(|character| *character != '\0') {
        let mut pair = [0; 2];
        let units = character.encode_utf16(&mut pair);
        let end = at + units.len();
        if end > room {
            return;
        }
        if let Some(place) = target.get_mut(at..end) {
            place.copy_from_slice(units);
        }
        at = end;
    }
}

/// Writes `text` into an array of bytes, cut at a character if it is too long.
pub(super) fn write_bytes(target: &mut [c_char], text: &str) {
    let Some(room) = target.len().checked_sub(1) else {
        return;
    };
    target.fill(0);
    let length = text.floor_char_boundary(room);
    for (place, byte) in target.iter_mut().zip(text.bytes().take(length)) {
        *place = c_char::from_ne_bytes([byte]);
    }
}

/// Reads a text that a host passes; `None` if it is null, endless or no UTF-16.
///
/// # Safety
/// `text` is null or leads to units up to a zero, or to at least 4 096 of them.
pub(super) unsafe fn read_wide(text: *const u16) -> Option<String> {
    if text.is_null() {
        return None;
    }
    let mut units = Vec::new();
    for index in 0..LONGEST {
        // SAFETY: no zero came before, so there is a further unit.
        let place = unsafe { text.add(index) };
        // SAFETY: as above; hosts need not align it.
        match unsafe { place.read_unaligned() } {
            0 => return String::from_utf16(&units).ok(),
            unit => units.push(unit),
        }
    }
    None
}

/// Reads bytes of CLAP up to the zero.
pub(super) fn read_bytes(text: &[c_char]) -> String {
    let bytes = text.iter().map(|byte| byte.to_ne_bytes()[0]);
    let bytes: Vec<u8> = bytes.take_while(|byte| *byte != 0).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_back_and_is_cut_between_characters() {
        let mut wide = [7_u16; 6];
        write_wide(&mut wide, "ab\u{1F3B9}cd");
        assert_eq!(wide, [97, 98, 0xD83C, 0xDFB9, 99, 0]);
        // SAFETY: ended by a zero.
        let read = unsafe { read_wide(wide.as_ptr()) };
        assert_eq!(read.as_deref(), Some("ab\u{1F3B9}c"));
        write_wide(&mut wide[..4], "ab\u{1F3B9}");
        assert_eq!(wide[..4], [97, 98, 0, 0]);
        write_wide(&mut wide[..0], "nothing to write to");
    }

    #[test]
    fn bytes_come_back_and_are_cut_between_characters() {
        let mut bytes = [1; 4];
        write_bytes(&mut bytes, "a\u{e9}\u{e9}");
        assert_eq!(read_bytes(&bytes), "a\u{e9}");
    }

    #[test]
    fn what_is_no_text_is_refused() {
        let broken = [0xD83C_u16, 97, 0];
        // SAFETY: ended by a zero.
        assert_eq!(unsafe { read_wide(broken.as_ptr()) }, None);
        let endless = vec![97_u16; LONGEST];
        // SAFETY: as long as the longest text.
        assert_eq!(unsafe { read_wide(endless.as_ptr()) }, None);
        // SAFETY: null is no text.
        assert_eq!(unsafe { read_wide(std::ptr::null()) }, None);
    }
}
