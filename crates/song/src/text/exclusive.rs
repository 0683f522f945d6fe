//! System exclusive messages in hexadecimal bytes, with what every message of their kind begins and
//! ends with left to the reader of the text.
//!
//! Source: \[MIDI1\] universal system exclusive; \[GS\] data set and its checksum; \[XG\] parameter
//! change.

use std::rc::Rc;

use super::word::Word;
use crate::error::TextError;

/// A word, the bytes that it stands for, and what is written after it.
struct Form {
    word: &'static str,
    head: &'static [u8],
    /// Fewest bytes that make a message.
    least: usize,
    /// Whether Roland's sum over address and data comes last.
    summed: bool,
    needs: &'static str,
}

const FORMS: [Form; 4] = [
    Form {
        word: "sysex",
        head: &[],
        least: 2,
        summed: false,
        needs: "the bytes between f0 and f7, such as {sysex 7e 7f 09 03}",
    },
    Form {
        word: "realtime",
        head: &[0x7f, 0x7f],
        least: 2,
        summed: false,
        needs: "two sub-IDs and data, such as {realtime 04 01 00 70}",
    },
    Form {
        word: "gs",
        head: &[0x41, 0x10, 0x42, 0x12],
        least: 4,
        summed: true,
        needs: "an address of three bytes and data, such as {gs 40 01 30 04}",
    },
    Form {
        word: "xg",
        head: &[0x43, 0x10, 0x4c],
        least: 4,
        summed: false,
        needs: "an address of three bytes and data, such as {xg 02 01 00 01 00}",
    },
];

/// Most bytes that are written: more than any parameter has, few enough for one line.
const MOST: usize = 64;

/// The words that begin a message.
pub(super) fn words<'a>() -> impl Iterator<Item = &'a str> {
    FORMS.iter().map(|form| form.word)
}

/// Reads the bytes after a word, from F0 to F7; `None` where the word begins no message.
pub(super) fn read(name: &Word<'_>, bytes: &[Word<'_>]) -> Option<Result<Rc<[u8]>, TextError>> {
    let form = FORMS.iter().find(|form| form.word == name.text)?;
    Some(message(form, name, bytes))
}

fn message(form: &Form, name: &Word<'_>, bytes: &[Word<'_>]) -> Result<Rc<[u8]>, TextError> {
    if bytes.len() < form.least {
        return Err(bytes.last().unwrap_or(name).expected(form.needs));
    }
    if let Some(extra) = bytes.get(MOST) {
        return Err(extra.expected(&format!("no more than {MOST} bytes in a message")));
    }
    let data = bytes
        .iter()
        .map(data_byte)
        .collect::<Result<Vec<u8>, _>>()?;
    let sum = data.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    // The low seven bits of address, data and checksum together are 0.
    let checksum = form.summed.then_some(sum.wrapping_neg() & 0x7f);
    let whole = [0xf0].into_iter().chain(form.head.iter().copied());
    Ok(whole.chain(data).chain(checksum).chain([0xf7]).collect())
}

fn data_byte(word: &Word<'_>) -> Result<u8, TextError> {
    let is_pair = word.text.len() == 2 && word.text.bytes().all(|digit| digit.is_ascii_hexdigit());
    u8::from_str_radix(word.text, 16)
        .ok()
        .filter(|byte| is_pair && *byte < 0x80)
        .ok_or_else(|| word.expected("a byte of two hexadecimal digits, 00..=7f"))
}
