//! Calls that CLAP never allows at the same time, at the same time.

use std::time::{Duration, Instant};

use clap_sys::process::CLAP_PROCESS_ERROR;

use crate::host::{Block, Events, Instance};
use crate::probe::{KEY_WORK, PLAIN};

const FRAMES: u32 = 64;

/// Runs `main` over and over while another thread processes; every block is sound or silence.
fn against_blocks(main: impl Fn(&Instance<PLAIN>)) -> Instance<PLAIN> {
    let instance = Instance::<PLAIN>::playing(FRAMES);
    let end = Instant::now() + Duration::from_millis(300);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while Instant::now() < end {
                let mut block = Block::new(&[2], FRAMES);
                let status = instance.process(&mut block, &Events::new().note_on(0, 60));
                let first = block.out(0, 0)[0];
                assert!(block.out(0, 1).iter().all(|sample| *sample == first));
                assert!(first == 0.5 || (status == CLAP_PROCESS_ERROR && first == 0.0));
            }
        });
        while Instant::now() < end {
            main(&instance);
        }
    });
    assert_eq!(instance.fact("panics"), "0");
    instance
}

#[test]
fn activation_during_blocks_is_survived() {
    against_blocks(|instance| {
        instance.deactivate();
        instance.activate(48_000.0, 1, FRAMES);
    });
}

#[test]
fn flush_during_blocks_is_survived() {
    let instance = against_blocks(|instance| instance.set(1, 0.5));
    instance.stop();
    instance.deactivate();
    instance.set(1, 0.25);
    assert_eq!(instance.fact("level"), "0.5");
}

#[test]
fn blocks_on_two_threads_are_survived() {
    against_blocks(|instance| {
        instance.process(&mut Block::new(&[2], FRAMES), &Events::new());
    });
}

#[test]
fn reports_and_resets_during_blocks_are_survived() {
    against_blocks(|instance| {
        instance.report();
        instance.on_main_thread();
    });
}

#[test]
fn destroyed_instance_leaves_its_worker_to_the_others() {
    let (first, second) = (
        Instance::<PLAIN>::playing(FRAMES),
        Instance::<PLAIN>::playing(FRAMES),
    );
    let events = Events::new().note_on(0, KEY_WORK);
    for _ in 0..3 {
        first.process(&mut Block::new(&[2], FRAMES), &events);
    }
    drop(first);
    second.process(&mut Block::new(&[2], FRAMES), &events);
    let start = Instant::now();
    while second.fact("works") != "1" {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "its task was never run"
        );
    }
}

#[test]
fn destroy_waits_for_a_task_that_runs() {
    let instance = Instance::<PLAIN>::playing(FRAMES);
    let start = Instant::now();
    let events = Events::new().note_on(0, KEY_WORK);
    instance.process(&mut Block::new(&[2], FRAMES), &events);
    // The worker has begun, and holds its share of the instance, for 50 ms in all.
    std::thread::sleep(Duration::from_millis(10));
    drop(instance);
    assert!(start.elapsed() >= Duration::from_millis(50));
}
