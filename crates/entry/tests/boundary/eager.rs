//! A host that makes the call on the main thread from within the request for it.

use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use crate::host::{Block, Events, Instance};
use crate::probe::{KEY_TASK_PANIC, PLAIN};

const FRAMES: u32 = 64;

/// Runs `host` on a thread of its own; what takes longer than this waits for itself.
fn in_time<T: Send + 'static>(host: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, result) = channel();
    thread::spawn(move || done.send(host()));
    result
        .recv_timeout(Duration::from_secs(20))
        .expect("the host's thread waits for itself")
}

#[test]
fn task_that_asks_for_a_call_gets_it_after_its_end() {
    let (during, after) = in_time(|| {
        let instance = Instance::<PLAIN>::eager();
        assert!(instance.activate(48_000.0, 1, FRAMES) && instance.start());
        // Asked for on another thread, so that it waits for the main one.
        let note = Events::new().note_on(0, KEY_TASK_PANIC);
        thread::scope(|scope| {
            scope.spawn(|| instance.process(&mut Block::new(&[2], FRAMES), &note));
        });
        let answer = instance.say(c"change");
        (answer, instance.fact("panics"))
    });
    assert_eq!(during, "said change");
    assert_eq!(
        after, "1",
        "the task that waited has run, and failed as it should"
    );
}

#[test]
fn a_host_that_answers_at_once_is_asked_no_more_often_than_needed() {
    let callbacks = in_time(|| {
        let instance = Instance::<PLAIN>::eager();
        instance.say(c"change");
        instance.host.callbacks()
    });
    assert_eq!(callbacks, 2, "from within the task, and once more after it");
}
