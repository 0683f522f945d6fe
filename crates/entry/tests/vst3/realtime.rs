//! A block allocates and frees nothing in the component.
//!
//! The allocator ends the process at the first call inside `assert_no_alloc`; the host's own
//! objects make room beforehand.

use assert_no_alloc::assert_no_alloc;
use vst3::Steinberg::Vst::*;
use vst3::Steinberg::*;

use crate::recorder::KEY_ANSWER;
use crate::rig::{Block, Rig, event, expression, off, on};

#[test]
fn block_with_everything_allocates_nothing() {
    let rig = Rig::playing();
    let level = rig.titled("Level").id;
    let program = rig.titled("MIDI Ch. 1 Program Change").id;
    let reset = [0xF0_u8, 0x7E, 0x7F, 0x09, 0x01, 0xF7];
    let mut data = event(1, 3, 2);
    data.__field0.data = DataEvent {
        size: 6,
        r#type: 0,
        bytes: reset.as_ptr(),
    };
    let mut block = Block::new(&[2, 2, 2]);
    block.changes.add(level, &[(0, 0.5), (5, 0.6), (60, 0.7)]);
    block.changes.add(program, &[(9, 0.5)]);
    for number in 0..130 {
        for bus in 0..4 {
            let id = rig.assigned(bus, 0, number);
            block.changes.add(id, &[(40, 0.5), (2, 0.25)]);
        }
    }
    block.context = Some(unsafe { std::mem::zeroed() });
    block.events.0.borrow_mut().extend([
        on(0, 1, 0, i16::from(KEY_ANSWER), 1),
        on(2, 1, 0, 60, 2),
        expression(0, 9, 1, 1, 0.5),
        off(0, 20, 0, i16::from(KEY_ANSWER), 1),
        data,
    ]);
    block.out_events.0.borrow_mut().reserve(64);
    let mut data = block.data();
    let result = assert_no_alloc(|| unsafe { rig.processor.process(&raw mut data) });
    assert_eq!(result, kResultOk);
    assert!(rig.heard().len() > 100);
    assert!(!block.out_events.0.borrow().is_empty());
}

#[test]
fn more_events_than_there_is_room_for_allocate_nothing() {
    let rig = Rig::playing();
    let mut block = Block::new(&[2, 2, 2]);
    let notes = (0..40_000).map(|id| on(1, id % 64, 0, 60, id));
    block.events.0.borrow_mut().extend(notes);
    let mut data = block.data();
    let result = assert_no_alloc(|| unsafe { rig.processor.process(&raw mut data) });
    assert_eq!(result, kResultOk);
    assert!(rig.heard().len() >= 16_384);
}

#[test]
fn blocks_at_the_wrong_time_allocate_nothing() {
    let rig = Rig::new();
    let mut block = Block::new(&[2, 2, 2]);
    let mut data = block.data();
    let result = assert_no_alloc(|| unsafe { rig.processor.process(&raw mut data) });
    assert_ne!(result, kResultOk);
    let rig = Rig::active();
    let mut flush = Block::new(&[]);
    flush.frames = 0;
    flush.changes.add(rig.titled("Level").id, &[(0, 0.5)]);
    let mut data = flush.data();
    let result = assert_no_alloc(|| unsafe { rig.processor.process(&raw mut data) });
    assert_eq!(result, kResultOk);
    assert_no_alloc(|| unsafe {
        rig.processor.setProcessing(1);
        rig.processor.setProcessing(1);
    });
}
