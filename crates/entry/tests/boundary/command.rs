//! The private extension that takes commands.

use std::ptr;

use crate::host::{CommandExtension, Instance};
use crate::probe::PLAIN;

#[test]
fn command_reaches_the_plug_in_and_its_answer_the_host() {
    let instance = Instance::<PLAIN>::ready();
    assert_eq!(instance.say(c"save it all"), "said save it all");
}

#[test]
fn command_that_panics_is_answered_and_counted() {
    let instance = Instance::<PLAIN>::ready();
    assert_eq!(instance.say(c"panic"), "error the plug-in does not answer");
    assert_eq!(instance.fact("panics"), "1");
    assert_eq!(instance.say(c"still there"), "said still there");
}

#[test]
fn command_that_is_no_text_is_empty() {
    let instance = Instance::<PLAIN>::ready();
    assert_eq!(instance.say(c"\xFF\xFE"), "said ");
    let extension: &CommandExtension = instance.extension(c"org.example.command/1").unwrap();
    let mut text = [b'#'; 6];
    // SAFETY: no line, and memory for as many bytes.
    let length =
        unsafe { (extension.call)(instance.raw, ptr::null(), text.as_mut_ptr().cast(), 6) };
    assert_eq!((length, &text), (5, b"said \0"));
    // SAFETY: no plug-in, no line, no room.
    let length = unsafe { (extension.call)(ptr::null(), ptr::null(), ptr::null_mut(), 0) };
    assert_eq!(length, 0);
}
