//! Bytes as text that JSON carries without a sign before any of them.
//!
//! In: bytes, or the text. Out: the other. Thread: any. Source: RFC 4648, section 4.

/// The signs for six bits each.
const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The text of bytes, padded.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |index| group.get(index).copied().map_or(0, u32::from);
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for sign in 0..4 {
            let value = (bits >> (18 - 6 * sign) & 0x3F) as usize;
            let is_there = sign <= group.len();
            let sign = SIGNS.get(value).filter(|_| is_there);
            text.push(char::from(*sign.unwrap_or(&b'=')));
        }
    }
    text
}

/// The bytes of a text; nothing if it is none of ours.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let text = text.trim_end_matches('=').as_bytes();
    for group in text.chunks(4) {
        let mut bits = 0_u32;
        for sign in group {
            bits = bits << 6 | value(*sign)?;
        }
        // One sign alone is no byte.
        let missing = 4_usize.checked_sub(group.len()).filter(|it| *it < 3)?;
        let [_, whole @ ..] = (bits << (6 * missing)).to_be_bytes();
        bytes.extend(whole.iter().take(3 - missing));
    }
    Some(bytes)
}

/// The six bits of a sign.
fn value(sign: u8) -> Option<u32> {
    let (base, first) = match sign {
        b'A'..=b'Z' => (0, b'A'),
        b'a'..=b'z' => (26, b'a'),
        b'0'..=b'9' => (52, b'0'),
        b'+' => return Some(62),
        b'/' => return Some(63),
        _ => return None,
    };
    Some(base + u32::from(sign - first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_standard_come_out_and_back() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text).as_deref(), Some(bytes.as_bytes()));
        }
    }

    #[test]
    fn every_byte_comes_back_and_what_is_no_such_text_is_refused() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(decode(&encode(&bytes)), Some(bytes));
        for text in ["A", "AAAAA", "A*==", "Ä==="] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
