//! A device of the tests' own behind the real threads: who is ended, who is looked for.
#![expect(clippy::expect_used, reason = "tests may expect")]

use std::thread;
use std::time::{Duration, Instant};

use dmus_devices::{
    Connection, DeviceId, DeviceLink, EventLine, MemoryOutputs, Status, event_line,
};
use dmus_kernel::ReferenceTime;

/// Longest time until something happens that a thread looks for once a second.
const PATIENCE: Duration = Duration::from_secs(10);

const ON: [u8; 3] = [0x92, 60, 100];
const OFF: [u8; 3] = [0x82, 60, 64];
const PEDAL: [u8; 3] = [0xB2, 64, 127];
const LIFTED: [u8; 3] = [0xB2, 64, 0];

struct Rig {
    outputs: MemoryOutputs,
    link: DeviceLink,
    line: EventLine,
    begun: Instant,
}

impl Rig {
    /// A link with a device in memory that is open.
    fn new() -> Self {
        let mut rig = Self::closed(&["Synth"]);
        rig.link.choose(Some(DeviceId::of("Synth")));
        rig.wait_for("it is open", |status| status.connection == Connection::Open);
        rig
    }

    fn closed(names: &[&str]) -> Self {
        let outputs = MemoryOutputs::new(names);
        let shared: std::sync::Arc<dyn dmus_devices::Outputs> =
            std::sync::Arc::new(outputs.clone());
        let mut link = DeviceLink::new(shared);
        let (line, source) = event_line();
        link.attach(source);
        Self {
            outputs,
            link,
            line,
            begun: Instant::now(),
        }
    }

    /// The time on the master clock now, as a host that never waits would have it.
    fn now(&self) -> ReferenceTime {
        let units = self.begun.elapsed().as_nanos() / 100;
        ReferenceTime::new(i64::try_from(units).expect("a minute"))
    }

    /// A block whose messages are due at once.
    fn block(&mut self, messages: &[&[u8]]) {
        let now = self.now();
        self.line.begin_block(now, 0);
        for message in messages {
            self.line.message(now, message);
        }
    }

    fn wait_for(&self, what: &str, is_so: impl Fn(&Status) -> bool) {
        let begun = Instant::now();
        while !is_so(&self.link.status()) {
            assert!(
                begun.elapsed() < PATIENCE,
                "{what}: {:?}",
                self.link.status()
            );
            thread::sleep(Duration::from_millis(2));
        }
    }

    fn wait_for_sent(&self, count: u64) {
        self.wait_for("it was sent", |status| status.sent == count);
    }
}

#[test]
fn a_stop_ends_what_is_held_once_and_gives_up_what_waits() {
    let mut rig = Rig::new();
    rig.block(&[&ON, &PEDAL]);
    rig.wait_for_sent(2);
    let far = rig.now().saturating_add(ReferenceTime::new(100_000_000));
    rig.line.message(far, &[0x92, 72, 100]);
    rig.line.stop();
    rig.line.stop();
    rig.wait_for_sent(4);
    drop(rig.link);
    let expected = [ON.to_vec(), PEDAL.to_vec(), OFF.to_vec(), LIFTED.to_vec()];
    assert_eq!(rig.outputs.take(), expected);
}

#[test]
fn a_render_side_that_goes_leaves_nothing_held() {
    let mut rig = Rig::new();
    rig.block(&[&ON]);
    rig.wait_for_sent(1);
    let (line, source) = event_line();
    drop(core::mem::replace(&mut rig.line, line));
    rig.wait_for_sent(2);
    rig.link.attach(source);
    rig.begun = Instant::now();
    rig.block(&[&ON]);
    rig.wait_for_sent(3);
    assert_eq!(rig.outputs.take(), [ON, OFF, ON].map(Vec::from));
}

#[test]
fn channels_are_released_in_the_order_of_time() {
    let mut rig = Rig::new();
    rig.block(&[&ON, &[0x93, 50, 100]]);
    let now = rig.now();
    rig.line.release(now, 1 << 2);
    rig.line
        .message(now.saturating_add(ReferenceTime::new(10)), &ON);
    rig.wait_for_sent(4);
    let expected = [ON, [0x93, 50, 100], OFF, ON].map(Vec::from);
    assert_eq!(rig.outputs.take(), expected);
}

#[test]
fn another_device_is_written_to_after_the_first_has_let_go() {
    let mut rig = Rig::new();
    rig.outputs.plug(&["Synth", "Synth"]);
    rig.block(&[&ON]);
    rig.wait_for_sent(1);
    rig.link.choose(Some(DeviceId::of("Synth #2")));
    rig.wait_for_sent(2);
    rig.wait_for("it is open", |status| status.connection == Connection::Open);
    // The thread that sends hears of it a moment later.
    thread::sleep(Duration::from_millis(50));
    rig.block(&[&PEDAL]);
    rig.wait_for_sent(3);
    rig.link.choose(None);
    rig.wait_for_sent(4);
    assert_eq!(rig.outputs.take(), [ON, OFF, PEDAL, LIFTED].map(Vec::from));
    assert_eq!(rig.link.status().connection, Connection::None);
}

#[test]
fn a_device_that_is_pulled_out_is_looked_for_until_it_is_back() {
    let mut rig = Rig::new();
    rig.outputs.plug(&[]);
    rig.block(&[&ON]);
    rig.wait_for("it is missed", |status| {
        status.connection == Connection::Absent
    });
    rig.block(&[&ON]);
    rig.wait_for("losses are counted", |status| status.lost_absent >= 2);
    rig.outputs.plug(&["Other", "Synth"]);
    rig.wait_for("it is back", |status| status.connection == Connection::Open);
    thread::sleep(Duration::from_millis(50));
    rig.block(&[&ON]);
    rig.wait_for_sent(1);
    assert_eq!(rig.outputs.take(), [ON.to_vec()]);
}

#[test]
fn a_device_that_another_program_has_is_refused_in_words_and_tried_again() {
    let mut rig = Rig::closed(&["Synth"]);
    rig.outputs.set_busy(true);
    rig.link.choose(Some(DeviceId::of("Synth")));
    let refused = "the system does not open it: busy".to_owned();
    let refused = Connection::Refused(refused);
    rig.wait_for("it is refused", |status| status.connection == refused);
    rig.outputs.set_busy(false);
    rig.wait_for("it is open", |status| status.connection == Connection::Open);
}

#[test]
fn a_host_that_is_seconds_ahead_leaves_nothing_held_and_plays_nothing_late() {
    let mut rig = Rig::new();
    rig.block(&[&ON]);
    rig.wait_for_sent(1);
    let far = rig.now().saturating_add(ReferenceTime::new(30_000_000));
    rig.line.begin_block(far, 0);
    rig.line.message(far, &OFF);
    rig.line.message(far, &ON);
    rig.wait_for("they are counted", |status| status.lost_ahead == 2);
    rig.wait_for_sent(2);
    rig.block(&[&PEDAL]);
    rig.wait_for_sent(3);
    assert_eq!(rig.outputs.take(), [ON, OFF, PEDAL].map(Vec::from));
}

#[test]
fn nothing_is_sent_early_and_order_is_kept() {
    let mut rig = Rig::new();
    rig.begun = Instant::now();
    let epoch = rig.begun;
    rig.line.begin_block(ReferenceTime::ZERO, 5);
    let mut expected = Vec::new();
    // Written backwards, sent forwards; those of one moment in the order in which they came.
    for key in (0..40_u8).rev() {
        let due = ReferenceTime::new(i64::from(key / 2) * 20_000);
        let message = [0x90, key ^ 1, 100];
        rig.line.message(due, &message);
        expected.push((key / 2, message.to_vec()));
    }
    rig.wait_for_sent(40);
    expected.sort_by_key(|(moment, _)| *moment);
    let sent = rig.outputs.take_timed();
    for ((at, message), (moment, wanted)) in sent.iter().zip(&expected) {
        assert_eq!(message, wanted);
        let due = Duration::from_millis(5 + 2 * u64::from(*moment));
        assert!(at.duration_since(epoch) >= due, "{moment}");
    }
}
