//! The private extension.

use std::ptr;

use crate::host::{Instance, ReportExtension};
use crate::probe::PLAIN;

#[test]
fn report_has_the_lines_of_plug_in_and_boundary() {
    let report = Instance::<PLAIN>::ready().report();
    assert!(report.starts_with("calls 0\n"));
    assert!(report.ends_with("panics 0\nblocks_refused 0\nevents_dropped 0\n"));
}

#[test]
fn report_is_cut_to_the_room_there_is() {
    let instance = Instance::<PLAIN>::ready();
    let whole = instance.report();
    let extension: &ReportExtension = instance.extension(c"org.example.report/1").unwrap();
    let length = whole.len() as u32;
    for capacity in [1, 2, 7, length, length + 1] {
        let mut text = vec![b'#'; whole.len() + 2];
        // SAFETY: memory for as many bytes and more.
        let full = unsafe { (extension.get)(instance.raw, text.as_mut_ptr().cast(), capacity) };
        assert_eq!(full, length);
        let copied = capacity as usize - 1;
        assert_eq!(&text[..copied], &whole.as_bytes()[..copied]);
        assert_eq!(&text[copied..copied + 2], b"\0#");
    }
}

#[test]
fn report_without_room_is_only_measured() {
    let instance = Instance::<PLAIN>::ready();
    let length = instance.report().len() as u32;
    let extension: &ReportExtension = instance.extension(c"org.example.report/1").unwrap();
    let mut byte = b'#';
    // SAFETY: null, or a capacity of nothing.
    unsafe {
        assert_eq!((extension.get)(instance.raw, ptr::null_mut(), 100), length);
        assert_eq!(
            (extension.get)(instance.raw, (&raw mut byte).cast(), 0),
            length
        );
        assert_eq!((extension.get)(ptr::null(), (&raw mut byte).cast(), 1), 0);
    }
    assert_eq!(byte, b'#');
}

#[test]
fn report_waits_for_a_task_that_runs() {
    let instance = Instance::<PLAIN>::playing(16);
    let mut block = crate::host::Block::new(&[2], 16);
    let events = crate::host::Events::new().note_on(0, crate::probe::KEY_WORK);
    instance.process(&mut block, &events);
    std::thread::sleep(std::time::Duration::from_millis(10));
    assert_eq!(instance.fact("calls"), "1");
}
